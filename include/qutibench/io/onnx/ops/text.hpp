// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Strings, encoded images, box selection and optimisers: operators whose shapes mostly depend on data.
#pragma once

#include <qutibench/io/onnx/ops/elementwise.hpp>

namespace qutibench::onnx::detail {

inline void infer_string_concat(node_context& c) {
    set_broadcast(c, element_type::string);
}

/// StringNormalizer drops stop words, so its length is the input's only when there are none.
inline void infer_string_normalizer(node_context& c) {
    const attribute* stopwords = c.find("stopwords");
    const auto* dims = c.dims(0);
    const bool keeps_all = stopwords == nullptr || stopwords->texts.empty();
    if (dims == nullptr || dims->empty() || keeps_all) return c.set(0, element_type::string, dims);
    dimensions shape = *dims;
    shape.back() = dimension();
    c.set(0, element_type::string, std::move(shape));
}

/// StringSplit: the longest split is the last dimension; nothing splits into nothing.
inline void infer_string_split(node_context& c) {
    const auto* dims = c.dims(0);
    c.set(1, element_type::int64, dims);
    if (dims == nullptr) return c.set_unranked(0, element_type::string);
    dimensions shape = *dims;
    shape.push_back(element_count(*dims) == std::optional<std::int64_t>(0) ? dimension(0) : dimension());
    c.set(0, element_type::string, std::move(shape));
}

/// TfIdfVectorizer: the last dimension becomes one more than the largest n-gram index.
inline void infer_tf_idf(node_context& c) {
    const auto* dims = c.dims(0);
    const auto* indexes = c.integer_list("ngram_indexes");
    if (dims == nullptr) return c.set_unranked(0, element_type::float32);
    dimension width;
    if (indexes != nullptr && !indexes->empty()) {
        const std::int64_t largest = *std::max_element(indexes->begin(), indexes->end());
        if (largest >= 0 && largest < dimension_limit) width = largest + 1;
    }
    if (dims->size() > 1)
        c.set(0, element_type::float32, dimensions{(*dims)[0], width});
    else
        c.set(0, element_type::float32, dimensions{width});
}

/// ImageDecoder: [height, width, channels].
inline void infer_image_decoder(node_context& c) {
    const dimension channels = c.text("pixel_format", "RGB") == "Grayscale" ? 1 : 3;
    c.set(0, element_type::uint8, dimensions{dimension(), dimension(), channels});
}

/// NonMaxSuppression: rows of (batch, class, box).
inline void infer_non_max_suppression(node_context& c) {
    const scalar most = c.has(2) ? c.single(2) : scalar::integer(0);
    const bool none = most.is(0) || c.dim(0, 0).is(0) || c.dim(0, 1).is(0) || c.dim(1, 1).is(0);
    c.set(0, element_type::int64, dimensions{none ? dimension(0) : dimension(), dimension(3)});
}

/// Optimisers: after the rate and the step come the tensors, then their gradients and states; the outputs are the new
/// tensors and the new states. `States` counts the states of one tensor.
template <std::size_t States>
void infer_optimizer(node_context& c) {
    const std::size_t tensors = c.input_count() < 2 ? 0 : (c.input_count() - 2) / (2 + States);
    for (std::size_t i = 0; i < c.output_count(); ++i) {
        const std::size_t source = 2 + (i < tensors ? i : i + tensors);
        c.set(i, c.type(source), c.dims(source));
    }
}

/// Gradient: one output for each input, of its shape.
inline void infer_gradient(node_context& c) {
    for (std::size_t i = 0; i < c.output_count(); ++i) c.set(i, c.type(i), c.dims(i));
}

inline constexpr operator_entry text_operators[] = {
    {"", "ImageDecoder", infer_image_decoder},
    {"", "NonMaxSuppression", infer_non_max_suppression},
    {"", "RegexFullMatch", infer_test},
    {"", "StringConcat", infer_string_concat},
    {"", "StringNormalizer", infer_string_normalizer},
    {"", "StringSplit", infer_string_split},
    {"", "TfIdfVectorizer", infer_tf_idf},
    {"ai.onnx.preview.training", "Adagrad", infer_optimizer<1>},
    {"ai.onnx.preview.training", "Adam", infer_optimizer<2>},
    {"ai.onnx.preview.training", "Gradient", infer_gradient},
    {"ai.onnx.preview.training", "Momentum", infer_optimizer<1>},
};

}  // namespace qutibench::onnx::detail
