// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/hardware/platform.hpp>

#include <utility>
#include <vector>

namespace qutibench {

/// A device as it might be: factors of what its data sheet states.
struct device_scales {
    double compute = 1;    ///< of the peaks and the clock
    double bandwidth = 1;  ///< of memory that is not on chip
    double on_chip = 1;    ///< of the capacity of on-chip memory
    double on_chip_bandwidth = 1;

    friend constexpr bool operator==(const device_scales&, const device_scales&) = default;
};

/// The selected mode of a device, scaled. It keeps its id, its name and what describes it.
[[nodiscard]] inline platform scaled(const platform& device, const device_scales& by) {
    if (by == device_scales{}) return device;
    operating_mode mode = device.mode();
    mode.clock *= by.compute;
    for (peak& one : mode.peaks) {
        one.dense *= by.compute;
        one.sparse *= by.compute;
    }
    for (memory_level& one : mode.memories) {
        if (one.on_chip) one.capacity *= by.on_chip;
        one.bandwidth *= one.on_chip ? by.on_chip_bandwidth : by.bandwidth;
    }
    platform changed(device.id(), std::vector<operating_mode>{std::move(mode)});
    changed.rename(device.name());
    changed.device_class = device.device_class;
    platform::describe([&](std::string_view, auto member, std::string_view) { changed.*member = device.*member; });
    changed.operators = device.operators;
    return changed;
}

}  // namespace qutibench
