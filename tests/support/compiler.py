# SPDX-License-Identifier: BSD-3-Clause
"""The compiler command that the compile-time tests share."""

import argparse
import os
import subprocess
from collections.abc import Sequence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", action="append", default=[], help="a folder of the project's headers")
    parser.add_argument("--system", action="append", default=[], help="a folder of other libraries' headers")


def run(arguments: argparse.Namespace, *options: str, under: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Runs the compiler as C++20 with the project's headers, maybe under a program; it speaks English, in stderr."""
    command = [*under, arguments.compiler, "-std=c++20"]
    command += [f"-I{folder}" for folder in arguments.include]
    for folder in arguments.system:
        command += ["-isystem", folder]
    environment = dict(os.environ, LC_ALL="C")
    return subprocess.run([*command, *options], capture_output=True, text=True, env=environment, check=False)
