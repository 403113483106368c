// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Groups of nodes that are one layer of the library: a product and its bias, and activations, normalisations and
/// attention that exporters write as their arithmetic.
#pragma once

#include <qutibench/io/onnx/structured.hpp>

#include <cmath>
#include <optional>

namespace qutibench::onnx::detail {

/// What a node of a group becomes: the layer that reads `reads`, or nothing, when its output is `is` under another
/// name.
struct grouped_node {
    std::optional<any_layer> layer{};
    std::vector<value_id> reads{};
    value_id is = absent;
    std::vector<const operation*> inner{};  ///< the other nodes of the group
};

/// Finds the groups of the main graph. The inference and the counts must outlive this object.
class node_patterns {
public:
    node_patterns(const inferred& source, const counts& counted)
        : source_(source), readers_(source.values.size(), 0), reader_of_(source.values.size(), nullptr),
          varying_(source.values.size(), 0), makers_(source.values.size(), nullptr) {
        for (const operation& one : source.operations) count_readers(one);
        for (const value_id id : source.outputs) readers_[id] += 2;
        for (const value_id id : source.inputs) varying_[id] = 1;
        for (const counted_operation& one : counted.operations)
            for (const value_id id : one.source->outputs)
                if (id != absent) varying_[id] = 1;
        const std::less<const operation*> before;
        for (const counted_operation& one : counted.operations) {
            const bool inside = source.operations.empty() || before(one.source, &source.operations.front()) ||
                                before(&source.operations.back(), one.source);
            if (inside || !one.counted || one.repeats != 1 || one.source->outputs.size() != 1) continue;
            if (!normal_domain(one.source->op->domain).empty()) continue;
            const value_id made = one.source->outputs[0];
            if (made != absent && makers_[made] == nullptr) makers_[made] = &one;
        }
        for (const counted_operation& one : counted.operations) {
            if (one.source->outputs.empty() || counted_of(one.source->outputs[0]) != &one) continue;
            biased(one);
            activated(one);
            normalised(one);
            grouped(one);
            attended(one);
        }
    }

    [[nodiscard]] const grouped_node* find(const operation& one) const {
        const auto at = found_.find(&one);
        return at == found_.end() ? nullptr : &at->second;
    }

private:
    void count_readers(const operation& one) {
        for (const value_id id : one.inputs)
            if (id != absent) {
                ++readers_[id];
                reader_of_[id] = &one;
            }
        for (const body& inner : one.bodies) {
            for (const operation& inside : inner.operations) count_readers(inside);
            for (const value_id id : inner.outputs)
                if (id != absent) ++readers_[id];
        }
    }

    [[nodiscard]] const counted_operation* counted_of(value_id id) const {
        return id == absent ? nullptr : makers_[id];
    }
    [[nodiscard]] const operation* maker(value_id id, std::string_view type) const {
        const counted_operation* one = counted_of(id);
        return one != nullptr && one->source->op->op_type == type ? one->source : nullptr;
    }
    [[nodiscard]] bool is_constant(value_id id) const {
        return id != absent && (source_.values[id].initialiser != nullptr || source_.of(id).value != nullptr ||
                                source_.of(id).initialiser != nullptr);
    }

    /// The number that a value of one element is.
    [[nodiscard]] std::optional<double> number(value_id id) const {
        if (!is_constant(id) || !source_.of(id).fully_known()) return {};
        const facts& of = source_.of(id);
        const auto value =
            of.value || of.initialiser == nullptr ? of.value : decode(*of.initialiser, *source_.source->source, 1);
        if (!value || value->size() != 1 || !value->front().known()) return {};
        return value->front().as_real();
    }

