// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A prediction with the combination that it is for, and the one table of its columns: the keys of JSON and CSV, the
/// columns of tables, sweeps and the page, Python's properties and the names in expressions.
#pragma once

#include <qutibench/explore/field.hpp>
#include <qutibench/hardware/scaled_platform.hpp>
#include <qutibench/model/expected.hpp>
#include <qutibench/model/predict.hpp>
#include <qutibench/network/training.hpp>

#include <array>
#include <memory>
#include <optional>

namespace qutibench {

/// Figures that go before those of the model on one device, which stay as the bound: of a fit to measurements, or of
/// several devices.
struct fitted_figures {
    double throughput_ips = std::numeric_limits<double>::quiet_NaN();
    double low_ips = std::numeric_limits<double>::quiet_NaN();  ///< lower end of the 90 % interval of the throughput
    double high_ips = std::numeric_limits<double>::quiet_NaN();
    double latency_s = std::numeric_limits<double>::quiet_NaN();
    bound_kind limited_by = bound_kind::compute;
    std::vector<std::string> warnings{};
    std::int64_t devices = 1;    ///< that have work
    bool is_of_devices = false;  ///< modelled on several devices, not fitted to measurements
};

/// One prediction and the combination that it is for.
struct answer {
    std::string network{};
    double keep = 1;  ///< fraction of the channels that is left
    std::shared_ptr<const workload> work{};
    std::shared_ptr<const platform> device{};  ///< in its mode, as the prediction has it
    deployment how{};
    estimate prediction{};
    double accuracy_top1 = std::numeric_limits<double>::quiet_NaN();  ///< NaN when nobody published it
    device_scales scales{};
    std::optional<fitted_figures> fitted{};
    std::shared_ptr<const workload> trained{};  ///< the inference, where `work` is a step of training
    training_setup training{};
    std::shared_ptr<const expectation> expected{};  ///< nothing where nobody asked, or the bound is of another device

