// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The datatypes that a quantised model computes in: pairs of QuantizeLinear and DequantizeLinear around an operator,
/// and operators that read integers themselves.
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/io/onnx/count.hpp>

#include <optional>

namespace qutibench::onnx {

/// Which operators of a model work on quantised numbers, and on which.
class quantized_operands {
public:
    explicit quantized_operands(const inferred& graph) : graph_(graph), behind_(graph.values.size()) {
        follow(graph.operations);
    }

    /// Datatypes of an operator's weights and activations; nothing when both are as the model's floating-point numbers,
    /// or when the operator only converts. Bits that a packed matrix is stored in are those of its attribute `bits`.
    [[nodiscard]] std::optional<precision> of(const operation& one) const {
        const std::string_view type = one.op->op_type;
        if (one.inputs.empty() || one.inputs[0] == absent || converts(type)) return {};
        const std::optional<datatype> activations = stored(one.inputs[0]);
        const std::optional<datatype> weights = weights_of(one);
        if (!activations && !weights) return {};
        if (!activations) return precision{*weights, unquantized(graph_.of(one.inputs[0]).type)};
        return precision{weights.value_or(*activations), *activations};
    }

private:
    [[nodiscard]] static bool converts(std::string_view type) {
        return type == "QuantizeLinear" || type == "DequantizeLinear" || type == "DynamicQuantizeLinear";
    }

    [[nodiscard]] static std::optional<datatype> narrow(element_type type) {
        const int width = bits(type);
        if (!is_integral(type) || width > 16) return {};
        return datatype{number_family::integer, width, 0, width - 1};
    }

    [[nodiscard]] static datatype unquantized(element_type type) {
        return type == element_type::float16 ? fp16 : type == element_type::bfloat16 ? bf16 : fp32;
    }

    /// The datatype that a tensor is stored in: its own, or that from which it was dequantised.
    [[nodiscard]] std::optional<datatype> stored(value_id id) const {
        return behind_[id] ? behind_[id] : narrow(graph_.of(id).type);
    }

    [[nodiscard]] std::optional<datatype> weights_of(const operation& one) const {
        const std::string_view type = one.op->op_type;
        if (type == "MatMulNBits" || type == "MatMulBnb4") {
            const attribute* width = one.find("bits");
            const int count = width == nullptr ? 4 : static_cast<int>(width->integer);
            if (count < 2 || count > 16) return {};
            return datatype{number_family::integer, count, 0, count - 1};
        }
        const std::size_t place = type == "QLinearConv" || type == "QLinearMatMul" || type == "QGemm" ? 3 : 1;
        if (place >= one.inputs.size() || one.inputs[place] == absent) return {};
        const facts& of = graph_.of(one.inputs[place]);
        return of.dims.size() < 2 ? std::nullopt : stored(one.inputs[place]);  // a scale or a shape is no matrix
    }

    void follow(const std::vector<operation>& operations) {
        for (const operation& one : operations) {
            for (const body& inner : one.bodies) follow(inner.operations);
            const bool dequantises = one.op->op_type == "DequantizeLinear";
            if (!dequantises && (converts(one.op->op_type) || !detail::passes_through(*one.op))) continue;
            if (one.inputs.empty() || one.outputs.empty() || one.inputs[0] == absent || one.outputs[0] == absent)
                continue;
            behind_[one.outputs[0]] = dequantises ? stored(one.inputs[0]) : behind_[one.inputs[0]];
        }
    }

    const inferred& graph_;
    std::vector<std::optional<datatype>> behind_;
};

}  // namespace qutibench::onnx
