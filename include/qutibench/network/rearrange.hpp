// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layers that move or rename elements without computing: their arithmetic is zero, their traffic may not be.
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

/// Joins inputs along one axis; the others must agree.
struct concatenation {
    static constexpr std::string_view type = "concatenation";
    static constexpr layer_kind kind = layer_kind::movement;

    int axis = 1;

    /// Throws shape_error when the other extents differ.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        if (in.empty()) detail::raise(shape_error("concatenation takes at least one input"));
        const int along = detail::normalized_axis(axis, in[0].rank());
        std::int64_t total = 0;
        for (const shape& one : in) {
            if (one.rank() != in[0].rank() || one.with(along, 1) != in[0].with(along, 1))
                detail::raise(shape_error(detail::message(
                    {"concatenation along axis ", axis, ": ", to_string(one), " does not fit ", to_string(in[0])})));
            total = detail::add(total, one[along]);
        }
        return in[0].with(along, total);
    }

    [[nodiscard]] constexpr layer_cost cost(shapes) const { return {}; }

    template <class F>
    constexpr void describe(F&& field) const {
        field("axis", axis);
    }

    friend constexpr bool operator==(const concatenation&, const concatenation&) = default;
};

/// Cuts one axis into `parts` pieces, one output each: equal ones, or of `sizes`.
struct split {
    static constexpr std::string_view type = "split";
    static constexpr layer_kind kind = layer_kind::movement;

    int axis = 1;
    int parts = 2;
    std::array<std::int64_t, shape::max_rank> sizes{};  ///< of the pieces; zeros: equal ones

    [[nodiscard]] constexpr int outputs() const { return parts; }

    /// Throws shape_error when the parts do not divide the axis, or are not its sum.
    [[nodiscard]] constexpr shape output_shape(shapes in, int port = 0) const {
        detail::require_inputs(type, in, 1);
        detail::require_at_least(type, "parts", parts, 1);
        const int along = detail::normalized_axis(axis, in[0].rank());
        if (is_uneven()) {
            std::int64_t sum = 0;
            for (const std::int64_t size : sizes) sum = detail::add(sum, size);
            if (parts > shape::max_rank || sum != in[0][along])
                detail::raise(shape_error(
                    detail::message({"split: the sizes of its parts are not axis ", axis, " of ", to_string(in[0])})));
            return in[0].with(along, sizes[static_cast<std::size_t>(port)]);
        }
        if (in[0][along] % parts != 0)
            detail::raise(shape_error(
                detail::message({"split: ", parts, " parts do not divide axis ", axis, " of ", to_string(in[0])})));
        return in[0].with(along, in[0][along] / parts);
    }

    [[nodiscard]] constexpr layer_cost cost(shapes) const { return {}; }

    template <class F>
    constexpr void describe(F&& field) const {
        field("axis", axis);
        field("parts", parts);
        field("sizes",
              detail::view<const std::int64_t>(sizes.data(), is_uneven() ? static_cast<std::size_t>(parts) : 0));
    }

    [[nodiscard]] constexpr bool is_uneven() const { return sizes[0] != 0; }

    friend constexpr bool operator==(const split&, const split&) = default;
};

/// Elements [begin, end) of one axis, each `step`-th of them; a negative bound counts from the back, `end = 0` reaches
/// to the end.
struct slice {
    static constexpr std::string_view type = "slice";
    static constexpr layer_kind kind = layer_kind::movement;

    int axis = 1;
    std::int64_t begin = 0;
    std::int64_t end = 0;
    std::int64_t step = 1;

