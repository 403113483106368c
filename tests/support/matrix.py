# SPDX-License-Identifier: BSD-3-Clause
"""Which compilers take this library for which targets: prints compiler x target x standard library x part x result.

budget   examples/embedded_budget.cpp as firmware is built, -fno-exceptions -fno-rtti -Os: nothing of the library is in
         the object
core     examples/quick_start.cpp compiled, linked and run, its output compared
headers  every header, with warnings as errors; -fsyntax-only
tests    the tests beside include/qutibench/*.hpp, and of loops without oneTBB, compiled and run
answers  tests/support/answers.cpp, with the catalogue: a hundred predictions, the same bytes as compiled here by g++
what_if  the program compiled, and its answers to --questions questions compared with those of --native, byte by byte

Programs for other systems run under qemu's user mode and wine. What is not installed is printed with the reason, and is
no failure; what does not run here at all (MSVC, AppleClang) is printed too.

usage: matrix.py [--only WORD...] [--parts PART...] [--native WHAT_IF] [--questions N] [--zig "COMMAND"]
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("budget", "core", "headers", "tests", "answers", "what_if")
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")
THIRD_PARTY = ("boost", "nlohmann", "protozero", "tao", "CLI", "catch2", "Eigen")
THREADS = ("oneapi", "tbb")
OLD_BOOST = "-D_LIBCPP_ENABLE_CXX17_REMOVED_UNARY_BINARY_FUNCTION"  # which the hash of Boost before 1.81 inherits from
SERIAL = "-DQUTIBENCH_SERIAL"  # a cross compiler may find oneTBB's headers, but not the library for its target


@dataclass
class Toolchain:
    """A compiler for a target. Without `command` it is absent, for the reason in `absent`."""

    name: str
    target: str
    library: str
    command: Sequence[str] = ()
    link: Sequence[str] = ()
    runner: Sequence[str] | None = ()  # before the program; None where it cannot run here, for the reason in `idle`
    absent: str = ""
    idle: str = ""
    suffix: str = ""
    firmware: bool = False  # no operating system: the parts that need files and threads are left out
    environment: dict[str, str] = field(default_factory=dict)


def version(command: Sequence[str]) -> str:
    made = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    first = re.sub(r"\([^)]*\)", "", (made.stdout.splitlines() or [""])[0])
    numbers = re.search(r"\d+\.\d+(\.\d+)?", first) or re.search(r"(?<= )\d+", first)
    return numbers[0] if numbers else "?"


def found(program: str) -> bool:
    return shutil.which(program) is not None


def gnu(program: str, target: str, flags: Sequence[str] = (), package: str = "", **more: object) -> Toolchain:
    """g++ under a name of its own; absent where there is no such program."""
    if not found(program):
        return Toolchain(program, target, "libstdc++", absent=f"not installed (Debian: {package or program})")
    return Toolchain(f"g++ {version([program])}", target, "libstdc++", [program, *flags], **more)


def emulated(processor: str) -> Sequence[str] | None:
    return [f"qemu-{processor}"] if found(f"qemu-{processor}") else None


def cross(triple: str, processor: str) -> Toolchain:
    return gnu(f"{triple}-g++", triple, link=["-static"], package=f"g++-{triple}", runner=emulated(processor),
               idle="qemu-user is not installed")  # fmt: skip


def wine() -> Sequence[str] | None:
    for program in ("wine", "wine64", "/usr/lib/wine/wine64"):
        if found(program):
            return [program]
    return None


def windows(threads: str) -> Toolchain:
    return gnu(f"x86_64-w64-mingw32-g++-{threads}", f"x86_64-w64-mingw32 ({threads} threads)", ["-Wa,-mbig-obj"],
               package=f"g++-mingw-w64-x86-64-{threads}", link=["-static"], runner=wine(), idle="wine is not installed",
               suffix=".exe", environment={"WINEDEBUG": "-all"})  # fmt: skip


def firmware() -> Toolchain:
    # Semihosting, which qemu-arm answers; what is not called is dropped, since it may ask for an operating system.
    processor = ["-mcpu=cortex-a9", "-marm", "--specs=rdimon.specs", "-ffunction-sections", "-Wno-psabi"]
    return gnu("arm-none-eabi-g++", "arm-none-eabi", processor, package="libstdc++-arm-none-eabi-newlib",
               link=["-Wl,--gc-sections"], runner=emulated("arm"), idle="qemu-user is not installed",
               firmware=True)  # fmt: skip


def native() -> Iterator[Toolchain]:
    for major in (12, 13, 14, 15, 16):
        if major == 12 or found(f"g++-{major}"):
            yield gnu(f"g++-{major}", "x86_64-linux-gnu")
    if not any(found(f"g++-{major}") for major in (13, 14, 15, 16)):
        yield Toolchain("g++ > 12", "x86_64-linux-gnu", "libstdc++", absent="Debian 12 has none")
    # asm/, which Debian's gcc-multilib links to where both find it
    kernel_headers = ["-idirafter", "/usr/include/x86_64-linux-gnu"]
    yield gnu("g++-12", "i686-linux-gnu (-m32)", ["-m32", *kernel_headers], package="g++-12-multilib")
    for major in (14, 15, 16, 17, 18, 19, 20, 21):
        program = f"clang++-{major}"
        if not found(program):
            if major in (14, 16, 19):
                yield Toolchain(
                    program, "x86_64-linux-gnu", "libstdc++", absent=f"not installed (Debian: clang-{major})"
                )
            continue
        name = f"clang++ {version([program])}"
        # libstdc++ 12 sorts with what C++17 deprecates, of which clang++ warns from version 17 on.
        older_library = ["-Wno-deprecated-declarations"] if major > 16 else []
        yield Toolchain(name, "x86_64-linux-gnu", "libstdc++", [program, *older_library])
        if Path(f"/usr/lib/llvm-{major}/include/c++/v1").is_dir():
            yield Toolchain(name, "x86_64-linux-gnu", f"libc++ {major}", [program, "-stdlib=libc++", OLD_BOOST])
        elif major in (16, 19):
            reason = f"not installed (Debian: libc++-{major}-dev; one version at a time)"
            yield Toolchain(name, "x86_64-linux-gnu", f"libc++ {major}", absent=reason)


def zig(command: Sequence[str]) -> Iterator[Toolchain]:
    """The clang of Python's package ziglang, which brings libc++ and what it takes to link for each of its targets."""
    works = subprocess.run([*command, "version"], capture_output=True, text=True, check=False) if command else None
    targets: dict[str, tuple[Sequence[str] | None, str, str]] = {
        "x86_64-linux-musl": ((), "", ""),
        "aarch64-linux-musl": (emulated("aarch64"), "qemu-user is not installed", ""),
        "x86_64-windows-gnu": (wine(), "wine is not installed", ".exe"),
        "x86_64-macos": (None, "macOS does not run here", ""),
        "aarch64-macos": (None, "macOS does not run here", ""),
    }
    for target, (runner, idle, suffix) in targets.items():
        if not works or works.returncode:
            yield Toolchain("zig c++", target, "libc++", absent="not installed (PyPI: ziglang; then --zig)")
            continue
        name = f"zig {works.stdout.strip()} c++ (clang {version([*command, 'c++'])})"
        quiet = {"WINEDEBUG": "-all"} if suffix else {}
        words = [*command, "c++", "-target", target, OLD_BOOST]
        yield Toolchain(name, target, "libc++", words, runner=runner, idle=idle, suffix=suffix, environment=quiet)


