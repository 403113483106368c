// SPDX-License-Identifier: BSD-3-Clause
// Colours: M. Okabe, K. Ito, Color Universal Design, 2008, https://jfly.uni-koeln.de/color/.
#include "svg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace what_if {

namespace {

struct theme {
    std::string_view ground, ink, muted, grid;
    std::array<std::string_view, look::colours> series;
};

constexpr theme light{"#ffffff",
                      "#1f2328",
                      "#59636e",
                      "#e1e5ea",
                      {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#1f2328", "#8c959f"}};
constexpr theme dark{"#0d1117",
                     "#e6edf3",
                     "#9198a1",
                     "#30363d",
                     {"#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00", "#e6edf3", "#8c959f"}};

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    std::string digits = text;
    if (digits.ends_with(".0")) digits.resize(digits.size() - 2);
    return digits == "-0" ? "0" : digits;
}

std::string escaped(std::string_view text) {
    std::string all;
    for (const char one : text)
        all += one == '&'                             ? "&amp;"
               : one == '<'                           ? "&lt;"
               : one == '>'                           ? "&gt;"
               : one == '"'                           ? "&quot;"
               : static_cast<unsigned char>(one) < 32 ? "?"
                                                      : std::string(1, one);
    return all;
}

std::string styles(const theme& of) {
    const auto rule = [](std::string name, std::string_view property, std::string_view value) {
        return name.append("{").append(property).append(":").append(value).append("}");
    };
    std::string all = rule(".ground", "fill", of.ground) + rule("text", "fill", of.ink) +
                      rule(".muted", "fill", of.muted) + rule(".grid", "stroke", of.grid) +
                      rule(".axis", "stroke", of.muted) + rule(".dot", "stroke", of.ground);
    for (std::size_t i = 0; i < of.series.size(); ++i) {
        const std::string digit = std::to_string(i);
        all += rule(".s" + digit, "stroke", of.series[i]) + rule(".f" + digit, "fill", of.series[i]);
    }
    return all;
}

/// A closed path around the origin: a polygon or a star whose every second corner is at `inner` of the radius.
std::string polygon(place at, double radius, int corners, double turn, double inner = 1) {
    std::string path;
    for (int i = 0; i < corners; ++i) {
        const double angle = turn + 2 * std::numbers::pi * i / corners;
        const double r = i % 2 == 0 ? radius : radius * inner;
        path += (i == 0 ? "M" : "L") + number(at.x + r * std::sin(angle)) + " " + number(at.y - r * std::cos(angle));
    }
    return path + "Z";
}

std::string outline(place at, std::size_t shape, double r) {
    constexpr double pi = std::numbers::pi;
    switch (shape) {
        case 0:
            return "M" + number(at.x - r) + " " + number(at.y) + "a" + number(r) + " " + number(r) + " 0 1 0 " +
                   number(2 * r) + " 0a" + number(r) + " " + number(r) + " 0 1 0 " + number(-2 * r) + " 0Z";
        case 1:
            return polygon(at, r * 1.25, 4, pi / 4);
        case 2:
            return polygon(at, r * 1.35, 3, 0);
        case 3:
            return polygon(at, r * 1.3, 4, 0);
        case 4:
            return polygon(at, r * 1.35, 3, pi);
        case 5:
            return polygon(at, r * 1.5, 10, 0, 0.45);
        case 6:
            return polygon(at, r * 1.2, 6, 0);
        default:
            return polygon(at, r * 1.45, 8, pi / 4, 0.4);
    }
}

std::string hover(std::string_view says) {
    return says.empty() ? "/>" : "><title>" + escaped(says) + "</title></path>";
}

constexpr std::string_view dash_patterns[look::dashes] = {"", "7 3", "2 3", "9 3 2 3"};

}  // namespace

double width_of_text(std::string_view text) {
    const auto letters = std::count_if(text.begin(), text.end(), [](char one) { return (one & 0xC0) != 0x80; });
    return 6.7 * static_cast<double>(letters);
}

svg::svg(double width, double height, std::string_view title) {
    body_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(width) + "\" height=\"" + number(height) +
            "\" viewBox=\"0 0 " + number(width) + " " + number(height) + "\" role=\"img\">\n<title>" + escaped(title) +
            "</title>\n<style>text{font:12px Helvetica,Arial,'Liberation Sans',sans-serif}.bold{font-weight:bold;"
            "font-size:15px}path{fill:none}.dot{stroke-width:.8}" +
            styles(light) + "@media (prefers-color-scheme:dark){" + styles(dark) +
            "}</style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n";
}

void svg::rule(place from, place to, bool is_strong) {
    body_ += "<path class=\"" + std::string(is_strong ? "axis" : "grid") + "\" d=\"M" + number(from.x) + " " +
             number(from.y) + "L" + number(to.x) + " " + number(to.y) + "\"/>\n";
}

void svg::line(const std::vector<place>& through, look as, std::string_view says, double width) {
    std::string path;
    for (const place& one : through) path += (path.empty() ? "M" : "L") + number(one.x) + " " + number(one.y);
    const std::string_view dashes = dash_patterns[as.dash % look::dashes];
    body_ += "<path class=\"s" + std::to_string(as.colour) + "\" stroke-width=\"" + number(width) + "\"" +
             (dashes.empty() ? "" : " stroke-dasharray=\"" + std::string(dashes) + "\"") + " d=\"" + path + "\"" +
             hover(says) + "\n";
}

void svg::bar(place corner, double width, double height, look as, std::string_view says) {
    body_ += "<path class=\"f" + std::to_string(as.colour) + "\" d=\"M" + number(corner.x) + " " + number(corner.y) +
             "h" + number(width) + "v" + number(height) + "h" + number(-width) + "Z\"" + hover(says) + "\n";
}

void svg::cell(place corner, double width, double height, double share, std::string_view text, std::string_view says) {
    // From a light to a dark blue, the same in both themes, so that the ink on it can be chosen.
    const auto mixed = [share](int from, int to) { return static_cast<int>(std::lround(from + (to - from) * share)); };
    char colour[8];
    std::snprintf(colour, sizeof colour, "#%02x%02x%02x", mixed(0xe3, 0x08), mixed(0xee, 0x45), mixed(0xf9, 0x86));
    body_ += "<path style=\"fill:" + std::string(colour) + "\" d=\"M" + number(corner.x) + " " + number(corner.y) +
             "h" + number(width) + "v" + number(height) + "h" + number(-width) + "Z\"" + hover(says) + "\n";
    body_ += "<text text-anchor=\"middle\" style=\"fill:" + std::string(share > 0.5 ? "#ffffff" : "#1f2328") +
             "\" x=\"" + number(corner.x + width / 2) + "\" y=\"" + number(corner.y + height / 2 + 4) + "\">" +
             escaped(text) + "</text>\n";
}

void svg::point(place at, look as, bool is_hollow, std::string_view says, double size) {
    const std::string digit = std::to_string(as.colour);
    body_ += "<path class=\"" + (is_hollow ? "s" + digit : "dot f" + digit) + "\"" +
             (is_hollow ? " stroke-width=\"1.3\"" : "") + " d=\"" + outline(at, as.shape, size) + "\"" + hover(says) +
             "\n";
}

void svg::text(place at, std::string_view what, words as) {
    constexpr std::string_view names[] = {"start", "middle", "end"};
    body_ += "<text text-anchor=\"" + std::string(names[static_cast<std::size_t>(as.at)]) + "\"";
    if (as.muted || as.bold) body_ += std::string(" class=\"") + (as.bold ? "bold" : "muted") + "\"";
    if (as.turned)
        body_ += " transform=\"translate(" + number(at.x) + " " + number(at.y) + ") rotate(-90)\"";
    else
        body_ += " x=\"" + number(at.x) + "\" y=\"" + number(at.y) + "\"";
    body_ += ">" + escaped(what) + "</text>\n";
}

std::string svg::finished() const {
    return body_ + "</svg>\n";
}

}  // namespace what_if
