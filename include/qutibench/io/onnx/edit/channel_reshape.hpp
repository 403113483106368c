// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/onnx/edit/channel_map.hpp>
#include <qutibench/transform/channel_reshape.hpp>

namespace qutibench::onnx::detail {

/// How channels pass a reshape: transform/channel_reshape.hpp.
inline void channel_map::reshape(const operation& one) {
    const value_id x = one.inputs[0];
    const value_id out = one.outputs[0];
    extents_list before;
    extents_list after;
    std::vector<channel_list> axes;
    for (std::size_t k = 0; k < rank(x); ++k) {
        before.push_back(extent(x, k));
        axes.push_back(axis(x, k));
    }
    for (std::size_t k = 0; k < rank(out); ++k) after.push_back(extent(out, k));
    qutibench::detail::reshape_setting of{before, after};
    if (first_reader_[out] >= 0) {
        const operation& next = net_.operations[static_cast<std::size_t>(first_reader_[out])];
        const attribute* order = next.find("perm");
        if (next.op->op_type == "Transpose" && order != nullptr) of.next_order = order->integers;
        of.is_kernel = next.op->op_type.starts_with("Conv") && next.inputs.size() > 1 && next.inputs[1] == out;
    }
    const std::vector<channel_list> made = qutibench::detail::channel_reshape(classes_, axes, of, here_).run();
    for (std::size_t k = 0; k < rank(out); ++k) set(out, k) = made[k];
}

}  // namespace qutibench::onnx::detail
