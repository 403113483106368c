# SPDX-License-Identifier: BSD-3-Clause
"""Networks run on this machine, and everything that can go wrong with that."""

import copy
import csv
import errno
import itertools
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

qb = pytest.importorskip("qutibench")
from qutibench import campaign, job_files, runners  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
QUICK = {"warm_up": 1, "repeats": 4, "threads": 1}

needs_onnxruntime = pytest.mark.skipif(
    not runners.importlib.util.find_spec("onnxruntime"), reason="onnxruntime is not installed: no run is made"
)
needs_openvino = pytest.mark.skipif(
    not runners.importlib.util.find_spec("openvino"), reason="openvino is not installed: its runner is not tried"
)


@pytest.fixture(scope="module")
def network():
    return qb.zoo.cnv(keep=0.125)


def model(nodes, inputs, outputs, initializers=()) -> bytes:
    """An ONNX model from nodes, and (name, element type, shape) of what goes in and out."""
    onnx = pytest.importorskip("onnx")
    values = [[onnx.helper.make_tensor_value_info(*one) for one in ends] for ends in (inputs, outputs)]
    graph = onnx.helper.make_graph(nodes, "made", *values, list(initializers))
    made = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
    made.ir_version = 8
    return made.SerializeToString()


needs_loadgen = pytest.mark.skipif(
    not runners.importlib.util.find_spec("mlperf_loadgen"), reason="mlcommons-loadgen is not installed: no scenario"
)


def relu(shape) -> bytes:
    onnx = pytest.importorskip("onnx")
    kind = onnx.TensorProto.FLOAT
    return model([onnx.helper.make_node("Relu", ["x"], ["y"])], [("x", kind, shape)], [("y", kind, shape)])


def endless() -> bytes:
    """A loop of 10^15 turns."""
    onnx = pytest.importorskip("onnx")
    make, types = onnx.helper, onnx.TensorProto
    body = make.make_graph(
        [make.make_node("Identity", ["go_in"], ["go_out"]), make.make_node("Identity", ["v_in"], ["v_out"])],
        "body",
        [
            make.make_tensor_value_info("turn", types.INT64, []),
            make.make_tensor_value_info("go_in", types.BOOL, []),
            make.make_tensor_value_info("v_in", types.FLOAT, [1]),
        ],
        [make.make_tensor_value_info("go_out", types.BOOL, []), make.make_tensor_value_info("v_out", types.FLOAT, [1])],
    )
    constants = [make.make_tensor("turns", types.INT64, [], [10**15]), make.make_tensor("go", types.BOOL, [], [True])]
    loop = make.make_node("Loop", ["turns", "go", "x"], ["y"], body=body)
    return model([loop], [("x", types.FLOAT, [1])], [("y", types.FLOAT, [1])], constants)


