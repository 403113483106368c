// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Pickling, copying and comparing of plain structs by their members: those that the struct's `describe` shows, or
/// those that `member_list` names. What is not known (NaN) is None in a state, so that a copy equals its original.
#pragma once

#include "common.hpp"

#include <qutibench/measure/measurement.hpp>
#include <qutibench/model/deployment.hpp>
#include <qutibench/model/estimate.hpp>

#include <array>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace qutibench::python {

/// The members that make up a struct which Python does not know by itself: a specialisation has
/// `static constexpr auto all = std::make_tuple(&Struct::member, ...)`.
template <class Struct>
struct member_list;

template <>
struct member_list<roofline> {
    static constexpr auto all = std::make_tuple(&roofline::peak, &roofline::bandwidth);
};
template <>
struct member_list<placement_override> {
    static constexpr auto all =
        std::make_tuple(&placement_override::layer, &placement_override::role, &placement_override::on_chip);
};
template <>
struct member_list<measurement_source> {
    static constexpr auto all =
        std::make_tuple(&measurement_source::file, &measurement_source::format, &measurement_source::tool);
};

namespace state {

/// `describe` shows members alone, or with a name and a sentence.
template <class Visit>
struct member_visitor {
    Visit visit;

    template <class Member>
    void operator()(Member member) const {
        visit(member);
    }
    template <class Member>
    void operator()(std::string_view, Member member, std::string_view) const {
        visit(member);
    }
};

template <class Type>
concept described = requires { Type::describe(member_visitor{[](auto) {}}); };
template <class Type>
concept listed = requires { member_list<Type>::all; };
template <class Type>
concept quantity = requires(const Type& one) {
    requires std::is_arithmetic_v<std::remove_cvref_t<decltype(one.value())>>;
} && !requires(const Type& one) { one.has_value(); };
template <class Type>
concept sequence =
    requires(const Type& one) { one.push_back(typename Type::value_type{}); } && !std::is_same_v<Type, std::string>;

template <class Type>
[[nodiscard]] py::object pack(const Type& value);
template <class Type>
[[nodiscard]] Type unpack(py::handle value);

template <class Struct, class... Members>
[[nodiscard]] py::tuple pack_members(const Struct& of, Members... members) {
    return py::make_tuple(pack(of.*members)...);
}

template <class Struct, class... Members>
void unpack_members(Struct& into, const py::tuple& from, Members... members) {
    std::size_t i = 0;
    ((into.*members = unpack<std::remove_cvref_t<decltype(into.*members)>>(from[i++])), ...);
}

template <class Type>
[[nodiscard]] py::object pack(const Type& value) {
    if constexpr (std::is_enum_v<Type>) {
        return py::int_(static_cast<std::int64_t>(value));
    } else if constexpr (std::is_floating_point_v<Type>) {
        return value == value ? py::object(py::float_(value)) : py::none();
    } else if constexpr (quantity<Type>) {
        return pack(static_cast<double>(value.value()));
    } else if constexpr (described<Type>) {
        py::list all;
        Type::describe(member_visitor{[&](auto member) { all.append(pack(value.*member)); }});
        return py::tuple(all);
    } else if constexpr (listed<Type>) {
        return std::apply([&](auto... members) { return pack_members(value, members...); }, member_list<Type>::all);
    } else if constexpr (sequence<Type>) {
        py::list all;
        for (const auto& one : value) all.append(pack(one));
        return all;
    } else {
        return py::cast(value);
    }
}

template <class Type>
[[nodiscard]] Type unpack(py::handle value) {
    if constexpr (std::is_enum_v<Type>) {
        return static_cast<Type>(value.cast<std::int64_t>());
    } else if constexpr (std::is_floating_point_v<Type>) {
        return value.is_none() ? static_cast<Type>(std::nan("")) : value.cast<Type>();
    } else if constexpr (quantity<Type>) {
        return quantity_of<Type>(unpack<double>(value));
    } else if constexpr (described<Type>) {
        Type made{};
        const auto all = value.cast<py::tuple>();
        std::size_t i = 0;
        Type::describe(member_visitor{
            [&](auto member) { made.*member = unpack<std::remove_cvref_t<decltype(made.*member)>>(all[i++]); }});
        return made;
    } else if constexpr (listed<Type>) {
        Type made{};
        std::apply([&](auto... members) { unpack_members(made, value.cast<py::tuple>(), members...); },
                   member_list<Type>::all);
        return made;
    } else if constexpr (sequence<Type>) {
        Type all;
        for (const py::handle one : value.cast<py::list>()) all.push_back(unpack<typename Type::value_type>(one));
        return all;
    } else {
        return value.cast<Type>();
    }
}

}  // namespace state

/// Pickling, comparison and copying of a struct that can be made empty and filled member by member.
template <class Class, class... Members>
void add_members_state(Class& cls, Members... members) {
    using type = typename Class::type;
    add_state(
        cls, [members...](const type& self) { return state::pack_members(self, members...); },
        [members...](const py::tuple& from) {
            type made{};
            state::unpack_members(made, from, members...);
            return made;
        });
}

/// The same of a struct all of whose members its `describe` or a `member_list` shows.
template <class Class>
void add_described_state(Class& cls) {
    using type = typename Class::type;
    add_state(
        cls, [](const type& self) -> py::tuple { return state::pack(self); },
        [](const py::tuple& from) { return state::unpack<type>(from); });
}

// A fact as Python shows it: what is unknown or empty is None.

[[nodiscard]] inline std::optional<std::string> fact(const std::string& text) {
    return unless_empty(text);
}
template <class Value>
[[nodiscard]] auto fact(const Value& value) {
    if constexpr (named<Value> || std::is_same_v<Value, precision>)
        return to_string(value);
    else if constexpr (state::quantity<Value>)
        return known(value);
    else if constexpr (std::is_floating_point_v<Value>)
        return known(static_cast<double>(value));
    else if constexpr (std::is_same_v<Value, int>)  // a count that some source states
        return value > 0 ? std::optional(value) : std::nullopt;
    else
        return value;
}

/// A property for each fact that a struct describes.
template <class Class>
void add_facts(Class& cls) {
    using type = typename Class::type;
    type::describe([&](std::string_view name, auto member, std::string_view says) {
        cls.def_property_readonly(
            std::string(name).c_str(), [member](const type& self) { return fact(self.*member); },
            std::string(says).c_str());
    });
}

/// The same of a view: the object that it keeps alive, and its number in it.
template <class Class, class Owner, class View>
void add_view_state(Class& cls, std::shared_ptr<const Owner> View::* owner) {
    add_state(
        cls,
        [owner](const View& self) -> py::tuple {
            return py::make_tuple(std::const_pointer_cast<Owner>(self.*owner), self.index);
        },
        [owner](const py::tuple& from) {
            View made{};
            made.*owner = from[0].cast<std::shared_ptr<Owner>>();
            made.index = from[1].cast<std::size_t>();
            return made;
        });
}

}  // namespace qutibench::python
