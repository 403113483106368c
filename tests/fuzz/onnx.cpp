// SPDX-License-Identifier: BSD-3-Clause
// Whatever the bytes, reading, inferring and counting ends in a result or in one of the library's errors.
#include <qutibench/io/onnx/before_export.hpp>

#include <cstddef>
#include <cstdint>

namespace onnx = qutibench::onnx;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto model = onnx::read_view({reinterpret_cast<const std::byte*>(data), size});
        onnx::infer_options options;
        options.work_limit = 100'000;
        const auto inferred = onnx::infer(model, options);
        for (const auto& name : inferred.unbound_dimensions()) options.dims.emplace_back(name, 2);
        const auto bound = onnx::infer(model, options);
        const auto counted = onnx::count(bound);
        static_cast<void>(onnx::parameters_before_export(bound, counted));
    } catch (const qutibench::error&) {  // the only way out besides a result
    }
    return 0;
}
