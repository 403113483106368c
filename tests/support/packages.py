# SPDX-License-Identifier: BSD-3-Clause
"""Goes in through each package manager that is installed, offline: makes the package, and builds and runs a program
against it. Prints a line for each; what is absent is printed with its reason and is no failure.

usage: packages.py [WORD...]        only those whose names have one of the words
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "packaging/conan/test_package/main.cpp"
SAYS = re.compile(r"qutibench \d+\.\d+\.\d+: 1851852 inputs/s")
ONLY_HEADERS = [f"-DQUTIBENCH_BUILD_{part}=OFF" for part in ("TESTS", "EXAMPLES", "PYTHON", "BENCHMARKS")]
CATALOGUE = """#include <qutibench/io/catalogue.hpp>
int main() { return qutibench::load_platform("zcu104_dpu").name() == "ZCU104 with a DPU" ? 0 : 1; }
"""


class Absent(Exception):
    """Why a way in is not tried."""


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    """Runs a command; raises with all it printed when it fails."""
    made = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=dict(os.environ, **environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if made.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{made.stdout[-3000:]}")
    return made.stdout


def need(program: str, reason: str) -> str:
    """Where a program lies: beside this interpreter, or on the path."""
    beside = Path(sys.executable).with_name(program)
    path = str(beside) if beside.is_file() else shutil.which(program)
    if not path:
        raise Absent(f"{program} is not installed ({reason})")
    return path


def compiler() -> str:
    return os.environ.get("CXX", "g++")


def answered(said: str) -> str:
    found = SAYS.search(said)
    if not found:
        raise RuntimeError(f"the program says something else: {said[-300:]}")
    return found[0]


def conan(folder: Path) -> str:
    program = need("conan", "PyPI: conan")
    home = {"CONAN_HOME": str(folder / "conan")}
    run(program, "profile", "detect", **home)
    placed = ["-c:a", f"tools.cmake.cmake_layout:test_folder={folder / 'test'}"]
    quiet = ["-c:a", "tools.cmake.cmaketoolchain:user_presets="]
    options = ["-o", "qutibench/*:system=True", "-s", "compiler.cppstd=20", *placed, *quiet]
    return answered(run(program, "create", "packaging/conan", *options, **home))


def meson(folder: Path) -> str:
    """A project whose subprojects/ has the wrap, which clones the last commit of this repository."""
    program = need("meson", "PyPI: meson")
    need("ninja", "Debian: ninja-build")
    subprojects = folder / "meson/subprojects"
    shutil.copytree(ROOT / "packaging/meson/packagefiles", subprojects / "packagefiles")
    wrap = (ROOT / "packaging/meson/qutibench.wrap").read_text(encoding="utf-8")
    wrap = re.sub(r"(?m)^url = .*$", f"url = file://{ROOT}", wrap)
    (subprojects / "qutibench.wrap").write_text(wrap, encoding="utf-8")
    shutil.copy(PROGRAM, folder / "meson/main.cpp")
    (folder / "meson/meson.build").write_text(
        "project('consumer', 'cpp', default_options: ['cpp_std=c++20'])\n"
        "executable('consumer', 'main.cpp', dependencies: dependency('qutibench'))\n",
        encoding="utf-8",
    )
    run(program, "setup", "build", cwd=folder / "meson", CXX=compiler())
    run(program, "compile", "-C", "build", cwd=folder / "meson")
    return answered(run(folder / "meson/build/consumer"))


def vcpkg(folder: Path) -> str:
    """The overlay port: by vcpkg where it is; else its portfile alone, over stand-ins for what vcpkg's scripts do."""
    program = shutil.which("vcpkg")
    if program:
        installed = folder / "vcpkg"
        run(program, "install", "qutibench", f"--overlay-ports={ROOT / 'packaging/vcpkg'}",
            f"--x-install-root={installed}", cwd=folder)  # fmt: skip
        found = next(installed.rglob("qutibench.hpp"))
    else:
        stand_ins = folder / "stand_ins.cmake"
        stand_ins.write_text(VCPKG.replace("@FOLDER@", str(folder)).replace("@ROOT@", str(ROOT)), encoding="utf-8")
        run(need("cmake", "Debian: cmake"), "-P", stand_ins)
        found = folder / "packages/include/qutibench/qutibench.hpp"
        config = folder / "packages/share/qutibench/qutibenchConfig.cmake"
        if not config.is_file():
            raise RuntimeError("the port leaves no share/qutibench/qutibenchConfig.cmake")
    include = found.parents[1]
    run(compiler(), "-std=c++20", f"-I{include}", PROGRAM, "-o", folder / "by_vcpkg")
    said = answered(run(folder / "by_vcpkg"))
    return said if program else f"{said}; vcpkg is not installed: its portfile ran over stand-ins"


