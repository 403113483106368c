// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Energy: operations x energy per operation + bits moved x energy per bit, level by level, + static power x time; or
/// average power x time where nothing more is known. Equations, and what the table leaves out, in
/// docs/formulas/energy.md.
#pragma once

#include <qutibench/detail/agreed.hpp>
#include <qutibench/model/energy_tables.hpp>
#include <qutibench/model/predict.hpp>

#include <cmath>

namespace qutibench {

/// Joules of one multiply-accumulate: a multiplication and an addition. Formats that the table lists are exact. Other
/// integers, binary and ternary scale the int8 entries: additions with the wider operand, multiplications with the
/// product of both widths. Other floats cost what the narrowest listed float that holds them costs.
/// Throws unsupported_datatype when none does.
[[nodiscard]] inline double mac_joules(const energy_table& table, const precision& numbers) {
    const datatype& w = numbers.weights;
    const datatype& a = numbers.activations;
    const arithmetic_energy* carrier = nullptr;
    for (const arithmetic_energy& one : table.arithmetic) {
        if (!(one.add_pj > 0)) continue;
        if (one.type == w && one.type == a) return (one.add_pj + one.multiply_pj) * 1e-12;
        const bool holds = one.type.family == number_family::floating && detail::represents(one.type, w) &&
                           detail::represents(one.type, a);
        if (holds && (carrier == nullptr || one.type.bits < carrier->type.bits)) carrier = &one;
    }
    const auto is_integer = [](const datatype& type) {
        return type.family != number_family::floating && type.block == 0;
    };
    for (const arithmetic_energy& one : table.arithmetic)
        if (is_integer(w) && is_integer(a) && one.type == int8)
            return (one.add_pj * std::max(w.bits, a.bits) / 8 + one.multiply_pj * w.bits * a.bits / 64) * 1e-12;
    if (carrier == nullptr)
        throw unsupported_datatype(
            detail::message({"energy table '", table.name, "' has no entry that holds ", to_string(numbers)}));
    return (carrier->add_pj + carrier->multiply_pj) * 1e-12;
}

/// Joules of one bit from an on-chip memory: interpolated on logarithms between the listed sizes, and with the square
/// root of the size beyond them. Throws invalid_argument unless the size is positive and finite.
[[nodiscard]] inline double on_chip_joules_per_bit(const energy_table& table, double capacity_bytes) {
    if (!(capacity_bytes > 0 && capacity_bytes < 1e300))
        throw invalid_argument("an on-chip memory needs a size above 0");
    const auto& all = table.on_chip;
    double pj = 0;
    if (capacity_bytes <= all.front().capacity_bytes || capacity_bytes >= all.back().capacity_bytes) {
        const memory_energy& end = capacity_bytes <= all.front().capacity_bytes ? all.front() : all.back();
        pj = end.read_64_bits_pj * std::sqrt(capacity_bytes / end.capacity_bytes);
    } else {
        std::size_t i = 1;
        while (capacity_bytes > all[i].capacity_bytes) ++i;
        const double along = std::log(capacity_bytes / all[i - 1].capacity_bytes) /
                             std::log(all[i].capacity_bytes / all[i - 1].capacity_bytes);
        pj = all[i - 1].read_64_bits_pj * std::pow(all[i].read_64_bits_pj / all[i - 1].read_64_bits_pj, along);
    }
    return detail::agreed(pj) * 1e-12 / 64;
}

/// Joules of one bit from off-chip memory; NaN where the table has no such memory.
[[nodiscard]] inline double off_chip_joules_per_bit(const energy_table& table,
                                                    off_chip_memory kind = off_chip_memory::ddr) {
    return table.off_chip_64_bits_pj[static_cast<std::size_t>(kind)] * 1e-12 / 64;
}

/// Energy of one call, by where it goes.
struct energy_report {
    joules arithmetic{};
    joules on_chip{};
    joules off_chip{};
    joules idle{};
    seconds latency{};  ///< of the call
    std::int64_t batch = 1;
    std::uint32_t assumed = 0;  ///< set of `assumption`, those of the estimate included

