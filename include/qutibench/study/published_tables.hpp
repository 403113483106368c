// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// T tables 7.1 and 8.1, computed again from the measurements of data/measurements. The rows that come out otherwise
/// are explained in docs/measurements.md.
#pragma once

#include <qutibench/measure/efficiency.hpp>
#include <qutibench/measure/orthogonality.hpp>
#include <qutibench/measure/statistics.hpp>
#include <qutibench/study/published_measurements.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench {

/// A row of T table 7.1: how predictions correlate with the best measured throughputs (compute only, inputs per
/// second).
struct correlation_row {
    std::string platforms{};  ///< the group's name in the table
    std::string task{};
    std::string datatype{};  ///< empty: all of them; else a part of the row that T's text names (section 7.2)
    double published = std::numeric_limits<double>::quiet_NaN();
    double pearson = std::numeric_limits<double>::quiet_NaN();  ///< NaN with fewer than two points
    confidence_interval interval{};  ///< 95 %, by bootstrap; few points, so take it as a hint
    double spearman = std::numeric_limits<double>::quiet_NaN();
    double kendall = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> predicted{};  ///< as figures 6.3 to 6.5 print it
    std::vector<double> measured{};
};

/// A row of T table 8.1: latencies in milliseconds or throughputs in inputs per second of four variants.
struct orthogonality_row {
    std::string metric{};  ///< "latency_ms" or "throughput_fps"
    std::string network{};
    std::string platform{};
    std::string mode{};        ///< the one whose figures are nearest to the table's
    std::string label{};       ///< the transforms as the table labels them
    std::string correction{};  ///< what the figures are instead, where the label is wrong
    orthogonality published{};
    double published_ratio = std::numeric_limits<double>::quiet_NaN();  ///< p2 / p1 as printed
    std::optional<orthogonality> recomputed{};  ///< nothing when the measurements lack a variant
    bool second_and_first_swapped = false;      ///< the table prints B where C should be and the other way round
};

namespace detail {

/// The measurements of a table, compute figures only, as T compares predictions with them.
[[nodiscard]] inline std::vector<measurement> compute_measurements(const adapter_input& level3) {
    std::vector<measurement> rows = published_measurements(level3, measured_scope::compute);
    std::erase_if(rows, [](const measurement& one) { return one.scope != measured_scope::compute; });
    return rows;
}

/// What the heatmaps of figures 6.3 to 6.5 call a measured network on its device.
struct heatmap_name {
    std::string platform;
    std::string network;
};

[[nodiscard]] inline heatmap_name heatmap_name_of(const measurement& of) {
    constexpr struct {
        std::string_view id, name;
    } platforms[] = {{"ultra96_dpu", "Ultra96"},
                     {"zcu104_dpu", "ZCU104-DPU"},
                     {"zcu102_dpu", "ZCU102-DPU"},
                     {"zcu104_finn", "ZCU104-FINN"},
                     {"zcu104_bismo", "ZCU104-BISMO"},
                     {"jetson_tx2", "TX2-"},
                     {"edgetpu", "TPU-"},
                     {"ncs2", "NCS"}},
      networks[] = {{"cnv", "CNV"},
                    {"mlp", "MLP"},
                    {"resnet50", "ResNet50"},
                    {"googlenet_v1", "GoogleNetv1"},
                    {"mobilenet_v1", "MobileNetv1"},
                    {"efficientnet_edgetpu_s", "EfficientNet S"},
                    {"efficientnet_edgetpu_m", "EfficientNet M"},
                    {"efficientnet_edgetpu_l", "EfficientNet L"}};
    heatmap_name name;
    std::string datatype = to_string(of.datatype);
    for (char& one : datatype)
        if (one >= 'a' && one <= 'z') one = static_cast<char>(one - 'a' + 'A');
    for (const auto& one : platforms)
        if (one.id == of.platform) name.platform = std::string(one.name) + of.mode + "-" + datatype;
    constexpr std::string_view pruned = "resnet50_pruned_";
    if (of.network.starts_with(pruned)) name.network = "ResNet50 " + of.network.substr(pruned.size()) + "%-" + datatype;
    for (const auto& one : networks) {
        if (one.id != of.network) continue;
        const bool has_percent = one.id == "cnv" || one.id == "mlp" || one.id == "resnet50";
        const std::string percent = of.keep == 0.125 ? "12.5" : std::to_string(std::lround(of.keep * 100));
        name.network = has_percent ? detail::message({one.name, " ", percent, "%-", datatype})
                                   : detail::message({one.name, "-", datatype});
    }
    return name;
}

[[nodiscard]] inline std::string_view task_of(std::string_view network) {
    return network == "cnv" ? "cifar10" : network == "mlp" ? "mnist" : "imagenet";
}

/// The published prediction for a measurement; NaN when the figures have none.
class published_predictions {
public:
    explicit published_predictions(const adapter_input& heatmaps) {
        csv_reader rows = heatmaps.csv();
        const std::size_t platform = rows.column("platform"), network = rows.column("network_datatype"),
                          figure = rows.column("inputs_per_second");
        while (rows.next())
            cells_.push_back({std::string(rows[platform]), std::string(rows[network]), rows.number(figure)});
    }

