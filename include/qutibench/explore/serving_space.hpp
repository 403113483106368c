// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Devices, layouts, precisions and loads of a language model's server, each with each, and the frontier of them.
#pragma once

#include <qutibench/explore/reducers.hpp>
#include <qutibench/language/goodput.hpp>

#include <set>

namespace qutibench {

/// Figures that servers are compared by.
enum class serving_metric : unsigned char {
    tokens_per_s_per_user,
    tokens_per_s_per_device,
    tokens_per_s,
    tokens_per_s_per_usd,
    time_to_first_token_s,
    time_per_output_token_s,
    request_s,
    energy_per_token_j,
    memory_bytes,
    devices,
};
template <>
inline constexpr enumeration<10> names_of<serving_metric>{
    "figure of a server",
    {"tokens_per_s_per_user", "tokens_per_s_per_device", "tokens_per_s", "tokens_per_s_per_usd",
     "time_to_first_token_s", "time_per_output_token_s", "request_s", "energy_per_token_j", "memory_bytes", "devices"}};

/// Rates are to be large, all else small.
[[nodiscard]] constexpr sense sense_of(serving_metric what) {
    return what <= serving_metric::tokens_per_s_per_usd ? sense::maximize : sense::minimize;
}

/// That figure of an answer; NaN when no source states what it takes.
[[nodiscard]] inline double value_of(const serving_outline& one, serving_metric what) {
    switch (what) {
        case serving_metric::tokens_per_s_per_user:
            return one.tokens_per_s_per_user;
        case serving_metric::tokens_per_s_per_device:
            return one.tokens_per_s_per_device;
        case serving_metric::tokens_per_s:
            return one.tokens_per_s;
        case serving_metric::tokens_per_s_per_usd:
            return one.tokens_per_s_per_usd;
        case serving_metric::time_to_first_token_s:
            return one.time_to_first_token_s;
        case serving_metric::time_per_output_token_s:
            return one.time_per_output_token_s;
        case serving_metric::request_s:
            return one.request_s;
        case serving_metric::energy_per_token_j:
            return one.energy_per_token_j;
        case serving_metric::memory_bytes:
            return one.memory.needed;
        default:
            return static_cast<double>(one.devices) + one.prefill_devices;
    }
}

/// What each server may be: every combination is one, under every load.
struct serving_axes {
    std::vector<std::shared_ptr<const platform>> platforms{};
    std::vector<language_layout> layouts{{}};
    std::vector<language_precision> precisions{};  ///< none: as the checkpoint holds it
    std::vector<double> concurrencies{1};          ///< requests in flight
    serving_question ask{};                        ///< all else that is asked
    serving_limits limits{};                       ///< a point that does not keep to them, or does not fit, is left out
};

/// One point, by its place on each axis.
struct serving_point {
    std::size_t platform = 0;
    std::size_t layout = 0;
    std::size_t precision = 0;
    std::size_t concurrency = 0;

    friend constexpr bool operator==(const serving_point&, const serving_point&) = default;
};

/// Every combination of some axes. What does not depend on the load is worked out once for each server; points then
/// cost a decode step each, and no allocation.
class serving_space {
public:
    /// Throws invalid_argument on an axis without entries and a limit that is not positive, and what `serving` throws.
    serving_space(const language_model& model, serving_axes axes) : axes_(std::move(axes)) {
        if (axes_.precisions.empty()) axes_.precisions = {model.stored};
        if (axes_.platforms.empty() || axes_.layouts.empty() || axes_.concurrencies.empty())
            throw invalid_argument("servers need at least one platform, one layout and one concurrency");
        check(axes_.limits);
        for (const double load : axes_.concurrencies) check(asked(load));
        for (const auto& device : axes_.platforms)
            for (const language_layout& layout : axes_.layouts)
                for (const language_precision& stored : axes_.precisions) {
                    const serving& added = servers_.emplace_back(model, *device, stored, layout);
                    prompts_.push_back(added.prompt_time(axes_.ask));
                }
    }

    [[nodiscard]] const serving_axes& axes() const { return axes_; }
    [[nodiscard]] std::uint64_t size() const { return servers_.size() * axes_.concurrencies.size(); }

