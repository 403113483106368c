// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What to expect beside every bound, from the calibrations that ship.
#pragma once

#include <qutibench/ask/calibrated.hpp>
#include <qutibench/io/expect.hpp>

#include <memory>

namespace qutibench {

/// For `design_axes::expect`. Says nothing of a device that was scaled or of which several share the work, of sparse
/// peaks, of streams, of training, and where a calibration has the answer: nobody measured those. Safe to call from
/// several threads.
class shipped_expectation {
public:
    [[nodiscard]] std::shared_ptr<const expectation> operator()(const answer& of) const {
        const bool is_another =
            of.fitted || of.trained || of.how.stream > 0 || of.how.sparse || !(of.scales == device_scales{});
        if (is_another) return nullptr;
        return std::make_shared<const expectation>(
            expect(table_of(of), of.prediction, *of.device, run_of(of), known_populations()));
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
        if (!from_->has_datasheet)
            throw invalid_argument("population '" + from_->name + "' has no datasheets to tell '" + of.device->id() +
                                   "' from its devices by; calibrate with a measurement or two of it");
        return {from_.get(), nullptr};
    }

    std::shared_ptr<const fitting::population> from_;
    std::shared_ptr<kernel_tables> kernels_ = std::make_shared<kernel_tables>();
};

}  // namespace qutibench
