// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One question for many networks, devices, datatypes, batches and widths, and its answers as rows: what the command
/// line, the portal and notebooks share.
#pragma once

#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/onnx.hpp>
#include <qutibench/model/predict.hpp>

#include <cmath>
#include <memory>

namespace qutibench {

/// Which networks on which devices, and how. Every combination is predicted.
struct selection {
    std::vector<std::string> networks{};   ///< ids or paths
    std::vector<std::string> platforms{};  ///< ids, "id:mode" or paths
    std::vector<precision> datatypes{};    ///< empty: every datatype that a platform computes in natively
    std::vector<std::int64_t> batches{1};
    std::vector<double> keep{1.0};  ///< fraction of the channels that is left
    deployment how{};               ///< everything else; its datatype and batch are overwritten
    onnx_options onnx{};            ///< for networks that are ONNX files
};

/// One prediction and the combination that it is for.
struct estimate_row {
    std::string network{};
    std::string platform{};
    std::string mode{};  ///< empty when the platform has only one, without a name
    double keep = 1;
    deployment how{};
    estimate prediction{};
    double accuracy_top1 = std::numeric_limits<double>::quiet_NaN();  ///< NaN when nobody published it
    double power_w = std::numeric_limits<double>::quiet_NaN();        ///< of the platform; NaN when no source states it
    double price_usd = std::numeric_limits<double>::quiet_NaN();      ///< the same
    std::shared_ptr<const workload> work{};               ///< what `predict_all` took: ids do not lead back to a file
    std::shared_ptr<const qutibench::platform> device{};  ///< likewise, in its mode
};

/// The rows of a selection, and the combinations that a platform cannot run.
struct estimate_table {
    std::vector<estimate_row> rows{};
    std::vector<std::string> skipped{};  ///< why, one sentence each
};

namespace detail {

/// The datatypes to predict on one platform.
[[nodiscard]] inline std::vector<precision> datatypes_on(const platform& device, const selection& wanted) {
    if (!wanted.datatypes.empty()) return wanted.datatypes;
    std::vector<precision> natives;
    for (const peak& one : device.mode().peaks) natives.push_back(one.numbers);
    return natives;
}

inline void add_estimates(estimate_table& table, const selection& wanted, const network_entry& net, double keep,
                          const workload& work, const platform& device) {
    for (const precision& datatype : datatypes_on(device, wanted))
        for (const std::int64_t batch : wanted.batches) {
            estimate_row row{net.id, device.id(), device.mode().name, keep, wanted.how, {}};
            row.how.datatype = datatype;
            row.how.batch = batch;
            row.power_w = device.power().value();
            row.price_usd = device.price_usd;
            try {
                row.prediction = predict(work, device, row.how);
            } catch (const unsupported_datatype& wrong) {
                table.skipped.emplace_back(wrong.what());
                break;  // whatever the batch
            }
            // A datatype that is only emulated has the accuracy that was measured on the device, if any.
            const network_accuracy* const known = net.accuracy(keep, datatype, device.id());
            const bool runs = !row.prediction.assumes(assumption::carrier_datatype);
            if (known != nullptr && (runs || !known->platform.empty())) row.accuracy_top1 = known->top1;
            table.rows.push_back(std::move(row));
        }
}

[[nodiscard]] inline json null_or(double value) {
    return std::isfinite(value) ? json(value) : json(nullptr);
}

[[nodiscard]] inline json extents_of(const shape& of) {
    return std::vector<std::int64_t>(of.begin(), of.end());
}

[[nodiscard]] inline json extents_of(shapes all) {
    json list = json::array();
    for (const shape& one : all) list.push_back(extents_of(one));
    return list;
}

}  // namespace detail

/// A network by id, or from a network file or an ONNX model; throws as `load_network` and `load_onnx` do.
[[nodiscard]] inline network_entry load_model(const std::string& name, const onnx_options& options = {}) {
    if (!name.ends_with(".onnx")) return load_network(name);
    network_entry entry;
    imported_model imported = import_onnx(name, options);
    entry.layers = std::move(imported.layers);
    entry.parameters = imported.parameters;
    entry.id = entry.name = entry.layers->name();
    return entry;
}

/// Predicts every combination; networks vary slowest, batches fastest. Combinations that a platform has neither a
/// datatype nor a carrier for are listed in `skipped`; when nothing else is left, unsupported_datatype is thrown.
/// Throws unknown_name, parse_error and invalid_argument as the loaders and `predict` do.
[[nodiscard]] inline estimate_table predict_all(const selection& wanted) {
    estimate_table table;
    std::vector<std::shared_ptr<const platform>> devices;
    for (const std::string& name : wanted.platforms)
        devices.push_back(std::make_shared<const platform>(load_platform(name)));
    for (const std::string& name : wanted.networks) {
        const network_entry net = load_model(name, wanted.onnx);
        for (const double keep : wanted.keep) {
            const auto work = std::make_shared<const workload>(net.work(keep));
            for (const auto& device : devices) {
                std::size_t row = table.rows.size();
                detail::add_estimates(table, wanted, net, keep, *work, *device);
                for (; row < table.rows.size(); ++row) {
                    table.rows[row].work = work;
                    table.rows[row].device = device;
                }
            }
        }
    }
    if (table.rows.empty() && !table.skipped.empty()) throw unsupported_datatype(table.skipped.front());
    return table;
}

/// A row with the keys of the command line's JSON; SI units in the names, null for what is not known; `warnings`
/// where there are any.
[[nodiscard]] inline detail::ordered_json to_record(const estimate_row& row) {
    const estimate& predicted = row.prediction;
    detail::ordered_json assumptions = detail::ordered_json::array();
    for (unsigned bit = 1; bit <= predicted.assumed; bit <<= 1)
        if ((predicted.assumed & bit) != 0) assumptions.push_back(to_string(static_cast<assumption>(bit)));
    detail::ordered_json record = {
        {"network", row.network},
        {"platform", row.platform},
        {"mode", row.mode.empty() ? detail::json(nullptr) : detail::json(row.mode)},
        {"datatype", to_string(row.how.datatype)},
        {"batch", row.how.batch},
        {"keep", row.keep},
        {"throughput_ips", predicted.throughput().value()},
        {"latency_s", predicted.latency().value()},
        {"bound", to_string(predicted.bound())},
        {"operations", std::llround(predicted.work / static_cast<double>(row.how.batch))},
        {"macs", std::llround(predicted.work / 2 / static_cast<double>(row.how.batch))},
        {"model_bytes", predicted.model_size().value()},
        {"operational_intensity_ops_per_byte", detail::null_or(predicted.operational_intensity().value())},
        {"peak_ops_per_s", predicted.peak().value()},
        {"bandwidth_bytes_per_s", detail::null_or(predicted.bandwidth().value())},
        {"energy_j", detail::null_or(predicted.energy().value())},
        {"accuracy_top1", detail::null_or(row.accuracy_top1)},
        {"feasible", predicted.feasible == feasibility::unknown
                         ? detail::json(nullptr)
                         : detail::json(predicted.feasible == feasibility::feasible)},
        {"assumptions", std::move(assumptions)},
    };
    if (row.work != nullptr && !row.work->warnings().empty()) record["warnings"] = row.work->warnings();
    return record;
}

/// A workload with the keys of the command line's JSON; `weights` are those that multiply, `parameters` all of them.
[[nodiscard]] inline detail::ordered_json to_record(const workload& work) {
    detail::ordered_json layers = detail::ordered_json::array();
    for (const layer_workload& one : work.layers())
        layers.push_back({{"name", one.name},
                          {"type", one.type},
                          {"operations", one.operation_count},
                          {"macs", one.cost.macs},
                          {"weights", one.weights().value()},
                          {"input_shapes", detail::extents_of(work.input_shapes(one))},
                          {"output_shapes", detail::extents_of(work.output_shapes(one))}});
    detail::ordered_json record = {
        {"network", work.name()},
        {"operations", work.operation_count},
        {"macs", work.mac_count},
        {"other_operations", work.other_operation_count},
        {"weights", work.weight_count},
        {"parameters", work.parameter_count},
        {"activations", work.activation_count},
        {"peak_live_activations", work.peak_live_activations().value()},
        {"uncounted", work.uncounted()},
        {"layers", std::move(layers)},
    };
    if (!work.warnings().empty()) record["warnings"] = work.warnings();
    return record;
}

}  // namespace qutibench
