// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The on-chip levels of a device: what each may hold, and how long operands take through it (a roofline for each
/// level: Ilic et al. 2014, doi:10.1109/L-CA.2013.6; Yang et al. 2020, doi:10.1002/cpe.5547). Equations in
/// docs/formulas/placement.md.
#pragma once

#include <qutibench/detail/lanes.hpp>
#include <qutibench/hardware/platform.hpp>

#include <algorithm>

namespace qutibench::detail {

/// On-chip bytes by what may be put there, of one call or of several side by side.
template <class Value>
struct memory_pools_of {
    Value any = 0;
    Value weights = 0;      ///< that hold nothing else
    Value activations = 0;  ///< state included

    [[nodiscard]] Value for_weights() const { return any + weights; }
    [[nodiscard]] Value for_activations() const { return any + activations; }
    [[nodiscard]] Value all() const { return any + weights + activations; }
    /// Whether weights and, at one time, activations fit. A tensor may lie in two levels.
    [[nodiscard]] auto hold(const Value& weight_bytes, const Value& activation_bytes) const {
        return larger(Value(0), weight_bytes - weights) + larger(Value(0), activation_bytes - activations) <= any;
    }
    [[nodiscard]] memory_pools_of times(double share) const {
        return {any * share, weights * share, activations * share};
    }
    /// So many bytes of all, each level by its share.
    [[nodiscard]] memory_pools_of part(const Value& of_all) const {
        const memory_pools_of one = times(of_all / all());
        return {of_all - one.weights - one.activations, one.weights, one.activations};
    }
};
using memory_pools = memory_pools_of<double>;

[[nodiscard]] constexpr bool may_hold_weights(memory_role role) {
    return role != memory_role::activations && role != memory_role::code;
}
[[nodiscard]] constexpr bool may_hold_activations(memory_role role) {
    return role != memory_role::weights && role != memory_role::code;
}

/// Which of three figures a level of a role belongs to.
template <class Figure>
[[nodiscard]] constexpr Figure& of_role(memory_role role, Figure& any, Figure& weights, Figure& activations) {
    return !may_hold_activations(role) ? weights : !may_hold_weights(role) ? activations : any;
}

/// What a mode has for tensors, levels of unknown capacity left out.
[[nodiscard]] inline memory_pools pools_of(const platform& device, bool double_buffered) {
    memory_pools sum;
    for (const memory_level& one : device.mode().memories) {
        if (!one.on_chip || !is_known(one.capacity) || one.role == memory_role::code) continue;
        of_role(one.role, sum.any, sum.weights, sum.activations) += one.capacity.value();
    }
    return double_buffered ? sum.times(0.5) : sum;
}

/// Seconds that a byte takes through the slowest on-chip level that it crosses; 0 where no source states a bandwidth.
template <class Value>
struct on_chip_paces {
    Value any = 0;          ///< levels that weights and activations share
    Value weights = 0;      ///< levels of weights alone
    Value activations = 0;  ///< and of activations

    [[nodiscard]] Value time(const Value& weight_bytes, const Value& activation_bytes) const {
        return larger((weight_bytes + activation_bytes) * any,
                      larger(weight_bytes * weights, activation_bytes * activations));
    }
    [[nodiscard]] bool are_known() const { return any_of(any) || any_of(weights) || any_of(activations); }

private:
    [[nodiscard]] static bool any_of(const Value& pace) { return detail::any(pace > Value(0)); }
};

/// Sets the paces of a device in one lane.
template <class Value>
void set_paces(on_chip_paces<Value>& paces, std::size_t lane, const platform& device) {
    for (Value* one : {&paces.any, &paces.weights, &paces.activations}) in_lane(*one, lane) = 0;
    for (const memory_level& level : device.mode().memories) {
        if (!level.on_chip || !is_known(level.bandwidth) || level.role == memory_role::code) continue;
        Value& slowest = of_role(level.role, paces.any, paces.weights, paces.activations);
        in_lane(slowest, lane) = larger(in_lane(slowest, lane), 1 / level.bandwidth.value());
    }
}

}  // namespace qutibench::detail
