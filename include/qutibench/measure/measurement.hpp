// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One measured result, whatever tool wrote it: what ran where and how, what came out, and where that is written.
/// What was not measured is `unknown` (NaN), never zero.
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/hardware/platform.hpp>
#include <qutibench/units.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench {

/// What `measurement::deployment_value` counts.
enum class deployment_parameter : unsigned char {
    batch,    ///< inputs of one call; latency is that of the call
    stream,   ///< inputs that follow each other through a pipeline; latency is that of the whole stream
    threads,  ///< callers at a time, each with `call_batch` inputs; latency is that of one caller's call
};
template <>
inline constexpr enumeration<3> names_of<deployment_parameter>{"deployment parameter", {"batch", "stream", "threads"}};

/// What the figures include.
enum class measured_scope : unsigned char {
    compute,  ///< the accelerator alone
    system,   ///< the host's share and the transfers as well: what a user sees
};
template <>
inline constexpr enumeration<2> names_of<measured_scope>{"scope", {"compute", "system"}};

/// What was measured (T section 4.3): a layer, a block of layers, or the whole network.
enum class measured_level : unsigned char { layer = 1, block = 2, network = 3 };
template <>
inline constexpr enumeration<3> names_of<measured_level>{"level", {"layer", "block", "network"}, 1};

/// What to keep in mind about a measurement; it keeps the set.
enum class caution : std::uint32_t {
    other_scope = 1U << 0,     ///< the file has no figures of the scope asked for, these are of the other
    invalid_run = 1U << 1,     ///< the tool calls its own run invalid
    queueing = 1U << 2,        ///< latency includes waiting behind other requests
    warm_up = 1U << 3,         ///< the first runs may be slower and are included
    not_measured = 1U << 4,    ///< a tool's estimate or simulation
    other_datatype = 1U << 5,  ///< the kernels ran in another datatype than the one asked for
    separate_runs = 1U << 6,   ///< figures of one record come from different runs
    optimistic = 1U << 7,      ///< the tool's way of counting flatters the device
    whole_system = 1U << 8,    ///< several accelerators shared the work; figures are for all of them
    excludes_host = 1U << 9,   ///< the host's packing or transfers are not included
    tool_errors = 1U << 10,    ///< the tool's log speaks of errors beside the figures
    mixed_sizes = 1U << 11,    ///< calls of several input sizes are in one figure
    rounded_away = 1U << 12,   ///< the tool rounded its times to zero, so they are unknown
    calls_unknown = 1U << 13,  ///< the file does not say how many calls it holds; it is read as one
};

/// One sentence on a caution.
[[nodiscard]] constexpr std::string_view to_string(caution one) {
    constexpr std::string_view sentences[] = {
        "the file has no figures of the scope asked for; these are of the other scope",
        "the tool calls this run invalid",
        "latency includes waiting behind other requests",
        "warm-up runs are included",
        "this is a tool's estimate or simulation, not a measurement",
        "the kernels ran in another datatype than the one asked for",
        "the figures come from different runs",
        "the tool's way of counting flatters the device",
        "several accelerators shared the work",
        "packing and transfers by the host are not included",
        "the tool's log speaks of errors beside these figures",
        "calls of several input sizes are in one figure",
        "the tool rounded its times to zero, so they are unknown",
        "the file does not say how many calls it holds; it is read as one",
    };
    return sentences[std::countr_zero(static_cast<unsigned>(one))];
}

/// The file that a measurement comes from; shared by all measurements of the file.
struct measurement_source {
    std::string file{};    ///< path, or what the caller calls the text
    std::string format{};  ///< the adapter's name, "trtexec"
    std::string tool{};    ///< the tool and its version as the file states them, may be empty
};

/// One measured result.
struct measurement {
    std::string network{};   ///< catalogue id, or the caller's own name
    std::string platform{};  ///< catalogue id, or the caller's own name
    std::string mode{};      ///< power or clock mode; empty when there is only one
    precision datatype{};
    double keep = 1;  ///< fraction of channels that pruning left

    measured_level level = measured_level::network;
    std::string part{};  ///< the layer or block at levels 1 and 2; empty at level 3

    deployment_parameter deployment = deployment_parameter::batch;
    std::int64_t deployment_value = 1;
    std::int64_t call_batch = 1;  ///< inputs of one call where the deployment is not the batch

