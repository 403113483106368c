// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the page draws beyond what_if's answers: roofs, fronts, sources, scorecards, measured rows.
#pragma once

#include "columns.hpp"
#include "session.hpp"

#include <qutibench/ask/doubled.hpp>
#include <qutibench/io/adapters.hpp>
#include <qutibench/study/heatmap.hpp>
#include <qutibench/study/published_frontier.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace portal {

using qutibench::detail::json_reader;

namespace detail {

using qutibench::detail::null_or;

/// The corners of the roofs that rows were predicted under, from `low` to `high` operations per byte.
[[nodiscard]] inline record roofs(const std::vector<qutibench::answer>& rows, double low, double high) {
    record all = record::array();
    std::map<std::string, bool> seen;
    for (const qutibench::answer& row : rows) {
        const qutibench::roofline& roof = row.prediction.roof;
        const std::string datatype = to_string(row.how.datatype);
        const std::string& mode = row.device->mode().name;
        if (!seen.emplace(row.device->id() + ":" + mode + ":" + datatype, true).second) continue;
        record points = record::array();
        std::vector<double> corners{low, high};
        if (std::isfinite(roof.bandwidth.value())) corners.insert(corners.begin() + 1, roof.ridge_point().value());
        for (const double at : corners)
            points.push_back({at, std::isfinite(roof.bandwidth.value())
                                      ? roof.attainable(qutibench::quantity_of<qutibench::ops_per_byte>(at)).value()
                                      : roof.peak.value()});
        all.push_back({{"platform", row.device->id()},
                       {"mode", null_or(mode)},
                       {"datatype", datatype},
                       {"peak_ops_per_s", roof.peak.value()},
                       {"bandwidth_bytes_per_s", null_or(roof.bandwidth.value())},
                       {"points", std::move(points)}});
    }
    return all;
}

/// The range of operational intensities that a roofline chart shows: all rows and ridges, with room on both sides.
[[nodiscard]] inline std::pair<double, double> intensities(const std::vector<qutibench::answer>& rows) {
    double low = std::numeric_limits<double>::infinity();
    double high = 0;
    const auto include = [&](double one) {
        if (!std::isfinite(one) || one <= 0) return;
        low = std::min(low, one);
        high = std::max(high, one);
    };
    for (const qutibench::answer& row : rows) {
        include(row.prediction.operational_intensity().value());
        include(row.prediction.roof.ridge_point().value());
    }
    return high > 0 ? std::pair(low / 3, high * 3) : std::pair(0.1, 1000.0);
}

}  // namespace detail

/// What was predicted, as columns, with the roofs and what was passed over.
struct drawn_view {
    std::vector<double> numbers{};
    record legend{};
};

[[nodiscard]] inline drawn_view view(session& known, const json_reader& asked) {
    const qutibench::answers answers = known.answer(asked);
    const columns all(answers.rows);
    const auto [low, high] = detail::intensities(answers.rows);
    record legend = all.legend();
    legend["roofs"] = detail::roofs(answers.rows, low, high);
    legend["skipped"] = answers.skipped;
    return {all.numbers(), std::move(legend)};
}

/// Which of the rows of a selection no other beats: their places in the answer to the same selection.
[[nodiscard]] inline record frontier(session& known, const json_reader& asked,
                                     const qutibench::frontier_question& objectives) {
    const auto front = qutibench::frontier_of(qutibench::answer_columns(known.answer(asked).rows), objectives);
    return {{"rows", front.rows}, {"excluded", front.excluded}, {"unknown", front.unknown_by_objective}};
}

[[nodiscard]] inline record heatmap(const std::string& task) {
    record all = record::array();
    for (const qutibench::heatmap_cell& one : qutibench::published_heatmap(task)) all.push_back(to_record(one));
    return all;
}

/// The designs of a task, predicted and measured, and how far theory names the measured front.
[[nodiscard]] inline record published_frontier(const std::string& task) {
    const qutibench::published_frontier both = qutibench::compare_frontiers(task);
    record designs = record::array();
    for (const qutibench::published_design& one : both.designs) designs.push_back(qutibench::to_record(one));
    return {{"designs", std::move(designs)},
            {"predicted", both.predicted},
            {"predicted_optimal", both.predicted_optimal},
            {"measured", both.measured},
            {"measured_optimal", both.measured_optimal},
            {"named", both.named},
            {"named_among_measured", both.named_among_measured}};
}