def toolchains(zig_command: Sequence[str]) -> list[Toolchain]:
    crossed = [cross(*one) for one in (("aarch64-linux-gnu", "aarch64"), ("arm-linux-gnueabihf", "arm"),
                                       ("riscv64-linux-gnu", "riscv64"))]  # fmt: skip
    elsewhere = [
        Toolchain("MSVC 19.3x", "x86_64-windows-msvc", "MSVC", absent="not run: does not run here; workflow prepared"),
        Toolchain("AppleClang", "arm64-apple-macos", "libc++", absent="not run: does not run here; workflow prepared"),
    ]
    return [*native(), windows("posix"), windows("win32"), *crossed, firmware(), *zig(zig_command), *elsewhere]


class Failure(Exception):
    """What a compiler or program said instead."""


class Workshop:
    """A folder with the headers of other libraries, which are everywhere the same, and with what is built."""

    def __init__(self, folder: Path, generated: Path, arguments: argparse.Namespace) -> None:
        self.folder = folder
        self.generated = generated
        self.arguments = arguments
        for name in (*THIRD_PARTY, *THREADS):
            for place in (Path("/usr/include/eigen3"), Path("/usr/local/include"), Path("/usr/include")):
                if (place / name).is_dir():
                    under = folder / ("threads" if name in THREADS else "system")
                    under.mkdir(exist_ok=True)
                    (under / name).symlink_to(place / name)
                    break
        self.wanted: dict[str, bytes] = {}

    def run(
        self, toolchain: Toolchain, command: Sequence[object], **more: object
    ) -> subprocess.CompletedProcess[bytes]:
        environment = dict(os.environ, LC_ALL="C", **toolchain.environment)
        words = [str(word) for word in command]
        return subprocess.run(words, capture_output=True, env=environment, check=False, cwd=ROOT, **more)

    def compile(self, toolchain: Toolchain, sources: Sequence[Path], output: Path, *flags: str) -> None:
        paths = [f"-I{ROOT / 'include'}", f"-I{self.generated}", "-isystem", str(self.folder / "system")]
        command = [*toolchain.command, "-std=c++20", "-O0", *paths, *flags, *sources, "-o", output]
        made = self.run(toolchain, command)
        if made.returncode:
            said = made.stderr.decode(errors="replace").splitlines()
            errors = [line for line in said if re.search(r"error: |undefined (reference|symbol)", line)] or said[-1:]
            if self.arguments.verbose:
                print("\n".join(said), file=sys.stderr)
            raise Failure(errors[0].replace(str(ROOT) + "/", "") if errors else f"exit status {made.returncode}")

    def output_of(self, toolchain: Toolchain, program: Path, *words: str) -> bytes:
        made = self.run(toolchain, [*(toolchain.runner or ()), program, *words], timeout=600)
        if made.returncode:
            raise Failure(f"exit status {made.returncode}: {made.stderr.decode(errors='replace')[-200:]}")
        return made.stdout.replace(b"\r\n", b"\n")

    # The parts: each returns what there is to say of its success

    def budget(self, toolchain: Toolchain) -> str:
        flags = ["-fno-exceptions", "-fno-rtti", "-Os", "-c", *WARNINGS]
        if toolchain.firmware:
            flags += ["-mcpu=cortex-m4", "-mthumb"]
        built = self.folder / "budget.o"
        self.compile(toolchain, [ROOT / "examples/embedded_budget.cpp"], built, *flags)
        own = re.findall(rb"_ZN?K?9qutibench\w*|\?\w+@qutibench@@", built.read_bytes())
        if own:
            raise Failure(f"the object has {own[0].decode()}")
        return "0 bytes of the library"

    def core(self, toolchain: Toolchain) -> str:
        program = self.folder / f"quick_start{toolchain.suffix}"
        self.compile(toolchain, [ROOT / "examples/quick_start.cpp"], program, *WARNINGS, *toolchain.link)
        if toolchain.runner is None:
            return f"linked; not run: {toolchain.idle}"
        if self.output_of(toolchain, program) != (ROOT / "examples/quick_start.expected").read_bytes():
            raise Failure("quick_start prints something else")
        return "same output"

    def headers(self, toolchain: Toolchain) -> str:
        names = sorted(path.relative_to(ROOT / "include").as_posix() for path in (ROOT / "include").rglob("*.hpp"))
        source = self.folder / "headers.cpp"
        source.write_text("".join(f"#include <{name}>\n" for name in names), encoding="utf-8")
        native = toolchain.target.startswith("x86_64-linux-gnu")
        threads = ["-isystem", str(self.folder / "threads")] if native else [SERIAL]
        self.compile(toolchain, [source], Path(os.devnull), "-fsyntax-only", *WARNINGS, *threads)
        return f"{len(names)} headers"

    def tests(self, toolchain: Toolchain) -> str:
        program = self.folder / f"tests{toolchain.suffix}"
        sources = sorted((ROOT / "tests").glob("*.cpp"))
        sources += [ROOT / "tests/explore/parallel.cpp", ROOT / "tests/support/catch_main.cpp"]
        self.compile(toolchain, sources, program, SERIAL, f"-I{ROOT / 'tests'}", *toolchain.link)
        if toolchain.runner is None:
            return f"linked; not run: {toolchain.idle}"
        said = self.output_of(toolchain, program).decode().strip().splitlines()[-1]
        return re.sub(r"All tests passed \((.*)\)", r"\1", said)

    def answers(self, toolchain: Toolchain) -> str:
        source = ROOT / "tests/support/answers.cpp"
        if "answers" not in self.wanted:
            here = Toolchain("g++", "native", "libstdc++", ["g++"])
            self.compile(here, [source], self.folder / "answers_here")
            self.wanted["answers"] = self.output_of(here, self.folder / "answers_here")
        program = self.folder / f"answers{toolchain.suffix}"
        self.compile(toolchain, [source], program, *toolchain.link)
        if toolchain.runner is None:
            return f"linked; not run: {toolchain.idle}"
        said, wanted = self.output_of(toolchain, program), self.wanted["answers"]
        other = [line for line, here in zip(said.splitlines(), wanted.splitlines(), strict=False) if line != here]
        if other or len(said) != len(wanted):
            raise Failure(f"{len(other)} answers differ, the first: {other[0].decode() if other else 'one is missing'}")
        return f"{len(wanted.splitlines())} answers, same bytes"

    def what_if(self, toolchain: Toolchain) -> str:
        program = self.folder / f"what_if{toolchain.suffix}"
        source = self.folder / "what_if.cpp"
        files = sorted((ROOT / "examples/what_if").glob("*.cpp"))
        source.write_text("".join(f'#include "{file}"\n' for file in files), encoding="utf-8")
        same = [
            "-O1",
            "-ffp-contract=off",
        ]  # as examples/CMakeLists.txt; without -O1 it is too large for Windows' objects
        self.compile(toolchain, [source], program, SERIAL, *same, *toolchain.link)
        if toolchain.runner is None:
            return f"linked; not run: {toolchain.idle}"
        asked = questions(self.arguments.native, self.arguments.questions)
        other = [words for words in asked if self.output_of(toolchain, program, *words) != self.native_answer(words)]
        if other:
            raise Failure(f"{len(other)} of {len(asked)} answers differ, the first: what_if {' '.join(other[0])}")
        return f"{len(asked)} answers, same bytes"

    def native_answer(self, words: Sequence[str]) -> bytes:
        key = " ".join(words)
        if key not in self.wanted:
            self.wanted[key] = subprocess.run([self.arguments.native, *words], capture_output=True, check=True).stdout
        return self.wanted[key]


