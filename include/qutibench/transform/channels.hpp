// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which channels of a network have to stay equal: what pruning and width scaling may change, and together with what.
#pragma once

#include <qutibench/network/layers.hpp>
#include <qutibench/transform/rebuild.hpp>

#include <numeric>

namespace qutibench::detail {

/// The channel axis of one tensor: runs of channels, each run owned by the layer that made it.
struct channel_layout {
    struct run {
        int group;            ///< set of layers whose widths are equal
        std::int64_t width;   ///< channels of that layer
        std::int64_t repeat;  ///< elements for each channel: more than one after flattening
        friend bool operator==(const run&, const run&) = default;
    };
    int axis = -1;  ///< -1: no axis that may change
    std::vector<run> runs{};
};

/// Follows channels through a graph, once, in topological order. A group is fixed when something depends on its width:
/// a result, a reshaping to given extents, attention heads, an operator this library knows only by its shapes.
class channel_groups {
public:
    explicit channel_groups(const graph& net)
        : net_(net), layouts_(net.nodes().size()), group_of_(net.nodes().size(), -1) {
        for (std::size_t i = 0; i < net.nodes().size(); ++i) follow(i);
        for (const tensor& one : net.outputs()) fix(layout(one));
    }

    /// The group that a layer's output channels belong to, or -1 when the layer makes none.
    [[nodiscard]] int group_of(std::size_t node) const { return group_of_[node] < 0 ? -1 : find(group_of_[node]); }
    [[nodiscard]] bool is_fixed(int group) const { return fixed_[static_cast<std::size_t>(find(group))]; }
    /// What the width of a group must stay a multiple of.
    [[nodiscard]] std::int64_t multiple(int group) const { return multiples_[static_cast<std::size_t>(find(group))]; }
    [[nodiscard]] std::size_t size() const { return parents_.size(); }

private:
    [[nodiscard]] const channel_layout& layout(tensor one) const {
        return layouts_[static_cast<std::size_t>(one.node)];
    }
    [[nodiscard]] const shape& extents(tensor one) const { return net_.shape_of(one); }

    [[nodiscard]] int find(int group) const {
        while (parents_[static_cast<std::size_t>(group)] != group) group = parents_[static_cast<std::size_t>(group)];
        return group;
    }

    int add_group() {
        const int group = static_cast<int>(parents_.size());
        parents_.push_back(group);
        fixed_.push_back(false);
        multiples_.push_back(1);
        return group;
    }

    void unite(int a, int b) {
        a = find(a);
        b = find(b);
        if (a == b) return;
        const auto from = static_cast<std::size_t>(b);
        const auto into = static_cast<std::size_t>(a);
        parents_[from] = a;
        fixed_[into] = fixed_[into] || fixed_[from];
        multiples_[into] = std::lcm(multiples_[into], multiples_[from]);
    }

    void fix(const channel_layout& of) {
        for (const auto& run : of.runs) fixed_[static_cast<std::size_t>(find(run.group))] = true;
    }

    /// Keeps every run a multiple; runs of which one is none now, as a concatenation's may be, stay as they are.
    void require_multiple(const channel_layout& of, std::int64_t multiple) {
        if (std::any_of(of.runs.begin(), of.runs.end(), [&](const auto& run) { return run.width % multiple != 0; }))
            return fix(of);
        for (const auto& run : of.runs) {
            auto& held = multiples_[static_cast<std::size_t>(find(run.group))];
            held = std::lcm(held, multiple);
        }
    }

    /// A layer that makes channels of its own on `axis`.
    void produce(std::size_t i, int axis, std::int64_t width, std::int64_t multiple) {
        group_of_[i] = add_group();
        multiples_.back() = multiple;
        layouts_[i] = {axis, {{group_of_[i], width, 1}}};
    }

    /// Element-wise inputs have the same channels, except where one broadcasts over them.
    void join(std::size_t i, const std::vector<tensor>& inputs) {
        const shape& out = net_.nodes()[i].outputs[0];
        channel_layout joined;
        bool agrees = true;
        for (const tensor& from : inputs) {
            const channel_layout& one = layout(from);
            const int shift = out.rank() - extents(from).rank();
            if (one.axis >= 0 && extents(from)[one.axis] == out[one.axis + shift]) {
                if (joined.axis < 0) {
                    joined = {one.axis + shift, one.runs};
                    continue;
                }
                agrees = agrees && joined.axis == one.axis + shift && unite(joined, one);
            } else {
                fix(one);  // a single channel broadcasts; two would not
            }
        }
        // An input without channels of its own, such as a learned tensor, fixes what it does not broadcast over.
        for (const tensor& from : inputs)
            if (joined.axis >= 0 && layout(from).axis < 0) {
                const int axis = joined.axis - (out.rank() - extents(from).rank());
                agrees = agrees && (axis < 0 || extents(from)[axis] == 1);
            }
        if (!agrees)
            for (const tensor& from : inputs) fix(layout(from));
        layouts_[i] = joined;
    }

