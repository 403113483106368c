// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks at compile time: the same layers and the same cost functions as `graph`, without any allocation.
#pragma once

#include <qutibench/detail/view.hpp>
#include <qutibench/network/recipe.hpp>
#include <qutibench/network/workload_totals.hpp>

#include <array>
#include <initializer_list>

namespace qutibench {

/// The first argument of a `static_graph`: `image<height, width, channels>`, or `features<count>` for a vector.
struct static_input {
    shape extents{};
};
template <std::int64_t Height, std::int64_t Width, std::int64_t Channels>
inline constexpr static_input image{{1, Channels, Height, Width}};
template <std::int64_t Count>
inline constexpr static_input features{{1, Count}};

namespace detail {

/// Layers one after another. A std::tuple would do, but its header is a twentieth of the core's compile time.
template <class... Layers>
struct layer_chain {
    template <class Visit>
    constexpr void each(Visit&&) const {}
};
template <class First, class... Rest>
struct layer_chain<First, Rest...> {
    First first;
    layer_chain<Rest...> rest;

    constexpr explicit layer_chain(const First& one, const Rest&... others) : first(one), rest(others...) {}

    template <class Visit>
    constexpr void each(Visit&& visit) const {
        visit(first);
        rest.each(visit);
    }
};

}  // namespace detail

/// A chain of layers as a type: `static_graph{image<32, 32, 3>, convolution_2d{...}, dense{...}}`. Networks with
/// branches are recipes of their own (see `recipe`).
template <class... Layers>
struct static_graph {
    static_assert((layer<Layers> && ...),
                  "every argument of static_graph after its input must be a layer (see qutibench::layer)");
    using is_recipe = void;

    static_input from;
    detail::layer_chain<Layers...> layers;

    constexpr explicit static_graph(const static_input& input, const Layers&... all) : from(input), layers(all...) {}

    [[nodiscard]] constexpr std::string_view name() const { return "static_graph"; }

    /// Adds the chain to any builder.
    template <class Net>
    constexpr void build(Net& net) const {
        auto at = net.input(from.extents);
        layers.each([&](const auto& one) { at = net.add(one, {at}); });
    }
};

/// One layer of a compile-time workload.
struct static_layer {
    label name{};
    std::string_view type{};
    layer_kind kind = layer_kind::other;
    layer_cost cost{};
    shape output{};
    bool is_read = false;         ///< by a later layer
    bool is_result = false;       ///< marked as one
    bool weights_shared = false;  ///< its weights were counted with an earlier layer

    [[nodiscard]] constexpr qutibench::operations operations() const {
        return quantity_of<qutibench::operations>(detail::multiply(2, cost.macs));
    }
    [[nodiscard]] constexpr elements weights() const {
        return quantity_of<elements>(weights_shared ? 0 : cost.weights);
    }
};

/// What one inference of a recipe costs; a literal type. Counts are those of `analyze(graph)`.
template <std::size_t Layers>
struct static_workload : workload_totals {
    std::array<static_layer, Layers> all{};

    [[nodiscard]] constexpr detail::view<const static_layer> layers() const { return all; }
};

namespace detail {

/// A builder that only counts: its tensors are shapes.
class counting_builder {
public:
    struct tensor_type {
        shape extents{};
        std::size_t layer = 0;
    };

    constexpr explicit counting_builder(workload_totals& totals, detail::view<static_layer> layers)
        : totals_(totals), layers_(layers) {}

    constexpr tensor_type input(const shape& extents, label name = "input") {
        return record({name, network_input::type, layer_kind::input, {}, extents}, extents.elements());
    }

    template <layer Layer>
    constexpr tensor_type add(const Layer& one, std::initializer_list<tensor_type> operands, label name = {}) {
        std::array<shape, 8> in{};
        if (operands.size() > in.size())
            detail::raise(shape_error("a layer of a static network takes at most 8 inputs"));
        std::size_t count = 0;
        for (const tensor_type& from : operands) {
            in[count++] = from.extents;
            if (from.layer < layers_.size()) layers_[from.layer].is_read = true;
        }
        const shapes read(in.data(), count);
        const shape out = one.output_shape(read);
        std::int64_t produced = out.elements();
        if constexpr (requires { one.outputs(); })
            for (int port = 1; port < one.outputs(); ++port)
                produced = detail::add(produced, one.output_shape(read, port).elements());
        return record({name, Layer::type, Layer::kind, one.cost(read), out}, produced);
    }

    /// Marks a result, as graph::output does.
    constexpr void output(const tensor_type& one) {
        if (one.layer < layers_.size()) layers_[one.layer].is_result = true;
    }

    /// States that `later` uses the weights of an earlier layer again, as graph::share_weights does.
    constexpr void share_weights(const tensor_type&, const tensor_type& later) {
        if (later.layer >= layers_.size()) return;
        static_layer& one = layers_[later.layer];
        one.weights_shared = true;
        totals_.weight_count -= one.cost.weights;
        totals_.parameter_count -= one.cost.parameters;
    }

    [[nodiscard]] constexpr const shape& shape_of(const tensor_type& one) const { return one.extents; }

    /// Elements of the marked results, or else of every tensor that no layer reads.
    [[nodiscard]] constexpr std::int64_t output_elements() const {
        std::int64_t marked = 0;
        std::int64_t unread = 0;
        for (const static_layer& one : layers_) {
            if (one.is_result) marked = detail::add(marked, one.output.elements());
            if (!one.is_read) unread = detail::add(unread, one.output.elements());
        }
        return marked > 0 ? marked : unread;
    }

private:
    constexpr tensor_type record(const static_layer& one, std::int64_t produced) {
        totals_.add(one.cost, one.kind, operations_of(one.cost, one.kind, one.type, counting::qutibench), produced);
        if (size_ < layers_.size()) layers_[size_] = one;
        return {one.output, size_++};
    }

    workload_totals& totals_;
    detail::view<static_layer> layers_;
    std::size_t size_ = 0;
};

/// A builder that works out shapes alone, and how many layers there are.
class layer_counter {
public:
    using tensor_type = shape;

    constexpr shape input(const shape& extents, const label& = {}) { return ++size_, extents; }

    template <layer Layer>
    constexpr shape add(const Layer& one, std::initializer_list<shape> operands, const label& = {}) {
        return ++size_, one.output_shape(shapes(operands.begin(), operands.size()));
    }

    constexpr void output(const shape&) {}
    constexpr void share_weights(const shape&, const shape&) {}
    [[nodiscard]] constexpr const shape& shape_of(const shape& one) const { return one; }
    [[nodiscard]] constexpr std::size_t size() const { return size_; }

private:
    std::size_t size_ = 0;
};

template <class Recipe>
[[nodiscard]] constexpr std::size_t layer_count(const Recipe& net) {
    layer_counter builder;
    net.build(builder);
    return builder.size();
}

// A recipe's structure, and so its number of layers, must depend on its type only.
template <class Recipe>
inline constexpr std::size_t layers_of = layer_count(Recipe{});
template <class... Layers>
inline constexpr std::size_t layers_of<static_graph<Layers...>> = sizeof...(Layers) + 1;

}  // namespace detail

/// Counts a recipe, at compile time or at run time; the same numbers as `analyze(graph(net))`.
/// Throws shape_error or overflow_error, which at compile time is a compiler error that shows the throw.
template <recipe Recipe>
[[nodiscard]] constexpr auto analyze(const Recipe& net) {
    static_workload<detail::layers_of<Recipe>> result;
    detail::counting_builder builder(result, result.all);
    net.build(builder);
    result.output_count = builder.output_elements();
    return result;
}

}  // namespace qutibench
