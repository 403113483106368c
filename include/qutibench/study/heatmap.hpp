// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The heatmaps of the thesis (T figures 6.3 to 6.5), computed: which platform runs which network in which datatype is
/// data (data/published/heatmaps.json); every cell is a prediction from the rounded workloads that the figures used.
#pragma once

#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/json/value.hpp>
#include <qutibench/model/predict.hpp>

#include <cmath>

namespace qutibench {

/// One cell: a platform's row, a network's column, and the prediction.
struct heatmap_cell {
    std::string figure{};       ///< "6.3"
    std::string task{};         ///< "imagenet"
    std::string platform{};     ///< the row's label, "TX2-maxn-FP16"
    std::string network{};      ///< the column's label, "ResNet50 80%-INT8"
    std::string platform_id{};  ///< as `load_platform` takes it
    std::string network_id{};   ///< as `load_network` takes it
    double keep = 1;
    precision datatype{};
    estimate prediction{};
    std::string erratum{};  ///< why the printed cell differs from the formula; empty where it does not
    double printed = std::numeric_limits<double>::quiet_NaN();  ///< the printed inputs per second of an erratum
};

namespace detail {

/// Computes the cells of a heatmap document, platforms and networks loaded once each.
class heatmap_document {
public:
    explicit heatmap_document(const json_reader& document) : document_(document) {}

    [[nodiscard]] std::vector<heatmap_cell> cells(std::string_view task) {
        document_.expect_keys({"$schema", "source", "notes", "figures", "errata"});
        std::vector<std::string> tasks;
        for (const json_reader& figure : document_["figures"].elements()) {
            figure.expect_keys({"figure", "task", "networks", "rows"});
            tasks.push_back(figure["task"].text());
            if (task.empty() || task == tasks.back()) add_figure(figure);
        }
        if (cells_.empty()) throw unknown_name("task", task, choices(task, tasks));
        mark_errata();
        return std::move(cells_);
    }

private:
    void add_figure(const json_reader& figure) {
        for (const json_reader& row : figure["rows"].elements()) {
            row.expect_keys({"label", "platform", "datatypes", "networks"});
            for (const json_reader& column : row["networks"].elements())
                for (const json_reader& datatype : row["datatypes"].elements()) {
                    heatmap_cell cell;
                    cell.figure = figure["figure"].text();
                    cell.task = figure["task"].text();
                    cell.platform = row["label"].text();
                    cell.platform_id = row["platform"].text();
                    cell.datatype = parse_precision(datatype.text());
                    cell.network = column.text();
                    name_network(cell, figure["networks"], column);
                    for (const char one : "-" + datatype.text())
                        cell.network += static_cast<char>(one >= 'a' && one <= 'z' ? one - 'a' + 'A' : one);
                    cell.prediction = predict(network(cell.network_id).published_work(cell.keep),
                                              device(cell.platform_id), {.datatype = cell.datatype});
                    cells_.push_back(std::move(cell));
                }
        }
    }

    static void name_network(heatmap_cell& cell, const json_reader& networks, const json_reader& column) {
        for (const json_reader& one : networks.elements()) {
            one.expect_keys({"label", "network", "keep"});
            if (one["label"].text() != cell.network) continue;
            cell.network_id = one["network"].text();
            if (const auto keep = one.find("keep")) cell.keep = keep->number();
            return;
        }
        column.fail("no network of this figure has this label");
    }

    void mark_errata() {
        for (const json_reader& one : document_["errata"].elements()) {
            one.expect_keys({"platform", "network_datatype", "printed", "reason"});
            for (heatmap_cell& cell : cells_) {
                if (cell.platform != one["platform"].text() || cell.network != one["network_datatype"].text()) continue;
                cell.printed = one["printed"].number();
                cell.erratum = one["reason"].text();
            }
        }
    }

    [[nodiscard]] const qutibench::platform& device(const std::string& id) {
        for (const auto& [known, one] : devices_)
            if (known == id) return one;
        return devices_.emplace_back(id, load_platform(id)).second;
    }

    [[nodiscard]] const network_entry& network(const std::string& id) {
        for (const network_entry& one : networks_)
            if (one.id == id) return one;
        return networks_.emplace_back(load_network(id));
    }

    json_reader document_;
    std::vector<heatmap_cell> cells_;
    std::vector<std::pair<std::string, qutibench::platform>> devices_;
    std::vector<network_entry> networks_;
};

}  // namespace detail

/// The published heatmaps, computed; of one task ("imagenet", "cifar10" or "mnist") or of all. Rows and columns in the
/// order of the figures. Throws unknown_name on another task.
[[nodiscard]] std::vector<heatmap_cell> published_heatmap(std::string_view task = {});

/// The cells as CSV: figure,task,platform,network_datatype,inputs_per_second, to a hundredth of an input.
[[nodiscard]] inline std::string to_csv(std::span<const heatmap_cell> cells) {
    std::string text = "figure,task,platform,network_datatype,inputs_per_second\n";
    for (const heatmap_cell& one : cells) {
        const auto hundredths = std::llround(one.prediction.throughput().value() * 100);
        const std::string fraction = std::to_string(hundredths % 100);
        text += detail::message({one.figure, ",", one.task, ",", one.platform, ",", one.network, ",", hundredths / 100,
                                 fraction.size() < 2 ? ".0" : ".", fraction, "\n"});
    }
    return text;
}

/// A cell with the keys of the command line's JSON; null for what is not known.
[[nodiscard]] inline detail::ordered_json to_record(const heatmap_cell& cell) {
    return {{"figure", cell.figure},
            {"task", cell.task},
            {"platform", cell.platform},
            {"network_datatype", cell.network},
            {"inputs_per_second", cell.prediction.throughput().value()},
            {"bound", to_string(cell.prediction.bound())},
            {"printed_inputs_per_second", detail::null_or(cell.printed)},
            {"erratum", detail::null_or(cell.erratum)},
            {"latency_s", cell.prediction.latency().value()},
            {"inputs_per_joule", detail::null_or(1 / cell.prediction.energy().value())},
            {"platform_id", cell.platform_id},
            {"network_id", cell.network_id},
            {"datatype", to_string(cell.datatype)},
            {"keep", cell.keep}};
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE std::vector<heatmap_cell> published_heatmap(std::string_view task) {
    const std::string source = "heatmaps.json";
    const detail::json document = detail::parse_json(detail::embedded_text("published", "heatmaps"), source);
    return detail::heatmap_document(detail::json_reader(document, source)).cells(task);
}

}  // namespace qutibench
#endif