def processes_of(folder_prefix: str) -> list[str]:
    """Command lines of workers that are still there."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if "_worker.py" in line and folder_prefix in line:
            lines.append(line)
    return lines


# What a run gives.


@needs_onnxruntime
def test_a_run_is_a_measurement_with_all_its_latencies(network):
    run = runners.run(network, runner="onnxruntime", batch=2, **QUICK)
    assert isinstance(run, qb.Measurement)
    assert (run.network, run.platform, run.mode, run.datatype) == (network.name, "host", "one_core", "fp32")
    assert (run.batch, run.level, run.statistic, run.scope, run.cores) == (2, 3, "median", "system", 1)
    assert len(run.latencies_s) == 4
    assert run.latency_s == pytest.approx(np.median(run.latencies_s))
    assert run.attained_throughput_ips == pytest.approx(2 / run.latency_s)
    assert run.tool.startswith("onnxruntime 1.")


def test_percentiles_are_those_of_numpy_and_of_measured_files(tmp_path):
    facts = {"network": "n", "platform": "host", "mode": None, "datatype": "fp32", "batch": 1, "keep": 1.0}
    latencies = [0.5, 0.1, 0.4, 0.2, 0.3, 0.9, 0.7]
    run = runners.Run(facts, latencies, "by hand", 1)
    for percent in (0, 0.1, 10, 25, 50, 63, 90, 99, 100):
        assert run.percentile_s(percent) == np.percentile(latencies, percent)
    assert run.percentile_s(90) == pytest.approx(0.7 + 0.4 * 0.2)
    assert run.spread == pytest.approx(run.percentile_s(90) / 0.4 - 1)
    for percent in (101, -1, float("nan")):
        with pytest.raises(qb.InvalidArgument, match="from 0 to 100"):
            run.percentile_s(percent)
    file = tmp_path / "times.json"
    file.write_text(json.dumps([{"latencyMs": 1e3 * one, "computeMs": 1e3 * one} for one in latencies]))
    for percent in (0, 37, 90):
        told = {"network": "n", "platform": "host", "datatype": "fp32", "batch": 1, "statistic": f"p{percent}"}
        (same,) = qb.load_measurements(str(file), "trtexec_times", **told)
        assert same.latency_s == pytest.approx(run.percentile_s(percent), rel=1e-12)
    for statistic, latency in {"min": 0.1, "max": 0.9, "mean": np.mean(latencies), "p90": 0.78, "median": 0.4}.items():
        other = runners.Run(facts, latencies, "by hand", 1, statistic)
        assert (other.latency_s, other.statistic) == (pytest.approx(latency), statistic)
    for again in (pickle.loads(pickle.dumps(run)), copy.copy(run), copy.deepcopy(run)):
        assert again == run
        assert again.latencies_s == run.latencies_s
        assert again.tool == "by hand"


@needs_onnxruntime
def test_level_1_gives_the_time_of_layers(network):
    layers = runners.run(network, level=1, **QUICK)
    assert len(layers) > 5
    assert {one.level for one in layers} == {1}
    assert {one.network for one in layers} == {network.name}
    assert all(one.latency_s > 0 for one in layers)
    assert any("conv" in one.part.lower() for one in layers)


@needs_openvino
@pytest.mark.parametrize("level", [1, 3])
def test_openvino_runs_the_same_network(network, level):
    found = runners.run(network, "openvino", level=level, **QUICK)
    rows = found if level == 1 else [found]
    assert all(one.level == level and one.latency_s > 0 for one in rows)
    assert all(one.tool.startswith("openvino 20") for one in rows)


def test_blocks_hold_all_of_a_network():
    for name in ("cnv", "mlp", "resnet18", "googlenet", "mobilenet_v3_small", "vit_b_16"):
        whole, parts = getattr(qb.zoo, name)(), qb.blocks(getattr(qb.zoo, name)())
        counted = [qb.analyze(one) for one in [whole, *parts]]
        assert counted[0].operations == sum(one.operations for one in counted[1:])
        assert counted[0].weights == sum(one.weights for one in counted[1:])
        assert len({one.name for one in parts}) == len(parts)
        for before, after in itertools.pairwise(parts):
            assert list(before.outputs.values()) == list(after.inputs.values())
    names = [one.name for one in qb.blocks(qb.zoo.resnet18())]
    assert names[:4] == ["conv1", "res2a", "res2b", "res3a"]


@pytest.mark.parametrize("layers", [1, 2, 4])
def test_stacks_have_as_many_layers_as_asked_for(layers):
    whole, stacks = qb.zoo.vgg16(), qb.blocks(qb.zoo.vgg16(), layers=layers)
    work = [sum(one.cost.macs > 0 for one in stack.nodes) for stack in stacks]
    assert work == [layers] * (16 // layers)  # VGG-16 has 13 convolutions and three dense layers
    assert sum(qb.analyze(one).operations for one in stacks) == qb.analyze(whole).operations
    # a residual block stays whole: two convolutions, three where the shortcut has one
    found = [sum(one.cost.macs > 0 for one in stack.nodes) for stack in qb.blocks(qb.zoo.resnet18(), layers=2)]
    assert min(found[:-1]) >= 2
    assert sum(found) == 21
    with pytest.raises(qb.InvalidArgument, match="at least one layer, not 0"):
        qb.blocks(whole, layers=0)


def test_blocks_keep_mixed_precision_and_sparsity():
    whole = qb.quantize(qb.zoo.cnv(), {"conv1": "int4", "fc3": "int3"}, otherwise="int2")
    device = qb.platform("zcu104_bismo")
    for parts in (qb.blocks(whole), qb.blocks(whole, layers=2), qb.blocks(whole, layers=4)):
        kept = {node.name: node.datatype for part in parts for node in part.nodes if node.type != "input"}
        assert kept == {node.name: node.datatype for node in whole.nodes if node.type != "input"}
        alone = [qb.predict(part, device, execution="layers").latency_s for part in parts]
        together = qb.predict(whole, device, execution="layers").latency_s
        assert sum(alone) == pytest.approx(together)
    thin = qb.Graph.from_json(
        qb.zoo.cnv().to_json().replace('"bias":false}', '"bias":false,"sparsity":{"density":0.5}}')
    )
    assert {node.density for part in qb.blocks(thin) for node in part.nodes} == {0.5, 1.0}


def test_blocks_of_shared_weights_are_refused(network):
    shared = qb.Graph("shared")
    first = shared.add(qb.layers.dense(out_features=8), shared.input((1, 8)), "first")
    shared.share_weights(first, shared.add(qb.layers.dense(out_features=8), first, "second"))
    with pytest.raises(qb.InvalidArgument, match="layer 'second' of 'shared' shares weights"):
        qb.blocks(shared)
    with pytest.raises(TypeError, match="not a Workload"):
        qb.blocks(qb.analyze(network))


@needs_onnxruntime
def test_level_2_gives_the_time_of_blocks(network):
    parts = qb.blocks(network)
    found = runners.run(network, level=2, mode="", **QUICK)
    assert [one.part for one in found] == [one.name for one in parts]
    assert {(one.level, one.network) for one in found} == {(2, network.name)}
    host = qb.Platform("host", {"fp32": 1e12}, bandwidth_bytes_per_s=1e11)
    work = qb.analyze(network)
    rows = qb.efficiency(found, {network.name: work}, {"host": host})
    assert all(row.efficiency > 0 for row in rows)


@pytest.mark.parametrize(
    "runner", [pytest.param(one, marks=globals()[f"needs_{one}"]) for one in ("onnxruntime", "openvino")]
)
def test_streams_are_calls_side_by_side(network, runner):
    run = runners.run(network, runner, streams=2, batch=3, **QUICK)
    assert (run.deployment, run.threads, run.batch, len(run.latencies_s)) == ("threads", 2, 3, 8)
    assert run.throughput_ips == run.attained_throughput_ips > 0


@needs_onnxruntime
def test_int8_is_quantised_by_the_runtime_itself(network, tmp_path):
    pytest.importorskip("onnx")
    layers = runners.run(network, datatype="int8", level=1, **QUICK)
    assert any("QuantizeLinear" in one.part for one in layers)
    assert runners.run(network, datatype="int8", **QUICK).datatype == "int8"
    path = tmp_path / "ready.onnx"
    qb.save_onnx(qb.quantize(network, "int8"), path)
    assert runners.run(path, datatype="int8", **QUICK).datatype == "int8"


@needs_openvino
def test_openvino_computes_in_what_is_recorded_or_says_so(network):
    try:
        assert runners.run(network, "openvino", datatype="bf16", **QUICK).datatype == "bf16"
    except runners.ModelRejected as wrong:
        assert "would compute in f32 on this processor, not in bf16" in str(wrong)


@needs_openvino
def test_openvino_quantises_with_nncf(network):
    if runners.importlib.util.find_spec("nncf"):
        assert runners.run(network, "openvino", datatype="int8", **QUICK).datatype == "int8"
    else:
        with pytest.raises(qb.MissingPackage, match="this needs nncf: pip install nncf"):
            runners.run(network, "openvino", datatype="int8", **QUICK)


@needs_onnxruntime
@needs_loadgen
@pytest.mark.parametrize("scenario", ["single_stream", "offline", "server"])
def test_mlperf_plays_its_scenarios(network, scenario):
    how = {**QUICK, "duration_s": 0.1, "scenario": scenario}
    if scenario == "server":
        how |= {"target_ips": 100, "latency_limit_s": 0.5}
    found = runners.run(network, **how)
    assert (found.network, found.platform, found.format) == (network.name, "host", "mlperf_summary")
    assert found.attained_throughput_ips > 0
    assert (found.latency_s is None) == (scenario == "offline")
    assert ("latency includes waiting behind other requests" in found.cautions) == (scenario == "server")


@needs_onnxruntime
def test_scenarios_say_what_they_need(network, monkeypatch):
    with pytest.raises(qb.UnknownName, match="single_stream, offline, server"):
        runners.write_job(network, "unused", scenario="batch")
    with pytest.raises(qb.InvalidArgument, match="needs target_ips and latency_limit_s"):
        runners.write_job(network, "unused", scenario="server", target_ips=3)
    found = runners.importlib.util.find_spec
    monkeypatch.setattr(
        runners.importlib.util, "find_spec", lambda name: found(name) if name == "onnxruntime" else None
    )
    with pytest.raises(qb.MissingPackage, match="pip install mlcommons-loadgen"):
        runners.run(network, scenario="offline")


def counter(folder: Path, energy: int, largest: int = 1_000_000) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "energy_uj").write_text(f"{energy}\n")
    (folder / "max_energy_range_uj").write_text(f"{largest}\n")


def test_energy_is_that_of_all_packages_or_missing(tmp_path):
    worker = runners.importlib.util.spec_from_file_location("worker", runners.WORKER)
    module = runners.importlib.util.module_from_spec(worker)
    worker.loader.exec_module(module)
    assert module.Energy(tmp_path / "nowhere").joules() is None
    counter(tmp_path / "intel-rapl:0", 100)
    counter(tmp_path / "intel-rapl:1", 999_000)
    counter(tmp_path / "intel-rapl:0:0", 5)  # the cores, a part of the package
    energy = module.Energy(tmp_path)
    counter(tmp_path / "intel-rapl:0", 500_100)
    counter(tmp_path / "intel-rapl:1", 1_000)  # has begun anew
    counter(tmp_path / "intel-rapl:0:0", 400_000)
    assert energy.joules() == pytest.approx(0.502)
    (tmp_path / "intel-rapl:1" / "energy_uj").unlink()
    assert energy.joules() is None


def test_power_and_throughput_of_others_are_taken_over(network):
    def board(folder: Path) -> None:
        said = {"latencies_s": [0.5], "throughput_ips": 7.5, "power_w": 12}
        (folder / "result.json").write_text(json.dumps(said))

    run = runners.run(network, board, platform="my_board", streams=3)
    assert (run.power_w, run.throughput_ips, run.threads) == (12, 7.5, 3)
    with pytest.raises(qb.ParseError, match='power_w: should be of type number or null, not "high"'):
        runners.run(network, lambda at: (at / "result.json").write_text('{"latencies_s": [1], "power_w": "high"}'))


@needs_onnxruntime
def test_a_model_may_be_a_name_a_path_or_bytes(network, tmp_path):
    path = tmp_path / "mine.onnx"
    qb.save_onnx(network, path)
    assert runners.run(path, **QUICK).network == "mine"
    assert runners.run(str(path), name="renamed", platform="desk", **QUICK).platform == "desk"
    assert runners.run(path.read_bytes(), name="bytes", **QUICK).network == "bytes"
    assert runners.run("mlp", **QUICK).network == "mlp"


@needs_onnxruntime
def test_a_quantised_graph_is_recorded_as_such(network):
    assert runners.run(qb.quantize(network, "int8"), **QUICK).datatype == "int8"
    mixed = qb.quantize(network, "int8", keep_first=True)
    kinds = {one.datatype for one in mixed.nodes if one.datatype}
    if len(kinds) > 1:
        with pytest.raises(qb.InvalidArgument, match="say which datatype"):
            runners.run(mixed, **QUICK)


@needs_onnxruntime
def test_open_dimensions_take_the_batch_and_what_the_caller_says():
    assert runners.run(relu(["n", 8]), batch=3, **QUICK).batch == 3
    for runner, dims in (("onnxruntime", {"length": 5}), ("onnxruntime", {"x[1]": 5}), ("openvino", {"x[1]": 5})):
        if runners.importlib.util.find_spec(runner):
            assert runners.run(relu(["n", "length"]), runner, dims=dims, **QUICK).latency_s > 0
    with pytest.raises(runners.ModelRejected, match=r"open dimension 'length'; give its size in dims"):
        runners.run(relu(["n", "length"]), **QUICK)
    with pytest.raises(runners.ModelRejected, match=r"no open dimension 'lenght'; did you mean 'length'\?"):
        runners.run(relu(["n", "length"]), dims={"lenght": 5}, **QUICK)
    assert runners.run(relu(["n", "length"]), batch=3, dims={"n": 3, "length": 5}, **QUICK).batch == 3
    with pytest.raises(runners.ModelRejected, match="dims has 4 as the batch of input 'x', and the batch is 1"):
        runners.run(relu(["n", "length"]), dims={"n": 4, "length": 5}, **QUICK)
    with pytest.raises(runners.ModelRejected, match="made for a batch of 1, not 2"):
        runners.run(relu([1, 8]), batch=2, **QUICK)


@needs_onnxruntime
def test_a_run_stands_beside_its_bound(network):
    host = qb.Platform("host", {"fp32": 1e12}, bandwidth_bytes_per_s=1e11)
    run = runners.run(network, mode="", **QUICK)
    row = qb.efficiency(run, {network.name: qb.analyze(network)}, {"host": host})
    assert row.efficiency == pytest.approx(run.attained_throughput_ips / row.predicted.throughput_ips)


# What can go wrong.


def test_a_runtime_that_is_not_installed_is_named(network, monkeypatch):
    monkeypatch.setattr(runners.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(qb.MissingPackage, match=r"this needs openvino: pip install 'qutibench\[run\]'"):
        runners.run(network, "openvino")
    with pytest.raises(qb.MissingPackage):
        campaign.run_all([network], results=None)


def test_an_unknown_runner_is_an_unknown_name(network):
    with pytest.raises(qb.UnknownName, match="onnxruntime and openvino"):
        runners.run(network, "onnxruntim")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"batch": 0}, "batch must be a whole number"),
        ({"threads": 0}, "threads must be a whole number"),
        ({"repeats": 1.5}, "repeats must be a whole number"),
        ({"warm_up": -1}, "warm_up must be a whole number"),
        ({"duration_s": float("nan")}, "duration_s must be positive"),
        ({"time_limit_s": 0}, "time_limit_s must be positive"),
        ({"memory_limit_bytes": -5}, "memory_limit_bytes must be positive"),
        ({"statistic": "best"}, "median, mean, min, max or a percentile"),
        ({"statistic": "p101"}, "median, mean, min, max or a percentile"),
        ({"level": 4}, r"level 1 \(layers\), 2 \(a block, named by part\) or 3"),
        ({"streams": 0}, "streams must be a whole number"),
        ({"level": 1, "streams": 2}, "level 1 has no streams"),
        ({"datatype": "bf16"}, "onnxruntime would compute 'cnv' in fp32, not in bf16"),
    ],
)
@needs_onnxruntime
def test_arguments_are_checked(network, wrong, said):
    with pytest.raises(qb.InvalidArgument, match=said):
        runners.run(network, **wrong)


@needs_onnxruntime
def test_a_missing_file_says_so():
    with pytest.raises(qb.ParseError, match="no such file, and no network of the zoo"):
        runners.run("resnet51")


@needs_onnxruntime
def test_a_model_that_the_runtime_rejects_comes_with_its_words():
    onnx = pytest.importorskip("onnx")
    kind = onnx.TensorProto.FLOAT
    unknown = model([onnx.helper.make_node("Reluu", ["x"], ["y"])], [("x", kind, [1])], [("y", kind, [1])])
    with pytest.raises(runners.ModelRejected, match=r"onnxruntime does not take the model: .*Reluu"):
        runners.run(unknown, **QUICK)
    with pytest.raises(runners.ModelRejected, match="does not take the model"):
        runners.run(b"this is no model", **QUICK)


@needs_openvino
def test_openvino_rejects_what_is_no_model():
    with pytest.raises(runners.ModelRejected, match="openvino does not take the model"):
        runners.run(b"this is no model", "openvino", **QUICK)


@needs_onnxruntime
def test_a_hanging_run_is_ended():
    folder = []

    def keep(network, place, **how):
        folder.append(str(place))
        return write_job(network, place, **how)

    write_job, runners.write_job = runners.write_job, keep
    try:
        with pytest.raises(runners.TimeLimitExceeded, match="not done after 4 s and was ended") as caught:
            runners.run(endless(), time_limit_s=4, **QUICK)
    finally:
        runners.write_job = write_job
    assert isinstance(caught.value, TimeoutError)
    assert not processes_of(folder[0])
    assert not os.path.exists(folder[0])


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("os.kill(os.getpid(), 9)", "ended by SIGKILL, as the system does when it is out of memory"),
        ("os.abort()", "ended by SIGABRT"),
        ("sys.exit('no luck')", "without a result, with status 1: no luck"),
        ("pass", "without a result, with status 0"),
    ],
)
@needs_onnxruntime
def test_a_killed_run_is_told_apart(network, tmp_path, monkeypatch, ending, said):
    worker = tmp_path / "_worker.py"
    worker.write_text(f"import os, sys\n{ending}\n", encoding="utf-8")
    monkeypatch.setattr(runners, "WORKER", worker)
    with pytest.raises(runners.WorkerKilled, match=said):
        runners.run(network, **QUICK)


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is limited on Linux only")
@needs_onnxruntime
def test_a_run_that_needs_too_much_memory_says_so():
    onnx = pytest.importorskip("onnx")
    make, types = onnx.helper, onnx.TensorProto
    nodes = [
        make.make_node("ConstantOfShape", ["x"], ["huge"]),
        make.make_node("ReduceMax", ["huge"], ["y"], keepdims=0),
    ]
    fixed = make.make_tensor("x", types.INT64, [2], [1 << 18, 1 << 16])
    wants_64_gib = model(nodes, [], [("y", types.FLOAT, [])], [fixed])
    with pytest.raises(runners.OutOfMemory) as caught:
        runners.run(wants_64_gib, memory_limit_bytes=6 << 30, **QUICK)
    assert isinstance(caught.value, MemoryError)


@needs_onnxruntime
def test_the_page_of_runners(tmp_path, monkeypatch, capsys):
    """The code of docs/runners.md."""
    monkeypatch.chdir(tmp_path)
    # [host]
    import qutibench as qb

    host = qb.probe_host(time_s=1)  # a Platform; by default it takes longer and is steadier
    g = qb.zoo.cnv()
    r = qb.run(g, runner="onnxruntime", batch=1, threads=1)  # a Measurement, with every latency of it
    row = qb.efficiency(r, {"cnv": qb.analyze(g)}, {"host": host})  # measured over predicted
    print(row.measurement.network, f"{row.efficiency:.0%} of its bound", *row.flags)
    # [host]
    assert capsys.readouterr().out.startswith("cnv ")
    assert row.efficiency > 0
    # [campaign]
    found = qb.run_all(["mlp", g], batches=[1, 8], threads=[1, None], duration_s=0.5, results="runs.csv")
    print(len(found), "runs, without a figure:", found.failed)
    later = qb.load_measurements("runs.csv", "qutibench")  # the same
    # [campaign]
    assert capsys.readouterr().out == "8 runs, without a figure: []\n"
    told = [[(one.network, one.batch, one.mode, one.latency_s) for one in some] for some in (found, later)]
    assert told[0] == told[1] and len(set(told[0])) == 8


# Campaigns.


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_onnxruntime
def test_a_campaign_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    path = tmp_path / "runs.csv"
    networks = {"eighth": qb.zoo.cnv(keep=0.125), "broken": b"this is no model", "quarter": qb.zoo.cnv(keep=0.25)}
    made = []
    run = campaign.run

    def stop_at_the_third(network, runner, **how):
        made.append(how["name"])
        if len(made) == 3:
            raise KeyboardInterrupt
        return run(network, runner, **how)

    monkeypatch.setattr(campaign, "run", stop_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        campaign.run_all(networks, results=path, **{**QUICK, "threads": [1]})
    assert [row["network"] for row in rows_of(path)] == ["eighth", "broken"]

    with open(path, "a", encoding="utf-8") as file:
        file.write("quarter,host,one_core,fp3")  # the machine went down here
    found = campaign.run_all(networks, results=path, **{**QUICK, "threads": [1]})
    assert made == ["eighth", "broken", "quarter", "quarter"]
    assert [one.network for one in found] == ["eighth", "quarter"]
    assert [row["network"] for row in found.failed] == ["broken"]
    assert "does not take the model" in found.failed[0]["error"]

    again = campaign.run_all(networks, results=path, retry_failed=True, **{**QUICK, "threads": [1]})
    assert made[4:] == ["broken"]
    assert [one.latency_s for one in again] == [one.latency_s for one in found]
    assert [row["network"] for row in rows_of(path)] == ["eighth", "quarter", "broken"]
    read = qb.load_measurements(path, "qutibench")
    assert [(one.network, one.latency_s, one.mode) for one in read] == [
        (one.network, one.latency_s, one.mode) for one in found
    ]


@needs_onnxruntime
def test_layers_of_a_campaign_count_only_when_all_are_there(tmp_path, network):
    path = tmp_path / "layers.csv"
    first = campaign.run_all([network], level=1, results=path, threads=[1], warm_up=1, repeats=3)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert len(lines) == 1 + len(first)
    with campaign.ResultsFile(path) as file:
        assert len(file.finished) == 1
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    with campaign.ResultsFile(path) as file:
        assert not file.finished
    assert path.read_text(encoding="utf-8") == lines[0]
    path.write_text("".join(lines), encoding="utf-8")
    again = campaign.run_all([network], level=1, results=path, threads=[1], warm_up=1, repeats=3)
    assert [(one.part, one.latency_s) for one in again] == [(one.part, one.latency_s) for one in first]


@needs_onnxruntime
def test_streams_and_blocks_of_a_campaign_come_back(tmp_path, network):
    path = tmp_path / "runs.csv"
    for more in ({"streams": 2, "statistic": "min"}, {"level": 2}):
        first = campaign.run_all([network], results=path, **{**QUICK, "threads": [1]}, **more)
        again = campaign.run_all([network], results=path, **{**QUICK, "threads": [1]}, **more)
        for one, two in zip(first, again, strict=True):
            assert (one.throughput_ips, one.threads) == (two.throughput_ips, two.threads)
            assert two.latency_s in (one.latency_s, None if one.threads > 1 else one.latency_s)
            assert (one.part, one.level, one.statistic) == (two.part, two.level, two.statistic)
    read = qb.load_measurements(path, "qutibench")
    assert {(one.level, one.threads) for one in read} == {(3, 2), (2, 1)}


@needs_onnxruntime
def test_a_full_disk_leaves_what_was_measured(tmp_path, monkeypatch, network):
    path = tmp_path / "runs.csv"
    campaign.run_all([network], results=path, **{**QUICK, "threads": [1]})
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(campaign.os, "fsync", full)
    with pytest.raises(runners.RunError, match="cannot be written: No space left on device; those before are in it"):
        campaign.run_all([network], batches=[2], results=path, **{**QUICK, "threads": [1]})
    assert path.read_bytes() == before


def row(name: str, batch: int = 1, **more: str) -> campaign.Row:
    return dict.fromkeys(campaign.COLUMNS, "") | {
        "network": name, "platform": "p", "datatype": "int8", "keep": "1.0", "level": "3", "batch": str(batch),
        "scope": "system", "statistic": "median", "latency_s": "0.5", "rows": "1", **more,
    }  # fmt: skip


def names_in(path) -> list[str]:
    with campaign.ResultsFile(path) as file:
        return [group[0]["network"] for group in file.finished.values()]


def test_a_results_file_has_one_writer_at_a_time(tmp_path):
    path = tmp_path / "runs.csv"
    with campaign.ResultsFile(path) as file:
        file.append([row("a")])
        for _ in range(2):
            with pytest.raises(runners.RunError, match="another campaign is writing these results; wait for it"):
                campaign.ResultsFile(path)
    assert names_in(path) == ["a"]
    assert [one.name for one in tmp_path.iterdir()] == ["runs.csv"]


def test_a_file_cut_at_any_byte_has_all_rows_before(tmp_path):
    """Names hold line ends and quotes, so that a line is no row."""
    path = tmp_path / "runs.csv"
    names = ["one\nwith two lines", 'a "quoted" one', "three\n\nlines\n", "the last"]
    ends = []
    for name in names:
        with campaign.ResultsFile(path) as file:
            file.append([row(name)])
        ends.append(path.stat().st_size)
    whole = path.read_bytes()
    assert names_in(path) == names
    first = whole.index(b"one")
    for cut in range(first, len(whole)):
        path.write_bytes(whole[:cut])
        assert names_in(path) == [name for name, end in zip(names, ends, strict=True) if end <= cut]


def test_a_run_that_is_there_twice_counts_once(tmp_path):
    path = tmp_path / "runs.csv"
    with campaign.ResultsFile(path) as file:
        file.append([row("a", latency_s="0.25")])
    text = path.read_text()
    path.write_text(text + text.splitlines(keepends=True)[1].replace("0.25", "0.75"))
    with campaign.ResultsFile(path) as file:
        assert [[one["latency_s"] for one in rows] for rows in file.finished.values()] == [["0.75"]]


@pytest.mark.parametrize(
    ("column", "cell"),
    [("rows", "²"), ("rows", ""), ("batch", "x"), ("batch", "9" * 40), ("level", "-1"), ("latency_s", "fast"),
     ("latency_s", "nan"), ("power_w", "-1"), ("keep", "inf"), ("threads", "1.5")],
)  # fmt: skip
def test_a_damaged_cell_says_where(tmp_path, column, cell):
    path = tmp_path / "runs.csv"
    text = campaign.ResultsFile._text([row("a", **{column: cell})], header=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(qb.ParseError, match=rf"runs\.csv, line 2: {column} should be .*, not '{cell[:9]}"):
        campaign.ResultsFile(path)
    assert path.read_text(encoding="utf-8") == text


def test_a_disk_that_fills_within_a_row_leaves_those_before(tmp_path):
    """A limit on the size of files ends writing midway, as a full disk does."""
    path = tmp_path / "runs.csv"
    program = f"""
