# SPDX-License-Identifier: BSD-3-Clause
"""Notebooks as pages of the site: their texts, their code and the outputs stored in them, pictures as files."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SVG = "image/svg+xml"


def _joined(text: Any) -> str:
    return text if isinstance(text, str) else "".join(text)


def _fenced(text: str, language: str = "") -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


def _output(output: dict[str, Any], picture: str) -> Iterator[tuple[str, str]]:
    """The Markdown of an output, and the text of the picture that it shows, if any."""
    if output["output_type"] == "stream":
        yield _fenced(_joined(output["text"])), ""
        return
    data = output.get("data", {})
    if SVG in data:
        yield f"![chart]({picture})\n", _joined(data[SVG])
    elif "text/html" in data:
        # Markdown leaves a block of HTML alone up to the first empty line.
        yield re.sub(r"\n\s*\n", "\n", _joined(data["text/html"])).strip() + "\n", ""
    elif "text/plain" in data:
        yield _fenced(_joined(data["text/plain"])), ""


def page_of(notebook: Path) -> tuple[str, dict[str, str]]:
    """A notebook as Markdown, and the pictures in it by the name of their file."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    parts: list[str] = []
    pictures: dict[str, str] = {}
    for cell in cells:
        source = _joined(cell["source"])
        if cell["cell_type"] == "markdown":
            source = re.sub(r"\]\((\w+)\.ipynb", r"](\1.md", source.replace("](../../docs/", "](../"))
            parts.append(source + "\n")
            continue
        parts.append(_fenced(source, "python"))
        for output in cell["outputs"]:
            name = f"{notebook.stem}_{len(pictures) + 1}.svg"
            for text, picture in _output(output, name):
                parts.append(text)
                if picture:
                    pictures[name] = picture
    return "\n".join(parts), pictures
