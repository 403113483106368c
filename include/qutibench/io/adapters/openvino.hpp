// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// OpenVINO's benchmark_app: its report (CSV with semicolons, or JSON) and its performance counters.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/json_records.hpp>

#include <unordered_map>
#include <vector>

namespace qutibench {

namespace detail {

/// The numeric format that an OpenVINO name ends in: "f32", "brgconv_avx512_bf16", "CPU:f16".
[[nodiscard]] inline std::optional<precision> openvino_datatype(std::string_view name) {
    const std::size_t at = name.find_last_of("_:");
    const std::string last = lower_case(at == name.npos ? name : name.substr(at + 1));
    if (last == "f32" || last == "fp32") return precision(fp32);
    if (last == "f16" || last == "fp16") return precision(fp16);
    if (last == "bf16") return precision(bf16);
    if (last == "i8" || last == "int8" || last == "u8") return precision(int8);
    return std::nullopt;
}

/// What a report of benchmark_app says, gathered key by key. The Python and the C++ tool spell the keys differently.
class openvino_report {
public:
    explicit openvino_report(ingest& run) : run_(&run) {}

    /// `refuse` throws with the place of the key.
    template <class Refuse>
    void take(std::string_view key, std::string_view value, std::int64_t line, Refuse&& refuse) {
        if (key == "group") {
            // What follows is of the calls of one input shape.
            ++groups_;
            return;
        }
        if (groups_ > 0 && key != "throughput") return;
        const auto figure = [&] { return read_figure(value, refuse); };
        const auto is_key = [&](std::string_view a, std::string_view b) { return key == a || key == b; };
        if (is_key("topology", "model")) {
            topology_ = value;
        } else if (is_key("batch size", "batch_size")) {
            // An open batch reads '?', '-1' or a range; the caller says which one ran.
            if (is_whole(value)) batch_ = whole(figure(), refuse);
        } else if (is_key("number of parallel infer requests", "nireq")) {
            requests_ = whole(figure(), refuse);
        } else if (is_key("-infer_precision", "infer_precision") || key == "precision") {
            if (const auto said = openvino_datatype(value)) datatype_ = said;
        } else if (is_key("-latency_percentile", "latency_percentile") || key == "percentile_boundary") {
            boundary_ = "p" + std::string(trimmed(value));
        } else if (is_key("avg latency", "latency_avg") || key == "latency_avg (ms)") {
            take_time(mean_, figure(), line);
        } else if (is_key("min latency", "latency_min")) {
            take_time(min_, figure(), line);
        } else if (is_key("max latency", "latency_max")) {
            take_time(max_, figure(), line);
        } else if (is_key("latency (ms)", "latency_median") || key == "Median latency (ms)") {
            take_time(median_, figure(), line);
        } else if (key.starts_with("latency (") && key.ends_with(" percentile) (ms)")) {
            boundary_ = "p" + std::string(number_token(key.substr(9)));
            take_time(median_, figure(), line);
        } else if (key == "throughput") {
            throughput_ = figure();
            if (line_ == 0) line_ = line;
        }
    }

    void emit(std::string key) {
        if (!found_ && throughput_ != throughput_)
            run_->fail_without("latency or throughput among the execution results");
        stated_facts said;
        said.network = topology_;
        said.batch = batch_;
        said.datatype = datatype_;
        if (requests_ && *requests_ > 1) said.threads = requests_;
        measurement one = run_->record(said, line_, std::move(key));
        if (run_->wants_compute()) one.warn(caution::other_scope);
        if (groups_ > 1) one.warn(caution::mixed_sizes);
        if (rounded_ && median_ != median_ && mean_ != mean_) one.warn(caution::rounded_away);
        const std::string_view middle =
            boundary_.empty() || boundary_ == "p50" ? "median" : std::string_view(boundary_);
        run_->set_latency(one, {{middle, median_}, {"mean", mean_}, {"min", min_}, {"max", max_}});
        one.throughput = quantity_of<inputs_per_second>(throughput_);
        if (one.calls_at_a_time() > 1) one.warn(caution::queueing);
        run_->emit(std::move(one));
    }

private:
    static bool is_whole(std::string_view value) {
        value = bare(value);
        return !value.empty() && value.front() != '-' && value.find_first_of("?[") == value.npos &&
               value.find("..") == value.npos;
    }

