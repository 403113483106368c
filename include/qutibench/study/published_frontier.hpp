// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which designs theory calls optimal before anything is built, and which of them measurements confirm (T sections
/// 6.5.2 and 7.3, figures 6.8 to 6.10 and 7.9 to 7.11): accuracy against throughput, per task.
#pragma once

#include <qutibench/io/json/value.hpp>
#include <qutibench/measure/efficiency.hpp>
#include <qutibench/pareto/front.hpp>
#include <qutibench/study/heatmap.hpp>
#include <qutibench/study/published_measurements.hpp>

namespace qutibench {

/// A network at a width in a datatype on a device in a mode. What is not known is NaN.
struct published_design {
    std::string network{};
    std::string platform{};
    std::string mode{};
    precision datatype{};
    double keep = 1;
    double accuracy_top1 = std::numeric_limits<double>::quiet_NaN();           ///< fraction, T table 5.2
    double throughput_ips = std::numeric_limits<double>::quiet_NaN();          ///< predicted, figures 6.3 to 6.5
    double measured_accuracy_top1 = std::numeric_limits<double>::quiet_NaN();  ///< fraction, as deployed
    double measured_throughput_ips =
        std::numeric_limits<double>::quiet_NaN();    ///< best of all batches, streams, threads
    measured_scope scope = measured_scope::compute;  ///< of the measured throughput
    bool is_predicted_optimal = false;               ///< on the front of all predictions
    bool is_measured_optimal = false;                ///< on the front of all measurements

    [[nodiscard]] bool is_predicted() const { return accuracy_top1 == accuracy_top1 && throughput_ips > 0; }
    [[nodiscard]] bool is_measured() const {
        return measured_accuracy_top1 == measured_accuracy_top1 && measured_throughput_ips > 0;
    }
};

/// The designs of a task and what theory says of them.
struct published_frontier {
    std::string task{};
    std::vector<published_design> designs{};
    std::size_t predicted = 0;          ///< designs with a prediction and an accuracy
    std::size_t predicted_optimal = 0;  ///< of these on the front
    std::size_t measured = 0;           ///< designs with a measured throughput and accuracy
    std::size_t measured_optimal = 0;   ///< of these on the front
    std::size_t named = 0;              ///< measured-optimal designs that the predicted front has
    /// Measured-optimal designs that are on the predicted front of the designs that were both predicted and measured:
    /// theory with no better design left to propose that nobody built.
    std::size_t named_among_measured = 0;
};

namespace detail {

/// The front of the designs for which `counts`, by accuracy and throughput.
template <class Counts, class Accuracy, class Throughput>
[[nodiscard]] std::vector<bool> optimal(const std::vector<published_design>& designs, Counts counts, Accuracy accuracy,
                                        Throughput throughput) {
    std::vector<double> table;
    for (const published_design& one : designs) {
        table.push_back(counts(one) ? accuracy(one) : std::numeric_limits<double>::quiet_NaN());
        table.push_back(throughput(one));
    }
    const sense senses[] = {sense::maximize, sense::maximize};
    std::vector<bool> on(designs.size(), false);
    for (const std::size_t row : pareto_front(table, senses)) on[row] = true;
    return on;
}

/// Joins predictions and measurements by design.
class design_table {
public:
    std::vector<published_design> designs{};

    void add(const heatmap_cell& cell) {
        const std::size_t colon = mode_colon(cell.platform_id);
        published_design& one =
            of(cell.network_id, cell.platform_id.substr(0, colon),
               colon == std::string_view::npos ? "" : cell.platform_id.substr(colon + 1), cell.datatype, cell.keep);
        one.throughput_ips = cell.prediction.throughput().value();
        if (const network_accuracy* known = network(cell.network_id).accuracy(cell.keep, cell.datatype))
            one.accuracy_top1 = known->top1;
    }

    void add(const measurement& row) {
        published_design& one = of(row.network, row.platform, row.mode, row.datatype, row.keep);
        one.measured_throughput_ips = attained_throughput(row).value();
        one.measured_accuracy_top1 = row.accuracy_top1;
        one.scope = row.scope;
    }

