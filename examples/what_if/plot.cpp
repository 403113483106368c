// SPDX-License-Identifier: BSD-3-Clause
// plot: answers as a picture.
#include "commands.hpp"
#include "pictures.hpp"

#include <qutibench/ask/frontier.hpp>

#include <cstdio>
#include <memory>

namespace what_if {

namespace {

enum class picture_kind { roofline, frontier, bars, layers, curve, heatmap };

struct plot_options : selection_options {
    std::string kind{}, output{}, title{}, x = "batch", y = "throughput_ips";
    qutibench::frontier_question front{};
};

constexpr std::string_view picture_names[] = {"roofline", "frontier", "bars", "layers", "curve", "heatmap"};

picture_kind kind_of(const std::string& name) {
    for (std::size_t i = 0; i < std::size(picture_names); ++i)
        if (picture_names[i] == name) return static_cast<picture_kind>(i);
    throw qutibench::unknown_name("picture", name, qutibench::detail::choices(name, picture_names));
}

/// The two figures of a front, and what is on it.
std::string frontier_of_rows(const plot_options& chosen, answer_rows rows) {
    std::vector<std::string> objectives = chosen.front.minimize;
    objectives.insert(objectives.end(), chosen.front.maximize.begin(), chosen.front.maximize.end());
    if (objectives.size() != 2)
        throw qutibench::invalid_argument(
            "a picture of a front has two objectives, such as --minimize latency_s --maximize accuracy_top1");
    const qutibench::frontier_selection front = qutibench::frontier_of(qutibench::answer_columns(rows), chosen.front);
    return frontier_picture(rows, figure_of(rows, objectives[0]), figure_of(rows, objectives[1]), front.rows,
                            chosen.title);
}

std::string picture_of(const plot_options& chosen, answer_rows rows) {
    switch (kind_of(chosen.kind)) {
        case picture_kind::roofline:
            return roofline_picture(rows, chosen.title);
        case picture_kind::frontier:
            return frontier_of_rows(chosen, rows);
        case picture_kind::bars:
            return bars_picture(rows, figure_of(rows, chosen.y), chosen.title);
        case picture_kind::layers:
            if (rows.size() != 1)
                throw qutibench::invalid_argument("a picture of layers is of one row, and this selection has " +
                                                  std::to_string(rows.size()) + "; choose --datatype and --batch");
            return layers_picture(qutibench::explained(rows.front()), chosen.title);
        case picture_kind::curve:
            return curve_picture(rows, chosen.x, figure_of(rows, chosen.y), chosen.title);
        case picture_kind::heatmap:
            return heatmap_picture(rows, figure_of(rows, chosen.y), chosen.title);
    }
    return {};
}

/// Refuses options that a picture has no use for.
void check_picture_options(const CLI::App& command, picture_kind kind) {
    const bool is_front = kind == picture_kind::frontier, is_curve = kind == picture_kind::curve;
    const bool has_y = is_curve || kind == picture_kind::bars || kind == picture_kind::heatmap;
    const std::pair<const char*, bool> uses[] = {{"--x", is_curve},         {"--y", has_y},
                                                 {"--maximize", is_front},  {"--minimize", is_front},
                                                 {"--constrain", is_front}, {"--doubtful", is_front}};
    for (const auto& [option, has_use] : uses)
        if (command.count(option) > 0 && !has_use)
            throw qutibench::invalid_argument(
                std::string("a picture of kind '").append(picture_names[static_cast<std::size_t>(kind)]) +
                "' has no use for " + option + "; leave it out");
}

void run_plot(const plot_options& chosen) {
    if (chosen.output != "-" && !chosen.output.ends_with(".svg"))
        throw qutibench::invalid_argument(
            "pictures are written as .svg; for .png, qb.plot in Python, as in "
            "qb.plot.save(qb.plot.roofline(...), 'x.png')");
    const bool is_layers = kind_of(chosen.kind) == picture_kind::layers;
    const qutibench::question asked =
        chosen.asked(is_layers ? qutibench::execution_kind::layers : qutibench::execution_kind::network);
    if (is_layers && asked.axes.fit)
        throw qutibench::invalid_argument("a picture of layers takes the model's answer apart, on one device");
    const qutibench::answers all = qutibench::session().ask(asked);
    if (all.rows.empty()) throw qutibench::invalid_argument("there is nothing to draw");
    const std::string picture = picture_of(chosen, all.rows);
    remark_on(all);
    if (chosen.output == "-") return static_cast<void>(std::fwrite(picture.data(), 1, picture.size(), stdout));
    qutibench::detail::write_file(chosen.output, picture);
    remark(std::to_string(all.rows.size()) + (all.rows.size() == 1 ? " row in " : " rows in ") + chosen.output);
}

}  // namespace

void add_plot(CLI::App& app) {
    auto chosen = std::make_shared<plot_options>();
    CLI::App* command = app.add_subcommand("plot", "The rows of `estimate` as a picture, an SVG file");
    command
        ->add_option("picture", chosen->kind,
                     "roofline, frontier (of two objectives), bars, layers (of one row), curve or heatmap")
        ->required();
    chosen->add_to(*command);
    command->add_option("-o,--output", chosen->output, "The file to write: x.svg, or - for standard output")
        ->required();
    command
        ->add_option("--y", chosen->y,
                     "What bars, curves and heat maps show: a key of estimate's JSON, or an expression")
        ->capture_default_str();
    command->add_option("--x", chosen->x, "What curves are drawn over: batch, threads, keep ...")
        ->capture_default_str();
    command->add_option("--maximize", chosen->front.maximize, "Of a front: keys or expressions that should be large");
    command->add_option("--minimize", chosen->front.minimize, "The same, for what should be small");
    command->add_option("--constrain", chosen->front.constrain, "Conditions such as 'latency_s <= 0.01'");
    command->add_flag("--doubtful", chosen->front.is_with_doubtful,
                      "Also rows that are infeasible, or of devices whose bandwidth nobody states");
    command->add_option("--title", chosen->title, "Instead of the usual title");
    command->callback([chosen, command] {
        check_picture_options(*command, kind_of(chosen->kind));
        run_plot(*chosen);
    });
}

}  // namespace what_if
