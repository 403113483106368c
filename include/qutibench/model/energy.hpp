// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Energy: operations x energy per operation + bits moved x energy per bit, level by level, + static power x time; or
/// average power x time where nothing more is known. Equations, and what the table leaves out, in
/// docs/formulas/energy.md.
#pragma once

#include <qutibench/model/predict.hpp>

#include <array>
#include <cmath>

namespace qutibench {

/// Energy of one addition and one multiplication in a format.
struct arithmetic_energy {
    datatype type{};
    double add_pj = 0;
    double multiply_pj = 0;
};

/// Energy of reading 64 bits from an on-chip memory of a size.
struct memory_energy {
    double capacity_bytes = 0;
    double read_64_bits_pj = 0;
};

/// What arithmetic and memory cost at one process.
struct energy_table {
    std::string_view name{};
    std::string_view source{};
    double process_nm = 0;
    double supply_volts = 0;
    std::array<arithmetic_energy, 4> arithmetic{};
    std::array<memory_energy, 3> on_chip{};
    double off_chip_64_bits_pj = 0;
};

/// M. Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014, figure 1.1.9,
/// doi:10.1109/ISSCC.2014.6757323. DRAM is given as 1.3 to 2.6 nJ per 64 bits; this is the lower end, which is also the
/// 640 pJ per 32 bits that summaries of S quote.
inline constexpr energy_table horowitz_45nm{
    "horowitz_45nm",
    "Horowitz, ISSCC 2014, doi:10.1109/ISSCC.2014.6757323",
    45,
    0.9,
    {{{int8, 0.03, 0.2}, {int32, 0.1, 3.1}, {fp16, 0.4, 1.1}, {fp32, 0.9, 3.7}}},
    {{{8192, 10}, {32768, 20}, {1048576, 100}}},
    1280};

/// What summaries of S (Sze et al. 2020, doi:10.1109/MSSC.2020.3002140) state. Their 0.9 pJ for a 32-bit floating-point
/// multiplication is Horowitz' addition; the multiplication takes 3.7 pJ.
inline constexpr double summarised_dram_read_32_bits_pj = 640;
inline constexpr double summarised_fp32_multiply_pj = 0.9;

/// A process to scale a table to. Energy follows C V^2, and capacitance the feature size (Dennard et al. 1974,
/// doi:10.1109/JSSC.1974.1050511); off-chip memory is left as it is. Below about 22 nm real devices gain less.
struct technology {
    double process_nm = 45;
    double supply_volts = 0.9;
};

/// A table at another process; throws invalid_argument unless size and voltage are positive and finite.
[[nodiscard]] inline energy_table scaled(energy_table table, const technology& to) {
    const auto valid = [](double one) { return one > 0 && one < 1e6; };
    if (!valid(to.process_nm) || !valid(to.supply_volts))
        throw invalid_argument("a process needs a feature size and a supply voltage above 0");
    const double volts = to.supply_volts / table.supply_volts;
    const double factor = to.process_nm / table.process_nm * volts * volts;
    for (arithmetic_energy& one : table.arithmetic) {
        one.add_pj *= factor;
        one.multiply_pj *= factor;
    }
    for (memory_energy& one : table.on_chip) one.read_64_bits_pj *= factor;
    table.process_nm = to.process_nm;
    table.supply_volts = to.supply_volts;
    return table;
}

/// Joules of one multiply-accumulate: a multiplication and an addition. Formats that the table lists are exact. Other
/// integers, binary and ternary scale the int8 entries: additions with the wider operand, multiplications with the
/// product of both widths. Other floats cost what the narrowest listed float that holds them costs.
/// Throws unsupported_datatype when none does.
[[nodiscard]] inline double mac_joules(const energy_table& table, const precision& numbers) {
    const datatype& w = numbers.weights;
    const datatype& a = numbers.activations;
    const arithmetic_energy* carrier = nullptr;
    for (const arithmetic_energy& one : table.arithmetic) {
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
    return pj * 1e-12 / 64;
}

[[nodiscard]] inline double off_chip_joules_per_bit(const energy_table& table) {
    return table.off_chip_64_bits_pj * 1e-12 / 64;
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
};

namespace detail {

/// Bytes that layers read from and write to on-chip memory in one call: weights once, each stored activation once for
/// its writer and once for each kernel that reads it. Whatever comes from off-chip memory passes through it as well.
[[nodiscard]] inline double operand_bytes(const workload& net, layer_table<>& table) {
    double sum = 0;
    for (std::size_t i = 0; i < table.parts.size(); ++i) {
        const layer_workload& layer = net.layers()[i];
        const layer_part& part = table.parts[i];
        if (layer.kind == layer_kind::view) continue;
        sum += part.weights_read + part.state_bytes + (part.stored ? part.output_bytes : 0.0);
        for (const int producer : net.producers(layer)) {
            layer_part& source = table.source(producer);
            if (!source.stored || source.kernel == part.kernel || source.read_by == part.kernel) continue;
            source.read_by = part.kernel;
            sum += source.output_bytes;
        }
    }
    return sum;
}

}  // namespace detail

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
        detail::layer_table table(net, device, how);
        for (std::size_t i = 0; i < table.parts.size(); ++i) {
            const layer_workload& layer = net.layers()[i];
            if (layer.cost.macs == 0) continue;
            const double each = mac_joules(options.table, layer.has_precision ? layer.numbers : how.datatype);
            arithmetic += static_cast<double>(layer.cost.macs) * batch * each / table.parts[i].gain;
        }
        moved = detail::operand_bytes(net, table);
        if (traits_of(how.execution).streams) moved *= batch;  // every input passes through all stages
    }
    report.arithmetic = quantity_of<joules>(arithmetic);
    report.on_chip = quantity_of<joules>(moved * 8 * on_chip_joules_per_bit(options.table, capacity));
    report.off_chip = quantity_of<joules>(time.traffic * 8 * off_chip_joules_per_bit(options.table));
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
