// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which tensors live on chip so that a call takes the least time: exact for few tensors, a heuristic beyond. Both
/// answer no worse when there is more memory. Derivation in docs/formulas/placement.md.
#pragma once

#include <qutibench/model/placement_problem.hpp>
#include <qutibench/model/placement_sweep.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Solves one problem for any capacity. A template, as `placement_bound` is: it costs nothing until it is used.
template <class Problem = placement_problem<>>
class placement_search {
public:
    /// Up to so many tensors the answer is exact.
    static constexpr std::size_t exact_tensors = 14;

    explicit placement_search(const Problem& problem) : problem_(problem), sweep_(problem) {
        for (std::size_t i = 0; i < problem.items.size(); ++i) {
            const placeable& one = problem.items[i];
            if (!one.forced && one.size >= 0 && gain_at(problem.moved, one) > 0)
                (one.always ? lasting_ : passing_).push_back(static_cast<int>(i));
        }
        find_clusters();
    }

    /// Never slower than `known`, where that fits. Only a `thorough` answer walks the stages.
    [[nodiscard]] typename Problem::choice solve(const memory_pools& pools, const std::vector<char>& known = {},
                                                 bool thorough = true) {
        pools_ = pools;
        best_ = {};
        start_.assign(problem_.items.size(), 0);
        for (std::size_t i = 0; i < start_.size(); ++i)
            start_[i] = problem_.items[i].forced && problem_.items[i].wished;
        consider(start_);
        if (!known.empty())
            if (const load all = load_of(known); pools_.hold(all.weights, all.peak())) consider(known);
        best_.is_exact = lasting_.size() + passing_.size() <= exact_tensors;
        if (best_.is_exact)
            branch();
        else
            compose();
        if (thorough && !best_.is_exact && sweep_.applies() && pools.any == pools.all())
            sweep_.improve(best_, pools.any);
        return best_;
    }

    /// Uses what is left of the pools of the last answer for tensors that save traffic, if no time.
    void fill_up(std::vector<char>& on_chip) const {
        load held = load_of(on_chip);
        std::vector<int> rest;
        for (std::size_t i = 0; i < on_chip.size(); ++i)
            if (!on_chip[i] && !problem_.items[i].forced && problem_.items[i].moves > 0)
                rest.push_back(static_cast<int>(i));
        const auto per_byte = [this](const placeable& one) {
            const double steps = one.always ? problem_.steps : one.last - one.first + 1;
            return -seconds_of(one) / (one.size * steps + 1e-300);
        };
        for (const int item : by_least(rest, per_byte)) {
            load more = held;
            more.add(at(item));
            if (!pools_.hold(more.weights, more.peak())) continue;
            held = std::move(more);
            on_chip[static_cast<std::size_t>(item)] = 1;
        }
    }

    /// Seconds that a choice takes.
    [[nodiscard]] double time_of(const std::vector<char>& on_chip) const {
        std::vector<double> left = left_of(on_chip);
        double sum = 0;
        for (std::size_t k = 0; k < left.size(); ++k) sum += std::max(problem_.floor[k], left[k]);
        return sum;
    }

private:
    [[nodiscard]] const placeable& at(int item) const { return problem_.items[static_cast<std::size_t>(item)]; }
    [[nodiscard]] double stage_time(const std::vector<double>& left, int stage, double less = 0) const {
        const auto k = static_cast<std::size_t>(stage);
        return std::max(problem_.floor[k], left[k] - less);
    }
    // What one more tensor on chip saves; never more once others are there too.
    [[nodiscard]] double gain_at(const std::vector<double>& left, const placeable& one) const {
        double sum = 0;
        problem_.each_move(one, [&](const placement_move& move) {
            sum += stage_time(left, move.stage) - stage_time(left, move.stage, move.seconds);
        });
        return sum;
    }
    void take(std::vector<double>& left, const placeable& one) const {
        problem_.each_move(
            one, [&](const placement_move& move) { left[static_cast<std::size_t>(move.stage)] -= move.seconds; });
    }
    [[nodiscard]] std::vector<double> left_of(const std::vector<char>& on_chip) const {
        std::vector<double> left = problem_.moved;
        for (std::size_t i = 0; i < on_chip.size(); ++i)
            if (on_chip[i]) take(left, problem_.items[i]);
        return left;
    }

