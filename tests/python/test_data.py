# SPDX-License-Identifier: BSD-3-Clause
"""The data files: each follows its schema, says where its figures come from, and is named as its id."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
SCHEMAS = {
    kind: json.loads((DATA / "schemas" / f"{name}.schema.json").read_text())
    for kind, name in {"platforms": "platform", "networks": "network", "published": "heatmaps"}.items()
}
PLATFORMS = sorted((DATA / "platforms").glob("*.json"))
NETWORKS = sorted((DATA / "networks").glob("*.json"))
FILES = PLATFORMS + NETWORKS + sorted((DATA / "published").glob("*.json"))
FIGURES = {
    "operations_per_second", "sparse_operations_per_second", "capacity_bytes", "bandwidth_bytes_per_s", "power_w",
    "clock_hz", "host_clock_hz", "memory_clock_hz", "year", "price_usd", "process_nm", "operations", "weights",
    "pruned_to", "lut", "ff", "dsp", "bram18", "uram", "utilization", "operational_intensity_int8",
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
    ],
)
def test_schema_refuses_what_the_library_refuses(document: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(SCHEMAS["platforms"]).is_valid(document)


def test_schema_takes_a_small_platform_of_ones_own() -> None:
    board = {
        "id": "my_board",
        "peaks": [{"datatype": "int8", "operations_per_second": 1e12}],
        "memories": [{"name": "ddr", "bandwidth_bytes_per_s": 19.2e9}],
    }
    jsonschema.Draft202012Validator(SCHEMAS["platforms"]).validate(board)


def test_the_catalogue_stays_small_enough_to_embed() -> None:
    assert sum(path.stat().st_size for path in FILES) < 1_000_000
