# SPDX-License-Identifier: BSD-3-Clause
"""What happens to the Python package where everything happens at once.

usage: stress.py threads [--seconds 120] [--threads 16] [--seed 0]
       stress.py campaign [--seconds 120] [--seed 0]

threads: random calls from many threads; each answer must be that of one thread alone, bit for bit.
campaign: processes that measure into one file, or save one, are killed, interrupted and starved of disk, and files are
cut at random bytes; what was reported as done must be there afterwards, and be what was written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import qutibench as qb
from qutibench import campaign, runners

ROOT = Path(__file__).resolve().parents[2]

# --- threads ---------------------------------------------------------------------------------------------------------


def answered(call: Callable[[], object]) -> bytes:
    """An answer, or an error of the library, as bytes to compare."""
    try:
        return repr(call()).encode()
    except qb.Error as wrong:
        return f"{type(wrong).__name__}: {wrong}".encode()


def calls() -> dict[str, Callable[[], object]]:
    net, board = qb.zoo.cnv(keep=0.25), qb.platform("zcu104_dpu")
    work, model = qb.analyze(net), (ROOT / "tests/data/onnx/mobilenet_v2.onnx").read_bytes()
    file = next((ROOT / "data/platforms").glob("**/zcu104_dpu.json")).read_text(encoding="utf-8")
    rows = [
        qb.Measurement("cnv", "mine", "int8", batch=batch, latency_s=1e-3 * batch + 2e-4, keep=keep)
        for batch in (1, 2, 4, 8)
        for keep in (0.25, 0.5)
    ]
    space = {"networks": ["cnv", "mlp"], "platforms": ["zcu104_dpu", "jetson_tx2:maxn"], "batches": range(1, 500)}
    hostile = [one.read_bytes() for one in sorted((ROOT / "tests/fuzz/corpus/onnx").iterdir())]
    logs = sorted((ROOT / "tests/fuzz/corpus/adapters").glob("*.*"))
    said = {"network": "cnv", "platform": "zcu104_dpu", "datatype": "int8", "batch": 1}
    pruned = qb.prune(net, keep=0.5)
    found: dict[str, Callable[[], object]] = {
        "load_onnx": lambda: [(one.name, one.output_shapes) for one in qb.analyze(qb.load_onnx(model)).layers],
        "platform": lambda: qb.Platform.from_json(file).to_json(),
        "catalogue": lambda: [qb.platform(name).peaks for name in ("jetson_tx2", "ncs2", "edgetpu")],
        "analyze": lambda: [one.operations for one in qb.analyze(net).layers],
        "transform": lambda: qb.analyze(qb.quantize(qb.prune(net, keep=0.5), "int4")).weights,
        "predict": lambda: [qb.predict(work, board, batch=batch).latency_s.hex() for batch in (1, 3, 9)],
        "expect": lambda: qb.expect("resnet50", "zcu104_dpu", datatype="int8").throughput_ips,
        "sweep": lambda: (
            qb.sweep(**space, maximize="throughput_ips", minimize="latency_s", workers=1).to_pandas().to_csv()
        ),
        "calibrate": lambda: [qb.calibrate(rows).predict(one).latency_s for one in rows],
        "pickle": lambda: qb.analyze(pickle.loads(pickle.dumps(pruned))).operations,
        "write": lambda: pruned.to_json(),
        "errors": lambda: qb.platform("jetson_txx2"),
    }
    for i, text in enumerate(hostile):
        found[f"hostile {i}"] = lambda text=text: qb.load_onnx(text).outputs  # type: ignore[misc]
    for one in logs:
        found[one.name] = lambda one=one: [repr(row) for row in qb.load_measurements(one, **said)]  # type: ignore[misc]
    return found


def stress_threads(seconds: float, count: int, seed: int) -> int:
    known = calls()
    expected = {name: answered(call) for name, call in known.items()}
    assert sum(one.startswith(b"TypeError") for one in expected.values()) == 0
    until, wrong, done = time.monotonic() + seconds, [], Counter[str]()
    together = threading.Barrier(count)

    def work(number: int) -> None:
        draw = random.Random(seed * 1000 + number)
        names = list(known)
        together.wait()
        while time.monotonic() < until and not wrong:
            name = draw.choice(names)
            try:
                if answered(known[name]) != expected[name]:
                    wrong.append(f"{name}: another answer than that of one thread alone")
            except BaseException as one:
                wrong.append(f"{name}: {one!r}")
            done[name] += 1

    workers = [threading.Thread(target=work, args=(i,)) for i in range(count)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    print(f"{sum(done.values())} calls of {len(done)} kinds from {count} threads in {seconds:g} s, {len(wrong)} wrong")
    for line in wrong[:5]:
        print("!", line)
    return 1 if wrong else 0


# --- campaigns -------------------------------------------------------------------------------------------------------

NAMES = [f'net {i}\nof "two", lines' if i % 7 == 0 else f"net {i}" for i in range(400)]


def latency_of(name: str) -> float:
    """A figure that nobody else would write."""
    return 1e-3 + int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) * 1e-12


def measure(path: str, disk: int) -> None:
    """The process that is disturbed: a campaign whose runs take no time. It says on its output what is done."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if disk:
        resource.setrlimit(resource.RLIMIT_FSIZE, (disk, disk))
    os.write(1, b"ready\n")
    append = campaign.ResultsFile.append

    def reported(self: campaign.ResultsFile, rows: list[campaign.Row]) -> None:
        append(self, rows)
        os.write(1, (json.dumps(rows[0]["network"]) + "\n").encode())

    campaign.ResultsFile.append = reported  # type: ignore[method-assign]

    def run(network: object, runner: object, *, name: str, **how: object) -> runners.Run:
        facts = {"network": name, "platform": "host", "mode": None, "datatype": "fp32", "batch": 1, "keep": 1.0}
        return runners.Run(facts, [latency_of(name)], "made up", 1)

    campaign.run = run  # type: ignore[assignment]
    net = qb.zoo.cnv(keep=0.125)
    try:
        campaign.run_all({name: net for name in NAMES}, results=path, threads=[1])
    except (qb.Error, KeyboardInterrupt) as wrong:
        print(type(wrong).__name__, wrong, file=sys.stderr)
        sys.exit(3)


