// SPDX-License-Identifier: BSD-3-Clause
// Whatever the text, and whatever lies beside it as weights, an OpenVINO model is rewritten, inferred and counted, or
// refused with one of the library's errors.
#include <qutibench/io/openvino_ir.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view content(reinterpret_cast<const char*>(data), size);
    try {
        const std::string text = qutibench::openvino_ir_as_onnx(content, "fuzz", "model", content.substr(size / 2));
        const auto model = qutibench::onnx::read_view(std::as_bytes(std::span(text.data(), text.size())));
        qutibench::onnx::infer_options options{.work_limit = 100'000};
        for (const auto& name : qutibench::onnx::infer(model, options).unbound_dimensions())
            options.dims.emplace_back(name, 2);
        static_cast<void>(qutibench::onnx::count(qutibench::onnx::infer(model, options)));
    } catch (const qutibench::error&) {  // the only way out besides a result
    }
    return 0;
}