VCPKG = """set(CURRENT_PORT_DIR "@ROOT@/packaging/vcpkg/qutibench")
set(CURRENT_PACKAGES_DIR "@FOLDER@/packages")
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${ARGN}")
  endif()
endfunction()
function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 its "" "SOURCE_PATH" "OPTIONS")
  run("${CMAKE_COMMAND}" -S "${its_SOURCE_PATH}" -B "@FOLDER@/port" ${its_OPTIONS}
      "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}")
endfunction()
function(vcpkg_cmake_install)
  run("${CMAKE_COMMAND}" --install "@FOLDER@/port")
endfunction()
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 its "" "CONFIG_PATH" "")
  file(RENAME "${CURRENT_PACKAGES_DIR}/${its_CONFIG_PATH}" "${CURRENT_PACKAGES_DIR}/share/qutibench.config")
  file(COPY "${CURRENT_PACKAGES_DIR}/share/qutibench.config/" DESTINATION "${CURRENT_PACKAGES_DIR}/share/qutibench")
  file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/qutibench.config")
endfunction()
function(vcpkg_fixup_pkgconfig)
endfunction()
function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 its "" "" "FILE_LIST")
  file(COPY ${its_FILE_LIST} DESTINATION "${CURRENT_PACKAGES_DIR}/share/qutibench")
endfunction()
include("${CURRENT_PORT_DIR}/portfile.cmake")
"""


def debian(folder: Path) -> str:
    """cpack's package, unpacked and used; nothing is installed on this system."""
    need("dpkg-deb", "Debian: dpkg")
    cmake = need("cmake", "Debian: cmake")
    run(cmake, "-S", ROOT, "-B", folder / "deb", *ONLY_HEADERS)
    run(Path(cmake).with_name("cpack"), "-G", "DEB", cwd=folder / "deb")
    package = next((folder / "deb").glob("*.deb"))
    run("dpkg-deb", "-x", package, folder / "root")
    flags = run("pkg-config", "--cflags", "qutibench", PKG_CONFIG_PATH=str(folder / "root/usr/share/pkgconfig")).split()
    run(compiler(), "-std=c++20", *flags, PROGRAM, "-o", folder / "by_debian")
    files = len(run("dpkg-deb", "-c", package).splitlines())
    return f"{answered(run(folder / 'by_debian'))}; {package.name}, {files} files, {package.stat().st_size // 1024} KiB"


def single_headers(folder: Path) -> str:
    """The core in one file, the catalogue in a second one, as a release has them."""
    script = [sys.executable, ROOT / "tests/support/amalgamate.py"]
    core, catalogue = folder / "one/qutibench/qutibench.hpp", folder / "one/qutibench/io/catalogue.hpp"
    run(*script, "-o", core)
    run(*script, "-o", catalogue, "--beside", "qutibench/qutibench.hpp", "qutibench/io/catalogue.hpp")
    (folder / "catalogue.cpp").write_text(CATALOGUE, encoding="utf-8")
    run(compiler(), "-std=c++20", f"-I{folder / 'one'}", folder / "catalogue.cpp", "-o", folder / "catalogue")
    run(folder / "catalogue")
    run(compiler(), "-std=c++20", f"-I{folder / 'one'}", PROGRAM, "-o", folder / "by_one")
    sizes = " and ".join(f"{one.stat().st_size // 1024} KiB" for one in (core, catalogue))
    return f"{answered(run(folder / 'by_one'))}; {sizes}"


def module(folder: Path) -> str:
    """`import qutibench;`, by the first clang++ that can."""
    found = [f"clang++-{major}" for major in range(30, 17, -1) if shutil.which(f"clang++-{major}")]
    if not found:
        raise Absent("no clang++ of version 18 or later (Debian: clang-19)")
    core = run(found[0], "-std=c++20", "-M", f"-I{ROOT / 'include'}", ROOT / "packaging/qutibench.cppm")
    own = set(re.findall(r"\S*include/(qutibench/\S+)", core))
    wanted = {line for one in own for line in includes(ROOT / "include" / one)}
    listed = set(includes(ROOT / "packaging/qutibench.cppm"))
    if wanted - listed:
        raise RuntimeError(f"packaging/qutibench.cppm lacks {', '.join(sorted(wanted - listed))}")
    text = PROGRAM.read_text(encoding="utf-8")
    text = text.replace(
        "#include <qutibench/qutibench.hpp>", "#include <algorithm>\n#include <string>\n#include <vector>"
    )
    text = text.replace("namespace qb", "import qutibench;\nnamespace qb")
    (folder / "import.cpp").write_text(text.replace("#include <cstdio>\n", "", 1).replace("#include <algorithm>",
                                       "#include <algorithm>\n#include <cstdio>"), encoding="utf-8")  # fmt: skip
    made = folder / "qutibench.pcm"
    quiet = "-Wno-include-angled-in-module-purview"
    run(found[0], "-std=c++20", quiet, f"-I{ROOT / 'include'}", "--precompile", ROOT / "packaging/qutibench.cppm",
        "-o", made)  # fmt: skip
    run(found[0], "-std=c++20", f"-fmodule-file=qutibench={made}", folder / "import.cpp", made, "-o", folder / "import")
    return f"{answered(run(folder / 'import'))}; {found[0]}"


