// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One measured (or asked for) call, and what each term of a structure multiplies in it. Plain doubles in SI units.
#pragma once

#include <qutibench/model/calibration/kernels.hpp>
#include <qutibench/model/calibration/structure.hpp>
#include <qutibench/model/tiles.hpp>

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

/// A call of `batch` inputs; when `threads` is not zero, one of as many calls that run side by side.
struct call {
    const kernel_table* net = nullptr;
    rates at{};
    double batch = 1;
    double threads = 0;
};

/// Compute and memory time of one kernel at peak.
struct kernel_load {
    double compute = 0;
    double memory = 0;
    double count = 1;  ///< equal kernels
    bool is_dense = false;
};

/// Times at peak summed over a network, apart where the board form has a ratio between them.
struct board_load {
    double direct = 0;             ///< multiply-accumulates
    double winograd = 0;           ///< those that Winograd's algorithm applies to
    double direct_channels = 0;    ///< `direct` with every kernel's part over its input channels per group
    double winograd_channels = 0;  ///< `winograd` likewise
    double activations = 0;        ///< bytes of inputs and outputs
    double weights = 0;            ///< bytes of weights
};

/// What the terms multiply: `scalar` those per call, the rest those per kernel or, for the board form, per network.
struct load {
    std::array<double, terms> scalar{};
    std::vector<kernel_load> kernels;
    board_load board{};
    double threads = 0;
    bool is_board = false;
};

/// Work of a kernel over its multiply-accumulates: partly filled tiles take as long as full ones. Depthwise kernels
/// fill tiles with channels.
[[nodiscard]] inline double fill_factor(const structure& form, const kernel& one, double batch) {
    const double rows = qutibench::detail::rounded_up(one.rows * batch, form.tile_rows);
    if (one.kind == kernel_kind::depthwise)
        return qutibench::detail::rounded_up(one.groups * one.columns, form.tile_columns) * rows;
    const double columns = form.rule == shape_rule::soft
                               ? 1 + form.tile_columns / one.columns
                               : qutibench::detail::rounded_up(one.columns, form.tile_columns);
    const double depth = form.rule == shape_rule::channels ? one.channels_in : one.depth;
    return columns * qutibench::detail::rounded_up(depth, form.tile_depth) * rows;
}

/// Adds a kernel to the sums of the board form. Products of activations take 3.5 times as long as convolutions of as
/// many multiply-accumulates (measured on CPUs and GPUs; see docs/calibration.md).
inline void add_to_board(board_load& sums, const kernel& one, const call& of) {
    constexpr double product_factor = 3.5;
    const bool is_product = one.kind == kernel_kind::matmul || one.kind == kernel_kind::attention ||
                            (one.kind == kernel_kind::dense && one.rows > 1);
    const double compute = 2 * one.macs * of.batch * one.count / of.at.peak * (is_product ? product_factor : 1.0);
    (one.winograd ? sums.winograd : sums.direct) += compute;
    (one.winograd ? sums.winograd_channels : sums.direct_channels) += compute / one.channels_in;
    sums.activations +=
        one.count * (one.elements_in + one.elements_out) * of.batch * of.at.activation_bytes / of.at.bandwidth;
    sums.weights += one.count * one.weights * of.at.weight_bytes / of.at.bandwidth;
}

/// Compute and memory time of a kernel at peak under a structure with tiles.
[[nodiscard]] inline kernel_load kernel_load_of(const structure& form, const kernel& one, const call& of) {
    kernel_load out;
    out.count = one.count;
    out.is_dense = one.kind == kernel_kind::dense || one.kind == kernel_kind::matmul;
    out.compute = 2 * one.macs * of.batch * fill_factor(form, one, of.batch) / of.at.peak;
    const bool resident = of.at.link_bandwidth > 0;
    const double weights = resident ? 0.0 : one.weights * of.at.weight_bytes * (form.reread_weights ? of.batch : 1.0);
    out.memory = (weights + (one.elements_in + one.elements_out) * of.batch * of.at.activation_bytes) / of.at.bandwidth;
    return out;
}

/// Elements of a kernel's activations once unfolded for a matrix product.
[[nodiscard]] inline double unfolded(const kernel& one) {
    const bool is_dense = one.kind == kernel_kind::dense || one.kind == kernel_kind::matmul;
    return is_dense ? one.elements_in : one.rows * one.depth * one.groups;
}

/// The load of a call under a structure; O(kernels).
[[nodiscard]] inline load load_of(const structure& form, const call& of) {
    load out;
    const kernel_table& net = *of.net;
    const auto scalar = [&](term which) -> double& { return out.scalar[static_cast<std::size_t>(which)]; };
    out.threads = of.threads;
    out.is_board = form.rule == shape_rule::board;
    scalar(term::call) = 1 / of.at.host_clock;
    scalar(term::input) = of.batch / of.at.host_clock;
    scalar(term::element) = of.batch * net.inputs / of.at.host_clock;
    scalar(term::launch) = net.launches / of.at.memory_clock;
    if (form.loads_weights) scalar(term::weight) = net.weights / of.at.memory_clock;
    const double excess = net.weights * of.at.weight_bytes - of.at.on_chip_bytes;
    if (of.at.link_bandwidth > 0 && excess > 0) scalar(term::spill) = excess / of.at.link_bandwidth;
    for (const kernel& one : net.kernels) {
        if (form.unfolds) scalar(term::unfold) += one.count * of.batch * unfolded(one) / of.at.memory_clock;
        if (out.is_board) {
            add_to_board(out.board, one, of);
        } else {
            out.kernels.push_back(kernel_load_of(form, one, of));
        }
    }
    return out;
}

}  // namespace qutibench::fitting
