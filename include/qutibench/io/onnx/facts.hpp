// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What inference knows of a tensor: its element type, its shape as far as known, and the values of small constants.
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/io/onnx/model.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace qutibench::onnx {

/// Number of a symbolic dimension in its inference's table of names; 0 is none.
using symbol_id = std::uint32_t;

/// One dimension: a number, a symbol that a caller can bind by name, or unknown. Two unknowns are not the same.
class dimension {
public:
    constexpr dimension() = default;
    constexpr dimension(std::int64_t value)
        : value_(value) {}  // NOLINT(google-explicit-constructor): reads as a number
    [[nodiscard]] static constexpr dimension of_symbol(symbol_id symbol) {
        dimension result;
        result.symbol_ = symbol;
        return result;
    }

    [[nodiscard]] constexpr bool known() const { return value_ >= 0; }
    [[nodiscard]] constexpr std::int64_t value() const { return value_; }
    [[nodiscard]] constexpr symbol_id symbol() const { return symbol_; }
    [[nodiscard]] constexpr bool is(std::int64_t value) const { return value_ == value; }

    /// Certainly equal: the same number or the same symbol.
    [[nodiscard]] friend constexpr bool same(dimension a, dimension b) {
        return a.known() ? a.value_ == b.value_ : a.symbol_ != 0 && a.symbol_ == b.symbol_ && !b.known();
    }
    /// Certainly different numbers.
    [[nodiscard]] friend constexpr bool differ(dimension a, dimension b) {
        return a.known() && b.known() && a.value_ != b.value_;
    }

private:
    std::int64_t value_ = -1;
    symbol_id symbol_ = 0;
};

using dimensions = std::vector<dimension>;

/// One element of a small constant: an integer (also of unsigned and boolean tensors), a real, a symbolic dimension
/// read by Shape, or unknown.
class scalar {
public:
    constexpr scalar() = default;
    [[nodiscard]] static constexpr scalar integer(std::int64_t value) {
        return {kind::integer, static_cast<std::uint64_t>(value)};
    }
    [[nodiscard]] static constexpr scalar real(double value) {
        return {kind::real, qutibench::detail::bits_as<std::uint64_t>(value)};
    }
    [[nodiscard]] static constexpr scalar of(dimension dim) {
        if (dim.known()) return integer(dim.value());
        return dim.symbol() != 0 ? scalar{kind::symbol, dim.symbol()} : scalar{};
    }

    [[nodiscard]] constexpr bool known() const { return kind_ == kind::integer || kind_ == kind::real; }
    [[nodiscard]] constexpr bool is_integer() const { return kind_ == kind::integer; }
    [[nodiscard]] constexpr bool is_real() const { return kind_ == kind::real; }
    [[nodiscard]] constexpr bool is_symbol() const { return kind_ == kind::symbol; }
    [[nodiscard]] constexpr bool is(std::int64_t value) const { return is_integer() && as_integer() == value; }
    [[nodiscard]] constexpr std::int64_t as_integer() const { return static_cast<std::int64_t>(bits_); }
    [[nodiscard]] constexpr symbol_id as_symbol() const { return static_cast<symbol_id>(bits_); }
    /// The number, whichever kind it has.
    [[nodiscard]] constexpr double as_real() const {
        return is_real() ? qutibench::detail::bits_as<double>(bits_) : static_cast<double>(as_integer());
    }
    /// As a dimension; unknown when it is not one (a real, a negative number).
    [[nodiscard]] constexpr dimension as_dimension() const {
        if (is_integer() && as_integer() >= 0) return {as_integer()};
        return is_symbol() ? dimension::of_symbol(as_symbol()) : dimension();
    }

    /// Certainly equal.
    [[nodiscard]] friend constexpr bool same(scalar a, scalar b) {
        return a.kind_ != kind::unknown && a.kind_ == b.kind_ && a.bits_ == b.bits_;
    }

private:
    enum class kind : std::uint8_t { unknown, integer, real, symbol };
    constexpr scalar(kind k, std::uint64_t bits) : bits_(bits), kind_(k) {}

    std::uint64_t bits_ = 0;
    kind kind_ = kind::unknown;
};

// Seen by name here, so that qutibench::same, the padding, does not hide them where layers are included as well.
[[nodiscard]] constexpr bool same(dimension a, dimension b);
[[nodiscard]] constexpr bool same(scalar a, scalar b);

/// Elements of a small constant in row-major order.
using constant = std::vector<scalar>;

struct facts;

/// What is known of a sequence: facts that every element shares, and each element while their number is small and
/// known.
struct sequence_facts;

/// What is known of one value of a graph.
struct facts {
    type_kind kind = type_kind::unknown;
    element_type type = element_type::undefined;
    bool ranked = false;  ///< `dims` is meaningful
    dimensions dims;
    std::shared_ptr<const constant> value;      ///< known, or partly known, elements; their number is that of `dims`
    const onnx::tensor* initialiser = nullptr;  ///< where the value comes from when the file stores it
    std::shared_ptr<const sequence_facts> sequence;

    [[nodiscard]] static facts of_tensor(element_type element) {
        facts result;
        result.kind = type_kind::tensor;
        result.type = element;
        return result;
    }
    [[nodiscard]] static facts of_tensor(element_type element, dimensions shape) {
        facts result = of_tensor(element);
        result.ranked = true;
        result.dims = std::move(shape);
        return result;
    }

    [[nodiscard]] bool fully_known() const {
        return ranked && std::all_of(dims.begin(), dims.end(), [](dimension dim) { return dim.known(); });
    }
};

struct sequence_facts {
    facts element;
    std::optional<std::vector<facts>> items;
};

/// Number of elements, or nullopt when a dimension is unknown or the product does not fit 63 bits. A zero wins.
[[nodiscard]] inline std::optional<std::int64_t> element_count(const dimensions& dims) {
    if (std::any_of(dims.begin(), dims.end(), [](dimension dim) { return dim.is(0); })) return 0;
    std::int64_t count = 1;
    for (const dimension dim : dims)
        if (!dim.known() || qutibench::detail::multiply_overflows(count, dim.value(), &count)) return std::nullopt;
    return count;
}

/// What two alternatives have in common: equal dimensions and values stay, others become unknown.
[[nodiscard]] inline facts merge(const facts& a, const facts& b);

namespace detail {

[[nodiscard]] inline std::shared_ptr<const constant> merge_values(const facts& a, const facts& b) {
    if (a.value == b.value) return a.value;
    if (!a.value || !b.value || a.value->size() != b.value->size()) return nullptr;
    auto merged = std::make_shared<constant>(*a.value);
    for (std::size_t i = 0; i < merged->size(); ++i)
        if (!same((*merged)[i], (*b.value)[i])) (*merged)[i] = scalar();
    return merged;
}

[[nodiscard]] inline std::shared_ptr<const sequence_facts> merge_sequences(const facts& a, const facts& b) {
    if (a.sequence == b.sequence || !a.sequence || !b.sequence) return a.sequence == b.sequence ? a.sequence : nullptr;
    auto merged = std::make_shared<sequence_facts>();
    const auto& x = *a.sequence;
    const auto& y = *b.sequence;
    const bool x_empty = x.items && x.items->empty();
    const bool y_empty = y.items && y.items->empty();
    merged->element = x_empty ? y.element : y_empty ? x.element : merge(x.element, y.element);
    if (x.items && y.items && x.items->size() == y.items->size()) {
        merged->items.emplace();
        for (std::size_t i = 0; i < x.items->size(); ++i) merged->items->push_back(merge((*x.items)[i], (*y.items)[i]));
    }
    return merged;
}

}  // namespace detail

inline facts merge(const facts& a, const facts& b) {
    facts result;
    if (a.kind != b.kind) return result;
    result.kind = a.kind;
    result.type = a.type == b.type ? a.type : element_type::undefined;
    result.ranked = a.ranked && b.ranked && a.dims.size() == b.dims.size();
    if (result.ranked) {
        result.dims = a.dims;
        bool equal = true;
        for (std::size_t i = 0; i < a.dims.size(); ++i)
            if (!same(a.dims[i], b.dims[i])) {
                result.dims[i] = dimension();
                equal = false;
            }
        if (equal) {
            result.value = detail::merge_values(a, b);
            result.initialiser = a.initialiser == b.initialiser ? a.initialiser : nullptr;
        }
    }
    result.sequence = detail::merge_sequences(a, b);
    return result;
}

namespace detail {

/// Nothing that `before` knows is lost in `after`, which is a merge with it.
[[nodiscard]] inline bool settled(dimension before, dimension after) {
    return same(before, after) || (!before.known() && before.symbol() == 0);
}
[[nodiscard]] inline bool settled(scalar before, scalar after) {
    return same(before, after) || (!before.known() && !before.is_symbol());
}

[[nodiscard]] inline bool settled(const facts& before, const facts& after);

template <class List>
[[nodiscard]] bool all_settled(const List& before, const List& after) {
    return before.size() == after.size() && std::equal(before.begin(), before.end(), after.begin(),
                                                       [](const auto& a, const auto& b) { return settled(a, b); });
}

[[nodiscard]] inline bool sequences_settled(const facts& before, const facts& after) {
    if (before.sequence == after.sequence) return true;
    if (!before.sequence || !after.sequence || !settled(before.sequence->element, after.sequence->element))
        return false;
    if (!before.sequence->items || !after.sequence->items) return !before.sequence->items && !after.sequence->items;
    return all_settled(*before.sequence->items, *after.sequence->items);
}

/// Whether a merge has left the facts as they were: then what a loop carries no longer changes.
inline bool settled(const facts& before, const facts& after) {
    if (before.kind != after.kind || before.type != after.type || before.ranked != after.ranked) return false;
    if (!all_settled(before.dims, after.dims) || !sequences_settled(before, after)) return false;
    if (before.value != after.value && (!before.value || !after.value || !all_settled(*before.value, *after.value)))
        return false;
    return before.initialiser == after.initialiser;
}

}  // namespace detail

}  // namespace qutibench::onnx
