// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// ONNX Runtime: the profile of a session (a Chrome trace) and what onnxruntime_perf_test prints.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/json_records.hpp>
#include <qutibench/io/adapters/samples.hpp>

#include <unordered_map>
#include <vector>

namespace qutibench {

namespace detail {

inline bool is_onnxruntime_profile(std::string_view head) {
    return head.find("\"cat\"") != head.npos && head.find("\"Session\"") != head.npos &&
           (head.find("session_initialization") != head.npos || head.find("model_loading") != head.npos ||
            head.find("_kernel_time") != head.npos);
}

/// A tensor's element type in a profile, "float" in `"input_type_shape" : [{"float":[1,3,224,224]}]`.
[[nodiscard]] inline std::optional<datatype> onnxruntime_datatype(const json_record& event, std::string_view prefix) {
    constexpr struct {
        std::string_view name;
        datatype type;
    } names[] = {{"float", fp32}, {"float16", fp16}, {"bfloat16", bf16},
                 {"int8", int8},  {"uint8", int8},   {"double", fp64}};
    for (const json_record::scalar& one : event.scalars()) {
        std::string_view path = one.path;
        if (!path.starts_with(prefix)) continue;
        path.remove_prefix(prefix.size());
        path = path.substr(0, path.find('/'));
        for (const auto& known : names)
            if (known.name == path) return known.type;
    }
    return std::nullopt;
}

/// Gathers the times of every node and of the whole model over all runs of a profile.
class onnxruntime_profile {
public:
    explicit onnxruntime_profile(ingest& run) : run_(&run) {}

    void add(const json_record& event) {
        const std::string_view name = event.text("name"), category = event.text("cat");
        if (event.text("ph") != "X") return;
        if (category == "Session" && name == "model_run") {
            ++runs_;
            if (runs_ > run_->options().warm_up) model_.add(time_of(event));
        }
        constexpr std::string_view kernel = "_kernel_time";
        if (category != "Node" || !name.ends_with(kernel)) return;
        const std::string id(name.substr(0, name.size() - kernel.size()));
        // Nodes that the runtime inserts share a name, but not an index.
        const auto [at, is_new] =
            index_.try_emplace(id + "#" + std::string(event.text("args/node_index")), nodes_.size());
        if (is_new) {
            nodes_.emplace_back();
            nodes_.back().name = id;
            nodes_.back().pointer = event.pointer();
            read_datatype(event, nodes_.back());
            read_batch(event);
        }
        node& one = nodes_[at->second];
        // Events of a run come before its own; the first runs of a node are the warm-up runs.
        if (one.seen++ >= run_->options().warm_up && event.number("dur") != 0) one.times.add(time_of(event));
    }

    void emit() {
        if (nodes_.empty() && model_.count() == 0)
            run_->fail_without("run of the model ('model_run') or of a node ('..._kernel_time')");
        if (model_.count() > 0) emit_model();
        for (const node& one : nodes_)
            if (one.times.count() > 0) emit_node(one);
        if (run_->count() == 0) run_->fail_without("run after the warm-up");
    }

private:
    struct node {
        std::string name{};
        std::string pointer{};
        std::optional<precision> numbers{};
        bool multiplies = false;
        std::int64_t seen = 0;
        sample_statistics times{};
    };

    static double time_of(const json_record& event) {
        const double microseconds = event.number("dur");
        if (!(microseconds > 0 && microseconds < 1e15)) event.fail("dur should be a positive number of microseconds");
        return microseconds * 1e-6;
    }

    static void read_datatype(const json_record& event, node& one) {
        const std::string_view kind = event.text("args/op_name");
        one.multiplies =
            kind.find("Conv") != kind.npos || kind.find("MatMul") != kind.npos || kind.find("Gemm") != kind.npos;
        const auto activations = onnxruntime_datatype(event, "args/input_type_shape/0/");
        auto weights =
            onnxruntime_datatype(event, one.multiplies && kind.starts_with("QLinear") ? "args/input_type_shape/3/"
                                                                                      : "args/input_type_shape/1/");
        if (!activations) return;
        one.numbers = precision(one.multiplies ? weights.value_or(*activations) : *activations, *activations);
    }

    /// A convolution's input is N x C x ..., so N is the batch (ONNX operators, Conv), where all agree.
    void read_batch(const json_record& event) {
        constexpr std::string_view first_input = "args/input_type_shape/0/";
        const std::string_view kind = event.text("args/op_name");
        if (!kind.ends_with("Conv")) return;
        for (const json_record::scalar& one : event.scalars()) {
            const std::string_view path = one.path;
            if (!path.starts_with(first_input) || !path.substr(first_input.size()).ends_with("/0")) continue;
            const auto count = event.count(path);
            if (!count || *count < 1) return;
            batches_agree_ = batches_agree_ && (!batch_ || *batch_ == *count);
            batch_ = count;
            return;
        }
    }

