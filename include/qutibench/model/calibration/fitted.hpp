// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A fitted calibration: what it predicts, with which interval and warnings, and what it consists of.
#pragma once

#include <qutibench/detail/agreed.hpp>
#include <qutibench/detail/quantile.hpp>
#include <qutibench/model/calibration/dataflow.hpp>
#include <qutibench/model/calibration/device.hpp>
#include <qutibench/model/calibration/fit.hpp>
#include <qutibench/model/calibration/kernel_process.hpp>
#include <qutibench/model/calibration/learned_fit.hpp>
#include <qutibench/model/calibration/points.hpp>
#include <qutibench/model/calibration/run_effects.hpp>
#include <qutibench/model/calibration/validation.hpp>
#include <qutibench/model/roofline.hpp>

#include <memory>
#include <string>
#include <vector>

namespace qutibench {

/// A calibrated prediction. When it is not `predictable`, the figures are NaN and `warnings` begins with the reason.
struct calibrated_estimate {
    measured_run run{};
    double throughput_ips = std::numeric_limits<double>::quiet_NaN();
    double low_ips = std::numeric_limits<double>::quiet_NaN();    ///< lower end of the 90 % interval of the throughput
    double high_ips = std::numeric_limits<double>::quiet_NaN();   ///< upper end
    double latency_s = std::numeric_limits<double>::quiet_NaN();  ///< of one call, from first input to last result
    bool predictable = true;
    bound_kind limited_by = bound_kind::compute;   ///< whether arithmetic or moving data takes longer on the device
    std::array<double, fitting::terms> seconds{};  ///< share of each term, indexed by fitting::term
    std::vector<std::string> warnings{};

    [[nodiscard]] inputs_per_second throughput() const { return quantity_of<inputs_per_second>(throughput_ips); }
    [[nodiscard]] qutibench::seconds latency() const { return quantity_of<qutibench::seconds>(latency_s); }
    [[nodiscard]] bound_kind bound() const { return limited_by; }
};

/// What a calibration has seen, to warn outside of it.
struct calibrated_range {
    unsigned kernel_kinds = 0;  ///< set of fitting::kernel_kind
    double least_macs = 0, most_macs = 0;
    double least_weights = 0, most_weights = 0;
    std::int64_t most_batch = 0, most_threads = 0;
    std::vector<std::string> modes;
    std::vector<precision> datatypes;
    int networks = 0;
};

/// Everything a calibration consists of; io/calibration_json.hpp saves and loads it.
struct calibration_state {
    fitting::device_figures device;
    std::string structure;  ///< a name of fitting::structures; empty when only streams were measured
    fitting::parameters fitted;
    std::shared_ptr<const fitting::learned_fit> learned;     ///< of structure "learned"
    std::shared_ptr<const fitting::kernel_process> kernels;  ///< of structure "kernels"
    std::vector<fitting::network_effects> effects;  ///< of measured networks, where the device has several modes
    std::vector<fitting::bitstream> bitstreams;
    double stream_fill = fitting::usual_fill;
    double log_spread = 0.5;          ///< standard deviation of the logarithm of measured over predicted
    double stream_log_spread = 0.15;  ///< the same for streams
    calibrated_range range;
    validation by_network;
    validation by_mode;
    std::string data_hash;  ///< 64-bit FNV-1a of the measurements, in hexadecimal
};

/// A fitted execution model of one device.
class calibration {
public:
    explicit calibration(calibration_state state) : state_(std::move(state)) {
        if (!state_.structure.empty() && fitting::find_structure(state_.structure) == nullptr)
            throw unknown_name("execution structure", state_.structure, "");
    }

    [[nodiscard]] const calibration_state& state() const { return state_; }
    /// Nested leave-one-network-out error: structure and parameters are both chosen without the network.
    [[nodiscard]] const qutibench::validation& validation() const { return state_.by_network; }
    /// The same with one mode left out at a time; empty when only one was measured.
    [[nodiscard]] const qutibench::validation& mode_validation() const { return state_.by_mode; }

