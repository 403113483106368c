// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// NVIDIA TensorRT's trtexec: --exportTimes, --exportProfile and what it prints.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/json_records.hpp>
#include <qutibench/io/adapters/samples.hpp>

namespace qutibench {

namespace detail {

inline bool is_trtexec_times(std::string_view head) {
    return head.find("\"computeMs\"") != head.npos && head.find("\"latencyMs\"") != head.npos;
}

inline void read_trtexec_times(ingest& run) {
    sample_statistics latency, compute;
    double begin = not_stated, end = 0;
    std::int64_t skipped = 0;
    for_each_json_record(run.input(), {"/*"}, [&](const json_record& one) {
        const double whole = one.number("latencyMs"), computing = one.number("computeMs");
        if (!(whole > 0) || !(computing > 0) || computing > whole)
            one.fail("latencyMs and computeMs should be positive, and computing no longer than the whole");
        if (skipped < run.options().warm_up) {
            ++skipped;
            return;
        }
        latency.add(whole * 1e-3);
        compute.add(computing * 1e-3);
        for (const std::string_view start : {"startH2dMs", "startInMs", "startComputeMs"}) {
            if (!one.has(start)) continue;
            if (begin != begin || one.number(start) < begin) begin = one.number(start);
            break;
        }
        for (const std::string_view stop : {"endD2hMs", "endOutMs", "endComputeMs"}) {
            if (!one.has(stop)) continue;
            end = std::max(end, one.number(stop));
            break;
        }
    });
    if (latency.count() == 0) run.fail_without("run after the warm-up");
    measurement one = run.record({}, 0, "/*");
    one.scope = run.options().scope;
    one.statistic = run.options().statistic.empty() ? "median" : run.options().statistic;
    one.latency = quantity_of<seconds>((run.wants_compute() ? compute : latency).named(one.statistic));
    if (!run.wants_compute() && end > begin) {
        const double inputs = static_cast<double>(latency.count() * one.inputs_per_call());
        one.throughput = quantity_of<inputs_per_second>(inputs / ((end - begin) * 1e-3));
    }
    if (skipped == 0) one.warn(caution::warm_up);
    run.emit(std::move(one));
}

inline bool is_trtexec_profile(std::string_view head) {
    return head.find("\"averageMs\"") != head.npos && head.find("\"percentage\"") != head.npos;
}

inline void read_trtexec_profile(ingest& run) {
    bool counted = false;
    for_each_json_record(run.input(), {"/*"}, [&](const json_record& layer) {
        if (layer.has("count") && !layer.has("name")) {
            counted = true;
            return;
        }
        if (layer.text("name").empty() || !layer.has("averageMs"))
            layer.fail("a layer should have a name and an averageMs");
        const double mean = layer.number("averageMs"), median = layer.number("medianMs");
        if (mean == 0) return;  // the layer runs inside another one
        measurement one = run.record({}, 0, layer.pointer());
        one.level = measured_level::layer;
        one.part = layer.text("name");
        one.scope = measured_scope::compute;
        run.set_latency(one, {{"mean", mean * 1e-3}, {"median", median * 1e-3}});
        run.emit(std::move(one));
    });
    if (!counted) run.fail_without("leading element with the count of runs");
}

inline bool is_trtexec_log(std::string_view head) {
    return head.find("TensorRT.trtexec") != head.npos || head.find("=== Performance summary ===") != head.npos ||
           (head.find("GPU Compute") != head.npos && head.find(" qps") != head.npos) ||
           (head.find("Average over ") != head.npos && head.find("(host walltime is ") != head.npos);
}

/// The times of one line "Latency: min = 1 ms, max = 2 ms, mean = ..., percentile(99%) = ...".
struct trtexec_times_line {
    double min = not_stated, max = not_stated, mean = not_stated, median = not_stated, p90 = not_stated,
           p95 = not_stated, p99 = not_stated;

    template <class Refuse>
    void read(std::string_view line, Refuse&& refuse) {
        min = quantity_after(line, "min =", time_units, refuse);
        max = quantity_after(line, "max =", time_units, refuse);
        mean = quantity_after(line, "mean =", time_units, refuse);
        median = quantity_after(line, "median =", time_units, refuse);
        p90 = quantity_after(line, "percentile(90%) =", time_units, refuse);
        p95 = quantity_after(line, "percentile(95%) =", time_units, refuse);
        p99 = quantity_after(line, "percentile(99%) =", time_units, refuse);
        if (mean != mean || line.find("percentile(") == line.npos)
            refuse(std::string("this line should go from min to percentiles; it may be cut off"));
    }
    /// One line of a summary as TensorRT 6 and 7 print it, "median: 3.68 ms (end to end 6.28 ms)".
    template <class Refuse>
    void read_part(std::string_view line, Refuse&& refuse) {
        const auto take = [&](double& into, std::string_view label) {
            if (line.starts_with(label)) into = quantity_after(line, label, time_units, refuse);
        };
        take(min, "min:");
        take(max, "max:");
        take(mean, "mean:");
        take(median, "median:");
        if (!line.starts_with("percentile:")) return;
        const double time = quantity_after(line, "percentile:", time_units, refuse);
        if (line.find("at 99%") != line.npos) p99 = time;
        if (line.find("at 95%") != line.npos) p95 = time;
        if (line.find("at 90%") != line.npos) p90 = time;
    }
    [[nodiscard]] bool known() const { return mean == mean || median == median; }
};

/// Collects one run of trtexec from its lines.
class trtexec_log_reader {
public:
    explicit trtexec_log_reader(ingest& run) : run_(&run) {}

