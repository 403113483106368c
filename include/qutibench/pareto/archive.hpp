// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A front that grows as rows arrive, and merges with others: the frontier of a space that is never held at once.
#pragma once

#include <qutibench/error.hpp>
#include <qutibench/pareto/detail/front_stream.hpp>
#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace qutibench {

/// The exact front of every row inserted so far; each row has a number, such as its index in a design space.
///
/// After each call the archive holds exactly the non-dominated rows, whatever the sizes and the order of the parts: the
/// front of a union is the front of the fronts. Equal rows with different numbers are all kept; a row that comes again
/// under its old number (a range evaluated twice) counts once. Rows with a NaN are counted and left out. Memory: O(d m)
/// for a front of m rows, plus the survivors of one call. Not synchronised: one archive a thread, then `merge`.
class pareto_archive {
public:
    /// Throws invalid_argument for senses that are none or more than 8.
    explicit pareto_archive(std::span<const sense> senses)
        : senses_(senses.begin(), senses.end()), front_(make_front(senses)) {}

    /// Inserts a row-major table whose first row has this number and the others the following ones. O(d) a row for
    /// those that the filters drop; the s rows left cost O(d s m) when few, or else what `pareto_mask` does for s + m.
    /// Throws invalid_argument for values that do not fill rows; overflow_error for numbers beyond 64 bits.
    void insert(std::span<const double> points, std::uint64_t first_number) {
        const std::size_t rows = detail::checked_rows(points, senses_);
        check_numbers(rows, first_number);
        visit([&](auto& front) {
            front.offer(points.data(), rows, first_number);
            front.settle();
            front.order_by_number();
        });
    }

    /// Inserts rows with a number each, such as the `points` and `numbers` of another archive.
    /// Throws invalid_argument when there are not as many numbers as rows.
    void insert(std::span<const double> points, std::span<const std::uint64_t> numbers) {
        if (detail::checked_rows(points, senses_) != numbers.size()) {
            throw invalid_argument(std::to_string(numbers.size()) + " numbers do not fit " +
                                   std::to_string(points.size() / senses_.size()) + " rows");
        }
        visit([&](auto& front) {
            front.add(points.data(), numbers);
            front.order_by_number();
        });
    }

    /// Inserts rows whose objectives lie in a column each, all of one length.
    /// Throws invalid_argument when the columns are not one for each objective, or differ in length.
    void insert_columns(std::span<const std::span<const double>> columns, std::uint64_t first_number) {
        collect_columns(columns, first_number);
        settle();
    }

    /// As `insert_columns`, but rows that others beat may stay until `settle`, which should follow many such calls:
    /// then small parts cost no more than large ones, however many rows are equally good.
    void collect_columns(std::span<const std::span<const double>> columns, std::uint64_t first_number) {
        check_columns(columns);
        const std::size_t rows = columns[0].size();
        check_numbers(rows, first_number);
        visit([&](auto& front) {
            constexpr std::size_t d = std::decay_t<decltype(front)>::objectives;
            std::array<double, column_block * d> block;
            for (std::size_t at = 0; at < rows; at += column_block) {
                const std::size_t size = std::min(column_block, rows - at);
                for (std::size_t j = 0; j < d; ++j) {
                    const double* column = columns[j].data() + at;
                    for (std::size_t i = 0; i < size; ++i) block[i * d + j] = column[i];
                }
                front.offer(block.data(), size, first_number + at);
            }
        });
    }

    /// Makes this exactly the front again after `collect_columns`.
    void settle() {
        visit([](auto& front) {
            front.settle();
            front.order_by_number();
        });
    }

    /// Makes this the front of both archives' rows. Any order of merges gives the same archive. O(cost of `pareto_mask`
    /// for the rows of both fronts). Throws invalid_argument when the senses differ.
    void merge(const pareto_archive& other) {
        if (other.senses_ != senses_)
            throw invalid_argument("two archives merge when their objectives have the same senses in the same order");
        if (&other == this) return;
        visit([&](auto& front) {
            front.absorb(std::get<std::decay_t<decltype(front)>>(other.front_));
            front.order_by_number();
        });
    }

    [[nodiscard]] std::size_t size() const {
        return std::visit([](const auto& front) { return front.numbers().size(); }, front_);
    }

    [[nodiscard]] bool empty() const { return size() == 0; }

    [[nodiscard]] std::span<const sense> senses() const noexcept { return senses_; }

    /// Numbers of the front's rows, ascending.
    [[nodiscard]] std::vector<std::uint64_t> numbers() const {
        return std::visit(
            [](const auto& front) {
                return std::vector<std::uint64_t>(front.numbers().begin(), front.numbers().end());
            },
            front_);
    }

    /// The front's rows, row-major, in the order of `numbers`; a -0 that went in may come out as +0.
    [[nodiscard]] std::vector<double> points() const {
        return std::visit(
            [](const auto& front) {
                constexpr std::size_t d = std::decay_t<decltype(front)>::objectives;
                std::vector<double> rows(front.rows().begin(), front.rows().end());
                for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = front.turn().factor[i % d] * rows[i] + 0.0;
                return rows;
            },
            front_);
    }

    /// Number of rows with a NaN that were inserted, here or into archives merged in.
    [[nodiscard]] std::uint64_t nan_count() const {
        return std::visit([](const auto& front) { return front.nan_count(); }, front_);
    }

private:
    static constexpr std::size_t column_block = detail::dominator_filter<1>::block;

    using front_type = std::variant<detail::front_stream<1>, detail::front_stream<2>, detail::front_stream<3>,
                                    detail::front_stream<4>, detail::front_stream<5>, detail::front_stream<6>,
                                    detail::front_stream<7>, detail::front_stream<8>>;

    static front_type make_front(std::span<const sense> senses) {
        static_cast<void>(detail::checked_rows({}, senses));
        return detail::with_objectives(senses.size(), [senses](auto objectives) {
            return front_type(std::in_place_type<detail::front_stream<objectives()>>, senses);
        });
    }

    static void check_numbers(std::size_t rows, std::uint64_t first) {
        if (rows > 0 && first > std::numeric_limits<std::uint64_t>::max() - (rows - 1)) {
            throw overflow_error("row numbers from " + std::to_string(first) + " on do not fit 64 bits for " +
                                 std::to_string(rows) + " rows");
        }
    }

    void check_columns(std::span<const std::span<const double>> columns) const {
        if (columns.size() != senses_.size()) {
            throw invalid_argument(std::to_string(columns.size()) + " columns do not fit " +
                                   std::to_string(senses_.size()) + " objectives");
        }
        for (const auto& column : columns) {
            if (column.size() != columns[0].size()) {
                throw invalid_argument("columns of " + std::to_string(columns[0].size()) + " and " +
                                       std::to_string(column.size()) + " values do not make rows");
            }
        }
    }

    template <class Body>
    void visit(const Body& body) {
        std::visit(body, front_);
    }

    std::vector<sense> senses_;
    front_type front_;
};

}  // namespace qutibench
