// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Volume of the space that rows dominate below a corner. Smaller is better; every row is below the corner everywhere.
#pragma once

#include <qutibench/pareto/detail/place_set.hpp>
#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace qutibench::detail {

template <std::size_t D>
class dominated_volume;

template <>
class dominated_volume<1> {
public:
    using row_type = std::array<double, 1>;

    explicit dominated_volume(std::size_t) {}

    static double measure(std::span<row_type> rows, const row_type& corner) {
        return rows.empty() ? 0.0 : corner[0] - (*std::min_element(rows.begin(), rows.end()))[0];
    }
};

/// O(n log n): strips between neighbours in order of the first dimension.
template <>
class dominated_volume<2> {
public:
    using row_type = std::array<double, 2>;

    explicit dominated_volume(std::size_t) {}

    static double measure(std::span<row_type> rows, const row_type& corner) {
        std::sort(rows.begin(), rows.end());
        double total = 0.0;
        double reached = corner[1];
        for (const row_type& row : rows) {
            if (row[1] >= reached) continue;
            total += (corner[0] - row[0]) * (reached - row[1]);
            reached = row[1];
        }
        return total;
    }
};

/// A staircase of corners in the plane, each at a place that orders it by its first coordinate.
class staircase {
public:
    explicit staircase(std::size_t capacity) : corners_(capacity) {}

    /// Empties it; corners are below `end`.
    void reset(std::size_t places, const std::array<double, 2>& end) {
        taken_.reset(places);
        end_ = end;
    }

    /// Area between the new corner and `end` that no corner covered before. O(log n) and the corners it hides, which
    /// leave.
    double add(std::size_t place, const std::array<double, 2>& corner) {
        const std::size_t left = taken_.before(place);
        double ceiling = left == place_set::none ? end_[1] : corners_[left][1];
        const double floor = corner[1];
        if (ceiling <= floor) return 0.0;
        double added = 0.0;
        double from = corner[0];
        std::size_t right = taken_.after(place);
        while (right != place_set::none && corners_[right][1] >= floor) {
            added += (corners_[right][0] - from) * (ceiling - floor);
            from = corners_[right][0];
            ceiling = corners_[right][1];
            taken_.erase(right);
            right = taken_.after(place);
        }
        const double to = right == place_set::none ? end_[0] : corners_[right][0];
        taken_.insert(place);
        corners_[place] = corner;
        return added + (to - from) * (ceiling - floor);
    }

private:
    place_set taken_;
    std::vector<std::array<double, 2>> corners_;
    std::array<double, 2> end_{};
};

/// O(n log n): rows in order of height change the area of a staircase (Beume, Fonseca, Lopez-Ibanez, Paquete,
/// Vahrenhold 2009, doi:10.1109/TEVC.2009.2015575).
template <>
class dominated_volume<3> {
public:
    using row_type = std::array<double, 3>;

    explicit dominated_volume(std::size_t capacity) : by_height_(capacity), stairs_(capacity) {}

    double measure(std::span<row_type> rows, const row_type& corner) {
        if (rows.empty()) return 0.0;
        std::sort(rows.begin(), rows.end());
        const auto order = std::span(by_height_).first(rows.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
        std::sort(order.begin(), order.end(), [rows](std::uint32_t a, std::uint32_t b) {
            return rows[a][2] != rows[b][2] ? rows[a][2] < rows[b][2] : a < b;
        });
        stairs_.reset(rows.size(), {corner[0], corner[1]});
        double total = 0.0;
        double area = 0.0;
        double height = rows[order[0]][2];
        for (const std::uint32_t place : order) {
            total += area * (rows[place][2] - height);
            height = rows[place][2];
            area += stairs_.add(place, {rows[place][0], rows[place][1]});
        }
        return total + area * (corner[2] - height);
    }

private:
    std::vector<std::uint32_t> by_height_;
    staircase stairs_;
};

/// O(n^2 log n): in order of the fourth dimension each row adds its height times the volume that it alone covers in the
/// other three, found by one sweep over the rows before it, which stay in order of the third (after Guerreiro, Fonseca
/// 2018, doi:10.1109/TEVC.2017.2729550).
template <>
class dominated_volume<4> {
public:
    using row_type = std::array<double, 4>;

    explicit dominated_volume(std::size_t capacity) : by_fourth_(capacity), stairs_(capacity) {
        layers_.reserve(capacity);
    }