    [[nodiscard]] double throughput_ips() const {
        return fitted ? fitted->throughput_ips : prediction.throughput().value();
    }
    [[nodiscard]] double latency_s() const { return fitted ? fitted->latency_s : prediction.latency().value(); }
    [[nodiscard]] bound_kind bound() const { return fitted ? fitted->limited_by : prediction.bound(); }
    [[nodiscard]] double devices() const { return fitted ? static_cast<double>(fitted->devices) : 1.0; }
    /// Joules of one input: the power of each device is the same and the time another one where a fit goes first.
    [[nodiscard]] double energy_j() const {
        const double modelled = prediction.energy().value();
        return fitted ? modelled * prediction.throughput().value() / fitted->throughput_ips * devices() : modelled;
    }
    /// Bytes that a step of training holds at once, with all calls in flight; a lower bound for a network of totals.
    /// NaN where the answer is of an inference.
    [[nodiscard]] double training_bytes() const {
        if (!trained) return std::numeric_limits<double>::quiet_NaN();
        return memory_of_training(*trained, how.datatype, qutibench::detail::multiply(how.batch, how.threads), training)
            .total();
    }
    /// Whether a step of training fits the memory, which a network of totals can only fail to.
    [[nodiscard]] feasibility fits_training() const {
        const bytes capacity = device->off_chip().capacity;
        if (prediction.feasible == feasibility::infeasible) return feasibility::infeasible;
        if (!is_known(capacity)) return feasibility::unknown;
        if (training_bytes() > capacity.value()) return feasibility::infeasible;
        return trained->layers().empty() ? feasibility::unknown : feasibility::feasible;
    }
    /// Operations of one input as peaks count them: two a multiply-accumulate.
    [[nodiscard]] double operations() const { return per_input(prediction.work); }
    [[nodiscard]] double macs() const { return per_input(prediction.work / 2); }
    /// A figure of what to expect; NaN where nothing better than the bound is known.
    [[nodiscard]] double expected_or_nan(double expectation::* figure) const {
        return expected && expected->basis != expectation_basis::bound ? (*expected).*figure
                                                                       : std::numeric_limits<double>::quiet_NaN();
    }
    [[nodiscard]] std::vector<std::string> assumptions() const {
        if (!fitted) return sentences_of<assumption>(prediction.assumed);
        std::vector<std::string> all = fitted->warnings;
        if (work && !work->uncounted().empty()) all.emplace_back(to_string(assumption::uncounted_layers));
        return all;
    }

private:
    [[nodiscard]] double per_input(double of_call) const {
        return std::round(of_call / static_cast<double>(prediction.batch));
    }
};

/// What the figures of an answer do not show: a letter for a column of marks, and its line of the legend below.
struct mark {
    char letter = 0;
    std::string_view says{};
    bool (*holds)(const answer&) = nullptr;
};

/// All marks, those that speak against an answer first. A further mark is a further row here, and nothing else.
inline constexpr auto marks = [] {
    using a = const answer&;
    return std::to_array<mark>({
        {'x', "a source says that the device does not run this network or one of its layers",
         [](a r) { return r.prediction.assumes(assumption::unsupported); }},
        {'!', "does not fit the memory",
         [](a r) {
             return r.prediction.feasible == feasibility::infeasible && !r.prediction.assumes(assumption::unsupported);
         }},
        {'b', "no source states the bandwidth, so it looks as fast as its peak",
         [](a r) { return r.bound() == bound_kind::compute_at_least; }},
        {'m', "no source states the memory, so nobody knows whether it fits",
         [](a r) { return r.prediction.feasible == feasibility::unknown; }},
        {'u', "some layers have no cost model, so throughput is an upper bound",
         [](a r) { return r.work && !r.work->uncounted().empty(); }},
        {'c', "computed in a wider datatype, which the device has",
         [](a r) { return r.prediction.assumes(assumption::carrier_datatype); }},
        {'o', "some layers have a datatype of their own", [](a r) { return r.work && r.work->has_precisions(); }},
        {'p', "one input alone in a pipeline: throughput is higher with a batch or a stream",
         [](a r) { return traits_of(r.how.execution).streams && r.how.batch == 1 && r.how.stream <= 1; }},
        {'w', "outside of what the calibration was fitted to",
         [](a r) { return r.fitted && !r.fitted->is_of_devices && !r.fitted->warnings.empty(); }},
    });
}();

/// The letters of the marks that an answer has.
[[nodiscard]] inline std::string marks_of(const answer& of) {
    std::string letters;
    for (const mark& one : marks)
        if (one.holds(of)) letters += one.letter;
    return letters;
}

/// A column of answers.
using answer_field = field<answer>;

namespace detail {

/// Without a stated bandwidth the models take an infinite one, and a board that nobody described has a peak of 1e300:
/// what follows from either is not known.
[[nodiscard]] inline double known_or_nan(double value) {
    return std::fabs(value) < 1e200 ? value : std::numeric_limits<double>::quiet_NaN();
}
[[nodiscard]] constexpr bool has_fit(const answer& a) {
    return a.fitted.has_value();
}
[[nodiscard]] constexpr bool has_interval(const answer& a) {
    return a.fitted.has_value() && !a.fitted->is_of_devices;
}
/// Whether somebody asked what to expect.
[[nodiscard]] inline bool has_expectation(const answer& a) {
    return a.expected != nullptr;
}
/// Whether more than the bound is known.
[[nodiscard]] inline bool is_expected(const answer& a) {
    return a.expected != nullptr && a.expected->basis != expectation_basis::bound;
}
[[nodiscard]] constexpr bool in_no_table(const answer&) {
    return false;
}

}  // namespace detail

/// The columns of answers, in the order of JSON. A further column is a further row here, and nothing else.
inline constexpr auto answer_fields = [] {
    using one = answer_field;
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    using a = const answer&;
    return std::to_array<one>({
        one::text("network", "Catalogue id, or the network's own name.", [](a r) { return r.network; })
            .at(1)
            .coordinate(),
        one::text("platform", "Id of the device.", [](a r) { return r.device ? r.device->id() : std::string(); })
            .at(2)
            .coordinate(),
        one::text("mode", "Power or clock mode; none where the device has only one.",
                  [](a r) { return r.device ? r.device->mode().name : std::string(); })
            .coordinate()
            .at(3)
            .maybe(),
        one::text("datatype", "Weights x activations.", [](a r) { return to_string(r.how.datatype); })
            .at(4)
            .coordinate(),
        one::count("batch", "Inputs of one call.", [](a r) { return static_cast<double>(r.how.batch); })
            .at(6)
            .coordinate(),
        one::number("keep", "Fraction of the channels that pruning left.", [](a r) { return r.keep; })
            .at(5)
            .coordinate(),
        one::number("throughput_ips", "Inputs per second.", [](a r) { return r.throughput_ips(); })
            .shown("throughput", "inputs/s")
            .at(7, "inputs/s")
            .known()
            .more_is_better()
            .by_batch(),
        one::number(
            "latency_s",
            "Seconds from handing over an input to having its result: of one call, or, in a pipeline, of one input.",
            [](a r) { return r.latency_s(); })
            .shown("latency", "ms", 1e-3)
            .at(8)
            .known()
            .less_is_better()
            .by_batch(),
        one::text("bound",
                  "'compute', 'memory', 'compute?' where no source states the bandwidth, 'on-chip' for that of on-chip "
                  "memory, or 'host' for the processor that runs what the device does not.",
                  [](a r) { return std::string(to_string(r.bound())); })
            .at(9)
            .known()
            .by_batch(),
        one::text("marks", "A letter for each thing that the figures do not show; see `marks`.", &marks_of)
            .at(15)
            .maybe()
            .where([](a r) { return !marks_of(r).empty(); }),
        one::count("operations", "Of one input; one multiply-accumulate is two.", [](a r) { return r.operations(); })
            .shown("operations", "MOP", 1e6),
        one::count("macs", "Multiply-accumulates of one input.", [](a r) { return r.macs(); }).shown("MACs", "M", 1e6),
        one::number("model_bytes", "Size of the weights as stored.", [](a r) { return r.prediction.weight_bytes; })
            .shown("model", "MB", 1e6)
            .at(12)
            .known(),
        one::number("operational_intensity_ops_per_byte", "Operations per off-chip byte; none without traffic.",
                    [](a r) { return r.prediction.operational_intensity().value(); })
            .shown("intensity", "op/byte")
            .at(10, "op/byte")
            .by_batch(),
        one::number("peak_ops_per_s",
                    "Operations per second that the device has in the datatype; none where nobody described it.",
                    [](a r) { return detail::known_or_nan(r.prediction.peak().value()); })
            .shown("peak", "TOP/s", 1e12)
            .at(11),
        one::number("bandwidth_bytes_per_s",
                    "At which tensors that are not on chip arrive; none where no source states it.",
                    [](a r) { return detail::known_or_nan(r.prediction.bandwidth().value()); })
            .shown("bandwidth", "GB/s", 1e9),
        one::number("energy_j", "Joules for one input; none where nothing states the power.",
                    [](a r) { return r.energy_j(); })
            .shown("energy", "mJ/input", 1e-3)
            .at(13, "energy [mJ]")
            .less_is_better()
            .by_batch(),
        one::number("accuracy_top1", "Share of inputs that the network gets right, where somebody published it.",
                    [](a r) { return r.accuracy_top1; })
            .shown("top-1", "%", 1e-2)
            .at(14, "top-1", 1)
            .more_is_better(),
        one::truth("feasible",
                   "Whether the weights fit the memory and the device's software runs the network; none where no "
                   "source states the memory.",
                   [](a r) {
                       const feasibility known = r.prediction.feasible;
                       return known == feasibility::unknown ? nan : known == feasibility::feasible ? 1.0 : 0.0;
                   })
            .maybe(),
        one::sentences("assumptions", "What the model took for granted, one sentence each.",
                       [](a r) { return r.assumptions(); }),
        one::sentences("warnings", "What changing or importing the network left whole or guessed, and why.",
                       [](a r) { return r.work ? r.work->warnings() : std::vector<std::string>(); })
            .where([](a r) { return r.work && !r.work->warnings().empty(); }),
        // what is not as usual
        one::count("threads", "Calls in flight side by side.", [](a r) { return static_cast<double>(r.how.threads); })
            .where([](a r) { return r.how.threads != 1; })
            .coordinate(),
        one::count("stream", "Inputs one after the other through a pipeline; 0: calls of a batch.",
                   [](a r) { return static_cast<double>(r.how.stream); })
            .where([](a r) { return r.how.stream != 0; })
            .coordinate(),
        one::text("placement", "Which tensors live where.", [](a r) { return std::string(to_string(r.how.placement)); })
            .where([](a r) { return r.how.placement != deployment().placement; })
            .coordinate(),
        one::text("execution", "How the layers share the device.",
                  [](a r) { return std::string(to_string(r.how.execution)); })
            .where([](a r) { return r.how.execution != deployment().execution; })
            .coordinate(),
        one::number("compute_scale", "Factor of the device's peaks.", [](a r) { return r.scales.compute; })
            .where([](a r) { return r.scales.compute != 1; })
            .coordinate(),
        one::number("bandwidth_scale", "Factor of its off-chip bandwidth.", [](a r) { return r.scales.bandwidth; })
            .where([](a r) { return r.scales.bandwidth != 1; })
            .coordinate(),
        one::number("on_chip_scale", "Factor of its on-chip capacity.", [](a r) { return r.scales.on_chip; })
            .where([](a r) { return r.scales.on_chip != 1; })
            .coordinate(),
        one::number("memory_bytes",
                    "That a step of training holds: weights, gradients, the optimiser's state and activations.",
                    [](a r) { return r.training_bytes(); })
            .shown("memory", "MB", 1e6)
            .note()
            .where([](a r) { return r.trained != nullptr; }),
        one::count("devices", "Equal devices that share the work; fewer than asked for where it is not enough.",
                   [](a r) { return r.devices(); })
            .where([](a r) { return r.fitted && r.fitted->is_of_devices; })
            .coordinate(),
        one::number("bound_throughput_ips", "Inputs per second of the model, before which a fit goes.",
                    [](a r) { return detail::known_or_nan(r.prediction.throughput().value()); })
            .shown("bound", "inputs/s")
            .note()
            .where(&detail::has_fit),
        one::number("throughput_low_ips", "Lower end of the 90 % interval of a fit.",
                    [](a r) { return r.fitted ? r.fitted->low_ips : nan; })
            .shown("low", "inputs/s")
            .note()
            .where(&detail::has_interval),
        one::number("throughput_high_ips", "Upper end of the 90 % interval of a fit.",
                    [](a r) { return r.fitted ? r.fitted->high_ips : nan; })
            .shown("high", "inputs/s")
            .note()
            .where(&detail::has_interval),
        // for charts, conditions and sweeps
        one::number("attained_ops_per_s", "Operations per second of a device at the predicted throughput.",
                    [](a r) { return r.throughput_ips() * r.operations() / r.devices(); })
            .shown("attained", "TOP/s", 1e12)
            .by_batch()
            .unprinted(),
        one::number("inputs_per_joule", "None where nothing states the power.", [](a r) { return 1 / r.energy_j(); })
            .shown("inputs per joule", "inputs/J")
            .by_batch()
            .unprinted(),
        one::number("power_w", "Of the devices that share the work; none where no source states it.",
                    [](a r) { return r.device ? r.device->power().value() * r.devices() : nan; })
            .shown("power", "W")
            .unprinted(),
        one::number("price_usd", "Of the devices that share the work; none where no source states it.",
                    [](a r) { return r.device ? r.device->price_usd * r.devices() : nan; })
            .shown("price", "USD")
            .unprinted(),
        one::number("traffic_bytes", "Off-chip bytes of one call.", [](a r) { return r.prediction.traffic; })
            .shown("traffic", "MB", 1e6)
            .by_batch()
            .unprinted(),
        one::number("initiation_interval_s", "Seconds between the results of a pipeline; none otherwise.",
                    [](a r) { return r.prediction.initiation_interval > 0 ? r.prediction.initiation_interval : nan; })
            .shown("interval", "ms", 1e-3)
            .by_batch()
            .unprinted(),
        one::truth(
            "may_win",
            "False where a ranking or front leaves the answer out unasked: it is infeasible, or no source states "
            "the bandwidth, so that the device looks as fast as its peak.",
            [](a r) { return r.prediction.may_win() ? 1.0 : 0.0; })
            .by_batch()
            .unprinted(),
        one::number("bound_code", "0 for 'compute', 1 for 'memory', 2 for 'compute?', 3 for 'on-chip', 4 for 'host'.",
                    [](a r) { return static_cast<double>(r.bound()); })
            .known()
            .by_batch()
            .unprinted(),
        one::truth("memory_bound", "1 when memory bounds the point, 0 when computing does.",
                   [](a r) { return r.bound() == bound_kind::memory ? 1.0 : 0.0; })
            .by_batch()
            .unprinted(),
        // what to expect
        one::number("expected_throughput_ips",
                    "Inputs per second to expect, from measurements; none where nothing but the bound is known.",
                    [](a r) { return r.expected_or_nan(&expectation::throughput_ips); })
            .shown("expected", "inputs/s")
            .at(8, "expected")
            .more_is_better()
            .where(&detail::has_expectation, &detail::is_expected),
        one::number("expected_low_ips", "Lower end of the 90 % interval of the expected throughput.",
                    [](a r) { return r.expected_or_nan(&expectation::low_ips); })
            .shown("expected, low", "inputs/s")
            .at(8, "low")
            .where(&detail::has_expectation, &detail::is_expected),
        one::number("expected_high_ips", "Upper end of the 90 % interval of the expected throughput.",
                    [](a r) { return r.expected_or_nan(&expectation::high_ips); })
            .shown("expected, high", "inputs/s")
            .at(8, "high")
            .where(&detail::has_expectation, &detail::is_expected),
        one::number("expected_latency_s", "Seconds of one call to expect.",
                    [](a r) { return r.expected_or_nan(&expectation::latency_s); })
            .shown("expected latency", "ms", 1e-3)
            .less_is_better()
            .where(&detail::has_expectation, &detail::in_no_table),
        one::text("basis",
                  "What the expectation rests on: 'calibration' (measurements of this device), 'class' (of others of "
                  "its class) or 'bound' (nothing better).",
                  [](a r) { return std::string(r.expected ? to_string(r.expected->basis) : ""); })
            .at(8)
            .where(&detail::has_expectation, &detail::is_expected),
        one::sentences("expected_from", "The measurements that the expectation rests on, and what speaks against it.",
                       [](a r) {
                           if (!r.expected) return std::vector<std::string>();
                           std::vector<std::string> all = r.expected->sources;
                           all.insert(all.end(), r.expected->warnings.begin(), r.expected->warnings.end());
                           return all;
                       })
            .where(&detail::has_expectation, &detail::in_no_table),
        one::number("basis_code", "0 for 'calibration', 1 for 'class', 2 for 'bound'; none where nobody asked.",
                    [](a r) { return r.expected ? static_cast<double>(r.expected->basis) : nan; })
            .where(&detail::has_expectation, &detail::in_no_table)
            .unprinted(),
    });
}();

}  // namespace qutibench
