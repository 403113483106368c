// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// An array of processing elements as a platform states it. What it takes for a layer is in model/arrays.hpp.
#pragma once

#include <qutibench/names.hpp>

#include <cstdint>

namespace qutibench {

/// Which operand stays in the processing elements while the others pass.
enum class array_flow : unsigned char {
    output_stationary,  ///< each element sums one output
    weight_stationary,  ///< each element holds one weight
    input_stationary,   ///< each element holds one input
    row_stationary,     ///< each element convolves one row of the input with one row of the kernel (Eyeriss)
    blocks,             ///< no wavefront: a block of outputs takes dot products of a given depth at once (Ethos-U)
};
template <>
inline constexpr enumeration<5> names_of<array_flow>{
    "flow of an array", {"output_stationary", "weight_stationary", "input_stationary", "row_stationary", "blocks"}};

/// The array of one operating mode; it runs at the mode's clock.
struct processing_array {
    std::int64_t rows = 0;     ///< of processing elements; of `blocks`, output positions at once. 0: none is stated
    std::int64_t columns = 0;  ///< of processing elements; of `blocks`, output channels at once
    array_flow flow = array_flow::output_stationary;
    std::int64_t depth = 1;        ///< products that an element of `blocks` sums at once
    std::int64_t count = 1;        ///< arrays side by side, among which a layer's pieces are shared
    bool prefetches = false;       ///< the next piece's operands arrive while this one is computed
    std::int64_t hold = 1;         ///< of `blocks`: cycles for which a set of weights is held at least
    double weights_per_cycle = 0;  ///< of `blocks`: how fast weights arrive; 0: as fast as they are used
    double outputs_per_cycle = 0;  ///< of `blocks`: how fast results leave; 0: as fast as they are made
    std::int64_t buffer = 0;       ///< of `blocks`: bytes for inputs and sums of one block; 0: boundless

    /// Every fact: field(name with its unit, member, one sentence).
    template <class Field>
    static constexpr void describe(Field&& field) {
        using own = processing_array;
        field("rows", &own::rows, "Of processing elements; of blocks, output positions at once.");
        field("columns", &own::columns, "Of processing elements; of blocks, output channels at once.");
        field("flow", &own::flow, "Which operand stays in the elements, or 'blocks'.");
        field("depth", &own::depth, "Products that an element of blocks sums at once.");
        field("count", &own::count, "Arrays side by side.");
        field("prefetches", &own::prefetches, "Whether the next piece's operands arrive while this one is computed.");
        field("hold", &own::hold, "Of blocks: cycles for which a set of weights is held at least.");
        field("weights_per_cycle", &own::weights_per_cycle, "Of blocks; 0 where they arrive as they are used.");
        field("outputs_per_cycle", &own::outputs_per_cycle, "Of blocks; 0 where they leave as they are made.");
        field("buffer_bytes", &own::buffer, "Of blocks, for inputs and sums of one block; 0 where boundless.");
    }

    [[nodiscard]] constexpr bool is_stated() const { return rows > 0 && columns > 0; }
    /// Multiply-accumulates of a cycle in which all elements work.
    [[nodiscard]] constexpr std::int64_t elements() const { return rows * columns * depth * count; }

    friend constexpr bool operator==(const processing_array&, const processing_array&) = default;
};

}  // namespace qutibench
