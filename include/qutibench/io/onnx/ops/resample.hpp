// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operators that resize images or move blocks between space and depth.
#pragma once

#include <qutibench/io/onnx/ops/elementwise.hpp>

namespace qutibench::onnx::detail {

/// The axes that scales and sizes refer to: attribute `axes`, or all.
[[nodiscard]] inline std::vector<std::size_t> resize_axes(const node_context& c, std::size_t rank) {
    if (const auto* given = c.integer_list("axes"); given != nullptr && !given->empty())
        return axes_of(c, *given, rank);
    std::vector<std::size_t> axes(rank);
    for (std::size_t i = 0; i < rank; ++i) axes[i] = i;
    return axes;
}

/// floor(dimension * scale) in single precision, as the reference implementation computes it.
[[nodiscard]] inline dimension scaled(const node_context& c, dimension in, scalar scale, scalar crop) {
    if (!in.known() || !scale.known() || !crop.known()) return {};
    const float factor = static_cast<float>(crop.as_real()) * static_cast<float>(scale.as_real());
    const float out = std::floor(static_cast<float>(in.value()) * factor);
    if (!(out >= 0) || out > 1e15F) c.fail("a scale of " + std::to_string(factor) + " leaves no valid dimension");
    return static_cast<std::int64_t>(out);
}

/// Fraction of each axis that tf_crop_and_resize keeps: end - start of the region of interest; 1 in other modes.
[[nodiscard]] inline constant crop_fractions(const node_context& c, std::size_t count) {
    if (c.text("coordinate_transformation_mode", "half_pixel") != "tf_crop_and_resize")
        return constant(count, scalar::real(1));
    const constant* region = c.value(1);
    constant result(count);
    for (std::size_t i = 0; region != nullptr && region->size() == 2 * count && i < count; ++i)
        result[i] = subtract_scalars(element_type::float32, (*region)[count + i], (*region)[i]);
    return result;
}

/// Sizes under keep_aspect_ratio_policy: one scale for all axes, halves rounded up.
inline void keep_aspect_ratio(const dimensions& in, const std::vector<std::size_t>& axes, bool larger,
                              dimensions& shape) {
    double scale = larger ? 0 : HUGE_VAL;
    for (const std::size_t axis : axes) {
        if (!in[axis].known() || !shape[axis].known() || in[axis].is(0)) {
            for (const std::size_t one : axes) shape[one] = dimension();
            return;
        }
        const double own = static_cast<double>(shape[axis].value()) / static_cast<double>(in[axis].value());
        scale = larger ? std::max(scale, own) : std::min(scale, own);
    }
    for (const std::size_t axis : axes)
        shape[axis] = static_cast<std::int64_t>(std::floor(scale * static_cast<double>(in[axis].value()) + 0.5));
}

/// Scales from input `i` or from the attribute of opset 7; unknown elements where they are not constant.
[[nodiscard]] inline constant scale_list(const node_context& c, std::size_t i, std::size_t count) {
    if (const constant* value = c.value(i); value != nullptr && value->size() == count) return *value;
    constant result(count);
    const attribute* given = c.has(i) ? nullptr : c.find("scales");
    for (std::size_t j = 0; given != nullptr && given->reals.size() == count && j < count; ++j)
        result[j] = scalar::real(static_cast<double>(given->reals[j]));
    return result;
}

inline void set_scaled(node_context& c, std::size_t scales_input) {
    const dimensions& in = *c.dims(0);
    const auto axes = resize_axes(c, in.size());
    const constant scales = scale_list(c, scales_input, axes.size());
    const constant crops = crop_fractions(c, axes.size());
    dimensions shape = in;
    for (std::size_t i = 0; i < axes.size(); ++i) shape[axes[i]] = scaled(c, in[axes[i]], scales[i], crops[i]);
    c.set(0, c.type(0), std::move(shape));
}

/// Resize: (X, scales) in opset 10, (X, roi, scales, sizes) from 11 on.
inline void infer_resize(node_context& c) {
    const auto* in = c.dims(0);
    if (in == nullptr) return c.set_unranked(0, c.type(0));
    if (!c.has(3)) return set_scaled(c, c.opset() < 11 && c.input_count() == 2 ? 1 : 2);
    const auto axes = resize_axes(c, in->size());
    const constant* sizes = c.value(3);
    dimensions shape = *in;
    if (sizes != nullptr && sizes->size() != axes.size()) c.fail("as many sizes as axes are needed");
    for (std::size_t i = 0; i < axes.size(); ++i)
        shape[axes[i]] = sizes != nullptr ? (*sizes)[i].as_dimension() : dimension();
    const std::string_view policy = c.text("keep_aspect_ratio_policy", "stretch");
    if (policy != "stretch") keep_aspect_ratio(*in, axes, policy == "not_smaller", shape);
    c.set(0, c.type(0), std::move(shape));
}

inline void infer_upsample(node_context& c) {
    if (c.dims(0) == nullptr) return c.set_unranked(0, c.type(0));
    set_scaled(c, 1);
}

[[nodiscard]] inline const dimensions* image(const node_context& c) {
    const auto* dims = c.dims(0);
    if (dims != nullptr && dims->size() != 4) c.fail("the input is " + to_text(*dims) + ", not [N, C, H, W]");
    return dims;
}

inline void infer_depth_to_space(node_context& c) {
    const auto* in = image(c);
    if (in == nullptr) return c.set_rank(0, c.type(0), 4);
    const std::int64_t block = c.integer("blocksize", 0);
    c.require(block > 0 && block < (1 << 20), "blocksize must be positive");
    c.set(0, c.type(0),
          dimensions{(*in)[0], divide_exactly(c, (*in)[1], block * block, "blocksize squared"),
                     multiply((*in)[2], block), multiply((*in)[3], block)});
}

inline void infer_space_to_depth(node_context& c) {
    const auto* in = image(c);
    if (in == nullptr) return c.set_rank(0, c.type(0), 4);
    const std::int64_t block = c.integer("blocksize", 0);
    c.require(block > 0 && block < (1 << 20), "blocksize must be positive");
    c.set(0, c.type(0),
          dimensions{(*in)[0], multiply((*in)[1], block * block), divide_exactly(c, (*in)[2], block, "blocksize"),
                     divide_exactly(c, (*in)[3], block, "blocksize")});
}

inline void infer_center_crop_pad(node_context& c) {
    const auto* in = c.dims(0);
    if (in == nullptr) return c.set_unranked(0, c.type(0));
    const auto axes = resize_axes(c, in->size());
    const constant* sizes = c.value(1);
    if (sizes != nullptr && sizes->size() != axes.size()) c.fail("as many sizes as axes are needed");
    dimensions shape = *in;
    for (std::size_t i = 0; i < axes.size(); ++i)
        shape[axes[i]] = sizes != nullptr ? (*sizes)[i].as_dimension() : dimension();
    c.set(0, c.type(0), std::move(shape));
}

/// Col2Im: [N, C * block elements, L] to [N, C, image_shape...].
inline void infer_col2im(node_context& c) {
    const auto length = length_of(c, 1);
    if (!length) return c.set_unranked(0, c.type(0));
    check_rank(c, *length + 2);
    dimension channels;
    if (const auto block = c.integers(2)) {
        const dimension elements = product(to_dimensions(*block), 0, block->size());
        if (elements.known())
            channels = divide_exactly(c, c.dim(0, 1), elements.value(), "the number of elements of a block");
    }
    dimensions shape{c.dim(0, 0), channels};
    const constant* sizes = c.value(1);
    for (std::size_t i = 0; i < *length; ++i)
        shape.push_back(sizes != nullptr ? (*sizes)[i].as_dimension() : dimension());
    c.set(0, c.type(0), std::move(shape));
}

/// GridSample: [N, C] of the input, the spatial dimensions of the grid.
inline void infer_grid_sample(node_context& c) {
    const auto* grid = c.dims(1);
    const std::size_t rank = grid != nullptr ? grid->size() : c.dims(0) != nullptr ? c.dims(0)->size() : 0;
    if (rank < 3) return c.set_unranked(0, c.type(0));
    dimensions shape{c.dim(0, 0), c.dim(0, 1)};
    for (std::size_t i = 1; i + 1 < rank; ++i) shape.push_back(c.dim(1, i));
    c.set(0, c.type(0), std::move(shape));
}

/// AffineGrid: size (N, C, spatial...) gives (N, spatial..., number of spatial dimensions).
inline void infer_affine_grid(node_context& c) {
    const auto length = length_of(c, 1);
    if (!length || *length < 3) return c.set_unranked(0, c.type(0));
    check_rank(c, *length);
    const constant* size = c.value(1);
    dimensions shape{c.dim(0, 0)};
    for (std::size_t i = 2; i < *length; ++i)
        shape.push_back(size != nullptr ? (*size)[i].as_dimension() : dimension());
    shape.push_back(static_cast<std::int64_t>(*length) - 2);
    if (!shape[0].known() && size != nullptr) shape[0] = (*size)[0].as_dimension();
    c.set(0, c.type(0), std::move(shape));
}

inline constexpr operator_entry resample_operators[] = {
    {"", "AffineGrid", infer_affine_grid},
    {"", "CenterCropPad", infer_center_crop_pad},
    {"", "Col2Im", infer_col2im},
    {"", "DepthToSpace", infer_depth_to_space},
    {"", "GridSample", infer_grid_sample},
    {"", "Resize", infer_resize},
    {"", "ReverseSequence", infer_same},
    {"", "SpaceToDepth", infer_space_to_depth},
    {"", "Trilu", infer_same},
    {"", "Upsample", infer_upsample},
};

}  // namespace qutibench::onnx::detail
