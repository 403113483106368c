// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// FPGAs: what a fabric holds, what a multiply-accumulate costs on it by datatype, and the peaks that follow. T 7.2.4
/// and 8.3.1 ask to factor in actual resource usage and clock. Equations in docs/formulas/fpga.md.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/hardware/platform.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace qutibench {

/// Amounts of what an FPGA is made of.
struct fpga_resources {
    std::int64_t luts = 0;    ///< six-input look-up tables
    std::int64_t dsps = 0;    ///< DSP48 or DSP58 slices
    std::int64_t bram18 = 0;  ///< block memories of 18 Kibit
    std::int64_t urams = 0;   ///< block memories of 288 Kibit
    std::int64_t flip_flops = 0;

    constexpr fpga_resources& operator+=(const fpga_resources& more) {
        luts += more.luts;
        dsps += more.dsps;
        bram18 += more.bram18;
        urams += more.urams;
        flip_flops += more.flip_flops;
        return *this;
    }
    /// Capacity of the block memories: UG573, 18 Kibit and 288 Kibit each.
    [[nodiscard]] constexpr bytes memory() const {
        return quantity_of<bytes>(static_cast<double>(bram18) * 18 * 128 + static_cast<double>(urams) * 288 * 128);
    }
    [[nodiscard]] constexpr bool fits(const fpga_resources& budget) const {
        return luts <= budget.luts && dsps <= budget.dsps && bram18 <= budget.bram18 && urams <= budget.urams &&
               flip_flops <= budget.flip_flops;
    }
    friend constexpr bool operator==(const fpga_resources&, const fpga_resources&) = default;
};

/// A board or device with its resources.
struct fpga_part {
    std::string_view board{};
    std::string_view part{};
    fpga_resources has{};
    bytes_per_second bandwidth = unknown<bytes_per_second>;  ///< of its off-chip memory
    std::string_view source{};
};

/// Boards with sourced resource counts; a flip-flop count of 0 is not stated.
inline constexpr std::array fpga_parts{
    fpga_part{"ZCU104",
              "XCZU7EV",
              {230400, 1728, 624, 96, 460800},
              quantity_of<bytes_per_second>(19.2e9),
              "fpgaconvnet-optimiser@d11a643 zcu104.toml, samo@c562238 zcu106.json; bandwidth T table 6.2"},
    fpga_part{"ZCU102",
              "XCZU9EG",
              {274080, 2520, 1824, 0, 548160},
              quantity_of<bytes_per_second>(19.2e9),
              "fpgaconvnet-optimiser zcu102.toml; bandwidth T table 6.2"},
    fpga_part{"Ultra96",
              "XCZU3EG",
              {70560, 360, 432, 0, 141120},
              quantity_of<bytes_per_second>(4.26e9),
              "fpgaconvnet-optimiser zu3eg.toml; bandwidth T table 6.2"},
    fpga_part{"KV260",
              "XCK26",
              {117120, 1248, 288, 64, 0},
              unknown<bytes_per_second>,
              "Kria application documentation, nlp-smartvision hardware architecture"},
    fpga_part{"PYNQ-Z1", "XC7Z020", {53200, 220, 280, 0, 106400}, unknown<bytes_per_second>, "FINN platforms.py"},
    fpga_part{"ZC706",
              "XC7Z045",
              {218600, 900, 1090, 0, 437200},
              quantity_of<bytes_per_second>(12.8e9),
              "fpgaconvnet-optimiser zc706.toml"},
    fpga_part{"Alveo U50",
              "XCU50",
              {871680, 5952, 2688, 640, 1743360},
              quantity_of<bytes_per_second>(460e9),
              "fpgaconvnet-optimiser u50.toml; bandwidth UG1393"},
    fpga_part{"Alveo U250",
              "XCU250",
              {1728000, 12288, 5376, 1280, 3456000},
              quantity_of<bytes_per_second>(77e9),
              "fpgaconvnet-optimiser u250.toml; bandwidth UG1393"},
    fpga_part{"Alveo U280",
              "XCU280",
              {1163520, 8496, 3504, 960, 2327040},
              quantity_of<bytes_per_second>(460e9),
              "FINN platforms.py, sum of the SLRs"},
    fpga_part{"VCU1525",
              "XCVU9P",
              {1182240, 6840, 4320, 960, 2364480},
              quantity_of<bytes_per_second>(76.8e9),
              "fpgaconvnet-optimiser vcu1525.toml, u200.toml"},
};

/// The board called `name`; throws unknown_name with the nearest one.
[[nodiscard]] inline const fpga_part& find_fpga(std::string_view name) {
    std::array<std::string_view, fpga_parts.size()> names{};
    for (std::size_t i = 0; i < names.size(); ++i) {
        names[i] = fpga_parts[i].board;
        if (names[i] == name || fpga_parts[i].part == name) return fpga_parts[i];
    }
    throw unknown_name("FPGA board", name, detail::nearest_name(name, names));
}

/// What one multiply-accumulate per cycle takes.
struct mac_cost {
    double luts = 0;
    double dsps = 0;
    std::string_view source{};
};

