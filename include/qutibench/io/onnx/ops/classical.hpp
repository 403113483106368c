// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// ai.onnx.ml: trees, linear models and encoders.
#pragma once

#include <qutibench/io/onnx/ops/elementwise.hpp>
#include <qutibench/io/onnx/ops/sequence.hpp>

namespace qutibench::onnx::detail {

/// Number of samples of input 0: its first dimension, or 1 for a single sample.
[[nodiscard]] inline dimension samples(const node_context& c) {
    return c.dims(0) != nullptr && c.dims(0)->size() == 1 ? dimension(1) : c.dim(0, 0);
}

/// Length of a list attribute of any type, or 0.
[[nodiscard]] inline std::int64_t list_length(const node_context& c, std::string_view name) {
    const attribute* found = c.find(name);
    return found == nullptr ? 0
                            : static_cast<std::int64_t>(
                                  std::max({found->integers.size(), found->reals.size(), found->texts.size()}));
}

/// Classifiers: the label of each sample, and a score for each class.
inline void infer_classifier(node_context& c) {
    const bool strings = list_length(c, "classlabels_strings") > 0;
    const std::int64_t classes = std::max({list_length(c, "classlabels_strings"), list_length(c, "classlabels_int64s"),
                                           list_length(c, "classlabels_ints")});
    c.set(0, strings ? element_type::string : element_type::int64, dimensions{samples(c)});
    c.set(1, element_type::float32, dimensions{samples(c), classes > 0 ? dimension(classes) : dimension()});
}

/// Regressors: one column for each target.
inline void infer_regressor(node_context& c) {
    const std::int64_t targets = c.integer(c.op().op_type == "LinearRegressor" ? "targets" : "n_targets", 1);
    c.set(0, c.op().op_type == "TreeEnsemble" ? c.type(0) : element_type::float32,
          dimensions{samples(c), targets >= 0 ? dimension(targets) : dimension()});
}

inline void infer_svm_regressor(node_context& c) {
    c.set(0, element_type::float32, dimensions{samples(c), dimension(1)});
}

/// Scaler, Normalizer: floats of the input's shape.
inline void infer_to_float(node_context& c) {
    c.set(0, element_type::float32, c.dims(0));
}

/// LabelEncoder: the type of the values.
inline void infer_label_encoder(node_context& c) {
    element_type type = element_type::undefined;
    const attribute* values = c.find("values_tensor");
    if (values != nullptr && values->tensor != nullptr)
        type = values->tensor->type;
    else if (list_length(c, "values_strings") > 0)
        type = element_type::string;
    else if (list_length(c, "values_int64s") > 0)
        type = element_type::int64;
    else if (list_length(c, "values_floats") > 0)
        type = element_type::float32;
    c.set(0, type, c.dims(0));
}

/// CategoryMapper: strings to integers and back.
inline void infer_category_mapper(node_context& c) {
    c.set(0, c.type(0) == element_type::string ? element_type::int64 : element_type::string, c.dims(0));
}

inline void infer_one_hot_encoder(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return c.set_unranked(0, element_type::float32);
    dimensions shape = *dims;
    shape.push_back(std::max(list_length(c, "cats_int64s"), list_length(c, "cats_strings")));
    c.set(0, element_type::float32, std::move(shape));
}

/// ArrayFeatureExtractor: the chosen columns; a vector becomes one row.
inline void infer_array_feature_extractor(node_context& c) {
    const auto* dims = c.dims(0);
    const auto* chosen = c.dims(1);
    if (dims == nullptr || dims->empty() || chosen == nullptr) return c.set_unranked(0, c.type(0));
    const dimension count = product(*chosen, 0, chosen->size());
    if (dims->size() == 1) return c.set(0, c.type(0), dimensions{dimension(1), count});
    dimensions shape = *dims;
    shape.back() = count;
    c.set(0, c.type(0), std::move(shape));
}

/// FeatureVectorizer: inputs side by side.
inline void infer_feature_vectorizer(node_context& c) {
    dimension width = 0;
    if (const auto* sizes = c.integer_list("inputdimensions")) {
        for (const std::int64_t size : *sizes) width = size >= 0 && width.known() ? add(width, size) : dimension();
    }
    c.set(0, element_type::float32, dimensions{samples(c), width.is(0) ? dimension() : width});
}

/// ZipMap: a sequence of maps from labels to scores.
inline void infer_zip_map(node_context& c) {
    facts scores;
    scores.kind = type_kind::map;
    c.out(0) = of_sequence(std::nullopt, scores);
}

inline constexpr operator_entry classical_operators[] = {
    {"ai.onnx.ml", "ArrayFeatureExtractor", infer_array_feature_extractor},
    {"ai.onnx.ml", "Binarizer", infer_same},
    {"ai.onnx.ml", "CategoryMapper", infer_category_mapper},
    {"ai.onnx.ml", "FeatureVectorizer", infer_feature_vectorizer},
    {"ai.onnx.ml", "Imputer", infer_same},
    {"ai.onnx.ml", "LabelEncoder", infer_label_encoder},
    {"ai.onnx.ml", "LinearClassifier", infer_classifier},
    {"ai.onnx.ml", "LinearRegressor", infer_regressor},
    {"ai.onnx.ml", "Normalizer", infer_to_float},
    {"ai.onnx.ml", "OneHotEncoder", infer_one_hot_encoder},
    {"ai.onnx.ml", "SVMClassifier", infer_classifier},
    {"ai.onnx.ml", "SVMRegressor", infer_svm_regressor},
    {"ai.onnx.ml", "Scaler", infer_to_float},
    {"ai.onnx.ml", "TreeEnsemble", infer_regressor},
    {"ai.onnx.ml", "TreeEnsembleClassifier", infer_classifier},
    {"ai.onnx.ml", "TreeEnsembleRegressor", infer_regressor},
    {"ai.onnx.ml", "ZipMap", infer_zip_map},
};

}  // namespace qutibench::onnx::detail
