# SPDX-License-Identifier: BSD-3-Clause
"""Imported before the extension module, which would wait forever for itself in a second interpreter of a process."""

from __future__ import annotations

import importlib
from typing import Any


def _is_main() -> bool:
    for name in ("_interpreters", "_xxsubinterpreters"):  # Python 3.13 on, and before
        try:
            interpreters: Any = importlib.import_module(name)
        except ImportError:
            continue
        here, main = interpreters.get_current(), interpreters.get_main()
        return bool(here == main) if isinstance(here, tuple) else int(here) == int(main)
    return True


if not _is_main():
    raise ImportError("qutibench works in the main interpreter only, not in a sub-interpreter; start a process instead")
