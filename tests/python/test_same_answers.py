# SPDX-License-Identifier: BSD-3-Clause
"""Two hundred random questions have the same answers from the command line, from Python and from the page's core."""

import json
import math
import random
import subprocess

import pytest
import qutibench as qb
from qutibench import _core

NETWORKS = ["cnv", "mlp", "resnet50", "googlenet_v1", "mobilenet_v1", "resnet50_pruned_80"]
PLATFORMS = ["zcu104_finn", "ultra96_dpu", "jetson_tx2:maxn", "ncs2", "edgetpu:fast", "ultra96_a53"]
PARAMETERS = {
    "call_overhead_s": 1e-4,
    "layer_overhead_s": 2e-6,
    "compute_efficiency": 0.7,
    "memory_efficiency": 0.5,
    "tile_rows": 16,
    "tile_columns": 8,
    "cores": 4,
    "overlap": "none",
}


def some(draw: random.Random, values: list, most: int) -> list:
    return draw.sample(values, draw.randint(1, most))


def random_question(seed: int, calibration: str) -> dict:
    """A question as the page asks it."""
    draw = random.Random(seed)
    question: dict = {"networks": some(draw, NETWORKS, 2), "platforms": some(draw, PLATFORMS, 2), "lenient": False}
    question["batches"] = some(draw, [1, 2, 7, 64], 2)
    if draw.random() < 0.3:
        question["datatypes"] = some(draw, ["int8", "fp16", "fp32", "int2"], 2)
    if draw.random() < 0.4:
        question["threads"] = some(draw, [1, 2, 8], 2)
    if calibration and draw.random() < 0.2:
        return question | {"platforms": ["jetson_tx2:maxn"], "datatypes": ["fp16"], "calibration": calibration}
    if draw.random() < 0.5:
        question["placement"] = some(draw, ["published", "capacity"], 2)
    if draw.random() < 0.2:
        question |= {"execution": ["dataflow"], "streams": some(draw, [1, 10, 1000], 2), "batches": [1], "threads": [1]}
    elif draw.random() < 0.6:
        question["execution"] = some(draw, ["network", "layers", "dataflow"], 2)
    if draw.random() < 0.4:
        question["parameters"] = {name: PARAMETERS[name] for name in some(draw, list(PARAMETERS), 3)}
    if draw.random() < 0.4:
        names = some(draw, ["clock", "bandwidth", "on_chip"], 3)
        question["changed"] = {name: some(draw, [0.5, 1, 2, 3.3], 2) for name in names}
    for flag in ("sparse", "double_buffered", "weights_in_carrier"):
        if draw.random() < 0.1:
            question[flag] = True
    return question


def words_of(question: dict) -> list:
    """The same for the command line."""
    words = ["estimate", *question["networks"], "--on", *question["platforms"], "--format", "json"]
    for key, option in (("datatypes", "--datatype"), ("batches", "--batch"), ("threads", "--threads")):
        words += [option, *question[key]] if key in question else []
    words += ["--streams", *question["streams"]] if "streams" in question else []
    for option in ("placement", "execution"):
        for one in question.get(option, []):
            words += [f"--{option}", one]
    for name, value in question.get("parameters", {}).items():
        words += ["--parameter", f"{name}={value}"]
    for name, factors in question.get("changed", {}).items():
        for factor in factors:
            words += [f"--{name.replace('_', '-')}", factor]
    words += ["--calibration", question["calibration"]] if "calibration" in question else []
    return words + [f"--{flag.replace('_', '-')}" for flag in question if question[flag] is True]


def keywords_of(question: dict) -> dict:
    """The same for Python."""
    keywords = {key: value for key, value in question.items() if key not in ("changed", "lenient", "parameters")}
    changed = {"clock": "compute_scales", "bandwidth": "bandwidth_scales", "on_chip": "on_chip_scales"}
    keywords |= {changed[name]: factors for name, factors in question.get("changed", {}).items()}
    if "parameters" in question:
        keywords["parameters"] = qb.ExecutionParameters(**question["parameters"])
    if "calibration" in question:
        keywords["calibration"] = qb.load_calibration(question["calibration"])
    return keywords


def same(a: object, b: object) -> bool:
    if isinstance(a, list):
        a = "; ".join(a) or None
    if isinstance(b, list):
        b = "; ".join(b) or None
    unknown = [one is None or (isinstance(one, float) and not math.isfinite(one)) for one in (a, b)]
    return a == b or all(unknown)  # JSON has null for what a column has as NaN, or as infinity without traffic


@pytest.fixture(scope="module")
def calibration(tmp_path_factory) -> str:
    rows = [
        one
        for one in qb.parse_measurements(_core.catalogue_file("measurements", "level3.csv"), "qutibench")
        if one.platform == "jetson_tx2" and one.datatype == "fp16"
    ]
    path = tmp_path_factory.mktemp("calibration") / "tx2.json"
    qb.calibrate(rows, platform=qb.platform("jetson_tx2")).save(path)
    return str(path)


@pytest.mark.parametrize("part", range(10))
def test_the_three_faces_agree(part, calibration, asked):
    for seed in range(part, 200, 10):
        question = random_question(seed, calibration)
        try:
            paged, _ = _core.ask(question)
        except qb.UnsupportedDatatype:
            with pytest.raises(subprocess.CalledProcessError):
                asked(*words_of(question))
            continue
        told = json.loads(asked(*words_of(question)))
        swept = list(qb.sweep(**keywords_of(question)))
        assert len(told) == len(paged) == len(swept) > 0, question
        assert told == paged, question
        for record, row in zip(told, swept, strict=True):
            for key in record.keys() & row.keys():
                assert same(record[key], row[key]), (key, question)


def test_every_printed_metric_is_compared(calibration):
    row = next(iter(qb.sweep(["cnv"], ["ncs2"])))
    printed = {one["key"] for one in _core.answer_fields() if one["is_printed"] and one["always"]}
    assert printed <= row.keys()
