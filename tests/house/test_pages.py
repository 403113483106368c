# SPDX-License-Identifier: BSD-3-Clause
"""The Markdown pages: every link inside the repository leads somewhere, and quoted code is the code that is tested.

Code is quoted by a comment above the fence: `<!-- quoted: examples/quick_start.cpp -->` for a whole file (without its
licence line), or `<!-- quoted: tests/network/graph.cpp#residual -->` for the lines between `// [residual]` and the next
`// [residual]`, without their common indentation.
"""

import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
PAGES = [page for page in PAGES if "node_modules" not in page.parts]
FENCE = re.compile(r"^```.*?^```\s*?$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|<img[^>]*\ssrc=\"([^\"]+)\"")
QUOTE = re.compile(r"^<!-- quoted: (\S+?)(?:#(\S+))? -->\s*^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors that hosting sites make from headings."""
    headings = re.findall(r"^#+\s+(.+?)\s*#*$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    slugs = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    return {slug if not (seen := slugs[:n].count(slug)) else f"{slug}-{seen}" for n, slug in enumerate(slugs)}


def broken_links(page: Path) -> Iterator[str]:
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))
    for found in LINK.finditer(text):
        link = found[1] or found[2]
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page if not path else (page.parent / path).resolve()
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            yield link


def quoted_lines(source: str, marker: str | None) -> str:
    text = (ROOT / source).read_text(encoding="utf-8").splitlines()
    if marker:
        begin, end = (n for n, line in enumerate(text) if line.strip() in (f"// [{marker}]", f"# [{marker}]"))
        text = text[begin + 1 : end]
    elif "SPDX" in text[0]:
        text = text[1:]
    return textwrap.dedent("\n".join(text)).strip("\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert not list(broken_links(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_quoted_code_is_tested_code(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    quotes = QUOTE.findall(text)
    assert len(quotes) == len(re.findall(r"^<!-- quoted: ", text, re.MULTILINE))
    for source, marker, quoted in quotes:
        assert quoted.rstrip("\n") == quoted_lines(source, marker), f"{source} has changed since it was quoted"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
@pytest.mark.parametrize("language", ["cpp", "python"])
def test_code_is_quoted(page: Path, language: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(rf"^ *```{language}\b", text, re.MULTILINE)) == len(
        re.findall(rf"^<!-- quoted: .*\n```{language}$", text, re.MULTILINE)
    )


FORMULAS = [page for page in PAGES if page.parent.name == "formulas"]
SECTIONS = ["Equations", "Source", "Assumptions", "Code", "Example", "When it misleads"]


@pytest.mark.parametrize("page", FORMULAS, ids=lambda page: page.stem)
def test_a_page_of_formulas_says_where_they_come_from_and_when_they_mislead(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", FENCE.sub("", text), re.MULTILINE)
    assert [section for section in sections if section in SECTIONS] == SECTIONS
    assert re.search(r"^\$ what_if |^<!-- quoted: ", text, re.MULTILINE), "an example that is tested"
    known = (ROOT / "include/qutibench/model/estimate.hpp").read_text(encoding="utf-8")
    assert not [name for name in re.findall(r"`assumption::(\w+)`", text) if f" {name} = 1U << " not in known]
    index = (ROOT / "docs/formulas.md").read_text(encoding="utf-8")
    assert f"(formulas/{page.name})" in index


def test_every_assumption_is_on_some_page_of_formulas() -> None:
    known = (ROOT / "include/qutibench/model/estimate.hpp").read_text(encoding="utf-8")
    pages = "".join(page.read_text(encoding="utf-8") for page in FORMULAS)
    names = re.findall(r"^ +(\w+) = 1U << \d+,", known, re.MULTILINE)
    assert names and not [name for name in names if f"`assumption::{name}`" not in pages]


@pytest.mark.parametrize("schema", ["platform", "network", "measurement", "calibration", "job", "result"])
def test_file_formats_are_described_whole(schema: str) -> None:
    text = (ROOT / "docs/file_formats.md").read_text(encoding="utf-8")
    keys = json.loads((ROOT / f"data/schemas/{schema}.schema.json").read_text(encoding="utf-8"))["properties"]
    assert not [key for key in keys if f"`{key}`" not in text and key != "$schema"]
