# SPDX-License-Identifier: BSD-3-Clause
"""Does the job in a folder and leaves result.json there; docs/runners.md has the protocol.

A program of its own, so that a runtime which crashes or hangs takes nobody with it. It needs NumPy and the runtime.

usage: python _worker.py FOLDER
"""

from __future__ import annotations

import difflib
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Calls = list[Callable[[], object]]
"""One for each call that may be under way at a time."""
Finish = Callable[[], dict[str, Any]]
"""What the runtime itself timed, as members of the result."""


class Rejected(Exception):
    """The runtime does not take the model."""


def shapes_of(inputs: dict[str, list[Any]], job: dict[str, Any]) -> dict[str, list[int]]:
    """The shapes to feed: the batch where an input's first extent is open, what the job's dims say of other open ones,
    by name or as input[axis], as loaders take them."""
    places = [(name, axis, extent) for name, declared in inputs.items() for axis, extent in enumerate(declared)]
    open_ones = [name for name, axis, extent in places if not _fixed(extent) for name in (extent, f"{name}[{axis}]")]
    for given in job["dims"]:
        if given not in open_ones:
            near = difflib.get_close_matches(given, map(str, open_ones), 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise Rejected(f"it has no open dimension {given!r}{hint}")
    first = next(iter(inputs), None)
    shapes: dict[str, list[int]] = {name: [] for name in inputs}
    for name, axis, extent in places:
        said = job["dims"].get(f"{name}[{axis}]", job["dims"].get(extent))
        if axis == 0 and not _fixed(extent) and said not in (None, job["batch"]):
            raise Rejected(f"dims has {said} as the batch of input '{name}', and the batch is {job['batch']}")
        if axis == 0 and _fixed(extent) and name == first and extent != job["batch"]:
            raise Rejected(f"its input '{name}' is made for a batch of {extent}, not {job['batch']}")
        size = extent if _fixed(extent) else job["batch"] if axis == 0 else said
        if size is None:
            names = f"'{extent}' or '{name}[{axis}]'"
            raise Rejected(f"its input '{name}' has the open dimension '{extent}'; give its size in dims, as {names}")
        shapes[name].append(int(size))
    return shapes


def _fixed(extent: Any) -> bool:
    return isinstance(extent, int) and extent > 0


def filled(shape: list[int], kind: str) -> Any:
    """Normal random numbers, or zeros for integers, which are a valid index of any table."""
    import numpy as np

    dtype = np.dtype({"float": "float32", "double": "float64"}.get(kind, kind))
    if dtype.kind != "f":
        return np.zeros(shape, dtype)
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


def is_quantized(model: Path) -> bool:
    """Whether a file speaks of quantised operators; their names stand in it as they are."""
    text = model.read_bytes()
    return any(name in text for name in (b"QuantizeLinear", b"QLinearConv", b"QLinearMatMul", b"ConvInteger"))


def quantised_by_onnxruntime(model: Path, fed: dict[str, Any]) -> Path:
    """The model in int8 (activations u8, weights s8 by channel), calibrated on the inputs that it will be fed."""
    import logging

    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Once(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.left = [fed]

        def get_next(self) -> dict[str, Any] | None:
            return self.left.pop() if self.left else None

    logging.disable(logging.WARNING)
    ready, made = Path("prepared.onnx"), Path("quantised.onnx")
    quant_pre_process(str(model), str(ready), skip_symbolic_shape=True)
    quantize_static(
        str(ready), str(made), Once(), per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8
    )
    return made


def onnxruntime_calls(job: dict[str, Any]) -> tuple[Calls, Finish, str]:
    import onnxruntime as ort

    def session_of(model: str, profile: bool) -> Any:
        options = ort.SessionOptions()
        options.intra_op_num_threads = max(1, job["cores"] // job["streams"])
        options.inter_op_num_threads = 1
        options.enable_profiling = profile
        options.profile_file_prefix = "onnxruntime"
        options.log_severity_level = 3
        return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def inputs_of(session: Any) -> dict[str, Any]:
        shapes = shapes_of({one.name: one.shape for one in session.get_inputs()}, job)
        return {one.name: filled(shapes[one.name], one.type[len("tensor(") : -1]) for one in session.get_inputs()}

    try:
        model = job["model"]
        if job["quantize"] and not is_quantized(Path(model)):
            model = str(quantised_by_onnxruntime(Path(model), inputs_of(session_of(model, False))))
        session = session_of(model, job["parts"])
    except (MemoryError, Rejected, ImportError):
        raise
    except Exception as wrong:
        raise Rejected(str(wrong)) from wrong
    fed = inputs_of(session)

    def finish() -> dict[str, Any]:
        return {"onnxruntime_profile": session.end_profiling()} if job["parts"] else {}

    calls: Calls = [lambda: session.run(None, fed)] * job["streams"]
    return calls, finish, f"onnxruntime {ort.__version__}"


def openvino_model(job: dict[str, Any], core: Any) -> tuple[Any, dict[str, Any]]:
    """The model with all shapes known, quantised where the job says so, and what to feed it."""
    model = core.read_model(job["model"])
    declared = {
        given.any_name: [one.get_length() if one.is_static else str(one) for one in given.partial_shape]
        for given in model.inputs
    }
    shapes = shapes_of(declared, job)
    model.reshape(shapes)
    fed = {one.any_name: filled(shapes[one.any_name], one.element_type.to_dtype().name) for one in model.inputs}
    if job["quantize"] and not is_quantized(Path(job["model"])):
        import logging

        import nncf

        logging.disable(logging.WARNING)
        model = nncf.quantize(model, nncf.Dataset([fed]), subset_size=1)
    return model, fed


def openvino_calls(job: dict[str, Any]) -> tuple[Calls, Finish, str]:
    import openvino as ov

    core = ov.Core()
    precision = {"bf16": "bf16", "fp16": "f16"}.get(job["datatype"], "f32")
    settings = {
        "INFERENCE_NUM_THREADS": job["cores"],
        "NUM_STREAMS": job["streams"],
        "INFERENCE_PRECISION_HINT": precision,
        "PERF_COUNT": job["parts"],
    }
    try:
        model, fed = openvino_model(job, core)
        compiled = core.compile_model(model, "CPU", settings)
        computes_in = compiled.get_property("INFERENCE_PRECISION_HINT").to_string()
        if computes_in != precision:
            raise Rejected(f"it would compute in {computes_in} on this processor, not in {job['datatype']}")
        requests = [compiled.create_infer_request() for _ in range(job["streams"])]
    except (MemoryError, Rejected, ImportError):
        raise
    except Exception as wrong:
        raise Rejected(str(wrong)) from wrong
    times: dict[str, list[float]] = {}

    def call_and_note() -> None:
        requests[0].infer(fed)
        for node in requests[0].profiling_info:
            if node.real_time.total_seconds() > 0:
                times.setdefault(node.node_name, []).append(node.real_time.total_seconds())

    def finish() -> dict[str, Any]:
        samples = ({"name": name, "latencies_s": all_[job["warm_up"] :] or all_} for name, all_ in times.items())
        return {"parts": list(samples)} if job["parts"] else {}

    calls: Calls = [lambda one=one: one.infer(fed) for one in requests]  # type: ignore[misc]
    return [call_and_note] if job["parts"] else calls, finish, f"openvino {ov.__version__.partition('-')[0]}"


RUNTIMES = {"onnxruntime": onnxruntime_calls, "openvino": openvino_calls}


class Energy:
    """Joules that the processor's packages took since this was made, by RAPL; None where they cannot be read."""

    def __init__(self, root: Path = Path("/sys/class/powercap")) -> None:
        self._packages = sorted(one for one in root.glob("intel-rapl:*") if one.name.count(":") == 1)
        self._before = [self._read(one, "energy_uj") for one in self._packages]

    @staticmethod
    def _read(package: Path, name: str) -> int | None:
        try:
            return int((package / name).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def joules(self) -> float | None:
        total = 0
        for package, before in zip(self._packages, self._before, strict=True):
            after, largest = self._read(package, "energy_uj"), self._read(package, "max_energy_range_uj")
            if before is None or after is None or (after < before and largest is None):
                return None
            total += after - before + ((largest or 0) if after < before else 0)
        return total * 1e-6 if total > 0 else None


def timed_calls(call: Callable[[], object], job: dict[str, Any], begin: float) -> list[float]:
    """Seconds of at most `repeats` calls, fewer past `duration_s` but never fewer than three."""
    latencies: list[float] = []
    while len(latencies) < job["repeats"]:
        if len(latencies) >= 3 and time.perf_counter() - begin > job["duration_s"]:
            break
        start = time.perf_counter()
        call()
        latencies.append(time.perf_counter() - start)
    return latencies


def in_streams(calls: Calls, job: dict[str, Any]) -> tuple[list[float], float]:
    """Latencies of all streams, which begin together, and the seconds from the first call to the last."""
    begin = time.perf_counter()
    if len(calls) == 1:
        latencies = timed_calls(calls[0], job, begin)
        return latencies, time.perf_counter() - begin
    found: list[list[float]] = []
    wrong: list[BaseException] = []
    together = threading.Barrier(len(calls) + 1)

    def work(call: Callable[[], object]) -> None:
        together.wait()
        try:
            found.append(timed_calls(call, job, time.perf_counter()))
        except BaseException as one:
            wrong.append(one)

    workers = [threading.Thread(target=work, args=(call,)) for call in calls]
    for one in workers:
        one.start()
    together.wait()
    begin = time.perf_counter()
    for one in workers:
        one.join()
    if wrong:
        raise wrong[0]
    return [one for latencies in found for one in latencies], time.perf_counter() - begin


def loadgen_run(calls: Calls, job: dict[str, Any]) -> str:
    """Runs an MLPerf scenario through loadgen; the name of the summary that it leaves."""
    import mlperf_loadgen as loadgen

    settings = loadgen.TestSettings()
    settings.scenario = getattr(loadgen.TestScenario, job["scenario"])
    settings.mode = loadgen.TestMode.PerformanceOnly
    settings.min_duration_ms = int(job["duration_s"] * 1000)
    settings.min_query_count = job["repeats"]
    begin = time.perf_counter()
    calls[0]()
    settings.offline_expected_qps = job["batch"] * len(calls) / (time.perf_counter() - begin)
    if job["scenario"] == "Server":
        settings.server_target_qps = job["target_ips"]
        settings.server_target_latency_ns = int(job["latency_limit_s"] * 1e9)
    waiting: queue.Queue[Sequence[int] | None] = queue.Queue()
    wrong: list[BaseException] = []

    def issue(samples: Sequence[Any]) -> None:
        ids = [one.id for one in samples]
        for start in range(0, len(ids), job["batch"]):
            waiting.put(ids[start : start + job["batch"]])

    def work(call: Callable[[], object]) -> None:
        while (ids := waiting.get()) is not None:
            try:
                if not wrong:
                    call()
            except BaseException as one:
                wrong.append(one)
            loadgen.QuerySamplesComplete([loadgen.QuerySampleResponse(one, 0, 0) for one in ids])

    workers = [threading.Thread(target=work, args=(call,)) for call in calls]
    for one in workers:
        one.start()
    under_test = loadgen.ConstructSUT(issue, lambda: None)
    samples = loadgen.ConstructQSL(job["batch"], job["batch"], lambda _: None, lambda _: None)
    output = loadgen.LogOutputSettings()
    output.outdir, output.copy_summary_to_stdout = ".", False
    log = loadgen.LogSettings()
    log.log_output, log.enable_trace = output, False
    loadgen.StartTestWithLogSettings(under_test, samples, settings, log)
    loadgen.DestroyQSL(samples)
    loadgen.DestroySUT(under_test)
    for _ in workers:
        waiting.put(None)
    for one in workers:
        one.join()
    if wrong:
        raise wrong[0]
    return "mlperf_log_summary.txt"


def measured(job: dict[str, Any]) -> dict[str, Any]:
    """Warm-up calls, then those that count."""
    calls, finish, tool = RUNTIMES[job["runner"]](job)
    for call in calls:
        for _ in range(job["warm_up"]):
            call()
    if job["scenario"]:
        return {"mlperf_summary": loadgen_run(calls, job), "tool": tool}
    energy = Energy()
    latencies, took = in_streams(calls, job)
    joules = energy.joules()
    result: dict[str, Any] = {"latencies_s": latencies, "tool": tool, **finish()}
    if joules is not None:
        result["power_w"] = joules / took
    if job["streams"] > 1:
        result["throughput_ips"] = len(latencies) * job["batch"] / took
    return result


def limit_memory(limit: int | None) -> None:
    if limit is None:
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def is_out_of_memory(wrong: BaseException) -> bool:
    said = str(wrong).lower()
    return isinstance(wrong, MemoryError) or any(
        words in said
        for words in ("bad_alloc", "bad allocation", "failed to allocate", "out of memory", "cannot allocate")
    )


def main() -> int:
    folder = Path(sys.argv[1])
    job = {"streams": 1, "scenario": None, "quantize": False}
    job |= json.loads((folder / "job.json").read_text(encoding="utf-8"))
    os.chdir(folder)
    try:
        limit_memory(job["memory_limit_bytes"])
        result = measured(job)
    except Exception as wrong:
        kinds = {Rejected: "rejected", ImportError: "missing"}
        kind = next((kind for cause, kind in kinds.items() if isinstance(wrong, cause)), "failed")
        kind = "memory" if is_out_of_memory(wrong) else kind
        result = {"error": " ".join(str(wrong).split()) or type(wrong).__name__, "kind": kind}
    part = Path("result.json.part")
    part.write_text(json.dumps(result), encoding="utf-8")
    part.replace("result.json")
    return 0


if __name__ == "__main__":
    sys.path.pop(0)  # the package's own modules are not to be taken for others of their names
    sys.exit(main())
