// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Several equal devices behind links: data-parallel and pipeline-parallel splits, how they scale, and where another
/// device stops paying. Equations in docs/formulas/several_devices.md.
#pragma once

#include <qutibench/model/predict.hpp>

#include <algorithm>
#include <vector>

namespace qutibench {

/// What connects devices.
struct interconnect {
    bytes_per_second bandwidth{};
    seconds latency{};  ///< of one transfer
};

enum class split_kind : unsigned char {
    data,      ///< every device has the whole network and a share of the batch
    pipeline,  ///< every device has consecutive layers
};
template <>
inline constexpr enumeration<2> names_of<split_kind>{"split", {"data", "pipeline"}};

/// A network on several devices.
struct multi_device_estimate {
    std::int64_t devices = 1;  ///< that are used
    double throughput_ips = 0;
    double latency_s = 0;   ///< of a whole batch
    double speed_up = 1;    ///< of the throughput over one device
    double transfer_s = 0;  ///< of the slowest transfer, or of all that share the host's link
    bool bound_by_link = false;
    bound_kind limited_by = bound_kind::compute;  ///< of a device with its share of the batch, or with all layers
    std::vector<int> first_layers{};              ///< pipeline: the layer at which each device starts

    /// Speed-up per device.
    [[nodiscard]] double efficiency() const { return speed_up / static_cast<double>(devices); }
};

namespace detail {

inline void check(const interconnect& link, std::int64_t devices) {
    const bool valid = link.bandwidth.value() > 0 && link.latency.value() >= 0 && link.latency.value() < 1e300;
    if (!valid) throw invalid_argument("a link needs a bandwidth above 0 and a latency of at least 0");
    if (devices < 1 || devices > 4096)
        throw invalid_argument(message({"devices must be between 1 and 4096, not ", devices}));
}

/// A network cut between kernels: seconds of each kernel, and bytes that cross a cut before it.
struct cuttable_network {
    std::vector<double> time{};
    std::vector<double> crossing{};
    std::vector<int> layer{};
};

[[nodiscard]] inline cuttable_network cuttable(const workload& net, const platform& device, const deployment& how,
                                               const breakdown& all) {
    cuttable_network result;
    layer_table table(net, device, how);
    std::vector<int> last_kernel(table.parts.size(), -1);  // that reads each layer's output
    for (std::size_t i = 0; i < table.parts.size(); ++i) {
        if (net.layers()[i].kind == layer_kind::view) continue;
        for (const int producer : net.producers(net.layers()[i])) {
            int& last = last_kernel[static_cast<std::size_t>(table.at(producer).owner)];
            last = std::max(last, table.parts[i].kernel);
        }
    }
    for (const kernel_estimate& one : all.kernels) {
        double crossing = 0;
        for (std::size_t i = 0; i < table.parts.size(); ++i) {
            const layer_part& part = table.parts[i];
            if (part.stored && part.kernel < one.layer && last_kernel[i] >= one.layer)
                crossing += table.output_bytes(static_cast<int>(i));
        }
        result.time.push_back(one.time);
        result.crossing.push_back(crossing);
        result.layer.push_back(one.layer);
    }
    return result;
}

/// Splits into at most `devices` runs of kernels so that the slowest run or transfer is as fast as possible: dynamic
/// programming over cuts, O(devices * kernels^2). Returns the first kernel of each run.
[[nodiscard]] inline std::vector<std::size_t> best_cuts(const cuttable_network& net, std::int64_t devices,
                                                        const interconnect& link) {
    const std::size_t kernels = net.time.size();
    const std::size_t runs = std::min<std::size_t>(static_cast<std::size_t>(devices), kernels);
    std::vector<double> until(kernels + 1, 0.0);
    for (std::size_t i = 0; i < kernels; ++i) until[i + 1] = until[i] + net.time[i];
    const auto transfer = [&](std::size_t at) {
        return at == 0 ? 0.0 : link.latency.value() + net.crossing[at] / link.bandwidth.value();
    };
    std::vector<std::vector<double>> slowest(runs + 1,
                                             std::vector<double>(kernels + 1, std::numeric_limits<double>::infinity()));
    std::vector<std::vector<std::size_t>> start(runs + 1, std::vector<std::size_t>(kernels + 1, 0));
    slowest[0][0] = 0;
    for (std::size_t run = 1; run <= runs; ++run)
        for (std::size_t end = run; end <= kernels; ++end)
            for (std::size_t from = run - 1; from < end; ++from) {
                const double mine = std::max({slowest[run - 1][from], until[end] - until[from], transfer(from)});
                if (mine < slowest[run][end]) {
                    slowest[run][end] = mine;
                    start[run][end] = from;
                }
            }
    std::size_t used = 1;
    for (std::size_t run = 2; run <= runs; ++run)
        if (slowest[run][kernels] < slowest[used][kernels] * (1 - 1e-12)) used = run;
    std::vector<std::size_t> cuts(used);
    for (std::size_t run = used, end = kernels; run > 0; --run) cuts[run - 1] = end = start[run][end];
    return cuts;
}

[[nodiscard]] inline multi_device_estimate split_data(const workload& net, const platform& device,
                                                      const deployment& how, std::int64_t devices,
                                                      const interconnect& link) {
    const estimate alone = predict(net, device, how);
    multi_device_estimate result;
    result.devices = std::min(devices, how.batch);
    deployment share = how;
    share.batch = ceil_divide(how.batch, result.devices);
    result.devices = ceil_divide(how.batch, share.batch);  // five inputs by two are three devices, not four
    const double batch = static_cast<double>(how.batch);
    const double elements = static_cast<double>(net.input_count + net.output_count);
    if (result.devices > 1)
        result.transfer_s = 2 * link.latency.value() +
                            elements * how.datatype.activations.bytes_per_element() * batch / link.bandwidth.value();
    const estimate each = predict(net, device, share);
    const double calls = static_cast<double>(each.calls);
    // transfers of one batch go on while another is computed
    const double interval = std::max(each.call_time / calls, result.transfer_s);
    result.throughput_ips = batch / interval;
    result.latency_s = each.call_time + result.transfer_s;
    result.speed_up = result.throughput_ips / alone.throughput().value();
    result.bound_by_link = result.transfer_s > each.call_time / calls;
    result.limited_by = each.bound();
    return result;
}

[[nodiscard]] inline multi_device_estimate split_layers(const workload& net, const platform& device,
                                                        const deployment& how, std::int64_t devices,
                                                        const interconnect& link) {
    if (how.execution != execution_kind::network && how.execution != execution_kind::layers)
        throw invalid_argument(message({"a pipeline of devices runs layer by layer, not by the execution model '",
                                        to_string(how.execution), "': leave it out"}));
    if (how.threads != 1)
        throw invalid_argument("a pipeline of devices has one call in flight on each: leave threads out");
    deployment by_layer = how;
    by_layer.execution = execution_kind::layers;
    const breakdown all = explain(net, device, by_layer);
    if (all.kernels.empty())
        throw invalid_argument(message({"workload '", net.name(), "' has no kernels to spread over devices"}));
    cuttable_network parts = cuttable(net, device, by_layer, all);
    // the first device waits for the host
    parts.time.front() += how.parameters.call_overhead + how.parameters.input_overhead * static_cast<double>(how.batch);
    const std::vector<std::size_t> cuts = best_cuts(parts, devices, link);
    multi_device_estimate result;
    result.devices = static_cast<std::int64_t>(cuts.size());
    double slowest = 0;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        const std::size_t end = i + 1 < cuts.size() ? cuts[i + 1] : parts.time.size();
        double run = 0;
        for (std::size_t k = cuts[i]; k < end; ++k) run += parts.time[k];
        const double transfer = i == 0 ? 0.0 : link.latency.value() + parts.crossing[cuts[i]] / link.bandwidth.value();
        slowest = std::max(slowest, run);
        result.transfer_s = std::max(result.transfer_s, transfer);
        result.latency_s += run + transfer;
        result.first_layers.push_back(parts.layer[cuts[i]]);
    }
    result.bound_by_link = result.transfer_s > slowest;
    result.limited_by = all.total.bound();
    result.throughput_ips = static_cast<double>(how.batch) / std::max(slowest, result.transfer_s);
    result.speed_up = result.throughput_ips * all.total.call_time / static_cast<double>(how.batch);
    return result;
}

}  // namespace detail

