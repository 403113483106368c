// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Loops of independent multiply-adds that stay in registers, one for each datatype and instruction set. They are
/// written in assembly, so that they run at the processor's rate however the program around them is compiled; other
/// processors get loops of vectors in C++, for fp64 and fp32 only.
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/hardware/probe/processor.hpp>

#include <cstdint>
#include <vector>

namespace qutibench::detail {

/// A loop of multiply-adds: `run(steps)` executes `steps * instructions` of `instruction`, each of which counts
/// `operations`; one MAC is two.
struct multiply_loop {
    precision numbers{};
    const char* instruction = "";
    int operations = 0;
    int instructions = 0;
    void (*run)(std::int64_t steps) = nullptr;
};

#if defined(__GNUC__) || defined(__clang__)

// Vectors of 16 bytes, which every 64-bit processor has.
struct fp64_vector {
    using number = double;
    using type = double __attribute__((vector_size(16)));
};
struct fp32_vector {
    using number = float;
    using type = float __attribute__((vector_size(16)));
};

template <class Vector>
inline void multiply_add(typename Vector::type& sum, const typename Vector::type& x, const typename Vector::type& y) {
#if defined(__aarch64__)
    if constexpr (sizeof(typename Vector::number) == 8)
        __asm__ volatile("fmla %0.2d, %1.2d, %2.2d" : "+w"(sum) : "w"(x), "w"(y));
    else
        __asm__ volatile("fmla %0.4s, %1.4s, %2.4s" : "+w"(sum) : "w"(x), "w"(y));
#else
    sum = sum * x + y;
#endif
}

/// Twelve sums in vectors. They start from, and end in, volatile numbers: a compiler can neither merge nor drop them.
template <class Vector>
inline void multiply_in_vectors(std::int64_t steps) {
    using vector = typename Vector::type;
    const volatile typename Vector::number half = typename Vector::number(0.5);
    // By reference: 32-bit x86 without SSE has no way to return a vector.
    const auto start = [&](auto&... sums) { ((sums = vector{} + half), ...); };
    vector x, y, a, b, c, d, e, f, g, h, i, j, k, l;
    start(x, y, a, b, c, d, e, f, g, h, i, j, k, l);
    const auto add = [&](vector& sum) { multiply_add<Vector>(sum, x, y); };
    for (; steps > 0; --steps) {
        add(a), add(b), add(c), add(d), add(e), add(f);
        add(g), add(h), add(i), add(j), add(k), add(l);
    }
    const vector sum = a + b + c + d + e + f + g + h + i + j + k + l;
    const volatile typename Vector::number result = sum[0];
    static_cast<void>(result);
}

#endif

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

// Ones in every datatype: sums grow slowly and never become subnormal.
template <class Element>
struct ones {
    alignas(64) Element values[64 / sizeof(Element)];
    constexpr explicit ones(Element one) : values{} {
        for (Element& each : values) each = one;
    }
};
inline constexpr ones<double> fp64_ones(1.0);
inline constexpr ones<float> fp32_ones(1.0F);
inline constexpr ones<std::uint16_t> fp16_ones(0x3c00), bf16_ones(0x3f80);
inline constexpr ones<std::uint8_t> int8_ones(1);

// Twelve sums cover a latency of up to six cycles on two ports. `\n` is the number of a sum's register.
// NOLINTBEGIN
#define QUTIBENCH_MULTIPLY_LOOP(name, registers, instructions, data)                                                \
    inline void name(std::int64_t steps) {                                                                          \
        __asm__ volatile(".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13\n\tvmovups (%1), %%" registers                     \
                         "\\n\n\t.endr\n"                                                                           \
                         "1:\n\t.irp n,0,1,2,3,4,5,6,7,8,9,10,11\n\t" instructions                                  \
                         "\n\t.endr\n\t"                                                                            \
                         "dec %0\n\tjnz 1b\n\tvzeroupper"                                                           \
                         : "+r"(steps)                                                                              \
                         : "r"(data.values)                                                                         \
                         : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", \
                           "xmm11", "xmm12", "xmm13", "xmm14", "cc", "memory");                                     \
    }
QUTIBENCH_MULTIPLY_LOOP(multiply_fp64_avx512, "zmm", "vfmadd231pd %%zmm12, %%zmm13, %%zmm\\n", fp64_ones)
QUTIBENCH_MULTIPLY_LOOP(multiply_fp64_avx2, "ymm", "vfmadd231pd %%ymm12, %%ymm13, %%ymm\\n", fp64_ones)
QUTIBENCH_MULTIPLY_LOOP(multiply_fp32_avx512, "zmm", "vfmadd231ps %%zmm12, %%zmm13, %%zmm\\n", fp32_ones)
QUTIBENCH_MULTIPLY_LOOP(multiply_fp32_avx2, "ymm", "vfmadd231ps %%ymm12, %%ymm13, %%ymm\\n", fp32_ones)
QUTIBENCH_MULTIPLY_LOOP(multiply_fp16_avx512, "zmm", "vfmadd231ph %%zmm12, %%zmm13, %%zmm\\n", fp16_ones)
QUTIBENCH_MULTIPLY_LOOP(multiply_bf16_avx512, "zmm", "vdpbf16ps %%zmm12, %%zmm13, %%zmm\\n", bf16_ones)
QUTIBENCH_MULTIPLY_LOOP(multiply_int8_avx512, "zmm", "vpdpbusd %%zmm12, %%zmm13, %%zmm\\n", int8_ones)
QUTIBENCH_MULTIPLY_LOOP(multiply_int8_avx_vnni, "ymm", "%{vex%} vpdpbusd %%ymm12, %%ymm13, %%ymm\\n", int8_ones)
QUTIBENCH_MULTIPLY_LOOP(multiply_int8_avx2, "ymm",
                        "vpmaddubsw %%ymm12, %%ymm13, %%ymm14\n\tvpmaddwd %%ymm13, %%ymm14, %%ymm14\n\t"
                        "vpaddd %%ymm14, %%ymm\\n, %%ymm\\n",
                        int8_ones)
#undef QUTIBENCH_MULTIPLY_LOOP

// Eight tiles of 16 rows of 64 bytes: palette, first row, and from byte 16 bytes in a row, from byte 48 rows (Intel
// SDM, volume 1, section 18.2). Six tiles are sums.
struct tile_shapes {
    alignas(64) std::uint8_t values[64];
    constexpr tile_shapes() : values{} {
        values[0] = 1;
        for (int tile = 0; tile < 8; ++tile) values[16 + 2 * tile] = 64, values[48 + tile] = 16;
    }
};
inline constexpr tile_shapes full_tiles{};

#define QUTIBENCH_TILE_LOOP(name, instruction)                                         \
    inline void name(std::int64_t steps) {                                             \
        __asm__ volatile(                                                              \
            "ldtilecfg (%1)\n\t.irp n,0,1,2,3,4,5,6,7\n\ttilezero %%tmm\\n\n\t.endr\n" \
            "1:\n\t.irp n,0,1,2,3,4,5\n\t" instruction                                 \
            " %%tmm6, %%tmm7, %%tmm\\n\n\t.endr\n\t"                                   \
            "dec %0\n\tjnz 1b\n\ttilerelease"                                          \
            : "+r"(steps)                                                              \
            : "r"(full_tiles.values)                                                   \
            : "cc", "memory");                                                         \
    }
QUTIBENCH_TILE_LOOP(multiply_int8_amx, "tdpbssd")
QUTIBENCH_TILE_LOOP(multiply_bf16_amx, "tdpbf16ps")
#undef QUTIBENCH_TILE_LOOP
// NOLINTEND

[[nodiscard]] inline std::vector<multiply_loop> multiply_loops() {
    const instruction_sets has = find_instruction_sets();
    std::vector<multiply_loop> loops;
    const auto add = [&](bool available, const multiply_loop& one) {
        if (available) loops.push_back(one);
    };
    add(has.avx512, {fp64, "AVX-512 vfmadd231pd", 16, 12, &multiply_fp64_avx512});
    add(has.fma, {fp64, "FMA vfmadd231pd", 8, 12, &multiply_fp64_avx2});
    add(!has.fma && !has.avx512, {fp64, "SSE2 mulpd and addpd", 2, 24, &multiply_in_vectors<fp64_vector>});
    add(has.avx512, {fp32, "AVX-512 vfmadd231ps", 32, 12, &multiply_fp32_avx512});
    add(has.fma, {fp32, "FMA vfmadd231ps", 16, 12, &multiply_fp32_avx2});
    add(!has.fma && !has.avx512, {fp32, "SSE mulps and addps", 4, 24, &multiply_in_vectors<fp32_vector>});
    add(has.amx_bf16, {bf16, "AMX tdpbf16ps", 16384, 6, &multiply_bf16_amx});
    add(has.avx512_bf16, {bf16, "AVX-512 vdpbf16ps", 64, 12, &multiply_bf16_avx512});
    add(has.avx512_fp16, {fp16, "AVX-512 vfmadd231ph", 64, 12, &multiply_fp16_avx512});
    add(has.amx_int8, {int8, "AMX tdpbssd", 32768, 6, &multiply_int8_amx});
    add(has.avx512_vnni, {int8, "AVX-512 vpdpbusd", 128, 12, &multiply_int8_avx512});
    add(has.avx_vnni, {int8, "AVX-VNNI vpdpbusd", 64, 12, &multiply_int8_avx_vnni});
    add(has.fma && !has.avx_vnni && !has.avx512_vnni,
        {int8, "AVX2 vpmaddubsw, vpmaddwd and vpaddd", 64, 12, &multiply_int8_avx2});
    return loops;
}

#elif defined(__GNUC__) || defined(__clang__)

/// The loops that this machine runs; there is at least one for fp32.
[[nodiscard]] inline std::vector<multiply_loop> multiply_loops() {
    return {{fp64, "vectors of 16 bytes", 4, 12, &multiply_in_vectors<fp64_vector>},
            {fp32, "vectors of 16 bytes", 8, 12, &multiply_in_vectors<fp32_vector>}};
}

#else

/// The loops that this machine runs: none in a compiler that has neither vectors nor this kind of assembly.
[[nodiscard]] inline std::vector<multiply_loop> multiply_loops() {
    return {};
}

#endif

/// Executes `16 * steps` additions of which each needs the one before, at one a cycle. False where there is none.
inline bool count_cycles(std::int64_t steps) {
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
    std::int64_t sum = steps;
    __asm__ volatile("1:\n\t.rept 16\n\tadd %1, %1\n\t.endr\n\tdec %0\n\tjnz 1b" : "+r"(steps), "+r"(sum) : : "cc");
    return true;
#elif defined(__aarch64__)
    std::int64_t sum = steps;
    __asm__ volatile("1:\n\t.rept 16\n\tadd %1, %1, %1\n\t.endr\n\tsubs %0, %0, #1\n\tb.ne 1b"
                     : "+r"(steps), "+r"(sum)
                     :
                     : "cc");
    return true;
#else
    return steps < 0;
#endif
}

}  // namespace qutibench::detail
