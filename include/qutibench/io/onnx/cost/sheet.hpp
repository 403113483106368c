// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a cost function fills in, and the small helpers that cost functions share.
#pragma once

#include <qutibench/io/onnx/shapes.hpp>
#include <qutibench/network/layer.hpp>

namespace qutibench::onnx {

/// The cost of one node at known shapes, and which of its inputs would be learned tensors. The counter credits an input
/// to the node when it leads back to a tensor stored in the file.
struct cost_sheet {
    enum class role : unsigned char {
        weights,  ///< a kernel, matrix or table
        bias,     ///< a bias, scale or shift in its own place
        operand,  ///< any operand of arithmetic: learned when the file stores more than one real element for it
    };
    struct operand {
        std::size_t input = 0;
        role is = role::operand;
        std::int64_t elements = -1;  ///< logical elements where the stored tensor packs them; -1: as stored
    };

    layer_kind kind = layer_kind::other;
    layer_cost cost;
    bool counted = true;           ///< false: no cost model fits this node
    std::vector<operand> learned;  ///< candidates

    void weights(std::size_t input, std::int64_t elements = -1) { learned.push_back({input, role::weights, elements}); }
    void bias(std::size_t input) { learned.push_back({input, role::bias, -1}); }
    void operand_in(std::size_t input) { learned.push_back({input, role::operand, -1}); }
    /// Adds arithmetic outside multiply-accumulates.
    void operations(std::int64_t count) {
        cost.other_operations = qutibench::detail::add(cost.other_operations, count);
    }
    /// Adds the multiply-accumulates of a matrix product; the largest is kept for mapping models.
    void product(const contraction& matrix) {
        const std::int64_t macs = matrix.macs();
        if (macs >= cost.product.macs()) cost.product = matrix;
        cost.macs = qutibench::detail::add(cost.macs, macs);
    }
};

/// Costs one node whose inputs and outputs all have known shapes.
using cost_function = void (*)(const node_context&, cost_sheet&);

/// One row of the cost table.
struct cost_entry {
    std::string_view domain;  ///< "" is ai.onnx
    std::string_view name;
    layer_kind kind;
    cost_function cost;
    std::string_view rule;  ///< the cost in words, for the documentation
};

namespace detail {

using qutibench::detail::ceil_divide;

/// Products of plain numbers; throw overflow_error past 64 bits.
[[nodiscard]] inline std::int64_t times(std::int64_t a, std::int64_t b) {
    return qutibench::detail::multiply(a, b);
}
[[nodiscard]] inline std::int64_t times(std::int64_t a, std::int64_t b, std::int64_t c) {
    return times(times(a, b), c);
}

/// Number of elements of dims[first, last), which are known.
[[nodiscard]] inline std::int64_t count_of(const dimensions& dims, std::size_t first, std::size_t last) {
    if (std::any_of(dims.begin(), dims.end(), [](dimension dim) { return dim.is(0); })) return 0;
    std::int64_t count = 1;
    for (std::size_t i = first; i < last; ++i) count = times(count, dims[i].value());
    return count;
}
[[nodiscard]] inline std::int64_t count_of(const dimensions& dims) {
    return count_of(dims, 0, dims.size());
}

/// Elements of input or output `i`; 0 when it is absent or no tensor.
[[nodiscard]] inline std::int64_t in_count(const node_context& c, std::size_t i) {
    return c.dims(i) != nullptr ? count_of(*c.dims(i)) : 0;
}
[[nodiscard]] inline std::int64_t out_count(const node_context& c, std::size_t i = 0) {
    return c.output_dims(i) != nullptr ? count_of(*c.output_dims(i)) : 0;
}

/// Whether each listed input is there with at least that many dimensions, and so is the first output with one.
/// Otherwise the sheet is marked as not counted.
[[nodiscard]] inline bool has_ranks(const node_context& c, cost_sheet& sheet,
                                    std::initializer_list<std::pair<std::size_t, std::size_t>> least) {
    bool fits = c.output_dims(0) != nullptr;
    for (const auto& [input, rank] : least) fits = fits && c.dims(input) != nullptr && c.dims(input)->size() >= rank;
    sheet.counted = sheet.counted && fits;
    return fits;
}

/// No arithmetic.
inline void cost_nothing(const node_context&, cost_sheet&) {}

/// `PerElement` operations for each element of the first output.
template <std::int64_t PerElement>
void cost_per_output(const node_context& c, cost_sheet& sheet) {
    sheet.operations(times(out_count(c), PerElement));
}

/// `PerElement` operations for each element of the first input.
template <std::int64_t PerElement>
void cost_per_input(const node_context& c, cost_sheet& sheet) {
    sheet.operations(times(in_count(c, 0), PerElement));
}

}  // namespace detail

}  // namespace qutibench::onnx
