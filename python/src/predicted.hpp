// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A prediction as Python sees it: an answer, whose properties are the fields of answers.
#pragma once

#include "how.hpp"

namespace qutibench::python {

/// What Python holds is not const.
template <class Held>
[[nodiscard]] std::shared_ptr<Held> shown(const std::shared_ptr<const Held>& held) {
    return std::const_pointer_cast<Held>(held);
}

/// Of objects nobody knows which share of the channels pruning left.
[[nodiscard]] inline answer answer_of(const std::shared_ptr<workload>& net, const std::shared_ptr<platform>& device,
                                      const deployment& how, const estimate& prediction) {
    return {net ? net->name() : std::string(), std::nan(""), net, device, how, prediction};
}

// The state of plain structs: a tuple of their members, as `describe` shows them.

[[nodiscard]] inline py::object state_of_member(double value) {
    return py::cast(known(value));
}
[[nodiscard]] inline py::object state_of_member(const roofline& value) {
    return py::make_tuple(known(value.peak), known(value.bandwidth));
}
template <class Value>
[[nodiscard]] py::object state_of_member(const Value& value) {
    if constexpr (std::is_enum_v<Value>)
        return py::int_(static_cast<int>(value));
    else
        return py::cast(value);
}

inline void restore_member(py::handle state, double& value) {
    value = or_nan(state.cast<std::optional<double>>());
}
inline void restore_member(py::handle state, roofline& value) {
    const auto [peak, bandwidth] = state.cast<std::pair<std::optional<double>, std::optional<double>>>();
    value = {quantity_of<ops_per_second>(or_nan(peak)), quantity_of<bytes_per_second>(or_nan(bandwidth))};
}
template <class Value>
void restore_member(py::handle state, Value& value) {
    if constexpr (std::is_enum_v<Value>)
        value = static_cast<Value>(state.cast<int>());
    else
        value = state.cast<Value>();
}

/// `describe` shows members alone, or with a name and a sentence.
template <class Visit>
struct member_visitor {
    Visit visit;

    template <class Member>
    void operator()(Member member) {
        visit(member);
    }
    template <class Member>
    void operator()(std::string_view, Member member, std::string_view) {
        visit(member);
    }
};

template <class Type, class Visit>
void for_each_member(Visit visit) {
    Type::describe(member_visitor<Visit>{std::move(visit)});
}

template <class Type>
[[nodiscard]] py::tuple members_of(const Type& of) {
    py::list all;
    for_each_member<Type>([&](auto member) { all.append(state_of_member(of.*member)); });
    return py::tuple(all);
}

template <class Type>
[[nodiscard]] Type from_members(const py::handle& state) {
    Type made{};
    const auto all = state.cast<py::tuple>();
    std::size_t at = 0;
    for_each_member<Type>([&](auto member) { restore_member(all[at++], made.*member); });
    return made;
}

}  // namespace qutibench::python
