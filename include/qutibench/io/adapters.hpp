// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Measured results from the files that device runners write:
///     auto rows = load_measurements("times.json", "trtexec", {.network = "resnet50", .platform = "jetson_tx2",
///                                                             .datatype = fp16, .batch = 8});
/// The format may be a name of `builtin_adapters()`, a family of them such as "trtexec", or "auto".
#pragma once

#include <qutibench/io/adapters/qutibench.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench {

/// The formats that this library reads. A user's own go into a copy of the list.
[[nodiscard]] std::vector<adapter> builtin_adapters();

namespace detail {

/// Whether "trtexec" or "trtexec_log" names an adapter.
[[nodiscard]] inline bool is_named(const adapter& one, std::string_view format) {
    return one.name == format || one.family == format;
}

[[nodiscard]] inline std::string listed_names(std::span<const adapter> some) {
    std::string names;
    for (const adapter& one : some) names += (names.empty() ? "" : ", ") + std::string(one.name);
    return names;
}

/// The adapter for a file. Throws unknown_name for a format that is not listed, and parse_error when the file is of
/// none.
[[nodiscard]] inline const adapter& choose_adapter(const adapter_input& input, std::string_view format,
                                                   std::span<const adapter> from) {
    std::vector<const adapter*> named;
    std::vector<std::string_view> names{"auto"}, families{"auto"};
    for (const adapter& one : from) {
        names.push_back(one.name);
        names.push_back(one.family);
        if (std::find(families.begin(), families.end(), one.family) == families.end()) families.push_back(one.family);
        if (format == "auto" || is_named(one, format)) named.push_back(&one);
    }
    if (named.empty()) {
        const std::string_view nearest = nearest_name(format, names);
        throw unknown_name("measured-result format", format,
                           nearest.empty() ? choices(format, families) : std::string(nearest));
    }
    const std::string head = input.head();
    if (named.size() == 1) return *named.front();
    for (const adapter* one : named)
        if (one->recognises(head)) return *one;
    std::string reason = format == "auto" ? "no format is recognised; of a table, say which column is which "
                                            "(latency_ms=T_inf), else name one of " +
                                                listed_names(from)
                                          : message({"this is none of the ", format, " formats"});
    for (const adapter& one : from)
        if (format != "auto" && one.recognises(head)) reason += "; it looks like " + std::string(one.name);
    throw parse_error(input.name(), "", reason);
}

/// A file whose columns the caller names is a table, if nothing else is asked for.
[[nodiscard]] inline std::string_view table_or(std::string_view format, const ingest_options& options) {
    return format == "auto" && !options.columns.empty() ? adapters::qutibench_table.name : format;
}

/// Runs an adapter; when it fails on a file that looks like another format, the error says so.
inline void run_adapter(const adapter& chosen, const adapter_input& input, const ingest_options& options,
                        const std::function<void(measurement&&)>& receive, std::span<const adapter> from) {
    ingest run(input, options, chosen.name, receive);
    try {
        chosen.read(run);
        if (run.count() == 0) run.fail_without("measurement");
    } catch (const parse_error& wrong) {
        const std::string head = input.head();
        if (chosen.recognises(head)) throw;
        const auto other =
            std::find_if(from.begin(), from.end(), [&](const adapter& one) { return one.recognises(head); });
        if (other == from.end()) throw;
        const std::size_t prefix = wrong.source().size() + (wrong.place().empty() ? 0 : wrong.place().size() + 2) + 2;
        throw parse_error(wrong.source(), wrong.place(),
                          std::string(wrong.what()).substr(prefix) + "; it looks like " + std::string(other->name));
    }
}

/// All measurements of an input in one piece of memory.
[[nodiscard]] inline std::vector<measurement> all_measurements(const adapter_input& input, std::string_view format,
                                                               const ingest_options& options,
                                                               std::span<const adapter> from) {
    const adapter& chosen = choose_adapter(input, table_or(format, options), from);
    std::vector<measurement> all;
    if (chosen.row_per_line) all.reserve(input.estimated_lines());
    run_adapter(chosen, input, options, [&](measurement&& one) { all.push_back(std::move(one)); }, from);
    return all;
}

}  // namespace detail

