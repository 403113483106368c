# SPDX-License-Identifier: BSD-3-Clause
"""Networks run on this machine, or on another one that takes folders of jobs: measured where others are predicted.

A job is a folder with a model and job.json; whoever runs it leaves result.json there. Each job runs in a process of its
own, so that a runtime which crashes, hangs or takes all memory costs one row. docs/runners.md has the protocol.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, overload

from . import _core
from .errors import Error, InvalidArgument, MissingPackage, ParseError, UnknownName

Network = "_core.Graph | str | os.PathLike[str] | bytes"
RUNNERS = ("onnxruntime", "openvino")
WORKER = Path(__file__).with_name("_worker.py")
"""The program that does a job: ``python _worker.py FOLDER``. It needs NumPy and the runtime, nothing else of this."""


class RunError(Error, RuntimeError):
    """A run that gave no figure."""


class ModelRejected(RunError):
    """The runtime does not take the model; the message has its words."""


class TimeLimitExceeded(RunError, TimeoutError):
    """The run took longer than its time limit and was ended."""


class OutOfMemory(RunError, MemoryError):
    """The run asked for more memory than there is, or than its limit."""


class WorkerKilled(RunError):
    """The process of the run ended without a result."""


_BY_KIND = {"rejected": ModelRejected, "memory": OutOfMemory, "failed": RunError}


def _nearest_rank(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[max(0, -int(-percent * len(ordered) // 100) - 1)]


def _statistic(values: Sequence[float], name: str) -> float:
    plain = {"median": statistics.median, "mean": statistics.fmean, "min": min, "max": max}
    if name in plain:
        return float(plain[name](values))
    with contextlib.suppress(ValueError):
        if name.startswith("p") and 0 < float(name[1:]) <= 100:
            return _nearest_rank(values, float(name[1:]))
    raise InvalidArgument(f"a statistic is median, mean, min, max or a percentile such as p90, not '{name}'")


class Run(_core.Measurement):
    """A measurement that was made here: a Measurement with every latency of it, whose own is a statistic of them."""

    def __init__(
        self,
        facts: Mapping[str, Any],
        latencies_s: Sequence[float],
        tool: str,
        cores: int,
        statistic: str = "median",
    ) -> None:
        super().__init__(**facts, latency_s=_statistic(latencies_s, statistic), statistic=statistic)
        self._state = (dict(facts), tuple(latencies_s), tool, cores, statistic)

    @property
    def latencies_s(self) -> tuple[float, ...]:
        """Seconds of each call, in order, warm-up left out."""
        return self._state[1]

    @property
    def tool(self) -> str:
        """The runtime and its version."""
        return self._state[2]

    @property
    def cores(self) -> int:
        """Threads that one call may use."""
        return self._state[3]

    @property
    def spread(self) -> float:
        """Share by which the 90th percentile exceeds the median: near 0 on a quiet machine."""
        return self.percentile_s(90) / statistics.median(self.latencies_s) - 1

    def percentile_s(self, percent: float) -> float:
        """The latency that so many per cent of the calls do not exceed (nearest rank)."""
        if not 0 < percent <= 100:
            raise InvalidArgument(f"a percentile is above 0 and at most 100, not {percent}")
        return _nearest_rank(self.latencies_s, percent)

    def __reduce__(self) -> tuple[object, ...]:
        return Run, self._state

    def __copy__(self) -> Run:
        return Run(*self._state)

    def __deepcopy__(self, memo: dict[int, Any]) -> Run:
        return Run(*self._state)


def usable_cores() -> int:
    """Threads that this process may run at a time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check_runner(runner: str) -> None:
    if runner not in RUNNERS:
        raise UnknownName(f"unknown runner '{runner}'; there are {' and '.join(RUNNERS)}, and any callable")
    if importlib.util.find_spec(runner) is None:
        raise MissingPackage(f"this needs {runner}: pip install 'qutibench[run]'")


def datatype_of(network: Any) -> str:
    """What the layers compute in, as far as quantisation fixed it; fp32 otherwise."""
    if not isinstance(network, _core.Graph):
        return "fp32"
    fixed = {one.datatype for one in network.nodes if one.datatype is not None}
    if len(fixed) > 1:
        raise InvalidArgument(f"'{network.name}' computes in {', '.join(sorted(fixed))}; say which datatype to record")
    return fixed.pop() if fixed else "fp32"


def named(network: Any) -> Any:
    """A network of the zoo for its name; anything else as it is."""
    if isinstance(network, str) and not os.path.exists(network) and network in dict(_core.zoo_entries()):
        return _core.build_network(network)
    return network