    /// Throws shape_error on an empty or outside range.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        const int along = detail::normalized_axis(axis, in[0].rank());
        detail::require_at_least(type, "step", step, 1);
        const std::int64_t extent = in[0][along];
        const std::int64_t first = begin < 0 ? begin + extent : begin;
        const std::int64_t last = end <= 0 ? end + extent : end;
        if (first < 0 || last > extent || first >= last)
            detail::raise(shape_error(
                detail::message({"slice [", begin, ", ", end, ") is outside axis ", axis, " of ", to_string(in[0])})));
        return in[0].with(along, detail::ceil_divide(last - first, step));
    }

    [[nodiscard]] constexpr layer_cost cost(shapes) const { return {}; }

    template <class F>
    constexpr void describe(F&& field) const {
        field("axis", axis);
        field("begin", begin);
        field("end", end);
        field("step", step);
    }

    [[nodiscard]] constexpr bool keeps_axis(int other, int rank) const {
        return detail::normalized_axis(axis, rank) != other;
    }

    friend constexpr bool operator==(const slice&, const slice&) = default;
};

/// The same elements under another shape. In `target`, 0 keeps the input's extent of that axis and one -1 takes the
/// rest.
struct reshape {
    static constexpr std::string_view type = "reshape";
    static constexpr layer_kind kind = layer_kind::view;

    std::array<std::int64_t, shape::max_rank> target{};
    int rank = 0;

    constexpr reshape() = default;
    /// Throws shape_error on a rank past shape::max_rank.
    constexpr reshape(std::initializer_list<std::int64_t> extents) {
        if (extents.size() > shape::max_rank)
            detail::raise(shape_error("reshape: a tensor has more than 8 dimensions"));
        for (const std::int64_t extent : extents) target[static_cast<std::size_t>(rank++)] = extent;
    }

    /// Throws shape_error when the element counts differ.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        std::int64_t known = 1;
        for (int axis = 0; axis < rank; ++axis)
            if (extent(axis, in[0]) != -1) known = detail::multiply(known, extent(axis, in[0]));
        shape out;
        for (int axis = 0; axis < rank; ++axis)
            out.append(extent(axis, in[0]) == -1 ? in[0].elements() / known : extent(axis, in[0]));
        if (out.elements() != in[0].elements())
            detail::raise(shape_error(
                detail::message({"reshape: ", to_string(in[0]), " does not have the elements of ", to_string(out)})));
        return out;
    }

    [[nodiscard]] constexpr layer_cost cost(shapes) const { return {}; }

    template <class F>
    constexpr void describe(F&& field) const {
        field("target", detail::view<const std::int64_t>(target.data(), static_cast<std::size_t>(rank)));
    }

    friend constexpr bool operator==(const reshape&, const reshape&) = default;

private:
    [[nodiscard]] constexpr std::int64_t extent(int axis, const shape& in) const {
        const std::int64_t wanted = target[static_cast<std::size_t>(axis)];
        if (wanted != 0) return wanted;
        if (axis >= in.rank())
            detail::raise(
                shape_error(detail::message({"reshape keeps axis ", axis, ", which ", to_string(in), " lacks"})));
        return in[axis];
    }
};

/// (N, ...) to (N, everything else).
struct flatten {
    static constexpr std::string_view type = "flatten";
    static constexpr layer_kind kind = layer_kind::view;

    /// Throws shape_error on a scalar.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        if (in[0].rank() < 1) detail::raise(shape_error("flatten needs a batch axis"));
        return {in[0][0], in[0].elements(1, in[0].rank())};
    }

    [[nodiscard]] constexpr layer_cost cost(shapes) const { return {}; }

    template <class F>
    constexpr void describe(F&&) const {}

    friend constexpr bool operator==(const flatten&, const flatten&) = default;
};

/// Reorders axes: output axis i is input axis order[i].
struct transpose {
    static constexpr std::string_view type = "transpose";
    static constexpr layer_kind kind = layer_kind::movement;

    std::array<std::int64_t, shape::max_rank> order{};
    int rank = 0;

    constexpr transpose() = default;
    /// Throws shape_error on a rank past shape::max_rank.
    constexpr transpose(std::initializer_list<std::int64_t> axes) {
        if (axes.size() > shape::max_rank) detail::raise(shape_error("transpose: a tensor has more than 8 dimensions"));
        for (const std::int64_t axis : axes) order[static_cast<std::size_t>(rank++)] = axis;
    }

