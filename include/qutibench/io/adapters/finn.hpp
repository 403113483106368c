// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// FINN: its estimate, the simulation of its pipeline, and what its driver measures on a board.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/json_records.hpp>

namespace qutibench {

namespace adapters {

/// Stands for a stream so long that filling the pipeline does not count.
inline constexpr std::int64_t endless_stream = 1'000'000'000;

}  // namespace adapters

namespace detail {

inline bool is_finn_estimate(std::string_view head) {
    return head.find("\"estimated_throughput_fps\"") != head.npos;
}

inline void read_finn_estimate(ingest& run) {
    for_each_json_record(run.input(), {""}, [&](const json_record& file) {
        const double rate = file.number("estimated_throughput_fps"), latency = file.number("estimated_latency_ns");
        if (rate != rate || latency != latency) run.fail_without("estimated_throughput_fps and estimated_latency_ns");
        const auto estimate = [&](std::int64_t stream, std::string_view key) {
            stated_facts said;
            said.stream = stream;
            measurement one = run.record(said, 0, std::string(key));
            one.scope = measured_scope::compute;
            if (!run.wants_compute()) one.warn(caution::other_scope);
            one.warn(caution::not_measured);
            return one;
        };
        measurement first = estimate(1, "/estimated_latency_ns");
        first.latency = quantity_of<seconds>(latency * 1e-9);
        run.emit(std::move(first));
        measurement steady = estimate(adapters::endless_stream, "/estimated_throughput_fps");
        steady.throughput = quantity_of<inputs_per_second>(rate);
        run.emit(std::move(steady));
    });
}

inline bool is_finn_rtlsim(std::string_view head) {
    return head.find("\"throughput[images/s]\"") != head.npos &&
           (head.find("\"cycles\"") != head.npos || head.find("\"latency_cycles\"") != head.npos);
}

/// Throws unless `count` inputs in `time` are `rate` inputs per second, within 5 %.
inline void require_rate(const ingest& run, std::int64_t count, double time, double rate) {
    if (!(std::abs(rate * time - static_cast<double>(count)) <= 0.05 * static_cast<double>(count)))
        run.fail(0, "/throughput[images~1s]",
                 "runtime and throughput do not fit the number of inputs; check the units");
}

inline void read_finn_rtlsim(ingest& run) {
    for_each_json_record(run.input(), {""}, [&](const json_record& file) {
        stated_facts said;
        said.stream = file.count("N");
        const double time = file.number("runtime[ms]") * 1e-3, rate = file.number("throughput[images~1s]");
        if (!said.stream || time != time || rate != rate) run.fail_without("N, runtime[ms] and throughput[images/s]");
        require_rate(run, *said.stream, time, rate);
        measurement one = run.record(said, 0, "/throughput[images~1s]");
        one.scope = measured_scope::compute;
        if (!run.wants_compute()) one.warn(caution::other_scope);
        one.warn(caution::not_measured);
        one.latency = quantity_of<seconds>(time);
        one.throughput = quantity_of<inputs_per_second>(rate);
        run.emit(std::move(one));
    });
}

inline bool is_finn_board(std::string_view head) {
    return head.starts_with('{') && head.find("'throughput[images/s]'") != head.npos;
}

/// The pairs of a Python dictionary of numbers, {'runtime[ms]': 1.5, 'batch_size': 1000}.
template <class Take, class Refuse>
void read_python_numbers(std::string_view text, Take take, Refuse refuse) {
    text = trimmed(text);
    if (!text.starts_with('{') || !text.ends_with('}'))
        refuse(std::string("a Python dictionary should stand here; the line may be cut off"));
    text = text.substr(1, text.size() - 2);
    while (!(text = trimmed(text)).empty()) {
        const char quote = text.front();
        const std::size_t close = quote == '\'' || quote == '"' ? text.find(quote, 1) : text.npos;
        const std::size_t colon = close == text.npos ? text.npos : text.find(':', close);
        if (colon == text.npos) refuse(std::string("a key in quotes and a colon should stand here"));
        const std::string_view key = text.substr(1, close - 1);
        text = text.substr(colon + 1);
        const std::size_t end = std::min(text.find(", "), text.size());
        take(key, read_figure(text.substr(0, end), refuse));
        text = end == text.size() ? std::string_view() : text.substr(end + 2);
    }
}

inline void read_finn_board(ingest& run) {
    double time = not_stated, rate = not_stated, host_time = 0;
    std::int64_t count = 0, line = 0;
    bool has_host = false;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        if (trimmed(lines.text()).empty()) continue;
        if (line != 0) lines.fail("only one dictionary should stand in this file");
        line = lines.number();
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const auto take = [&](std::string_view key, double value) {
            if (key == "runtime[ms]") {
                time = value * 1e-3;
            } else if (key == "throughput[images/s]") {
                rate = value;
            } else if (key == "batch_size" && value >= 1 && value <= 1e15) {
                count = static_cast<std::int64_t>(value);
            } else if (key.ends_with("[ms]") && value == value) {
                host_time += value * 1e-3;
                has_host = true;
            }
        };
        read_python_numbers(lines.text(), take, refuse);
    }
    if (time != time || rate != rate || count == 0)
        run.fail_without("runtime[ms], throughput[images/s] and batch_size");
    require_rate(run, count, time, rate);
    stated_facts said;
    said.stream = count;
    measurement one = run.record(said, line);
    const bool system = !run.wants_compute() && has_host;
    one.scope = system ? measured_scope::system : measured_scope::compute;
    if (one.scope != run.options().scope) one.warn(caution::other_scope);
    one.latency = quantity_of<seconds>(system ? time + host_time : time);
    one.throughput = quantity_of<inputs_per_second>(system ? static_cast<double>(count) / (time + host_time) : rate);
    if (!system) one.warn(caution::excludes_host);
    run.emit(std::move(one));
}

}  // namespace detail

namespace adapters {

/// `estimate_network_performance.json`: two records, the latency of one input and the rate of an endless stream.
inline constexpr adapter finn_estimate{"finn_estimate", "finn", "FINN estimate of a network, JSON",
                                       &detail::is_finn_estimate, &detail::read_finn_estimate};

/// `rtlsim_performance.json`. Trap: stable_throughput overstates by N / (N - 1) and is not used.
inline constexpr adapter finn_rtlsim{"finn_rtlsim", "finn", "FINN simulation of a pipeline, JSON",
                                     &detail::is_finn_rtlsim, &detail::read_finn_rtlsim};

/// `nw_metrics.txt` of FINN's driver, a Python dictionary. Trap: its throughput excludes packing and transfers; the
/// system's figures are computed from the times it lists for them, where it does.
inline constexpr adapter finn_board{"finn_board", "finn", "FINN driver on a board, nw_metrics.txt",
                                    &detail::is_finn_board, &detail::read_finn_board};

}  // namespace adapters

}  // namespace qutibench
