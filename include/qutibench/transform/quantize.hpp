// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/transform/rebuild.hpp>

namespace qutibench {

/// Which layers quantisation leaves as they are.
struct quantization {
    bool keep_first = false;  ///< the first layer with weights keeps its precision
    bool keep_last = false;   ///< the last layer with weights keeps its precision
};

namespace detail {

/// Layers whose arithmetic has a datatype: everything but inputs, parameters and views.
[[nodiscard]] inline bool computes(const node& one) {
    return one.layer.kind() != layer_kind::input && one.layer.kind() != layer_kind::view;
}

}  // namespace detail

/// Gives every layer the precision that `choose(node)` returns; throws what `choose` throws. The new graph's layers
/// keep theirs whatever datatype a deployment asks for.
template <class Choose>
    requires std::convertible_to<std::invoke_result_t<Choose&, const node&>, precision>
[[nodiscard]] graph quantize(const graph& net, Choose choose) {
    return detail::rebuild(net, "quantised layer by layer", [&](node& one, std::size_t) {
        if (!detail::computes(one)) return;
        one.numbers = choose(static_cast<const node&>(one));
        one.has_precision = true;
    });
}

/// Quantises all layers to one precision (weights x activations), the first and the last one with weights exempt where
/// asked. Block formats count the scale of each block towards the model size.
[[nodiscard]] inline graph quantize(const graph& net, const precision& to, const quantization& exempt = {}) {
    std::size_t first = net.nodes().size();
    std::size_t last = 0;
    for (std::size_t i = 0; i < net.nodes().size(); ++i) {
        if (net.nodes()[i].cost.weights == 0) continue;
        first = std::min(first, i);
        last = i;
    }
    return detail::rebuild(net, "quantised to " + to_string(to), [&](node& one, std::size_t i) {
        if (!detail::computes(one) || (exempt.keep_first && i == first) || (exempt.keep_last && i == last)) return;
        one.numbers = to;
        one.has_precision = true;
    });
}

}  // namespace qutibench
