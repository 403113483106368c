// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Classes of devices as JSON files, and those that ship (data/calibrations). Rates are natural logarithms, in the
/// order of fitting::work_names and then the three of threads.
#pragma once

#include <qutibench/io/calibration_data.hpp>
#include <qutibench/io/json/reader.hpp>
#include <qutibench/model/calibration/population.hpp>

#include <charconv>
#include <memory>

namespace qutibench {

namespace detail {

inline constexpr auto rate_count = static_cast<int>(fitting::log_rates);

template <class Numbers>
void read_numbers(const json_reader& at, Numbers&& out, std::size_t count) {
    const auto all = at.elements();
    if (all.size() != count)
        at.fail("must hold " + std::to_string(count) + " numbers, not " + std::to_string(all.size()));
    for (std::size_t i = 0; i < count; ++i) {
        const double value = all[i].number();
        if (!(std::abs(value) <= 1e6)) all[i].fail("must be finite");
        out(i, value);
    }
}

[[nodiscard]] inline fitting::rate_vector rates_at(const json_reader& at) {
    fitting::rate_vector out;
    read_numbers(at, [&](std::size_t i, double value) { out[static_cast<int>(i)] = value; }, fitting::log_rates);
    return out;
}

[[nodiscard]] inline ordered_json rates_json(const fitting::rate_vector& of) {
    ordered_json out = ordered_json::array();
    for (int i = 0; i < rate_count; ++i) out.push_back(of[i]);
    return out;
}

/// The lower triangle, row by row.
[[nodiscard]] inline fitting::rate_matrix covariance_at(const json_reader& at) {
    std::vector<double> triangle;
    read_numbers(
        at, [&](std::size_t, double value) { triangle.push_back(value); },
        fitting::log_rates * (fitting::log_rates + 1) / 2);
    fitting::rate_matrix out;
    std::size_t next = 0;
    for (int i = 0; i < rate_count; ++i)
        for (int j = 0; j <= i; ++j) out(i, j) = out(j, i) = triangle[next++];
    return out;
}

[[nodiscard]] inline ordered_json covariance_json(const fitting::rate_matrix& of) {
    ordered_json out = ordered_json::array();
    for (int i = 0; i < rate_count; ++i)
        for (int j = 0; j <= i; ++j) out.push_back(of(i, j));
    return out;
}

[[nodiscard]] inline std::string structure_text(std::uint64_t of) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[of >> shift & 0xfU];
    return text;
}

[[nodiscard]] inline std::uint64_t structure_at(const json_reader& at) {
    const std::string text = at.text();
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (text.size() != 16 || read.ptr != text.data() + text.size()) at.fail("must be 16 hexadecimal digits");
    return value;
}

[[nodiscard]] inline std::array<double, fitting::likenesses> likeness_at(const json_reader& at) {
    std::array<double, fitting::likenesses> out{};
    read_numbers(at, [&](std::size_t i, double value) { out[i] = value; }, fitting::likenesses);
    return out;
}

[[nodiscard]] inline fitting::residence_vector residence_at(const json_reader& at) {
    fitting::residence_vector out;
    read_numbers(
        at, [&](std::size_t i, double value) { out[static_cast<int>(i)] = value; }, fitting::residence_features);
    return out;
}

[[nodiscard]] inline fitting::known_device known_device_at(const json_reader& at) {
    at.expect_keys({"platform", "setup", "runtime", "datatype", "peak_ops_per_s", "rates", "residence", "rows",
                    "networks", "held_out_mean", "held_out_median"});
    fitting::known_device out;
    if (const auto found = at.find("residence"); found && !found->elements().empty())
        out.residence = residence_at(*found);
    out.platform = at["platform"].text();
    out.setup = at["setup"].text();
    out.runtime = at["runtime"].text();
    out.datatype = at["datatype"].text();
    out.peak = at["peak_ops_per_s"].positive();
    out.rates = rates_at(at["rates"]);
    out.rows = static_cast<int>(at["rows"].integer());
    out.networks = static_cast<int>(at["networks"].integer());
    out.held_out_mean = at["held_out_mean"].number();
    out.held_out_median = at["held_out_median"].number();
    return out;
}

/// Throws parse_error with the place of what is wrong.
[[nodiscard]] inline fitting::population population_at(const json_reader& at) {
    at.expect_keys({"name",          "class",          "source",          "date",
                    "rows",          "mean",           "covariance",      "noise",
                    "effect_spread", "effect_shared",  "effect_length",   "quantile_known",
                    "quantile_new",  "datasheet_mean", "datasheet_power", "datasheet_spread",
                    "weight_bytes",  "unseen_median",  "batches",         "networks",
                    "devices",       "residence"});
    fitting::population out;
    out.name = at["name"].text();
    out.device_class = at["class"].text();
    out.source = at["source"].text();
    out.date = at["date"].text();
    out.rows = static_cast<int>(at["rows"].integer());
    out.mean = rates_at(at["mean"]);
    out.covariance = covariance_at(at["covariance"]);
    out.noise = at["noise"].positive();
    out.effect_spread = at["effect_spread"].number();
    out.effect_shared = at["effect_shared"].number();
    out.effect_length = at["effect_length"].positive();
    out.quantile_known = at["quantile_known"].positive();
    out.quantile_new = at["quantile_new"].positive();
    out.has_datasheet = !at["datasheet_mean"].elements().empty();
    if (out.has_datasheet) out.datasheet_mean = rates_at(at["datasheet_mean"]);
    out.datasheet_power = at["datasheet_power"].number();
    out.datasheet_spread = at["datasheet_spread"].positive();
    read_numbers(
        at["batches"], [&](std::size_t i, double value) { (i == 0 ? out.least_batch : out.most_batch) = value; }, 2);
    out.weight_bytes = at["weight_bytes"].number();
    out.unseen_median = at["unseen_median"].number();
    if (const auto found = at.find("residence"); found && !found->elements().empty()) {
        out.has_regimes = true;
        out.residence = residence_at(*found);
    }
    for (const json_reader& one : at["networks"].elements()) {
        one.expect_keys({"structure", "effect", "variance", "weight", "likeness"});
        out.networks.push_back({structure_at(one["structure"]), one["effect"].number(), one["variance"].number(),
                                one["weight"].number(), likeness_at(one["likeness"])});
    }
    for (const json_reader& one : at["devices"].elements()) out.devices.push_back(known_device_at(one));
    return out;
}

[[nodiscard]] inline ordered_json residence_json(const fitting::residence_vector& of) {
    ordered_json out = ordered_json::array();
    for (int i = 0; i < fitting::residence_features; ++i) out.push_back(of[i]);
    return out;
}

/// Without its devices, which only expectations read.
[[nodiscard]] inline ordered_json population_json(const fitting::population& of) {
    ordered_json networks = ordered_json::array();
    for (const fitting::known_network& one : of.networks)
        networks.push_back({{"structure", structure_text(one.structure)},
                            {"effect", one.effect},
                            {"variance", one.variance},
                            {"weight", one.weight},
                            {"likeness", one.likeness}});
    return {{"name", of.name},
            {"class", of.device_class},
            {"source", of.source},
            {"date", of.date},
            {"rows", of.rows},
            {"mean", rates_json(of.mean)},
            {"covariance", covariance_json(of.covariance)},
            {"noise", of.noise},
            {"effect_spread", of.effect_spread},
            {"effect_shared", of.effect_shared},
            {"effect_length", of.effect_length},
            {"quantile_known", of.quantile_known},
            {"quantile_new", of.quantile_new},
            {"datasheet_mean", of.has_datasheet ? rates_json(of.datasheet_mean) : ordered_json::array()},
            {"datasheet_power", of.datasheet_power},
            {"datasheet_spread", of.datasheet_spread},
            {"weight_bytes", of.weight_bytes},
            {"unseen_median", of.unseen_median},
            {"residence", of.has_regimes ? residence_json(of.residence) : ordered_json::array()},
            {"batches", {of.least_batch, of.most_batch}},
            {"networks", std::move(networks)},
            {"devices", ordered_json::array()}};
}

}  // namespace detail

/// The classes of devices that ship, parsed once.
[[nodiscard]] inline const std::vector<std::shared_ptr<const fitting::population>>& known_populations() {
    static const auto all = [] {
        std::vector<std::shared_ptr<const fitting::population>> out;
        for (const detail::embedded_file& one : detail::embedded_calibrations) {
            const std::string source = "calibrations/" + std::string(one.name);
            const detail::json document = detail::parse_json(one.text, source);
            const detail::json_reader root(document, source);
            out.push_back(std::make_shared<fitting::population>(detail::population_at(root)));
        }
        return out;
    }();
    return all;
}

/// One of them by its name; throws unknown_name with the nearest.
[[nodiscard]] inline const std::shared_ptr<const fitting::population>& known_population(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& one : known_populations()) {
        if (one->name == name) return one;
        names.push_back(one->name);
    }
    throw unknown_name("population of devices", name, detail::nearest_name(name, names));
}

}  // namespace qutibench
