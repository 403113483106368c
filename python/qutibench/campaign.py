# SPDX-License-Identifier: BSD-3-Clause
"""Many runs, one after the other, each on disk before the next begins: what was stopped goes on where it was."""

from __future__ import annotations

import csv
import datetime
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _core
from .errors import Error, InvalidArgument, MissingPackage, ParseError
from .progress import shown
from .runners import Run, RunError, datatype_of, named, run, usable_cores

KEY = (
    "network", "platform", "datatype", "keep", "level", "batch", "threads", "scenario", "statistic", "runner", "cores",
)  # fmt: skip
COLUMNS = (
    "network", "platform", "mode", "datatype", "keep", "level", "block", "layer", "scope", "batch", "threads",
    "scenario", "latency_s", "throughput_ips", "power_w", "statistic", "p10_s", "p90_s", "p99_s", "calls", "runner",
    "tool", "cores", "date", "rows", "error",
)  # fmt: skip
"""Columns of a file of results; ``load_measurements`` reads them. Of a run, each of its `rows` rows has all but layer
and figures in common; one that failed has an error and no figure."""

Row = dict[str, str]


class Results(list[_core.Measurement]):
    """The measurements of a campaign, in order; ``failed`` holds the rows of runs that gave none."""

    def __init__(self) -> None:
        super().__init__()
        self.failed: list[Row] = []


def _key(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in KEY)


