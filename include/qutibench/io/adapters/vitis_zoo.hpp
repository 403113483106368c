// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The performance tables of Vitis AI's model zoo, model_zoo/README.md: a Markdown table for each board.
#pragma once

#include <qutibench/io/adapters/published.hpp>

#include <string>
#include <vector>

namespace qutibench {

namespace detail {

inline bool is_vitis_zoo(std::string_view head) {
    return head.find("E2E throughput") != head.npos && head.find("| Model") != head.npos;
}

/// A board with its overlay, where the page says "ZCU102 ... board with a 3 * B4096 ..."; else what the heading says.
[[nodiscard]] inline std::string vitis_board(std::string_view heading, std::string_view sentence) {
    const std::string_view kinds[] = {"B512", "B800", "B1024", "B1152", "B1600", "B2304", "B3136", "B4096"};
    const std::string board = id_of(heading.substr(0, heading.find('(')));
    for (const std::string_view kind : kinds)
        if (sentence.find("* " + std::string(kind)) != sentence.npos) return board + "_dpu_" + lower_case(kind);
    return board;
}

/// Which column of a table holds what; `none` where there is none.
struct vitis_columns {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::size_t model = none, one_thread = none, threads = none, latency = none;

    explicit vitis_columns(const std::vector<std::string_view>& head = {}) {
        for (std::size_t i = 0; i < head.size(); ++i) {
            const std::string name = lower_case(head[i]);
            const bool is_rate = name.find("throughput") != name.npos;
            if (name == "model") model = i;
            if (is_rate && name.find("single thread") != name.npos) one_thread = i;
            if (is_rate && name.find("multi thread") != name.npos) threads = i;
            if (name.find("e2e latency") != name.npos) latency = i;
        }
    }
    [[nodiscard]] bool are_there() const { return model != none && (one_thread != none || threads != none); }
};

inline void emit_vitis(ingest& run, const std::string& network, const std::string& board, std::int64_t threads,
                       double rate, double latency, std::int64_t line) {
    if (rate != rate) return;
    stated_facts said;
    said.network = network;
    said.platform = board;
    said.datatype = int8;
    said.batch = 1;
    said.threads = threads;
    said.is_row = true;
    measurement one = run.record(said, line);
    one.throughput = quantity_of<inputs_per_second>(rate);
    run.set_latency(one, {{"mean", latency}});
    run.emit(std::move(one));
}

inline void read_vitis_zoo(ingest& run) {
    const ingest_options& wanted = run.options();
    vitis_columns columns;
    std::string heading, board;
    std::size_t width = 0;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string_view text = lines.text();
        if (const auto named = after(text, "### Performance on")) {
            heading = *named;
            board = vitis_board(heading, {});
            columns = vitis_columns();
        }
        if (text.find(" board with ") != text.npos) board = vitis_board(heading, text);
        const std::vector<std::string_view> cells = markdown_cells(text);
        if (cells.empty()) continue;
        if (const vitis_columns found(cells); found.are_there()) {
            columns = found;
            width = cells.size();
        } else if (columns.are_there() && cells.size() == width && cells.front().find_first_not_of("-: ") == 0) {
            lines.require_end();
            const auto figure = [&](std::size_t at) {
                return at == vitis_columns::none ? not_stated : read_figure(cells[at], refuse);
            };
            const std::string network(cells[columns.model]);
            if (!is_wanted(network, wanted.network) || !is_wanted(board, wanted.platform)) continue;
            emit_vitis(run, network, board, 1, figure(columns.one_thread), figure(columns.latency) * 1e-3,
                       lines.number());
            if (wanted.threads)
                emit_vitis(run, network, board, *wanted.threads, figure(columns.threads), not_stated, lines.number());
        }
    }
    require_rows(run, "row of a table of throughputs");
}

}  // namespace detail

namespace adapters {

/// model_zoo/README.md of Vitis AI 1.0 to 3.5. Traps: how many threads "multi" are is not said, so such figures are
/// read where the caller says it; rates are end to end, with the host's work.
inline constexpr adapter vitis_zoo{"vitis_zoo", "vitis", "Vitis AI model zoo's tables", &detail::is_vitis_zoo,
                                   &detail::read_vitis_zoo};

}  // namespace adapters

}  // namespace qutibench