    /// Predicts a workload; throws unknown_name for a mode that the device lacks, invalid_argument for a value below 1.
    [[nodiscard]] calibrated_estimate predict(const workload& net, const measured_run& how) const {
        return predict(fitting::kernels_of(net), how);
    }

    /// Predicts a network of a network set. A stream is predictable only for a bitstream that was measured at least
    /// once or declared by its folding; the name of the network identifies it.
    [[nodiscard]] calibrated_estimate predict(const fitting::kernel_table& net, const measured_run& run) const {
        fitting::require_valid(run);
        const measured_run how = fitting::in_named_mode(run, state_.device);
        if (how.how == feeding::stream) return predict_stream(net.name, how);
        calibrated_estimate out;
        out.run = how;
        if (state_.structure.empty())
            return not_predictable(out, "only streams were measured on '" + state_.device.id + "'");
        const fitting::structure& form = *fitting::find_structure(state_.structure);
        const fitting::call asked = fitting::call_of(net, state_.device, how);
        if (!fitting::has_terms(form)) return predict_learned(out, asked);
        fitting::parameters with = state_.fitted;
        with.active[static_cast<std::size_t>(fitting::term::serial)] = true;
        fitting::timing time = fitting::time_of(fitting::load_of(form, asked), fitting::coefficients(with));
        const double effect = std::exp(fitting::effect_on(state_.effects, net, how));
        time.seconds *= effect;
        for (double& part : time.parts) part *= effect;
        out.seconds = time.parts;
        fill_in(out, time.seconds / asked.batch, time.seconds * std::max(1.0, asked.threads), state_.log_spread);
        const double arithmetic = time.parts[static_cast<std::size_t>(fitting::term::compute)];
        const double moving = time.parts[static_cast<std::size_t>(fitting::term::memory)] +
                              time.parts[static_cast<std::size_t>(fitting::term::weight)] +
                              time.parts[static_cast<std::size_t>(fitting::term::spill)];
        out.limited_by = arithmetic >= moving ? bound_kind::compute : bound_kind::memory;
        warn(out, net);
        return out;
    }

    /// Makes a dataflow bitstream predictable from its folding: the cycles of its slowest layer over the clock. `fill`
    /// is the pipeline's depth in intervals beyond the first. Throws invalid_argument unless both are positive.
    void declare_folding(const std::string& network, const measured_run& run, seconds interval,
                         double fill = fitting::usual_fill) {
        if (!(interval.value() > 0) || !(fill > 0))
            throw invalid_argument("bitstream '" + network + "': interval and fill must be positive");
        const measured_run named = fitting::in_named_mode(run, state_.device);
        state_.bitstreams.push_back({network, named.mode, named.datatype, interval.value(), fill, 0});
    }

private:
    static calibrated_estimate not_predictable(calibrated_estimate out, const std::string& why) {
        out.predictable = false;
        out.warnings.insert(out.warnings.begin(), "not predictable: " + why);
        return out;
    }

    static void fill_in(calibrated_estimate& out, double seconds_per_input, double latency, double log_spread) {
        out.throughput_ips = detail::agreed(1 / seconds_per_input);
        out.latency_s = detail::agreed(latency);
        for (double& part : out.seconds) part = detail::agreed(part);
        out.low_ips = detail::agreed(out.throughput_ips * std::exp(-two_sided_90 * log_spread));
        out.high_ips = detail::agreed(out.throughput_ips * std::exp(two_sided_90 * log_spread));
    }

