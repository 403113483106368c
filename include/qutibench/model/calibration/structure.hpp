// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The forms that a calibration chooses from, and the weak priors of their terms.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace qutibench::fitting {

/// The terms of the execution time. Every one has one positive coefficient.
enum class term : unsigned char {
    call,      ///< seconds of the host per call
    input,     ///< seconds of the host per input
    element,   ///< seconds of the host per input element
    launch,    ///< seconds per kernel
    weight,    ///< seconds per weight element and call: packing, loading
    unfold,    ///< seconds per element of the unfolded activations (rows x depth) and input: im2col, bit packing
    compute,   ///< time of a multiply-accumulate over the one at peak
    dense,     ///< the same of dense layers, over `compute`
    memory,    ///< time of a byte over the one at peak bandwidth
    serial,    ///< share of a call that does not overlap with other threads' calls
    spill,     ///< time of a weight byte beyond on-chip capacity over the one at the host link's bandwidth
    winograd,  ///< board: time of a multiply-accumulate under Winograd's algorithm over a direct one
    channels,  ///< board: input channels per group at which a kernel takes twice as long as with unlimited ones
    traffic,   ///< board: time of a weight byte over that of an activation byte
    count
};

inline constexpr std::size_t terms = static_cast<std::size_t>(term::count);
inline constexpr std::array<std::string_view, terms> term_names = {"call",   "input",    "element",  "launch", "weight",
                                                                   "unfold", "compute",  "dense",    "memory", "serial",
                                                                   "spill",  "winograd", "channels", "traffic"};

/// A log-normal prior: median and the standard deviation of the logarithm.
struct prior {
    double median = 1;
    double sigma = 1;
};

/// Weak: with a sigma of 2, a factor of e^2 either way costs as much as one residual of one standard deviation.
inline constexpr std::array<prior, terms> default_priors = {{
    {5e-4, 2.0},  // call
    {1e-4, 2.0},  // input
    {1e-8, 2.0},  // element
    {2e-5, 2.0},  // launch
    {1e-9, 2.0},  // weight
    {1e-9, 2.0},  // unfold
    {2.0, 1.5},   // compute: half of peak
    {1.0, 1.0},   // dense: as convolutions
    {1.5, 1.0},   // memory: two thirds of peak bandwidth
    {0.6, 0.7},   // serial
    {1.5, 0.5},   // spill: two thirds of the link
    {0.36, 0.5},  // winograd: 2.8 times as fast
    {10., 0.7},   // channels
    {3.0, 0.5},   // traffic
}};

/// The priors of the board form before its three rates are scaled to the measurements at hand: what matters is how they
/// relate, at 100 GOP/s and 10 GB/s.
[[nodiscard]] constexpr std::array<prior, terms> board_priors() {
    std::array<prior, terms> priors = default_priors;
    priors[static_cast<std::size_t>(term::launch)] = {1e-5, 2.0};
    priors[static_cast<std::size_t>(term::compute)] = {1.0, 1.0};
    priors[static_cast<std::size_t>(term::memory)] = {0.4, 1.0};
    return priors;
}

/// How the work of a kernel grows with its shape.
enum class shape_rule : unsigned char {
    product,   ///< tiles over columns and depth of the matrix product
    channels,  ///< tiles over output and input channels, kernel positions one by one
    soft,      ///< as product, but efficiency saturates with the columns instead of stepping
    board,     ///< sums over the network: no tiles, but Winograd, channel saturation and products of activations
    learned,   ///< sums over the network whose rates lean on measured devices: learned.hpp
    kernels,   ///< single kernels: kernel_process.hpp
};

/// One form: which terms it has and how work follows shape. Sources and worth of each in docs/calibration.md.
struct structure {
    std::string_view name;
    shape_rule rule = shape_rule::product;
    double tile_columns = 1;
    double tile_depth = 1;
    double tile_rows = 1;
    bool reread_weights = false;  ///< weights are streamed for every input instead of once per call
    bool loads_weights = true;    ///< has the `weight` term
    bool unfolds = true;          ///< has the `unfold` term
};

inline constexpr std::array structures = {
    structure{"plain", shape_rule::product, 1, 1, 1, false, true, true},
    structure{"tiles_32", shape_rule::product, 32, 32, 1, false, true, true},
    structure{"tiles_64", shape_rule::product, 64, 64, 1, false, true, true},
    structure{"soft_64", shape_rule::soft, 64, 64, 1, false, true, true},
    structure{"rows_8", shape_rule::product, 32, 64, 8, false, true, true},
    structure{"streamed", shape_rule::product, 1, 1, 1, true, true, true},
    structure{"streamed_64", shape_rule::product, 64, 64, 1, true, true, true},
    structure{"channels_16", shape_rule::channels, 16, 16, 1, false, false, false},
    structure{"channels_32", shape_rule::channels, 32, 32, 1, false, false, false},
    structure{"channels_64", shape_rule::channels, 64, 64, 1, false, false, false},
    structure{"array", shape_rule::product, 1, 1, 1, false, true, false},
    structure{"board", shape_rule::board, 1, 1, 1, false, false, false},
    structure{"learned", shape_rule::learned, 1, 1, 1, false, false, false},
    structure{"kernels", shape_rule::kernels, 1, 1, 1, false, false, false},
};

/// Whether a structure is a sum of the terms above.
[[nodiscard]] constexpr bool has_terms(const structure& of) {
    return of.rule != shape_rule::learned && of.rule != shape_rule::kernels;
}

/// The structure called `name`, or null.
[[nodiscard]] constexpr const structure* find_structure(std::string_view name) {
    for (const structure& one : structures)
        if (one.name == name) return &one;
    return nullptr;
}

}  // namespace qutibench::fitting
