// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks that differ in one factor: a chain of equal convolutions, or any network, with another input, kernel,
/// number of channels, kind of convolution or number of layers (F. M. Hafner et al., BackboneAnalysis, IEEE Intelligent
/// Vehicles Symposium 2022, doi:10.1109/IV51971.2022.9827260).
#pragma once

#include <qutibench/network/graph.hpp>
#include <qutibench/network/layers.hpp>
#include <qutibench/transform/prune.hpp>
#include <qutibench/transform/resize.hpp>

#include <limits>
#include <numeric>
#include <optional>

namespace qutibench {

/// How a convolution connects channels and positions.
enum class convolution_type : unsigned char {
    standard,     ///< every output channel reads every input channel
    per_channel,  ///< depthwise: every channel on its own
    grouped,      ///< channels in groups
    pointwise,    ///< every output channel reads every input channel, at one position
};
template <>
inline constexpr enumeration<4> names_of<convolution_type>{"convolution type",
                                                           {"standard", "depthwise", "grouped", "pointwise"}};

/// A chain of equal convolutions on an input with as many channels, so that each factor can change without the others.
struct backbone {
    std::int64_t height = 56;
    std::int64_t width = 56;
    std::int64_t channels = 64;
    std::int64_t kernel = 3;  ///< square; 1 in pointwise convolutions, whatever stands here
    std::int64_t layers = 8;
    std::int64_t groups = 4;  ///< of grouped convolutions
    convolution_type type = convolution_type::standard;
    std::int64_t batch = 1;  ///< of the deployment; the graph has batch 1

    /// The chain; the input keeps its size throughout. Throws shape_error on an extent below one or groups that do not
    /// divide the channels, invalid_argument on a number of layers outside 1 to 10000.
    [[nodiscard]] graph build() const {
        if (layers < 1 || layers > 10000)
            throw invalid_argument(detail::message({"a backbone has 1 to 10000 layers, not ", layers}));
        convolution_2d layer;
        layer.out_channels = channels;
        layer.padding = same;
        if (type != convolution_type::pointwise) layer.kernel = {kernel, kernel};
        if (type == convolution_type::grouped) layer.groups = groups;
        if (type == convolution_type::per_channel) layer.groups = depthwise;
        graph net("backbone");
        tensor at = net.input({1, channels, height, width});
        for (std::int64_t i = 1; i <= layers; ++i) at = net.add(layer, {at}, label("conv") + static_cast<int>(i));
        return net;
    }
};

/// A network that differs from the base in one factor.
struct network_variant {
    std::string factor{};  ///< "base", "input size", "batch", "kernel", "channels", "convolution type", "layers"
    std::string level{};   ///< "112", "depthwise"
    double value = std::numeric_limits<double>::quiet_NaN();  ///< the level as a number; NaN where it is none
    bool is_base = false;                                     ///< the level is the base's
    std::int64_t batch = 1;
    graph net{};
};

/// What to try around a backbone; an empty list leaves that factor alone.
struct backbone_levels {
    std::vector<std::int64_t> input_sizes{};  ///< height and width
    std::vector<std::int64_t> batches{};
    std::vector<std::int64_t> kernels{};
    std::vector<std::int64_t> channels{};
    std::vector<convolution_type> types{};
    std::vector<std::int64_t> layers{};
};

/// What to try around any network; an empty list leaves that factor alone.
struct network_levels {
    std::vector<std::int64_t> input_sizes{};  ///< height and width of an input of rank 4
    std::vector<std::int64_t> batches{};
    std::vector<std::int64_t> kernels{};
    std::vector<double> widths{};  ///< factors of the number of channels
    std::vector<convolution_type> types{};
    std::int64_t groups = 4;  ///< of grouped convolutions
};

namespace detail {

template <class Change>
[[nodiscard]] graph change_convolutions(const graph& net, std::string note, Change change) {
    return rebuild(net, std::move(note), [&](node& one, std::size_t) {
        const auto* known = one.layer.as<convolution_2d>();
        if (known == nullptr) return;
        convolution_2d changed = *known;
        change(changed, net.shape_of(one.inputs[0])[1], one.outputs[0][1]);
        one.layer = changed;
    });
}

/// Another kernel, and padding such that the output stays as large; where that would be negative, none.
inline void change_kernel(convolution_2d& layer, std::int64_t kernel) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const std::int64_t grown = multiply(layer.dilation[axis], kernel - layer.kernel[axis]);
        layer.kernel[axis] = kernel;
        if (layer.padding.is_same) continue;
        const std::int64_t total = add(add(layer.padding.before[axis], layer.padding.after[axis]), grown);
        layer.padding.before[axis] = std::max<std::int64_t>(0, total / 2);
        layer.padding.after[axis] = std::max<std::int64_t>(0, total - total / 2);
    }
}

}  // namespace detail

/// The network with another square kernel in every 2-d convolution that has one larger than 1x1; padding changes so
/// that outputs stay as large. Throws invalid_argument on a kernel below one, shape_error where a layer does not fit.
[[nodiscard]] inline graph with_kernel(const graph& net, std::int64_t kernel) {
    if (kernel < 1) throw invalid_argument(detail::message({"a kernel must be at least 1, not ", kernel}));
    return detail::change_convolutions(net, detail::message({"kernels changed to ", kernel}),
                                       [&](convolution_2d& layer, std::int64_t, std::int64_t) {
                                           if (detail::elements_of(layer.kernel) > 1)
                                               detail::change_kernel(layer, kernel);
                                       });
}

