// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// com.microsoft attention operators
/// (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
#pragma once

#include <qutibench/io/onnx/ops/attention.hpp>

namespace qutibench::onnx::detail {

[[nodiscard]] inline dimension positive_attribute(const node_context& c, std::string_view name) {
    const std::int64_t value = c.integer(name, 0);
    return value > 0 ? dimension(value) : dimension();
}

/// a / b, unknown when either is, or when it is not exact.
[[nodiscard]] inline dimension quotient(dimension a, dimension b) {
    return a.known() && b.known() && b.value() > 0 && a.value() % b.value() == 0 ? dimension(a.value() / b.value())
                                                                                 : dimension();
}

/// Attention, QAttention: input [B, S, hidden], one weight matrix for Q, K and V; `past` is an input [2, B, N, P, H].
[[nodiscard]] inline attention_dimensions read_fused_attention(const node_context& c, std::size_t past) {
    attention_dimensions d;
    d.batch = c.dim(0, 0);
    d.queries = d.keys = c.dim(0, 1);
    d.query_heads = d.key_heads = positive_attribute(c, "num_heads");
    dimension query = quotient(c.dim(1, 1), 3);
    dimension value = query;
    if (const auto* sizes = c.integer_list("qkv_hidden_sizes"); sizes != nullptr && sizes->size() == 3) {
        c.require((*sizes)[0] > 0 && (*sizes)[2] > 0, "qkv_hidden_sizes must be positive");
        query = (*sizes)[0];
        value = (*sizes)[2];
    }
    d.head = quotient(query, d.query_heads);
    d.value_head = quotient(value, d.key_heads);
    d.past = c.has(past) ? c.dim(past, 3) : dimension(0);
    d.total = c.integer("past_present_share_buffer", 0) != 0 ? d.past : add(d.keys, d.past);
    return d;
}

inline void set_fused_attention(node_context& c, std::size_t past, element_type type) {
    const attention_dimensions d = read_fused_attention(c, past);
    c.set(0, type, dimensions{d.batch, d.queries, multiply(d.query_heads, d.value_head)});
    c.set(1, type, dimensions{dimension(2), d.batch, d.query_heads, d.total, d.head});
}

inline void infer_fused_attention(node_context& c) {
    set_fused_attention(c, 4, c.type(0));
}
inline void infer_quantized_attention(node_context& c) {
    set_fused_attention(c, 8, c.type(3));
}

/// MultiHeadAttention: the query is [B, S, hidden] or packed with keys and values as [B, S, N, 3, H]; keys are
/// [B, L, hidden], [B, N, L, H] or packed with the values as [B, L, N, 2, H].
[[nodiscard]] inline attention_dimensions read_multi_head(const node_context& c) {
    attention_dimensions d;
    const auto rank = [&c](std::size_t i) { return c.dims(i) != nullptr ? c.dims(i)->size() : 0; };
    d.batch = c.dim(0, 0);
    d.queries = c.dim(0, 1);
    d.query_heads = d.key_heads = positive_attribute(c, "num_heads");
    d.head = rank(0) == 5 ? c.dim(0, 4) : quotient(c.dim(0, 2), d.query_heads);
    d.keys = rank(0) == 5 ? d.queries : rank(1) == 4 ? c.dim(1, 2) : c.dim(1, 1);
    d.value_head = rank(0) == 5 || rank(1) == 5 ? d.head
                   : rank(2) == 4               ? c.dim(2, 3)
                                                : quotient(c.dim(2, 2), d.key_heads);
    d.past = c.has(6) ? c.dim(6, 2) : dimension(0);
    d.total = add(d.keys, d.past);
    return d;
}

inline void infer_multi_head_attention(node_context& c) {
    if (c.dims(0) == nullptr) {
        for (std::size_t i = 0; i < c.output_count(); ++i) c.set_unranked(i, c.type(0));
        return;
    }
    const attention_dimensions d = read_multi_head(c);
    c.set(0, c.type(0), dimensions{d.batch, d.queries, multiply(d.query_heads, d.value_head)});
    const bool shared = c.has(8);  // past_sequence_length: past and present share a buffer
    const dimension length = shared ? d.past : d.total;
    c.set(1, c.type(0), dimensions{d.batch, d.query_heads, length, d.head});
    c.set(2, c.type(0), dimensions{d.batch, d.query_heads, length, d.value_head});
    c.set(3, c.type(0), dimensions{d.batch, d.query_heads, d.queries, d.total});
}

/// GroupQueryAttention: query [B, S, N*H] with keys and values [B, S, N_kv*H], or all packed into the query. The caches
/// are [B, N_kv, length, H]; input 6 holds the total length where it is constant.
[[nodiscard]] inline attention_dimensions read_group_query(const node_context& c) {
    attention_dimensions d;
    d.batch = c.dim(0, 0);
    d.queries = d.keys = c.dim(0, 1);
    d.query_heads = positive_attribute(c, "num_heads");
    d.key_heads = positive_attribute(c, "kv_num_heads");
    const bool packed = !c.has(1);
    d.head = quotient(c.dim(0, 2), packed ? add(d.query_heads, multiply(2, d.key_heads)) : d.query_heads);
    d.value_head = d.head;
    const scalar total = c.single(6);
    const bool no_past = !c.has(3) || c.dim(3, 2).is(0);
    d.past = no_past ? dimension(0) : c.dim(3, 2);
    d.total = total.known() ? total.as_dimension() : no_past ? d.keys : dimension();
    return d;
}

inline void infer_group_query_attention(node_context& c) {
    if (c.dims(0) == nullptr) {
        for (std::size_t i = 0; i < c.output_count(); ++i) c.set_unranked(i, c.type(0));
        return;
    }
    const attention_dimensions d = read_group_query(c);
    c.set(0, c.type(0), dimensions{d.batch, d.queries, multiply(d.query_heads, d.head)});
    // Past and present may share one buffer longer than the total: it then stays as long as it is.
    const bool settled = d.total.known() && d.past.known();
    const dimension length = settled ? dimension(std::max(d.total.value(), d.past.value())) : dimension();
    const dimensions cache{d.batch, d.key_heads, d.past.is(0) ? d.total : length, d.head};
    c.set(1, c.type(0), cache);
    c.set(2, c.type(0), cache);
    c.set(3, c.type(0), dimensions{d.batch, d.query_heads, d.queries, d.total});
}

/// SparseAttention: as GroupQueryAttention, over caches that stay as long as they are.
inline void infer_sparse_attention(node_context& c) {
    const attention_dimensions d = read_group_query(c);
    if (c.dims(0) == nullptr) return c.set_unranked(0, c.type(0));
    c.set(0, c.type(0), dimensions{d.batch, d.queries, multiply(d.query_heads, d.head)});
    c.set(1, c.type(3), c.dims(3));
    c.set(2, c.type(4), c.dims(4));
}

/// PagedAttention: query [tokens, N*H], or packed with keys and values; caches [blocks, block, N_kv, H].
inline void infer_paged_attention(node_context& c) {
    const dimension query_heads = positive_attribute(c, "num_heads");
    const dimension key_heads = positive_attribute(c, "kv_num_heads");
    const dimension width = c.dim(0, 1);
    const dimension head = quotient(width, c.has(1) ? query_heads : add(query_heads, multiply(2, key_heads)));
    c.set(0, c.type(0), dimensions{c.dim(0, 0), multiply(query_heads, head)});
    c.set(1, c.type(3), c.dims(3));
    c.set(2, c.type(4), c.dims(4));
}

inline constexpr operator_entry contrib_attention_operators[] = {
    {"com.microsoft", "Attention", infer_fused_attention},
    {"com.microsoft", "GroupQueryAttention", infer_group_query_attention},
    {"com.microsoft", "MultiHeadAttention", infer_multi_head_attention},
    {"com.microsoft", "PagedAttention", infer_paged_attention},
    {"com.microsoft", "QAttention", infer_quantized_attention},
    {"com.microsoft", "RotaryEmbedding", infer_same},
    {"com.microsoft", "SparseAttention", infer_sparse_attention},
};

}  // namespace qutibench::onnx::detail
