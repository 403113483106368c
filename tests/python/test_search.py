# SPDX-License-Identifier: BSD-3-Clause
"""The search for per-layer choices finds what trying every combination finds, where that can be tried."""

import itertools
import math

import pytest
import qutibench as qb
from qutibench.search import search_layers

pytest.importorskip("pymoo")

LAYERS = [f"conv{i}" for i in range(1, 7)]


def coupled(choice):
    """Figures that do not add up over the layers: the cost of one depends on the one before."""
    widths = [1.0, *choice.values()]
    cost = sum(i * a * b for i, (a, b) in enumerate(itertools.pairwise(widths), 1))
    loss = sum((1 - b) ** 2 / i + 0.3 * abs(a - b) for i, (a, b) in enumerate(itertools.pairwise(widths), 1))
    return {"cost": cost, "loss": loss}


def every_combination(options, evaluate):
    for some in itertools.product(*options.values()):
        choice = dict(zip(options, some, strict=True))
        yield choice, evaluate(choice)


def true_front(options, evaluate, allowed=lambda figures: True):
    points = [figures for _, figures in every_combination(options, evaluate) if allowed(figures)]
    pairs = {(one["cost"], one["loss"]) for one in points}
    dominated = {p for p in pairs if any(q != p and q[0] <= p[0] and q[1] <= p[1] for q in pairs)}
    return sorted(pairs - dominated)


def test_the_front_is_that_of_all_combinations():
    options = {layer: [1.0, 0.5, 0.25] for layer in LAYERS}
    expected = true_front(options, coupled)
    calls = []
    found = search_layers(
        options,
        lambda choice: calls.append(tuple(choice.values())) or coupled(choice),
        minimize=["cost", "loss"],
        population=60,
        generations=60,
        seed=1,
    )
    assert sorted({(row["cost"], row["loss"]) for row in found}) == expected
    assert len(set(calls)) == len(calls) <= 3**6
    for row in found:
        assert coupled({layer: row[layer] for layer in LAYERS}) == {"cost": row["cost"], "loss": row["loss"]}


def test_constraints_and_unknown_figures():
    options = {layer: [1.0, 0.5, 0.25] for layer in LAYERS[:5]}

    def sometimes(choice):
        figures = coupled(choice)
        return figures | {"loss": None} if choice["conv1"] == 0.5 else figures

    found = search_layers(
        options, sometimes, minimize=["cost", "loss"], constraints={"cost": (2, 6)}, population=50, generations=50
    )
    expected = true_front(
        options,
        lambda c: sometimes(c) | {"skip": c["conv1"] == 0.5},
        lambda f: not f["skip"] and 2 <= f["cost"] <= 6,
    )
    assert sorted({(row["cost"], row["loss"]) for row in found}) == expected
    nothing = search_layers(
        options, coupled, minimize=["cost"], constraints={"cost": (None, -1)}, population=10, generations=3
    )
    assert len(nothing) == 0


def test_pruning_a_network_layer_by_layer():
    g = qb.zoo.cnv()
    p = qb.platform("zcu104_dpu")
    layers = ["conv1", "conv2", "conv3", "conv4", "conv5", "conv6", "fc1", "fc2"]

    def judge(keep):
        w = qb.analyze(qb.prune(g, keep))
        return {
            "weights": w.weights,
            "throughput_ips": qb.predict(w, p).throughput_ips,
            "kept": math.prod(keep.values()),
        }

    seen = []
    found = search_layers(
        {layer: [1.0, 0.75, 0.5] for layer in layers},
        judge,
        maximize=["throughput_ips", "kept"],
        start=[dict.fromkeys(layers, 1.0)],
        population=20,
        generations=10,
        progress=lambda done, evaluated: seen.append((done, evaluated)),
    )
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))
    assert max(row["kept"] for row in found) == 1
    fastest = max(found, key=lambda row: row["throughput_ips"])
    assert fastest["throughput_ips"] == judge(dict.fromkeys(layers, 0.5))["throughput_ips"]
    again = search_layers(
        {layer: [1.0, 0.75, 0.5] for layer in layers},
        judge,
        maximize=["throughput_ips", "kept"],
        start=[dict.fromkeys(layers, 1.0)],
        population=20,
        generations=10,
    )
    assert list(found) == list(again)


def test_the_page_of_explore():
    """The code of docs/explore.md."""
    # [layers]
    g, p = qb.zoo.cnv(), qb.platform("zcu104_dpu")
    layers = ["conv1", "conv2", "conv3", "conv4", "conv5", "conv6", "fc1", "fc2"]

    def my_accuracy(keep):  # made up; yours trains or evaluates the pruned network
        return 0.87 - 0.02 * sum((1 - part) ** 2 for part in keep.values())

    def judge(keep):  # {"conv1": 0.75, "conv2": 1.0, ...}
        w = qb.analyze(qb.prune(g, keep))
        return {"throughput_ips": qb.predict(w, p).throughput_ips, "accuracy": my_accuracy(keep)}

    options = {layer: [1.0, 0.75, 0.5] for layer in layers}
    front = search_layers(options, judge, maximize=["throughput_ips", "accuracy"], population=20, generations=10)
    # [layers]
    assert len(front) > 1
    for row in front:
        assert judge({layer: row[layer] for layer in layers})["accuracy"] == row["accuracy"]


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"options": {}}, qb.InvalidArgument, "no layer"),
        ({"options": {"conv1": []}}, qb.InvalidArgument, "layer 'conv1' has no option"),
        ({"minimize": []}, qb.InvalidArgument, "1 to 8 objectives"),
        ({"maximize": ["cost"]}, qb.InvalidArgument, "both maximised and minimised"),
        ({"minimize": ["price"]}, qb.UnknownName, "no figure 'price'"),
        ({"constraints": {"price": (0, 1)}}, qb.UnknownName, "no figure 'price'"),
        ({"population": 1}, qb.InvalidArgument, "population"),
        ({"generations": 0}, qb.InvalidArgument, "generation"),
        ({"start": [{"conv9": 1.0}]}, qb.UnknownName, "conv9"),
        ({"start": [{"conv1": 0.3}]}, qb.InvalidArgument, "option of layer 'conv1'"),
        ({"options": {"cost": [1.0]}}, qb.InvalidArgument, "a layer and a figure"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, kind, words):
    asked = {"options": {layer: [1.0, 0.5] for layer in LAYERS}, "minimize": ["cost"]} | changes
    with pytest.raises(kind, match=words):
        search_layers(asked.pop("options"), coupled, **asked, **({} if "population" in asked else {"population": 4}))


def test_one_option_everywhere_ends_at_once():
    found = search_layers({"conv1": [0.5], "conv2": [0.5]}, coupled, minimize=["cost"], population=4, generations=5)
    assert len(found) == 1
