// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Answers about a design space that never hold it: its points stream by in chunks, each thread reduces its own, and
/// the parts merge. No answer depends on the chunks or the threads: fronts and counts are exact, and of equal values
/// the point of the lower number counts.
#pragma once

#include <qutibench/explore/detail/parallel.hpp>
#include <qutibench/explore/evaluate.hpp>
#include <qutibench/pareto/archive.hpp>

#include <cmath>
#include <memory>

namespace qutibench {

/// Points as they stream by: metrics as columns, NaN in all of them for a point that breaks a limit.
struct design_chunk {
    std::uint64_t first = 0;  ///< number of the first point; the others follow
    std::span<const std::span<const double>> columns{};

    [[nodiscard]] std::size_t size() const { return columns.empty() ? 0 : columns[0].size(); }
};

/// What satisfies it: copies of an empty one are handed to threads, `take` reduces a chunk, `merge` joins two.
template <class Reducer>
concept reducer = std::copyable<Reducer> && requires(Reducer one, const Reducer& other, const design_chunk& chunk) {
    one.take(chunk);
    one.merge(other);
};

/// A point and the value that it was chosen for.
struct chosen_point {
    double value = 0;
    std::uint64_t number = 0;

    friend bool operator==(const chosen_point&, const chosen_point&) = default;
};

namespace detail {

/// Whether `a` goes before `b`: better, or as good with a lower number.
[[nodiscard]] constexpr bool goes_before(const chosen_point& a, const chosen_point& b, sense wanted) {
    if (a.value != b.value) return wanted == sense::maximize ? a.value > b.value : a.value < b.value;
    return a.number < b.number;
}

}  // namespace detail

/// The exact frontier of all columns, one sense for each.
class frontier_reducer {
public:
    explicit frontier_reducer(std::span<const sense> senses) : archive_(senses) {}
    void take(const design_chunk& chunk) { archive_.collect_columns(chunk.columns, chunk.first); }
    void merge(const frontier_reducer& other) { archive_.merge(other.archive_); }
    [[nodiscard]] pareto_archive archive() const {
        pareto_archive all = archive_;
        all.settle();
        return all;
    }

private:
    pareto_archive archive_;
};

/// The best `count` points by one column, best first.
class best_reducer {
public:
    best_reducer(std::size_t column, sense wanted, std::size_t count)
        : column_(column), wanted_(wanted), count_(count) {
        if (count < 1) throw invalid_argument("at least one point must be asked for");
    }

    void take(const design_chunk& chunk) {
        const auto values = chunk.columns[column_];
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!(values[i] == values[i])) continue;
            if (points_.size() == count_ && (wanted_ == sense::maximize ? values[i] < worst() : values[i] > worst()))
                continue;
            insert({values[i], chunk.first + i});
        }
    }

    void merge(const best_reducer& other) {
        for (const chosen_point& one : other.points_) insert(one);
    }

    [[nodiscard]] const std::vector<chosen_point>& points() const { return points_; }

private:
    [[nodiscard]] double worst() const { return points_.back().value; }

    void insert(const chosen_point& one) {
        const auto before = [this](const chosen_point& a, const chosen_point& b) {
            return detail::goes_before(a, b, wanted_);
        };
        const auto at = std::upper_bound(points_.begin(), points_.end(), one, before);
        if (points_.size() == count_) {
            if (at == points_.end()) return;
            points_.pop_back();
        }
        points_.insert(at, one);
    }

    std::size_t column_;
    sense wanted_;
    std::size_t count_;
    std::vector<chosen_point> points_;
};

/// How many points fall between each two neighbouring edges, the lower edge included.
class histogram_reducer {
public:
    /// Throws invalid_argument unless there are at least two edges, ascending.
    histogram_reducer(std::size_t column, std::vector<double> edges)
        : column_(column), edges_(std::move(edges)), counts_(edges_.size() < 2 ? 0 : edges_.size() - 1) {
        if (edges_.size() < 2) throw invalid_argument("a histogram needs at least two edges");
        for (std::size_t i = 1; i < edges_.size(); ++i)
            if (!(edges_[i - 1] < edges_[i])) throw invalid_argument("the edges of a histogram must ascend");
    }

