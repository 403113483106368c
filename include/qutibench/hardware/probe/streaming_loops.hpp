// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Loops that stream through memory: the triad of STREAM, a = b + s * c (J. McCalpin, Memory Bandwidth and Machine
/// Balance in Current High Performance Computers, IEEE TCCA Newsletter, 1995), and reading alone. As STREAM has it, the
/// triad counts 24 bytes for an element of three arrays of doubles; the read that precedes a cached write is not
/// counted.
#pragma once

#include <qutibench/hardware/probe/processor.hpp>

#include <cstdint>

namespace qutibench::detail {

/// Elements that the loops take at a time; counts are multiples of it.
inline constexpr std::int64_t streamed_elements = 32;

/// a[i] = b[i] + 3 * c[i] for i below `count`.
using triad_loop = void (*)(double* a, const double* b, const double* c, std::int64_t count);
/// Reads `count` elements.
using reading_loop = void (*)(const double* a, std::int64_t count);

inline void triad_plain(double* a, const double* b, const double* c, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) a[i] = b[i] + 3.0 * c[i];
}

inline void read_plain(const double* a, std::int64_t count) {
    double sums[4] = {};
    for (std::int64_t i = 0; i < count; i += 4)
        for (int k = 0; k < 4; ++k) sums[k] += a[i + k];
    const volatile double result = sums[0] + sums[1] + sums[2] + sums[3];
    static_cast<void>(result);
}

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

// NOLINTBEGIN
#define QUTIBENCH_STREAMING_LOOPS(suffix, r, bytes, vectors)                                                         \
    inline void triad_##suffix(double* a, const double* b, const double* c, std::int64_t count) {                    \
        const double factor = 3.0;                                                                                   \
        const double* const end = a + count;                                                                         \
        __asm__ volatile("vbroadcastsd %4, %%" r                                                                     \
                         "15\n"                                                                                      \
                         "1:\n\t.irp n," vectors "\n\tvmovupd " bytes "*\\n(%1), %%" r                               \
                         "\\n\n\t.endr\n\t"                                                                          \
                         ".irp n," vectors "\n\tvfmadd231pd " bytes "*\\n(%2), %%" r "15, %%" r                      \
                         "\\n\n\t.endr\n\t"                                                                          \
                         ".irp n," vectors "\n\tvmovupd %%" r "\\n, " bytes                                          \
                         "*\\n(%0)\n\t.endr\n\t"                                                                     \
                         "add $256, %0\n\tadd $256, %1\n\tadd $256, %2\n\tcmp %3, %0\n\tjb 1b\n\tvzeroupper"         \
                         : "+r"(a), "+r"(b), "+r"(c)                                                                 \
                         : "r"(end), "m"(factor)                                                                     \
                         : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm15", "cc", "memory"); \
    }                                                                                                                \
    inline void read_##suffix(const double* a, std::int64_t count) {                                                 \
        __asm__ volatile("1:\n\t.irp n," vectors "\n\tvmovupd " bytes "*\\n(%0), %%" r                               \
                         "\\n\n\t.endr\n\t"                                                                          \
                         "add $256, %0\n\tcmp %1, %0\n\tjb 1b\n\tvzeroupper"                                         \
                         : "+r"(a)                                                                                   \
                         : "r"(a + count)                                                                            \
                         : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "cc", "memory");          \
    }
QUTIBENCH_STREAMING_LOOPS(avx512, "zmm", "64", "0,1,2,3")
QUTIBENCH_STREAMING_LOOPS(avx2, "ymm", "32", "0,1,2,3,4,5,6,7")
#undef QUTIBENCH_STREAMING_LOOPS
// NOLINTEND

[[nodiscard]] inline triad_loop widest_triad() {
    const instruction_sets has = find_instruction_sets();
    return has.avx512 ? &triad_avx512 : has.fma ? &triad_avx2 : &triad_plain;
}
[[nodiscard]] inline reading_loop widest_read() {
    const instruction_sets has = find_instruction_sets();
    return has.avx512 ? &read_avx512 : has.fma ? &read_avx2 : &read_plain;
}

#else

/// The loop with the widest vectors that this machine runs.
[[nodiscard]] inline triad_loop widest_triad() {
    return &triad_plain;
}
[[nodiscard]] inline reading_loop widest_read() {
    return &read_plain;
}

#endif

}  // namespace qutibench::detail
