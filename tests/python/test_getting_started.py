# SPDX-License-Identifier: BSD-3-Clause
"""The Python code of the README and of docs/getting_started.md."""

import pytest
import qutibench as qb


def test_first(capsys):
    # [first]
    work = qb.analyze(qb.zoo.resnet50())  # or qb.load_onnx("model.onnx")
    board = qb.platform("jetson_tx2", mode="maxn")  # or qb.platform("my_board.json")
    answer = qb.predict(work, board, datatype="fp16", batch=8)
    print(f"{answer.throughput_ips:.0f} inputs/s, {answer.bound}-bound")
    print("assumed:", *answer.assumptions, sep="\n  ")
    # [first]
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "172 inputs/s, compute-bound"
    assert said[1:3] == ["assumed:", "  computes at its peak and moves data at full bandwidth"]


def test_table():
    pytest.importorskip("pandas")
    # [table]
    table = qb.estimates(["resnet50", "mobilenet_v2"], ["jetson_tx2:maxn", "zcu104_dpu"], batches=[1, 8])
    table.to_pandas()  # or to_arrow(), or rows as mappings
    # [table]
    assert len(table.to_pandas()) == 2 * 3 * 2


def test_readme(capsys):
    # [readme]
    net = qb.analyze(qb.zoo.resnet50())
    answer = qb.predict(net, qb.platform("jetson_tx2", mode="maxn"), datatype="fp16", batch=8)
    print(f"{answer.throughput_ips:.1f} inputs/s, {answer.bound}-bound")  # 172.4 inputs/s, compute-bound
    # [readme]
    assert capsys.readouterr().out == "172.4 inputs/s, compute-bound\n"
