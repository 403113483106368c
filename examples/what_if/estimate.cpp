// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include <qutibench/ask/expected.hpp>

#include <algorithm>
#include <memory>

namespace what_if {

namespace {

/// "--NAME" for each setting that is on or off; what is usually on gets "--no-NAME".
void add_flags(CLI::App& command, qutibench::deployment& how) {
    qutibench::deployment::describe([&](std::string_view name, auto member, std::string_view says) {
        if constexpr (std::same_as<decltype(member), bool qutibench::deployment::*>) {
            std::string option = (how.*member ? "--no-" : "--") + std::string(name);
            std::replace(option.begin(), option.end(), '_', '-');
            const std::string text = (how.*member ? "Not: " : "") + std::string(says);
            command.add_flag_callback(
                option, [&how, member] { how.*member = !(qutibench::deployment().*member); }, text);
        }
    });
}

/// "NAME=VALUE" of which there are so many.
std::string parameter_help() {
    std::string all = "NAME=VALUE of what the device loses:";
    for (const std::string_view one : qutibench::setting_names<qutibench::execution_parameters>())
        all.append(" ").append(one);
    return all;
}

std::vector<std::int64_t> counts(const std::vector<std::string>& texts, std::string_view name) {
    std::vector<std::int64_t> all;
    for (const std::string& one : texts)
        for (const std::int64_t count : qutibench::parse_counts(one, name)) all.push_back(count);
    return all;
}

template <class Value, class Given, class Read>
void replace_axis(std::vector<Value>& axis, const std::vector<Given>& given, Read read) {
    if (given.empty()) return;
    axis.clear();
    for (const Given& one : given) axis.push_back(read(one));
}

/// "BANDWIDTH" or "BANDWIDTH:LATENCY", in bytes per second and seconds.
qutibench::interconnect parse_link(std::string_view text) {
    double bandwidth = 0, latency = 0;
    const std::size_t colon = text.find(':');
    qutibench::read_text(text.substr(0, colon), "the bandwidth of --link", bandwidth);
    if (colon != std::string_view::npos) qutibench::read_text(text.substr(colon + 1), "the latency of --link", latency);
    return {qutibench::quantity_of<qutibench::bytes_per_second>(bandwidth),
            qutibench::quantity_of<qutibench::seconds>(latency)};
}

/// Says which parameters none of the execution models that are asked for has a use for.
void remark_unused(const qutibench::execution_parameters& given,
                   const std::vector<qutibench::execution_kind>& executions) {
    using qutibench::execution_traits;
    const auto check = [&](bool is_given, std::string_view name, auto uses, std::string_view instead) {
        const auto has_use = [&](auto kind) { return uses(qutibench::traits_of(kind)); };
        if (!is_given || std::any_of(executions.begin(), executions.end(), has_use)) return;
        remark("note: the execution model '" + std::string(to_string(executions.front())) + "' has no use for " +
               std::string(name) + "; '" + std::string(instead) + "' has");
    };
    const qutibench::execution_parameters usual;
    const bool has_tiles = given.tile_rows != 1 || given.tile_columns != 1 || given.tile_depth != 1;
    check(
        given.layer_overhead != usual.layer_overhead, "layer_overhead_s",
        [](const execution_traits& one) { return one.by_kernel && !one.streams; }, "layers");
    check(has_tiles, "tiles", [](const execution_traits& one) { return one.by_kernel && !one.on_array; }, "layers");
    check(
        given.pipeline_fill != usual.pipeline_fill, "pipeline_fill",
        [](const execution_traits& one) { return one.streams; }, "dataflow");
    if (given.tile_softening != usual.tile_softening && !has_tiles)
        remark("note: tile_softening is of tiles; give tile_rows, tile_columns or tile_depth");
}

/// Says that what is on chip does not matter where the published placement puts everything.
void remark_unplaced(const qutibench::design_axes& axes) {
    const auto is_published = [](auto kind) { return kind == qutibench::placement_kind::published; };
    const auto has_tiles = [](auto kind) { return qutibench::traits_of(kind).tiles; };
    if (!std::all_of(axes.placements.begin(), axes.placements.end(), is_published) ||
        std::any_of(axes.executions.begin(), axes.executions.end(), has_tiles) || !axes.how.overrides.empty())
        return;
    const bool has_scale =
        std::any_of(axes.on_chip_scales.begin(), axes.on_chip_scales.end(), [](double one) { return one != 1; });
    for (const auto& [is_given, name] :
         {std::pair(has_scale, "--on-chip"), std::pair(axes.how.double_buffered, "--double-buffered")})
        if (is_given)
            remark(std::string("note: the published placement has no use for ") + name +
                   "; '--placement capacity' has");
}

/// Has a question answered by a calibration; the board that it alone describes, if that is what it is of, becomes a
/// platform.
void fit_by(qutibench::calibration fitted, const std::string& name, qutibench::question& of) {
    const qutibench::fitting::device_figures& device = fitted.state().device;
    std::erase_if(of.platforms, [&](const std::string& one) {
        const std::size_t colon = one.find(':');
        if (device.described() || one.substr(0, colon) != device.id) return false;
        qutibench::platform board = qutibench::undescribed_board(fitted.state());
        if (colon != std::string::npos) board = board.in_mode(one.substr(colon + 1));
        of.axes.platforms.push_back(std::make_shared<const qutibench::platform>(std::move(board)));
        return true;
    });
    of.axes.fit = qutibench::calibrated_fit(std::move(fitted), name);
}

/// What expectations rest on and what speaks against them, once each.
void remark_on_expectations(const std::vector<qutibench::answer>& rows) {
    std::vector<std::string> told;
    const auto tell = [&told](std::string what) {
        if (std::find(told.begin(), told.end(), what) != told.end()) return;
        remark(what);
        told.push_back(std::move(what));
    };
    for (const qutibench::answer& row : rows) {
        if (!qutibench::detail::is_expected(row)) continue;
        for (const std::string& one : row.expected->sources) tell("expected: " + one);
        for (const std::string& one : row.expected->warnings)
            tell("expected of " + row.network + " on " + row.device->id() + ": " + one);
    }
}

}  // namespace

void add_expect(CLI::App& command, bool& expects) {
    command.add_flag("--expect", expects,
                     "Also what to expect, from measurements of the device or its class; csv and json always say it");
}

void remark_on(const qutibench::answers& all, bool expects) {
    std::vector<std::string> told;
    std::vector<std::string> warned;
    for (const qutibench::answer& row : all.rows) {
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
    if (expects) remark_on_expectations(all.rows);
    for (const std::string& why : all.skipped) remark("skipped: " + why);
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
    const auto is_model = [](const std::string& name) {
        return qutibench::detail::is_path(name) && !name.ends_with(".json");
    };
    if (!texts.empty() && std::none_of(networks.begin(), networks.end(), is_model))
        throw qutibench::invalid_argument("--dim binds a dimension of a model file, and no network here is one");
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
    command.add_option("network", networks, "Catalogue ids, network.json or a model file")->required();
    command.add_option("--on", platforms, "Catalogue ids (id:mode for a mode) or platform.json")->required();
    command.add_option("--datatype", datatypes, "int8, fp16, w2a8 ...; without it, all that a platform computes in");
    const auto counts_of = [&command](const char* name, auto& to, const char* says) {
        command.add_option(name, to, says)->check([](const std::string& text) {
            try {
                static_cast<void>(qutibench::parse_counts(text, "it"));
                return std::string();
            } catch (const qutibench::error& wrong) {
                return std::string(wrong.what());
            }
        });
    };
    counts_of("--batch", batches, "Inputs of one call: 8, 1..256 or 1..256*2");
    counts_of("--threads", threads, "Calls in flight side by side, likewise");
    counts_of("--streams", streams, "Inputs one after the other through a pipeline, likewise");
    command.add_option("--keep", keep, "Fraction of the channels that pruning leaves");
    command.add_option("--dim", dims, "Binds a symbolic dimension of an ONNX model: batch=1");
    const auto one_each = [&command](const char* name, auto& to, const std::string& says) {
        command.add_option(name, to, says)->allow_extra_args(false);
    };
    one_each("--placement", placements,
             "published: weights off-chip; capacity: on chip what fits; optimal: what saves most time");
    one_each("--execution", executions, "network, layers, dataflow, prefetch or tiled");
    one_each("--parameter", parameters, parameter_help());
    one_each("--override", overrides, "Where a tensor lives: LAYER:weights=on, LAYER:activations=off ...");
    one_each("--clock", clocks, "Factor of the peaks");
    one_each("--bandwidth", bandwidths, "Factor of the off-chip bandwidth");
    one_each("--on-chip", on_chips, "Factor of the on-chip capacity");
    auto* training = command.add_flag("--training", is_training, "A step of training instead of an inference");
    command.add_option("--optimizer", optimizer, "sgd, momentum or adam: what it keeps for each weight")
        ->needs(training);
    command.add_flag("--recompute", recomputes, "Keep few activations and compute the others again")->needs(training);
    whole_number(command.add_option("--devices", devices, "Equal devices that share the work; needs --link"));
    command.add_option("--link", link, "What connects them: bytes per second, or BYTES_PER_SECOND:SECONDS");
    command.add_option("--split", split,
                       "data (without it): each a share of the batch; pipeline: each some of the layers");
    command.add_option("--calibration", calibration,
                       "Predict by a fit that `calibrate` saved, or by a class of devices that ships");
    add_flags(command, how);
}

void selection_options::set(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::string name(text.substr(0, equals));
    const std::string value(equals == std::string_view::npos ? "" : text.substr(equals + 1));
    if (name.empty() || value.empty())
        throw qutibench::invalid_argument("a setting is NAME=VALUE, such as batch=8, not '" + std::string(text) + "'");
    for (auto& [key, texts] :
         {std::pair("datatype", &datatypes), std::pair("batch", &batches), std::pair("threads", &threads),
          std::pair("streams", &streams), std::pair("placement", &placements), std::pair("execution", &executions)})
        if (name == key) return void(*texts = {value});
    for (auto& [key, numbers] : {std::pair("keep", &keep), std::pair("clock", &clocks),
                                 std::pair("bandwidth", &bandwidths), std::pair("on-chip", &on_chips)}) {
        if (name != key) continue;
        numbers->assign(1, 0);
        return qutibench::read_text(value, name, numbers->front());
    }
    if (name == "mode") {
        for (std::string& one : platforms) one = one.substr(0, qutibench::detail::mode_colon(one)) + ":" + value;
        return;
    }
    if (name == "calibration") return void(calibration = value);
    std::vector<std::string_view> known{"datatype", "batch", "threads",   "streams", "placement", "execution",
                                        "keep",     "clock", "bandwidth", "on-chip", "mode",      "calibration"};
    bool is_flag = false;
    qutibench::deployment::describe([&](std::string_view key, auto member, std::string_view) {
        if (!std::same_as<decltype(member), bool qutibench::deployment::*>) return;
        is_flag = is_flag || key == name;
        known.push_back(key);
    });
    if (is_flag) return qutibench::set_by_text(how, text);
    const auto own = qutibench::setting_names<qutibench::execution_parameters>();
    known.insert(known.end(), own.begin(), own.end());
    if (std::find(own.begin(), own.end(), name) == own.end())
        throw qutibench::unknown_name("setting", name, qutibench::detail::choices(name, known));
    parameters.emplace_back(text);
}

qutibench::question selection_options::asked(qutibench::execution_kind unless_said) const {
    using namespace qutibench;
    question all{.networks = networks, .platforms = platforms, .keep = keep};
    design_axes& axes = all.axes;
    replace_axis(axes.datatypes, datatypes, &parse_precision);
    const auto same = [](auto one) { return one; };
    replace_axis(axes.batches, counts(batches, "batch"), same);
    replace_axis(axes.threads, counts(threads, "threads"), same);
    replace_axis(axes.streams, counts(streams, "streams"), same);
    replace_axis(axes.placements, placements, &parse_name<placement_kind>);
    axes.executions = {unless_said};
    replace_axis(axes.executions, executions, &parse_name<execution_kind>);
    replace_axis(axes.compute_scales, clocks, same);
    replace_axis(axes.bandwidth_scales, bandwidths, same);
    replace_axis(axes.on_chip_scales, on_chips, same);
    axes.how = how;
    for (const std::string& one : parameters) set_by_text(axes.how.parameters, one);
    remark_unused(axes.how.parameters, axes.executions);
    for (const std::string& one : overrides) axes.how.overrides.push_back(parse_override(one));
    remark_unplaced(axes);
    all.onnx.dims = parse_dims(dims, networks);
    all.is_training = is_training;
    all.training = {parse_name<optimizer_kind>(optimizer), recomputes};
    if (devices == 1 && !link.empty()) throw invalid_argument("--link connects several devices: give --devices");
    if (devices == 1 && !split.empty()) throw invalid_argument("--split is among several devices: give --devices");
    if (!calibration.empty()) {
        if (devices != 1) throw invalid_argument("a calibration knows one device: leave --devices out");
        if (detail::is_path(calibration))
            fit_by(load_calibration(calibration), calibration, all);
        else
            axes.fit = population_fit(known_population(calibration));
        axes.is_measured_fit = true;
    } else if (devices != 1) {
        if (link.empty()) throw invalid_argument("several devices need a --link, in bytes per second");
        const split_kind by = split.empty() ? split_kind::data : parse_name<split_kind>(split);
        axes.fit = several_devices{devices, parse_link(link), by};
    }
    if (!is_training) axes.expect = shipped_expectation();
    return all;
}

void add_estimate(CLI::App& app) {
    struct estimate_options : selection_options {
        format as = format::table;
        bool expects = false;
    };
    auto chosen = std::make_shared<estimate_options>();
    CLI::App* command =
        app.add_subcommand("estimate", "Predicted throughput, latency and bound of networks on platforms");
    chosen->add_to(*command);
    add_expect(*command, chosen->expects);
    add_format(*command, chosen->as);
    command->callback([chosen] {
        const qutibench::answers all = qutibench::session().ask(chosen->asked());
        print(all.rows, chosen->as, chosen->expects);
        remark_on(all, chosen->expects);
    });
}

}  // namespace what_if