    [[nodiscard]] const network_entry& network(const std::string& id) {
        for (const network_entry& one : networks_)
            if (one.id == id) return one;
        return networks_.emplace_back(load_network(id));
    }

private:
    published_design& of(const std::string& net, const std::string& platform, const std::string& mode,
                         const precision& datatype, double keep) {
        for (published_design& one : designs)
            if (one.network == net && one.platform == platform && one.mode == mode && one.datatype == datatype &&
                std::fabs(one.keep - keep) < 1e-9)
                return one;
        return designs.emplace_back(published_design{net, platform, mode, datatype, keep});
    }

    std::vector<network_entry> networks_;
};

}  // namespace detail

/// Compares the fronts of a task: "imagenet", "cifar10" or "mnist". `level3` are measurements as the portal publishes
/// them; compute figures where there are some, as T compares them, else system figures. Throws unknown_name for another
/// task, parse_error for a table that is none.
[[nodiscard]] published_frontier compare_frontiers(std::string_view task, const adapter_input& level3);

/// The same with the measurements of the catalogue (data/measurements/level3.csv).
[[nodiscard]] inline published_frontier compare_frontiers(std::string_view task) {
    return compare_frontiers(task, published_data("level3.csv"));
}

/// A design with the keys of the command line's JSON; null for what is not known.
[[nodiscard]] inline detail::ordered_json to_record(const published_design& one) {
    const bool is_measured = one.measured_throughput_ips > 0;
    return {
        {"network", one.network},
        {"platform", one.platform},
        {"mode", one.mode.empty() ? detail::json(nullptr) : detail::json(one.mode)},
        {"datatype", to_string(one.datatype)},
        {"keep", one.keep},
        {"throughput_ips", detail::null_or(one.throughput_ips)},
        {"accuracy_top1", detail::null_or(one.accuracy_top1)},
        {"measured_throughput_ips", detail::null_or(one.measured_throughput_ips)},
        {"measured_accuracy_top1", detail::null_or(one.measured_accuracy_top1)},
        {"scope", is_measured ? detail::json(to_string(one.scope)) : detail::json(nullptr)},
        {"predicted_optimal", one.is_predicted_optimal},
        {"measured_optimal", one.is_measured_optimal},
    };
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE published_frontier compare_frontiers(std::string_view task, const adapter_input& level3) {
    detail::design_table table;
    published_frontier result;
    result.task = task;
    for (const heatmap_cell& cell : published_heatmap(task)) table.add(cell);
    std::vector<measurement> rows = published_measurements(level3, measured_scope::compute);
    std::erase_if(rows, [&](const measurement& one) { return table.network(one.network).task != task; });
    for (const bool system : {true, false})  // compute figures last: they stay
        for (const measurement* one : best_of(rows))
            if ((one->scope == measured_scope::system) == system) table.add(*one);
    result.designs = std::move(table.designs);

    using design = published_design;
    const auto accuracy = [](const design& one) { return one.accuracy_top1; };
    const auto throughput = [](const design& one) { return one.throughput_ips; };
    const auto by_theory =
        detail::optimal(result.designs, [](const design& one) { return one.is_predicted(); }, accuracy, throughput);
    const auto by_theory_of_measured = detail::optimal(
        result.designs, [](const design& one) { return one.is_predicted() && one.is_measured(); }, accuracy,
        throughput);
    const auto by_measurement = detail::optimal(
        result.designs, [](const design& one) { return one.is_measured(); },
        [](const design& one) { return one.measured_accuracy_top1; },
        [](const design& one) { return one.measured_throughput_ips; });
    for (std::size_t i = 0; i < result.designs.size(); ++i) {
        published_design& one = result.designs[i];
        one.is_predicted_optimal = by_theory[i];
        one.is_measured_optimal = by_measurement[i];
        result.predicted += one.is_predicted() ? 1 : 0;
        result.predicted_optimal += by_theory[i] ? 1 : 0;
        result.measured += one.is_measured() ? 1 : 0;
        result.measured_optimal += by_measurement[i] ? 1 : 0;
        result.named += by_measurement[i] && by_theory[i] ? 1 : 0;
        result.named_among_measured += by_measurement[i] && by_theory_of_measured[i] ? 1 : 0;
    }
    return result;
}

}  // namespace qutibench
#endif
