// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The best placement where few activations are alive at once, as in chains and residual networks: a walk over the
/// stages that knows every partial choice that no other beats. Derivation in docs/formulas/placement.md.
#pragma once

#include <qutibench/model/placement_problem.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Solves problems whose stages are kernels. A template, so that including it costs nothing until it is used.
template <class Problem = placement_problem<>>
class placement_sweep {
public:
    explicit placement_sweep(const Problem& problem) : problem_(problem), stages_(problem.floor.size()) {
        applies_ = stages_.size() > 1 && prepare();
    }

    /// Whether few enough activations are alive at once, nothing is forced, no weights serve two stages and it is not
    /// too long.
    [[nodiscard]] bool applies() const { return applies_; }

    /// Improves a choice where it can, in a memory for everything; exact unless a list grew too long. The lists do not
    /// depend on the capacity.
    void improve(typename Problem::choice& best, double capacity) {
        bool whole = true;
        for (const double peak : peaks_) {
            if (peak > capacity) break;
            if (!(walk(peak, 0, nullptr) < best.time)) continue;  // even with all that lasts on chip
            picks_.clear();
            whole = walk(peak, capacity - peak, &best) >= 0 && whole;
        }
        best.is_exact = best.is_exact || whole;
    }

private:
    static constexpr std::size_t most_alive = 4;
    static constexpr std::size_t most_walked = 40000;    // stages under all peaks
    static constexpr std::size_t most_listed = 8000000;  // partial choices, in all states of all those stages

    struct stage {
        std::vector<int> begins{};                      // activations that are decided here
        std::vector<std::pair<int, double>> passing{};  // activations that it moves, and their seconds
        std::vector<int> lasting{};
    };
    struct partial {
        double size = 0;  // bytes that last
        double time = 0;
        int chosen = -1;  // in `picks_`
    };
    struct pick {
        int item = -1;
        int before = -1;
    };
    // The activations on chip that later stages ask for, and what may have led there.
    struct state {
        std::uint64_t alive = 0;  // as bits of `slots_`
        std::vector<partial> front{};
    };

    [[nodiscard]] const placeable& at(int item) const { return problem_.items[static_cast<std::size_t>(item)]; }
    [[nodiscard]] std::uint64_t bit(int item) const {
        return std::uint64_t{1} << slot_[static_cast<std::size_t>(item)];
    }

    bool prepare() {
        slot_.assign(problem_.items.size(), -1);
        std::vector<int> passing;
        for (int i = 0; i < static_cast<int>(problem_.items.size()); ++i) {
            const placeable& one = at(i);
            if (one.forced) return false;
            if (one.moves == 0 || !(one.size > 0)) continue;
            int first = std::numeric_limits<int>::max();
            problem_.each_move(one, [&](const placement_move& move) { first = std::min(first, move.stage); });
            stage& begin = stages_[static_cast<std::size_t>(first)];
            if (one.always) {
                if (one.moves > 1) return false;
                begin.lasting.push_back(i);
                if (begin.lasting.size() > 3) return false;
                continue;
            }
            passing.push_back(i);
            begin.begins.push_back(i);
            problem_.each_move(one, [&](const placement_move& move) {
                stages_[static_cast<std::size_t>(move.stage)].passing.emplace_back(i, move.seconds);
            });
        }
        for (stage& one : stages_)
            std::sort(one.begins.begin(), one.begins.end(), [&](int a, int b) { return at(a).first < at(b).first; });
        return assign_slots(passing) && find_peaks(passing);
    }

    // A place for each activation among those alive; and the order of beginnings must be that of the steps.
    bool assign_slots(const std::vector<int>& passing) {
        int before = -1;
        for (const stage& one : stages_)
            for (const int item : one.begins) {
                if (at(item).first < before) return false;
                before = at(item).first;
                std::uint64_t taken = 0;
                for (const int other : passing)
                    if (slot_[static_cast<std::size_t>(other)] >= 0 && at(other).last >= at(item).first)
                        taken |= bit(other);
                int free = 0;
                while (free < 60 && (taken >> free & 1U) != 0) ++free;
                if (free >= static_cast<int>(most_alive)) return false;
                most_alive_ = std::max(most_alive_, free + 1);
                slot_[static_cast<std::size_t>(item)] = free;
            }
        return true;
    }

    // What activations may take at once: every sum of some that are alive when one begins.
    bool find_peaks(const std::vector<int>& passing) {
        peaks_ = {0};
        for (const int item : passing) {
            std::vector<double> alive;
            for (const int other : passing)
                if (at(other).first <= at(item).first && at(item).first <= at(other).last)
                    alive.push_back(at(other).size);
            if (alive.size() > most_alive) return false;
            for (unsigned some = 1; some < 1U << alive.size(); ++some) {
                double sum = 0;
                for (std::size_t i = 0; i < alive.size(); ++i) sum += (some >> i & 1U) != 0 ? alive[i] : 0.0;
                peaks_.push_back(sum);
            }
        }
        std::sort(peaks_.begin(), peaks_.end());
        peaks_.erase(std::unique(peaks_.begin(), peaks_.end()), peaks_.end());
        const std::size_t walked = peaks_.size() * stages_.size();
        most_kept_ = std::max<std::size_t>(256, most_listed / (walked << most_alive_));
        return walked <= most_walked;
    }

