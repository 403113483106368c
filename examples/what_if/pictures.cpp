// SPDX-License-Identifier: BSD-3-Clause
// What pictures have in common, and those with axes.
#include "pictures.hpp"

#include "output.hpp"

#include <qutibench/ask/frontier.hpp>

#include <algorithm>
#include <cmath>

namespace what_if {

namespace {

/// A coordinate as people read it: ids as they are, numbers with their name.
std::string coordinate_text(const qutibench::answer_field& field, const qutibench::answer& row) {
    if (field.text_of != nullptr) return field.text_of(row);
    return field.name_for_people() + " " + readable(field.value_of(row), 1);
}

std::string joined(const std::vector<const qutibench::answer_field*>& fields, const qutibench::answer& row) {
    std::string all;
    for (const qutibench::answer_field* one : fields) {
        const std::string text = coordinate_text(*one, row);
        if (text.empty()) continue;
        all += (all.empty() ? "" : one->key == "mode" && all.ends_with(row.device->id()) ? ":" : ", ") + text;
    }
    return all;
}

bool is_usual(const qutibench::answer_field& field, answer_rows rows) {
    return field.applies != nullptr && std::none_of(rows.begin(), rows.end(), field.applies);
}

/// A figure with its unit: "596 inputs/s".
std::string with_unit(double value, const std::string& title) {
    const std::size_t open = title.find('[');
    return si_text(value) + (open == std::string::npos ? "" : " " + title.substr(open + 1, title.find(']') - open - 1));
}

}  // namespace

coordinates::coordinates(answer_rows rows) {
    std::vector<const qutibench::answer_field*> same;
    for (const qutibench::answer_field& one : qutibench::answer_fields) {
        if (one.role != qutibench::field_role::coordinate || is_usual(one, rows) || rows.empty()) continue;
        const std::string first = coordinate_text(one, rows.front());
        const bool varies = std::any_of(
            rows.begin(), rows.end(), [&](const qutibench::answer& row) { return coordinate_text(one, row) != first; });
        if (varies)
            varying_.push_back(&one);
        else if (one.key != "keep" || rows.front().keep != 1)
            same.push_back(&one);
    }
    if (!rows.empty()) shared_ = joined(same, rows.front());
    // A mode belongs to its device, whichever of the two varies.
    std::stable_sort(varying_.begin(), varying_.end(),
                     [](auto* a, auto* b) { return a->key == "network" && b->key != "network"; });
}

std::string coordinates::name_of(const qutibench::answer& row, const std::vector<std::string_view>& but) const {
    std::vector<const qutibench::answer_field*> fields;
    for (const qutibench::answer_field* one : varying_)
        if (std::find(but.begin(), but.end(), one->key) == but.end()) fields.push_back(one);
    return joined(fields, row);
}

drawn_figure figure_of(answer_rows rows, const std::string& text) {
    drawn_figure all{text, std::vector<double>(rows.size())};
    const qutibench::answer_columns columns(rows);
    qutibench::expression(text, columns.names(), columns.texts()).evaluate(columns.spans(), all.values);
    for (const qutibench::answer_field& one : qutibench::answer_fields) {
        if (one.key != text) continue;
        all.title = one.heading_with_unit();
        for (double& value : all.values) value /= one.scale;
    }
    return all;
}

std::string note_of(answer_rows rows, std::size_t left_out) {
    const bool is_fit = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.fitted.has_value(); });
    std::string note = is_fit ? "By a fit to measurements." : "Predicted bounds, not measurements.";
    if (left_out > 0)
        note += " " + std::to_string(left_out) + (left_out == 1 ? " row is" : " rows are") + " not drawn: not known.";
    return note;
}

