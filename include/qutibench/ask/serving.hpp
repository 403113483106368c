// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Questions about servers of language models, and their answers as records: what the command line and the page print.
#pragma once

#include <qutibench/ask/records.hpp>
#include <qutibench/io/language/serving_record.hpp>
#include <qutibench/language/goodput.hpp>
#include <qutibench/language/zoo.hpp>

#include <memory>

namespace qutibench {

/// Servers to ask about: every platform, layout, precision and load.
struct servers {
    std::vector<std::shared_ptr<const platform>> platforms{};
    layout_axes layouts{};
    std::int64_t expert_tensor = 0;                ///< devices that share an expert; 0: those that are left
    std::vector<language_precision> precisions{};  ///< none: as the checkpoint holds it
    std::vector<double> concurrencies{1};
    serving_question ask{};
    serving_limits limits{};

    /// Whether the largest load within limits is asked for instead of given ones.
    [[nodiscard]] bool is_limited() const { return !(limits == serving_limits{}); }
};

namespace detail {

[[nodiscard]] inline std::vector<language_layout> layouts_asked(const language_model& model, const servers& of) {
    if (of.expert_tensor == 0) return layouts_of(model, of.layouts);
    std::vector<language_layout> all;
    for (const std::int64_t pipeline : of.layouts.pipeline)
        for (const std::int64_t data : of.layouts.data)
            for (const std::int64_t tensor : of.layouts.tensor)
                for (const std::int64_t expert : of.layouts.expert)
                    all.push_back({tensor, data, expert, of.expert_tensor, pipeline});
    return all;
}

}  // namespace detail

/// One answer for each server and load; with limits, one at the largest load that keeps to them, and concurrency 0 and
/// no figures where none does. Throws what `serving` throws.
[[nodiscard]] inline std::vector<record> serving_records(const language_model& model, const servers& of) {
    std::vector<record> all;
    const std::vector<language_precision> own{model.stored};
    for (const auto& device : of.platforms)
        for (const language_layout& layout : detail::layouts_asked(model, of))
            for (const language_precision& stored : of.precisions.empty() ? own : of.precisions) {
                const serving server(model, *device, stored, layout);
                serving_question ask = of.ask;
                std::vector<double> loads = of.concurrencies;
                if (of.is_limited()) loads = {largest_load(server, ask, of.limits)};
                for (const double load : loads) {
                    if (load < 1 && of.is_limited()) continue;
                    ask.concurrency = load;
                    all.push_back(to_record(server(ask), model.name, device->id(), stored, ask, layout));
                }
            }
    return all;
}

/// llama.cpp on one platform. Throws what `run_locally` throws.
[[nodiscard]] inline record local_record(const language_model& model, const platform& device,
                                         const language_precision& stored, const local_question& ask) {
    const language_rank rank = rank_of(model, {});
    const local_estimate local = run_locally(rank, stored, device, bytes_per_token(rank, stored), ask);
    const serving_question asked{.prompt_tokens = ask.prompt_tokens, .output_tokens = ask.output_tokens};
    record one =
        to_record(as_serving(local, device, ask), model.name, device.id(), stored, asked, {.pipeline = ask.devices});
    one["framework"] = "llama.cpp";
    if (!local.fits)
        one["warnings"].push_back(
            device.id() + ": " + std::to_string(local.layers_that_fit) + " of " + std::to_string(model.layers()) +
            " layers fit; state the layers on the device and the host's bandwidth for the others");
    if (!local.measured)
        one["warnings"].push_back(device.id() + ": no public measurement of such a machine stands behind these shares");
    return one;
}

/// The language models of the zoo, with their counts.
[[nodiscard]] inline std::vector<record> language_model_records() {
    std::vector<record> all;
    for (const zoo::language_entry& one : zoo::language_entries()) {
        const language_model model = zoo::build_language(one);
        const language_counts counts = count(model);
        all.push_back({{"model", model.name},
                       {"parameters", counts.total()},
                       {"active_parameters", counts.active},
                       {"longest_context", model.longest},
                       {"precision", to_string(model.stored)},
                       {"experts", counts.of(language_part::experts) > 0}});
    }
    return all;
}

}  // namespace qutibench
