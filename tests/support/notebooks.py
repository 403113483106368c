# SPDX-License-Identifier: BSD-3-Clause
"""Runs the notebooks and compares what they show with the outputs that are stored in them.

usage: notebooks.py             compare, as tests/python/test_notebooks.py does
       notebooks.py --update    store what they show now

Charts are stored as SVG, so that notebooks read offline. Of charts the texts are compared, of everything else all.
"""

import argparse
import difflib
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "notebooks"
SVG = "image/svg+xml"


def executed(path: Path) -> Any:
    """A notebook with the outputs that it has now."""
    book = nbformat.read(path, nbformat.NO_CONVERT)
    client = NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}})
    client.execute()
    book.metadata = {"kernelspec": book.metadata["kernelspec"], "language_info": {"name": "python"}}
    for number, cell in enumerate(cell for cell in book.cells if cell.cell_type == "code"):
        cell.metadata, cell.execution_count = {}, number + 1
        cell.outputs = joined([tidy(one, number + 1) for one in cell.outputs if one.get("name") != "stderr"])
    return book


def joined(outputs: list[Any]) -> list[Any]:
    """Text that is printed comes in as many pieces as the machine was quick."""
    found: list[Any] = []
    for one in outputs:
        if found and one.output_type == found[-1].output_type == "stream":
            found[-1].text += one.text
        else:
            found.append(one)
    return found


def tidy(output: Any, number: int) -> Any:
    """An output without what differs from run to run."""
    if "execution_count" in output:
        output.execution_count = number
    data = output.get("data", {})
    if SVG in data:
        for kind in [kind for kind in data if kind != SVG]:
            del data[kind]
        data[SVG] = rounded(data[SVG])
        output.metadata = {}
    return output


def rounded(svg: str) -> str:
    """A picture with a tenth of a pixel as its finest step, which is a third of the size."""
    return re.sub(r"-?\d+\.\d{2,}", lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), svg)


def shown(book: Any) -> list[str]:
    """The lines that a reader sees."""
    lines: list[str] = []
    for cell in book.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                lines += output.text.splitlines()
                continue
            data = output.get("data", {})
            if SVG in data:
                lines += re.findall(r">([^<>]+)</text>", data[SVG])
            else:
                lines += data.get("text/plain", output.get("evalue", "")).splitlines()
    return lines


def difference(path: Path) -> list[str]:
    """How what a notebook shows differs from what is stored in it; nothing where it does not."""
    stored = shown(nbformat.read(path, nbformat.NO_CONVERT))
    now = shown(executed(path))
    return list(difflib.unified_diff(stored, now, f"{path.name}, as stored", "as it runs", lineterm="", n=1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("notebooks", nargs="*", type=Path, default=sorted(FOLDER.glob("*.ipynb")))
    chosen = parser.parse_args()
    status = 0
    for path in chosen.notebooks:
        if chosen.update:
            path.write_text(nbformat.writes(executed(path), indent=1) + "\n", encoding="utf-8")
        elif lines := difference(path):
            print("\n".join(lines))
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