    [[nodiscard]] joules total() const { return arithmetic + on_chip + off_chip + idle; }
    [[nodiscard]] joules per_input() const { return total() / static_cast<double>(batch); }
    [[nodiscard]] double inputs_per_joule() const { return 1 / per_input().value(); }
    /// Energy of one input times the latency, in joule-seconds.
    [[nodiscard]] double delay_product() const { return per_input().value() * latency.value(); }
};

/// What the energy model may need beside the table.
struct energy_options {
    energy_table table = horowitz_45nm;
    watts idle{};  ///< static power, drawn throughout
    off_chip_memory memory = off_chip_memory::ddr;
};

/// Energy of one call of a workload on a device. Arithmetic is that of every multiply-accumulate in its layer's own
/// format; skipped work of a sparsity pattern costs nothing. A workload without layers moves its weights only.
/// Throws what `predict`, `mac_joules` and `on_chip_joules_per_bit` throw.
[[nodiscard]] inline energy_report predict_energy(const workload& net, const platform& device,
                                                  const deployment& how = {}, const energy_options& options = {}) {
    if (how.stream > 0) return predict_energy(net, device, detail::as_call(how), options);
    const estimate time = predict(net, device, how);
    const double known_capacity = detail::on_chip_capacity(device, false);
    const double capacity =
        is_known(quantity_of<bytes>(known_capacity)) ? known_capacity : options.table.on_chip.back().capacity_bytes;
    const double calls = static_cast<double>(time.calls);
    energy_report report;
    report.batch = how.batch;
    report.assumed = time.assumed & ~(static_cast<std::uint32_t>(assumption::average_power) |
                                      static_cast<std::uint32_t>(assumption::measured_power));
    if (known_capacity != capacity) report.assumed |= static_cast<std::uint32_t>(assumption::capacity_unknown);
    double arithmetic = 0;
    double moved = time.weight_bytes;
    const double batch = static_cast<double>(how.batch);
    if (net.layers().empty()) {
        arithmetic = time.work / 2 * mac_joules(options.table, how.datatype);
        report.assumed |= static_cast<std::uint32_t>(assumption::no_layer_detail);
    } else {
        const detail::layer_table table(net, device, how);
        for (std::size_t i = 0; i < table.parts.size(); ++i) {
            const layer_workload& layer = net.layers()[i];
            if (layer.cost.macs == 0) continue;
            const double each = mac_joules(options.table, layer.has_precision ? layer.numbers : how.datatype);
            arithmetic += static_cast<double>(layer.cost.macs) * batch * each / table.parts[i].gain;
        }
        const auto operands = detail::operands_of(net, table, batch, traits_of(how.execution).streams);
        moved = operands.weights + operands.tensors;
    }
    report.arithmetic = quantity_of<joules>(arithmetic);
    report.on_chip = quantity_of<joules>(moved * 8 * on_chip_joules_per_bit(options.table, capacity));
    report.off_chip = quantity_of<joules>(time.traffic * 8 * off_chip_joules_per_bit(options.table, options.memory));
    report.idle = options.idle * quantity_of<seconds>(time.call_time / calls);
    report.latency = time.latency();
    return report;
}

/// Energy of one call at an average power: all that a device with a power figure alone allows. Throws invalid_argument
/// unless the power is positive and finite.
[[nodiscard]] inline energy_report average_power_energy(const estimate& of, watts power) {
    if (!(power.value() > 0 && power.value() < 1e300)) throw invalid_argument("an average power must be above 0");
    energy_report report;
    report.batch = of.batch;
    report.idle = power * quantity_of<seconds>(of.call_time / static_cast<double>(of.calls));
    report.latency = of.latency();
    report.assumed = of.assumed | static_cast<std::uint32_t>(assumption::average_power);
    return report;
}

}  // namespace qutibench
