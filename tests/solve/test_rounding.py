"""Rounding: what it finds is whole and keeps all rows, and it says where it finds nothing."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from optimiser.solve.highs import Interrupt, Limits
from optimiser.solve.programme import Programme
from optimiser.solve.relaxation import Relaxation
from optimiser.solve.rounding import rounded

LIMITS = Limits(gap=0.0, seconds=30, threads=1)


def programme_of(cost, rows, least, most):
    """Columns from nothing to one."""
    size, count = len(cost), len(rows)
    return Programme(
        np.array(cost, dtype=float), 0.0, sparse.csr_array(np.array(rows, dtype=float)),
        np.array(least, dtype=float), np.array(most, dtype=float),
        np.zeros(size), np.ones(size), np.ones(size, dtype=bool), [("row", i) for i in range(count)],
        {}, {}, np.zeros(0, dtype=int),
    )  # fmt: skip


def found_of(programme, owner, seconds=20.0, over=lambda: False):
    relaxed = replace(programme, integer=np.zeros_like(programme.integer))
    return rounded(Relaxation(relaxed, LIMITS, Interrupt()), programme, np.array(owner), seconds, over)


@pytest.mark.parametrize(
    ("rows", "least", "most", "owner", "x"),
    [
        # 3 a + 2 b + 2 c >= 4.2 at costs of 3, 2.1 and 2.4: a and 0.6 of b, which rounds to one
        ([[3, 2, 2]], [4.2], [np.inf], [0, 1, 2], [1, 1, 0]),
        # the same where b and c are somebody else's: only a is to be whole
        ([[3, 2, 2]], [4.2], [np.inf], [0, -1, -1], [1, 0.6, 0]),
        # b may not be there for more than 0.8: not up, so down, and c in its place
        ([[3, 2, 2], [0, 1, 0]], [4.2, 0], [np.inf, 0.8], [0, 1, 2], [1, 0, 1]),
        # 3.6 asks for 0.3 of b, which rounds to nothing, but 0.2 there must be: up
        ([[3, 2, 2], [0, 1, 0]], [3.6, 0.2], [np.inf, np.inf], [0, 1, 2], [1, 1, 0]),
        # neither up nor down
        ([[3, 2, 2], [0, 1, 0]], [3.6, 0.2], [np.inf, 0.8], [0, 1, 2], None),
    ],
)
def test_hand_solved(rows, least, most, owner, x):
    """What is nearest to whole is held as it rounds; else up, else down; the rest makes room; or there is none."""
    cost = [3, 2.1, 2.4]
    found = found_of(programme_of(cost, rows, least, most), owner)
    if x is None:
        assert found is None
        return
    assert found.x == pytest.approx(x)
    assert found.objective == pytest.approx(float(np.dot(cost, x)))
    assert found.bound == -np.inf


@pytest.mark.parametrize("seed", range(60))
def test_what_is_found_is_whole_and_keeps_all_rows(seed):
    """Random packings and covers: projects of one to three columns that never fall, limits on sums and needs."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(12), rng.integers(1, 4, 12))
    size = len(owner)
    falls = [i for i in range(1, size) if owner[i] == owner[i - 1]]
    follow = np.zeros((len(falls), size))
    follow[np.arange(len(falls)), falls], follow[np.arange(len(falls)), np.array(falls, dtype=int) - 1] = 1, -1
    needs = rng.uniform(0, 1, (4, size)) * (rng.uniform(size=(4, size)) < 0.6)
    rows = np.vstack([follow, needs, needs.sum(axis=0)[None]])
    least = np.concatenate([np.zeros(len(falls)), 0.4 * needs.sum(axis=1), [0]])
    most = np.concatenate([np.full(len(falls) + 4, np.inf), [0.75 * needs.sum()]])
    programme = programme_of(rng.uniform(1, 2, size), rows, least, most)
    some = np.where(owner < 9, owner, -1)
    found = found_of(programme, some)
    assert found is not None
    assert np.abs(found.x - np.round(found.x))[some >= 0].max() <= 1e-6
    assert programme.keeps_rows(found.x)
    assert found.objective == pytest.approx(float(programme.cost @ found.x))


def test_it_ends_where_it_is_told_to():
    """No plan where somebody asks to stop, or time is over, before all is whole; what is whole at once is found."""
    programme = programme_of([3, 2.1, 1.2], [[3, 2, 1]], [4], [np.inf])
    assert found_of(programme, [0, 1, 2], over=lambda: True) is None
    assert found_of(programme, [0, 1, 2], seconds=-1.0) is None
    assert found_of(programme, [0, -1, -1], over=lambda: True).x[0] == pytest.approx(1)


def test_what_is_no_longer_asked_gives_back_its_memory():
    """A relaxation that is released holds no programme; one that HiGHS is still at work on is left alone."""
    relaxation = Relaxation(programme_of([3, 2.1, 1.2], [[3, 2, 1]], [4], [np.inf]), LIMITS, Interrupt())
    highs, done = relaxation._run.highs, relaxation._run.done
    assert relaxation.solve(10.0).status == "optimal"
    done.clear()
    relaxation.release()
    assert highs.getNumCol() == 3
    done.set()
    relaxation.release()
    assert highs.getNumCol() == 0
