// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The best balanced folding of a pipeline under a resource budget, with a bound on how far from the best it can be.
#pragma once

#include <qutibench/model/folding.hpp>

namespace qutibench {

/// A folding and how good it is.
struct folding_search {
    folded_pipeline pipeline{};
    std::int64_t interval_bound = 0;  ///< no folding within the budget has a smaller interval

    /// The interval is at most (1 + gap) times the smallest possible one.
    [[nodiscard]] double gap() const {
        return static_cast<double>(pipeline.interval) / static_cast<double>(interval_bound) - 1;
    }
};

/// What the search may use.
struct folding_choices {
    bool ultra = true;        ///< keep weights in URAM
    bool distributed = true;  ///< keep weights in LUTs
    bool dsp = false;         ///< multiply in DSP slices
    int rounds = 300;         ///< of the search for resource prices, for each interval tried
    int steps = 200000;       ///< of the search branch by branch where prices leave it open
};

namespace detail {

/// One folding of one stage; `share` is what it takes of the budget of LUTs, DSPs, BRAMs and URAMs.
struct fold_option {
    folding by{};
    std::int64_t cycles = 0;
    std::array<double, 4> share{};

    [[nodiscard]] bool dominates(const fold_option& other) const {
        for (std::size_t r = 0; r < share.size(); ++r)
            if (share[r] > other.share[r]) return false;
        return cycles <= other.cycles;
    }
};

[[nodiscard]] inline std::vector<std::int64_t> divisors(std::int64_t number) {
    std::vector<std::int64_t> all;
    for (std::int64_t i = 1; i <= number / i; ++i) {
        if (number % i != 0) continue;
        all.push_back(i);
        if (i != number / i) all.push_back(number / i);
    }
    return all;
}

/// All foldings of a stage that alone fit the budget, but those that are no better than another in any way; fastest
/// first.
[[nodiscard]] inline std::vector<fold_option> options_of(const pipeline_stage& stage, const fpga_resources& budget,
                                                         const folding_choices& choices) {
    std::vector<fold_option> all;
    const auto share = [](std::int64_t used, std::int64_t of) {
        return used == 0 ? 0.0 : static_cast<double>(used) / static_cast<double>(of);
    };
    const auto add_option = [&](const folding& by) {
        const stage_cost cost = cost_of(stage, by);
        fpga_resources limit = budget;
        limit.flip_flops = std::numeric_limits<std::int64_t>::max();
        if (!cost.uses.fits(limit)) return;
        all.push_back({by,
                       cost.cycles,
                       {share(cost.uses.luts, budget.luts), share(cost.uses.dsps, budget.dsps),
                        share(cost.uses.bram18, budget.bram18), share(cost.uses.urams, budget.urams)}});
    };
    check(stage, {});
    for (const std::int64_t pe : divisors(stage.height))
        for (const std::int64_t simd : divisors(stage.width))
            for (const multiplier by : {multiplier::lut, multiplier::dsp}) {
                if (by == multiplier::dsp && !choices.dsp) continue;
                add_option({pe, simd, weight_memory::block, by});
                if (choices.ultra) add_option({pe, simd, weight_memory::ultra, by});
                if (choices.distributed) add_option({pe, simd, weight_memory::distributed, by});
            }
    std::sort(all.begin(), all.end(), [](const fold_option& a, const fold_option& b) {
        return a.cycles != b.cycles ? a.cycles < b.cycles : a.share < b.share;
    });
    std::vector<fold_option> kept;
    for (const fold_option& one : all)
        if (std::none_of(kept.begin(), kept.end(), [&](const fold_option& other) { return other.dominates(one); }))
            kept.push_back(one);
    return kept;
}

enum class fold_answer : unsigned char { fits, cannot_fit, undecided };

using resource_shares = std::array<double, 4>;

/// Looks for one option per stage that together fit, depth first, cheapest at the given prices first; a branch ends
/// where even the cheapest rest would not fit. Exact unless it runs out of steps.
class fold_branching {
public:
    fold_branching(const std::vector<std::vector<fold_option>>& options, std::int64_t interval,
                   const resource_shares& price, int steps)
        : steps_(steps), rest_(options.size() + 1), chosen_(options.size()) {
        for (const auto& stage : options) {
            auto& mine = stages_.emplace_back();
            for (const fold_option& one : stage)
                if (one.cycles <= interval) mine.push_back({&one, priced(one.share, price)});
            std::sort(mine.begin(), mine.end(),
                      [](const candidate& a, const candidate& b) { return a.price < b.price; });
        }
        for (std::size_t i = stages_.size(); i-- > 0;) {
            rest_[i].price = rest_[i + 1].price + stages_[i].front().price;
            for (std::size_t r = 0; r < price.size(); ++r) {
                double least = stages_[i].front().option->share[r];
                for (const candidate& one : stages_[i]) least = std::min(least, one.option->share[r]);
                rest_[i].share[r] = rest_[i + 1].share[r] + least;
            }
        }
    }

