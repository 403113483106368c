// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// NumPy arrays in and out.
#pragma once

#include "common.hpp"

#include <pybind11/numpy.h>

#include <memory>
#include <span>
#include <vector>

namespace qutibench::python {

/// A C-contiguous float64 array is taken as it is; anything else that NumPy can turn into one is converted.
using doubles = py::array_t<double, py::array::c_style | py::array::forcecast>;

[[nodiscard]] inline std::span<const double> span_of(const doubles& values) {
    return {values.data(), static_cast<std::size_t>(values.size())};
}

/// An array that owns what a vector holds; nothing is copied.
template <class Value>
[[nodiscard]] py::array_t<Value> to_array(std::vector<Value> values) {
    auto kept = std::make_unique<std::vector<Value>>(std::move(values));
    const Value* const data = kept->data();
    const auto size = static_cast<py::ssize_t>(kept->size());
    const py::capsule owner(kept.get(), [](void* held) { delete static_cast<std::vector<Value>*>(held); });
    static_cast<void>(kept.release());
    return py::array_t<Value>(size, data, owner);
}

}  // namespace qutibench::python
