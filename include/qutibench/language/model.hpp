// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A language model by its structure: enough for exact counts, and for the graph of any pass.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/error.hpp>
#include <qutibench/language/blocks.hpp>
#include <qutibench/language/precision.hpp>

#include <string>
#include <vector>

namespace qutibench {

/// A language model: a vocabulary, blocks, and the order in which they stand. `load_language_model` reads one from a
/// config.json, the zoo has a dozen by name, and `shard` gives what one of several devices holds.
struct language_model {
    std::string name{};
    std::string family{};  ///< `model_type` of its config.json
    std::int64_t vocabulary = 1;
    std::int64_t width = 1;      ///< elements of a position between blocks
    std::int64_t embedded = 0;   ///< elements of a vocabulary's vector where they differ; 0: `width`
    std::int64_t positions = 0;  ///< rows of a learned table of positions; 0: none
    std::int64_t relative = 0;   ///< learned biases of relative positions (T5)
    std::int64_t longest = 0;    ///< tokens of the longest context; 0: not stated
    bool tied = false;           ///< head and embedding are one table
    bool head_bias = false;
    bool encoder = false;  ///< every position sees all; no cache, no head
    bool embedding_norm = false;
    bool final_norm = true;
    std::int64_t types = 0;   ///< rows of a table of token types (BERT)
    std::int64_t pooler = 0;  ///< features of a dense layer on the first token
    bool gelu = false;        ///< instead of a sigmoid-weighted unit
    norm_style norms{};
    std::vector<language_block> blocks{};  ///< each kind once
    std::vector<std::uint16_t> order{};    ///< index into `blocks`, first layer first
    language_precision stored{};           ///< as the checkpoint holds it
    std::int64_t stored_bytes = 0;         ///< of all tensors, by the headers of their files; 0: not read
    std::int64_t ranks = 1;                ///< devices that this is one of
    std::vector<std::string> warnings{};   ///< what was left out, field by field

    [[nodiscard]] std::int64_t layers() const { return static_cast<std::int64_t>(order.size()); }
    /// How often each kind of block stands in the model.
    [[nodiscard]] std::int64_t count(std::size_t block) const {
        std::int64_t sum = 0;
        for (const std::uint16_t one : order) sum += one == block ? 1 : 0;
        return sum;
    }

    friend bool operator==(const language_model&, const language_model&) = default;
};

}  // namespace qutibench
