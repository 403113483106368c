// SPDX-License-Identifier: BSD-3-Clause
// What is done with an ONNX file: inferring, counting, lifting to layers, transforming and writing back, all of which
// end in a result or in one of the library's errors.
#pragma once

#include <qutibench/io/onnx.hpp>
#include <qutibench/io/save_onnx.hpp>
#include <qutibench/transform/prune.hpp>
#include <qutibench/transform/quantize.hpp>

#include <cstddef>
#include <span>

namespace fuzzing {

inline void use_onnx(std::span<const std::byte> file) {
    try {
        const auto model = qutibench::onnx::read_view(file);
        qutibench::onnx::infer_options options{.work_limit = 100'000};
        const auto inferred = qutibench::onnx::infer(model, options);
        for (const auto& name : inferred.unbound_dimensions()) options.dims.emplace_back(name, 2);
        const qutibench::graph net = qutibench::import_onnx(qutibench::onnx::infer(model, options)).layers;
        static_cast<void>(qutibench::analyze(net));
        static_cast<void>(qutibench::analyze(qutibench::prune(net, 0.5)));
        const qutibench::graph changed = qutibench::quantize(net, qutibench::int8);
        static_cast<void>(qutibench::to_onnx(changed, {.most_bytes = 1 << 16}));
    } catch (const qutibench::error&) {  // the only way out besides a result
    }
}

}  // namespace fuzzing
