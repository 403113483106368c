// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What an answer is made of: a row for each kernel, where its tensors live, and energy by where it goes.
#pragma once

#include <qutibench/ask/records.hpp>
#include <qutibench/model/energy.hpp>
#include <qutibench/model/levels.hpp>
#include <qutibench/network/kernels.hpp>

namespace qutibench {

/// One kernel of an answer.
struct explained_kernel {
    std::string layer{};  ///< that leads it
    std::string type{};
    kernel_estimate figures{};
    std::array<std::string, 3> lives{};  ///< by tensor_role: "on chip", "off chip", "partly", or nothing
};

/// An answer taken apart.
struct explained_answer {
    answer of{};
    std::vector<explained_kernel> kernels{};  ///< in execution order; empty for a workload without layers
    double on_chip_bytes = std::numeric_limits<double>::quiet_NaN();  ///< to give away; NaN when unknown
    energy_report energy{};
    std::vector<level_load> levels{};                       ///< off-chip memory first
    double gap = std::numeric_limits<double>::quiet_NaN();  ///< see `placement`
    double tile_bytes = std::numeric_limits<double>::quiet_NaN();
};

using kernel_field = field<explained_kernel>;

/// The columns of kernels; times are seconds of a call, in a dataflow of one input.
inline constexpr auto kernel_fields = [] {
    using one = kernel_field;
    using k = const explained_kernel&;
    return std::to_array<one>({
        one::text("layer", "The layer that leads the kernel.", [](k r) { return r.layer; }).at(1),
        one::text("type", "Of that layer.", [](k r) { return r.type; }).at(2),
        one::number("time_s", "Computing and moving combined, and the fixed cost.", [](k r) { return r.figures.time; })
            .shown("time", "us", 1e-6)
            .at(3)
            .known(),
        one::text("bound",
                  "'compute', 'memory', 'on-chip' for the bandwidth of on-chip memory, or 'host' where that runs it.",
                  [](k r) { return std::string(to_string(r.figures.bound)); })
            .at(4),
        one::number("compute_time_s", "On one core, tiles and efficiency included.",
                    [](k r) { return r.figures.compute_time; })
            .shown("computing", "us", 1e-6)
            .at(5)
            .known(),
        one::number("memory_time_s", "Seconds of moving.", [](k r) { return r.figures.memory_time; })
            .shown("moving", "us", 1e-6)
            .at(6)
            .known(),
        one::number("operations", "Without the padding of tiles.", [](k r) { return r.figures.work; })
            .shown("operations", "MOP", 1e6)
            .at(7)
            .known(),
        one::number("traffic_bytes", "Off-chip bytes.", [](k r) { return r.figures.traffic; })
            .shown("traffic", "kB", 1e3)
            .at(8)
            .known(),
        one::number("on_chip_traffic_bytes", "Through on-chip memory, where it counts.",
                    [](k r) { return r.figures.on_chip_traffic; })
            .known(),
        one::number("on_chip_time_s", "Seconds that they take there.", [](k r) { return r.figures.on_chip_time; })
            .known(),
        one::number("mapping", "Share of the peak that computing attains: tiles and arrays that are filled.",
                    [](k r) { return r.figures.mapping; })
            .shown("mapping", "%", 0.01)
            .where([](k r) { return r.figures.mapping < 1 - 1e-12; })
            .at(12),
        one::text("weights", "Where they live.", [](k r) { return r.lives[0]; }).at(9).maybe(),
        one::text("activations", "Where what it writes lives.", [](k r) { return r.lives[1]; }).at(10).maybe(),
        one::text("state", "Where what it carries from call to call lives.", [](k r) { return r.lives[2]; })
            .where([](k r) { return !r.lives[2].empty(); })
            .maybe(),
    });
}();

/// Takes an answer apart. Throws what `explain` and `predict_energy` throw.
[[nodiscard]] inline explained_answer explained(const answer& of, const energy_options& by = {}) {
    if (of.fitted)
        throw invalid_argument(
            "kernels are of the model's answer on one device: leave the calibration or the devices out");
    const breakdown parts = explain(*of.work, *of.device, of.how);
    explained_answer all{of,
                         {},
                         parts.where.capacity,
                         predict_energy(*of.work, *of.device, of.how, by),
                         level_loads(*of.work, *of.device, of.how, parts),
                         parts.where.gap,
                         parts.where.tile_bytes};
    const auto& layers = of.work->layers();
    std::vector<detail::kernel_part> runs(layers.size());
    detail::assign_kernels(*of.work, runs);
    std::vector<std::size_t> places(layers.size(), 0);
    for (const kernel_estimate& one : parts.kernels) {
        const layer_workload& layer = layers[static_cast<std::size_t>(one.layer)];
        places[static_cast<std::size_t>(one.layer)] = all.kernels.size();
        all.kernels.push_back({layer.name, layer.type, one, {}});
    }
    for (const placed_tensor& one : parts.where.tensors) {
        if (one.layer < 0 || all.kernels.empty()) continue;
        const int leader = runs[static_cast<std::size_t>(one.layer)].kernel;
        explained_kernel& kernel = all.kernels[places[static_cast<std::size_t>(leader)]];
        if (kernel.figures.layer != leader) continue;
        std::string& lives = kernel.lives[static_cast<std::size_t>(one.role)];
        const std::string_view here = one.on_chip ? "on chip" : "off chip";
        lives = lives.empty() || lives == here ? here : "partly";
    }
    return all;
}

/// Energy of one call by where it goes, in joules.
[[nodiscard]] inline record energy_record(const energy_report& of) {
    return {{"arithmetic_j", detail::null_or(of.arithmetic.value())},
            {"on_chip_j", detail::null_or(of.on_chip.value())},
            {"off_chip_j", detail::null_or(of.off_chip.value())},
            {"idle_j", detail::null_or(of.idle.value())},
            {"total_j", detail::null_or(of.total().value())}};
}

/// A level of memory during a call.
[[nodiscard]] inline record level_record(const level_load& of) {
    return {{"level", of.name},
            {"role", to_string(of.role)},
            {"on_chip", of.on_chip},
            {"capacity_bytes", detail::null_or(of.capacity)},
            {"bandwidth_bytes_per_s", detail::null_or(of.bandwidth)},
            {"traffic_bytes", detail::null_or(of.traffic)},
            {"time_s", detail::null_or(of.time)},
            {"counts", of.counts}};
}

/// The answer's own keys, its kernels, the on-chip memory to give away, what each level carries, and the energy of a
/// call.
[[nodiscard]] inline record to_record(const explained_answer& all) {
    record one = to_record(all.of);
    one["traffic_bytes"] = detail::null_or(all.of.prediction.traffic);
    one["on_chip_bytes"] = detail::null_or(all.on_chip_bytes);
    one["placement_gap"] = detail::null_or(all.gap);
    one["tile_bytes"] = detail::null_or(all.tile_bytes);
    record levels = record::array();
    for (const level_load& level : all.levels) levels.push_back(level_record(level));
    one["levels"] = std::move(levels);
    one["energy_by_component"] = energy_record(all.energy);
    one["kernels"] = records_of(std::span<const explained_kernel>(all.kernels), kernel_fields);
    return one;
}

}  // namespace qutibench