    double measure(std::span<row_type> rows, const row_type& corner) {
        std::sort(rows.begin(), rows.end());
        const auto order = std::span(by_fourth_).first(rows.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
        std::sort(order.begin(), order.end(), [rows](std::uint32_t a, std::uint32_t b) {
            return rows[a][3] != rows[b][3] ? rows[a][3] < rows[b][3] : a < b;
        });
        layers_.clear();
        double total = 0.0;
        for (const std::uint32_t place : order) {
            const double own = alone(rows, rows[place], corner);
            if (own > 0.0) enter(rows, place);
            total += own * (corner[3] - rows[place][3]);
        }
        return total;
    }

private:
    /// Volume of the first three dimensions between `row` and `corner` that no layer covers.
    double alone(std::span<const row_type> rows, const row_type& row, const row_type& corner) {
        stairs_.reset(rows.size(), {corner[0], corner[1]});
        double open = (corner[0] - row[0]) * (corner[1] - row[1]);
        double height = row[2];
        double total = 0.0;
        for (const std::uint32_t layer : layers_) {
            const row_type& other = rows[layer];
            if (other[2] > height) {
                total += open * (other[2] - height);
                height = other[2];
            }
            const std::array<double, 2> shared{std::max(other[0], row[0]), std::max(other[1], row[1])};
            if (shared[0] == row[0] && shared[1] == row[1]) return total;
            open -= stairs_.add(layer, shared);
        }
        return total + std::max(open, 0.0) * (corner[2] - height);
    }

    /// Puts a row among the layers in order of the third dimension; those that it hides leave.
    void enter(std::span<const row_type> rows, std::uint32_t place) {
        const row_type& row = rows[place];
        std::erase_if(layers_, [&](std::uint32_t layer) { return no_worse<3>(row.data(), rows[layer].data()); });
        const auto above = std::upper_bound(layers_.begin(), layers_.end(), row[2],
                                            [rows](double value, auto layer) { return value < rows[layer][2]; });
        layers_.insert(above, place);
    }

    std::vector<std::uint32_t> by_fourth_;
    std::vector<std::uint32_t> layers_;  // rows taken so far, in order of the third dimension
    staircase stairs_;
};

/// Slices along the last dimension: each row adds its height times what its base covers beyond the bases of the better
/// rows, one dimension lower (the WFG recursion; While, Bradstreet, Barone 2012, doi:10.1109/TEVC.2010.2077298). Each
/// level sorts and filters at most n rows of the level above: O(n^(d-2) log n) at worst, far less on
/// fronts. Storage for all levels is taken once.
template <std::size_t D>
class dominated_volume {
public:
    using row_type = std::array<double, D>;

    explicit dominated_volume(std::size_t capacity) : base_(capacity), limited_(capacity) {}

    /// The rows are reordered.
    double measure(std::span<row_type> rows, const row_type& corner) {
        std::sort(rows.begin(), rows.end(), [](const row_type& a, const row_type& b) { return a[D - 1] < b[D - 1]; });
        base_row base_corner;
        std::copy_n(corner.begin(), D - 1, base_corner.begin());
        double total = 0.0;
        for (std::size_t k = 0; k < rows.size(); ++k) {
            double own = 1.0;
            for (std::size_t j = 0; j + 1 < D; ++j) own *= corner[j] - rows[k][j];
            bool covered = false;
            const std::size_t limits = limit(rows.first(k), rows[k], covered);
            if (covered) continue;
            const double shared = base_.measure(std::span(limited_).first(limits), base_corner);
            total += (corner[D - 1] - rows[k][D - 1]) * (own - shared);
        }
        return total;
    }

private:
    using base_row = std::array<double, D - 1>;

    /// The bases of `better`, each cut to what it shares with the base of `row`, the dominated ones left out. `covered`
    /// when one of them contains that base.
    std::size_t limit(std::span<const row_type> better, const row_type& row, bool& covered) {
        std::size_t count = 0;
        for (const row_type& other : better) {
            base_row shared;
            bool contains = true;
            for (std::size_t j = 0; j + 1 < D; ++j) {
                contains &= other[j] <= row[j];
                shared[j] = std::max(other[j], row[j]);
            }
            if (contains) {
                covered = true;
                return 0;
            }
            count = keep(shared, count);
        }
        return count;
    }

    /// Adds a row to the first `count` limited ones unless one of them is no worse; drops those that are no better.
    std::size_t keep(const base_row& row, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            if (no_worse<D - 1>(limited_[i].data(), row.data())) {
                std::swap(limited_[i], limited_[i / 2]);  // strong rows drift to the front
                return count;
            }
        }
        std::size_t kept = 0;
        for (std::size_t i = 0; i < count; ++i)
            if (!no_worse<D - 1>(row.data(), limited_[i].data())) limited_[kept++] = limited_[i];
        limited_[kept] = row;
        return kept + 1;
    }

    dominated_volume<D - 1> base_;
    std::vector<base_row> limited_;
};

}  // namespace qutibench::detail
