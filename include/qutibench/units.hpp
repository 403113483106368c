// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Physical quantities of the models, as Boost.Units quantities behind named aliases.
///
/// Operations and multiply-accumulates are different dimensions on purpose: one MAC is two operations, and adding or
/// comparing the two without saying so is the field's most common mistake, so here it does not compile.
/// Counts are exact 64-bit integers, rates and times are doubles in SI units. `value()` gives the bare number.
#pragma once

#include <boost/units/base_dimension.hpp>
#include <boost/units/base_unit.hpp>
#include <boost/units/base_units/si/kilogram.hpp>
#include <boost/units/base_units/si/meter.hpp>
#include <boost/units/base_units/si/second.hpp>
#include <boost/units/derived_dimension.hpp>
#include <boost/units/make_system.hpp>
#include <boost/units/physical_dimensions/energy.hpp>
#include <boost/units/physical_dimensions/frequency.hpp>
#include <boost/units/physical_dimensions/power.hpp>
#include <boost/units/quantity.hpp>

#include <cstdint>

namespace qutibench {

namespace dimension {

// Base dimensions of this library; the ordinals only have to differ from those of other Boost.Units users.
struct operation : boost::units::base_dimension<operation, 51001> {};
struct multiply_accumulate : boost::units::base_dimension<multiply_accumulate, 51002> {};
struct element : boost::units::base_dimension<element, 51003> {};
struct information : boost::units::base_dimension<information, 51004> {};
struct input : boost::units::base_dimension<input, 51005> {};

}  // namespace dimension

namespace unit {

struct operation_base : boost::units::base_unit<operation_base, dimension::operation::dimension_type, 51001> {};
struct mac_base : boost::units::base_unit<mac_base, dimension::multiply_accumulate::dimension_type, 51002> {};
struct element_base : boost::units::base_unit<element_base, dimension::element::dimension_type, 51003> {};
struct byte_base : boost::units::base_unit<byte_base, dimension::information::dimension_type, 51004> {};
struct input_base : boost::units::base_unit<input_base, dimension::input::dimension_type, 51005> {};

using system = boost::units::make_system<operation_base, mac_base, element_base, byte_base, input_base,
                                         boost::units::si::meter_base_unit, boost::units::si::kilogram_base_unit,
                                         boost::units::si::second_base_unit>::type;

template <class Dimension>
using of = boost::units::unit<typename Dimension::dimension_type, system>;

using operation = of<dimension::operation>;
using mac = of<dimension::multiply_accumulate>;
using element = of<dimension::element>;
using byte = of<dimension::information>;
using input = of<dimension::input>;
using second = boost::units::unit<boost::units::time_dimension, system>;
using hertz = boost::units::unit<boost::units::frequency_dimension, system>;
using joule = boost::units::unit<boost::units::energy_dimension, system>;
using watt = boost::units::unit<boost::units::power_dimension, system>;

template <class Numerator, class Denominator>
using per = typename boost::units::divide_typeof_helper<Numerator, Denominator>::type;

}  // namespace unit

using operations = boost::units::quantity<unit::operation, std::int64_t>;  ///< exact count; one MAC is two
using macs = boost::units::quantity<unit::mac, std::int64_t>;              ///< exact count
using elements = boost::units::quantity<unit::element, std::int64_t>;      ///< model size or tensor size, datatype-free
using bytes = boost::units::quantity<unit::byte>;
using inputs =
    boost::units::quantity<unit::input, std::int64_t>;  ///< inferences, images, tokens: what the network consumes
using seconds = boost::units::quantity<unit::second>;
using hertz = boost::units::quantity<unit::hertz>;
using joules = boost::units::quantity<unit::joule>;
using watts = boost::units::quantity<unit::watt>;
using ops_per_second = boost::units::quantity<unit::per<unit::operation, unit::second>>;
using bytes_per_second = boost::units::quantity<unit::per<unit::byte, unit::second>>;
using inputs_per_second = boost::units::quantity<unit::per<unit::input, unit::second>>;
using ops_per_byte = boost::units::quantity<unit::per<unit::operation, unit::byte>>;  ///< operational intensity

/// A quantity from a bare number in the unit of its alias: `quantity_of<bytes_per_second>(4.26e9)`.
template <class Quantity>
[[nodiscard]] constexpr Quantity quantity_of(typename Quantity::value_type value) {
    return Quantity::from_value(value);
}

namespace detail {

/// A literal's value: the nearest whole one of a count, since 0.063L * 1e9L is just below 63 million.
template <class Quantity>
[[nodiscard]] constexpr Quantity scaled_literal(long double value, long double factor) {
    using number = typename Quantity::value_type;
    const long double scaled = value * factor;
    const auto cut = static_cast<number>(scaled);
    const bool rounds_up = static_cast<number>(1) / 2 == 0 && scaled - static_cast<long double>(cut) >= 0.5L;
    return Quantity::from_value(rounds_up ? cut + 1 : cut);
}

}  // namespace detail

/// `using namespace qutibench::literals;` then `4.26_gb_per_s`, `470_mop`, `30_ips`, `2_gib`. Prefixes are decimal
/// except for kib, mib and gib.
namespace literals {

// NOLINTBEGIN
#define QUTIBENCH_LITERAL(suffix, type, factor)                                       \
    constexpr type operator""_##suffix(long double value) {                           \
        return detail::scaled_literal<type>(value, factor);                           \
    }                                                                                 \
    constexpr type operator""_##suffix(unsigned long long value) {                    \
        return detail::scaled_literal<type>(static_cast<long double>(value), factor); \
    }
QUTIBENCH_LITERAL(op, operations, 1.0L)
QUTIBENCH_LITERAL(mop, operations, 1e6L)
QUTIBENCH_LITERAL(gop, operations, 1e9L)
QUTIBENCH_LITERAL(gmac, macs, 1e9L)
QUTIBENCH_LITERAL(gop_per_s, ops_per_second, 1e9L)
QUTIBENCH_LITERAL(top_per_s, ops_per_second, 1e12L)
QUTIBENCH_LITERAL(byte, bytes, 1.0L)
QUTIBENCH_LITERAL(kb, bytes, 1e3L)
QUTIBENCH_LITERAL(mb, bytes, 1e6L)
QUTIBENCH_LITERAL(gb, bytes, 1e9L)
QUTIBENCH_LITERAL(kib, bytes, 1024.0L)
QUTIBENCH_LITERAL(mib, bytes, 1048576.0L)
QUTIBENCH_LITERAL(gib, bytes, 1073741824.0L)
QUTIBENCH_LITERAL(mb_per_s, bytes_per_second, 1e6L)
QUTIBENCH_LITERAL(gb_per_s, bytes_per_second, 1e9L)
QUTIBENCH_LITERAL(tb_per_s, bytes_per_second, 1e12L)
QUTIBENCH_LITERAL(ips, inputs_per_second, 1.0L)
QUTIBENCH_LITERAL(s, seconds, 1.0L)
QUTIBENCH_LITERAL(ms, seconds, 1e-3L)
QUTIBENCH_LITERAL(us, seconds, 1e-6L)
QUTIBENCH_LITERAL(ns, seconds, 1e-9L)
QUTIBENCH_LITERAL(mhz, hertz, 1e6L)
QUTIBENCH_LITERAL(w, watts, 1.0L)
QUTIBENCH_LITERAL(mw, watts, 1e-3L)
QUTIBENCH_LITERAL(mj, joules, 1e-3L)
#undef QUTIBENCH_LITERAL
// NOLINTEND

}  // namespace literals

}  // namespace qutibench
