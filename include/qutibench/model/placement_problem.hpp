// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which tensors live on chip so that a call takes the least time, as a problem of numbers alone.
#pragma once

#include <qutibench/model/on_chip.hpp>

#include <cstddef>
#include <limits>
#include <vector>

namespace qutibench::detail {

/// A tensor that may live on chip. Times are steps: an activation is alive from `first` to `last`.
struct placeable {
    double size = 0;
    int first = 0;
    int last = 0;
    bool is_weights = false;  ///< of the pool for weights
    bool always = false;      ///< lives throughout: weights and state
    bool forced = false;      ///< is on chip or not whatever it takes
    bool wished = false;      ///< on chip, where forced
    int first_move = 0;       ///< where its moves start in `placement_problem::moves`
    int moves = 0;
};

/// Seconds that a stage of the call spends on moving a tensor that is not on chip.
struct placement_move {
    int stage = 0;
    double seconds = 0;
};

/// Choose tensors; each stage takes the longer of `floor` and what is left to move. A template, so that its
/// vectors cost compile time where a search is used.
template <class Seconds = double>
struct placement_problem {
    std::vector<placeable> items{};
    std::vector<placement_move> moves{};
    std::vector<Seconds> floor{};  ///< by stage
    std::vector<Seconds> moved{};  ///< by stage when nothing is on chip
    int steps = 0;

    /// Which items are on chip, and the time that it takes.
    struct choice {
        std::vector<char> on_chip{};
        Seconds time = std::numeric_limits<Seconds>::infinity();
        bool is_exact = false;
    };

    template <class Use>
    void each_move(const placeable& one, Use use) const {
        for (int i = one.first_move; i < one.first_move + one.moves; ++i) use(moves[static_cast<std::size_t>(i)]);
    }
};

}  // namespace qutibench::detail
