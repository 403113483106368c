// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The analytic execution models: the one place that lists them. A new one is a header in model/execution/, its name
/// here, and its enumerator beside `execution_kind`.
#pragma once

#include <qutibench/model/execution/array.hpp>
#include <qutibench/model/execution/dataflow.hpp>
#include <qutibench/model/execution/layers.hpp>
#include <qutibench/model/execution/network.hpp>
#include <qutibench/model/execution/prefetch.hpp>
#include <qutibench/model/execution/tiled.hpp>

#include <algorithm>
#include <cstddef>

namespace qutibench {

namespace detail {

/// Rules in the order of `execution_kind`.
template <execution_rule... Rules>
struct rule_list {
    static constexpr std::string_view names[] = {Rules::name...};
    static constexpr execution_traits traits[] = {Rules::traits...};

    /// What `use(rule)` gives for the rule of a kind.
    template <class Value, class Use>
    [[nodiscard]] static demand_of<Value> with(execution_kind kind, Use use) {
        demand_of<Value> found;
        std::size_t index = 0;
        ((index++ == static_cast<std::size_t>(kind) ? static_cast<void>(found = use(Rules{})) : void()), ...);
        return found;
    }
};

using execution_rules = rule_list<network_rule, layers_rule, dataflow_rule, prefetch_rule, tiled_rule, array_rule>;

static_assert(std::equal(std::begin(execution_rules::names), std::end(execution_rules::names),
                         names_of<execution_kind>.names.begin(), names_of<execution_kind>.names.end()),
              "the rules stand in the order of execution_kind, under its names");

}  // namespace detail

/// What others may ask of a model that a deployment names.
[[nodiscard]] constexpr const execution_traits& traits_of(execution_kind kind) {
    return detail::execution_rules::traits[static_cast<std::size_t>(kind)];
}

}  // namespace qutibench