    /// By the learned form, or as the sum of single kernels.
    [[nodiscard]] calibrated_estimate predict_learned(calibrated_estimate out, const fitting::call& asked) const {
        using fitting::term;
        const auto part = [&](term which) -> double& { return out.seconds[static_cast<std::size_t>(which)]; };
        double time = 0, spread = 0;
        if (state_.learned) {
            const fitting::learned_fit& fit = *state_.learned;
            const auto figure = fit.predict(fitting::profiled(asked, fit.reference));
            time = std::exp(figure.log_seconds);
            for (std::size_t i = 0; i < fitting::works; ++i)
                part(fitting::term_of(i)) += time * figure.shares[static_cast<int>(i)];
            const double quantile = figure.effect.known ? fit.from->quantile_known : fit.from->quantile_new;
            spread = std::max(figure.spread, 0.02) * quantile / two_sided_90;
        } else {
            for (const fitting::kernel& one : asked.net->kernels) {
                const fitting::kernel_point point = fitting::point_of(one, asked);
                const auto figure = state_.kernels->predict(point);
                const double spent = one.count * std::exp(figure.log_seconds);
                const bool computes = state_.kernels->compute * point.compute > state_.kernels->memory * point.memory;
                part(computes ? term::compute : term::memory) += spent;
                time += spent;
                spread += spent * figure.spread;
            }
            spread /= time;
            if (!asked.net->is_part)
                out.warnings.emplace_back(
                    "the sum of its kernels, as calibrated one by one; what lies between them "
                    "was not measured");
        }
        const double threads = std::max(1.0, asked.threads);
        fill_in(out, time / asked.batch, time * threads, spread);
        out.limited_by = part(term::compute) >= part(term::memory) ? bound_kind::compute : bound_kind::memory;
        warn(out, *asked.net);
        return out;
    }

    [[nodiscard]] calibrated_estimate predict_stream(const std::string& network, const measured_run& how) const {
        calibrated_estimate out;
        out.run = how;
        for (const fitting::bitstream& one : state_.bitstreams) {
            if (one.network != network || !(one.datatype == how.datatype) || one.mode != how.mode) continue;
            const auto length = static_cast<double>(how.value);
            fill_in(out, one.seconds(length) / length, one.seconds(length), state_.stream_log_spread);
            return out;
        }
        return not_predictable(
            out, "the initiation interval of '" + network + "' in " + to_string(how.datatype) +
                     " follows from its folding (PE and SIMD of each layer), which is unknown; give the folding "
                     "or one measured stream of this bitstream");
    }

    void warn(calibrated_estimate& out, const fitting::kernel_table& net) const;

    calibration_state state_;
};

inline void calibration::warn(calibrated_estimate& out, const fitting::kernel_table& net) const {
    const calibrated_range& seen = state_.range;
    const unsigned unseen = net.kinds() & ~seen.kernel_kinds;
    for (unsigned kind = 0; kind < fitting::kernel_kinds; ++kind)
        if ((unseen >> kind & 1U) != 0)
            out.warnings.push_back("no calibrated network has " +
                                   std::string(to_string(static_cast<fitting::kernel_kind>(kind))) + " layers");
    const auto outside = [&](double value, double least, double most, const char* what) {
        if (value > 2 * most || value < least / 2)
            out.warnings.push_back(std::string(what) +
                                   " lie outside the calibrated range by more than a factor of two");
    };
    outside(net.macs, seen.least_macs, seen.most_macs, "multiply-accumulates");
    outside(net.weights, seen.least_weights, seen.most_weights, "weights");
    if (out.run.batch() > 2 * seen.most_batch)
        out.warnings.push_back("the batch is beyond twice the largest one measured");
    if (out.run.threads() > 2 * std::max<std::int64_t>(seen.most_threads, 1))
        out.warnings.push_back("threads are beyond twice the most that were measured");
    if (std::find(seen.datatypes.begin(), seen.datatypes.end(), out.run.datatype) == seen.datatypes.end())
        out.warnings.push_back("no measurement in " + to_string(out.run.datatype));
    if (std::find(seen.modes.begin(), seen.modes.end(), out.run.mode) == seen.modes.end())
        out.warnings.push_back("mode '" + out.run.mode + "' was not measured; clocks and peaks scale it");
    if (!net.has_layers) out.warnings.push_back("'" + net.name + "' has totals only, so its kernels are a guess");
    if (seen.networks < 3) out.warnings.push_back("calibrated on fewer than three networks");
}

}  // namespace qutibench
