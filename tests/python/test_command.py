# SPDX-License-Identifier: BSD-3-Clause
"""The commands that the wheel installs behave as a program of their own."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

qb = pytest.importorskip("qutibench")

COMMAND = [sys.executable, "-m", "qutibench"]
QUESTION = ["resnet50", "--on", "zcu104_dpu"]


def answered(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False)


def begun(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_the_command_answers_and_says_how_it_went():
    assert answered("--version").stdout == f"{qb.__version__}\n"
    assert answered("estimate", *QUESTION).returncode == 0
    assert answered("check", *QUESTION, "--require", "latency_s <= 1e-9").returncode == 3
    wrong = answered("estimate", "resnet5O", *QUESTION[1:])
    assert (wrong.returncode, wrong.stderr) == (1, "qutibench: unknown network 'resnet5O'; did you mean 'resnet50'?\n")
    unknown = answered("estimat")
    assert unknown.returncode == 2
    assert unknown.stderr.startswith("qutibench: unknown subcommand 'estimat'; did you mean 'estimate'")


@pytest.mark.parametrize("name", ["qutibench", "what_if"])
def test_the_installed_commands_know_their_names(name):
    command = Path(sys.executable).parent / name
    if not command.exists():
        pytest.skip("the wheel is not installed here")
    wrong = subprocess.run([command, "nothing"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stderr.partition(":")[0]) == (2, name)


def test_a_report_is_written_into_the_page_that_the_package_carries(tmp_path):
    if not (Path(qb.__file__).parent / "data/portal.xz").exists():
        pytest.skip("this package was made where no page was built")
    subprocess.run([*COMMAND, "report", *QUESTION, "-o", "page.html"], cwd=tmp_path, check=True)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '"networks":["resnet50"]' in page and len(page) > 1_000_000


@pytest.mark.skipif(sys.platform == "win32", reason="which has no such signals")
def test_what_ends_other_programs_ends_the_command_without_a_word():
    with begun("platforms") as unread:
        assert unread.stdout is not None and unread.stderr is not None
        unread.stdout.close()
        assert unread.stderr.read() == b""
    assert unread.returncode == -signal.SIGPIPE


# The signal comes from the process itself once the command has begun: a shell may have what it starts ignore it.
INTERRUPTED = """
import os, signal, sys, threading
import qutibench.__main__ as program

signal.signal(signal.SIGINT, signal.default_int_handler)
answer = program.command_line

def interrupted(*given):
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    return answer(*given)

program.command_line = interrupted
sys.exit(program.main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="which has no such signals")
def test_an_interrupt_ends_a_long_answer_without_a_word():
    batches = map(str, range(1, 30))
    question = ["estimate", *qb.networks()[:20], "--on", *qb.platforms(), "--batch", *batches]
    ended = subprocess.run([sys.executable, "-c", INTERRUPTED, *question], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, b"")
