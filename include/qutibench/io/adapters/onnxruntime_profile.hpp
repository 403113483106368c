// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The profile of an ONNX Runtime session, a Chrome trace: how its events belong to runs, and runs to batches.
/// A node's event comes when it ends, so the events of a sub-graph come before the node that holds it, and those of a
/// run before 'model_run'.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/json_records.hpp>
#include <qutibench/io/adapters/samples.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

namespace qutibench::detail {

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

/// What the first event of a node tells of it.
struct onnxruntime_node {
    std::string name{};
    std::string pointer{};
    std::optional<precision> numbers{};
    bool multiplies = false;

    explicit onnxruntime_node(const json_record& event) : pointer(event.pointer()) {
        const std::string_view kind = event.text("args/op_name");
        const auto is = [&](std::string_view word) { return kind.find(word) != kind.npos; };
        multiplies = is("Conv") || is("MatMul") || is("Gemm");
        const auto activations = onnxruntime_datatype(event, "args/input_type_shape/0/");
        const bool linear = multiplies && kind.starts_with("QLinear");
        const auto weights =
            onnxruntime_datatype(event, linear ? "args/input_type_shape/3/" : "args/input_type_shape/1/");
        if (!activations) return;
        numbers = precision(multiplies ? weights.value_or(*activations) : *activations, *activations);
    }
};

/// Nodes and their names. Nodes that the runtime inserts share a name, but not an index; nodes of a sub-graph carry
/// the name of the node that holds it, so that one name and index in two graphs stay two.
class onnxruntime_nodes {
public:
    /// Number of the node; `event` is its first one where it is new.
    std::size_t at(const std::string& path, const json_record& event) {
        const auto [found, is_new] = index_.try_emplace(path, nodes_.size());
        if (is_new) nodes_.emplace_back(event);
        return found->second;
    }
    /// Number of a node once it is known to be inside another one.
    std::size_t inside(std::size_t holder, std::size_t node) {
        const std::string path = std::to_string(holder) + "/" + std::to_string(node);
        const auto [found, is_new] = index_.try_emplace(path, nodes_.size());
        if (is_new) {
            nodes_.push_back(nodes_[node]);
            nodes_.back().name = nodes_[holder].name + "/" + nodes_[node].name;
        }
        return found->second;
    }
    [[nodiscard]] onnxruntime_node& operator[](std::size_t i) { return nodes_[i]; }
    [[nodiscard]] const onnxruntime_node& operator[](std::size_t i) const { return nodes_[i]; }
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }

private:
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<onnxruntime_node> nodes_;
};

/// The nodes of one run as they end. Holders of sub-graphs follow the executor of the sub-graph, which follows its
/// nodes.
class onnxruntime_run {
public:
    struct timed {
        std::size_t node;
        double start;
        double time;  ///< microseconds
        int frame;    ///< executors around it that have ended
    };

    void add(std::size_t node, double start, double time, onnxruntime_nodes& names) {
        for (std::size_t i = events_.size(); i > 0 && events_[i - 1].start >= start; --i) {
            timed& held = events_[i - 1];
            if (held.frame > 0) held.node = names.inside(node, held.node);
            held.frame = 0;
        }
        events_.push_back({node, start, time, 0});
    }
    /// An executor ended: what started after it did belongs to its graph.
    void close(double start) {
        for (std::size_t i = events_.size(); i > 0 && events_[i - 1].start >= start; --i) ++events_[i - 1].frame;
    }

    [[nodiscard]] std::vector<timed>& events() { return events_; }
    /// What tells runs of different batches apart: inputs of a convolution (N x C x ..., ONNX operators, Conv), or
    /// else the leading dimension of the first node's first input.
    std::optional<std::int64_t> batch{}, leading{};
    bool convolutions_agree = true;

