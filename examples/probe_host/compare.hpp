// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the probe's figures are held against: a matrix product by Eigen, and STREAM's triad as the compiler makes it.
#pragma once

#include <qutibench/hardware/probe.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <string>
#include <vector>

namespace comparison {

/// Operations or bytes per second of one core and of all.
struct compared {
    double one = 0;
    double all = 0;
};

/// `work(thread)` repeatedly for about `time` seconds, on one thread and on all; the best rates, of `amount` per
/// thread.
template <class Work>
compared best_rates(qutibench::detail::thread_team& team, double amount, double time, const Work& work) {
    compared best;
    const double begin = qutibench::detail::seconds_now();
    for (int turn = 0; turn < 3 || qutibench::detail::seconds_now() - begin < time; ++turn) {
        const double start = qutibench::detail::seconds_now();
        work(0);
        best.one = std::max(best.one, amount / (qutibench::detail::seconds_now() - start));
        best.all = std::max(best.all, amount * team.size() / team.run(work));
    }
    return best;
}

/// Products of square matrices, one for each thread.
template <class Number>
compared eigen_product(int threads, int size, double time) {
    using matrix = Eigen::Matrix<Number, Eigen::Dynamic, Eigen::Dynamic>;
    qutibench::detail::thread_team team(threads);
    const auto count = static_cast<std::size_t>(team.size());
    const std::vector<matrix> a(count, matrix::Random(size, size)), b(count, matrix::Random(size, size));
    std::vector<matrix> c(count, matrix::Zero(size, size));
    return best_rates(team, 2.0 * size * size * size, time, [&](int thread) {
        const auto i = static_cast<std::size_t>(thread);
        c[i].noalias() = a[i] * b[i];
    });
}

/// The triad over `size` bytes of arrays, in bursts like those of the probe, but as the compiler makes it.
inline compared compiled_triad(int threads, double size, double time) {
    using qutibench::detail::streamed_arrays;
    qutibench::detail::thread_team team(threads);
    streamed_arrays arrays(static_cast<std::int64_t>(size), team);
    std::vector<streamed_arrays::cursor> at(static_cast<std::size_t>(team.size()));
    constexpr std::int64_t elements = 1 << 20;
    return best_rates(team, 24.0 * elements, time, [&](int thread) {
        const auto triad = [](double* a, double* b, double* c, std::int64_t n) {
            qutibench::detail::triad_plain(a, b, c, n);
        };
        arrays.stream(arrays.size(), thread, team.size(), at[static_cast<std::size_t>(thread)], elements, triad);
    });
}

}  // namespace comparison
