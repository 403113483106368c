# SPDX-License-Identifier: BSD-3-Clause
"""Does the job in a folder and leaves result.json there; docs/runners.md has the protocol.

A program of its own, so that a runtime which crashes or hangs takes nobody with it. It needs NumPy and the runtime.

usage: python _worker.py FOLDER
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Rejected(Exception):
    """The runtime does not take the model."""


def shape_of(name: str, declared: list[Any], job: dict[str, Any], is_first: bool) -> list[int]:
    """The shape to feed: the batch where the first extent is open, what the job says of other open ones."""
    shape: list[int] = []
    for axis, extent in enumerate(declared):
        fixed = extent if isinstance(extent, int) and extent > 0 else None
        if axis == 0 and fixed is None:
            shape.append(job["batch"])
        elif axis == 0 and is_first and fixed != job["batch"]:
            raise Rejected(f"its input '{name}' is made for a batch of {fixed}, not {job['batch']}")
        elif fixed is not None:
            shape.append(fixed)
        elif f"{name}:{axis}" in job["dims"] or extent in job["dims"]:
            shape.append(int(job["dims"].get(f"{name}:{axis}") or job["dims"][extent]))
        else:
            names = f"'{extent}' or '{name}:{axis}'"
            raise Rejected(f"its input '{name}' has the open dimension '{extent}'; give its size in dims, as {names}")
    return shape


def filled(shape: list[int], kind: str) -> Any:
    """Normal random numbers, or zeros for integers, which are a valid index of any table."""
    import numpy as np

    dtype = np.dtype({"float": "float32", "double": "float64"}.get(kind, kind))
    if dtype.kind != "f":
        return np.zeros(shape, dtype)
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


def onnxruntime_calls(job: dict[str, Any]) -> tuple[Callable[[], object], Callable[[], dict[str, Any]], str]:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = job["cores"]
    options.inter_op_num_threads = 1
    options.enable_profiling = job["parts"]
    options.profile_file_prefix = "onnxruntime"
    options.log_severity_level = 3
    try:
        session = ort.InferenceSession(job["model"], options, providers=["CPUExecutionProvider"])
    except MemoryError:
        raise
    except Exception as wrong:
        raise Rejected(str(wrong)) from wrong
    fed = {
        one.name: filled(shape_of(one.name, one.shape, job, place == 0), one.type[len("tensor(") : -1])
        for place, one in enumerate(session.get_inputs())
    }

    def finish() -> dict[str, Any]:
        return {"onnxruntime_profile": session.end_profiling()} if job["parts"] else {}

    return lambda: session.run(None, fed), finish, f"onnxruntime {ort.__version__}"


def openvino_calls(job: dict[str, Any]) -> tuple[Callable[[], object], Callable[[], dict[str, Any]], str]:
    import openvino as ov

    core = ov.Core()
    settings = {
        "INFERENCE_NUM_THREADS": job["cores"],
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": {"bf16": "bf16", "fp16": "f16"}.get(job["datatype"], "f32"),
        "PERF_COUNT": job["parts"],
    }
    try:
        model = core.read_model(job["model"])
        shapes = {}
        for place, given in enumerate(model.inputs):
            declared = [one.get_length() if one.is_static else str(one) for one in given.partial_shape]
            shapes[given.any_name] = shape_of(given.any_name, declared, job, place == 0)
        model.reshape(shapes)
        request = core.compile_model(model, "CPU", settings).create_infer_request()
    except (MemoryError, Rejected):
        raise
    except Exception as wrong:
        raise Rejected(str(wrong)) from wrong
    fed = {one.any_name: filled(shapes[one.any_name], one.element_type.to_dtype().name) for one in model.inputs}
    times: dict[str, list[float]] = {}

    def call() -> None:
        request.infer(fed)

    def call_and_note() -> None:
        request.infer(fed)
        for node in request.profiling_info:
            if node.real_time.total_seconds() > 0:
                times.setdefault(node.node_name, []).append(node.real_time.total_seconds())

    def finish() -> dict[str, Any]:
        samples = ({"name": name, "latencies_s": all_[job["warm_up"] :] or all_} for name, all_ in times.items())
        return {"parts": list(samples)} if job["parts"] else {}

    return call_and_note if job["parts"] else call, finish, f"openvino {ov.__version__.partition('-')[0]}"


RUNTIMES = {"onnxruntime": onnxruntime_calls, "openvino": openvino_calls}


def measured(job: dict[str, Any]) -> dict[str, Any]:
    """Warm-up runs, then at most `repeats` runs, fewer past `duration_s` but never fewer than three."""
    call, finish, tool = RUNTIMES[job["runner"]](job)
    for _ in range(job["warm_up"]):
        call()
    latencies: list[float] = []
    begin = time.perf_counter()
    while len(latencies) < job["repeats"]:
        if len(latencies) >= 3 and time.perf_counter() - begin > job["duration_s"]:
            break
        start = time.perf_counter()
        call()
        latencies.append(time.perf_counter() - start)
    return {"latencies_s": latencies, "tool": tool, **finish()}


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
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    os.chdir(folder)
    try:
        limit_memory(job["memory_limit_bytes"])
        result = measured(job)
    except Exception as wrong:
        kind = "memory" if is_out_of_memory(wrong) else "rejected" if isinstance(wrong, Rejected) else "failed"
        result = {"error": " ".join(str(wrong).split()) or type(wrong).__name__, "kind": kind}
    part = Path("result.json.part")
    part.write_text(json.dumps(result), encoding="utf-8")
    part.replace("result.json")
    return 0


if __name__ == "__main__":
    sys.path.pop(0)  # the package's own modules are not to be taken for others of their names
    sys.exit(main())
