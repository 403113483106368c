// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The networks of a calibration from the catalogue, pruned ones with the layers of their parent.
#pragma once

#include <qutibench/io/catalogue.hpp>
#include <qutibench/measure/calibration_points.hpp>

namespace qutibench {

/// Adds the catalogue's network `name` at `keep` unless the set has it. A network known by its totals and the network
/// it was pruned from gets the latter's layers, scaled. Throws unknown_name with the nearest id, and as
/// `network_entry::work` does.
inline void add_network(network_set& networks, std::string_view name, double keep = 1) {
    const std::string key = network_key(name, keep);
    if (networks.find(key) != nullptr) return;
    const network_entry entry = load_network(name);
    if (entry.totals && !entry.pruned_from.empty()) {
        detail::require_id("network", entry.pruned_from);
        networks.add_pruned(key, entry.work(keep), load_network(entry.pruned_from).work());
    } else {
        networks.add(key, entry.work(keep));
    }
}

/// Adds the networks that measurements name; those that the set has already, such as the caller's own, stay. Throws
/// invalid_argument for a name that is a path.
inline void add_networks(network_set& networks, std::span<const measurement> rows) {
    for (const measurement& one : rows) {
        const std::string key = network_key(one);
        if (networks.find(key) != nullptr) continue;
        detail::require_id("network", one.network);
        if (key == network_key(one.network, one.keep)) {
            add_network(networks, one.network, one.keep);
        } else {
            networks.add(key, fitting::kernels_of(load_network(one.network).work(one.keep), one.part));
        }
    }
}

/// The catalogue's networks that measurements name.
[[nodiscard]] inline network_set networks_of(std::span<const measurement> rows) {
    network_set networks;
    add_networks(networks, rows);
    return networks;
}

}  // namespace qutibench
