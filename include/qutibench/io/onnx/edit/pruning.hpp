// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Fewer (or more) channels in the file of a model: its stored tensors, and every size that its nodes state.
#pragma once

#include <qutibench/io/onnx/edit/channel_map.hpp>
#include <qutibench/io/onnx/edit/skeleton.hpp>
#include <qutibench/io/onnx/infer.hpp>
#include <qutibench/transform/whole_layers.hpp>

namespace qutibench::onnx {

/// A changed file, and why layers in it are as wide as before.
struct scaled_file {
    std::string file{};
    std::vector<std::pair<std::size_t, std::string>> whole{};  ///< operations that make as many channels as before
};

namespace detail {

/// An operation whose shapes do not follow from those of its channels.
struct lost_channels {
    std::size_t place;
};

/// Infers the model with fewer channels: what is stated of shapes is rewritten, and each shape must be the expected.
class pruning_hook final : public adapting_hook {
public:
    pruning_hook(channel_map& map, const channel_buckets& buckets, const model& source, file_edits& edits)
        : adapting_hook(map.net(), source, edits), map_(map), buckets_(buckets) {}

    [[nodiscard]] std::size_t place() const { return place_; }

    /// The dimensions that a value has with the channels that stay; throws lost_channels where that is no number.
    [[nodiscard]] extents_list expected(value_id id, std::size_t place) const {
        extents_list all;
        const facts& of = map_.net().of(id);
        for (std::size_t k = 0; k < of.dims.size(); ++k) {
            const channel_list& channels = map_.axis(id, k);
            const auto kept = channels.empty() ? std::optional(of.dims[k].value()) : buckets_.kept(channels);
            if (!kept) throw lost_channels{place};
            all.push_back(*kept);
        }
        return all;
    }

    void after(std::size_t place, const operation& made, const inferred& so_far) override {
        if (place >= old().operations.size()) throw lost_channels{place};
        const operation& then = old().operations[place];
        for (std::size_t k = 0; k < then.outputs.size() && k < made.outputs.size(); ++k) {
            if (then.outputs[k] == absent || made.outputs[k] == absent) continue;
            if (!numbers_of(old().of(then.outputs[k]))) continue;
            if (numbers_of(so_far.of(made.outputs[k])) != expected(then.outputs[k], place)) throw lost_channels{place};
        }
    }

    /// Lengths of the outputs of a Split; empty where an output is not there.
    [[nodiscard]] extents_list split_sizes(const operation& then, std::size_t place) const {
        const attribute* axis = then.find("axis");
        const std::int64_t stated = axis == nullptr ? 0 : axis->integer;
        extents_list sizes;
        for (const value_id id : then.outputs) {
            const extents_list dims = id == absent ? extents_list() : expected(id, place);
            const auto rank = static_cast<std::int64_t>(dims.size());
            const std::int64_t along = stated < 0 ? stated + rank : stated;
            if (along < 0 || along >= rank) return {};
            sizes.push_back(dims[static_cast<std::size_t>(along)]);
        }
        return sizes;
    }

private:
    void adapt(std::size_t place, const operation& then, const operation& made) override {
        place_ = place;
        const std::string_view type = made.op->op_type;
        if (!out_old(then)) return;
        if (type == "Reshape")
            adapt_reshape(then, made, expected(then.outputs[0], place), false);
        else if (type == "Expand")
            adapt_expand(then, made, expected(then.outputs[0], place), false);
        else if (type == "Resize" && reads(made, 3) && is_literal(then, 3))
            adapt_list(then, made, 3, expected(then.outputs[0], place));
        else if (type == "Split" && reads(made, 1))
            adapt_list(then, made, 1, split_sizes(then, place));
        else if (type == "Slice")
            adapt_slice(then, made, place);
    }

    void adapt_list(const operation& then, const operation& made, std::size_t k, const extents_list& wanted) {
        if (values_now(k) != wanted && is_literal(then, k) && values_now(k) && values_now(k)->size() == wanted.size())
            replace(made, k, wanted);
    }

    void adapt_slice(const operation& then, const operation& made, std::size_t place) {
        const auto cuts = map_.cuts().find(place);
        if (cuts == map_.cuts().end()) return;
        auto starts = values_now(1);
        auto ends = values_now(2);
        if (!starts || !ends) return;
        bool moved = false;
        bool ended = false;
        for (const channel_cut& one : cuts->second) {
            const std::span<const int> all(one.all);
            const auto before = buckets_.kept(all.first(static_cast<std::size_t>(one.first)));
            const auto until = buckets_.kept(all.first(static_cast<std::size_t>(one.last)));
            if (!before || !until) throw lost_channels{place};
            if (is_literal(then, 1) && *before != one.first) {
                (*starts)[one.entry] = *before;
                moved = true;
            }
            if (is_literal(then, 2) && *until != one.last) {
                (*ends)[one.entry] = *until;
                ended = true;
            }
        }
        if (moved) replace(made, 1, *starts);
        if (ended) replace(made, 2, *ends);
    }

