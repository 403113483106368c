// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What people call a platform: its id, an alias of its file, or a part of the id; and which platforms of the catalogue
/// are of a vendor, a class or a year.
#pragma once

#include <qutibench/io/catalogue_data.hpp>
#include <qutibench/io/json/platform.hpp>

#include <algorithm>

namespace qutibench {

namespace detail {

/// The text of a file of the catalogue, or empty.
[[nodiscard]] inline std::string_view embedded_text(std::string_view kind, std::string_view id) {
    for (const embedded_file& one : embedded_files)
        if (one.kind == kind && one.name.ends_with(".json") && one.name.substr(0, one.name.size() - 5) == id)
            return one.text;
    return {};
}

[[nodiscard]] inline std::vector<std::string_view> embedded_ids(std::string_view kind) {
    std::vector<std::string_view> ids;
    for (const embedded_file& one : embedded_files)
        if (one.kind == kind && one.name.ends_with(".json")) ids.push_back(one.name.substr(0, one.name.size() - 5));
    return ids;
}

/// A name as ids are spelled: "RTX 4090" and "rtx-4090" are "rtx_4090".
[[nodiscard]] inline std::string as_id(std::string_view name) {
    std::string id = lowered(name);
    std::replace_if(id.begin(), id.end(), [](char one) { return one == ' ' || one == '-' || one == '.'; }, '_');
    return id;
}

/// Whether `part` is one or more whole words of `id`: "h100" of "h100_sxm", "orin_nano" of "jetson_orin_nano_8gb".
[[nodiscard]] inline bool has_words(std::string_view id, std::string_view part) {
    if (part.size() < 2) return false;
    for (std::size_t at = id.find(part); at != std::string_view::npos; at = id.find(part, at + 1)) {
        const std::size_t end = at + part.size();
        if ((at == 0 || id[at - 1] == '_') && (end == id.size() || id[end] == '_')) return true;
    }
    return false;
}

/// The aliases that the text of a platform file lists.
[[nodiscard]] inline std::vector<std::string> aliases_in(std::string_view text) {
    std::vector<std::string> all;
    const std::size_t start = text.find("\"aliases\": [");
    if (start == std::string_view::npos) return all;
    std::string_view list = text.substr(start + 11, text.find(']', start) - start - 11);
    for (std::size_t open = list.find('"'); open != std::string_view::npos; open = list.find('"')) {
        const std::size_t close = list.find('"', open + 1);
        all.emplace_back(list.substr(open + 1, close - open - 1));
        list.remove_prefix(close + 1);
    }
    return all;
}

/// Whether a platform's file lists `name` among its aliases.
[[nodiscard]] inline bool lists_alias(std::string_view text, const std::string& name) {
    const std::vector<std::string> all = aliases_in(text);
    return std::find(all.begin(), all.end(), name) != all.end();
}

/// What a name may stand for, and whether it is more than the beginning of ids.
struct called_platforms {
    std::vector<std::string> ids{};
    bool is_name = false;
};

[[nodiscard]] inline called_platforms find_called(std::string_view name) {
    const std::string wanted = as_id(name);
    const auto ids = embedded_ids("platforms");
    if (std::find(ids.begin(), ids.end(), wanted) != ids.end()) return {{wanted}, true};
    std::vector<std::string> exact, words, begun;
    for (const std::string_view id : ids) {
        if (lists_alias(embedded_text("platforms", id), wanted)) exact.emplace_back(id);
        if (has_words(id, wanted)) words.emplace_back(id);
        if (wanted.size() > 2 && id.starts_with(wanted)) begun.emplace_back(id);
    }
    called_platforms found{!exact.empty() ? exact : !words.empty() ? words : begun, !exact.empty() || !words.empty()};
    std::sort(found.ids.begin(), found.ids.end());
    return found;
}

}  // namespace detail

/// Ids of the platforms that go by that name, sorted: the one with that id or alias, else all that have it as whole
/// words of their ids, else all whose ids begin so. Spaces, hyphens and capitals do not matter.
[[nodiscard]] inline std::vector<std::string> platforms_called(std::string_view name) {
    return detail::find_called(name).ids;
}

namespace detail {

/// The id that a name stands for; throws unknown_name with all that it could stand for, or with the nearest id.
[[nodiscard]] inline std::string platform_id(std::string_view name) {
    const auto [called, is_name] = find_called(name);
    if (is_name && called.size() == 1) return called.front();
    std::string all;
    for (const std::string& one : called) all += (all.empty() ? "" : "' or '") + one;
    if (all.empty()) all = nearest_name(name, embedded_ids("platforms"));
    throw unknown_name("platform", name, file_or(name, all));
}

}  // namespace detail

/// Which platforms of the catalogue are meant; what is left empty does not matter.
struct platform_filter {
    std::string vendor{};        ///< a part of the vendor's name, whatever the case
    std::string device_class{};  ///< the class, or a part of it when no class is called so: "FPGA"
    int year = 0;                ///< of release
};

namespace detail {

/// The values among `all` that are called `wanted`, or else those that have it in them; throws unknown_name.
[[nodiscard]] inline std::vector<std::string> values_called(std::string_view kind, const std::string& wanted,
                                                            const std::vector<std::string>& all) {
    if (wanted.empty()) return all;
    const std::string low = lowered(wanted);
    std::vector<std::string> exact;
    std::vector<std::string> holding;
    for (const std::string& one : all) {
        const std::string name = lowered(one);
        if (name == low) exact.push_back(one);
        if (name.find(low) != std::string::npos) holding.push_back(one);
    }
    if (holding.empty()) throw unknown_name(kind, wanted, choices(wanted, all));
    return exact.empty() ? holding : exact;
}

[[nodiscard]] inline bool holds(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace detail

/// The platforms of the catalogue that a filter lets through, by id; throws unknown_name for a vendor or class of none,
/// with the nearest one.
[[nodiscard]] inline std::vector<platform> select_platforms(const platform_filter& wanted) {
    std::vector<platform> all;
    std::vector<std::string> vendors, classes;
    for (const std::string_view id : detail::embedded_ids("platforms")) {
        all.push_back(parse_platform(detail::embedded_text("platforms", id), std::string(id) + ".json"));
        if (!detail::holds(vendors, all.back().vendor)) vendors.push_back(all.back().vendor);
        if (!detail::holds(classes, all.back().device_class)) classes.push_back(all.back().device_class);
    }
    vendors = detail::values_called("vendor", wanted.vendor, vendors);
    classes = detail::values_called("device class", wanted.device_class, classes);
    std::erase_if(all, [&](const platform& one) {
        return !detail::holds(vendors, one.vendor) || !detail::holds(classes, one.device_class) ||
               (wanted.year != 0 && one.year != wanted.year);
    });
    std::sort(all.begin(), all.end(), [](const platform& a, const platform& b) { return a.id() < b.id(); });
    return all;
}

}  // namespace qutibench
