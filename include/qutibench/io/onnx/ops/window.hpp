// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Convolution, pooling and their relatives: windows that slide over the spatial axes of (N, C, spatial...).
#pragma once

#include <qutibench/io/onnx/shapes.hpp>

namespace qutibench::onnx::detail {

/// Attributes that windows share, one entry for each spatial axis; absent ones take their defaults.
struct window {
    std::vector<std::int64_t> kernel;  ///< -1 where unknown
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> dilations;
    std::vector<std::int64_t> begins;
    std::vector<std::int64_t> ends;
    std::string_view auto_pad = "NOTSET";
    bool ceil_mode = false;
};

inline void check_window(const node_context& c, const window& w, std::size_t spatial) {
    constexpr std::int64_t high = std::int64_t{1} << 30;
    const auto all = [](const std::vector<std::int64_t>& values, std::int64_t low) {
        return std::all_of(values.begin(), values.end(), [low](std::int64_t x) { return x >= low && x <= high; });
    };
    if (w.strides.size() != spatial || w.dilations.size() != spatial || w.begins.size() != spatial ||
        w.kernel.size() != spatial)
        c.fail("strides, dilations, pads or kernel_shape do not fit " + std::to_string(spatial) +
               " spatial dimensions");
    c.require(all(w.strides, 1) && all(w.dilations, 1), "strides and dilations must be positive");
    c.require(all(w.begins, -high) && all(w.ends, -high), "pads are out of range");
    c.require(all(w.kernel, -1) && std::find(w.kernel.begin(), w.kernel.end(), 0) == w.kernel.end(),
              "a window must be positive");
}

/// Reads the window's attributes; `weights` gives the kernel where no attribute does (nullptr: none do).
[[nodiscard]] inline window read_window(const node_context& c, std::size_t spatial, const dimensions* weights) {
    window w;
    const auto list = [&c, spatial](std::string_view name, std::int64_t fallback) {
        const auto* given = c.integer_list(name);
        return given != nullptr && !given->empty() ? *given : std::vector<std::int64_t>(spatial, fallback);
    };
    w.strides = list("strides", 1);
    w.dilations = list("dilations", 1);
    if (const auto* kernel = c.integer_list("kernel_shape"); kernel != nullptr && !kernel->empty()) {
        w.kernel = *kernel;
    } else {
        w.kernel.assign(spatial, -1);
        for (std::size_t i = 0; weights != nullptr && i < spatial && i + 2 < weights->size(); ++i)
            w.kernel[i] = (*weights)[i + 2].value();
    }
    w.auto_pad = c.text("auto_pad", "NOTSET");
    w.ceil_mode = c.integer("ceil_mode", 0) != 0;
    w.begins.assign(spatial, 0);
    w.ends.assign(spatial, 0);
    if (const auto* pads = c.integer_list("pads"); pads != nullptr && !pads->empty()) {
        if (pads->size() != 2 * spatial)
            c.fail(std::to_string(pads->size()) + " pads are given for " + std::to_string(spatial) +
                   " spatial dimensions");
        w.begins.assign(pads->begin(), pads->begin() + static_cast<std::ptrdiff_t>(spatial));
        w.ends.assign(pads->begin() + static_cast<std::ptrdiff_t>(spatial), pads->end());
    }
    check_window(c, w, spatial);
    return w;
}

/// Extent of a dilated kernel.
[[nodiscard]] inline std::int64_t effective_kernel(const window& w, std::size_t axis) {
    return (w.kernel[axis] - 1) * w.dilations[axis] + 1;
}

/// Number of places a window takes along one axis. `pooling`: with ceil_mode the last one must start inside the input
/// or its leading pad. Unknown where runtimes and the specification disagree: SAME padding of a dilated pooling window,
/// and a pooling window larger than its input. Throws shape_error for a convolution larger than its input.
[[nodiscard]] inline dimension slide(const node_context& c, const window& w, std::size_t axis, dimension in,
                                     bool pooling) {
    if (!in.known()) return {};
    const std::int64_t stride = w.strides[axis];
    if (w.auto_pad == "SAME_UPPER" || w.auto_pad == "SAME_LOWER")
        return pooling && w.dilations[axis] != 1 ? dimension() : dimension((in.value() + stride - 1) / stride);
    if (w.kernel[axis] < 0) return {};
    const bool valid = w.auto_pad == "VALID";
    const std::int64_t begin = valid ? 0 : w.begins[axis];
    const std::int64_t padded = in.value() + begin + (valid ? 0 : w.ends[axis]);
    const std::int64_t span = padded - effective_kernel(w, axis);
    if (span < 0 && pooling) return {};
    if (span < 0)
        c.fail("a window of " + std::to_string(effective_kernel(w, axis)) + " is larger than its padded input of " +
               std::to_string(padded));
    std::int64_t places = span / stride + 1;
    if (pooling && w.ceil_mode && span % stride != 0 && places * stride < in.value() + begin) ++places;
    return places;
}

/// [N, channels, slid spatial dimensions...] of input `i`.
[[nodiscard]] inline dimensions slide_all(const node_context& c, const window& w, std::size_t i, dimension channels,
                                          bool pooling) {
    const dimensions& in = *c.dims(i);
    dimensions shape{in[0], channels};
    for (std::size_t axis = 2; axis < in.size(); ++axis) shape.push_back(slide(c, w, axis - 2, in[axis], pooling));
    return shape;
}

/// Shape of a convolution of input `x` with the weights [M, C/group, kernel...] of input `w`; unranked when unknown.
inline void set_convolution(node_context& c, std::size_t x, std::size_t w, element_type type) {
    const auto* in = c.dims(x);
    const auto* weights = c.dims(w);
    if (in == nullptr) {
        if (weights == nullptr) return c.set_unranked(0, type);
        c.set_rank(0, type, weights->size());
        if (weights->size() > 1) c.out(0).dims[1] = weights->front();
        return;
    }
    if (in->size() < 3) c.fail("a convolution needs spatial dimensions; its input is " + to_text(*in));
    if (weights != nullptr && weights->size() != in->size())
        c.fail("weights of " + to_text(*weights) + " do not fit an input of " + to_text(*in));
    const std::int64_t group = c.integer("group", 1);
    c.require(group >= 1, "group must be positive");
    if (weights != nullptr && (*weights)[1].known() && (*in)[1].known()) {
        const dimension wanted = multiply((*weights)[1], group);
        if (!wanted.is((*in)[1].value()))
            c.fail("weights for " + std::to_string(wanted.value()) + " channels meet an input of " +
                   std::to_string((*in)[1].value()));
    }
    const dimension channels = weights != nullptr ? (*weights)[0] : dimension();
    if (channels.known() && channels.value() % group != 0) c.fail("groups do not divide the output channels");
    c.set(0, type, slide_all(c, read_window(c, in->size() - 2, weights), x, channels, false));
}

inline void infer_conv(node_context& c) {
    set_convolution(c, 0, 1, c.type(0));
}
inline void infer_conv_integer(node_context& c) {
    set_convolution(c, 0, 1, element_type::int32);
}

/// QLinearConv: x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point.
inline void infer_qlinear_conv(node_context& c) {
    set_convolution(c, 0, 3, c.type(7));
}

/// Output of a transposed convolution along one axis.
[[nodiscard]] inline dimension unslide(const window& w, std::size_t axis, dimension in, std::int64_t output_padding) {
    if (!in.known()) return {};
    if (w.kernel[axis] < 0 || in.is(0)) return {};
    // With a kernel shorter than its stride the specification says input * stride, and runtimes leave the last gap out.
    if (w.auto_pad == "SAME_UPPER" || w.auto_pad == "SAME_LOWER")
        return effective_kernel(w, axis) >= w.strides[axis] ? multiply(in, w.strides[axis]) : dimension();
    const dimension grown = multiply(in.value() - 1, w.strides[axis]);
    const std::int64_t pads = w.auto_pad == "VALID" ? 0 : w.begins[axis] + w.ends[axis];
    const std::int64_t out = grown.value() + output_padding + effective_kernel(w, axis) - pads;
    return out >= 0 ? dimension(out) : dimension();
}

inline void infer_conv_transpose(node_context& c) {
    const auto* in = c.dims(0);
    const auto* weights = c.dims(1);
    if (in == nullptr) return c.set_unranked(0, c.type(0));
    if (in->size() < 3) c.fail("a transposed convolution needs spatial dimensions; its input is " + to_text(*in));
    if (weights != nullptr && weights->size() != in->size())
        c.fail("weights of " + to_text(*weights) + " do not fit an input of " + to_text(*in));
    if (weights != nullptr)
        static_cast<void>(unify(c, (*weights)[0], (*in)[1], "channels of the weights and the input"));
    const std::size_t spatial = in->size() - 2;
    const window w = read_window(c, spatial, weights);
    const std::int64_t group = c.integer("group", 1);
    c.require(group >= 1, "group must be positive");
    dimensions shape{(*in)[0], weights != nullptr ? multiply((*weights)[1], group) : dimension()};
    const auto* given = c.integer_list("output_shape");
    if (given != nullptr && !given->empty()) {
        c.require(given->size() == spatial || given->size() == spatial + 2, "output_shape does not fit the input");
        for (std::size_t i = given->size() - spatial; i < given->size(); ++i)
            shape.push_back((*given)[i] >= 0 ? dimension((*given)[i]) : dimension());
        return c.set(0, c.type(0), std::move(shape));
    }
    const auto* extra = c.integer_list("output_padding");
    c.require(extra == nullptr || extra->empty() || extra->size() == spatial, "output_padding does not fit the input");
    for (std::size_t i = 0; i < spatial; ++i)
        shape.push_back(unslide(w, i, (*in)[i + 2], extra != nullptr && !extra->empty() ? (*extra)[i] : 0));
    c.set(0, c.type(0), std::move(shape));
}

/// MaxPool, AveragePool, LpPool; MaxPool's second output holds indices.
inline void infer_pool(node_context& c) {
    const auto* in = c.dims(0);
    if (in == nullptr) {
        c.set_unranked(0, c.type(0));
        return c.set_unranked(1, element_type::int64);
    }
    if (in->size() < 3) c.fail("pooling needs spatial dimensions; its input is " + to_text(*in));
    dimensions shape = slide_all(c, read_window(c, in->size() - 2, nullptr), 0, (*in)[1], true);
    c.set(0, c.type(0), shape);
    c.set(1, element_type::int64, std::move(shape));
}

inline void infer_global_pool(node_context& c) {
    const auto* in = c.dims(0);
    if (in == nullptr) return c.set_unranked(0, c.type(0));
    dimensions shape = *in;
    for (std::size_t i = 2; i < shape.size(); ++i) shape[i] = 1;
    c.set(0, c.type(0), std::move(shape));
}

/// MaxUnpool: the inverse formula of MaxPool, unless input 2 gives the shape.
inline void infer_max_unpool(node_context& c) {
    const auto* in = c.dims(0);
    if (in == nullptr) return c.set_unranked(0, c.type(0));
    if (c.has(2)) {
        const auto given = c.integers(2);
        return given ? c.set(0, c.type(0), to_dimensions(*given)) : c.set_rank(0, c.type(0), in->size());
    }
    if (in->size() < 3) c.fail("unpooling needs spatial dimensions; its input is " + to_text(*in));
    const window w = read_window(c, in->size() - 2, nullptr);
    dimensions shape{(*in)[0], (*in)[1]};
    for (std::size_t i = 0; i + 2 < in->size(); ++i) shape.push_back(unslide(w, i, (*in)[i + 2], 0));
    c.set(0, c.type(0), std::move(shape));
}

/// MaxRoiPool: [regions, C, pooled_shape...].
inline void infer_max_roi_pool(node_context& c) {
    dimensions shape{c.dim(1, 0), c.dim(0, 1)};
    const auto* pooled = c.integer_list("pooled_shape");
    for (std::size_t i = 0; i < 2; ++i)
        shape.push_back(pooled != nullptr && i < pooled->size() && (*pooled)[i] >= 0 ? dimension((*pooled)[i])
                                                                                     : dimension());
    c.set(0, c.type(0), std::move(shape));
}

/// RoiAlign: [regions, C, output_height, output_width].
inline void infer_roi_align(node_context& c) {
    const auto size = [&c](std::string_view name) {
        const std::int64_t value = c.integer(name, 1);
        return value >= 0 ? dimension(value) : dimension();
    };
    const dimension regions = c.dim(1, 0).known() ? c.dim(1, 0) : c.dim(2, 0);
    c.set(0, c.type(0), dimensions{regions, c.dim(0, 1), size("output_height"), size("output_width")});
}

/// CausalConvWithState: the input's shape, and the last k - 1 inputs as state.
inline void infer_causal_conv(node_context& c) {
    c.set(0, c.type(0), c.dims(0));
    const dimension kernel = c.dim(1, 2);
    c.set(1, c.type(0),
          dimensions{c.dim(0, 0), c.dim(0, 1), kernel.known() ? dimension(kernel.value() - 1) : c.dim(3, 2)});
}

inline constexpr operator_entry window_operators[] = {
    {"", "AveragePool", infer_pool},
    {"", "CausalConvWithState", infer_causal_conv},
    {"", "Conv", infer_conv},
    {"", "ConvInteger", infer_conv_integer},
    {"", "ConvTranspose", infer_conv_transpose},
    {"", "DeformConv", infer_conv},
    {"", "GlobalAveragePool", infer_global_pool},
    {"", "GlobalLpPool", infer_global_pool},
    {"", "GlobalMaxPool", infer_global_pool},
    {"", "LpPool", infer_pool},
    {"", "MaxPool", infer_pool},
    {"", "MaxRoiPool", infer_max_roi_pool},
    {"", "MaxUnpool", infer_max_unpool},
    {"", "QLinearConv", infer_qlinear_conv},
    {"", "RoiAlign", infer_roi_align},
};

}  // namespace qutibench::onnx::detail