    /// Loads vary fastest, then precisions, layouts and platforms. Throws invalid_argument past the last point.
    [[nodiscard]] serving_point point(std::uint64_t number) const {
        if (number >= size())
            throw invalid_argument(detail::message({"point ", number, " of ", size(), " does not exist"}));
        const auto next = [&](std::size_t extent) {
            const std::size_t at = static_cast<std::size_t>(number % extent);
            number /= extent;
            return at;
        };
        serving_point one;
        one.concurrency = next(axes_.concurrencies.size());
        one.precision = next(axes_.precisions.size());
        one.layout = next(axes_.layouts.size());
        one.platform = next(axes_.platforms.size());
        return one;
    }

    /// The whole answer at a point.
    [[nodiscard]] serving_estimate estimate(std::uint64_t number) const {
        const serving_point one = point(number);
        return servers_[number / axes_.concurrencies.size()](asked(axes_.concurrencies[one.concurrency]));
    }

    /// The question of a load.
    [[nodiscard]] serving_question asked(double concurrency) const {
        serving_question one = axes_.ask;
        one.concurrency = concurrency;
        return one;
    }

    /// Writes figures of the points [first, first + count) to columns; NaN in all of them for a point that breaks a
    /// limit or does not fit.
    void fill(std::uint64_t first, std::size_t count, std::span<const serving_metric> metrics,
              std::span<double* const> columns) const {
        const std::size_t loads = axes_.concurrencies.size();
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t server = static_cast<std::size_t>((first + i) / loads);
            const double load = axes_.concurrencies[static_cast<std::size_t>((first + i) % loads)];
            const serving_outline one = servers_[server].outline(asked(load), prompts_[server]);
            const bool holds = axes_.limits.hold(one);
            for (std::size_t j = 0; j < metrics.size(); ++j)
                columns[j][i] = holds ? value_of(one, metrics[j]) : std::numeric_limits<double>::quiet_NaN();
        }
    }

private:
    serving_axes axes_;
    std::vector<serving> servers_{};
    std::vector<pass_time> prompts_{};
};

namespace detail {

/// Hands points of a serving space on in chunks.
class serving_source {
public:
    serving_source(const serving_space& of, std::span<const serving_metric> metrics) : of_(&of), metrics_(metrics) {}

    template <reducer Reducer>
    void stream(std::uint64_t first, std::uint64_t last, Reducer& into) const {
        std::vector<double> values(metrics_.size() * chunk_points);
        std::vector<double*> columns(metrics_.size());
        std::vector<std::span<const double>> shown(metrics_.size());
        for (std::size_t j = 0; j < columns.size(); ++j) columns[j] = values.data() + j * chunk_points;
        for (std::uint64_t at = first; at < last;) {
            const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_points, last - at));
            of_->fill(at, size, metrics_, columns);
            for (std::size_t j = 0; j < columns.size(); ++j) shown[j] = {columns[j], size};
            into.take({at, shown});
            at += size;
        }
    }

private:
    const serving_space* of_;
    std::span<const serving_metric> metrics_;
};

}  // namespace detail

/// Reduces all points of a serving space, on up to `threads` threads (0: all), to what `empty` makes of them. Throws
/// invalid_argument without a metric.
template <reducer Reducer>
[[nodiscard]] Reducer reduce(const serving_space& of, std::span<const serving_metric> metrics, const Reducer& empty,
                             int threads = 0) {
    if (metrics.empty()) throw invalid_argument("at least one figure must be asked for");
    return detail::reduce_source(detail::serving_source(of, metrics), threads, empty, 0, of.size());
}

/// Numbers of the points that no other beats in all figures, ascending: the exact frontier; of points with equal
/// figures the first. A point whose figures no source states is not on it. Throws invalid_argument without a metric or
/// with more than 8.
[[nodiscard]] std::vector<std::uint64_t> serving_frontier(const serving_space& of,
                                                          std::span<const serving_metric> metrics, int threads = 0);

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE std::vector<std::uint64_t> serving_frontier(const serving_space& of,
                                                             std::span<const serving_metric> metrics, int threads) {
    if (metrics.empty()) throw invalid_argument("at least one figure must be asked for");
    std::vector<sense> senses;
    for (const serving_metric one : metrics) senses.push_back(sense_of(one));
    const pareto_archive front = reduce(of, metrics, frontier_reducer(senses), threads).archive();
    const std::vector<double> figures = front.points();
    const std::vector<std::uint64_t> all = front.numbers();
    std::set<std::vector<double>> seen;
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto row = figures.begin() + static_cast<std::ptrdiff_t>(i * metrics.size());
        if (seen.emplace(row, row + static_cast<std::ptrdiff_t>(metrics.size())).second) numbers.push_back(all[i]);
    }
    return numbers;
}

}  // namespace qutibench
#endif
