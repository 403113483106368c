// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Attention operators of ai.onnx.
#pragma once

#include <qutibench/io/onnx/ops/elementwise.hpp>

namespace qutibench::onnx::detail {

/// The dimensions of scaled dot-product attention, in whichever layout its inputs come.
struct attention_dimensions {
    dimension batch, query_heads, key_heads, queries, keys, past, total, head, value_head;
};

/// Size of one head of input `i`: its last dimension, divided by `heads` when the heads are packed into it.
[[nodiscard]] inline dimension head_size(const node_context& c, std::size_t i, dimension heads) {
    const auto* dims = c.dims(i);
    if (dims == nullptr || dims->empty()) return {};
    if (dims->size() == 4) return dims->back();
    return heads.known() && heads.value() > 0 ? divide_exactly(c, dims->back(), heads.value(), "the number of heads")
                                              : dimension();
}

/// Reads Q, K, V of ai.onnx Attention: 4-D [batch, heads, sequence, head], or 3-D with the heads packed.
[[nodiscard]] inline attention_dimensions read_attention(const node_context& c) {
    attention_dimensions d;
    const bool packed = c.dims(0) != nullptr && c.dims(0)->size() == 3;
    const auto count = [&c](std::string_view name) {
        const std::int64_t value = c.integer(name, 0);
        return value > 0 ? dimension(value) : dimension();
    };
    d.batch = c.dim(0, 0);
    d.query_heads = packed ? count("q_num_heads") : c.dim(0, 1);
    d.key_heads = packed ? count("kv_num_heads") : c.dim(1, 1);
    d.queries = c.dim(0, packed ? 1 : 2);
    d.keys = c.dim(1, packed ? 1 : 2);
    d.past = c.has(4) ? c.dim(4, 2) : dimension(0);
    d.total = add(d.keys, d.past);
    d.head = head_size(c, 0, d.query_heads);
    d.value_head = head_size(c, 2, d.key_heads);
    return d;
}

/// Y, the grown key and value caches, and the attention scores.
inline void infer_attention(node_context& c) {
    const auto* query = c.dims(0);
    if (query == nullptr || c.dims(1) == nullptr || c.dims(2) == nullptr) {
        for (std::size_t i = 0; i < c.output_count(); ++i) c.set_rank(i, c.type(0), 4);
        return query != nullptr ? c.set_rank(0, c.type(0), query->size()) : c.set_unranked(0, c.type(0));
    }
    if (query->size() != 3 && query->size() != 4)
        c.fail("the query is " + to_text(*query) + "; 3 or 4 dimensions are needed");
    const attention_dimensions d = read_attention(c);
    if (query->size() == 3)
        c.set(0, c.type(0), dimensions{d.batch, d.queries, multiply(d.query_heads, d.value_head)});
    else
        c.set(0, c.type(0), dimensions{d.batch, d.query_heads, d.queries, d.value_head});
    c.set(1, c.type(1), dimensions{d.batch, d.key_heads, d.total, head_size(c, 1, d.key_heads)});
    c.set(2, c.type(2), dimensions{d.batch, d.key_heads, d.total, d.value_head});
    c.set(3, c.type(0), dimensions{d.batch, d.query_heads, d.queries, d.total});
}

/// FlexAttention: 4-D only; its sub-graphs change no shape.
inline void infer_flex_attention(node_context& c) {
    c.set(0, c.type(0), dimensions{c.dim(0, 0), c.dim(0, 1), c.dim(0, 2), c.dim(2, 3)});
}

/// LinearAttention: packed heads; the state is [batch, key heads, key head, value head].
inline void infer_linear_attention(node_context& c) {
    const std::int64_t query_heads = c.integer("q_num_heads", 0);
    const std::int64_t key_heads = c.integer("kv_num_heads", 0);
    c.require(query_heads > 0 && key_heads > 0, "q_num_heads and kv_num_heads must be positive");
    const dimension key =
        c.has(3) && c.dim(3, 2).known() ? c.dim(3, 2) : divide_exactly(c, c.dim(1, 2), key_heads, "kv_num_heads");
    const dimension value =
        c.has(3) && c.dim(3, 3).known() ? c.dim(3, 3) : divide_exactly(c, c.dim(2, 2), key_heads, "kv_num_heads");
    c.set(0, c.type(0), dimensions{c.dim(0, 0), c.dim(0, 1), multiply(query_heads, value)});
    c.set(1, c.has(3) ? c.type(3) : c.type(0), dimensions{c.dim(0, 0), dimension(key_heads), key, value});
}

inline constexpr operator_entry attention_operators[] = {
    {"", "Attention", infer_attention},
    {"", "LinearAttention", infer_linear_attention},
    {"", "RotaryEmbedding", infer_same},
    {"ai.onnx.preview", "FlexAttention", infer_flex_attention},
};

}  // namespace qutibench::onnx::detail