namespace detail {

/// A measurement beside its prediction, with what a roofline shows of it.
[[nodiscard]] inline record beside(const qutibench::measurement& one, session& known) {
    record row = qutibench::measured_record(one, known);
    row["attained_ops_per_s"] = row["throughput_ips"].get<double>() * row["operations"].get<double>();
    const auto rate = row["measured_throughput_ips"];
    row["measured_ops_per_s"] =
        rate.is_null() ? record(nullptr) : record(rate.get<double>() * row["operations"].get<double>());
    const auto joules = row["measured_energy_j"];
    row["measured_inputs_per_joule"] = joules.is_null() ? record(nullptr) : record(1 / joules.get<double>());
    return row;
}

/// A measurement of a network or on a device that nothing describes: no prediction stands beside it.
[[nodiscard]] inline record unlisted(const qutibench::measurement& one, std::string_view why) {
    record row{{"network", one.network},         {"platform", one.platform},
               {"mode", null_or(one.mode)},      {"datatype", to_string(one.datatype)},
               {"batch", one.inputs_per_call()}, {"keep", one.keep}};
    for (const char* unknown : {"throughput_ips", "latency_s", "bound", "efficiency", "attained_ops_per_s",
                                "measured_ops_per_s", "measured_energy_j", "measured_inputs_per_joule"})
        row[unknown] = nullptr;
    row["part"] = null_or(one.part);
    row["accuracy_top1"] = null_or(one.accuracy_top1);
    row["deployment"] = to_string(one.deployment);
    row["deployment_value"] = one.deployment_value;
    row["scope"] = to_string(one.scope);
    row["measured_throughput_ips"] = null_or(qutibench::detail::throughput_of(one, one.operations));
    row["measured_latency_s"] = null_or(one.latency.value());
    row["measured_power_w"] = null_or(one.power.value());
    row["flags"] = record::array({"not predicted: " + std::string(why)});
    for (const std::string_view sentence : one.flags()) row["flags"].push_back(sentence);
    row["place"] = qutibench::place_of(one);
    return row;
}

}  // namespace detail

/// Measurements beside predictions, where their network and device are known; the best of each group is marked.
[[nodiscard]] inline record measured(session& known, const std::vector<qutibench::measurement>& rows) {
    const auto best = qutibench::best_of(rows);
    record all = record::array();
    for (const qutibench::measurement& one : rows) {
        record row;
        try {
            row = detail::beside(one, known);
        } catch (const qutibench::unknown_name& wrong) {
            row = detail::unlisted(one, wrong.what());
        }
        row["best"] = std::find(best.begin(), best.end(), &one) != best.end();
        all.push_back(std::move(row));
    }
    return all;
}

/// The measurements that the catalogue brings.
[[nodiscard]] inline record published_measurements(session& known) {
    for (const qutibench::detail::embedded_file& one : qutibench::detail::embedded_files)
        if (one.kind == "measurements" && one.name == "level3.csv")
            return measured(known, qutibench::parse_measurements(one.text, "qutibench", {}, "level3.csv"));
    return record::array();
}

/// One card for each row of a selection.
[[nodiscard]] inline record scorecards(session& known, const json_reader& asked) {
    record cards = record::array();
    for (const qutibench::answer& row : known.answer(asked).rows) cards.push_back(qutibench::card_record(row));
    return cards;
}

/// What doubling parts of its device buys each row of a selection, one after the other.
[[nodiscard]] inline record doublings(session& known, const json_reader& asked) {
    record all = record::array();
    for (const qutibench::answer& one : known.answer(asked).rows)
        for (record& row : qutibench::doubling_records(one)) all.push_back(std::move(row));
    return all;
}

/// Where the figures of the platforms come from: by platform, a list of JSON pointers and sources.
[[nodiscard]] inline record platform_sources(session& known) {
    record all = record::object();
    for (const std::string& id : known.platform_ids()) {
        record figures = record::array();
        for (const qutibench::provenance& one : known.device(id)->sources)
            figures.push_back({{"pointer", one.pointer},
                               {"source", one.source},
                               {"basis", one.basis},
                               {"derivation", one.derivation}});
        all[id] = std::move(figures);
    }
    return all;
}

/// A network's size and operational intensity in datatypes, its accuracies, and where its figures come from.
[[nodiscard]] inline record network_details(session& known, const std::vector<std::string>& datatypes) {
    record all = record::object();
    for (const std::string& id : known.network_ids()) {
        const qutibench::network_entry& net = known.network(id);
        const qutibench::workload& work = *known.work(id, 1);
        record sizes = record::object();
        record intensities = record::object();
        for (const std::string& name : datatypes) {
            const double size =
                static_cast<double>(work.weight_count) * qutibench::parse_precision(name).weights.bytes_per_element();
            sizes[name] = size;
            intensities[name] = detail::null_or(static_cast<double>(work.operation_count) / size);
        }
        record accuracies = record::array();
        for (const qutibench::network_accuracy& one : net.accuracies)
            accuracies.push_back({{"keep", one.keep},
                                  {"datatype", to_string(one.datatype)},
                                  {"top1", detail::null_or(one.top1)},
                                  {"source", one.source}});
        record sources = record::array();
        for (const qutibench::provenance& one : net.sources) sources.push_back(one.source);
        all[id] = {{"activations", work.activation_count},
                   {"parameters", net.parameters ? *net.parameters : work.parameter_count},
                   {"model_bytes", std::move(sizes)},
                   {"operational_intensity", std::move(intensities)},
                   {"accuracies", std::move(accuracies)},
                   {"sources", std::move(sources)},
                   {"has_layers", net.has_graph()}};
    }
    return all;
}

}  // namespace portal
