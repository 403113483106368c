// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A question as JSON, as the page asks it: the names of what_if's options, and whatever `describe` shows of a
/// deployment and its parameters.
#pragma once

#include <qutibench/ask/expected.hpp>
#include <qutibench/ask/settings.hpp>
#include <qutibench/io/json/layer_settings.hpp>

namespace qutibench {

namespace detail {

inline void read_setting(const json_reader& at, precision& value) {
    value = at.checked([&] { return parse_precision(at.text()); });
}

/// A list, or one value in its place.
template <class Value>
void read_axis(const json_reader& in, std::string_view key, std::vector<Value>& axis) {
    const auto found = in.find(key);
    if (!found) return;
    axis.clear();
    if (!found->is_array()) return read_setting(*found, axis.emplace_back());
    for (const json_reader& one : found->elements()) read_setting(one, axis.emplace_back());
}

/// The settings that an object names, but for `axes`; it may have no others beside `others`.
template <class Settings>
void read_described(const json_reader& in, Settings& of, std::span<const std::string_view> axes = {},
                    std::span<const std::string_view> others = {}) {
    std::vector<std::string_view> known(others.begin(), others.end());
    Settings::describe([&](std::string_view name, auto member, std::string_view) {
        if (std::find(axes.begin(), axes.end(), name) != axes.end()) return;
        known.push_back(name);
        if (const auto found = in.find(name)) read_setting(*found, of.*member);
    });
    in.expect_keys(known);
}

[[nodiscard]] inline several_devices several_of(const json_reader& in, std::int64_t devices) {
    several_devices all{.devices = devices};
    const json_reader link = in["link"];
    link.expect_keys({"bandwidth_bytes_per_s", "latency_s"});
    all.link.bandwidth = quantity_of<bytes_per_second>(link["bandwidth_bytes_per_s"].number());
    if (const auto latency = link.find("latency_s")) all.link.latency = quantity_of<seconds>(latency->number());
    if (const auto split = in.find("split")) read_setting(*split, all.split);
    return all;
}

}  // namespace detail

/// Calibrations by the names that questions give them.
using named_calibrations = std::map<std::string, calibrated_fit>;

/// Throws parse_error with the place in the question, unknown_name, and invalid_argument.
[[nodiscard]] inline question question_of(const detail::json_reader& in, const named_calibrations& known = {}) {
    question all;
    design_axes& axes = all.axes;
    for (const std::string_view key : {"networks", "platforms"}) static_cast<void>(in[key]);
    detail::read_axis(in, "networks", all.networks);
    detail::read_axis(in, "platforms", all.platforms);
    detail::read_axis(in, "datatypes", axes.datatypes);
    detail::read_axis(in, "batches", axes.batches);
    detail::read_axis(in, "threads", axes.threads);
    detail::read_axis(in, "streams", axes.streams);
    detail::read_axis(in, "keep", all.keep);
    detail::read_axis(in, "placement", axes.placements);
    detail::read_axis(in, "execution", axes.executions);
    if (const auto by = in.find("changed")) {
        by->expect_keys({"clock", "bandwidth", "on_chip"});
        detail::read_axis(*by, "clock", axes.compute_scales);
        detail::read_axis(*by, "bandwidth", axes.bandwidth_scales);
        detail::read_axis(*by, "on_chip", axes.on_chip_scales);
    }
    if (const auto some = in.find("parameters")) detail::read_described(*some, axes.how.parameters);
    if (const auto some = in.find("overrides"))
        for (const auto& one : some->elements())
            axes.how.overrides.push_back(one.checked([&] { return parse_override(one.text()); }));
    if (const auto one = in.find("training")) all.is_training = one->boolean();
    for (const std::string_view key : {"optimizer", "recompute"})
        if (const auto one = in.find(key); one && !all.is_training) one->fail("is of training, which is not asked for");
    if (const auto one = in.find("optimizer"))
        all.training.optimizer = one->checked([&] { return parse_name<optimizer_kind>(one->text()); });
    if (const auto one = in.find("recompute")) all.training.recomputes = one->boolean();
    if (const auto one = in.find("lenient")) all.is_lenient = one->boolean();
    if (const auto devices = in.find("devices"); devices && devices->integer() != 1)
        axes.fit = detail::several_of(in, devices->integer());
    if (const auto one = in.find("calibration")) {
        const auto found = known.find(one->text());
        if (found == known.end()) one->fail("no calibration of that name was added");
        if (axes.fit) one->fail("a calibration knows one device: leave the devices out");
        axes.fit = found->second;
        axes.is_measured_fit = true;
    }
    if (!all.is_training) axes.expect = shipped_expectation();
    constexpr std::string_view read_as_axes[] = {"datatype", "batch", "placement", "execution", "threads", "stream"};
    constexpr std::string_view others[] = {"networks",   "platforms", "datatypes",   "batches",   "threads",
                                           "streams",    "keep",      "placement",   "execution", "changed",
                                           "parameters", "overrides", "training",    "lenient",   "devices",
                                           "link",       "split",     "calibration", "optimizer", "recompute"};
    detail::read_described(in, axes.how, read_as_axes, others);
    return all;
}

}  // namespace qutibench
