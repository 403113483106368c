// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What every layer has: a type name, a kind, an output shape and a cost, all computed from its input shapes.
#pragma once

#include <qutibench/names.hpp>
#include <qutibench/network/shape.hpp>

#include <concepts>
#include <string_view>

namespace qutibench {

/// What a layer does to data, as far as the models care.
enum class layer_kind : unsigned char {
    input,          ///< a tensor that enters the network
    convolution,    ///< standard, grouped, depthwise or transposed
    dense,          ///< fully connected, weights times activations
    matmul,         ///< activations times activations
    attention,      ///< scaled dot-product attention
    recurrent,      ///< LSTM, GRU, RNN over a sequence
    embedding,      ///< a table look-up
    pooling,        ///< maximum, average, global
    normalization,  ///< batch, layer, group normalisation
    elementwise,    ///< additions, products, activations, softmax
    movement,       ///< copies without arithmetic: concatenation, transposition, padding, resizing
    view,           ///< the same bytes under another shape: no arithmetic and no traffic
    other           ///< anything else
};
template <>
inline constexpr enumeration<13> names_of<layer_kind>{
    "kind of layer",
    {"input", "convolution", "dense", "matmul", "attention", "recurrent", "embedding", "pooling", "normalization",
     "elementwise", "movement", "view", "other"}};

/// A layer's multiply-accumulates as `groups` independent matrix products of rows x depth by depth x columns: what
/// tiling, folding and systolic mapping work on. Convolution: rows = output positions, columns = output channels per
/// group, depth = kernel elements x input channels per group.
struct contraction {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t depth = 0;
    std::int64_t groups = 1;

    [[nodiscard]] constexpr std::int64_t macs() const { return detail::product({rows, columns, depth, groups}); }
    friend constexpr bool operator==(const contraction&, const contraction&) = default;
};

/// What a layer costs at its input shapes, free of any device and datatype.
struct layer_cost {
    contraction product{};              ///< the largest matrix product, for mapping models
    std::int64_t macs = 0;              ///< all multiply-accumulates
    std::int64_t other_operations = 0;  ///< additions, comparisons, exponentials...: one each, never part of a MAC
    std::int64_t weights = 0;          ///< elements that multiply: kernels, matrices, tables (T table 6.1 counts these)
    std::int64_t parameters = 0;       ///< weights plus biases, scales and shifts
    std::int64_t state = 0;            ///< elements carried from call to call: key/value cache
    std::int64_t kernel_elements = 1;  ///< K*K of a convolution
    std::int64_t stride = 1;           ///< largest stride of a convolution
    double state_bits = 0;             ///< of one element of state; 0: as wide as the activations
    std::int64_t routed_rows = 0;      ///< rows that each read a share of the weights of their own; 0: all are read
    double routed_share = 1;           ///< of the weights, that one such row reads

    /// The cost of a layer that is one matrix product.
    [[nodiscard]] static constexpr layer_cost of_product(const contraction& matrix) {
        layer_cost cost;
        cost.product = matrix;
        cost.macs = matrix.macs();
        return cost;
    }

    friend constexpr bool operator==(const layer_cost&, const layer_cost&) = default;
};

/// What satisfies it: a copyable struct with `type`, `kind`, `output_shape`, `cost` and `describe`, as below. A layer
/// with several outputs adds `int outputs() const` and `shape output_shape(shapes in, int port) const`. What transforms
/// may know is optional too: `keeps_axis`, `set_width`, `add_bias` (see `any_layer`).
///
///     static constexpr std::string_view type;
///     static constexpr layer_kind kind;
///     constexpr shape output_shape(shapes in) const;  // throws shape_error when the inputs do not fit
///     constexpr layer_cost cost(shapes in) const;
///     template <class F> constexpr void describe(F&& field) const;  // field("name", member) for each setting
template <class Layer>
concept layer = std::copyable<Layer> && requires(const Layer& one, shapes in) {
    { one.output_shape(in) } -> std::same_as<shape>;
    { one.cost(in) } -> std::same_as<layer_cost>;
    { std::string_view(Layer::type) };
    { Layer::kind } -> std::convertible_to<layer_kind>;
};

namespace detail {

/// Throws shape_error unless a layer got `count` inputs.
constexpr void require_inputs(std::string_view type, shapes in, std::size_t count) {
    if (in.size() != count)
        detail::raise(shape_error(detail::message({type, " takes ", count, " input(s), not ", in.size()})));
}

/// Throws shape_error unless `value` is at least `minimum`.
constexpr void require_at_least(std::string_view type, std::string_view setting, std::int64_t value,
                                std::int64_t minimum) {
    if (value < minimum)
        detail::raise(
            shape_error(detail::message({type, ": ", setting, " must be at least ", minimum, ", not ", value})));
}

/// Throws shape_error unless the only input has the rank that the layer needs.
constexpr void require_rank(std::string_view type, shapes in, int rank) {
    require_inputs(type, in, 1);
    if (in[0].rank() != rank)
        detail::raise(
            shape_error(detail::message({type, " needs an input of rank ", rank, ", not ", to_string(in[0])})));
}

}  // namespace detail

/// Which weights of a layer are kept, and in what pattern. `kept = 2, of = 4` is 2:4 sparsity; `of = 0` is unstructured
/// with a share of `density` left.
struct sparsity {
    double density = 1.0;
    int kept = 0;
    int of = 0;

    friend constexpr bool operator==(const sparsity&, const sparsity&) = default;
};

}  // namespace qutibench
