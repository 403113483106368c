// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks and platforms of a session as JSON objects.
#pragma once

#include <qutibench/ask/records.hpp>
#include <qutibench/ask/session.hpp>
#include <qutibench/io/attained.hpp>

#include <memory>

namespace qutibench {

[[nodiscard]] inline record network_record(const network_entry& net, const workload& work) {
    return {{"network", net.id},
            {"name", net.name},
            {"task", detail::null_or(net.task)},
            {"operations", work.operation_count},
            {"macs", work.mac_count},
            {"weights", work.weight_count},
            {"operational_intensity_int8_ops_per_byte",
             static_cast<double>(work.operation_count) / static_cast<double>(work.weight_count)}};
}

/// A peak of a platform in one of its modes, and what of it was attained.
[[nodiscard]] inline record platform_record(const platform& device, const operating_mode& mode, const peak& peak,
                                            const std::vector<attained_peak>& attained) {
    const platform selected = mode.name.empty() ? device : device.in_mode(mode.name);
    const attained_peak* const best = detail::find_attained(attained, device.id(), mode.name, peak.numbers);
    return {{"platform", device.id()},
            {"name", device.name()},
            {"class", detail::null_or(device.device_class)},
            {"mode", detail::null_or(mode.name)},
            {"datatype", to_string(peak.numbers)},
            {"peak_ops_per_s", peak.dense.value()},
            {"sparse_peak_ops_per_s", detail::null_or(peak.sparse.value())},
            {"bandwidth_bytes_per_s", detail::null_or(selected.bandwidth().value())},
            {"power_w", detail::null_or(mode.power.value())},
            {"price_usd", detail::null_or(device.price_usd)},
            {"year", device.year > 0 ? record(device.year) : record(nullptr)},
            {"vendor", detail::null_or(device.vendor)},
            {"aliases", detail::aliases_in(detail::embedded_text("platforms", device.id()))},
            {"attained_share", best != nullptr ? record(best->share_of(peak)) : record(nullptr)},
            {"attained_by", best != nullptr ? record(best->network + "; " + best->source) : record(nullptr)}};
}

/// Every network of a session.
[[nodiscard]] inline std::vector<record> network_records(session& known) {
    std::vector<record> all;
    for (const std::string& id : known.network_ids())
        all.push_back(network_record(known.network(id), *known.work(id, 1)));
    return all;
}

/// Every peak in every mode of every platform of a session.
[[nodiscard]] inline std::vector<record> platform_records(session& known) {
    std::vector<record> all;
    const std::vector<attained_peak> attained = attained_peaks();
    for (const std::string& id : known.platform_ids()) {
        const std::shared_ptr<const platform> device = known.device(id);
        for (const operating_mode& mode : device->modes())
            for (const peak& one : mode.peaks) all.push_back(platform_record(*device, mode, one, attained));
    }
    return all;
}

/// What a network needs at a width, with the keys of `what_if analyze`.
[[nodiscard]] inline record analysis_record(const network_entry& net, const workload& work, double keep,
                                            bool itemized = true) {
    record all = to_record(work, itemized);
    if (net.parameters && keep == 1) all["parameters"] = *net.parameters;
    return all;
}

}  // namespace qutibench
