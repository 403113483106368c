# SPDX-License-Identifier: BSD-3-Clause
"""Measurements beside predictions, and predictions that measurements have corrected."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, overload

from . import _core
from .errors import InvalidArgument, UnknownName
from .tables import Device, Network

Workloads = Mapping[str, _core.Workload]


def _listed(measurements: _core.Measurement | Iterable[_core.Measurement]) -> list[_core.Measurement]:
    rows = [measurements] if isinstance(measurements, _core.Measurement) else list(measurements)
    for one in rows:
        if not isinstance(one, _core.Measurement):
            raise TypeError(f"a measurement is a qb.Measurement, not {type(one).__name__}")
    return rows


@lru_cache(maxsize=512)
def _known_work(name: str, keep: float) -> tuple[_core.Workload, _core.Workload | None]:
    """A network of the catalogue; one known by its totals alone with the network that it was pruned from."""
    entry = _core.network_entry(name)
    parent = None
    if not entry.has_graph and entry.pruned_from:
        parent = _core.network_entry(entry.pruned_from).workload()
    return entry.workload(keep), parent


def _work_of(network: Network | _core.Workload, keep: float) -> _core.Workload:
    """What a network costs, however it is given; keep is of the catalogue's and of network files."""
    if isinstance(network, (str, os.PathLike)):
        work: _core.Workload = _core.named_network(network, float(keep))[2]
        return work
    return _core.as_workload(network)


def _named(platform: Device) -> _core.Platform | str:
    """A name, which no catalogue needs to have, or the platform."""
    return platform if isinstance(platform, str) else _core.as_platform(platform)


def _require_id(kind: str, name: str) -> None:
    """Names that stand in measurements are looked up as ids only, so that reading one file never opens another."""
    if _core.is_path(name):
        raise InvalidArgument(f"a measurement names the {kind} '{name}', which is a path; pass its figures yourself")


def _part(one: _core.Measurement) -> str | None:
    """The layer that was measured, None for a whole network."""
    return one.part if one.level != 3 and one.part else None


def _work(one: _core.Measurement, workloads: Workloads) -> tuple[_core.Workload, _core.Workload | None]:
    """The caller's workload for a measurement, by its key or its network, or else the catalogue's."""
    for name in (_core.network_key(one).partition("#")[0], one.network):
        if name in workloads:
            return workloads[name], None
    _require_id("network", one.network)
    try:
        return _known_work(one.network, one.keep)
    except UnknownName as wrong:
        if not workloads:
            raise
        raise UnknownName(f"neither `workloads` nor the catalogue has the network '{one.network}'") from wrong


def _known_platform(name: str) -> _core.Platform | None:
    """None for a board that no catalogue and no file describes."""
    return _core.platform(name) if _core.is_path(name) or name.partition(":")[0] in _core.platforms() else None


@overload
def efficiency(
    measurements: _core.Measurement,
    workloads: Workloads | None = None,
    platforms: Mapping[str, _core.Platform] | None = None,
    batch: int | None = None,
) -> _core.EfficiencyRow: ...
@overload
def efficiency(
    measurements: Iterable[_core.Measurement],
    workloads: Workloads | None = None,
    platforms: Mapping[str, _core.Platform] | None = None,
    batch: int | None = None,
) -> list[_core.EfficiencyRow]: ...
def efficiency(
    measurements: _core.Measurement | Iterable[_core.Measurement],
    workloads: Workloads | None = None,
    platforms: Mapping[str, _core.Platform] | None = None,
    batch: int | None = None,
) -> _core.EfficiencyRow | list[_core.EfficiencyRow]:
    """Measured over predicted throughput, one row for each measurement; rows above the bound are flagged and kept.

    workloads, platforms: your own by the names in the measurements; the catalogue has the others. batch: of the bound;
    each measurement's own unless given (the thesis reads weights for every input: batch=1).
    Raises UnknownName for a network or platform that nobody describes, UnsupportedDatatype.
    """
    rows = []
    known = dict(platforms or {})
    for one in _listed(measurements):
        if one.platform not in known:
            _require_id("platform", one.platform)
            known[one.platform] = _core.platform(one.platform)
        work, _ = _work(one, workloads or {})
        rows.append(_core.efficiency_row(one, work, known[one.platform], batch))
    return rows[0] if isinstance(measurements, _core.Measurement) else rows


