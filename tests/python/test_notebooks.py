# SPDX-License-Identifier: BSD-3-Clause
"""The notebooks: their outputs are stored and what they show today, offline, with a decision at the end."""

import json
import re
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@each_notebook
def test_notebook_is_tidy_and_decides(path: Path) -> None:
    book = json.loads(path.read_text())
    assert (book["nbformat"], book["metadata"]["kernelspec"]["name"]) == (4, "python3")
    assert set(book["metadata"]) == {"kernelspec", "language_info"}
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert all(cell["metadata"] == {} for cell in book["cells"])
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert sum(1 for cell in code if cell["outputs"]) > len(code) / 2, "run tests/support/notebooks.py --update"
    texts = ["".join(cell["source"]) for cell in book["cells"]]
    assert texts[0].startswith("# ") and any("## Decision" in text for text in texts[-4:])
    assert book["cells"][-1]["cell_type"] == "markdown" and "**" in texts[-1]
    assert path.stat().st_size < 500_000


@each_notebook
def test_notebook_reads_offline(path: Path) -> None:
    """Nothing is fetched to show it, and no machine's paths are in it."""
    for cell in json.loads(path.read_text())["cells"]:
        for output in cell.get("outputs", []):
            assert output["output_type"] != "error"
            kinds = set(output.get("data", {}))
            assert not any("vega" in kind or "javascript" in kind for kind in kinds)
            text = json.dumps(output)
            assert not re.search(r"<script|src=|@import|/home/|site-packages", text)


@each_notebook
def test_links_of_notebooks_lead_somewhere(path: Path) -> None:
    for cell in json.loads(path.read_text())["cells"]:
        if cell["cell_type"] == "markdown":
            for target in re.findall(r"\]\(([^)#]+)", "".join(cell["source"])):
                assert target.startswith("https://") or (FOLDER / target).exists(), target


@each_notebook
def test_stored_outputs_are_what_the_notebook_shows(path: Path) -> None:
    pytest.importorskip("nbclient")
    sys.path.insert(0, str(FOLDER.parents[1] / "tests" / "support"))
    import notebooks

    assert notebooks.difference(path) == [], "when it changed for a good reason: tests/support/notebooks.py --update"


def test_text_printed_in_pieces_is_one_output(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nbclient")
    monkeypatch.syspath_prepend(FOLDER.parents[1] / "tests" / "support")
    import notebooks
    from nbformat.v4 import new_output

    pieces = [new_output("stream", text="a\n"), new_output("stream", text="b\n"), new_output("display_data")]
    assert [one.get("text") for one in notebooks.joined([*pieces, new_output("stream", text="c")])] == [
        "a\nb\n",
        None,
        "c",
    ]
