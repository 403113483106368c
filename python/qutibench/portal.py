# SPDX-License-Identifier: BSD-3-Clause
"""The portal page with the caller's data in it: one HTML file that computes, draws and works offline."""

from __future__ import annotations

import base64
import gzip
import json
import math
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from . import _core
from .errors import InvalidArgument, UnsupportedOperator
from .plot.rows import rows_of
from .tables import listed

_START = '<script type="application/json" id="report">'
_LIBRARY = b'<script type="text/plain" id="library">'


@cache
def _unpacked(carried: Path) -> str:
    """The page that python/pack_page.py has packed."""
    try:
        import lzma
    except ImportError:
        raise InvalidArgument("this Python lacks lzma, which unpacks the page; page= names one that is built") from None
    text, library = lzma.decompress(carried.read_bytes()).split(b"\0", 1)
    packed = base64.b64encode(gzip.compress(library, 6, mtime=0))
    return text.replace(_LIBRARY, _LIBRARY + packed, 1).decode()


def page_text(named: str | os.PathLike[str] | None) -> str:
    """The built page: as named, in this folder's build/, or beside this package."""
    place = Path("build/portal.html" if named is None else named)
    if place.is_file():
        return place.read_text(encoding="utf-8")
    carried = Path(__file__).parent / "data/portal.xz"
    if named is None and carried.is_file():
        return _unpacked(carried)
    raise InvalidArgument(
        f"{place}: the portal page is not built, and this installation carries none; "
        "./bootstrap.sh page builds it in a checkout, page= names another"
    )


def _plain(value: Any) -> Any:
    """A value as JSON has it: what is not known or not finite is null, other objects are their text."""
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (list, tuple, set)):
        return [_plain(one) for one in value]
    return str(value)


def _document(network: _core.Graph | _core.Workload) -> dict[str, Any]:
    """A network as its file has it: with its layers where a file can hold them, else its totals."""
    work = _core.as_workload(network)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.json"
        try:
            _core.save_network(network, path)
        except UnsupportedOperator:
            _core.save_network(work, path)
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found


def _networks(given: object) -> tuple[list[str], list[dict[str, Any]]]:
    ids, documents = [], []
    for one in listed(given):
        if isinstance(one, str) and one in _core.networks():
            ids.append(one)
            continue
        try:
            one = one if isinstance(one, _core.Workload) else _core.as_graph(one)
        except InvalidArgument:  # known by its totals alone
            one = _core.as_workload(one)
        documents.append(_document(one))
        ids.append(documents[-1]["id"])
    return ids, documents


def _platforms(given: object) -> tuple[list[str], list[dict[str, Any]]]:
    ids, documents = [], []
    for one in listed(given):
        device = _core.as_platform(one)
        if not isinstance(one, str) or one.partition(":")[0] not in _core.platforms():
            documents.append(json.loads(device.to_json()))
        ids.append(f"{device.id}:{device.mode}" if device.mode else device.id)
    return ids, documents


def report(
    path: str | os.PathLike[str],
    rows: Any = None,
    *,
    networks: object = (),
    platforms: object = (),
    datatypes: Any = (),
    title: str = "",
    page: str | os.PathLike[str] | None = None,
) -> None:
    """Writes the portal page with the caller's rows, networks and platforms in it.

    rows: estimates, measurements, mappings, a Table or a data frame, shown as they are. networks: ids, paths, Graphs or
    Workloads; platforms: ids, paths or Platforms; both are selected when the page opens, and it predicts them live.
    datatypes: those to select; without them, each device's own. page: the portal page that ``./bootstrap.sh page``
    builds; without it, ``build/portal.html`` or the one that came with the package.

    Raises InvalidArgument where there is no page, UnknownName and ParseError as the loaders do, and OSError when the
    file cannot be written.
    """
    text = page_text(page)
    start = text.find(_START)
    end = text.find("</script>", start)
    if start < 0 or end < 0:
        raise InvalidArgument("the page has no place for a report; is it the portal page?")
    data: dict[str, Any] = {"title": title}
    selection: dict[str, Any] = {"datatypes": [str(_core.Precision(one)) for one in listed(datatypes)]}
    selection["networks"], data["networks"] = _networks(networks)
    selection["platforms"], data["platforms"] = _platforms(platforms)
    data["selection"] = {key: value for key, value in selection.items() if value}
    if rows is not None:
        data["rows"] = [{key: _plain(value) for key, value in row.items()} for row in rows_of(rows)]
    # "<" is escaped, so that no text can end the script that holds it.
    content = json.dumps(data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    _core.write_text(path, text[:start] + _START + content + text[end:])
