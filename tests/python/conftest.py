# SPDX-License-Identifier: BSD-3-Clause
"""What several files of tests need."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


def command() -> Path:
    """The program as the wheel installs it, or else as the build makes it."""
    installed = Path(sys.executable).parent / "qutibench"
    built = Path(__file__).resolve().parents[2] / "build/release/bin/what_if"
    for one in (installed, built):
        if one.exists():
            return one
    pytest.skip("neither the command qutibench nor build/release/bin/what_if is there")


@pytest.fixture(scope="session")
def asked() -> Callable[..., str]:
    """What the command line prints for some words."""
    program = command()

    def run(*words: object) -> str:
        return subprocess.run(
            [str(program), *map(str, words)], capture_output=True, text=True, check=True, encoding="utf-8"
        ).stdout

    return run