    // The least time under a peak of activations; with `best`, of choices whose weights and state fit `room` as well,
    // otherwise as if all of those were on chip. Negative where a list was thinned.
    double walk(double peak, double room, typename Problem::choice* best) {
        std::vector<state> now{{0, {{}}}};
        std::vector<int> holds(most_alive, -1);  // the activation in each slot
        bool whole = true;
        for (std::size_t k = 0; k < stages_.size(); ++k) {
            const stage& one = stages_[k];
            for (const int item : one.begins) begin(item, peak, now, holds, best != nullptr);
            for (state& from : now) serve(one, k, from, best != nullptr, whole);
        }
        const partial* least = nullptr;
        for (const state& one : now)
            for (const partial& way : one.front)
                if ((best == nullptr || way.size <= room) && (least == nullptr || way.time < least->time)) least = &way;
        const double time = least == nullptr ? std::numeric_limits<double>::infinity() : least->time;
        if (best != nullptr && time < best->time) {
            best->time = time;
            best->on_chip.assign(problem_.items.size(), 0);
            for (int p = least->chosen; p >= 0; p = picks_[static_cast<std::size_t>(p)].before)
                best->on_chip[static_cast<std::size_t>(picks_[static_cast<std::size_t>(p)].item)] = 1;
        }
        return whole ? time : -1;
    }

    // An activation begins: without it, and with it where it fits beside those that are alive.
    void begin(int item, double peak, std::vector<state>& now, std::vector<int>& holds, bool notes) {
        std::uint64_t over = 0;
        for (int& held : holds)
            if (held >= 0 && at(held).last < at(item).first) over |= bit(held), held = -1;
        std::vector<state> next;
        const auto add = [&](std::uint64_t alive, const std::vector<partial>& front, bool takes) {
            const auto noted = [&](partial& way) {
                if (takes && notes) note(way, item);
            };
            auto same = std::find_if(next.begin(), next.end(), [&](const state& one) { return one.alive == alive; });
            if (same == next.end()) same = next.insert(next.end(), {alive, {}});
            join(same->front, front, 0, 0, noted);
        };
        for (const state& one : now) {
            const std::uint64_t alive = one.alive & ~over;
            double taken = at(item).size;
            for (const int held : holds)
                if (held >= 0 && (alive & bit(held)) != 0) taken += at(held).size;
            if (taken <= peak) add(alive | bit(item), one.front, true);
            add(alive, one.front, false);
        }
        holds[static_cast<std::size_t>(slot_[static_cast<std::size_t>(item)])] = item;
        now = std::move(next);
    }

    // A stage takes its time, with each subset of what lasts.
    void serve(const stage& one, std::size_t k, state& at_now, bool chooses, bool& whole) {
        double left = problem_.moved[k];
        for (const auto& [item, seconds] : one.passing)
            if ((at_now.alive & bit(item)) != 0) left -= seconds;
        std::vector<partial> next;
        const unsigned all = (1U << one.lasting.size()) - 1;
        for (unsigned some = chooses ? 0 : all; some <= all; ++some) {
            double size = 0, less = 0;
            for (std::size_t i = 0; i < one.lasting.size(); ++i) {
                if ((some >> i & 1U) == 0) continue;
                size += at(one.lasting[i]).size;
                problem_.each_move(at(one.lasting[i]), [&](const placement_move& move) { less += move.seconds; });
            }
            const double time = std::max(problem_.floor[k], left - less);
            join(next, at_now.front, chooses ? size : 0.0, time, [&](partial& way) {
                for (std::size_t i = 0; chooses && i < one.lasting.size(); ++i)
                    if ((some >> i & 1U) != 0) note(way, one.lasting[i]);
            });
        }
        if (next.size() > most_kept_) {
            whole = false;
            thin(next);
        }
        at_now.front = std::move(next);
    }

    void note(partial& way, int item) {
        picks_.push_back({item, way.chosen});
        way.chosen = static_cast<int>(picks_.size()) - 1;
    }

    // Ways that go on by so many bytes and seconds join a list: by size, without those that another beats.
    template <class Noted>
    void join(std::vector<partial>& list, const std::vector<partial>& ways, double size, double time,
              const Noted& noted) {
        joined_.clear();
        joined_.reserve(list.size() + ways.size());
        double least = std::numeric_limits<double>::infinity();
        const bool is_first = list.empty();  // none of the same list beats another
        for (std::size_t i = 0, k = 0; i < list.size() || k < ways.size();) {
            const bool goes_on = k < ways.size() && (i == list.size() || ways[k].size + size < list[i].size);
            partial one = goes_on ? ways[k++] : list[i++];
            if (goes_on) one.size += size, one.time += time;
            if (!is_first && !(one.time < least * (1 - 1e-13))) continue;
            least = one.time;
            if (goes_on) noted(one);
            joined_.push_back(one);
        }
        std::swap(list, joined_);
    }

    static void thin(std::vector<partial>& front) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < front.size(); ++i)
            if (i % 2 == 0 || i + 1 == front.size()) front[kept++] = front[i];
        front.resize(kept);
    }

    const Problem& problem_;
    std::vector<stage> stages_;
    std::vector<int> slot_{};
    std::vector<double> peaks_{};
    std::vector<pick> picks_{};
    std::vector<partial> joined_{};  // kept for its storage
    int most_alive_ = 0;
    std::size_t most_kept_ = 0;  // of a list
    bool applies_ = false;
};

}  // namespace qutibench::detail