class Calibration:
    """An execution model of one device, fitted to measurements. :func:`calibrate` makes one."""

    def __init__(self, fitted: _core.FittedModel, workloads: Workloads, device: _core.Platform | None) -> None:
        self._fitted = fitted
        self._workloads = dict(workloads)
        self._device = device
        self._networks = _core.NetworkSet()

    def predict(
        self,
        network: Network | _core.Workload | _core.Measurement,
        *,
        datatype: Any = "int8",
        batch: int = 1,
        mode: str | None = None,
        threads: int | None = None,
        stream: int | None = None,
        keep: float = 1.0,
    ) -> _core.CalibratedEstimate:
        """The prediction for a network, or for the run of a measurement, with a 90 % interval and warnings.

        A measurement brings its own datatype, mode and deployment. stream: inputs that follow each other through a
        pipeline, predictable for bitstreams that were measured or whose folding is declared.
        """
        if isinstance(network, _core.Measurement):
            key = _core.network_key(network)
            if key not in self._networks:
                _add(self._networks, key, *_work(network, self._workloads), _part(network))
            return self._fitted.predict_measurement(network, self._networks, self._device)
        named = isinstance(network, str) and network in self._workloads
        work = self._workloads[str(network)] if named else _work_of(network, keep)
        return self._fitted.predict_workload(work, datatype, batch, mode, threads, stream, self._device)

    def declare_folding(
        self, network: str, datatype: Any, interval_s: float, fill: float | None = None, mode: str | None = None
    ) -> None:
        """Makes a dataflow bitstream predictable from its folding: the cycles of its slowest layer over the clock."""
        more = {} if fill is None else {"fill": fill}
        self._fitted.declare_folding(network, datatype, interval_s, mode=mode, **more)

    @property
    def platform(self) -> str:
        """Name of the device."""
        return self._fitted.device_id

    @property
    def structure(self) -> str:
        """Name of the execution structure that explains networks left out best; '' when only streams were measured."""
        return self._fitted.structure

    @property
    def parameters(self) -> dict[str, float]:
        """The fitted parameters by name."""
        return self._fitted.parameters

    @property
    def validation(self) -> _core.Validation:
        """Errors on each network in turn, structure and parameters chosen anew without it; worked out on first use."""
        return self._fitted.validation

    @property
    def mode_validation(self) -> _core.Validation:
        """The same with one mode left out at a time; empty when only one was measured."""
        return self._fitted.mode_validation

    @property
    def data_hash(self) -> str:
        """Changes with the measurements."""
        return self._fitted.data_hash

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the calibration, its held-out errors included; raises ParseError when that fails."""
        _core.write_text(path, self._fitted.to_json())

    def __getstate__(self) -> tuple[str, dict[str, _core.Workload], _core.Platform | None]:
        return self._fitted.to_json(), self._workloads, self._device

    def __setstate__(self, state: tuple[str, dict[str, _core.Workload], _core.Platform | None]) -> None:
        text, workloads, device = state
        self.__init__(_core.FittedModel.from_json(text), workloads, device)  # type: ignore[misc]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Calibration):
            return NotImplemented
        return self.__getstate__() == other.__getstate__()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Calibration({self.platform!r}, structure {self.structure!r}, {len(self.parameters)} parameters)"


def _add(
    networks: _core.NetworkSet, key: str, work: _core.Workload, parent: _core.Workload | None, part: str | None = None
) -> None:
    if parent is None or part:
        networks.add(key, work, part)
    else:
        networks.add_pruned(key, work, parent)


def _add_measured(networks: _core.NetworkSet, rows: Iterable[_core.Measurement], workloads: Workloads) -> None:
    """The networks of measurements that are not there yet."""
    for one in rows:
        key = _core.network_key(one)
        if key not in networks:
            _add(networks, key, *_work(one, workloads), _part(one))


def calibrate(
    measurements: Iterable[_core.Measurement],
    workloads: Workloads | None = None,
    platform: Device | None = None,
    structures: Sequence[str] = (),
    populations: Sequence[str] = (),
) -> Calibration:
    """Fits a device's execution model to its measurements, so that networks nobody ran on it are predicted.

    workloads, platform: the catalogue's by the names in the measurements unless given; of several platforms' rows,
    those of the given one count. A platform that nobody describes is fitted from its measurements alone. structures:
    names of ``calibration_structures()`` to choose from. populations: classes of devices of ``populations()`` to lean
    on, all unless given.

    Raises InvalidArgument without a usable measurement or with those of several platforms, UnknownName for a network
    that nobody describes, and for a platform that neither the measurements nor the catalogue name.
    """
    rows = _listed(measurements)
    names = list(dict.fromkeys(one.platform for one in rows))
    if not rows:
        raise InvalidArgument("a calibration needs at least one measurement")
    platform = None if platform is None else _named(platform)
    if platform is not None and len(names) > 1:
        wanted = (platform if isinstance(platform, str) else str(platform.id)).partition(":")[0]
        rows = [one for one in rows if one.platform == wanted]
        if not rows:
            raise InvalidArgument(f"none of the measurements is of '{wanted}'; they are of {', '.join(names)}")
        names = [wanted]
    if len(names) > 1:
        raise InvalidArgument(f"a calibration is of one platform; these measurements are of {', '.join(names)}")
    if platform is None:
        _require_id("platform", names[0])
    if isinstance(platform, str):
        device = _known_platform(platform) if platform == names[0] else _core.platform(platform)
    else:
        device = _known_platform(names[0]) if platform is None else platform
    networks = _core.NetworkSet()
    _add_measured(networks, rows, workloads or {})
    fitted = _core.FittedModel(rows, networks, device, names[0], list(structures), list(populations))
    return Calibration(fitted, workloads or {}, device)


class NextMeasurement(NamedTuple):
    """A network that is worth measuring next."""

    network: str
    within: float
    """Nine of ten candidates are then known to within this fraction, this network and those before measured."""


def rank_next(
    networks: Iterable[str],
    platform: Device,
    measurements: Iterable[_core.Measurement] = (),
    workloads: Workloads | None = None,
    *,
    datatype: Any = "int8",
    batch: int = 1,
    mode: str | None = None,
    threads: int | None = None,
    populations: Sequence[str] = (),
) -> list[NextMeasurement]:
    """Which of some networks to measure next on a device, the most telling first.

    networks: names of `workloads` or the catalogue. platform: an object, an id, or the name of a board that nobody
    describes. measurements: what is known of it so far. populations: as in :func:`calibrate`.
    Raises InvalidArgument without a network, UnknownName for one that nobody describes.
    """
    rows = _listed(measurements)
    platform = _named(platform)
    board = platform if isinstance(platform, str) else str(platform.id)
    device = _known_platform(platform) if isinstance(platform, str) else platform
    known = _core.NetworkSet()
    candidates = list(dict.fromkeys(networks))
    for name in candidates:
        work = (workloads or {}).get(name) or _known_work(name, 1.0)[0]
        known.add(name, work)
    _add_measured(known, rows, workloads or {})
    order = _core._rank_next(rows, known, board, candidates, datatype, batch, mode, threads, list(populations), device)
    return [NextMeasurement(name, within) for name, within in order]


def expect(
    network: Network | _core.Workload,
    platform: Device,
    *,
    datatype: Any = "int8",
    batch: int = 1,
    threads: int | None = None,
    mode: str | None = None,
    keep: float = 1.0,
) -> _core.Expectation:
    """What to expect of a network on a device, with a 90 % interval, what it rests on and the bound beside it.

    network, platform: objects, ids of the catalogue or paths. threads: callers at a time, each with `batch` inputs.
    Raises UnknownName for an id that nobody knows, UnsupportedDatatype as predict does.
    """
    return _core._expect(_work_of(network, keep), platform, datatype, batch, threads, mode)


def load_calibration(path: str | os.PathLike[str], workloads: Workloads | None = None) -> Calibration:
    """A saved calibration; raises ParseError with file and place."""
    fitted = _core.FittedModel.from_json(_core.read_text(path), os.fspath(path))
    device = None if _core.is_path(fitted.device_id) else _known_platform(fitted.device_id)
    return Calibration(fitted, workloads or {}, device)
