// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/onnx/element_type.hpp>
#include <qutibench/network/any_layer.hpp>
#include <qutibench/network/layers.hpp>

namespace qutibench {

/// How a graph is written as ONNX.
struct onnx_settings {
    std::uint64_t seed = 0;           ///< of the weights: the same seed, the same file
    bool external_weights = false;    ///< weights go to a second file, "<path>.data", which may be of any size
    bool signed_activations = false;  ///< quantised activations are int8 around zero, as TensorRT asks for, rather than
                                      ///< uint8 with a zero point, for which ONNX Runtime has more kernels
};

}  // namespace qutibench

namespace qutibench::onnx_writer {

/// How an activation is quantised. Eight bits reach to 8 on both sides of zero, past what most values grow to with
/// pseudo-random weights; after a ReLU, they need not reach below zero.
struct activation_code {
    float step = 1.0F / 16;
    onnx::element_type type = onnx::element_type::int8;
    char zero = 0;
};

[[nodiscard]] inline activation_code code_of(const any_layer& maker, const onnx_settings& settings) {
    if (settings.signed_activations) return {};
    const auto* const function = maker.as<activation>();
    if (function != nullptr && function->function == activation_function::relu6)
        return {6.0F / 255, onnx::element_type::uint8, 0};
    const bool is_positive = function != nullptr && function->function == activation_function::relu;
    return {1.0F / 16, onnx::element_type::uint8, is_positive ? '\0' : '\x80'};
}

}  // namespace qutibench::onnx_writer
