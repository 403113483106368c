// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Graphs as ONNX files that run: every layer an operator of opset 17 (attention and a few others several), with
/// pseudo-random weights, so that what was predicted can be measured. Shapes are those of the graph; the computation is
/// 32-bit floating point, but layers whose datatype is int8 are between QuantizeLinear and DequantizeLinear, and store
/// 8-bit weights.
#pragma once

#include <qutibench/io/onnx/write_settings.hpp>
#include <qutibench/network/graph.hpp>

namespace qutibench {

/// Writes a graph as an ONNX file (opset 17, IR version 8) that runs, weights made up as they are written. Indices of
/// embeddings are int64 inputs; cached keys and values of attention are further inputs, "<layer>/past_key" and
/// "<layer>/past_value". Layers that share weights read the same tensor. A graph from an ONNX file is written as that
/// file, its operators, names and operator set, with what transforms changed and weights made up.
/// Throws unsupported_operator on an imported operator or a layer type of your own, shape_error when shared weights do
/// not fit, invalid_argument past 2 GiB without external weights, parse_error when the file cannot be written.
void save_onnx(const graph& net, const std::string& path, const onnx_settings& settings = {});

/// The bytes of the file that save_onnx writes. Throws what it throws, and invalid_argument for external weights.
[[nodiscard]] std::string to_onnx(const graph& net, const onnx_settings& settings = {});

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/onnx/write_file.hpp>
#include <qutibench/io/onnx/write_source.hpp>
namespace qutibench {

namespace detail {

/// Calls take(file) with the parts of the ONNX file of a graph.
template <class Take>
void with_onnx_file(const graph& net, const onnx_settings& settings, const std::string& location, Take take) {
    if (const onnx_source* const source = onnx_writer::file_behind(net))
        take(onnx_writer::source_file(*source, net, settings, location));
    else
        take(onnx_writer::model_file(net, settings, location));
}

}  // namespace detail

QUTIBENCH_INLINE void save_onnx(const graph& net, const std::string& path, const onnx_settings& settings) {
    const std::string weights = path + ".data";
    const std::string location = weights.substr(weights.find_last_of('/') + 1);
    detail::with_onnx_file(net, settings, location, [&](const auto& file) {
        onnx_writer::file_sink model(path);
        if (settings.external_weights) {
            onnx_writer::file_sink data(weights);
            file.write_weights(data);
            data.close();
        }
        file.write_model(model);
        model.close();
    });
}

QUTIBENCH_INLINE std::string to_onnx(const graph& net, const onnx_settings& settings) {
    if (settings.external_weights) throw invalid_argument("external weights need a file; use save_onnx");
    std::string content;
    detail::with_onnx_file(net, settings, "", [&](const auto& file) {
        content.reserve(file.size());
        onnx_writer::string_sink sink{content};
        file.write_model(sink);
    });
    return content;
}

}  // namespace qutibench
#endif
