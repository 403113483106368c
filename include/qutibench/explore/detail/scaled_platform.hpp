// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/hardware/platform.hpp>

#include <utility>
#include <vector>

namespace qutibench::detail {

/// The selected mode of a device with its peaks and the bandwidth of what is not on chip multiplied. Its price stays.
[[nodiscard]] inline platform scaled_platform(const platform& device, double compute, double bandwidth) {
    operating_mode mode = device.mode();
    for (peak& one : mode.peaks) {
        one.dense *= compute;
        one.sparse *= compute;
    }
    for (memory_level& one : mode.memories)
        if (!one.on_chip) one.bandwidth *= bandwidth;
    platform changed(device.id(), std::vector<operating_mode>{std::move(mode)});
    changed.price_usd = device.price_usd;
    return changed;
}

}  // namespace qutibench::detail
