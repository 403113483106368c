// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Exact counts of a language model, from the layers that its recipe adds.
#pragma once

#include <qutibench/language/recipe.hpp>

namespace qutibench {

/// Elements of a language model by part, each tensor once.
struct language_counts {
    std::array<std::int64_t, language_parts> parameters{};  ///< by `language_part`
    std::int64_t active = 0;  ///< that one token uses: of the routed experts, those that are chosen
    std::array<std::int64_t, language_parts> macs{};  ///< of the pass that was counted

    [[nodiscard]] std::int64_t total() const {
        std::int64_t sum = 0;
        for (const std::int64_t one : parameters) sum = detail::add(sum, one);
        return sum;
    }
    [[nodiscard]] std::int64_t of(language_part part) const { return parameters[static_cast<std::size_t>(part)]; }
};

namespace detail {

/// A builder that only counts, by part; what it is told is multiplied by `repeat`.
class part_counter {
public:
    struct tensor_type {
        shape extents{};
    };
    explicit part_counter(language_counts& counts) : counts_(&counts) {}

    std::int64_t repeat = 1;

    void enter(language_part part) { part_ = part; }
    tensor_type input(const shape& extents, const label& = {}) { return {extents}; }
    void output(const tensor_type&) {}
    [[nodiscard]] const shape& shape_of(const tensor_type& one) const { return one.extents; }

    template <layer Layer>
    tensor_type add(const Layer& one, std::initializer_list<tensor_type> operands, const label& = {}) {
        std::array<shape, 4> in{};
        std::size_t count = 0;
        for (const tensor_type& from : operands) in[count++] = from.extents;
        const shapes read(in.data(), count);
        const layer_cost cost = one.cost(read);
        const auto at = static_cast<std::size_t>(part_);
        const std::int64_t all = multiply(cost.parameters, repeat);
        counts_->parameters[at] = detail::add(counts_->parameters[at], all);
        counts_->macs[at] = detail::add(counts_->macs[at], multiply(cost.macs, repeat));
        counts_->active = detail::add(
            counts_->active,
            cost.routed_rows > 0 ? static_cast<std::int64_t>(static_cast<double>(all) * cost.routed_share + 0.5) : all);
        return {one.output_shape(read)};
    }

private:
    language_counts* counts_;
    language_part part_ = language_part::norms;
};

}  // namespace detail

/// Counts a pass of `tokens` positions after `past` others: each kind of block once, times how often it stands in the
/// model. Equal to what `analyze(graph)` counts. Throws what the layers throw.
[[nodiscard]] language_counts count(const language_model& model, std::int64_t tokens = 1, std::int64_t past = 0);

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE language_counts count(const language_model& model, std::int64_t tokens, std::int64_t past) {
    language_counts counts;
    detail::part_counter counter(counts);
    const language_pass pass{&model, tokens, past};
    auto x = pass.embed(counter);
    for (std::size_t i = 0; i < model.blocks.size(); ++i) {
        counter.repeat = model.count(i);
        if (counter.repeat > 0) x = pass.add_block(counter, x, model.blocks[i], {});
    }
    counter.repeat = 1;
    pass.finish(counter, x);
    if (model.tied && !model.encoder) {
        const std::int64_t table =
            detail::multiply(model.vocabulary, model.embedded > 0 ? model.embedded : model.width);
        counts.parameters[static_cast<std::size_t>(language_part::head)] -= table;
        counts.active -= table;
    }
    return counts;
}

}  // namespace qutibench
#endif
