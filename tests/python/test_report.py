# SPDX-License-Identifier: BSD-3-Clause
"""qb.report: the caller's data in the page, and nothing that could break out of it."""

import base64
import gzip
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import qutibench as qb
from qutibench import portal

START = '<script type="application/json" id="report">'


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """As much of the portal page as a report needs."""
    path = tmp_path / "portal.html"
    path.write_text(f"<html>{START}null</script><p>after</p></html>", encoding="utf-8")
    return path


def embedded(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    found = re.fullmatch(rf"<html>{re.escape(START)}(.*?)</script><p>after</p></html>", text, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_rows_come_back(tmp_path: Path, page: Path) -> None:
    estimate = qb.predict(qb.network("resnet50"), qb.platform("zcu104_dpu"), datatype="int8")
    mine = {"network": "mine", "platform": "my </script><script>alert(1)</script> board", "latency_s": math.nan}
    qb.report(tmp_path / "out.html", [estimate, mine], title="a <b> title", page=page)
    data = embedded(tmp_path / "out.html")
    assert data["title"] == "a <b> title"
    assert data["rows"][0]["throughput_ips"] == estimate.throughput_ips
    assert data["rows"][1] == mine | {"latency_s": None}


def test_a_report_can_be_replaced(tmp_path: Path, page: Path) -> None:
    qb.report(page, [{"network": "a", "latency_s": 1.0}], page=page)
    qb.report(page, [{"network": "b", "latency_s": 2.0}], page=page)
    assert embedded(page)["rows"] == [{"network": "b", "latency_s": 2.0}]


def test_own_networks_and_platforms_travel(tmp_path: Path, page: Path) -> None:
    net = qb.zoo.cnv(keep=0.25)
    own = Path(__file__).resolve().parents[1] / "data/my_board.json"
    qb.report(tmp_path / "out.html", networks=["resnet50", net], platforms=["jetson_tx2:maxq", own], page=page)
    data = embedded(tmp_path / "out.html")
    assert data["selection"]["networks"][0] == "resnet50"
    assert data["selection"]["platforms"][0] == "jetson_tx2:maxq"
    assert [one["id"] for one in data["networks"]] == data["selection"]["networks"][1:]
    assert len(data["platforms"]) == 1
    assert "rows" not in data


def test_without_a_page_it_says_how_to_build_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("qutibench.portal.__file__", str(tmp_path / "portal.py"))  # nor in the package
    with pytest.raises(qb.InvalidArgument, match=r"\./bootstrap\.sh page builds it"):
        qb.report("out.html", [{"network": "a"}])
    (tmp_path / "no_page.html").write_text("<html></html>", encoding="utf-8")
    with pytest.raises(qb.InvalidArgument, match="no place for a report"):
        qb.report("out.html", page="no_page.html")


def test_a_wheel_carries_the_page_packed(tmp_path: Path) -> None:
    library = bytes(range(256)) * 100
    text = '<script type="text/plain" id="library">{}</script>after'
    (tmp_path / "portal.html").write_text(text.format(base64.b64encode(gzip.compress(library)).decode()))
    script = Path(__file__).resolve().parents[2] / "python/pack_page.py"
    subprocess.run([sys.executable, script, tmp_path / "portal.html", tmp_path / "portal.xz"], check=True)
    before, _, rest = portal._unpacked(tmp_path / "portal.xz").partition('id="library">')
    packed, _, after = rest.partition("</script>")
    assert (before, after) == ('<script type="text/plain" ', "after")
    assert gzip.decompress(base64.b64decode(packed)) == library


def test_wrong_arguments(tmp_path: Path, page: Path) -> None:
    with pytest.raises(TypeError, match="a network by its id or path is needed, not 1"):
        qb.report(tmp_path / "out.html", networks=[1], page=page)
    with pytest.raises(TypeError, match="a Platform, or its id or path is needed, not 1"):
        qb.report(tmp_path / "out.html", platforms=[1], page=page)
    with pytest.raises(qb.UnknownName):
        qb.report(tmp_path / "out.html", platforms=["no_such_board"], page=page)
