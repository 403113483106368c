// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/onnx/ops/elementwise.hpp>

namespace qutibench::onnx::detail {

/// QuantizeLinear: the type comes from the zero point, else from `output_dtype`, else it is uint8.
inline void infer_quantize(node_context& c) {
    const element_type named = c.type_attribute("output_dtype", element_type::undefined);
    const element_type fallback = named != element_type::undefined ? named : element_type::uint8;
    c.set(0, c.has(2) ? c.type(2) : fallback, c.dims(0));
}

/// DequantizeLinear: the type is that of the scale, or `output_dtype`.
inline void infer_dequantize(node_context& c) {
    const element_type named = c.type_attribute("output_dtype", element_type::undefined);
    c.set(0, named != element_type::undefined ? named : c.type(1), c.dims(0));
}

/// DynamicQuantizeLinear: y in uint8, one scale and one zero point.
inline void infer_dynamic_quantize(node_context& c) {
    c.set(0, element_type::uint8, c.dims(0));
    c.set(1, element_type::float32, dimensions{});
    c.set(2, element_type::uint8, dimensions{});
}

inline constexpr operator_entry quantize_operators[] = {
    {"", "DequantizeLinear", infer_dequantize},
    {"", "DynamicQuantizeLinear", infer_dynamic_quantize},
    {"", "QuantizeLinear", infer_quantize},
};

}  // namespace qutibench::onnx::detail
