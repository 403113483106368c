// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the page asks, as JSON: a selection with the names of what_if's options, and what only the page can turn.
#pragma once

#include <qutibench/io/json/reader.hpp>
#include <qutibench/io/selection.hpp>

#include <string>
#include <vector>

namespace portal {

/// A device as it might be: factors on what its data sheet states.
struct adjustment {
    double clock = 1;      ///< peaks grow with it
    double bandwidth = 1;  ///< of off-chip memory
    double on_chip = 1;    ///< capacity of on-chip memory

    [[nodiscard]] bool changes() const { return clock != 1 || bandwidth != 1 || on_chip != 1; }
};

/// A selection and how its devices are changed. With `lenient`, a network that cannot be had at a width is passed over
/// and listed, instead of being an error.
struct question {
    qutibench::selection wanted{};
    adjustment changed{};
    bool lenient = false;
};

namespace detail {

using qutibench::detail::json_reader;

[[nodiscard]] inline std::vector<std::string> texts(const json_reader& at) {
    std::vector<std::string> all;
    for (const json_reader& one : at.elements()) all.push_back(one.text());
    return all;
}

/// A list, or one value in its place.
[[nodiscard]] inline std::vector<json_reader> values(const json_reader& at) {
    return at.is_array() ? at.elements() : std::vector<json_reader>{at};
}

[[nodiscard]] inline adjustment adjustment_of(const json_reader& at) {
    at.expect_keys({"clock", "bandwidth", "on_chip"});
    adjustment all;
    if (const auto one = at.find("clock")) all.clock = one->positive();
    if (const auto one = at.find("bandwidth")) all.bandwidth = one->positive();
    if (const auto one = at.find("on_chip")) all.on_chip = one->positive();
    return all;
}

}  // namespace detail

/// Throws parse_error with the place in the selection, and unknown_name.
[[nodiscard]] inline question question_of(const qutibench::detail::json_reader& at) {
    at.expect_keys(
        {"networks", "platforms", "datatypes", "batches", "keep", "placement", "execution", "changed", "lenient"});
    question all;
    all.wanted.networks = detail::texts(at["networks"]);
    all.wanted.platforms = detail::texts(at["platforms"]);
    if (const auto some = at.find("datatypes"))
        for (const auto& one : some->elements())
            all.wanted.datatypes.push_back(one.checked([&] { return qutibench::parse_precision(one.text()); }));
    if (const auto some = at.find("batches")) {
        all.wanted.batches.clear();
        for (const auto& one : detail::values(*some)) all.wanted.batches.push_back(one.integer());
    }
    if (const auto some = at.find("keep")) {
        all.wanted.keep.clear();
        for (const auto& one : detail::values(*some)) all.wanted.keep.push_back(one.number());
    }
    if (const auto one = at.find("placement"))
        all.wanted.how.placement = one->checked([&] { return qutibench::parse_placement(one->text()); });
    if (const auto one = at.find("execution"))
        all.wanted.how.execution = one->checked([&] { return qutibench::parse_execution(one->text()); });
    if (const auto one = at.find("changed")) all.changed = detail::adjustment_of(*one);
    if (const auto one = at.find("lenient")) all.lenient = one->boolean();
    return all;
}

/// The device in its present mode, changed. It keeps its id, name, class and price.
[[nodiscard]] inline qutibench::platform adjusted(const qutibench::platform& device, const adjustment& by) {
    qutibench::operating_mode mode = device.mode();
    for (qutibench::peak& one : mode.peaks) {
        one.dense *= by.clock;
        one.sparse *= by.clock;
    }
    for (qutibench::memory_level& one : mode.memories) {
        if (one.on_chip)
            one.capacity *= by.on_chip;
        else
            one.bandwidth *= by.bandwidth;
    }
    mode.clock *= by.clock;
    qutibench::platform changed(device.id(), {std::move(mode)});
    changed.rename(device.name());
    changed.device_class = device.device_class;
    changed.year = device.year;
    changed.price_usd = device.price_usd;
    return changed;
}

}  // namespace portal
