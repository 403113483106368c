// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Measurements as what a calibration is fitted to, and predictions by one of what was measured. Opt-in: needs Eigen.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/measure/measurement.hpp>
#include <qutibench/model/calibration/fitted.hpp>

namespace qutibench {

/// What a measurement's network is called in a network set: its name, and "@keep" when pruning left less than all of
/// it.
[[nodiscard]] inline std::string network_key(std::string_view network, double keep) {
    return keep == 1 ? std::string(network) : detail::message({network, "@", keep});
}
/// With "#part" where a layer or a block was measured.
[[nodiscard]] inline std::string network_key(const measurement& of) {
    std::string key = network_key(of.network, of.keep);
    if (of.level != measured_level::network && !of.part.empty()) key += "#" + of.part;
    return key;
}

/// How a measurement was run.
[[nodiscard]] inline measured_run run_of(const measurement& of) {
    measured_run run;
    run.mode = of.mode;
    run.datatype = of.datatype;
    run.how = of.deployment == deployment_parameter::batch    ? feeding::batch
              : of.deployment == deployment_parameter::stream ? feeding::stream
                                                              : feeding::threads;
    run.value = of.deployment_value;
    run.call_batch = of.deployment == deployment_parameter::threads ? of.call_batch : 1;
    return run;
}

/// The measurements of networks, and of layers that `part` names, that state a throughput or a latency that it follows
/// from. Throws as `check` does.
[[nodiscard]] inline std::vector<calibration_point> points_of(std::span<const measurement> rows) {
    std::vector<calibration_point> points;
    for (const measurement& one : rows) {
        check(one);
        const inputs_per_second throughput = attained_throughput(one);
        if (!is_known(throughput) || (one.level != measured_level::network && one.part.empty())) continue;
        points.push_back({network_key(one), run_of(one), throughput.value()});
    }
    return points;
}

/// Predicts the run of a measurement; throws unknown_name when the set lacks its network.
[[nodiscard]] inline calibrated_estimate predict(const calibration& by, const network_set& networks,
                                                 const measurement& row) {
    return by.predict(networks.at(network_key(row)), run_of(row));
}

}  // namespace qutibench
