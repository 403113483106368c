// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/onnx/edit/adapting_hook.hpp>
#include <qutibench/transform/channel_classes.hpp>

#include <functional>
#include <set>

namespace qutibench::onnx::detail {

using qutibench::detail::channel_buckets;
using qutibench::detail::channel_classes;
using qutibench::detail::channel_list;

/// One axis of a stored tensor.
struct channel_home {
    value_id value = absent;
    std::size_t axis = 0;
    std::vector<std::size_t> makers{};  ///< operations whose outputs have these channels
};

/// A piece [first, last) of an axis, stated by entry `entry` of the lists that a Slice reads.
struct channel_cut {
    std::size_t entry = 0;
    std::int64_t first = 0, last = 0;
    channel_list all{};
};

/// An integer attribute that counts channels.
struct channel_count {
    std::size_t place = 0;
    std::string_view attribute{};
    channel_list all{};
};

/// Channels of every tensor of a model, index by index, followed from the stored tensors through each operator
/// (channel_rules.hpp). What no rule follows stays whole.
class channel_map {
public:
    /// Operations in `whole` keep what they read. The inference must outlive this object.
    channel_map(const inferred& net, const std::set<std::size_t>& whole)
        : net_(net), whole_(whole), axes_(net.values.size()), is_stored_(net.values.size(), 0),
          first_reader_(net.values.size(), -1) {
        for (std::size_t i = 0; i < net.operations.size(); ++i)
            for (const value_id id : net.operations[i].inputs)
                if (id != absent && first_reader_[id] < 0) first_reader_[id] = static_cast<int>(i);
        for (std::size_t i = 0; i < net.operations.size(); ++i) run(i);
        for (value_id id = 0; id < net.values.size(); ++id) prepare(id);
        for (const value_id id : net.outputs)
            for (std::size_t k = 0; k < rank(id); ++k) classes_.fix(axis(id, k), channel_classes::results);
    }

    [[nodiscard]] const inferred& net() const { return net_; }
    [[nodiscard]] channel_classes& classes() { return classes_; }
    [[nodiscard]] const std::vector<channel_home>& homes() const { return homes_; }
    [[nodiscard]] const std::map<std::size_t, std::vector<channel_cut>>& cuts() const { return cuts_; }
    [[nodiscard]] const std::vector<channel_count>& counts() const { return counts_; }

    /// The channels along an axis of a value; none along an axis that it lacks.
    [[nodiscard]] const channel_list& axis(value_id id, std::size_t k) {
        static const channel_list none;
        if (k >= rank(id)) return none;
        prepare(id);
        return axes_[id][k];
    }
    /// Whether some channels of what an operation reads could leave.
    [[nodiscard]] bool has_channels(const operation& one) {
        for (const value_id id : one.inputs)
            for (std::size_t k = 0; k < rank(id); ++k)
                for (const int channel : axis(id, k))
                    if (classes_.fixed_by(channel) == channel_classes::nobody) return true;
        return false;
    }

private:
    using rule = void (channel_map::*)(const operation&);
    struct named_rule {
        std::string_view names;  ///< of operators, separated by spaces
        rule apply;
    };
    [[nodiscard]] static rule rule_of(std::string_view name);

    // -- values ------------------------------------------------------------------------------------------------------

    [[nodiscard]] std::size_t rank(value_id id) const {
        return id == absent || !numbers_of(net_.of(id)) ? 0 : net_.of(id).dims.size();
    }
    [[nodiscard]] std::int64_t extent(value_id id, std::size_t k) const {
        return k < rank(id) ? net_.of(id).dims[k].value() : 0;
    }
    [[nodiscard]] value_id in(const operation& one, std::size_t k) const {
        return k < one.inputs.size() ? one.inputs[k] : absent;
    }
    [[nodiscard]] std::optional<extents_list> values(const operation& one, std::size_t k) const {
        return in(one, k) == absent ? std::nullopt : numbers(net_.of(one.inputs[k]));
    }
    [[nodiscard]] std::optional<extents_list> numbers(const facts& of) const {
        const auto value = of.value || of.initialiser == nullptr
                               ? of.value
                               : decode(*of.initialiser, *net_.source->source, integer_value_limit);
        if (!value) return {};
        extents_list all;
        for (const scalar element : *value) {
            if (!element.is_integer()) return {};
            all.push_back(element.as_integer());
        }
        return all;
    }
    [[nodiscard]] static std::int64_t integer(const operation& one, std::string_view name, std::int64_t otherwise) {
        const attribute* found = one.find(name);
        return found != nullptr && found->type == attribute_type::integer ? found->integer : otherwise;
    }
    [[nodiscard]] static std::size_t positive(std::int64_t axis, std::size_t rank) {
        return static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis);
    }

    /// Every axis of a stored tensor of numbers has channels of its own, until something says otherwise.
    void prepare(value_id id) {
        if (is_stored_[id] != 0 || !axes_[id].empty()) return;
        is_stored_[id] = 1;
        axes_[id].resize(rank(id));
        const tensor* stored = net_.values[id].initialiser;
        const element_type type = net_.of(id).type;
        if (stored == nullptr || stored->sparse || !(is_floating(type) || bits(type) == 8) ||
            type == element_type::boolean)
            return;
        for (std::size_t k = 0; k < rank(id); ++k) {
            if (extent(id, k) < 2 || extent(id, k) > (1 << 16)) continue;
            homes_.push_back({id, k});
            axes_[id][k] = classes_.fresh(extent(id, k), static_cast<int>(homes_.size()) - 1);
        }
    }