    // Bytes that a choice takes.
    struct load {
        double weights = 0;
        double state = 0;
        std::vector<double> passing{};

        void add(const placeable& one) {
            if (one.always) {
                (one.is_weights ? weights : state) += one.size;
                return;
            }
            for (int t = one.first; t <= one.last; ++t) passing[static_cast<std::size_t>(t)] += one.size;
        }
        [[nodiscard]] double peak() const {
            return state + (passing.empty() ? 0.0 : *std::max_element(passing.begin(), passing.end()));
        }
    };
    [[nodiscard]] load load_of(const std::vector<char>& on_chip) const {
        load all;
        all.passing.assign(static_cast<std::size_t>(problem_.steps), 0);
        for (std::size_t i = 0; i < on_chip.size(); ++i)
            if (on_chip[i]) all.add(problem_.items[i]);
        return all;
    }

    void consider(const std::vector<char>& on_chip) {
        const double time = time_of(on_chip);
        if (!(time < best_.time)) return;
        best_.time = time;
        best_.on_chip = on_chip;
    }

    // Items by a figure, the least first; equals stay in their order.
    template <class Figure>
    [[nodiscard]] std::vector<int> by_least(const std::vector<int>& items, Figure figure) const {
        std::vector<std::pair<double, int>> ranked;
        for (const int one : items) ranked.emplace_back(figure(at(one)), static_cast<int>(ranked.size()));
        std::sort(ranked.begin(), ranked.end());
        std::vector<int> order;
        for (const auto& [least, place] : ranked) order.push_back(items[static_cast<std::size_t>(place)]);
        return order;
    }

    // Every choice that can still be better: tensors that save most first, each on chip and then not.
    void branch() {
        std::vector<int> order = lasting_;
        for (const int one : passing_) order.push_back(one);
        order = by_least(order, [this](const placeable& one) { return -gain_at(problem_.moved, one); });
        // what is left to move when all the tensors from here on are on chip
        std::vector<char> on_chip = start_;
        for (const int one : order) on_chip[static_cast<std::size_t>(one)] = 1;
        std::vector<double> left = left_of(on_chip);
        descend(order, 0, on_chip, left, load_of(start_));
    }
    // NOLINTNEXTLINE(misc-no-recursion): as deep as there are tensors, at most `exact_tensors`
    void descend(const std::vector<int>& order, std::size_t depth, std::vector<char>& on_chip,
                 std::vector<double>& left, const load& held) {
        double bound = 0;
        for (std::size_t k = 0; k < left.size(); ++k) bound += std::max(problem_.floor[k], left[k]);
        if (!(bound < best_.time)) return;
        if (depth == order.size()) {
            best_.time = bound;
            best_.on_chip = on_chip;
            return;
        }
        const placeable& one = at(order[depth]);
        load more = held;
        more.add(one);
        if (pools_.hold(more.weights, more.peak())) descend(order, depth + 1, on_chip, left, more);
        const std::vector<double> before = left;
        problem_.each_move(
            one, [&](const placement_move& move) { left[static_cast<std::size_t>(move.stage)] += move.seconds; });
        on_chip[static_cast<std::size_t>(order[depth])] = 0;
        descend(order, depth + 1, on_chip, left, held);
        on_chip[static_cast<std::size_t>(order[depth])] = 1;
        left = before;
    }

    // Activations that are on chip, and what is left to move then.
    struct start {
        std::vector<char> on_chip{};
        std::vector<double> left{};
        load held{};
    };

