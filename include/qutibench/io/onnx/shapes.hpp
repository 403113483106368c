// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Arithmetic on shapes that may be partly unknown.
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/io/onnx/context.hpp>

#include <initializer_list>
#include <limits>

namespace qutibench::onnx::detail {

/// "[1,3,?,s]" for messages.
[[nodiscard]] inline std::string to_text(const dimensions& dims) {
    std::string text = "[";
    for (const dimension dim : dims)
        text += (text.size() > 1 ? "," : "") + (dim.known() ? std::to_string(dim.value()) : std::string("?"));
    return text + "]";
}

[[nodiscard]] inline dimensions to_dimensions(const std::vector<std::int64_t>& values) {
    dimensions result;
    result.reserve(values.size());
    for (const std::int64_t value : values) result.push_back(value >= 0 ? dimension(value) : dimension());
    return result;
}

/// One dimension of a multidirectional broadcast: 1 gives way, an unknown gives way to a number above 1 and to 0.
/// Throws shape_error when neither gives way.
[[nodiscard]] inline dimension broadcast(const node_context& c, dimension a, dimension b) {
    if (a.is(1)) return b;
    if (b.is(1) || same(a, b)) return a;
    if (a.known() && b.known())
        c.fail("dimensions " + std::to_string(a.value()) + " and " + std::to_string(b.value()) + " do not broadcast");
    if (a.known()) return a;
    return b.known() ? b : dimension();
}

/// NumPy broadcasting of two shapes, aligned at their last dimensions.
[[nodiscard]] inline dimensions broadcast(const node_context& c, const dimensions& a, const dimensions& b) {
    const dimensions& longer = a.size() >= b.size() ? a : b;
    const dimensions& shorter = a.size() >= b.size() ? b : a;
    dimensions result = longer;
    const std::size_t shift = longer.size() - shorter.size();
    for (std::size_t i = 0; i < shorter.size(); ++i) result[shift + i] = broadcast(c, longer[shift + i], shorter[i]);
    return result;
}

/// What two descriptions of the same dimension say together. Throws shape_error when they contradict.
[[nodiscard]] inline dimension unify(const node_context& c, dimension a, dimension b, const char* what) {
    if (differ(a, b))
        c.fail(std::string(what) + " differ: " + std::to_string(a.value()) + " and " + std::to_string(b.value()));
    return a.known() || (a.symbol() != 0 && !b.known()) ? a : b;
}

/// A dimension past this is refused, so that sums of a few never overflow.
inline constexpr std::int64_t dimension_limit = std::int64_t{1} << 60;

/// `value`; throws overflow_error when it overflowed or passes the limit.
[[nodiscard]] inline dimension bounded(bool overflowed, std::int64_t value) {
    if (overflowed || value > dimension_limit) throw overflow_error("a dimension of this model is larger than 2^60");
    return value;
}

/// a + b, or unknown; throws overflow_error past 2^60.
[[nodiscard]] inline dimension add(dimension a, dimension b) {
    if (a.is(0)) return b;
    if (b.is(0)) return a;
    if (!a.known() || !b.known()) return {};
    std::int64_t sum = 0;
    const bool overflowed = qutibench::detail::add_overflows(a.value(), b.value(), &sum);
    return bounded(overflowed, sum);
}

/// a * b, or unknown; throws overflow_error past 2^60.
[[nodiscard]] inline dimension multiply(dimension a, dimension b) {
    if (a.is(0) || b.is(0)) return 0;
    if (a.is(1)) return b;
    if (b.is(1)) return a;
    if (!a.known() || !b.known()) return {};
    std::int64_t product = 0;
    const bool overflowed = qutibench::detail::multiply_overflows(a.value(), b.value(), &product);
    return bounded(overflowed, product);
}

/// Product of dims[first, last).
[[nodiscard]] inline dimension product(const dimensions& dims, std::size_t first, std::size_t last) {
    dimension result = 1;
    for (std::size_t i = first; i < last; ++i) result = multiply(result, dims[i]);
    return result;
}

/// a / b where it is known to be exact; throws shape_error when it is not.
[[nodiscard]] inline dimension divide_exactly(const node_context& c, dimension a, std::int64_t b, const char* what) {
    if (b <= 0) c.fail(std::string(what) + " must be positive");
    if (b == 1) return a;
    if (!a.known()) return {};
    if (a.value() % b != 0)
        c.fail(std::string(what) + " " + std::to_string(b) + " does not divide " + std::to_string(a.value()));
    return a.value() / b;
}

/// The dimension that makes `parts` hold as many elements as `whole`, given that every other dimension is in `parts`.
/// Symbols that occur on both sides cancel. Unknown when that does not settle it.
[[nodiscard]] inline dimension remaining(const node_context& c, const dimensions& whole, const dimensions& parts) {
    std::vector<symbol_id> symbols;
    std::int64_t numerator = 1;
    std::int64_t denominator = 1;
    const auto absorb = [](const dimensions& dims, std::int64_t& total, auto&& on_symbol) {
        for (const dimension dim : dims) {
            if (dim.known()) {
                if (qutibench::detail::multiply_overflows(total, dim.value(), &total)) return false;
            } else if (dim.symbol() == 0 || !on_symbol(dim.symbol())) {
                return false;
            }
        }
        return true;
    };
    const bool settled_parts = absorb(parts, denominator, [&](symbol_id symbol) {
        symbols.push_back(symbol);
        return true;
    });
    std::vector<symbol_id> left;
    const bool settled_whole = absorb(whole, numerator, [&](symbol_id symbol) {
        const auto at = std::find(symbols.begin(), symbols.end(), symbol);
        if (at != symbols.end())
            symbols.erase(at);
        else
            left.push_back(symbol);
        return true;
    });
    if (!settled_parts || !settled_whole || !symbols.empty() || left.size() > 1 || denominator == 0) return {};
    if (left.size() == 1) return numerator == denominator ? dimension::of_symbol(left.front()) : dimension();
    if (numerator % denominator != 0)
        c.fail("a tensor of " + std::to_string(numerator) +
               " elements cannot take a shape whose other dimensions hold " + std::to_string(denominator));
    return numerator / denominator;
}

/// Row-major strides of a known shape.
[[nodiscard]] inline std::vector<std::int64_t> strides_of(const dimensions& dims) {
    std::vector<std::int64_t> strides(dims.size(), 1);
    for (std::size_t i = dims.size(); i-- > 1;)
        strides[i - 1] = strides[i] * std::max<std::int64_t>(dims[i].value(), 1);
    return strides;
}

/// Calls visit(position, offset) for each position of the known shape `dims` in row-major order, where `offset` is the
/// position's place in an operand with the given stride along each dimension.
template <class Visit>
void for_each_position(const dimensions& dims, const std::vector<std::int64_t>& strides, std::int64_t start,
                       Visit&& visit) {
    const auto count = element_count(dims);
    if (!count || *count == 0) return;
    std::vector<std::int64_t> position(dims.size(), 0);
    std::int64_t offset = start;
    for (std::int64_t i = 0; i < *count; ++i) {
        visit(position, offset);
        for (std::size_t axis = dims.size(); axis-- > 0;) {
            offset += strides[axis];
            if (++position[axis] < dims[axis].value()) break;
            offset -= strides[axis] * dims[axis].value();
            position[axis] = 0;
        }
    }
}

/// Strides of an operand of shape `dims` that is broadcast to `target`: 0 along the dimensions that repeat.
[[nodiscard]] inline std::vector<std::int64_t> broadcast_strides(const dimensions& dims, const dimensions& target) {
    std::vector<std::int64_t> result(target.size(), 0);
    const auto own = strides_of(dims);
    const std::size_t shift = target.size() - dims.size();
    for (std::size_t i = 0; i < dims.size(); ++i) result[shift + i] = dims[i].is(1) ? 0 : own[i];
    return result;
}

/// `source` of shape `from`, repeated to shape `to`.
[[nodiscard]] inline constant broadcast_values(const constant& source, const dimensions& from, const dimensions& to) {
    constant result;
    for_each_position(to, broadcast_strides(from, to), 0, [&](const auto&, std::int64_t offset) {
        result.push_back(source[static_cast<std::size_t>(offset)]);
    });
    return result;
}

/// Axes counted from the front. Throws shape_error outside the rank or when one comes twice.
[[nodiscard]] inline std::vector<std::size_t> axes_of(const node_context& c, const std::vector<std::int64_t>& axes,
                                                      std::size_t rank) {
    std::vector<std::size_t> result;
    std::vector<bool> seen(rank, false);
    for (const std::int64_t one : axes) {
        const std::size_t axis = c.axis(one, rank);
        if (seen[axis]) c.fail("axis " + std::to_string(one) + " comes twice");
        seen[axis] = true;
        result.push_back(axis);
    }
    return result;
}

/// A list that is an attribute in old operator sets and input `i` in newer ones; nullopt when neither gives it.
[[nodiscard]] inline std::optional<std::vector<std::int64_t>> list_from(const node_context& c,
                                                                        std::string_view attribute_name,
                                                                        std::size_t i) {
    if (c.has(i)) return c.integers(i);
    if (const auto* list = c.integer_list(attribute_name)) return *list;
    return std::nullopt;
}

/// Number of elements of the one-dimensional input `i`, when known.
[[nodiscard]] inline std::optional<std::size_t> length_of(const node_context& c, std::size_t i) {
    const auto* dims = c.dims(i);
    if (dims == nullptr) return std::nullopt;
    const auto count = element_count(*dims);
    return count ? std::optional<std::size_t>(static_cast<std::size_t>(*count)) : std::nullopt;
}

/// A tensor cannot have more dimensions than this; a longer shape vector is a shape_error.
inline constexpr std::size_t rank_limit = 32;

inline void check_rank(const node_context& c, std::size_t rank) {
    if (rank > rank_limit) c.fail("a tensor cannot have " + std::to_string(rank) + " dimensions");
}

}  // namespace qutibench::onnx::detail
