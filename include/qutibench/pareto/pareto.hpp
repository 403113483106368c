// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Frontiers: which points are worth considering when several objectives count at once.
///
/// dominance.hpp       sense, dominates, nan_rows: what "better" means
/// pareto_front.hpp    pareto_mask, pareto_front: the exact non-dominated rows of a table
/// pareto_archive.hpp  pareto_archive: the front of rows that arrive in parts; fronts that merge
/// pareto_ranks.hpp    pareto_ranks: non-dominated sorting
/// hypervolume.hpp     hypervolume, hypervolume_contributions: how good a front is, and what each row adds to it
/// approximate_hypervolume.hpp  approximate_hypervolume: the same by sampling, for any number of objectives
/// pareto_choice.hpp   pareto_knee, epsilon_front: a few points out of many
///
/// All take a row-major table of doubles with 1 to 8 columns, and a sense for each column.
#pragma once

#include <qutibench/pareto/approximate_hypervolume.hpp>
#include <qutibench/pareto/archive.hpp>
#include <qutibench/pareto/choice.hpp>
#include <qutibench/pareto/dominance.hpp>
#include <qutibench/pareto/front.hpp>
#include <qutibench/pareto/hypervolume.hpp>
#include <qutibench/pareto/ranks.hpp>
