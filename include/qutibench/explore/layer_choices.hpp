// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A choice in every layer, such as its bit width or pruning rate: the exact frontier over all combinations (3^54 for
/// three widths in ResNet-50), for objectives that add up over the layers or take the largest of them.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/explore/detail/choice_merge.hpp>
#include <qutibench/explore/detail/joining_order.hpp>
#include <qutibench/explore/detail/parallel.hpp>
#include <qutibench/pareto/front.hpp>

#include <algorithm>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>

namespace qutibench {

namespace detail {
template <class Progress>
class choice_search;
}

/// How the figures of the layers make that of the network.
enum class accumulation : unsigned char {
    sum,      ///< size, time layer by layer, energy, a loss that adds up
    largest,  ///< the slowest stage of a pipeline, the largest buffer; to maximise, the smallest
};

/// One way to run a layer: what it contributes to each objective.
struct layer_option {
    std::string label{};  ///< "int4"
    std::vector<double> figures{};
};

/// A layer and what can be chosen for it.
struct choosing_layer {
    std::string name{};
    std::vector<layer_option> options{};
};

/// What the combinations are judged by.
struct choice_objective {
    std::string name{};
    sense wanted = sense::minimize;
    accumulation over_layers = accumulation::sum;
    /// By how much, in the objective's unit, the front may miss a combination; 0: not at all.
    double resolution = 0;
};

/// The frontier over all combinations: each distinct row of figures once, with one combination that attains it.
class choice_front {
public:
    [[nodiscard]] std::size_t size() const noexcept { return objectives_ == 0 ? 0 : values_.size() / objectives_; }
    /// Row-major, one column for each objective, ascending by the first, then the second...
    [[nodiscard]] std::span<const double> points() const noexcept { return values_; }

    /// The option of each layer, by its number, in the combination of a row. O(layers). Throws invalid_argument past
    /// the last row.
    [[nodiscard]] std::vector<std::size_t> choices(std::size_t row) const {
        if (row >= size()) throw invalid_argument(detail::message({"a front of ", size(), " rows has no row ", row}));
        std::vector<std::size_t> chosen(joined_.size());
        for (auto layer = joined_.rbegin(); layer != joined_.rend(); ++layer) {
            const std::uint32_t step = layer->steps[row];
            chosen[layer->number] = step % layer->options;
            row = step / layer->options;
        }
        return chosen;
    }

private:
    template <class Progress>
    friend class detail::choice_search;

    struct joined_layer {
        std::size_t number, options;
        std::vector<std::uint32_t> steps;  // of each row: the one before times the options, plus the option
    };

    std::size_t objectives_ = 0;
    std::vector<double> values_;
    std::vector<joined_layer> joined_;  // in the order in which they were
};

namespace detail {

/// Figures of layers, and how and in which order they make those of a network; checks them.
class choice_sums {
public:
    choice_sums(std::span<const choosing_layer> layers, std::span<const choice_objective> objectives)
        : layers_(layers), objectives_(objectives) {
        std::vector<sense> senses;
        for (const choice_objective& one : objectives) senses.push_back(one.wanted);
        static_cast<void>(checked_rows({}, senses));
        if (layers.empty()) throw invalid_argument("there is no layer to choose for");
        for (const choosing_layer& layer : layers) {
            if (layer.options.empty()) throw invalid_argument("layer '" + layer.name + "' has no option");
            starts_.push_back(figures_.size());
            for (const layer_option& option : layer.options) {
                check(layer, option);
                figures_.insert(figures_.end(), option.figures.begin(), option.figures.end());
            }
        }
        order_ = joining_order(spans(), objectives.size());
    }

    /// Of the layers, as their figures are added.
    [[nodiscard]] const std::vector<std::size_t>& order() const { return order_; }

    [[nodiscard]] double joined(std::size_t objective, double before, double added) const {
        const choice_objective& one = objectives_[objective];
        if (one.over_layers == accumulation::sum) return before + added;
        return one.wanted == sense::minimize ? std::max(before, added) : std::min(before, added);
    }

    /// Of all options of a layer, row-major.
    [[nodiscard]] std::span<const double> figures(std::size_t layer) const {
        return std::span(figures_).subspan(starts_[layer], layers_[layer].options.size() * objectives_.size());
    }

    /// Figures of one combination.
    void add_up(std::span<const std::uint16_t> chosen, std::span<double> all) const {
        const std::size_t d = objectives_.size();
        bool is_first = true;
        for (const std::size_t i : order_) {
            if (chosen[i] >= layers_[i].options.size())
                throw invalid_argument(message({"layer '", layers_[i].name, "' has no option ", chosen[i]}));
            const double* const added = figures_.data() + starts_[i] + chosen[i] * d;
            for (std::size_t j = 0; j < d; ++j) all[j] = is_first ? added[j] : joined(j, all[j], added[j]);
            is_first = false;
        }
    }

private:
    void check(const choosing_layer& layer, const layer_option& option) const {
        const std::string where = "option '" + option.label + "' of layer '" + layer.name + "'";
        if (option.figures.size() != objectives_.size())
            throw invalid_argument(
                message({where, " has ", option.figures.size(), " figures for ", objectives_.size(), " objectives"}));
        for (const double one : option.figures)
            if (!std::isfinite(one))
                throw invalid_argument(where + " has a figure that is not finite; leave an impossible option out");
    }