std::string roofline_picture(answer_rows rows, const std::string& title) {
    struct roof {
        double peak, bandwidth;
    };
    const coordinates apart(rows);
    numbering roofs, networks;
    std::vector<roof> figures;
    std::vector<double> intensities, rates;
    std::size_t unknown = 0;
    const auto roof_of = [](const qutibench::answer& row) {
        const std::string& mode = row.device->mode().name;
        return row.device->id() + (mode.empty() ? "" : ":" + mode) + ", " + to_string(row.how.datatype);
    };
    for (const qutibench::answer& row : rows) {
        const double peak = row.prediction.peak().value(), bandwidth = row.prediction.bandwidth().value();
        const double intensity = row.prediction.operational_intensity().value();
        if (roofs.of(roof_of(row)) == figures.size()) {
            figures.push_back({peak, bandwidth});
            rates.push_back(peak);
            if (std::isfinite(peak / bandwidth) && peak / bandwidth > 0) intensities.push_back(peak / bandwidth);
        }
        static_cast<void>(networks.of(apart.name_of(row, {"platform", "mode", "datatype"})));
        if (!std::isfinite(intensity)) {
            ++unknown;
            continue;
        }
        intensities.push_back(intensity);
        rates.push_back(row.throughput_ips() * row.operations());
    }
    if (intensities.empty()) intensities = {1, 1000};
    std::vector<plane::entry> legend{{"roofs: peak, bandwidth", {}, false, false}};
    for (std::size_t i = 0; i < figures.size(); ++i)
        legend.push_back({roofs.names()[i] + ": " + si_text(figures[i].peak) + "OP/s" +
                              (std::isfinite(figures[i].bandwidth) ? ", " + si_text(figures[i].bandwidth) + "B/s" : ""),
                          {i % look::colours, 0, i / look::colours},
                          true,
                          false});
    if (networks.names().size() > 1 || !networks.names().front().empty()) {
        legend.push_back({"points", {}, false, false});
        for (std::size_t i = 0; i < networks.names().size(); ++i)
            legend.push_back({networks.names()[i], {7, i % look::shapes}});
    }
    plane drawn({"operational intensity [op/byte], weights and what else crosses the memory's bus",
                 scale::log_over(intensities, 3)},
                {"op/s", scale::log_over(rates, 2)},
                {title.empty() ? "Roofline" : title, apart.shared(), note_of(rows, unknown)}, legend);
    for (std::size_t i = 0; i < figures.size(); ++i) {
        const auto [peak, bandwidth] = figures[i];
        const double low = drawn.across().low, high = drawn.across().high, bottom = drawn.up().low;
        const double ridge = std::isfinite(bandwidth) ? peak / bandwidth : low;
        const double start = std::isfinite(bandwidth) ? std::clamp(bottom / bandwidth, low, high) : low;
        std::vector<place> line{drawn.at(start, std::isfinite(bandwidth) ? std::min(peak, start * bandwidth) : peak)};
        if (ridge > start && ridge < high) line.push_back(drawn.at(ridge, peak));
        line.push_back(drawn.at(high, std::isfinite(bandwidth) ? std::min(peak, high * bandwidth) : peak));
        drawn.picture().line(line, {i % look::colours, 0, i / look::colours}, roofs.names()[i]);
    }
    for (const qutibench::answer& row : rows) {
        const double intensity = row.prediction.operational_intensity().value();
        if (!std::isfinite(intensity)) continue;
        const double rate = row.throughput_ips() * row.operations();
        drawn.picture().point(drawn.at(intensity, rate),
                              {roofs.of(roof_of(row)) % look::colours,
                               networks.of(apart.name_of(row, {"platform", "mode", "datatype"})) % look::shapes},
                              false, row.network + " on " + roof_of(row) + ": " + si_text(rate) + "op/s");
    }
    return drawn.picture().finished();
}