    [[nodiscard]] fold_answer search(std::vector<folding>& found) {
        const bool fits = descend(0, {}, 0);
        if (!fits) return steps_ > 0 ? fold_answer::cannot_fit : fold_answer::undecided;
        found.clear();
        for (const fold_option* one : chosen_) found.push_back(one->by);
        return fold_answer::fits;
    }

    [[nodiscard]] static double priced(const resource_shares& share, const resource_shares& price) {
        double cost = 0;
        for (std::size_t r = 0; r < price.size(); ++r) cost += price[r] * share[r];
        return cost;
    }

private:
    struct candidate {
        const fold_option* option = nullptr;
        double price = 0;
    };
    struct rest {
        resource_shares share{};
        double price = 0;
    };

    [[nodiscard]] bool descend(std::size_t stage, const resource_shares& used, double price) {
        if (stage == stages_.size()) return true;
        for (const candidate& one : stages_[stage]) {
            if (--steps_ <= 0 || price + one.price + rest_[stage + 1].price > 1 + 1e-8) return false;
            resource_shares with = used;
            bool fits = true;
            for (std::size_t r = 0; r < with.size(); ++r) {
                with[r] += one.option->share[r];
                fits = fits && with[r] + rest_[stage + 1].share[r] <= 1 + 1e-12;
            }
            chosen_[stage] = one.option;
            if (fits && descend(stage + 1, with, price + one.price)) return true;
        }
        return false;
    }

    std::vector<std::vector<candidate>> stages_;
    int steps_;
    std::vector<rest> rest_;
    std::vector<const fold_option*> chosen_;
};

/// Decides whether stages fit the budget at an interval. With a price for each resource (prices sum to one), every
/// stage takes its cheapest option; when even those cost more than the whole budget, nothing fits, which proves it.
/// Prices rise where the budget is exceeded (multiplicative weights; Arora, Hazan, Kale 2012,
/// doi:10.4086/toc.2012.v008a006). What that leaves open is searched branch by branch.
class fold_decider {
public:
    fold_decider(std::vector<std::vector<fold_option>> options, const folding_choices& choices)
        : options_(std::move(options)), choices_(choices) {}

    [[nodiscard]] fold_answer decide(std::int64_t interval, std::vector<folding>& found) const {
        resource_shares price{0.25, 0.25, 0.25, 0.25};
        resource_shares best_price = price;
        double most = 0;
        std::vector<const fold_option*> chosen(options_.size());
        for (int round = 0; round < choices_.rounds; ++round) {
            resource_shares used{};
            double cheapest = 0;
            for (std::size_t i = 0; i < options_.size(); ++i) {
                chosen[i] = cheapest_option(options_[i], interval, price, cheapest);
                if (chosen[i] == nullptr) return fold_answer::cannot_fit;
                for (std::size_t r = 0; r < used.size(); ++r) used[r] += chosen[i]->share[r];
            }
            if (cheapest > 1 + 1e-8) return fold_answer::cannot_fit;
            if (cheapest > most) {
                most = cheapest;
                best_price = price;
            }
            if (*std::max_element(used.begin(), used.end()) <= 1 + 1e-12) {
                found.clear();
                for (const fold_option* one : chosen) found.push_back(one->by);
                return fold_answer::fits;
            }
            raise(price, used, 1.0 / (1 + 0.05 * round));
        }
        return fold_branching(options_, interval, best_price, choices_.steps).search(found);
    }

