// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What arithmetic and memory cost by technology: published tables, and published laws to scale them by. Figures and
/// what they leave out in docs/formulas/energy.md.
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/detail/agreed.hpp>
#include <qutibench/detail/message.hpp>
#include <qutibench/names.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

namespace qutibench {

/// Energy of one addition and one multiplication in a format; NaN where the table has none.
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

/// What lies beside the chip.
enum class off_chip_memory : unsigned char { ddr, hbm2, gddr6 };
template <>
inline constexpr enumeration<3> names_of<off_chip_memory>{"off-chip memory", {"ddr", "hbm2", "gddr6"}};

/// What arithmetic and memory cost at one process.
struct energy_table {
    std::string_view name{};
    std::string_view source{};
    double process_nm = 0;
    double supply_volts = 0;
    std::array<arithmetic_energy, 5> arithmetic{};
    std::array<memory_energy, 3> on_chip{};
    std::array<double, 3> off_chip_64_bits_pj{};  ///< by off_chip_memory; NaN where the table has none
};

namespace detail {

inline constexpr double not_listed = std::numeric_limits<double>::quiet_NaN();

}  // namespace detail

/// M. Horowitz, "Computing's energy problem (and what we can do about it)", ISSCC 2014, figure 1.1.9,
/// doi:10.1109/ISSCC.2014.6757323. DRAM is given as 1.3 to 2.6 nJ per 64 bits; this is the lower end, which is also the
/// 640 pJ per 32 bits that summaries of S quote.
inline constexpr energy_table horowitz_45nm{"horowitz_45nm",
                                            "Horowitz, ISSCC 2014, doi:10.1109/ISSCC.2014.6757323",
                                            45,
                                            0.9,
                                            {{{int8, 0.03, 0.2},
                                              {int32, 0.1, 3.1},
                                              {fp16, 0.4, 1.1},
                                              {fp32, 0.9, 3.7},
                                              {bf16, detail::not_listed, detail::not_listed}}},
                                            {{{8192, 10}, {32768, 20}, {1048576, 100}}},
                                            {1280, detail::not_listed, detail::not_listed}};

/// N. Jouppi et al., "Ten lessons from three generations shaped Google's TPUv4i", ISCA 2021, table 2,
/// doi:10.1109/ISCA52012.2021.00010, which sets 7 nm beside Horowitz' 45. HBM2 is given as 250 to 450 pJ per 64 bits
/// and GDDR6 as 350 to 480; these are the lower ends. The paper states no supply; 0.75 V is usual at 7 nm.
inline constexpr energy_table jouppi_7nm{
    "jouppi_7nm",
    "Jouppi et al., ISCA 2021, doi:10.1109/ISCA52012.2021.00010",
    7,
    0.75,
    {{{int8, 0.007, 0.07}, {int32, 0.03, 1.48}, {fp16, 0.16, 0.34}, {fp32, 0.38, 1.31}, {bf16, 0.11, 0.21}}},
    {{{8192, 7.5}, {32768, 8.5}, {1048576, 14}}},
    {1300, 250, 350}};

inline constexpr std::array energy_tables{&horowitz_45nm, &jouppi_7nm};

/// A table by its name; throws unknown_name with the nearest one.
[[nodiscard]] inline const energy_table& find_energy_table(std::string_view name) {
    std::vector<std::string_view> names;
    for (const energy_table* one : energy_tables) {
        if (one->name == name) return *one;
        names.push_back(one->name);
    }
    detail::raise(unknown_name("energy table", name, detail::choices(name, names)));
}

/// What summaries of S (Sze et al. 2020, doi:10.1109/MSSC.2020.3002140) state. Their 0.9 pJ for a 32-bit floating-point
/// multiplication is Horowitz' addition; the multiplication takes 3.7 pJ.
inline constexpr double summarised_dram_read_32_bits_pj = 640;
inline constexpr double summarised_fp32_multiply_pj = 0.9;

/// How energy follows a process.
enum class scaling_law : unsigned char {
    dennard,     ///< C V^2, and capacitance the feature size (Dennard et al. 1974, doi:10.1109/JSSC.1974.1050511)
    stillmaker,  ///< as simulated from 180 to 7 nm (Stillmaker and Baas 2017, doi:10.1016/j.vlsi.2017.02.002)
};
template <>
inline constexpr enumeration<2> names_of<scaling_law>{"scaling law", {"dennard", "stillmaker"}};

/// A process to scale a table to. Off-chip memory is left as it is. Below about 22 nm real devices gain less than
/// Dennard's law.
struct technology {
    double process_nm = 45;
    double supply_volts = 0.9;
    scaling_law law = scaling_law::dennard;
};

namespace detail {

/// Relative energy of a gate at a process and a supply: a V^2 + b V + c, with the coefficients of Stillmaker and Baas
/// 2017 for general-purpose (high-performance) transistors, between two nodes on logarithms. Throws invalid_argument
/// outside 7 to 180 nm.
[[nodiscard]] inline double gate_energy(double process_nm, double volts) {
    struct node {
        double nm, square, linear, constant;
    };
    constexpr std::array nodes{
        node{7, 0.1776, -0.09097, 0.02447}, node{10, 0.2068, -0.09311, 0.02375}, node{14, 0.2363, -0.09675, 0.02239},
        node{16, 0.2958, -0.1241, 0.03024}, node{20, 0.373, -0.1582, 0.04104},   node{32, 0.8367, -0.4341, 0.1701},
        node{45, 1.018, -0.3107, 0.1539},   node{65, 3.755, -4.398, 1.975},      node{90, 4.762, -4.781, 2.092},
        node{130, 7.171, -6.709, 2.904},    node{180, 0, 24.64, -17.98}};
    if (!(process_nm >= nodes.front().nm && process_nm <= nodes.back().nm))
        detail::raise(invalid_argument("Stillmaker and Baas scale from 7 to 180 nm; ask for 'dennard' beyond"));
    const auto of = [&](const node& one) { return (one.square * volts + one.linear) * volts + one.constant; };
    std::size_t i = 1;
    while (process_nm > nodes[i].nm) ++i;
    const double below = of(nodes[i - 1]);
    const double above = of(nodes[i]);
    if (!(below > 0 && above > 0)) detail::raise(invalid_argument("the supply is too low for this process"));
    const double along = std::log(process_nm / nodes[i - 1].nm) / std::log(nodes[i].nm / nodes[i - 1].nm);
    return agreed(below * std::pow(above / below, along));
}

}  // namespace detail

/// A table at another process; throws invalid_argument unless size and voltage are positive and finite, and where the
/// law does not reach.
[[nodiscard]] inline energy_table scaled(energy_table table, const technology& to) {
    const auto valid = [](double one) { return one > 0 && one < 1e6; };
    if (!valid(to.process_nm) || !valid(to.supply_volts))
        throw invalid_argument("a process needs a feature size and a supply voltage above 0");
    const double volts = to.supply_volts / table.supply_volts;
    const double factor = to.law == scaling_law::stillmaker
                              ? detail::gate_energy(to.process_nm, to.supply_volts) /
                                    detail::gate_energy(table.process_nm, table.supply_volts)
                              : to.process_nm / table.process_nm * volts * volts;
    for (arithmetic_energy& one : table.arithmetic) {
        one.add_pj *= factor;
        one.multiply_pj *= factor;
    }
    for (memory_energy& one : table.on_chip) one.read_64_bits_pj *= factor;
    table.process_nm = to.process_nm;
    table.supply_volts = to.supply_volts;
    return table;
}

}  // namespace qutibench
