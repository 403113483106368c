// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Splitting two sets of rows at the median of a column.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace qutibench::detail {

/// How a set of strong rows and a set of weak ones lie along a column, and the value that halves them.
class column_cut {
public:
    enum class relation {
        settled,  ///< no strong value exceeds a weak one
        apart,    ///< every strong value exceeds every weak one
        mixed     ///< neither: `below` is true for some rows and false for others
    };

    /// `value(id)` is the column's value, not NaN; neither set is empty. O(n).
    template <class Value>
    column_cut(std::span<const std::uint32_t> strong, std::span<const std::uint32_t> weak, const Value& value) {
        double low = std::numeric_limits<double>::infinity();  // of the strong
        double high = -std::numeric_limits<double>::infinity();
        double weak_low = low;
        double weak_high = high;
        for (const std::uint32_t id : strong) {
            low = std::min(low, value(id));
            high = std::max(high, value(id));
        }
        for (const std::uint32_t id : weak) {
            weak_low = std::min(weak_low, value(id));
            weak_high = std::max(weak_high, value(id));
        }
        if (high <= weak_low) return;
        if (low > weak_high) {
            kind_ = relation::apart;
            return;
        }
        kind_ = relation::mixed;
        std::vector<double> values;
        values.reserve(strong.size() + weak.size());
        for (const std::uint32_t id : strong) values.push_back(value(id));
        for (const std::uint32_t id : weak) values.push_back(value(id));
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), middle, values.end());
        median_ = *middle;
        inclusive_ = median_ < std::max(high, weak_high);
    }

    [[nodiscard]] relation kind() const noexcept { return kind_; }

    /// Which side of the cut a value is on; values equal to the median go below unless it is the largest of all.
    [[nodiscard]] bool below(double value) const noexcept { return inclusive_ ? value <= median_ : value < median_; }

private:
    relation kind_ = relation::settled;
    double median_ = 0.0;
    bool inclusive_ = false;
};

}  // namespace qutibench::detail
