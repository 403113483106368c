// SPDX-License-Identifier: BSD-3-Clause
// Pictures of bars and cells.
#include "pictures.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace what_if {

namespace {

constexpr double bar_height = 15, bar_step = 21, bars_width = 480, head = 62;

struct bar_row {
    std::string name, value, says;
    double length = 0;
    look as{};
};

/// Horizontal bars from zero below a title, with a legend at the right and a note at the bottom.
std::string horizontal_bars(const std::vector<bar_row>& rows, const plane::texts& said,
                            const std::vector<plane::entry>& legend) {
    double left = 60, longest = 0;
    for (const bar_row& one : rows) {
        left = std::max(left, width_of_text(one.name) + 24);
        longest = std::max(longest, one.length);
    }
    const double below = head + static_cast<double>(rows.size()) * bar_step;
    svg picture(std::max(left + bars_width + 90 + legend_size(legend).x, 24 + width_of_text(said.title) * 1.3),
                std::max(below, head + legend_size(legend).y) + 40, said.title);
    picture.text({16, 24}, said.title, {.bold = true});
    picture.text({16, 43}, said.subtitle, {.muted = true});
    picture.rule({left, head - 6}, {left, below}, true);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bar_row& one = rows[i];
        const double top = head + static_cast<double>(i) * bar_step;
        const double width = longest > 0 ? one.length / longest * bars_width : 0;
        picture.text({left - 8, top + 12}, one.name, {anchor::end});
        picture.bar({left, top}, std::max(width, 0.5), bar_height, one.as, one.says);
        picture.text({left + width + 6, top + 12}, one.value, {.muted = true});
    }
    draw_legend(picture, {left + bars_width + 84, head + 10}, legend);
    picture.text({16, below + 26}, said.note, {.muted = true});
    return picture.finished();
}

}  // namespace

std::string bars_picture(answer_rows rows, const drawn_figure& of, const std::string& title) {
    const coordinates apart(rows);
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::erase_if(order, [&](std::size_t i) { return !std::isfinite(of.values[i]); });
    if (order.empty()) throw qutibench::invalid_argument("no row has '" + of.title + "'");
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return of.values[a] > of.values[b]; });
    numbering bounds;
    std::vector<bar_row> bars;
    std::vector<plane::entry> legend{{"bound by", {}, false, false}};
    for (const std::size_t i : order) {
        const std::string bound(to_string(rows[i].bound()));
        if (bounds.of(bound) + 1 == legend.size()) legend.push_back({bound, {bounds.of(bound), 1}});
        const std::string name = apart.name_of(rows[i]), value = si_text(of.values[i]);
        bars.push_back({name, value, name + ": " + value, of.values[i], {bounds.of(bound)}});
    }
    return horizontal_bars(
        bars, {title.empty() ? of.title : title, apart.shared(), note_of(rows, rows.size() - order.size())}, legend);
}

std::string layers_picture(const qutibench::explained_answer& of, const std::string& title) {
    if (of.kernels.empty())
        throw qutibench::invalid_argument("only totals of '" + of.of.network +
                                          "' are known, so it has no layers to draw");
    numbering bounds;
    std::vector<bar_row> bars;
    std::vector<plane::entry> legend{{"bound by", {}, false, false}};
    double all = 0;
    for (const qutibench::explained_kernel& one : of.kernels) all += one.figures.time;
    const qutibench::kernel_field& bound_field =
        *std::find_if(qutibench::kernel_fields.begin(), qutibench::kernel_fields.end(),
                      [](const auto& f) { return f.key == "bound"; });
    for (const qutibench::explained_kernel& one : of.kernels) {
        const std::string bound = bound_field.text_of(one);
        if (bounds.of(bound) + 1 == legend.size()) legend.push_back({bound, {bounds.of(bound), 1}});
        const std::string time = si_text(one.figures.time * 1e6) + " us";
        char share[16];
        std::snprintf(share, sizeof share, "%.1f", all > 0 ? one.figures.time / all * 100 : 0);
        bars.push_back({one.layer,
                        time,
                        one.layer + " (" + one.type + "): " + time + ", " + share + " %",
                        one.figures.time,
                        {bounds.of(bound)}});
    }
    const answer_rows row(&of.of, 1);
    return horizontal_bars(bars,
                           {title.empty() ? "Time of each layer: " + si_text(all * 1e3) + " ms in all" : title,
                            coordinates(row).shared(), note_of(row)},
                           legend);
}

std::string heatmap_picture(answer_rows rows, const drawn_figure& of, const std::string& title) {
    constexpr double wide = 78, high = 26;
    const coordinates apart(rows);
    numbering networks, devices;
    std::map<std::pair<std::size_t, std::size_t>, double> cells;
    double least = std::numeric_limits<double>::infinity(), most = -least;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t network =
            networks.of(rows[i].network + (rows[i].keep == 1 ? "" : " x " + si_text(rows[i].keep)));
        const std::size_t device = devices.of(apart.name_of(rows[i], {"network", "keep"}));
        const double value = of.values[i];
        if (!std::isfinite(value)) continue;
        const auto [at, is_new] = cells.try_emplace({device, network}, value);
        at->second = is_new ? value : std::max(at->second, value);
        least = std::min(least, value);
        most = std::max(most, value);
    }
    if (cells.empty()) throw qutibench::invalid_argument("no row has '" + of.title + "'");
    double left = 60, top = 70;
    for (const std::string& one : devices.names()) left = std::max(left, width_of_text(one) + 24);
    for (const std::string& one : networks.names()) top = std::max(top, 64 + width_of_text(one));
    const double below = top + high * static_cast<double>(devices.names().size());
    svg picture(std::max(left + wide * static_cast<double>(networks.names().size()) + 20, 420.0), below + 40, title);
    picture.text({16, 24}, title.empty() ? of.title : title, {.bold = true});
    picture.text({16, 43}, apart.shared(), {.muted = true});
    for (std::size_t i = 0; i < networks.names().size(); ++i)
        picture.text({left + wide * (static_cast<double>(i) + 0.5) + 4, top - 6}, networks.names()[i],
                     {.turned = true});
    for (std::size_t i = 0; i < devices.names().size(); ++i)
        picture.text({left - 8, top + high * (static_cast<double>(i) + 0.5) + 4}, devices.names()[i], {anchor::end});
    for (const auto& [at, value] : cells) {
        const bool is_log = least > 0 && most > 10 * least;
        const double share = most == least ? 0.5
                             : is_log      ? std::log(value / least) / std::log(most / least)
                                           : (value - least) / (most - least);
        picture.cell({left + wide * static_cast<double>(at.second), top + high * static_cast<double>(at.first)},
                     wide - 2, high - 2, share, si_text(value),
                     networks.names()[at.second] + ", " + devices.names()[at.first] + ": " + si_text(value));
    }
    picture.text({16, below + 24}, note_of(rows), {.muted = true});
    return picture.finished();
}

}  // namespace what_if
