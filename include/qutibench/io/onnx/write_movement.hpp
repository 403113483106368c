// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Inputs, stored tensors, and layers that move elements, as ONNX operators.
#pragma once

#include <qutibench/io/onnx/write_graph.hpp>

namespace qutibench::onnx_writer {

inline void write(layer_output& at, const network_input& layer) {
    at.model().input(at.outputs()[0], at.rows() > 0 ? element_type::int64 : element_type::float32, layer.extents);
}

/// Learned values are stored; what follows from the shapes is a constant, which nobody counts as a parameter. Throws
/// invalid_argument where a constant fits no file.
inline void write(layer_output& at, const parameter& layer) {
    if (!layer.learned) {
        stored_tensor value{.dims = list(layer.extents), .low = -1, .high = 1};
        value.seed = seed_of(at.layer().name, at.seed());
        if (at.rows() > 0) {
            value.type = element_type::int64;
            value.low = 0;
            value.high = static_cast<double>(at.rows() - 1);
        }
        if (value.bytes() > largest_message)
            throw invalid_argument(detail::message(
                {"'", at.layer().name, "' takes ", value.bytes(), " bytes, more than an ONNX file has for constants"}));
        return at.result("Constant", {}, attributes().tensor("value", value));
    }
    const std::string stored = at.values("value", list(layer.extents), -0.1, 0.1);
    if (stored != at.outputs()[0]) at.result("Identity", {stored});
}

inline void write(layer_output& at, const concatenation& layer) {
    at.result("Concat", at.all_in(), attributes().integer("axis", layer.axis));
}

inline void write(layer_output& at, const split& layer) {
    names inputs{at.in()};
    if (layer.is_uneven())
        inputs.push_back(at.model().integers({layer.sizes.begin(), layer.sizes.begin() + layer.parts}));
    at.result("Split", inputs, attributes().integer("axis", layer.axis));
}

/// ONNX has no end that means "to the end"; the largest integer stands for it.
inline void write(layer_output& at, const slice& layer) {
    model_builder& model = at.model();
    const int axis = detail::normalized_axis(layer.axis, at.in_shape().rank());
    const std::int64_t end = layer.end == 0 ? at.in_shape()[axis] : layer.end;
    at.result("Slice", {at.in(), model.integers({layer.begin}), model.integers({end}), model.integers({axis}),
                        model.integers({layer.step})});
}

inline void write(layer_output& at, const reshape&) {
    at.result("Reshape", {at.in(), at.model().integers(list(at.out_shape()))});
}

inline void write(layer_output& at, const flatten&) {
    at.result("Flatten", {at.in()}, attributes().integer("axis", 1));
}

inline void write(layer_output& at, const transpose& layer) {
    std::vector<std::int64_t> order;
    for (std::size_t i = 0; i < static_cast<std::size_t>(layer.rank); ++i)
        order.push_back(detail::normalized_axis(static_cast<int>(layer.order[i]), layer.rank));
    at.result("Transpose", {at.in()}, attributes().integers("perm", order));
}

inline void write(layer_output& at, const pad& layer) {
    const auto rank = static_cast<std::size_t>(at.in_shape().rank());
    const auto axis = static_cast<std::size_t>(detail::normalized_axis(layer.axis, at.in_shape().rank()));
    std::vector<std::int64_t> pads(2 * rank, 0);
    for (std::size_t k = axis; k < axis + static_cast<std::size_t>(layer.axes); ++k) {
        pads[k] = layer.before;
        pads[rank + k] = layer.after;
    }
    at.result("Pad", {at.in(), at.model().integers(pads)});
}

/// Sizes rather than factors, so that rounding cannot change the shape. One spatial axis becomes two for cubic
/// interpolation, which runtimes have for images only.
inline void write(layer_output& at, const resize& layer) {
    const bool is_nearest = layer.function == resize_function::nearest;
    attributes settings;
    settings.text("mode", is_nearest ? "nearest" : layer.function == resize_function::linear ? "linear" : "cubic");
    settings.text("coordinate_transformation_mode", is_nearest ? "asymmetric" : "half_pixel");
    if (is_nearest) settings.text("nearest_mode", "floor");
    if (layer.function == resize_function::cubic) settings.real("cubic_coeff_a", -0.75F);
    const shape& in = at.in_shape();
    const shape& out = at.out_shape();
    model_builder& model = at.model();
    if (layer.function != resize_function::cubic || in.rank() != 3)
        return at.result("Resize", {at.in(), "", "", model.integers(list(out))}, settings);
    const std::string image = at.reshaped(at.in(), {in[0], in[1], 1, in[2]});
    const std::string grown = at.step("Resize", {image, "", "", model.integers({in[0], in[1], 1, out[2]})}, settings);
    at.result("Reshape", {grown, model.integers(list(out))});
}

}  // namespace qutibench::onnx_writer
