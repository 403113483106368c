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
    std::int64_t most_bytes = 0x7fffffff;  ///< of the model, external weights aside; protobuf reads no more than that
};

}  // namespace qutibench

namespace qutibench::onnx_writer {

/// How an activation is quantised. Eight bits reach to 8 on both sides of zero, past what most values grow to with
/// pseudo-random weights, or to the largest value of a function that has one.
struct activation_code {
    float step = 1.0F / 16;
    onnx::element_type type = onnx::element_type::int8;
    char zero = 0;
};

/// The largest value of a layer that gives no negative ones: 0 where it has none, below 0 for any other layer.
[[nodiscard]] inline float upper_bound(const any_layer& maker) {
    using enum activation_function;
    if (maker.type() == softmax::type) return 1;
    const auto* const known = maker.as<activation>();
    if (known == nullptr) return -1;
    switch (known->function) {
        case relu:
            return 0;
        case relu6:
            return 6;
        case sigmoid:
        case hard_sigmoid:
            return 1;
        default:
            return -1;
    }
}

[[nodiscard]] inline activation_code code_of(const any_layer& maker, const onnx_settings& settings) {
    const float bound = upper_bound(maker);
    const float levels = settings.signed_activations ? 127 : 255;
    activation_code code;
    if (bound > 0) code.step = bound / levels;
    if (settings.signed_activations) return code;
    code.type = onnx::element_type::uint8;
    code.zero = bound < 0 ? '\x80' : '\0';
    return code;
}

}  // namespace qutibench::onnx_writer
