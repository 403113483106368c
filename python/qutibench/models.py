# SPDX-License-Identifier: BSD-3-Clause
"""Model files of any format, told apart by their content."""

from __future__ import annotations

import os
from collections.abc import Mapping

from . import _core
from .errors import ParseError

__all__ = ["load"]


def load(
    model: str | os.PathLike[str] | bytes, dims: Mapping[str, int] | None = None, strict: bool = False
) -> _core.Graph:
    """A graph from a model file (a path, or its bytes): ONNX, TFLite, OpenVINO IR or a network file of this library.

    The content tells the format, never the name, and only the structure is read. dims: values of open dimensions by
    name. strict: raise UnsupportedOperator for an operator without a cost model. Raises ParseError that says what
    another file is (compressed, a pointer of Git LFS, a web page, a .pt, .pb or .mlmodel) and what to do with it.
    """
    if isinstance(model, bytes):
        return _core.load_model_file(model, dict(dims or {}), strict)
    path = os.fspath(model)
    try:
        with open(path, "rb") as file:
            is_json = file.read(256).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    except OSError as wrong:
        raise ParseError(f"{path}: the file cannot be opened") from wrong
    if is_json:
        return _core.network_entry(os.path.abspath(path)).build()
    return _core.load_model_file(path, dict(dims or {}), strict)