    measured_scope scope = measured_scope::system;
    std::string statistic{};  ///< of the latency: "mean", "median", "min", "max", "p90", "p99.9"; empty when unstated

    seconds latency = unknown<seconds>;  ///< of one call
    inputs_per_second throughput = unknown<inputs_per_second>;
    ops_per_second performance = unknown<ops_per_second>;  ///< as the tool reports it; one MAC is two operations
    double operations = std::numeric_limits<double>::quiet_NaN();  ///< of one input, as the tool reports them

    bytes traffic = unknown<bytes>;          ///< moved to and from off-chip memory by one call
    bytes weights_on_chip = unknown<bytes>;  ///< as the tool placed them
    bytes weights_off_chip = unknown<bytes>;

    watts power = unknown<watts>;       ///< of the whole board while running
    watts power_idle = unknown<watts>;  ///< configured and waiting
    watts power_base = unknown<watts>;  ///< nothing loaded
    joules energy = unknown<joules>;    ///< of one input, where the tool measures energy itself

    double accuracy_top1 = std::numeric_limits<double>::quiet_NaN();  ///< fraction, not per cent
    double accuracy_top5 = std::numeric_limits<double>::quiet_NaN();

    std::shared_ptr<const measurement_source> source{};
    std::int64_t line = 0;       ///< 1-based line in the file; 0 when a key says it better
    std::string key{};           ///< key, JSON pointer or section in the file
    std::uint32_t cautions = 0;  ///< set of `caution`

    /// Every fact but the source: field(name with its SI unit, member, one sentence).
    template <class Field>
    static constexpr void describe(Field&& field) {
        using own = measurement;
        field("network", &own::network, "Its id in the catalogue, or your own name.");
        field("platform", &own::platform, "Its id in the catalogue, or your own name.");
        field("mode", &own::mode, "Power or clock mode; None where there is only one.");
        field("datatype", &own::datatype, "Of weights and activations.");
        field("keep", &own::keep, "Fraction of the channels that pruning left.");
        field("level", &own::level, "1: a layer, 2: a block, 3: the network.");
        field("part", &own::part, "The layer or block; None for a network.");
        field("deployment", &own::deployment, "'batch', 'stream' or 'threads'.");
        field("deployment_value", &own::deployment_value, "How many of them.");
        field("call_batch", &own::call_batch, "Inputs of one call where the deployment is not the batch.");
        field("scope", &own::scope, "'system' (what a user sees) or 'compute' (the accelerator alone).");
        field("statistic", &own::statistic, "Of the latency: 'mean', 'median', 'p90'...; None when unstated.");
        field("latency_s", &own::latency, "Seconds of one call; None when missing.");
        field("throughput_ips", &own::throughput, "Inputs per second as measured; None when missing.");
        field("performance_ops_per_s", &own::performance, "Operations per second as the tool reports them.");
        field("operations", &own::operations, "Of one input, as the tool reports them.");
        field("traffic_bytes", &own::traffic, "Off-chip bytes of one call.");
        field("weights_on_chip_bytes", &own::weights_on_chip, "As the tool placed them.");
        field("weights_off_chip_bytes", &own::weights_off_chip, "As the tool placed them.");
        field("power_w", &own::power, "Of the whole board while running.");
        field("power_idle_w", &own::power_idle, "Configured and waiting.");
        field("power_base_w", &own::power_base, "Nothing loaded.");
        field("energy_j", &own::energy, "Of one input, where the tool measures energy itself.");
        field("accuracy_top1", &own::accuracy_top1, "A fraction, not per cent.");
        field("accuracy_top5", &own::accuracy_top5, "A fraction, not per cent.");
        field("line", &own::line, "1-based line in the file; 0 when a key says it better.");
        field("key", &own::key, "Key, JSON pointer or section in the file; None without one.");
        field("caution_set", &own::cautions, "Bits of what to keep in mind; `cautions` says them.");
    }

    [[nodiscard]] bool has(caution one) const { return (cautions & static_cast<std::uint32_t>(one)) != 0; }
    void warn(caution one) { cautions |= static_cast<std::uint32_t>(one); }
    /// What to keep in mind, one sentence for each caution.
    [[nodiscard]] std::vector<std::string_view> flags() const {
        std::vector<std::string_view> all;
        for (std::uint32_t bit = 1; bit != 0 && bit <= cautions; bit <<= 1)
            if ((cautions & bit) != 0) all.push_back(to_string(static_cast<caution>(bit)));
        return all;
    }

