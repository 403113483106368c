// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One measured (or asked for) call, and what each term of a structure multiplies in it. Plain doubles in SI units.
#pragma once

#include <qutibench/model/calibration/kernels.hpp>
#include <qutibench/model/calibration/structure.hpp>

#include <span>

namespace qutibench::fitting {

/// What the device promises in one mode and datatype, and how fast it is clocked relative to its reference mode.
struct rates {
    double peak = 1e11;           ///< operations per second of the datatype's carrier
    double bandwidth = 1e10;      ///< bytes per second
    double host_clock = 1;        ///< host's clock over that of the reference mode
    double memory_clock = 1;      ///< memory's
    double on_chip_bytes = 0;     ///< weights beyond it cross the link, when a link is given
    double link_bandwidth = 0;    ///< bytes per second of the link that carries weights; 0: none
    double weight_bytes = 4;      ///< per element
    double activation_bytes = 4;  ///< per element
};

/// A call of `batch` inputs, or one input of `threads` that run side by side.
struct call {
    const kernel_table* net = nullptr;
    rates at{};
    double batch = 1;
    double threads = 1;
};

/// Compute and memory time of one kernel at peak.
struct kernel_load {
    double compute = 0;
    double memory = 0;
    double count = 1;  ///< equal kernels
    bool is_dense = false;
};

/// What the terms multiply: `scalar` those per call, `kernels` those per kernel.
struct load {
    std::array<double, terms> scalar{};
    std::vector<kernel_load> kernels;
    double threads = 1;
    bool per_kernel = true;  ///< sum over kernels of (c^2 + m^2)^(1/2); otherwise the kernels hold one sum each
};

[[nodiscard]] inline double rounded_up(double extent, double tile) { return tile > 1 ? std::ceil(extent / tile) * tile / extent : 1.0; }

/// Work of a kernel over its multiply-accumulates: partly filled tiles (Yang et al., "NetAdapt", ECCV 2018, fig. 2
/// shows the steps). Depthwise kernels fill tiles with channels.
[[nodiscard]] inline double fill_factor(const structure& form, const kernel& one, double batch) {
    const double rows = rounded_up(one.rows * batch, form.tile_rows);
    if (one.kind == kernel_kind::depthwise) return rounded_up(one.groups * one.columns, form.tile_columns) * rows;
    const double columns = form.rule == shape_rule::soft ? 1 + form.tile_columns / one.columns : rounded_up(one.columns, form.tile_columns);
    const double depth = form.rule == shape_rule::channels ? one.channels_in : one.depth;
    return columns * rounded_up(depth, form.tile_depth) * rows;
}

/// Multiply-accumulates as a general-purpose board feels them: 1 + 10 / (input channels per group) for channels that
/// do not fill its vectors, over 2.8 where Winograd's algorithm applies, times 3.5 for matrix products of activations.
[[nodiscard]] inline double board_factor(const kernel& one) {
    double factor = 1 + 10 / one.channels_in;
    if (one.winograd) factor /= 2.8;
    if (one.kind == kernel_kind::matmul || one.kind == kernel_kind::attention) factor *= 3.5;
    return factor;
}

inline void add_spill(load& out, const call& of) {
    if (of.at.link_bandwidth <= 0) return;
    const double excess = of.net->weights * of.at.weight_bytes - of.at.on_chip_bytes;
    if (excess > 0) out.scalar[static_cast<std::size_t>(term::spill)] = excess / of.at.link_bandwidth;
}

/// The load of a call under a structure; O(kernels).
[[nodiscard]] inline load load_of(const structure& form, const call& of) {
    load out;
    const kernel_table& net = *of.net;
    const auto scalar = [&](term which) -> double& { return out.scalar[static_cast<std::size_t>(which)]; };
    const double batch = of.batch;
    out.threads = of.threads;
    out.per_kernel = form.rule != shape_rule::board;
    scalar(term::call) = 1 / of.at.host_clock;
    scalar(term::input) = batch / of.at.host_clock;
    scalar(term::element) = batch * net.inputs / of.at.host_clock;
    scalar(term::launch) = net.launches / of.at.memory_clock;
    if (form.loads_weights) scalar(term::weight) = net.weights / of.at.memory_clock;
    add_spill(out, of);
    const bool resident = of.at.link_bandwidth > 0;
    kernel_load sum;
    for (const kernel& one : net.kernels) {
        kernel_load mine;
        const double factor = form.rule == shape_rule::board ? board_factor(one) : fill_factor(form, one, batch);
        mine.compute = 2 * one.macs * batch * factor / of.at.peak;
        const double weight_reads = form.rule == shape_rule::board ? 3 : form.reread_weights ? batch : 1;
        const double weights = resident ? 0.0 : one.weights * of.at.weight_bytes * weight_reads;
        mine.memory = (weights + (one.elements_in + one.elements_out) * batch * of.at.activation_bytes) / of.at.bandwidth;
        mine.is_dense = one.kind == kernel_kind::dense || one.kind == kernel_kind::matmul;
        if (form.unfolds) {
            const double unfolded = mine.is_dense ? one.elements_in : one.rows * one.depth * one.groups;
            scalar(term::unfold) += one.count * batch * unfolded / of.at.memory_clock;
        }
        if (out.per_kernel) {
            mine.count = one.count;
            out.kernels.push_back(mine);
        } else {
            sum.compute += one.count * mine.compute;
            sum.memory += one.count * mine.memory;
        }
    }
    if (!out.per_kernel) out.kernels.push_back(sum);
    return out;
}

}  // namespace qutibench::fitting
