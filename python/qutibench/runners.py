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

from . import _core, job_files
from .cut import blocks
from .errors import Error, InvalidArgument, MissingPackage, ParseError, UnknownName

Network = "_core.Graph | str | os.PathLike[str] | bytes"
RUNNERS = ("onnxruntime", "openvino")
SCENARIOS = {"single_stream": "SingleStream", "offline": "Offline", "server": "Server"}
"""MLPerf's scenarios, and what loadgen calls them."""
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
_INSTALL = {
    "onnxruntime": "pip install 'qutibench[run]'",
    "openvino": "pip install 'qutibench[run]'",
    "mlperf_loadgen": "pip install mlcommons-loadgen",
    "nncf": "pip install nncf",
    "onnx": "pip install onnx",
}


def _percentile(values: Sequence[float], percent: float) -> float:
    import numpy as np

    return float(np.percentile(values, percent))


def _statistic(values: Sequence[float], name: str) -> float:
    plain: dict[str, Callable[[Sequence[float]], float]] = {
        "median": statistics.median, "mean": statistics.fmean, "min": min, "max": max,
    }  # fmt: skip
    if name in plain:
        return plain[name](values)
    with contextlib.suppress(ValueError):
        if name.startswith("p") and 0 <= float(name[1:]) <= 100:
            return _percentile(values, float(name[1:]))
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
        """The latency that so many per cent of the calls do not exceed (between two of them by interpolation)."""
        if not 0 <= percent <= 100:
            raise InvalidArgument(f"a percentile is from 0 to 100, not {percent}")
        return _percentile(self.latencies_s, percent)

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
    _need(runner)