def _write_model(network: Any, batch: int, folder: Path, copy: bool) -> tuple[str, str]:
    """The network's name, and the path of its model as job.json gives it."""
    path = folder / "model.onnx"
    if isinstance(network, _core.Graph):
        sized = _core.with_batch(network, batch)
        largest_in_one_file = 400_000_000
        _core.save_onnx(sized, path, external_weights=_core.analyze(sized).weights > largest_in_one_file)
        return network.name, path.name
    if isinstance(network, bytes):
        path.write_bytes(network)
        return "network", path.name
    source = Path(network).resolve()
    if not source.is_file():
        raise ParseError(f"{os.fspath(network)}: there is no such file, and no network of the zoo of that name")
    if not copy:
        return source.stem, os.fspath(source)
    shutil.copyfile(source, path)
    for beside in source.parent.glob(f"{source.name}[._]data"):
        shutil.copyfile(beside, folder / beside.name)
    return source.stem, path.name


def _positive(what: str, value: float) -> None:
    if not (isinstance(value, (int, float)) and 0 < value < 1e12):
        raise InvalidArgument(f"{what} must be positive and finite, not {value!r}")


def write_job(
    network: Any,
    folder: str | os.PathLike[str],
    *,
    runner: str = "onnxruntime",
    batch: int = 1,
    threads: int | None = None,
    datatype: str | None = None,
    level: Literal[1, 3] = 3,
    warm_up: int = 3,
    repeats: int = 50,
    duration_s: float = 10.0,
    memory_limit_bytes: int | None = None,
    dims: Mapping[str, int] | None = None,
    name: str | None = None,
    keep: float = 1.0,
    platform: str = "host",
    mode: str | None = None,
    statistic: str = "median",
    copy_model: bool = True,
) -> Path:
    """Writes a job: the model and job.json, in a folder that is made for it. :func:`run` explains the arguments.

    copy_model: False refers to a model file where it is, which only this machine can follow.
    Raises InvalidArgument, ParseError for a file that cannot be read or written, UnsupportedOperator for a graph that
    ONNX cannot hold.
    """
    if level not in (1, 3):
        raise InvalidArgument(f"a run is of level 1 (layers) or 3 (the network), not {level!r}")
    for what, count in (("batch", batch), ("repeats", repeats), ("threads", 1 if threads is None else threads)):
        if not isinstance(count, int) or count < 1:
            raise InvalidArgument(f"{what} must be a whole number of at least 1, not {count!r}")
    if not isinstance(warm_up, int) or warm_up < 0:
        raise InvalidArgument(f"warm_up must be a whole number of at least 0, not {warm_up!r}")
    _positive("duration_s", duration_s)
    if memory_limit_bytes is not None:
        _positive("memory_limit_bytes", memory_limit_bytes)
    _statistic([1.0], statistic)
    network = named(network)
    cores = threads or usable_cores()
    if mode is None and platform == "host":
        mode = "one_core" if cores == 1 else "all_cores" if cores == usable_cores() else None
    numbers = datatype or datatype_of(network)
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        own_name, model = _write_model(network, batch, place, copy_model)
        facts = {"network": name or own_name, "platform": platform, "mode": mode, "datatype": numbers, "batch": batch}
        job = {
            "model": model, "runner": runner, "batch": batch, "cores": cores, "datatype": numbers,
            "dims": dict(dims or {}), "warm_up": warm_up, "repeats": repeats, "duration_s": duration_s,
            "parts": level == 1, "memory_limit_bytes": memory_limit_bytes,
            "statistic": statistic, "facts": {**facts, "keep": keep},
        }  # fmt: skip
        (place / "job.json").write_text(json.dumps(job, indent=2) + "\n", encoding="utf-8")
    except OSError as wrong:
        raise ParseError(f"{place}: the job cannot be written: {wrong.strerror}") from wrong
    return place


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Ends the process and those that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(worker.pid, signal.SIGKILL)
        else:
            worker.kill()
    worker.wait()


