// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A workload as a Python tuple and back: what pickling and comparing rest on.
#pragma once

#include "common.hpp"

#include <qutibench/network/workload.hpp>

namespace qutibench::detail {

struct workload_access {
    [[nodiscard]] static pybind11::tuple get(const workload& from) {
        namespace py = pybind11;
        py::list layers;
        for (const layer_workload& one : from.layers_) layers.append(get(one));
        py::list shapes;
        for (const shape& one : from.shapes_) shapes.append(python::to_tuple(one));
        return py::make_tuple(from.name_, totals(from), layers, shapes, from.producers_, from.uncounted_,
                              from.peak_live_, from.has_precisions_, static_cast<int>(from.convention_),
                              from.warnings_);
    }

    [[nodiscard]] static workload set(const pybind11::tuple& state) {
        namespace py = pybind11;
        workload made;
        made.name_ = state[0].cast<std::string>();
        static_cast<workload_totals&>(made) = totals(state[1].cast<std::vector<std::int64_t>>());
        for (const py::handle one : state[2].cast<py::list>()) made.layers_.push_back(layer(one.cast<py::tuple>()));
        made.shapes_ = state[3].cast<std::vector<shape>>();
        made.producers_ = state[4].cast<std::vector<int>>();
        made.uncounted_ = state[5].cast<std::vector<std::string>>();
        made.peak_live_ = state[6].cast<std::int64_t>();
        made.has_precisions_ = state[7].cast<bool>();
        made.convention_ = static_cast<counting>(state[8].cast<int>());
        made.warnings_ = state[9].cast<std::vector<std::string>>();
        return made;
    }

private:
    [[nodiscard]] static std::vector<std::int64_t> totals(const workload_totals& of) {
        return {of.operation_count, of.mac_count,        of.other_operation_count, of.weight_count,
                of.parameter_count, of.activation_count, of.input_count,           of.output_count};
    }

    [[nodiscard]] static workload_totals totals(const std::vector<std::int64_t>& from) {
        return {from.at(0), from.at(1), from.at(2), from.at(3), from.at(4), from.at(5), from.at(6), from.at(7)};
    }

    [[nodiscard]] static pybind11::tuple get(const layer_workload& of) {
        const layer_cost& cost = of.cost;
        const contraction& product = cost.product;
        return pybind11::make_tuple(
            of.name, of.type, static_cast<int>(of.kind),
            std::vector<std::int64_t>{product.rows, product.columns, product.depth, product.groups, cost.macs,
                                      cost.other_operations, cost.weights, cost.parameters, cost.state,
                                      cost.kernel_elements, cost.stride},
            of.operation_count, of.input_count, of.output_count, of.has_precision, of.numbers,
            std::make_tuple(of.sparsity.density, of.sparsity.kept, of.sparsity.of), of.fused_into, of.weights_shared,
            of.is_result, of.weights_of, of.first_shape, of.inputs, of.outputs, of.first_producer,
            std::make_tuple(cost.state_bits, cost.routed_rows, cost.routed_share));
    }

    [[nodiscard]] static layer_workload layer(const pybind11::tuple& from) {
        layer_workload one;
        one.name = from[0].cast<std::string>();
        one.type = from[1].cast<std::string>();
        one.kind = static_cast<layer_kind>(from[2].cast<int>());
        const auto c = from[3].cast<std::array<std::int64_t, 11>>();
        one.cost = {{c[0], c[1], c[2], c[3]}, c[4], c[5], c[6], c[7], c[8], c[9], c[10]};
        one.operation_count = from[4].cast<std::int64_t>();
        one.input_count = from[5].cast<std::int64_t>();
        one.output_count = from[6].cast<std::int64_t>();
        one.has_precision = from[7].cast<bool>();
        one.numbers = from[8].cast<precision>();
        const auto [density, kept, of] = from[9].cast<std::tuple<double, int, int>>();
        one.sparsity = {density, kept, of};
        one.fused_into = from[10].cast<int>();
        one.weights_shared = from[11].cast<bool>();
        one.is_result = from[12].cast<bool>();
        one.weights_of = from[13].cast<int>();
        one.first_shape = from[14].cast<std::uint32_t>();
        one.inputs = from[15].cast<std::uint32_t>();
        one.outputs = from[16].cast<std::uint32_t>();
        one.first_producer = from[17].cast<std::uint32_t>();
        std::tie(one.cost.state_bits, one.cost.routed_rows, one.cost.routed_share) =
            from[18].cast<std::tuple<double, std::int64_t, double>>();
        return one;
    }
};

}  // namespace qutibench::detail
