// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "register.hpp"

#include <qutibench/io/attained.hpp>
#include <qutibench/study/published_frontier.hpp>
#include <qutibench/study/published_tables.hpp>

#include <vector>

namespace qutibench::python {

namespace {

using row_dict = py::typing::Dict<py::str, py::object>;

[[nodiscard]] row_dict row_of(const correlation_row& row) {
    row_dict out;
    out["platforms"] = row.platforms;
    out["task"] = row.task;
    out["points"] = row.predicted.size();
    out["published"] = known(row.published);
    out["pearson"] = known(row.pearson);
    out["low"] = known(row.interval.low);
    out["high"] = known(row.interval.high);
    out["spearman"] = known(row.spearman);
    out["kendall"] = known(row.kendall);
    return out;
}

[[nodiscard]] row_dict row_of(const orthogonality_row& row) {
    row_dict out;
    out["metric"] = row.metric;
    out["network"] = row.network;
    out["platform"] = row.platform;
    out["mode"] = unless_empty(row.mode);
    out["label"] = row.label;
    out["correction"] = unless_empty(row.correction);
    out["published"] = row.published;
    out["published_ratio"] = known(row.published_ratio);
    out["recomputed"] = row.recomputed;
    out["second_and_first_swapped"] = row.second_and_first_swapped;
    return out;
}

[[nodiscard]] row_dict row_of(const published_design& one) {
    row_dict out;
    out["network"] = one.network;
    out["platform"] = one.platform;
    out["mode"] = unless_empty(one.mode);
    out["datatype"] = to_string(one.datatype);
    out["keep"] = one.keep;
    out["accuracy_top1"] = known(one.accuracy_top1);
    out["throughput_ips"] = known(one.throughput_ips);
    out["measured_accuracy_top1"] = known(one.measured_accuracy_top1);
    out["measured_throughput_ips"] = known(one.measured_throughput_ips);
    out["predicted_optimal"] = one.is_predicted_optimal;
    out["measured_optimal"] = one.is_measured_optimal;
    return out;
}

[[nodiscard]] row_dict row_of(const attained_peak& one) {
    row_dict out;
    out["platform"] = one.platform;
    out["mode"] = unless_empty(one.mode);
    out["datatype"] = to_string(one.datatype);
    out["network"] = one.network;
    out["keep"] = one.keep;
    out["inputs_per_s"] = one.inputs_per_s;
    out["operations_per_s"] = one.operations_per_s;
    out["source"] = one.source;
    return out;
}

template <class Row>
[[nodiscard]] std::vector<row_dict> rows_of(const std::vector<Row>& all) {
    std::vector<row_dict> rows;
    for (const Row& one : all) rows.push_back(row_of(one));
    return rows;
}

}  // namespace

void register_published(py::module_& module) {
    module.def(
        "table_7_1", [] { return rows_of(table_7_1()); },
        "The thesis' table 7.1 computed again: how its predictions correlate with the best measured throughputs, with "
        "95 % intervals by bootstrap, beside what it prints (`published`).");
    module.def(
        "table_8_1", [] { return rows_of(table_8_1()); },
        "The thesis' table 8.1 computed again: whether pruning and quantisation add up, as Orthogonality beside what "
        "it prints; `correction` where a label is wrong.");
    module.def(
        "attained_peaks", [] { return rows_of(attained_peaks()); },
        "The best known run of a whole network on each device: `operations_per_s` is what it attained of the peak.");
    module.def(
        "compare_frontiers",
        [](std::string_view task) {
            const published_frontier of = compare_frontiers(task);
            row_dict out;
            out["task"] = of.task;
            out["predicted"] = of.predicted;
            out["predicted_optimal"] = of.predicted_optimal;
            out["measured"] = of.measured;
            out["measured_optimal"] = of.measured_optimal;
            out["named"] = of.named;
            out["named_among_measured"] = of.named_among_measured;
            out["designs"] = rows_of(of.designs);
            return out;
        },
        "task"_a,
        "The frontier of published accuracy against predicted throughput beside the measured one, of 'imagenet', "
        "'cifar10' or 'mnist': how many of the measured optimal designs theory names. Raises UnknownName.");
}

}  // namespace qutibench::python