    void read_batch(const json_record& event) {
        constexpr std::string_view first_input = "args/input_type_shape/0/";
        const bool convolves = event.text("args/op_name").ends_with("Conv");
        if (!convolves && (leading || !events_.empty())) return;
        std::optional<std::int64_t> count;
        bool is_table = false;
        for (const json_record::scalar& one : event.scalars()) {
            const std::string_view path = one.path;
            if (!path.starts_with(first_input)) continue;
            if (path.substr(first_input.size()).ends_with("/0")) count = event.count(path);
            if (path.substr(first_input.size()).ends_with("/1")) is_table = true;
        }
        if (!count || *count < 1) return;
        if (!convolves) {
            if (is_table) leading = count;
            return;
        }
        convolutions_agree = convolutions_agree && (!batch || *batch == *count);
        batch = count;
    }

private:
    std::vector<timed> events_;
};

/// Gathers the times of every node and of the whole model over all runs of a profile, one group for each batch.
class onnxruntime_profile {
public:
    explicit onnxruntime_profile(ingest& run) : run_(&run) {}

    void add(const json_record& event) {
        const std::string_view name = event.text("name"), category = event.text("cat");
        if (event.text("ph") != "X") return;
        const double thread = event.number("tid");
        onnxruntime_run& present = pending_[thread == thread ? thread : 0];
        if (category == "Session" && name.ends_with("Executor::Execute")) present.close(start_of(event));
        if (category == "Session" && name == "model_run") end_run(event, thread == thread ? thread : 0);
        constexpr std::string_view kernel = "_kernel_time";
        if (category != "Node" || !name.ends_with(kernel)) return;
        const std::string id(name.substr(0, name.size() - kernel.size()));
        const std::size_t node = nodes_.at(id + "#" + std::string(event.text("args/node_index")), event);
        nodes_[node].name = id;
        present.read_batch(event);
        const double microseconds = event.number("dur");
        if (microseconds != 0) time_of(event);  // refuses what is no time
        present.add(node, start_of(event), microseconds, nodes_);
    }

    void emit() {
        if (runs_ == 0 && nodes_.size() > 0) end_without_model();
        if (groups_.empty()) {
            if (runs_ > 0) run_->fail_without("run after the warm-up");
            run_->fail_without("run of the model ('model_run') or of a node ('..._kernel_time')");
        }
        for (const auto& [batch, one] : groups_) {
            emit_model(one);
            for (const auto& [node, times] : one.nodes)
                if (times.count() > 0) emit_node(one, nodes_[node], times);
        }
        if (run_->count() == 0) run_->fail_without("run after the warm-up");
    }

private:
    struct group {
        std::optional<std::int64_t> batch{};
        sample_statistics model{};
        std::map<std::size_t, sample_statistics> nodes{};
    };

    static double time_of(const json_record& event) {
        const double microseconds = event.number("dur");
        if (!(microseconds > 0 && microseconds < 1e15)) event.fail("dur should be a positive number of microseconds");
        return microseconds * 1e-6;
    }
    static double start_of(const json_record& event) {
        const double start = event.number("ts");
        return start == start ? start : 0;
    }

    /// The run's nodes ran in the thread that called it, or in threads of a pool that never call.
    void end_run(const json_record& event, double thread) {
        callers_.insert(thread);
        onnxruntime_run all = std::move(pending_[thread]);
        pending_.erase(thread);
        for (auto at = pending_.begin(); at != pending_.end();) {
            if (callers_.count(at->first) != 0) {
                ++at;
                continue;
            }
            all.events().insert(all.events().end(), at->second.events().begin(), at->second.events().end());
            if (!all.batch) all.batch = at->second.batch;
            all.convolutions_agree = all.convolutions_agree && at->second.convolutions_agree;
            if (!all.leading) all.leading = at->second.leading;
            at = pending_.erase(at);
        }
        const double time = time_of(event);
        if (runs_++ < run_->options().warm_up) return;
        group& into = group_of(all);
        into.model.add(time);
        add_sums(all, into);
    }

    /// A profile that stops before its run ends: every event stands for itself.
    void end_without_model() {
        std::map<std::size_t, std::int64_t> seen;
        for (auto& [thread, some] : pending_)
            for (const onnxruntime_run::timed& one : some.events())
                if (seen[one.node]++ >= run_->options().warm_up && one.time > 0)
                    group_of(some).nodes[one.node].add(one.time * 1e-6);
    }

