# SPDX-License-Identifier: BSD-3-Clause
"""Adapters against what the real tools write, made in the same run. A tool that is not installed is skipped."""

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

qb = pytest.importorskip("qutibench")
if not hasattr(qb, "load_measurements"):
    pytest.skip("qutibench is built without measurements", allow_module_level=True)

KNOWN = {"network": "tiny", "platform": "host"}


def run(*command: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess:
    return subprocess.run([*command], cwd=cwd, check=True, capture_output=True, text=True, timeout=300, **options)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two convolutions and a dense layer; large enough that tools do not round its times to nothing."""
    random = np.random.default_rng(0)

    def weights(name: str, *shape: int) -> onnx.TensorProto:
        return numpy_helper.from_array(random.standard_normal(shape).astype(np.float32), name)

    nodes = [
        helper.make_node("Conv", ["x", "w1"], ["c1"], name="conv1", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c1"], ["r1"], name="relu1"),
        helper.make_node("Conv", ["r1", "w2"], ["c2"], name="conv2", pads=[1, 1, 1, 1]),
        helper.make_node("GlobalAveragePool", ["c2"], ["g"], name="pool"),
        helper.make_node("Flatten", ["g"], ["f"], name="flatten"),
        helper.make_node("Gemm", ["f", "w3"], ["y"], name="dense", transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 16, 64, 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 10])],
        [weights("w1", 64, 16, 3, 3), weights("w2", 64, 64, 3, 3), weights("w3", 10, 64)],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path_factory.mktemp("model") / "tiny.onnx"
    onnx.save(made, path)
    return path


def test_onnxruntime_profile(model: Path, tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    options = runtime.SessionOptions()
    options.enable_profiling = True
    options.profile_file_prefix = str(tmp_path / "profile")
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    session = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    for _ in range(20):
        session.run(None, {"x": np.zeros((2, 16, 64, 64), np.float32)})
    file = session.end_profiling()
    events = json.loads(Path(file).read_text())
    runs = [one["dur"] for one in events if one["name"] == "model_run"]
    first = [one["dur"] for one in events if one["name"] == "conv1_kernel_time"]

    whole, *layers = qb.load_measurements(file, **KNOWN)
    assert len(runs) == len(first) == 20
    assert whole.level == 3
    assert whole.latency_s == pytest.approx(statistics.median(runs) * 1e-6)
    assert (whole.deployment, whole.deployment_value) == ("batch", 2)
    assert str(whole.datatype) == "fp32"
    assert layers[0].level == 1
    assert layers[0].latency_s == pytest.approx(statistics.median(first) * 1e-6)
    assert sum(one.latency_s for one in layers) < 1.5 * whole.latency_s


def test_openvino_report_and_counters(model: Path, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    tool = shutil.which("benchmark_app", path=str(Path(sys.executable).parent))
    if tool is None:
        pytest.skip("benchmark_app is not beside the interpreter")
    common = [tool, "-m", str(model), "-niter", "30", "-hint", "none", "-nthreads", "1", "-infer_precision", "f32"]
    for kind, options in {"csv": [], "json": ["-json_stats"]}.items():
        folder = tmp_path / kind
        folder.mkdir()
        counting = "detailed_counters" if kind == "json" else "average_counters"  # as JSON the tool averages wrongly
        report = ["-report_type", counting, "-report_folder", str(folder)]
        run(*common, "-api", "async", "-nireq", "2", *report, *options, cwd=folder)
        text = (folder / f"benchmark_report.{kind}").read_text()
        if kind == "json":
            results = json.loads(text)["execution_results"]
        else:
            results = dict(line.split(";") for line in text.splitlines() if line.count(";") == 1)
        (one,) = qb.load_measurements(str(folder / f"benchmark_report.{kind}"), **KNOWN)
        assert one.throughput_ips == pytest.approx(float(results["throughput"]))
        assert one.latency_s == pytest.approx(float(results["latency (ms)"]) * 1e-3)
        assert (one.deployment, one.deployment_value) == ("threads", 2)
        assert str(one.datatype) == "fp32"
        counters = qb.load_measurements(
            str(folder / f"benchmark_{counting}_report.{kind}"), "openvino", batch=2, datatype="fp32", **KNOWN
        )
        convolutions = [one for one in counters if one.part.startswith("conv")]
        assert len(convolutions) == 2
        assert all(one.level == 1 and one.latency_s > 0 and str(one.datatype) == "fp32" for one in convolutions)


def test_litert_benchmark(tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    tool = shutil.which("litert-benchmark", path=str(Path(sys.executable).parent))
    if tool is None:
        pytest.skip("litert-benchmark is not beside the interpreter")
    write_tflite(tmp_path / "tiny.tflite")
    file = tmp_path / "result.json"
    command = [tool, "--model", "tiny.tflite", "--num_runs", "30", "--num_threads", "1", "--result_json", str(file)]
    run(*command, cwd=tmp_path)
    latency = json.loads(file.read_text())["latency"]
    (one,) = qb.load_measurements(str(file), platform="host", datatype="fp32", batch=1)
    assert one.network == "tiny.tflite"
    assert one.latency_s == pytest.approx(latency["median_ms"] * 1e-3)
    (mean,) = qb.load_measurements(str(file), "tflite", datatype="fp32", batch=1, statistic="mean", **KNOWN)
    assert mean.latency_s == pytest.approx(latency["avg_ms"] * 1e-3)


@pytest.mark.parametrize("scenario", ["SingleStream", "MultiStream", "Offline", "Server"])
def test_loadgen_logs(scenario: str, tmp_path: Path) -> None:
    pytest.importorskip("mlperf_loadgen")
    # loadgen keeps its state for the whole process
    run(sys.executable, "-c", LOADGEN, scenario, str(tmp_path), cwd=tmp_path)
    known = {**KNOWN, "datatype": "fp32"}
    if scenario in ("Offline", "Server"):
        with pytest.raises(ValueError, match="batch"):
            qb.load_measurements(str(tmp_path / "mlperf_log_summary.txt"), **known)
        known["batch"] = 1
    (summary,) = qb.load_measurements(str(tmp_path / "mlperf_log_summary.txt"), **known)
    (detail,) = qb.load_measurements(str(tmp_path / "mlperf_log_detail.txt"), **known)
    assert summary.latency_s == detail.latency_s
    if scenario == "Offline":
        assert summary.latency_s is None
        assert summary.throughput_ips > 0
    else:
        assert 0.002 <= summary.latency_s < 0.2  # the system sleeps 2 ms
    if summary.throughput_ips is not None:
        assert summary.throughput_ips == pytest.approx(detail.throughput_ips, rel=1e-3)
    assert summary.deployment_value == (4 if scenario == "MultiStream" else 1)


def test_google_benchmark(tmp_path: Path) -> None:
    compiler = shutil.which("c++") or shutil.which("g++")
    if compiler is None or not Path("/usr/include/benchmark/benchmark.h").exists():
        pytest.skip("needs a compiler and libbenchmark")
    (tmp_path / "sleeps.cpp").write_text(GOOGLE_BENCHMARK)
    run(compiler, "-std=c++17", "sleeps.cpp", "-lbenchmark", "-lpthread", "-o", "sleeps", cwd=tmp_path)
    options = ["--benchmark_format=json", "--benchmark_out_format=json", "--benchmark_out=out.json"]
    run("./sleeps", *options, "--benchmark_repetitions=2", cwd=tmp_path)
    rows = qb.load_measurements(str(tmp_path / "out.json"), platform="host", datatype="fp32")
    assert [(one.network, one.deployment_value) for one in rows] == [("sleeps", 1)] * 2 + [("sleeps", 8)] * 2
    for one in rows:
        # Sleeping takes no CPU time, which is what the tool's own items per second count.
        assert 0.002 <= one.latency_s < 0.2
        assert one.throughput_ips == pytest.approx(one.deployment_value / one.latency_s)


LOADGEN = """
import sys, time
import mlperf_loadgen as lg
def issue(queries):
    time.sleep(0.002)
    lg.QuerySamplesComplete([lg.QuerySampleResponse(one.id, 0, 0) for one in queries])
settings = lg.TestSettings()
settings.scenario = getattr(lg.TestScenario, sys.argv[1])
settings.mode = lg.TestMode.PerformanceOnly
settings.min_duration_ms, settings.min_query_count = 100, 20
settings.single_stream_expected_latency_ns = 2000000
settings.multi_stream_samples_per_query = 4
settings.offline_expected_qps = 400
settings.server_target_qps, settings.server_target_latency_ns = 200, 100000000
output = lg.LogOutputSettings()
output.outdir, output.copy_summary_to_stdout = sys.argv[2], False
logs = lg.LogSettings()
logs.log_output, logs.enable_trace = output, False
system = lg.ConstructSUT(issue, lambda: None)
library = lg.ConstructQSL(64, 32, lambda samples: None, lambda samples: None)
lg.StartTestWithLogSettings(system, library, settings, logs, "audit.config")
lg.DestroyQSL(library)
lg.DestroySUT(system)
"""

GOOGLE_BENCHMARK = """
#include <benchmark/benchmark.h>
#include <chrono>
#include <thread>
static void sleeps(benchmark::State& state) {
    for (auto _ : state) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(sleeps)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond)->Iterations(5);
static void fails(benchmark::State& state) {
    state.SkipWithError("no device");
    for (auto _ : state) {
    }
}
BENCHMARK(fails);
BENCHMARK_MAIN();
"""


def write_tflite(path: Path) -> None:
    """A convolution over 128 x 128 x 16, averaged; by the schema that comes with ai-edge-litert."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    random = np.random.default_rng(0)
    graph, model = schema.SubGraphT(), schema.ModelT()
    graph.name, graph.tensors, graph.operators = b"main", [], []
    model.version, model.buffers, model.operatorCodes, model.subgraphs = 3, [schema.BufferT()], [], [graph]

    def tensor(name: str, shape: tuple[int, ...], data: np.ndarray | None = None) -> int:
        one = schema.TensorT()
        one.name, one.shape, one.buffer = name.encode(), list(shape), 0
        one.type = schema.TensorType.INT32 if data is not None and data.dtype == np.int32 else schema.TensorType.FLOAT32
        if data is not None:
            one.buffer = len(model.buffers)
            model.buffers.append(schema.BufferT())
            model.buffers[-1].data = np.frombuffer(data.tobytes(), np.uint8)
        graph.tensors.append(one)
        return len(graph.tensors) - 1

    def operator(code: int, inputs: list[int], outputs: list[int], kind: int, options: Any) -> None:
        model.operatorCodes.append(schema.OperatorCodeT())
        model.operatorCodes[-1].builtinCode = model.operatorCodes[-1].deprecatedBuiltinCode = code
        model.operatorCodes[-1].version = 1
        one = schema.OperatorT()
        one.opcodeIndex, one.inputs, one.outputs = len(model.operatorCodes) - 1, inputs, outputs
        one.builtinOptionsType, one.builtinOptions = kind, options
        graph.operators.append(one)

    x = tensor("x", (1, 128, 128, 16))
    filters = tensor("filters", (64, 3, 3, 16), random.standard_normal((64, 3, 3, 16)).astype(np.float32))
    bias = tensor("bias", (64,), np.zeros(64, np.float32))
    convolved = tensor("convolved", (1, 128, 128, 64))
    axes = tensor("axes", (2,), np.array([1, 2], np.int32))
    y = tensor("y", (1, 64))
    convolution, mean = schema.Conv2DOptionsT(), schema.ReducerOptionsT()
    convolution.padding = schema.Padding.SAME
    convolution.strideW = convolution.strideH = convolution.dilationWFactor = convolution.dilationHFactor = 1
    kinds = schema.BuiltinOptions
    operator(schema.BuiltinOperator.CONV_2D, [x, filters, bias], [convolved], kinds.Conv2DOptions, convolution)
    operator(schema.BuiltinOperator.MEAN, [convolved, axes], [y], kinds.ReducerOptions, mean)
    graph.inputs, graph.outputs = [x], [y]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(builder.Output())


def test_ingest_is_as_fast_as_pandas(tmp_path: Path) -> None:
    """No bound on seconds, only a figure: a table of 100,000 rows beside pandas.read_csv."""
    pandas = pytest.importorskip("pandas")
    rows = (Path(__file__).resolve().parents[2] / "data/measurements/level3.csv").read_text().splitlines()
    file = tmp_path / "large.csv"
    file.write_text("\n".join([rows[0], *(rows[1 + i % (len(rows) - 1)] for i in range(100_000))]) + "\n")
    begin = time.perf_counter()
    measured = qb.load_measurements(str(file))
    ours = time.perf_counter() - begin
    begin = time.perf_counter()
    frame = pandas.read_csv(file)
    print(f"100,000 rows: {ours:.2f} s, pandas {time.perf_counter() - begin:.2f} s")
    assert len(measured) == len(frame) == 100_000
