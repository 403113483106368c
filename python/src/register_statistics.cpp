// SPDX-License-Identifier: BSD-3-Clause
#include "arrays.hpp"
#include "register.hpp"
#include "state.hpp"

#include <qutibench/measure/orthogonality.hpp>
#include <qutibench/measure/statistics.hpp>

#include <pybind11/functional.h>

namespace qutibench::python {

namespace {

using figure_argument = name_argument<orthogonality_figure>;
using variant_argument = std::tuple<std::string, double, precision_argument>;

[[nodiscard]] measured_variant variant_of(const variant_argument& from) {
    return {std::get<0>(from), std::get<1>(from), std::get<2>(from).value};
}

void register_orthogonality(py::module_& module) {
    py::class_<orthogonality> cls(module, "Orthogonality", "Whether two transforms of a network add up on a device.");
    cls.def(py::init([](double original, double first, double second, double both) {
                return orthogonality{original, second, first, both, 0};
            }),
            "original"_a, "first"_a, "second"_a, "both"_a,
            "One figure of the network as it was, with each transform, and with both.");
    cls.def_readonly("original", &orthogonality::original);
    cls.def_readonly("first", &orthogonality::first);
    cls.def_readonly("second", &orthogonality::second);
    cls.def_readonly("both", &orthogonality::both);
    cls.def_readonly("deployment_value", &orthogonality::deployment_value);
    cls.def_property_readonly("p1", &orthogonality::p1, "What the first transform does alone.");
    cls.def_property_readonly("p2", &orthogonality::p2, "What it does after the second.");
    cls.def_property_readonly("q1", &orthogonality::q1, "What the second does alone.");
    cls.def_property_readonly("q2", &orthogonality::q2, "What it does after the first.");
    cls.def_property_readonly("ratio", &orthogonality::ratio, "p2 / p1: 1 when the transforms are orthogonal.");
    cls.def("__repr__",
            [](const orthogonality& self) { return "Orthogonality(ratio " + readable(self.ratio()) + ")"; });
    add_state(
        cls,
        [](const orthogonality& self) {
            return py::make_tuple(self.original, self.second, self.first, self.both, self.deployment_value);
        },
        [](const py::tuple& s) {
            return orthogonality{s[0].cast<double>(), s[1].cast<double>(), s[2].cast<double>(), s[3].cast<double>(),
                                 s[4].cast<std::int64_t>()};
        });
    module.def(
        "orthogonality",
        [](const std::vector<measurement>& all, const measurement& like, const variant_argument& original,
           const variant_argument& first, const variant_argument& second, const variant_argument& both,
           figure_argument figure) {
            return orthogonality_of(all, like, variant_of(original), variant_of(first), variant_of(second),
                                    variant_of(both), figure.value);
        },
        "measurements"_a, "like"_a, "original"_a, "first"_a, "second"_a, "both"_a, "figure"_a = "throughput",
        "Compares four variants, (network, keep, datatype) each, on the device, mode, scope and deployment of `like`. "
        "figure: 'latency' (at the smallest deployment that all were measured at) or 'throughput' (at the largest). "
        "None "
        "when they share none.");
}

void register_errors_of(py::module_& module) {
    py::class_<prediction_errors> cls(module, "PredictionErrors", "Errors relative to what was measured.");
    cls.def_readonly("count", &prediction_errors::count);
    cls.def_readonly("mape", &prediction_errors::mape, "Mean of |predicted / measured - 1|.");
    cls.def_readonly("median_ape", &prediction_errors::median_ape);
    cls.def_readonly("worst_ape", &prediction_errors::worst_ape);
    cls.def_readonly("within_10_percent", &prediction_errors::within_10_percent, "Share off by at most 10 %.");
    cls.def_readonly("bias", &prediction_errors::bias, "Geometric mean of predicted / measured.");
    cls.def("__repr__", [](const prediction_errors& self) {
        return "PredictionErrors(" + std::to_string(self.count) + " rows, mean " + readable(100 * self.mape) + " %)";
    });
    add_members_state(cls, &prediction_errors::count, &prediction_errors::mape, &prediction_errors::median_ape,
                      &prediction_errors::worst_ape, &prediction_errors::within_10_percent, &prediction_errors::bias);
    module.def(
        "prediction_errors",
        [](const doubles& estimates, const doubles& measured) {
            return errors_of(span_of(estimates), span_of(measured));
        },
        "predicted"_a, "measured"_a, "Raises InvalidArgument on sides of different length or values not positive.");
}

}  // namespace

void register_statistics(py::module_& module) {
    const auto correlation = [&module](const char* name,
                                       double (*function)(std::span<const double>, std::span<const double>),
                                       const char* text) {
        module.def(
            name, [function](const doubles& x, const doubles& y) { return function(span_of(x), span_of(y)); }, "x"_a,
            "y"_a, text);
    };
    correlation("pearson", &pearson, "Pearson's correlation; nan when one side is constant.");
    correlation("spearman", &spearman, "Spearman's rank correlation.");
    correlation("kendall", &kendall, "Kendall's tau-b.");
    register_errors_of(module);
    register_orthogonality(module);
    module.def(
        "bootstrap_pairs",
        [](const doubles& x, const doubles& y,
           const std::function<double(py::array_t<double>, py::array_t<double>)>& statistic, double level,
           int resamples, std::uint64_t seed) {
            const auto found = bootstrap_pairs(
                span_of(x), span_of(y),
                [&](std::span<const double> a, std::span<const double> b) {
                    return statistic(py::array_t<double>(static_cast<py::ssize_t>(a.size()), a.data()),
                                     py::array_t<double>(static_cast<py::ssize_t>(b.size()), b.data()));
                },
                level, resamples, seed);
            return std::make_pair(found.low, found.high);
        },
        "x"_a, "y"_a, "statistic"_a, "level"_a = 0.95, "resamples"_a = 2000, "seed"_a = 1,
        "(low, high) of the percentile bootstrap of statistic(x, y) over resampled pairs.");
}

}  // namespace qutibench::python