    /// Throws shape_error unless `order` is a permutation of the input's axes.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_rank(type, in, rank);
        shape out;
        unsigned seen = 0;
        for (int i = 0; i < rank; ++i) {
            const int axis = detail::normalized_axis(static_cast<int>(order[static_cast<std::size_t>(i)]), rank);
            seen |= 1U << axis;
            out.append(in[0][axis]);
        }
        if (seen != (1U << rank) - 1) detail::raise(shape_error("transpose: an axis is repeated"));
        return out;
    }

    [[nodiscard]] constexpr layer_cost cost(shapes) const { return {}; }

    template <class F>
    constexpr void describe(F&& field) const {
        field("order", detail::view<const std::int64_t>(order.data(), static_cast<std::size_t>(rank)));
    }

    friend constexpr bool operator==(const transpose&, const transpose&) = default;
};

/// Adds `before` and `after` elements to one axis (negative ones remove), or to each of `axes` consecutive ones.
struct pad {
    static constexpr std::string_view type = "pad";
    static constexpr layer_kind kind = layer_kind::movement;

    int axis = -1;
    std::int64_t before = 0;
    std::int64_t after = 0;
    int axes = 1;

    /// Throws shape_error when nothing would be left.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        const int along = detail::normalized_axis(axis, in[0].rank());
        detail::require_at_least(type, "axes", axes, 1);
        shape out = in[0];
        for (int k = along; k < along + axes; ++k) {
            static_cast<void>(detail::normalized_axis(k, out.rank()));
            out = out.with(k, detail::add(detail::add(out[k], before), after));
        }
        return out;
    }

    [[nodiscard]] constexpr layer_cost cost(shapes) const { return {}; }

    template <class F>
    constexpr void describe(F&& field) const {
        field("axis", axis);
        field("before", before);
        field("after", after);
        field("axes", axes);
    }

    [[nodiscard]] constexpr bool keeps_axis(int other, int rank) const {
        const int first = detail::normalized_axis(axis, rank);
        return other < first || other >= first + axes;
    }

    friend constexpr bool operator==(const pad&, const pad&) = default;
};

enum class resize_function : unsigned char { nearest, linear, cubic };
template <>
inline constexpr enumeration<3> names_of<resize_function>{"function", {"nearest", "linear", "cubic"}};

/// Resamples all spatial axes of (N, C, ...) by an integer factor, or to `size` where that is given.
struct resize {
    static constexpr std::string_view type = "resize";
    static constexpr layer_kind kind = layer_kind::movement;

    std::int64_t factor = 2;
    std::array<std::int64_t, 3> size{};  ///< target extents; zeros mean "use the factor"
    resize_function function = resize_function::nearest;

    /// Throws shape_error on an input without one to three spatial axes.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        detail::require_at_least(type, "factor", factor, 1);
        if (in[0].rank() < 3 || in[0].rank() > 5)
            detail::raise(shape_error(detail::message({"resize needs spatial axes, not ", to_string(in[0])})));
        shape out{in[0][0], in[0][1]};
        for (int axis = 2; axis < in[0].rank(); ++axis) {
            const std::int64_t wanted = size[static_cast<std::size_t>(axis - 2)];
            out.append(wanted != 0 ? wanted : detail::multiply(in[0][axis], factor));
        }
        return out;
    }

    /// Four operations per output element for linear interpolation (as fvcore), sixteen for cubic, none for nearest.
    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        layer_cost cost;
        const std::int64_t each = function == resize_function::linear ? 4 : function == resize_function::cubic ? 16 : 0;
        cost.other_operations = detail::multiply(output_shape(in).elements(), each);
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("factor", factor);
        field("size", size);
        field("function", function);
    }

    [[nodiscard]] constexpr bool keeps_axis(int, int) const { return true; }

    friend constexpr bool operator==(const resize&, const resize&) = default;
};

}  // namespace qutibench
