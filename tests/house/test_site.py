# SPDX-License-Identifier: BSD-3-Clause
"""The documentation builds as a site, without a network and without a warning: links, anchors and names included."""

import os
import re
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


def test_the_site_builds_and_fetches_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", ROOT / "docs/site/mkdocs.yml"]
    quiet = dict(os.environ, NO_MKDOCS_2_WARNING="1", http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9")
    built = subprocess.run(
        [*command, "-d", tmp_path / "site"], cwd=tmp_path, env=quiet, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) >= len(list((ROOT / "docs").rglob("*.md")))
    assert not [page.name for page in pages if FETCHED.search(page.read_text(encoding="utf-8"))]
    names = (tmp_path / "site/python_api.html").read_text(encoding="utf-8")
    assert "qutibench.predict" in names
