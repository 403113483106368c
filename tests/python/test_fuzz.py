# SPDX-License-Identifier: BSD-3-Clause
"""Random networks and arguments: a result or a qb.Error, never a crash, a hang or another exception."""

import math
import pickle

import numpy as np
import qutibench as qb
from hypothesis import given, settings
from hypothesis import strategies as st

extent = st.integers(-1, 70) | st.sampled_from([0, 1, 224, 2**20, 2**40, 2**63 - 1, 2**64])
count = st.integers(-3, 70) | st.sampled_from([2**31, 2**62, 2**63, 2**80])
text = st.text(max_size=8)
datatype = st.sampled_from([*qb.datatypes(), "w1a1", "w2a8", "int4xfp16", "", "w", "x", "w99a99", "mxfp4x"]) | text
share = st.floats(allow_nan=True) | st.sampled_from([0.5, 0.25, 1.0, 0.0, 1e-9])
LAYERS = [name for name in dir(qb.layers) if not name.startswith("_")]
words = text | st.sampled_from(["same", "relu", "add"])
value = st.none() | st.booleans() | count | st.lists(extent, max_size=4) | words


@st.composite
def networks(draw):
    """A graph of up to a dozen layers; layers that do not fit are left out."""
    net = qb.Graph(draw(text) or "g")
    tensors = []
    for _ in range(draw(st.integers(1, 2))):
        try:
            tensors.append(net.input(draw(st.lists(extent, max_size=6))))
        except qb.Error:
            tensors.append(net.input((1, 3, 16, 16)))
    for _ in range(draw(st.integers(0, 10))):
        make = getattr(qb.layers, draw(st.sampled_from(LAYERS)))
        names = [line.split(" = ")[0].strip() for line in make.__doc__.splitlines() if " = " in line]
        chosen = draw(st.lists(st.sampled_from(names), max_size=3, unique=True)) if names else []
        try:
            layer = make(**{name: draw(value) for name in chosen})
            tensors.append(net.add(layer, draw(st.lists(st.sampled_from(tensors), min_size=1, max_size=3)), draw(text)))
        except qb.Error:
            continue
    return net


@settings(max_examples=200, deadline=None)
@given(networks(), st.data())
def test_networks(net, data):
    net.outputs, net.inputs, repr(net), len(net)
    try:
        w = qb.analyze(net, count=data.draw(st.sampled_from(["qutibench", "macs_only", "fvcore"])))
    except qb.Error:
        return
    assert w.operations >= 0 and w.weights >= 0 and w.peak_live_activations >= 0
    assert sum(one.operations for one in w.layers) == w.operations
    assert pickle.loads(pickle.dumps(w)) == w
    for change in (
        lambda: qb.prune(net, data.draw(share)),
        lambda: qb.quantize(net, data.draw(datatype)),
        lambda: qb.sparsify(net, data.draw(share)),
        lambda: qb.fuse(net),
        lambda: qb.fold_batch_normalization(net),
        lambda: qb.with_batch(net, data.draw(count)),
        lambda: pickle.loads(pickle.dumps(net)),
    ):
        try:
            changed = change()
            qb.analyze(changed)
        except qb.Error:
            continue
    predict_all(w, data)


def predict_all(w, data):
    p = qb.platform(data.draw(st.sampled_from(qb.platforms())))
    for placement in ("published", "capacity"):
        for execution in ("network", "layers", "dataflow"):
            try:
                e = qb.predict(
                    w,
                    p,
                    datatype=data.draw(datatype),
                    batch=data.draw(count),
                    placement=placement,
                    execution=execution,
                    threads=data.draw(st.integers(0, 3)),
                )
            except qb.Error:
                continue
            assert e.latency_s > 0 and e.throughput_ips > 0 and e.operational_intensity >= 0
            assert e.bound in ("compute", "compute?", "memory", "on-chip")
            repr(e), e.assumptions, e.energy_j, e.bandwidth_bytes_per_s


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_platforms_and_totals(data):
    figure = st.none() | st.floats() | st.sampled_from([1e9, 1e12])
    try:
        w = qb.Workload(data.draw(text), data.draw(count), data.draw(count))
        p = qb.Platform(
            data.draw(text),
            {data.draw(datatype): data.draw(st.floats() | st.just(1e12))},
            bandwidth_bytes_per_s=data.draw(figure),
            on_chip_bytes=data.draw(figure),
            power_w=data.draw(figure),
        )
    except qb.Error:
        return
    predict_all(w, data) if not w.layers else None
    assert pickle.loads(pickle.dumps(p)) == p
    try:
        e = qb.predict(w, p, datatype=next(iter(p.peaks)))
    except qb.Error:
        return
    assert e.latency_s > 0 and not math.isnan(e.throughput_ips)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.sampled_from(['{"id": "x"}', "[]", "{", '{"id": 1, "peaks": 3}', "network\na"]))
def test_texts(anything):
    for read in (
        qb.Platform.from_json,
        qb.Graph.from_json,
        qb.Datatype,
        qb.Precision,
        qb.network,
        qb.platform,
        qb.parse_measurements,
        lambda one: qb.parse_measurements(one, "trtexec"),
        lambda one: qb.parse_measurements(one, "qutibench", network="n", platform="p", datatype="int8", batch=1),
    ):
        try:
            read(anything)
        except qb.Error:
            continue


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(st.floats(), min_size=1, max_size=9), max_size=12),
    st.none() | st.lists(st.booleans(), max_size=9),
)
def test_points(rows, maximize):
    width = len(rows[0]) if rows else 1
    points = np.array([row for row in rows if len(row) == width], dtype=float).reshape(-1, width)
    for ask in (qb.pareto_front, qb.pareto_ranks, qb.pareto_knee):
        try:
            ask(points, maximize)
        except qb.Error:
            continue


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_spaces(data):
    some = lambda of: data.draw(st.lists(of, max_size=3))  # noqa: E731
    try:
        space = qb.DesignSpace(
            some(st.sampled_from(["cnv", "mlp", "resnet50_pruned_80", "nothing"])),
            some(st.sampled_from(["ncs2", "jetson_tx2:maxn", "zcu104_dpu", "jetson_tx2:none"])),
            some(datatype),
            some(st.integers(-1, 100)),
            some(st.sampled_from([1.0, 0.5, 0.25])),
            compute_scales=some(share | st.just(2.0)),
            carriers=data.draw(st.booleans()),
        )
    except qb.Error:
        return
    table = space.table(workers=1)
    assert len(table) == space.size
    assert (table["latency_s"] > 0).all()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_calibrations(data):
    rows = []
    for _ in range(data.draw(st.integers(0, 6))):
        try:
            rows.append(
                qb.Measurement(
                    data.draw(st.sampled_from(["cnv", "mlp", "resnet50"])),
                    data.draw(st.sampled_from(["ncs2", "mine"])),
                    data.draw(st.sampled_from(["int8", "fp16", "w1a1"])),
                    batch=data.draw(st.integers(1, 4)),
                    latency_s=data.draw(st.floats(1e-300, 1e300)),
                    mode=data.draw(st.none() | st.just("x")),
                )
            )
        except qb.Error:
            continue
    try:
        c = qb.calibrate(rows)
        for row in rows:
            c.predict(row)
    except qb.Error:
        return
