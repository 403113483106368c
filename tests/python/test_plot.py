# SPDX-License-Identifier: BSD-3-Clause
"""The charts: each follows Vega-Lite's schema, names its units, draws without a network, and refuses nonsense."""

import csv
import importlib.metadata
import itertools
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("altair")
pytest.importorskip("vl_convert")

import numpy as np
import qutibench as qb
from qutibench.plot import roofs, rows, style

plot = qb.plot
ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data" / "measurements"
IMAGES = ROOT / "docs" / "images"
FIGURES = {"a", "b", "c", "d", "p1", "q1", "p2", "q2"}
TX2 = {"platform": "jetson_tx2", "mode": "maxp", "datatype": "fp16"}


def rows_of_level3(**wanted: str) -> list[dict[str, Any]]:
    """Rows of the published measurements, in SI units."""
    with (DATA / "level3.csv").open() as file:
        found = [row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items())]
    return [
        {
            "network": row["network"],
            "platform": row["platform"],
            "mode": row["mode"] or None,
            "datatype": row["datatype"],
            "keep": float(row["pruning_percent"]) / 100,
            "deployment": row["deployment_parameter"],
            "deployment_value": int(row["deployment_value"]),
            "throughput_ips": float(row["throughput_system_fps"]),
            "latency_s": float(row["latency_system_ms"]) / 1e3,
            "accuracy_top1": float(row["top1_percent"]) / 100,
        }
        for row in found
        if row["throughput_system_fps"] and row["latency_system_ms"]
    ]


MEASURED = rows_of_level3(network="cnv", platform="jetson_tx2")
PREDICTED = [
    rows.rows_of(
        qb.predict(qb.network("cnv", keep=keep), qb.platform("jetson_tx2:maxp"), datatype=datatype, batch=batch)
    )[0]
    | {"keep": keep, "accuracy_top1": 0.5 + keep / 4}
    for keep in (1.0, 0.5)
    for datatype in ("fp16", "fp32")
    for batch in (1, 8, 64)
]
FIRST = [row for row in PREDICTED if row["batch"] == 1]
COMPARED = [row | {"measured_throughput_ips": row["throughput_ips"] * 0.6} for row in FIRST]
WITH_LAYERS = qb.explain(
    qb.analyze(qb.zoo.cnv()), qb.platform("jetson_tx2:maxn"), datatype="fp16", execution="layers", placement="capacity"
)
with (DATA / "table_8_1_orthogonality.csv").open() as table:
    SQUARES = [
        {key: float(value) if key in FIGURES or "percent" in key else value for key, value in row.items()}
        for row in csv.DictReader(table)
    ]

CHARTS: dict[str, tuple[Callable[..., Any], set[str]]] = {
    "roofline": (
        lambda **how: plot.roofline(
            ["zcu104_dpu", "jetson_tx2:maxn"], ["resnet50", "cnv"], measured=MEASURED[:2], **how
        ),
        {"Operational intensity [op/byte]", "Performance [GOP/s]"},
    ),
    "heatmap": (lambda **how: plot.heatmap("imagenet", **how), {"Throughput [inputs/s]"}),
    "pareto": (lambda **how: plot.pareto(PREDICTED, MEASURED, **how), {"Throughput [inputs/s]", "Top-1 [%]"}),
    "performance_bars": (lambda **how: plot.performance_bars(COMPARED, **how), {"Throughput [inputs/s]"}),
    "performance_points": (
        lambda **how: plot.performance_bars(COMPARED, spacing="log", **how),
        {"Throughput [inputs/s]"},
    ),
    "efficiency_bars": (lambda **how: plot.efficiency_bars(COMPARED, **how), {"Efficiency: measured / predicted [%]"}),
    "batch_curves": (
        lambda **how: plot.batch_curves(PREDICTED, MEASURED, **how),
        {"Batch [inputs]", "Throughput [inputs/s]", "Latency [ms]"},
    ),
    "latency_throughput": (
        lambda **how: plot.latency_throughput(PREDICTED, MEASURED, **how),
        {"Latency [ms]", "Throughput [inputs/s]"},
    ),
    "one_factor": (
        lambda **how: plot.one_factor(PREDICTED, "batch", **how),
        {"Batch [inputs]", "Operation density [op/byte]", "Performance [GOP/s]"},
    ),
    "layer_bars": (lambda **how: plot.layer_bars(WITH_LAYERS, **how), {"Time of a call [ms]"}),
    "orthogonality_squares": (lambda **how: plot.orthogonality_squares(SQUARES, **how), set()),
    "predicted_against_measured": (
        lambda **how: plot.predicted_against_measured(COMPARED, **how),
        {"Measured throughput [inputs/s]", "Predicted throughput [inputs/s]"},
    ),
    "tornado": (
        lambda **how: plot.tornado(FIRST[0], {"datatype": FIRST[1], "channels": FIRST[2:]}, **how),
        {"Throughput [inputs/s]"},
    ),
}


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a specification."""
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from walk(member)
    elif isinstance(value, list):
        for member in value:
            yield from walk(member)


def titles(specification: dict[str, Any]) -> set[str]:
    """Titles of axes and legends."""
    guides = [one[key] for one in walk(specification) for key in ("axis", "legend") if isinstance(one.get(key), dict)]
    return {guide["title"] for guide in guides if guide.get("title")}


def data(specification: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The rows of every layer."""
    inline = [one["data"]["values"] for one in walk(specification) if "values" in one.get("data", {})]
    return inline + list(specification.get("datasets", {}).values())