    void take(const design_chunk& chunk) {
        for (const double value : chunk.columns[column_]) {
            if (!(value == value))
                ++unknown_;
            else if (value < edges_.front())
                ++below_;
            else if (value >= edges_.back())
                ++above_;
            else
                ++counts_[static_cast<std::size_t>(std::upper_bound(edges_.begin(), edges_.end(), value) -
                                                   edges_.begin()) -
                          1];
        }
    }

    void merge(const histogram_reducer& other) {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        below_ += other.below_;
        above_ += other.above_;
        unknown_ += other.unknown_;
    }

    [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }
    [[nodiscard]] std::uint64_t below() const { return below_; }
    [[nodiscard]] std::uint64_t above() const { return above_; }
    /// Points without a value, or that break a limit.
    [[nodiscard]] std::uint64_t unknown() const { return unknown_; }

private:
    std::size_t column_;
    std::vector<double> edges_;
    std::vector<std::uint64_t> counts_;
    std::uint64_t below_ = 0;
    std::uint64_t above_ = 0;
    std::uint64_t unknown_ = 0;
};

/// The best point of each group by one column. `group_of(number)` returns the group of a point, and the number up to
/// which all points are of that group.
template <class GroupOf>
class group_reducer {
public:
    group_reducer(std::size_t column, sense wanted, std::size_t groups, GroupOf group_of)
        : column_(column), best_(groups, best_reducer(column, wanted, 1)),
          group_of_(std::make_shared<const GroupOf>(std::move(group_of))) {}

    void take(const design_chunk& chunk) {
        const auto values = chunk.columns[column_];
        for (std::size_t begin = 0; begin < values.size();) {
            const auto [group, until] = (*group_of_)(chunk.first + begin);
            const std::size_t end =
                static_cast<std::size_t>(std::min<std::uint64_t>(values.size(), until - chunk.first));
            part_.assign(chunk.columns.begin(), chunk.columns.end());
            for (auto& one : part_) one = one.subspan(begin, end - begin);
            best_[group].take({chunk.first + begin, part_});
            begin = end;
        }
    }

    void merge(const group_reducer& other) {
        for (std::size_t i = 0; i < best_.size(); ++i) best_[i].merge(other.best_[i]);
    }

    /// One for each group; without points where nothing is known of it.
    [[nodiscard]] const std::vector<best_reducer>& groups() const { return best_; }

private:
    std::size_t column_;
    std::vector<best_reducer> best_;
    std::shared_ptr<const GroupOf> group_of_;  // a pointer, since lambdas cannot be assigned
    std::vector<std::span<const double>> part_;
};

/// A bound that points must keep: low <= metric <= high. A metric that is not known keeps no bound.
struct design_limit {
    metric what = metric::latency;
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
};

/// What to stream: the metrics that reducers see as columns, the limits, and how many threads (0: all).
struct design_query {
    std::vector<metric> metrics{};
    std::vector<design_limit> limits{};
    int threads = 0;
};

namespace detail {

inline constexpr std::size_t chunk_points = 4096;

/// The least number of points that a thread takes at a time: few enough to share out, since points may be slow ones.
[[nodiscard]] inline std::uint64_t grain_of(std::uint64_t points) {
    return std::clamp<std::uint64_t>(points / (8 * threads_in_arena()), 64, 16 * chunk_points);
}

/// Evaluates chunks into memory of its own and hands them on.
class chunk_source {
public:
    chunk_source(const evaluator& of, const design_query& query) : of_(&of), query_(&query) {}

