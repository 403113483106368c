// SPDX-License-Identifier: BSD-3-Clause
// Fronts, ranks, volumes and streams on two kinds of sets: uniform points, of which few are on the front, and points on
// the unit sphere, which all are.
#include <qutibench/pareto/pareto.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <vector>

namespace {

using qutibench::sense;

std::vector<double> uniform(std::size_t n, std::size_t d) {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> draw;
    std::vector<double> points(n * d);
    for (double& value : points) {
        value = draw(random);
    }
    return points;
}

std::vector<double> sphere(std::size_t n, std::size_t d) {
    std::mt19937_64 random(2);
    std::normal_distribution<double> draw;
    std::vector<double> points(n * d);
    for (std::size_t i = 0; i < n; ++i) {
        double square = 0.0;
        for (std::size_t j = 0; j < d; ++j) {
            points[i * d + j] = std::abs(draw(random));
            square += points[i * d + j] * points[i * d + j];
        }
        for (std::size_t j = 0; j < d; ++j) {
            points[i * d + j] /= std::sqrt(square);
        }
    }
    return points;
}

std::vector<sense> minimize(std::size_t d) {
    return std::vector<sense>(d, sense::minimize);
}

void run_front(benchmark::State& state, const std::vector<double>& points, std::size_t d) {
    const auto senses = minimize(d);
    const std::size_t n = points.size() / d;
    const auto mask = std::make_unique<bool[]>(n);
    for (auto step : state) {
        qutibench::pareto_mask(points, senses, {mask.get(), n});
        benchmark::DoNotOptimize(mask.get());
    }
    state.counters["front"] = static_cast<double>(std::count(mask.get(), mask.get() + n, true));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n));
}

// Arguments: objectives, points
void front_of_uniform(benchmark::State& state) {
    const auto d = static_cast<std::size_t>(state.range(0));
    run_front(state, uniform(static_cast<std::size_t>(state.range(1)), d), d);
}
BENCHMARK(front_of_uniform)
    ->Args({2, 3'000'000})
    ->Args({2, 10'000'000})
    ->Args({3, 1'000'000})
    ->Args({4, 1'000'000})
    ->Args({5, 1'000'000})
    ->Args({6, 100'000})
    ->Unit(benchmark::kMillisecond);

void front_of_sphere(benchmark::State& state) {
    const auto d = static_cast<std::size_t>(state.range(0));
    run_front(state, sphere(static_cast<std::size_t>(state.range(1)), d), d);
}
BENCHMARK(front_of_sphere)
    ->Args({2, 1'000'000})
    ->Args({3, 100'000})
    ->Args({4, 50'000})
    ->Args({4, 1'000'000})
    ->Args({5, 20'000})
    ->Args({6, 20'000})
    ->Unit(benchmark::kMillisecond);

// Arguments: objectives, rows a call
void archive_of_uniform(benchmark::State& state) {
    const auto d = static_cast<std::size_t>(state.range(0));
    const auto block = static_cast<std::size_t>(state.range(1));
    constexpr std::size_t n = 1'000'000;
    const auto points = uniform(n, d);
    for (auto step : state) {
        qutibench::pareto_archive archive(minimize(d));
        for (std::size_t at = 0; at < n; at += block) {
            const std::size_t rows = std::min(block, n - at);
            archive.insert(std::span(points).subspan(at * d, rows * d), at);
        }
        benchmark::DoNotOptimize(archive.size());
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(n));
}
BENCHMARK(archive_of_uniform)->ArgsProduct({{2, 3, 5}, {1, 1024, 65536}})->Unit(benchmark::kMillisecond);

void ranks_of_uniform(benchmark::State& state) {
    const auto d = static_cast<std::size_t>(state.range(0));
    const auto points = uniform(static_cast<std::size_t>(state.range(1)), d);
    const auto senses = minimize(d);
    for (auto step : state) {
        benchmark::DoNotOptimize(qutibench::pareto_ranks(points, senses));
    }
}
BENCHMARK(ranks_of_uniform)
    ->Args({2, 1'000'000})
    ->Args({3, 100'000})
    ->Args({4, 20'000})
    ->Args({6, 10'000})
    ->Unit(benchmark::kMillisecond);

void volume_of_sphere(benchmark::State& state) {
    const auto d = static_cast<std::size_t>(state.range(0));
    const auto points = sphere(static_cast<std::size_t>(state.range(1)), d);
    const auto senses = minimize(d);
    const std::vector<double> reference(d, 1.1);
    for (auto step : state) {
        benchmark::DoNotOptimize(qutibench::hypervolume(points, senses, reference));
    }
}
BENCHMARK(volume_of_sphere)
    ->Args({2, 100'000})
    ->Args({3, 100'000})
    ->Args({4, 3'000})
    ->Args({5, 300})
    ->Args({6, 100})
    ->Unit(benchmark::kMillisecond);

}  // namespace