import resource, signal
from qutibench import campaign, runners
import test_run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with campaign.ResultsFile({str(path)!r}) as file:
    file.append([test_run.row("first")])
    size = file.path.stat().st_size
    for limit in (size, size + 1, size + 20):
        for again in (test_run.row("second"), test_run.row("first", date="2" * 99)):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            try:
                file.append([again])
                raise SystemExit("it was written")
            except runners.RunError as wrong:
                assert "cannot be written: File too large; those before are in it" in str(wrong), wrong
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert names_in(path) == ["first"]
    assert [one.name for one in tmp_path.iterdir()] == ["runs.csv"]


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "network\n", ",".join(campaign.COLUMNS) + "\n1,2\n"])
def test_a_file_of_something_else_is_refused(tmp_path, network, text):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(qb.ParseError, match=r"mine\.csv, line "):
        campaign.run_all([network], results=path)
    assert path.read_text(encoding="utf-8") == text


def test_bytes_need_a_name():
    with pytest.raises(qb.InvalidArgument, match="have no name"):
        campaign.run_all([b"model"])


# Other machines.


def test_a_runner_may_be_any_callable(network):
    def board(folder: Path) -> None:
        job = json.loads((folder / "job.json").read_text())
        assert (folder / job["model"]).stat().st_size > 1000
        (folder / "result.json").write_text(json.dumps({"latencies_s": [0.25, 0.5, 0.75], "tool": "board 1"}))

    run = runners.run(network, board, platform="my_board", batch=4)
    assert (run.latency_s, run.tool, run.platform, run.mode, run.batch) == (0.5, "board 1", "my_board", None, 4)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("{", "this is not JSON"),
        ("[]", "this should be an object"),
        ("{}", "one of these keys must be there: latencies_s, parts, mlperf_summary, error"),
        ('{"latencies_s": []}', "latencies_s: should be a list of at least 1"),
        ('{"latencies_s": [0.1, -1]}', "latencies_s/1: should be above 0, not -1"),
        ('{"latencies_s": [0.1, NaN]}', "latencies_s/1: should be of type number, not NaN"),
        ('{"latencies_s": ["fast"]}', 'latencies_s/0: should be of type number, not "fast"'),
        ('{"latencies_s": [true]}', "latencies_s/0: should be of type number, not true"),
        ('{"latencies_s": [1], "tool": ""}', "tool: should be a text of at least 1"),
        ('{"error": "no", "kind": "bad"}', "kind: should be one of rejected, memory, missing, failed"),
        ('{"mlperf_summary": "../../etc/passwd"}', "it names the file '../../etc/passwd', which is not in the folder"),
        ('{"mlperf_summary": "/etc/passwd"}', "which is not in the folder"),
    ],
)
def test_results_of_others_are_checked(network, result, said):
    with pytest.raises(qb.ParseError, match=said):
        runners.run(network, lambda folder: (folder / "result.json").write_text(result))


