// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/onnx/inferred.hpp>

namespace qutibench::onnx {

/// Element types and shapes of every tensor of `source`, as far as they follow from the inputs, the constants and the
/// given values of symbolic dimensions. Unknown is possible; a guess never is. Linear in the number of nodes, local
/// functions and sub-graphs written out.
///
/// Throws parse_error, naming the node, when the graph is not well formed (a cycle, a name that nothing produces, a
/// function that calls itself, too much to expand); shape_error when a node contradicts its inputs; unknown_name when a
/// binding names no dimension of the model; overflow_error past 2^60.
[[nodiscard]] inferred infer(const model& source, const infer_options& options = {});

}  // namespace qutibench::onnx

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/onnx/control_flow.hpp>
namespace qutibench::onnx {

QUTIBENCH_INLINE inferred infer(const model& source, const infer_options& options) {
    inferred result;
    detail::engine(source, options, result).run();
    return result;
}

}  // namespace qutibench::onnx
#endif
