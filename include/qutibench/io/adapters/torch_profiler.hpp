// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// PyTorch's profiler: the Chrome trace of `export_chrome_trace` or `tensorboard_trace_handler`.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/json_records.hpp>
#include <qutibench/io/adapters/samples.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <vector>

namespace qutibench {

namespace detail {

inline bool is_torch_profiler(std::string_view head) {
    return head.find("\"traceEvents\"") != head.npos &&
           (head.find("\"schemaVersion\"") != head.npos || head.find("\"cpu_op\"") != head.npos ||
            head.find("ProfilerStep#") != head.npos);
}

/// Gathers the steps of a trace and the time of each kernel, or of each operator where no device has kernels.
class torch_trace {
public:
    explicit torch_trace(ingest& run) : run_(&run) {}

    void add(const json_record& event) {
        if (event.text("ph") != "X") return;
        const std::string_view name = event.text("name"), category = event.text("cat");
        const double time = event.number("dur"), start = event.number("ts");
        if (!(time >= 0 && time < 1e15)) event.fail("dur should be a number of microseconds that is not negative");
        const bool is_step = name.starts_with("ProfilerStep") && category != "gpu_user_annotation";
        if (is_step) {
            steps_.push_back({start, time});
        } else if (category == "kernel" || category == "Kernel") {
            kernels_.push_back({number_of(name), 0, start, time});
        } else if (category == "cpu_op" || category == "Operator") {
            operators_.push_back({number_of(name), event.number("tid"), start, time});
        }
    }

    void emit() {
        if (steps_.empty() && kernels_.empty() && operators_.empty())
            run_->fail_without("step, kernel or operator with its time");
        std::sort(steps_.begin(), steps_.end(), [](const step& a, const step& b) { return a.start < b.start; });
        const auto warm = static_cast<std::size_t>(run_->options().warm_up);
        if (!steps_.empty() && warm >= steps_.size()) run_->fail_without("step after the warm-up");
        if (!steps_.empty()) emit_model(warm);
        if (kernels_.empty()) keep_outermost();
        emit_parts(kernels_.empty() ? operators_ : kernels_, warm);
        if (run_->count() == 0) run_->fail_without("step, kernel or operator that took time");
    }

private:
    struct step {
        double start, time;
    };
    struct timed {
        std::size_t name;
        double thread, start, time;  ///< microseconds
    };

    std::size_t number_of(std::string_view name) {
        const auto [at, is_new] = index_.try_emplace(std::string(name), names_.size());
        if (is_new) names_.push_back(std::string(name));
        return at->second;
    }

    void emit_model(std::size_t warm) {
        sample_statistics times;
        for (std::size_t i = warm; i < steps_.size(); ++i)
            if (steps_[i].time > 0) times.add(steps_[i].time * 1e-6);
        if (times.count() == 0) return;
        measurement one = run_->record({}, 0, "ProfilerStep");
        if (run_->wants_compute()) one.warn(caution::other_scope);
        if (warm == 0) one.warn(caution::warm_up);
        one.statistic = run_->options().statistic.empty() ? "median" : run_->options().statistic;
        one.latency = quantity_of<seconds>(times.named(one.statistic));
        run_->emit(std::move(one));
    }

    /// Operators call operators; only the outermost of each thread count, so that their sum is the time spent.
    void keep_outermost() {
        std::sort(operators_.begin(), operators_.end(), [](const timed& a, const timed& b) {
            if (a.thread != b.thread) return a.thread < b.thread;
            return a.start != b.start ? a.start < b.start : a.time > b.time;
        });
        double thread = not_stated, end = 0;
        std::erase_if(operators_, [&](const timed& one) {
            const bool inner = one.thread == thread && one.start < end;
            if (!inner) {
                thread = one.thread;
                end = one.start + one.time;
            }
            return inner;
        });
    }

    /// Of each name the time in one step, on average. Kernels run behind the step that launched them, so what is left
    /// out as warm-up is what starts before the first step that counts.
    void emit_parts(const std::vector<timed>& all, std::size_t warm) {
        const double first = steps_.empty() ? -1 : steps_[warm].start;
        const double calls = steps_.empty() ? 1 : static_cast<double>(steps_.size() - warm);
        std::map<std::size_t, double> sums;
        for (const timed& one : all)
            if (one.start >= first) sums[one.name] += one.time * 1e-6;
        for (const auto& [name, sum] : sums) {
            if (!(sum > 0)) continue;
            measurement one = run_->record({}, 0, names_[name]);
            one.level = measured_level::block;
            one.part = names_[name];
            one.scope = measured_scope::compute;
            if (warm == 0) one.warn(caution::warm_up);
            if (steps_.empty()) one.warn(caution::calls_unknown);
            run_->set_latency(one, {{"mean", sum / calls}});
            run_->emit(std::move(one));
        }
    }

    ingest* run_;
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<std::string> names_;
    std::vector<step> steps_;
    std::vector<timed> kernels_, operators_;
};

inline void read_torch_profiler(ingest& run) {
    torch_trace trace(run);
    for_each_json_record(run.input(), {"/traceEvents/*"}, [&](const json_record& event) { trace.add(event); });
    trace.emit();
}

}  // namespace detail

namespace adapters {

/// torch.profiler's trace: the steps that `prof.step()` marks are calls of the network; every kernel's name, or every
/// outermost operator's without a device, is a block with its time in one step. Traps: microseconds; operators nest;
/// annotations come again on the device's row; without steps the trace is read as one call, and says so.
inline constexpr adapter torch_profiler{"torch_profiler", "torch", "torch.profiler, a Chrome trace",
                                        &detail::is_torch_profiler, &detail::read_torch_profiler};

}  // namespace adapters

}  // namespace qutibench
