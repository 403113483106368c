// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A graph with fewer (or more) channels: every layer that makes or counts channels, and every size that one states.
#pragma once

#include <qutibench/transform/channel_axes.hpp>
#include <qutibench/transform/rebuild.hpp>
#include <qutibench/transform/whole_layers.hpp>

#include <functional>

namespace qutibench::detail {

/// A layer whose shapes do not follow from those of its channels.
struct lost_channels {
    std::size_t place;
};

/// Gives one layer the number of channels that stay.
class channel_setter {
public:
    channel_setter(const channel_axes& axes, const channel_buckets& buckets) : axes_(axes), buckets_(buckets) {}

    /// Throws lost_channels where it is no number.
    [[nodiscard]] std::int64_t kept(const channel_list& all, std::size_t place) const {
        const auto found = buckets_.kept(all);
        if (!found) throw lost_channels{place};
        return *found;
    }
    /// The shape of output `port` with the channels that stay.
    [[nodiscard]] shape expected(const node& one, std::size_t place, int port) const {
        shape all = one.outputs[static_cast<std::size_t>(port)];
        const auto& axes = axes_.of({static_cast<int>(place), port});
        for (std::size_t k = 0; k < axes.size(); ++k)
            if (!axes[k].empty()) all = all.with(static_cast<int>(k), kept(axes[k], place));
        return all;
    }

    /// Changes node `place`, whose outputs are still those of before.
    void change(node& one, std::size_t place) const {
        if (const channel_list& made = axes_.made_by(place); !made.empty()) one.layer.set_width(kept(made, place));
        static_cast<void>(visit_layer(one.layer, all_layers{}, [&]<class Layer>(const Layer& known) {
            Layer changed = known;
            if constexpr (std::is_same_v<Layer, reshape>) {
                const shape after = expected(one, place, 0);
                for (int k = 0; k < changed.rank; ++k)
                    if (auto& extent = changed.target[static_cast<std::size_t>(k)]; extent > 0) extent = after[k];
            } else if constexpr (std::is_same_v<Layer, parameter>) {
                changed.extents = expected(one, place, 0);
            } else if constexpr (std::is_same_v<Layer, embedding>) {
                changed.width = kept(axes_.made_by(place), place);
            }
            for (const counted_setting& of : axes_.settings(place)) set(changed, of, place);
            if (!(changed == known)) one.layer = changed;
        }));
    }

private:
    template <class Layer>
    void set(Layer& one, const counted_setting& of, std::size_t place) const {
        const std::string_view name = of.name;
        one.describe([&](std::string_view field, const auto& value) {
            using field_type = std::remove_cvref_t<decltype(value)>;
            if constexpr (std::is_same_v<field_type, std::int64_t>) {
                if (field == name && value != 0) const_cast<std::int64_t&>(value) = kept(of.all, place);
            }
        });
    }

    const channel_axes& axes_;
    const channel_buckets& buckets_;
};

/// Scales the channels of one graph; tries again with what could not be followed left whole.
class graph_scaler {
public:
    graph_scaler(const graph& net, std::string note, const std::function<double(const node&)>& share_of)
        : net_(net), note_(std::move(note)), share_of_(share_of), whole_(net.nodes().size(), false) {}

    /// Throws shape_error where no attempt leads to a valid network.
    [[nodiscard]] graph run() {
        constexpr int most_tries = 64;
        for (int tries = 0; tries < most_tries; ++tries) {
            const channel_axes axes(net_, whole_);
            try {
                return attempt(axes);
            } catch (const lost_channels& lost) {
                leave_whole(axes, lost.place);
            }
        }
        throw shape_error("the channels of '" + net_.name() + "' cannot be followed");
    }

private:
    [[nodiscard]] graph attempt(const channel_axes& axes) {
        const auto nodes = std::span(net_.nodes());
        std::vector<double> shares(nodes.size(), -1);
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (!axes.made_by(i).empty()) shares[i] = share_of_(nodes[i]);
        const channel_buckets buckets(axes.classes(), [&](int home) { return shares[static_cast<std::size_t>(home)]; });
        const channel_setter setter(axes, buckets);
        std::size_t last = 0;
        std::vector<shape> expected;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            for (int port = 0; port < static_cast<int>(nodes[i].outputs.size()); ++port)
                expected.push_back(setter.expected(nodes[i], i, port));
        std::optional<graph> made;
        try {
            made = rebuild(net_, note_, [&](node& one, std::size_t i) {
                last = i;
                setter.change(one, i);
            });
        } catch (const shape_error&) {
            throw lost_channels{last};
        }
        auto next = expected.begin();
        for (std::size_t i = 0; i < nodes.size(); ++i)
            for (const shape& one : std::span<const node>(made->nodes())[i].outputs)
                if (!(one == *next++)) throw lost_channels{i};
        warn(*made, axes, buckets, shares);
        return *std::move(made);
    }

    /// Says which layers make as many channels as before. What the network returns is no news, unless nothing of its
    /// layer changed.
    void warn(graph& made, const channel_axes& axes, const channel_buckets& buckets,
              const std::vector<double>& shares) const {
        std::vector<std::string> reasons;
        for (std::size_t i = 0; i < shares.size(); ++i) {
            const channel_list& all = axes.made_by(i);
            if (shares[i] < 0 || shares[i] == 1 || buckets.kept(all) != static_cast<std::int64_t>(all.size())) continue;
            const node& one = std::as_const(net_).nodes()[i];
            const int kept_by = axes.classes().fixed_by(all);
            const bool is_narrower = std::as_const(made).nodes()[i].cost.weights != one.cost.weights;
            if (kept_by == channel_classes::results && is_narrower) continue;
            std::string because;
            if (kept_by >= 0) {
                const node& by = std::as_const(net_).nodes()[static_cast<std::size_t>(kept_by)];
                because = message({"layer '", by.name, "' (", by.layer.type(), ")"});
            }
            reasons.push_back(reason_of(kept_by, buckets.keeps_all(all), std::move(because)));
        }
        warn_of_whole_layers(made, reasons);
    }

    /// Leaves whole what layer `place` reads; where that is so already, what feeds it.
    void leave_whole(const channel_axes& axes, std::size_t place) {
        std::vector<std::size_t> open{place};
        std::vector<bool> seen(whole_.size(), false);
        while (!open.empty()) {
            std::vector<std::size_t> behind;
            bool found = false;
            for (const std::size_t at : open) {
                if (seen[at]) continue;
                seen[at] = true;
                const node& one = std::as_const(net_).nodes()[at];
                if (!whole_[at] && axes.has_channels(one)) found = whole_[at] = true;
                for (const tensor& from : one.inputs) behind.push_back(static_cast<std::size_t>(from.node));
            }
            if (found) return;
            open = std::move(behind);
        }
        whole_.assign(whole_.size(), true);
    }

    const graph& net_;
    std::string note_;
    const std::function<double(const node&)>& share_of_;
    std::vector<bool> whole_;
};

}  // namespace qutibench::detail
