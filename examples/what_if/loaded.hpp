// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks and platforms by id or path, each loaded and analysed once.
#pragma once

#include <qutibench/io/selection.hpp>

#include <map>
#include <string>
#include <utility>

namespace what_if {

/// A catalogue that remembers what was asked of it, and that takes further networks and platforms. References stay
/// valid for as long as it lives.
class loaded {
public:
    [[nodiscard]] const qutibench::network_entry& network(const std::string& id) {
        const auto at = networks_.find(id);
        return at != networks_.end() ? at->second : networks_.emplace(id, qutibench::load_network(id)).first->second;
    }

    /// What one input costs at a width. Throws as `network_entry::work` does.
    [[nodiscard]] const qutibench::workload& work(const std::string& id, double keep) {
        const auto at = works_.find({id, keep});
        if (at != works_.end()) return at->second;
        return works_.emplace(std::pair(id, keep), network(id).work(keep)).first->second;
    }

    /// "jetson_tx2", or "jetson_tx2:maxq" for another mode than the first.
    [[nodiscard]] const qutibench::platform& platform(const std::string& id) {
        const auto at = platforms_.find(id);
        if (at != platforms_.end()) return at->second;
        const std::size_t colon = qutibench::detail::mode_colon(id);
        const auto base = platforms_.find(id.substr(0, colon));
        return platforms_
            .emplace(id, base == platforms_.end() || colon == std::string::npos
                             ? qutibench::load_platform(id)
                             : base->second.in_mode(id.substr(colon + 1)))
            .first->second;
    }

    /// Replaces a network of the same id.
    void add(qutibench::network_entry net) {
        std::erase_if(works_, [&](const auto& one) { return one.first.first == net.id; });
        const std::string id = net.id;
        networks_.insert_or_assign(id, std::move(net));
    }

    /// Replaces a platform of the same id.
    void add(const qutibench::platform& device) {
        std::erase_if(platforms_, [&](const auto& one) {
            return one.first == device.id() || one.first.starts_with(device.id() + ":");
        });
        platforms_.emplace(device.id(), device);
    }

private:
    std::map<std::string, qutibench::network_entry> networks_;
    std::map<std::pair<std::string, double>, qutibench::workload> works_;
    std::map<std::string, qutibench::platform> platforms_;
};

}  // namespace what_if
