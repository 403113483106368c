# SPDX-License-Identifier: BSD-3-Clause
"""The notebooks as files: no outputs, nothing machine-specific, and a decision at the end. nbmake executes them."""

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stripped_and_decides(path: Path) -> None:
    book = json.loads(path.read_text())
    assert (book["nbformat"], book["metadata"]["kernelspec"]["name"]) == (4, "python3")
    assert set(book["metadata"]) == {"kernelspec", "language_info"}
    for cell in book["cells"]:
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
    texts = ["".join(cell["source"]) for cell in book["cells"]]
    assert texts[0].startswith("# ") and any("## Decision" in text for text in texts[-4:])
    assert book["cells"][-1]["cell_type"] == "markdown" and "**" in texts[-1]
    assert path.stat().st_size < 20_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_of_notebooks_lead_somewhere(path: Path) -> None:
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] == "markdown":
            for target in re.findall(r"\]\(([^)#]+)", "".join(cell["source"])):
                assert target.startswith("https://") or (FOLDER / target).exists(), target
