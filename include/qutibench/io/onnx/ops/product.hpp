// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Matrix products and tensor contractions.
#pragma once

#include <qutibench/io/onnx/shapes.hpp>

namespace qutibench::onnx::detail {

/// Shape of a NumPy matrix product; vectors are promoted and their axis dropped again. Throws shape_error when the
/// contracted dimensions differ.
[[nodiscard]] inline dimensions matrix_product(const node_context& c, dimensions a, dimensions b) {
    if (a.empty() || b.empty()) c.fail("a matrix product takes no scalars");
    const bool row = a.size() == 1;
    const bool column = b.size() == 1;
    if (row) a.insert(a.begin(), 1);
    if (column) b.push_back(1);
    static_cast<void>(unify(c, a.back(), b[b.size() - 2], "contracted dimensions"));
    const dimensions batch_a(a.begin(), a.end() - 2);
    const dimensions batch_b(b.begin(), b.end() - 2);
    dimensions shape = broadcast(c, batch_a, batch_b);
    if (!row) shape.push_back(a[a.size() - 2]);
    if (!column) shape.push_back(b.back());
    return shape;
}

inline void set_matrix_product(node_context& c, std::size_t a, std::size_t b, element_type type) {
    if (c.dims(a) == nullptr || c.dims(b) == nullptr) return c.set_unranked(0, type);
    c.set(0, type, matrix_product(c, *c.dims(a), *c.dims(b)));
}

inline void infer_matmul(node_context& c) {
    set_matrix_product(c, 0, 1, c.type(0));
}
inline void infer_matmul_integer(node_context& c) {
    set_matrix_product(c, 0, 1, element_type::int32);
}

/// QLinearMatMul: a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point.
inline void infer_qlinear_matmul(node_context& c) {
    set_matrix_product(c, 0, 3, c.type(7));
}

/// Rows and columns of matrix `i`, swapped when attribute `flag` is set; unknown where the shape is.
[[nodiscard]] inline std::pair<dimension, dimension> matrix(const node_context& c, std::size_t i,
                                                            std::string_view flag) {
    const auto* dims = c.dims(i);
    if (dims == nullptr) return {};
    if (dims->size() != 2) c.fail("input " + std::to_string(i) + " is " + to_text(*dims) + ", not a matrix");
    return c.integer(flag, 0) != 0 ? std::pair{(*dims)[1], (*dims)[0]} : std::pair{(*dims)[0], (*dims)[1]};
}

inline void set_gemm(node_context& c, std::size_t a, std::size_t b, element_type type) {
    const auto left = matrix(c, a, "transA");
    const auto right = matrix(c, b, "transB");
    static_cast<void>(unify(c, left.second, right.first, "contracted dimensions"));
    c.set(0, type, dimensions{left.first, right.second});
}

inline void infer_gemm(node_context& c) {
    set_gemm(c, 0, 1, c.type(0));
}

/// Determinant of the last two dimensions.
inline void infer_det(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr || dims->size() < 2) return c.set_unranked(0, c.type(0));
    c.set(0, c.type(0), dimensions(dims->begin(), dims->end() - 2));
}

/// An Einsum equation taken apart: the labels of each operand and of the result. A label is a letter, or -i for the
/// i-th dimension from the right that an ellipsis stands for.
struct einsum_equation {
    std::vector<std::vector<int>> operands;
    std::vector<int> result;
};

