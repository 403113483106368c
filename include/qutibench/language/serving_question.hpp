// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/names.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace qutibench {

/// Which server runs the model. All share one law; they differ in what a time to the first token depends on.
enum class serving_framework : unsigned char { vllm, trtllm, sglang };
template <>
inline constexpr enumeration<3> names_of<serving_framework>{"serving framework", {"vllm", "trtllm", "sglang"}};

/// What is asked of a server. Token counts are means and may be fractions.
struct serving_question {
    double prompt_tokens = 1024;
    double output_tokens = 256;
    double concurrency = 1;  ///< requests in flight, in a closed loop
    serving_framework framework = serving_framework::vllm;
    double prefix_hit = 0;          ///< share of a prompt whose keys and values are in the cache already, in [0, 1)
    double chunk = 0;               ///< positions of one piece of a prompt; 0: whole prompts
    double draft_tokens = 0;        ///< that a draft proposes and one step verifies; 0: no speculative decoding
    double draft_acceptance = 0;    ///< probability that a proposed token is accepted, in [0, 1]
    double draft_cost = 0;          ///< time of drafting one token over that of a decode step
    bool separate_prefill = false;  ///< prompts are read on devices of their own, and their cache sent over the link
    double memory_share = .9;       ///< of a device's memory that the server may take, in (0, 1]

    friend constexpr bool operator==(const serving_question&, const serving_question&) = default;
};

/// Throws invalid_argument on a figure outside its range, and on those of a draft where no draft proposes anything.
inline void check(const serving_question& ask) {
    const auto within = [](double value, double from, double to, std::string_view what) {
        if (!(value >= from && value <= to))
            throw invalid_argument(detail::message({what, " must be between ", from, " and ", to, ", not ", value}));
    };
    within(ask.prompt_tokens, 1, 1e9, "prompt_tokens");
    within(ask.output_tokens, 1, 1e9, "output_tokens");
    within(ask.concurrency, 1, 1e7, "concurrency");
    within(ask.prefix_hit, 0, .999999, "prefix_hit");
    within(ask.chunk, 0, 1e9, "chunk");
    within(ask.draft_tokens, 0, 64, "draft_tokens");
    within(ask.draft_acceptance, 0, 1, "draft_acceptance");
    within(ask.draft_cost, 0, 10, "draft_cost");
    within(ask.memory_share, 1e-6, 1, "memory_share");
    if (ask.draft_tokens == 0 && (ask.draft_acceptance != 0 || ask.draft_cost != 0))
        throw invalid_argument("draft_acceptance and draft_cost are of a draft: give draft_tokens");
}

}  // namespace qutibench
