// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Types as a file declares them, with names of dimensions resolved to numbers or symbols.
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/detail/nearest.hpp>
#include <qutibench/io/onnx/dimension_sum.hpp>
#include <qutibench/io/onnx/ops/sequence.hpp>
#include <qutibench/io/onnx/options.hpp>

#include <unordered_map>
#include <utility>

namespace qutibench::onnx {

namespace detail {

/// Names of dimensions: bound to numbers by the caller, or symbols.
class dimension_names {
public:
    /// Both must outlive this object; `symbols` grows by each new name.
    dimension_names(const dimension_bindings& bindings, std::vector<std::string>& symbols)
        : bindings_(bindings), symbols_(symbols), used_(bindings.size(), false) {}

    /// The number bound to `name`, else its symbol. Throws invalid_argument when the number cannot be a dimension.
    [[nodiscard]] dimension of(std::string_view name) {
        if (const auto value = bound(name)) return *value;
        if (name.find_first_of("+-*/") != name.npos) {
            const auto value = dimension_formula(name).value([this](std::string_view one) { return bound(one); });
            if (value && *value >= 0 && *value <= dimension_limit) return *value;
        }
        const auto [found, added] = ids_.try_emplace(std::string(name), static_cast<symbol_id>(symbols_.size()));
        if (added) symbols_.emplace_back(name);
        return dimension::of_symbol(found->second);
    }

    /// The number bound to `name`, if there is one. Throws invalid_argument when it cannot be a dimension.
    [[nodiscard]] std::optional<std::int64_t> bound(std::string_view name) {
        for (std::size_t i = 0; i < bindings_.size(); ++i) {
            if (bindings_[i].first != name) continue;
            used_[i] = true;
            if (bindings_[i].second < 0 || bindings_[i].second > dimension_limit)
                throw invalid_argument(
                    qutibench::detail::message({"dimension '", name, "' cannot be ", bindings_[i].second}));
            return bindings_[i].second;
        }
        return {};
    }

    [[nodiscard]] bool all_used() const { return std::find(used_.begin(), used_.end(), false) == used_.end(); }

    /// Throws unknown_name for a binding whose name no dimension has.
    void require_all_used() const {
        for (std::size_t i = 0; i < used_.size(); ++i)
            if (!used_[i])
                throw unknown_name("dimension", bindings_[i].first,
                                   qutibench::detail::nearest_name(bindings_[i].first, symbols_));
    }

private:
    const dimension_bindings& bindings_;
    std::vector<std::string>& symbols_;
    std::vector<bool> used_;
    std::unordered_map<std::string, symbol_id> ids_;
};

/// Facts that a declared type states. Negative numbers are unknown.
[[nodiscard]] inline facts from_declared(const declared_type& type, dimension_names& names) {
    if (type.kind == type_kind::optional && type.inner) return from_declared(*type.inner, names);
    if (type.kind == type_kind::sequence && type.inner)
        return of_sequence(std::nullopt, from_declared(*type.inner, names));
    facts stated;
    stated.kind = type.kind;
    stated.type = type.element;
    stated.ranked = type.kind == type_kind::tensor && type.has_shape;
    if (!stated.ranked) return stated;
    for (const declared_dimension& dim : type.dims) {
        if (!dim.name.empty() && dim.name != "?")
            stated.dims.push_back(names.of(dim.name));
        else
            stated.dims.push_back(dim.value >= 0 ? dimension(dim.value) : dimension());
    }
    return stated;
}

/// Facts of a graph input. A dimension with neither number nor name, as -1 and "?" are, is called "input[axis]", so
/// that it can be bound; so can one of 0 be, which goes to `open_zeros` when nobody does. Throws parse_error on a
/// dimension below -1 and past 2^60 elements.
[[nodiscard]] inline facts from_input(const value_info& input, dimension_names& names, const std::string& file,
                                      std::vector<std::string>& open_zeros) {
    facts stated = from_declared(input.type, names);
    if (!stated.ranked || input.type.kind != type_kind::tensor) return stated;
    const std::string place = "input '" + std::string(input.name) + "'";
    std::int64_t elements = 1;
    for (std::size_t i = 0; i < stated.dims.size(); ++i) {
        const declared_dimension& written = input.type.dims[i];
        const std::string own_name = qutibench::detail::message({input.name, "[", std::uint64_t{i}, "]"});
        if (written.stated && written.value < -1)
            throw parse_error(file, place,
                              qutibench::detail::message({"dimension ", std::uint64_t{i}, " is ", written.value}));
        if ((written.name.empty() || written.name == "?") && written.value < 0) stated.dims[i] = names.of(own_name);
        if (!written.name.empty())
            if (const auto value = names.bound(own_name)) stated.dims[i] = *value;
        if (stated.dims[i].is(0)) {
            if (const auto value = names.bound(own_name))
                stated.dims[i] = *value;
            else if (written.stated)
                open_zeros.push_back(own_name);
        }
        const std::int64_t value = stated.dims[i].value();
        if (value > 0 &&
            (qutibench::detail::multiply_overflows(elements, value, &elements) || elements > dimension_limit))
            throw parse_error(file, place, "the input has more than 2^60 elements");
    }
    return stated;
}

/// Fills what inference left open with what the file states; what inference found is never replaced.
inline void complete(facts& found, facts stated) {
    if (found.kind == type_kind::unknown) {
        found = std::move(stated);
        return;
    }
    if (found.kind != type_kind::tensor || stated.kind != type_kind::tensor) return;
    if (found.type == element_type::undefined) found.type = stated.type;
    if (!stated.ranked) return;
    if (!found.ranked) {
        found.ranked = true;
        found.dims = std::move(stated.dims);
        return;
    }
    if (found.dims.size() != stated.dims.size()) return;
    for (std::size_t i = 0; i < found.dims.size(); ++i)
        if (!found.dims[i].known() && found.dims[i].symbol() == 0) found.dims[i] = stated.dims[i];
}

}  // namespace detail

}  // namespace qutibench::onnx
