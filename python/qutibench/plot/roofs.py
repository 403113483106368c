# SPDX-License-Identifier: BSD-3-Clause
"""What a roofline chart shows: the roofs of devices, and where networks and measurements stand below them."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from .. import _core
from ..errors import InvalidArgument
from .rows import Row, batch_of, device_of, need, network_of, positive, roof_of
from .style import distinct

GIGA = 1e9
INTENSITY = "operational_intensity_ops_per_byte"


class Roof(NamedTuple):
    """One roof: the peak in operations per second, the bandwidth in bytes per second or None where nobody states it."""

    name: str
    device: str
    datatype: str
    peak: float
    bandwidth: float | None

    def attainable(self, intensity: float) -> float:
        """Operations per second at an intensity in operations per byte (thesis eq. 4.1)."""
        return self.peak if self.bandwidth is None else min(self.peak, self.bandwidth * intensity)

    def ridge(self) -> float | None:
        """Operations per byte from which on the peak is the bound."""
        return None if self.bandwidth is None else self.peak / self.bandwidth


def of_row(row: Row) -> Roof:
    """The roof that an estimate was made with."""
    bandwidth = row.get("bandwidth_bytes_per_s")
    known = None if bandwidth is None or math.isinf(bandwidth) else float(bandwidth)
    return Roof(roof_of(row), device_of(row), str(row.get("datatype") or ""), float(row["peak_ops_per_s"]), known)


def of_platform(platform: _core.Platform, datatypes: Sequence[str]) -> list[Roof]:
    """Roofs of a platform in these datatypes, or in all that it computes in; raises InvalidArgument for none."""
    device = device_of({"platform": platform.id, "mode": platform.mode})
    native = dict(platform.peaks)
    chosen = [name for name in (datatypes or native) if name in native]
    if not chosen:
        raise InvalidArgument(f"{device} computes in {', '.join(native)}, not in {', '.join(datatypes)}")
    return [Roof(f"{device} {name}", device, name, native[name], platform.bandwidth_bytes_per_s) for name in chosen]


def of_levels(platform: _core.Platform, roofs: Sequence[Roof]) -> list[Roof]:
    """The same roofs under the bandwidth of each on-chip level that a source states one of (Yang et al. 2020)."""
    levels = [one for one in platform.memories if one.on_chip and one.bandwidth_bytes_per_s is not None]
    return [
        roof._replace(name=f"{roof.name} from {level.name}", bandwidth=level.bandwidth_bytes_per_s)
        for level in levels
        for roof in roofs
    ]


def platforms_of(given: object) -> list[_core.Platform] | None:
    """Platforms from ids, paths and Platforms; None when the argument holds rows instead."""
    listed = list(given) if isinstance(given, (list, tuple, set)) else [given]
    found = []
    for one in listed:
        if not isinstance(one, (str, os.PathLike, _core.Platform)):
            return None
        found.append(_core.as_platform(one))
    if not found:
        raise InvalidArgument("there is no platform to draw")
    return found


def workloads_of(given: object, keep: float) -> list[_core.Workload]:
    """Workloads from ids, paths, Workloads and Graphs; keep scales those of the catalogue."""
    listed: list[Any] = list(given) if isinstance(given, (list, tuple, set)) else [given]
    found = []
    for one in listed:
        is_name = isinstance(one, (str, os.PathLike))
        found.append(_core.named_network(one, keep)[2] if is_name else _core.as_workload(one))
    return found


def complete(row: Row) -> Row:
    """A measured row with its operations, intensity and roof, from the catalogue where it does not bring them."""
    done = dict(row)
    if done.get("measured_throughput_ips") is None:
        done["measured_throughput_ips"] = done.get("throughput_ips")
    if done.get("operations") is not None and done.get(INTENSITY) is not None and done.get("peak_ops_per_s"):
        return done
    for name in ("network", "platform", "datatype"):
        if not done.get(name):
            raise InvalidArgument(f"a measured row without {name} has no roof to stand below")
    batch = done.get("batch") or (done.get("deployment_value") if done.get("deployment") == "batch" else 1) or 1
    one = _core.predict(
        _core.network_entry(str(done["network"])).workload(float(done.get("keep") or 1)),
        _core.platform(device_of(done)),
        datatype=str(done["datatype"]),
        batch=int(batch),
    )
    return done | {
        "operations": one.operations,
        INTENSITY: one.operational_intensity,
        "peak_ops_per_s": one.peak_ops_per_s,
        "bandwidth_bytes_per_s": one.bandwidth_bytes_per_s,
    }


def placed(rows: Sequence[Row], value: str) -> tuple[list[Row], str]:
    """Rows as points in op/byte and GOP/s below their roofs, and a note on rows that have no place.

    value: the column of inputs per second.
    """
    known, note = need(rows, "operations", INTENSITY, "peak_ops_per_s", value)
    finite = [row for row in known if math.isfinite(row[INTENSITY])]
    if len(finite) < len(known):
        note = "; ".join(filter(None, [note, f"{len(known) - len(finite)} without off-chip traffic left out"]))
    positive(finite, "operations", INTENSITY, value)
    points = []
    for row in finite:
        roof = of_row(row)
        attainable = roof.attainable(row[INTENSITY])
        performance = row["operations"] * row[value] / GIGA
        points.append(
            {
                "network": network_of(row),
                "device": roof.device,
                "roof": roof.name,
                "batch": batch_of(row),
                "intensity": row[INTENSITY],
                "performance": performance,
                "inputs_per_second": row[value],
                "top": attainable / GIGA,
                "of_bound": performance / (attainable / GIGA),
                "bound": "compute" if roof.peak <= attainable else "memory",
            }
        )
    return points, note


def strokes(roofs: Sequence[Roof]) -> dict[str, str]:
    """The highest roof of a device is '0', drawn solid, its lower ones '1' and on, dashed."""
    ranks: dict[str, str] = {}
    for device in distinct(one.device for one in roofs):
        own = sorted((one for one in roofs if one.device == device), key=lambda one: -one.peak)
        ranks |= {one.name: str(rank) for rank, one in enumerate(own)}
    return ranks
