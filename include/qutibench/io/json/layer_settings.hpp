// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One layer's settings as JSON, driven by its `describe`.
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/io/json/reader.hpp>
#include <qutibench/network/layers.hpp>

#include <array>
#include <concepts>
#include <type_traits>

namespace qutibench::detail {

/// A precision under a name that reads back as the same one; throws invalid_argument when it has none.
[[nodiscard]] inline std::string spelled(const precision& numbers) {
    std::string name = to_string(numbers);
    try {
        if (parse_precision(name) == numbers) return name;
    } catch (const unknown_name&) {
    }
    throw invalid_argument("the datatype " + name + " has no name that a file could hold");
}

// JSON from settings.

inline ordered_json setting_json(std::int64_t value) {
    return value;
}
inline ordered_json setting_json(double value) {
    return value;
}
inline ordered_json setting_json(int value) {
    return value;
}
inline ordered_json setting_json(bool value) {
    return value;
}
inline ordered_json setting_json(const std::string& value) {
    return value;
}
inline ordered_json setting_json(const shape& value) {
    return std::vector<std::int64_t>(value.begin(), value.end());
}
inline ordered_json setting_json(view<const std::int64_t> value) {
    return std::vector<std::int64_t>(value.begin(), value.end());
}
template <std::size_t Size>
ordered_json setting_json(const std::array<std::int64_t, Size>& value) {
    return std::vector<std::int64_t>(value.begin(), value.end());
}
template <named Enum>
ordered_json setting_json(Enum value) {
    return to_string(value);
}
template <int Rank>
ordered_json setting_json(const padding<Rank>& value) {
    if (value.is_same) return value.is_lower ? "same_lower" : "same";
    if (value.before == value.after) return setting_json(value.before);
    return {{"before", setting_json(value.before)}, {"after", setting_json(value.after)}};
}
inline ordered_json setting_json(const std::vector<shape>& value) {
    ordered_json all = ordered_json::array();
    for (const shape& one : value) all.push_back(setting_json(one));
    return all;
}
inline ordered_json setting_json(const layer_cost& cost) {
    const contraction& product = cost.product;
    return {{"product", {product.rows, product.columns, product.depth, product.groups}},
            {"macs", cost.macs},
            {"other_operations", cost.other_operations},
            {"weights", cost.weights},
            {"parameters", cost.parameters},
            {"state", cost.state},
            {"kernel_elements", cost.kernel_elements},
            {"stride", cost.stride}};
}

// Settings from JSON. Every one throws parse_error with the pointer of what it refuses.

inline void read_setting(const json_reader& at, std::int64_t& value) {
    value = at.integer();
}
inline void read_setting(const json_reader& at, int& value) {
    const std::int64_t wide = at.integer();
    value = static_cast<int>(wide);
    if (value != wide) at.fail("does not fit 32 bits");
}
inline void read_setting(const json_reader& at, double& value) {
    value = at.number_within(-1e-300, 1e300, "a number that is not negative");
}
inline void read_setting(const json_reader& at, bool& value) {
    value = at.boolean();
}
inline void read_setting(const json_reader& at, std::string& value) {
    value = at.text();
}
inline void read_setting(const json_reader& at, shape& value) {
    value = shape();
    for (const json_reader& one : at.elements()) {
        const std::int64_t extent = one.integer();
        one.checked([&] { value.append(extent); });
    }
}
template <std::size_t Size>
void read_setting(const json_reader& at, std::array<std::int64_t, Size>& value) {
    const auto all = at.elements();
    if (all.size() != Size)
        at.fail(message({"must hold ", static_cast<std::uint64_t>(Size), " numbers, not ",
                         static_cast<std::uint64_t>(all.size())}));
    for (std::size_t i = 0; i < Size; ++i) value[i] = all[i].integer();
}
template <named Enum>
void read_setting(const json_reader& at, Enum& value) {
    constexpr auto& names = names_of<Enum>.names;
    const std::string name = at.text();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) at.fail(message({"there is no '", name, "' here", suggestion(name, names)}));
    value = static_cast<Enum>(found - names.begin());
}
template <int Rank>
void read_setting(const json_reader& at, padding<Rank>& value) {
    value = {};
    if (at.is_string()) {
        const std::string mode = at.text();
        if (mode != "same" && mode != "same_lower")
            at.fail("must be 'same', 'same_lower' or elements per axis, not '" + mode + "'");
        value = mode == "same" ? same : same_lower;
    } else if (at.is_object()) {
        at.expect_keys({"before", "after"});
        read_setting(at["before"], value.before);
        read_setting(at["after"], value.after);
    } else {
        read_setting(at, value.before);
        value.after = value.before;
    }
}
inline void read_setting(const json_reader& at, std::vector<shape>& value) {
    value.clear();
    for (const json_reader& one : at.elements()) read_setting(one, value.emplace_back());
}
inline void read_setting(const json_reader& at, layer_cost& cost) {
    at.expect_keys(
        {"product", "macs", "other_operations", "weights", "parameters", "state", "kernel_elements", "stride"});
    const auto count = [&](std::string_view key, std::int64_t& value) {
        const auto found = at.find(key);
        if (!found) return;
        value = found->integer();
        if (value < 0) found->fail("must not be negative");
    };
    if (const auto product = at.find("product")) {
        std::array<std::int64_t, 4> sides{};
        read_setting(*product, sides);
        cost.product = {sides[0], sides[1], sides[2], sides[3]};
    }
    count("macs", cost.macs);
    count("other_operations", cost.other_operations);
    count("weights", cost.weights);
    count("parameters", cost.parameters);
    count("state", cost.state);
    count("kernel_elements", cost.kernel_elements);
    count("stride", cost.stride);
}

