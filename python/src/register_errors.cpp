// SPDX-License-Identifier: BSD-3-Clause
#include "register.hpp"

#include <qutibench/error.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace qutibench::python {

namespace py = pybind11;

namespace {

/// A message as text, whatever bytes of the caller's it quotes: what is not UTF-8 (a character cut in two, say) shows
/// as the replacement character.
[[nodiscard]] py::object readable_text(std::string_view message) {
    return py::bytes(message.data(), message.size()).attr("decode")("utf-8", "replace");
}

/// The class of qutibench.errors for an id of the C++ error tree.
[[nodiscard]] py::object class_of(const error& wrong) {
    return py::module_::import("qutibench.errors").attr("class_of")(std::string(wrong.id()));
}

void raise(const error& wrong, const py::dict& details) {
    const py::object type = class_of(wrong);
    const py::object raised = type(readable_text(wrong.what()));
    for (const auto& [name, value] : details) py::setattr(raised, name, value);
    PyErr_SetObject(type.ptr(), raised.ptr());
}

void translate(std::exception_ptr thrown) {
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const unknown_name& wrong) {
        py::dict details;
        if (!wrong.nearest().empty()) details["nearest"] = readable_text(wrong.nearest());
        raise(wrong, details);
    } catch (const parse_error& wrong) {
        py::dict details;
        details["source"] = readable_text(wrong.source());
        details["place"] = readable_text(wrong.place());
        raise(wrong, details);
    } catch (const error& wrong) {
        raise(wrong, {});
    } catch (const py::cast_error& wrong) {  // which pybind11 would raise as a RuntimeError, in words about C++
        const std::string_view text = wrong.what(), before = "type <class '";
        const std::size_t at = text.find(before);
        const std::string_view type = text.substr(at == text.npos ? text.size() : at + before.size());
        PyErr_SetString(
            PyExc_TypeError,
            ("a value of type '" + std::string(type.substr(0, type.find('\''))) + "' does not fit").c_str());
    }
}

}  // namespace

void register_errors() {
    py::register_local_exception_translator(&translate);
}

}  // namespace qutibench::python
