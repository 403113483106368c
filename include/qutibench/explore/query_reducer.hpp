// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Expressions on a design space that is never held: objectives and constraints are computed chunk by chunk from the
/// metrics that they name.
#pragma once

#include <qutibench/explore/constraints.hpp>
#include <qutibench/explore/reducers.hpp>

namespace qutibench {

/// The names that expressions on a design space may use, in the order of `metric`.
[[nodiscard]] inline std::vector<std::string> metric_names() {
    return {names_of<metric>.names.begin(), names_of<metric>.names.end()};
}

/// A query on the metrics of a design space; throws as `frontier_query` does.
[[nodiscard]] inline frontier_query query_of_metrics(std::span<const std::string> maximize,
                                                     std::span<const std::string> minimize,
                                                     std::span<const std::string> constrain = {}) {
    return {maximize, minimize, constrain, metric_names()};
}

/// Hands the objectives of a query to another reducer, one column for each; NaN where a constraint is not satisfied.
/// Its chunks have the metrics of `metrics()`, in that order.
template <reducer Inner>
class query_reducer {
public:
    /// The query is one of `query_of_metrics` and must outlive the reducer.
    query_reducer(const frontier_query& query, Inner inner) : query_(&query), inner_(std::move(inner)) {}

    /// The metrics to stream.
    [[nodiscard]] std::vector<metric> metrics() const {
        std::vector<metric> used;
        for (const std::size_t column : query_->columns()) used.push_back(static_cast<metric>(column));
        return used;
    }

    void take(const design_chunk& chunk) {
        const std::size_t count = query_->objectives().size();
        std::vector<std::span<const double>> columns(metric_fields.size());
        for (std::size_t i = 0; i < query_->columns().size(); ++i) columns[query_->columns()[i]] = chunk.columns[i];
        values_.resize(count * chunk.size());
        std::vector<std::span<double>> out(count);
        for (std::size_t j = 0; j < count; ++j) out[j] = std::span(values_).subspan(j * chunk.size(), chunk.size());
        query_->evaluate(columns, out);
        const std::vector<std::span<const double>> shown(out.begin(), out.end());
        inner_.take({chunk.first, shown});
    }

    void merge(const query_reducer& other) { inner_.merge(other.inner_); }
    [[nodiscard]] const Inner& inner() const { return inner_; }

private:
    const frontier_query* query_;
    Inner inner_;
    std::vector<double> values_;
};

/// The exact frontier of a whole design space by a query on its metrics, in constant memory, on up to `threads` threads
/// (0: all). Numbers in the archive are those of the points. Throws invalid_argument when no expression names a metric,
/// and as `reduce` does.
[[nodiscard]] inline pareto_archive frontier(const design_space& space, const evaluator& of,
                                             const frontier_query& query, int threads = 0) {
    const query_reducer<frontier_reducer> empty(query, frontier_reducer(query.senses()));
    return reduce(of, {empty.metrics(), {}, threads}, empty, 0, space.size()).inner().archive();
}

}  // namespace qutibench
