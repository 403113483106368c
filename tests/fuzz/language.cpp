// SPDX-License-Identifier: BSD-3-Clause
// Configurations and headers of language models: whatever the bytes, either a model or an error of the library.
#include <qutibench/io/language/load.hpp>
#include <qutibench/language/counts.hpp>

#include <cstddef>
#include <cstdint>

template <class Parse>
static void attempt(Parse&& parse) {
    try {
        parse();
    } catch (const qutibench::error&) {
    }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    attempt(
        [&] { static_cast<void>(qutibench::count(qutibench::parse_language_config(text, "fuzz", "fuzz")).total()); });
    attempt([&] {
        const qutibench::gguf_header header = qutibench::parse_gguf(text, "fuzz");
        static_cast<void>(qutibench::count(qutibench::to_language_model(header, "fuzz")).total());
    });
    attempt([&] { static_cast<void>(qutibench::parse_safetensors(text, "fuzz").bytes); });
    return 0;
}