    [[nodiscard]] channel_list& set(value_id id, std::size_t k) {
        if (k >= rank(id)) return nowhere_;
        axes_[id].resize(rank(id));
        return axes_[id][k];
    }

    void fix(value_id id) {
        for (std::size_t k = 0; k < rank(id); ++k) classes_.fix(axis(id, k), here_);
    }
    void fix(value_id id, std::size_t k) { classes_.fix(axis(id, k), here_); }
    void fix_inputs(const operation& one) {
        for (const value_id id : one.inputs)
            if (id != absent) fix(id);
        for (const body& inner : one.bodies)
            for (const operation& inside : inner.operations) fix_inputs(inside);
    }

    /// Two axes with the same channels; one that may not change keeps the other.
    void join(const channel_list& a, const channel_list& b) { classes_.join(a, b, here_); }
    void join(value_id a, std::size_t i, value_id b, std::size_t j) {
        if (i < rank(a) && j < rank(b)) join(axis(a, i), axis(b, j));
    }

    /// Operation `one` makes the channels of this axis.
    void made_by(const operation& one, value_id id, std::size_t k) {
        const channel_list& all = axis(id, k);
        if (all.empty() || classes_.home_of(all.front()) < 0) return;
        static_cast<void>(one);
        homes_[static_cast<std::size_t>(classes_.home_of(all.front()))].makers.push_back(
            static_cast<std::size_t>(here_));
    }

    void run(std::size_t place) {
        const operation& one = net_.operations[place];
        here_ = static_cast<int>(place);
        bool known = true;
        for (const value_id id : one.outputs) {
            if (id == absent) continue;
            if (net_.values[id].initialiser == nullptr) {
                axes_[id].assign(rank(id), {});
                is_stored_[id] = 1;
            }
            known = known && (net_.of(id).kind != type_kind::tensor || numbers_of(net_.of(id)).has_value());
        }
        if (one.outputs.empty() || one.outputs[0] == absent || one.inputs.empty()) return;
        const rule apply = rule_of(one.op->op_type);
        if (one.inputs[0] == absent || whole_.count(place) != 0 || !one.bodies.empty() || !known || apply == nullptr)
            return fix_inputs(one);
        for (const value_id id : one.inputs)
            if (id != absent && net_.of(id).kind == type_kind::tensor && !numbers_of(net_.of(id)))
                return fix_inputs(one);
        (this->*apply)(one);
        for (const value_id id : one.outputs)
            for (std::size_t k = 0; k < rank(id); ++k) bound(id, k);
    }

    /// An axis past the limit of what lists may hold stays whole, as does one of which not every index is known.
    void bound(value_id id, std::size_t k) {
        channel_list& all = set(id, k);
        if (static_cast<std::int64_t>(all.size()) == extent(id, k)) return classes_.bound(all, here_);
        classes_.fix(all, here_);
        all.clear();
    }

    // -- rules, in channel_rules.hpp, channel_moves.hpp and channel_reshape.hpp --------------------------------------

    void no_channels(const operation&) {}
    void same(const operation& one);
    void window(const operation& one);
    void broadcast(const operation& one);
    void normalise(const operation& one);
    void normalise_channels(const operation& one);
    void quantise(const operation& one);
    void multiply(const operation& one);
    void gemm(const operation& one);
    void convolve(const operation& one);
    void convolve_back(const operation& one);
    void recur(const operation& one);
    void contract(const operation& one);
    void concatenate(const operation& one);
    void split(const operation& one);
    void slice(const operation& one);
    void gather(const operation& one);
    void transpose(const operation& one);
    void reshape(const operation& one);
    void expand(const operation& one);
    void tile(const operation& one);
    void pad(const operation& one);
    void reduce(const operation& one);
    void to_space(const operation& one);
    void to_depth(const operation& one);
    void repeat(const channel_list& all, value_id id, std::size_t k);

    void broadcast_over(const operation& one, const std::vector<value_id>& all, value_id out);
    void match_products(const operation& one, value_id a, value_id b, std::size_t a_depth, std::size_t b_depth);

    const inferred& net_;
    const std::set<std::size_t>& whole_;
    std::vector<std::vector<channel_list>> axes_;
    channel_list nowhere_;  // along axes that a value lacks
    std::vector<char> is_stored_;
    std::vector<int> first_reader_;
    channel_classes classes_;
    std::vector<channel_home> homes_;
    std::map<std::size_t, std::vector<channel_cut>> cuts_;
    std::vector<channel_count> counts_;
    int here_ = 0;
};

}  // namespace qutibench::onnx::detail

#include <qutibench/io/onnx/edit/channel_moves.hpp>
#include <qutibench/io/onnx/edit/channel_reshape.hpp>
#include <qutibench/io/onnx/edit/channel_rules.hpp>
