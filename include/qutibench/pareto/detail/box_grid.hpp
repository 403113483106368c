// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The volume that a few rows leave of a box in four dimensions, by cells between their values.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>

namespace qutibench::detail {

/// Rows cover what is above them in all dimensions. In order of one of them, each lowers the heights up to which cells
/// between the values in two others are free. Loops are short and do not branch on values, which would be hard to
/// foresee. O(n^3) for n rows, of which most are at the low end of the box in some dimension.
class box_grid {
public:
    using row_type = std::array<double, 4>;

    static constexpr std::size_t most_rows = 48;

    /// What `rows` leave of the box from `low` to `high`. At most 48 rows, none below another one; each is at or above
    /// `low` and below `high` everywhere.
    double left(const row_type& low, const row_type& high, std::span<const row_type> rows) {
        take(low, high, rows);
        std::array<std::size_t, 4> axes{0, 1, 2, 3};  // from few values to many
        for (std::size_t i = 1; i < 4; ++i)
            for (std::size_t j = i; j > 0 && sides_[axes[j]].size < sides_[axes[j - 1]].size; --j)
                std::swap(axes[j], axes[j - 1]);
        for (std::size_t i = 0; i < 3; ++i) sides_[axes[i]].sort(rows_);
        return sweep(sides_[axes[0]], sides_[axes[1]], sides_[axes[2]], axes[3]);
    }

private:
    static constexpr std::size_t width = 4;  // loops over cells are whole multiples of it
    static constexpr std::size_t capacity = most_rows + 2 * width;
    using values = std::array<double, capacity>;
    using numbers = std::array<std::size_t, capacity>;

    static std::size_t padded(std::size_t count) { return (count + width - 1) / width * width; }

    /// The rows that are inside the box in a dimension, not at its low end.
    struct side {
        double low = 0, high = 0;
        std::size_t size = 0;
        values inside;
        numbers rows;
        numbers places;  ///< of all rows, in order; 0 at the low end
        numbers in_order;
        values gaps;  ///< above each place

        void sort(std::size_t all) {
            std::fill_n(inside.begin() + size, padded(size) - size, 0.0);
            values place;
            std::fill_n(place.begin(), padded(size), 1.0);
            for (std::size_t k = 0; k < size; ++k)
                for (std::size_t i = 0; i < padded(size); ++i) place[i] += inside[k] < inside[i] ? 1.0 : 0.0;
            std::fill_n(places.begin(), all, std::size_t{0});
            values edges;
            std::fill_n(edges.begin(), padded(size + 1) + 1, high);
            edges[0] = low;
            for (std::size_t i = 0; i < size; ++i) {
                auto at = static_cast<std::size_t>(place[i]);
                while (edges[at] == inside[i]) ++at;
                edges[at] = inside[i];
                places[rows[i]] = at;
                in_order[at] = rows[i];
            }
            for (std::size_t i = 0; i < padded(size + 1); ++i) gaps[i] = edges[i + 1] - edges[i];
        }
    };

    /// Rows inside in one dimension alone cut the box; the others are kept.
    void take(const row_type& low, const row_type& high, std::span<const row_type> rows) {
        for (std::size_t j = 0; j < 4; ++j) sides_[j].low = low[j], sides_[j].high = high[j], sides_[j].size = 0;
        rows_ = 0;
        for (const row_type& row : rows) {
            std::array<std::size_t, 4> inside;
            for (std::size_t j = 0; j < 4; ++j) inside[j] = row[j] > low[j] ? 1 : 0;
            const std::size_t is_kept = inside[0] + inside[1] + inside[2] + inside[3] > 1 ? 1 : 0;
            for (std::size_t j = 0; j < 4; ++j) {
                side& one = sides_[j];
                const std::array<double, 2> ends{one.high, row[j]};
                one.high = ends[inside[j] & (1 - is_kept)];
                one.inside[one.size] = row[j];
                one.rows[one.size] = rows_;
                one.size += inside[j] & is_kept;
            }
            kept_[rows_] = row;
            rows_ += is_kept;
        }
    }

    double sweep(const side& x, const side& y, const side& z, std::size_t up) {
        const double top = sides_[up].high - sides_[up].low;
        const std::size_t columns = padded(x.size + 1);
        for (std::size_t j = 0; j <= y.size; ++j) std::fill_n(heights_[j].begin(), columns, top);
        std::fill_n(areas_.begin(), columns, top * (y.high - y.low));
        std::fill_n(volumes_.begin(), columns, 0.0);
        for (std::size_t i = 0; i < rows_; ++i)
            if (z.places[i] == 0) lower(i, x, y, up);
        for (std::size_t k = 0;; lower(z.in_order[k], x, y, up)) {
            for (std::size_t i = 0; i < columns; ++i) volumes_[i] += z.gaps[k] * areas_[i];
            if (k++ == z.size) break;
        }
        double total = 0;
        for (std::size_t i = 0; i <= x.size; ++i) total += volumes_[i] * x.gaps[i];
        return total;
    }

    void lower(std::size_t row, const side& x, const side& y, std::size_t up) {
        const double height = kept_[row][up] - sides_[up].low;
        const std::size_t columns = padded(x.size + 1), from = x.places[row] / width * width;
        constexpr double none = std::numeric_limits<double>::infinity();
        values limit;
        for (std::size_t i = from; i < from + width; ++i) limit[i] = i < x.places[row] ? none : height;
        for (std::size_t i = from + width; i < columns; ++i) limit[i] = height;
        for (std::size_t j = y.places[row]; j <= y.size; ++j)
            for (std::size_t i = from; i < columns; ++i) {
                const double before = heights_[j][i];
                const double now = limit[i] < before ? limit[i] : before;
                heights_[j][i] = now;
                areas_[i] -= y.gaps[j] * (before - now);
            }
    }

    std::size_t rows_ = 0;
    std::array<row_type, capacity> kept_;
    std::array<side, 4> sides_;
    values areas_, volumes_;
    std::array<values, capacity> heights_;
};

}  // namespace qutibench::detail
