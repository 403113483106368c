// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Scaled dot-product attention: queries * keys * (head + value head) multiply-accumulates per batch and query head,
/// five operations per score for softmax. A causal mask saves nothing: dense kernels compute masked scores too.
#pragma once

#include <qutibench/io/onnx/cost/sheet.hpp>
#include <qutibench/io/onnx/ops/contrib_attention.hpp>

namespace qutibench::onnx::detail {

inline void add_attention(const attention_dimensions& d, cost_sheet& sheet) {
    const bool known = d.batch.known() && d.query_heads.known() && d.queries.known() && d.total.known() &&
                       d.head.known() && d.value_head.known();
    sheet.counted = sheet.counted && known;
    if (!known) return;
    const std::int64_t heads = times(d.batch.value(), d.query_heads.value());
    sheet.product({d.queries.value(), d.total.value(), d.head.value(), heads});
    sheet.product({d.queries.value(), d.value_head.value(), d.total.value(), heads});
    sheet.operations(times(times(5, d.queries.value(), d.total.value()), heads));
    if (d.past.known() && d.key_heads.known())
        sheet.cost.state =
            times(times(d.batch.value(), d.past.value()), d.key_heads.value(), d.head.value() + d.value_head.value());
}

inline void cost_attention(const node_context& c, cost_sheet& sheet) {
    add_attention(read_attention(c), sheet);
}

/// FlexAttention; its modifying sub-graphs have no cost model.
inline void cost_flex_attention(const node_context& c, cost_sheet& sheet) {
    attention_dimensions d;
    d.batch = c.dim(0, 0);
    d.query_heads = c.dim(0, 1);
    d.key_heads = c.dim(1, 1);
    d.queries = c.dim(0, 2);
    d.total = d.keys = c.dim(1, 2);
    d.past = 0;
    d.head = c.dim(0, 3);
    d.value_head = c.dim(2, 3);
    add_attention(d, sheet);
    if (c.find("score_mod") != nullptr || c.find("prob_mod") != nullptr) sheet.counted = false;
}

/// Attention and QAttention of com.microsoft: one projection to queries, keys and values, then attention.
template <std::size_t Past>
void cost_fused_attention(const node_context& c, cost_sheet& sheet) {
    if (!has_ranks(c, sheet, {{0, 3}, {1, 2}})) return;
    const std::int64_t rows = times(c.dim(0, 0).value(), c.dim(0, 1).value());
    sheet.product({rows, c.dim(1, 1).value(), c.dim(1, 0).value(), 1});
    if (c.has(2)) sheet.operations(times(rows, c.dim(1, 1).value()));
    sheet.weights(1);
    sheet.bias(2);
    add_attention(read_fused_attention(c, Past), sheet);
}

inline void cost_multi_head(const node_context& c, cost_sheet& sheet) {
    add_attention(read_multi_head(c), sheet);
    if (c.has(3)) sheet.operations(in_count(c, 0));
    sheet.bias(3);
}

/// GroupQueryAttention; without a constant total length the cache is taken as long as its tensor. Rotary embedding
/// inside it takes three operations per element of queries and keys.
inline void cost_group_query(const node_context& c, cost_sheet& sheet) {
    attention_dimensions d = read_group_query(c);
    if (!d.total.known()) d.total = add(d.past, d.keys);
    add_attention(d, sheet);
    if (c.integer("do_rotary", 0) != 0)
        sheet.operations(times(3, qutibench::detail::add(in_count(c, 0), in_count(c, 1))));
}

/// LinearAttention: every token updates and reads a state of head * value head per key head, and the delta rules read
/// it once more for the correction.
inline void cost_linear_attention(const node_context& c, cost_sheet& sheet) {
    if (!has_ranks(c, sheet, {{0, 3}}) || c.output_dims(1) == nullptr || c.output_dims(1)->size() != 4) {
        sheet.counted = false;
        return;
    }
    const dimensions& state = *c.output_dims(1);
    const std::string_view rule = c.text("update_rule", "gated_delta");
    const std::int64_t query_heads = c.integer("q_num_heads", 1);
    const std::int64_t reads = rule == "delta" || rule == "gated_delta" ? 2 : 1;
    const std::int64_t tokens = times(c.dim(0, 0).value(), c.dim(0, 1).value());
    const std::int64_t key_heads = times(reads, state[1].value());
    sheet.product({tokens, state[3].value(), state[2].value(), qutibench::detail::add(query_heads, key_heads)});
    if (rule == "gated" || rule == "gated_delta") sheet.operations(times(tokens, count_of(state, 1, 4)));
    sheet.cost.state = count_of(state);
}

}  // namespace qutibench::onnx::detail
