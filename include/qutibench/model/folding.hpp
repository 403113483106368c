// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Folded dataflow pipelines on FPGAs, as FINN builds them (Umuroglu et al. 2017, doi:10.1145/3020078.3021744; Blott et
/// al. 2018, doi:10.1145/3242897): each layer is a matrix-vector unit of PE x SIMD multiply-accumulates. Cycles and
/// resources are FINN's own estimates; line buffers, FIFOs and width converters are not in them. Equations in
/// docs/formulas/fpga.md.
#pragma once

#include <qutibench/hardware/fpga.hpp>
#include <qutibench/model/estimate.hpp>
#include <qutibench/names.hpp>
#include <qutibench/network/workload.hpp>

#include <cmath>
#include <vector>

namespace qutibench {

/// Where a unit keeps its weights.
enum class weight_memory : unsigned char { block, ultra, distributed };
template <>
inline constexpr enumeration<3> names_of<weight_memory>{"memory of weights", {"block", "ultra", "distributed"}};

/// How a unit multiplies.
enum class multiplier : unsigned char { lut, dsp };

/// A layer as a pipeline stage: `vectors` products of a height x width matrix with a vector.
struct pipeline_stage {
    std::string name{};
    std::int64_t height = 0;   ///< MH: output channels
    std::int64_t width = 0;    ///< MW: input channels x kernel elements
    std::int64_t vectors = 1;  ///< output positions
    precision numbers{};
    bool signed_activations = true;
    int output_bits = 0;        ///< of activations that it thresholds to; 0: none
    std::int64_t matrices = 1;  ///< that it holds: those of groups in turn; 0 where both operands are activations
};

/// How far a stage is unrolled. PE divides the height and SIMD the width.
struct folding {
    std::int64_t pe = 1;
    std::int64_t simd = 1;
    weight_memory memory = weight_memory::block;
    qutibench::multiplier multiplier = qutibench::multiplier::lut;

    friend constexpr bool operator==(const folding&, const folding&) = default;
};

/// What a folded stage takes.
struct stage_cost {
    std::int64_t cycles = 0;  ///< for one input
    fpga_resources uses{};
};

namespace detail {

/// Bits that hold any dot product of the stage (arXiv:2301.13376, eq. 9, as FINN codes it), at most 32.
[[nodiscard]] inline double accumulator_bits(const pipeline_stage& stage) {
    const double alpha = std::log2(static_cast<double>(stage.width)) + stage.numbers.weights.bits +
                         stage.numbers.activations.bits - 1 - (stage.signed_activations ? 1 : 0);
    return std::min(32.0, std::ceil(alpha + std::log2(1 + std::exp2(-alpha)) + 1));
}

// Simple dual-port block memories of 18 Kibit: UG573 table 1-10.
[[nodiscard]] constexpr std::int64_t bram18_of(std::int64_t depth, std::int64_t width) {
    if (width == 1) return ceil_divide(depth, 16384);
    if (width == 2) return ceil_divide(depth, 8192);
    if (width <= 4) return ceil_divide(depth, 4096);
    if (width <= 9) return ceil_divide(depth, 2048);
    if (width <= 18 || depth > 512) return ceil_divide(depth, 1024) * ceil_divide(width, 18);
    return ceil_divide(depth, 512) * ceil_divide(width, 36);
}

inline void check(const pipeline_stage& stage, const folding& by) {
    constexpr std::int64_t largest = std::int64_t{1} << 24;
    if (stage.height < 1 || stage.width < 1 || stage.vectors < 1 || stage.height > largest || stage.width > largest)
        throw invalid_argument(message({"stage '", stage.name, "' has no matrix that can be folded"}));
    for (const datatype& type : {stage.numbers.weights, stage.numbers.activations})
        if (type.family == number_family::floating || type.block > 0)
            throw invalid_argument(
                message({"stage '", stage.name, "': folding takes integers, not ", to_string(type)}));
    if (stage.output_bits < 0 || stage.output_bits > 16)
        throw invalid_argument(message({"stage '", stage.name, "': output bits must be between 0 and 16"}));
    if (by.pe < 1 || stage.height % by.pe != 0)
        throw invalid_argument(
            message({"stage '", stage.name, "': PE ", by.pe, " does not divide its height ", stage.height}));
    if (by.simd < 1 || stage.width % by.simd != 0)
        throw invalid_argument(
            message({"stage '", stage.name, "': SIMD ", by.simd, " does not divide its width ", stage.width}));
}

}  // namespace detail

/// Cycles and resources of a stage: cycles = (MH / PE) * (MW / SIMD) * vectors; LUT, BRAM, URAM and DSP as FINN's
/// estimation functions of its matrix-vector unit have them (c0 = 300, c1 = 1.1). Throws invalid_argument when PE or
/// SIMD do not divide the matrix, or a datatype is not an integer.
[[nodiscard]] inline stage_cost cost_of(const pipeline_stage& stage, const folding& by) {
    detail::check(stage, by);
    const auto pe = static_cast<double>(by.pe);
    const auto simd = static_cast<double>(by.simd);
    const std::int64_t depth = (stage.height / by.pe) * (stage.width / by.simd);
    const std::int64_t word = detail::product({by.pe, by.simd, stage.numbers.weights.bits});
    const int bits = stage.numbers.weights.bits + stage.numbers.activations.bits;
    const double accumulator = detail::accumulator_bits(stage);

    stage_cost result;
    result.cycles = detail::multiply(depth, stage.vectors);
    double luts = bits * (2 * simd - 1) + accumulator;
    if (by.multiplier == multiplier::lut) {
        const int sixths = (bits + 5) / 6;
        luts += simd * (2 * sixths - 1) * bits;
    } else {
        result.uses.dsps = detail::product({by.pe, by.simd, detail::ceil_divide(bits, 48)});
    }
    if (stage.output_bits > 0) {
        const double thresholds = std::exp2(stage.output_bits) - 1;
        luts += thresholds * accumulator * (1 + static_cast<double>(detail::ceil_divide(stage.height / by.pe, 64)));
    }
    luts = 300 + 1.1 * pe * luts;
    const std::int64_t words = detail::multiply(depth, stage.matrices);
    if (by.memory == weight_memory::distributed)
        luts += static_cast<double>(word) * static_cast<double>(detail::ceil_divide(words, 64));
    if (by.memory == weight_memory::block) result.uses.bram18 = detail::bram18_of(words, word);
    if (by.memory == weight_memory::ultra)
        result.uses.urams = detail::ceil_divide(word, 72) * detail::ceil_divide(words, 4096);
    result.uses.luts = static_cast<std::int64_t>(luts);
    return result;
}

/// The layers with multiply-accumulates as stages. Groups of one column, as of a depthwise convolution, are channels
/// that PE unrolls; other groups follow each other. The first stage takes unsigned activations. Throws invalid_argument
/// on a workload without layers.
[[nodiscard]] inline std::vector<pipeline_stage> stages_of(const workload& net, const precision& numbers) {
    if (net.layers().empty())
        throw invalid_argument(detail::message({"'", net.name(), "' has totals only: a pipeline needs its layers"}));
    std::vector<pipeline_stage> stages;
    for (const layer_workload& layer : net.layers()) {
        if (layer.cost.macs == 0) continue;
        const contraction& product = layer.cost.product;
        const bool is_depthwise = product.columns == 1 && product.groups > 1;
        const std::int64_t height = is_depthwise ? product.groups : product.columns;
        stages.push_back(
            {.name = layer.name,
             .height = height,
             .width = product.depth,
             .vectors = is_depthwise ? product.rows : detail::multiply(product.rows, product.groups),
             .numbers = layer.has_precision ? layer.numbers : numbers,
             .signed_activations = !stages.empty(),
             .matrices = detail::ceil_divide(layer.cost.weights, detail::multiply(height, product.depth))});
    }
    return stages;
}

/// A pipeline of folded stages.
struct folded_pipeline {
    std::vector<folding> foldings{};
    std::vector<std::int64_t> cycles{};
    std::int64_t interval = 0;  ///< cycles between results: those of the slowest stage
    std::int64_t latency = 0;   ///< cycles through all stages in turn; branches make it an upper bound
    double weight_bytes = 0;    ///< that the stages hold
    fpga_resources uses{};

