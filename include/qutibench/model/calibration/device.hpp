// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a calibration takes from a platform's description: peaks, bandwidth and clocks of each mode. Plain SI doubles.
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/model/calibration/features.hpp>
#include <qutibench/model/calibration/points.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace qutibench::fitting {

/// A peak in one datatype.
struct native_peak {
    precision numbers{};
    double operations_per_s = 0;
};

/// One mode: figures and clocks relative to the first one.
struct mode_figures {
    std::string name;
    std::vector<native_peak> peaks;
    double bandwidth = 1e10;
    double host_clock = 1;
    double memory_clock = 1;
};

/// A device as a calibration sees it; without modes nobody has described it and rates are nominal.
struct device_figures {
    std::string id;
    std::string device_class;
    std::vector<mode_figures> modes;  ///< the chosen one first
    bool states_bandwidth = true;     ///< false: no source does, and what stands in the modes is for a fit to scale
    double on_chip_bytes = 0;
    double link_bandwidth = 0;  ///< of a memory level named "host_link": weights beyond the on-chip memory cross it

    [[nodiscard]] bool described() const { return !modes.empty(); }
};

namespace detail {

[[nodiscard]] inline double ratio(hertz of, hertz over) {
    return is_known(of) && is_known(over) ? of.value() / over.value() : 1.0;
}

[[nodiscard]] inline double narrowest_peak(const operating_mode& mode) {
    double best = 0;
    for (const peak& one : mode.peaks) best = std::max(best, one.dense.value());
    return best;
}

[[nodiscard]] inline const memory_level& first_off_chip(const operating_mode& mode) {
    return *std::find_if(mode.memories.begin(), mode.memories.end(),
                         [](const memory_level& one) { return !one.on_chip; });
}

}  // namespace detail

namespace detail {

/// A mode's bandwidth; where no source states it, that of the first mode which has one, and where none has, what feeds
/// the fastest peak at 100 operations a byte, as most devices are built.
[[nodiscard]] inline double bandwidth_of(const operating_mode& mode, const std::vector<operating_mode>& all) {
    constexpr double usual_ridge = 100;
    const bytes_per_second own = first_off_chip(mode).bandwidth;
    if (is_known(own)) return own.value();
    for (const operating_mode& other : all)
        if (const bytes_per_second one = first_off_chip(other).bandwidth; is_known(one)) return one.value();
    return narrowest_peak(mode) / usual_ridge;
}

/// The modes of a platform, the chosen one first.
[[nodiscard]] inline std::vector<operating_mode> modes_of(const platform& device) {
    std::vector<operating_mode> all{device.mode()};
    for (const operating_mode& one : device.modes())
        if (one.name != device.mode().name) all.push_back(one);
    return all;
}

}  // namespace detail

/// The figures of a platform. Memory terms follow the memory's clock where modes state it, else its bandwidth; on a
/// device whose weights live on chip behind a host link they follow the device's own clock, that is its peak.
[[nodiscard]] inline device_figures figures_of(const platform& device) {
    device_figures out;
    out.id = device.id();
    out.device_class = device.device_class;
    const std::vector<operating_mode> modes = detail::modes_of(device);
    const operating_mode& reference = modes.front();
    for (const memory_level& one : reference.memories) {
        if (one.on_chip && is_known(one.capacity)) out.on_chip_bytes += one.capacity.value();
        if (one.name == "host_link" && is_known(one.bandwidth)) out.link_bandwidth = one.bandwidth.value();
    }
    const bytes_per_second usual = detail::first_off_chip(reference).bandwidth;
    out.states_bandwidth = std::any_of(modes.begin(), modes.end(), [](const operating_mode& one) {
        return is_known(detail::first_off_chip(one).bandwidth);
    });
    for (const operating_mode& mode : modes) {
        mode_figures figures;
        figures.name = mode.name;
        for (const peak& one : mode.peaks) figures.peaks.push_back({one.numbers, one.dense.value()});
        const bytes_per_second bandwidth = detail::first_off_chip(mode).bandwidth;
        figures.bandwidth = detail::bandwidth_of(mode, modes);
        figures.host_clock = detail::ratio(mode.host_clock, reference.host_clock);
        if (out.link_bandwidth > 0) {
            figures.memory_clock = detail::narrowest_peak(mode) / detail::narrowest_peak(reference);
            figures.bandwidth *= figures.memory_clock;
        } else if (is_known(mode.memory_clock) && is_known(reference.memory_clock)) {
            figures.memory_clock = detail::ratio(mode.memory_clock, reference.memory_clock);
            if (is_known(bandwidth) && is_known(usual) && bandwidth == usual) figures.bandwidth *= figures.memory_clock;
        } else if (is_known(bandwidth) && is_known(usual)) {
            figures.memory_clock = bandwidth / usual;
        }
        out.modes.push_back(figures);
    }
    return out;
}

