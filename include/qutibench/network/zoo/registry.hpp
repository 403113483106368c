// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The zoo by name, at run time. Not part of the umbrella: including it compiles every network.
#pragma once

#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo.hpp>

#include <span>
#include <string_view>

namespace qutibench::zoo {

/// A network of the zoo.
struct entry {
    std::string_view name;        ///< its id, such as "resnet50"
    graph (*build)(double keep);  ///< `keep` is the fraction of channels that is left
    bool has_widths = true;       ///< whether `keep` may be other than 1
};

/// Every network of the zoo; those that take tokens take 128, or one more after 128 in the cache.
[[nodiscard]] std::span<const entry> entries();

/// The ids of the zoo's networks, in the order of `entries()`.
[[nodiscard]] inline std::vector<std::string_view> names() {
    std::vector<std::string_view> all;
    for (const entry& one : entries()) all.push_back(one.name);
    return all;
}

/// The network called `name`, or nullptr.
[[nodiscard]] inline const entry* find(std::string_view name) {
    for (const entry& one : entries())
        if (one.name == name) return &one;
    return nullptr;
}

/// Builds the network called `name` with the fraction `keep` of its channels. Throws unknown_name with the nearest
/// network, and invalid_argument when `keep` is outside (0, 1] or the network has no widths to scale.
[[nodiscard]] inline graph build(std::string_view name, double keep = 1.0) {
    const entry* const one = find(name);
    if (one == nullptr) throw unknown_name("network", name, qutibench::detail::nearest_name(name, names()));
    static_cast<void>(checked_keep(keep));
    if (!one->has_widths && keep != 1.0)
        throw invalid_argument("network '" + std::string(name) +
                               "' has no widths that keep could scale; prune its graph instead");
    return one->build(keep);
}

}  // namespace qutibench::zoo

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench::zoo {

namespace detail {

template <auto Make>
[[nodiscard]] graph scaled_graph(double keep) {
    return Make(keep);
}

/// Of one width.
template <auto Make>
[[nodiscard]] graph only_graph(double) {
    return Make();
}

/// With 128 tokens.
template <auto Make>
[[nodiscard]] graph fixed_graph(double) {
    return Make(128);
}

}  // namespace detail

QUTIBENCH_INLINE std::span<const entry> entries() {
    static constexpr entry all[] = {
        {"cnv", detail::scaled_graph<cnv>},
        {"mlp", detail::scaled_graph<mlp>},
        {"resnet50", detail::scaled_graph<resnet50>},
        {"resnet50_v1_5", detail::scaled_graph<resnet50_v1_5>},
        {"googlenet_v1", detail::scaled_graph<googlenet_v1>},
        {"mobilenet_v1", detail::scaled_graph<mobilenet_v1>},
        {"efficientnet_edgetpu_s", detail::scaled_graph<efficientnet_edgetpu_s>},
        {"efficientnet_edgetpu_m", detail::scaled_graph<efficientnet_edgetpu_m>},
        {"efficientnet_edgetpu_l", detail::scaled_graph<efficientnet_edgetpu_l>},
        {"resnet18", detail::scaled_graph<resnet18>},
        {"resnet34", detail::scaled_graph<resnet34>},
        {"resnet101", detail::scaled_graph<resnet101>},
        {"resnet152", detail::scaled_graph<resnet152>},
        {"googlenet", detail::scaled_graph<googlenet>},
        {"alexnet", detail::scaled_graph<alexnet>},
        {"vgg16", detail::scaled_graph<vgg16>},
        {"squeezenet1_0", detail::scaled_graph<squeezenet1_0>},
        {"squeezenet1_1", detail::scaled_graph<squeezenet1_1>},
        {"densenet121", detail::scaled_graph<densenet121>},
        {"inception_v3", detail::scaled_graph<inception_v3>},
        {"mobilenet_v2", detail::scaled_graph<mobilenet_v2>},
        {"mobilenet_v3_large", detail::scaled_graph<mobilenet_v3_large>},
        {"mobilenet_v3_small", detail::scaled_graph<mobilenet_v3_small>},
        {"shufflenet_v2_x1_0", detail::scaled_graph<shufflenet_v2_x1_0>},
        {"efficientnet_b0", detail::scaled_graph<efficientnet_b0>},
        {"efficientnet_b1", detail::scaled_graph<efficientnet_b1>},
        {"efficientnet_b2", detail::scaled_graph<efficientnet_b2>},
        {"efficientnet_b3", detail::scaled_graph<efficientnet_b3>},
        {"efficientnet_b4", detail::scaled_graph<efficientnet_b4>},
        {"convnext_tiny", detail::scaled_graph<convnext_tiny>},
        {"vit_b_16", detail::scaled_graph<vit_b_16>},
        {"swin_t", detail::scaled_graph<swin_t>},
        {"unet", detail::scaled_graph<unet>},
        {"yolov8n", detail::scaled_graph<yolov8n>},
        {"ssd300_vgg16", detail::scaled_graph<ssd300_vgg16>},
        {"ds_cnn", detail::scaled_graph<ds_cnn>},
        {"mobilenet_v1_vww", detail::scaled_graph<mobilenet_v1_vww>},
        {"resnet8", detail::scaled_graph<resnet8>},
        {"anomaly_autoencoder", detail::scaled_graph<anomaly_autoencoder>},
        {"neumf", detail::only_graph<neumf>, false},
        {"dlrm", detail::only_graph<dlrm>, false},
        {"yolov2", detail::scaled_graph<yolov2>},
        {"mask_rcnn_resnet50_fpn", detail::scaled_graph<mask_rcnn_resnet50_fpn>},
        {"unet_3d", detail::scaled_graph<unet_3d>},
        {"wgan_generator", detail::scaled_graph<wgan_generator>},
        {"wgan_critic", detail::scaled_graph<wgan_critic>},
        {"deep_speech_2", detail::scaled_graph<deep_speech_2>},
        {"gnmt", [](double) { return graph(gnmt()); }, false},
        {"mlstm", detail::scaled_graph<mlstm>},
        {"minigo", detail::scaled_graph<minigo>},
        {"dqn", [](double keep) { return graph(dqn(keep)); }},
        {"bert_base", detail::fixed_graph<bert_base>, false},
        {"llama2_7b", detail::fixed_graph<llama2_7b>, false},
        {"llama2_7b_decode", detail::fixed_graph<llama2_7b_decode>, false},
    };
    return all;
}

}  // namespace qutibench::zoo
#endif
