# SPDX-License-Identifier: BSD-3-Clause
"""A choice in every layer where the figures of the layers do not add up: a search by NSGA-II (pymoo).

Where they do add up (bits of each layer, layer by layer), the exact frontier is a matter of milliseconds and needs no
search. Pruning rates are another matter: the channels that one layer loses, the next one no longer reads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from . import _core
from .errors import InvalidArgument, UnknownName
from .tables import Table, from_records, require

Choice = Mapping[str, Any]
"""{layer: option}, one for each layer."""
Evaluate = Callable[[dict[str, Any]], Mapping[str, "float | None"]]
"""From a choice to named figures, such as {"latency_s": 0.004, "accuracy_top1": 0.71}; None for what is not known."""


class _Evaluated:
    """Every choice that was asked for, evaluated once."""

    def __init__(self, options: Mapping[str, Sequence[Any]], evaluate: Evaluate, names: Sequence[str]) -> None:
        self.layers = {layer: list(some) for layer, some in options.items()}
        self.evaluate = evaluate
        self.names = names
        self.records: dict[tuple[int, ...], dict[str, float]] = {}

    def choice(self, numbers: Sequence[int]) -> dict[str, Any]:
        return {layer: some[i] for (layer, some), i in zip(self.layers.items(), numbers, strict=True)}

    def __call__(self, numbers: tuple[int, ...]) -> dict[str, float]:
        if numbers not in self.records:
            figures = self.evaluate(self.choice(numbers))
            for name in self.names:
                if name not in figures:
                    known = ", ".join(sorted(figures))
                    raise UnknownName(f"evaluate() returns no figure '{name}'; it returns {known}")
            for name in figures:
                if name in self.layers:
                    raise InvalidArgument(f"'{name}' is a layer and a figure; call the figure something else")
            self.records[numbers] = {k: math.nan if v is None else float(v) for k, v in figures.items()}
        return self.records[numbers]

    def numbers(self, choice: Choice) -> tuple[int, ...]:
        for layer in choice:
            if layer not in self.layers:
                raise UnknownName(f"a choice to start from has a layer '{layer}' that has no options")
        found = []
        for layer, some in self.layers.items():
            if layer not in choice or choice[layer] not in some:
                raise InvalidArgument(f"a choice to start from needs an option of layer '{layer}', one of {some}")
            found.append(some.index(choice[layer]))
        return tuple(found)


def _problem(counts: Sequence[int], objectives: int) -> Any:
    problem = require("pymoo.core.problem", "search").Problem
    highest = [count - 1 for count in counts]
    return problem(n_var=len(counts), n_obj=objectives, n_ieq_constr=1, xl=[0] * len(counts), xu=highest, vtype=int)


def _first_population(evaluated: _Evaluated, start: Iterable[Choice], size: int, seed: int) -> Any:
    """The caller's choices, then the same option everywhere, then random ones."""
    import numpy as np

    random = np.random.default_rng(seed)
    counts = [len(some) for some in evaluated.layers.values()]
    rows = [evaluated.numbers(one) for one in start]
    rows += [tuple(min(i, count - 1) for count in counts) for i in range(max(counts))]
    rows = list(dict.fromkeys(rows))[:size]
    rows += [tuple(row) for row in random.integers(0, counts, (size - len(rows), len(counts))).tolist()]
    return np.array(rows, dtype=float)


def _algorithm(population: int, first: Any) -> Any:
    rounding = require("pymoo.operators.repair.rounding", "search").RoundingRepair()
    crossover = require("pymoo.operators.crossover.ux", "search").UX(prob=0.9)
    mutation = require("pymoo.operators.mutation.pm", "search").PM(prob=1.0, eta=3.0, vtype=float, repair=rounding)
    nsga2 = require("pymoo.algorithms.moo.nsga2", "search").NSGA2
    return nsga2(pop_size=population, sampling=first, crossover=crossover, mutation=mutation, eliminate_duplicates=True)