    /// The other operand of a node with two, where one is `id`.
    [[nodiscard]] static value_id beside(const operation& one, value_id id) {
        if (one.inputs.size() != 2) return absent;
        return one.inputs[0] == id ? one.inputs[1] : one.inputs[1] == id ? one.inputs[0] : absent;
    }
    /// What a node of this type reads besides a number near `wanted`.
    [[nodiscard]] value_id beside_number(const operation* one, double wanted) const {
        if (one == nullptr || one->inputs.size() != 2) return absent;
        for (const std::size_t k : {0U, 1U}) {
            const auto found = number(one->inputs[k]);
            if (found && std::abs(*found - wanted) < 1e-3 * std::abs(wanted)) return one->inputs[1 - k];
        }
        return absent;
    }

    /// Whether both shapes are known, and `x` is an input of the model or written by a node that counts.
    [[nodiscard]] bool is_layer_of(value_id x, value_id out) const {
        if (x == absent || varying_[x] == 0) return false;
        const facts& of = source_.of(x);
        const auto holds_some = [](dimension extent) { return extent.value() > 0; };
        return of.fully_known() && source_.of(out).fully_known() && !of.dims.empty() &&
               of.dims.size() <= shape::max_rank && std::all_of(of.dims.begin(), of.dims.end(), holds_some);
    }
    [[nodiscard]] bool is_same_shape(value_id a, value_id b) const {
        const auto same = [](dimension one, dimension other) { return one.value() == other.value(); };
        const facts& one = source_.of(a);
        const facts& other = source_.of(b);
        return one.fully_known() && other.fully_known() &&
               std::equal(one.dims.begin(), one.dims.end(), other.dims.begin(), other.dims.end(), same);
    }

    // -- a product and its bias
    // ----------------------------------------------------------------------------------------

    void biased(const counted_operation& sum) {
        const operation& add = *sum.source;
        if (add.op->op_type != "Add" || add.inputs.size() != 2) return;
        for (const std::size_t k : {0U, 1U}) {
            const operation* product = maker(add.inputs[k], "MatMul");
            const value_id vector = add.inputs[1 - k];
            if (product == nullptr || readers_[add.inputs[k]] != 1 || !is_constant(vector)) continue;
            const counted_operation& one = *makers_[product->outputs[0]];
            const auto weights = source_.of(product->inputs[1]);
            if (one.kind != layer_kind::dense || maker(product->inputs[1], "Transpose") != nullptr) continue;
            if (!weights.fully_known() || weights.dims.size() != 2) continue;
            const facts& bias = source_.of(vector);
            const std::int64_t width = weights.dims[1].value();
            if (!bias.fully_known() || bias.dims.size() != 1 || bias.dims[0].value() != width) continue;
            if (!is_layer_of(product->inputs[0], product->outputs[0]) ||
                !is_same_shape(product->outputs[0], add.outputs[0]))
                continue;
            const bool counts_here = sum.cost.parameters == width;
            if (sum.cost.parameters != 0 && !counts_here) continue;
            found_[product] = {any_layer(dense{width, counts_here}), {product->inputs[0]}};
            found_[&add] = {std::nullopt, {}, product->outputs[0]};
            return;
        }
    }

    // -- activations
    // ---------------------------------------------------------------------------------------------------

    void activated(const counted_operation& last) {
        const operation& one = *last.source;
        const std::string_view type = one.op->op_type;
        if (hard(one)) return;
        if (type == "Mul" && one.inputs.size() == 2) {
            if (gate(one, "Sigmoid", activation_function::silu)) return;
            if (gate(one, "HardSigmoid", activation_function::hard_swish)) return;
            gelu(one);
        } else if (type == "Max" && one.inputs.size() == 2) {
            for (const std::size_t k : {0U, 1U}) {
                const operation* scaled = maker(one.inputs[k], "Mul");
                const value_id x = one.inputs[1 - k];
                if (scaled == nullptr || readers_[one.inputs[k]] != 1) continue;
                const auto slope = number(beside(*scaled, x));
                if (slope && *slope > 0 && *slope < 1) return group(one, x, activation_function::leaky_relu, {scaled});
            }
        }
    }

