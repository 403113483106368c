// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Runs the loops in short bursts, again and again, until the time is used up.
#pragma once

#include <qutibench/detail/pause.hpp>
#include <qutibench/hardware/probe/host_probe.hpp>
#include <qutibench/hardware/probe/multiply_loops.hpp>
#include <qutibench/hardware/probe/streaming_loops.hpp>

#include <memory>
#include <new>

namespace qutibench::detail {

/// A burst is long enough for clocks and threads, and so short that few are cut by another process' turn.
inline constexpr double burst_seconds = 1.2e-3;

/// Three arrays of doubles of which each thread has a part, touched first by that thread.
class streamed_arrays {
public:
    /// As large as `size` bytes, or the largest half, quarter and so on that there is memory for.
    streamed_arrays(std::int64_t size, thread_team& team) {
        const std::int64_t least = streamed_elements * team.size();
        for (length_ = std::max(size / 24, least); memory_ == nullptr; length_ /= 2) {
            length_ = length_ / least * least;
            if (length_ == 0) throw std::bad_alloc();
            memory_.reset(new (std::nothrow) double[static_cast<std::size_t>(3 * (length_ + offset) + alignment)]);
            if (memory_ != nullptr) break;
        }
        const auto address = reinterpret_cast<std::uintptr_t>(memory_.get());
        begin_ = memory_.get() + (alignment - static_cast<std::int64_t>(address / 8) % alignment) % alignment;
        team.run([&](int thread) {
            const std::int64_t part = length_ / team.size();
            for (int which = 0; which < 3; ++which) std::fill_n(array(which) + part * thread, part, 1.0);
        });
    }

    [[nodiscard]] std::int64_t size() const { return 24 * length_; }

    /// Elements of each array that are one thread's share of a working set of `size` bytes.
    [[nodiscard]] std::int64_t share(std::int64_t size, int threads) const {
        return std::max<std::int64_t>(1, size / 24 / threads / streamed_elements) * streamed_elements;
    }

    /// Where each thread is in its share.
    struct alignas(64) cursor {
        std::int64_t at = 0;
    };

    /// Streams `elements` elements of a thread's share, from where it stopped the last time, round and round.
    template <class Loop>
    void stream(std::int64_t size, int thread, int threads, cursor& from, std::int64_t elements, const Loop& loop) {
        const std::int64_t own = share(size, threads);
        const std::int64_t first = threads == 1 ? 0 : length_ / threads * thread;
        while (elements > 0) {
            if (from.at >= own) from.at = 0;
            const std::int64_t count = std::min(elements, own - from.at), begin = first + from.at;
            loop(array(0) + begin, array(1) + begin, array(2) + begin, count);
            from.at += count;
            elements -= count;
        }
    }

private:
    // In elements. Arrays that begin a multiple of 4 KiB apart would make loads wait for unrelated stores.
    static constexpr std::int64_t alignment = 512, offset = 168;

    [[nodiscard]] double* array(int which) const { return begin_ + which * (length_ + offset); }

    std::int64_t length_ = 0;
    std::unique_ptr<double[]> memory_{};
    double* begin_ = nullptr;
};

/// Measures one machine.
class prober {
public:
    prober(int threads, double time, double largest)
        : begin_(seconds_now()), time_(time), team_(threads), largest_(largest) {
        found.threads = team_.size();
    }

    void measure() {
        measure_clock_and_peaks();
        measure_bandwidths();
        found.took = quantity_of<seconds>(seconds_now() - begin_);
    }

    host_probe found{};

private:
    struct rates {
        std::vector<double> one{}, all{};

        template <class Quantity>
        [[nodiscard]] probed_cores<Quantity> cores() const {
            return {probed_of<Quantity>(one), probed_of<Quantity>(all)};
        }
    };

    [[nodiscard]] double used() const { return (seconds_now() - begin_) / time_; }

    /// Steps of `work(steps)` that take about a burst, from `steps` on.
    template <class Work>
    [[nodiscard]] static std::int64_t steps_of_burst(const Work& work, std::int64_t steps = 64) {
        for (;; steps *= 2) {
            double least = burst_seconds;
            for (int i = 0; i < 3; ++i) {
                const double begin = seconds_now();
                pause();
                work(steps);
                least = std::min(least, seconds_now() - begin);
            }
            if (least > burst_seconds / 2) return steps;
        }
    }

    template <class Work>
    static void add_burst_on_one(rates& to, double amount, const Work& work) {
        pause();
        const double begin = seconds_now();
        work(0, 1);
        to.one.push_back(amount / (seconds_now() - begin));
    }

    /// `amount` is what each thread does.
    template <class Work>
    void add_burst_on_all(rates& to, double amount, const Work& work) {
        const int threads = team_.size();
        to.all.push_back(amount * threads / team_.run([&](int thread) { work(thread, threads); }));
    }

