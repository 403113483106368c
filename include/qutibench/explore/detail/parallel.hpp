// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The loops that share work among threads: oneTBB's; where it is not there, or with QUTIBENCH_SERIAL defined, the
/// same names on one thread. No answer depends on which of the two runs.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#if !defined(QUTIBENCH_SERIAL) && !__has_include(<oneapi/tbb/parallel_for.h>)
#define QUTIBENCH_SERIAL
#endif

#if !defined(QUTIBENCH_SERIAL)
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <iterator>
#endif

namespace qutibench::detail {

/// Throws invalid_argument for a negative number of threads; 0 means all that there are.
inline void require_threads(int threads) {
    if (threads < 0) throw invalid_argument(message({"threads must be at least 1, or 0 for all, not ", threads}));
}

#if defined(QUTIBENCH_SERIAL)

/// Runs `body`, here on the thread that asks.
template <class Body>
void in_arena(int threads, const Body& body) {
    require_threads(threads);
    body();
}

/// How many threads share the work.
[[nodiscard]] inline std::uint64_t threads_in_arena() {
    return 1;
}

/// Calls `body(begin, end)` for ranges that cover [first, last).
template <class Index, class Body>
void for_ranges(Index first, Index last, Index, const Body& body) {
    if (first < last) body(first, last);
}

/// Calls `body(index)` for each index below `count`.
template <class Body>
void for_each_index(std::size_t count, const Body& body) {
    for (std::size_t index = 0; index < count; ++index) body(index);
}

/// A copy of a value for each thread that asks for its own.
template <class Value>
class for_each_thread {
public:
    explicit for_each_thread(const Value& empty) : only_(empty) {}
    [[nodiscard]] Value& local() { return only_; }
    [[nodiscard]] std::vector<Value> taken() {
        std::vector<Value> all;
        all.push_back(std::move(only_));
        return all;
    }

private:
    Value only_;
};

#else

/// Runs `body` where at most `threads` of them work, 0 meaning all that there are; more than these are never asked for.
template <class Body>
void in_arena(int threads, const Body& body) {
    require_threads(threads);
    const int available = tbb::info::default_concurrency();
    tbb::task_arena arena(threads > 0 ? std::min(threads, available) : available);
    arena.execute(body);
}

/// How many threads share the work.
[[nodiscard]] inline std::uint64_t threads_in_arena() {
    return static_cast<std::uint64_t>(tbb::this_task_arena::max_concurrency());
}

/// Calls `body(begin, end)` for ranges that cover [first, last), none cut below `grain`.
template <class Index, class Body>
void for_ranges(Index first, Index last, Index grain, const Body& body) {
    tbb::parallel_for(tbb::blocked_range<Index>(first, last, grain),
                      [&body](const auto& range) { body(range.begin(), range.end()); });
}

/// Calls `body(index)` for each index below `count`.
template <class Body>
void for_each_index(std::size_t count, const Body& body) {
    tbb::parallel_for(std::size_t{0}, count, body);
}

/// A copy of a value for each thread that asks for its own, in cache lines of its own.
template <class Value>
class for_each_thread {
public:
    explicit for_each_thread(const Value& empty) : own_(empty) {}
    [[nodiscard]] Value& local() { return own_.local(); }
    /// Those that were asked for; they are used up.
    [[nodiscard]] std::vector<Value> taken() {
        return {std::make_move_iterator(own_.begin()), std::make_move_iterator(own_.end())};
    }

private:
    tbb::enumerable_thread_specific<Value> own_;
};

#endif

}  // namespace qutibench::detail
