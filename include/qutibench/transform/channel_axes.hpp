// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/all_layers.hpp>
#include <qutibench/transform/channel_reshape.hpp>

namespace qutibench::detail {

/// A setting of a layer that counts channels: heads, groups, hidden features.
struct counted_setting {
    const char* name;
    channel_list all;
};

/// Channels of every tensor of a graph, index by index, followed from the layers that make them through each layer
/// (channel_rules.hpp). What no rule follows stays whole.
class channel_axes {
public:
    /// Layers marked in `whole` keep what they read. Both must outlive this object.
    channel_axes(const graph& net, const std::vector<bool>& whole);

    [[nodiscard]] const channel_classes& classes() const { return classes_; }
    /// The channels along each axis of a tensor.
    [[nodiscard]] const std::vector<channel_list>& of(tensor one) const {
        return axes_[static_cast<std::size_t>(one.node)][static_cast<std::size_t>(one.port)];
    }
    /// The channels that a layer makes; empty where it makes none.
    [[nodiscard]] const channel_list& made_by(std::size_t node) const { return made_[node]; }
    [[nodiscard]] const std::vector<counted_setting>& settings(std::size_t node) const { return settings_[node]; }

    /// Whether some channels of what a layer reads could leave.
    [[nodiscard]] bool has_channels(const node& one) const {
        for (const tensor& from : one.inputs)
            for (const channel_list& all : of(from))
                for (const int channel : all)
                    if (classes_.fixed_by(channel) == channel_classes::nobody) return true;
        return false;
    }

private:
    // What the rules work on is the layer here_.
    [[nodiscard]] const node& here() const { return net_.nodes()[here_]; }
    [[nodiscard]] const std::vector<channel_list>& in(std::size_t k) const { return of(here().inputs[k]); }
    [[nodiscard]] const channel_list& last_of(std::size_t k) const { return in(k).back(); }
    [[nodiscard]] const shape& extents_of(std::size_t k) const { return net_.shape_of(here().inputs[k]); }
    [[nodiscard]] std::vector<channel_list>& out(std::size_t port = 0) { return axes_[here_][port]; }
    [[nodiscard]] int by() const { return static_cast<int>(here_); }

    void fix(const channel_list& all) { classes_.fix(all, by()); }
    void fix_inputs() {
        for (std::size_t k = 0; k < here().inputs.size(); ++k)
            for (const channel_list& one : in(k)) fix(one);
    }
    /// Fixes all axes of input `k` but one.
    void fix_beside(std::size_t k, std::size_t axis) {
        for (std::size_t i = 0; i < in(k).size(); ++i)
            if (i != axis) fix(in(k)[i]);
    }
    [[nodiscard]] channel_list make(std::int64_t count) {
        made_[here_] = classes_.fresh(count, by());
        return made_[here_];
    }
    void count(const char* name, channel_list all) { settings_[here_].push_back({name, std::move(all)}); }

    void follow(std::size_t at);
    void broadcast(const std::vector<tensor>& all);
    void pass();
    void attend(std::int64_t heads, std::int64_t key_heads);
    void attend_apart(const attention& one);
    void regroup(std::int64_t groups, std::int64_t out_channels);

    // One rule for each layer, in channel_rules.hpp; the others pass what `keeps_axis` says.
    template <class Layer>
    void rule(const Layer&) {
        pass();
    }
    void rule(const network_input&) {}
    void rule(const operator_layer&) { fix_inputs(); }
    void rule(const latent_attention&) { fix_inputs(); }
    void rule(const linear_attention&) { fix_inputs(); }
    void rule(const parameter& one);
    template <int Rank>
    void rule(const convolution<Rank>& one);
    template <int Rank>
    void rule(const transposed_convolution<Rank>& one);
    void rule(const dense& one);
    void rule(const matrix_multiplication& one);
    void rule(const group_normalization& one);
    void rule(const head_normalization& one);
    void rule(const rotary_embedding& one);
    void rule(const elementwise&) { broadcast(here().inputs); }
    void rule(const concatenation& one);
    void rule(const split& one);
    void rule(const slice& one);
    void rule(const reshape&) { rearrange(); }
    void rule(const flatten&) { rearrange(); }
    void rule(const transpose& one);
    void rule(const attention& one) {
        if (here().outputs[0].rank() == 4) return attend_apart(one);
        if (one.keys_transposed) return fix_inputs();
        attend(one.heads, one.key_heads == 0 ? one.heads : one.key_heads);
    }
    void rule(const cached_attention& one) { attend(one.heads, one.key_heads); }
    void rule(const embedding& one);
    void rule(const recurrent& one);
    void rule(const routed_experts& one);
    void rearrange();

    const graph& net_;
    const std::vector<bool>& whole_;
    std::vector<std::vector<std::vector<channel_list>>> axes_;  // by node, port, axis
    std::vector<channel_list> made_;
    std::vector<std::vector<counted_setting>> settings_;
    std::vector<int> first_reader_;
    channel_classes classes_;
    std::size_t here_ = 0;
};

inline channel_axes::channel_axes(const graph& net, const std::vector<bool>& whole)
    : net_(net), whole_(whole), axes_(net.nodes().size()), made_(net.nodes().size()), settings_(net.nodes().size()),
      first_reader_(net.nodes().size(), -1) {
    const auto nodes = std::span(net.nodes());
    for (std::size_t i = 0; i < nodes.size(); ++i)
        for (const tensor& from : nodes[i].inputs)
            if (int& first = first_reader_[static_cast<std::size_t>(from.node)]; first < 0) first = static_cast<int>(i);
    for (std::size_t i = 0; i < nodes.size(); ++i) follow(i);
    for (const tensor& one : net.outputs())
        for (const channel_list& all : of(one)) classes_.fix(all, channel_classes::results);
}

}  // namespace qutibench::detail

#include <qutibench/transform/channel_rules.hpp>
