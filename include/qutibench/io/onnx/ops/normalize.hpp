// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Normalisations and losses.
#pragma once

#include <qutibench/io/onnx/ops/elementwise.hpp>

namespace qutibench::onnx::detail {

/// Y like X; mean, variance and the saved ones of old operator sets have one element per channel.
inline void infer_batch_normalization(node_context& c) {
    infer_same(c);
    for (std::size_t i = 1; i < c.output_count(); ++i) c.set(i, c.type(0), dimensions{c.dim(0, 1)});
}

/// The input's shape with 1 from `axis` on: what a normalisation over the last dimensions leaves of its statistics.
[[nodiscard]] inline facts statistics(const node_context& c, std::int64_t axis, element_type type) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return facts::of_tensor(type);
    dimensions shape = *dims;
    for (std::size_t i = c.axis(axis, dims->size()); i < shape.size(); ++i) shape[i] = 1;
    return facts::of_tensor(type, std::move(shape));
}

/// LayerNormalization, RMSNormalization and SimplifiedLayerNormalization: Y, and statistics in `stash_type`.
inline void infer_layer_normalization(node_context& c) {
    infer_same(c);
    const element_type stash = c.type_attribute("stash_type", element_type::float32);
    const std::int64_t axis = c.integer("axis", -1);
    for (std::size_t i = 1; i < c.output_count(); ++i) c.out(i) = statistics(c, axis, stash);
}

/// A loss reduced to a scalar, or one element for each target.
inline void set_loss(node_context& c) {
    if (c.text("reduction", "mean") == "none")
        c.set(0, c.type(0), c.dims(1));
    else
        c.set(0, c.type(0), dimensions{});
}

inline void infer_negative_log_likelihood(node_context& c) {
    set_loss(c);
}

inline void infer_softmax_cross_entropy(node_context& c) {
    set_loss(c);
    c.set(1, c.type(0), c.dims(0));
}

inline constexpr operator_entry normalize_operators[] = {
    {"", "BatchNormalization", infer_batch_normalization},
    {"", "GroupNormalization", infer_same},
    {"", "InstanceNormalization", infer_same},
    {"", "LRN", infer_same},
    {"", "LayerNormalization", infer_layer_normalization},
    {"", "LpNormalization", infer_same},
    {"", "MeanVarianceNormalization", infer_same},
    {"", "NegativeLogLikelihoodLoss", infer_negative_log_likelihood},
    {"", "RMSNormalization", infer_layer_normalization},
    {"", "SoftmaxCrossEntropyLoss", infer_softmax_cross_entropy},
};

}  // namespace qutibench::onnx::detail
