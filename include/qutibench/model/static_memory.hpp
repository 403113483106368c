// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Whether a network fits, at compile time: `static_assert(peak_memory<integer<8>>(net) <= 64_kib)`. What `plan_memory`
/// does with a graph is done here with a recipe, without offsets, fusion and writing in place.
#pragma once

#include <qutibench/hardware/static_platform.hpp>
#include <qutibench/network/static_graph.hpp>

namespace qutibench {

namespace detail {

/// A tensor of a recipe: what it takes, and the last layer that reads it.
struct live_tensor {
    std::int64_t elements = 0;
    std::size_t owner = 0;  ///< whose bytes a view looks at
    std::size_t last = 0;
    bool is_read = false;
    bool is_result = false;
};

/// A builder that only follows which tensors live, as `peak_live_elements` does with a graph.
class live_builder {
public:
    struct tensor_type {
        shape extents{};
        std::size_t layer = 0;
    };

    constexpr explicit live_builder(view<live_tensor> all) : all_(all) {}

    constexpr tensor_type input(const shape& extents, label = {}) { return record(extents, extents.elements(), size_); }

    template <layer Layer>
    constexpr tensor_type add(const Layer& one, std::initializer_list<tensor_type> operands, label = {}) {
        std::array<shape, 8> in{};
        if (operands.size() > in.size())
            detail::raise(shape_error("a layer of a static network takes at most 8 inputs"));
        std::size_t count = 0;
        std::size_t owner = size_;
        for (const tensor_type& from : operands) {
            const std::size_t source = all_[from.layer].owner;
            if (count == 0 && Layer::kind == layer_kind::view) owner = source;
            in[count++] = from.extents;
            all_[source].last = size_;
            all_[source].is_read = true;
        }
        const shapes read(in.data(), count);
        const shape out = one.output_shape(read);
        std::int64_t elements = out.elements();
        if constexpr (requires { one.outputs(); })
            for (int port = 1; port < one.outputs(); ++port)
                elements = detail::add(elements, one.output_shape(read, port).elements());
        return record(out, elements, owner);
    }

    constexpr void output(const tensor_type& one) {
        all_[all_[one.layer].owner].is_result = true;
        marks_ = true;
    }
    constexpr void share_weights(const tensor_type&, const tensor_type&) {}
    [[nodiscard]] constexpr const shape& shape_of(const tensor_type& one) const { return one.extents; }

    /// The most elements that live at once.
    [[nodiscard]] constexpr std::int64_t peak() const {
        std::int64_t most = 0;
        for (std::size_t at = 0; at < size_; ++at) {
            std::int64_t live = 0;
            for (std::size_t i = 0; i <= at; ++i)
                if (all_[i].owner == i && (lasts(all_[i]) || all_[i].last >= at || i == at))
                    live = detail::add(live, all_[i].elements);
            most = live > most ? live : most;
        }
        return most;
    }

private:
    [[nodiscard]] constexpr bool lasts(const live_tensor& one) const { return marks_ ? one.is_result : !one.is_read; }

    constexpr tensor_type record(const shape& extents, std::int64_t elements, std::size_t owner) {
        all_[size_] = {elements, owner, size_, false, false};
        return {extents, size_++};
    }

    view<live_tensor> all_;
    std::size_t size_ = 0;
    bool marks_ = false;
};

[[nodiscard]] constexpr bytes whole_bytes(std::int64_t elements, double each) {
    const double exact = static_cast<double>(elements) * each;
    const double whole = static_cast<double>(static_cast<std::int64_t>(exact));
    return quantity_of<bytes>(whole < exact ? whole + 1 : whole);
}

}  // namespace detail

/// The most bytes of activations in the format `Type` that live at once when the layers run in order: what an arena
/// takes at least. O(layers squared). Throws what `analyze` throws, at compile time a compiler error.
template <class Type, recipe Recipe>
[[nodiscard]] constexpr bytes peak_memory(const Recipe& net) {
    std::array<detail::live_tensor, detail::layers_of<Recipe>> all{};
    detail::live_builder builder(all);
    net.build(builder);
    return detail::whole_bytes(builder.peak(), Type::value.bytes_per_element());
}

/// Bytes of weights in the format `Type`, and four for each bias, scale and shift: what flash takes at least.
template <class Type, recipe Recipe>
[[nodiscard]] constexpr bytes model_size(const Recipe& net) {
    const auto work = analyze(net);
    return detail::whole_bytes(work.weight_count, Type::value.bytes_per_element()) +
           detail::whole_bytes(work.parameter_count - work.weight_count, 4);
}

/// Whether both fit a platform that states its RAM and its flash.
template <class Type, recipe Recipe, class... Figures>
[[nodiscard]] constexpr bool fits(const Recipe& net, const static_platform<Figures...>& device) {
    return peak_memory<Type>(net) <= device.ram() && model_size<Type>(net) <= device.flash();
}

}  // namespace qutibench