def includes(path: Path) -> list[str]:
    """What a file includes of other libraries."""
    lines = re.findall(r"(?m)^#include <([^>]+)>", path.read_text(encoding="utf-8"))
    return [one for one in lines if not one.startswith(("qutibench/", "older_standards"))]


def materials(folder: Path) -> str:
    """The bill of materials: valid JSON that names every dependency of vcpkg.json and pyproject.toml."""
    bill = folder / "bill.cdx.json"
    run(sys.executable, ROOT / "packaging/bill_of_materials.py", "-o", bill)
    text = json.loads(bill.read_text(encoding="utf-8"))
    names = {one["name"] for one in text["components"]}
    wanted = {"boost-units", "nlohmann-json", "eigen3", "numpy"}
    if text["bomFormat"] != "CycloneDX" or wanted - names:
        raise RuntimeError(f"the bill lacks {wanted - names}")
    return f"{len(names)} components, {len(text['metadata']['component']['hashes'])} checksum of the sources"


def bazel(folder: Path) -> str:
    """BUILD.bazel over stand-ins for the modules that a registry has; of any Bazel that reads WORKSPACE files."""
    program = os.environ.get("BAZEL") or need("bazel", "npm: @bazel/bazel-linux_x64, whose program BAZEL names")
    rules = {
        "rules_cc/cc": "cc_library cc_binary cc_test cc_import cc_proto_library cc_toolchain cc_toolchain_suite "
        "fdo_prefetch_hints fdo_profile objc_library objc_import",
        "rules_java/java": "java_binary java_import java_library java_lite_proto_library java_proto_library java_test "
        "java_package_configuration java_plugin java_runtime java_toolchain",
    }
    for name, words in rules.items():
        lines = [f"{word} = native.{word}\n" for word in words.split()]
        lines += ["def java_runtime_suite(**how):\n    pass\n"] if "java" in name else []
        laid(folder / name, {"BUILD": "", "defs.bzl": "".join(lines)})
    library = 'cc_library(name = "{}", visibility = ["//visibility:public"])\n'
    for name, target in (("boost_units", "boost_units"), ("nlohmann_json", "json")):
        laid(folder / name, {"BUILD": library.format(target)})
    for name in ("include", "data", ".cmake"):
        shutil.copytree(ROOT / name, folder / "qutibench" / name)
    build = (ROOT / "packaging/bazel/BUILD.bazel").read_text(encoding="utf-8")
    laid(folder / "qutibench", {"BUILD.bazel": build.replace("@boost.units", "@boost_units")})
    repositories = ("qutibench", "boost_units", "nlohmann_json", "rules_cc", "rules_java")
    for name in repositories:
        laid(folder / name, {"WORKSPACE": ""})
    project = {
        "WORKSPACE": "".join(f'local_repository(name = "{one}", path = "{folder / one}")\n' for one in repositories),
        "BUILD": 'cc_binary(name = "consumer", srcs = ["main.cpp"], deps = ["@qutibench"])\n'
        'cc_binary(name = "catalogue", srcs = ["catalogue.cpp"], deps = ["@qutibench//:json"])\n',
        "main.cpp": PROGRAM.read_text(encoding="utf-8"),
        "catalogue.cpp": CATALOGUE,
    }
    laid(folder / "project", project)
    start = [program, "--batch", f"--output_user_root={folder / 'bazel'}"]
    how = ["--spawn_strategy=local", "--cxxopt=-std=c++20", "//:consumer", "//:catalogue"]
    try:
        run(*start, "build", *how, cwd=folder / "project")
        run(folder / "project/bazel-bin/catalogue")
        return f"{answered(run(folder / 'project/bazel-bin/consumer'))}; its modules are stand-ins"
    finally:
        run("chmod", "-R", "u+w", folder)


def wheels(_: Path) -> str:
    program = need("cibuildwheel", "PyPI: cibuildwheel")
    made = {
        system: run(program, "--print-build-identifiers", "--platform", system, ".").split()
        for system in ("linux", "windows", "macos")
    }
    wanted = [f"cp3{minor}-" for minor in range(10, 15)]
    for system, names in made.items():
        if [name[: len("cp310-")] for name in names] != wanted:
            raise RuntimeError(f"the wheels for {system} are {names}, not one for each of {wanted}")
    return f"{sum(map(len, made.values()))} wheels on three systems are configured; its containers have not run"


def laid(folder: Path, files: dict[str, str]) -> None:
    """Files with their text."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


WAYS: dict[str, Callable[[Path], str]] = {
    "conan": conan, "vcpkg": vcpkg, "meson": meson, "bazel": bazel, "debian": debian, "single headers": single_headers,
    "module": module, "bill of materials": materials, "cibuildwheel": wheels,
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    words = parser.parse_args().words
    failed = passed = 0
    for name, way in WAYS.items():
        if words and not any(word in name for word in words):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                result, what = "pass", way(Path(folder))
                passed += 1
            except Absent as absent:
                result, what = "absent", str(absent)
            except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
                result, what = "FAIL", str(failure)
                failed += 1
        print(f"{name:18} {result:7} {what}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
