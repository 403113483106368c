// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/detail/agreed.hpp>

#include <cmath>
#include <limits>

using qutibench::detail::agreed;

TEST_CASE("agreed figures do not tell libraries apart that differ in the last digits") {
    for (double figure = 1e-12; figure < 1e12; figure *= 1.0834) {
        double other = figure;
        for (int i = 0; i < 20; ++i) other = std::nextafter(other, 2 * figure);
        CHECK(agreed(figure) == agreed(other));
        CHECK(agreed(-figure) == -agreed(figure));
        CHECK(agreed(agreed(figure)) == agreed(figure));
        CHECK(std::abs(agreed(figure) / figure - 1) <= 2.4e-10);
    }
    CHECK(agreed(0.1 + 0.2) == agreed(0.3));
    CHECK(agreed(1) == 1);
    CHECK(agreed(0) == 0);
    CHECK(std::isnan(agreed(std::numeric_limits<double>::quiet_NaN())));
    CHECK(agreed(std::numeric_limits<double>::infinity()) == std::numeric_limits<double>::infinity());
}
