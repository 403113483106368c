// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Cycles that a layer takes on an array of processing elements, in closed form. Equations, sources and what they leave
/// out in docs/formulas/arrays.md.
#pragma once

#include <qutibench/hardware/processing_array.hpp>
#include <qutibench/model/tiles.hpp>
#include <qutibench/network/workload.hpp>

#include <algorithm>

namespace qutibench {

/// What a layer takes on an array.
struct array_cycles {
    double cycles = 0;   ///< without waiting for memory
    double mapped = 0;   ///< share of the elements that hold work, averaged over the pieces of a layer
    double macs = 0;     ///< multiply-accumulates, padding aside
    double read = 0;     ///< operands and partial sums that pass the array's edge inwards
    double written = 0;  ///< results and partial sums that pass it outwards

    /// Share of the array's multiply-accumulates that are of use; 0 where nothing is computed.
    [[nodiscard]] double utilisation(const processing_array& on) const {
        return cycles > 0 ? macs / (cycles * static_cast<double>(on.elements())) : 0.0;
    }
};

/// A layer's product with what of its window the mapping sees.
struct array_work {
    contraction product{};           ///< of one input
    std::int64_t kernel_height = 1;  ///< of the window
    std::int64_t kernel_width = 1;
    std::int64_t output_height = 1;  ///< rows of output positions; with `output_width`, all positions
    std::int64_t output_width = 1;
    std::int64_t stride = 1;

