# SPDX-License-Identifier: BSD-3-Clause
"""Nothing that a file, a signal or another thread does harms the process: long work ends on Ctrl-C, answers of many
threads are those of one, campaigns lose nothing. The long forms of the last two run in `./bootstrap.sh check`."""

import subprocess
import sys
from pathlib import Path

import pytest
import qutibench as qb

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = ROOT / "tests/support"

INTERRUPTED = """
import os, signal, sys, threading, time
import qutibench as qb
sys.path.insert(0, {support!r})
import scaling
made = {{name: make for name, *_, make in scaling.FAMILIES}}
{prepare}
sent = []
def send():
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)
try:
    {before}
    timer = threading.Timer({after}, send)
    timer.start()
    {call}
    timer.cancel()
    print("finished")
except KeyboardInterrupt:
    print(time.monotonic() - sent[0])
"""

LONG = {
    "load_onnx": ("model = made['onnx: chain'](30_000_000)", "", 0.5, "qb.load_onnx(model)"),
    "platform": (
        "open(sys.argv[1], 'wb').write(made['platform: modes'](20_000_000))", "", 0.5, "qb.platform(sys.argv[1])",
    ),
    "calibrate": (
        "rows = [qb.Measurement(net, 'mine', 'int8', batch=b, latency_s=1e-3 * b + i * 1e-4) for i, net in "
        "enumerate(['cnv', 'mlp', 'resnet50', 'googlenet_v1', 'mobilenet_v1'] * 30) for b in (1, 2, 4, 8)]",
        "", 0.5, "qb.calibrate(rows)",
    ),
    "probe_host": ("", "", 0.5, "qb.probe_host(time_s=60)"),
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_long_work_ends_soon_after_ctrl_c(name, tmp_path):
    """Within a second where nothing else runs; the limit leaves room for machines that are busy."""
    prepare, before, after, call = LONG[name]
    program = INTERRUPTED.format(support=str(SUPPORT), prepare=prepare, before=before or "pass", after=after, call=call)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "board.json")], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.strip()
    assert said == "finished" or float(said) < 4, said  # a fast machine may be done before the signal comes


def test_a_sub_interpreter_is_told_so_instead_of_waiting_forever():
    interpreters = pytest.importorskip("_xxsubinterpreters" if sys.version_info < (3, 13) else "_interpreters")
    assert qb.__version__  # here it works
    program = (
        f"import {interpreters.__name__} as interpreters, sys\n"
        "one = interpreters.create()\n"
        "text = 'import sys; sys.path[:0] = ' + repr(sys.path) + chr(10) + 'try:' + chr(10) + ' import qutibench' + "
        "chr(10) + 'except ImportError as wrong:' + chr(10) + ' print(wrong, flush=True)'\n"
        "interpreters.run_string(one, text)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "works in the main interpreter only" in done.stdout, done.stderr


DEEP = {
    "sub-graphs": "qb.load_onnx(branches(64))",
    "too many sub-graphs": "qb.load_onnx(branches(80))",
    "functions": "qb.load_onnx(functions(63))",
    "JSON": "qb.Platform.from_json('{\"id\":\"b\",\"peaks\":' + '[' * 62 + ']' * 62 + '}')",
    "XML": "qb.load(xml(62))",
    "too deep XML": "qb.load(xml(5000))",
    "an expression": "qb.sweep(networks=['cnv'], platforms=['zcu104_dpu'], minimize='latency_s', "
    "constraints=['(' * 62 + 'latency_s' + ')' * 62 + ' <= 1'])",
}
SMALL_STACK = """
import sys, threading
import qutibench as qb
sys.path.insert(0, {support!r})
from scaling import field, node, onnx, subgraph, typed, whole, XML

def branches(depth):
    leaf = body = field(1, node("Relu", ["x"], ["y"])) + field(12, typed("y"))
    for _ in range(depth):
        other = field(5, field(1, "else_branch") + field(6, leaf) + whole(20, 5))
        body = field(1, node("If", ["c"], ["y"], attributes=subgraph(body) + other)) + field(12, typed("y"))
    return onnx(field(11, field(1, "c") + field(2, field(1, whole(1, 9) + field(2, b"")))) + body, last="y")

def functions(depth):
    text, sets = b"", field(9, field(1, "own") + whole(2, 1)) + field(9, field(1, "") + whole(2, 17))
    for i in range(depth):
        kind, domain = ("Relu", "") if i == depth - 1 else (f"f{{i + 1}}", "own")
        inner = field(7, node(kind, ["a"], ["z"], domain=domain))
        text += field(25, field(1, f"f{{i}}") + field(4, "a") + field(5, "z") + inner + field(10, "own") + sets)
    return onnx(field(1, node("f0", ["x"], ["y"], domain="own")), field(8, field(1, "own") + whole(2, 1)) + text, "y")

def xml(depth):
    return (XML + "<a>" * depth + "</a>" * depth + "</layers></net>").encode()

def work():
    try:
        {call}
    except qb.Error as wrong:
        print(wrong)
    print("survived")

threading.stack_size(128 * 1024)
one = threading.Thread(target=work)
one.start()
one.join()
"""


@pytest.mark.parametrize("name", DEEP)
def test_a_stack_of_128_kib_suffices_for_the_deepest_file(name):
    program = SMALL_STACK.format(support=str(SUPPORT), call=DEEP[name])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "survived" in done.stdout, (done.returncode, done.stderr)


@pytest.mark.parametrize("what", ["threads", "campaign"])
def test_what_happens_all_at_once_changes_nothing(what):
    words = [sys.executable, SUPPORT / "stress.py", what, "--seconds", "3"]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and " 0 wrong" in done.stdout, done.stdout + done.stderr


def test_random_graphs_have_the_shapes_of_onnx_runtime():
    pytest.importorskip("onnxruntime")
    words = [sys.executable, SUPPORT / "random_onnx.py", "--count", "150"]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and " 0 wrong" in done.stdout, done.stdout + done.stderr
