// SPDX-License-Identifier: BSD-3-Clause
// Graphs that are valid or nearly so: whatever they are made of, reading, inferring, counting, lifting to layers,
// transforming and writing back end in a result or in one of the library's errors.
#include "made_onnx.hpp"

#include <qutibench/io/onnx.hpp>
#include <qutibench/io/save_onnx.hpp>
#include <qutibench/transform/prune.hpp>
#include <qutibench/transform/quantize.hpp>

#include <cstddef>
#include <cstdlib>

namespace onnx = qutibench::onnx;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::choices choose({data, size});
    const std::string file = fuzzing::made_onnx(choose).finish();
    try {
        const auto model = onnx::read_view(std::as_bytes(std::span(file.data(), file.size())));
        onnx::infer_options options{.work_limit = 100'000};
        for (const auto& name : onnx::infer(model, options).unbound_dimensions()) options.dims.emplace_back(name, 2);
        const qutibench::graph net = qutibench::import_onnx(onnx::infer(model, options)).layers;
        static_cast<void>(qutibench::analyze(net));
        static_cast<void>(qutibench::analyze(qutibench::prune(net, 0.5)));
        const qutibench::graph changed = qutibench::quantize(net, qutibench::int8);
        if (qutibench::analyze(net).weight_count < 4096) static_cast<void>(qutibench::to_onnx(changed));
    } catch (const qutibench::error&) {  // the only way out besides a result
    }
    return 0;
}
