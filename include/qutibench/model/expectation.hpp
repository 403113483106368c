// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What to expect of a network on a device, plus or minus how much, and what that rests on: measurements of the device,
/// measurements of its class, or the bound alone. Opt-in: needs Eigen. io/expect.hpp brings the calibrations that ship.
#pragma once

#include <qutibench/model/calibration/learned.hpp>
#include <qutibench/model/predict.hpp>

#include <memory>
#include <span>

namespace qutibench {

/// What an expectation rests on, the best first.
enum class expectation_basis : unsigned char {
    calibration,   ///< measurements of this device
    device_class,  ///< measurements of other devices of its class, scaled by its datasheet
    bound          ///< nothing but the roofline
};

[[nodiscard]] constexpr std::string_view to_string(expectation_basis one) {
    constexpr std::string_view names[] = {"calibration", "class", "bound"};
    return names[static_cast<int>(one)];
}

/// An expected throughput with its 90 % interval; NaN where nothing is known.
struct expectation {
    double throughput_ips = std::numeric_limits<double>::quiet_NaN();  ///< inputs per second
    double latency_s = std::numeric_limits<double>::quiet_NaN();       ///< of one call
    double low_ips = std::numeric_limits<double>::quiet_NaN();         ///< lower end of the 90 % interval
    double high_ips = std::numeric_limits<double>::quiet_NaN();
    expectation_basis basis = expectation_basis::bound;
    estimate bound{};
    double error = std::numeric_limits<double>::quiet_NaN();  ///< median of held-out errors of such expectations
    std::vector<std::string> sources{};
    std::vector<std::string> warnings{};
};

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

[[nodiscard]] inline std::string source_of(const fitting::footing& on, const platform& device) {
    const fitting::population& from = *on.from;
    if (on.device != nullptr)
        return std::to_string(on.device->rows) + " measurements of " + std::to_string(on.device->networks) +
               " networks on " + device.id() + " (" + on.device->setup + ") under " + on.device->runtime + "; " +
               from.source + ", fitted " + from.date;
    return std::to_string(from.rows) + " measurements of devices of the class '" + from.name + "'; " + from.source +
           ", fitted " + from.date;
}

}  // namespace detail

/// The expectation of a run on a platform from what is known of devices. Throws as `predict` does.
[[nodiscard]] inline expectation expect(const workload& net, const platform& device, const measured_run& run,
                                        std::span<const std::shared_ptr<const fitting::population>> known) {
    fitting::require_valid(run);
    expectation out;
    const platform in_mode = run.mode.empty() ? device : device.in_mode(run.mode);
    out.bound = predict(net, in_mode, {.datatype = run.datatype, .batch = run.batch()});
    out.throughput_ips = out.bound.throughput().value();
    out.latency_s = out.bound.latency().value();
    fitting::rates at;
    at.peak = out.bound.roof.peak.value();
    at.bandwidth = out.bound.roof.bandwidth.value();
    fitting::footing on;
    if (net.mac_count > 0) on = fitting::footing_of(device, run.datatype, at.peak, known);
    const bool bandwidth_known = std::isfinite(at.bandwidth) && at.bandwidth > 0;
    if (on.from == nullptr || (on.device == nullptr && !(bandwidth_known && at.peak > 0))) {
        out.warnings.emplace_back("nothing but the bound is known; measured throughputs of such devices are unknown");
        return out;
    }
    const fitting::population& from = *on.from;
    const fitting::kernel_table table = fitting::kernels_of(net);
    fitting::call asked{&table, {}, static_cast<double>(run.batch()), static_cast<double>(run.threads())};
    fitting::learned_fit fit;
    fit.from = std::shared_ptr<const fitting::population>(std::shared_ptr<void>(), &from);
    fit.noise = from.noise;
    if (on.device != nullptr) {
        constexpr double rate_spread = 0.05;
        fit.rates = on.device->rates;
        fit.covariance = rate_spread * rate_spread * from.covariance;
        out.error = on.device->held_out_median;
        out.basis = expectation_basis::calibration;
    } else {
        fitting::rate_vector all = fitting::rate_vector::Zero();
        all.head<static_cast<int>(fitting::works)>().setOnes();
        fit.rates = from.datasheet_mean - from.datasheet_power * fitting::datasheet_logs(at);
        fit.covariance = from.covariance + from.datasheet_spread * from.datasheet_spread * all * all.transpose();
        out.error = from.unseen_median;
        out.basis = expectation_basis::device_class;
    }
    const fitting::rates nominal;
    const auto figure = fit.predict(
        fitting::profiled(asked, {nominal.peak, nominal.bandwidth, nominal.weight_bytes, nominal.activation_bytes}));
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

}  // namespace qutibench
