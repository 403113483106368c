// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A calibration as Python holds it, with what it was made from.
#pragma once

#include "common.hpp"

#include <qutibench/measure/calibrate.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qutibench::python {

/// The networks of calibrations by key, with their workloads, which estimates refer to.
struct networks_object {
    network_set set{};
    std::map<std::string, std::shared_ptr<workload>> works{};
    std::map<std::string, std::shared_ptr<workload>> parents{};  ///< of those that were pruned from another

    void add(const std::string& key, const std::shared_ptr<workload>& net, const std::optional<std::string>& part) {
        if (part) {
            if (set.find(key) == nullptr) set.add(key, fitting::kernels_of(*net, *part));
        } else {
            set.add(key, *net);
        }
        works.try_emplace(key, net);
    }

    void add_pruned(const std::string& key, const std::shared_ptr<workload>& totals,
                    const std::shared_ptr<workload>& parent) {
        set.add_pruned(key, *totals, *parent);
        if (works.try_emplace(key, totals).second) parents.emplace(key, parent);
    }

    [[nodiscard]] py::tuple state() const { return py::make_tuple(works, parents); }
    [[nodiscard]] static std::shared_ptr<networks_object> from(const py::tuple& state) {
        auto made = std::make_shared<networks_object>();
        const auto origins = state[1].cast<std::map<std::string, std::shared_ptr<workload>>>();
        for (const auto& [key, net] : state[0].cast<std::map<std::string, std::shared_ptr<workload>>>())
            if (const auto parent = origins.find(key); parent != origins.end())
                made->add_pruned(key, net, parent->second);
            else
                made->add(key, net, std::nullopt);
        return made;
    }
};

/// What a calibration was made from, so that its held-out errors can be worked out when they are asked for.
struct calibration_training {
    std::vector<calibration_point> points;
    std::shared_ptr<networks_object> networks;
    std::shared_ptr<platform> device;  ///< nothing for a board that nobody described
    std::string board;
    calibration_options options;

    [[nodiscard]] calibration fit(bool validate) const {
        calibration_options chosen = options;
        chosen.validate = validate;
        return device ? calibrate(points, networks->set, *device, chosen)
                      : calibrate(points, networks->set, board, chosen);
    }
};

struct calibration_object {
    calibration fitted;
    std::shared_ptr<calibration_training> from{};  ///< nothing once the held-out errors are there

    /// With the held-out errors.
    [[nodiscard]] const calibration& validated() {
        if (from) {
            const std::shared_ptr<calibration_training> known = from;
            std::optional<calibration> whole;
            {
                const unlocked others_run;
                whole = known->fit(true);
            }
            fitted = *std::move(whole);
            from = nullptr;
        }
        return fitted;
    }
};

}  // namespace qutibench::python
