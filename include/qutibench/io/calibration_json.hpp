// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Calibrations as JSON files: parameters, the device's figures, the range covered and the held-out errors. A saved
/// calibration predicts as the one that was fitted; `data_hash` tells whether the measurements are still the same.
#pragma once

#include <qutibench/io/file.hpp>
#include <qutibench/io/json/reader.hpp>
#include <qutibench/io/learned_json.hpp>
#include <qutibench/model/calibration/fitted.hpp>

#include <memory>

namespace qutibench {

namespace detail {

[[nodiscard]] inline ordered_json run_json(const measured_run& run) {
    ordered_json out;
    if (!run.mode.empty()) out["mode"] = run.mode;
    out["datatype"] = to_string(run.datatype);
    out["feeding"] = std::string(to_string(run.how));
    out["value"] = run.value;
    if (run.call_batch != 1) out["call_batch"] = run.call_batch;
    return out;
}

[[nodiscard]] inline std::string optional_text(const json_reader& in, std::string_view key) {
    const auto found = in.find(key);
    return found ? found->text() : std::string();
}

[[nodiscard]] inline precision precision_at(const json_reader& at) {
    return at.checked([&] { return parse_precision(at.text()); });
}

[[nodiscard]] inline feeding feeding_at(const json_reader& at) {
    const std::string name = at.text();
    for (const feeding one : {feeding::batch, feeding::threads, feeding::stream})
        if (to_string(one) == name) return one;
    at.fail("must be 'batch', 'threads' or 'stream', not '" + name + "'");
}

[[nodiscard]] inline measured_run run_at(const json_reader& at) {
    measured_run run;
    run.mode = optional_text(at, "mode");
    run.datatype = precision_at(at["datatype"]);
    run.how = feeding_at(at["feeding"]);
    run.value = at["value"].integer();
    if (const auto batch = at.find("call_batch")) run.call_batch = batch->integer();
    at.checked([&] { fitting::require_valid(run); });
    return run;
}

[[nodiscard]] inline ordered_json device_json(const fitting::device_figures& device) {
    ordered_json out = {{"id", device.id}};
    if (!device.device_class.empty()) out["class"] = device.device_class;
    out["on_chip_bytes"] = device.on_chip_bytes;
    out["link_bandwidth_bytes_per_s"] = device.link_bandwidth;
    out["modes"] = ordered_json::array();
    for (const fitting::mode_figures& mode : device.modes) {
        ordered_json peaks = ordered_json::array();
        for (const fitting::native_peak& one : mode.peaks)
            peaks.push_back({{"datatype", to_string(one.numbers)}, {"operations_per_second", one.operations_per_s}});
        ordered_json figures;
        if (!mode.name.empty()) figures["name"] = mode.name;
        figures["peaks"] = std::move(peaks);
        figures["bandwidth_bytes_per_s"] = mode.bandwidth;
        figures["relative_host_clock"] = mode.host_clock;
        figures["relative_memory_clock"] = mode.memory_clock;
        out["modes"].push_back(std::move(figures));
    }
    return out;
}

[[nodiscard]] inline double not_negative(const json_reader& at) {
    const double value = at.number();
    if (!(value >= 0 && value <= 1e300)) at.fail("must be zero or more and finite");
    return value;
}

[[nodiscard]] inline fitting::device_figures device_at(const json_reader& at) {
    at.expect_keys({"id", "class", "on_chip_bytes", "link_bandwidth_bytes_per_s", "modes"});
    fitting::device_figures device;
    device.id = optional_text(at, "id");
    device.device_class = optional_text(at, "class");
    device.on_chip_bytes = not_negative(at["on_chip_bytes"]);
    device.link_bandwidth = not_negative(at["link_bandwidth_bytes_per_s"]);
    for (const json_reader& one : at["modes"].elements()) {
        one.expect_keys({"name", "peaks", "bandwidth_bytes_per_s", "relative_host_clock", "relative_memory_clock"});
        fitting::mode_figures mode;
        mode.name = optional_text(one, "name");
        for (const json_reader& peak : one["peaks"].elements()) {
            peak.expect_keys({"datatype", "operations_per_second"});
            mode.peaks.push_back({precision_at(peak["datatype"]), peak["operations_per_second"].positive()});
        }
        if (mode.peaks.empty()) one["peaks"].fail("must hold at least one peak");
        mode.bandwidth = one["bandwidth_bytes_per_s"].positive();
        mode.host_clock = one["relative_host_clock"].positive();
        mode.memory_clock = one["relative_memory_clock"].positive();
        device.modes.push_back(std::move(mode));
    }
    return device;
}

[[nodiscard]] inline ordered_json validation_json(const validation& of) {
    ordered_json rows = ordered_json::array();
    for (const residual& one : of.residuals) {
        ordered_json row = {{"network", one.network}};
        row.update(run_json(one.run));
        row["measured_ips"] = one.measured_ips;
        row["predicted_ips"] = one.predicted_ips;
        rows.push_back(std::move(row));
    }
    ordered_json out;
    if (of.rows() > 0) out = {{"mape", of.mape()}, {"median_ape", of.median_ape()}};
    out["rows"] = std::move(rows);
    return out;
}

[[nodiscard]] inline validation validation_at(const json_reader& at) {
    at.expect_keys({"mape", "median_ape", "rows"});
    validation out;
    for (const json_reader& one : at["rows"].elements()) {
        one.expect_keys(
            {"network", "mode", "datatype", "feeding", "value", "call_batch", "measured_ips", "predicted_ips"});
        out.residuals.push_back(
            {one["network"].text(), run_at(one), one["measured_ips"].positive(), one["predicted_ips"].positive()});
    }
    return out;
}

[[nodiscard]] inline ordered_json range_json(const calibrated_range& range) {
    ordered_json kinds = ordered_json::array();
    for (unsigned kind = 0; kind < fitting::kernel_kinds; ++kind)
        if ((range.kernel_kinds >> kind & 1U) != 0)
            kinds.push_back(std::string(to_string(static_cast<fitting::kernel_kind>(kind))));
    ordered_json datatypes = ordered_json::array();
    for (const precision& one : range.datatypes) datatypes.push_back(to_string(one));
    return {{"networks", range.networks},
            {"kernels", kinds},
            {"macs", {range.least_macs, range.most_macs}},
            {"weights", {range.least_weights, range.most_weights}},
            {"most_batch", range.most_batch},
            {"most_threads", range.most_threads},
            {"modes", range.modes},
            {"datatypes", datatypes}};
}

inline void read_pair(const json_reader& at, double& first, double& second) {
    const auto both = at.elements();
    if (both.size() != 2) at.fail("must hold the least and the most");
    first = not_negative(both[0]);
    second = not_negative(both[1]);
}

[[nodiscard]] inline calibrated_range range_at(const json_reader& at) {
    at.expect_keys({"networks", "kernels", "macs", "weights", "most_batch", "most_threads", "modes", "datatypes"});
    calibrated_range range;
    range.networks = static_cast<int>(at["networks"].integer());
    for (const json_reader& one : at["kernels"].elements()) {
        const auto kind = one.checked([&] { return parse_name<fitting::kernel_kind>(one.text()); });
        range.kernel_kinds |= 1U << static_cast<unsigned>(kind);
    }
    read_pair(at["macs"], range.least_macs, range.most_macs);
    read_pair(at["weights"], range.least_weights, range.most_weights);
    range.most_batch = at["most_batch"].integer();
    range.most_threads = at["most_threads"].integer();
    for (const json_reader& one : at["modes"].elements())
        range.modes.push_back(one.value().is_string() ? one.value().get<std::string>() : one.text());
    for (const json_reader& one : at["datatypes"].elements()) range.datatypes.push_back(precision_at(one));
    return range;
}

[[nodiscard]] inline ordered_json bitstreams_json(const std::vector<fitting::bitstream>& some) {
    ordered_json out = ordered_json::array();
    for (const fitting::bitstream& one : some) {
        ordered_json row = {{"network", one.network}};
        if (!one.mode.empty()) row["mode"] = one.mode;
        row["datatype"] = to_string(one.datatype);
        row["interval_s"] = one.interval;
        row["fill"] = one.fill;
        row["points"] = one.points;
        out.push_back(std::move(row));
    }
    return out;
}

[[nodiscard]] inline std::vector<fitting::bitstream> bitstreams_at(const json_reader& at) {
    std::vector<fitting::bitstream> all;
    for (const json_reader& one : at.elements()) {
        one.expect_keys({"network", "mode", "datatype", "interval_s", "fill", "points"});
        all.push_back({one["network"].text(), optional_text(one, "mode"), precision_at(one["datatype"]),
                       one["interval_s"].positive(), one["fill"].positive(), not_negative(one["points"])});
    }
    return all;
}

[[nodiscard]] inline ordered_json effects_json(const std::vector<fitting::network_effects>& some) {
    ordered_json out = ordered_json::array();
    for (const fitting::network_effects& one : some) {
        ordered_json row = {{"macs", one.macs},
                            {"weights", one.weights},
                            {"datatype", to_string(one.datatype)},
                            {"feeding", std::string(to_string(one.how))}};
        if (one.call_batch != 1) row["call_batch"] = one.call_batch;
        row["runs"] = ordered_json::array();
        for (const fitting::run_effect& run : one.runs) row["runs"].push_back({run.value, run.log_time});
        out.push_back(std::move(row));
    }
    return out;
}

[[nodiscard]] inline std::vector<fitting::network_effects> effects_at(const json_reader& at) {
    std::vector<fitting::network_effects> all;
    for (const json_reader& one : at.elements()) {
        one.expect_keys({"macs", "weights", "datatype", "feeding", "call_batch", "runs"});
        fitting::network_effects effects{one["macs"].positive(), not_negative(one["weights"]),
                                         precision_at(one["datatype"]), feeding_at(one["feeding"])};
        if (const auto batch = one.find("call_batch")) effects.call_batch = batch->integer();
        for (const json_reader& run : one["runs"].elements()) {
            const auto both = run.elements();
            if (both.size() != 2) run.fail("must hold a batch and an effect");
            const double log_time = both[1].number();
            if (!(std::abs(log_time) <= 100)) both[1].fail("must lie between -100 and 100");
            effects.runs.push_back({both[0].positive(), log_time});
            if (effects.runs.size() > 1 && !(effects.runs.back().value > effects.runs.end()[-2].value))
                both[0].fail("must be larger than the one before");
        }
        if (effects.runs.empty()) one["runs"].fail("must hold at least one run");
        all.push_back(std::move(effects));
    }
    return all;
}

inline constexpr std::int64_t calibration_version = 1;

}  // namespace detail

/// A calibration as JSON text.
[[nodiscard]] std::string to_json(const calibration& of);

/// Reads a calibration; `source` names the text in errors. Throws parse_error with the JSON pointer of what is wrong.
[[nodiscard]] calibration parse_calibration(std::string_view text, const std::string& source = "calibration");

/// Saves a calibration; throws parse_error when the file cannot be written.
inline void save_calibration(const calibration& of, const std::string& path) {
    detail::write_file(path, to_json(of));
}

/// Loads a calibration; throws parse_error with file and place.
[[nodiscard]] inline calibration load_calibration(const std::string& path) {
    return parse_calibration(detail::read_file(path), path);
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE std::string to_json(const calibration& of) {
    const calibration_state& state = of.state();
    detail::ordered_json parameters = detail::ordered_json::object();
    for (std::size_t i = 0; i < fitting::terms; ++i)
        if (state.fitted.active[i])
            parameters[std::string(fitting::term_names[i])] = std::exp(state.fitted.log_value[i]);
    detail::ordered_json out = {{"calibration", detail::calibration_version},
                                {"device", detail::device_json(state.device)}};
    if (!state.structure.empty()) out["structure"] = state.structure;
    out["parameters"] = std::move(parameters);
    if (!state.effects.empty()) out["run_effects"] = detail::effects_json(state.effects);
    if (state.learned) out["learned"] = detail::learned_json(*state.learned);
    if (state.kernels) out["kernels"] = detail::kernels_json(*state.kernels);
    out["log_spread"] = state.log_spread;
    out["stream_log_spread"] = state.stream_log_spread;
    out["stream_fill"] = state.stream_fill;
    out["bitstreams"] = detail::bitstreams_json(state.bitstreams);
    out["range"] = detail::range_json(state.range);
    out["held_out_networks"] = detail::validation_json(state.by_network);
    out["held_out_modes"] = detail::validation_json(state.by_mode);
    out["data_hash"] = state.data_hash;
    return out.dump(1) + "\n";
}

QUTIBENCH_INLINE calibration parse_calibration(std::string_view text, const std::string& source) {
    const detail::json document = detail::parse_json(text, source);
    const detail::json_reader root(document, source);
    root.expect_keys({"calibration", "device", "structure", "parameters", "run_effects", "learned", "kernels",
                      "log_spread", "stream_log_spread", "stream_fill", "bitstreams", "range", "held_out_networks",
                      "held_out_modes", "data_hash"});
    if (root["calibration"].integer() != detail::calibration_version)
        root["calibration"].fail("this version is not known");
    calibration_state state;
    state.device = detail::device_at(root["device"]);
    state.structure = detail::optional_text(root, "structure");
    const detail::json_reader parameters = root["parameters"];
    parameters.expect_keys(fitting::term_names);
    for (std::size_t i = 0; i < fitting::terms; ++i) {
        const auto found = parameters.find(fitting::term_names[i]);
        state.fitted.active[i] = found.has_value();
        state.fitted.log_value[i] = std::log(found ? found->positive() : fitting::default_priors[i].median);
    }
    if (const auto found = root.find("run_effects")) state.effects = detail::effects_at(*found);
    if (const auto found = root.find("learned"))
        state.learned = std::make_shared<fitting::learned_fit>(detail::learned_at(*found));
    if (const auto found = root.find("kernels"))
        state.kernels = std::make_shared<fitting::kernel_process>(detail::kernels_at(*found));
    if ((state.structure == "learned" && !state.learned) || (state.structure == "kernels" && !state.kernels))
        root["structure"].fail("needs a member '" + state.structure + "'");
    state.log_spread = root["log_spread"].positive();
    state.stream_log_spread = root["stream_log_spread"].positive();
    state.stream_fill = root["stream_fill"].positive();
    state.bitstreams = detail::bitstreams_at(root["bitstreams"]);
    state.range = detail::range_at(root["range"]);
    state.by_network = detail::validation_at(root["held_out_networks"]);
    state.by_mode = detail::validation_at(root["held_out_modes"]);
    state.data_hash = root["data_hash"].text();
    return root.checked([&] { return calibration(std::move(state)); });
}

}  // namespace qutibench
#endif