    template <reducer Reducer>
    void stream(std::uint64_t first, std::uint64_t last, Reducer& into) const {
        const std::size_t metrics = query_->metrics.size();
        const std::size_t columns = metrics + query_->limits.size();
        std::vector<double> values(columns * chunk_points);
        std::vector<metric_column> wanted(columns);
        std::vector<std::span<const double>> shown(metrics);
        for (std::size_t i = 0; i < columns; ++i)
            wanted[i] = {i < metrics ? query_->metrics[i] : query_->limits[i - metrics].what,
                         values.data() + i * chunk_points};
        for (std::uint64_t at = first; at < last;) {
            const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_points, last - at));
            of_->fill(at, size, wanted);
            for (std::size_t i = 0; i < query_->limits.size(); ++i)
                apply(query_->limits[i], values.data() + (metrics + i) * chunk_points, size, metrics, values.data());
            for (std::size_t i = 0; i < metrics; ++i) shown[i] = {values.data() + i * chunk_points, size};
            into.take({at, shown});
            at += size;
        }
    }

private:
    static void apply(const design_limit& limit, const double* bounded, std::size_t size, std::size_t metrics,
                      double* values) {
        for (std::size_t i = 0; i < size; ++i) {
            if (bounded[i] >= limit.low && bounded[i] <= limit.high) continue;
            for (std::size_t j = 0; j < metrics; ++j)
                values[j * chunk_points + i] = std::numeric_limits<double>::quiet_NaN();
        }
    }

    const evaluator* of_;
    const design_query* query_;
};

/// Merges parts pairwise, all pairs of a round at once: log2(parts) rounds. The parts are used up.
template <reducer Reducer>
[[nodiscard]] Reducer merge_parts(std::vector<Reducer> parts) {
    for (std::size_t apart = 1; apart < parts.size(); apart *= 2) {
        const std::size_t pairs = (parts.size() + apart - 1) / (2 * apart);
        for_each_index(pairs, [&parts, apart](std::size_t pair) {
            const std::size_t into = 2 * apart * pair;
            parts[into].merge(parts[into + apart]);
        });
    }
    return std::move(parts.front());
}

/// Reduces the points [first, last) of a source, whose `stream(first, last, reducer)` hands them on in chunks.
template <class Source, reducer Reducer>
[[nodiscard]] Reducer reduce_source(const Source& source, int threads, const Reducer& empty, std::uint64_t first,
                                    std::uint64_t last) {
    Reducer result = empty;
    if (threads == 1 || first == last) {
        source.stream(first, last, result);
        return result;
    }
    in_arena(threads, [&] {
        // One for each thread: what it has found goes on dropping points of all its ranges.
        for_each_thread<Reducer> own(empty);
        for_ranges(first, last, grain_of(last - first),
                   [&](std::uint64_t begin, std::uint64_t end) { source.stream(begin, end, own.local()); });
        result = merge_parts(own.taken());
    });
    return result;
}

}  // namespace detail

/// Reduces the points [first, last) of a space to what `empty` makes of them, in constant memory.
/// Throws invalid_argument without a metric, for a last point before the first and for a negative number of threads,
/// and as `evaluator::fill` does.
template <reducer Reducer>
[[nodiscard]] Reducer reduce(const evaluator& of, const design_query& query, const Reducer& empty, std::uint64_t first,
                             std::uint64_t last) {
    if (query.metrics.empty()) throw invalid_argument("at least one metric must be asked for");
    if (first > last) throw invalid_argument(detail::message({"no points lie between ", first, " and ", last}));
    return detail::reduce_source(detail::chunk_source(of, query), query.threads, empty, first, last);
}

/// Writes metrics of the points [first, first + count) to columns, on up to `threads` threads (0: all).
inline void fill_columns(const evaluator& of, std::uint64_t first, std::size_t count,
                         std::span<const metric_column> columns, int threads = 0) {
    const auto part = [&](std::size_t begin, std::size_t end) {
        std::vector<metric_column> shifted(columns.begin(), columns.end());
        for (metric_column& one : shifted) one.values += begin;
        of.fill(first + begin, end - begin, shifted);
    };
    if (threads == 1) return part(0, count);
    detail::in_arena(threads, [&] {
        detail::for_ranges(std::size_t{0}, count, static_cast<std::size_t>(detail::grain_of(count)), part);
    });
}

}  // namespace qutibench
