# SPDX-License-Identifier: BSD-3-Clause
"""The data files: each follows its schema, says where its figures come from, and is named as its id."""

import copy
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import qutibench as qb

DATA = Path(__file__).resolve().parents[2] / "data"
LEVEL3 = DATA / "measurements/level3.csv"
STOPWATCH = DATA.parent / "tests/data/board/stopwatch.csv"
NAMES = {"platforms": "platform", "networks": "network", "published": "heatmaps"}  # of folders
NAMES |= {name: name for name in ("calibration", "measurement", "job", "result")}
SCHEMAS = {kind: json.loads((DATA / "schemas" / f"{name}.schema.json").read_text()) for kind, name in NAMES.items()}
PLATFORMS = sorted((DATA / "platforms").glob("*.json"))
NETWORKS = sorted((DATA / "networks").glob("*.json"))
FILES = PLATFORMS + NETWORKS + sorted((DATA / "published").glob("*.json"))
FIGURES = {
    "operations_per_second", "sparse_operations_per_second", "capacity_bytes", "bandwidth_bytes_per_s", "power_w",
    "clock_hz", "host_clock_hz", "memory_clock_hz", "year", "price_usd", "process_nm", "operations", "weights",
    "pruned_to", "lut", "ff", "dsp", "bram18", "uram", "utilization", "operational_intensity_int8", "bus_width_bits",
    "transfer_rate_hz", "devices", "compute_units", "measured_power_w", "rows",
    "columns", "depth", "count", "hold", "weights_per_cycle", "outputs_per_cycle", "buffer_bytes",
}  # fmt: skip


