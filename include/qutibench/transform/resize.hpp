// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The same network on other inputs: another resolution, another batch.
#pragma once

#include <qutibench/network/embedding.hpp>
#include <qutibench/network/graph_source.hpp>
#include <qutibench/transform/rebuild.hpp>

namespace qutibench {

/// The network on inputs of another shape. Throws shape_error where a layer does not fit it or the file behind the
/// graph fixes a size, invalid_argument when the graph has several inputs.
[[nodiscard]] inline graph with_input_shape(const graph& net, const shape& extents) {
    if (net.inputs().size() != 1)
        throw invalid_argument("'" + net.name() + "' has several inputs; name their shapes one by one");
    if (net.source() != nullptr) return net.source()->on_inputs(net, std::array{extents});
    return detail::rebuild(net, "input changed to " + to_string(extents), [&](node& one, std::size_t) {
        if (one.layer.kind() == layer_kind::input) one.layer = network_input{extents};
    });
}

/// The network on `batch` inputs at once: the first extent of every input is multiplied. Throws invalid_argument below
/// one, shape_error where a layer fixes the batch.
[[nodiscard]] inline graph with_batch(const graph& net, std::int64_t batch) {
    if (batch < 1) throw invalid_argument(detail::message({"batch must be at least 1, not ", batch}));
    if (net.source() != nullptr) return net.source()->on_batch(net, batch);
    return detail::rebuild(net, detail::message({"batch multiplied by ", batch}), [&](node& one, std::size_t) {
        if (one.layer.kind() != layer_kind::input) return;
        const shape& extents = one.outputs.front();
        if (extents.rank() > 0) one.layer = network_input{extents.with(0, detail::multiply(extents[0], batch))};
    });
}

}  // namespace qutibench
