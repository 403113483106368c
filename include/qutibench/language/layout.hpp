// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How a language model is spread over equal devices, and what one of them then holds.
#pragma once

#include <qutibench/detail/checked.hpp>
#include <qutibench/language/model.hpp>

#include <algorithm>

namespace qutibench {

/// A spread over tensor * data * pipeline devices. Attention is split by heads over `tensor` ranks, of which `data`
/// copies serve different requests; experts are spread over `expert` groups, each expert split over `expert_tensor`
/// devices of one, so that expert * expert_tensor = tensor * data. Leaving both at 1 splits every expert over all.
struct language_layout {
    std::int64_t tensor = 1;
    std::int64_t data = 1;
    std::int64_t expert = 1;
    std::int64_t expert_tensor = 1;
    std::int64_t pipeline = 1;

    [[nodiscard]] constexpr std::int64_t stage() const { return tensor * data; }
    [[nodiscard]] constexpr std::int64_t devices() const { return stage() * pipeline; }
    friend constexpr bool operator==(const language_layout&, const language_layout&) = default;
};

/// The layout with its experts spread over all devices of a stage, as frameworks do it where nothing is stated.
[[nodiscard]] constexpr language_layout completed(language_layout layout) {
    if (layout.expert * layout.expert_tensor == layout.stage()) return layout;
    if (layout.expert > layout.stage()) layout.expert = layout.stage();
    layout.expert_tensor = layout.stage() / layout.expert;
    return layout;
}

/// Throws invalid_argument unless every count is between 1 and 4096.
inline void check(const language_layout& layout) {
    for (const std::int64_t one :
         {layout.tensor, layout.data, layout.expert, layout.expert_tensor, layout.pipeline, layout.devices()})
        if (one < 1 || one > 4096)
            throw invalid_argument(detail::message({"a layout takes 1 to 4096 devices each way, not ", one}));
}

/// What one of the devices holds and computes, as a model of its own: its heads, with at least one head of keys
/// (replicated where there are fewer than ranks), its columns of dense, shared and expert networks, its experts, its
/// rows of the vocabulary, and the layers of the fullest pipeline stage. Latent caches and the projections into them
/// are replicated. Shares that do not divide are rounded up, as padding does. Throws what `check` throws.
[[nodiscard]] inline language_model shard(language_model model, const language_layout& wanted) {
    check(wanted);
    const language_layout layout = completed(wanted);
    const auto share = [](std::int64_t whole, std::int64_t by) {
        return whole > 0 ? detail::ceil_divide(whole, by) : whole;
    };
    for (language_block& block : model.blocks) {
        attention_block& attention = block.attention;
        attention.heads = share(attention.heads, layout.tensor);
        attention.key_heads = share(attention.key_heads, layout.tensor);
        feed_forward_block& network = block.feed_forward;
        network.inner = share(network.inner, layout.tensor);
        network.shared_inner = share(network.shared_inner, layout.tensor);
        network.expert_inner = share(network.expert_inner, layout.expert_tensor);
        network.held = layout.expert > 1 ? share(network.experts, layout.expert) : 0;
    }
    model.vocabulary = share(model.vocabulary, layout.tensor);
    model.order.resize(static_cast<std::size_t>(share(model.layers(), layout.pipeline)));
    model.ranks = layout.devices();
    return model;
}

/// Counts of devices each way, each with each.
struct layout_axes {
    std::vector<std::int64_t> tensor{1};
    std::vector<std::int64_t> data{1};
    std::vector<std::int64_t> expert{1};
    std::vector<std::int64_t> pipeline{1};
};

/// Whether a model can be laid out so without padding or idle devices: experts spread over whole groups, no more ranks
/// than heads, no more stages than layers, and experts only where there are some.
[[nodiscard]] inline bool takes(const language_model& model, const language_layout& layout) {
    if (!(completed(layout) == layout) || layout.expert * layout.expert_tensor != layout.stage()) return false;
    if (layout.pipeline > model.layers()) return false;
    for (const language_block& block : model.blocks) {
        const std::int64_t experts = block.feed_forward.experts;
        if (layout.tensor > block.attention.heads || (experts > 0 && layout.expert > experts)) return false;
    }
    const auto routed = [](const language_block& block) { return block.feed_forward.experts > 0; };
    return layout.expert == 1 || std::any_of(model.blocks.begin(), model.blocks.end(), routed);
}

/// The layouts of these counts that `takes` accepts. Throws invalid_argument when none is left, and what `check`
/// throws.
[[nodiscard]] inline std::vector<language_layout> layouts_of(const language_model& model, const layout_axes& axes) {
    std::vector<language_layout> all;
    for (const std::int64_t pipeline : axes.pipeline)
        for (const std::int64_t data : axes.data)
            for (const std::int64_t tensor : axes.tensor)
                for (const std::int64_t expert : axes.expert) {
                    check({tensor, data, expert, 1, pipeline});
                    const language_layout one{tensor, data, expert, tensor * data / expert, pipeline};
                    if (one.expert_tensor > 0 && takes(model, one)) all.push_back(one);
                }
    if (all.empty())
        throw invalid_argument(
            detail::message({"'", model.name,
                             "' takes none of these layouts: expert_parallel must divide tensor_parallel times "
                             "data_parallel, and there are no more ranks than heads, experts and layers"}));
    return all;
}

}  // namespace qutibench