    /// x * f(x).
    bool gate(const operation& product, std::string_view of, activation_function is) {
        for (const std::size_t k : {0U, 1U}) {
            const operation* inner = maker(product.inputs[k], of);
            const value_id x = product.inputs[1 - k];
            if (inner == nullptr || readers_[product.inputs[k]] != 1 || inner->inputs[0] != x) continue;
            if (is == activation_function::hard_swish) {
                const attribute* slope = inner->find("alpha");  // 0.2 where it is not stated
                if (slope == nullptr || std::abs(slope->real - 1.0 / 6) > 1e-3) continue;
            }
            group(product, x, is, {inner});
            return true;
        }
        return false;
    }

    /// x / 2 * (1 + erf(x / sqrt(2))), in either order of its products: Hendrycks and Gimpel, Gaussian Error Linear
    /// Units, 2016.
    void gelu(const operation& last) {
        const value_id halved = beside_number(&last, 0.5);
        if (halved != absent) {  // (x * (1 + erf)) / 2
            const operation* product = maker(halved, "Mul");
            if (product == nullptr || readers_[halved] != 1 || product->inputs.size() != 2) return;
            for (const std::size_t k : {0U, 1U})
                if (const auto inner = one_and_erf(product->inputs[k], product->inputs[1 - k])) {
                    auto all = *inner;
                    all.push_back(product);
                    return group(last, product->inputs[1 - k], activation_function::gelu, all);
                }
            return;
        }
        for (const std::size_t k : {0U, 1U}) {  // (x / 2) * (1 + erf)
            const operation* half = maker(last.inputs[1 - k], "Mul");
            const value_id x = beside_number(half, 0.5);
            if (x == absent || readers_[last.inputs[1 - k]] != 1) continue;
            if (const auto inner = one_and_erf(last.inputs[k], x)) {
                auto all = *inner;
                all.push_back(half);
                return group(last, x, activation_function::gelu, all);
            }
        }
    }

    /// The nodes of 1 + erf(x / sqrt(2)), where `sum` is that.
    [[nodiscard]] std::optional<std::vector<const operation*>> one_and_erf(value_id sum, value_id x) const {
        const operation* add = maker(sum, "Add");
        const value_id of_erf = beside_number(add, 1);
        const operation* erf = maker(of_erf, "Erf");
        if (erf == nullptr || readers_[sum] != 1 || readers_[of_erf] != 1) return {};
        const value_id scaled = erf->inputs[0];
        const operation* divided = maker(scaled, "Div");
        const operation* multiplied = maker(scaled, "Mul");
        const bool is_scaled =
            beside_number(divided, std::sqrt(2.0)) == x || beside_number(multiplied, std::sqrt(0.5)) == x;
        if (!is_scaled || readers_[scaled] != 1) return {};
        return std::vector{add, erf, divided != nullptr ? divided : multiplied};
    }

    void group(const operation& last, value_id x, activation_function is, const std::vector<const operation*>& inner) {
        if (!is_layer_of(x, last.outputs[0]) || !is_same_shape(x, last.outputs[0]) || found_.count(&last) != 0) return;
        for (const operation* one : inner)
            if (found_.count(one) != 0) return;
        group(last, any_layer(activation{is}), {x}, inner);
    }
    void group(const operation& last, any_layer layer, std::vector<value_id> reads,
               const std::vector<const operation*>& inner) {
        found_[&last] = {std::move(layer), std::move(reads), absent, inner};
        for (const operation* one : inner) found_[one] = {};
    }

    /// Whether nobody else reads what the nodes of a group compute on the way.
    [[nodiscard]] bool is_closed(const operation& last, const std::vector<const operation*>& inner) const {
        for (const operation* one : inner) {
            if (found_.count(one) != 0) return false;
            int within = 0;
            const auto count = [&](const operation& by) {
                within += static_cast<int>(std::count(by.inputs.begin(), by.inputs.end(), one->outputs[0]));
            };
            count(last);
            for (const operation* by : inner) count(*by);
            if (within != readers_[one->outputs[0]]) return false;
        }
        return found_.count(&last) == 0;
    }