std::string frontier_picture(answer_rows rows, const drawn_figure& across, const drawn_figure& up,
                             std::span<const std::size_t> front, const std::string& title) {
    const coordinates apart(rows);
    const std::vector<std::string_view> but{"network", "keep", "batch", "threads"};
    std::vector<double> xs, ys;
    std::vector<std::size_t> drawn_rows;
    numbering series;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!std::isfinite(across.values[i]) || !std::isfinite(up.values[i])) continue;
        drawn_rows.push_back(i);
        xs.push_back(across.values[i]);
        ys.push_back(up.values[i]);
        static_cast<void>(series.of(apart.name_of(rows[i], but)));
    }
    if (xs.empty()) throw qutibench::invalid_argument("no row has both '" + across.title + "' and '" + up.title + "'");
    std::vector<plane::entry> legend;
    for (std::size_t i = 0; i < series.names().size() && !series.names()[i].empty(); ++i)
        legend.push_back({series.names()[i], look::of(i)});
    if (front.size() > 1) legend.push_back({"the front", {6}, true, false});
    if (front.size() < drawn_rows.size()) legend.push_back({"beaten", {7}, false, true, true});
    plane drawn({across.title, scale::around(xs)}, {up.title, scale::around(ys)},
                {title.empty() ? "What nothing else beats" : title, apart.shared(),
                 note_of(rows, rows.size() - drawn_rows.size())},
                legend);
    const auto is_on_front = [&](std::size_t row) { return std::find(front.begin(), front.end(), row) != front.end(); };
    const auto at = [&](std::size_t row) { return drawn.at(across.values[row], up.values[row]); };
    std::vector<std::size_t> sorted(front.begin(), front.end());
    std::sort(sorted.begin(), sorted.end(), [&](auto a, auto b) { return across.values[a] < across.values[b]; });
    std::vector<place> steps;
    for (const std::size_t row : sorted) {
        const place here = at(row);
        // Between two points of a front, what is beaten lies on the side of the worse of both in each objective.
        if (!steps.empty()) {
            const bool rises = here.y < steps.back().y;
            steps.push_back(rises ? place{here.x, steps.back().y} : place{steps.back().x, here.y});
        }
        steps.push_back(here);
    }
    if (steps.size() > 1) drawn.picture().line(steps, {6}, "the front", 1.2);
    for (const bool is_best : {false, true})
        for (const std::size_t row : drawn_rows) {
            if (is_on_front(row) != is_best) continue;
            const std::string says = apart.name_of(rows[row]) + ": " + with_unit(across.values[row], across.title) +
                                     ", " + with_unit(up.values[row], up.title);
            drawn.picture().point(at(row), look::of(series.of(apart.name_of(rows[row], but))), !is_best, says,
                                  is_best ? 5.5 : 4);
            drawn.occupy(at(row), 4);
        }
    const std::vector<std::string_view> shown_by_series{"platform", "mode", "datatype"};
    for (const std::size_t row : sorted)
        static_cast<void>(drawn.label(at(row), apart.name_of(rows[row], shown_by_series)));
    return drawn.picture().finished();
}

std::string curve_picture(answer_rows rows, const std::string& along, const drawn_figure& up,
                          const std::string& title) {
    const drawn_figure across = figure_of(rows, along);
    const coordinates apart(rows);
    numbering series;
    std::map<std::size_t, std::vector<std::size_t>> lines;
    std::vector<double> xs, ys;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!std::isfinite(across.values[i]) || !std::isfinite(up.values[i])) continue;
        lines[series.of(apart.name_of(rows[i], {along}))].push_back(i);
        xs.push_back(across.values[i]);
        ys.push_back(up.values[i]);
    }
    if (xs.empty()) throw qutibench::invalid_argument("no row has both '" + along + "' and '" + up.title + "'");
    std::vector<plane::entry> legend;
    for (std::size_t i = 0; i < series.names().size() && !series.names()[i].empty(); ++i)
        legend.push_back({series.names()[i], look::of(i), true});
    plane drawn({across.title, scale::over(xs)}, {up.title, scale::over(ys)},
                {title.empty() ? up.title + " by " + across.title : title, apart.shared(),
                 note_of(rows, rows.size() - xs.size())},
                legend);
    for (auto& [number, points] : lines) {
        std::sort(points.begin(), points.end(), [&](auto a, auto b) { return across.values[a] < across.values[b]; });
        std::vector<place> through;
        for (const std::size_t row : points) through.push_back(drawn.at(across.values[row], up.values[row]));
        drawn.picture().line(through, look::of(number), series.names()[number]);
        for (const std::size_t row : points)
            drawn.picture().point(drawn.at(across.values[row], up.values[row]), look::of(number), false,
                                  apart.name_of(rows[row]) + ": " + with_unit(up.values[row], up.title), 4);
    }
    return drawn.picture().finished();
}

}  // namespace what_if
