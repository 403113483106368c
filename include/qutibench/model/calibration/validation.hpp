// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How wrong a calibration is on what it has not seen.
#pragma once

#include <qutibench/model/calibration/points.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace qutibench {

/// One measured run beside its prediction by a calibration that did not see its network (or mode).
struct residual {
    std::string network{};
    measured_run run{};
    double measured_ips = 0;
    double predicted_ips = 0;

    /// |predicted / measured - 1|.
    [[nodiscard]] double error() const { return std::abs(predicted_ips / measured_ips - 1); }
};

/// Held-out errors of a calibration.
struct validation {
    std::vector<residual> residuals;

    [[nodiscard]] std::size_t rows() const { return residuals.size(); }

    /// Mean absolute percentage error as a fraction; NaN without rows.
    [[nodiscard]] double mape() const {
        double sum = 0;
        for (const residual& one : residuals) sum += one.error();
        return residuals.empty() ? std::numeric_limits<double>::quiet_NaN()
                                 : sum / static_cast<double>(residuals.size());
    }

    /// Median absolute percentage error as a fraction; NaN without rows.
    [[nodiscard]] double median_ape() const {
        if (residuals.empty()) return std::numeric_limits<double>::quiet_NaN();
        std::vector<double> errors;
        for (const residual& one : residuals) errors.push_back(one.error());
        std::sort(errors.begin(), errors.end());
        const std::size_t half = errors.size() / 2;
        return errors.size() % 2 == 1 ? errors[half] : (errors[half - 1] + errors[half]) / 2;
    }

    /// Share of rows whose prediction lies within `fraction` of the measurement; NaN without rows.
    [[nodiscard]] double within(double fraction) const {
        if (residuals.empty()) return std::numeric_limits<double>::quiet_NaN();
        const auto close = std::count_if(residuals.begin(), residuals.end(),
                                         [&](const residual& one) { return one.error() <= fraction; });
        return static_cast<double>(close) / static_cast<double>(residuals.size());
    }

    /// The same for the rows that `keep` accepts: one network, batch or datatype.
    template <class Keep>
    [[nodiscard]] validation where(Keep keep) const {
        validation some;
        std::copy_if(residuals.begin(), residuals.end(), std::back_inserter(some.residuals), keep);
        return some;
    }
};

}  // namespace qutibench