def drawn(chart: Any) -> str:
    """A specification without the names that older versions of Altair number on."""
    return re.sub(r"(view|param)_\d+", r"\1", json.dumps(chart.to_dict(), sort_keys=True))


def points(chart: Any, *keys: str) -> list[dict[str, Any]]:
    """The rows of those layers that have all these keys."""
    return [row for layer in data(chart.to_dict()) for row in layer if all(key in row for key in keys)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", CHARTS)
def test_chart_is_valid_has_units_and_draws(name: str, theme: str, tmp_path: Path) -> None:
    make, wanted = CHARTS[name]
    chart = make(theme=theme, title="A title")
    specification = chart.to_dict()  # validates against the schema
    assert wanted <= titles(specification)
    assert "A title" in json.dumps(specification["title"])
    assert specification["config"]["background"] == style.look(theme).background
    drawn = plot.save(chart, tmp_path / "chart.svg").read_text()
    assert drawn.startswith("<svg") and "NaN" not in drawn and "undefined" not in drawn
    for guide in wanted:
        assert guide.replace(">", "&gt;") in drawn


def test_every_chart_is_tested() -> None:
    drawn = {name for name in plot.__all__ if name not in ("save", "offline", "OKABE_ITO", "SHAPES")}
    assert drawn <= set(re.findall(r"plot\.(\w+)\(", Path(__file__).read_text(encoding="utf-8")))
    assert set(dir(plot)) == set(plot.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'pie'"):
        plot.pie  # noqa: B018


def test_charts_of_notebooks_stay_offline() -> None:
    alt = pytest.importorskip("altair")
    before = alt.renderers.active
    try:
        plot.offline()
        shown = plot.roofline("zcu104_dpu")._repr_mimebundle_()
        assert set(shown[0] if isinstance(shown, tuple) else shown) == {"image/svg+xml"}
    finally:
        alt.renderers.enable(before)


def test_saving(tmp_path: Path) -> None:
    chart = plot.heatmap("mnist")
    assert plot.save(chart, tmp_path / "a.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert plot.save(chart, tmp_path / "a.pdf").read_bytes()[:5] == b"%PDF-"
    assert json.loads(plot.save(chart, tmp_path / "a.json").read_text()) == chart.to_dict()
    page = plot.save(chart, str(tmp_path / "a.html")).read_text()
    assert "<script src=" not in page and "vega" in page and len(page) > 200_000
    with pytest.raises(qb.UnknownName, match=r"'a\.xls'.*\.svg"):
        plot.save(chart, tmp_path / "a.xls")
    with pytest.raises(qb.InvalidArgument, match="scale must be positive"):
        plot.save(chart, tmp_path / "a.png", scale=0)
    with pytest.raises(OSError):
        plot.save(chart, tmp_path / "no" / "folder.svg")


def pinned(package: str) -> bool:
    """Whether the version is one that the pictures of the pages are drawn with."""
    pins = (ROOT / "python" / "constraints.txt").read_text(encoding="utf-8").split()
    return f"{package}=={importlib.metadata.version(package)}" in pins


@pytest.mark.skipif(
    not (pinned("altair") and pinned("vl-convert-python")),
    reason="altair or vl-convert is not of the version in python/constraints.txt: pictures are not compared",
)
def test_pictures_of_the_pages_are_what_the_library_draws(tmp_path: Path) -> None:
    """Redraw them with docs/images/make.py and look at them; coordinates may differ as much as machines round."""
    subprocess.run([sys.executable, IMAGES / "make.py", tmp_path], check=True)
    names = {path.name for path in tmp_path.iterdir()}
    others = {"performance.svg", "what_if_roofline.svg"}  # drawn by tests/benchmarks and by what_if plot
    assert names == {path.name for path in IMAGES.glob("*.svg")} - others
    number = re.compile(r"-?\d+(?:\.\d+)?")
    for name in sorted(names):
        old, new = ((folder / name).read_text(encoding="utf-8") for folder in (IMAGES, tmp_path))
        assert number.sub("#", new) == number.sub("#", old), f"{name} is not what make.py draws"
        coordinates = [[float(one) for one in number.findall(text)] for text in (new, old)]
        assert coordinates[0] == pytest.approx(coordinates[1], rel=1e-6, abs=0.01), f"{name} is not what make.py draws"


def test_without_altair_the_message_says_what_to_install() -> None:
    blocked = (
        "import sys; sys.modules['altair'] = None; import qutibench as qb; qb.plot; dir(qb.plot); qb.plot.roofline"
    )
    ran = subprocess.run([sys.executable, "-c", blocked], capture_output=True, text=True)
    assert ran.returncode == 1
    assert "MissingPackage: this needs altair: pip install 'qutibench[plot]'" in ran.stderr


def test_import_does_not_load_altair() -> None:
    code = "import sys, qutibench; qutibench.plot; sys.exit('altair' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_roofline_places_networks_where_predict_does() -> None:
    chart = plot.roofline(["zcu104_dpu"], ["resnet50", "mlp"])
    found = {row["network"]: row for row in points(chart, "network", "intensity")}
    for name in ("resnet50", "mlp"):
        one = qb.predict(qb.network(name), qb.platform("zcu104_dpu"), datatype="int8")
        assert found[name]["intensity"] == pytest.approx(one.operational_intensity)
        assert found[name]["performance"] == pytest.approx(one.operations * one.throughput_ips / 1e9)
        assert found[name]["bound"] == one.bound
    roof = [row for row in points(chart, "ridge") if row["roof"] == "zcu104_dpu int8"]
    assert [row["performance"] for row in roof][1:] == [4600, 4600]
    assert roof[1]["intensity"] == pytest.approx(4.6e12 / 19.2e9)


def test_roofline_drops_measurements_from_their_bound() -> None:
    measured = [TX2 | {"network": "cnv", "throughput_ips": 500.0, "deployment": "batch", "deployment_value": 8}]
    (point,) = points(plot.roofline("jetson_tx2:maxp", measured=measured), "of_bound", "inside")
    bound = qb.predict(qb.network("cnv"), qb.platform("jetson_tx2:maxp"), datatype="fp16", batch=8)
    assert point["of_bound"] == pytest.approx(500 / bound.throughput_ips)
    assert point["top"] == pytest.approx(bound.operations * bound.throughput_ips / 1e9)
    assert point["intensity"] == pytest.approx(bound.operational_intensity)


def test_roofline_of_rows_is_that_of_platforms() -> None:
    estimate = qb.predict(qb.network("cnv"), qb.platform("zcu104_dpu"), datatype="int8")
    ours = drawn(plot.roofline([estimate]))
    assert ours == drawn(plot.roofline(["zcu104_dpu"], "cnv"))
    assert ours == drawn(plot.roofline(qb.estimates(["cnv"], ["zcu104_dpu"])))
    assert ours == drawn(plot.roofline(pytest.importorskip("pandas").DataFrame(rows.rows_of(estimate))))


MADE = [  # at its ridge point with 400 op/byte; a peak that GOP/s round down
    qb.Platform("made", {"int8": 4e12}, bandwidth_bytes_per_s=1e10),
    qb.Platform("odd", {"int8": 1028999999999.9999}, bandwidth_bytes_per_s=1e10),
]


@pytest.mark.parametrize("density", [1, 20, 300, 400, 10_000, 10**6])
@pytest.mark.parametrize(
    "given", ["zcu104_dpu", "jetson_tx2:maxq", "ncs2", "edgetpu:slow", "zcu104_finn", "apple_m1_ane", *MADE], ids=str
)
def test_roofs_are_those_of_predict(given: str | qb.Platform, density: int) -> None:
    device = qb.platform(given) if isinstance(given, str) else given
    work = qb.Workload("made", density * 10**6, 10**6)
    for roof in roofs.of_platform(device, []):
        one = qb.predict(work, device, datatype=roof.datatype)
        intensity, ridge = one.operational_intensity, roof.ridge()
        assert roof.attainable(intensity) == pytest.approx(one.operations * one.throughput_ips, rel=1e-12)
        assert one.bound == ("compute" if ridge is None or intensity >= ridge else "memory")
        (row,) = rows.rows_of(one)
        assert roofs.of_row(row) == roof
        (point,), _ = roofs.placed([row], "throughput_ips")
        assert point["bound"] == one.bound
        assert point["of_bound"] == pytest.approx(1, rel=1e-12)
        assert 1e9 * point["top"] == pytest.approx(roof.attainable(intensity), rel=1e-12)


def test_roofs_without_bandwidth_are_flat() -> None:
    chart = plot.roofline([qb.Platform("unstated", {"fp16": 11e12})])
    assert {row["performance"] for row in points(chart, "ridge")} == {11000}
    assert {row["bandwidth"] for row in points(chart, "ridge")} == {"not known"}


@pytest.mark.parametrize("positions", [[5.0, 5.0, 5.0], [0.0, 100.0], [3.0, 1.0, 2.0, 50.0, 51.0], [1.0]])
def test_labels_are_spread_in_order_and_as_little_as_possible(positions: list[float]) -> None:
    moved = style.spread(positions, 10)
    pairs = sorted(zip(positions, moved, strict=True))
    assert all(b - a >= 10 - 1e-9 for (_, a), (_, b) in itertools.pairwise(pairs))
    assert math.fsum(moved) == pytest.approx(math.fsum(positions))
    if all(b - a >= 10 for a, b in itertools.pairwise(sorted(positions))):
        assert moved == positions


def test_names_of_many_roofs_stand_beside_the_plot_each_once() -> None:
    devices = ["a100_sxm_80gb", "a100_pcie_40gb", "a10", "a2", "a30", "a40", "alveo_v70", "alveo_u50:dpucahx8h"]
    chart = plot.roofline(devices, ["resnet50"])
    specification = chart.to_dict()
    names = [row["text"] for row in points(chart, "performance", "text") if " \u00b7 " in row["text"]]
    assert "a100_sxm_80gb bf16, fp16 \u00b7 312 TOP/s" in names and len(set(names)) == len(names)
    assert specification["height"] == 16 * len(names) > 400
    assert plot.roofline(devices[:1], ["resnet50"]).to_dict()["height"] == 400
    assert style.spread([5.0, 5.0, 99.0], 10, (0, 100)) == [0, 10, 99]
    assert style.spread([99.0, 98.0, 97.0], 40, (0, 100)) == [100, 60, 20]


def test_heatmap_shows_the_published_figures() -> None:
    cells = {
        (row["device"], row["column"]): row["value"] for row in points(plot.heatmap("imagenet"), "device", "column")
    }
    assert len(cells) == 51
    with (DATA / "figures_6_3_to_6_5_heatmaps.csv").open() as file:
        for row in csv.DictReader(file):
            if row["task"] == "imagenet":
                network = row["network_datatype"].rpartition("-")[0]
                printed = float(row["inputs_per_second"])
                assert cells[row["platform"], network] == pytest.approx(printed, rel=0.011), row
    assert len(points(plot.heatmap(), "device", "column")) == 147


def test_pareto_marks_what_nothing_beats() -> None:
    given = [
        {"network": name, "latency_s": latency, "accuracy_top1": accuracy}
        for name, latency, accuracy in (("a", 1e-3, 0.7), ("b", 2e-3, 0.8), ("c", 3e-3, 0.75), ("d", 4e-3, 0.9))
    ]
    chart = plot.pareto(given, x="latency_s")
    best = {row["network"] for row in points(chart, "frontier", "network") if row["frontier"]}
    assert best == {"a", "b", "d"}
    turned = plot.pareto(given, x="latency_s", maximize=["latency_s"])
    assert {row["network"] for row in points(turned, "frontier", "network") if row["frontier"]} == {"d"}


def test_pareto_has_a_front_for_each_task_and_sizes_for_datatypes() -> None:
    given = [
        {"network": name, "datatype": datatype, "throughput_ips": rate, "accuracy_top1": accuracy}
        for name, datatype, rate, accuracy in (
            ("resnet50", "int8", 100, 0.7),
            ("resnet50", "fp16", 50, 0.75),
            ("vgg16", "int8", 40, 0.7),
            ("mlp", "int8", 1000, 0.98),
        )
    ]
    chart = plot.pareto(given)
    on_front = [(row["network"], row["datatype"]) for row in points(chart, "frontier", "network") if row["frontier"]]
    # The MLP beats all in both, but on another task.
    assert set(on_front) == {("mlp", "int8"), ("resnet50", "fp16"), ("resnet50", "int8")}
    text = json.dumps(chart.to_dict())
    assert "a frontier for each task: imagenet, mnist" in text
    assert '"field": "datatype"' in text and '"domain": ["int8", "fp16"]' in text
    assert '"size": {"field"' not in json.dumps(plot.pareto(given[:1]).to_dict())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_colour_and_no_shape_comes_twice_however_many_there_are(theme: Any) -> None:
    names = [f"device_{i}" for i in range(60)]
    assert len(set(style.colours(names, theme))) == len(names)
    assert len(set(style.shape_scale(names).to_dict()["range"])) == len(names)
    assert style.dressed(plot.pareto(FIRST), theme).to_dict()["config"]["legend"]["symbolLimit"] == 0


def test_labels_of_curves_keep_clear_of_each_other() -> None:
    near = [
        {
            "network": "cnv",
            "platform": f"p{i}",
            "batch": 8,
            "latency_s": 1 + i / 1000,
            "throughput_ips": 100.0 + i / 100,
        }
        for i in range(5)
    ]
    apart = [row | {"latency_s": 10.0 + 10 * i, "throughput_ips": 500.0 + 100 * i} for i, row in enumerate(near)]
    chart = plot.latency_throughput(near + apart).to_dict()
    (texts,) = (layer for layer in chart["layer"] if layer["mark"]["type"] == "text")
    drawn = texts["data"]["values"] if "values" in texts["data"] else chart["datasets"][texts["data"]["name"]]
    assert len(drawn) == 6


def test_efficiency_keeps_the_best_row_and_flags_what_exceeds_the_bound() -> None:
    given = [TX2 | {"network": "mlp", "efficiency": value} for value in (0.5, 1.97, 0.9)]
    chart = plot.efficiency_bars(given)
    assert {(row["value"], row["above"]) for row in points(chart, "above")} == {(197.0, True)}
    assert "1 above the bound" in json.dumps(chart.to_dict()["title"])


def test_layers_add_up() -> None:
    parts = points(plot.layer_bars(WITH_LAYERS), "part", "ms")
    for place, kernel in enumerate(WITH_LAYERS.kernels):
        shown = math.fsum(row["ms"] for row in parts if row["place"] == place)
        assert shown == pytest.approx(1e3 * kernel.time_s)
    one = {"layer": "conv", "time_s": 10e-3, "compute_time_s": 4e-3, "memory_time_s": 5e-3}
    full = {row["part"]: row["ms"] for row in points(plot.layer_bars([one]), "part")}
    assert full == {"memory": pytest.approx(5), "overhead": pytest.approx(5)}
    both = {row["part"]: row["ms"] for row in points(plot.layer_bars([one], overlap="none"), "part")}
    assert both == {"compute": pytest.approx(4), "memory": pytest.approx(5), "overhead": pytest.approx(1)}


@pytest.mark.parametrize("row", SQUARES, ids=lambda row: f"{row['metric']}-{row['network']}-{row['platform']}")
def test_squares_repeat_table_8_1(row: dict[str, Any]) -> None:
    shown = {(one["at_x"], one["at_y"]): one["text"] for one in points(plot.orthogonality_squares([row]), "at_x")}
    sides = {(0.5, 1): "q1", (0, 0.5): "p1", (0.5, 0): "q2", (1, 0.5): "p2"}
    for place, name in sides.items():
        assert float(shown[place].removeprefix("\u00d7 ")) == pytest.approx(row[name], abs=0.02)
    (middle,) = {one["text"] for one in points(plot.orthogonality_squares([row]), "text") if "%" in one["text"]}
    assert float(middle.removesuffix(" %")) == pytest.approx(row["p2_over_p1_percent"], abs=2)


def test_agreement_states_its_errors() -> None:
    given = [
        TX2 | {"network": "cnv", "throughput_ips": 100.0, "measured_throughput_ips": m} for m in (100.0, 95.0, 50.0)
    ]
    text = json.dumps(plot.predicted_against_measured(given).to_dict()["title"], ensure_ascii=False)
    assert "2 of 3 within \u00b110 %" in text
    assert "error 35.1 % in the mean, 5.26 % in the median" in text


def test_tornado_sorts_by_swing() -> None:
    base = {"latency_s": 0.01}
    chart = plot.tornado(base, {"small": {"latency_s": 0.011}, "large": [{"latency_s": 0.005}, base]}, "latency_s")
    orders = [one["sort"] for one in walk(chart.to_dict()) if isinstance(one.get("sort"), list)]
    assert orders and all(order == ["large", "small"] for order in orders)
    assert {row["end"] for row in points(chart, "end")} == {11.0, 5.0, 10.0}


def test_tornado_of_factors_is_of_their_metric_and_leaves_room_for_its_labels() -> None:
    variants = qb.vary("cnv", kernels=[3, 5], types=["depthwise"], batches=[16])
    chart = plot.tornado(qb.tornado(qb.one_factor(variants, "a10", datatype="fp16"), "latency_s")).to_dict()
    assert titles(chart) == {"Latency [ms]"}
    low, high = next(one["domain"] for one in walk(chart) if "domain" in one and one.get("zero") is False)
    for layer in data(chart):
        for bar in layer:
            if "text" in bar and not bar["right"]:
                assert 520 * (bar["end"] - low) / (high - low) > 6 * len(bar["text"])


def test_labels_above_the_topmost_points_are_whole() -> None:
    variants = qb.vary(qb.zoo.cnv(), batches=[1, 4, 16])
    rows_of_two = [row for on in ("a10", "ncs2") for row in qb.one_factor(variants, on, datatype="fp16")]
    chart = plot.one_factor(rows_of_two, "batch").to_dict()
    top = chart["hconcat"][1]["layer"][0]["encoding"]["y"]["scale"]["domain"]
    highest = max(row["y"] for layer in data(chart) for row in layer if "y" in row)
    assert 260 * math.log(top[1] / highest) / math.log(top[1] / top[0]) > 17


def test_nothing_is_written_past_all_of_the_inputs() -> None:
    best = [{"network": "n", "platform": "p", "luts": 1000 * i, "accuracy_top1": 0.9 + i / 30} for i in (1, 2, 3)]
    for chart in (plot.hardware_cost(best), plot.pareto([row | {"throughput_ips": row["luts"]} for row in best])):
        (axis,) = [one for one in walk(chart.to_dict()) if one.get("title") == "Top-1 [%]" and "labelExpr" in one][:1]
        assert axis["labelExpr"].startswith("datum.value <= 100 ?")


def test_lines_of_the_study_differ_in_shape_too() -> None:
    for chart in (
        plot.levels([{"batch": b, "predicted_ops_per_s": 2e9, "system_ops_per_s": 1e9} for b in (1, 2)]),
        plot.radar({"a": {"x": 1, "y": 2, "z": 4}, "b": {"x": 2, "y": 1, "z": 4}}),
    ):
        shapes = [one["shape"] for one in walk(chart.to_dict()) if "shape" in one]
        assert any(len(set(one["scale"]["range"])) == 2 for one in shapes if isinstance(one, dict))


def test_one_factor_takes_names_as_well_as_numbers() -> None:
    given = [row | {"kind": kind} for row, kind in zip(FIRST, ["full", "depthwise", "grouped", "full"], strict=True)]
    chart = plot.one_factor(given, "kind", by="datatype").to_dict()
    assert any(one.get("type") == "nominal" and one.get("field") == "x" for one in walk(chart))


def test_rows_say_what_they_leave_out() -> None:
    chart = plot.pareto([*PREDICTED, {"network": "x", "throughput_ips": 1.0}])
    assert "1 of 13 rows left out: no top-1" in json.dumps(chart.to_dict()["title"])
    assert rows.rows_of({"a": np.float64("nan"), "b": np.int64(3)}) == [{"a": None, "b": 3}]
    assert rows.rows_of(qb.estimates(["cnv"], ["zcu104_dpu"]))[0]["network"] == "cnv"
    assert type(rows.rows_of({"b": np.int64(3)})[0]["b"]) is int


def test_objects_are_rows_too() -> None:
    measured = SimpleNamespace(**TX2, network="cnv", throughput_ips=50.0, latency_s=0.02, batch=1, accuracy_top1=None)
    predicted = qb.predict(qb.network("cnv"), qb.platform("jetson_tx2:maxp"), datatype="fp16")
    compared = SimpleNamespace(measurement=measured, predicted=predicted, efficiency=0.5, flags=["too good"])
    (row,) = rows.rows_of([compared])
    assert row["throughput_ips"] == predicted.throughput_ips and row["measured_throughput_ips"] == 50.0
    assert row["measured_latency_s"] == 0.02 and row["efficiency"] == 0.5 and row["flags"] == ["too good"]
    assert (row["network"], row["platform"], row["mode"]) == ("cnv", "jetson_tx2", "maxp")
    square = plot.orthogonality_squares(SimpleNamespace(original=4.0, second=2.0, first=1.0, both=0.5))
    assert {one["text"] for one in points(square, "text")} >= {"100 %"}
    threads = {"deployment": "threads", "deployment_value": 4, "batch": 1}
    assert rows.batch_of(threads) == 4 and rows.batch_of({"batch": 8}) == 8


def test_numbers_read_well() -> None:
    wanted = {49.54: "49.5", 1216.4: "1216", 12500: "12.5k", 9999.6: "10k", 1.234e6: "1.23M", 0.5: "0.5", 151.6: "152"}
    assert {value: style.compact(value) for value in wanted} == wanted
    assert [style.si(value, "OP/s") for value in (4.6e12, 960e9, 19.0)] == ["4.6 TOP/s", "960 GOP/s", "19 OP/s"]


def test_colours_and_shapes_tell_series_apart() -> None:
    assert len(set(plot.OKABE_ITO.values())) == 8 and plot.OKABE_ITO["vermillion"] == "#D55E00"
    assert len(set(plot.SHAPES)) == len(plot.SHAPES) >= 12
    for theme in ("light", "dark"):
        assert len(set(style.look(theme).series)) == 8
    pairs = {(i % 8, i % len(plot.SHAPES)) for i in range(8 * len(plot.SHAPES))}
    assert len(pairs) == 8 * len(plot.SHAPES)


ROW = FIRST[0]
MISTAKES: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: plot.roofline(["zcu104_dqu"]), qb.UnknownName, "did you mean 'zcu104_dpu'"),
    (lambda: plot.roofline([]), qb.InvalidArgument, "no platform"),
    (lambda: plot.roofline(["zcu104_dpu"], datatypes=["fp16"]), qb.InvalidArgument, "zcu104_dpu computes in int8, not"),
    (lambda: plot.roofline(["zcu104_dpu"], [3]), TypeError, "is needed, not 3"),
    (lambda: plot.roofline([ROW], ["cnv"]), qb.InvalidArgument, "platforms only"),
    (lambda: plot.roofline([ROW], datatypes="int2"), qb.InvalidArgument, "no roof"),
    (
        lambda: plot.roofline(["zcu104_dpu"], theme="blue"),  # type: ignore[arg-type]
        qb.UnknownName,
        "'light' and 'dark'",
    ),
    (lambda: plot.roofline(["zcu104_dpu"], width=0), qb.InvalidArgument, "width must be a positive"),
    (lambda: plot.roofline(["zcu104_dpu"], measured=[{"throughput_ips": 3.0}]), qb.InvalidArgument, "without network"),
    (lambda: plot.roofline([ROW | {"throughput_ips": 0.0}]), qb.InvalidArgument, "positive and finite"),
    (lambda: plot.heatmap("imagnet"), qb.UnknownName, "imagenet"),
    (lambda: plot.heatmap([ROW, ROW]), qb.InvalidArgument, "two rows for cnv on jetson_tx2:maxp fp16"),
    (lambda: plot.heatmap([ROW], "latency"), qb.UnknownName, "did you mean 'latency_s'"),
    (lambda: plot.heatmap([ROW | {"energy_j": -1.0}], "energy_j"), qb.InvalidArgument, "positive"),
    (lambda: plot.pareto(), qb.InvalidArgument, "predicted rows, measured rows"),
    (lambda: plot.pareto([ROW], minimize=["price_usd"]), qb.InvalidArgument, "on neither axis"),
    (
        lambda: plot.pareto([ROW], maximize=["throughput_ips"], minimize=["throughput_ips"]),
        qb.InvalidArgument,
        "at once",
    ),
    (lambda: plot.pareto([{"network": "a", "throughput_ips": None, "accuracy_top1": 1}]), qb.InvalidArgument, "no row"),
    (lambda: plot.performance_bars([ROW, ROW]), qb.InvalidArgument, "two predicted rows"),
    (lambda: plot.performance_bars([ROW], spacing="cubic"), qb.UnknownName, "'cubic'"),  # type: ignore[arg-type]
    (lambda: plot.performance_bars([]), qb.InvalidArgument, "no rows"),
    (lambda: plot.performance_bars("cnv"), TypeError, "not a text"),
    (lambda: plot.performance_bars([1.0]), TypeError, "not float"),
    (lambda: plot.efficiency_bars([ROW]), qb.UnknownName, "measured_throughput_ips"),
    (lambda: plot.efficiency_bars(COMPARED + COMPARED, best=False), qb.InvalidArgument, "two measured rows"),
    (lambda: plot.layer_bars(qb.explain(qb.network("resnet50_pruned_80"), qb.platform("zcu104_dpu"))),
     qb.InvalidArgument, "only totals"),
    (
        lambda: plot.layer_bars(WITH_LAYERS, overlap="half"),  # type: ignore[arg-type]
        qb.UnknownName,
        "'full' and 'none'",
    ),
    (lambda: plot.batch_curves([ROW], values=[]), qb.InvalidArgument, "at least one value"),
    (lambda: plot.batch_curves(), qb.InvalidArgument, "no rows"),
    (lambda: plot.one_factor([ROW], "kernel"), qb.UnknownName, "'kernel'"),
    (lambda: plot.predicted_against_measured(COMPARED, band=2), qb.InvalidArgument, "between 0 and 1"),
    (lambda: plot.orthogonality_squares([{"a": 1.0}]), qb.UnknownName, "'b'"),
    (lambda: plot.orthogonality_squares(SQUARES, columns=0), qb.InvalidArgument, "at least 1"),
    (lambda: plot.tornado(ROW, {}), qb.InvalidArgument, "at least one change"),
    (lambda: plot.tornado(ROW, {"x": []}), qb.InvalidArgument, "0 alternatives"),
    (lambda: plot.tornado(ROW, {"x": ROW}, "energy"), qb.UnknownName, "energy"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), MISTAKES)
def test_mistakes_are_explained(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def power_rows(**wanted: str) -> list[dict[str, Any]]:
    """Rows of the published measurements with the board's three powers."""
    with (DATA / "level3.csv").open() as file:
        found = [row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items())]
    return [
        one
        | {
            "power_base_w": float(row["power_base_w"]),
            "power_idle_w": float(row["power_idle_w"]),
            "power_w": float(row["power_full_w"]),
        }
        for one, row in zip(rows_of_level3(**wanted), found, strict=True)
    ]


def values_of(chart: Any, *names: str) -> list[dict[str, Any]]:
    """All inline rows of a chart that have these columns, layer by layer."""

    def within(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "values":
                    yield from (one for one in value if isinstance(one, dict))
                elif key == "datasets":
                    for one in value.values():
                        yield from one
                else:
                    yield from within(value)
        elif isinstance(node, list):
            for value in node:
                yield from within(value)

    return [one for one in within(chart.to_dict()) if all(name in one for name in names)]


def test_box_and_whiskers_are_quarters_of_the_deployments() -> None:
    four = [{"network": "n", "platform": "p", "batch": 2**i, "throughput_ips": float(i + 1)} for i in range(5)]
    (box,) = [one for one in values_of(plot.box_and_whiskers(four), "median")][:1]
    assert (box["least"], box["lower"], box["median"], box["upper"], box["most"]) == (0.2, 0.4, 0.6, 0.8, 1.0)
    assert box["count"] == 5
    (box,) = values_of(plot.box_and_whiskers(four, normalize=False), "median")[:1]
    assert box["median"] == 3


def test_stacked_power_adds_up_to_what_the_board_draws() -> None:
    measured = power_rows(network="cnv", platform="jetson_tx2", mode="maxn", datatype="fp16", pruning_percent="100")
    parts = values_of(plot.stacked_power(measured), "part")
    mean = sum(row["power_w"] for row in measured) / len(measured)
    assert [one["part"] for one in parts] == ["base", "idle", "running"]
    assert sum(one["power"] for one in parts) == pytest.approx(mean)
    assert parts[0]["power"] == pytest.approx(1.8) and parts[1]["power"] == pytest.approx(5.7 - 1.8)


def test_power_and_performance_of_the_modes_of_the_tx2() -> None:
    points = values_of(
        plot.power_performance(power_rows(network="cnv", platform="jetson_tx2", datatype="fp16")), "power"
    )
    assert {one["series"].split()[-2].rsplit(":")[-1] for one in points} == {"maxn", "maxp", "maxq"}


def test_system_beside_compute_levels_cost_and_radar() -> None:
    pair = plot.system_compute(MEASURED[:8], [row | {"latency_s": row["latency_s"] / 2} for row in MEASURED[:8]])
    assert {one["scope"] for one in values_of(pair, "scope")} == {"system", "compute"}
    chart = plot.levels([{"batch": 1, "predicted_ops_per_s": 2e9, "system_ops_per_s": 1e9, "layers_ops_per_s": None}])
    assert {one["level"]: one["rate"] for one in values_of(chart, "level")} == {
        "level 0: roofline": 2,
        "level 3: system": 1,
    }
    cost = plot.hardware_cost([{"name": "a", "luts": 1000, "dsps": 5, "datatype": "int8", "accuracy_top1": 0.5}])
    assert values_of(cost, "cost")[0]["cost"] == 1500
    corners = values_of(plot.radar({"a": {"x": 1, "y": 2, "z": 4}, "b": {"x": 2, "y": 1, "z": 4}}), "score")
    assert math.hypot(corners[0]["x"], corners[0]["y"]) == pytest.approx(0.5)


def test_charts_over_batches_have_a_tick_for_each_and_no_other() -> None:
    four = [{"batch": 2**i, "predicted_ops_per_s": 2e9, "system_ops_per_s": 1e9} for i in range(4)]
    system = [row | {"batch": row["deployment_value"]} for row in MEASURED[:4]]
    for chart, batches in ((plot.levels(four), [1, 2, 4, 8]), (plot.system_compute(system, system), None)):
        ticks = [one["axis"]["values"] for one in walk(chart.to_dict()) if "values" in (one.get("axis") or {})]
        assert ticks and all(one == (batches or sorted({row["batch"] for row in system})) for one in ticks)


def test_two_ends_on_one_side_share_a_label_and_room_for_labels_has_no_negative_figures() -> None:
    def row(rate: float) -> dict[str, Any]:
        return {"network": "n", "platform": "p", "throughput_ips": rate}

    chart = plot.tornado(row(10), {"a": (row(400), row(2000)), "b": row(1), "same": (row(10), row(10))})
    labels = {(one["change"], one["text"]) for one in points(chart, "change", "text") if one["text"]}
    assert labels == {("a", "400, 2000"), ("b", "1"), ("same", "10")}
    drawn = [one for one in data(chart.to_dict()) if one and one[0].get("side") == "second"]
    assert drawn[0][0]["end"] == 2000  # the longer bar first, the shorter over it
    (axis,) = [one["axis"] for one in walk(chart.to_dict()) if (one.get("axis") or {}).get("title")][:1]
    assert axis["labelExpr"].startswith("datum.value >= 0 ?")
    negative = plot.tornado(row(-10), {"a": row(-20_000)})
    assert [one["text"] for one in points(negative, "text")][:1] == ["-20k"]
    assert ">=" not in json.dumps(
        [
            one["axis"]["labelExpr"].split("?")[0]
            for one in walk(negative.to_dict())
            if (one.get("axis") or {}).get("title")
        ]
    )


def test_legends_of_layers_name_what_is_drawn() -> None:
    def domain(chart: Any) -> list[str]:
        found = [one["color"]["scale"]["domain"] for one in walk(chart.to_dict()) if "color" in one and "x" in one]
        return list(found[0])

    def layer(compute: float, memory: float) -> dict[str, Any]:
        return {"layer": "a", "time_s": 1.0, "compute_time_s": compute, "memory_time_s": memory}

    assert domain(plot.layer_bars([layer(1.0, 0.5)])) == ["compute"]
    assert domain(plot.layer_bars([layer(0.2, 0.5), layer(1.0, 0.5)])) == ["compute", "memory", "overhead"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_of_a_heatmap_stand_out_from_every_cell(theme: style.Theme, tmp_path: Path) -> None:
    def light(colour: str) -> float:
        parts = [int(one) / 255 for one in re.findall(r"\d+", colour)]
        parts = parts if colour.startswith("rgb") else [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return math.fsum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    cells = [{"network": str(i), "platform": "p", "throughput_ips": 1.07**i} for i in range(80)]
    drawn = plot.save(plot.heatmap(cells, theme=theme), tmp_path / "cells.svg").read_text()
    boxes, figures = (re.findall(rf'"{kind} mark"[^>]* fill="([^"]+)"', drawn) for kind in ("rect", "text"))
    assert len(boxes) == len(figures) == 80
    for pair in zip(boxes, figures, strict=True):
        dim, bright = sorted(light(one) for one in pair)
        assert (bright + 0.05) / (dim + 0.05) > 4.3, pair


def test_requirements_are_memories_of_both_uses_by_size() -> None:
    names = ["vgg16", "mobilenet_v1", "resnet50"]
    made = []
    for name in names:
        net = qb.network(name)
        step = qb.training(net, 1, 1)
        parts = {"weight_bytes": net.weights, "activation_bytes": net.activations}
        made.append({"network": name, **parts, "training_weight_bytes": 4 * step.weights})
        made[-1]["training_activation_bytes"] = 4 * step.activations
    chart = plot.requirements(made, title="Figure 2.9")
    found = values_of(chart, "memory")
    assert [one["network"] for one in found[::2]] == ["mobilenet_v1", "resnet50", "vgg16"]
    vgg = {one["for"]: one["memory"] for one in found if one["network"] == "vgg16"}
    assert vgg["inference"] == pytest.approx(138.344128 + qb.network("vgg16").activations / 1e6)
    assert vgg["training"] > 12 * 138.3
    assert "Memory for one input [MB]" in titles(chart.to_dict())
    with pytest.raises(qb.UnknownName):
        plot.requirements([{"network": "n"}])


def test_charts_of_the_study_refuse_nonsense() -> None:
    with pytest.raises(qb.UnknownName):
        plot.stacked_power([{"network": "n"}])
    with pytest.raises(qb.InvalidArgument):
        plot.levels([{"batch": 1}])
    with pytest.raises(qb.InvalidArgument):
        plot.hardware_cost([{"luts": 0, "accuracy_top1": 0.5}])
    for cards in ({}, {"a": {"x": 1, "y": 2}}, {"a": {"x": 1, "y": 2, "z": -1}}, {"a": {"x": 0, "y": 1, "z": 1}}):
        with pytest.raises(qb.InvalidArgument):
            plot.radar(cards)
