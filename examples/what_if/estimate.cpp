// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include <algorithm>
#include <memory>

namespace what_if {

namespace {

struct estimate_options : selection_options {
    std::string calibration{};
    format as = format::table;
};

void run(const estimate_options& chosen) {
    const qutibench::estimate_table table = qutibench::predict_all(chosen.resolved());
    std::vector<record> records;
    for (const qutibench::estimate_row& row : table.rows) records.push_back(qutibench::to_record(row));
    if (!chosen.calibration.empty()) apply_calibration(chosen.calibration, table.rows, records);
    print(records, estimate_columns(), chosen.as);
    remark_on(table);
}

}  // namespace

std::vector<column> estimate_columns() {
    return {{"network", "network"},
            {"platform", "platform"},
            {"mode", "mode"},
            {"datatype", "datatype"},
            {"keep", "keep"},
            {"batch", "batch"},
            {"inputs/s", "throughput_ips"},
            {"latency [ms]", "latency_s", 1e-3},
            {"bound", "bound"},
            {"op/byte", "operational_intensity_ops_per_byte"},
            {"peak [TOP/s]", "peak_ops_per_s", 1e12},
            {"model [MB]", "model_bytes", 1e6},
            {"energy [mJ]", "energy_j", 1e-3},
            {"top-1", "accuracy_top1"}};
}

void remark_on(const qutibench::estimate_table& table) {
    std::vector<std::string> told;
    std::vector<std::string> warned;
    for (const qutibench::estimate_row& row : table.rows) {
        for (const std::string& one : row.work->warnings()) {
            const std::string what = row.network + ": " + one;
            if (std::find(warned.begin(), warned.end(), what) != warned.end()) continue;
            warned.push_back(what);
            remark(what);
        }
        const std::vector<std::string>& uncounted = row.work->uncounted();
        if (uncounted.empty() || std::find(told.begin(), told.end(), row.network) != told.end()) continue;
        told.push_back(row.network);
        std::string what = row.network + ": not counted, so throughput is an upper bound: " + uncounted.front();
        if (uncounted.size() > 1) what.append(" and ").append(std::to_string(uncounted.size() - 1)).append(" more");
        remark(what);
    }
    for (const std::string& why : table.skipped) remark("skipped: " + why);
}

CLI::Option* whole_number(CLI::Option* option) {
    return option->transform([](const std::string& text) {
        std::int64_t value = 0;
        if (!qutibench::detail::parse_number(text, value))
            throw CLI::ValidationError("'" + text + "' is no whole number of 64 bits");
        return std::to_string(value);
    });
}

qutibench::onnx::dimension_bindings parse_dims(const std::vector<std::string>& texts,
                                               const std::vector<std::string>& networks) {
    const auto is_onnx = [](const std::string& name) { return name.ends_with(".onnx"); };
    if (!texts.empty() && std::none_of(networks.begin(), networks.end(), is_onnx))
        throw qutibench::invalid_argument("--dim binds a dimension of an ONNX model, and no network here is one");
    qutibench::onnx::dimension_bindings dims;
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        std::int64_t value = 0;
        if (equals == 0 || equals == std::string::npos ||
            !qutibench::detail::parse_number(std::string_view(text).substr(equals + 1), value) || value < 1)
            throw qutibench::invalid_argument("--dim takes NAME=N with N at least 1, such as batch=1, not '" + text +
                                              "'");
        const std::string name = text.substr(0, equals);
        if (std::any_of(dims.begin(), dims.end(), [&](const auto& one) { return one.first == name; }))
            throw qutibench::invalid_argument("--dim binds '" + name + "' twice");
        dims.emplace_back(name, value);
    }
    return dims;
}

void selection_options::add_to(CLI::App& command) {
    command.add_option("network", wanted.networks, "Catalogue ids, network.json or model.onnx")->required();
    command.add_option("--on", wanted.platforms, "Catalogue ids (id:mode for a mode) or platform.json")->required();
    command.add_option("--datatype", datatypes, "int8, fp16, w2a8 ...; without it, all that a platform computes in");
    whole_number(command.add_option("--batch", wanted.batches, "Inputs of one call"));
    command.add_option("--keep", wanted.keep, "Fraction of the channels that pruning leaves");
    command.add_option("--dim", dims, "Binds a symbolic dimension of an ONNX model: batch=1");
    command.add_option("--placement", placement, "published: weights off-chip; capacity: on chip what fits");
    command.add_option("--execution", execution, "network, layers or dataflow");
}

qutibench::selection selection_options::resolved() const {
    qutibench::selection result = wanted;
    for (const std::string& name : datatypes) result.datatypes.push_back(qutibench::parse_precision(name));
    result.onnx.dims = parse_dims(dims, wanted.networks);
    result.how.placement = qutibench::parse_placement(placement);
    result.how.execution = qutibench::parse_execution(execution);
    return result;
}

void add_estimate(CLI::App& app) {
    auto chosen = std::make_shared<estimate_options>();
    CLI::App* command =
        app.add_subcommand("estimate", "Predicted throughput, latency and bound of networks on platforms");
    chosen->add_to(*command);
    command->add_option("--calibration", chosen->calibration, "Predict by a fit that `calibrate` saved");
    add_format(*command, chosen->as);
    command->callback([chosen] { run(*chosen); });
}

}  // namespace what_if