    /// clip(x + 3, 0, 6), where `id` is that: its nodes.
    [[nodiscard]] std::optional<std::vector<const operation*>> shifted_clip(value_id id, value_id& x) const {
        const operation* clip = maker(id, "Clip");
        if (clip == nullptr || !is_relu6(source_, *clip)) return {};
        const operation* add = maker(clip->inputs[0], "Add");
        x = beside_number(add, 3);
        if (x == absent) return {};
        return std::vector{clip, add};
    }
    /// What a quotient by six, or a product with a sixth, is of.
    [[nodiscard]] value_id sixth(const operation& one) const {
        const std::string_view type = one.op->op_type;
        if (type == "Div" && one.inputs.size() == 2 && number(one.inputs[1]) == 6.0) return one.inputs[0];
        return type == "Mul" ? beside_number(&one, 1.0 / 6) : absent;
    }

    /// x * clip(x + 3, 0, 6) / 6 in either order (Howard et al., Searching for MobileNetV3, ICCV 2019, section 5.2),
    /// and without the first factor.
    bool hard(const operation& last) {
        const value_id of = sixth(last);
        value_id x = absent;
        if (of != absent) {
            if (const auto inner = shifted_clip(of, x)) {
                const operation* next = readers_[last.outputs[0]] == 1 ? reader_of_[last.outputs[0]] : nullptr;
                if (next != nullptr && next->op->op_type == "Mul" && beside(*next, last.outputs[0]) == x) return true;
                if (is_closed(last, *inner)) group(last, x, activation_function::hard_sigmoid, *inner);
                return true;
            }
            if (const operation* product = maker(of, "Mul"); product != nullptr && product->inputs.size() == 2)
                for (const std::size_t k : {0U, 1U})
                    if (auto inner = shifted_clip(product->inputs[k], x); inner && product->inputs[1 - k] == x) {
                        inner->push_back(product);
                        if (is_closed(last, *inner)) group(last, x, activation_function::hard_swish, *inner);
                        return true;
                    }
        }
        if (last.op->op_type != "Mul" || last.inputs.size() != 2) return false;
        for (const std::size_t k : {0U, 1U})
            for (const std::string_view type : {"Div", "Mul"})
                if (const operation* scaled = maker(last.inputs[k], type))
                    if (auto inner = shifted_clip(sixth(*scaled), x); inner && last.inputs[1 - k] == x) {
                        inner->push_back(scaled);
                        if (is_closed(last, *inner)) group(last, x, activation_function::hard_swish, *inner);
                        return true;
                    }
        return false;
    }

    // -- normalisations and attention, in patterns_wide.hpp ----------------------------------------------------------

    [[nodiscard]] value_id mean_of(value_id id, std::vector<std::int64_t>& axes,
                                   std::vector<const operation*>& inner) const;
    [[nodiscard]] value_id root_of(value_id id, std::vector<std::int64_t>& axes,
                                   std::vector<const operation*>& inner) const;
    void normalised(const counted_operation& of);
    void finish_normalisation(const operation* last, value_id x, const std::vector<std::int64_t>& axes, bool is_centred,
                              std::vector<const operation*> inner);
    [[nodiscard]] std::int64_t follow_vectors(const operation*& last, std::vector<const operation*>& inner) const;
    [[nodiscard]] std::optional<std::vector<const operation*>> plain_normalisation(const operation& core) const;
    void grouped(const counted_operation& of);
    void attended(const counted_operation& of);
    [[nodiscard]] bool is_scaled_product(value_id id) const;
    void finish_attention(const operation& last, const operation& product, value_id mask,
                          std::vector<const operation*> inner);

    const inferred& source_;
    std::vector<int> readers_;
    std::vector<const operation*> reader_of_;  // the last one
    std::vector<char> varying_;
    std::vector<const counted_operation*> makers_;
    std::unordered_map<const operation*, grouped_node> found_;
};

}  // namespace qutibench::onnx::detail

#include <qutibench/io/onnx/patterns_wide.hpp>