class ResultsFile:
    """A CSV that grows by whole runs. A run that was being written when its process ended is dropped on opening."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.finished: dict[tuple[str, ...], list[Row]] = {}
        try:
            text = _core.read_text(self.path) if self.path.exists() else ""
            whole = text[: text.rfind("\n") + 1]
            for row in self._parse(whole):
                self.finished.setdefault(_key(row), []).append(row)
            torn = [key for key, rows in self.finished.items() if len(rows) != int(rows[0]["rows"])]
            for key in torn:
                del self.finished[key]
            if torn or whole != text or not text:
                self._replace([row for rows in self.finished.values() for row in rows])
        except (OSError, UnicodeDecodeError) as wrong:
            raise ParseError(f"{self.path}: the file cannot be read and written: {wrong}") from wrong

    def _parse(self, text: str) -> Iterator[Row]:
        if not text:
            return
        reader = csv.DictReader(io.StringIO(text))
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ParseError(
                f"{self.path}, line 1: these are not the columns of a file of results; choose another file"
            )
        for row in reader:
            if None in row or None in row.values() or not row["rows"].isdigit():
                raise ParseError(
                    f"{self.path}, line {reader.line_num}: the row does not have the columns of the header"
                )
            yield row

    @staticmethod
    def _text(rows: Iterable[Row], header: bool = False) -> str:
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        if header:
            writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()

    def _replace(self, rows: Iterable[Row]) -> None:
        part = self.path.with_name(self.path.name + ".part")
        part.write_text(self._text(rows, header=True), encoding="utf-8")
        part.replace(self.path)

    def append(self, rows: Sequence[Row]) -> None:
        """Writes the rows of a run to the disk; raises RunError and leaves the file as it was when the disk is full."""
        if self.finished.pop(_key(rows[0]), None):
            self._replace([row for group in self.finished.values() for row in group])
        before = self.path.stat().st_size
        try:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(self._text(rows))
                file.flush()
                os.fsync(file.fileno())
        except OSError as wrong:
            os.truncate(self.path, before)
            raise RunError(
                f"{self.path}: the results cannot be written: {wrong.strerror}; those before are in it"
            ) from wrong
        self.finished[_key(rows[0])] = list(rows)


def _rows_of(measured: Sequence[_core.Measurement], common: Row) -> list[Row]:
    def figures(one: _core.Measurement) -> Row:
        row = {"block" if one.level == 2 else "layer": one.part or ""}
        for name in ("latency_s", "throughput_ips", "power_w"):
            value = getattr(one, name)
            row[name] = "" if value is None else repr(value)
        if one.latency_s and one.throughput_ips:
            # where other programs get in the way, the least latency may say nothing of the throughput
            calls_at_a_time = one.latency_s * one.throughput_ips / one.batch
            if not 0.03 < calls_at_a_time / one.threads < 30:
                row["latency_s"] = ""
        if isinstance(one, Run):
            row |= {f"p{percent}_s": repr(one.percentile_s(percent)) for percent in (10, 90, 99)}
            row |= {"calls": str(len(one.latencies_s)), "cores": str(one.cores)}
        return row | {"mode": one.mode or "", "scope": one.scope, "tool": one.tool or ""}

    empty = dict.fromkeys(COLUMNS, "")
    return [empty | common | figures(one) | {"rows": str(len(measured))} for one in measured]


def _measurement_of(row: Row) -> _core.Measurement:
    figures: dict[str, Any] = {
        name: float(row[name]) for name in ("latency_s", "throughput_ips", "power_w") if row[name]
    }
    threads = {"threads": int(row["threads"])} if row["threads"] else {}
    return _core.Measurement(
        row["network"], row["platform"], row["datatype"], batch=int(row["batch"]), mode=row["mode"] or None,
        keep=float(row["keep"]), scope=row["scope"], statistic=row["statistic"], level=int(row["level"]),
        part=row["block"] or row["layer"], **threads, **figures,
    )  # fmt: skip


def _named_networks(networks: Mapping[str, Any] | Iterable[Any]) -> list[tuple[str | None, Any]]:
    if isinstance(networks, Mapping):
        return list(networks.items())
    single = isinstance(networks, (str, bytes, os.PathLike, _core.Graph))
    return [(None, one) for one in ([networks] if single else networks)]


def _own_name(network: Any) -> str:
    if isinstance(network, _core.Graph):
        return network.name
    if isinstance(network, bytes):
        raise InvalidArgument("the bytes of a model have no name; give networks as a dict of names and models")
    return Path(network).stem


def run_all(
    networks: Mapping[str, Any] | Iterable[Any],
    runners: Sequence[str] | str = "onnxruntime",
    *,
    batches: Sequence[int] = (1,),
    threads: Sequence[int | None] = (None,),
    level: int = 3,
    results: str | os.PathLike[str] | None = None,
    retry_failed: bool = False,
    **how: Any,
) -> Results:
    """Runs every network with every runner, batch and number of threads as :func:`run` does, and goes on past failures.

    networks: what `run` takes, or a dict of names and such. results: a CSV in which each run is on disk before the next
    begins. What it has already is not run again; what failed is, where `retry_failed`. how: further arguments of `run`.

    Raises MissingPackage, ParseError for a file of results that is something else, RunError when the disk is full.
    """
    file = ResultsFile(results) if results is not None else None
    found = Results()
    work = [
        (name or _own_name(network), network, runner, {**how, "batch": batch, "threads": count, "level": level})
        for name, network in ((name, named(given)) for name, given in _named_networks(networks))
        for runner in ([runners] if isinstance(runners, str) else runners)
        for batch in batches
        for count in threads
    ]
    for one in shown(work, "run", "measuring"):
        _run_one(found, file, retry_failed, *one)
    return found


def _run_one(
    found: Results,
    file: ResultsFile | None,
    retry_failed: bool,
    name: str,
    network: Any,
    runner: str,
    how: dict[str, Any],
) -> None:
    common: Row = {
        "network": name, "platform": how.get("platform", "host"),
        "datatype": how.get("datatype") or datatype_of(network), "keep": repr(float(how.get("keep", 1.0))),
        "level": str(how["level"]), "batch": str(how["batch"]),
        "threads": str(how["streams"]) if how.get("streams", 1) > 1 else "",
        "scenario": how.get("scenario") or "", "statistic": how.get("statistic", "median"),
        "runner": runner, "cores": str(how["threads"] or usable_cores()),
    }  # fmt: skip
    known = file.finished.get(_key(common), []) if file else []
    if known and known[0]["error"] and retry_failed:
        known = []
    if not known:
        common["date"] = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        try:
            measured = run(network, runner, name=name, **how)
            known = _rows_of(measured if isinstance(measured, list) else [measured], common)
        except (MissingPackage, InvalidArgument):
            raise
        except Error as wrong:
            measured = []
            known = [dict.fromkeys(COLUMNS, "") | common | {"rows": "1", "error": " ".join(str(wrong).split())}]
        if file:
            file.append(known)
        if not known[0]["error"]:
            found.extend(measured if isinstance(measured, list) else [measured])
            return
    if known[0]["error"]:
        found.failed.append(known[0])
    else:
        found.extend(_measurement_of(row) for row in known)