    void read() {
        line_reader lines = run_->input().lines();
        while (lines.next()) read_line(lines);
        finish();
        if (run_->count() == 0) run_->fail_without("performance summary");
    }

private:
    void read_line(const line_reader& lines) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        std::string_view text = lines.text();
        run_->heed(text);
        if (text.find("&&&& RUNNING") != text.npos) {
            finish();
            run_->forget_errors();
            batch_.reset();
            streams_.reset();
            if (const std::size_t at = text.find("[TensorRT"); at != text.npos)
                run_->set_tool(std::string(text.substr(at + 1, text.find(']', at) - at - 1)));
            return;
        }
        if (const std::size_t at = text.find("[I] "); at != text.npos) text.remove_prefix(at + 4);
        text = trimmed(text);
        if (text == "=== Performance summary ===") {
            finish();
            line_ = lines.number();
        } else if (text == "Host Latency" || text == "Host latency") {
            finish();
            line_ = lines.number();
            section_ = &latency_;
        } else if (text == "GPU Compute" || text == "GPU compute") {
            section_ = &compute_;
        } else if (text == "Enqueue Time" || text == "Enqueue time" || text == "End-to-End Host Latency") {
            section_ = nullptr;
        } else if (line_ > 0 && text.starts_with("throughput:")) {
            if (text.find(" qps") == text.npos) lines.fail("throughput should be in qps");
            queries_ = number_after(text, "throughput:", refuse);
        } else if (section_ != nullptr && text.find(": ") != text.npos && text.find(" ms") != text.npos) {
            section_->read_part(text, refuse);
        } else if (text.starts_with("Average over ") && text.find(" runs is ") != text.npos) {
            read_oldest(text, lines);
        } else if (text.starts_with("Batch: ") && text != "Batch: Explicit") {
            batch_ = count_after(text, "Batch:", refuse);
        } else if (text.starts_with("Inference Streams:") || text.starts_with("Streams:")) {
            streams_ = count_after(text, "Streams:", refuse);
        } else if (line_ > 0 && text.starts_with("Throughput:")) {
            if (text.find(" qps") == text.npos) lines.fail("throughput should be in qps");
            queries_ = number_after(text, "Throughput:", refuse);
        } else if (line_ > 0 && text.starts_with("Latency:")) {
            latency_.read(text, refuse);
        } else if (line_ > 0 && text.starts_with("GPU Compute Time:")) {
            compute_.read(text, refuse);
        }
    }

    /// TensorRT 5: "Average over 10 runs is 3.2 ms (host walltime is 3.5 ms, 99% percentile time is 3.9)."
    void read_oldest(std::string_view text, const line_reader& lines) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        if (line_ == 0) line_ = lines.number();
        ++averages_;
        const auto add = [&](double& mean, double time) {
            mean = averages_ == 1 ? time : mean + (time - mean) / static_cast<double>(averages_);
        };
        add(compute_.mean, quantity_after(text, " runs is ", time_units, refuse));
        add(latency_.mean, quantity_after(text, "host walltime is ", time_units, refuse));
    }

    void finish() {
        if (line_ == 0) return;
        const bool compute = run_->wants_compute() ? compute_.known() : !latency_.known() && queries_ != queries_;
        const trtexec_times_line& times = compute ? compute_ : latency_;
        if (!times.known() && queries_ != queries_)
            run_->fail(line_, {}, "the performance summary holds no figure, or ends too early");
        stated_facts said;
        said.batch = batch_;
        if (streams_ && *streams_ > 1) said.threads = streams_;
        measurement one = run_->record(said, line_);
        one.scope = compute ? measured_scope::compute : measured_scope::system;
        if (one.scope != run_->options().scope) one.warn(caution::other_scope);
        run_->set_latency(one, {{"min", times.min},
                                {"max", times.max},
                                {"mean", times.mean},
                                {"median", times.median},
                                {"p90", times.p90},
                                {"p95", times.p95},
                                {"p99", times.p99}});
        if (!compute)
            one.throughput = quantity_of<inputs_per_second>(queries_ * static_cast<double>(one.inputs_per_call()));
        run_->emit(std::move(one));
        line_ = 0;
        averages_ = 0;
        section_ = nullptr;
        queries_ = not_stated;
        latency_ = compute_ = {};
    }

    ingest* run_;
    std::int64_t line_ = 0, averages_ = 0;
    std::optional<std::int64_t> batch_, streams_;
    double queries_ = not_stated;
    trtexec_times_line latency_, compute_;
    trtexec_times_line* section_ = nullptr;  ///< of TensorRT 6 and 7, whose summary has a line for each figure
};

}  // namespace detail

namespace adapters {

/// `--exportTimes`: every run with its transfers. Traps: warm-up runs are in it, batch is not; latency is host to
/// device, compute and back. Throughput is that of the whole file.
inline constexpr adapter trtexec_times{"trtexec_times", "trtexec", "trtexec --exportTimes, JSON of every run",
                                       &detail::is_trtexec_times, &detail::read_trtexec_times};

/// `--exportProfile`: mean time of each layer. Layers that take no time run inside others and are left out.
inline constexpr adapter trtexec_profile{"trtexec_profile", "trtexec", "trtexec --exportProfile, JSON of layers",
                                         &detail::is_trtexec_profile, &detail::read_trtexec_profile};

/// What trtexec of TensorRT 5 to 10 prints, one record for each performance summary. Traps: qps counts queries, of a
/// batch each; "end to end" of older versions overlaps queries and is left out.
inline constexpr adapter trtexec_log{"trtexec_log", "trtexec", "what trtexec prints", &detail::is_trtexec_log,
                                     [](ingest& run) { detail::trtexec_log_reader(run).read(); }};

}  // namespace adapters

}  // namespace qutibench