    channel_map& map_;
    const channel_buckets& buckets_;
    std::size_t place_ = 0;
};

/// Scales the channels of one file; tries again with what could not be followed left whole.
class file_scaler {
public:
    file_scaler(const inferred& net, std::string_view file, const std::function<double(const operation&)>& share_of)
        : net_(net), file_(file), share_of_(share_of) {}

    [[nodiscard]] scaled_file run() {
        constexpr int most_tries = 64;
        for (int tries = 0; tries < most_tries; ++tries) {
            channel_map map(net_, whole_);
            try {
                if (auto done = attempt(map)) return *std::move(done);
            } catch (const lost_channels& lost) {
                leave_whole(map, lost.place);
            }
        }
        throw shape_error("the channels of this model cannot be followed");
    }

private:
    [[nodiscard]] std::optional<scaled_file> attempt(channel_map& map) {
        const channel_buckets buckets(map.classes(), [&](int home) {
            double share = -1;
            for (const std::size_t maker : map.homes()[static_cast<std::size_t>(home)].makers)
                share = std::max(share, share_of_(net_.operations[maker]));
            return share;
        });
        file_edits edits;
        {
            pruning_hook sizes(map, buckets, *net_.source, edits);
            resize_stored(map, sizes, edits);
            set_attributes(map, buckets, sizes, edits);
        }
        const std::string first = skeleton_of(file_, edits);
        const model changed = parse(byte_source::view(first, net_.source->source->name()), {});
        pruning_hook hook(map, buckets, changed, edits);
        try {
            static_cast<void>(
                infer(changed, {.dims = stated_zeros(changed), .work_limit = onnx::reread_limit, .hook = &hook}));
        } catch (const shape_error&) {
            throw lost_channels{hook.place()};
        }
        return scaled_file{skeleton_of(file_, edits), whole_layers(map, buckets)};
    }

    /// New dimensions of every stored tensor with channels.
    void resize_stored(channel_map& map, const pruning_hook& sizes, file_edits& edits) {
        std::unordered_map<const tensor*, std::size_t> constants;
        for (std::size_t i = 0; i < net_.operations.size(); ++i) {
            const operation& one = net_.operations[i];
            if (one.op->op_type == "Constant" && !one.outputs.empty() && one.outputs[0] != absent)
                constants.emplace(net_.values[one.outputs[0]].initialiser, i);
        }
        for (const channel_home& home : map.homes()) {
            const tensor* stored = net_.values[home.value].initialiser;
            const auto constant = constants.find(stored);
            const std::size_t place = constant == constants.end() ? static_cast<std::size_t>(-1) : constant->second;
            const extents_list dims = sizes.expected(home.value, reader_of(home.value));
            if (dims == numbers_of(net_.of(home.value))) continue;
            if (constant == constants.end()) {
                edits.stored[std::string(stored->name)] = dims;
            } else {
                const operation& op = net_.operations[place];
                const auto at = place_of(*op.op, *net_.source);
                if (!at || op.frame != nullptr) throw lost_channels{reader_of(home.value)};
                edits.held[*at] = dims;
            }
        }
        for (const value_info& input : net_.source->graph.inputs)
            if (const auto at = edits.stored.find(std::string(input.name)); at != edits.stored.end())
                edits.inputs[at->first] = at->second;
        for (const value_id id : net_.inputs)
            if (const auto dims = numbers_of(net_.of(id))) edits.inputs[std::string(net_.values[id].name)] = *dims;
    }

    [[nodiscard]] std::size_t reader_of(value_id id) const {
        for (std::size_t i = 0; i < net_.operations.size(); ++i)
            for (const value_id read : net_.operations[i].inputs)
                if (read == id) return i;
        return 0;
    }

    /// Groups and hidden sizes go with the channels that they count; so do sizes that a Split states.
    void set_attributes(channel_map& map, const channel_buckets& buckets, const pruning_hook& sizes,
                        file_edits& edits) const {
        const auto set = [&](std::size_t place, edited_attribute one) {
            const operation& op = net_.operations[place];
            const auto at = place_of(*op.op, *net_.source);
            if (!at || op.frame != nullptr) throw lost_channels{place};
            edits.attributes[*at].push_back(std::move(one));
        };
        for (const channel_count& one : map.counts()) {
            if (one.all.empty()) continue;
            const auto kept = buckets.kept(one.all);
            if (!kept) throw lost_channels{one.place};
            if (*kept != static_cast<std::int64_t>(one.all.size()))
                set(one.place, {std::string(one.attribute), {*kept}, false});
        }
        for (std::size_t i = 0; i < net_.operations.size(); ++i) {
            const operation& op = net_.operations[i];
            const attribute* stated = op.op->op_type == "Split" ? op.find("split") : nullptr;
            if (stated == nullptr) continue;
            const extents_list wanted = sizes.split_sizes(op, i);
            if (!wanted.empty() && wanted != stated->integers) set(i, {"split", wanted, true});
        }
    }

