// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What fraction of the predicted performance a measurement attains (T section 4.3.1: compute efficiency = mp / pp), of
/// networks, blocks and layers, and what an input costs in joules.
#pragma once

#include <qutibench/measure/measurement.hpp>
#include <qutibench/model/predict.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace qutibench {

/// Why a measurement lies above its bound.
enum class excess_reason : unsigned char {
    none,             ///< it does not
    weights_reused,   ///< weights are read once for a batch, and the bound reads them for every input
    weights_on_chip,  ///< it is within the compute peak, so weights were not read from off-chip memory as the bound has
                      ///< it
    above_peak,  ///< it is above the compute peak: another clock, mode or datatype, skipped work, or a wrong figure
};

/// One sentence on a reason.
[[nodiscard]] constexpr std::string_view to_string(excess_reason one) {
    constexpr std::string_view sentences[] = {
        "within the bound",
        "above the bound: weights are read once for a batch, the bound reads them for every input",
        "above the bound: weights stay on chip, the bound reads them from off-chip memory",
        "above the compute peak: another clock, mode or datatype, skipped work, or a wrong figure",
    };
    return sentences[static_cast<int>(one)];
}

/// A measurement beside its prediction. Rows above the bound are flagged and kept.
struct efficiency_row {
    const measurement* measured = nullptr;  ///< the caller's
    estimate predicted{};
    double measured_throughput = unknown<inputs_per_second>.value();  ///< inputs per second; of layers and blocks too
    double efficiency = unknown<inputs_per_second>.value();           ///< measured over predicted throughput
    double of_peak = unknown<inputs_per_second>.value();  ///< attained operations per second over the compute peak
    excess_reason excess = excess_reason::none;
    double measured_energy = unknown<joules>.value();    ///< J for an input, by full power or as measured
    double above_idle_energy = unknown<joules>.value();  ///< J for an input, by full minus idle power
    double above_base_energy = unknown<joules>.value();  ///< J for an input, by full minus base power
    double predicted_energy = unknown<joules>.value();   ///< J for an input

    /// Inputs per joule of full power; NaN when unknown.
    [[nodiscard]] double inputs_per_joule() const { return 1 / measured_energy; }
};

namespace detail {

/// Inputs per second of a row: as measured, or by the operations per second that the tool reports, which have more
/// digits than a layer's rounded latency, or by the latency.
[[nodiscard]] inline double throughput_of(const measurement& of, double work) {
    if (is_known(of.throughput)) return of.throughput.value();
    return is_known(of.performance) && work > 0 ? of.performance.value() / work : attained_throughput(of).value();
}

template <std::derived_from<workload_totals> Workload>
[[nodiscard]] excess_reason excess_of(double throughput, const estimate& bound, const Workload& net,
                                      const platform& device, const deployment& how, const measurement& of) {
    // Published figures are rounded to three digits.
    constexpr double tolerance = 1.005;
    if (!(throughput > bound.throughput().value() * tolerance)) return excess_reason::none;
    const double work = net.work();
    if (throughput * work > bound.peak().value() * tolerance) return excess_reason::above_peak;
    deployment batched = how;
    batched.batch = of.inputs_per_call();
    if (batched.batch > how.batch && throughput <= predict(net, device, batched).throughput().value() * tolerance)
        return excess_reason::weights_reused;
    return excess_reason::weights_on_chip;
}

}  // namespace detail

/// A measurement of `net` (a whole network, or a layer's or block's share of it) beside what `how` predicts on
/// `device`, in the measurement's mode and datatype; `how.datatype` does not matter, `how.batch` does: T reads weights
/// for every input, batch 1. Throws unknown_name for a mode that the device lacks, unsupported_datatype,
/// invalid_argument for a workload without operations and weights. Figures that were not measured stay NaN.
template <std::derived_from<workload_totals> Workload = workload_totals>
[[nodiscard]] efficiency_row efficiency(const measurement& of, const Workload& net, const platform& device,
                                        const deployment& how = {}) {
    const bool in_mode_already = of.mode.empty() || of.mode == device.mode().name;
    const platform in_mode = in_mode_already ? device : device.in_mode(of.mode);
    deployment as_measured = how;
    as_measured.datatype = of.datatype;
    efficiency_row row;
    row.measured = &of;
    row.predicted = predict(net, in_mode, as_measured);
    const double work = net.work();
    row.measured_throughput = detail::throughput_of(of, work);
    row.efficiency = row.measured_throughput / row.predicted.throughput().value();
    row.of_peak = row.measured_throughput * work / row.predicted.peak().value();
    row.excess = detail::excess_of(row.measured_throughput, row.predicted, net, in_mode, as_measured, of);
    row.measured_energy = is_known(of.energy) ? of.energy.value() : of.power.value() / row.measured_throughput;
    row.above_idle_energy = (of.power.value() - of.power_idle.value()) / row.measured_throughput;
    row.above_base_energy = (of.power.value() - of.power_base.value()) / row.measured_throughput;
    row.predicted_energy = row.predicted.energy().value();
    return row;
}

