// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What to expect of a network on a device, plus or minus how much, and what that rests on: measurements of the device,
/// measurements of its class, or the bound alone. Opt-in: needs Eigen. io/expect.hpp brings the calibrations that ship.
#pragma once

#include <qutibench/model/calibration/learned.hpp>
#include <qutibench/model/expected.hpp>
#include <qutibench/model/predict.hpp>

#include <memory>
#include <span>

namespace qutibench {

namespace fitting {

/// Which measurements an expectation leans on.
struct footing {
    const population* from = nullptr;
    const known_device* device = nullptr;  ///< null: the class alone
};

/// The measured device of this id and datatype, else the class with the datasheet nearest to this one's.
[[nodiscard]] inline footing footing_of(const platform& device, const precision& numbers, double peak,
                                        std::span<const std::shared_ptr<const population>> all) {
    const std::string datatype = to_string(numbers);
    footing best;
    double nearest = std::numeric_limits<double>::infinity();
    for (const auto& one : all) {
        for (const known_device& known : one->devices)
            if (known.platform == device.id() && known.datatype == datatype) return {one.get(), &known};
        if (!one->has_datasheet || one->device_class != device.device_class) continue;
        for (const known_device& known : one->devices) {
            const double other_datatype = known.datatype == datatype ? 0 : 3;
            const double away = std::abs(std::log(known.peak / peak)) + other_datatype;
            if (away >= nearest) continue;
            nearest = away;
            best = {one.get(), nullptr};
        }
    }
    return best;
}

/// Logarithms of peak and bandwidth over the nominal device, by what they divide.
[[nodiscard]] inline rate_vector datasheet_logs(const rates& at) {
    rate_vector out = rate_vector::Zero();
    for (std::size_t i = 0; i < works; ++i)
        out[static_cast<int>(i)] = group_of(i) == work_group::arithmetic ? std::log(at.peak / detail::nominal_peak)
                                   : group_of(i) == work_group::traffic
                                       ? std::log(at.bandwidth / detail::nominal_bandwidth)
                                       : 0.0;
    return out;
}

}  // namespace fitting

namespace detail {

/// Says what lies outside of what was measured; returns by how much wider that makes the interval.
[[nodiscard]] inline double extrapolation(expectation& out, const fitting::population& from,
                                          const fitting::network_effect& effect, double batch) {
    double wider = 1;
    if (!effect.known && effect.likeness < 0.3) {
        out.warnings.emplace_back("no network like this one was measured on such devices");
        wider += 0.5 - effect.likeness;
    }
    const double least = from.least_batch, most = from.most_batch;
    if (batch > 2 * most || batch < least / 2) {
        out.warnings.push_back("batches of " + std::to_string(static_cast<long>(least)) + " to " +
                               std::to_string(static_cast<long>(most)) + " were measured");
        wider += 0.25 * std::abs(std::log2(batch < least ? least / batch : batch / most)) / 2;
    }
    return wider;
}

/// The rates of a measured device, or of its class as a datasheet scales them.
[[nodiscard]] inline fitting::learned_fit fit_on(const fitting::footing& on, const fitting::rates& at) {
    constexpr double rate_spread = 0.05;
    const fitting::population& from = *on.from;
    const fitting::rates nominal;
    fitting::learned_fit fit;
    fit.from = std::shared_ptr<const fitting::population>(std::shared_ptr<void>(), &from);
    fit.reference = {nominal.peak, nominal.bandwidth, nominal.weight_bytes, nominal.activation_bytes};
    fit.noise = from.noise;
    if (on.device != nullptr) {
        fit.rates = on.device->rates;
        fit.residence = on.device->residence;
        fit.covariance = rate_spread * rate_spread * from.covariance;
    } else {
        fitting::rate_vector all = fitting::rate_vector::Zero();
        all.head<static_cast<int>(fitting::works)>().setOnes();
        fit.residence = from.residence;
        fit.rates = from.datasheet_mean - from.datasheet_power * fitting::datasheet_logs(at);
        fit.covariance = from.covariance + from.datasheet_spread * from.datasheet_spread * all * all.transpose();
    }
    return fit;
}

[[nodiscard]] inline std::string source_of(const fitting::footing& on, const platform& device) {
    const fitting::population& from = *on.from;
    if (on.device != nullptr)
        return std::to_string(on.device->rows) + " measurements of " + std::to_string(on.device->networks) +
               " networks on " + device.id() + " (" + on.device->setup + ") under " + on.device->runtime + "; " +
               from.source + "; fitted " + from.date;
    return std::to_string(from.rows) + " measurements of devices of the class '" + from.name + "'; " + from.source +
           "; fitted " + from.date;
}

}  // namespace detail

/// The expectation of a run on a given footing. `table` has the kernels of the network and `bound` its prediction in
/// the run's mode, datatype and batch. Throws invalid_argument for a count below 1.
[[nodiscard]] inline expectation expect(const fitting::kernel_table& table, const estimate& bound,
                                        const platform& device, const measured_run& run, const fitting::footing& on) {
    fitting::require_valid(run);
    expectation out;
    out.bound = bound;
    out.throughput_ips = bound.throughput().value();
    out.latency_s = bound.latency().value();
    fitting::rates at;
    at.peak = bound.roof.peak.value();
    at.bandwidth = bound.roof.bandwidth.value();
    const bool has_datasheet = std::isfinite(at.bandwidth) && at.bandwidth > 0 && at.peak > 0;
    if (!table.has_layers) {
        out.warnings.emplace_back("nothing but the bound is known of a network without layers");
        return out;
    }
    if (on.from == nullptr || (on.device == nullptr && !has_datasheet)) {
        out.warnings.emplace_back("nothing but the bound is known; measured throughputs of such devices are unknown");
        return out;
    }
    const fitting::population& from = *on.from;
    const fitting::call asked{&table, {}, static_cast<double>(run.batch()), static_cast<double>(run.threads())};
    const fitting::learned_fit fit = detail::fit_on(on, at);
    out.basis = on.device != nullptr ? expectation_basis::calibration : expectation_basis::device_class;
    out.error = on.device != nullptr ? on.device->held_out_median : from.unseen_median;
    const auto figure = fit.predict(fitting::profiled(asked, fit.reference));
    const double wider = detail::extrapolation(out, from, figure.effect, asked.batch);
    const double reach = wider * figure.spread * (figure.effect.known ? from.quantile_known : from.quantile_new);
    const double time = std::exp(figure.log_seconds);
    out.throughput_ips = asked.batch / time;
    out.latency_s = time * std::max(1.0, asked.threads);
    out.low_ips = out.throughput_ips * std::exp(-reach);
    out.high_ips = out.throughput_ips * std::exp(reach);
    out.sources.push_back(detail::source_of(on, device));
    return out;
}

/// The same from what is known of devices.
[[nodiscard]] inline expectation expect(const fitting::kernel_table& table, const estimate& bound,
                                        const platform& device, const measured_run& run,
                                        std::span<const std::shared_ptr<const fitting::population>> known) {
    return expect(table, bound, device, run, fitting::footing_of(device, run.datatype, bound.roof.peak.value(), known));
}

/// The expectation of a workload. Throws as `predict` does.
[[nodiscard]] inline expectation expect(const workload& net, const platform& device, const measured_run& run,
                                        std::span<const std::shared_ptr<const fitting::population>> known) {
    fitting::require_valid(run);
    const platform in_mode = run.mode.empty() ? device : device.in_mode(run.mode);
    const estimate bound = predict(net, in_mode, {.datatype = run.datatype, .batch = run.batch()});
    fitting::kernel_table table;
    table.has_layers = false;
    if (net.mac_count > 0) table = fitting::kernels_of(net);
    return expect(table, bound, device, run, known);
}

}  // namespace qutibench