def _last_words(folder: Path) -> str:
    with contextlib.suppress(OSError):
        lines = (folder / "messages.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f": {lines[-1][:300]}" if lines else ""
    return ""


def run_job(folder: str | os.PathLike[str], *, time_limit_s: float = 300.0) -> None:
    """Does a job in a process of its own, which leaves result.json in the folder.

    Raises TimeLimitExceeded, WorkerKilled, MissingPackage, ParseError for a folder that holds no job.
    """
    place = Path(folder)
    _positive("time_limit_s", time_limit_s)
    _check_runner(str(_read(place / "job.json").get("runner")))
    with open(place / "messages.txt", "wb") as messages:
        worker = subprocess.Popen(
            [sys.executable, os.fspath(WORKER), os.fspath(place)],
            stdin=subprocess.DEVNULL, stdout=messages, stderr=messages, start_new_session=True,
        )  # fmt: skip
        try:
            status = worker.wait(timeout=time_limit_s)
        except subprocess.TimeoutExpired:
            _end(worker)
            raise TimeLimitExceeded(f"the run was not done after {time_limit_s:g} s and was ended") from None
        except BaseException:
            _end(worker)
            raise
    if (place / "result.json").exists():
        return
    if status < 0:
        name = signal.Signals(-status).name
        hint = ", as the system does when it is out of memory" if name == "SIGKILL" else ""
        raise WorkerKilled(f"the run was ended by {name}{hint}{_last_words(place)}")
    raise WorkerKilled(f"the run ended without a result, with status {status}{_last_words(place)}")


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise ParseError(f"{path}: the file cannot be read: {wrong.strerror}") from wrong
    except ValueError as wrong:
        raise ParseError(f"{path}: this is not JSON: {wrong}") from wrong
    if not isinstance(value, dict):
        raise ParseError(f"{path}: this should be an object")
    return value


def _latencies(values: Any, path: Path) -> list[float]:
    if not isinstance(values, list) or not values:
        raise ParseError(f"{path}: latencies_s should be a list of seconds")
    if not all(isinstance(one, (int, float)) and 0 < one < 1e9 for one in values):
        raise ParseError(f"{path}: latencies_s should hold positive seconds")
    return [float(one) for one in values]


def read_result(folder: str | os.PathLike[str]) -> Run | list[_core.Measurement]:
    """What a finished job measured: a Run, or, of a job of level 1, a Measurement of each layer.

    Whoever cannot write result.json may leave what another tool printed in output.txt; its format is found out.
    Raises RunError and its leaves where the job says that it failed, ParseError where the folder holds no result.
    """
    place = Path(folder)
    job = _read(place / "job.json")
    facts, path = job["facts"], place / "result.json"
    if not path.exists() and (place / "output.txt").exists():
        same = {name: facts[name] for name in ("network", "platform", "datatype", "batch", "keep")}
        return _core.load_measurements(place / "output.txt", **same, mode=facts["mode"] or "")
    result = _read(path)
    if "error" in result:
        words = {"rejected": f"{job['runner']} does not take the model", "memory": "the run ran out of memory"}
        what = words.get(result.get("kind", ""), "the run failed")
        raise _BY_KIND.get(result.get("kind", ""), RunError)(f"'{facts['network']}': {what}: {result['error']}")
    tool = str(result.get("tool", job["runner"]))
    if not job["parts"]:
        return Run(facts, _latencies(result.get("latencies_s"), path), tool, job["cores"], job["statistic"])
    if "onnxruntime_profile" in result:
        rows = _core.load_measurements(
            place / result["onnxruntime_profile"], "onnxruntime_profile", network=facts["network"],
            platform=facts["platform"], mode=facts["mode"] or "", batch=facts["batch"], keep=facts["keep"],
            warm_up=job["warm_up"], scope="compute", statistic=job["statistic"], datatype=facts["datatype"],
        )  # fmt: skip
        layers = [one for one in rows if one.level == 1]
    else:
        about = {**facts, "level": 1, "scope": "compute"}
        layers = [
            Run(
                {**about, "part": one["name"]},
                _latencies(one["latencies_s"], path),
                tool,
                job["cores"],
                job["statistic"],
            )
            for one in result.get("parts", [])
        ]
    if not layers:
        raise RunError(f"'{facts['network']}': {job['runner']} timed no layer")
    return layers


@overload
def run(
    network: Any, runner: str | Callable[[Path], object] = ..., *, level: Literal[3] = ..., time_limit_s: float = ...,
    **how: Any,
) -> Run: ...  # fmt: skip
@overload
def run(
    network: Any, runner: str | Callable[[Path], object] = ..., *, level: Literal[1], time_limit_s: float = ...,
    **how: Any,
) -> list[_core.Measurement]: ...  # fmt: skip
def run(
    network: Any,
    runner: str | Callable[[Path], object] = "onnxruntime",
    *,
    level: Literal[1, 3] = 3,
    time_limit_s: float = 300.0,
    **how: Any,
) -> Run | list[_core.Measurement]:
    """Runs a network on this machine: its median latency and all others, or, at level 1, the time of each layer.

    network: a Graph, which is run with random weights, the path or the bytes of an ONNX file, or a name of the zoo.
    runner: 'onnxruntime' or 'openvino' (``pip install 'qutibench[run]'``), or a callable that takes a job's folder and
    leaves result.json in it. batch: inputs of a call. threads: that a call may use; all by default. datatype: what to
    record and, for openvino, to compute in ('bf16'); of a quantised graph its own. warm_up, repeats, duration_s: calls
    that are not counted, calls that are, and seconds after which no further one begins. time_limit_s: of everything,
    loading included. memory_limit_bytes: of the process, on Linux. dims: sizes of open dimensions, by name or as
    'input:axis'. name, keep, platform, mode: what to record; mode is 'one_core' or 'all_cores', as of ``probe_host()``.
    statistic: of the latencies: 'median', 'mean', 'min', 'max' or 'p90'.

    Raises MissingPackage, ModelRejected, TimeLimitExceeded, OutOfMemory, WorkerKilled, InvalidArgument, ParseError.
    """
    is_local = isinstance(runner, str)
    if is_local:
        _check_runner(str(runner))
    called = str(runner) if is_local else getattr(runner, "__name__", "runner")
    with tempfile.TemporaryDirectory(prefix="qutibench-", ignore_cleanup_errors=True) as folder:
        place = write_job(network, folder, runner=called, level=level, copy_model=not is_local, **how)
        if isinstance(runner, str):
            run_job(place, time_limit_s=time_limit_s)
        else:
            runner(place)
        return read_result(place)