    /// Inputs that one call takes: the batch.
    [[nodiscard]] std::int64_t inputs_per_call() const {
        return deployment == deployment_parameter::batch ? deployment_value : call_batch;
    }
    /// Calls that are under way at a time: 1 except with threads.
    [[nodiscard]] std::int64_t calls_at_a_time() const {
        return deployment == deployment_parameter::threads ? deployment_value : 1;
    }
};

/// Inputs per second: as measured, or from the latency of calls that follow each other. Unknown when neither is there,
/// and for threads without a measured throughput, whose calls share the device in a way that latency does not tell.
[[nodiscard]] inline inputs_per_second attained_throughput(const measurement& of) {
    if (is_known(of.throughput) || !is_known(of.latency)) return of.throughput;
    if (of.calls_at_a_time() > 1 || of.has(caution::queueing)) return of.throughput;
    const bool streamed = of.deployment == deployment_parameter::stream;
    const std::int64_t count = streamed ? of.deployment_value : of.inputs_per_call();
    return quantity_of<inputs_per_second>(static_cast<double>(count) / of.latency.value());
}

/// Energy of one input: measured as such, or the running power over the throughput (T section 4.4.2); else unknown.
[[nodiscard]] inline joules attained_energy(const measurement& of) {
    if (is_known(of.energy)) return of.energy;
    return quantity_of<joules>(of.power.value() / attained_throughput(of).value());
}

/// "file, line 12" or "file, key"; empty for a measurement without a file.
[[nodiscard]] inline std::string place_of(const measurement& of) {
    std::string text = of.source ? of.source->file : std::string();
    const std::string where = of.line > 0 ? "line " + std::to_string(of.line) : of.key;
    return text + (text.empty() || where.empty() ? "" : ", ") + where;
}

namespace detail {

/// What is wrong with a measurement, as the rest of a sentence; empty when nothing is. Unknown figures are fine.
[[nodiscard]] inline std::string problem_of(const measurement& of) {
    const auto is_wrong = [](double value, bool may_be_zero = false) {
        const bool positive = value > 0 || (may_be_zero && value == 0);
        return value == value && !(positive && value <= 1e300);
    };
    constexpr std::string_view positive = " must be positive and finite";
    const char* wrong = is_wrong(of.latency.value())         ? "latency"
                        : is_wrong(of.throughput.value())    ? "throughput"
                        : is_wrong(of.performance.value())   ? "performance"
                        : is_wrong(of.operations, true)      ? "the count of operations"
                        : is_wrong(of.traffic.value(), true) ? "memory traffic"
                        : is_wrong(of.power.value())         ? "power"
                        : is_wrong(of.power_idle.value(), true) || is_wrong(of.power_base.value(), true) ? "idle power"
                        : is_wrong(of.energy.value())                                                    ? "energy"
                                                                                                         : nullptr;
    if (wrong != nullptr) return std::string(wrong) + std::string(positive);
    if (of.network.empty()) return "no network is named";
    if (of.platform.empty()) return "no platform is named";
    if (!(of.keep > 0 && of.keep <= 1)) return "keep must be above 0 and at most 1, not " + std::to_string(of.keep);
    const std::int64_t least = std::min(of.deployment_value, of.call_batch);
    if (least < 1) return std::string(to_string(of.deployment)) + " must be at least 1, not " + std::to_string(least);
    if (of.accuracy_top1 < 0 || of.accuracy_top1 > 1 || of.accuracy_top5 < 0 || of.accuracy_top5 > 1)
        return "accuracy must be a fraction from 0 to 1";
    if ((of.level == measured_level::network) != of.part.empty())
        return of.part.empty() ? "a layer or block needs a name" : "a whole network has no layer name";
    return {};
}

}  // namespace detail

/// Throws invalid_argument when a figure is zero, negative or infinite, when keep or an accuracy is outside 0 to 1,
/// when a count is below one, or when network or platform is empty. Unknown figures are fine.
inline void check(const measurement& of) {
    const std::string problem = detail::problem_of(of);
    if (problem.empty()) return;
    const std::string place = place_of(of);
    throw invalid_argument((place.empty() ? "measurement of '" + of.network + "'" : place) + ": " + problem);
}

}  // namespace qutibench
