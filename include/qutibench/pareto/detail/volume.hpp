// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Volume of the space that rows dominate below a corner. Smaller is better; every row is below the corner everywhere.
#pragma once

#include <qutibench/pareto/detail/box_grid.hpp>
#include <qutibench/pareto/detail/limit_search.hpp>
#include <qutibench/pareto/detail/place_set.hpp>
#include <qutibench/pareto/detail/row_order.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace qutibench::detail {

template <std::size_t D>
[[nodiscard]] row_order lexicographic(std::span<const std::array<double, D>> rows) {
    return {rows.empty() ? nullptr : rows.front().data(), D, D, rows.size()};
}

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

    static double measure(std::span<const row_type> rows, const row_type& corner) {
        const row_order order = lexicographic<2>(rows);
        double total = 0.0;
        double reached = corner[1];
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const row_type& row = rows[order[i]];
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

    explicit dominated_volume(std::size_t capacity) : sorted_(capacity), stairs_(capacity) {}

    double measure(std::span<const row_type> rows, const row_type& corner) {
        if (rows.empty()) return 0.0;
        const row_order order = lexicographic<3>(rows);
        for (std::size_t i = 0; i < rows.size(); ++i) sorted_[i] = rows[order[i]];
        const row_order by_height(&sorted_[0][2], 3, 1, rows.size());
        stairs_.reset(rows.size(), {corner[0], corner[1]});
        double total = 0.0;
        double area = 0.0;
        double height = sorted_[by_height[0]][2];
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::size_t place = by_height[i];
            const auto& [x, y, z] = sorted_[place];
            total += area * (z - height);
            height = z;
            area += stairs_.add(place, {x, y});
        }
        return total + area * (corner[2] - height);
    }

private:
    std::vector<row_type> sorted_;
    staircase stairs_;
};

/// A staircase of the few corners that are left at a time, in order of their first coordinate.
class short_staircase {
public:
    void reset(const std::array<double, 2>& end) {
        corners_.clear();
        corners_.push_back({-std::numeric_limits<double>::infinity(), end[1]});
        corners_.push_back({end[0], -std::numeric_limits<double>::infinity()});
    }

    /// Area between the new corner and the end that no corner covered before. O(corners).
    double add(const std::array<double, 2>& corner) {
        std::size_t first = 1;
        while (corners_[first][0] < corner[0]) ++first;
        double ceiling = corners_[first - 1][1];
        if (ceiling <= corner[1]) return 0.0;
        double added = 0.0;
        double from = corner[0];
        std::size_t last = first;
        for (; corners_[last][1] >= corner[1]; ++last) {
            added += (corners_[last][0] - from) * (ceiling - corner[1]);
            from = corners_[last][0];
            ceiling = corners_[last][1];
        }
        added += (corners_[last][0] - from) * (ceiling - corner[1]);
        const auto at = corners_.begin() + static_cast<std::ptrdiff_t>(first);
        if (last == first) {
            corners_.insert(at, corner);
        } else {
            *at = corner;
            corners_.erase(at + 1, corners_.begin() + static_cast<std::ptrdiff_t>(last));
        }
        return added;
    }

private:
    std::vector<std::array<double, 2>> corners_;
};

/// O(n^2 c) with c the most corners of a staircase at a time, few on fronts and n at worst: in order of the fourth
/// dimension each row adds its height times the volume that it alone covers in the other three, found by one sweep over
/// the rows before it, which stay in order of the third (after Guerreiro, Fonseca 2018,
/// doi:10.1109/TEVC.2017.2729550).
template <>
class dominated_volume<4> {
public:
    using row_type = std::array<double, 4>;

    explicit dominated_volume(std::size_t capacity) { layers_.reserve(capacity); }

    /// The rows are reordered.
    double measure(std::span<row_type> rows, const row_type& corner) {
        std::sort(rows.begin(), rows.end(), [](const row_type& a, const row_type& b) { return a[3] < b[3]; });
        layers_.clear();
        hidden_ = 0;
        double total = 0.0;
        for (const row_type& one : rows) {
            const layer row{one[0], one[1], one[2]};
            stairs_.reset({corner[0], corner[1]});
            const std::optional<double> own = alone(row, corner);
            if (!own) continue;
            enter(row);
            total += *own * (corner[3] - one[3]);
        }
        return total;
    }

private:
    struct layer {
        double x, y, z;
    };

    /// What is still open above a row in the plane.
    struct opening {
        double right, top, area;
    };

