// SPDX-License-Identifier: BSD-3-Clause
#include "calibration_object.hpp"
#include "predicted.hpp"
#include "register.hpp"
#include "state.hpp"

#include <qutibench/io/calibration_json.hpp>
#include <qutibench/io/populations.hpp>
#include <qutibench/measure/calibrate.hpp>
#include <qutibench/model/predict.hpp>

namespace qutibench::python {

namespace {

struct calibrated : answer {
    calibrated_estimate fit{};
    std::string board{};
};

}  // namespace

template <>
struct member_list<measured_run> {
    static constexpr auto all = std::make_tuple(&measured_run::mode, &measured_run::datatype, &measured_run::how,
                                                &measured_run::value, &measured_run::call_batch);
};
template <>
struct member_list<calibrated_estimate> {
    static constexpr auto all = std::make_tuple(
        &calibrated_estimate::run, &calibrated_estimate::throughput_ips, &calibrated_estimate::low_ips,
        &calibrated_estimate::high_ips, &calibrated_estimate::latency_s, &calibrated_estimate::predictable,
        &calibrated_estimate::limited_by, &calibrated_estimate::seconds, &calibrated_estimate::warnings);
};

namespace {

/// The classes of devices of these names, all without a name.
[[nodiscard]] std::vector<std::shared_ptr<const fitting::population>> populations_named(
    const std::vector<std::string>& names) {
    if (names.empty()) return known_populations();
    std::vector<std::shared_ptr<const fitting::population>> chosen;
    for (const std::string& one : names) chosen.push_back(known_population(one));
    return chosen;
}

[[nodiscard]] calibration_object make(const std::vector<measurement>& rows,
                                      const std::shared_ptr<networks_object>& networks,
                                      const std::shared_ptr<platform>& device, const std::string& board,
                                      std::vector<std::string> structures,
                                      const std::vector<std::string>& populations) {
    auto from =
        std::make_shared<calibration_training>(calibration_training{points_of(rows), networks, device, board, {}});
    from->options.structures = std::move(structures);
    from->options.populations = populations_named(populations);
    const unlocked others_run;
    return {from->fit(false), from};
}

/// Pairs of a key and within which fraction nine of ten candidates are known once it is measured too.
[[nodiscard]] std::vector<std::pair<std::string, double>> rank(
    const std::vector<measurement>& rows, const std::shared_ptr<networks_object>& networks,
    const std::shared_ptr<platform>& device, const std::string& board, const std::vector<std::string>& candidates,
    const measured_run& run, const std::vector<std::string>& populations) {
    const auto points = points_of(rows);
    calibration_options options;
    options.populations = populations_named(populations);
    const unlocked others_run;
    const auto order = device ? rank_next(points, networks->set, *device, candidates, run, candidates.size(), options)
                              : rank_next(points, networks->set, board, candidates, run, candidates.size(), options);
    std::vector<std::pair<std::string, double>> out;
    for (const next_measurement& one : order) out.emplace_back(one.network, one.within());
    return out;
}

/// The calibrated figures in the place of the bound's, which stay where the calibration says nothing.
[[nodiscard]] calibrated estimate_of(const calibrated_estimate& fit, const std::shared_ptr<workload>& net,
                                     const std::shared_ptr<platform>& device, const std::string& board) {
    calibrated result;
    result.fit = fit;
    if (!net->uncounted().empty()) result.fit.warnings.emplace_back(to_string(assumption::uncounted_layers));
    result.work = net;
    result.network = net->name();
    result.board = board;
    result.how.datatype = fit.run.datatype;
    estimate& figures = result.prediction;
    figures.roof = {unknown<ops_per_second>, unknown<bytes_per_second>};
    deployment& how = result.how;
    how.batch = fit.run.batch();
    if (device) {
        const bool in_mode = fit.run.mode.empty() || fit.run.mode == device->mode().name;
        result.device = in_mode ? device : std::make_shared<platform>(device->in_mode(fit.run.mode));
        try {
            figures = predict(*net, *result.device, how);
        } catch (const unsupported_datatype&) {
            // it was measured all the same; the roof stays unknown
        }
    }
    const bool streamed = fit.run.how == feeding::stream;
    figures.batch = streamed ? fit.run.value : fit.run.batch();
    figures.calls = std::max<std::int64_t>(1, fit.run.threads());
    figures.call_time = static_cast<double>(figures.batch * figures.calls) / fit.throughput_ips;
    figures.pipeline_latency = fit.predictable ? fit.latency_s : 0;
    figures.work = net->work() * static_cast<double>(figures.batch);
    figures.weight_bytes = static_cast<double>(net->weight_count) * fit.run.datatype.weights.bytes_per_element();
    figures.limited_by = fit.limited_by;
    figures.call_energy = result.device
                              ? result.device->power().value() * figures.call_time / static_cast<double>(figures.calls)
                              : std::nan("");
    figures.assumed = 0;
    if (!std::isnan(figures.call_energy)) figures.assume(assumption::average_power);
    return result;
}

[[nodiscard]] measured_run run_from(const precision_argument& datatype, const count_argument& batch,
                                    const std::optional<std::string>& mode,
                                    const std::optional<count_argument>& threads,
                                    const std::optional<count_argument>& stream) {
    measured_run run;
    run.mode = mode.value_or("");
    run.datatype = datatype.value;
    run.how = stream ? feeding::stream : threads ? feeding::threads : feeding::batch;
    run.value = stream ? stream->value : threads ? threads->value : batch.value;
    run.call_batch = threads ? batch.value : 1;
    return run;
}

void register_networks(py::module_& module) {
    py::class_<networks_object, std::shared_ptr<networks_object>> cls(
        module, "NetworkSet", "The networks of calibrations by key; a key that is there already is kept.");
    cls.def(py::init<>());
    cls.def("add", &networks_object::add, "key"_a, "workload"_a, "part"_a = py::none(),
            "part: a layer of the workload. Raises InvalidArgument when it has no multiply-accumulates.");
    cls.def("add_pruned", &networks_object::add_pruned, "key"_a, "totals"_a, "parent"_a,
            "A pruned network of which only totals are published, with the layers of the one it was pruned from.");
    cls.def("__contains__",
            [](const networks_object& self, std::string_view key) { return self.set.find(key) != nullptr; });
    cls.def("__len__", [](const networks_object& self) { return self.set.size(); });
    cls.def("__repr__", [](const networks_object& self) {
        return "<the networks of a calibration: " + std::to_string(self.set.size()) + ">";
    });
    add_state(
        cls, [](const networks_object& self) { return self.state(); },
        [](const py::tuple& from) { return networks_object::from(from); });
    module.def(
        "network_key", [](const measurement& of) { return network_key(of); }, "measurement"_a,
        "What a measurement's network is called in a network set.");
    module.def(
        "network_key", [](std::string_view network, double keep) { return network_key(network, keep); }, "network"_a,
        "keep"_a);
}

void register_validation(py::module_& module) {
    py::class_<residual> row(module, "Residual", "A measured run beside its prediction by a fit that did not see it.");
    row.def_readonly("network", &residual::network);
    row.def_property_readonly("mode", [](const residual& self) { return unless_empty(self.run.mode); });
    row.def_property_readonly("datatype", [](const residual& self) { return to_string(self.run.datatype); });
    row.def_property_readonly("deployment", [](const residual& self) { return to_string(self.run.how); });
    row.def_property_readonly("deployment_value", [](const residual& self) { return self.run.value; });
    row.def_readonly("measured_throughput_ips", &residual::measured_ips);
    row.def_readonly("throughput_ips", &residual::predicted_ips, "Inputs per second as predicted.");
    row.def_property_readonly("error", &residual::error, "|predicted / measured - 1|.");
    row.def("__repr__", [](const residual& self) {
        return "<" + self.network + ": predicted " + readable(self.predicted_ips) + ", measured " +
               readable(self.measured_ips) + " inputs/s>";
    });
    add_members_state(row, &residual::network, &residual::run, &residual::measured_ips, &residual::predicted_ips);
    py::class_<validation> cls(module, "Validation", "Errors on what was left out of the fit.");
    cls.def_property_readonly(
        "mape", [](const validation& self) { return known(self.mape()); },
        "Mean absolute error as a fraction; None without rows.");
    cls.def_property_readonly(
        "median_ape", [](const validation& self) { return known(self.median_ape()); },
        "Median absolute error as a fraction.");
    cls.def(
        "within", [](const validation& self, double fraction) { return known(self.within(fraction)); }, "fraction"_a,
        "Share of rows predicted to within a fraction of the measurement.");
    cls.def_readonly("rows", &validation::residuals);
    cls.def("__len__", &validation::rows);
    cls.def("__repr__", [](const validation& self) {
        return "Validation(" + std::to_string(self.rows()) + " rows, mean error " + readable(100 * self.mape()) +
               " %, median " + readable(100 * self.median_ape()) + " %)";
    });
    add_members_state(cls, &validation::residuals);
    add_table(cls);
}

void register_estimate(py::module_& module) {
    py::class_<calibrated, answer> cls(module, "CalibratedEstimate",
                                       "A calibrated prediction. Where it is not `predictable`, throughput and "
                                       "latency are nan and `warnings` says why.");
    const auto figure = [&cls](const char* name, double calibrated_estimate::* member, const char* text) {
        cls.def_property_readonly(name, [member](const calibrated& self) { return self.fit.*member; }, text);
    };
    figure("throughput_ips", &calibrated_estimate::throughput_ips, "Inputs per second.");
    figure("latency_s", &calibrated_estimate::latency_s, "Seconds of one call, from first input to last result.");
    figure("low_ips", &calibrated_estimate::low_ips, "Lower end of the 90 % interval of the throughput.");
    figure("high_ips", &calibrated_estimate::high_ips, "Upper end of the 90 % interval of the throughput.");
    cls.def_property_readonly("predictable", [](const calibrated& self) { return self.fit.predictable; });
    cls.def_property_readonly("warnings", [](const calibrated& self) { return self.fit.warnings; });
    cls.def_property_readonly("assumptions", [](const calibrated& self) { return self.fit.warnings; });
    cls.def_property_readonly("platform", [](const calibrated& self) { return unless_empty(self.board); });
    cls.def_property_readonly("execution", [](const calibrated&) { return "calibrated"; });
    cls.def_property_readonly(
        "terms",
        [](const calibrated& self) {
            py::typing::Dict<py::str, py::float_> all;
            for (std::size_t i = 0; i < fitting::terms; ++i)
                all[py::str(std::string(fitting::term_names[i]))] = self.fit.seconds[i];
            return all;
        },
        "Seconds of one call by what they are spent on.");
    cls.def("__repr__", [](const calibrated& self) {
        std::string text = "CalibratedEstimate(" + self.work->name() + " on " + self.board + ", " +
                           to_string(self.how.datatype) + ": ";
        if (!self.fit.predictable) return text + "not predictable)";
        text += readable(self.fit.throughput_ips) + " inputs/s (" + readable(self.fit.low_ips) + " to " +
                readable(self.fit.high_ips) + "))";
        return text;
    });
    add_state(
        cls,
        [](const calibrated& self) {
            return py::make_tuple(state::pack(static_cast<const answer&>(self)), state::pack(self.fit), self.board);
        },
        [](const py::tuple& from) {
            calibrated made;
            static_cast<answer&>(made) = state::unpack<answer>(from[0]);
            made.fit = state::unpack<calibrated_estimate>(from[1]);
            made.board = from[2].cast<std::string>();
            return made;
        });
}

using calibration_class = py::class_<calibration_object, std::shared_ptr<calibration_object>>;

void add_predictions(calibration_class& cls) {
    cls.def(
        "predict_workload",
        [](const calibration_object& self, const std::shared_ptr<workload>& net, const precision_argument& datatype,
           const count_argument& batch, const std::optional<std::string>& mode,
           const std::optional<count_argument>& threads, const std::optional<count_argument>& stream,
           const std::shared_ptr<platform>& device) {
            const measured_run run = run_from(datatype, batch, mode, threads, stream);
            return estimate_of(self.fitted.predict(*net, run), net, device, self.fitted.state().device.id);
        },
        py::arg("workload").none(false), "datatype"_a = "int8", "batch"_a = 1, "mode"_a = py::none(),
        "threads"_a = py::none(), "stream"_a = py::none(), "device"_a = py::none());
    cls.def(
        "predict_measurement",
        [](const calibration_object& self, const measurement& row, const networks_object& networks,
           const std::shared_ptr<platform>& device) {
            const std::string key = network_key(row);
            return estimate_of(predict(self.fitted, networks.set, row), networks.works.at(key), device,
                               self.fitted.state().device.id);
        },
        "measurement"_a, "networks"_a, "device"_a = py::none());
    cls.def(
        "declare_folding",
        [](calibration_object& self, const std::string& network, const precision_argument& datatype, double interval_s,
           double fill, const std::optional<std::string>& mode) {
            self.fitted.declare_folding(network, run_from(datatype, {1}, mode, {}, {}),
                                        quantity_of<seconds>(interval_s), fill);
        },
        "network"_a, "datatype"_a, "interval_s"_a, "fill"_a = fitting::usual_fill, "mode"_a = py::none(),
        "Makes a dataflow bitstream predictable from its folding: the cycles of its slowest layer over the clock.");
}

}  // namespace

void register_calibration(py::module_& module) {
    register_networks(module);
    register_validation(module);
    register_estimate(module);
    calibration_class cls(module, "FittedModel", "What qutibench.Calibration is made of.");
    cls.def(py::init(&make), "measurements"_a, "networks"_a, "device"_a = py::none(), "board"_a = "",
            "structures"_a = std::vector<std::string>(), "populations"_a = std::vector<std::string>());
    add_predictions(cls);
    cls.def("__repr__", [](const calibration_object& self) {
        const calibration_state& state = self.fitted.state();
        return "<" + state.structure + " fitted to " + (state.device.id.empty() ? "a board" : state.device.id) + ">";
    });
    cls.def_property_readonly("device_id",
                              [](const calibration_object& self) { return self.fitted.state().device.id; });
    cls.def_property_readonly("structure",
                              [](const calibration_object& self) { return self.fitted.state().structure; });
    cls.def_property_readonly("data_hash",
                              [](const calibration_object& self) { return self.fitted.state().data_hash; });
    cls.def_property_readonly(
        "parameters",
        [](const calibration_object& self) {
            py::typing::Dict<py::str, py::float_> all;
            const fitting::parameters& fitted = self.fitted.state().fitted;
            for (std::size_t i = 0; i < fitting::terms; ++i)
                if (fitted.active[i]) all[py::str(std::string(fitting::term_names[i]))] = std::exp(fitted.log_value[i]);
            return all;
        },
        "The fitted parameters by name.");
    cls.def_property_readonly("validation", [](calibration_object& self) { return self.validated().validation(); });
    cls.def_property_readonly("mode_validation",
                              [](calibration_object& self) { return self.validated().mode_validation(); });
    cls.def("to_json", [](calibration_object& self) { return to_json(self.validated()); });
    cls.def_static(
        "from_json",
        [](std::string_view text, const std::string& source) {
            return calibration_object{parse_calibration(text, source)};
        },
        "text"_a, "source"_a = "calibration");
    add_state(
        cls,
        [](const calibration_object& self) { return py::make_tuple(to_json(calibration_object(self).validated())); },
        [](const py::tuple& from) { return calibration_object{parse_calibration(from[0].cast<std::string>())}; });
    module.def(
        "_rank_next",
        [](const std::vector<measurement>& rows, const std::shared_ptr<networks_object>& networks,
           const std::string& board, const std::vector<std::string>& candidates, const precision_argument& datatype,
           const count_argument& batch, const std::optional<std::string>& mode,
           const std::optional<count_argument>& threads, const std::vector<std::string>& populations,
           const std::shared_ptr<platform>& device) {
            return rank(rows, networks, device, board, candidates, run_from(datatype, batch, mode, threads, {}),
                        populations);
        },
        "measurements"_a, "networks"_a, "board"_a, "candidates"_a, "datatype"_a, "batch"_a, "mode"_a, "threads"_a,
        "populations"_a, "device"_a = py::none());
    module.def(
        "populations",
        [] {
            std::vector<std::string> names;
            for (const auto& one : known_populations()) names.push_back(one->name);
            return names;
        },
        "Names of the classes of measured devices that calibrations lean on.");
    module.def(
        "calibration_structures",
        [] {
            std::vector<std::string> names;
            for (const fitting::structure& one : fitting::structures) names.emplace_back(one.name);
            return names;
        },
        "Names of the execution structures that a calibration chooses from.");
}

}  // namespace qutibench::python
