// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a fair comparison shows beside TOPS/W (Sze et al. 2020, "How to evaluate deep neural network processors",
/// doi:10.1109/MSSC.2020.3002140): accuracy, throughput, latency, energy and power, cost, flexibility, scalability, and
/// the utilisation behind every TOPS/W.
#pragma once

#include <qutibench/hardware/scaled_platform.hpp>
#include <qutibench/model/decomposition.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace qutibench {

/// What the models cannot know of a network on a device.
struct scorecard_facts {
    double accuracy_top1 = std::numeric_limits<double>::quiet_NaN();  ///< fraction; NaN when not known
    double processing_elements = 1;                                   ///< 1: not known
    const std::vector<std::string>* supported_operators =
        nullptr;  ///< layer types that the device runs; null: not known
};

/// Speed-up of the throughput when a resource of the device grows.
struct scalability_point {
    double factor = 1;          ///< by which it grows
    double with_pes = 1;        ///< peak alone
    double with_bandwidth = 1;  ///< off-chip bandwidth alone
    double with_both = 1;
};

/// One line of a scorecard, for tables and files. Values that are not known are NaN.
struct scorecard_row {
    std::string_view criterion{};  ///< one of S's metrics
    std::string metric{};
    double value = 0;
    std::string_view unit{};
};

/// One network on one device in one deployment, by all of S's metrics.
struct scorecard {
    std::string network{};
    std::string platform{};
    std::string mode{};
    deployment how{};
    estimate performance{};
    throughput_decomposition parts{};
    double accuracy_top1 = std::numeric_limits<double>::quiet_NaN();
    double power_w = std::numeric_limits<double>::quiet_NaN();
    double price_usd = std::numeric_limits<double>::quiet_NaN();
    int native_datatypes = 0;
    bool datatype_is_native = false;
    double supported_layers =
        std::numeric_limits<double>::quiet_NaN();  ///< share of this network's layers, NaN: not known
    std::array<scalability_point, 3> scalability{};

    /// Tera-operations per second and watt at the peak: what data sheets quote.
    [[nodiscard]] double peak_tops_per_w() const { return performance.peak().value() / 1e12 / power_w; }
    /// The same with the throughput that is predicted.
    [[nodiscard]] double attained_tops_per_w() const {
        return performance.throughput().value() * parts.operations_per_inference / 1e12 / power_w;
    }
    /// Attained over peak operations per second.
    [[nodiscard]] double utilisation() const { return parts.utilisation(); }

    [[nodiscard]] std::vector<scorecard_row> rows() const;
};

/// Fills in a scorecard. Throws what `predict` and `decompose` throw.
[[nodiscard]] inline scorecard score(const workload& net, const platform& device, const deployment& how = {},
                                     const scorecard_facts& facts = {}) {
    scorecard card;
    card.network = net.name();
    card.platform = device.id();
    card.mode = device.mode().name;
    card.how = how;
    card.how.overrides = {};
    card.performance = predict(net, device, how);
    card.parts = decompose(net, device, how, facts.processing_elements);
    card.accuracy_top1 = facts.accuracy_top1;
    if (is_known(device.power())) card.power_w = device.power().value();
    card.price_usd = device.price_usd;
    card.native_datatypes = static_cast<int>(device.mode().peaks.size());
    card.datatype_is_native = device.peak_for(how.datatype).native;
    if (facts.supported_operators != nullptr) {
        double runs = 0;
        double all = 0;
        for (const layer_workload& layer : net.layers()) {
            if (layer.kind == layer_kind::input || layer.kind == layer_kind::view) continue;
            const auto& known = *facts.supported_operators;
            all += 1;
            runs += std::find(known.begin(), known.end(), layer.type) != known.end() ? 1 : 0;
        }
        if (all > 0) card.supported_layers = runs / all;
    }
    const double base = card.performance.throughput().value();
    const auto speed_up = [&](double peak, double bandwidth) {
        return predict(net, scaled(device, {.compute = peak, .bandwidth = bandwidth}), how).throughput().value() / base;
    };
    double factor = 2;
    for (scalability_point& one : card.scalability) {
        one = {factor, speed_up(factor, 1), speed_up(1, factor), speed_up(factor, factor)};
        factor *= 2;
    }
    return card;
}

[[nodiscard]] inline std::vector<scorecard_row> scorecard::rows() const {
    std::vector<scorecard_row> all{
        {"accuracy", "top-1 accuracy", accuracy_top1, ""},
        {"throughput", "throughput", performance.throughput().value(), "inputs/s"},
        {"throughput", "utilisation", utilisation(), ""},
        {"throughput", "utilisation: mapping", parts.mapping, ""},
        {"throughput", "utilisation: stalls", parts.stalls, ""},
        {"throughput", "utilisation: effectual operations", parts.effectual, ""},
        {"latency", "latency", performance.latency().value(), "s"},
        {"energy and power", "energy", performance.energy().value(), "J/input"},
        {"energy and power", "power", power_w, "W"},
        {"energy and power", "peak efficiency", peak_tops_per_w(), "TOP/s/W"},
        {"energy and power", "attained efficiency", attained_tops_per_w(), "TOP/s/W"},
        {"energy and power", "attained over peak efficiency", attained_tops_per_w() / peak_tops_per_w(), ""},
        {"cost", "price", price_usd, "USD"},
        {"cost", "off-chip bandwidth", performance.bandwidth().value(), "byte/s"},
        {"cost", "throughput per price", performance.throughput().value() / price_usd, "inputs/s/USD"},
        {"flexibility", "native datatypes", static_cast<double>(native_datatypes), ""},
        {"flexibility", "runs this datatype natively", datatype_is_native ? 1.0 : 0.0, ""},
        {"flexibility", "share of layers supported", supported_layers, ""},
    };
    for (const scalability_point& one : scalability) {
        const std::string by = " x " + std::to_string(static_cast<int>(one.factor));
        all.push_back({"scalability", "speed-up with PEs" + by, one.with_pes, ""});
        all.push_back({"scalability", "speed-up with bandwidth" + by, one.with_bandwidth, ""});
        all.push_back({"scalability", "speed-up with both" + by, one.with_both, ""});
    }
    return all;
}

}  // namespace qutibench