@pytest.mark.parametrize("name", ["job", "result"])
def test_the_schemas_say_what_a_validator_of_others_says(name):
    jsonschema = pytest.importorskip("jsonschema")
    sound = {
        "result": {"latencies_s": [0.5], "parts": [{"name": "a", "latencies_s": [1]}], "tool": "t", "power_w": None,
                   "error": "e", "kind": "failed", "throughput_ips": 2.5},
        "job": {"model": "m", "runner": "r", "batch": 1, "cores": 1, "streams": 1, "datatype": "int8", "quantize": True,
                "dims": {"N": 2}, "warm_up": 0, "repeats": 1, "duration_s": 0.5, "parts": False, "scenario": None,
                "memory_limit_bytes": None, "target_ips": 1, "latency_limit_s": 1.5, "statistic": "min",
                "facts": {"network": "n", "platform": "p", "mode": None, "datatype": "d", "batch": 1, "keep": 0.5,
                          "level": 2, "part": "b", "operations": 0}},
    }[name]  # fmt: skip
    other = jsonschema.Draft202012Validator(job_files.schema(name))

    def changed(at):
        """The value with one thing wrong, or merely otherwise, in each place."""
        yield from (None, True, -1, 0, 1, 1.5, 2.0, 1e30, "", "x", [], {}, [0], {"x": 0})
        if isinstance(at, dict):
            for key, inner in at.items():
                yield {one: at[one] for one in at if one != key}
                yield from ({**at, key: other} for other in changed(inner))
        if isinstance(at, list):
            yield from ([other] for one in at for other in changed(one))

    values = [sound, *changed(sound)]
    assert len(values) > 100
    for value in values:
        try:
            job_files.check(value, name, "it")
            is_taken = True
        except qb.ParseError:
            is_taken = False
        assert is_taken == other.is_valid(value), value


