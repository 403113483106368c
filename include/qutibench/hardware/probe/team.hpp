// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Threads that start a piece of work together, and the statistics of repeating it.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

namespace qutibench {

/// A rate that was measured again and again, in short bursts: operations or bytes per second as a quantity.
template <class Quantity>
struct probed {
    Quantity best{};    ///< the highest of all bursts: what the hardware gives when nothing disturbs it
    Quantity median{};  ///< of all bursts
    double trend = 1;   ///< median of the last third of the bursts over that of the first: below 1 when it throttles
    int bursts = 0;

    /// Share by which the median falls short of the best: 0 on a quiet machine.
    [[nodiscard]] double spread() const { return 1 - median.value() / best.value(); }
};

namespace detail {

[[nodiscard]] inline double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

[[nodiscard]] inline double median_of(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Statistics of at least one rate, in the order of measurement.
template <class Quantity>
[[nodiscard]] probed<Quantity> probed_of(const std::vector<double>& rates) {
    probed<Quantity> result;
    result.best = Quantity::from_value(*std::max_element(rates.begin(), rates.end()));
    result.median = Quantity::from_value(median_of(rates));
    result.bursts = static_cast<int>(rates.size());
    const auto third = static_cast<std::ptrdiff_t>(rates.size() / 3);
    if (third > 0)
        result.trend =
            median_of({rates.end() - third, rates.end()}) / median_of({rates.begin(), rates.begin() + third});
    return result;
}

/// Numbers of the processors that the calling thread may use; empty where the system does not tell.
[[nodiscard]] inline std::vector<int> usable_processors() {
    std::vector<int> numbers;
#if defined(__linux__)
    cpu_set_t usable;
    CPU_ZERO(&usable);
    if (sched_getaffinity(0, sizeof usable, &usable) != 0) return numbers;
    for (int number = 0; number < CPU_SETSIZE; ++number)
        if (CPU_ISSET(static_cast<std::size_t>(number), &usable)) numbers.push_back(number);
#endif
    return numbers;
}

/// Keeps the calling thread on some processors, as far as the system lets it. Schedulers of busy machines otherwise let
/// two threads take turns on one processor while the others run something else.
inline void stay_on([[maybe_unused]] const std::vector<int>& processors) {
#if defined(__linux__)
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int number : processors) CPU_SET(static_cast<std::size_t>(number), &set);
    if (!processors.empty()) static_cast<void>(sched_setaffinity(0, sizeof set, &set));
#endif
}

#if defined(__GLIBCXX__) && !defined(_GLIBCXX_HAS_GTHREADS)

/// Where the standard library has no threads (mingw-w64's win32 ones), the caller alone.
class thread_team {
public:
    explicit thread_team(int) {}
    [[nodiscard]] static int size() { return 1; }

    /// Runs `work(0)`; how many seconds it took.
    template <class Work>
    static double run(const Work& work) {
        const double begin = seconds_now();
        work(0);
        return seconds_now() - begin;
    }
};

#else

/// Threads, each on a processor of its own and the caller's among them; the others sleep between two pieces of work.
class thread_team {
public:
    /// As many threads as asked for, or as the system gives.
    explicit thread_team(int threads) {
        stay_on(processor_of(0));
        try {
            for (int i = 1; i < threads; ++i) others_.emplace_back([this, i] { serve(i); });
        } catch (const std::system_error&) {
            // The ones there are will do.
        }
        times_.resize(others_.size() + 1);
    }
    thread_team(const thread_team&) = delete;
    thread_team& operator=(const thread_team&) = delete;
    ~thread_team() {
        work_ = nullptr;
        wake();
        for (std::thread& one : others_) one.join();
        stay_on(processors_);
    }

    [[nodiscard]] int size() const { return static_cast<int>(times_.size()); }

    /// Runs `work(thread)` in every thread at once; seconds from the first begin to the last end. `work` must not
    /// throw.
    template <class Work>
    double run(const Work& work) {
        work_ = [](const void* what, int thread) { (*static_cast<const Work*>(what))(thread); };
        what_ = &work;
        begun_ = finished_ = 0;
        wake();
        take_part(0);
        while (finished_.load() < size()) std::this_thread::yield();
        const auto first =
            std::min_element(times_.begin(), times_.end(), [](auto& x, auto& y) { return x.begin < y.begin; });
        const auto last =
            std::max_element(times_.begin(), times_.end(), [](auto& x, auto& y) { return x.end < y.end; });
        return last->end - first->begin;
    }

private:
    struct alignas(64) times {
        double begin = 0;
        double end = 0;
    };

    void wake() {
        round_.fetch_add(1);
        round_.notify_all();
    }

    [[nodiscard]] std::vector<int> processor_of(int thread) const {
        if (processors_.empty()) return {};
        return {processors_[static_cast<std::size_t>(thread) % processors_.size()]};
    }

    void serve(int thread) {
        stay_on(processor_of(thread));
        for (std::uint32_t seen = 0;; ++seen) {
            round_.wait(seen);
            if (work_ == nullptr) return;
            take_part(thread);
        }
    }

    // Waits awake for the others, so that all begin at once; those that share a core give way now and then.
    void take_part(int thread) {
        begun_.fetch_add(1);
        for (int turn = 1; begun_.load() < size(); ++turn)
            if (turn % 4096 == 0) std::this_thread::yield();
        times& own = times_[static_cast<std::size_t>(thread)];
        own.begin = seconds_now();
        work_(what_, thread);
        own.end = seconds_now();
        finished_.fetch_add(1);
    }

    std::vector<int> processors_ = usable_processors();
    std::vector<times> times_{};
    void (*work_)(const void* what, int thread) = nullptr;
    const void* what_ = nullptr;
    std::atomic<std::uint32_t> round_ = 0;
    std::atomic<int> begun_ = 0, finished_ = 0;
    std::vector<std::thread> others_{};
};

#endif

}  // namespace detail

}  // namespace qutibench