namespace fpga_cost {

namespace detail {

[[nodiscard]] inline double integer_bits(const datatype& type) {
    if (type.family == number_family::floating || type.block > 0)
        throw invalid_argument(qutibench::detail::message({"this cost formula takes integers, not ", to_string(type)}));
    return type.bits;
}

}  // namespace detail

/// Implied by T table 6.2: 30.7 and 8.8 TOP/s from 230,400 LUTs at 500 MHz; 4.60 TOP/s from 1728 DSPs at 666 MHz.
inline constexpr mac_cost published_int2{7.5, 0, "T table 6.2, ZCU104-FINN INT2"};
inline constexpr mac_cost published_int4{26.18, 0, "T table 6.2, ZCU104-FINN INT4"};
inline constexpr mac_cost published_int8{0, 0.5, "T table 6.2, DPU: two INT8 MACs a DSP slice and cycle"};

/// FINN-R (Blott et al. 2018, doi:10.1145/3242897) as coded in FINN's matrixvectoractivation_hls.py, for long dot
/// products: 1.1 * ((2 * ceil((w + a) / 6) - 1) * (w + a) + 2 * (w + a)) LUTs. Throws invalid_argument on floats.
[[nodiscard]] inline mac_cost finn(const precision& numbers) {
    const double bits = detail::integer_bits(numbers.weights) + detail::integer_bits(numbers.activations);
    const int sixths = (static_cast<int>(bits) + 5) / 6;
    return {1.1 * ((2 * sixths - 1) * bits + 2 * bits), 0, "FINN-R as coded in FINN (c1 = 1.1)"};
}

/// BISMO's bit-serial dot product units (Umuroglu et al. 2018, doi:10.1109/FPL.2018.00059; estimateResources in
/// BISMO.scala): w * a * (1.17 + (44.1 + 120.1) / depth) LUTs for units of `depth` bits. Throws invalid_argument.
[[nodiscard]] inline mac_cost bismo(const precision& numbers, int depth) {
    if (depth < 1) throw invalid_argument("the depth of a bit-serial unit must be at least 1");
    const double passes = detail::integer_bits(numbers.weights) * detail::integer_bits(numbers.activations);
    return {passes * (1.17 + (44.1 + 120.1) / depth), 0, "BISMO.scala estimateResources"};
}

}  // namespace fpga_cost

/// One way to compute in one datatype on a fabric.
struct fpga_design {
    precision numbers{};
    mac_cost cost{};
    hertz clock{};
    double utilisation = 1;  ///< share of the LUTs and DSPs that multiply-accumulates get, in (0, 1]
};

/// Peak of a fabric that is filled with one design: 2 operations * clock * MACs, as many as LUTs and DSPs allow.
/// Throws invalid_argument when the design costs nothing, does not fit once, or a figure is out of range.
[[nodiscard]] inline ops_per_second fpga_peak(const fpga_resources& has, const fpga_design& design) {
    const auto& cost = design.cost;
    const bool stated = cost.luts >= 0 && cost.dsps >= 0 && cost.luts + cost.dsps > 0 && cost.luts + cost.dsps < 1e300;
    if (!stated || !(design.clock.value() > 0) || !(design.utilisation > 0 && design.utilisation <= 1))
        throw invalid_argument("an FPGA design needs a cost, a clock above 0 and a utilisation above 0 and at most 1");
    double fitting = std::numeric_limits<double>::infinity();
    if (cost.luts > 0) fitting = std::min(fitting, static_cast<double>(has.luts) * design.utilisation / cost.luts);
    if (cost.dsps > 0) fitting = std::min(fitting, static_cast<double>(has.dsps) * design.utilisation / cost.dsps);
    if (fitting < 1)
        throw invalid_argument(
            detail::message({"not one ", to_string(design.numbers), " multiply-accumulate fits the fabric"}));
    return quantity_of<ops_per_second>(2 * fitting * design.clock.value());
}

/// A fabric as a platform with one roofline per datatype: each design has the whole fabric to itself, and its block
/// memories are the on-chip memory. Throws invalid_argument as `fpga_peak` and `platform` do.
[[nodiscard]] inline platform fpga_platform(std::string id, const fpga_part& part,
                                            std::span<const fpga_design> designs) {
    operating_mode mode;
    for (const fpga_design& one : designs)
        mode.peaks.push_back({.numbers = one.numbers, .dense = fpga_peak(part.has, one)});
    mode.memories.push_back({.name = "off-chip", .bandwidth = part.bandwidth});
    mode.memories.push_back({.name = "block memory", .capacity = part.has.memory(), .on_chip = true});
    platform device(std::move(id), {std::move(mode)});
    device.device_class = "fpga";
    for (std::size_t i = 0; i < designs.size(); ++i)
        device.sources.push_back(
            {.pointer = detail::message({"/modes/0/peaks/", i}),
             .source = std::string(part.source),
             .basis = "derived",
             .derivation = detail::message({"2 x MACs that fit x clock; cost per MAC: ", designs[i].cost.source})});
    return device;
}

}  // namespace qutibench
