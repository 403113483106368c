# SPDX-License-Identifier: BSD-3-Clause
"""No documented answer recommends what is infeasible, of unknown bandwidth, or refuted by own measurements.

Every `what_if pareto` that a page shows is asked again, and each row of its front looked up in data/measurements.
"""

import csv
import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "release" / "bin" / "what_if"


def documented_fronts() -> list[tuple[str, str]]:
    """The pages and their `what_if pareto` commands, without pipes."""
    found = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]:
        text = page.read_text().replace("\\\n", " ")
        for command in re.findall(r"^\$ (what_if pareto [^\n]*)$", text, re.MULTILINE):
            if "--published" not in command:
                found.append((page.name, command))
    return found


def front_of(command: str) -> list[dict[str, Any]]:
    words = shlex.split(command)
    words = words[1 : words.index("|")] if "|" in words else words[1:]
    if "--format" in words:
        del words[words.index("--format") : words.index("--format") + 2]
    run = subprocess.run([PROGRAM, *words, "--format", "json"], cwd=ROOT, capture_output=True, text=True, check=False)
    # a page may show a mistake
    rows: list[dict[str, Any]] = json.loads(run.stdout) if run.returncode == 0 and run.stdout else []
    return rows


def measured_latencies(row: dict[str, Any]) -> list[float]:
    """Of the whole system, as level 3 has them; seconds."""
    key = (row["network"], row["platform"], row["mode"] or "", row["datatype"])
    with (ROOT / "data" / "measurements" / "level3.csv").open() as file:
        return [
            float(one["latency_system_ms"]) / 1e3
            for one in csv.DictReader(file)
            if one["latency_system_ms"]
            and (one["network"], one["platform"], one["mode"], one["datatype"]) == key
            and float(one["pruning_percent"]) == 100 * row["keep"]
        ]


def test_pages_ask_for_fronts() -> None:
    assert documented_fronts()


@pytest.mark.skipif(not PROGRAM.exists(), reason="build/release/bin/what_if is not built")
@pytest.mark.parametrize(("page", "command"), documented_fronts())
def test_documented_fronts_hold(page: str, command: str) -> None:
    limits = [float(limit) for limit in re.findall(r"latency_s *<= *([0-9.e+-]+)", command)]
    for row in front_of(command):
        assert row["feasible"] is not False, f"{page}: {row['network']} does not run on {row['platform']}"
        assert row["bound"] != "compute?", f"{page}: nobody states the bandwidth of {row['platform']}"
        latencies = measured_latencies(row)
        for limit in limits:
            assert not latencies or min(latencies) <= limit, f"{page}: {row['platform']} was measured above {limit} s"


def documented_estimates() -> list[tuple[str, str]]:
    """The pages and their `what_if estimate` commands, without pipes."""
    found = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]:
        text = page.read_text().replace("\\\n", " ")
        found += [(page.name, one) for one in re.findall(r"^\$ (what_if estimate [^\n|]*)", text, re.MULTILINE)]
    return found


@pytest.mark.skipif(not PROGRAM.exists(), reason="build/release/bin/what_if is not built")
@pytest.mark.parametrize(("page", "command"), documented_estimates())
def test_documented_estimates_mark_what_does_not_hold(page: str, command: str) -> None:
    for row in front_of(command):
        doubtful = row["feasible"] is False or row["bound"] == "compute?"
        assert not doubtful or row["marks"], f"{page}: {row['network']} on {row['platform']} has no mark"


def test_peaks_with_accelerators_beside_the_gpu_are_modes_that_say_so() -> None:
    for path in sorted((ROOT / "data" / "platforms").glob("*.json")):
        device = json.loads(path.read_text())
        for mode in device.get("modes", [device]):
            for peak in mode.get("peaks", device.get("peaks", [])):
                made_of = peak["operations_per_second"].get("derivation") or ""
                name = mode.get("name", "") if "modes" in device else device["id"]
                assert "of the DLAs" not in made_of or name.endswith("_dla"), f"{path.name}: {name}"
