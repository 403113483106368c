// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/onnx/options.hpp>
#include <qutibench/network/graph_source.hpp>

namespace qutibench::detail {

/// The ONNX file behind a graph, without the values of its larger tensors.
class onnx_source final : public graph_source {
public:
    onnx_source(std::string file, onnx::dimension_bindings dims) : file_(std::move(file)), dims_(std::move(dims)) {}

    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] const onnx::dimension_bindings& bindings() const { return dims_; }

    [[nodiscard]] graph on_inputs(const graph& net, shapes inputs) const override;
    [[nodiscard]] graph on_batch(const graph& net, std::int64_t batch) const override;
    [[nodiscard]] graph scaled(const graph& net, const std::function<double(const node&)>& share_of) const override;

private:
    std::string file_;
    onnx::dimension_bindings dims_;
};

}  // namespace qutibench::detail

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/onnx/edit/source_changes.hpp>
#endif
