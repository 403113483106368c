// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Expectations from the calibrations that ship with the library.
#pragma once

#include <qutibench/io/populations.hpp>
#include <qutibench/model/expectation.hpp>

namespace qutibench {

/// What to expect of a run on a platform; see `expectation`.
[[nodiscard]] inline expectation expect(const workload& net, const platform& device, const measured_run& run) {
    return expect(net, device, run, detail::shipped_populations::all().that_name(device));
}

}  // namespace qutibench
