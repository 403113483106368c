# SPDX-License-Identifier: BSD-3-Clause
"""The code of docs/python.md."""

import json
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

qb = pytest.importorskip("qutibench")


def test_my_network(tmp_path):
    qb.save_onnx(qb.zoo.mobilenet_v2(), tmp_path / "model.onnx")
    path = tmp_path / "model.onnx"
    # [mine]
    g = qb.load_onnx(path)  # a path or bytes; weights are not read
    w = qb.analyze(g)
    print(g.inputs, f"{w.operations / 1e9:.2f} GOP, {w.weights / 1e6:.2f} M weights, not counted: {w.uncounted}")
    for layer in sorted(w.layers, key=lambda one: -one.operations)[:3]:
        print(layer.name, layer.type, layer.operations)
    # [mine]
    assert w.operations == qb.analyze(qb.zoo.mobilenet_v2()).operations


def test_what_would_change_it():
    # [changes]
    g = qb.zoo.resnet50()
    board = qb.platform("zcu104_dpu")
    variants = {
        "as it is": g,
        "half of the channels": qb.prune(g, keep=0.5),
        "4-bit weights": qb.quantize(g, "w4a8"),
        "smaller pictures": qb.with_input_shape(g, (1, 3, 160, 160)),
    }
    for name, one in variants.items():
        e = qb.predict(qb.analyze(one), board, execution="layers", placement="capacity")
        print(f"{name:22} {e.throughput_ips:6.0f} inputs/s, {e.bound}-bound, {e.model_bytes / 1e6:.1f} MB")
    # [changes]
    assert len(variants) == 4


def test_many_at_once():
    # [many]
    s = qb.sweep(
        networks=["resnet50", "mobilenet_v1", "googlenet_v1"],
        platforms=["zcu104_dpu", "ncs2", "edgetpu:fast"],
        datatypes=["int8"],
        batches=[1, 2, 4, 8],
    )
    points = s.to_numpy(["throughput_ips", "latency_s"])  # a float64 array, (rows, columns)
    best = qb.pareto_front(points, maximize=[True, False])  # a bool array
    # [many]
    assert points.shape == (36, 2) and 0 < best.sum() < 36


def test_measured(tmp_path):
    (tmp_path / "log.txt").write_text(
        "Average inference time cost: 11.2 ms\nNumber of inferences per second: 89.3\nP50 Latency: 0.0112 s\n"
    )
    log = tmp_path / "log.txt"
    # [measured]
    m = qb.load_measurements(log, network="resnet50", platform="my_cpu", datatype="fp32", batch=1)
    m += [qb.Measurement("mobilenet_v1", "my_cpu", "fp32", batch=1, latency_s=0.0031)]  # your own stopwatch
    m += [qb.Measurement("cnv", "my_cpu", "fp32", batch=1, latency_s=0.0007)]
    my_cpu = qb.Platform("my_cpu", {"fp32": 1.2e12}, bandwidth_bytes_per_s=4e10)
    for row in qb.efficiency(m, platforms={"my_cpu": my_cpu}):
        print(row.measurement.network, f"{row.efficiency:.0%} of its bound", *row.flags)
    c = qb.calibrate(m, platform=my_cpu)
    print(c.predict("googlenet_v1", datatype="fp32"))
    # [measured]
    assert len(m) == 3 and c.predict("googlenet_v1", datatype="fp32").throughput_ips > 0


def test_wrong():
    # [wrong]
    try:
        qb.platform("zcu104_dpo")
    except qb.UnknownName as wrong:  # also a KeyError; every leaf is the built-in that you expect
        print(wrong, "->", wrong.nearest)
    # [wrong]
    with pytest.raises(KeyError, match="zcu104_dpu"):
        qb.platform("zcu104_dpo")


def test_parallel():
    # [parallel]
    w, p = qb.analyze(qb.zoo.resnet50()), qb.platform("zcu104_dpu")
    with ThreadPoolExecutor() as pool:  # long calls release the interpreter's lock
        fronts = list(pool.map(lambda seed: qb.pareto_front(np.random.default_rng(seed).random((2000, 3))), range(4)))
    e = pickle.loads(pickle.dumps(qb.predict(w, p, batch=8)))  # objects pickle, copy and compare
    # [parallel]
    assert e == qb.predict(w, p, batch=8)
    assert all(0 < front.sum() < 2000 for front in fronts)


def test_charts(tmp_path):
    pytest.importorskip("vl_convert")
    # [charts]
    chart = qb.plot.roofline(["zcu104_dpu", "ncs2"], ["resnet50", "mobilenet_v1"], theme="dark")
    qb.plot.save(chart, tmp_path / "roofline.svg")  # .png, .pdf and .html too, without a network
    # [charts]
    assert (tmp_path / "roofline.svg").read_text(encoding="utf-8").startswith("<svg")


def test_board_of_another(tmp_path):
    # [board]
    def my_board(folder):
        job = json.loads((folder / "job.json").read_text())
        seconds = [0.25] * job["repeats"]  # here goes what runs folder / job["model"] on the board
        (folder / "result.json").write_text(json.dumps({"latencies_s": seconds, "tool": "my_board 1.0"}))

    r = qb.run(qb.zoo.cnv(), my_board, platform="my_board", batch=4, repeats=10)
    # [board]
    assert (r.latency_s, r.platform, r.attained_throughput_ips) == (0.25, "my_board", 16)
