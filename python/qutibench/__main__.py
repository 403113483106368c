# SPDX-License-Identifier: BSD-3-Clause
"""The commands qutibench and what_if, and ``python -m qutibench``: the program examples/what_if, out of the module."""

import os
import signal
import sys

from ._core import command_line


def carried_page() -> str:
    from .errors import Error
    from .portal import page_text

    try:
        return page_text(None)
    except Error:
        return ""


def main() -> int:
    # Ctrl-C ends the command, and so does a reader that has seen enough, as they end other programs.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    return command_line([os.fsencode(one) for one in sys.argv], carried_page)


if __name__ == "__main__":
    sys.argv[0] = "qutibench"
    sys.exit(main())
