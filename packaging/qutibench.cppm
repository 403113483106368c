// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The core as a C++20 module: `import qutibench;`. Macros do not come through a module: QUTIBENCH_VERSION stays with
/// <qutibench/version.hpp>.
///
/// What the core includes of other libraries stands in the global module fragment, and a test compares the lists. With
/// GNU's library, clang++ 19 finds operators of strings and iterators only where the importing file includes
/// <algorithm>, <string> and <vector> before `import qutibench;`.
module;

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

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

export module qutibench;

// Quantities are compared and multiplied by Boost's operators.
export namespace boost::units {
using boost::units::operator+;
using boost::units::operator-;
using boost::units::operator*;
using boost::units::operator/;
using boost::units::operator==;
using boost::units::operator!=;
using boost::units::operator<;
using boost::units::operator<=;
using boost::units::operator>;
using boost::units::operator>=;
}  // namespace boost::units

// The names keep belonging to no module, so that files that import and files that include link together.
export extern "C++" {
#include <qutibench/qutibench.hpp>
}
