# SPDX-License-Identifier: BSD-3-Clause
"""The documentation builds as a site, without a network and without a warning: links, anchors and names included."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mkdocs")
pytest.importorskip("qutibench")

ROOT = Path(__file__).resolve().parents[2]
FETCHED = re.compile(
    r"<(?:script|img|iframe|source)[^>]*\ssrc=\"?(?:https?:)?//|<link[^>]*rel=\"stylesheet\"[^>]*\"https?:"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", ROOT / "docs/site/mkdocs.yml"]
    quiet = dict(os.environ, NO_MKDOCS_2_WARNING="1", http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9")
    built = subprocess.run(
        [*command, "-d", place / "site"], cwd=place, env=quiet, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return place / "site"


def test_the_site_builds_and_fetches_nothing(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) >= len(list((ROOT / "docs").rglob("*.md")))
    assert not [page.name for page in pages if FETCHED.search(page.read_text(encoding="utf-8"))]
    assert "qutibench.predict" in (site / "python_api.html").read_text(encoding="utf-8")


def test_the_cpp_reference_has_the_public_names_and_not_the_inside(site: Path) -> None:
    if not shutil.which("doxygen"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("doxygen is not installed")
    assert 'href="cpp/index.html"' in (site / "index.html").read_text(encoding="utf-8")
    names = (site / "cpp/namespacequtibench.html").read_text(encoding="utf-8")
    assert not [name for name in ("graph", "platform", "predict", "analyze") if f">{name}</a>" not in names]
    assert (site / "cpp/classqutibench_1_1graph.html").is_file()
    assert (site / "cpp/classqutibench_1_1platform.html").is_file()
    assert not [page.name for page in (site / "cpp").glob("*_1_1detail*")]


def test_notebooks_are_pages_with_their_outputs(site: Path) -> None:
    for notebook in (ROOT / "examples/notebooks").glob("*.ipynb"):
        page = (site / f"notebooks/{notebook.stem}.html").read_text(encoding="utf-8")
        assert "Decision" in page and f'src="{notebook.stem}_' in page
        assert list((site / "notebooks").glob(f"{notebook.stem}_*.svg"))


def test_the_search_finds_functions(site: Path) -> None:
    entries = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))["docs"]
    titles = {entry["location"]: entry["title"] for entry in entries}
    assert titles.get("python_api.html#qutibench.predict", "").startswith("predict")
    assert any(place.startswith("python_api/plot.html#qutibench.plot.roofline") for place in titles)
    assert "cookbook.html#5-how-fast-could-it-be-there" in titles
