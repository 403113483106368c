// SPDX-License-Identifier: BSD-3-Clause
#include "refusals.hpp"

#include <string>

namespace qutibench::python {

namespace py = pybind11;

namespace {

/// How CPython calls a function of METH_FASTCALL | METH_KEYWORDS.
using fast_call = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*);

/// The address behind a function object; nothing for other objects and for functions called in another way.
[[nodiscard]] PyCFunction* entry_of(py::handle function) {
    if (PyCFunction_Check(function.ptr()) == 0) return nullptr;
    PyMethodDef* const definition = reinterpret_cast<PyCFunctionObject*>(function.ptr())->m_ml;
    return definition->ml_flags == (METH_FASTCALL | METH_KEYWORDS) ? &definition->ml_meth : nullptr;
}

/// What calls every function that pybind11 makes.
[[nodiscard]] PyCFunction dispatcher() {
    static const PyCFunction all = [] {
        const py::cpp_function one([] {});
        const PyCFunction* const entry = entry_of(one);
        return entry == nullptr ? nullptr : *entry;
    }();
    return all;
}

[[nodiscard]] fast_call as_fast_call(PyCFunction function) {
    return reinterpret_cast<fast_call>(reinterpret_cast<void (*)()>(function));
}

/// Puts a sentence of qutibench._refusals in the place of pybind11's text; any other error stays.
void explain(PyObject* const* values, Py_ssize_t count, PyObject* names) {
    py::error_already_set refused;
    try {
        const auto text = py::str(refused.value()).cast<std::string>();
        if (text.find("): incompatible ") == std::string::npos) return refused.restore();
        py::tuple positional(static_cast<std::size_t>(count));
        for (Py_ssize_t i = 0; i < count; ++i)
            positional[static_cast<std::size_t>(i)] = py::reinterpret_borrow<py::object>(values[i]);
        py::dict named;
        const Py_ssize_t keywords = names == nullptr ? 0 : PyTuple_GET_SIZE(names);
        for (Py_ssize_t i = 0; i < keywords; ++i)
            named[py::handle(PyTuple_GET_ITEM(names, i))] = py::handle(values[count + i]);
        const py::object sentence =
            py::module_::import("qutibench._refusals").attr("sentence")(text, positional, named);
        PyErr_SetObject(PyExc_TypeError, sentence.ptr());
    } catch (...) {
        refused.restore();
    }
}

PyObject* call(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
    PyObject* const result = as_fast_call(dispatcher())(self, values, count, names);
    if (result == nullptr && PyErr_ExceptionMatches(PyExc_TypeError) != 0) explain(values, count, names);
    return result;
}

void explain_in(py::handle scope);

void explain_member(py::handle member, py::handle module) {
    if (PyInstanceMethod_Check(member.ptr())) return explain_refusals(PyInstanceMethod_GET_FUNCTION(member.ptr()));
    if (PyObject_TypeCheck(member.ptr(), &PyStaticMethod_Type) != 0) return explain_refusals(member.attr("__func__"));
    if (PyObject_TypeCheck(member.ptr(), &PyProperty_Type) != 0) {
        for (const char* const part : {"fget", "fset"})
            if (const py::object function = member.attr(part); PyInstanceMethod_Check(function.ptr()))
                explain_refusals(PyInstanceMethod_GET_FUNCTION(function.ptr()));
            else
                explain_refusals(function);
        return;
    }
    if (PyModule_Check(member.ptr()) != 0 ||
        (PyType_Check(member.ptr()) != 0 && py::object(member.attr("__module__")).equal(module)))
        return explain_in(member);
    explain_refusals(member);
}

void explain_in(py::handle scope) {
    const py::object module = scope.attr(PyModule_Check(scope.ptr()) != 0 ? "__name__" : "__module__");
    for (const auto& [name, member] : py::dict(scope.attr("__dict__"))) explain_member(member, module);
}

}  // namespace

void explain_refusals(py::handle function) {
    PyCFunction* const entry = entry_of(function);
    if (entry != nullptr && *entry == dispatcher())
        *entry = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&call));
}

void explain_all_refusals(const py::module_& module) {
    explain_in(module);
}

}  // namespace qutibench::python