    /// A node inside a loop runs several times in one run; its time is their sum.
    static void add_sums(onnxruntime_run& all, group& into) {
        std::map<std::size_t, double> sums;
        for (const onnxruntime_run::timed& one : all.events()) sums[one.node] += one.time * 1e-6;
        for (const auto& [node, sum] : sums)
            if (sum > 0) into.nodes[node].add(sum);
    }

    group& group_of(const onnxruntime_run& of) {
        const std::optional<std::int64_t> stated = of.convolutions_agree ? of.batch : std::nullopt;
        group& one = groups_[(of.batch ? stated : of.leading).value_or(0)];
        one.batch = stated;
        return one;
    }

    /// A batch that nothing but the leading dimension tells counts only where it tells groups apart.
    [[nodiscard]] std::optional<std::int64_t> stated_batch(const group& of) const {
        const auto& supplied = run_->options().batch;
        if (groups_.size() > 1) {
            for (const auto& [key, one] : groups_)
                if (&one == &of && key > 0) return key;
            return std::nullopt;
        }
        if (of.batch && supplied && *supplied != *of.batch)
            run_->fail(0, "args/input_type_shape",
                       message({"the convolutions ran with batch ", *of.batch, ", but ", *supplied, " was supplied"}));
        return of.batch;
    }

    [[nodiscard]] std::string statistic() const {
        return run_->options().statistic.empty() ? "median" : run_->options().statistic;
    }

    void emit_model(const group& of) {
        if (of.model.count() == 0) return;
        stated_facts said;
        said.is_row = true;
        bool agree = true;
        for (const auto& [index, times] : of.nodes) {
            const onnxruntime_node& one = nodes_[index];
            if (!one.multiplies || !one.numbers) continue;
            agree = agree && (!said.datatype || *said.datatype == *one.numbers);
            said.datatype = one.numbers;
        }
        if (!agree) said.datatype.reset();
        said.batch = stated_batch(of);
        measurement one = run_->record(said, 0, "model_run");
        run_->warn_of_datatype(one);
        if (run_->wants_compute()) one.warn(caution::other_scope);
        finish(one, of.model);
    }

    void emit_node(const group& of, const onnxruntime_node& node, const sample_statistics& times) {
        stated_facts said;
        said.is_row = true;
        said.datatype = node.numbers;
        said.batch = stated_batch(of);
        measurement one = run_->record(said, 0, node.pointer);
        run_->warn_of_datatype(one);
        one.level = measured_level::layer;
        one.part = node.name;
        one.scope = measured_scope::compute;
        finish(one, times);
    }

    void finish(measurement& one, const sample_statistics& times) {
        if (run_->options().warm_up == 0) one.warn(caution::warm_up);
        one.statistic = statistic();
        one.latency = quantity_of<seconds>(times.named(one.statistic));
        run_->emit(std::move(one));
    }

    ingest* run_;
    onnxruntime_nodes nodes_;
    std::map<double, onnxruntime_run> pending_;  // by thread
    std::set<double> callers_;
    std::map<std::int64_t, group> groups_;  // by batch, 0 where it is not known
    std::int64_t runs_ = 0;
};

inline void read_onnxruntime_profile(ingest& run) {
    onnxruntime_profile profile(run);
    for_each_json_record(run.input(), {"/*", "/traceEvents/*"}, [&](const json_record& event) { profile.add(event); });
    profile.emit();
}

}  // namespace qutibench::detail

namespace qutibench::adapters {

/// A session's profile: the whole model and every node, each batch for itself. Traps: microseconds; the session's own
/// events are not added to those of nodes; a node inside a loop runs several times in a run; the first runs warm up
/// (`ingest_options::warm_up` leaves them out).
inline constexpr adapter onnxruntime_profile{"onnxruntime_profile", "onnxruntime",
                                             "ONNX Runtime profile, a Chrome trace", &detail::is_onnxruntime_profile,
                                             &detail::read_onnxruntime_profile};

}  // namespace qutibench::adapters
