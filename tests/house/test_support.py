# SPDX-License-Identifier: BSD-3-Clause
"""The scripts that the tests run on must themselves notice what they are there to notice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).resolve().parents[1] / "support"


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SUPPORT / script, *arguments]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


def summary(folder: Path, **suites: str) -> tuple[int, str]:
    """Exit status and last line of summary.py over suites given by their XML text; an empty text writes no file."""
    for name, text in suites.items():
        if text:
            (folder / f"{name}.xml").write_text(text, encoding="utf-8")
    result = run("summary.py", folder, *suites)
    return result.returncode, result.stdout.splitlines()[-1]


def cases(*inside: str) -> str:
    return "<testsuite>" + "".join(f'<testcase name="a" {text}' for text in inside) + "</testsuite>"


def test_summary_adds_up(tmp_path: Path) -> None:
    program = "<system-out>===\nAll tests passed (7 assertions in 3 test cases)\n</system-out>"
    passing = cases('status="run"/>', f'status="run">{program}</testcase>')
    assert summary(tmp_path, a=passing) == (0, "4 passed, 0 failed")


def test_summary_counts_failures(tmp_path: Path) -> None:
    program = "<system-out>test cases:  10 |  7 passed | 3 failed\nassertions: 20 | 17 passed | 3 failed</system-out>"
    failing = cases(f'status="fail"><failure/>{program}</testcase>', "><error/></testcase>", "/>")
    assert summary(tmp_path, a=failing) == (1, "8 passed, 4 failed")


def test_summary_counts_a_crash_as_failure(tmp_path: Path) -> None:
    crash = "<failure/><system-out>test cases: 4 | 4 passed\nSIGSEGV</system-out>"
    assert summary(tmp_path, a=cases("/>"), b=cases(f'status="fail">{crash}</testcase>')) == (1, "5 passed, 1 failed")


@pytest.mark.parametrize("text", ["", "<testsuite/>", "<testsuite><testcase", cases()])
def test_summary_counts_a_suite_that_did_not_run_as_failure(tmp_path: Path, text: str) -> None:
    assert summary(tmp_path, a=cases("/>"), b=text) == (1, "1 passed, 1 failed")


def test_summary_does_not_count_a_program_that_was_not_built_as_skipped(tmp_path: Path) -> None:
    missing = '<skipped message="Unable to find executable"/>'
    assert summary(tmp_path, a=cases("/>", f'status="notrun">{missing}</testcase>')) == (1, "1 passed, 1 failed")


def page(folder: Path, text: str) -> Path:
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "greet"
    program.write_text('#!/bin/sh\necho "hello $1"; echo more; [ "$1" != nobody ]\n', encoding="utf-8")
    program.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("output", "status"),
    [
        ("hello you\nmore", 0),
        ("hello you\n...", 0),
        ("...\nmore", 0),
        ("hello you", 1),
        ("", 1),
        ("hello you\nmore\nand more", 1),
    ],
)
def test_console_compares(tmp_path: Path, programs: Path, output: str, status: int) -> None:
    text = f"# A page\n\n```console\n$ git clone x\n$ greet you\n{output}\n```\n$ greet outside\n"
    assert run("console.py", "--bin", programs, page(tmp_path, text)).returncode == status


def test_console_shows_the_exit_status(tmp_path: Path, programs: Path) -> None:
    text = "```\n$ greet nobody\nhello nobody\nmore\n{}```\n"
    assert run("console.py", "--bin", programs, page(tmp_path, text.format(""))).returncode == 1
    assert run("console.py", "--bin", programs, page(tmp_path, text.format("[exit status 1]\n"))).returncode == 0


def test_console_updates(tmp_path: Path, programs: Path) -> None:
    text = "one\n```\n$ greet you\n{}\n$ greet \\\n    them\n{}```\nlast\n"
    path = page(tmp_path, text.format("old\n", ""))
    assert run("console.py", "--bin", programs, "--update", path).returncode == 0
    assert path.read_text() == text.format("hello you\nmore\n", "hello them\nmore\n")


def headers(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = folder / (name.replace("__", "/") + ".hpp")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_dependencies_notice_an_upward_include(tmp_path: Path) -> None:
    units = "#include <boost/units/quantity.hpp>"
    good = headers(tmp_path, units=units, network__graph="#include <qutibench/units.hpp>")
    assert run("dependencies.py", good).returncode == 0
    upward = ("qutibench/io/json.hpp", "boost/units/quantity.hpp", "nlohmann/json.hpp", "iostream", "other/x.hpp")
    for included in upward:
        bad = headers(tmp_path / included, network__graph=f"#include <{included}>")
        assert run("dependencies.py", bad).returncode == 1


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("// expect: unknown_thing\nint f() {\n#ifdef MISUSE\nreturn unknown_thing;\n#endif\nreturn 0;\n}\n", 0),
        ("// expect: another message\nint f() {\n#ifdef MISUSE\nreturn unknown_thing;\n#endif\nreturn 0;\n}\n", 1),
        ("// expect: unknown_thing\nint f() { return unknown_thing;\n#ifdef MISUSE\n#endif\n}\n", 1),
        ("// expect: unknown_thing\nint f();\n", 1),
        ("int f() { return unknown_thing; }\n", 1),
    ],
)
def test_compile_fail_wants_that_message(tmp_path: Path, text: str, status: int) -> None:
    source = tmp_path / "misuse.cpp"
    source.write_text(text, encoding="utf-8")
    assert run("compile_fail.py", "--compiler", "c++", source).returncode == status


def test_amalgamation_holds_every_header_once(tmp_path: Path) -> None:
    assert run("amalgamate.py", "-o", tmp_path / "one.hpp").returncode == 0
    text = (tmp_path / "one.hpp").read_text(encoding="utf-8")
    begins = [line for line in text.splitlines() if line.startswith("// qutibench/")]
    assert len(begins) == len(set(begins)) > 20
    assert "#include <qutibench/" not in text
    assert text.count("#pragma once") == 1
    assert run("amalgamate.py", "qutibench/no_such_header.hpp").returncode == 1


def test_matrix_says_what_it_cannot_run_and_refuses_what_it_does_not_know() -> None:
    result = run("matrix.py", "--only", "MSVC", "AppleClang", "--zig", "false")
    assert result.stdout.count("not run: does not run here") == 2
    assert result.returncode == 1  # nothing passed
    assert run("matrix.py", "--only", "no such compiler").returncode == 2


def test_the_bill_of_materials_names_each_thing_once() -> None:
    made = subprocess.run(
        [sys.executable, SUPPORT.parents[1] / "packaging/bill_of_materials.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    bill = json.loads(made.stdout)
    names = [one["purl"] for one in bill["components"]]
    assert len(names) == len(set(names))
    assert {"pkg:generic/boost-units", "pkg:pypi/numpy", "pkg:generic/tbb"} <= set(names)
    assert len(bill["metadata"]["component"]["hashes"][0]["content"]) == 64


def test_each_wrong_formula_has_a_right_one_to_replace() -> None:
    """Noticed here within a second; mutations.py, which tries them, takes minutes and runs before a release."""
    headers = SUPPORT.parents[1] / "include/qutibench"
    tests = json.loads((SUPPORT / "mutations.json").read_text(encoding="utf-8"))
    entries = [entry for of in tests.values() for entry in of]
    assert len(entries) > 50
    for header, was, becomes in entries:
        assert (headers / header).read_text(encoding="utf-8").count(was) == 1, f"{header}: {was}"
        assert was != becomes
