# SPDX-License-Identifier: BSD-3-Clause
"""A cluster gives what one process gives, bit for bit, whatever happens to its workers."""

import os
import signal

import numpy as np
import pytest
import qutibench as qb

distributed = pytest.importorskip("distributed")

SCALES = np.linspace(0.5, 2, 20)
AXES = {
    "networks": ["cnv", "mlp", "resnet50"],
    "platforms": ["zcu104_dpu", "jetson_tx2:maxn", "jetson_tx2:maxq"],
    "datatypes": ["int8", "fp16"],
    "compute_scales": SCALES,
    "bandwidth_scales": SCALES,
}
LARGE = AXES | {"batches": range(1, 20_001)}  # 1.2e8 points
SMALL = AXES | {"batches": range(1, 51)}
QUESTION = {"maximize": ["throughput_ips"], "minimize": ["latency_s", "power_w"], "constraints": ["latency_s <= 10e-3"]}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=None,
            local_directory=str(tmp_path_factory.mktemp("dask")),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def same(one, other):
    """Whether two tables hold the same bits."""
    assert one.columns == other.columns and len(one) == len(other)
    for name in one.columns:
        a, b = one[name], other[name]
        assert a.tolist() == b.tolist() if a.dtype == object else a.tobytes() == b.tobytes()
    return True


def test_every_question_has_the_answer_of_one_process(client):
    seen = []
    assert same(
        qb.sweep(**SMALL, **QUESTION, client=client, progress=lambda *done: seen.append(done)),
        qb.sweep(**SMALL, **QUESTION),
    )
    space = qb.DesignSpace(**SMALL)
    assert len(seen) > 2 and seen == sorted(seen) and seen[-1] == (space.size, space.size)
    limits = {"constraints": {"latency_s": (None, 0.02)}}
    assert same(space.best("throughput_ips", 9, **limits, client=client), space.best("throughput_ips", 9, **limits))
    assert same(
        space.best_by("platform", "latency_s", maximize=False, client=client),
        space.best_by("platform", "latency_s", maximize=False),
    )
    edges = [0, 1e-3, 1e-2, 1e-1, 1e9]
    there = space.histogram("latency_s", edges, client=client)
    assert there.sum() == space.size and (there == space.histogram("latency_s", edges)).all()
    assert same(qb.sweep(**SMALL, client=client), qb.sweep(**SMALL))


def test_own_networks_and_devices_travel(client):
    axes = {
        "networks": [qb.Workload("mine", 10**9, 10**6), qb.zoo.cnv()],
        "platforms": [qb.Platform("board", {"int8": 1e12}, bandwidth_bytes_per_s=1e10)],
        "batches": range(1, 9),
        "execution": ["network", "layers"],
        "compute_scales": SCALES,
        "bandwidth_scales": np.linspace(0.5, 2, 40),
    }
    question = {"maximize": "throughput_ips", "minimize": "latency_s"}
    assert same(qb.sweep(**axes, **question, client=client), qb.sweep(**axes, **question))


def test_the_page_of_explore(client):
    """The code of docs/explore.md."""
    address = client.scheduler.address
    # [cluster]
    space = {
        "networks": ["cnv", "resnet50"],
        "platforms": ["zcu104_dpu", "jetson_tx2:maxn"],
        "batches": range(1, 1001),
        "compute_scales": np.linspace(0.5, 2, 200),
        "bandwidth_scales": np.linspace(0.5, 2, 200),
    }
    question = {"maximize": "throughput_ips / power_w", "minimize": "latency_s", "constraints": ["latency_s <= 10e-3"]}
    front = qb.sweep(**space, **question)  # here, on all cores
    with distributed.Client(address) as client:  # on the workers of a Dask cluster
        there = qb.sweep(**space, **question, client=client)
    # [cluster]
    assert same(front, there) and len(front) > 0


def test_a_lost_worker_changes_nothing(client):
    """One of two workers is killed when some ranges are done; what it held and had begun is worked out again."""
    killed = []

    def kill(done, size):
        if not killed:
            assert done < size
            killed.append(min(client.run(os.getpid).values()))
            os.kill(killed[0], signal.SIGKILL)

    found = qb.sweep(**LARGE, **QUESTION, client=client, progress=kill)
    client.wait_for_workers(2, timeout=60)
    assert killed and killed[0] not in client.run(os.getpid).values()
    assert same(found, qb.sweep(**LARGE, **QUESTION))


@pytest.mark.parametrize("goes_on", ["here", "there"])
def test_a_client_closed_midway_says_so_and_keeps_what_was_done(client, goes_on):
    seen, asked = [], []
    other = distributed.Client(client.scheduler.address)

    def close(done, size):
        seen.append((done, size))
        if len(seen) == 3:
            other.close()

    with pytest.raises(
        qb.Error, match=r"was closed or lost its cluster when \d+ of 120000000 points were done"
    ) as lost:
        qb.sweep(**LARGE, **QUESTION, client=other, progress=close)
    assert lost.value.done >= seen[2][0] and lost.value.size == seen[2][1] == 120_000_000
    with pytest.raises(qb.InvalidArgument, match="the Dask client is closed; make another one"):
        qb.sweep(**LARGE, **QUESTION, client=other)
    again = qb.sweep(
        **LARGE,
        **QUESTION,
        client=client if goes_on == "there" else None,
        progress=lambda done, size: asked.append(done),
    )
    if goes_on == "there":
        assert asked[0] > lost.value.done  # not from the beginning
    assert same(again, qb.sweep(**LARGE, **QUESTION))


def test_what_cannot_be_asked_fails_before_it_travels(client):
    with pytest.raises(qb.ParseError, match="latency_s"):
        qb.sweep(**SMALL, minimize="latency", client=client)
    with pytest.raises(qb.UnknownName, match="latency_s"):
        qb.DesignSpace(**SMALL).best("latency", client=client)
    with pytest.raises(qb.InvalidArgument, match="objective"):
        qb.sweep(**SMALL, constraints=["latency_s < 1"], client=client)
    with pytest.raises(qb.InvalidArgument, match=r"dask\.distributed\.Client"):
        qb.sweep(**SMALL, minimize="latency_s", client="tcp://127.0.0.1:8786")
