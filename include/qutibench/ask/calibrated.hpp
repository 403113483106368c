// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Answers by a fit to measurements, or of several devices, in the place of the model's, which stays as the bound.
#pragma once

#include <qutibench/ask/session.hpp>
#include <qutibench/detail/mutex.hpp>
#include <qutibench/io/calibration_json.hpp>
#include <qutibench/io/calibration_networks.hpp>
#include <qutibench/model/multi_device.hpp>

#include <memory>

namespace qutibench {

/// How a deployment is measured.
[[nodiscard]] inline measured_run run_of(const answer& of) {
    measured_run run{of.device->mode().name, of.how.datatype, feeding::batch, of.how.batch};
    if (of.how.stream > 0) run.how = feeding::stream, run.value = of.how.stream;
    if (of.how.threads > 1) {
        run.how = feeding::threads;
        run.value = of.how.threads;
        run.call_batch = of.how.batch;
    }
    return run;
}

/// The kernels of networks that are asked about again and again. Safe to call from several threads.
class kernel_tables {
public:
    /// A network known by its totals has the layers of the one that it was pruned from, where the catalogue knows it.
    [[nodiscard]] const fitting::kernel_table& of(const answer& one) {
        const std::lock_guard lock(guard_);
        const auto known = tables_.find(one.work);
        if (known != tables_.end()) return known->second;
        network_set networks;
        const std::string key = network_key(one.network, one.keep);
        if (one.work->layers().empty())
            add_network(networks, one.network, one.keep);
        else
            networks.add(key, *one.work);
        return tables_.emplace(one.work, networks.at(key)).first->second;
    }

private:
    detail::mutex guard_;
    std::map<std::shared_ptr<const workload>, fitting::kernel_table> tables_;
};

/// Predicts by a calibration; for `design_axes::fit`. Safe to call from several threads.
class calibrated_fit {
public:
    /// `name` is what messages call it.
    calibrated_fit(calibration fitted, std::string name)
        : state_(std::make_shared<shared_state>(std::move(fitted), std::move(name))) {}

    /// Throws invalid_argument for an answer of another device, and as `calibration::predict` does.
    [[nodiscard]] fitted_figures operator()(const answer& of) const {
        const std::string& id = state_->fitted.state().device.id;
        if (id != of.device->id())
            throw invalid_argument(state_->name + " is a calibration of '" + id + "', not of '" + of.device->id() +
                                   "'");
        const calibrated_estimate one = state_->fitted.predict(state_->kernels.of(of), run_of(of));
        return {one.throughput_ips, one.low_ips, one.high_ips, one.latency_s, one.limited_by, one.warnings};
    }

private:
    struct shared_state {
        shared_state(calibration of, std::string called) : fitted(std::move(of)), name(std::move(called)) {}

        calibration fitted;
        std::string name;
        kernel_tables kernels;
    };

    std::shared_ptr<shared_state> state_;
};

/// A board that nobody described, for answers by the calibration that was fitted to it alone: in the modes and
/// datatypes that were measured, without a stated peak or bandwidth.
[[nodiscard]] inline platform undescribed_board(const calibration_state& of) {
    std::vector<operating_mode> modes;
    for (const std::string& name : of.range.modes) {
        operating_mode& mode = modes.emplace_back();
        mode.name = name;
        for (const precision& numbers : of.range.datatypes)
            mode.peaks.push_back({numbers, quantity_of<ops_per_second>(1e300)});
        mode.memories.push_back({.name = "unknown"});
    }
    return {of.device.id, std::move(modes)};
}

/// Predicts a network on several equal devices; for `design_axes::fit`, too.
struct several_devices {
    std::int64_t devices = 1;
    interconnect link{};
    split_kind split = split_kind::data;

    /// Throws as `predict_on_several` does.
    [[nodiscard]] fitted_figures operator()(const answer& of) const {
        const multi_device_estimate together = predict_on_several(*of.work, *of.device, of.how, split, devices, link);
        fitted_figures all{.throughput_ips = together.throughput_ips, .latency_s = together.latency_s};
        all.limited_by = together.limited_by;
        all.devices = together.devices;
        all.is_of_devices = true;
        all.warnings = sentences_of<assumption>(of.prediction.assumed);
        if (together.bound_by_link) all.warnings.emplace_back("the link between the devices bounds the throughput");
        return all;
    }
};

}  // namespace qutibench
