// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the processor and the operating system say of this machine: name, instruction sets, caches, threads, memory.
/// Nothing here is measured. What is not said stays empty, zero or false.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#if (defined(__x86_64__) || defined(__i386__)) && (defined(__GNUC__) || defined(__clang__))
#include <cpuid.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif
#if defined(__linux__)
#include <sched.h>
#endif

namespace qutibench {

/// A cache of this machine.
struct host_cache {
    int level = 0;            ///< 1 is the one nearest to the core
    std::int64_t bytes = 0;   ///< of one instance
    int threads_sharing = 1;  ///< hardware threads that one instance serves

    friend bool operator==(const host_cache&, const host_cache&) = default;
};

namespace detail {

/// Instruction sets that the multiply-add and streaming loops have versions for. Bits of CPUID leaves 1 and 7 and of
/// XCR0: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID, and volume 1, section 13.3.
struct instruction_sets {
    bool fma = false;  ///< with AVX2
    bool avx_vnni = false;
    bool avx512 = false;  ///< foundation, bytes and words
    bool avx512_vnni = false;
    bool avx512_bf16 = false;
    bool avx512_fp16 = false;
    bool amx_int8 = false;
    bool amx_bf16 = false;
};

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

[[nodiscard]] inline std::uint64_t enabled_register_state() {
    std::uint32_t low = 0, high = 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return static_cast<std::uint64_t>(high) << 32U | low;
}

/// Asks Linux for the registers of AMX, which it gives only to those who ask (Documentation/arch/x86/xstate.rst).
[[nodiscard]] inline bool may_use_tiles() {
#if defined(__linux__)
    constexpr long arch_prctl = 158, request_permission = 0x1023, tile_data = 18;
    return syscall(arch_prctl, request_permission, tile_data) == 0;
#else
    return false;
#endif
}

[[nodiscard]] inline instruction_sets find_instruction_sets() {
    const auto bit = [](std::uint32_t word, int at) { return (word >> at & 1U) != 0; };
    std::uint32_t a = 0, b = 0, c = 0, d = 0;
    instruction_sets has;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || !bit(c, 27)) return has;
    const std::uint64_t state = enabled_register_state();
    const auto enabled = [&](std::uint64_t mask) { return (state & mask) == mask; };
    const bool fma = bit(c, 12);
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return has;
    has.fma = fma && bit(b, 5) && enabled(0x6);
    has.avx512 = bit(b, 16) && bit(b, 30) && enabled(0xe6);
    has.avx512_vnni = has.avx512 && bit(c, 11);
    has.avx512_fp16 = has.avx512 && bit(d, 23);
    const bool tiles = bit(d, 24) && enabled(0x60000) && may_use_tiles();
    has.amx_bf16 = tiles && bit(d, 22);
    has.amx_int8 = tiles && bit(d, 25);
    if (a == 0 || __get_cpuid_count(7, 1, &a, &b, &c, &d) == 0) return has;
    has.avx_vnni = has.fma && bit(a, 4);
    has.avx512_bf16 = has.avx512 && bit(a, 5);
    return has;
}

/// The brand string: CPUID leaves 0x80000002 to 0x80000004.
[[nodiscard]] inline std::string brand_string() {
    std::array<std::uint32_t, 12> words{};
    for (std::uint32_t leaf = 0; leaf < 3; ++leaf) {
        std::uint32_t* const at = words.data() + std::size_t{4} * leaf;
        if (__get_cpuid(0x80000002U + leaf, at, at + 1, at + 2, at + 3) == 0) return {};
    }
    std::array<char, sizeof words + 1> text{};
    std::memcpy(text.data(), words.data(), sizeof words);
    return text.data();
}

#else

[[nodiscard]] inline instruction_sets find_instruction_sets() {
    return {};
}
[[nodiscard]] inline std::string brand_string() {
    return {};
}

#endif

/// The first line of a small file of the operating system that starts with `label`, without it; empty when none does.
[[nodiscard]] inline std::string system_line(const std::string& path, std::string_view label = {}) {
    std::FILE* const file = std::fopen(path.c_str(), "r");
    if (file == nullptr) return {};
    std::array<char, 512> line{};
    std::string found;
    while (found.empty() && std::fgets(line.data(), static_cast<int>(line.size()), file) != nullptr) {
        std::string_view text(line.data());
        if (!text.starts_with(label)) continue;
        text.remove_prefix(label.size());
        while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
        while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == ':'))
            text.remove_prefix(1);
        found = text;
    }
    static_cast<void>(std::fclose(file));
    return found;
}

