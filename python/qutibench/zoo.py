# SPDX-License-Identifier: BSD-3-Clause
"""Known networks as graphs: ``qb.zoo.resnet50()``, ``qb.zoo.cnv(keep=0.5)``. ``dir(qb.zoo)`` lists them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from ._core import Graph, build_network, zoo_entries
from .errors import UnknownName


class _NoSuchNetwork(UnknownName, AttributeError):
    """What asking the module for a network that it does not have raises, so that ``hasattr`` answers no."""


@cache
def _makers() -> dict[str, Callable[..., Graph]]:
    makers: dict[str, Callable[..., Graph]] = {}
    for name, has_widths in zoo_entries():
        make = partial(build_network, name)
        make.__doc__ = f"The network {name!r} as a graph" + (
            "; keep is the fraction of channels that is left." if has_widths else "; it has no widths to scale."
        )
        makers[name] = make
    return makers


def names() -> list[str]:
    """Names of all networks of the zoo."""
    return list(_makers())


def __getattr__(name: str) -> Callable[..., Graph]:
    if name.startswith("__"):
        raise AttributeError(name)
    found = _makers().get(name)
    if found is None:
        try:
            build_network(name)  # raises UnknownName with the nearest one
        except UnknownName as wrong:
            missing = _NoSuchNetwork(*wrong.args)
            missing.nearest = wrong.nearest
            raise missing from None
        raise AttributeError(name)
    return found


def __dir__() -> list[str]:
    return sorted([*_makers(), "names"])