/// Reads a file or a text and calls `receive` for every measurement as soon as it is complete; memory stays that of the
/// longest record, however long the input. Throws parse_error with the place of what is wrong, invalid_argument that
/// names what the file lacks and nobody supplied, unknown_name for a format, datatype or statistic that there is none
/// of. What was received before an error stands.
inline void read_measurements(const adapter_input& input, std::string_view format, const ingest_options& options,
                              const std::function<void(measurement&&)>& receive,
                              std::span<const adapter> from = builtin_adapters()) {
    detail::run_adapter(detail::choose_adapter(input, detail::table_or(format, options), from), input, options, receive,
                        from);
}

/// All measurements of a file; see read_measurements for what it throws.
[[nodiscard]] inline std::vector<measurement> load_measurements(const std::string& path,
                                                                std::string_view format = "auto",
                                                                const ingest_options& options = {},
                                                                std::span<const adapter> from = builtin_adapters()) {
    return detail::all_measurements(adapter_input::file(path), format, options, from);
}

/// All measurements of a text in memory; `name` stands for the file in messages.
[[nodiscard]] inline std::vector<measurement> parse_measurements(std::string_view text,
                                                                 std::string_view format = "auto",
                                                                 const ingest_options& options = {},
                                                                 const std::string& name = "text",
                                                                 std::span<const adapter> from = builtin_adapters()) {
    return detail::all_measurements(adapter_input::text(text, name), format, options, from);
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/adapters/ai_hub.hpp>
#include <qutibench/io/adapters/finn.hpp>
#include <qutibench/io/adapters/google_benchmark.hpp>
#include <qutibench/io/adapters/hailo.hpp>
#include <qutibench/io/adapters/hailo_zoo.hpp>
#include <qutibench/io/adapters/mlperf.hpp>
#include <qutibench/io/adapters/ncnn.hpp>
#include <qutibench/io/adapters/nsight_compute.hpp>
#include <qutibench/io/adapters/onnxruntime.hpp>
#include <qutibench/io/adapters/openvino_console.hpp>
#include <qutibench/io/adapters/rocprof.hpp>
#include <qutibench/io/adapters/tflite.hpp>
#include <qutibench/io/adapters/timm.hpp>
#include <qutibench/io/adapters/torch_profiler.hpp>
#include <qutibench/io/adapters/trtexec.hpp>
#include <qutibench/io/adapters/vitis.hpp>
#include <qutibench/io/adapters/vitis_zoo.hpp>
namespace qutibench {

QUTIBENCH_INLINE std::vector<adapter> builtin_adapters() {
    return {adapters::qutibench_table,
            adapters::trtexec_times,
            adapters::trtexec_profile,
            adapters::trtexec_log,
            adapters::openvino_csv,
            adapters::openvino_json,
            adapters::openvino_console,
            adapters::openvino_counters,
            adapters::openvino_counters_json,
            adapters::tflite_log,
            adapters::tflite_operators,
            adapters::litert,
            adapters::litert_log,
            adapters::vitis_log,
            adapters::vaitrace,
            adapters::dnndk,
            adapters::onnxruntime_profile,
            adapters::onnxruntime_perf_test,
            adapters::torch_profiler,
            adapters::rocprof_trace,
            adapters::rocprof_stats,
            adapters::rocprof_json,
            adapters::nsight_compute,
            adapters::mlperf_summary,
            adapters::mlperf_detail,
            adapters::mlperf_results,
            adapters::google_benchmark,
            adapters::ncnn,
            adapters::finn_estimate,
            adapters::finn_rtlsim,
            adapters::finn_board,
            adapters::mlperf_tiny,
            adapters::hailo,
            adapters::edgetpu_compiler,
            adapters::timm,
            adapters::ai_hub,
            adapters::hailo_zoo,
            adapters::vitis_zoo,
            adapters::ncnn_readme};
}

}  // namespace qutibench
#endif