def _check(options: Mapping[str, Sequence[Any]], names: Sequence[str], population: int, generations: int) -> None:
    if not options:
        raise InvalidArgument("there is no layer to choose for")
    for layer, some in options.items():
        if len(some) == 0:
            raise InvalidArgument(f"layer '{layer}' has no option")
    if not 1 <= len(names) <= 8:
        raise InvalidArgument(f"a search needs 1 to 8 objectives, not {len(names)}")
    if len(set(names)) < len(names):
        raise InvalidArgument("an objective is given twice, or both maximised and minimised")
    if population < 2 or generations < 1:
        raise InvalidArgument("a search needs a population of at least 2 and at least one generation")


def search_layers(
    options: Mapping[str, Sequence[Any]],
    evaluate: Evaluate,
    *,
    maximize: Sequence[str] = (),
    minimize: Sequence[str] = (),
    constraints: Mapping[str, tuple[float | None, float | None]] | None = None,
    start: Iterable[Choice] = (),
    population: int = 100,
    generations: int = 100,
    seed: int = 0,
    progress: Callable[[int, int], object] | None = None,
) -> Table:
    """Searches for good combinations of one option in each layer; returns the front of everything it evaluated.

    options: {layer: its options, in an order in which neighbours are alike}. evaluate: from {layer: option} to named
    figures; it is called once for a combination. maximize, minimize: names of figures. constraints: {figure: (low,
    high)}, None for no bound; a figure that is not known keeps none. start: combinations that are known to be good; the
    same option in all layers is always tried. progress: called with the generations done and the combinations
    evaluated.

    The table has a column for each figure and each layer. It is a heuristic: the front may miss combinations, and only
    says what it found (Deb, Pratap, Agarwal, Meyarivan 2002, doi:10.1109/4235.996017). The same seed and pymoo give the
    same front.

    Raises MissingPackage without pymoo (``pip install 'qutibench[search]'``), InvalidArgument, UnknownName for a figure
    that evaluate() does not return, and what evaluate() raises.

        options = {layer: [1.0, 0.75, 0.5] for layer in ("conv1", "conv2", "conv3")}
        search_layers(options, lambda keep: judge(qb.prune(g, keep)), maximize=["accuracy"],
                      minimize=["latency_s"])
    """
    import numpy as np

    maximize, minimize = ([one] if isinstance(one, str) else list(one) for one in (maximize, minimize))
    names = [*maximize, *minimize]
    _check(options, names, population, generations)
    limits = {name: tuple(bounds) for name, bounds in (constraints or {}).items()}
    evaluated = _Evaluated(options, evaluate, [*names, *limits])
    signs = np.array([-1.0] * len(maximize) + [1.0] * len(minimize))

    def keeps(figures: Mapping[str, float]) -> bool:
        def within(value: float, low: float | None, high: float | None) -> bool:
            return not math.isnan(value) and (low is None or value >= low) and (high is None or value <= high)

        known = not any(math.isnan(figures[name]) for name in names)
        return known and all(within(figures[name], *bounds) for name, bounds in limits.items())

    counts = [len(some) for some in evaluated.layers.values()]
    algorithm = _algorithm(population, _first_population(evaluated, start, population, seed))
    algorithm.setup(_problem(counts, len(names)), termination=("n_gen", generations), seed=seed, verbose=False)
    while algorithm.has_next():
        asked = algorithm.ask()
        if asked is None or len(asked) == 0:  # every combination has been tried
            break
        rows = [evaluated(tuple(int(i) for i in row)) for row in asked.get("X")]
        kept = np.array([keeps(row) for row in rows])
        figures = np.array([[row[name] for name in names] for row in rows]) * signs
        asked.set("F", np.where(kept[:, None], figures, 0.0))
        asked.set("G", np.where(kept, -1.0, 1.0)[:, None])
        algorithm.tell(infills=asked)
        if progress is not None:
            progress(algorithm.n_gen - 1, len(evaluated.records))

    found = [(numbers, figures) for numbers, figures in evaluated.records.items() if keeps(figures)]
    table = np.array([[figures[name] for name in names] for _, figures in found]).reshape(-1, len(names))
    front = _core.pareto_front(table, maximize=[True] * len(maximize) + [False] * len(minimize))
    chosen = [one for one, on in zip(found, front, strict=True) if on]
    chosen.sort(key=lambda one: [one[1][name] for name in names])
    return from_records([{**figures, **evaluated.choice(numbers)} for numbers, figures in chosen])
