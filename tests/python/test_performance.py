# SPDX-License-Identifier: BSD-3-Clause
"""The script behind docs/performance.md runs; what it measures here is not looked at."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build/release/benchmarks"


@pytest.mark.skipif(not (PROGRAMS / "benchmark_sweep").is_file(), reason="needs the benchmarks of build/release")
def test_the_performance_book_has_a_row_for_each_model():
    command = [sys.executable, ROOT / "tests/benchmarks/performance.py", "--only", "models"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    rows = [line for line in result.stdout.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == ["analyze", "predict", "predict", "qb.predict", "expect"]
