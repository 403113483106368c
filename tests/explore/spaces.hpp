// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A small design space with every kind of axis.
#pragma once

#include <qutibench/explore/design_space.hpp>
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo/cnv_mlp.hpp>

#include <cmath>

namespace testing {

/// Two networks, one of them known by its totals only, on a device with two datatypes and one with a single one.
[[nodiscard]] inline qutibench::design_axes small_axes() {
    using namespace qutibench;
    design_axes axes;
    const auto cnv = std::make_shared<workload>(analyze(graph(zoo::cnv())));
    const auto table_row =
        std::make_shared<workload>("row", quantity_of<operations>(2'450'000'001), quantity_of<elements>(10'100'003));
    axes.networks = {{"cnv", 1, cnv, {{precision(int8), 0.8}}}, {"row", 0.3, table_row, {}}};
    operating_mode both;
    both.name = "fast";
    both.peaks = {{.numbers = int8, .dense = quantity_of<ops_per_second>(3.1e12)},
                  {.numbers = fp32, .dense = quantity_of<ops_per_second>(0.7e12)}};
    both.memories = {{.name = "ddr", .bandwidth = quantity_of<bytes_per_second>(19.3e9)},
                     {.name = "sram", .capacity = quantity_of<bytes>(2e6), .on_chip = true}};
    both.power = quantity_of<watts>(7.5);
    operating_mode single;
    single.peaks = {{.numbers = int8, .dense = quantity_of<ops_per_second>(4e12)}};
    single.memories = {{.name = "unstated"}};
    axes.platforms = {std::make_shared<platform>("gpu", std::vector{both}),
                      std::make_shared<platform>("accelerator", std::vector{single})};
    axes.datatypes = {int8, fp32};
    axes.compute_scales = {1.0, 1.7};
    axes.bandwidth_scales = {1.0, 0.3};
    axes.placements = {placement_kind::published, placement_kind::capacity};
    axes.executions = {execution_kind::network, execution_kind::layers};
    axes.batches = {1, 7, 64};
    axes.how.carriers = false;
    return axes;
}

}  // namespace testing
