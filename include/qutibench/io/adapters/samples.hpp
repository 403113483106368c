// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/detail/nearest.hpp>
#include <qutibench/error.hpp>
#include <qutibench/io/csv.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

namespace qutibench {

/// Statistics of a stream of times in memory that does not grow with it: exact up to 4096 samples, then percentiles
/// within 0.05 % from counts over logarithmic buckets (1024 per factor of two); the rest stays exact.
class sample_statistics {
public:
    /// Adds a time in seconds; throws invalid_argument unless it lies between a picosecond and thirty years.
    void add(double time) {
        if (!(time >= 1e-12 && time <= 1e9)) throw invalid_argument("a time must be positive and finite");
        ++count_;
        mean_ += (time - mean_) / static_cast<double>(count_);
        min_ = std::min(min_, time);
        max_ = std::max(max_, time);
        if (octaves_.empty() && samples_.size() < exact_samples) {
            samples_.push_back(time);
            return;
        }
        for (const double one : samples_) put(one);
        samples_ = {};
        put(time);
    }

    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] double mean() const { return mean_; }
    [[nodiscard]] double min() const { return min_; }
    [[nodiscard]] double max() const { return max_; }

    /// Interpolated between neighbours while exact (numpy's default), the nearest rank beyond. Needs a sample.
    [[nodiscard]] double percentile(double percent) const {
        const double rank = percent / 100 * static_cast<double>(count_ - 1);
        if (octaves_.empty()) {
            std::vector<double> sorted = samples_;
            std::sort(sorted.begin(), sorted.end());
            const auto below = static_cast<std::size_t>(rank);
            const std::size_t above = std::min(below + 1, sorted.size() - 1);
            return sorted[below] + (rank - static_cast<double>(below)) * (sorted[above] - sorted[below]);
        }
        auto left = static_cast<std::int64_t>(std::llround(rank));
        for (const octave& one : octaves_)
            for (std::size_t i = 0; i < buckets; ++i) {
                left -= one.counts[i];
                if (left >= 0) continue;
                const double middle = std::ldexp(1 + (static_cast<double>(i) + 0.5) / buckets, one.exponent);
                return std::clamp(middle, min_, max_);
            }
        return max_;
    }

    /// "mean", "median", "min", "max" or a percentile such as "p99.9"; throws unknown_name.
    [[nodiscard]] double named(std::string_view statistic) const {
        if (statistic == "mean") return mean_;
        if (statistic == "median") return percentile(50);
        if (statistic == "min") return min_;
        if (statistic == "max") return max_;
        double percent = 0;
        if (statistic.starts_with('p') && detail::parse_number(statistic.substr(1), percent) && percent >= 0 &&
            percent <= 100)
            return percentile(percent);
        constexpr std::string_view names[] = {"mean", "median", "min", "max", "p90", "p95", "p99"};
        throw unknown_name("statistic", statistic, detail::nearest_name(statistic, names));
    }

private:
    static constexpr std::size_t exact_samples = 4096;
    static constexpr std::size_t buckets = 1024;

    struct octave {
        int exponent;
        std::vector<std::int64_t> counts;
    };

    void put(double time) {
        const int exponent = std::ilogb(time);
        auto at = std::lower_bound(octaves_.begin(), octaves_.end(), exponent,
                                   [](const octave& one, int wanted) { return one.exponent < wanted; });
        if (at == octaves_.end() || at->exponent != exponent)
            at = octaves_.insert(at, {exponent, std::vector<std::int64_t>(buckets)});
        const double fraction = std::ldexp(time, -exponent) - 1;
        ++at->counts[std::min(static_cast<std::size_t>(fraction * buckets), buckets - 1)];
    }

    std::vector<double> samples_;
    std::vector<octave> octaves_;  // by exponent
    std::int64_t count_ = 0;
    double mean_ = 0;
    double min_ = std::numeric_limits<double>::infinity();
    double max_ = 0;
};

}  // namespace qutibench