    /// Volume of the first three dimensions between `row` and `corner` that no layer covers; none when they cover it
    /// all. Marks the layers that the row hides. Layers below the row come from the nearest on, since these hide most
    /// of the others.
    std::optional<double> alone(const layer& row, const row_type& corner) {
        opening open{corner[0], corner[1], (corner[0] - row.x) * (corner[1] - row.y)};
        above_ =
            static_cast<std::size_t>(std::upper_bound(layers_.begin(), layers_.end(), row.z,
                                                      [](double value, const layer& one) { return value < one.z; }) -
                                     layers_.begin());
        for (std::size_t i = above_; i-- > 0;)
            if (is_seen(layers_[i], open) && !limit(layers_[i], row, open)) return std::nullopt;
        double total = 0.0;
        double height = row.z;
        for (std::size_t i = above_; i < layers_.size(); ++i) {
            if (!is_seen(layers_[i], open)) continue;
            total += open.area * (layers_[i].z - height);
            height = layers_[i].z;
            if (!limit(layers_[i], row, open)) return total;
        }
        return total + std::max(open.area, 0.0) * (corner[2] - height);
    }

    [[nodiscard]] static bool is_seen(const layer& other, const opening& open) noexcept {
        return (other.x < open.right) & (other.y < open.top);  // not &&: what comes is hard to foresee
    }

    /// Takes what a layer covers from the opening; false when that is all.
    bool limit(layer& other, const layer& row, opening& open) {
        const std::array<double, 2> shared{std::max(other.x, row.x), std::max(other.y, row.y)};
        const bool is_left = shared[0] == row.x;
        const bool is_below = shared[1] == row.y;
        if (is_left && is_below) return false;
        open.area -= stairs_.add(shared);
        if (is_left) open.top = shared[1];
        if (is_below) open.right = shared[0];
        if (other.z >= row.z && shared[0] == other.x && shared[1] == other.y) {
            other.x = nowhere;
            ++hidden_;
        }
        return true;
    }

    /// Puts a row among the layers in order of the third dimension; hidden ones leave when they are many.
    void enter(const layer& row) {
        layers_.insert(layers_.begin() + static_cast<std::ptrdiff_t>(above_), row);
        if (4 * hidden_ <= layers_.size()) return;
        std::erase_if(layers_, [](const layer& one) { return one.x == nowhere; });
        hidden_ = 0;
    }

    static constexpr double nowhere = std::numeric_limits<double>::infinity();

    std::vector<layer> layers_;  // rows taken so far, in order of the third dimension; x is nowhere for a hidden one
    short_staircase stairs_;
    std::size_t hidden_ = 0;
    std::size_t above_ = 0;  // the first layer above the row at hand
};

/// What rows leave of a box, of which they are the limits.
template <std::size_t D>
class free_volume {
public:
    using row_type = std::array<double, D>;

    explicit free_volume(std::size_t capacity) : covered_(capacity) {}

    /// The limits are reordered.
    double measure(const row_type& low, const row_type& high, std::span<row_type> limits) {
        if (limits.size() <= 4) return included(low, high, limits);
        if constexpr (D == 4)
            if (limits.size() <= box_grid::most_rows) return grid_.left(low, high, limits);
        return box(low, high) - covered_.measure(limits, high);
    }

private:
    struct none {};

    static double box(const row_type& low, const row_type& high) {
        double product = 1.0;
        for (std::size_t j = 0; j < D; ++j) product *= high[j] - low[j];
        return product;
    }

    /// By inclusion and exclusion.
    static double included(const row_type& low, const row_type& high, std::span<const row_type> limits) {
        double total = box(low, high);
        for (std::size_t i = 0; i < limits.size(); ++i) {
            row_type shared;
            for (std::size_t j = 0; j < D; ++j) shared[j] = std::max(low[j], limits[i][j]);
            total -= included(shared, high, limits.subspan(i + 1));
        }
        return total;
    }

    dominated_volume<D> covered_;
    [[no_unique_address]] std::conditional_t<D == 4, box_grid, none> grid_;
};

/// Slices along the last dimension: each row adds its height times what the better rows leave of its base, one
/// dimension lower (the WFG recursion; While, Bradstreet, Barone 2012, doi:10.1109/TEVC.2010.2077298). O(n^(d-2) c) at
/// worst, far less on fronts, where few rows limit another one.
template <std::size_t D>
class dominated_volume {
public:
    using row_type = std::array<double, D>;

    explicit dominated_volume(std::size_t capacity) : base_(capacity) {}

    /// The rows are reordered.
    double measure(std::span<row_type> rows, const row_type& corner) {
        std::sort(rows.begin(), rows.end(), [](const row_type& a, const row_type& b) { return a[D - 1] < b[D - 1]; });
        search_.rank(std::span<const row_type>(rows));
        double total = 0.0;
        for (std::size_t k = 0; k < rows.size(); ++k) {
            if (!search_.enter(k)) continue;
            search_.values(limits_);
            total += (corner[D - 1] - rows[k][D - 1]) * base_.measure(base(rows[k]), base(corner), limits_);
        }
        return total;
    }

private:
    using base_row = std::array<double, D - 1>;

    static base_row base(const row_type& row) {
        base_row found;
        std::copy_n(row.begin(), D - 1, found.begin());
        return found;
    }

    free_volume<D - 1> base_;
    limit_search<D - 1> search_;
    std::vector<base_row> limits_;
};

}  // namespace qutibench::detail
