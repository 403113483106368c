// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Measurements beside the predictions of a session, and scorecards, as JSON objects.
#pragma once

#include <qutibench/ask/records.hpp>
#include <qutibench/ask/session.hpp>
#include <qutibench/explore/scorecard.hpp>
#include <qutibench/measure/efficiency.hpp>

#include <memory>

namespace qutibench {

/// A measurement beside the prediction at its own batch.
[[nodiscard]] inline efficiency_row beside_prediction(const measurement& one, session& known) {
    const std::shared_ptr<const platform> device = known.device(one.platform);
    const std::shared_ptr<const workload> work = known.work(one.network, one.keep);
    const deployment how{.datatype = one.datatype, .batch = one.inputs_per_call()};
    if (one.level == measured_level::network) return efficiency(one, *work, *device, how);
    return efficiency(one, totals_of_part(*work, one), *device, how);
}

/// A measurement beside its prediction, with what is remarkable about it.
[[nodiscard]] inline record measured_record(const measurement& one, session& known) {
    const std::shared_ptr<const platform> device = known.device(one.platform);
    answer row{one.network, one.keep};
    row.device = one.mode.empty() ? device : std::make_shared<const platform>(device->in_mode(one.mode));
    row.how.datatype = one.datatype;
    row.how.batch = one.inputs_per_call();
    const efficiency_row beside = beside_prediction(one, known);
    row.prediction = beside.predicted;
    row.accuracy_top1 = one.accuracy_top1;
    record flags = record::array();
    if (beside.excess != excess_reason::none) flags.push_back(to_string(beside.excess));
    for (const std::string_view sentence : one.flags()) flags.push_back(sentence);
    record all = to_record(row);
    all["part"] = detail::null_or(one.part);
    all["deployment"] = to_string(one.deployment);
    all["deployment_value"] = one.deployment_value;
    all["scope"] = to_string(one.scope);
    all["measured_throughput_ips"] = detail::null_or(beside.measured_throughput);
    all["measured_latency_s"] = detail::null_or(one.latency.value());
    all["measured_power_w"] = detail::null_or(one.power.value());
    all["measured_energy_j"] = detail::null_or(beside.measured_energy);
    all["efficiency"] = detail::null_or(beside.efficiency);
    all["flags"] = std::move(flags);
    all["place"] = place_of(one);
    return all;
}

/// The scorecard of an answer: metrics by name, with their criterion and unit. Throws invalid_argument on the answer of
/// a calibration or of several devices.
[[nodiscard]] inline record card_record(const answer& of) {
    if (of.fitted)
        throw invalid_argument(
            "a scorecard is of the model's answer on one device: leave the calibration or the devices out");
    const scorecard card = score(*of.work, *of.device, of.how, {.accuracy_top1 = of.accuracy_top1});
    record metrics = record::array();
    for (const scorecard_row& one : card.rows())
        metrics.push_back({{"criterion", one.criterion},
                           {"metric", one.metric},
                           {"value", detail::null_or(one.value)},
                           {"unit", one.unit}});
    return {{"network", card.network},
            {"platform", card.platform},
            {"mode", detail::null_or(card.mode)},
            {"datatype", to_string(of.how.datatype)},
            {"batch", of.how.batch},
            {"keep", of.keep},
            {"metrics", std::move(metrics)}};
}

}  // namespace qutibench