/// Predicts a network spread over at most `devices` equal devices; fewer are used where more would not help. Data: the
/// batch is shared out, inputs and outputs cross the host's link. Pipeline: layers run one after another on each
/// device, cut where the slowest of runs and transfers is fastest; each device is predicted as if it held the whole
/// network. Throws invalid_argument on a link without bandwidth, devices outside 1 to 4096, a workload without layers,
/// or a pipeline that should run otherwise than layer by layer or have several calls in flight, and what `predict`
/// throws.
[[nodiscard]] inline multi_device_estimate predict_on_several(const workload& net, const platform& device,
                                                              const deployment& how, split_kind split,
                                                              std::int64_t devices, const interconnect& link) {
    detail::check(link, devices);
    if (how.stream > 0) return predict_on_several(net, device, detail::as_call(how), split, devices, link);
    detail::check(how);
    if (net.layers().empty())
        throw invalid_argument(detail::message(
            {"workload '", net.name(), "' has no layers, so what several devices would exchange is not known"}));
    return split == split_kind::data ? detail::split_data(net, device, how, devices, link)
                                     : detail::split_layers(net, device, how, devices, link);
}

/// The estimates for 1 to `most` devices.
[[nodiscard]] inline std::vector<multi_device_estimate> scaling_curve(const workload& net, const platform& device,
                                                                      const deployment& how, split_kind split,
                                                                      std::int64_t most, const interconnect& link) {
    std::vector<multi_device_estimate> curve;
    detail::check(link, most);
    for (std::int64_t n = 1; n <= most; ++n) curve.push_back(predict_on_several(net, device, how, split, n, link));
    return curve;
}

/// The number of devices up to which each further one adds at least `worth` of a single device's throughput on average
/// over the devices added; the last point where that holds. A curve starts with one device.
[[nodiscard]] inline std::int64_t pays_up_to(const std::vector<multi_device_estimate>& curve, double worth = 0.5) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < curve.size(); ++i)
        if (curve[i].speed_up - curve[best].speed_up >= worth * static_cast<double>(i - best)) best = i;
    return static_cast<std::int64_t>(best) + 1;
}

}  // namespace qutibench
