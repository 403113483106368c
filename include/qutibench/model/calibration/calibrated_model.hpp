// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/model/calibration/fitted.hpp>
#include <qutibench/model/predict.hpp>

namespace qutibench {

/// A calibration as an execution model: the figures are what it predicts, with its 90 % interval; what a call computes
/// and moves is that of level 0. It fits terms of whole networks, so the answer has no kernels. Throws invalid_argument
/// with the calibration's reason where it cannot predict, and what `calibration::predict` and `predict` throw.
struct calibrated_model {
    const calibration* fitted = nullptr;  ///< the caller's

    [[nodiscard]] breakdown explain(const workload& net, const platform& device, const deployment& how) const {
        const bool side_by_side = how.threads > 1;
        const measured_run run{.mode = device.mode().name,
                               .datatype = how.datatype,
                               .how = side_by_side ? feeding::threads : feeding::batch,
                               .value = side_by_side ? how.threads : how.batch,
                               .call_batch = how.batch};
        const calibrated_estimate found = fitted->predict(net, run);
        if (!found.predictable) throw invalid_argument(found.warnings.front());
        deployment asked = how;
        asked.execution = execution_kind::network;
        breakdown all{.total = predict(net, device, asked), .low_ips = found.low_ips, .high_ips = found.high_ips};
        const double at_roofline = all.total.call_time;
        all.total.call_time = static_cast<double>(how.batch) * static_cast<double>(how.threads) / found.throughput_ips;
        all.total.call_energy *= all.total.call_time / at_roofline;  // stated power times time
        all.total.limited_by = found.limited_by;
        all.total.assumed &= ~static_cast<std::uint32_t>(assumption::peak_attained);
        all.total.assume(assumption::overheads);
        return all;
    }
};

static_assert(execution_model<calibrated_model>);

}  // namespace qutibench
