// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// AMD's rocprofv3: kernel traces as CSV and as JSON, and statistics of kernels.
#pragma once

#include <qutibench/io/adapters/json_records.hpp>
#include <qutibench/io/adapters/kernel_times.hpp>

#include <map>

namespace qutibench {

namespace detail {

inline bool is_rocprof_trace(std::string_view head) {
    head = head.substr(0, head.find('\n'));
    return head.find("Kernel_Name") != head.npos && head.find("Start_Timestamp") != head.npos &&
           head.find("End_Timestamp") != head.npos;
}

inline void read_rocprof_trace(ingest& run) {
    kernel_times kernels(run);
    csv_reader rows = run.input().csv();
    const std::size_t name = rows.column("Kernel_Name"), start = rows.column("Start_Timestamp"),
                      end = rows.column("End_Timestamp");
    while (rows.next()) {
        const std::int64_t time = rows.integer(end) - rows.integer(start);  // nanoseconds
        if (time < 0) rows.fail("End_Timestamp is before Start_Timestamp");
        kernels.add(rows[name], static_cast<double>(time) * 1e-9, static_cast<std::int64_t>(rows.line()));
    }
    kernels.emit();
}

inline bool is_rocprof_stats(std::string_view head) {
    head = head.substr(0, head.find('\n'));
    return head.find("Name") != head.npos && head.find("Calls") != head.npos && head.find("AverageNs") != head.npos;
}

inline void read_rocprof_stats(ingest& run) {
    csv_reader rows = run.input().csv();
    const std::size_t name = rows.column("Name"), mean = rows.column("AverageNs");
    const bool has_range = rows.has("MinNs") && rows.has("MaxNs");
    while (rows.next()) {
        if (!(rows.number(mean) > 0)) continue;
        measurement one = run.record({}, static_cast<std::int64_t>(rows.line()));
        one.level = measured_level::layer;
        one.part = rows[name];
        one.scope = measured_scope::compute;
        one.warn(caution::warm_up);
        run.set_latency(one, {{"mean", rows.number(mean) * 1e-9},
                              {"min", has_range ? rows.number(rows.column("MinNs")) * 1e-9 : not_stated},
                              {"max", has_range ? rows.number(rows.column("MaxNs")) * 1e-9 : not_stated}});
        run.emit(std::move(one));
    }
}

inline bool is_rocprof_json(std::string_view head) {
    return head.find("\"rocprofiler-sdk-tool\"") != head.npos;
}

inline void read_rocprof_json(ingest& run) {
    struct launch {
        std::int64_t kernel;
        double time;
    };
    std::vector<launch> launches;
    std::map<std::int64_t, std::string> names;
    const auto take = [&](const json_record& one) {
        if (one.has("start_timestamp")) {
            const double time = one.number("end_timestamp") - one.number("start_timestamp");
            if (!(time >= 0)) one.fail("end_timestamp should not be before start_timestamp");
            launches.push_back({one.count("dispatch_info/kernel_id").value_or(0), time * 1e-9});
        } else if (const auto id = one.count("kernel_id")) {
            for (const std::string_view key : {"formatted_kernel_name", "demangled_kernel_name", "kernel_name"})
                if (!one.text(key).empty()) {
                    names[*id] = one.text(key);
                    break;
                }
        }
    };
    for_each_json_record(
        run.input(),
        {"/rocprofiler-sdk-tool/*/buffer_records/kernel_dispatch/*", "/rocprofiler-sdk-tool/*/kernel_symbols/*"}, take);
    kernel_times kernels(run);
    for (const launch& one : launches) {
        const auto name = names.find(one.kernel);
        kernels.add(name == names.end() ? message({"kernel ", one.kernel}) : name->second, one.time, 0);
    }
    kernels.emit();
}

}  // namespace detail

namespace adapters {

/// `rocprofv3 --kernel-trace --output-format csv`: nanoseconds of every launch. A part is a kernel, its latency that
/// of one launch. Trap: first launches load code and are slower (`ingest_options::warm_up` leaves them out).
inline constexpr adapter rocprof_trace{"rocprof_trace", "rocprof", "rocprofv3 --kernel-trace, CSV",
                                       &detail::is_rocprof_trace, &detail::read_rocprof_trace};

/// `rocprofv3 --stats`: kernels summed up, CSV.
inline constexpr adapter rocprof_stats{"rocprof_stats", "rocprof", "rocprofv3 --stats, CSV of kernels",
                                       &detail::is_rocprof_stats, &detail::read_rocprof_stats};

/// `rocprofv3 --kernel-trace --output-format json`.
inline constexpr adapter rocprof_json{"rocprof_json", "rocprof", "rocprofv3 --kernel-trace, JSON",
                                      &detail::is_rocprof_json, &detail::read_rocprof_json};

}  // namespace adapters

}  // namespace qutibench