    // Activations under each of some peaks, none of which depends on the capacity; the rest goes to what lasts.
    void compose() {
        load all = load_of(start_);
        for (const int one : passing_) all.add(at(one));
        const double most = all.peak();
        std::vector<start> starts;
        std::vector<std::pair<double, int>> ranked;  // by the time that no choice of what lasts can beat
        for (const bool frees_compute : {false, true}) {
            const std::vector<int> order = passing_in_order(frees_compute);
            double last = -1;
            for (int step = 0; step <= peaks; ++step) {
                start one{start_, left_of(start_), load_of(start_)};
                fill(order, most * step / peaks, one);
                const double peak = one.held.peak();
                if (peak == last || !pools_.hold(one.held.weights, peak)) continue;
                last = peak;
                ranked.emplace_back(least_time(one), static_cast<int>(starts.size()));
                starts.push_back(std::move(one));
            }
        }
        std::sort(ranked.begin(), ranked.end());
        for (const auto& [least, one] : ranked)
            if (least < best_.time) knapsack(starts[static_cast<std::size_t>(one)]);
    }

    // With parts of tensors, those that save most per byte first.
    [[nodiscard]] double least_time(const start& from) {
        double sum = 0;
        for (std::size_t k = 0; k < from.left.size(); ++k) sum += std::max(problem_.floor[k], from.left[k]);
        double room = pools_.all() - from.held.weights - from.held.peak();
        ranked_.clear();
        for (const int item : lasting_) {
            const double gain = gain_at(from.left, at(item));
            if (gain > 0) ranked_.emplace_back(-gain / (at(item).size + 1e-300), item);
        }
        std::sort(ranked_.begin(), ranked_.end());
        for (const auto& [density, item] : ranked_) {
            const double part = std::min(room, at(item).size);
            sum += density * part;
            room -= part;
            if (!(room > 0)) break;
        }
        return sum;
    }

    [[nodiscard]] std::vector<int> passing_in_order(bool frees_compute) const {
        std::vector<double> left = problem_.moved;
        if (frees_compute)
            for (const int one : lasting_) take(left, at(one));
        std::vector<int> worth;
        for (const int one : passing_)
            if (gain_at(left, at(one)) > 0) worth.push_back(one);
        return by_least(worth, [&](const placeable& one) {
            return -gain_at(left, one) / (one.size * (one.last - one.first + 1) + 1e-300);
        });
    }

    void fill(const std::vector<int>& order, double room, start& to) const {
        for (const int item : order) {
            const placeable& one = at(item);
            if (!(gain_at(to.left, one) > 0)) continue;
            double most = 0;
            for (int t = one.first; t <= one.last; ++t)
                most = std::max(most, to.held.passing[static_cast<std::size_t>(t)]);
            if (to.held.state + most + one.size > room) continue;
            to.held.add(one);
            take(to.left, one);
            to.on_chip[static_cast<std::size_t>(item)] = 1;
        }
    }

    // A partial choice of what lasts: no other is smaller and saves as much.
    struct partial {
        double size = 0;
        double saves = 0;
        int chosen = -1;  // in `picks_`
    };
    struct pick {
        int cluster = -1;
        unsigned members = 0;  // as bits
        int before = -1;
    };

    // Tensors that last and share a stage: what one saves depends on the others, so they are chosen together.
    void find_clusters() {
        std::vector<int> cluster_of(problem_.floor.size(), -1);
        for (const int item : lasting_) {
            int into = -1;
            problem_.each_move(at(item), [&](const placement_move& move) {
                const int there = cluster_of[static_cast<std::size_t>(move.stage)];
                if (there >= 0 && clusters_[static_cast<std::size_t>(there)].size() < together) into = there;
            });
            if (into < 0) into = static_cast<int>(clusters_.size()), clusters_.emplace_back();
            clusters_[static_cast<std::size_t>(into)].push_back(item);
            problem_.each_move(
                at(item), [&](const placement_move& move) { cluster_of[static_cast<std::size_t>(move.stage)] = into; });
        }
    }