def save(path: str, disk: int) -> None:
    """Saves one platform or the other into one file, again and again."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    boards = [qb.platform("zcu104_dpu"), qb.platform("jetson_tx2")]
    os.write(1, b"ready\n")
    for i in range(10**9):
        if disk and i == 20:
            resource.setrlimit(resource.RLIMIT_FSIZE, (disk % 2000, disk))
        try:
            boards[i % 2].save(path)
        except qb.Error:
            sys.exit(3)


def names_in(path: Path) -> dict[str, float]:
    with campaign.ResultsFile(path) as file:
        groups = list(file.finished.values())
    assert all(len(one) == 1 for one in groups)
    return {one[0]["network"]: float(one[0]["latency_s"]) for one in groups}


def stress_campaign(seconds: float, seed: int) -> int:
    draw, events, wrong = random.Random(seed), Counter[str](), []
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        path, board = Path(folder) / "runs.csv", Path(folder) / "board.json"
        acknowledged: set[str] = set()
        qb.platform("zcu104_dpu").save(board)
        while time.monotonic() < until and not wrong:
            what = draw.choice(["kill", "kill", "interrupt", "disk", "cut", "two", "save"])
            events[what] += 1
            if what == "cut":
                acknowledged = cut(path, acknowledged, draw)
            else:
                wrong += disturb(what, path, board, acknowledged, draw)
            try:
                found = names_in(path)
            except qb.Error as one:
                wrong.append(f"after {what}: {one}")
                break
            lost = acknowledged - set(found)
            changed = [name for name, figure in found.items() if figure != latency_of(name)]
            if lost or changed:
                wrong.append(f"after {what}: {len(lost)} rows lost, {len(changed)} changed")
            kept = qb.platform(str(board)).id
            if kept not in ("zcu104_dpu", "jetson_tx2"):
                wrong.append(f"after {what}: the saved platform is {kept}")
            if len(found) == len(NAMES):
                events["completed"] += 1
                path.unlink()
                acknowledged = set()
        left = [one.name for one in Path(folder).iterdir() if one.suffix == ".lock"]
        if left:
            wrong.append(f"left behind: {left}")
    print(f"{sum(events.values())} events in {seconds:g} s, {len(wrong)} wrong: {dict(events)}")
    for line in wrong[:5]:
        print("!", line)
    return 1 if wrong else 0


def cut(path: Path, acknowledged: set[str], draw: random.Random) -> set[str]:
    """Cuts the file; what is still owed are the rows that end before the cut."""
    if not path.exists() or not acknowledged:
        return acknowledged
    text = path.read_bytes()
    header = text.index(b"\n") + 1
    at = draw.randrange(header, len(text) + 1)
    path.write_bytes(text[:at])
    whole = text[: campaign._whole_lines(text[:at].decode(errors="ignore"))] if text[:at].isascii() else b""
    return {name for name in acknowledged if any(row["network"] == name for row in rows_of(whole))}


def rows_of(text: bytes) -> list[dict[str, str]]:
    import csv
    import io

    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def disturb(what: str, path: Path, board: Path, acknowledged: set[str], draw: random.Random) -> list[str]:
    """Starts one process or two and does to them what is asked; adds to what they reported as done."""
    size = path.stat().st_size if path.exists() else 0
    disk = size + draw.randrange(200, 20_000) if what in ("disk", "save") and draw.random() < 0.7 else 0
    words = [sys.executable, __file__, "save" if what == "save" else "measure"]
    words += [str(board if what == "save" else path), str(disk)]
    started = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2 if what == "two" else 1)
    ]
    for one in started:
        assert one.stdout is not None
        one.stdout.readline()  # it is ready
    time.sleep(draw.random() * 0.3)
    for one in started:
        if what == "interrupt":
            one.send_signal(signal.SIGINT)
        elif what != "disk" or not disk:
            one.kill()
    wrong = []
    for one in started:
        try:
            out, said = one.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            one.kill()
            out, said = one.communicate()
            wrong.append(f"{what}: a process does not end")
        if what != "save":
            acknowledged.update(json.loads(line) for line in out.decode().split("\n")[:-1] if line.startswith('"'))
        if one.returncode not in (0, 3, -signal.SIGKILL, -signal.SIGINT) or (
            one.returncode == 3 and b"Traceback" in said
        ):
            wrong.append(f"{what}: exit status {one.returncode}: {said.decode()[-300:]}")
    return wrong


def main() -> int:
    if sys.argv[1:2] in (["measure"], ["save"]):
        {"measure": measure, "save": save}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
        return 0
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("what", choices=["threads", "campaign"])
    ask.add_argument("--seconds", type=float, default=120)
    ask.add_argument("--threads", type=int, default=16)
    ask.add_argument("--seed", type=int, default=0)
    how = ask.parse_args()
    if how.what == "threads":
        return stress_threads(how.seconds, how.threads, how.seed)
    return stress_campaign(how.seconds, how.seed)


if __name__ == "__main__":
    sys.exit(main())