/// The peak that a datatype runs at: its own, else that of the narrowest format which holds it, else the fastest one,
/// since whoever measured it ran it somehow.
[[nodiscard]] inline double peak_in(const mode_figures& mode, const precision& wanted) {
    const native_peak* carrier = nullptr;
    double fastest = 0;
    const auto width = [](const precision& numbers) { return numbers.weights.bits + numbers.activations.bits; };
    for (const native_peak& one : mode.peaks) {
        if (one.numbers == wanted) return one.operations_per_s;
        fastest = std::max(fastest, one.operations_per_s);
        const bool holds = qutibench::detail::represents(one.numbers.weights, wanted.weights) &&
                           qutibench::detail::represents(one.numbers.activations, wanted.activations);
        if (holds && (carrier == nullptr || width(one.numbers) < width(carrier->numbers))) carrier = &one;
    }
    return carrier != nullptr ? carrier->operations_per_s : fastest;
}

/// Rates in a mode, by its name, and a datatype. Throws unknown_name with the nearest mode. A board that nobody
/// described gets 100 GOP/s in 32 bits, twice that in 16, and 10 GB/s, which its fit then scales.
[[nodiscard]] inline rates rates_in(const device_figures& device, std::string_view mode, const precision& numbers) {
    rates out;
    out.weight_bytes = numbers.weights.bytes_per_element();
    out.activation_bytes = numbers.activations.bytes_per_element();
    if (!device.described()) {
        out.peak = 1e11 * 32 / std::max(8, numbers.activations.bits);
        return out;
    }
    const mode_figures* found = nullptr;
    std::vector<std::string_view> names;
    for (const mode_figures& one : device.modes) {
        names.push_back(one.name);
        if (one.name == mode) found = &one;
    }
    if (found == nullptr && device.modes.size() == 1 && device.modes.front().name.empty())
        found = &device.modes.front();
    if (found == nullptr)
        throw unknown_name("mode of " + device.id, mode, qutibench::detail::nearest_name(mode, names));
    out.peak = peak_in(*found, numbers);
    out.bandwidth = found->bandwidth;
    out.host_clock = found->host_clock;
    out.memory_clock = found->memory_clock;
    out.on_chip_bytes = device.on_chip_bytes;
    out.link_bandwidth = device.link_bandwidth;
    return out;
}

/// Throws invalid_argument unless the counts of a run are at least 1.
inline void require_valid(const measured_run& run) {
    if (run.value >= 1 && run.call_batch >= 1) return;
    throw invalid_argument(std::string(to_string(run.how)) + " and the batch of a call must be at least 1, not " +
                           std::to_string(run.value) + " and " + std::to_string(run.call_batch));
}

/// A run that names its mode, where an empty name means the chosen mode of a described device.
[[nodiscard]] inline measured_run in_named_mode(measured_run run, const device_figures& device) {
    if (run.mode.empty() && device.described()) run.mode = device.modes.front().name;
    return run;
}

/// A run of a network on a device as the terms see it; throws as rates_in and require_valid do.
[[nodiscard]] inline call call_of(const kernel_table& net, const device_figures& device, const measured_run& run) {
    require_valid(run);
    return {&net, rates_in(device, in_named_mode(run, device).mode, run.datatype), static_cast<double>(run.batch()),
            static_cast<double>(run.threads())};
}

}  // namespace qutibench::fitting