/// Labels of one term. An ellipsis that covers n dimensions becomes the labels -n ... -1, aligned at the right.
[[nodiscard]] inline std::vector<int> einsum_labels(const node_context& c, std::string_view term, std::size_t covered) {
    std::vector<int> labels;
    const std::size_t ellipsis = term.find("...");
    if (ellipsis != std::string_view::npos && term.find("...", ellipsis + 3) != std::string_view::npos)
        c.fail("a term of the equation has two ellipses");
    for (std::size_t i = 0; i < term.size(); ++i) {
        const char letter = term[i];
        if (letter == ' ') continue;
        if (term.substr(i, 3) == "...") {
            for (std::size_t j = covered; j > 0; --j) labels.push_back(-static_cast<int>(j));
            i += 2;
        } else if ((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')) {
            labels.push_back(letter);
        } else {
            c.fail("the equation contains '" + std::string(1, letter) + "'");
        }
    }
    return labels;
}

[[nodiscard]] inline std::vector<std::string_view> split_terms(std::string_view text) {
    std::vector<std::string_view> terms;
    for (std::size_t start = 0;;) {
        const std::size_t comma = text.find(',', start);
        terms.push_back(text.substr(start, comma == std::string_view::npos ? comma : comma - start));
        if (comma == std::string_view::npos) return terms;
        start = comma + 1;
    }
}

/// Labels that occur once, ellipsis first and letters in alphabetical order: the result of an equation without "->".
[[nodiscard]] inline std::vector<int> implicit_result(const std::vector<std::vector<int>>& operands) {
    std::vector<int> all;
    for (const auto& operand : operands) all.insert(all.end(), operand.begin(), operand.end());
    std::sort(all.begin(), all.end());
    std::vector<int> result;
    for (std::size_t i = 0; i < all.size();) {
        std::size_t next = i;
        while (next < all.size() && all[next] == all[i]) ++next;
        if (next - i == 1 || all[i] < 0) result.push_back(all[i]);
        i = next;
    }
    return result;
}

/// Takes the node's equation apart; nullopt when the rank of an operand is unknown.
[[nodiscard]] inline std::optional<einsum_equation> read_equation(const node_context& c) {
    const std::string_view text = c.text("equation", "");
    const std::size_t arrow = text.find("->");
    const auto terms = split_terms(text.substr(0, arrow));
    c.require(text.size() <= 4096, "the equation is longer than 4096 characters");
    if (terms.size() != c.input_count())
        c.fail("the equation has " + std::to_string(terms.size()) + " terms for " + std::to_string(c.input_count()) +
               " inputs");
    einsum_equation equation;
    std::size_t widest = 0;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        if (c.dims(i) == nullptr) return std::nullopt;
        const std::size_t rank = c.dims(i)->size();
        const std::size_t letters = einsum_labels(c, terms[i], 0).size();
        const bool ellipsis = terms[i].find("...") != std::string_view::npos;
        if (letters > rank || (letters != rank && !ellipsis))
            c.fail("term '" + std::string(terms[i]) + "' does not fit " + to_text(*c.dims(i)));
        widest = std::max(widest, rank - letters);
        equation.operands.push_back(einsum_labels(c, terms[i], rank - letters));
    }
    equation.result = arrow == std::string_view::npos ? implicit_result(equation.operands)
                                                      : einsum_labels(c, text.substr(arrow + 2), widest);
    return equation;
}

/// Extent of `label` over all operands; unknown when no operand tells.
[[nodiscard]] inline dimension label_extent(const node_context& c, const einsum_equation& equation, int label,
                                            bool& found) {
    dimension extent = 1;
    for (std::size_t i = 0; i < equation.operands.size(); ++i)
        for (std::size_t j = 0; j < equation.operands[i].size(); ++j)
            if (equation.operands[i][j] == label) {
                found = true;
                extent = broadcast(c, extent, (*c.dims(i))[j]);
            }
    return extent;
}

inline void infer_einsum(node_context& c) {
    const auto equation = read_equation(c);
    if (!equation) return c.set_unranked(0, c.type(0));
    dimensions shape;
    for (const int label : equation->result) {
        bool found = false;
        shape.push_back(label_extent(c, *equation, label, found));
        if (!found) c.fail("the result names a label that no operand has");
    }
    check_rank(c, shape.size());
    c.set(0, c.type(0), std::move(shape));
}

inline constexpr operator_entry product_operators[] = {
    {"", "Det", infer_det},
    {"", "Einsum", infer_einsum},
    {"", "Gemm", infer_gemm},
    {"", "MatMul", infer_matmul},
    {"", "MatMulInteger", infer_matmul_integer},
    {"", "QLinearMatMul", infer_qlinear_matmul},
};

}  // namespace qutibench::onnx::detail
