// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operators that make tensors out of sizes: constants, ranges, random numbers, windows, spectra.
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/io/onnx/ops/elementwise.hpp>

namespace qutibench::onnx::detail {

/// Constant: one of several attributes holds the value.
inline void infer_constant(node_context& c) {
    for (const std::string_view name : {"value", "sparse_value"}) {
        const attribute* found = c.find(name);
        if (found == nullptr || found->tensor == nullptr) continue;
        c.set(0, found->tensor->type, to_dimensions(found->tensor->dims));
        c.out(0).initialiser = found->tensor.get();
        return;
    }
    const auto fill = [&c](element_type type, dimensions shape, constant value) {
        c.set(0, type, std::move(shape));
        if (c.affordable(static_cast<std::int64_t>(value.size()), type)) c.set_value(0, std::move(value));
    };
    if (const attribute* found = c.find("value_int"))
        return fill(element_type::int64, {}, {scalar::integer(found->integer)});
    if (const attribute* found = c.find("value_float"))
        return fill(element_type::float32, {}, {scalar::real(static_cast<double>(found->real))});
    if (const attribute* found = c.find("value_ints")) {
        constant value;
        for (const std::int64_t one : found->integers) value.push_back(scalar::integer(one));
        return fill(element_type::int64, {static_cast<std::int64_t>(found->integers.size())}, std::move(value));
    }
    if (const attribute* found = c.find("value_floats")) {
        constant value;
        for (const float one : found->reals) value.push_back(scalar::real(static_cast<double>(one)));
        return fill(element_type::float32, {static_cast<std::int64_t>(found->reals.size())}, std::move(value));
    }
    if (c.find("value_string") != nullptr) return c.set(0, element_type::string, dimensions{});
    if (const attribute* found = c.find("value_strings"))
        return c.set(0, element_type::string, dimensions{static_cast<std::int64_t>(found->texts.size())});
    c.fail("the constant has no value");
}

/// The shape that input `i` holds as values; nullopt when not even its length is known.
[[nodiscard]] inline std::optional<dimensions> shape_from(const node_context& c, std::size_t i) {
    const auto length = length_of(c, i);
    if (!length) return std::nullopt;
    check_rank(c, *length);
    dimensions shape(*length);
    if (const constant* value = c.value(i)) {
        for (std::size_t j = 0; j < shape.size(); ++j) {
            if ((*value)[j].is_integer() && (*value)[j].as_integer() < 0)
                c.fail("a dimension of the new shape is negative");
            shape[j] = (*value)[j].as_dimension();
        }
    }
    return shape;
}

inline void infer_constant_of_shape(node_context& c) {
    const attribute* fill = c.find("value");
    const onnx::tensor* stored = fill != nullptr ? fill->tensor.get() : nullptr;
    const element_type type = stored != nullptr ? stored->type : element_type::float32;
    const auto shape = shape_from(c, 0);
    if (!shape) return c.set_unranked(0, type);
    c.set(0, type, *shape);
    const auto count = element_count(*shape);
    if (!c.affordable(count, type)) return;
    scalar element = stored == nullptr ? scalar::real(0) : scalar();
    if (stored != nullptr) {
        if (const auto value = c.stored_value(*stored); value && value->size() == 1) element = value->front();
    }
    c.set_value(0, constant(static_cast<std::size_t>(*count), element));
}

/// ConstantFill, which exporters wrote before ConstantOfShape came with opset 9.
inline void infer_constant_fill(node_context& c) {
    const element_type type = c.type_attribute("dtype", element_type::float32);
    std::optional<dimensions> shape;
    if (c.has(0) && c.integer("input_as_shape", 0) != 0)
        shape = shape_from(c, 0);
    else if (c.has(0) && c.dims(0) != nullptr)
        shape = *c.dims(0);
    else if (const auto* given = c.integer_list("shape"); given != nullptr && !c.has(0))
        shape = to_dimensions(*given);
    if (const auto* extra = c.integer_list("extra_shape"); extra != nullptr && shape)
        for (const dimension dim : to_dimensions(*extra)) shape->push_back(dim);
    if (!shape) return c.set_unranked(0, type);
    check_rank(c, shape->size());
    c.set(0, type, *shape);
}

/// Number of steps of a Range, in the arithmetic of its element type.
[[nodiscard]] inline dimension range_length(const node_context& c, scalar start, scalar limit, scalar step) {
    if (start.is(0) && step.is(1) && limit.is_symbol()) return limit.as_dimension();
    if (!start.known() || !limit.known() || !step.known()) return {};
    if (step.as_real() == 0) c.fail("the step of a range is 0");
    if (start.is_integer() && limit.is_integer() && step.is_integer()) {
        std::int64_t span = 0;
        if (qutibench::detail::subtract_overflows(limit.as_integer(), start.as_integer(), &span)) return {};
        const std::int64_t by = step.as_integer();
        if (span == 0 || (span > 0) != (by > 0) || by == std::numeric_limits<std::int64_t>::min())
            return span == 0 || (span > 0) != (by > 0) ? dimension(0) : dimension();
        const std::int64_t steps = span / by + (span % by != 0 ? 1 : 0);
        return bounded(false, steps);
    }
    const scalar span = rounded_real(c.type(0), limit.as_real() - start.as_real());
    if (!span.known()) return {};
    const double steps = std::ceil(span.as_real() / step.as_real());
    return std::isfinite(steps) && steps < 1e15 ? dimension(std::max<std::int64_t>(static_cast<std::int64_t>(steps), 0))
                                                : dimension();
}

inline void infer_range(node_context& c) {
    const scalar start = c.single(0);
    const scalar step = c.single(2);
    const dimension length = range_length(c, start, c.single(1), step);
    c.set(0, c.type(0), dimensions{length});
    if (!length.known() || !start.is_integer() || !step.is_integer() || !c.affordable(length.value(), c.type(0)))
        return;
    constant value;
    for (std::int64_t i = 0; i < length.value(); ++i)
        value.push_back(add_scalars(c.type(0), start, multiply_scalars(c.type(0), scalar::integer(i), step)));
    c.set_value(0, std::move(value));
}

/// RandomNormal, RandomUniform: attributes give type and shape.
inline void infer_random(node_context& c) {
    const auto* shape = c.integer_list("shape");
    const element_type type = c.type_attribute("dtype", element_type::float32);
    if (shape == nullptr) return c.set_unranked(0, type);
    check_rank(c, shape->size());
    c.set(0, type, to_dimensions(*shape));
}

/// Bernoulli, RandomNormalLike, RandomUniformLike, EyeLike: the input's shape, another type where `dtype` says so.
inline void infer_random_like(node_context& c) {
    c.set(0, c.type_attribute("dtype", c.type(0)), c.dims(0));
}

inline void infer_multinomial(node_context& c) {
    const std::int64_t samples = c.integer("sample_size", 1);
    c.set(0, c.type_attribute("dtype", element_type::int32),
          dimensions{c.dim(0, 0), samples >= 0 ? dimension(samples) : dimension()});
}

/// BlackmanWindow, HannWindow, HammingWindow: input 0 holds the length.
inline void infer_signal_window(node_context& c) {
    c.set(0, c.type_attribute("output_datatype", element_type::float32), dimensions{c.single(0).as_dimension()});
}

/// One-sided spectra keep floor(n / 2) + 1 bins.
[[nodiscard]] inline dimension bins(dimension length, bool one_sided) {
    return one_sided && length.known() ? dimension(length.value() / 2 + 1) : one_sided ? dimension() : length;
}

inline void infer_mel_weights(node_context& c) {
    c.set(0, c.type_attribute("output_datatype", element_type::float32),
          dimensions{bins(c.single(1).as_dimension(), true), c.single(0).as_dimension()});
}

/// DFT: the axis is an attribute in opset 17 and input 2 from 20 on; the last dimension holds real or complex numbers.
inline void infer_dft(node_context& c) {
    const auto* in = c.dims(0);
    if (in == nullptr || in->size() < 2) return c.set_unranked(0, c.type(0));
    const bool one_sided = c.integer("onesided", 0) != 0;
    const bool inverse = c.integer("inverse", 0) != 0;
    const scalar axis = c.has(2) ? c.single(2) : scalar::integer(c.opset() < 20 ? c.integer("axis", 1) : -2);
    dimensions shape = *in;
    shape.back() = one_sided && inverse ? 1 : 2;
    if (!axis.is_integer()) {  // a plain transform of the whole length changes no axis
        for (std::size_t i = 0; (one_sided || c.has(1)) && i + 1 < shape.size(); ++i) shape[i] = dimension();
        return c.set(0, c.type(0), std::move(shape));
    }
    dimension& along = shape[c.axis(axis.as_integer(), shape.size())];
    const dimension given = c.has(1) ? c.single(1).as_dimension() : along;
    if (one_sided && inverse && !c.has(1))
        along = along.known() ? dimension(std::max<std::int64_t>(2 * (along.value() - 1), 0)) : dimension();
    else
        along = one_sided && inverse ? given : bins(given, one_sided);
    c.set(0, c.type(0), std::move(shape));
}

/// STFT: [batch, frames, bins, 2].
inline void infer_stft(node_context& c) {
    const dimension signal = c.dim(0, 1);
    const scalar step = c.single(1);
    dimension frame = signal;
    if (c.has(3))
        frame = c.single(3).as_dimension();
    else if (c.has(2))
        frame = c.dim(2, 0);
    dimension frames;
    if (signal.known() && frame.known() && step.is_integer()) {
        c.require(step.as_integer() > 0, "frame_step must be positive");
        frames = signal.value() < frame.value() ? 0 : (signal.value() - frame.value()) / step.as_integer() + 1;
    }
    c.set(0, c.type(0), dimensions{c.dim(0, 0), frames, bins(frame, c.integer("onesided", 1) != 0), dimension(2)});
}

inline constexpr operator_entry generate_operators[] = {
    {"", "Bernoulli", infer_random_like},
    {"", "BlackmanWindow", infer_signal_window},
    {"", "Constant", infer_constant},
    {"", "ConstantFill", infer_constant_fill},
    {"", "ConstantOfShape", infer_constant_of_shape},
    {"", "DFT", infer_dft},
    {"", "EyeLike", infer_random_like},
    {"", "HammingWindow", infer_signal_window},
    {"", "HannWindow", infer_signal_window},
    {"", "MelWeightMatrix", infer_mel_weights},
    {"", "Multinomial", infer_multinomial},
    {"", "RandomNormal", infer_random},
    {"", "RandomNormalLike", infer_random_like},
    {"", "RandomUniform", infer_random},
    {"", "RandomUniformLike", infer_random_like},
    {"", "Range", infer_range},
    {"", "STFT", infer_stft},
};

}  // namespace qutibench::onnx::detail
