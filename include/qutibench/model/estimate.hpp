// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/model/roofline.hpp>
#include <qutibench/network/workload_totals.hpp>

#include <bit>
#include <limits>

namespace qutibench {

/// What a model took for granted; an estimate keeps the set.
enum class assumption : std::uint32_t {
    peak_attained = 1U << 0,        ///< computes at its peak and moves at its full bandwidth
    weights_off_chip = 1U << 1,     ///< weights are read from off-chip memory once a call
    activations_on_chip = 1U << 2,  ///< activations cost no off-chip traffic
    carrier_datatype = 1U << 3,     ///< the datatype is emulated in a wider one
    uncounted_layers = 1U << 4,     ///< some layers have no cost model, so this is an upper bound of throughput
    bandwidth_unknown = 1U << 5,    ///< no source states the bandwidth, so memory does not bound
    capacity_unknown = 1U << 6,     ///< no source states an on-chip capacity, so nothing is placed there
    average_power = 1U << 7,        ///< energy is stated power times time
    no_layer_detail = 1U << 8,      ///< the workload has totals only, so a network-level model was used
    activations_spill = 1U << 9,    ///< live activations exceed the on-chip memory and are written and read again
    weights_on_chip = 1U << 10,     ///< all weights fit on chip and are not read again
    overheads = 1U << 11,           ///< overheads or efficiencies of the deployment's parameters apply
    ideal_folding = 1U << 12,       ///< every stage of the pipeline has the share of the device that balances it
    measured_power = 1U << 13,      ///< energy is the power that was measured on the device times time
    unsupported = 1U << 14,         ///< a source says that the device does not run this network or one of its layers
    host_fallback = 1U << 15,       ///< layers that the device does not run take their time on its host
};

/// One sentence on an assumption.
[[nodiscard]] constexpr std::string_view to_string(assumption one) {
    constexpr std::string_view sentences[] = {
        "computes at its peak and moves data at full bandwidth",
        "weights are read from off-chip memory once a call",
        "activations stay on chip and cost no traffic",
        "the datatype is emulated in a wider native one",
        "some layers have no cost model, so throughput is an upper bound",
        "no source states the bandwidth, so memory may bound lower than this",
        "no source states an on-chip capacity, so nothing is placed there",
        "energy is the stated power times the time",
        "the workload has totals only, so a network-level model was used",
        "live activations exceed the on-chip memory and spill",
        "all weights fit on chip and are not read again",
        "the deployment's overheads and efficiencies apply",
        "every stage of the pipeline has the share of the device that balances it",
        "energy is the power that was measured on the device times the time",
        "a source says that the device does not run this network or one of its layers",
        "layers that the device's software does not run take their time on its host, while the device waits",
    };
    return sentences[std::countr_zero(static_cast<unsigned>(one))];
}

/// Whether a device runs a network, as far as sources say.
enum class feasibility : unsigned char {
    unknown,     ///< no source states how much memory there is
    feasible,    ///< the weights fit the memory
    infeasible,  ///< they do not, an override does not, or the device's software does not run the network
};

/// A prediction with its bound and what it took for granted. A literal type of plain numbers.
struct estimate {
    double call_time = 0;  ///< s for one call, which is one batch
    std::int64_t batch = 1;
    std::int64_t calls = 1;          ///< calls in flight side by side
    double pipeline_latency = 0;     ///< s from an input to its result in a pipeline; 0 otherwise
    double initiation_interval = 0;  ///< s between the results of a pipeline; 0 otherwise
    double work = 0;                 ///< operations of one call as peaks count them: two a multiply-accumulate
    double traffic = 0;              ///< off-chip bytes of one call
    double weight_bytes = 0;         ///< size of the model as stored
    roofline roof{};
    bound_kind limited_by = bound_kind::compute;
    double call_energy = std::numeric_limits<double>::quiet_NaN();  ///< J for one call; NaN when unknown
    feasibility feasible = feasibility::unknown;
    std::uint32_t assumed = 0;  ///< set of `assumption`

    [[nodiscard]] constexpr inputs_per_second throughput() const {
        return quantity_of<inputs_per_second>(static_cast<double>(batch) * static_cast<double>(calls) / call_time);
    }
    /// Time from handing over an input to having its result: of one call, or, in a pipeline, of one input on its own.
    [[nodiscard]] constexpr seconds latency() const {
        return quantity_of<seconds>(pipeline_latency > 0 ? pipeline_latency : call_time);
    }
    [[nodiscard]] constexpr bound_kind bound() const { return limited_by; }
    /// Operations per off-chip byte; infinite without traffic.
    [[nodiscard]] constexpr ops_per_byte operational_intensity() const {
        return quantity_of<ops_per_byte>(traffic > 0 ? work / traffic : std::numeric_limits<double>::infinity());
    }
    [[nodiscard]] constexpr ops_per_second peak() const { return roof.peak; }
    [[nodiscard]] constexpr bytes_per_second bandwidth() const { return roof.bandwidth; }
    [[nodiscard]] constexpr bytes model_size() const { return quantity_of<bytes>(weight_bytes); }
    /// Energy of one input; NaN when nothing states the power.
    [[nodiscard]] constexpr joules energy() const {
        return quantity_of<joules>(call_energy / static_cast<double>(batch));
    }
    /// Whether it may win a ranking or be on a front unasked: nothing known speaks against running it, and no roof is
    /// missing. Without a bandwidth, a device looks as fast as its peak.
    [[nodiscard]] constexpr bool may_win() const {
        return feasible != feasibility::infeasible && limited_by != bound_kind::compute_at_least;
    }
    [[nodiscard]] constexpr bool assumes(assumption one) const {
        return (assumed & static_cast<std::uint32_t>(one)) != 0;
    }

    constexpr void assume(assumption one) { assumed |= static_cast<std::uint32_t>(one); }

    /// Every member: field(member).
    template <class Field>
    static constexpr void describe(Field&& field) {
        field(&estimate::call_time);
        field(&estimate::batch);
        field(&estimate::calls);
        field(&estimate::pipeline_latency);
        field(&estimate::initiation_interval);
        field(&estimate::work);
        field(&estimate::traffic);
        field(&estimate::weight_bytes);
        field(&estimate::roof);
        field(&estimate::limited_by);
        field(&estimate::call_energy);
        field(&estimate::feasible);
        field(&estimate::assumed);
    }
};

namespace detail {

[[noreturn]] inline void throw_nothing_to_predict() {
    raise(invalid_argument("the workload has neither operations nor weights, so nothing can be predicted"));
}

/// Level 0 (T eqs. 4.1 and 4.2): the whole network under one roofline, weights read once a call, activations free.
/// Latency grows with the batch, and so does throughput until the network is compute-bound.
[[nodiscard]] constexpr estimate network_level(const workload_totals& net, double bytes_per_weight,
                                               const roofline& roof, std::int64_t batch) {
    estimate result;
    result.batch = batch;
    result.work = net.work() * static_cast<double>(batch);
    result.traffic = result.weight_bytes = static_cast<double>(net.weight_count) * bytes_per_weight;
    result.roof = roof;
    result.call_time = roof.time(result.work, result.traffic).value();
    result.limited_by = roof.bound(result.work, result.traffic);
    result.assume(assumption::peak_attained);
    result.assume(assumption::weights_off_chip);
    result.assume(assumption::activations_on_chip);
    return result;
}

}  // namespace detail

}  // namespace qutibench