def test_a_job_with_links_is_read_by_nobody(network, tmp_path):
    """Through a link, a result would be read from anywhere, and a run would write there."""
    (tmp_path / "secret").write_text('{"latencies_s": [1]}')
    runners.write_job(network, tmp_path / "job", platform="board")
    for name in ("result.json", "messages.txt", "prepared.onnx"):
        (tmp_path / "job" / name).symlink_to(tmp_path / "secret")
        for take in (runners.read_result, runners.run_job):
            with pytest.raises(qb.ParseError, match="this is a link or a device; a job holds files alone"):
                take(tmp_path / "job")
        (tmp_path / "job" / name).unlink()
    os.mkfifo(tmp_path / "job" / "output.txt")
    with pytest.raises(qb.ParseError, match="this is a link or a device"):
        runners.read_result(tmp_path / "job")
    assert (tmp_path / "secret").read_text() == '{"latencies_s": [1]}'


def test_a_job_without_a_result_says_so(network):
    with pytest.raises(qb.ParseError, match=r"result\.json: there is no such file"):
        runners.run(network, lambda folder: None)


def test_a_board_may_leave_what_a_tool_printed(network):
    text = "Average inference time cost: 1.85739 ms\nNumber of inferences per second: 538.39\nP50 Latency: 0.0018 s\n"
    rows = runners.run(network, lambda folder: (folder / "output.txt").write_text(text), platform="board")
    assert [(one.platform, one.latency_s) for one in rows] == [("board", 0.0018)]


