# SPDX-License-Identifier: BSD-3-Clause
"""Uses the library from outside in every way there is, with strict warnings.

Through find_package the headers are system headers, whose warnings stay silent; the other ways include them as ordinary
ones.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]

PROJECT = """cmake_minimum_required(VERSION 3.22)
project(consumer CXX)
{way_in}
add_executable(consumer main.cpp)
target_link_libraries(consumer PRIVATE {target})
target_compile_options(consumer PRIVATE {warnings})
"""

MAIN = """#include <qutibench/qutibench.hpp>
{include}
int main() {{ return qutibench::version.empty() ? 1 : 0; }}
"""

COMPONENTS = {  # and a header that needs each
    "json": "io/json.hpp",
    "onnx": "io/onnx.hpp",
    "calibration": "model/calibration.hpp",
    "explore": "explore/evaluate.hpp",
}
HEADERS = sorted(path.relative_to(ROOT / "include").as_posix() for path in (ROOT / "include").rglob("*.hpp"))
EVERYTHING = "\n".join(f"#include <{header}>" for header in [*HEADERS, "qutibench/io/catalogue_data.hpp"])

# name: (how the project finds the library, what it links, what it includes besides the core)
WAYS = {
    "find_package": ("find_package(qutibench REQUIRED)", "qutibench::qutibench", ""),
    "find_package_json": (
        "find_package(qutibench 0.1 REQUIRED COMPONENTS json)",
        "qutibench::json",
        "#include <nlohmann/json.hpp>\n#include <qutibench/io/catalogue_data.hpp>",
    ),
    "find_package_all": (
        f"find_package(qutibench REQUIRED COMPONENTS {' '.join(COMPONENTS)})",
        " ".join(f"qutibench::{component}" for component in COMPONENTS),
        "\n".join(f"#include <qutibench/{header}>" for header in COMPONENTS.values()),
    ),
    "add_subdirectory": (
        f"add_subdirectory({ROOT} qutibench)",
        " ".join(f"qutibench::{component}" for component in COMPONENTS),
        EVERYTHING,
    ),
    "fetch_content": (
        "include(FetchContent)\n"
        f"FetchContent_Declare(qutibench SOURCE_DIR {ROOT})\n"
        "FetchContent_MakeAvailable(qutibench)",
        "qutibench::qutibench",
        "",
    ),
}


# What a project must not get, and what it is told: the version that asks too much, a component that there is not.
REFUSED = {
    "find_package(qutibench 0.9 REQUIRED)": 'compatible with requested version "0.9"',
    "find_package(qutibench REQUIRED COMPONENTS jsn)": "qutibench has no component jsn; there are json,",
}

STRIPPED_LIMIT = 300_000  # bytes of quick_start


def run(*command: str | Path, **more: object) -> str:
    """Runs a command; raises with all it printed when it fails."""
    words = [str(word) for word in command]
    result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    if result.returncode:
        raise RuntimeError(f"{' '.join(words)}\n{result.stdout}")
    return result.stdout


def consume(folder: Path, way: str, prefix: Path, arguments: argparse.Namespace) -> None:
    way_in, target, include = WAYS[way]
    source = folder / way
    source.mkdir()
    text = PROJECT.format(way_in=way_in, target=target, warnings=" ".join(WARNINGS))
    (source / "CMakeLists.txt").write_text(text, encoding="utf-8")
    (source / "main.cpp").write_text(MAIN.format(include=include), encoding="utf-8")
    options = [f"-DCMAKE_CXX_COMPILER={arguments.compiler}", f"-DCMAKE_PREFIX_PATH={prefix}"]
    run(arguments.cmake, "-S", source, "-B", source / "build", "-G", "Ninja", *options)
    run(arguments.cmake, "--build", source / "build")
    run(source / "build/consumer")


def be_refused(folder: Path, prefix: Path, arguments: argparse.Namespace) -> None:
    for number, (way_in, reason) in enumerate(REFUSED.items()):
        source = folder / f"refused_{number}"
        source.mkdir()
        text = PROJECT.format(way_in=way_in, target="qutibench::qutibench", warnings="")
        (source / "CMakeLists.txt").write_text(text, encoding="utf-8")
        try:
            run(arguments.cmake, "-S", source, "-B", source / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
        except RuntimeError as refusal:
            if reason not in " ".join(str(refusal).split()):
                raise
        else:
            raise RuntimeError(f"{way_in} should be refused")


def consume_by_pkg_config(folder: Path, prefix: Path, arguments: argparse.Namespace) -> None:
    source = folder / "main.cpp"
    source.write_text(MAIN.format(include=""), encoding="utf-8")
    environment = dict(os.environ, PKG_CONFIG_PATH=str(prefix / "share/pkgconfig"))
    flags = run("pkg-config", "--cflags", "qutibench", env=environment).split()
    run(arguments.compiler, "-std=c++20", *WARNINGS, *flags, source, "-o", folder / "consumer")
    run(folder / "consumer")


def consume_single_header(folder: Path, arguments: argparse.Namespace) -> None:
    """quick_start against the core in one file, without the library's folder."""
    header = folder / "single/qutibench/qutibench.hpp"
    run(sys.executable, ROOT / "tests/support/amalgamate.py", "-o", header)
    program = folder / "single/quick_start"
    include = f"-I{folder / 'single'}"
    options = ["-std=c++20", "-O2", "-s", *WARNINGS, include]
    run(arguments.compiler, *options, ROOT / "examples/quick_start.cpp", "-o", program)
    if program.stat().st_size > STRIPPED_LIMIT:
        raise RuntimeError(f"quick_start has {program.stat().st_size} bytes, more than {STRIPPED_LIMIT}")
    if run(program) != (ROOT / "examples/quick_start.expected").read_text(encoding="utf-8"):
        raise RuntimeError("quick_start prints something else against the single header")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--cmake", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prefix = folder / "installed"
        only_headers = [f"-DQUTIBENCH_BUILD_{part}=OFF" for part in ("TESTS", "EXAMPLES", "PYTHON")]
        compiler = f"-DCMAKE_CXX_COMPILER={arguments.compiler}"
        try:
            run(arguments.cmake, "-S", ROOT, "-B", folder / "build", "-G", "Ninja", compiler, *only_headers)
            run(arguments.cmake, "--install", folder / "build", "--prefix", prefix)
            for way in WAYS:
                consume(folder, way, prefix, arguments)
            be_refused(folder, prefix, arguments)
            consume_single_header(folder, arguments)
            if shutil.which("pkg-config"):
                consume_by_pkg_config(folder, prefix, arguments)
        except RuntimeError as failure:
            print(failure)
            return 1
    print(f"{len(WAYS) + 1 + bool(shutil.which('pkg-config'))} ways in, each compiled and run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
