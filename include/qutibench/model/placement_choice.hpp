// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Where tensors live when time decides, and what is left to tiles. Equations in docs/formulas/placement.md and
/// tiles.md.
#pragma once

#include <qutibench/model/placement_bound.hpp>
#include <qutibench/model/placement_search.hpp>
#include <qutibench/model/tiling.hpp>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Decides for one call. A template so that including it costs nothing until it is used.
template <class Workload = workload, class Problem = placement_problem<>>
class placement_chooser {
public:
    /// What a decision rests on besides the network.
    struct terms {
        memory_pools pools{};
        double seconds_per_byte = 0;       ///< off chip
        double whole_floor = 0;            ///< s that a call computes when its kernels share one roofline
        std::vector<double> core{};        ///< s by kernel of computing and on-chip memory
        std::vector<tensor_move> moves{};  ///< when nothing is on chip
    };

    /// What was decided.
    struct decision {
        std::vector<char> on_chip{};  ///< by place
        std::vector<double> again{};  ///< bytes by kernel that tiles move again; empty without tiles
        double tile_bytes = std::numeric_limits<double>::quiet_NaN();
    };

    placement_chooser(const Workload& net, const network_plan<Workload>& plan, std::int64_t inputs, terms from)
        : net_(net), plan_(plan), inputs_(inputs), terms_(std::move(from)) {
        build();
    }

    /// Where the tensors take the least time.
    [[nodiscard]] decision decide(tile_memory<>& tiles_tried) {
        if (plan_.traits.tiles) return share_with_tiles(tiles_tried);
        placement_search<Problem> search(problem_);
        choice_ = search.solve(terms_.pools, in_order(terms_.pools));
        search.fill_up(choice_.on_chip);
        return {choice_.on_chip, {}};
    }

    /// Share of the time that a better choice could save at most; NaN with tiles.
    [[nodiscard]] double gap() const {
        if (plan_.traits.tiles) return std::numeric_limits<double>::quiet_NaN();
        if (choice_.is_exact || !(choice_.time > 0)) return 0;
        return 1 - placement_bound(problem_, terms_.pools, choice_.time) / choice_.time;
    }

private:
    // Activations stream through a pipeline, and are free where no level may hold them, as published.
    [[nodiscard]] bool is_free(const tensor_need& one) const {
        return one.role == tensor_role::activations &&
               (one.streams || (terms_.pools.for_activations() == 0 && !plan_.traits.tiles));
    }

    void build() {
        problem_.steps = static_cast<int>(plan_.table.parts.size()) + 1;
        for (const auto& one : plan_.placed.tensors()) {
            const layer_part& part = plan_.table.at(one.layer);
            placeable item;
            item.is_weights = one.role == tensor_role::weights;
            item.size = item.is_weights ? one.size : one.size * static_cast<double>(inputs_);
            item.first = part.kernel;
            item.last = part.last;
            item.always = one.role != tensor_role::activations;
            item.forced = one.forced || is_free(one);
            item.wished = one.forced ? one.wished : item.forced;
            if (is_free(one)) item.size = 0;
            problem_.items.push_back(item);
        }
        set_floors();
        for (const tensor_move& move : terms_.moves)
            if (move.tensor >= 0) ++item_of(move).moves;
        int next = 0;
        for (placeable& one : problem_.items) one.first_move = next, next += std::exchange(one.moves, 0);
        problem_.moves.resize(static_cast<std::size_t>(next));
        for (const tensor_move& move : terms_.moves) {
            const int stage = problem_.floor.size() == 1 ? 0 : move.kernel;
            const double seconds = move.bytes * terms_.seconds_per_byte;
            problem_.moved[static_cast<std::size_t>(stage)] += seconds;
            if (move.tensor < 0) continue;
            placeable& one = item_of(move);
            problem_.moves[static_cast<std::size_t>(one.first_move + one.moves++)] = {stage, seconds};
        }
    }
    [[nodiscard]] placeable& item_of(const tensor_move& move) {
        return problem_.items[static_cast<std::size_t>(move.tensor)];
    }

