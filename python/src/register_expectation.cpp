// SPDX-License-Identifier: BSD-3-Clause
#include "how.hpp"
#include "predicted.hpp"
#include "register.hpp"
#include "state.hpp"

#include <qutibench/ask/expected.hpp>
#include <qutibench/io/expect.hpp>

namespace qutibench::python {

namespace {

/// An expectation, and what it is of.
struct expected {
    expectation figures{};
    answer bound{};
};

[[nodiscard]] expected expected_of(const std::shared_ptr<workload>& net, const std::shared_ptr<platform>& device,
                                   const precision_argument& datatype, const count_argument& batch,
                                   const std::optional<count_argument>& threads,
                                   const std::optional<std::string>& mode) {
    measured_run run;
    run.mode = mode.value_or("");
    run.datatype = datatype.value;
    run.how = threads ? feeding::threads : feeding::batch;
    run.value = threads ? threads->value : batch.value;
    run.call_batch = threads ? batch.value : 1;
    expected out;
    out.figures = expect(*net, *device, run);
    deployment how;
    how.datatype = datatype.value;
    how.batch = run.batch();
    out.bound = answer_of(net, device, how, out.figures.bound);
    return out;
}

[[nodiscard]] std::string text_of(const expected& self) {
    const expectation& figures = self.figures;
    std::string text = "Expectation(" + self.bound.network + " on " + self.bound.device->id() + ", " +
                       to_string(self.bound.how.datatype) + ": " + readable(figures.throughput_ips) + " inputs/s";
    if (figures.basis != expectation_basis::bound)
        text += " (" + readable(figures.low_ips) + " to " + readable(figures.high_ips) + ")";
    return text + ", basis '" + std::string(to_string(figures.basis)) + "')";
}

}  // namespace

void expect_as_shipped(design_axes& axes) {
    axes.expect = shipped_expectation();
}

void register_expectation(py::module_& module) {
    py::class_<expected> cls(module, "Expectation",
                             "What to expect of a network on a device, with a 90 % interval and what it rests on.");
    const auto figure = [&cls](const char* name, double expectation::* member, const char* text) {
        cls.def_property_readonly(name, [member](const expected& self) { return known(self.figures.*member); }, text);
    };
    figure("throughput_ips", &expectation::throughput_ips, "Inputs per second.");
    figure("latency_s", &expectation::latency_s, "Seconds of one call.");
    figure("low_ips", &expectation::low_ips, "Lower end of the 90 % interval of the throughput; None for a bound.");
    figure("high_ips", &expectation::high_ips, "Upper end of the 90 % interval of the throughput; None for a bound.");
    figure("error", &expectation::error, "Median held-out error of such expectations as a fraction; None for a bound.");
    cls.def_property_readonly(
        "basis", [](const expected& self) { return std::string(to_string(self.figures.basis)); },
        "\"calibration\": measured on this device; \"class\": on others of its class; \"bound\": nothing but that.");
    cls.def_property_readonly("bound", [](const expected& self) { return self.bound; }, "The prediction of the bound.");
    cls.def_property_readonly("sources", [](const expected& self) { return self.figures.sources; });
    cls.def_property_readonly("warnings", [](const expected& self) { return self.figures.warnings; });
    cls.def("__repr__", &text_of);
    add_state(
        cls,
        [](const expected& self) {
            const expectation& of = self.figures;
            return py::make_tuple(state::pack(self.bound), of.throughput_ips, of.latency_s, of.low_ips, of.high_ips,
                                  of.error, std::string(to_string(of.basis)), of.sources, of.warnings);
        },
        [](const py::tuple& from) {
            expected made;
            made.bound = state::unpack<answer>(from[0]);
            expectation& of = made.figures;
            of.bound = made.bound.prediction;
            of.throughput_ips = from[1].cast<double>();
            of.latency_s = from[2].cast<double>();
            of.low_ips = from[3].cast<double>();
            of.high_ips = from[4].cast<double>();
            of.error = from[5].cast<double>();
            of.basis = parse_name<expectation_basis>(from[6].cast<std::string>());
            of.sources = from[7].cast<std::vector<std::string>>();
            of.warnings = from[8].cast<std::vector<std::string>>();
            return made;
        });
    module.def("_expect", &expected_of, "workload"_a.none(false), "platform"_a.none(false), "datatype"_a, "batch"_a,
               "threads"_a = py::none(), "mode"_a = py::none());
    module.def(
        "_work_profile",
        [](const workload& net) {
            const fitting::work_profile of = fitting::profile_of(net);
            return py::make_tuple(detail::structure_text(of.structure), of.per_call, of.per_input, of.likeness);
        },
        "workload"_a, "What tests/support/learn_calibrations.py learns from: structure, work and likeness.");
}

}  // namespace qutibench::python