    [[nodiscard]] double of(const measurement& one) const {
        const heatmap_name name = heatmap_name_of(one);
        for (const cell& each : cells_)
            if (each.platform == name.platform && each.network == name.network) return each.figure;
        return std::numeric_limits<double>::quiet_NaN();
    }

private:
    struct cell {
        std::string platform, network;
        double figure;
    };
    std::vector<cell> cells_;
};

inline void correlate(correlation_row& row) {
    if (row.predicted.size() < 2) return;
    row.pearson = pearson(row.predicted, row.measured);
    row.spearman = spearman(row.predicted, row.measured);
    row.kendall = kendall(row.predicted, row.measured);
    row.interval = bootstrap_pairs(row.predicted, row.measured, [](auto x, auto y) { return pearson(x, y); });
}

/// Correlations of one datatype that the text of T sections 7.2.1 and 7.2.2 names: "0.93 for pruning and 0.99 for
/// quantization" of FINN's MLPs are those of INT2 and of INT4 over the widths.
struct correlation_in_text {
    std::string_view platform, task, datatype;
    double published;
};

inline constexpr correlation_in_text correlations_in_text[] = {
    {"jetson_tx2", "cifar10", "fp16", 0.97},
    {"jetson_tx2", "cifar10", "fp32", 0.98},
    {"zcu104_finn", "mnist", "int2", 0.93},
    {"zcu104_finn", "mnist", "int4", 0.99},
};

/// Labels of table 8.1 under which the figures of other variants are printed.
struct table_8_1_correction {
    std::string_view metric, network, platform, from_keep, is_network, is_from, is_to;
};

inline constexpr table_8_1_correction table_8_1_corrections[] = {
    {"latency_ms", "cnv", "zcu104_bismo", "50", "cnv", "25", "12.5"},
    {"throughput_fps", "cnv", "zcu104_bismo", "100", "mlp", "25", "12.5"},
};

}  // namespace detail

/// Table 7.1 from level3.csv, the heatmaps and the published table. Two rows stand for its "DPU": both devices pooled,
/// and the Ultra96 alone, which is what the published figure is of. Throws parse_error.
[[nodiscard]] std::vector<correlation_row> table_7_1(const adapter_input& level3, const adapter_input& heatmaps,
                                                     const adapter_input& published);

/// The same from the catalogue's own tables.
[[nodiscard]] inline std::vector<correlation_row> table_7_1() {
    return table_7_1(published_data("level3.csv"), published_data("figures_6_3_to_6_5_heatmaps.csv"),
                     published_data("table_7_1_correlation.csv"));
}

namespace detail {

/// Reads and recomputes the rows of table 8.1.
class table_8_1_reader {
public:
    table_8_1_reader(const adapter_input& level3, const adapter_input& published)
        : measured_(compute_measurements(level3)), table_(published.csv()) {}

    [[nodiscard]] std::vector<orthogonality_row> read() {
        std::vector<orthogonality_row> rows;
        while (table_.next()) rows.push_back(read_row());
        return rows;
    }

private:
    [[nodiscard]] std::string text(std::string_view column) const { return std::string(table_[table_.column(column)]); }
    [[nodiscard]] double number(std::string_view column) const { return table_.number(table_.column(column)); }

    [[nodiscard]] orthogonality_row read_row() const {
        orthogonality_row row;
        row.metric = text("metric");
        row.network = text("network");
        row.platform = text("platform");
        std::string from = text("from_pruning_percent"), to = text("to_pruning_percent");
        row.label = from + " % to " + to + " %, " + text("from_datatype") + " to " + text("to_datatype");
        row.published = {number("a"), number("b"), number("c"), number("d"), 0};
        row.published_ratio = number("p2_over_p1_percent") / 100;
        for (const table_8_1_correction& one : table_8_1_corrections) {
            if (one.metric != row.metric || one.network != row.network || one.platform != row.platform ||
                one.from_keep != from)
                continue;
            row.network = one.is_network;
            from = one.is_from;
            to = one.is_to;
            row.correction = detail::message({row.network, ", ", from, " % to ", to, " %"});
        }
        recompute(row, from, to);
        return row;
    }

