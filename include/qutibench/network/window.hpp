// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sliding windows: the arithmetic that convolution and pooling share.
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

/// `.padding = same`: as many output positions as ceil(input / stride), the odd element after the input (as TensorFlow
/// and ONNX SAME_UPPER do). `.padding = same_lower` puts it before.
struct same_t {
    bool lower = false;
};
inline constexpr same_t same{}, same_lower{true};

/// Elements added around each spatial axis: none by default ("valid"), `{1, 1}` on both sides, `same`, or explicit
/// `{.before = {0, 0}, .after = {1, 1}}` through the named function `padding<2>::explicit_sides`.
template <int Rank>
struct padding {
    extents<Rank> before{};
    extents<Rank> after{};
    bool is_same = false;
    bool is_lower = false;

    constexpr padding() = default;
    constexpr padding(same_t mode) : is_same(true), is_lower(mode.lower) {}
    template <std::convertible_to<std::int64_t>... Sides>
        requires(sizeof...(Sides) == static_cast<std::size_t>(Rank))
    constexpr padding(Sides... both_sides) : before{both_sides...}, after{both_sides...} {}

    [[nodiscard]] static constexpr padding explicit_sides(const extents<Rank>& before, const extents<Rank>& after) {
        padding sides;
        sides.before = before;
        sides.after = after;
        return sides;
    }

    friend constexpr bool operator==(const padding&, const padding&) = default;
};

namespace detail {

/// One spatial axis of a window.
struct window_axis {
    std::int64_t input = 0, kernel = 1, stride = 1, dilation = 1, before = 0, after = 0;
    bool same = false;
    bool ceil = false;

    /// Output positions: floor or ceil of (input + padding - dilated kernel) / stride, plus one. With `ceil`, the last
    /// window must still start inside the input or its left padding (as in PyTorch).
    [[nodiscard]] constexpr std::int64_t positions(std::string_view type) const {
        if (same) return ceil_divide(input, stride);
        const std::int64_t span = add(multiply(dilation, kernel - 1), 1);
        const std::int64_t room = add(add(input, before), after) - span;
        if (room < 0)
            detail::raise(shape_error(detail::message({type, ": a window of ", span, " does not fit an input of ",
                                                       input, " padded to ", input + before + after})));
        if (!ceil) return room / stride + 1;
        const std::int64_t count = ceil_divide(room, stride) + 1;
        return (count - 1) * stride >= input + before ? count - 1 : count;
    }
};

/// Checks the settings that convolution and pooling share; throws shape_error.
template <class Window>
constexpr void require_window(const Window& window) {
    for (const std::int64_t one : window.kernel) require_at_least(Window::type, "kernel", one, 1);
    for (const std::int64_t one : window.stride) require_at_least(Window::type, "stride", one, 1);
    for (const std::int64_t one : window.padding.before) require_at_least(Window::type, "padding", one, 0);
    for (const std::int64_t one : window.padding.after) require_at_least(Window::type, "padding", one, 0);
}

/// Shape of `channels` maps after the window has slid over `in` (N, C, spatial...).
template <int Rank, class Window>
constexpr shape slide(const Window& window, const shape& in, std::int64_t channels, const extents<Rank>& dilation,
                      bool ceil) {
    shape out{in[0], channels};
    for (int axis = 0; axis < Rank; ++axis) {
        const auto i = static_cast<std::size_t>(axis);
        out.append(window_axis{in[axis + 2], window.kernel[i], window.stride[i], dilation[i], window.padding.before[i],
                               window.padding.after[i], window.padding.is_same, ceil}
                       .positions(Window::type));
    }
    return out;
}

template <std::size_t Rank>
constexpr std::int64_t elements_of(const std::array<std::int64_t, Rank>& all) {
    std::int64_t count = 1;
    for (const std::int64_t one : all) count = multiply(count, one);
    return count;
}

}  // namespace detail

}  // namespace qutibench
