// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What to expect beside every bound, from the calibrations that ship.
#pragma once

#include <qutibench/ask/calibrated.hpp>
#include <qutibench/detail/mutex.hpp>
#include <qutibench/io/expect.hpp>

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace qutibench {

/// What expectations of a sweep have in common: what each device stands on in a datatype, and what each network takes
/// beyond its work in a class, each worked out once. Safe to call from several threads.
class shared_standings {
public:
    /// The standing of a device, from the classes that ship.
    [[nodiscard]] std::shared_ptr<const standing> of(const answer& one, const measured_run& run) {
        const roofline& roof = one.prediction.roof;
        const std::lock_guard lock(guard_);
        std::vector<entry>& known = standings_[one.device];
        for (const entry& each : known)
            if (each.numbers == run.datatype && each.peak == roof.peak && each.bandwidth == roof.bandwidth)
                return each.by;
        const auto on = fitting::footing_of(*one.device, run.datatype, roof.peak.value(),
                                            detail::shipped_populations::all().that_name(*one.device));
        known.push_back({run.datatype, roof.peak, roof.bandwidth,
                         std::make_shared<const standing>(standing_of(on, one.prediction, *one.device, run))});
        return known.back().by;
    }

    /// What a network takes beyond its work.
    [[nodiscard]] fitting::network_effect effect_of(const answer& one, const fitting::kernel_table& table,
                                                    const fitting::population* in) {
        if (in == nullptr || !table.has_layers) return {};
        const std::lock_guard lock(guard_);
        std::vector<std::pair<const fitting::population*, fitting::network_effect>>& known = effects_[one.work];
        for (const auto& [each, effect] : known)
            if (each == in) return effect;
        return known.emplace_back(in, in->effect_of(table.profile)).second;
    }

private:
    struct entry {
        precision numbers;
        ops_per_second peak;
        bytes_per_second bandwidth;
        std::shared_ptr<const standing> by;
    };

    detail::mutex guard_;
    std::map<std::shared_ptr<const platform>, std::vector<entry>> standings_;
    std::map<std::shared_ptr<const workload>,
             std::vector<std::pair<const fitting::population*, fitting::network_effect>>>
        effects_;
};

/// For `design_axes::expect`. Says nothing of a device that was scaled or of which several share the work, of sparse
/// peaks, of streams, of training, and where a calibration has the answer: nobody measured those. Safe to call from
/// several threads.
class shipped_expectation {
public:
    [[nodiscard]] std::shared_ptr<const expectation> operator()(const answer& of) const {
        const bool is_another =
            of.fitted || of.trained || of.how.stream > 0 || of.how.sparse || !(of.scales == device_scales{});
        if (is_another) return nullptr;
        const measured_run run = run_of(of);
        const fitting::kernel_table& table = table_of(of);
        const auto by = standings_->of(of, run);
        return std::make_shared<const expectation>(
            expect(table, standings_->effect_of(of, table, by->on.from), of.prediction, run, *by));
    }

private:
    [[nodiscard]] const fitting::kernel_table& table_of(const answer& of) const {
        static const fitting::kernel_table none = [] {
            fitting::kernel_table all;
            all.has_layers = false;
            return all;
        }();
        return of.work->layers().empty() || of.work->mac_count == 0 ? none : kernels_->of(of);
    }

    std::shared_ptr<kernel_tables> kernels_ = std::make_shared<kernel_tables>();
    std::shared_ptr<shared_standings> standings_ = std::make_shared<shared_standings>();
};

/// Predicts as a population that ships expects of its class, whatever class the device says it is of; for
/// `design_axes::fit`. Safe to call from several threads.
class population_fit {
public:
    explicit population_fit(std::shared_ptr<const fitting::population> from) : from_(std::move(from)) {}

    /// Throws invalid_argument for a device that the population neither measured nor can tell from its datasheet.
    [[nodiscard]] fitted_figures operator()(const answer& of) const {
        const fitting::footing on = footing_for(of);
        const expectation one = expect(kernels_->of(of), of.prediction, *of.device, run_of(of), on);
        if (one.basis == expectation_basis::bound)
            throw invalid_argument("population '" + from_->name + "' knows nothing of " + of.network + " on '" +
                                   of.device->id() + "': " + one.warnings.front());
        fitted_figures all{one.throughput_ips, one.low_ips, one.high_ips, one.latency_s, of.prediction.bound()};
        all.warnings = one.sources;
        all.warnings.insert(all.warnings.end(), one.warnings.begin(), one.warnings.end());
        return all;
    }

private:
    [[nodiscard]] fitting::footing footing_for(const answer& of) const {
        const std::string datatype = to_string(of.how.datatype);
        for (const fitting::known_device& known : from_->devices)
            if (known.platform == of.device->id() && known.datatype == datatype) return {from_.get(), &known};
        if (from_->sheet.levels.empty())
            throw invalid_argument("population '" + from_->name + "' has no datasheets to tell '" + of.device->id() +
                                   "' from its devices by; calibrate with a measurement or two of it");
        return {from_.get(), nullptr};
    }

    std::shared_ptr<const fitting::population> from_;
    std::shared_ptr<kernel_tables> kernels_ = std::make_shared<kernel_tables>();
};

}  // namespace qutibench