    void recompute(orthogonality_row& row, const std::string& from, const std::string& to) const {
        const double keep = parsed(from) / 100, pruned = parsed(to) / 100;
        const precision numbers = parse_precision(text("from_datatype")),
                        quantised = parse_precision(text("to_datatype"));
        const auto which =
            row.metric == "latency_ms" ? orthogonality_figure::latency : orthogonality_figure::throughput;
        double nearest = std::numeric_limits<double>::infinity();
        for (const measurement& like : measured_) {
            if (like.platform != row.platform || (row.recomputed && like.mode == row.mode)) continue;
            auto found = orthogonality_of(measured_, like, {row.network, keep, numbers}, {row.network, pruned, numbers},
                                          {row.network, keep, quantised}, {row.network, pruned, quantised}, which);
            if (!found) continue;
            if (which == orthogonality_figure::latency)
                *found = {found->original * 1e3, found->second * 1e3, found->first * 1e3, found->both * 1e3,
                          found->deployment_value};
            const double distance = std::abs(std::log(found->original / row.published.original));
            if (!(distance < nearest)) continue;
            nearest = distance;
            row.mode = like.mode;
            row.recomputed = found;
        }
        if (!row.recomputed) return;
        const auto off = [](double a, double b) { return std::abs(std::log(a / b)); };
        const orthogonality &as = *row.recomputed, &printed = row.published;
        row.second_and_first_swapped = off(as.first, printed.second) + off(as.second, printed.first) <
                                       off(as.first, printed.first) + off(as.second, printed.second);
    }

    [[nodiscard]] double parsed(const std::string& field) const {
        double value = 0;
        if (!parse_number(field, value)) table_.fail("'" + field + "' is not a number");
        return value;
    }

    std::vector<measurement> measured_;
    csv_reader table_;
};

}  // namespace detail

/// Table 8.1 from level3.csv and the published table: latency at the smallest batch, stream or thread count that all
/// four variants were measured at, throughput at the largest. Throws parse_error.
[[nodiscard]] std::vector<orthogonality_row> table_8_1(const adapter_input& level3, const adapter_input& published);

/// The same from the catalogue's own tables.
[[nodiscard]] inline std::vector<orthogonality_row> table_8_1() {
    return table_8_1(published_data("level3.csv"), published_data("table_8_1_orthogonality.csv"));
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE std::vector<correlation_row> table_7_1(const adapter_input& level3, const adapter_input& heatmaps,
                                                        const adapter_input& published) {
    const std::vector<measurement> measured = detail::compute_measurements(level3);
    const detail::published_predictions predictions(heatmaps);
    std::vector<correlation_row> rows;
    csv_reader table = published.csv();
    const std::size_t group = table.column("platform_group"), task = table.column("task"),
                      value = table.column("correlation");
    while (table.next()) {
        correlation_row row;
        row.platforms = table[group];
        row.task = table[task];
        row.published = table.number(value);
        rows.push_back(row);
        if (row.platforms != "zcu102_and_ultra96_dpu") continue;
        row.platforms = "ultra96_dpu";
        rows.push_back(row);
    }
    for (const detail::correlation_in_text& one : detail::correlations_in_text)
        rows.push_back({std::string(one.platform), std::string(one.task), std::string(one.datatype), one.published});
    for (const measurement* one : best_of(measured)) {
        const double prediction = predictions.of(*one);
        if (prediction != prediction) continue;
        for (correlation_row& row : rows) {
            const bool is_dpu = row.platforms == "zcu102_and_ultra96_dpu" &&
                                (one->platform == "zcu102_dpu" || one->platform == "ultra96_dpu");
            if ((row.platforms != one->platform && !is_dpu) || row.task != detail::task_of(one->network)) continue;
            if (!row.datatype.empty() && row.datatype != to_string(one->datatype)) continue;
            row.predicted.push_back(prediction);
            row.measured.push_back(one->throughput.value());
        }
    }
    for (correlation_row& row : rows) detail::correlate(row);
    return rows;
}

QUTIBENCH_INLINE std::vector<orthogonality_row> table_8_1(const adapter_input& level3, const adapter_input& published) {
    return detail::table_8_1_reader(level3, published).read();
}

}  // namespace qutibench
#endif
