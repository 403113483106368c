// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How fast no placement can be. Derivation in docs/formulas/placement.md.
#pragma once

#include <qutibench/model/placement_problem.hpp>

#include <algorithm>
#include <limits>
#include <vector>

namespace qutibench::detail {

/// Seconds that no choice can beat, by a Lagrangian dual (Geoffrion 1974, doi:10.1007/BFb0120690). The room at each
/// step has a price; each stage then chooses among the subsets of its few tensors on its own, and what a tensor pays is
/// split among its stages. A stage of many tensors may put parts of them on chip. Any prices and splits give a bound;
/// `target`, the time of a known choice, guides `rounds` steps of subgradient ascent (Polyak 1969). A template so that
/// including it costs nothing until it is used.
template <class Problem = placement_problem<>>
class placement_dual {
public:
    placement_dual(const Problem& problem, const memory_pools& pools, double target)
        : problem_(problem), pools_(pools), target_(target), is_apart_(pools.any == 0),
          room_(is_apart_ ? pools.activations : pools.all()), stages_(problem.floor.size()),
          price_(static_cast<std::size_t>(problem.steps), 0.0), extra_(problem.moves.size(), 0.0),
          takes_(problem.moves.size(), 0.0), part_(problem.moves.size(), 0.0), share_(stages_.size(), 0.0) {
        for (std::size_t i = 0; i < problem.items.size(); ++i) {
            double all = 0;
            problem.each_move(problem.items[i], [&](const placement_move& move) { all += move.seconds; });
            each_index(problem.items[i], [&](std::size_t m) {
                stages_[static_cast<std::size_t>(problem.moves[m].stage)].push_back({static_cast<int>(i), m});
                part_[m] = all > 0 ? problem.moves[m].seconds / all : 0.0;
            });
        }
        for (std::size_t k = 0; k < stages_.size(); ++k) share_[k] = problem.moved[k] > problem.floor[k] ? 1 : 0;
    }

    [[nodiscard]] double bound(int rounds) {
        double best = 0, pace = 1;
        int stale = 0;
        for (int round = 0; round < rounds && best < target_ * (1 - 1e-9); ++round) {
            const double value = evaluate();
            stale = value > best * (1 + 1e-6) ? 0 : stale + 1;
            if (stale == 20) pace /= 2, stale = 0;
            best = std::max(best, value);
            if (!ascend(pace * (target_ - value))) break;
        }
        return std::min(best, target_);
    }

private:
    struct mover {
        int item = 0;
        std::size_t move = 0;
    };

    template <class Use>
    static void each_index(const placeable& one, Use use) {
        for (int i = 0; i < one.moves; ++i) use(static_cast<std::size_t>(one.first_move + i));
    }
    [[nodiscard]] const placeable& item(int index) const { return problem_.items[static_cast<std::size_t>(index)]; }
    [[nodiscard]] bool is_separate(const placeable& one) const { return is_apart_ && one.is_weights; }

    // The dual function, and which tensors each stage takes.
    double evaluate() {
        double all_prices = 0;
        for (const double one : price_) all_prices += one;
        double value = -room_ * all_prices - (is_apart_ ? pools_.weights * weight_price_ : 0.0);
        paid_.assign(problem_.items.size(), 0);
        for (std::size_t i = 0; i < paid_.size(); ++i) {
            const placeable& one = problem_.items[i];
            double each = is_separate(one) ? weight_price_ : one.always ? all_prices : 0.0;
            for (int t = one.first; t <= one.last && !one.always; ++t) each += price_[static_cast<std::size_t>(t)];
            paid_[i] = each * one.size;
            if (one.moves == 0 && one.forced && one.wished) value += paid_[i];
        }
        for (std::size_t k = 0; k < stages_.size(); ++k)
            value += stages_[k].size() <= few ? by_subsets(k) : by_parts(k);
        return value;
    }
    [[nodiscard]] double pays(const mover& one) const {
        return paid_[static_cast<std::size_t>(one.item)] * part_[one.move] + extra_[one.move];
    }

    double by_subsets(std::size_t k) {
        const std::vector<mover>& all = stages_[k];
        double least = std::numeric_limits<double>::infinity();
        unsigned chosen = 0;
        for (unsigned subset = 0; subset < 1U << all.size(); ++subset) {
            double left = problem_.moved[k], paid = 0;
            bool allowed = true;
            for (std::size_t i = 0; i < all.size(); ++i) {
                const bool on = (subset >> i & 1U) != 0;
                const placeable& what = item(all[i].item);
                allowed = allowed && !(what.forced && what.wished != on);
                if (!on) continue;
                left -= problem_.moves[all[i].move].seconds;
                paid += pays(all[i]);
            }
            const double value = std::max(problem_.floor[k], left) + paid;
            if (!allowed || !(value < least)) continue;
            least = value;
            chosen = subset;
        }
        for (std::size_t i = 0; i < all.size(); ++i) takes_[all[i].move] = (chosen >> i & 1U) != 0 ? 1 : 0;
        return least;
    }

