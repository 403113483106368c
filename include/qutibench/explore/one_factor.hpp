// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One factor at a time: what each change of a network does to its throughput on a device, beside its operation
/// density; and which parameter of anything moves a metric most.
#pragma once

#include <qutibench/explore/backbone.hpp>
#include <qutibench/model/predict.hpp>
#include <qutibench/network/analyze.hpp>

#include <cmath>

namespace qutibench {

/// One level of one factor.
struct one_factor_row {
    std::string factor{};
    std::string level{};
    double value = std::numeric_limits<double>::quiet_NaN();  ///< the level as a number; NaN where it is none
    bool is_base = false;
    std::int64_t batch = 1;
    double operations = 0;  ///< of one input
    double weights = 0;     ///< elements
    estimate prediction{};
    double measured_throughput = std::numeric_limits<double>::quiet_NaN();  ///< inputs/s; NaN where nobody measured

    /// Operation density, free of any device: operations of one call over weight elements.
    [[nodiscard]] double operations_per_weight() const { return operations * static_cast<double>(batch) / weights; }
    /// Operation density on the device: operations over off-chip bytes of one call, as the placement has them.
    [[nodiscard]] double operations_per_byte() const { return prediction.operational_intensity().value(); }
    /// Operations per second: what the density is expected to raise.
    [[nodiscard]] double predicted_performance() const { return prediction.throughput().value() * operations; }
    [[nodiscard]] double measured_performance() const { return measured_throughput * operations; }
};

/// Predicts each variant at its batch. `measured`: nothing, or inputs per second for each variant, NaN where unknown.
/// Throws as `predict` does, and invalid_argument when there are not as many measurements as variants.
[[nodiscard]] inline std::vector<one_factor_row> one_factor(std::span<const network_variant> variants,
                                                            const platform& device, const deployment& how = {},
                                                            std::span<const double> measured = {}) {
    if (!measured.empty() && measured.size() != variants.size())
        throw invalid_argument(detail::message({measured.size(), " measurements do not fit ", variants.size(),
                                                " variants; give NaN where nothing was measured"}));
    std::vector<one_factor_row> rows;
    for (const network_variant& one : variants) {
        const workload work = analyze(one.net);
        deployment at_batch = how;
        at_batch.batch = one.batch;
        one_factor_row row{one.factor, one.level, one.value, one.is_base, one.batch};
        row.operations = static_cast<double>(work.operation_count);
        row.weights = static_cast<double>(work.weight_count);
        row.prediction = predict(work, device, at_batch);
        if (!measured.empty()) row.measured_throughput = measured[rows.size()];
        rows.push_back(std::move(row));
    }
    return rows;
}

/// What one parameter does to a metric while all others stay: one bar of a tornado chart.
struct factor_effect {
    std::string factor{};
    double base = 0;  ///< the metric without any change
    double low = 0;   ///< its least value over the levels, the base among them
    double high = 0;  ///< its greatest
    std::string low_level{};
    std::string high_level{};
    double elasticity = std::numeric_limits<double>::quiet_NaN();  ///< see `sensitivity`

    [[nodiscard]] double swing() const { return high - low; }
};

namespace detail {

inline void widen(factor_effect& bar, double value, const std::string& level) {
    if (value < bar.low) {
        bar.low = value;
        bar.low_level = level;
    }
    if (value > bar.high) {
        bar.high = value;
        bar.high_level = level;
    }
}

/// Largest swing first; of equal ones, the order in which they came.
[[nodiscard]] inline std::vector<factor_effect> ranked(std::vector<factor_effect> bars) {
    std::stable_sort(bars.begin(), bars.end(),
                     [](const factor_effect& a, const factor_effect& b) { return a.swing() > b.swing(); });
    return bars;
}

}  // namespace detail

/// Which factor moves a metric of the rows most: one bar for each, the widest first. `metric(row)` is a double; levels
/// where it is NaN are passed over. Throws invalid_argument without a base row or where its metric is not known.
template <class Metric>
[[nodiscard]] std::vector<factor_effect> tornado(std::span<const one_factor_row> rows, Metric metric) {
    const auto base = std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.factor == "base"; });
    if (base == rows.end()) throw invalid_argument("a tornado chart needs a row whose factor is 'base'");
    const double middle = metric(*base);
    if (std::isnan(middle)) throw invalid_argument("a tornado chart needs the metric of the base, which is not known");
    std::vector<factor_effect> bars;
    for (const one_factor_row& row : rows) {
        if (&row == &*base) continue;
        auto bar = std::find_if(bars.begin(), bars.end(), [&](const auto& one) { return one.factor == row.factor; });
        if (bar == bars.end()) bar = bars.insert(bar, {row.factor, middle, middle, middle, "base", "base"});
        detail::widen(*bar, metric(row), row.level);
    }
    return detail::ranked(std::move(bars));
}

/// A parameter and how far it may move.
struct parameter_range {
    std::string name{};
    double base = 1;
    double low = 1;
    double high = 1;
};

/// Which parameter of anything moves a metric most. `metric(values)` takes one value for each parameter, in order; it
/// is called once with all at their base and twice for each. `elasticity` is by how many per cent the metric grows for
/// a parameter that grows by one per cent, over its range: ln(metric(high) / metric(low)) / ln(high / low); NaN where
/// one of these is not positive. Throws invalid_argument unless low <= base <= high, all finite, and when the base's
/// metric is not known.
template <class Metric>
[[nodiscard]] std::vector<factor_effect> sensitivity(std::span<const parameter_range> parameters, Metric metric) {
    std::vector<double> values;
    for (const parameter_range& one : parameters) {
        if (!(one.low <= one.base && one.base <= one.high && std::isfinite(one.low) && std::isfinite(one.high)))
            throw invalid_argument(detail::message({"parameter '", one.name, "' needs finite low <= base <= high"}));
        values.push_back(one.base);
    }
    const auto at = [&] { return static_cast<double>(metric(std::span<const double>(values))); };
    const double middle = at();
    if (std::isnan(middle)) throw invalid_argument("the metric is not known where all parameters are at their base");
    std::vector<factor_effect> bars;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const parameter_range& one = parameters[i];
        factor_effect bar{one.name, middle, middle, middle, "base", "base"};
        values[i] = one.low;
        const double below = at();
        values[i] = one.high;
        const double above = at();
        values[i] = one.base;
        detail::widen(bar, below, detail::short_number(one.low));
        detail::widen(bar, above, detail::short_number(one.high));
        if (below > 0 && above > 0 && one.low > 0 && one.low < one.high)
            bar.elasticity = std::log(above / below) / std::log(one.high / one.low);
        bars.push_back(std::move(bar));
    }
    return detail::ranked(std::move(bars));
}

}  // namespace qutibench