    // A stage is a kernel, or the whole call. What moves ahead hides behind the kernel before.
    void set_floors() {
        const bool adds = plan_.how.parameters.overlap == overlap_kind::none;
        if (!plan_.traits.by_kernel || plan_.traits.streams) {
            problem_.floor = {adds ? 0.0 : terms_.whole_floor};
        } else {
            problem_.floor.assign(terms_.core.size(), 0);
            for (std::size_t k = 0; k < terms_.core.size() && !adds; ++k)
                problem_.floor[k] = !plan_.traits.ahead ? terms_.core[k] : k > 0 ? terms_.core[k - 1] : 0.0;
        }
        problem_.moved.assign(problem_.floor.size(), 0);
    }

    // What stays on chip whatever is decided.
    [[nodiscard]] std::vector<char> fixed() const {
        std::vector<char> on_chip;
        for (const placeable& one : problem_.items) on_chip.push_back(one.forced && one.wished);
        return on_chip;
    }
    // What the fixed order keeps in some memory.
    [[nodiscard]] std::vector<char> in_order(const memory_pools& pools) const {
        std::vector<char> on_chip = fixed();
        const auto& tensors = plan_.placed.tensors();
        for (std::size_t i = 0; i < tensors.size(); ++i)
            if (!problem_.items[i].forced) on_chip[i] = tensors[i].fits(static_cast<double>(inputs_), pools);
        return on_chip;
    }

    // The most that is on chip at once.
    [[nodiscard]] double need_of(const std::vector<char>& on_chip) const {
        double always = 0;
        std::vector<double> passing(static_cast<std::size_t>(problem_.steps), 0);
        for (std::size_t i = 0; i < on_chip.size(); ++i) {
            const placeable& one = problem_.items[i];
            if (!on_chip[i]) continue;
            if (one.always) always += one.size;
            for (int t = one.first; t <= one.last && !one.always; ++t) passing[static_cast<std::size_t>(t)] += one.size;
        }
        return always + *std::max_element(passing.begin(), passing.end());
    }

    // Candidates do not depend on the capacity, and tiles with more room move no more: more memory never loses.
    [[nodiscard]] decision share_with_tiles(tile_memory<>& tiles_tried) {
        const double capacity = terms_.pools.all();
        double total = 0, best = std::numeric_limits<double>::infinity();
        for (const placeable& one : problem_.items) total += one.size;
        decision found;
        tiler<Workload> tiles(net_, plan_, inputs_, tiles_tried);
        const auto attempt = [&](const std::vector<char>& on_chip) {
            const double buffer = std::max(0.0, capacity - need_of(on_chip));
            tiled_answer one = tiles.run(terms_.moves, buffer, on_chip, [&](std::size_t kernel, double bytes) {
                return combined(plan_.how.parameters.overlap, terms_.core[kernel], bytes * terms_.seconds_per_byte);
            });
            if (!(one.time < best)) return;
            best = one.time;
            found = {on_chip, std::move(one.again), buffer};
            for (const int tensor : one.kept) found.on_chip[static_cast<std::size_t>(tensor)] = 1;
        };
        attempt(fixed());
        if (plan_.how.placement == placement_kind::published || !(total > 0)) return found;
        placement_search<Problem> search(problem_);
        // four to an octave, from a 64th of what there is to place
        for (double octave = std::ldexp(1.0, std::ilogb(total / 64));; octave *= 2)
            for (const double part : {1.0, 1.25, 1.5, 1.75}) {
                const double budget = octave * part;
                if (!(budget <= capacity)) return found;
                attempt(in_order(terms_.pools.part(budget)));
                if (plan_.how.placement == placement_kind::optimal)
                    attempt(search.solve(terms_.pools.times(budget / capacity), {}, false).on_chip);
                if (budget >= total) return found;
            }
    }

    const Workload& net_;
    const network_plan<Workload>& plan_;
    std::int64_t inputs_;
    terms terms_;
    Problem problem_{};
    typename Problem::choice choice_{};
};

}  // namespace qutibench::detail
