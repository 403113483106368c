// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// RNN, GRU and LSTM.
#pragma once

#include <qutibench/io/onnx/shapes.hpp>

namespace qutibench::onnx::detail {

/// Directions a recurrent layer runs in: 2 when bidirectional.
[[nodiscard]] inline std::int64_t directions(const node_context& c) {
    return c.text("direction", "forward") == "bidirectional" ? 2 : 1;
}

/// A dimension of one input that another one fixes.
inline void require_same(const node_context& c, dimension found, dimension wanted, const char* what) {
    if (differ(found, wanted))
        c.fail(qutibench::detail::message({what, " is ", found.value(), ", not ", wanted.value()}));
}

/// Y [sequence, directions, batch, hidden]; Y_h and Y_c [directions, batch, hidden]. With layout 1 the batch comes
/// first.
inline void infer_recurrent(node_context& c) {
    const bool batch_first = c.integer("layout", 0) != 0;
    if (c.dims(0) != nullptr && c.dims(0)->size() != 3)
        c.fail("the input is " + to_text(*c.dims(0)) + ", not [sequence, batch, features]");
    const dimension sequence = c.dim(0, batch_first ? 1 : 0);
    const dimension batch = c.dim(0, batch_first ? 0 : 1);
    const dimension both = directions(c);
    dimension hidden = c.dim(2, 2);
    if (const std::int64_t size = c.integer("hidden_size", 0); size > 0) hidden = size;
    const bool is_turned = c.op().op_type == "DynamicQuantizeLSTM";
    require_same(c, c.dim(0, 2), c.dim(1, is_turned ? 1 : 2), "the number of features");
    for (const std::size_t state : {5U, 6U}) {
        require_same(c, c.dim(state, batch_first ? 0 : 1), batch, "the batch of the first state");
        require_same(c, c.dim(state, batch_first ? 1 : 0), both, "the number of directions of the first state");
        require_same(c, c.dim(state, 2), hidden, "the width of the first state");
    }
    if (batch_first)
        c.set(0, c.type(0), dimensions{batch, sequence, both, hidden});
    else
        c.set(0, c.type(0), dimensions{sequence, both, batch, hidden});
    for (std::size_t i = 1; i < c.output_count(); ++i) {
        if (batch_first)
            c.set(i, c.type(0), dimensions{batch, both, hidden});
        else
            c.set(i, c.type(0), dimensions{both, batch, hidden});
    }
}

inline constexpr operator_entry recurrent_operators[] = {
    {"", "GRU", infer_recurrent},
    {"", "LSTM", infer_recurrent},
    {"", "RNN", infer_recurrent},
    {"com.microsoft", "DynamicQuantizeLSTM", infer_recurrent},
};

}  // namespace qutibench::onnx::detail
