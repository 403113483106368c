// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the registrations share: arguments that read names as a Python user writes them, NaN as None, and pickling,
/// copying and comparison from one state.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <qutibench/datatype.hpp>
#include <qutibench/detail/pause.hpp>
#include <qutibench/error.hpp>
#include <qutibench/network/shape.hpp>
#include <qutibench/units.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qutibench::python {

namespace py = pybind11;
using namespace py::literals;

/// A datatype argument: "int8", a Datatype or a Precision.
struct precision_argument {
    precision value{};
};

/// A count: any Python integer; one that does not fit 64 bits is an InvalidArgument.
struct count_argument {
    std::int64_t value = 0;
};

/// The threads behind a `workers` argument, 0 for all of them. Throws invalid_argument unless there are 1 to 4096.
[[nodiscard]] inline int threads_of(const std::optional<int>& workers) {
    if (workers && (*workers < 1 || *workers > 4096))
        throw invalid_argument("workers must be from 1 to 4096, not " + std::to_string(*workers));
    return workers.value_or(0);
}

/// Lets Python handle a signal that has come, at most ten times a second; throws what its handler raises.
inline void heed_signals() {
    using clock = std::chrono::steady_clock;
    static thread_local clock::time_point last{};
    const clock::time_point now = clock::now();
    if (now - last < std::chrono::milliseconds(100)) return;
    last = now;
    const py::gil_scoped_acquire locked;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

/// While it lives, other Python threads run, and Ctrl-C is heeded wherever the library pauses.
class unlocked {
    py::gil_scoped_release others_run_{};
    detail::pausing heeded_{&heed_signals};
};

/// The result of a call that touches no Python object, run as `unlocked` says.
template <class Call>
[[nodiscard]] auto without_lock(Call&& call) {
    const unlocked others_run;
    return call();
}

/// A path: str or os.PathLike.
struct path_argument {
    std::string value{};
};

/// An enumerator by its name.
template <named Enum>
struct name_argument {
    Enum value{};
};

using shape_tuple = py::typing::Tuple<py::int_, py::ellipsis>;

/// What is not known is None in Python.
[[nodiscard]] inline std::optional<double> known(double value) {
    return std::isnan(value) ? std::nullopt : std::optional(value);
}
template <class Quantity>
[[nodiscard]] std::optional<double> known(const Quantity& figure) {
    return known(figure.value());
}
[[nodiscard]] inline double or_nan(const std::optional<double>& value) {
    return value ? *value : std::nan("");
}

/// None as NaN, in the unit asked for.
template <class Quantity>
[[nodiscard]] Quantity quantity_or_nan(const std::optional<double>& value) {
    return quantity_of<Quantity>(or_nan(value));
}
[[nodiscard]] inline std::optional<std::string> unless_empty(std::string_view text) {
    return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

[[nodiscard]] inline shape_tuple to_tuple(const shape& of) {
    py::tuple extents(static_cast<std::size_t>(of.rank()));
    for (int axis = 0; axis < of.rank(); ++axis) extents[static_cast<std::size_t>(axis)] = py::int_(of[axis]);
    return py::reinterpret_borrow<shape_tuple>(extents);
}

template <class Range>
[[nodiscard]] py::typing::Tuple<shape_tuple, py::ellipsis> to_tuples(const Range& shapes) {
    py::list all;
    for (const shape& one : shapes) all.append(to_tuple(one));
    return py::tuple(all);
}

/// Pickling, comparison and copying of a class whose objects are made of the tuple that `get` gives and `set` takes;
/// they are equal where `key` gives the same of both.
template <class Class, class Get, class Set, class Key>
void add_state(Class& cls, Get get, Set set, Key key) {
    using type = typename Class::type;
    cls.def(py::pickle(get, set));
    cls.def(
        "__eq__",
        [key](const type& self, const py::object& other) -> py::object {
            if (!py::isinstance<type>(other)) return py::reinterpret_borrow<py::object>(Py_NotImplemented);
            return py::bool_(py::object(key(self)).equal(key(other.cast<const type&>())));
        },
        py::is_operator());
    cls.def("__copy__", [](const type& self) { return type(self); });
    cls.def("__deepcopy__", [](const type& self, const py::dict&) { return type(self); }, "memo"_a);
}
template <class Class, class Get, class Set>
void add_state(Class& cls, Get get, Set set) {
    add_state(cls, get, set, get);
}

/// `to_table()`, `to_pandas()`, `to_arrow()` and the table that a notebook shows; qutibench.tables knows the columns.
template <class Class>
void add_table(Class& cls) {
    using type = typename Class::type;
    const auto table = [](const type& self) {
        return py::module_::import("qutibench.tables")
            .attr("table")(py::cast(self, py::return_value_policy::reference));
    };
    cls.def("to_table", table, "The same as a qutibench.tables.Table: columns with units.");
    cls.def(
        "to_pandas", [table](const type& self) { return table(self).attr("to_pandas")(); },
        "The same as a pandas.DataFrame; needs pandas.");
    cls.def(
        "to_arrow", [table](const type& self) { return table(self).attr("to_arrow")(); },
        "The same as a pyarrow.Table; needs pyarrow.");
    cls.def("_repr_html_", [table](const type& self) { return table(self).attr("_repr_html_")(); });
}

/// Four significant digits, as messages for people show figures.
[[nodiscard]] inline std::string readable(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

/// What an argument of a type that does not fit is told.
[[noreturn]] inline void throw_unfit(std::string_view name, py::handle value) {
    const auto type = py::str(py::type::of(value).attr("__name__")).cast<std::string>();
    const bool opens = !type.empty() && std::string_view("aeiouAEIOU").find(type[0]) != std::string_view::npos;
    throw py::type_error("'" + std::string(name) + "' cannot be " +
                         qutibench::detail::cut(py::repr(value).cast<std::string>()) + (opens ? ", an " : ", a ") +
                         type);
}

/// An argument by its name; throws TypeError where it is of another type.
template <class Value>
[[nodiscard]] Value argument(std::string_view name, py::handle value) {
    try {
        return value.cast<Value>();
    } catch (const py::cast_error&) {
        throw_unfit(name, value);
    }
}

}  // namespace qutibench::python

namespace pybind11::detail {

template <>
struct type_caster<qutibench::python::precision_argument> {
    PYBIND11_TYPE_CASTER(qutibench::python::precision_argument,
                         const_name("str | qutibench._core.Precision | qutibench._core.Datatype"));

    /// "float16" and "bfloat16", as NumPy and PyTorch say, are fp16 and bf16.
    [[nodiscard]] static qutibench::precision named(std::string_view text) {
        if (text.starts_with("torch.")) text.remove_prefix(6);
        if (text.starts_with("float") && text.find('_') == text.npos)
            return qutibench::parse_precision("fp" + std::string(text.substr(5)));
        if (text == "bfloat16") text = "bf16";
        return qutibench::parse_precision(text);
    }

    bool load(handle source, bool) {
        if (PyUnicode_Check(source.ptr())) {
            Py_ssize_t size = 0;
            const char* const text = PyUnicode_AsUTF8AndSize(source.ptr(), &size);
            if (text == nullptr) throw error_already_set();
            value.value = named({text, static_cast<std::size_t>(size)});
            return true;
        }
        const bool is_class = PyType_Check(source.ptr()) != 0;  // numpy.float16 itself
        const handle of = is_class ? source : handle(type::handle_of(source));
        const auto module = str(of.attr("__module__")).cast<std::string>();
        if (module == "torch" || module.starts_with("numpy")) {
            value.value = named(str(is_class ? object(source.attr("__name__")) : reinterpret_borrow<object>(source))
                                    .cast<std::string>());
            return true;
        }
        if (isinstance<qutibench::precision>(source)) {
            value.value = source.cast<const qutibench::precision&>();
            return true;
        }
        if (!isinstance<qutibench::datatype>(source)) return false;
        value.value = source.cast<const qutibench::datatype&>();
        return true;
    }
};

template <>
struct type_caster<qutibench::python::count_argument> {
    PYBIND11_TYPE_CASTER(qutibench::python::count_argument, const_name("typing.SupportsIndex"));

    bool load(handle source, bool) {
        if (PyIndex_Check(source.ptr()) == 0) return false;
        const auto number = reinterpret_steal<object>(PyNumber_Index(source.ptr()));
        if (!number) throw error_already_set();
        int overflow = 0;
        const long long wide = PyLong_AsLongLongAndOverflow(number.ptr(), &overflow);
        if (overflow != 0)
            throw qutibench::invalid_argument("a count must fit 64 bits, not " + str(number).cast<std::string>());
        value.value = wide;
        return true;
    }
};

template <>
struct type_caster<qutibench::python::path_argument> {
    PYBIND11_TYPE_CASTER(qutibench::python::path_argument, const_name("str | os.PathLike[str]"));

    bool load(handle source, bool) {
        if (PyBytes_Check(source.ptr())) return false;
        const auto path = reinterpret_steal<object>(PyOS_FSPath(source.ptr()));
        if (!path) {
            PyErr_Clear();
            return false;
        }
        const auto encoded = reinterpret_steal<object>(PyUnicode_EncodeFSDefault(path.ptr()));
        if (!encoded) throw error_already_set();
        value.value = encoded.cast<std::string>();
        return true;
    }
};

template <qutibench::named Enum>
struct type_caster<qutibench::python::name_argument<Enum>> {
    using argument = qutibench::python::name_argument<Enum>;
    PYBIND11_TYPE_CASTER(argument, const_name("str"));

    bool load(handle source, bool) {
        if (!PyUnicode_Check(source.ptr())) return false;
        Py_ssize_t size = 0;
        const char* const text = PyUnicode_AsUTF8AndSize(source.ptr(), &size);
        if (text == nullptr) throw error_already_set();
        value.value = qutibench::parse_name<Enum>({text, static_cast<std::size_t>(size)});
        return true;
    }
};

/// Shapes come as any sequence of integers.
template <>
struct type_caster<qutibench::shape> {
    PYBIND11_TYPE_CASTER(qutibench::shape, const_name("collections.abc.Sequence[int]"));

    bool load(handle source, bool) {
        if (PySequence_Check(source.ptr()) == 0 || PyUnicode_Check(source.ptr()) || PyBytes_Check(source.ptr()))
            return false;
        value = {};
        for (const handle one : reinterpret_borrow<sequence>(source)) {
            make_caster<qutibench::python::count_argument> extent;
            if (!extent.load(one, true)) return false;
            value.append(cast_op<qutibench::python::count_argument&>(extent).value);
        }
        return true;
    }

    static handle cast(const qutibench::shape& of, return_value_policy, handle) {
        return qutibench::python::to_tuple(of).release();
    }
};

}  // namespace pybind11::detail