/// "48K", "2M" or "123" in bytes; 0 for anything else.
[[nodiscard]] inline std::int64_t read_size(const std::string& text) {
    char* end = nullptr;
    const std::int64_t number = std::strtoll(text.c_str(), &end, 10);
    const std::int64_t factor = *end == 'K' ? 1024 : *end == 'M' ? 1024 * 1024 : *end == 'G' ? 1024 * 1024 * 1024 : 1;
    return number > 0 && number < (std::int64_t{1} << 40) ? number * factor : 0;
}

/// How many numbers a list such as "0-3,8" names; 0 when it is none.
[[nodiscard]] inline int count_of_list(const std::string& text) {
    std::int64_t count = 0;
    for (const char* at = text.c_str(); *at != '\0';) {
        char* end = nullptr;
        const std::int64_t first = std::strtoll(at, &end, 10);
        if (end == at) return 0;
        const std::int64_t last = *end == '-' ? std::strtoll(end + 1, &end, 10) : first;
        if (last < first || last > 1'000'000) return 0;
        count += last - first + 1;
        at = *end == ',' ? end + 1 : end;
        if (*end != ',' && *end != '\0') return 0;
    }
    return static_cast<int>(count);
}

}  // namespace detail

/// The name of this machine's processor, "processor" when nothing tells.
[[nodiscard]] inline std::string processor_name() {
    std::string name = detail::brand_string();
    for (const char* const label : {"model name", "Model", "Hardware"})
        if (name.find_first_not_of(' ') == std::string::npos) name = detail::system_line("/proc/cpuinfo", label);
    const std::size_t begin = name.find_first_not_of(' ');
    if (begin == std::string::npos) return "processor";
    return name.substr(begin, name.find_last_not_of(' ') - begin + 1);
}

/// Caches for data, from the nearest level on, as Linux tells; empty elsewhere.
[[nodiscard]] inline std::vector<host_cache> host_caches() {
    std::vector<host_cache> caches;
    for (int index = 0; index < 16; ++index) {
        const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
        const std::string kind = detail::system_line(folder + "type");
        if (kind.empty()) break;
        host_cache one{static_cast<int>(detail::read_size(detail::system_line(folder + "level"))),
                       detail::read_size(detail::system_line(folder + "size")),
                       std::max(1, detail::count_of_list(detail::system_line(folder + "shared_cpu_list")))};
        if (kind != "Instruction" && one.level > 0 && one.bytes > 0) caches.push_back(one);
    }
    std::sort(caches.begin(), caches.end(), [](const auto& x, const auto& y) { return x.level < y.level; });
    return caches;
}

/// Threads that this process may run at a time: what the machine has, less what affinity and the quota of a Linux
/// control group (cpu.max) leave out.
[[nodiscard]] inline int host_threads() {
    int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
#if defined(__linux__)
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) threads = std::clamp(CPU_COUNT(&allowed), 1, threads);
    const std::string quota = detail::system_line("/sys/fs/cgroup/cpu.max");
    const std::size_t space = quota.find(' ');
    if (space != std::string::npos) {
        const double granted = std::atof(quota.c_str()), period = std::atof(quota.c_str() + space);
        if (granted > 0 && period > 0) threads = std::clamp(static_cast<int>(granted / period + 0.99), 1, threads);
    }
#endif
    return threads;
}

/// Bytes of main memory, and of these the ones that can be used without harm; 0 where the system does not tell.
struct host_memory {
    std::int64_t total = 0;
    std::int64_t available = 0;
};

[[nodiscard]] inline host_memory host_memory_sizes() {
    host_memory sizes;
#if defined(_SC_PHYS_PAGES) && defined(_SC_PAGESIZE)
    sizes.total = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
#endif
    sizes.available = detail::read_size(detail::system_line("/proc/meminfo", "MemAvailable")) * 1024;
    const std::int64_t limit = detail::read_size(detail::system_line("/sys/fs/cgroup/memory.max"));
    if (limit > 0) {
        const std::int64_t used = detail::read_size(detail::system_line("/sys/fs/cgroup/memory.current"));
        sizes.available = std::min(sizes.available, std::max<std::int64_t>(0, limit - used));
    }
    return sizes;
}

}  // namespace qutibench