    [[nodiscard]] std::optional<std::int64_t> stated_batch() const {
        const auto& supplied = run_->options().batch;
        if (!batch_ || !batches_agree_) return std::nullopt;
        if (supplied && *supplied != *batch_)
            run_->fail(0, "args/input_type_shape",
                       message({"the convolutions ran with batch ", *batch_, ", but ", *supplied, " was supplied"}));
        return batch_;
    }

    [[nodiscard]] std::string statistic() const {
        return run_->options().statistic.empty() ? "median" : run_->options().statistic;
    }

    void emit_model() {
        stated_facts said;
        said.is_row = true;
        bool agree = true;
        for (const node& one : nodes_) {
            if (!one.multiplies || !one.numbers) continue;
            agree = agree && (!said.datatype || *said.datatype == *one.numbers);
            said.datatype = one.numbers;
        }
        if (!agree) said.datatype.reset();
        said.batch = stated_batch();
        measurement one = run_->record(said, 0, "model_run");
        run_->warn_of_datatype(one);
        if (run_->wants_compute()) one.warn(caution::other_scope);
        if (run_->options().warm_up == 0) one.warn(caution::warm_up);
        one.statistic = statistic();
        one.latency = quantity_of<seconds>(model_.named(one.statistic));
        run_->emit(std::move(one));
    }

    void emit_node(const node& of) {
        stated_facts said;
        said.is_row = true;
        said.datatype = of.numbers;
        said.batch = stated_batch();
        measurement one = run_->record(said, 0, of.pointer);
        run_->warn_of_datatype(one);
        one.level = measured_level::layer;
        one.part = of.name;
        one.scope = measured_scope::compute;
        if (run_->options().warm_up == 0) one.warn(caution::warm_up);
        one.statistic = statistic();
        one.latency = quantity_of<seconds>(of.times.named(one.statistic));
        run_->emit(std::move(one));
    }

    ingest* run_;
    sample_statistics model_;
    std::int64_t runs_ = 0;
    std::optional<std::int64_t> batch_;
    bool batches_agree_ = true;
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<node> nodes_;
};

inline void read_onnxruntime_profile(ingest& run) {
    onnxruntime_profile profile(run);
    for_each_json_record(run.input(), {"/*", "/traceEvents/*"}, [&](const json_record& event) { profile.add(event); });
    profile.emit();
}

inline bool is_onnxruntime_perf(std::string_view head) {
    return head.find("Average inference time cost") != head.npos || head.find("Average time cost") != head.npos ||
           head.find("Number of inferences per second") != head.npos;
}

inline void read_onnxruntime_perf(ingest& run) {
    double mean = not_stated, min = not_stated, max = not_stated, p50 = not_stated, p90 = not_stated, p95 = not_stated,
           p99 = not_stated, rate = not_stated;
    std::int64_t line = 0;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string_view text = trimmed(lines.text());
        const auto take = [&](double& into, std::string_view label) {
            std::optional<std::string_view> rest = after(text, label);
            if (!text.starts_with(label) || !rest) return;
            if (rest->starts_with("is ")) rest->remove_prefix(3);
            into = read_quantity(trimmed(*rest), time_units, refuse);
            if (line == 0) line = lines.number();
        };
        take(mean, "Average inference time cost");
        take(mean, "Average time cost");
        take(min, "Min Latency");
        take(max, "Max Latency");
        take(p50, "P50 Latency");
        take(p90, "P90 Latency");
        take(p95, "P95 Latency");
        take(p99, "P99 Latency");
        const double per_second = number_after(text, "Number of inferences per second", refuse);
        if (per_second != per_second) continue;
        lines.require_end();
        rate = per_second;
    }
    if (line == 0) run.fail_without("line of latency such as 'Average inference time cost'");
    measurement one = run.record({}, line);
    if (run.wants_compute()) one.warn(caution::other_scope);
    run.set_latency(
        one, {{"median", p50}, {"mean", mean}, {"p90", p90}, {"p95", p95}, {"p99", p99}, {"min", min}, {"max", max}});
    one.throughput = quantity_of<inputs_per_second>(rate * static_cast<double>(one.inputs_per_call()));
    run.emit(std::move(one));
}

}  // namespace detail

namespace adapters {

/// A session's profile: the whole model and every node. Traps: microseconds; the session's own events are not added
/// to those of nodes; the first runs warm up (`ingest_options::warm_up` leaves them out).
inline constexpr adapter onnxruntime_profile{"onnxruntime_profile", "onnxruntime",
                                             "ONNX Runtime profile, a Chrome trace", &detail::is_onnxruntime_profile,
                                             &detail::read_onnxruntime_profile};

/// What onnxruntime_perf_test prints. Traps: milliseconds and seconds side by side; runs counted, not inputs.
inline constexpr adapter onnxruntime_perf_test{"onnxruntime_perf_test", "onnxruntime",
                                               "what onnxruntime_perf_test prints", &detail::is_onnxruntime_perf,
                                               &detail::read_onnxruntime_perf};

}  // namespace adapters

}  // namespace qutibench