/// A layer or block that is known by its operations only, as a workload: without weights its bound is the compute peak.
/// Throws invalid_argument when the measurement does not hold its operations either.
[[nodiscard]] inline workload_totals totals_of_part(const measurement& of) {
    if (!(of.operations > 0 && of.operations < 9e18))
        throw invalid_argument("nothing says how many operations '" + (of.part.empty() ? of.network : of.part) +
                               "' has");
    workload_totals totals;
    totals.operation_count = static_cast<std::int64_t>(std::llround(of.operations));
    totals.mac_count = detail::ceil_divide(totals.operation_count, 2);
    return totals;
}

/// The share of a network that a measured layer or block is: the layers of that name, or those whose names begin with
/// it and an underscore. Falls back to the operations that the measurement states; throws as `totals_of_part` does.
[[nodiscard]] inline workload_totals totals_of_part(const workload& net, const measurement& of) {
    workload_totals totals;
    for (const layer_workload& one : net.layers()) {
        const bool is_part = one.name == of.part || (one.name.starts_with(of.part) && one.name[of.part.size()] == '_');
        if (is_part) totals.add(one.cost, one.kind, one.operation_count, one.output_count);
    }
    return totals.mac_count > 0 ? totals : totals_of_part(of);
}

namespace detail {

/// What distinguishes measurements other than batch, stream and threads.
[[nodiscard]] inline std::string group_of(const measurement& of) {
    const char separator = '\x1f';
    std::string group;
    for (const std::string_view part : {std::string_view(of.platform), std::string_view(of.mode),
                                        std::string_view(of.network), std::string_view(of.part)}) {
        group += part;
        group += separator;
    }
    return group + to_string(of.datatype) + separator + std::to_string(of.keep) + separator +
           std::to_string(static_cast<int>(of.level)) + std::to_string(static_cast<int>(of.scope));
}

}  // namespace detail

/// Of each network or part on each device, mode and datatype the measurement with the highest throughput over all
/// batches, streams and threads (T section 7.2), in the order of their first rows. Rows without any throughput are left
/// out.
[[nodiscard]] inline std::vector<const measurement*> best_of(std::span<const measurement> all) {
    std::unordered_map<std::string, std::size_t> index;
    std::vector<const measurement*> best;
    const auto rate = [](const measurement& one) { return detail::throughput_of(one, one.operations); };
    for (const measurement& one : all) {
        if (!(rate(one) > 0)) continue;
        const auto [at, is_new] = index.try_emplace(detail::group_of(one), best.size());
        if (is_new)
            best.push_back(&one);
        else if (rate(one) > rate(*best[at->second]))
            best[at->second] = &one;
    }
    return best;
}

/// Efficiencies of a platform's or a network's rows.
struct efficiency_summary {
    std::string name{};
    std::size_t count = 0;         ///< rows with an efficiency
    std::size_t above_bound = 0;   ///< of these, rows above the bound; they are in the figures below
    std::size_t memory_bound = 0;  ///< of these, rows whose bound is the memory's
    double min = 0;
    double mean = 0;
    double max = 0;
    double bound_error = 0;  ///< mean of |bound / measured - 1| over throughputs: how far off the prediction is
};

/// Groups rows by `name_of(row)`, such as their platform, in the order of first appearance.
template <class NameOf>
[[nodiscard]] std::vector<efficiency_summary> summarize(std::span<const efficiency_row> rows, NameOf name_of) {
    std::vector<efficiency_summary> groups;
    for (const efficiency_row& row : rows) {
        if (row.efficiency != row.efficiency) continue;
        const std::string name(name_of(row));
        auto at = std::find_if(groups.begin(), groups.end(), [&](const auto& one) { return one.name == name; });
        if (at == groups.end()) at = groups.insert(at, {.name = name, .min = row.efficiency, .max = row.efficiency});
        at->min = std::min(at->min, row.efficiency);
        at->max = std::max(at->max, row.efficiency);
        const auto count = static_cast<double>(++at->count);
        at->mean += (row.efficiency - at->mean) / count;
        at->bound_error += (std::abs(1 / row.efficiency - 1) - at->bound_error) / count;
        at->memory_bound += row.predicted.bound() == bound_kind::memory ? 1 : 0;
        at->above_bound += row.excess == excess_reason::none ? 0 : 1;
    }
    return groups;
}

/// Minimum, mean and maximum for each platform, modes apart.
[[nodiscard]] inline std::vector<efficiency_summary> summarize_by_platform(std::span<const efficiency_row> rows) {
    return summarize(rows, [](const efficiency_row& row) {
        return row.measured->platform + (row.measured->mode.empty() ? "" : ":" + row.measured->mode);
    });
}

/// Minimum, mean and maximum for each network.
[[nodiscard]] inline std::vector<efficiency_summary> summarize_by_network(std::span<const efficiency_row> rows) {
    return summarize(rows, [](const efficiency_row& row) { return row.measured->network; });
}

}  // namespace qutibench
