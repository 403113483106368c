// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/window.hpp>

namespace qutibench {

/// `.groups = depthwise`: one group for each input channel, however many there are.
inline constexpr std::int64_t depthwise = 0;

namespace detail {

/// Groups of a convolution over `channels` input channels; throws shape_error when they do not divide both sides.
constexpr std::int64_t resolved_groups(std::string_view type, std::int64_t groups, std::int64_t channels,
                                       std::int64_t out_channels) {
    require_at_least(type, "groups", groups, 0);
    const std::int64_t resolved = groups == depthwise ? channels : groups;
    if (channels % resolved != 0 || out_channels % resolved != 0)
        detail::raise(shape_error(detail::message({type, ": ", resolved, " groups divide neither or only one of ",
                                                   channels, " input and ", out_channels, " output channels"})));
    return resolved;
}

}  // namespace detail

/// Convolution over `Rank` spatial axes of (N, C, spatial...).
/// Operations: 2 * N * prod(K) * prod(out) * (C_in / groups) * C_out (T eq. 2.4). Weights: prod(K) * C_in / groups *
/// C_out.
template <int Rank>
struct convolution {
    static constexpr std::string_view type = Rank == 1   ? "convolution_1d"
                                             : Rank == 2 ? "convolution_2d"
                                                         : "convolution_3d";
    static constexpr layer_kind kind = layer_kind::convolution;

    std::int64_t out_channels = 0;  ///< 0 with `groups = depthwise`: as many as there are input channels
    extents<Rank> kernel = detail::filled<Rank>(1);
    extents<Rank> stride = detail::filled<Rank>(1);
    qutibench::padding<Rank> padding{};
    extents<Rank> dilation = detail::filled<Rank>(1);
    std::int64_t groups = 1;
    bool bias = false;

    /// Throws shape_error when the rank, the groups or the window do not fit.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_rank(type, in, Rank + 2);
        detail::require_window(*this);
        for (const std::int64_t one : dilation) detail::require_at_least(type, "dilation", one, 1);
        const std::int64_t channels = channels_out(in[0]);
        detail::require_at_least(type, "out_channels", channels, 1);
        static_cast<void>(detail::resolved_groups(type, groups, in[0][1], channels));
        return detail::slide<Rank>(*this, in[0], channels, dilation, false);
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        const shape out = output_shape(in);
        const std::int64_t parts = detail::resolved_groups(type, groups, in[0][1], out[1]);
        const std::int64_t window = detail::elements_of(kernel);
        auto cost = layer_cost::of_product({detail::multiply(out[0], out.elements(2, out.rank())), out[1] / parts,
                                            detail::multiply(window, in[0][1] / parts), parts});
        cost.weights = detail::product({window, in[0][1] / parts, out[1]});
        cost.parameters = detail::add(cost.weights, bias ? out[1] : 0);
        cost.other_operations = bias ? out.elements() : 0;
        cost.kernel_elements = window;
        cost.stride = *std::max_element(stride.begin(), stride.end());
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("out_channels", out_channels);
        field("kernel", kernel);
        field("stride", stride);
        field("padding", padding);
        field("dilation", dilation);
        field("groups", groups);
        field("bias", bias);
    }

    constexpr void set_width(std::int64_t channels) { out_channels = channels; }
    constexpr void add_bias() { bias = true; }

    friend constexpr bool operator==(const convolution&, const convolution&) = default;

private:
    [[nodiscard]] constexpr std::int64_t channels_out(const shape& in) const {
        return groups == depthwise && out_channels == 0 ? in[1] : out_channels;
    }
};

using convolution_1d = convolution<1>;
using convolution_2d = convolution<2>;
using convolution_3d = convolution<3>;

/// Transposed convolution ("deconvolution"): every input position spreads a kernel over the output, so its
/// multiply-accumulates follow the *input* positions: N * prod(in) * prod(K) * C_in * C_out / groups.
template <int Rank>
struct transposed_convolution {
    static constexpr std::string_view type = Rank == 1   ? "transposed_convolution_1d"
                                             : Rank == 2 ? "transposed_convolution_2d"
                                                         : "transposed_convolution_3d";
    static constexpr layer_kind kind = layer_kind::convolution;

    std::int64_t out_channels = 0;
    extents<Rank> kernel = detail::filled<Rank>(1);
    extents<Rank> stride = detail::filled<Rank>(1);
    qutibench::padding<Rank> padding{};
    extents<Rank> output_padding{};
    extents<Rank> dilation = detail::filled<Rank>(1);
    std::int64_t groups = 1;
    bool bias = false;

    /// Throws shape_error when the rank, the groups or the padding do not fit.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_rank(type, in, Rank + 2);
        detail::require_window(*this);
        for (const std::int64_t one : dilation) detail::require_at_least(type, "dilation", one, 1);
        detail::require_at_least(type, "out_channels", out_channels, 1);
        static_cast<void>(detail::resolved_groups(type, groups, in[0][1], out_channels));
        shape out{in[0][0], out_channels};
        for (int axis = 0; axis < Rank; ++axis) {
            const auto i = static_cast<std::size_t>(axis);
            const std::int64_t grown = detail::multiply(in[0][axis + 2] - 1, stride[i]);
            const std::int64_t span = detail::add(detail::multiply(dilation[i], kernel[i] - 1), 1);
            const std::int64_t cut = detail::add(padding.before[i], padding.after[i]);
            out.append(padding.is_same ? detail::multiply(in[0][axis + 2], stride[i])
                                       : detail::add(detail::add(detail::add(grown, span), output_padding[i]), -cut));
        }
        return out;
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        const shape out = output_shape(in);
        const std::int64_t parts = detail::resolved_groups(type, groups, in[0][1], out_channels);
        const std::int64_t window = detail::elements_of(kernel);
        auto cost = layer_cost::of_product({detail::multiply(in[0][0], in[0].elements(2, in[0].rank())),
                                            detail::multiply(window, out_channels / parts), in[0][1] / parts, parts});
        cost.weights = detail::product({window, in[0][1] / parts, out_channels});
        cost.parameters = detail::add(cost.weights, bias ? out_channels : 0);
        cost.other_operations = bias ? out.elements() : 0;
        cost.kernel_elements = window;
        cost.stride = *std::max_element(stride.begin(), stride.end());
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("out_channels", out_channels);
        field("kernel", kernel);
        field("stride", stride);
        field("padding", padding);
        field("output_padding", output_padding);
        field("dilation", dilation);
        field("groups", groups);
        field("bias", bias);
    }

    constexpr void set_width(std::int64_t channels) { out_channels = channels; }
    constexpr void add_bias() { bias = true; }

    friend constexpr bool operator==(const transposed_convolution&, const transposed_convolution&) = default;
};

using transposed_convolution_1d = transposed_convolution<1>;
using transposed_convolution_2d = transposed_convolution<2>;
using transposed_convolution_3d = transposed_convolution<3>;

}  // namespace qutibench
