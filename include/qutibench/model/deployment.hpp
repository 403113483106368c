// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How a network is run on a device: what a user may choose, and what a device loses against its roofline.
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/names.hpp>

#include <cstdint>
#include <string_view>

namespace qutibench {

/// Which tensors live where.
enum class placement_kind : unsigned char {
    published,  ///< weights off-chip, read once a call; activations on chip and free (T section 6.2)
    capacity,   ///< on chip what fits in a fixed order, off-chip what does not
    optimal,    ///< on chip what saves most time, where the roles of memories allow it
};
template <>
inline constexpr enumeration<3> names_of<placement_kind>{"placement", {"published", "capacity", "optimal"}};

/// How the layers share the device.
enum class execution_kind : unsigned char {
    network,   ///< the whole network under one roofline, as published
    layers,    ///< layer by layer, each under its own roofline
    dataflow,  ///< all layers at once as a pipeline
    prefetch,  ///< layer by layer, while the next layer's data arrive
    tiled,     ///< layer by layer in tiles that fit on chip, with what such tiles move again
    array,     ///< layer by layer, on the array of processing elements that the platform states
};
template <>
inline constexpr enumeration<6> names_of<execution_kind>{
    "execution model", {"network", "layers", "dataflow", "prefetch", "tiled", "array"}};

/// Whether moving data hides behind computing.
enum class overlap_kind : unsigned char {
    full,  ///< the slower of the two counts: the roofline
    none,  ///< both count, one after the other
};
template <>
inline constexpr enumeration<2> names_of<overlap_kind>{"overlap", {"full", "none"}};

/// What a layer keeps in memory.
enum class tensor_role : unsigned char { weights, activations, state };
template <>
inline constexpr enumeration<3> names_of<tensor_role>{"tensor role", {"weights", "activations", "state"}};

/// Where a tensor lives, against what capacity would decide.
struct placement_override {
    std::string layer{};
    tensor_role role = tensor_role::weights;
    bool on_chip = true;
};

/// What a device loses against its roofline. The defaults lose nothing, and even so no execution model is faster than
/// level 0 under the published placement; equations in docs/formulas/execution.md.
struct execution_parameters {
    double call_overhead = 0;       ///< s of the host per call; hides behind the other calls in flight
    double input_overhead = 0;      ///< s of the host per input of a call
    double layer_overhead = 0;      ///< s per kernel, layer by layer
    double compute_efficiency = 1;  ///< share of the peak that is attained, in (0, 1]
    double memory_efficiency = 1;   ///< share of the bandwidth that is attained, in (0, 1]
    std::int64_t tile_rows = 1;     ///< output positions that the hardware computes at once
    std::int64_t tile_columns = 1;  ///< output channels that it computes at once
    std::int64_t tile_depth = 1;    ///< products that it sums at once
    double tile_softening = 1;      ///< 1 charges whole tiles, 0 none of their padding; in between, a share of it
    double pipeline_fill = 1;       ///< share of a stage's time that passes before the next stage starts, in [0, 1]
    std::int64_t cores = 1;         ///< the peak is spread over so many; one call computes on one of them
    overlap_kind overlap = overlap_kind::full;

    /// Every parameter: field(name with its SI unit, member, one sentence). The command line, files, Python and the
    /// page have those that stand here.
    template <class Field>
    static constexpr void describe(Field&& field) {
        using own = execution_parameters;
        field("call_overhead_s", &own::call_overhead, "Seconds of the host per call.");
        field("input_overhead_s", &own::input_overhead, "Seconds of the host per input.");
        field("layer_overhead_s", &own::layer_overhead, "Seconds per kernel, layer by layer.");
        field("compute_efficiency", &own::compute_efficiency, "Share of the peak that is attained.");
        field("memory_efficiency", &own::memory_efficiency, "Share of the bandwidth that is attained.");
        field("tile_rows", &own::tile_rows, "Output positions that the hardware computes at once.");
        field("tile_columns", &own::tile_columns, "Output channels that it computes at once.");
        field("tile_depth", &own::tile_depth, "Products that it sums at once.");
        field("tile_softening", &own::tile_softening, "1 charges whole tiles, 0 none of their padding.");
        field("pipeline_fill", &own::pipeline_fill,
              "Share of a stage's time that passes before the next stage starts.");
        field("cores", &own::cores, "The peak is spread over so many.");
        field("overlap", &own::overlap, "'full' (the slower of computing and moving counts) or 'none' (both count).");
    }

    friend constexpr bool operator==(const execution_parameters&, const execution_parameters&) = default;
};

/// How a network is run on a device.
struct deployment {
    precision datatype = qutibench::int8;
    std::int64_t batch = 1;  ///< inputs of one call; in a dataflow, of one stream
    placement_kind placement = placement_kind::published;
    execution_kind execution = execution_kind::network;
    bool carriers = true;             ///< run a datatype the device lacks in the next wider one it has
    bool weights_in_carrier = false;  ///< store weights in the carrier's width too, instead of their own
    bool sparse = false;              ///< run layers with a sparsity pattern at the device's sparse peak
    bool double_buffered = false;     ///< half of the on-chip memory receives the next tensors
    std::int64_t threads = 1;         ///< calls in flight side by side
    std::int64_t stream = 0;          ///< inputs one after the other through a pipeline; 0: calls of `batch` inputs
    execution_parameters parameters{};
    std::vector<placement_override> overrides{};  ///< tensors that are placed by hand

    /// Every setting of one value: field(name, member, one sentence), as above.
    template <class Field>
    static constexpr void describe(Field&& field) {
        using own = deployment;
        field("datatype", &own::datatype, "'int8', 'fp16', 'w2a8' ...");
        field("batch", &own::batch, "Inputs of one call; in a dataflow, of one stream.");
        field("placement", &own::placement,
              "'published' (weights off-chip, activations free), 'capacity' (on chip what fits, in a fixed order) or "
              "'optimal' (what saves most time).");
        field("execution", &own::execution,
              "'network' (one roofline), 'layers' (each layer its own), 'dataflow' (a pipeline), 'prefetch' (layer by "
              "layer, while the next data arrive), 'tiled' (layer by layer, in tiles that fit on chip) or 'array' "
              "(layer by layer, on the array that the platform states).");
        field("threads", &own::threads, "Calls in flight side by side.");
        field("stream", &own::stream, "Inputs one after the other through a pipeline; 0: calls of a batch.");
        field("carriers", &own::carriers, "Run a datatype that the device lacks in the next wider one that it has.");
        field("weights_in_carrier", &own::weights_in_carrier, "Store weights in the carrier's width.");
        field("sparse", &own::sparse, "Use sparsity patterns where the device can.");
        field("double_buffered", &own::double_buffered, "Half of the on-chip memory receives the next tensors.");
    }
};

}  // namespace qutibench