    // All loops in turn, so that a disturbance hits all of them alike.
    void measure_clock_and_peaks() {
        const std::vector<multiply_loop> loops = multiply_loops();
        std::vector<std::int64_t> steps;
        for (const multiply_loop& one : loops) steps.push_back(steps_of_burst(one.run));
        const bool has_clock = count_cycles(1);
        const std::int64_t cycles = has_clock ? steps_of_burst(&count_cycles) : 0;
        std::vector<rates> measured(loops.size());
        rates clock;
        for (int round = 0; round < 3 || (round < 40 && used() < 0.35); ++round) {
            const auto add = [&](rates& to, double amount, const auto& work) {
                add_burst_on_one(to, amount, work);
                add_burst_on_all(to, amount, work);
            };
            if (has_clock) add(clock, 16.0 * static_cast<double>(cycles), [&](int, int) { count_cycles(cycles); });
            for (std::size_t i = 0; i < loops.size(); ++i) {
                const double work = static_cast<double>(steps[i]) * loops[i].instructions * loops[i].operations;
                add(measured[i], work, [&](int, int) { loops[i].run(steps[i]); });
            }
        }
        for (std::size_t i = 0; i < loops.size(); ++i)
            found.loops.push_back(
                {loops[i].numbers, loops[i].instruction, loops[i].operations, measured[i].cores<ops_per_second>()});
        if (has_clock) found.clock = clock.cores<hertz>();
        for (probed<hertz>* const one : {&found.clock.one, &found.clock.all}) {
            if (!has_clock)
                one->best = one->median = unknown<hertz>;
            else
                one->best = one->best / static_cast<double>(one == &found.clock.all ? team_.size() : 1);
        }
    }

    [[nodiscard]] std::int64_t largest_working_set() const {
        constexpr double least = 3e7, most = 2147483648.0;
        if (is_known(quantity_of<bytes>(largest_))) return static_cast<std::int64_t>(std::clamp(largest_, 1e5, 1e15));
        double cached = 0;
        for (const host_cache& one : found.caches)
            cached += static_cast<double>(one.bytes) * std::max(1, team_.size() / one.threads_sharing);
        const double free = found.memory.available > 0 ? static_cast<double>(found.memory.available) : 1e9;
        return static_cast<std::int64_t>(std::max(least, std::min({std::max(4 * cached, 2.5e8), free / 4, most})));
    }

    struct working_set {
        std::int64_t size = 0;
        int bursts = 4;  ///< of each kind in one sweep
        std::vector<streamed_arrays::cursor> cursors{};
        std::int64_t elements = 0;  ///< of a burst
        rates triad{}, reading{};
    };

    // Main memory's arrays are never gone over again before all of them have been streamed.
    void measure_bandwidths() {
        streamed_arrays arrays(largest_working_set(), team_);
        std::vector<working_set> sets;
        const auto cursors = [&] {
            return std::vector<streamed_arrays::cursor>(static_cast<std::size_t>(team_.size()));
        };
        constexpr std::int64_t least_share = 8192, largest_cached = 64 << 20;
        for (std::int64_t size = 16384; size <= largest_cached && size < arrays.size() * 2 / 3; size *= 2)
            if (size / team_.size() >= least_share) sets.push_back({size, 4, cursors()});
        sets.push_back({arrays.size(), 12, cursors()});
        for (int sweep = 0; sweep < 8 && (sweep == 0 || used() < 0.9); ++sweep)
            for (working_set& one : sets) stream(arrays, one);
        for (const working_set& one : sets)
            found.streams.push_back({quantity_of<bytes>(static_cast<double>(one.size)),
                                     one.triad.cores<bytes_per_second>(), one.reading.cores<bytes_per_second>()});
    }

    void stream(streamed_arrays& arrays, working_set& set) {
        const auto triad = [this](double* a, double* b, double* c, std::int64_t count) { triad_(a, b, c, count); };
        const auto reading = [this](double* a, double* b, double* c, std::int64_t count) {
            for (const double* const from : {a, b, c}) read_(from, count);
        };
        stream(arrays, set, set.triad, triad);
        stream(arrays, set, set.reading, reading);
    }

    // What may be cached is gone over once before, so that it is.
    template <class Loop>
    void stream(streamed_arrays& arrays, working_set& set, rates& to, const Loop& loop) {
        const bool cacheable = set.size < arrays.size();
        const auto pass = [&](int thread, int threads, std::int64_t elements) {
            arrays.stream(set.size, thread, threads, set.cursors[static_cast<std::size_t>(thread)], elements, loop);
        };
        const auto whole = [&](int thread, int threads) { pass(thread, threads, arrays.share(set.size, threads)); };
        const auto burst = [&](int thread, int threads) { pass(thread, threads, set.elements); };
        if (set.elements == 0)
            set.elements = streamed_elements *
                           steps_of_burst([&](std::int64_t steps) { pass(0, 1, steps * streamed_elements); }, 2048);
        const double work = 24.0 * static_cast<double>(set.elements);
        if (cacheable) team_.run([&](int thread) { whole(thread, team_.size()); });
        for (int i = 0; i < set.bursts && (i == 0 || used() < 1); ++i) add_burst_on_all(to, work, burst);
        if (cacheable) whole(0, 1);
        for (int i = 0; i < set.bursts && (i == 0 || used() < 1); ++i) add_burst_on_one(to, work, burst);
    }

    double begin_;
    double time_;
    thread_team team_;
    double largest_;
    triad_loop triad_ = widest_triad();
    reading_loop read_ = widest_read();
};

}  // namespace qutibench::detail