    /// Half of how much the options of each layer differ in each objective, row-major.
    [[nodiscard]] std::vector<double> spans() const {
        std::vector<double> all;
        for (std::size_t i = 0; i < layers_.size(); ++i)
            for (std::size_t j = 0; j < objectives_.size(); ++j) {
                const auto [least, most] = std::minmax_element(
                    layers_[i].options.begin(), layers_[i].options.end(),
                    [j](const layer_option& a, const layer_option& b) { return a.figures[j] < b.figures[j]; });
                all.push_back(most->figures[j] / 2 - least->figures[j] / 2);  // the whole may be infinite
            }
        return all;
    }

    std::span<const choosing_layer> layers_;
    std::span<const choice_objective> objectives_;
    std::vector<double> figures_;      // of all options of all layers
    std::vector<std::size_t> starts_;  // where a layer's begin
    std::vector<std::size_t> order_;
};

/// Extends the front layer by layer.
template <class Progress>
class choice_search {
public:
    choice_search(std::span<const choosing_layer> layers, std::span<const choice_objective> objectives,
                  std::size_t max_rows, Progress progress)
        : layers_(layers), objectives_(objectives), sums_(layers, objectives), max_rows_(max_rows),
          progress_(std::move(progress)) {
        for (const choice_objective& one : objectives) senses_.push_back(one.wanted);
        check();
        for (const choice_objective& one : objectives)
            cells_.push_back(one.resolution / static_cast<double>(layers.size()));
    }

    [[nodiscard]] choice_front run(int threads) {
        front_.objectives_ = objectives_.size();
        in_arena(threads, [&] {
            for (const std::size_t layer : sums_.order()) {
                extend(layer);
                progress_(front_.joined_.size(), rows());
            }
        });
        if (merge_) front_.values_ = merge_->values();
        return std::move(front_);
    }

private:
    void check() const {
        if (max_rows_ < 1 || max_rows_ > 0xFFFFFFFFU) throw invalid_argument("a front may have 1 to 2^32 - 1 rows");
        for (const choice_objective& one : objectives_)
            if (!(one.resolution >= 0 && std::isfinite(one.resolution)))
                throw invalid_argument("the resolution of '" + one.name + "' must be finite and not negative");
    }

    /// Of the layers joined so far.
    [[nodiscard]] std::size_t rows() const { return front_.joined_.empty() ? 1 : front_.joined_.back().steps.size(); }

    // Every row of the front with every option of the layer; option varies fastest.
    [[nodiscard]] std::vector<double> candidates(std::size_t layer) const {
        const std::size_t d = objectives_.size();
        const std::span<const double> options = sums_.figures(layer);
        if (front_.joined_.empty()) return {options.begin(), options.end()};
        std::vector<double> table;
        table.reserve(rows() * options.size());
        for (std::size_t i = 0; i < rows(); ++i)
            for (std::size_t k = 0; k < options.size(); ++k)
                table.push_back(sums_.joined(k % d, front_.values_[i * d + k % d], options[k]));
        return table;
    }

    // The same with figures cut to whole cells where a resolution allows it: of rows that agree then, one is enough.
    [[nodiscard]] std::vector<double> cut(std::vector<double> table) const {
        const std::size_t d = objectives_.size();
        for (std::size_t i = 0; i < table.size(); ++i)
            if (cells_[i % d] > 0) table[i] = std::floor(table[i] / cells_[i % d]);
        return table;
    }

    void extend(std::size_t layer) {
        const std::size_t d = objectives_.size(), options = layers_[layer].options.size();
        if (rows() > (std::size_t{1} << 32U) / options)
            throw invalid_argument(message({rows(), " rows with the ", options, " options of layer '",
                                            layers_[layer].name, "' are more than 2^32"}));
        if (is_plain() && (d == 2 || d == 3)) return merge(layer);
        const std::vector<double> table = candidates(layer);
        const std::vector<double> judged = cut(table);
        std::vector<std::size_t> rows = pareto_front(judged, senses_);
        const auto compare = [d](const std::vector<double>& by, std::size_t a, std::size_t b) {
            return std::lexicographical_compare_three_way(&by[a * d], &by[a * d] + d, &by[b * d], &by[b * d] + d,
                                                          [](double x, double y) { return x <=> y; });
        };
        std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
            if (const auto order = compare(judged, a, b); std::is_neq(order)) return std::is_lt(order);
            if (const auto order = compare(table, a, b); std::is_neq(order)) return std::is_lt(order);
            return a < b;
        });
        const auto is_same = [&](std::size_t a, std::size_t b) { return std::is_eq(compare(judged, a, b)); };
        rows.erase(std::unique(rows.begin(), rows.end(), is_same), rows.end());
        keep(layer, table, rows);
    }