    [[nodiscard]] inputs_per_second throughput(hertz clock) const {
        return quantity_of<inputs_per_second>(clock.value() / static_cast<double>(interval));
    }
    /// Time of a stream of `count` inputs: latency + (count - 1) * interval.
    [[nodiscard]] seconds time(std::int64_t count, hertz clock) const {
        const double cycles_of_all =
            static_cast<double>(latency) + static_cast<double>(count - 1) * static_cast<double>(interval);
        return quantity_of<seconds>(cycles_of_all / clock.value());
    }
};

/// What stages take with given foldings; throws invalid_argument when their numbers differ or one does not fit.
[[nodiscard]] inline folded_pipeline fold(std::span<const pipeline_stage> stages, std::span<const folding> by) {
    if (stages.empty() || stages.size() != by.size())
        throw invalid_argument(
            detail::message({stages.size(), " stages and ", by.size(), " foldings; each stage needs one"}));
    folded_pipeline all;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const stage_cost one = cost_of(stages[i], by[i]);
        all.foldings.push_back(by[i]);
        all.cycles.push_back(one.cycles);
        all.interval = std::max(all.interval, one.cycles);
        all.latency = detail::add(all.latency, one.cycles);
        all.weight_bytes +=
            static_cast<double>(detail::product({stages[i].height, stages[i].width, stages[i].matrices})) *
            stages[i].numbers.weights.bytes_per_element();
        all.uses += one.uses;
    }
    return all;
}

/// A stream of `count` inputs through a pipeline, as an estimate: weights and activations are on chip.
/// Throws invalid_argument on a count below one or a clock that is not positive.
[[nodiscard]] inline estimate predict(const workload_totals& net, const folded_pipeline& pipeline, hertz clock,
                                      std::int64_t count = 1) {
    if (count < 1 || !(clock.value() > 0) || pipeline.interval < 1)
        throw invalid_argument("a stream needs at least one input, a clock above 0 and a pipeline with stages");
    estimate result;
    result.batch = count;
    result.work = net.work() * static_cast<double>(count);
    result.weight_bytes = pipeline.weight_bytes;
    result.call_time = pipeline.time(count, clock).value();
    result.pipeline_latency = static_cast<double>(pipeline.latency) / clock.value();
    result.initiation_interval = static_cast<double>(pipeline.interval) / clock.value();
    double parallel = 0;
    for (const folding& one : pipeline.foldings) parallel += static_cast<double>(one.pe * one.simd);
    result.roof = {quantity_of<ops_per_second>(2 * parallel * clock.value()),
                   quantity_of<bytes_per_second>(std::numeric_limits<double>::infinity())};
    result.assume(assumption::weights_on_chip);
    result.assume(assumption::activations_on_chip);
    return result;
}

}  // namespace qutibench