    /// Leaves whole what operation `place` reads; where that is so already, what its shapes were computed from.
    void leave_whole(channel_map& map, std::size_t place) {
        place = std::min(place, net_.operations.size() - 1);
        std::vector<std::size_t> open{place};
        std::set<std::size_t> seen;
        bool found = false;
        while (!open.empty() && !found) {
            std::vector<std::size_t> behind;
            for (const std::size_t at : open) {
                if (!seen.insert(at).second) continue;
                const operation& one = net_.operations[at];
                if (map.has_channels(one) && whole_.insert(at).second) found = true;
                for (const value_id id : one.inputs)
                    if (const auto maker = maker_of(id)) behind.push_back(*maker);
            }
            open = std::move(behind);
        }
        if (!found)
            for (std::size_t i = 0; i < net_.operations.size(); ++i) whole_.insert(i);
    }

    [[nodiscard]] std::optional<std::size_t> maker_of(value_id id) {
        if (makers_.empty())
            for (std::size_t i = 0; i < net_.operations.size(); ++i)
                for (const value_id out : net_.operations[i].outputs)
                    if (out != absent) makers_.emplace(out, i);
        const auto at = makers_.find(id);
        return id == absent || at == makers_.end() ? std::nullopt : std::optional(at->second);
    }

    /// Layers that make as many channels as before, with what keeps them. What the model returns is no news, unless
    /// nothing of its layer changed.
    [[nodiscard]] std::vector<std::pair<std::size_t, std::string>> whole_layers(channel_map& map,
                                                                                const channel_buckets& buckets) const {
        struct state {
            bool narrower = false;  // the channels that it makes
            bool changed = false;   // any axis of what it stores
            bool others_keep_all = false;
            int kept_by = channel_classes::nobody;
        };
        std::map<std::size_t, state> makers;
        std::map<value_id, std::set<std::size_t>> of_tensor;
        for (const channel_home& home : map.homes())
            of_tensor[home.value].insert(home.makers.begin(), home.makers.end());
        for (const channel_home& home : map.homes()) {
            const channel_list& all = map.axis(home.value, home.axis);
            const auto kept = buckets.kept(all);
            const bool changed = kept && *kept != static_cast<std::int64_t>(all.size());
            for (const std::size_t maker : of_tensor[home.value]) makers[maker].changed |= changed;
            for (const std::size_t maker : home.makers) {
                state& of = makers[maker];
                of.narrower |= changed;
                of.others_keep_all |= !all.empty() && buckets.keeps_all(all);
                if (of.kept_by == channel_classes::nobody) of.kept_by = map.classes().fixed_by(all);
            }
        }
        std::vector<std::pair<std::size_t, std::string>> whole;
        for (const auto& [maker, of] : makers) {
            const double share = share_of_(net_.operations[maker]);
            const bool returned = of.kept_by == channel_classes::results;
            if (of.narrower || share == 1.0 || share < 0 || (returned && of.changed)) continue;
            std::string because;
            if (of.kept_by >= 0) {
                const operation& by = net_.operations[static_cast<std::size_t>(of.kept_by)];
                because = describe(*by.op, by.frame);
            }
            whole.emplace_back(maker, qutibench::detail::reason_of(of.kept_by, of.others_keep_all, because));
        }
        return whole;
    }

    const inferred& net_;
    std::string_view file_;
    const std::function<double(const operation&)>& share_of_;
    std::set<std::size_t> whole_;
    std::unordered_map<value_id, std::size_t> makers_;
};

/// The file with a stored vector of its own for each node that reads one: exporters store equal vectors once, though
/// nothing ties what reads them.
[[nodiscard]] inline std::string with_own_vectors(const model& source, std::string_view file) {
    std::unordered_map<std::string_view, bool> is_read;  // vectors, and whether a node before has read them
    for (const tensor& stored : source.graph.initialisers) {
        const auto is_wide = [](std::int64_t extent) { return extent > 1; };
        if (is_floating(stored.type) && std::count_if(stored.dims.begin(), stored.dims.end(), is_wide) == 1)
            is_read.emplace(stored.name, false);
    }
    file_edits edits;
    for (std::size_t place = 0; place < source.graph.nodes.size(); ++place) {
        const auto& inputs = source.graph.nodes[place].inputs;
        for (std::size_t k = 0; k < inputs.size(); ++k)
            if (const auto vector = is_read.find(inputs[k]); vector != is_read.end())
                if (std::exchange(vector->second, true)) edits.copied.insert({place, k});
    }
    return skeleton_of(file, edits);
}

}  // namespace detail

/// Scales the channels that each operation makes by `share_of(operation)`.
[[nodiscard]] inline scaled_file scale_file(const inferred& net, std::string_view file,
                                            const std::function<double(const operation&)>& share_of) {
    return detail::file_scaler(net, file, share_of).run();
}

}  // namespace qutibench::onnx
