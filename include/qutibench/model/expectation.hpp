// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What to expect of a network on a device, plus or minus how much, and what that rests on: measurements of the device,
/// measurements of its class, or the bound alone. Opt-in: needs Eigen. io/expect.hpp brings the calibrations that ship.
#pragma once

#include <qutibench/detail/agreed.hpp>
#include <qutibench/model/calibration/learned_fit.hpp>
#include <qutibench/model/expected.hpp>
#include <qutibench/model/predict.hpp>

#include <algorithm>
#include <memory>
#include <span>

namespace qutibench {

namespace fitting {

/// Which measurements an expectation leans on.
struct footing {
    const population* from = nullptr;
    const known_device* device = nullptr;  ///< null: the class alone
};

/// The measured device of this id and datatype, else the class with the datasheet nearest to this one's, among those
/// measured in the datatype first.
[[nodiscard]] inline footing footing_of(const platform& device, const precision& numbers, double peak,
                                        std::span<const std::shared_ptr<const population>> all) {
    const std::string datatype = to_string(numbers);
    footing best;
    double nearest = std::numeric_limits<double>::infinity();
    for (const auto& one : all) {
        for (const known_device& known : one->devices)
            if (known.platform == device.id() && known.datatype == datatype) return {one.get(), &known};
        if (one->sheet.levels.empty() || one->device_class != device.device_class) continue;
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
[[nodiscard]] inline fitting::learned_fit fit_on(const fitting::footing& on, const fitting::datasheet_figures& of,
                                                 const precision& numbers) {
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
        const fitting::rate_vector all = fitting::common_scale();
        const fitting::unseen_rates unseen = fitting::rates_of_unseen(from.sheet, of, to_string(numbers));
        fit.residence = from.residence;
        fit.rates = unseen.rates;
        fit.covariance = from.covariance + unseen.spread * unseen.spread * all * all.transpose();
    }
    return fit;
}

/// The mode of a run; the first one where the run names none, or one that nobody described.
[[nodiscard]] inline const operating_mode& mode_of(const platform& device, const measured_run& run) {
    const auto found = std::find_if(device.modes().begin(), device.modes().end(),
                                    [&](const operating_mode& one) { return one.name == run.mode; });
    return found != device.modes().end() ? *found : device.mode();
}

/// The figures of a run's datasheet: where a call takes one unit of several, how many there are.
[[nodiscard]] inline fitting::datasheet_figures figures_of(const estimate& bound, const platform& device,
                                                           const measured_run& run, const fitting::datasheet& sheet) {
    fitting::datasheet_figures out{bound.roof.peak.value(), bound.roof.bandwidth.value(), 1};
    if (sheet.is_one_unit_a_call) out.units = std::max(1, mode_of(device, run).compute_units);
    return out;
}

/// Whether a mode computes in a datatype, in its own format or in one that holds it.
[[nodiscard]] inline bool computes_in(const operating_mode& mode, const precision& wanted) {
    return std::any_of(mode.peaks.begin(), mode.peaks.end(), [&](const peak& one) {
        return represents(one.numbers.weights, wanted.weights) &&
               represents(one.numbers.activations, wanted.activations);
    });
}

/// Whether a footing was measured in a datatype.
[[nodiscard]] inline bool is_measured_in(const fitting::footing& on, const precision& numbers) {
    if (on.from == nullptr) return false;
    return on.device != nullptr || on.from->sheet.level_of(to_string(numbers))->datatype == to_string(numbers);
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

/// A footing with what follows from it, a datatype and a datasheet alone: many runs share it.
struct standing {
    fitting::footing on{};
    bool has_datasheet = false;
    fitting::learned_fit fit{};
    std::string source{};

    /// Whether anything better than the bound is known.
    [[nodiscard]] bool says_something() const { return on.from != nullptr && (on.device != nullptr || has_datasheet); }
};

/// What a footing means for runs on a device like `run`, whose roof is that of `bound`.
[[nodiscard]] inline standing standing_of(const fitting::footing& on, const estimate& bound, const platform& device,
                                          const measured_run& run) {
    standing out;
    out.on = on;
    const double bandwidth = bound.roof.bandwidth.value();
    out.has_datasheet = std::isfinite(bandwidth) && bandwidth > 0 && bound.roof.peak.value() > 0;
    if (!out.says_something()) return out;
    out.fit = detail::fit_on(on, detail::figures_of(bound, device, run, on.from->sheet), run.datatype);
    out.source = detail::source_of(on, device);
    return out;
}

/// The expectation of a run. `table` has the kernels of the network, `effect` what it takes beyond its work in the
/// class stood on, and `bound` its prediction in the run's mode, datatype and batch. Throws invalid_argument for a
/// count below 1.
[[nodiscard]] inline expectation expect(const fitting::kernel_table& table, const fitting::network_effect& effect,
                                        const estimate& bound, const measured_run& run, const standing& by) {
    fitting::require_valid(run);
    expectation out;
    out.bound = bound;
    out.throughput_ips = bound.throughput().value();
    out.latency_s = bound.latency().value();
    if (!table.has_layers) {
        out.warnings.emplace_back("nothing but the bound is known of a network without layers");
        return out;
    }
    if (!by.says_something()) {
        out.warnings.emplace_back("nothing but the bound is known; measured throughputs of such devices are unknown");
        return out;
    }
    const fitting::population& from = *by.on.from;
    const bool is_measured = by.on.device != nullptr;
    const fitting::call asked{&table, {}, static_cast<double>(run.batch()), static_cast<double>(run.threads())};
    out.basis = is_measured ? expectation_basis::calibration : expectation_basis::device_class;
    out.error = is_measured ? by.on.device->held_out_median : from.unseen_median;
    const auto figure = by.fit.predict(fitting::profiled(asked, by.fit.reference), effect);
    const double wider = detail::extrapolation(out, from, effect, asked.batch);
    const double quantile = !is_measured   ? from.quantile_unseen
                            : effect.known ? from.quantile_known
                                           : from.quantile_new;
    const double reach = wider * figure.spread * quantile;
    const double time = detail::agreed(std::exp(figure.log_seconds));
    out.throughput_ips = asked.batch / time;
    out.latency_s = time * std::max(1.0, asked.threads);
    out.low_ips = detail::agreed(out.throughput_ips * std::exp(-reach));
    out.high_ips = detail::agreed(out.throughput_ips * std::exp(reach));
    out.sources.push_back(by.source);
    return out;
}

/// The expectation of a run on a given footing.
[[nodiscard]] inline expectation expect(const fitting::kernel_table& table, const estimate& bound,
                                        const platform& device, const measured_run& run, const fitting::footing& on) {
    fitting::network_effect effect;
    if (on.from != nullptr && table.has_layers) effect = on.from->effect_of(table.profile);
    return expect(table, effect, bound, run, standing_of(on, bound, device, run));
}

/// The same from what is known of devices.
[[nodiscard]] inline expectation expect(const fitting::kernel_table& table, const estimate& bound,
                                        const platform& device, const measured_run& run,
                                        std::span<const std::shared_ptr<const fitting::population>> known) {
    return expect(table, bound, device, run, fitting::footing_of(device, run.datatype, bound.roof.peak.value(), known));
}

/// The expectation of a workload. A datatype whose peak no source states, but in which such devices were measured, is
/// bound by the fastest peak that is stated. Throws as `predict` does.
[[nodiscard]] inline expectation expect(const workload& net, const platform& device, const measured_run& run,
                                        std::span<const std::shared_ptr<const fitting::population>> known) {
    fitting::require_valid(run);
    const platform in_mode = run.mode.empty() ? device : device.in_mode(run.mode);
    const std::vector<peak>& peaks = in_mode.mode().peaks;
    const peak& fastest =
        *std::max_element(peaks.begin(), peaks.end(), [](const peak& a, const peak& b) { return a.dense < b.dense; });
    const bool is_stated = detail::computes_in(in_mode.mode(), run.datatype);
    const auto on = fitting::footing_of(device, run.datatype, fastest.dense.value(), known);
    const bool stands_in = !is_stated && detail::is_measured_in(on, run.datatype);
    const estimate bound =
        predict(net, in_mode, {.datatype = stands_in ? fastest.numbers : run.datatype, .batch = run.batch()});
    fitting::kernel_table table;
    table.has_layers = false;
    if (net.mac_count > 0) table = fitting::kernels_of(net);
    if (!stands_in) return expect(table, bound, device, run, known);
    expectation out = expect(table, bound, device, run, on);
    out.warnings.push_back("no source states the peak in " + to_string(run.datatype) + "; the bound is that of " +
                           to_string(fastest.numbers));
    return out;
}

}  // namespace qutibench
