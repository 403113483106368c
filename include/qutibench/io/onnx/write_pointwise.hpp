// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Pooling, normalisations and functions of elements, as ONNX operators.
#pragma once

#include <qutibench/io/onnx/write_products.hpp>

namespace qutibench::onnx_writer {

/// Rounding up becomes padding after the input, so that the file does not depend on how a runtime reads `ceil_mode`.
/// Throws unsupported_operator where a window lies in padding only, which runtimes refuse.
template <int Rank>
void write(layer_output& at, const pooling<Rank>& layer) {
    const bool is_maximum = layer.function == pooling_function::maximum;
    std::vector<std::int64_t> pads = explicit_pads<Rank>(layer, detail::filled<Rank>(1), at.in_shape(), at.out_shape());
    for (std::size_t i = 0; i < Rank; ++i) {
        const int axis = static_cast<int>(i) + 2;
        const std::int64_t reach = (at.out_shape()[axis] - 1) * layer.stride[i] + layer.kernel[i];
        std::int64_t& after = pads[i + Rank];
        after = std::max(after, reach - at.in_shape()[axis] - pads[i]);
        if (std::max(pads[i], after) >= layer.kernel[i])
            throw unsupported_operator(detail::message({"layer '", at.layer().name, "' pads by ",
                                                        std::max(pads[i], after), " elements, and a pooling window of ",
                                                        layer.kernel[i], " in an ONNX file takes fewer than that"}));
    }
    attributes settings;
    settings.integers("kernel_shape", list(layer.kernel))
        .integers("strides", list(layer.stride))
        .integers("pads", pads);
    if (!is_maximum && !layer.padding.is_same && !layer.ceil) settings.integer("count_include_pad", 1);
    at.result(is_maximum ? "MaxPool" : "AveragePool", {at.in()}, settings);
}

inline void write(layer_output& at, const global_pooling& layer) {
    at.result(layer.function == pooling_function::maximum ? "GlobalMaxPool" : "GlobalAveragePool", {at.in()});
}

inline void write(layer_output& at, const batch_normalization&) {
    const std::vector<std::int64_t> channels{at.in_shape()[1]};
    at.result("BatchNormalization",
              {at.in(), at.values("scale", channels, 0.9, 1.1), at.values("shift", channels, -0.1, 0.1),
               at.values("mean", channels, -0.1, 0.1), at.values("variance", channels, 0.9, 1.1)});
}

/// x / sqrt(mean(x^2) + epsilon) * scale over `axes`, which the operators of this opset do not have.
inline void write_root_mean_square(layer_output& at, const std::vector<std::int64_t>& axes,
                                   const std::vector<std::int64_t>& dims) {
    const std::string x = at.in();
    const std::string square =
        at.step("ReduceMean", {at.step("Mul", {x, x})}, attributes().integers("axes", axes).integer("keepdims", 1));
    const std::string root = at.step("Sqrt", {at.step("Add", {square, at.model().number(1e-5F)})});
    at.result("Mul", {at.step("Div", {x, root}), at.values("scale", dims, 0.9, 1.1)});
}

inline void write(layer_output& at, const layer_normalization& layer) {
    const shape& in = at.in_shape();
    const int rank = in.rank();
    if (layer.channels_first && layer.root_mean_square) {
        std::vector<std::int64_t> dims(static_cast<std::size_t>(rank) - 1, 1);
        dims[0] = in[1];
        return write_root_mean_square(at, {1}, dims);
    }
    std::vector<std::int64_t> axes;
    std::vector<std::int64_t> dims;
    for (int axis = rank - layer.axes; axis < rank && !layer.channels_first; ++axis) {
        axes.push_back(axis);
        dims.push_back(in[axis]);
    }
    if (layer.root_mean_square) return write_root_mean_square(at, axes, dims);
    if (layer.channels_first) dims = {in[1]};
    std::string x = at.in();
    std::vector<std::int64_t> to_last{0};
    std::vector<std::int64_t> to_second{0, rank - 1};
    for (int axis = 2; axis < rank; ++axis) {
        to_last.push_back(axis);
        to_second.push_back(axis - 1);
    }
    to_last.push_back(1);
    const bool moves = layer.channels_first && rank > 2;
    if (moves) x = at.transposed(x, to_last);
    const names inputs{x, at.values("scale", dims, 0.9, 1.1), at.values("shift", dims, -0.1, 0.1)};
    const auto settings = attributes().integer("axis", layer.channels_first ? -1 : -layer.axes);
    if (!moves) return at.result("LayerNormalization", inputs, settings);
    at.result("Transpose", {at.step("LayerNormalization", inputs, settings)}, attributes().integers("perm", to_second));
}

/// Groups become channels of an instance normalisation with scale one; scale and shift follow, as PyTorch exports it.
inline void write(layer_output& at, const group_normalization& layer) {
    const shape& in = at.in_shape();
    const std::int64_t groups = layer.groups == 0 ? in[1] : layer.groups;
    if (layer.groups == 0 && in.rank() > 2)
        return at.result("InstanceNormalization",
                         {at.in(), at.values("scale", {in[1]}, 0.9, 1.1), at.values("shift", {in[1]}, -0.1, 0.1)});
    const std::string grouped = at.reshaped(at.in(), {in[0], groups, in.elements(1, in.rank()) / groups});
    const std::string plain = at.step("InstanceNormalization",
                                      {grouped, at.values("ones", {groups}, 1, 1), at.values("zeros", {groups}, 0, 0)});
    std::vector<std::int64_t> dims(static_cast<std::size_t>(in.rank()) - 1, 1);
    dims[0] = in[1];
    const std::string scaled = at.step("Mul", {at.reshaped(plain, list(in)), at.values("scale", dims, 0.9, 1.1)});
    at.result("Add", {scaled, at.values("shift", dims, -0.1, 0.1)});
}

/// Two inputs at a time.
inline void write(layer_output& at, const elementwise& layer) {
    constexpr std::string_view operators[] = {"Add", "Sub", "Mul", "Div", "Max", "Min", "Pow", "PRelu"};
    const std::string_view op = operators[static_cast<std::size_t>(layer.function)];
    names all = at.all_in();
    std::string left = all[0];
    for (std::size_t k = 1; k + 1 < all.size(); ++k) left = at.step(op, {left, all[k]});
    at.result(op, {left, all.back()});
}

inline void write(layer_output& at, const activation& layer) {
    using enum activation_function;
    const std::string x = at.in();
    model_builder& model = at.model();
    switch (layer.function) {
        case relu:
            return at.result("Relu", {x});
        case relu6:
            return at.result("Clip", {x, model.number(0), model.number(6)});
        case leaky_relu:
            return at.result("LeakyRelu", {x}, attributes().real("alpha", 0.1F));
        case sigmoid:
            return at.result("Sigmoid", {x});
        case tanh:
            return at.result("Tanh", {x});
        case gelu: {
            const std::string erf = at.step("Erf", {at.step("Div", {x, model.number(std::sqrt(2.0F))})});
            const std::string product = at.step("Mul", {x, at.step("Add", {erf, model.number(1)})});
            return at.result("Mul", {product, model.number(0.5F)});
        }
        case silu:
            return at.result("Mul", {x, at.step("Sigmoid", {x})});
        case hard_swish:
            return at.result("HardSwish", {x});
        case hard_sigmoid:
            return at.result("HardSigmoid", {x}, attributes().real("alpha", 1.0F / 6));
        case softplus:
            return at.result("Softplus", {x});
    }
}

inline void write(layer_output& at, const softmax& layer) {
    at.result("Softmax", {at.in()}, attributes().integer("axis", layer.axis));
}

}  // namespace qutibench::onnx_writer
