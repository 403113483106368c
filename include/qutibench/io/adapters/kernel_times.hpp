// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/samples.hpp>

#include <string>
#include <unordered_map>
#include <vector>

namespace qutibench::detail {

/// The times of kernels by name, in the order in which they first ran. One record each: a part's latency is that of
/// one launch, since such traces do not tell which launches make up one call of a network.
class kernel_times {
public:
    explicit kernel_times(ingest& run) : run_(&run) {}

    /// One launch, in seconds; the first `warm_up` launches of each kernel are left out. `line` counts from 1.
    void add(std::string_view name, double time, std::int64_t line, double traffic = not_stated) {
        kernel& one = of(name, line);
        if (one.seen++ < run_->options().warm_up || !(time > 0)) return;
        one.times.add(time);
        if (traffic == traffic) one.traffic = one.times.count() == 1 ? traffic : one.traffic + traffic;
    }

    /// Throws parse_error when no kernel ran.
    void emit() {
        if (kernels_.empty()) run_->fail_without("kernel with its time");
        const std::string statistic = run_->options().statistic.empty() ? "median" : run_->options().statistic;
        for (const kernel& each : kernels_) {
            if (each.times.count() == 0) continue;
            measurement one = run_->record({}, each.line, each.line > 0 ? std::string() : each.name);
            one.level = measured_level::layer;
            one.part = each.name;
            one.scope = measured_scope::compute;
            one.statistic = statistic;
            one.latency = quantity_of<seconds>(each.times.named(statistic));
            if (each.traffic == each.traffic)
                one.traffic = quantity_of<bytes>(each.traffic / static_cast<double>(each.times.count()));
            if (run_->options().warm_up == 0 && each.times.count() > 1) one.warn(caution::warm_up);
            run_->emit(std::move(one));
        }
        if (run_->count() == 0) run_->fail_without("launch after the warm-up");
    }

private:
    struct kernel {
        std::string name;
        std::int64_t line;
        std::int64_t seen = 0;
        sample_statistics times{};
        double traffic = not_stated;
    };

    kernel& of(std::string_view name, std::int64_t line) {
        const auto [at, is_new] = index_.try_emplace(std::string(name), kernels_.size());
        if (is_new) kernels_.push_back({std::string(name), line});
        return kernels_[at->second];
    }

    ingest* run_;
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<kernel> kernels_;
};

}  // namespace qutibench::detail
