// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Refined execution models: layer by layer and dataflow, under a placement (T 7.2.4, 8.3.1, 8.5). With the neutral
/// `execution_parameters` none is faster than level 0 under the published placement. Equations in
/// docs/formulas/execution.md.
#pragma once

#include <qutibench/model/kernel_plan.hpp>
#include <qutibench/model/on_chip.hpp>
#include <qutibench/model/placement_choice.hpp>

namespace qutibench {

namespace detail {

/// What calls differ in that are worked out side by side.
template <class Value>
struct calls_of {
    static constexpr std::size_t width = lanes_of<Value>::width;

    std::array<std::int64_t, width> batches{};
    Value bandwidth{};  ///< bytes per second, NaN where unknown
    Value streaming{};  ///< at which what is not on chip arrives
    on_chip_paces<Value> paces{};
    memory_pools_of<Value> pools{};

    calls_of() = default;
    calls_of(const platform& device, const deployment& how) { set(0, device, how.batch, how.double_buffered); }

    void set(std::size_t lane, const platform& device, std::int64_t batch, bool double_buffered) {
        constexpr auto unbounded = quantity_of<bytes_per_second>(std::numeric_limits<double>::infinity());
        batches[lane] = batch;
        in_lane(bandwidth, lane) = device.bandwidth().value();
        in_lane(streaming, lane) =
            streaming_bandwidth(device, is_known(device.bandwidth()) ? device.bandwidth() : unbounded).value();
        set_paces(paces, lane, device);
        const memory_pools own = pools_of(device, double_buffered);
        in_lane(pools.any, lane) = own.any;
        in_lane(pools.weights, lane) = own.weights;
        in_lane(pools.activations, lane) = own.activations;
    }
};

/// What a model has found out of each call, in the terms of `estimate`.
template <class Value>
struct call_figures {
    Value work;
    Value traffic = 0;
    Value peak;
    Value bandwidth;
    Value pipeline_latency = 0;
    Value initiation_interval = 0;
    double weight_bytes = 0;
    std::uint32_t assumed = 0;

    constexpr void assume(assumption one) { assumed |= static_cast<std::uint32_t>(one); }
};

/// A kernel of each call, in the terms of `kernel_estimate`.
template <class Value>
struct kernel_figures {
    double fixed_time = 0;
    Value traffic;
    Value compute_time;
    Value memory_time;
    Value time;
    typename lanes_of<Value>::mask waits;  ///< is bound by the memory
    Value near_traffic = 0;                ///< bytes through on-chip memory, where it counts
    Value near_time = 0;

    /// Seconds of a core and of its on-chip memory, whose operands arrive while it computes.
    [[nodiscard]] Value core_time() const { return larger(compute_time, near_time); }
    /// Whether on-chip memory holds it back more than arithmetic.
    [[nodiscard]] auto near() const { return compute_time < near_time; }
};

/// Predicts a workload with layers; everything comes here but the published network level without details. What each
/// kernel computes and may move is worked out once; a run asks for each call what is not on chip, and the rule of the
/// deployment's model what the call demands. `Value` is double for one call, and lanes for calls side by side, on
/// devices that differ in bandwidth and capacity alone.
template <class Workload, class Value = double>
class refined_model {
public:
    using value = Value;
    using mask = typename lanes_of<Value>::mask;

    refined_model(const Workload& net, const platform& device, const deployment& deployed)
        : how(deployed), net_(net), plan_(net, device, deployed), has_bandwidth_(is_known(device.bandwidth())) {
        held_.resize(plan_.placed.tensors().size());
        kernels.resize(plan_.kernels.size());
    }

    /// Works out calls; what is the same for others is kept for them.
    void run(const calls_of<Value>& calls) {
        calls_ = calls;
        batch = each_lane<Value>([&](std::size_t lane) { return static_cast<double>(calls.batches[lane]); });
        inputs_ = plan_.traits.streams ? Value(1) : batch;
        static_cast<void>(multiply(plan_.rows, *std::max_element(calls.batches.begin(), calls.batches.end())));
        by_capacity_ = plan_.placed.gives(in_lane(calls.pools.all(), 0));
        nearby_ = by_capacity_ && calls.paces.are_known();
        result = {};
        result.bandwidth = by_capacity_ ? calls.streaming : calls.bandwidth;
        if (!has_bandwidth_) {
            if (!by_capacity_) result.bandwidth = std::numeric_limits<double>::infinity();
            result.assume(assumption::bandwidth_unknown);
        }
        moving_rate_ = result.bandwidth * how.parameters.memory_efficiency;
        describe();
        place();
        tensor_traffic_ = 0;
        weights_on_chip_ = true;
        near_ = 0;
        for (std::size_t i = 0; i < kernels.size(); ++i) {
            load(kernels[i], plan_.kernels[i], i < decided_.again.size() ? decided_.again[i] : 0.0);
            result.traffic += kernels[i].traffic;
            near_ += kernels[i].near_time;
        }
        demand_ = execution_rules::with<Value>(how.execution, [this](auto rule) { return rule.demand(*this); });
    }