    [[nodiscard]] std::vector<std::int64_t> intervals() const {
        std::vector<std::int64_t> all;
        for (const auto& stage : options_)
            for (const fold_option& one : stage) all.push_back(one.cycles);
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        return all;
    }

private:
    [[nodiscard]] static const fold_option* cheapest_option(const std::vector<fold_option>& options,
                                                            std::int64_t interval, const resource_shares& price,
                                                            double& total) {
        const fold_option* best = nullptr;
        double least = 0;
        for (const fold_option& one : options) {
            if (one.cycles > interval) break;
            const double cost = fold_branching::priced(one.share, price);
            if (best == nullptr || cost < least) {
                best = &one;
                least = cost;
            }
        }
        total += least;
        return best;
    }

    static void raise(resource_shares& price, const resource_shares& used, double step) {
        double sum = 0;
        for (std::size_t r = 0; r < price.size(); ++r)
            sum += price[r] *= std::exp(step * std::clamp(used[r] - 1, -1.0, 1.0));
        for (double& one : price) one = std::max(one / sum, 1e-9);
    }

    std::vector<std::vector<fold_option>> options_;
    folding_choices choices_;
};

}  // namespace detail

/// The folding with the smallest interval that fits a budget (flip-flops aside), and within it few resources: stages
/// get no more parallelism than the interval asks for. `gap()` says how far from the smallest interval it can be at
/// most; 0 means proven best. Throws invalid_argument when nothing fits, or without a round.
/// O(log(options) * (rounds * options + steps)).
[[nodiscard]] folding_search best_folding(std::span<const pipeline_stage> stages, const fpga_resources& budget,
                                          const folding_choices& choices = {});

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE folding_search best_folding(std::span<const pipeline_stage> stages, const fpga_resources& budget,
                                             const folding_choices& choices) {
    if (choices.rounds < 1 || choices.steps < 0)
        throw invalid_argument("a search for a folding needs at least one round and no negative number of steps");
    std::vector<std::vector<detail::fold_option>> options;
    for (const pipeline_stage& one : stages) {
        options.push_back(detail::options_of(one, budget, choices));
        if (options.back().empty())
            throw invalid_argument(
                detail::message({"stage '", one.name, "' alone does not fit the budget in any folding"}));
    }
    if (options.empty()) throw invalid_argument("a pipeline needs at least one stage to fold");
    const detail::fold_decider decider(std::move(options), choices);
    const std::vector<std::int64_t> intervals = decider.intervals();
    std::vector<folding> best;
    std::vector<folding> found;
    // smallest interval that a folding was found for, then the smallest that is not proven impossible
    std::size_t low = 0;
    std::size_t fits = intervals.size();
    for (std::size_t high = intervals.size(); low < high;) {
        const std::size_t middle = low + (high - low) / 2;
        if (decider.decide(intervals[middle], found) == detail::fold_answer::fits) {
            best = found;
            high = fits = middle;
        } else {
            low = middle + 1;
        }
    }
    if (fits == intervals.size()) throw invalid_argument("no folding of these stages was found that fits the budget");
    std::size_t possible = 0;
    for (std::size_t high = fits; possible < high;) {
        const std::size_t middle = possible + (high - possible) / 2;
        if (decider.decide(intervals[middle], found) == detail::fold_answer::cannot_fit) {
            possible = middle + 1;
        } else {
            high = middle;
        }
    }
    return {fold(stages, best), intervals[possible]};
}

}  // namespace qutibench
#endif
