// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How channels pass each operator. A rule joins axes that must agree, and says what the axes of the outputs hold.
#pragma once

#include <qutibench/io/onnx/edit/channel_map.hpp>

namespace qutibench::onnx::detail {

/// Every dimension of the first input that is one of the output, too: functions of elements, and what works along an
/// axis without changing it.
inline void channel_map::same(const operation& one) {
    for (std::size_t k = 0; k < rank(one.inputs[0]); ++k) {
        const channel_list& all = axis(one.inputs[0], k);
        if (k < rank(one.outputs[0]) && extent(one.outputs[0], k) == extent(one.inputs[0], k))
            set(one.outputs[0], k) = all;
        else
            classes_.fix(all, here_);
    }
}

/// Windows over (N, C, spatial...): channels pass, positions are not what pruning takes.
inline void channel_map::window(const operation& one) {
    same(one);
}

/// Inputs that broadcast, aligned at their last dimensions.
inline void channel_map::broadcast(const operation& one) {
    broadcast_over(one, one.inputs, one.outputs[0]);
}

inline void channel_map::broadcast_over(const operation&, const std::vector<value_id>& all, value_id out) {
    const std::size_t dims = rank(out);
    for (std::size_t k = 0; k < dims; ++k) {
        const channel_list* first = nullptr;
        for (const value_id id : all) {
            const std::size_t lower = dims - std::min(dims, rank(id));
            if (id == absent || k < lower || rank(id) > dims || extent(id, k - lower) != extent(out, k)) continue;
            const channel_list& one = axis(id, k - lower);
            if (extent(out, k) == 1) continue;
            if (first == nullptr)
                first = &one;
            else
                join(*first, one);
        }
        if (first != nullptr && !first->empty()) set(out, k) = *first;
    }
}

/// Scale and shift (any further vectors) over the last dimensions; a skip connection where input 1 is as large.
inline void channel_map::normalise(const operation& one) {
    std::vector<value_id> all;
    for (const value_id id : one.inputs)
        if (id != absent && rank(id) > 0) all.push_back(id);
    broadcast_over(one, all, one.outputs[0]);
    for (std::size_t i = 1; i < one.outputs.size(); ++i)
        if (one.outputs[i] != absent && rank(one.outputs[i]) == rank(one.outputs[0]))
            for (std::size_t k = 0; k < rank(one.outputs[i]); ++k)
                if (extent(one.outputs[i], k) == extent(one.outputs[0], k))
                    set(one.outputs[i], k) = axis(one.outputs[0], k);
}

/// Vectors over the channels of (N, C, ...); statistics of groups make the groups equal.
inline void channel_map::normalise_channels(const operation& one) {
    same(one);
    if (rank(one.inputs[0]) < 2) return;
    const std::int64_t channels = extent(one.inputs[0], 1);
    for (std::size_t i = 1; i < one.outputs.size(); ++i)  // statistics of training
        if (rank(one.outputs[i]) == 1 && extent(one.outputs[i], 0) == channels)
            set(one.outputs[i], 0) = axis(one.inputs[0], 1);
    for (std::size_t i = 1; i < one.inputs.size(); ++i)
        if (rank(in(one, i)) == 1) {
            if (extent(in(one, i), 0) == channels)
                join(one.inputs[0], 1, one.inputs[i], 0);
            else
                fix(one.inputs[i]);
        }
    const std::int64_t groups = integer(one, "num_groups", integer(one, "groups", 1));
    const channel_list all = axis(one.inputs[0], 1);
    if (all.empty() || groups < 2 || channels % groups != 0) return;
    classes_.unite_pieces(all, static_cast<std::size_t>(channels / groups));
}

/// A scale for each channel of an axis, or for the whole tensor.
inline void channel_map::quantise(const operation& one) {
    same(one);
    const std::size_t along = positive(integer(one, "axis", 1), rank(one.inputs[0]));
    for (std::size_t i = 1; i < std::min<std::size_t>(3, one.inputs.size()); ++i) {
        if (rank(in(one, i)) == 1 && along < rank(one.inputs[0]) && extent(one.inputs[i], 0) > 1)
            join(one.inputs[0], along, one.inputs[i], 0);
        else if (rank(in(one, i)) > 1)
            for (std::size_t k = 0; k < rank(one.inputs[i]); ++k)
                if (k < rank(one.inputs[0]) && extent(one.inputs[i], k) == extent(one.inputs[0], k))
                    join(one.inputs[0], k, one.inputs[i], k);
    }
}

inline void channel_map::match_products(const operation& one, value_id a, value_id b, std::size_t a_depth,
                                        std::size_t b_depth) {
    join(a, a_depth, b, b_depth);
    const value_id out = one.outputs[0];
    const std::size_t dims = rank(out);
    const std::size_t columns = rank(b) - 1 + rank(b) - 2 - b_depth;
    const std::size_t rows = rank(a) - 1 + rank(a) - 2 - a_depth;
    set(out, dims - 1) = axis(b, columns);
    set(out, dims - 2) = axis(a, rows);
    made_by(one, b, columns);
    made_by(one, a, rows);
    for (std::size_t k = 0; k + 2 < dims; ++k) {
        const bool has_a = k + rank(a) >= dims;
        const bool has_b = k + rank(b) >= dims;
        const std::size_t ka = k + rank(a) - dims;
        const std::size_t kb = k + rank(b) - dims;
        const bool a_counts = has_a && extent(a, ka) == extent(out, k);
        const bool b_counts = has_b && extent(b, kb) == extent(out, k);
        if (a_counts && b_counts && extent(out, k) > 1) join(a, ka, b, kb);
        if (a_counts)
            set(out, k) = axis(a, ka);
        else if (b_counts)
            set(out, k) = axis(b, kb);
    }
}

/// MatMul and those with its operands: inputs 0 and 1, in QLinearMatMul 0 and 3.
inline void channel_map::multiply(const operation& one) {
    const bool linear = one.op->op_type == "QLinearMatMul";
    const value_id a = in(one, 0);
    const value_id b = in(one, linear ? 3 : 1);
    if (rank(a) < 2 || rank(b) < 2 || rank(one.outputs[0]) < 2 || integer(one, "transBatchA", 0) != 0 ||
        integer(one, "transBatchB", 0) != 0)
        return fix_inputs(one);
    const std::size_t a_depth = rank(a) - (integer(one, "transA", 0) != 0 ? 2 : 1);
    const std::size_t b_depth = rank(b) - (integer(one, "transB", 0) != 0 ? 1 : 2);
    match_products(one, a, b, a_depth, b_depth);
    for (std::size_t i = linear ? 4 : 2; i < one.inputs.size(); ++i) {
        if (rank(in(one, i)) != 1 || extent(one.inputs[i], 0) == 1) continue;
        if (extent(one.inputs[i], 0) == extent(one.outputs[0], rank(one.outputs[0]) - 1))
            join(one.inputs[i], 0, one.outputs[0], rank(one.outputs[0]) - 1);
        else
            fix(one.inputs[i]);
    }
}

inline void channel_map::gemm(const operation& one) {
    const value_id a = in(one, 0);
    const value_id b = in(one, 1);
    if (rank(a) != 2 || rank(b) != 2) return fix_inputs(one);
    match_products(one, a, b, integer(one, "transA", 0) != 0 ? 0 : 1, integer(one, "transB", 0) != 0 ? 1 : 0);
    const value_id c = in(one, 2);
    for (std::size_t k = 0; k < rank(c); ++k) {
        const std::size_t to = 2 - rank(c) + k;
        if (extent(c, k) > 1) join(c, k, one.outputs[0], to);
    }
}

/// Kernels (M, C / groups, window...) in input 1 or 3. Groups keep the same channels each; with one group for each
/// channel the groups go with the channels. Along a position whose number stays, channels may stand as well.
inline void channel_map::convolve(const operation& one) {
    const bool linear = one.op->op_type == "QLinearConv";
    const value_id x = in(one, 0);
    const value_id w = in(one, linear ? 3 : 1);
    const value_id out = one.outputs[0];
    if (rank(x) < 3 || rank(w) != rank(x) || rank(out) != rank(x)) return fix_inputs(one);
    const std::int64_t groups = integer(one, "group", 1);
    const channel_list channels = axis(x, 1);
    const channel_list makes = axis(w, 0);
    for (std::size_t k = 2; k < rank(w); ++k) fix(w, k);
    fix(x, 0);
    for (std::size_t k = 2; k < rank(x); ++k) {
        if (extent(x, k) == extent(out, k))
            set(out, k) = axis(x, k);
        else
            fix(x, k);
    }
    made_by(one, w, 0);
    if (groups <= 1) {
        join(x, 1, w, 1);
    } else if (extent(w, 1) == 1 && groups == extent(x, 1)) {
        const std::size_t each = static_cast<std::size_t>(extent(w, 0) / groups);
        if (channels.empty() || makes.empty()) {
            fix(w, 0);
            classes_.fix(channels, here_);
        }
        for (std::size_t m = 0; !channels.empty() && m < makes.size(); ++m)
            classes_.unite(channels[m / each], makes[m]);
        counts_.push_back({static_cast<std::size_t>(here_), "group", channels});
    } else {
        const auto ins = static_cast<std::size_t>(extent(w, 1));
        const auto outs = static_cast<std::size_t>(extent(w, 0) / groups);
        const channel_list per_group = axis(w, 1);
        if (per_group.empty() || channels.empty()) {
            classes_.fix(channels, here_);
            fix(w, 1);
        }
        for (std::size_t c = 0; !per_group.empty() && c < channels.size(); ++c)
            classes_.unite(per_group[c % ins], channels[c]);
        for (std::size_t m = outs; m < makes.size(); ++m) classes_.unite(makes[m % outs], makes[m]);
    }
    set(out, 1) = axis(w, 0);
    for (std::size_t i = linear ? 4 : 2; i < one.inputs.size(); ++i) {
        if (rank(in(one, i)) == 1 && extent(one.inputs[i], 0) == extent(w, 0) && extent(w, 0) > 1)
            join(one.inputs[i], 0, w, 0);
        else if (rank(in(one, i)) == rank(out))
            for (std::size_t k = 0; k < rank(out); ++k) join(one.inputs[i], k, out, k);
    }
}

/// Kernels (C, M / groups, window...).
inline void channel_map::convolve_back(const operation& one) {
    const value_id x = in(one, 0);
    const value_id w = in(one, 1);
    const value_id out = one.outputs[0];
    const std::int64_t groups = integer(one, "group", 1);
    if (rank(x) < 3 || rank(w) != rank(x) || groups != 1) return fix_inputs(one);
    for (std::size_t k = 2; k < rank(w); ++k) fix(w, k);
    for (std::size_t k = 2; k < rank(x); ++k) fix(x, k);
    join(x, 1, w, 0);
    made_by(one, w, 1);
    set(out, 1) = axis(w, 1);
    if (in(one, 2) != absent) join(one.inputs[2], 0, w, 1);
}

/// LSTM, GRU, RNN: W (directions, gates * hidden, features), R (directions, gates * hidden, hidden), B (directions,
/// 2 * gates * hidden), states (directions, batch, hidden), P (directions, 3 * hidden).
inline void channel_map::recur(const operation& one) {
    const value_id x = in(one, 0);
    const value_id w = in(one, 1);
    const value_id r = in(one, 2);
    if (rank(x) != 3 || rank(w) != 3 || rank(r) != 3) return fix_inputs(one);
    join(x, 2, w, 2);
    const channel_list hidden = axis(r, 2);
    const std::size_t width = static_cast<std::size_t>(extent(r, 2));
    made_by(one, w, 1);
    made_by(one, r, 2);
    const auto follow = [&](value_id id, std::size_t k) {
        if (k >= rank(id)) return;
        const channel_list all = axis(id, k);
        if (hidden.empty() || all.empty()) return;
        for (std::size_t i = 0; i < all.size(); ++i) classes_.unite(hidden[i % width], all[i]);
    };
    follow(w, 1);
    follow(r, 1);
    follow(in(one, 3), 1);
    follow(in(one, 5), 2);
    follow(in(one, 6), 2);
    follow(in(one, 7), 1);
    if (in(one, 3) != absent && axis(one.inputs[3], 1).empty()) classes_.fix(hidden, here_);
    for (const value_id id : {in(one, 5), in(one, 6)})
        if (id != absent && rank(id) == 3 && axis(id, 2).empty()) classes_.fix(hidden, here_);
    for (const value_id id : {w, r}) fix(id, 0);
    if (in(one, 3) != absent) fix(one.inputs[3], 0);
    counts_.push_back({static_cast<std::size_t>(here_), "hidden_size", hidden});
    for (const value_id id : one.outputs)
        if (id != absent && rank(id) > 0) set(id, rank(id) - 1) = hidden;
}

/// Einsum: axes of one letter are one.
inline void channel_map::contract(const operation& one) {
    const attribute* equation = one.find("equation");
    std::string text;
    for (const char letter : equation == nullptr ? std::string_view() : equation->text)
        if (letter != ' ') text += letter;
    const std::size_t arrow = text.find("->");
    if (arrow == text.npos || text.find('.') != text.npos) return fix_inputs(one);
    std::map<char, channel_list> known;
    std::size_t at = 0;
    for (const value_id id : one.inputs) {
        const std::size_t end = std::min(text.find(',', at), arrow);
        if (end - at != rank(id)) return fix_inputs(one);
        for (std::size_t k = 0; k < rank(id); ++k) {
            const auto [entry, is_new] = known.try_emplace(text[at + k], axis(id, k));
            if (!is_new) join(entry->second, axis(id, k));
        }
        at = end + 1;
    }
    const value_id out = one.outputs[0];
    if (text.size() - arrow - 2 != rank(out)) return fix_inputs(one);
    for (std::size_t k = 0; k < rank(out); ++k) set(out, k) = known[text[arrow + 2 + k]];
    for (const value_id id : one.inputs)
        for (std::size_t k = 0; k < rank(id); ++k)
            for (std::size_t o = 0; o < rank(out); ++o)
                if (!axis(out, o).empty() && axis(out, o) == axis(id, k)) made_by(one, id, k);
}

inline channel_map::rule channel_map::rule_of(std::string_view name) {
    static const auto rules = [] {
        constexpr named_rule all[] = {
            {"Abs Acos Acosh Asin Asinh Atan Atanh Bernoulli BitwiseNot Cast CastLike Ceil Celu Clip Cos Cosh CumProd "
             "CumSum Dropout DynamicQuantizeLinear Elu Erf Exp Floor Gelu HardSigmoid HardSwish Hardmax Identity IsInf "
             "IsNaN LRN LeakyRelu Log LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Not QuickGelu "
             "Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh "
             "ThresholdedRelu Trilu",
             &channel_map::same},
            {"AveragePool GlobalAveragePool GlobalLpPool GlobalMaxPool LpPool MaxPool Resize Upsample",
             &channel_map::window},
            {"Add And BiasAdd BiasGelu BiasSoftmax BitShift BitwiseAnd BitwiseOr BitwiseXor Div Equal FastGelu Greater "
             "GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or PRelu Pow Sub Sum Where Xor",
             &channel_map::broadcast},
            {"LayerNormalization RMSNormalization SimplifiedLayerNormalization SkipLayerNormalization "
             "SkipSimplifiedLayerNormalization",
             &channel_map::normalise},
            {"BatchNormalization GroupNormalization InstanceNormalization", &channel_map::normalise_channels},
            {"DequantizeLinear QuantizeLinear", &channel_map::quantise},
            {"FusedMatMul GemmFastGelu MatMul MatMulInteger QLinearMatMul", &channel_map::multiply},
            {"FusedGemm Gemm", &channel_map::gemm},
            {"Conv ConvInteger FusedConv QLinearConv", &channel_map::convolve},
            {"ConvTranspose", &channel_map::convolve_back},
            {"GRU LSTM RNN", &channel_map::recur},
            {"Einsum", &channel_map::contract},
            {"Concat", &channel_map::concatenate},
            {"Split", &channel_map::split},
            {"Slice", &channel_map::slice},
            {"Gather", &channel_map::gather},
            {"Transpose", &channel_map::transpose},
            {"ExpandDims Flatten Reshape Squeeze Unsqueeze", &channel_map::reshape},
            {"Expand", &channel_map::expand},
            {"Tile", &channel_map::tile},
            {"Pad", &channel_map::pad},
            {"ArgMax ArgMin ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd "
             "ReduceSum ReduceSumSquare",
             &channel_map::reduce},
            {"DepthToSpace", &channel_map::to_space},
            {"SpaceToDepth", &channel_map::to_depth},
            {"Shape Size", &channel_map::no_channels},
        };
        std::unordered_map<std::string_view, rule> by_name;
        for (const named_rule& group : all)
            for (std::string_view rest = group.names; !rest.empty();) {
                const std::size_t end = std::min(rest.find(' '), rest.size());
                by_name.emplace(rest.substr(0, end), group.apply);
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        return by_name;
    }();
    const auto found = rules.find(name);
    return found == rules.end() ? nullptr : found->second;
}

}  // namespace qutibench::onnx::detail