def questions(program: Path, count: int) -> list[list[str]]:
    """Questions that go through the networks and platforms of the catalogue, with all digits in the answers."""

    def ids(what: str) -> list[str]:
        table = subprocess.run([program, what, "--format", "csv"], capture_output=True, text=True, check=True).stdout
        return [line.split(",")[0] for line in table.splitlines()[1:]]

    networks, platforms = (list(dict.fromkeys(ids(what))) for what in ("networks", "platforms"))
    asked = []
    for number in range(count):
        network = networks[number % len(networks)]
        platform = platforms[7 * number % len(platforms)]
        asked.append(["estimate", network, "--on", platform, "--batch", str(1 << number % 4), "--format", "json"])
    return asked


def tried(workshop: Workshop, toolchain: Toolchain, part: str) -> tuple[str, str]:
    """(pass | FAIL | left out, what there is to say)"""
    if toolchain.firmware and part in ("headers", "tests", "answers", "what_if"):
        return "left out", "no operating system: no files, no threads"
    try:
        return "pass", getattr(workshop, part)(toolchain)
    except (Failure, subprocess.SubprocessError) as failure:
        return "FAIL", str(failure)[:200]


def generated_headers(folder: Path) -> Path:
    """The packed catalogue: that of a build, or one made here."""
    for built in ("release", "clang"):
        if (ROOT / "build" / built / "generated/include").is_dir():
            return ROOT / "build" / built / "generated/include"
    header = folder / "generated/qutibench/io/catalogue_data.hpp"
    script = ROOT / ".cmake/embed_catalogue.cmake"
    subprocess.run(["cmake", f"-DDATA_DIR={ROOT / 'data'}", f"-DHEADER={header}", "-P", script], check=True)
    return folder / "generated"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], help="words of which one is in the compiler or the target")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS[:-1]))
    parser.add_argument("--native", type=Path, default=ROOT / "build/release/bin/what_if")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--zig", default=f"{sys.executable} -m ziglang", help="how zig is called")
    parser.add_argument("--verbose", action="store_true", help="all that a failing compiler says")
    arguments = parser.parse_args()
    arguments.native = arguments.native.resolve()
    chosen = [
        one
        for one in toolchains(arguments.zig.split())
        if not arguments.only or any(word in f"{one.name} {one.target} {one.library}" for word in arguments.only)
    ]
    if not chosen:
        print(f"matrix.py: no compiler and no target has {' or '.join(arguments.only)} in its name")
        return 2
    failed = passed = 0
    print(f"{'compiler':34}  {'target':36}  {'library':10}  {'part':8}  {'result':8}  {'s':>5}  what")
    with tempfile.TemporaryDirectory() as name:
        workshop = Workshop(Path(name), generated_headers(Path(name)), arguments)
        for toolchain in chosen:
            row = f"{toolchain.name:34}  {toolchain.target:36}  {toolchain.library:10}"
            if not toolchain.command:
                print(f"{row}  {'-':8}  {'absent':8}  {'':5}  {toolchain.absent}", flush=True)
                continue
            for part in arguments.parts:
                begin = time.monotonic()
                result, what = tried(workshop, toolchain, part)
                failed += result == "FAIL"
                passed += result == "pass"
                print(f"{row}  {part:8}  {result:8}  {time.monotonic() - begin:5.1f}  {what}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
