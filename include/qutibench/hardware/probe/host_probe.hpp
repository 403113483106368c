// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a probe of this machine found.
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/hardware/probe/processor.hpp>
#include <qutibench/hardware/probe/team.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace qutibench {

/// Rates of one core, and of all of them together.
template <class Quantity>
struct probed_cores {
    probed<Quantity> one{};
    probed<Quantity> all{};
};

/// A multiply-add loop and its rates.
struct probed_loop {
    precision numbers{};
    std::string instruction{};
    int operations_per_instruction = 0;
    probed_cores<ops_per_second> rate{};
};

/// A working set, of all threads together, and the rates at which it streams.
struct probed_stream {
    bytes working_set{};
    probed_cores<bytes_per_second> triad{};    ///< as STREAM counts: reads and writes, without reads before writes
    probed_cores<bytes_per_second> reading{};  ///< reading alone
};

/// What a probe found.
struct host_probe {
    std::string processor{};  ///< its name
    std::string date{};       ///< of the probe, "2026-01-31"
    int threads = 0;
    seconds took{};
    host_memory memory{};
    std::vector<host_cache> caches{};
    probed_cores<hertz> clock{};           ///< attained; unknown where there is no loop that counts cycles
    std::vector<probed_loop> loops{};      ///< every instruction set that the processor has
    std::vector<probed_stream> streams{};  ///< by growing working set; the last one stands for main memory

    /// The loop that runs a datatype fastest on all cores, or on one; null when the processor has none for it.
    [[nodiscard]] const probed_loop* fastest(const precision& numbers, bool on_one_core = false) const {
        const auto rate = [&](const probed_loop& of) { return (on_one_core ? of.rate.one : of.rate.all).best.value(); };
        const probed_loop* best = nullptr;
        for (const probed_loop& one : loops)
            if (one.numbers == numbers && (best == nullptr || rate(one) > rate(*best))) best = &one;
        return best;
    }

    /// The working set that streams fastest among those that all cores, or one, keep in a cache and not in a nearer
    /// one; null when none was measured.
    [[nodiscard]] const probed_stream* fastest_within(const host_cache& level, bool on_one_core = false) const {
        const int streaming = on_one_core ? 1 : threads;
        const auto of_instance = [&](const probed_stream& one, const host_cache& in) {
            return one.working_set.value() * std::min(1.0, static_cast<double>(in.threads_sharing) / streaming);
        };
        const probed_stream* best = nullptr;
        for (const probed_stream& one : streams) {
            bool fits = of_instance(one, level) <= 0.75 * static_cast<double>(level.bytes);
            for (const host_cache& nearer : caches)
                fits = fits && (nearer.level >= level.level ||
                                of_instance(one, nearer) >= 1.5 * static_cast<double>(nearer.bytes));
            const auto rate = [&](const probed_stream& of) { return (on_one_core ? of.triad.one : of.triad.all).best; };
            if (fits && (best == nullptr || rate(one) > rate(*best))) best = &one;
        }
        return best;
    }

    /// Peak of one core by the clock, what an instruction computes, and a whole number of instructions a cycle or
    /// cycles an instruction, the one nearest to what the loop attained; unknown without a clock.
    [[nodiscard]] ops_per_second theoretical(const probed_loop& of) const {
        const double at_one = of.operations_per_instruction * clock.one.best.value();
        const double issued = of.rate.one.best.value() / at_one;
        if (!(issued > 0)) return unknown<ops_per_second>;
        const double whole = std::round(issued < 1 ? 1 / issued : issued);
        return quantity_of<ops_per_second>(at_one * (issued < 1 ? 1 / whole : whole));
    }
};

}  // namespace qutibench
