// SPDX-License-Identifier: BSD-3-Clause
// Graphs that are valid or nearly so, whatever they are made of.
#include "made_onnx.hpp"
#include "onnx_uses.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::choices choose({data, size});
    const std::string file = fuzzing::made_onnx(choose).finish();
    fuzzing::use_onnx(std::as_bytes(std::span(file.data(), file.size())));
    return 0;
}