    // What the rules of models ask and change.
    const deployment& how;
    Value batch;  ///< inputs of a call
    call_figures<Value> result{};
    std::vector<kernel_figures<Value>> kernels{};

    /// What a call demands when the whole network runs under one roofline.
    [[nodiscard]] demand_of<Value> whole() const {
        return network_demand(result.work, result.traffic, result.peak, result.bandwidth, batch, how.parameters, near_);
    }

    [[nodiscard]] Value time_to_move(const Value& traffic) const { return traffic / moving_rate_; }

    /// Off-chip bytes that a pipeline moves again for each input.
    [[nodiscard]] Value traffic_again() const { return by_capacity_ ? result.traffic : tensor_traffic_; }

    /// Layers with operations on the longest path, at least 1.
    [[nodiscard]] double depth() const {
        std::vector<int> depth(plan_.table.parts.size(), 0);
        int deepest = 1;
        for (std::size_t i = 0; i < depth.size(); ++i) {
            for (const int producer : net_.producers(net_.layers()[i]))
                depth[i] = std::max(depth[i], depth[static_cast<std::size_t>(producer)]);
            if (net_.layers()[i].cost.macs > 0) ++depth[i];
            deepest = std::max(deepest, depth[i]);
        }
        return deepest;
    }

    /// The estimate of one of the calls; `at` is its deployment.
    [[nodiscard]] estimate answer(std::size_t lane, const platform& device, const deployment& at) const {
        estimate one;
        one.work = in_lane(result.work, lane);
        one.traffic = in_lane(result.traffic, lane);
        one.weight_bytes = result.weight_bytes;
        one.roof = {quantity_of<ops_per_second>(in_lane(result.peak, lane)),
                    quantity_of<bytes_per_second>(in_lane(result.bandwidth, lane))};
        one.pipeline_latency = in_lane(result.pipeline_latency, lane);
        one.initiation_interval = in_lane(result.initiation_interval, lane);
        one.assumed = result.assumed;
        one.assume(holds_in(weights_on_chip_, lane) ? assumption::weights_on_chip : assumption::weights_off_chip);
        one.assume(holds_in(spills_, lane) ? assumption::activations_spill : assumption::activations_on_chip);
        if (!holds_in(feasible_, lane)) one.feasible = feasibility::infeasible;
        complete(one, device, at, demand_.of(lane));
        return one;
    }

    /// Of one call.
    [[nodiscard]] breakdown explain(const platform& device) && {
        breakdown all{.total = answer(0, device, how),
                      .where = plan_.placed.result(in_lane(inputs_, 0), calls_.pools, decided_.on_chip),
                      .traits = plan_.traits};
        all.where.tile_bytes = decided_.tile_bytes;
        if (!chooser_.empty()) all.where.gap = chooser_.front().gap();
        for (std::size_t i = 0; i < kernels.size(); ++i) {
            const kernel_figures<Value>& one = kernels[i];
            all.kernels.push_back({plan_.kernels[i].layer, plan_.kernels[i].work * inputs_, one.traffic,
                                   one.compute_time, one.memory_time, one.time,
                                   one.waits    ? bound_kind::memory
                                   : one.near() ? bound_kind::on_chip
                                                : bound_kind::compute,
                                   one.fixed_time, one.near_traffic, one.near_time,
                                   plan_.kernels[i].needed_time > 0 && one.compute_time > 0
                                       ? plan_.kernels[i].needed_time * inputs_ / one.compute_time
                                       : std::numeric_limits<double>::quiet_NaN()});
        }
        return all;
    }

private:
    // Which tensors are on chip in each call.
    void place() {
        const auto& tensors = plan_.placed.tensors();
        feasible_ = true;
        decided_ = {};
        if constexpr (calls_of<Value>::width == 1)
            if (plan_.placed.decides(calls_.pools.all())) decide();
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            held_[i].on_chip = decided_.on_chip.empty() ? plan_.placed.holds(tensors[i], inputs_, calls_.pools)
                                                        : mask(decided_.on_chip[i] != 0);
            if (tensors[i].forced && in_lane(calls_.pools.all(), 0) > 0)
                feasible_ = feasible_ & tensors[i].fits(inputs_, calls_.pools);
        }
        spills_ = false;
        for (const int output : plan_.outputs) spills_ = spills_ | !held_[static_cast<std::size_t>(output)].on_chip;
    }