    [[nodiscard]] bool unite(const channel_layout& a, const channel_layout& b) {
        if (a.runs.size() != b.runs.size()) return false;
        for (std::size_t k = 0; k < a.runs.size(); ++k)
            if (a.runs[k].width != b.runs[k].width || a.runs[k].repeat != b.runs[k].repeat) return false;
        for (std::size_t k = 0; k < a.runs.size(); ++k) unite(a.runs[k].group, b.runs[k].group);
        return true;
    }

    void concatenate(std::size_t i, const node& one, int axis) {
        channel_layout joined{axis, {}};
        for (const tensor& from : one.inputs) {
            const channel_layout& part = layout(from);
            if (part.axis == axis) {
                joined.runs.insert(joined.runs.end(), part.runs.begin(), part.runs.end());
            } else {
                fix(part);
                // Channels that nobody may change are a run of a group of their own.
                joined.runs.push_back({add_group(), extents(from)[axis], 1});
                fixed_.back() = true;
            }
        }
        layouts_[i] = joined;
    }

    template <int Rank>
    [[nodiscard]] bool follow_convolution(std::size_t i, const node& one) {
        std::int64_t groups = 0;
        if (const auto* forward = one.layer.as<convolution<Rank>>()) {
            groups = forward->groups == depthwise ? one.outputs[0][1] : forward->groups;
            const bool each = groups == extents(one.inputs[0])[1];
            if (each && groups > 1 && one.outputs[0][1] == groups) {  // depthwise: the channels of its input
                layouts_[i] = layout(one.inputs[0]);
                return true;
            }
            if (forward->groups == depthwise || (each && groups > 1)) {  // a multiplier of depthwise channels
                fix(layout(one.inputs[0]));
                return true;
            }
        } else if (const auto* backward = one.layer.as<transposed_convolution<Rank>>()) {
            groups = backward->groups == depthwise ? extents(one.inputs[0])[1] : backward->groups;
        } else {
            return false;
        }
        if (groups > 1) require_multiple(layout(one.inputs[0]), groups);
        produce(i, 1, one.outputs[0][1], groups);
        return true;
    }

    void follow(std::size_t i) {
        const node& one = net_.nodes()[i];
        if (one.inputs.empty()) return;
        if (follow_convolution<1>(i, one) || follow_convolution<2>(i, one) || follow_convolution<3>(i, one)) return;
        const channel_layout& in = layout(one.inputs[0]);
        const int last = extents(one.inputs[0]).rank() - 1;
        if (one.layer.as<dense>() != nullptr) {
            if (in.axis >= 0 && in.axis != last)
                layouts_[i] = in;  // works on another axis than the channels
            else
                produce(i, last, one.outputs[0][last], 1);
        } else if (one.layer.as<elementwise>() != nullptr) {
            join(i, one.inputs);
        } else if (const auto* joins = one.layer.as<concatenation>()) {
            const int axis = normalized_axis(joins->axis, last + 1);
            const bool along_channels = std::any_of(one.inputs.begin(), one.inputs.end(),
                                                    [&](tensor from) { return layout(from).axis == axis; });
            if (along_channels)
                concatenate(i, one, axis);
            else
                join(i, one.inputs);
        } else if (const auto* norm = one.layer.as<group_normalization>()) {
            if (norm->groups > 0) require_multiple(in, norm->groups);
            layouts_[i] = in;
        } else if (one.layer.as<flatten>() != nullptr) {
            follow_flatten(i, one, in);
        } else if (const auto* moves = one.layer.as<transpose>()) {
            layouts_[i] = in;
            for (int k = 0; in.axis >= 0 && k < moves->rank; ++k)
                if (normalized_axis(static_cast<int>(moves->order[static_cast<std::size_t>(k)]), moves->rank) ==
                    in.axis)
                    layouts_[i].axis = k;
        } else if (one.outputs.size() == 1 && one.layer.keeps_axis(in.axis, last + 1)) {
            layouts_[i] = in;
        } else {
            for (const tensor& from : one.inputs) fix(layout(from));
        }
    }

    void follow_flatten(std::size_t i, const node& one, const channel_layout& in) {
        const shape& before = extents(one.inputs[0]);
        if (in.axis != 1) return fix(in);
        layouts_[i] = in;
        for (auto& run : layouts_[i].runs) run.repeat = multiply(run.repeat, before.elements(2, before.rank()));
    }

    const graph& net_;
    std::vector<channel_layout> layouts_;
    std::vector<int> group_of_;
    std::vector<int> parents_;
    std::vector<bool> fixed_;
    std::vector<std::int64_t> multiples_;
};

}  // namespace qutibench::detail