    [[nodiscard]] constexpr bool is_depthwise() const { return product.columns == 1 && product.groups > 1; }
    [[nodiscard]] constexpr std::int64_t kernel_elements() const { return kernel_height * kernel_width; }
};

namespace detail {

[[nodiscard]] constexpr double pieces(double extent, double of) {
    const auto whole = static_cast<double>(static_cast<std::int64_t>(extent / of));
    return whole * of < extent ? whole + 1 : whole;
}

/// A wavefront passes an array of R x C elements. Its operands are M x K and K x N; of a piece ("fold") that fills the
/// array, what is stationary has extents on its rows and columns and the third streams by. A. Samajdar et al., "A
/// systematic methodology for characterizing scalability of DNN accelerators using SCALE-Sim", ISPASS 2020,
/// doi:10.1109/ISPASS48437.2020.00016, section III; as SCALE-Sim 3.0.0 counts them.
[[nodiscard]] inline array_cycles on_wavefront(const processing_array& array, const array_work& work,
                                               std::int64_t batch) {
    const double m = static_cast<double>(work.product.rows) * static_cast<double>(batch);
    const double n = static_cast<double>(work.product.columns);
    const double k = static_cast<double>(work.product.depth);
    const bool sums_stay = array.flow == array_flow::output_stationary;
    const bool weights_stay = array.flow == array_flow::weight_stationary;
    const double on_rows = sums_stay ? m : k;
    const double on_columns = sums_stay || weights_stay ? n : m;
    const double streams = sums_stay ? k : weights_stay ? m : n;
    const double r = static_cast<double>(array.rows);
    const double c = static_cast<double>(array.columns);
    const double row_folds = pieces(on_rows, r);
    const double column_folds = pieces(on_columns, c);
    const double folds =
        pieces(row_folds * column_folds * static_cast<double>(work.product.groups), static_cast<double>(array.count));
    const double load = sums_stay ? 0 : r;  // the stationary operand, row by row
    const double fill = r + c - 2;          // from the corner to the element opposite
    const double drain = sums_stay ? r : 0;
    array_cycles result;
    result.cycles = array.prefetches ? folds * std::max(streams, std::max(load, drain)) + load + fill
                                     : folds * (streams + load + fill);
    const double groups = static_cast<double>(work.product.groups);
    result.mapped = on_rows * on_columns * groups / (r * c * folds * static_cast<double>(array.count));
    const double stationary = sums_stay ? 0 : on_rows * on_columns;
    const double across = streams * on_rows * column_folds;
    const double down = sums_stay ? streams * on_columns * row_folds : streams * on_columns * (row_folds - 1);
    result.read = groups * (stationary + across + down);
    result.written = groups * (sums_stay ? on_rows * on_columns : streams * on_columns * row_folds);
    return result;
}

/// A column of elements sums one row of outputs, an element for each row of the kernel; sets of kernel height x output
/// rows are cut into strips that fit, and as many lie side by side as fit. Y.-H. Chen et al., "Eyeriss", IEEE Journal
/// of Solid-State Circuits 52(1), 2017, doi:10.1109/JSSC.2016.2616357, section V.
[[nodiscard]] inline array_cycles on_rows(const processing_array& array, const array_work& work, std::int64_t batch) {
    const double r = static_cast<double>(array.rows);
    const double c = static_cast<double>(array.columns);
    const double high = static_cast<double>(work.kernel_height);
    const double wide = static_cast<double>(work.output_height);
    const double channels = static_cast<double>(work.product.depth) / static_cast<double>(work.kernel_elements());
    const double sets = channels * static_cast<double>(work.product.columns) *
                        static_cast<double>(work.product.groups) * static_cast<double>(batch);
    const double strips = pieces(wide, c) * pieces(high, r);
    const double at_once =
        std::max(1.0, std::floor(r / high)) * std::max(1.0, std::floor(c / wide)) * static_cast<double>(array.count);
    const double row = static_cast<double>(work.output_width * work.kernel_width);
    array_cycles result;
    const double passes = pieces(sets * strips, at_once);
    result.cycles = passes * row;
    result.mapped = sets * wide * high / (passes * r * c * static_cast<double>(array.count));
    const double input_rows = (wide - 1) * static_cast<double>(work.stride) + high;
    const double input_width = static_cast<double>((work.output_width - 1) * work.stride + work.kernel_width);
    result.read = sets * (high * static_cast<double>(work.kernel_width) * pieces(wide, c) + input_rows * input_width);
    result.written = sets / channels * wide * static_cast<double>(work.output_width);
    return result;
}

/// How a layer is cut into blocks whose inputs and sums fit the buffer beside the array.
struct block_shape {
    double units = 1;     ///< groups of `rows` positions in a block
    double channels = 1;  ///< of the output in a block
};

/// Of the depths of a block, the one that moves least: inputs again for each block of channels, weights again for each
/// block of positions. Sums take 4 bytes, and both are kept twice, so that one block arrives while another is computed.
[[nodiscard]] inline block_shape blocks_of(const processing_array& array, const array_work& work, double positions,
                                           double channels_in, double channels_out) {
    constexpr double most_positions = 64 * 32;
    constexpr double most_channels = 128;
    const double r = static_cast<double>(array.rows);
    const double step = static_cast<double>(2 * array.columns);
    const double taken = std::min(channels_in, static_cast<double>(array.depth * array.hold));
    const double area = static_cast<double>(work.stride * work.stride);
    block_shape best;
    double least = std::numeric_limits<double>::infinity();
    for (double deep = step; deep <= most_channels; deep += step) {
        const double inputs = work.is_depthwise() ? deep : taken;
        double fits = most_positions;
        if (array.buffer > 0)
            fits = std::min(fits, static_cast<double>(array.buffer) / (2 * (4 * deep + inputs * area)));
        const double units = std::max(1.0, std::min(std::floor(fits / r), pieces(positions, r)));
        const double weights = work.is_depthwise() ? 0 : static_cast<double>(work.product.depth) * channels_out;
        const double again = work.is_depthwise() ? 1 : pieces(channels_out, deep);
        const double moved = positions * area * channels_in * again + weights * pieces(positions, units * r);
        if (moved < least) {
            least = moved;
            best = {units, std::min(deep, channels_out)};
        }
        if (deep >= channels_out) break;
    }
    return best;
}

/// No wavefront: in `hold` cycles a unit of rows x columns outputs takes depth x hold products each, of input channels
/// or, where that wastes less, of kernel elements. Arm, Ethos-U55 NPU technical reference manual (102420), and the
/// shapes of blocks in architecture_features.py of ethos-u-vela 5.2.0.
[[nodiscard]] inline array_cycles on_blocks(const processing_array& array, const array_work& work, std::int64_t batch) {
    const double groups = static_cast<double>(work.product.groups);
    const double hold = static_cast<double>(array.hold);
    const double depth = static_cast<double>(array.depth);
    const double r = static_cast<double>(array.rows);
    const double c = static_cast<double>(array.columns * array.count);
    const double elements = static_cast<double>(work.kernel_elements());
    const double positions = static_cast<double>(work.product.rows) * static_cast<double>(batch);
    const double channels_in = work.is_depthwise() ? groups : static_cast<double>(work.product.depth) / elements;
    const double channels_out = work.is_depthwise() ? groups : static_cast<double>(work.product.columns);
    const double repeats = work.is_depthwise() ? 1 : groups;
    const double by_channel = elements * pieces(channels_in, depth * hold);
    const double by_element = pieces(elements, hold) * pieces(channels_in, depth);
    const double steps = work.is_depthwise() ? pieces(elements, hold) : std::min(by_channel, by_element);
    const block_shape block = blocks_of(array, work, positions, channels_in, channels_out);
    const double units = pieces(positions, r);
    const double blocks = pieces(units, block.units);
    const double weights =
        array.weights_per_cycle > 0 ? depth * hold * static_cast<double>(array.columns) / array.weights_per_cycle : 0;
    const double each = std::max(hold * units / blocks, weights);  // cycles of a step in one block of one unit of depth
    const double computing = blocks * each * steps * pieces(channels_out, c);
    const double leaving = array.outputs_per_cycle > 0 ? positions * channels_out / array.outputs_per_cycle : 0;
    array_cycles result;
    result.cycles = repeats * std::max(computing, leaving);
    const double again = work.is_depthwise() ? 1 : pieces(channels_out, block.channels);
    const double area = static_cast<double>(work.stride * work.stride);
    result.mapped = positions * static_cast<double>(work.product.depth) * channels_out /
                    (units * r * pieces(channels_out, c) * c * steps * depth * hold);
    result.read = repeats * positions * area * channels_in * again;
    result.written = repeats * positions * channels_out;
    return result;
}

/// Of layers without products, with the factors of npu_performance.py, ethos-u-vela 5.2.0: pooling takes a unit's
/// positions at once, an element of the window a cycle, and the mean of a whole plane is a depthwise convolution; a sum
/// or product of two tensors leaves three times as slowly as a convolution's outputs, for both are rescaled, and a
/// function of one tensor twice as slowly.
[[nodiscard]] inline array_cycles without_products(const processing_array& array, const layer_workload& layer,
                                                   std::int64_t batch) {
    array_cycles result;
    const double outputs = static_cast<double>(layer.output_count) * static_cast<double>(batch);
    if (layer.kind == layer_kind::pooling && layer.output_count > 0) {
        if (layer.type == "global_pooling") {
            const std::int64_t plane = layer.input_count / layer.output_count;
            const array_work mean{.product = {1, 1, plane, layer.output_count}, .kernel_height = plane};
            return on_blocks(array, mean, batch);
        }
        const double window =
            static_cast<double>(layer.cost.other_operations) / static_cast<double>(layer.output_count);
        const double unit = static_cast<double>(array.rows * array.columns * array.count);
        result.cycles = std::max(window, static_cast<double>(array.hold)) * outputs / unit;
    } else if (layer.kind == layer_kind::elementwise && array.outputs_per_cycle > 0) {
        result.cycles = (layer.inputs > 1 ? 3 : 2) * outputs / array.outputs_per_cycle;
    } else {
        return result;
    }
    result.read = static_cast<double>(layer.input_count) * static_cast<double>(batch);
    result.written = outputs;
    return result;
}

/// Of a layer: its product, and its window as far as the costs tell. Kernels that are not square count as columns.
[[nodiscard]] inline array_work array_work_of(const layer_workload& layer, shapes outputs) {
    array_work work{.product = layer.cost.product, .stride = layer.cost.stride};
    const std::int64_t elements = std::max<std::int64_t>(1, layer.cost.kernel_elements);
    if (work.product.depth % elements == 0) {
        std::int64_t side = 1;
        while (side * side < elements) ++side;
        work.kernel_height = side * side == elements ? side : elements;
        work.kernel_width = elements / work.kernel_height;
    }
    work.output_height = work.product.rows;
    const shape* out = outputs.empty() ? nullptr : &outputs[0];
    if (out != nullptr && out->rank() == 4 && (*out)[2] * (*out)[3] == work.product.rows) {
        work.output_height = (*out)[2];
        work.output_width = (*out)[3];
    }
    return work;
}

}  // namespace detail

/// Cycles of `batch` inputs of a layer on an array, were memory as fast as it asks. O(1). A depthwise convolution is a
/// product for each channel, as it is. Throws invalid_argument where the array has no extents.
[[nodiscard]] inline array_cycles cycles_on(const processing_array& array, const array_work& work,
                                            std::int64_t batch = 1) {
    if (!array.is_stated() || array.depth < 1 || array.count < 1 || array.hold < 1)
        detail::raise(invalid_argument("an array needs rows, columns, depth, count and hold of at least 1"));
    if (work.product.macs() == 0) return {};
    array_cycles result = array.flow == array_flow::row_stationary ? detail::on_rows(array, work, batch)
                          : array.flow == array_flow::blocks       ? detail::on_blocks(array, work, batch)
                                                                   : detail::on_wavefront(array, work, batch);
    result.macs = static_cast<double>(work.product.macs()) * static_cast<double>(batch);
    return result;
}

/// The same of a layer of a workload. Beside products, an array of `blocks` pools, and adds and multiplies two tensors;
/// whatever else a layer does rides along.
[[nodiscard]] inline array_cycles cycles_on(const processing_array& array, const layer_workload& layer, shapes outputs,
                                            std::int64_t batch = 1) {
    if (layer.cost.macs == 0)
        return array.flow == array_flow::blocks ? detail::without_products(array, layer, batch) : array_cycles{};
    array_cycles result = cycles_on(array, detail::array_work_of(layer, outputs), batch);
    // Layers of several products are as well mapped as the largest.
    const double more = static_cast<double>(layer.cost.macs) /
                        static_cast<double>(std::max<std::int64_t>(1, layer.cost.product.macs()));
    for (double* one : {&result.cycles, &result.macs, &result.read, &result.written}) *one *= more;
    return result;
}

}  // namespace qutibench
