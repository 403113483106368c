// SPDX-License-Identifier: BSD-3-Clause
#include "axes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace what_if {

namespace {

constexpr double plane_left = 76, plane_top = 58, plane_below = 66, line_height = 19;

}  // namespace

scale scale::over(const std::vector<double>& values) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (*least > 0 && *most > 10 * *least) return log_over(values, 1.3);
    return *least >= 0 && *most > 0 ? scale{0, *most * 1.08, false} : around(values);
}

scale scale::around(const std::vector<double>& values) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (*least > 0 && *most > 10 * *least) return log_over(values, 1.3);
    const double room = std::max(*most - *least, std::fabs(*most) * 0.01 + 1e-12) * 0.08;
    return {*least - room, *most + room, false};
}

scale scale::log_over(const std::vector<double>& values, double room) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return {*least / room, *most * room, true};
}

double scale::at(double value) const {
    const double share = is_log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
    return begin + share * (end - begin);
}

std::vector<double> scale::ticks() const {
    std::vector<double> all;
    if (is_log) {
        const double decades = std::log10(high / low);
        const int step = std::max(1, static_cast<int>(decades / 8));
        for (int power = static_cast<int>(std::floor(std::log10(low))); std::pow(10, power) <= high; ++power)
            for (const double digit : {1.0, 2.0, 5.0}) {
                const double value = digit * std::pow(10, power);
                const bool is_wanted = digit == 1 ? power % step == 0 : decades < 2.5;
                if (is_wanted && value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) all.push_back(value);
            }
        return all;
    }
    const double rough = (high - low) / 6;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    double step = power;
    for (const double digit : {1.0, 2.0, 5.0, 10.0})
        if (digit * power <= rough * 1.5) step = digit * power;
    for (double value = std::ceil(low / step) * step; value <= high + step * 1e-9; value += step)
        all.push_back(std::fabs(value) < step * 1e-9 ? 0 : value);
    return all;
}

std::string si_text(double value) {
    constexpr struct {
        double worth;
        std::string_view letter;
    } prefixes[] = {{1e15, " P"}, {1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e3, " k"}};
    char text[32];
    for (const auto& [worth, letter] : prefixes) {
        if (std::fabs(value) < worth * 0.9995) continue;
        std::snprintf(text, sizeof text, "%.3g", value / worth);
        return std::string(text).append(letter);
    }
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

place legend_size(const std::vector<plane::entry>& legend) {
    double widest = 0;
    for (const plane::entry& one : legend) widest = std::max(widest, width_of_text(one.text));
    return {legend.empty() ? 20 : widest + 52, static_cast<double>(legend.size()) * line_height};
}

void draw_legend(svg& picture, place at, const std::vector<plane::entry>& legend) {
    for (const plane::entry& one : legend) {
        const bool is_heading = !one.has_line && !one.has_point;
        if (one.has_line) picture.line({{at.x, at.y - 4}, {at.x + 24, at.y - 4}}, one.as);
        if (one.has_point) picture.point({at.x + 12, at.y - 4}, one.as, one.is_hollow);
        picture.text({at.x + (is_heading ? 0 : 32), at.y}, one.text, {.muted = is_heading});
        at.y += line_height;
    }
}

plane::plane(axis across, axis up, const texts& said, const std::vector<entry>& legend)
    : across_(std::move(across)), up_(std::move(up)),
      picture_(plane_left + width + legend_size(legend).x + 24,
               std::max(plane_top + height + plane_below, plane_top + legend_size(legend).y + 30), said.title) {
    across_.values.begin = plane_left, across_.values.end = plane_left + width;
    up_.values.begin = plane_top + height, up_.values.end = plane_top;
    picture_.text({plane_left, 24}, said.title, {.bold = true});
    picture_.text({plane_left, 43}, said.subtitle, {.muted = true});
    picture_.text({plane_left, plane_top + height + 56}, said.note, {.muted = true});
    draw_axes();
    draw_legend(picture_, {plane_left + width + 20, plane_top + 12}, legend);
}

void plane::draw_axes() {
    for (const double value : across_.values.ticks()) {
        const double x = across_.values.at(value);
        picture_.rule({x, plane_top}, {x, plane_top + height});
        picture_.text({x, plane_top + height + 16}, si_text(value), {anchor::middle, true});
    }
    for (const double value : up_.values.ticks()) {
        const double y = up_.values.at(value);
        picture_.rule({plane_left, y}, {plane_left + width, y});
        picture_.text({plane_left - 8, y + 4}, si_text(value), {anchor::end, true});
    }
    picture_.rule({plane_left, plane_top + height}, {plane_left + width, plane_top + height}, true);
    picture_.rule({plane_left, plane_top}, {plane_left, plane_top + height}, true);
    picture_.text({plane_left + width / 2, plane_top + height + 36}, across_.title, {anchor::middle});
    picture_.text({18, plane_top + height / 2}, up_.title, {.at = anchor::middle, .turned = true});
}

bool plane::is_free(const box& wanted) const {
    if (wanted.left < plane_left || wanted.right > plane_left + width || wanted.top < plane_top ||
        wanted.bottom > plane_top + height)
        return false;
    return std::none_of(taken_.begin(), taken_.end(), [&](const box& one) {
        return wanted.left < one.right && wanted.right > one.left && wanted.top < one.bottom && wanted.bottom > one.top;
    });
}

void plane::occupy(place at, double radius) {
    taken_.push_back({at.x - radius, at.y - radius, at.x + radius, at.y + radius});
}

bool plane::label(place at, const std::string& text) {
    const double wide = width_of_text(text), gap = 9;
    for (const double dy : {4.0, -9.0, 17.0, -22.0, 30.0})
        for (const bool is_right : {true, false}) {
            const double start = is_right ? at.x + gap : at.x - gap - wide;
            const box wanted{start, at.y + dy - 11, start + wide, at.y + dy + 2};
            if (!is_free(wanted)) continue;
            taken_.push_back(wanted);
            picture_.text({is_right ? start : start + wide, at.y + dy}, text,
                          {is_right ? anchor::start : anchor::end, true});
            return true;
        }
    return false;
}

}  // namespace what_if
