# SPDX-License-Identifier: BSD-3-Clause
"""Writes the type stubs of the extension module, from the module itself.

usage: stubs.py MODULE PACKAGE OUTPUT    the built _core, the folder of the package's Python files, a folder to write to
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    module, package, output = (Path(argument).resolve() for argument in sys.argv[1:4])
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(package, Path(folder) / package.name, ignore=shutil.ignore_patterns("_core*", "__pycache__"))
        shutil.copy(module, Path(folder) / package.name)
        # The generator runs with the staged package in front, and writes nothing there.
        code = f"import sys; sys.path.insert(0, {folder!r}); from pybind11_stubgen import main; main()"
        arguments = ["--output-dir", str(Path(folder) / "stubs"), "--exit-code", f"{package.name}._core"]
        made = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            print(made.stdout, made.stderr, sep="\n", file=sys.stderr)
            return 1
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(Path(folder) / "stubs" / package.name, output)
    for path in output.rglob("*.pyi"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(
            r"\bdef __eq__\(self, arg0: typing\.Any\) -> typing\.Any", "def __eq__(self, other: object) -> bool", text
        )
        path.write_text("# SPDX-License-Identifier: BSD-3-Clause\n" + text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