def _need(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise MissingPackage(f"this needs {package}: {_INSTALL[package]}")


def datatype_of(network: Any) -> str:
    """What the layers compute in, as far as quantisation fixed it; fp32 otherwise."""
    if not isinstance(network, _core.Graph):
        return "fp32"
    fixed = {one.datatype for one in network.nodes if one.datatype is not None}
    if len(fixed) > 1:
        raise InvalidArgument(f"'{network.name}' computes in {', '.join(sorted(fixed))}; say which datatype to record")
    return fixed.pop() if fixed else "fp32"


def named(network: Any) -> Any:
    """The graph of a network of the zoo, of a network file or of a TFLite model; ONNX files and bytes as they are."""
    if isinstance(network, (_core.Graph, bytes)):
        return network
    if isinstance(network, (str, os.PathLike)):
        name = os.fspath(network)
        is_known = not os.path.exists(name) and name in dict(_core.zoo_entries())
        if not is_known and Path(name).suffix.lower() not in (".json", ".tflite", ".xml"):
            return network
    return _core.as_graph(network)


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


def _check_counts(**counts: Any) -> None:
    for what, count in counts.items():
        if not isinstance(count, int) or count < (0 if what == "warm_up" else 1):
            least = 0 if what == "warm_up" else 1
            raise InvalidArgument(f"{what} must be a whole number of at least {least}, not {count!r}")


def _scenario(scenario: str | None, target_ips: float | None, latency_limit_s: float | None) -> dict[str, Any]:
    """The scenario as job.json has it."""
    if scenario is None:
        return {"scenario": None}
    if scenario not in SCENARIOS:
        raise UnknownName(f"unknown scenario '{scenario}'; there are {', '.join(SCENARIOS)}")
    if scenario == "server":
        if target_ips is None or latency_limit_s is None:
            raise InvalidArgument("a server scenario needs target_ips and latency_limit_s")
        _positive("target_ips", target_ips)
        _positive("latency_limit_s", latency_limit_s)
    return {"scenario": SCENARIOS[scenario], "target_ips": target_ips, "latency_limit_s": latency_limit_s}


def _is_to_be_quantised(network: Any, runner: str, datatype: str) -> bool:
    """Whether the runtime has to quantise; raises InvalidArgument where it would compute in another datatype."""
    if isinstance(network, _core.Graph):
        if datatype_of(network) != "fp32":
            return False
        if runner == "onnxruntime" and datatype not in ("fp32", "int8"):
            raise InvalidArgument(f"onnxruntime would compute '{network.name}' in fp32, not in {datatype}")
    return datatype == "int8"


def write_job(
    network: Any,
    folder: str | os.PathLike[str],
    *,
    runner: str = "onnxruntime",
    batch: int = 1,
    threads: int | None = None,
    streams: int = 1,
    datatype: str | None = None,
    level: Literal[1, 2, 3] = 3,
    part: str | None = None,
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
    scenario: str | None = None,
    target_ips: float | None = None,
    latency_limit_s: float | None = None,
    copy_model: bool = True,
) -> Path:
    """Writes a job: the model and job.json, in a folder that is made for it. :func:`run` explains the arguments.

    part: the name of the block that the network is, at level 2. copy_model: False refers to a model file where it is,
    which only this machine can follow.
    Raises InvalidArgument, ParseError for a file that cannot be read or written, UnsupportedOperator for a graph that
    ONNX cannot hold.
    """
    if level not in (1, 2, 3) or (level == 2) != (part is not None):
        raise InvalidArgument(
            f"a run is of level 1 (layers), 2 (a block, named by part) or 3 (the network), not {level!r}"
        )
    _check_counts(batch=batch, repeats=repeats, threads=1 if threads is None else threads, streams=streams)
    _check_counts(warm_up=warm_up)
    _positive("duration_s", duration_s)
    if memory_limit_bytes is not None:
        _positive("memory_limit_bytes", memory_limit_bytes)
    _statistic([1.0], statistic)
    played = _scenario(scenario, target_ips, latency_limit_s)
    if level == 1 and (streams > 1 or scenario):
        raise InvalidArgument("layers are timed one call at a time: level 1 has no streams and no scenario")
    network = named(network)
    cores = threads or usable_cores()
    if mode is None and platform == "host":
        mode = "one_core" if cores == 1 else "all_cores" if cores == usable_cores() else None
    numbers = datatype or datatype_of(network)
    quantize = _is_to_be_quantised(network, runner, numbers)
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        own_name, model = _write_model(network, batch, place, copy_model)
        facts: dict[str, Any] = {
            "network": name or own_name,
            "platform": platform,
            "mode": mode,
            "datatype": numbers,
            "batch": batch,
        }
        facts |= {"keep": keep} | ({"threads": streams} if streams > 1 else {})
        if part is not None:
            facts |= {"level": 2, "part": part}
            if isinstance(network, _core.Graph):
                facts["operations"] = _core.analyze(network).operations
        job = {
            "model": model, "runner": runner, "batch": batch, "cores": cores, "streams": streams, "datatype": numbers,
            "quantize": quantize, "dims": dict(dims or {}), "warm_up": warm_up, "repeats": repeats,
            "duration_s": duration_s, "parts": level == 1, "memory_limit_bytes": memory_limit_bytes, **played,
            "statistic": statistic, "facts": facts,
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

    Raises TimeLimitExceeded, WorkerKilled, MissingPackage, ParseError for a folder that holds no job, or links.
    """
    place = Path(folder)
    _positive("time_limit_s", time_limit_s)
    job_files.check_folder(place)
    _check_runner(job_files.read(place / "job.json", "job")["runner"])
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


def _latencies(values: Any, path: Path) -> list[float]:
    if not isinstance(values, list) or not values:
        raise ParseError(f"{path}: latencies_s should be a list of seconds")
    if not all(isinstance(one, (int, float)) and 0 < one < 1e9 for one in values):
        raise ParseError(f"{path}: latencies_s should hold positive seconds")
    return [float(one) for one in values]


def _said(result: Mapping[str, Any], path: Path) -> dict[str, float]:
    """Figures of a run besides its latencies."""
    said: dict[str, float] = {}
    for name in ("throughput_ips", "power_w"):
        value = result.get(name)
        if value is not None and not (isinstance(value, (int, float)) and 0 < value < 1e18):
            raise ParseError(f"{path}: {name} should be positive")
        said |= {} if value is None else {name: float(value)}
    return said


def _layers(job: Mapping[str, Any], result: Mapping[str, Any], place: Path, tool: str) -> list[_core.Measurement]:
    facts = job["facts"]
    if "onnxruntime_profile" in result:
        rows = _core.load_measurements(
            job_files.inside(place, result["onnxruntime_profile"]), "onnxruntime_profile", network=facts["network"],
            platform=facts["platform"], mode=facts["mode"] or "", batch=facts["batch"], keep=facts["keep"],
            warm_up=job["warm_up"], scope="compute", statistic=job["statistic"], datatype=facts["datatype"],
        )  # fmt: skip
        return [one for one in rows if one.level == 1]
    about = {**facts, "level": 1, "scope": "compute"}
    return [
        Run(
            {**about, "part": one["name"]},
            _latencies(one["latencies_s"], place / "result.json"),
            tool,
            job["cores"],
            job["statistic"],
        )
        for one in result.get("parts", [])
    ]


def _raise_failure(job: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    kind, said = result.get("kind", ""), result["error"]
    if kind == "missing":
        package = next((one for one in _INSTALL if f"'{one}" in said), None)
        raise MissingPackage(f"this needs {package}: {_INSTALL[package]}" if package else said)
    words = {"rejected": f"{job['runner']} does not take the model", "memory": "the run ran out of memory"}
    raise _BY_KIND.get(kind, RunError)(f"'{job['facts']['network']}': {words.get(kind, 'the run failed')}: {said}")


def read_result(folder: str | os.PathLike[str]) -> _core.Measurement | list[_core.Measurement]:
    """What a finished job measured: a Run, a Measurement of a scenario, or, of level 1, a Measurement of each layer.

    Whoever cannot write result.json may leave what another tool printed in output.txt; its format is found out.
    Raises RunError and its leaves where the job says that it failed, ParseError where the folder holds no result, or
    links, or names of files that are not in it.
    """
    place = Path(folder)
    job_files.check_folder(place)
    job = job_files.read(place / "job.json", "job")
    facts, path = job["facts"], place / "result.json"
    same = {name: facts[name] for name in ("network", "platform", "datatype", "batch", "keep")}
    same |= {"mode": facts["mode"] or ""}
    if not path.exists() and (place / "output.txt").exists():
        return _core.load_measurements(place / "output.txt", **same)
    result = job_files.read(path, "result")
    if "error" in result:
        _raise_failure(job, result)
    if "mlperf_summary" in result:
        return _core.load_measurements(job_files.inside(place, result["mlperf_summary"]), "mlperf_summary", **same)[0]
    tool = str(result.get("tool", job["runner"]))
    if not job["parts"]:
        latencies = _latencies(result.get("latencies_s"), path)
        return Run(facts | _said(result, path), latencies, tool, job["cores"], job["statistic"])
    layers = _layers(job, result, place, tool)
    if not layers:
        raise RunError(f"'{facts['network']}': {job['runner']} timed no layer")
    return layers


def _run_one(network: Any, runner: str | Callable[[Path], object], time_limit_s: float, **how: Any) -> Any:
    called = runner if isinstance(runner, str) else getattr(runner, "__name__", "runner")
    with tempfile.TemporaryDirectory(prefix="qutibench-", ignore_cleanup_errors=True) as folder:
        place = write_job(network, folder, runner=called, copy_model=not isinstance(runner, str), **how)
        if isinstance(runner, str):
            run_job(place, time_limit_s=time_limit_s)
        else:
            runner(place)
        return read_result(place)


@overload
def run(
    network: Any, runner: str | Callable[[Path], object] = ..., *, level: Literal[3] = ..., time_limit_s: float = ...,
    **how: Any,
) -> Run: ...  # fmt: skip
@overload
def run(
    network: Any, runner: str | Callable[[Path], object] = ..., *, level: Literal[1, 2], time_limit_s: float = ...,
    **how: Any,
) -> list[_core.Measurement]: ...  # fmt: skip
def run(
    network: Any,
    runner: str | Callable[[Path], object] = "onnxruntime",
    *,
    level: Literal[1, 2, 3] = 3,
    time_limit_s: float = 300.0,
    **how: Any,
) -> _core.Measurement | list[_core.Measurement]:
    """Runs a network on this machine: a Run, or at levels 1 and 2 a list, of each layer or each block.

    network: a Graph, which is run with random weights, the path or the bytes of an ONNX file, or a name of the zoo.
    runner: 'onnxruntime' or 'openvino' (``pip install 'qutibench[run]'``), or a callable that takes a job's folder and
    leaves result.json in it. level: 3, the network; 2, the blocks that ``qb.blocks`` cuts, each run alone; 1, layers as
    the runtime's own profile has them.
    batch: inputs of a call. threads: that all calls may use; all by default. streams: calls under way at a time.
    datatype: what to record and compute in: 'int8' quantises by the runtime's own tools unless the network is quantised
    already, 'bf16' is for openvino. warm_up, repeats, duration_s: calls that are not counted, calls that are, and
    seconds after which no further one begins. time_limit_s: of everything, loading included. memory_limit_bytes: of the
    process, on Linux. dims: sizes of open dimensions, by name or as 'input[axis]'. name, keep, platform, mode: what to
    record; mode is 'one_core' or 'all_cores', as of ``probe_host()``. statistic: of the latencies: 'median', 'mean',
    'min', 'max' or 'p90'. scenario: 'single_stream', 'offline' or 'server', as MLPerf's loadgen plays it for at least
    `duration_s` and `repeats` queries; the last needs target_ips and latency_limit_s.

    Raises MissingPackage, ModelRejected, TimeLimitExceeded, OutOfMemory, WorkerKilled, InvalidArgument, ParseError.
    """
    if isinstance(runner, str):
        _check_runner(runner)
        if how.get("scenario"):
            _need("mlperf_loadgen")
    network = named(network)
    if level != 2:
        found: _core.Measurement | list[_core.Measurement] = _run_one(network, runner, time_limit_s, level=level, **how)
        return found
    if not isinstance(network, _core.Graph):
        raise InvalidArgument("blocks are cut from a Graph or a network of the zoo; a file is run at level 1 or 3")
    about = {**how, "name": how.get("name") or network.name}
    return [_run_one(one, runner, time_limit_s, level=2, part=one.name, **about) for one in blocks(network)]
