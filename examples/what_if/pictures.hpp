// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Pictures of answers, each an SVG document.
#pragma once

#include "axes.hpp"

#include <qutibench/ask/explained.hpp>

#include <map>
#include <span>
#include <string>
#include <vector>

namespace what_if {

using answer_rows = std::span<const qutibench::answer>;

/// Which coordinates tell rows apart, and which all of them share.
class coordinates {
public:
    explicit coordinates(answer_rows rows);

    /// What all rows share: "resnet50, int8, batch 1".
    [[nodiscard]] const std::string& shared() const { return shared_; }
    /// What tells a row from others, without the coordinates of some keys: "jetson_tx2:maxn, fp16".
    [[nodiscard]] std::string name_of(const qutibench::answer& row,
                                      const std::vector<std::string_view>& but = {}) const;

private:
    std::vector<const qutibench::answer_field*> varying_{};
    std::string shared_{};
};

/// Numbers for names in the order in which they appear.
class numbering {
public:
    std::size_t of(const std::string& name) {
        const auto [found, is_new] = numbers_.try_emplace(name, names_.size());
        if (is_new) names_.push_back(name);
        return found->second;
    }
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

private:
    std::map<std::string, std::size_t> numbers_{};
    std::vector<std::string> names_{};
};

/// A figure to draw: a field of answers, or an expression of them.
struct drawn_figure {
    std::string title;           ///< with its unit
    std::vector<double> values;  ///< for each row, in units that people use
};

/// The figure of that key or expression for each row; throws parse_error as `expression` does.
[[nodiscard]] drawn_figure figure_of(answer_rows rows, const std::string& text);

/// What a picture says below of its figures.
[[nodiscard]] std::string note_of(answer_rows rows, std::size_t left_out = 0);

/// Networks below the roofs of devices: attained operations per second by operational intensity.
[[nodiscard]] std::string roofline_picture(answer_rows rows, const std::string& title);

/// Rows by two figures, those on the front joined by its steps. `front` are numbers of rows.
[[nodiscard]] std::string frontier_picture(answer_rows rows, const drawn_figure& across, const drawn_figure& up,
                                           std::span<const std::size_t> front, const std::string& title);

/// A bar for each row, the largest first.
[[nodiscard]] std::string bars_picture(answer_rows rows, const drawn_figure& of, const std::string& title);

/// A bar for each kernel of an answer, as long as it takes, coloured by what bounds it.
[[nodiscard]] std::string layers_picture(const qutibench::explained_answer& of, const std::string& title);

/// A line for each combination over what varies along it: the batch, or another count.
[[nodiscard]] std::string curve_picture(answer_rows rows, const std::string& along, const drawn_figure& up,
                                        const std::string& title);

/// Networks by devices, each cell the best row of both.
[[nodiscard]] std::string heatmap_picture(answer_rows rows, const drawn_figure& of, const std::string& title);

}  // namespace what_if
