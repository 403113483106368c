// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Classes of devices as JSON files; those that ship are in io/populations.hpp. Rates are natural logarithms, in the
/// order of fitting::work_names and then the three of threads.
#pragma once

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

[[nodiscard]] inline fitting::datasheet datasheet_at(const json_reader& at) {
    at.expect_keys({"power", "one_unit_a_call", "levels", "devices"});
    fitting::datasheet out;
    out.power = at["power"].number();
    out.is_one_unit_a_call = at["one_unit_a_call"].boolean();
    for (const json_reader& one : at["levels"].elements()) {
        one.expect_keys({"datatype", "rates"});
        out.levels.push_back({one["datatype"].text(), rates_at(one["rates"])});
    }
    for (const json_reader& one : at["devices"].elements()) {
        one.expect_keys({"peak_ops_per_s", "bandwidth_bytes_per_s", "scale"});
        out.devices.push_back(
            {one["peak_ops_per_s"].positive(), one["bandwidth_bytes_per_s"].positive(), one["scale"].number()});
    }
    if (out.levels.empty() || out.devices.empty()) at.fail("must have levels and devices");
    return out;
}

[[nodiscard]] inline ordered_json datasheet_json(const fitting::datasheet& of) {
    ordered_json levels = ordered_json::array(), devices = ordered_json::array();
    for (const fitting::datasheet::level& one : of.levels)
        levels.push_back({{"datatype", one.datatype}, {"rates", rates_json(one.rates)}});
    for (const fitting::datasheet::device& one : of.devices)
        devices.push_back(
            {{"peak_ops_per_s", one.peak}, {"bandwidth_bytes_per_s", one.bandwidth}, {"scale", one.scale}});
    return {{"power", of.power},
            {"one_unit_a_call", of.is_one_unit_a_call},
            {"levels", std::move(levels)},
            {"devices", std::move(devices)}};
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
[[nodiscard]] fitting::population population_at(const json_reader& at);

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
    ordered_json out{{"name", of.name},
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
                     {"quantile_unseen", of.quantile_unseen},
                     {"weight_bytes", of.weight_bytes},
                     {"unseen_median", of.unseen_median},
                     {"residence", of.has_regimes ? residence_json(of.residence) : ordered_json::array()},
                     {"batches", {of.least_batch, of.most_batch}},
                     {"networks", std::move(networks)},
                     {"devices", ordered_json::array()}};
    if (!of.sheet.levels.empty()) out["datasheet"] = datasheet_json(of.sheet);
    return out;
}

}  // namespace detail

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench::detail {

QUTIBENCH_INLINE fitting::population population_at(const json_reader& at) {
    at.expect_keys(
        {"name",         "class",           "source",        "date",          "rows",          "mean",
         "covariance",   "noise",           "effect_spread", "effect_shared", "effect_length", "quantile_known",
         "quantile_new", "quantile_unseen", "datasheet",     "weight_bytes",  "unseen_median", "batches",
         "networks",     "devices",         "residence"});
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
    out.quantile_unseen = at["quantile_unseen"].positive();
    if (const auto found = at.find("datasheet")) out.sheet = datasheet_at(*found);
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

}  // namespace qutibench::detail
#endif
