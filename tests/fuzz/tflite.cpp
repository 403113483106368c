// SPDX-License-Identifier: BSD-3-Clause
// Whatever the bytes, a TFLite model is rewritten, inferred and counted, or refused with one of the library's errors.
#include <qutibench/io/tflite.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const std::string text = qutibench::tflite_as_onnx({reinterpret_cast<const char*>(data), size}, "fuzz");
        const auto model = qutibench::onnx::read_view(std::as_bytes(std::span(text.data(), text.size())));
        static_cast<void>(qutibench::onnx::count(qutibench::onnx::infer(model, {.work_limit = 100'000})));
    } catch (const qutibench::error&) {  // the only way out besides a result
    }
    return 0;
}