    void knapsack(const start& from) {
        std::vector<partial> front{{}};
        std::vector<partial> next, merged;
        std::vector<double> left = from.left;
        picks_.clear();
        double total = 0;
        for (const int one : lasting_) total += at(one).size;
        const std::size_t most = std::clamp<std::size_t>(std::size_t{1} << 16 >> bits(lasting_.size()), 64, 1024);
        for (std::size_t c = 0; c < clusters_.size(); ++c) {
            next = front;
            for (unsigned members = 1; members < 1U << clusters_[c].size(); ++members) {
                double size = 0, gain = 0;
                left = from.left;
                for_members(static_cast<int>(c), members, [&](int item) {
                    size += at(item).size;
                    gain += problem_.floor.size() == 1 ? seconds_of(at(item)) : gain_at(left, at(item));
                    take(left, at(item));
                });
                if (!(gain > 0)) continue;
                merge(front, next, merged, {static_cast<int>(c), members}, size, gain);
                next.swap(merged);
            }
            front.swap(next);
            if (front.size() > most) thin(front, total / static_cast<double>(most / 2));
        }
        const double room = pools_.all();
        for (std::size_t i = front.size(); i-- > 0;) {
            if (front[i].size > room) continue;
            load with = from.held;
            std::vector<char> chosen = from.on_chip;
            for (int p = front[i].chosen; p >= 0; p = picks_[static_cast<std::size_t>(p)].before) {
                const pick& one = picks_[static_cast<std::size_t>(p)];
                for_members(one.cluster, one.members, [&](int item) {
                    chosen[static_cast<std::size_t>(item)] = 1;
                    with.add(at(item));
                });
            }
            if (!pools_.hold(with.weights, with.peak())) continue;
            consider(chosen);
            return;
        }
    }

    template <class Use>
    void for_members(int cluster, unsigned members, Use use) const {
        const std::vector<int>& all = clusters_[static_cast<std::size_t>(cluster)];
        for (std::size_t i = 0; i < all.size(); ++i)
            if ((members >> i & 1U) != 0) use(all[i]);
    }
    // Under one stage what counts is the sum of what is moved.
    [[nodiscard]] double seconds_of(const placeable& one) const {
        double sum = 0;
        problem_.each_move(one, [&](const placement_move& move) { sum += move.seconds; });
        return sum;
    }

    [[nodiscard]] static unsigned bits(std::size_t count) {
        unsigned n = 0;
        while (count >> n > 1) ++n;
        return n;
    }

    // What is there already, and each of `front` with some more tensors, by size, without those that another beats.
    void merge(const std::vector<partial>& front, const std::vector<partial>& there, std::vector<partial>& to,
               const pick& more, double size, double gain) {
        to.clear();
        double most = -1;
        const auto add = [&](const partial& one) {
            if (!(one.saves > most)) return;
            most = one.saves;
            to.push_back(one);
        };
        std::size_t without = 0;
        for (const partial& from : front) {
            while (without < there.size() && there[without].size <= from.size + size) add(there[without++]);
            if (!(from.saves + gain > most)) continue;
            picks_.push_back({more.cluster, more.members, from.chosen});
            add({from.size + size, from.saves + gain, static_cast<int>(picks_.size()) - 1});
        }
        while (without < there.size()) add(there[without++]);
    }

    // The smallest and the most saving of each width: what is left does not depend on the capacity.
    static void thin(std::vector<partial>& front, double width) {
        std::vector<partial> kept;
        for (std::size_t i = 0; i < front.size(); ++i) {
            const auto cell = [&](std::size_t j) { return std::floor(front[j].size / width); };
            const bool first = i == 0 || cell(i - 1) != cell(i);
            const bool last = i + 1 == front.size() || cell(i + 1) != cell(i);
            if (first || last) kept.push_back(front[i]);
        }
        front.swap(kept);
    }

    static constexpr int peaks = 32;
    static constexpr std::size_t together = 5;

    const Problem& problem_;
    placement_sweep<Problem> sweep_;
    memory_pools pools_{};
    std::vector<int> lasting_{};  // weights and state that may be worth it
    std::vector<int> passing_{};  // activations
    std::vector<char> start_{};   // what is forced
    std::vector<std::vector<int>> clusters_{};
    std::vector<std::pair<double, int>> ranked_{};
    std::vector<pick> picks_{};
    typename Problem::choice best_{};
};

}  // namespace qutibench::detail
