// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What does doubling one thing buy: on-chip memory, bandwidths, the peak?
#pragma once

#include <qutibench/hardware/scaled_platform.hpp>
#include <qutibench/model/predict.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace qutibench {

/// One part of a device that a doubling changes, and all the others not.
struct doubled_part {
    std::string_view key{};
    std::string_view says{};
    device_scales by{};
};

/// What may be doubled. Processing elements at the same clock are the peak.
inline constexpr std::array doubled_parts = {
    doubled_part{"on_chip_capacity", "on-chip memory", {.on_chip = 2}},
    doubled_part{"on_chip_bandwidth", "bandwidth of on-chip memory", {.on_chip_bandwidth = 2}},
    doubled_part{"bandwidth", "off-chip bandwidth", {.bandwidth = 2}},
    doubled_part{"peak", "peak: processing elements or clock", {.compute = 2}},
    doubled_part{"everything", "all of them", {2, 2, 2, 2}},
};

/// What a doubling buys.
struct doubling {
    std::string_view key{};  ///< "as_is" for the device itself
    std::string_view says{};
    estimate prediction{};
    double gain = 1;  ///< throughput over that of the device as it is
};

/// The device as it is, and with each part doubled. Where no source states a figure, doubling it changes nothing.
/// Throws what `predict` throws.
template <std::same_as<workload> Workload>
[[nodiscard]] std::vector<doubling> doublings(const Workload& net, const platform& device, const deployment& how = {}) {
    std::vector<doubling> rows{{"as_is", "as it is", predict(net, device, how), 1}};
    const double base = rows[0].prediction.throughput().value();
    for (const doubled_part& one : doubled_parts) {
        const estimate changed = predict(net, scaled(device, one.by), how);
        rows.push_back({one.key, one.says, changed, changed.throughput().value() / base});
    }
    return rows;
}

}  // namespace qutibench