    double by_parts(std::size_t k) {
        double value = (1 - share_[k]) * problem_.floor[k] + share_[k] * problem_.moved[k];
        for (const mover& one : stages_[k]) {
            const placeable& what = item(one.item);
            const double reduced = pays(one) - share_[k] * problem_.moves[one.move].seconds;
            takes_[one.move] = (what.forced ? what.wished : reduced < 0) ? 1 : 0;
            value += takes_[one.move] * reduced;
        }
        return value;
    }

    // A step along the subgradient, in seconds: of the price of all the room, of a tensor's splits in proportion to
    // its time, of a stage's share. False where the subgradient is zero.
    bool ascend(double distance) {
        std::vector<double> usage(price_.size(), 0.0);
        double lasting = 0, weights = 0, norm = 0;
        split_.assign(problem_.items.size(), 0);
        for (std::size_t i = 0; i < problem_.items.size(); ++i) {
            const placeable& one = problem_.items[i];
            double taken = one.moves == 0 && one.forced && one.wished ? 1 : 0;
            each_index(one, [&](std::size_t m) { taken += part_[m] * takes_[m]; });
            split_[i] = taken;
            if (is_separate(one))
                weights += taken * one.size;
            else if (one.always)
                lasting += taken * one.size;
            else
                for (int t = one.first; t <= one.last; ++t) usage[static_cast<std::size_t>(t)] += taken * one.size;
            // splits sum to nothing: their steps are weighted by part, around the weighted mean `taken`
            each_index(one, [&](std::size_t m) { norm += scale_of(m) * (takes_[m] - taken) * (takes_[m] - taken); });
        }
        const double scale = std::max(room_, 1.0), weights_scale = std::max(pools_.weights, 1.0);
        for (std::size_t t = 0; t < usage.size(); ++t) {
            usage[t] = (usage[t] + lasting - room_) / scale;
            if (!(usage[t] < 0 && price_[t] <= 0)) norm += usage[t] * usage[t];
        }
        const double excess = is_apart_ ? (weights - pools_.weights) / weights_scale : 0;
        norm += excess * excess;
        std::vector<double> slopes(stages_.size(), 0.0);
        for (std::size_t k = 0; k < stages_.size(); ++k) {
            if (stages_[k].size() <= few) continue;
            slopes[k] = problem_.moved[k] - problem_.floor[k];
            for (const mover& one : stages_[k]) slopes[k] -= takes_[one.move] * problem_.moves[one.move].seconds;
            slopes[k] /= std::max(problem_.moved[k], problem_.floor[k]);
            if (!(slopes[k] < 0 && share_[k] <= 0) && !(slopes[k] > 0 && share_[k] >= 1)) norm += slopes[k] * slopes[k];
        }
        if (!(norm > 0)) return false;
        const double length = distance / norm;
        for (std::size_t t = 0; t < usage.size(); ++t) price_[t] = std::max(0.0, price_[t] + length * usage[t] / scale);
        weight_price_ = std::max(0.0, weight_price_ + length * excess / weights_scale);
        for (std::size_t i = 0; i < problem_.items.size(); ++i)
            each_index(problem_.items[i],
                       [&](std::size_t m) { extra_[m] += length * scale_of(m) * (takes_[m] - split_[i]); });
        for (std::size_t k = 0; k < stages_.size(); ++k)
            if (slopes[k] != 0)
                share_[k] = std::clamp(share_[k] + length * slopes[k] / std::max(problem_.moved[k], problem_.floor[k]),
                                       0.0, 1.0);
        return true;
    }
    [[nodiscard]] double scale_of(std::size_t move) const {
        return target_ > 0 ? problem_.moves[move].seconds / target_ : 0.0;
    }

    static constexpr std::size_t few = 6;

    const Problem& problem_;
    memory_pools pools_;
    double target_;
    bool is_apart_;  // weights and activations have rooms of their own
    double room_;
    std::vector<std::vector<mover>> stages_;
    std::vector<double> price_;  // s per byte by step
    double weight_price_ = 0;
    std::vector<double> extra_;  // by move, in s: sums to nothing over those of a tensor
    std::vector<double> takes_;  // by move: whether its stage takes the tensor
    std::vector<double> part_;   // by move, of the tensor's seconds
    std::vector<double> share_;  // by stage, of moving in its time
    std::vector<double> paid_{};
    std::vector<double> split_{};
};

/// Seconds that no choice can beat; `target` is the time of a known one.
template <class Problem>
[[nodiscard]] double placement_bound(const Problem& problem, const memory_pools& pools, double target,
                                     int rounds = 400) {
    return placement_dual<Problem>(problem, pools, target).bound(rounds);
}

}  // namespace qutibench::detail
