// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What each row of a front in three dimensions alone covers. Smaller is better; every row is below the corner.
#pragma once

#include <qutibench/pareto/detail/place_set.hpp>
#include <qutibench/pareto/detail/row_order.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace qutibench::detail {

/// The part of a plane that one corner of a staircase alone covers: the rectangle up to its neighbours, less what
/// hidden corners behind it cover; and its volume up to a height.
class lone_zone {
public:
    using point = std::array<double, 2>;

    explicit lone_zone(const point& corner) : corner_(corner) {}

    [[nodiscard]] const point& corner() const noexcept { return corner_; }

    /// Hides another corner, ascending in x.
    void hide(const lone_zone& other) { hidden_.push_back(other.corner_); }

    /// Gives it its neighbours, at a height.
    void open(double right, double top, double height) {
        right_ = right, top_ = top, height_ = height;
        double from = corner_[0], ceiling = top;
        for (const point& one : hidden_) {
            area_ += (one[0] - from) * (ceiling - corner_[1]);
            from = one[0], ceiling = one[1];
        }
        area_ += (right - from) * (ceiling - corner_[1]);
    }

    /// Takes [x, right) from it.
    void cut_right(double x) {
        for (; first_ < hidden_.size() && hidden_.back()[0] >= x; hidden_.pop_back()) {
            area_ -= (right_ - hidden_.back()[0]) * (hidden_.back()[1] - corner_[1]);
            right_ = hidden_.back()[0];
        }
        area_ -= (right_ - x) * ((first_ < hidden_.size() ? hidden_.back()[1] : top_) - corner_[1]);
        right_ = x;
    }

    /// Takes [y, top) from it.
    void cut_top(double y) {
        for (; first_ < hidden_.size() && hidden_[first_][1] >= y; ++first_) {
            area_ -= (top_ - hidden_[first_][1]) * (hidden_[first_][0] - corner_[0]);
            top_ = hidden_[first_][1];
        }
        area_ -= (top_ - y) * ((first_ < hidden_.size() ? hidden_[first_][0] : right_) - corner_[0]);
        top_ = y;
    }

    /// Volume alone covered up to a height, from where its area may change.
    double rise(double height) {
        volume_ += area_ * (height - height_);
        height_ = height;
        return volume_;
    }

private:
    point corner_;
    std::vector<point> hidden_{};  // a staircase from first_ on
    std::size_t first_ = 0;
    double right_ = 0, top_ = 0, area_ = 0, height_ = 0, volume_ = 0;
};

/// Volumes that each row of a front alone covers; rows are in lexicographic order. Rows in order of height enter a
/// staircase, and what they hide stays behind them. O(n log n) (after Emmerich, Fonseca 2011,
/// doi:10.1007/978-3-642-19893-9_9).
[[nodiscard]] inline std::vector<double> lone_volumes(std::span<const std::array<double, 3>> rows,
                                                      const std::array<double, 3>& corner) {
    std::vector<double> heights;  // last rows first: equal ones hide each other in this order
    heights.reserve(rows.size());
    std::vector<lone_zone> zones;
    zones.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        heights.push_back(rows[rows.size() - 1 - i][2]);
        zones.emplace_back(lone_zone::point{rows[i][0], rows[i][1]});
    }
    const row_order by_height(heights.data(), 1, 1, heights.size());
    place_set stairs;
    stairs.reset(rows.size());
    std::vector<double> own(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t place = rows.size() - 1 - by_height[i];
        lone_zone& added = zones[place];
        const auto& [x, y, z] = rows[place];
        std::size_t right = stairs.after(place);
        for (; right != place_set::none && zones[right].corner()[1] >= y; right = stairs.after(place)) {
            own[right] = zones[right].rise(z);
            added.hide(zones[right]);
            stairs.erase(right);
        }
        const std::size_t left = stairs.before(place);
        added.open(right == place_set::none ? corner[0] : zones[right].corner()[0],
                   left == place_set::none ? corner[1] : zones[left].corner()[1], z);
        for (const std::size_t next : {left, right})
            if (next != place_set::none) zones[next].rise(z);
        if (left != place_set::none) zones[left].cut_right(x);
        if (right != place_set::none) zones[right].cut_top(y);
        stairs.insert(place);
    }
    for (std::size_t i = stairs.before(rows.size()); i != place_set::none; i = stairs.before(i))
        own[i] = zones[i].rise(corner[2]);
    for (double& one : own) one = std::max(one, 0.0);
    return own;
}

}  // namespace qutibench::detail
