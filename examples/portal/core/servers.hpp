// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Servers of language models as the page asks for them.
#pragma once

#include "session.hpp"

#include <qutibench/ask/serving.hpp>

namespace portal {

/// The servers that an object names: `platforms`, `precision` as words, `concurrency`, `tensor_parallel` and the
/// other counts of devices as lists, the lengths as numbers. Throws parse_error with the place of what is wrong.
[[nodiscard]] inline qutibench::servers servers_of(const qutibench::detail::json_reader& in,
                                                   const qutibench::language_model& model, session& known) {
    in.expect_keys({"model", "platforms", "precision", "concurrency", "tensor_parallel", "data_parallel",
                    "expert_parallel", "pipeline_parallel", "prompt_tokens", "output_tokens"});
    qutibench::servers of;
    std::vector<std::string> platforms;
    std::vector<std::string> words;
    qutibench::detail::read_axis(in, "platforms", platforms);
    qutibench::detail::read_axis(in, "precision", words);
    for (const std::string& name : platforms) of.platforms.push_back(known.device(name));
    of.precisions = in.checked([&] { return qutibench::parse_language_precisions(model.stored, words); });
    qutibench::detail::read_axis(in, "concurrency", of.concurrencies);
    qutibench::detail::read_axis(in, "tensor_parallel", of.layouts.tensor);
    qutibench::detail::read_axis(in, "data_parallel", of.layouts.data);
    qutibench::detail::read_axis(in, "expert_parallel", of.layouts.expert);
    qutibench::detail::read_axis(in, "pipeline_parallel", of.layouts.pipeline);
    if (const auto one = in.find("prompt_tokens")) of.ask.prompt_tokens = one->number();
    if (const auto one = in.find("output_tokens")) of.ask.output_tokens = one->number();
    return of;
}

}  // namespace portal
