// SPDX-License-Identifier: BSD-3-Clause
// ONNX files: whatever the bytes.
#include "onnx_uses.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::use_onnx({reinterpret_cast<const std::byte*>(data), size});
    return 0;
}
