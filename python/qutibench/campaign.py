# SPDX-License-Identifier: BSD-3-Clause
"""Many runs, one after the other, each on disk before the next begins: what was stopped goes on where it was."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import os
import secrets
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


class _Lock:
    """A file beside another that one process at a time holds open and locked; it goes with the lock."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(path.name + ".lock")
        while True:
            self._file = open(self.path, "a+b")  # noqa: SIM115
            try:
                self._lock()
                if os.fstat(self._file.fileno()).st_ino == self.path.stat().st_ino:
                    return
            except FileNotFoundError:
                pass  # who held it before has just let go of it, and of the file
            except OSError as wrong:
                self._file.close()
                raise RunError(
                    f"{path}: another campaign is writing these results; wait for it, or name another file"
                ) from wrong
            self._file.close()

    def _lock(self) -> None:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        if self._file.closed:
            return
        with contextlib.suppress(OSError):  # an open file has no name to remove on Windows; it stays, unlocked
            self.path.unlink()
        self._file.close()


def _whole_lines(text: str) -> int:
    """Where the last row ends: at the last line end that stands in no quoted cell."""
    end = at = quotes = 0
    while (line_end := text.find("\n", at)) >= 0:
        quotes += text.count('"', at, line_end)
        at = line_end + 1
        if quotes % 2 == 0:
            end = at
    return end


class ResultsFile:
    """A CSV that grows by whole runs, and that one process at a time writes. A run that was being written when its
    process ended is dropped on opening. To be closed, or used in a `with` statement.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.finished: dict[tuple[str, ...], list[Row]] = {}
        try:
            self._held = _Lock(self.path)
        except OSError as wrong:
            raise ParseError(f"{self.path}: the file cannot be read and written: {wrong.strerror}") from wrong
        try:
            self._open()
        except (OSError, UnicodeDecodeError) as wrong:
            self.close()
            raise ParseError(f"{self.path}: the file cannot be read and written: {wrong}") from wrong
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> ResultsFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets others write the file."""
        self._held.release()

    def _open(self) -> None:
        text = _core.read_text(self.path) if self.path.exists() else ""
        whole = text[: _whole_lines(text)]
        for row in self._parse(whole):
            self.finished.setdefault(_key(row), []).append(row)
        torn = False
        for key, rows in list(self.finished.items()):
            wanted = int(rows[-1]["rows"])
            if len(rows) < wanted:
                del self.finished[key]
            elif len(rows) > wanted:  # the same run twice: the later one
                self.finished[key] = rows[-wanted:]
            torn = torn or len(rows) != wanted
        if torn or whole != text or not text:
            self._replace([row for rows in self.finished.values() for row in rows])

    def _parse(self, text: str) -> Iterator[Row]:
        if not text:
            return
        reader = csv.DictReader(io.StringIO(text, newline=""))
        try:
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ParseError(
                    f"{self.path}, line 1: these are not the columns of a file of results; choose another file"
                )
            for row in reader:
                self._check(row, f"{self.path}, line {reader.line_num}")
                yield row
        except csv.Error as wrong:
            raise ParseError(f"{self.path}, line {reader.line_num}: this is no row of results: {wrong}") from wrong

    @staticmethod
    def _check(row: Mapping[str | None, str | None], where: str) -> None:
        if None in row or None in row.values():
            raise ParseError(f"{where}: the row does not have the columns of the header")
        for name, is_needed in _COUNTS.items():
            cell = row[name] or ""
            if not (cell.isascii() and cell.isdecimal() and 1 <= int(cell[:20]) < 2**63) and (cell or is_needed):
                raise ParseError(f"{where}: {name} should be a whole number of at least 1, not '{cell[:60]}'")
        for name in _FIGURES:
            cell = row[name] or ""
            if cell and not _is_positive(cell):
                raise ParseError(f"{where}: {name} should be positive and finite, not '{cell[:60]}'")

    @staticmethod
    def _text(rows: Iterable[Row], header: bool = False) -> str:
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        if header:
            writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()

    def _replace(self, rows: Iterable[Row]) -> None:
        """Writes all rows to a file of this process alone, which takes the place of the old one when it is on disk."""
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
        try:
            with open(part, "x", encoding="utf-8", newline="") as file:
                file.write(self._text(rows, header=True))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def _add(self, text: str) -> None:
        """Writes at the end of the file, or leaves it as it was."""
        with open(self.path, "r+b", buffering=0) as file:
            before = file.seek(0, os.SEEK_END)
            try:
                left = memoryview(text.encode())
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(before)
                raise

    def append(self, rows: Sequence[Row]) -> None:
        """Writes the rows of a run to the disk; raises RunError and leaves the file as it was when the disk is full."""
        key = _key(rows[0])
        try:
            if key in self.finished:
                others = [row for other, group in self.finished.items() if other != key for row in group]
                self._replace([*others, *rows])
            else:
                self._add(self._text(rows))
        except OSError as wrong:
            raise RunError(
                f"{self.path}: the results cannot be written: {wrong.strerror}; those before are in it"
            ) from wrong
        self.finished[key] = list(rows)


_COUNTS = {"rows": True, "batch": True, "level": True, "threads": False}
_FIGURES = ("keep", "latency_s", "throughput_ips", "power_w")


def _is_positive(cell: str) -> bool:
    try:
        return 0 < float(cell) < float("inf")
    except ValueError:
        return False


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
    """The measurement of a row that was checked; raises ParseError where its words are of no measurement."""
    figures: dict[str, Any] = {
        name: float(row[name]) for name in ("latency_s", "throughput_ips", "power_w") if row[name]
    }
    threads = {"threads": int(row["threads"])} if row["threads"] else {}
    try:
        return _core.Measurement(
            row["network"], row["platform"], row["datatype"], batch=int(row["batch"]), mode=row["mode"] or None,
            keep=float(row["keep"]), scope=row["scope"], statistic=row["statistic"], level=int(row["level"]),
            part=row["block"] or row["layer"], **threads, **figures,
        )  # fmt: skip
    except Error as wrong:
        raise ParseError(f"a row of results, of '{row['network'][:60]}': {wrong}") from wrong


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

    Raises MissingPackage, ParseError for a file of results that is something else, RunError when the disk is full or
    another campaign writes that file.
    """
    found = Results()
    work = [
        (name or _own_name(network), network, runner, {**how, "batch": batch, "threads": count, "level": level})
        for name, network in ((name, named(given)) for name, given in _named_networks(networks))
        for runner in ([runners] if isinstance(runners, str) else runners)
        for batch in batches
        for count in threads
    ]
    with ResultsFile(results) if results is not None else contextlib.nullcontext() as file:
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
