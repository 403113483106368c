// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Normalisations and attention that exporters write as their arithmetic.
#pragma once

#include <qutibench/io/onnx/patterns.hpp>

namespace qutibench::onnx::detail {

/// A mean over `axes`, which stay as ones: of what.
inline value_id node_patterns::mean_of(value_id id, std::vector<std::int64_t>& axes,
                                       std::vector<const operation*>& inner) const {
    const operation* mean = maker(id, "ReduceMean");
    if (mean == nullptr || settings(*mean).integer("keepdims", 1) == 0) return absent;
    const attribute* stated = mean->find("axes");
    const auto read = integers_in(source_, *mean, 1);
    if (stated == nullptr && !read) return absent;
    axes = stated != nullptr ? stated->integers : *read;
    const auto rank = static_cast<std::int64_t>(source_.of(mean->inputs[0]).dims.size());
    for (std::int64_t& axis : axes) axis += axis < 0 ? rank : 0;
    std::sort(axes.begin(), axes.end());
    inner.push_back(mean);
    return mean->inputs[0];
}

/// sqrt(mean(d * d) + epsilon), where `id` is that: d.
inline value_id node_patterns::root_of(value_id id, std::vector<std::int64_t>& axes,
                                       std::vector<const operation*>& inner) const {
    const operation* root = maker(id, "Sqrt");
    const operation* add = root == nullptr ? nullptr : maker(root->inputs[0], "Add");
    if (add == nullptr || add->inputs.size() != 2) return absent;
    const value_id variance = number(add->inputs[1])   ? add->inputs[0]
                              : number(add->inputs[0]) ? add->inputs[1]
                                                       : absent;
    const value_id square = mean_of(variance, axes, inner);
    const operation* power = maker(square, "Pow");
    const operation* product = maker(square, "Mul");
    const bool is_square = power != nullptr ? number(power->inputs[1]) == 2.0
                                            : product != nullptr && product->inputs.size() == 2 &&
                                                  product->inputs[0] == product->inputs[1];
    if (!is_square) return absent;
    inner.insert(inner.end(), {root, add, power != nullptr ? power : product});
    return power != nullptr ? power->inputs[0] : product->inputs[0];
}

/// (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon) * scale + shift (Ba et al., arXiv:1607.06450, equation 4),
/// or by the root mean square alone (Zhang and Sennrich, arXiv:1910.07467); scale and shift may be left out.
inline void node_patterns::normalised(const counted_operation& of) {
    const operation* last = of.source;
    std::vector<const operation*> inner;
    std::vector<std::int64_t> axes;
    value_id top = absent;
    value_id root = absent;
    const std::string_view type = last->op->op_type;
    if (type == "Div" && last->inputs.size() == 2) {
        top = last->inputs[0];
        root = last->inputs[1];
    } else if (type == "Mul" && last->inputs.size() == 2) {
        for (const std::size_t k : {0U, 1U})
            if (const operation* inverse = maker(last->inputs[k], "Reciprocal")) {
                inner.push_back(inverse);
                root = inverse->inputs[0];
                top = last->inputs[1 - k];
            }
    }
    if (root == absent) return;
    const value_id centred = root_of(root, axes, inner);
    if (centred == absent || axes.empty()) return;
    value_id x = top;
    bool is_centred = false;
    for (const value_id id : {top, centred}) {
        const operation* difference = maker(id, "Sub");
        std::vector<std::int64_t> over;
        std::vector<const operation*> mean;
        if (difference == nullptr || difference->inputs.size() != 2) continue;
        const value_id from = difference->inputs[0];
        if (mean_of(difference->inputs[1], over, mean) != from || over != axes) continue;
        x = from;
        is_centred = true;
        for (const operation* one : {difference, mean.front()})
            if (std::find(inner.begin(), inner.end(), one) == inner.end()) inner.push_back(one);
    }
    if (!is_centred && top != centred) return;
    finish_normalisation(last, x, axes, is_centred, std::move(inner));
}

/// Steps from the end of a normalisation over a product with stored scales and a sum with stored shifts, where they
/// follow: how many of these count as parameters.
inline std::int64_t node_patterns::follow_vectors(const operation*& last, std::vector<const operation*>& inner) const {
    std::int64_t parameters = 0;
    for (const std::string_view type : {"Mul", "Add"}) {
        const operation* next = readers_[last->outputs[0]] == 1 ? reader_of_[last->outputs[0]] : nullptr;
        if (next == nullptr || next->op->op_type != type || next->outputs.empty()) continue;
        const value_id vector = beside(*next, last->outputs[0]);
        if (vector == absent || !is_constant(vector) || counted_of(next->outputs[0]) == nullptr) continue;
        parameters += makers_[next->outputs[0]]->cost.parameters;
        inner.push_back(last);
        last = next;
    }
    return parameters;
}

inline void node_patterns::finish_normalisation(const operation* last, value_id x,
                                                const std::vector<std::int64_t>& axes, bool is_centred,
                                                std::vector<const operation*> inner) {
    const auto rank = static_cast<std::int64_t>(source_.of(x).dims.size());
    layer_normalization layer{.axes = static_cast<int>(axes.size()), .root_mean_square = !is_centred};
    layer.channels_first = axes.size() == 1 && axes[0] == 1 && rank > 2;
    if (!layer.channels_first && axes.front() != rank - layer.axes) return;
    const std::int64_t parameters = follow_vectors(last, inner);
    if (!is_layer_of(x, last->outputs[0]) || !is_same_shape(x, last->outputs[0]) || !is_closed(*last, inner)) return;
    std::int64_t elements = 1;
    for (const std::int64_t axis : axes) elements *= source_.of(x).dims[static_cast<std::size_t>(axis)].value();
    if (parameters % elements != 0 || parameters / elements > (is_centred ? 2 : 1)) return;
    layer.vectors = static_cast<int>(parameters / elements);
    group(*last, any_layer(layer), {x}, inner);
}

/// The nodes of a normalisation of all axes but the first two, without scale and shift, of which `core` is the last.
inline std::optional<std::vector<const operation*>> node_patterns::plain_normalisation(const operation& core) const {
    const auto rank = static_cast<int>(source_.of(core.outputs[0]).dims.size());
    if (const auto at = found_.find(&core); at != found_.end()) {
        const auto* is = at->second.layer ? at->second.layer->as<layer_normalization>() : nullptr;
        if (is == nullptr || is->root_mean_square || is->channels_first || is->axes != rank - 2 || is->vectors != 0)
            return {};
        auto all = at->second.inner;
        all.push_back(&core);
        return all;
    }
    const bool is_instance = core.op->op_type == "InstanceNormalization" && rank > 2;
    if (!is_instance || makers_[core.outputs[0]]->cost.parameters != 0) return {};
    return std::vector{&core};
}

/// A reshape to groups of channels, their normalisation, the reshape back, and scale and shift of each channel (Wu and
/// He, Group Normalization, ECCV 2018, equation 7), as PyTorch's exporters write it.
inline void node_patterns::grouped(const counted_operation& of) {
    const operation* last = of.source;
    if (last->op->op_type != "Reshape") return;
    const counted_operation* const before = counted_of(last->inputs[0]);
    if (before == nullptr) return;
    const auto within = plain_normalisation(*before->source);
    if (!within) return;
    const operation* core = within->back();
    const auto begins = found_.find(core);
    const value_id cut = begins == found_.end() ? core->inputs[0] : begins->second.reads[0];
    const operation* split = maker(cut, "Reshape");
    if (split == nullptr || found_.count(split) != 0 || readers_[core->outputs[0]] != 1) return;
    int reads = 0;
    for (const operation* one : *within)
        reads += static_cast<int>(std::count(one->inputs.begin(), one->inputs.end(), cut));
    const value_id x = split->inputs[0];
    if (reads != readers_[cut] || !is_layer_of(x, last->outputs[0]) || !source_.of(cut).fully_known()) return;
    const dimensions& dims = source_.of(x).dims;
    const dimensions& parts = source_.of(cut).dims;
    const bool divides = dims.size() > 2 && parts[0].value() == dims[0].value() && parts[1].value() > 0 &&
                         dims[1].value() % parts[1].value() == 0;
    if (!divides) return;
    std::vector<const operation*> inner;
    const std::int64_t parameters = follow_vectors(last, inner);
    const std::int64_t channels = dims[1].value();
    if (!is_same_shape(x, last->outputs[0]) || parameters % channels != 0 || parameters / channels > 2 ||
        !is_closed(*last, inner))
        return;
    inner.insert(inner.end(), within->begin(), within->end());
    inner.push_back(split);
    const group_normalization layer{.groups = parts[1].value(), .vectors = static_cast<int>(parameters / channels)};
    group(*last, any_layer(layer), {x}, inner);
}

/// softmax(q k^T * scale + mask) v (Vaswani et al., NeurIPS 2017, equation 1), scale and mask left out or not.
inline void node_patterns::attended(const counted_operation& of) {
    const operation& last = *of.source;
    if (last.op->op_type != "MatMul" || of.kind != layer_kind::matmul) return;
    const operation* scores = maker(last.inputs[0], "Softmax");
    if (scores == nullptr) return;
    const auto rank = static_cast<std::int64_t>(source_.of(last.inputs[0]).dims.size());
    const std::int64_t axis = settings(*scores).integer("axis", scores->opset >= 13 ? -1 : 1);
    if ((rank != 3 && rank != 4) || (axis != -1 && axis + 1 != rank)) return;
    std::vector<const operation*> inner{scores};
    value_id at = scores->inputs[0];
    value_id mask = absent;
    if (const operation* add = maker(at, "Add"); add != nullptr && add->inputs.size() == 2) {
        const std::size_t k = is_scaled_product(add->inputs[0]) ? 0 : 1;
        if (makers_[at]->cost.parameters > 0) return;  // a learned bias is a layer of its own
        mask = add->inputs[1 - k];
        at = add->inputs[k];
        inner.push_back(add);
    }
    for (const std::string_view type : {"Mul", "Div"})
        if (const operation* scaled = maker(at, type); scaled != nullptr && scaled->inputs.size() == 2)
            for (const std::size_t k : {0U, 1U})
                if (number(scaled->inputs[k]) && (k == 1 || type == "Mul")) {
                    at = scaled->inputs[1 - k];
                    inner.push_back(scaled);
                    break;
                }
    const operation* product = maker(at, "MatMul");
    if (product == nullptr || makers_[at]->kind != layer_kind::matmul) return;
    inner.push_back(product);
    finish_attention(last, *product, mask, std::move(inner));
}
inline bool node_patterns::is_scaled_product(value_id id) const {
    return maker(id, "MatMul") != nullptr || maker(id, "Mul") != nullptr || maker(id, "Div") != nullptr;
}

inline void node_patterns::finish_attention(const operation& last, const operation& product, value_id mask,
                                            std::vector<const operation*> inner) {
    std::vector<value_id> reads{product.inputs[0], product.inputs[1], last.inputs[1]};
    attention layer{.keys_transposed = true};
    const std::size_t rank = source_.of(reads[0]).dims.size();
    if (const operation* turned = maker(reads[1], "Transpose"); turned != nullptr && readers_[reads[1]] == 1) {
        const auto* order = settings(*turned).list("perm", rank);
        std::vector<std::int64_t> last_two(rank);
        for (std::size_t k = 0; k < rank; ++k) last_two[k] = static_cast<std::int64_t>(k);
        if (rank > 2) std::swap(last_two[rank - 1], last_two[rank - 2]);
        if (order != nullptr && *order == last_two && found_.count(turned) == 0) {
            reads[1] = turned->inputs[0];
            inner.push_back(turned);
            layer.keys_transposed = false;
        }
    }
    std::vector<shape> in;
    for (const value_id id : reads) {
        if (!is_layer_of(id, last.outputs[0])) return;
        shape extents;
        for (const dimension dim : source_.of(id).dims) extents.append(dim.value());
        in.push_back(extents);
    }
    if (mask != absent && varying_[mask] != 0 && is_layer_of(mask, last.outputs[0])) {
        reads.push_back(mask);
        in.push_back(in[0]);
    }
    if (in[0].rank() == 4) layer.heads = in[0][1];
    if (in[1].rank() == 4) layer.key_heads = in[1][1];
    const std::int64_t macs =
        qutibench::detail::add(makers_[product.outputs[0]]->cost.macs, makers_[last.outputs[0]]->cost.macs);
    try {
        if (layer.cost(in).macs != macs || !is_closed(last, inner)) return;
    } catch (const shape_error&) {
        return;  // products of other shapes than attention's
    }
    group(last, any_layer(layer), std::move(reads), inner);
}

}  // namespace qutibench::onnx::detail
