// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Axes of pictures: linear or logarithmic scales with ticks that people read, labels that keep clear of each other.
#pragma once

#include "svg.hpp"

#include <string>
#include <vector>

namespace what_if {

/// Where values of an axis lie between two pixels.
struct scale {
    double low = 0, high = 1;
    bool is_log = false;
    double begin = 0, end = 1;  ///< pixels of `low` and `high`

    /// Covers values with some room: from zero, or logarithmically where they span more than a decade and none is zero.
    [[nodiscard]] static scale over(const std::vector<double>& values);
    /// Covers values with some room, whether or not that is near zero.
    [[nodiscard]] static scale around(const std::vector<double>& values);
    /// Covers values logarithmically, with the factor of room at both ends.
    [[nodiscard]] static scale log_over(const std::vector<double>& values, double room = 2);

    [[nodiscard]] double at(double value) const;
    /// Round values: powers of ten, or 1, 2 and 5 times them where there are few.
    [[nodiscard]] std::vector<double> ticks() const;
};

/// "4.6 T", "20 k", "0.5", "3e-05": three digits with an SI prefix from a thousand on.
[[nodiscard]] std::string si_text(double value);

/// A picture with two axes, a title above, a legend at the right and a note below.
class plane {
public:
    struct entry {
        std::string text;
        look as{};
        bool has_line = false, has_point = true, is_hollow = false;
    };
    struct axis {
        std::string title;
        scale values;
    };
    struct texts {
        std::string title, subtitle, note;
    };

    plane(axis across, axis up, const texts& said, const std::vector<entry>& legend);

    [[nodiscard]] place at(double x, double y) const { return {across_.values.at(x), up_.values.at(y)}; }
    [[nodiscard]] const scale& across() const { return across_.values; }
    [[nodiscard]] const scale& up() const { return up_.values; }
    svg& picture() { return picture_; }
    /// A text beside a point where it covers no other and leaves the plane nowhere; false where there is no such place.
    bool label(place at, const std::string& text);
    /// Keeps labels off a place.
    void occupy(place at, double radius);

    static constexpr double width = 620, height = 420;  ///< of the plane between the axes

private:
    struct box {
        double left, top, right, bottom;
    };

    void draw_axes();
    [[nodiscard]] bool is_free(const box& wanted) const;

    axis across_, up_;
    svg picture_;
    std::vector<box> taken_{};
};

/// Height and width that the legend of a plane takes.
[[nodiscard]] place legend_size(const std::vector<plane::entry>& legend);

/// Draws a legend below a place.
void draw_legend(svg& picture, place at, const std::vector<plane::entry>& legend);

}  // namespace what_if
