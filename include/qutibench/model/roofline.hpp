// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The roofline: what a device attains at an operational intensity (T eq. 4.1; Williams et al. 2009,
/// doi:10.1145/1498765.1498785).
#pragma once

#include <qutibench/names.hpp>
#include <qutibench/units.hpp>

namespace qutibench {

/// What holds an estimate back.
enum class bound_kind : unsigned char {
    compute,
    memory,
    compute_at_least,  ///< compute as far as is known: no source states the bandwidth, so memory may bound lower
    on_chip,           ///< the bandwidth of on-chip memory
    host,              ///< the processor that runs what the device's software does not
};
template <>
inline constexpr enumeration<5> names_of<bound_kind>{"bound", {"compute", "memory", "compute?", "on-chip", "host"}};

/// One compute roof and one memory slope.
struct roofline {
    ops_per_second peak{};
    bytes_per_second bandwidth{};

    /// Operational intensity at which the two meet; above it a network is compute-bound.
    [[nodiscard]] constexpr ops_per_byte ridge_point() const { return peak / bandwidth; }

    /// Attainable performance: min(peak, bandwidth * intensity), T eq. 4.1.
    [[nodiscard]] constexpr ops_per_second attainable(ops_per_byte intensity) const {
        const ops_per_second slope = bandwidth * intensity;
        return slope < peak ? slope : peak;
    }

    /// Time to do `work` while moving `traffic`: the slower of the two, T eq. 4.2 as a time. Zero traffic is
    /// compute-bound.
    [[nodiscard]] constexpr seconds time(double work, double traffic) const {
        const double computing = work / peak.value();
        const double moving = traffic / bandwidth.value();
        return quantity_of<seconds>(computing < moving ? moving : computing);
    }

    /// Compute-bound when computing takes at least as long as moving.
    [[nodiscard]] constexpr bound_kind bound(double work, double traffic) const {
        return work / peak.value() < traffic / bandwidth.value() ? bound_kind::memory : bound_kind::compute;
    }
};

}  // namespace qutibench
