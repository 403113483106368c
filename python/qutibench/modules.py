# SPDX-License-Identifier: BSD-3-Clause
"""The modules of a network as a tree, by the dots and slashes in its layers' names, with the share of each."""

from __future__ import annotations

from dataclasses import dataclass

from . import _core
from .tables import Network

__all__ = ["ModuleRow", "module_tree"]


@dataclass(frozen=True)
class ModuleRow:
    """A module of a network: what all layers in it cost together."""

    path: str
    depth: int
    layers: int
    macs: int
    weights: int
    macs_share: float | None
    weights_share: float | None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2] if self.path else "(all)"


class _Tree(list[ModuleRow]):
    """Rows from the root to the leaves; shows itself as an indented table."""

    def __str__(self) -> str:
        lines = [f"{'module':<40} {'MACs':>14} {'share':>7} {'weights':>13} {'share':>7}"]
        for row in self:
            name = "  " * row.depth + row.name
            macs, weights = (
                "" if share is None else f"{100 * share:.1f} %" for share in (row.macs_share, row.weights_share)
            )
            lines.append(f"{name:<40} {row.macs:>14,} {macs:>7} {row.weights:>13,} {weights:>7}")
        return "\n".join(lines)

    __repr__ = __str__


def module_tree(network: Network | _core.Workload, depth: int | None = None) -> list[ModuleRow]:
    """The modules of a network with their multiply-accumulates and weights, and the share of each in the whole.

    Layers are grouped by the dots in their names, as PyTorch writes module paths; what follows a slash is the layer
    itself. depth: how many levels, the whole network being level 0; None for all. `print(module_tree(g))` shows a
    table.
    """
    work = _core.as_workload(network)
    sums: dict[str, list[int]] = {"": [0, 0, 0]}
    for layer in work.layers:
        path = layer.name.partition("/")[0]
        parts = path.split(".") if path else []
        for level in range(len(parts) + 1):
            if depth is not None and level > depth:
                break
            one = sums.setdefault(".".join(parts[:level]), [0, 0, 0])
            one[0] += 1
            one[1] += layer.macs
            one[2] += layer.weights
    macs, weights = sums[""][1:]
    children: dict[str, list[str]] = {}
    for path in sums:
        if path:
            children.setdefault(path.rpartition(".")[0], []).append(path)
    rows = _Tree()
    open_paths = [""]
    while open_paths:
        path = open_paths.pop()
        layers, own_macs, own_weights = sums[path]
        level = 0 if not path else path.count(".") + 1
        rows.append(
            ModuleRow(
                path, level, layers, own_macs, own_weights, own_macs / macs if macs else None,
                own_weights / weights if weights else None,
            )
        )  # fmt: skip
        open_paths.extend(reversed(children.get(path, [])))
    return rows