/// The key of a setting: its own name, unless that is one which every layer has.
[[nodiscard]] constexpr std::string_view setting_key(std::string_view name) {
    return name == "name" ? "operator" : name;
}

template <class Layer>
void write_settings(const Layer& layer, ordered_json& out) {
    layer.describe(
        [&](std::string_view name, const auto& value) { out[std::string(setting_key(name))] = setting_json(value); });
}

/// Reads a list of numbers into an array that may be longer; how many there are.
[[nodiscard]] inline int read_axes(const json_reader& at, std::array<std::int64_t, shape::max_rank>& axes) {
    const auto all = at.elements();
    if (all.size() > axes.size()) at.fail("a list here has at most 8 numbers");
    for (std::size_t i = 0; i < all.size(); ++i) axes[i] = all[i].integer();
    return static_cast<int>(all.size());
}

/// A number of groups, or "depthwise" for one group for each input channel.
template <class Value>
void read_groups(const json_reader& at, Value& groups) {
    if constexpr (std::same_as<Value, std::int64_t>) {
        if (at.is_string()) {
            if (at.text() != "depthwise") at.fail("must be a whole number or \"depthwise\"");
            groups = depthwise;
            return;
        }
    }
    read_setting(at, groups);
}

/// Fills a layer's settings from its object and refuses keys that it does not have.
template <class Layer, class Keys>
void read_settings(Layer& layer, const json_reader& at, const Keys& shared_keys) {
    std::vector<std::string_view> known(shared_keys.begin(), shared_keys.end());
    layer.describe([&](std::string_view name, const auto& value) {
        const std::string_view key = setting_key(name);
        known.push_back(key);
        using value_type = std::remove_cvref_t<decltype(value)>;
        if constexpr (!std::same_as<value_type, view<const std::int64_t>>) {
            // `describe` shows the members of `layer`, which is not const.
            auto& setting = const_cast<value_type&>(value);
            if (const auto found = at.find(key); found && key == "groups")
                read_groups(*found, setting);
            else if (found)
                read_setting(*found, setting);
        }
    });
    if constexpr (std::same_as<Layer, reshape>) layer.rank = read_axes(at["target"], layer.target);
    if constexpr (std::same_as<Layer, transpose>) layer.rank = read_axes(at["order"], layer.order);
    if constexpr (std::same_as<Layer, split>)
        if (const auto sizes = at.find("sizes")) static_cast<void>(read_axes(*sizes, layer.sizes));
    at.expect_keys(known);
}

}  // namespace qutibench::detail
