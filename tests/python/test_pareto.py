# SPDX-License-Identifier: BSD-3-Clause
"""Frontiers on NumPy arrays, against moocore and the definition."""

import moocore
import numpy as np
import pytest
import qutibench as qb


@pytest.mark.parametrize("objectives", range(2, 7))
def test_the_front_is_moocores(objectives):
    points = np.random.default_rng(objectives).random((2000, objectives)).round(2)
    mask = qb.pareto_front(points, maximize=[False] * objectives)
    assert mask.dtype == np.bool_ and mask.shape == (2000,)
    assert (mask == moocore.is_nondominated(points, keep_weakly=True)).all()
    maximize = [j % 2 == 0 for j in range(objectives)]
    mixed = qb.pareto_front(points, maximize)
    assert (mixed == moocore.is_nondominated(points, maximise=maximize, keep_weakly=True)).all()


def test_arrays_of_any_kind():
    points = np.random.default_rng(1).random((300, 3))
    want = qb.pareto_front(points)
    for same in (points.tolist(), np.asfortranarray(points), np.repeat(points, 2, axis=1)[:, ::2]):
        assert (qb.pareto_front(same) == want).all()
    single = points.astype(np.float32)
    assert (qb.pareto_front(single) == qb.pareto_front(single.astype(float))).all()
    assert qb.pareto_front(np.zeros((0, 2))).shape == (0,)
    assert qb.pareto_front(np.array([[1, 2], [2, 1]])).all()


def test_the_input_is_neither_copied_nor_changed():
    points = np.random.default_rng(2).random((1000, 2))
    points.flags.writeable = False
    before = points.copy()
    qb.pareto_front(points)
    qb.pareto_ranks(points)
    assert (points == before).all()


def test_nan_infinity_and_equal_rows():
    nan, inf = float("nan"), float("inf")
    points = [[1, 1], [1, 1], [nan, 0], [-inf, 5], [2, 2], [inf, -inf]]
    assert qb.pareto_front(points).tolist() == [True, True, False, True, False, True]
    assert qb.pareto_ranks([[0, 0], [1, 1], [nan, 1]]).tolist() == [0, 1, 4294967295]


def test_ranks_volume_knee_and_representatives():
    points = np.random.default_rng(3).random((400, 3))
    ranks = qb.pareto_ranks(points)
    assert (ranks == moocore.pareto_rank(points)).all()
    assert ((ranks == 0) == qb.pareto_front(points)).all()
    reference = np.ones(3)
    assert qb.hypervolume(points, reference) == pytest.approx(moocore.hypervolume(points, ref=reference))
    own = qb.hypervolume_contributions(points, reference)
    assert own == pytest.approx(moocore.hv_contributions(points, ref=reference), abs=1e-7)
    sampled = qb.approximate_hypervolume(points, reference, error=0.05)
    assert sampled == pytest.approx(moocore.hypervolume(points, ref=reference), rel=0.05)
    row, distance = qb.pareto_knee(points)
    assert ranks[row] == 0 and distance > 0
    chosen = qb.epsilon_front(points, [0.2, 0.2, 0.2])
    assert len(chosen) < (ranks == 0).sum()
    covered = (points[chosen][None, :, :] <= points[:, None, :] + 0.2).all(axis=2).any(axis=1)
    assert covered.all()


def test_archives_merge_to_the_front_of_the_whole():
    points = np.random.default_rng(4).random((5000, 2))
    whole = qb.ParetoArchive([True, False])
    for first in range(0, 5000, 1000):
        part = qb.ParetoArchive([True, False])
        part.insert(points[first : first + 1000], first)
        whole.merge(part)
    assert whole.numbers.tolist() == np.flatnonzero(qb.pareto_front(points, [True, False])).tolist()
    assert (whole.points == points[whole.numbers]).all()
    with pytest.raises(qb.InvalidArgument):
        whole.merge(qb.ParetoArchive([True, True]))