    template <class Refuse>
    static std::optional<std::int64_t> whole(double value, Refuse&& refuse) {
        if (!(value >= 1 && value <= 1e15) || std::nearbyint(value) != value)
            refuse(std::string("this should be a whole number of at least 1"));
        return static_cast<std::int64_t>(value);
    }

    // The tool rounds milliseconds to two decimals; what becomes 0.00 is not known.
    void take_time(double& into, double milliseconds, std::int64_t line) {
        if (milliseconds != 0) into = milliseconds * 1e-3;
        rounded_ = rounded_ || milliseconds == 0;
        found_ = found_ || into == into;
        if (line_ == 0) line_ = line;
    }

    ingest* run_;
    std::string topology_, boundary_;
    std::optional<std::int64_t> batch_, requests_;
    std::optional<precision> datatype_;
    double median_ = not_stated, mean_ = not_stated, min_ = not_stated, max_ = not_stated, throughput_ = not_stated;
    std::int64_t line_ = 0;
    int groups_ = 0;
    bool found_ = false, rounded_ = false;
};

inline bool is_openvino_csv(std::string_view head) {
    return head.find("Execution results") != head.npos && head.find("Configuration setup") != head.npos &&
           head.find(';') != head.npos;
}

inline void read_openvino_csv(ingest& run) {
    openvino_report report(run);
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const std::string_view text = lines.text();
        const std::size_t at = text.find(';');
        if (at == text.npos) continue;
        // The tool writes two decimals.
        if (const std::size_t point = text.rfind('.'); point == text.npos || text.size() - point < 3)
            lines.require_end();
        report.take(text.substr(0, at), text.substr(at + 1), lines.number(),
                    [&](const std::string& reason) { lines.fail(reason); });
    }
    report.emit({});
}

inline bool is_openvino_json(std::string_view head) {
    return head.find("\"execution_results\"") != head.npos || head.find("\"configuration_setup\"") != head.npos;
}

inline void read_openvino_json(ingest& run) {
    openvino_report report(run);
    for_each_json_record(run.input(), {""}, [&](const json_record& file) {
        for (const json_record::scalar& one : file.scalars()) {
            const std::string_view key = std::string_view(one.path).substr(one.path.rfind('/') + 1);
            const bool is_number = one.kind == json_record::scalar_kind::number;
            report.take(key, is_number ? std::to_string(one.number) : one.text, 0, [&](const std::string& reason) {
                throw parse_error(run.input().name(), "/" + one.path, reason);
            });
        }
    });
    report.emit("/execution_results");
}

/// Mean times of layers over the inference requests that were profiled.
class openvino_layers {
public:
    explicit openvino_layers(ingest& run) : run_(&run) {}

    void add(std::string_view name, std::string_view status, std::string_view kind, double milliseconds,
             std::int64_t line) {
        if (status.ends_with("NOT_RUN") || status.ends_with("OPTIMIZED_OUT") || !(milliseconds > 0)) return;
        const auto [at, is_new] = index_.try_emplace(std::string(name), layers_.size());
        if (is_new) layers_.push_back({std::string(name), std::string(kind), line});
        layer& one = layers_[at->second];
        one.sum += milliseconds * 1e-3;
        ++one.count;
    }

    [[nodiscard]] bool empty() const { return layers_.empty(); }

    void emit() {
        if (layers_.empty()) run_->fail_without("layer that ran and took time");
        for (const layer& each : layers_) {
            stated_facts said;
            said.is_row = true;
            said.datatype = openvino_datatype(each.kind);
            measurement one = run_->record(said, each.line, each.line > 0 ? std::string() : each.name);
            run_->warn_of_datatype(one);
            one.level = measured_level::layer;
            one.part = each.name;
            one.scope = measured_scope::compute;
            run_->set_latency(one, {{"mean", each.sum / static_cast<double>(each.count)}});
            run_->emit(std::move(one));
        }
    }

private:
    struct layer {
        std::string name;
        std::string kind;
        std::int64_t line;
        double sum = 0;
        std::int64_t count = 0;
    };
    ingest* run_;
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<layer> layers_;
};

inline bool is_openvino_counters(std::string_view head) {
    return head.starts_with("layerName;execStatus") || head.starts_with("layerName,execStatus");
}

/// A line of the counters, "layerName;execStatus;layerType;execType;realTime (ms);cpuTime (ms)", split at its
/// separator.
struct openvino_counter {
    std::string_view name, status, exec_type, real_time;