    // Has time decide where the tensors of one call live: what each kernel takes when nothing is on chip.
    void decide() {
        typename placement_chooser<Workload>::terms terms;
        terms.pools = calls_.pools;
        terms.seconds_per_byte = 1 / moving_rate_;
        Value near = 0;
        for (std::size_t i = 0; i < kernels.size(); ++i) {
            const kernel_plan& kernel = plan_.kernels[i];
            const int slot = static_cast<int>(i);
            plan_.weights.each(kernel.weights, [&](const weights_read& read) {
                terms.moves.push_back({slot, read.tensor, plan_.bytes_of(read, inputs_)});
            });
            plan_.moved.each(kernel.tensors, [&](const tensor_moved& moved) {
                terms.moves.push_back({slot, moved.tensor, moved.per_input * inputs_});
            });
            compute(kernels[i], kernel);
            terms.core.push_back(kernels[i].core_time());
            near += kernels[i].near_time;
        }
        terms.whole_floor =
            network_demand(result.work, Value(0), result.peak, result.bandwidth, batch, how.parameters, near).alone;
        chooser_.clear();
        chooser_.emplace_back(net_, plan_, static_cast<std::int64_t>(inputs_), std::move(terms));
        decided_ = chooser_.front().decide(tiles_tried_);
    }

    // What a kernel computes, and what its operands take through on-chip memory.
    void compute(kernel_figures<Value>& one, const kernel_plan& kernel) const {
        one.compute_time = kernel.compute_time * inputs_;
        plan_.parts.each(kernel.parts, [&](int part) {
            one.compute_time +=
                each_lane<Value>([&](std::size_t lane) { return plan_.time_to_compute(part, calls_.batches[lane]); });
        });
        if (!nearby_) return;
        Value weights = 0;
        plan_.weights.each(kernel.weights, [&](const weights_read& read) { weights += plan_.bytes_of(read, inputs_); });
        const Value tensors = kernel.operands_per_input * inputs_;
        one.near_traffic = weights + tensors;
        one.near_time = calls_.paces.time(weights, tensors);
    }

    void load(kernel_figures<Value>& one, const kernel_plan& kernel, double again) {
        one.traffic = 0;
        plan_.weights.each(kernel.weights, [&](const weights_read& read) {
            const mask kept = read.tensor < 0 ? mask(false) : held_[static_cast<std::size_t>(read.tensor)].on_chip;
            weights_on_chip_ = weights_on_chip_ & kept;
            one.traffic += none_where(kept, bytes_of(read));
        });
        const Value of_weights = one.traffic;
        plan_.moved.each(kernel.tensors, [&](const tensor_moved& moved) {
            one.traffic += none_where(held_[static_cast<std::size_t>(moved.tensor)].on_chip, moved.per_input * inputs_);
        });
        if (plan_.traits.streams) tensor_traffic_ += one.traffic - of_weights;
        if (again > 0) one.traffic += again;
        compute(one, kernel);
        one.fixed_time = how.parameters.layer_overhead;
        one.memory_time = time_to_move(one.traffic);
        const Value core = one.core_time();
        one.time = one.fixed_time + combined(how.parameters.overlap, core, one.memory_time);
        one.waits = core < one.memory_time;
    }

    [[nodiscard]] Value bytes_of(const weights_read& read) const {
        return by_capacity_ ? plan_.bytes_of(read, inputs_) : Value(read.once);
    }

    void describe() {
        result.work = net_.work() * batch;
        result.assumed |= plan_.table.assumed;
        result.weight_bytes = plan_.weight_bytes;
        result.peak = plan_.common_peak;
        if ((how.placement != placement_kind::published || plan_.traits.tiles) && !by_capacity_)
            result.assume(assumption::capacity_unknown);
        if (!net_.uncounted().empty()) result.assume(assumption::uncounted_layers);
    }

    // A mask that a vector holds as it is.
    struct held {
        mask on_chip;
    };

    const Workload& net_;
    network_plan<Workload> plan_;
    bool has_bandwidth_ = false;
    calls_of<Value> calls_{};
    demand_of<Value> demand_{};
    Value inputs_;              // of a run of the kernels: the batch, or in a pipeline one
    Value moving_rate_;         // bytes per second
    Value tensor_traffic_;      // bytes of activations and state that all kernels of a pipeline move
    std::vector<held> held_{};  // tensors that are on chip
    mask feasible_;
    mask weights_on_chip_;  // all of them
    mask spills_;
    bool by_capacity_ = false;
    bool nearby_ = false;                                       // on-chip memory counts
    Value near_;                                                // s that all kernels take on it
    std::vector<placement_chooser<Workload>> chooser_{};        // one, where time decides
    typename placement_chooser<Workload>::decision decided_{};  // where time decides
    tile_memory<> tiles_tried_{};
};

}  // namespace detail

}  // namespace qutibench
