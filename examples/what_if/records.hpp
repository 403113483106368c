// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Answers as JSON objects; what_if prints them and the portal page shows them.
#pragma once

#include "loaded.hpp"

#include <qutibench/explore/scorecard.hpp>
#include <qutibench/measure/efficiency.hpp>
#include <qutibench/study/heatmap.hpp>

namespace what_if {

using record = qutibench::detail::ordered_json;

namespace detail {

[[nodiscard]] inline record text_or_null(const std::string& text) {
    return text.empty() ? record(nullptr) : record(text);
}

}  // namespace detail

[[nodiscard]] inline record network_record(const qutibench::network_entry& net, const qutibench::workload& work) {
    return {{"network", net.id},
            {"name", net.name},
            {"task", detail::text_or_null(net.task)},
            {"operations", work.operation_count},
            {"macs", work.mac_count},
            {"weights", work.weight_count},
            {"operational_intensity_int8_ops_per_byte",
             static_cast<double>(work.operation_count) / static_cast<double>(work.weight_count)}};
}

/// A peak of a platform in one of its modes.
[[nodiscard]] inline record platform_record(const qutibench::platform& device, const qutibench::operating_mode& mode,
                                            const qutibench::peak& peak) {
    const auto known = [](double value) { return qutibench::detail::null_or(value); };
    const qutibench::platform selected = mode.name.empty() ? device : device.in_mode(mode.name);
    return {{"platform", device.id()},
            {"name", device.name()},
            {"class", detail::text_or_null(device.device_class)},
            {"mode", detail::text_or_null(mode.name)},
            {"datatype", to_string(peak.numbers)},
            {"peak_ops_per_s", peak.dense.value()},
            {"sparse_peak_ops_per_s", known(peak.sparse.value())},
            {"bandwidth_bytes_per_s", known(selected.bandwidth().value())},
            {"power_w", known(mode.power.value())},
            {"price_usd", known(device.price_usd)},
            {"year", device.year > 0 ? record(device.year) : record(nullptr)}};
}

[[nodiscard]] inline record cell_record(const qutibench::heatmap_cell& cell) {
    return {{"figure", cell.figure},
            {"task", cell.task},
            {"platform", cell.platform},
            {"network_datatype", cell.network},
            {"inputs_per_second", cell.prediction.throughput().value()},
            {"bound", to_string(cell.prediction.bound())},
            {"printed_inputs_per_second", qutibench::detail::null_or(cell.printed)},
            {"erratum", detail::text_or_null(cell.erratum)}};
}

/// A measurement beside the prediction at its own batch.
[[nodiscard]] inline qutibench::efficiency_row beside_prediction(const qutibench::measurement& one, loaded& known) {
    const qutibench::platform& device = known.platform(one.platform);
    const qutibench::workload& work = known.work(one.network, one.keep);
    const qutibench::deployment how{.datatype = one.datatype, .batch = one.inputs_per_call()};
    if (one.level == qutibench::measured_level::network) return qutibench::efficiency(one, work, device, how);
    return qutibench::efficiency(one, qutibench::totals_of_part(work, one), device, how);
}

/// A measurement beside its prediction, with what is remarkable about it.
[[nodiscard]] inline record measured_record(const qutibench::measurement& one, loaded& known) {
    const qutibench::platform& device = known.platform(one.platform);
    const std::string mode = one.mode.empty() ? device.mode().name : device.in_mode(one.mode).mode().name;
    qutibench::estimate_row row{one.network, one.platform, mode, one.keep, {}, {}};
    row.how.datatype = one.datatype;
    row.how.batch = one.inputs_per_call();
    const qutibench::efficiency_row beside = beside_prediction(one, known);
    row.prediction = beside.predicted;
    row.accuracy_top1 = one.accuracy_top1;
    record flags = record::array();
    if (beside.excess != qutibench::excess_reason::none) flags.push_back(to_string(beside.excess));
    for (const std::string_view sentence : one.flags()) flags.push_back(sentence);
    const auto known_or_null = [](double value) { return qutibench::detail::null_or(value); };
    record all = qutibench::to_record(row);
    all["part"] = detail::text_or_null(one.part);
    all["deployment"] = to_string(one.deployment);
    all["deployment_value"] = one.deployment_value;
    all["scope"] = to_string(one.scope);
    all["measured_throughput_ips"] = known_or_null(beside.measured_throughput);
    all["measured_latency_s"] = known_or_null(one.latency.value());
    all["measured_power_w"] = known_or_null(one.power.value());
    all["measured_energy_j"] = known_or_null(beside.measured_energy);
    all["efficiency"] = known_or_null(beside.efficiency);
    all["flags"] = std::move(flags);
    all["place"] = place_of(one);
    return all;
}

/// One card as a record: metrics by name, with their criterion and unit.
[[nodiscard]] inline record card_record(const qutibench::scorecard& card, const qutibench::estimate_row& of) {
    record metrics = record::array();
    for (const qutibench::scorecard_row& one : card.rows())
        metrics.push_back({{"criterion", one.criterion},
                           {"metric", one.metric},
                           {"value", qutibench::detail::null_or(one.value)},
                           {"unit", one.unit}});
    return {{"network", card.network},
            {"platform", card.platform},
            {"mode", detail::text_or_null(card.mode)},
            {"datatype", to_string(of.how.datatype)},
            {"batch", of.how.batch},
            {"keep", of.keep},
            {"metrics", std::move(metrics)}};
}

}  // namespace what_if
