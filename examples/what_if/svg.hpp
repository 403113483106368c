// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A picture as SVG that reads on light and dark, without scripts, fonts or anything else from elsewhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace what_if {

/// A place in pixels, from the upper left.
struct place {
    double x = 0, y = 0;
};

/// What tells a series from others: a colour, then a shape, then the stroke of its line.
struct look {
    std::size_t colour = 0, shape = 0, dash = 0;

    static constexpr std::size_t colours = 8, shapes = 8, dashes = 4;
    /// Of the series of that number: 64 that differ in colour or shape.
    [[nodiscard]] static look of(std::size_t number) {
        return {number % colours, (number + number / colours) % shapes, number / colours % dashes};
    }
};

/// Pixels that a text of the usual size takes, about.
[[nodiscard]] double width_of_text(std::string_view text);

enum class anchor { start, middle, end };

/// How a text looks.
struct words {
    anchor at = anchor::start;
    bool muted = false, bold = false, turned = false;
};

/// An SVG document; what is added later is painted over what was added before.
class svg {
public:
    svg(double width, double height, std::string_view title);

    /// A line of the grid, or of the axes where it is strong.
    void rule(place from, place to, bool is_strong = false);
    /// A line through places; hovering says what it is.
    void line(const std::vector<place>& through, look as, std::string_view says = {}, double width = 2);
    void bar(place corner, double width, double height, look as, std::string_view says);
    /// A cell of a heat map: `share` from 0 to 1 is how dark it is.
    void cell(place corner, double width, double height, double share, std::string_view text, std::string_view says);
    /// A point: filled, or hollow.
    void point(place at, look as, bool is_hollow = false, std::string_view says = {}, double size = 5);
    void text(place at, std::string_view what, words as = {});

    [[nodiscard]] std::string finished() const;

private:
    std::string body_;
};

}  // namespace what_if