/// The network with another type of 2-d convolution wherever the kernel is larger than 1x1: depthwise takes as many
/// groups as divide both numbers of channels, grouped takes `groups` where they do, pointwise shrinks the kernel.
/// Throws invalid_argument on groups below one.
[[nodiscard]] inline graph with_convolution_type(const graph& net, convolution_type type, std::int64_t groups = 4) {
    if (groups < 1) throw invalid_argument(detail::message({"groups must be at least 1, not ", groups}));
    return detail::change_convolutions(net, detail::message({"convolutions made ", to_string(type)}),
                                       [&](convolution_2d& layer, std::int64_t channels, std::int64_t out_channels) {
                                           if (detail::elements_of(layer.kernel) == 1) return;
                                           layer.out_channels = out_channels;
                                           const std::int64_t common = std::gcd(channels, out_channels);
                                           layer.groups = type == convolution_type::per_channel ? common
                                                          : type == convolution_type::grouped && common % groups == 0
                                                              ? groups
                                                              : 1;
                                           if (type == convolution_type::pointwise) detail::change_kernel(layer, 1);
                                       });
}

namespace detail {

/// The height and width of an input for which they are one number.
[[nodiscard]] inline std::optional<std::int64_t> square_size(std::int64_t height, std::int64_t width) {
    return height == width ? std::optional(height) : std::nullopt;
}

/// Collects variants, the base first.
class variant_list {
public:
    variant_list(graph base, std::int64_t batch) { add("base", "base", unknown(), true, batch, std::move(base)); }

    template <class Level, class Make>
    void add_levels(std::string_view factor, const std::vector<Level>& levels,
                    const std::type_identity_t<std::optional<Level>>& base, Make make) {
        for (const Level& one : levels) {
            auto [net, batch] = make(one);
            if constexpr (std::is_same_v<Level, convolution_type>)
                add(factor, to_string(one), unknown(), one == base, batch, std::move(net));
            else
                add(factor, short_number(static_cast<double>(one)), static_cast<double>(one), one == base, batch,
                    std::move(net));
        }
    }

    [[nodiscard]] std::vector<network_variant> take() { return std::move(all_); }

private:
    static constexpr double unknown() { return std::numeric_limits<double>::quiet_NaN(); }

    void add(std::string_view factor, std::string_view level, double value, bool is_base, std::int64_t batch,
             graph net) {
        if (batch < 1) throw invalid_argument(message({"batch must be at least 1, not ", batch}));
        all_.push_back({std::string(factor), std::string(level), value, is_base, batch, std::move(net)});
    }

    std::vector<network_variant> all_;
};

}  // namespace detail

/// The base and each level of each factor, all else as in the base. Throws as `backbone::build` does.
[[nodiscard]] inline std::vector<network_variant> vary(const backbone& base, const backbone_levels& levels) {
    detail::variant_list all(base.build(), base.batch);
    const auto with = [&base](auto change) {
        return [&base, change](const auto& level) {
            backbone changed = base;
            change(changed, level);
            return std::pair(changed.build(), changed.batch);
        };
    };
    all.add_levels("input size", levels.input_sizes, detail::square_size(base.height, base.width),
                   with([](backbone& one, std::int64_t size) { one.height = one.width = size; }));
    all.add_levels("batch", levels.batches, base.batch,
                   with([](backbone& one, std::int64_t batch) { one.batch = batch; }));
    all.add_levels("kernel", levels.kernels, base.kernel,
                   with([](backbone& one, std::int64_t kernel) { one.kernel = kernel; }));
    all.add_levels("channels", levels.channels, base.channels,
                   with([](backbone& one, std::int64_t channels) { one.channels = channels; }));
    all.add_levels("convolution type", levels.types, base.type,
                   with([](backbone& one, convolution_type type) { one.type = type; }));
    all.add_levels("layers", levels.layers, base.layers,
                   with([](backbone& one, std::int64_t layers) { one.layers = layers; }));
    return all.take();
}

/// The same around any network at a batch: kernels and types as `with_kernel` and `with_convolution_type` change them,
/// channels as `scale_width` does. Throws what these throw, and invalid_argument for input sizes of a network that does
/// not have one input of rank 4.
[[nodiscard]] inline std::vector<network_variant> vary(const graph& base, const network_levels& levels,
                                                       std::int64_t batch = 1) {
    detail::variant_list all(base, batch);
    const auto with = [batch](auto change) {
        return [batch, change](const auto& level) { return std::pair(change(level), batch); };
    };
    shape input;
    if (const auto all_inputs = base.inputs(); all_inputs.size() == 1) input = base.shape_of(all_inputs[0]);
    if (!levels.input_sizes.empty() && input.rank() != 4)
        throw invalid_argument(
            detail::message({"'", base.name(), "' does not have one input of rank 4 whose size could change"}));
    const auto size = input.rank() == 4 ? detail::square_size(input[2], input[3]) : std::nullopt;
    all.add_levels("input size", levels.input_sizes, size,
                   with([&](std::int64_t side) { return with_input_shape(base, {input[0], input[1], side, side}); }));
    all.add_levels("batch", levels.batches, batch, [&](std::int64_t one) { return std::pair(base, one); });
    all.add_levels("kernel", levels.kernels, std::nullopt,
                   with([&](std::int64_t kernel) { return with_kernel(base, kernel); }));
    all.add_levels("channels", levels.widths, 1.0, with([&](double factor) { return scale_width(base, factor); }));
    // what a network's own convolutions are is not one type, so none is the base's
    all.add_levels("convolution type", levels.types, std::nullopt,
                   with([&](convolution_type type) { return with_convolution_type(base, type, levels.groups); }));
    return all.take();
}

}  // namespace qutibench