    void join(std::size_t layer, std::vector<std::uint32_t> steps) {
        front_.joined_.push_back({layer, layers_[layer].options.size(), std::move(steps)});
        if (rows() > max_rows_)
            throw invalid_argument(message({"the front has ", rows(), " rows after ", front_.joined_.size(), " of ",
                                            layers_.size(), " layers, more than ", max_rows_,
                                            "; give an objective a resolution, or layers fewer options"}));
    }

    /// Whether sums to minimise are asked for without a resolution: then rows stay in order and need no sorting.
    [[nodiscard]] bool is_plain() const {
        return !front_.joined_.empty() && std::all_of(objectives_.begin(), objectives_.end(), [](const auto& one) {
            return one.wanted == sense::minimize && one.over_layers == accumulation::sum && one.resolution == 0;
        });
    }

    void merge(std::size_t layer) {
        if (!merge_) merge_.emplace(front_.values_, objectives_.size());
        join(layer, merge_->extend(sums_.figures(layer)));
    }

    void keep(std::size_t layer, const std::vector<double>& table, const std::vector<std::size_t>& rows) {
        const std::size_t d = objectives_.size();
        std::vector<double> values;
        values.reserve(rows.size() * d);
        std::vector<std::uint32_t> steps;
        steps.reserve(rows.size());
        for (const std::size_t row : rows) {
            values.insert(values.end(), &table[row * d], &table[row * d] + d);
            steps.push_back(static_cast<std::uint32_t>(row));
        }
        front_.values_ = std::move(values);
        join(layer, std::move(steps));
    }

    std::span<const choosing_layer> layers_;
    std::span<const choice_objective> objectives_;
    choice_sums sums_;
    std::size_t max_rows_;
    Progress progress_;
    std::vector<sense> senses_;
    std::vector<double> cells_;
    choice_front front_;
    std::optional<choice_merge> merge_;  // has the rows from the second layer on
};

}  // namespace detail

/// Figures of given combinations, one after the other: an option's number for each layer in `chosen`, one figure for
/// each objective in `figures`, both row-major. The bits are those of `choose_for_layers`. O(layers objectives) each.
/// Throws invalid_argument without layers, options or objectives, for sizes that do not fit, for an option that a layer
/// lacks, and for figures that are not finite.
inline void evaluate_choices(std::span<const choosing_layer> layers, std::span<const choice_objective> objectives,
                             std::span<const std::uint16_t> chosen, std::span<double> figures) {
    const detail::choice_sums sums(layers, objectives);
    const std::size_t rows = chosen.size() / layers.size();
    if (chosen.size() % layers.size() != 0 || figures.size() != rows * objectives.size())
        throw invalid_argument(detail::message({chosen.size(), " choices and ", figures.size(), " figures do not fit ",
                                                layers.size(), " layers and ", objectives.size(), " objectives"}));
    for (std::size_t row = 0; row < rows; ++row)
        sums.add_up(chosen.subspan(row * layers.size(), layers.size()),
                    figures.subspan(row * objectives.size(), objectives.size()));
}

/// The frontier over every combination of one option for each layer, by dynamic programming: the front of the first
/// layers, joined with each option of the next, and of these the front. Exact without a resolution, because a
/// combination that begins with a dominated one is dominated or equalled itself. Layers are joined, and figures added,
/// in an order that keeps fronts short: which it is decides no more than the rounding of sums.
///
/// With resolutions each step cuts figures to 1 / layers of them. Then for every combination p the front has a row s
/// with, in each objective to minimise, s <= p + resolution, and to maximise s >= p - resolution, but for the rounding
/// of the sums. Every row is still attained by its combination.
///
/// m rows on the largest front, k options, d objectives: `pareto_front` of m k rows for each layer, or k lists that
/// merge for two or three sums to minimise without a resolution, memory for m k d figures and 4 m bytes for each layer.
/// `progress(layers done, rows)` is called after each layer and may throw. Up to 8 of `threads`, of which 0 means all,
/// share a layer of two or three such sums; no answer depends on how many. Throws invalid_argument without layers,
/// options or objectives, for figures that are not finite or not one for each objective, for more than `max_rows` rows
/// or, with the options of the next layer, 2^32, and for negative threads.
template <std::invocable<std::size_t, std::size_t> Progress>
[[nodiscard]] choice_front choose_for_layers(std::span<const choosing_layer> layers,
                                             std::span<const choice_objective> objectives, std::size_t max_rows,
                                             Progress progress, int threads = 0) {
    return detail::choice_search<Progress>(layers, objectives, max_rows, std::move(progress)).run(threads);
}

[[nodiscard]] inline choice_front choose_for_layers(std::span<const choosing_layer> layers,
                                                    std::span<const choice_objective> objectives,
                                                    std::size_t max_rows = std::size_t{1} << 20U, int threads = 0) {
    return choose_for_layers(layers, objectives, max_rows, [](std::size_t, std::size_t) {}, threads);
}

}  // namespace qutibench
