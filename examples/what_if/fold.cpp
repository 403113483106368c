// SPDX-License-Identifier: BSD-3-Clause
// fold: how far to unroll a network's layers as a pipeline on an FPGA, as FINN builds them.
#include "commands.hpp"

#include <qutibench/ask/session.hpp>
#include <qutibench/model/fold_search.hpp>

#include <memory>

namespace what_if {

namespace {

struct fold_options {
    std::string network{}, board{}, datatype = "w1a1";
    double clock_hz = 200e6, share = 1;
    bool uses_dsps = false;
    format as = format::table;
};

/// What a share of a fabric holds.
qutibench::fpga_resources part_of(const qutibench::fpga_resources& all, double share) {
    if (!(share > 0 && share <= 1))
        throw qutibench::invalid_argument("the share of the fabric is above 0 and at most 1");
    const auto some = [&](std::int64_t count) { return static_cast<std::int64_t>(static_cast<double>(count) * share); };
    return {some(all.luts), some(all.dsps), some(all.bram18), some(all.urams), some(all.flip_flops)};
}

record stage_record(const qutibench::pipeline_stage& stage, const qutibench::folding& by, std::int64_t cycles) {
    const auto uses = qutibench::cost_of(stage, by).uses;
    return {{"layer", stage.name},
            {"height", stage.height},
            {"width", stage.width},
            {"pe", by.pe},
            {"simd", by.simd},
            {"cycles", cycles},
            {"luts", uses.luts},
            {"bram18", uses.bram18},
            {"urams", uses.urams},
            {"dsps", uses.dsps},
            {"memory", to_string(by.memory)}};
}

void run(const fold_options& chosen) {
    using namespace qutibench;
    const precision numbers = parse_precision(chosen.datatype);
    const fpga_part& board = find_fpga(chosen.board);
    if (!(chosen.clock_hz > 0 && chosen.clock_hz <= 1e12))
        throw invalid_argument("the clock is above 0 and at most 1e12 hertz");
    const workload net = load_model(chosen.network).work();
    const auto stages = stages_of(net, numbers);
    const folding_search best = best_folding(stages, part_of(board.has, chosen.share), {.dsp = chosen.uses_dsps});
    std::vector<record> rows;
    for (std::size_t i = 0; i < stages.size(); ++i)
        rows.push_back(stage_record(stages[i], best.pipeline.foldings[i], best.pipeline.cycles[i]));
    print(rows,
          {{"layer", "layer"},
           {"height", "height"},
           {"width", "width"},
           {"PE", "pe"},
           {"SIMD", "simd"},
           {"cycles", "cycles"},
           {"LUT", "luts"},
           {"BRAM18", "bram18"},
           {"URAM", "urams"},
           {"DSP", "dsps"},
           {"weights in", "memory"}},
          chosen.as);
    const hertz clock = quantity_of<hertz>(chosen.clock_hz);
    const fpga_resources& uses = best.pipeline.uses;
    const auto said = [](double value, double scale = 1) { return readable(record(value), scale); };
    const auto count = [&](std::int64_t value) { return said(static_cast<double>(value)); };
    remark(detail::message({"one input every ", count(best.pipeline.interval),
                            " cycles: ", said(best.pipeline.throughput(clock).value()), " inputs/s and ",
                            said(best.pipeline.time(1, clock).value(), 1e-3), " ms at ", said(chosen.clock_hz, 1e6),
                            " MHz; at most ", said(best.gap(), 1e-2), " % from the fastest that fits ", board.board}));
    remark(detail::message({"takes ", count(uses.luts), " LUT, ", count(uses.bram18), " BRAM18, ", count(uses.urams),
                            " URAM, ", count(uses.dsps),
                            " DSP; line buffers, FIFOs and width converters are not in "
                            "them"}));
}

}  // namespace

void add_fold(CLI::App& app) {
    auto* command = app.add_subcommand("fold", "How far to unroll layers as a pipeline on an FPGA (FINN's estimates)");
    auto chosen = std::make_shared<fold_options>();
    command->add_option("network", chosen->network, "Catalogue id or a file")->required();
    command->add_option("--on", chosen->board, "Board or part, such as ZCU104")->required();
    command->add_option("--datatype", chosen->datatype, "Integers, such as w2a2")->capture_default_str();
    command->add_option("--clock", chosen->clock_hz, "Hertz")->capture_default_str();
    command->add_option("--share", chosen->share, "Of the fabric that the pipeline may take")->capture_default_str();
    command->add_flag("--dsp", chosen->uses_dsps, "Multiply in DSP slices where that is better");
    add_format(*command, chosen->as);
    command->callback([chosen] { run(*chosen); });
}

}  // namespace what_if