    static std::optional<openvino_counter> split(std::string_view line, char separator) {
        std::string_view fields[6];
        std::size_t count = 0;
        for (; count < 6; ++count) {
            const std::size_t at = line.find(separator);
            fields[count] = line.substr(0, at);
            if (at == line.npos) break;
            line.remove_prefix(at + 1);
        }
        if (count < 5) return std::nullopt;
        return openvino_counter{fields[0], fields[1], fields[3], fields[4]};
    }
};

inline void read_openvino_counters(ingest& run) {
    openvino_layers layers(run);
    line_reader lines = run.input().lines();
    char separator = 0;
    bool total = false;
    while (lines.next()) {
        const std::string_view text = lines.text();
        if (text.starts_with("layerName")) {
            separator = text.find(';') != text.npos ? ';' : ',';
            if (text.find("realTime (ms)") == text.npos) lines.fail("there is no column 'realTime (ms)'");
            continue;
        }
        if (text.starts_with("Total")) total = true;
        if (trimmed(text).empty() || text == "\"" || text.starts_with("Total")) continue;
        if (separator == 0) lines.fail("a header that starts with layerName should come first");
        const std::optional<openvino_counter> one = openvino_counter::split(text, separator);
        if (!one) lines.fail("a layer should have six fields; the line may be cut off");
        const double time = read_figure(one->real_time, [&](const std::string& reason) { lines.fail(reason); });
        layers.add(one->name, one->status, one->exec_type, time, lines.number());
    }
    if (!total) run.fail_without("total at the end");
    layers.emit();
}

inline bool is_openvino_counters_json(std::string_view head) {
    return head.find("_performance\"") != head.npos && head.find("\"report_type\"") != head.npos;
}

inline void read_openvino_counters_json(ingest& run) {
    openvino_layers layers(run);
    bool averaged = false;
    const auto take = [&](const json_record& one) {
        if (one.text("name").empty() || !one.has("real_time")) one.fail("a layer should have a name and a real_time");
        averaged = one.pointer().starts_with("/avg_");
        layers.add(one.text("name"), one.text("status"), one.text("exec_type"), one.number("real_time"), 0);
    };
    for_each_json_record(run.input(), {"/detailed_performance/*/nodes/*", "/avg_performance/nodes/*"}, take);
    if (averaged && layers.empty())
        run.fail(0, "/avg_performance/nodes",
                 "no layer ran; benchmark_app writes only the first layer of average_counters as JSON, so ask for "
                 "detailed_counters, or for CSV");
    layers.emit();
}

}  // namespace detail

namespace adapters {

/// benchmark_app's report as CSV. Traps: times are those of one request and include waiting when several are under
/// way, throughput counts inputs; the median is another percentile when one was asked for; times are rounded to 10 us.
inline constexpr adapter openvino_csv{"openvino_csv", "openvino", "OpenVINO benchmark_app report, CSV with semicolons",
                                      &detail::is_openvino_csv, &detail::read_openvino_csv};

/// The same as JSON.
inline constexpr adapter openvino_json{"openvino_json", "openvino", "OpenVINO benchmark_app report, JSON",
                                       &detail::is_openvino_json, &detail::read_openvino_json};

/// Performance counters, averaged over requests where they are listed one by one. Traps: fused layers read NOT_RUN and
/// 0 and are left out; the datatype is the one that the kernel's name states, whatever was asked for.
inline constexpr adapter openvino_counters{"openvino_counters", "openvino",
                                           "OpenVINO benchmark_app performance counters, CSV",
                                           &detail::is_openvino_counters, &detail::read_openvino_counters};

/// The same as JSON. Trap: of averaged counters the tool writes the first layer only; detailed ones are complete.
inline constexpr adapter openvino_counters_json{
    "openvino_counters_json", "openvino", "OpenVINO benchmark_app performance counters, JSON",
    &detail::is_openvino_counters_json, &detail::read_openvino_counters_json};

}  // namespace adapters

}  // namespace qutibench
