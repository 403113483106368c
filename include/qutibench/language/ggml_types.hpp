// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The block formats of GGML: how many bytes hold how many elements.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace qutibench {

/// One tensor type of GGML: `bytes` hold `block` elements, scales included.
struct ggml_type {
    std::uint32_t id = 0;
    std::string_view name{};
    std::uint32_t block = 1;
    std::uint32_t bytes = 0;

    [[nodiscard]] constexpr double bits_per_element() const { return 8.0 * bytes / block; }
};

/// Every type by the number that a GGUF file states (ggml.h, `enum ggml_type`; sizes from ggml-common.h's blocks: a
/// q4_K super-block of 256 has two fp16, 12 bytes of scales and 128 of elements, 144 in all).
inline constexpr std::array ggml_types{
    ggml_type{0, "F32", 1, 4},         ggml_type{1, "F16", 1, 2},         ggml_type{2, "Q4_0", 32, 18},
    ggml_type{3, "Q4_1", 32, 20},      ggml_type{6, "Q5_0", 32, 22},      ggml_type{7, "Q5_1", 32, 24},
    ggml_type{8, "Q8_0", 32, 34},      ggml_type{9, "Q8_1", 32, 36},      ggml_type{10, "Q2_K", 256, 84},
    ggml_type{11, "Q3_K", 256, 110},   ggml_type{12, "Q4_K", 256, 144},   ggml_type{13, "Q5_K", 256, 176},
    ggml_type{14, "Q6_K", 256, 210},   ggml_type{15, "Q8_K", 256, 292},   ggml_type{16, "IQ2_XXS", 256, 66},
    ggml_type{17, "IQ2_XS", 256, 74},  ggml_type{18, "IQ3_XXS", 256, 98}, ggml_type{19, "IQ1_S", 256, 50},
    ggml_type{20, "IQ4_NL", 32, 18},   ggml_type{21, "IQ3_S", 256, 110},  ggml_type{22, "IQ2_S", 256, 82},
    ggml_type{23, "IQ4_XS", 256, 136}, ggml_type{24, "I8", 1, 1},         ggml_type{25, "I16", 1, 2},
    ggml_type{26, "I32", 1, 4},        ggml_type{27, "I64", 1, 8},        ggml_type{28, "F64", 1, 8},
    ggml_type{29, "IQ1_M", 256, 56},   ggml_type{30, "BF16", 1, 2},       ggml_type{34, "TQ1_0", 256, 54},
    ggml_type{35, "TQ2_0", 256, 66},   ggml_type{39, "MXFP4", 32, 17},    ggml_type{40, "NVFP4", 64, 36},
};

/// The type with that number, or null.
[[nodiscard]] constexpr const ggml_type* find_ggml_type(std::uint32_t id) {
    for (const ggml_type& one : ggml_types)
        if (one.id == id) return &one;
    return nullptr;
}

/// The type with that name in either case, or null.
[[nodiscard]] constexpr const ggml_type* find_ggml_type(std::string_view name) {
    const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
    for (const ggml_type& one : ggml_types) {
        bool is_alike = one.name.size() == name.size();
        for (std::size_t i = 0; is_alike && i < name.size(); ++i) is_alike = upper(name[i]) == one.name[i];
        if (is_alike) return &one;
    }
    return nullptr;
}

}  // namespace qutibench