@needs_onnxruntime
def test_jobs_cross_to_another_machine_and_back(network, tmp_path):
    """`ssh` is a stand-in that runs the command here, in a folder that plays the other machine's home."""
    home, programs, jobs = (tmp_path / name for name in ("home", "bin", "jobs"))
    for folder in (home, programs):
        folder.mkdir()
    (programs / "ssh").write_text(f'#!/bin/sh\n[ "$1" = board ] && shift && cd {home} && exec sh -c "$*"\n')
    (programs / "ssh").chmod(0o755)
    for batch in (1, 2):
        runners.write_job(network, jobs / f"batch_{batch}", batch=batch, platform="board", **QUICK)
    (jobs / "done").mkdir()
    (jobs / "done" / "result.json").write_text("{}")
    command = [ROOT / "examples/remote_runner.sh", "board", jobs, sys.executable, runners.WORKER, "."]
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    for _ in range(2):
        subprocess.run([str(word) for word in command], env=environment, check=True)
    for batch in (1, 2):
        run = runners.read_result(jobs / f"batch_{batch}")
        assert (run.platform, run.batch, len(run.latencies_s)) == ("board", batch, 4)
    assert (jobs / "done" / "result.json").read_text() == "{}"


def remote_runner(tmp_path, jobs, *command):
    """The script with a stand-in for `ssh`, as above; what it printed and its exit status."""
    home, programs = tmp_path / "home", tmp_path / "bin"
    for folder in (home, programs):
        folder.mkdir(exist_ok=True)
    (programs / "ssh").write_text(f'#!/bin/sh\n[ "$1" = board ] && shift && cd {home} && exec sh -c "$*"\n')
    (programs / "ssh").chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    words = [str(word) for word in (ROOT / "examples/remote_runner.sh", "board", jobs, *command)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    return done.returncode, done.stderr


def test_a_board_can_write_nowhere_else_and_one_job_stops_no_other(tmp_path):
    jobs, outside = tmp_path / "my jobs", tmp_path / "outside"
    assert remote_runner(tmp_path, jobs, "true") == (0, "")  # an empty folder is no error
    outside.mkdir()
    (outside / "kept").write_text("mine")
    names = ("a link", "b fails", "c outside", "d 'quoted'", "e hard")
    for name in names:
        (jobs / name).mkdir(parents=True)
        (jobs / name / "job.json").write_text(name)
    board = tmp_path / "board.py"
    board.write_text(f"""
import pathlib, os, sys, tarfile
job = pathlib.Path("job.json").read_text()
assert sys.argv[1:] == ["two words", "it's", "$HOME"], sys.argv
pathlib.Path("job.json").write_text("changed")
pathlib.Path("result.json").write_text(job)
if job == "a link": os.symlink("{outside}/kept", "messages.txt")
if job == "b fails": sys.exit("no power")
if job == "e hard": os.link("result.json", "second.json")
if job == "c outside":
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as out:
        out.add("result.json", "../outside/kept")
        out.add("result.json", "{outside}/kept")
""")
    status, said = remote_runner(tmp_path, jobs, sys.executable, board, "two words", "it's", "$HOME")
    assert status == 1
    for name in names:
        text = (jobs / name / "result.json").read_text() if (jobs / name / "result.json").exists() else None
        assert (text == name) == (name in ("d 'quoted'", "c outside"))
        assert (jobs / name / "job.json").read_text() == name
        assert (f"{name}/ was not done" in said) == (name in ("a link", "b fails", "e hard"))
    assert "its answer holds links, or names outside the job" in said
    assert [one.name for one in outside.iterdir()] == ["kept"]
    assert (outside / "kept").read_text() == "mine"
    assert not list((tmp_path / "home").iterdir())


# The probe.


def test_the_probe_is_a_platform_file():
    jsonschema = pytest.importorskip("jsonschema")
    host = qb.probe_host(threads=1, time_s=0.3, largest_bytes=4e6)
    schema = json.loads((ROOT / "data/schemas/platform.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(host.to_json()), schema)
    assert (host.id, host.mode, host.device_class) == ("host", "all_cores", "CPU")
    assert host.peaks["fp32"] > 0
    assert {one.basis for one in host.sources} == {"probed"}
    assert host.in_mode("one_core").peaks["fp32"] > 0
    assert qb.Platform.from_json(host.to_json()).to_json() == host.to_json()
    bound = qb.predict(qb.analyze(qb.zoo.resnet50()), host, datatype="fp32", batch=1)
    assert bound.peak_ops_per_s == host.peaks["fp32"]


@pytest.mark.parametrize("wrong", [{"threads": 0}, {"time_s": -1}, {"largest_bytes": 0}, {"time_s": float("inf")}])
def test_the_probe_checks_its_arguments(wrong):
    with pytest.raises(qb.InvalidArgument):
        qb.probe_host(**wrong)