def figures(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure of a document with its JSON pointer."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        if key in FIGURES:
            yield f"{pointer}/{key}", member
        yield from figures(member, f"{pointer}/{key}")


def complaints(document: dict[str, Any]) -> list[str]:
    """Figures of a catalogue file that do not say where they come from."""
    found = []
    sources = document.get("sources", {})
    used = set()
    for pointer, figure in figures(document):
        stated = [figure, *figure.get("alternatives", [])] if isinstance(figure, dict) else [figure]
        for one in stated:
            if not isinstance(one, dict):
                found.append(f"{pointer} is a bare number")
                continue
            used.add(one.get("source"))
            if one.get("value", 0) is None:
                if not one.get("note"):
                    found.append(f"{pointer} does not say why it is unknown")
                continue
            if one.get("source") not in sources:
                found.append(f"{pointer} has no source of the file's 'sources'")
            if "unit" not in one:
                found.append(f"{pointer} has no unit")
            if one.get("basis") not in ("sourced", "derived"):
                found.append(f"{pointer} is neither sourced nor derived")
            if one.get("basis") == "derived" and not one.get("derivation"):
                found.append(f"{pointer} does not say how it was derived")
    for row in document.get("accuracies", []):
        used.add(row.get("source"))
        if row.get("source") not in sources:
            found.append("an accuracy has no source")
    used.add(document.get("operators", {}).get("source"))
    return found + [f"source '{name}' is not used" for name in sources if name not in used]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_schema_is_one(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[kind])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_follows_its_schema(path: Path) -> None:
    jsonschema.Draft202012Validator(SCHEMAS[path.parent.name]).validate(json.loads(path.read_text()))


@pytest.mark.parametrize("path", PLATFORMS + NETWORKS, ids=lambda path: path.stem)
def test_every_figure_has_a_source(path: Path) -> None:
    document = json.loads(path.read_text())
    assert not complaints(document)
    assert document["id"] == path.stem


def test_a_source_is_of_the_devices_that_cite_it() -> None:
    """Only surveys speak of the devices of many makers; another text that they share was put there wholesale."""
    makers: dict[str, set[str]] = {}
    for path in PLATFORMS:
        document = json.loads(path.read_text())
        for text in document["sources"].values():
            makers.setdefault(text, set()).add(document.get("vendor", ""))
    surveys = ("M. Blott, ", "QuTiBench, ", "S. Bekman, ")
    wholesale = {text for text, of in makers.items() if len(of) > 2 and not text.startswith(surveys)}
    assert not wholesale


def test_a_figure_without_source_is_noticed() -> None:
    document = json.loads((DATA / "platforms" / "edgetpu.json").read_text())
    peak = document["modes"][0]["peaks"][0]["operations_per_second"]
    for damage in (lambda: peak.pop("source"), lambda: peak.update(basis="recalled"), lambda: peak.pop("unit")):
        before = copy.deepcopy(peak)
        damage()
        assert complaints(document)
        peak.clear()
        peak.update(before)
    assert not complaints(document)
    document["memories"][0]["bandwidth_bytes_per_s"] = 25.6e9
    assert complaints(document) == ["/memories/0/bandwidth_bytes_per_s is a bare number"]
    document["sources"]["hearsay"] = "somebody said so"
    assert complaints(document)[-1] == "source 'hearsay' is not used"


@pytest.mark.parametrize(
    "document",
    [
        {"id": "x"},
        {"id": "x", "peaks": []},
        {"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": -1}]},
        {"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": {"value": -1}}]},
        {"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": {"value": 1, "unit": "TOP/s"}}]},
        {"id": "x", "peaks": [{"datatype": "int8"}]},
        {"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}], "peeks": []},
        {"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}], "resources": {"utilization": 1.5}},
        {"id": "x", "modes": [{"name": "slow"}]},
        {"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": {"value": None, "note": "secret"}}]},
        {"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}], "power_w": {"value": None}},
        {"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}], "compute_units": 1.5},
        {"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}], "links": [{"name": "pcie"}]},
        {
            "id": "x",
            "peaks": [{"datatype": "int8", "operations_per_second": 1}],
            "links": [{"name": "pcie", "reach": "host", "devices": 1}],
        },
    ],
)
def test_schema_refuses_what_the_library_refuses(document: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(SCHEMAS["platforms"]).is_valid(document)
    with pytest.raises(qb.Error):
        qb.Platform.from_json(json.dumps(document))


def test_schema_takes_a_small_platform_of_ones_own() -> None:
    board = {
        "id": "my_board",
        "peaks": [{"datatype": "int8", "operations_per_second": 1e12}],
        "memories": [{"name": "ddr", "bandwidth_bytes_per_s": 19.2e9}],
    }
    jsonschema.Draft202012Validator(SCHEMAS["platforms"]).validate(board)


def test_the_catalogue_stays_small_enough_to_embed() -> None:
    assert sum(path.stat().st_size for path in FILES) < 1_000_000


def valid(kind: str, document: Any) -> bool:
    return jsonschema.Draft202012Validator(SCHEMAS[kind]).is_valid(document)


def test_every_schema_is_tested() -> None:
    assert sorted(NAMES.values()) == sorted(path.name.split(".")[0] for path in (DATA / "schemas").glob("*.json"))


CALIBRATED = [(LEVEL3, "ultra96_dpu"), (LEVEL3, "zcu104_finn"), (STOPWATCH, "x86_onnxruntime")]


@pytest.fixture(scope="module", params=CALIBRATED, ids=lambda one: one[1])
def calibration(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A calibration as it is saved, and what it says."""
    table, wanted = request.param
    rows = [one for one in qb.load_measurements(table) if one.platform == wanted]
    path = tmp_path_factory.mktemp("calibration") / "saved.json"
    qb.calibrate(rows).save(path)
    return path, json.loads(path.read_text())


def test_a_saved_calibration_follows_its_schema(calibration: tuple[Path, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMAS["calibration"]).validate(calibration[1])


@pytest.mark.parametrize(
    "place",
    [
        ("calibration", 2),
        ("device", "on_chip_bytes", -1),
        ("device", "colour", "blue"),
        ("structure", "tiles_65"),
        ("parameters", "call", 0),
        ("parameters", "luck", 1.0),
        ("log_spread", 0),
        ("stream_fill", None),
        ("bitstreams", [{"network": "cnv", "datatype": "int2", "interval_s": 0, "fill": 1, "points": 1}]),
        ("range", "macs", [1.0]),
        ("range", "kernels", ["quantum"]),
        ("held_out_networks", "rows", [{"network": "cnv", "datatype": "int8", "feeding": "batch", "value": 1}]),
        ("data_hash", ""),
        ("data", "more"),
    ],
    ids=lambda place: "-".join(map(str, place[:-1])),
)
def test_the_schema_refuses_calibrations_that_the_library_refuses(
    place: tuple[Any, ...], calibration: tuple[Path, Any], tmp_path: Path
) -> None:
    document = copy.deepcopy(calibration[1])
    *parents, key, value = place
    inner = document
    for parent in parents:
        inner = inner[parent]
    inner[key] = value
    assert not valid("calibration", document)
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(document))
    with pytest.raises(qb.Error):
        qb.load_calibration(broken)


@pytest.mark.parametrize("key", SCHEMAS["calibration"]["required"])
def test_a_calibration_lacks_nothing(key: str, calibration: tuple[Path, Any], tmp_path: Path) -> None:
    document = {name: value for name, value in calibration[1].items() if name != key}
    assert not valid("calibration", document)
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(document))
    with pytest.raises(qb.Error):
        qb.load_calibration(broken)


# [rows]
def rows_of(table: Path) -> list[dict[str, Any]]:
    """The rows of a table as the schema has them: numbers as numbers, empty cells left out."""

    def value(cell: str) -> int | float | str:
        for number in (int, float):
            try:
                return number(cell)
            except ValueError:
                pass
        return cell

    with open(table, newline="", encoding="utf-8") as lines:
        return [{name: value(cell) for name, cell in row.items() if cell} for row in csv.DictReader(lines)]


# [rows]


@pytest.mark.parametrize("table", [STOPWATCH, LEVEL3], ids=lambda table: table.stem)
def test_tables_of_measurements_follow_their_schema(table: Path) -> None:
    rows = rows_of(table)
    assert len(rows) > 10
    for row in rows:
        jsonschema.Draft202012Validator(SCHEMAS["measurement"]).validate(row)


OWN = {"network": "mlp", "platform": "my_board", "datatype": "int8", "batch": 1, "latency_ms": 12.5}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"note": "others are passed over"},
        {"keep": 0.5, "power_w": 4, "power_idle_w": 0, "accuracy_top1": 0.75, "statistic": "p90", "scope": "compute"},
        {"batch": None, "stream": 8},
        {"threads": 2},
        {"batch": None, "deployment_parameter": "threads", "deployment_value": 4},
        {"latency_ms": None, "throughput_ips": 80.0},
        {"latency_ms": None, "latency_compute_us": 12500},
        {"level": 1, "layer": "conv1"},
        {"block": "res2a", "mega_ops": 462.44},
        {"latency_ms": -1},
        {"latency_ms": 0},
        {"latency_ms": "12,5"},
        {"latency_ms": "fast"},
        {"batch": 0},
        {"batch": 1.5},
        {"batch": None},
        {"batch": None, "threads": 2},
        {"batch": None, "deployment_parameter": "cores", "deployment_value": 4},
        {"network": None},
        {"platform": None},
        {"datatype": None},
        {"keep": 1.5},
        {"keep": 0},
        {"accuracy_top1": 75.3},
        {"top1_percent": 101},
        {"power_w": 0},
        {"power_idle_w": -1},
        {"scope": "all"},
        {"level": 4},
    ],
    ids=str,
)
def test_the_schema_of_a_measurement_takes_what_the_library_takes(changed: dict[str, Any]) -> None:
    row = {name: value for name, value in (OWN | changed).items() if value is not None}
    cells = [f'"{value}"' if "," in str(value) else str(value) for value in row.values()]
    try:
        taken = len(qb.parse_measurements(f"{','.join(row)}\n{','.join(cells)}\n", "qutibench")) == 1
    except qb.Error:
        taken = False
    assert valid("measurement", row) == taken


def test_jobs_and_results_follow_their_schemas(tmp_path: Path) -> None:
    place = qb.write_job(qb.zoo.mlp(), tmp_path / "job", runner="stopwatch")
    jsonschema.Draft202012Validator(SCHEMAS["job"]).validate(json.loads((place / "job.json").read_text()))
    for result, is_one in (
        ({"latencies_s": [0.0121, 0.0119], "tool": "stopwatch 1"}, True),
        ({"latencies_s": [0.01], "throughput_ips": 180.0, "power_w": None}, True),
        ({"latencies_s": []}, False),
        ({"latencies_s": [0.01, -1]}, False),
        ({"latencies_s": [0.01], "power_w": 0}, False),
        ({"tool": "stopwatch 1"}, False),
    ):
        assert valid("result", result) == is_one
        (place / "result.json").write_text(json.dumps(result))
        if is_one:
            assert qb.read_result(place).network == "mlp"
        else:
            with pytest.raises(qb.Error):
                qb.read_result(place)
    assert valid("result", {"error": "no such operator", "kind": "rejected"})
    assert valid("result", {"parts": [{"name": "conv1", "latencies_s": [1e-3]}], "tool": "stopwatch 1"})


def test_platforms_are_chosen_by_vendor_class_and_year_and_found_by_what_people_call_them() -> None:
    of_2025 = qb.platforms(vendor="NVIDIA", device_class="GPU", year=2025)
    assert {"rtx_5090", "b300_sxm", "gb300"} <= set(of_2025)
    assert all(qb.platform(one).year == 2025 for one in of_2025)
    assert qb.platforms_called("h100") == ["h100_nvl", "h100_pcie", "h100_sxm"]
    assert qb.platform("rpi5").id == "raspberry_pi_5"
    with pytest.raises(qb.Error, match="'h100_nvl' or 'h100_pcie' or 'h100_sxm'"):
        qb.platform("h100")


def test_a_platform_shows_its_links_and_units() -> None:
    node = qb.platform("h100_sxm")
    assert node.compute_units == 132
    fast = next(one for one in node.links if one.reach == "devices")
    assert (fast.bandwidth_bytes_per_s, fast.devices) == (450e9, 8)
    assert copy.deepcopy(fast).name == fast.name
    assert next(one for one in node.memories if one.on_chip).role == "cache"
    figure = next(one for one in node.sources if one.pointer == "/compute_units")
    assert (figure.value, figure.unit) == (132, "1")
