"""Rounding: what it finds is whole and keeps all rows, what was held may be decided again, and it says where it finds
nothing."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from optimiser.solve import rounding
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import Programme
from optimiser.solve.relaxation import Relaxation
from optimiser.solve.rounding import Rounding

LIMITS = Limits(gap=0.0, seconds=30, threads=1)


def programme_of(cost, rows, least, most, upper=1.0):
    """Columns from nothing to one, or to `upper`."""
    size, count = len(cost), len(rows)
    return Programme(
        np.array(cost, dtype=float), 0.0, sparse.csr_array(np.array(rows, dtype=float)),
        np.array(least, dtype=float), np.array(most, dtype=float),
        np.zeros(size), np.full(size, upper) if np.isscalar(upper) else np.array(upper, dtype=float),
        np.ones(size, dtype=bool), [("row", i) for i in range(count)], {}, {}, np.zeros(0, dtype=int),
    )  # fmt: skip


def rounding_of(programme, owner, entity=None):
    relaxed = replace(programme, integer=np.zeros_like(programme.integer))
    owner = np.array(owner)
    entity = np.zeros(owner.max() + 1, dtype=int) if entity is None else np.array(entity)
    return Rounding(Relaxation(relaxed, LIMITS, Interrupt()), programme, owner, entity)


def found_of(programme, owner, seconds=20.0, over=lambda: False):
    made = rounding_of(programme, owner)
    return made.whole(np.arange(len(made.held)), np.inf, seconds, over)


def begun(made, held, x):
    """Holds some projects and no other columns."""
    flags = np.zeros(len(made.held), dtype=bool)
    flags[held] = True
    made.begin(flags, np.zeros(len(made.owner), dtype=bool), np.array(x, dtype=float))
    return made


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


@pytest.mark.parametrize(
    ("entity", "conflicts", "x"), [([0, 0, 0], 12, [0, 1, 0]), ([1, 1, 0], 12, None), ([0, 0, 0], 0, None)]
)
def test_what_is_in_the_way_is_decided_again(entity, conflicts, x, monkeypatch):
    """3 a + 4 c + 2 b >= 4 at costs of 2.4, 4.4 and 1, no more than 0.6 of b. First the large ones: 0.93 of a rounds to
    one, and b is to do the rest, half of it. Neither none nor all of it can be, so a and c are decided again: c alone.

    Not where they are another entity's. The wrong answer: nothing, though there is a plan for 4.4.
    """
    monkeypatch.setattr(rounding, "CONFLICTS", conflicts)
    programme = programme_of([2.4, 4.4, 1], [[3, 4, 2], [0, 0, 1]], [4, 0], [np.inf, 0.6])
    made = rounding_of(programme, [0, 1, 2], entity)
    first = made.whole(np.array([0, 1]), np.inf, 20.0, lambda: False)
    assert first.x == pytest.approx([1, 0, 0.5])
    second = begun(made, [0, 1], first.x).whole(np.array([2]), 5.0, 20.0, lambda: False)
    assert (second is None) if x is None else (second.x == pytest.approx(x))
    if x is not None:
        assert second.objective == pytest.approx(4.4)
        assert made.held.all()
    # what was tried leaves nothing behind
    again = begun(made, [], first.x).whole(np.array([0, 1]), np.inf, 20.0, lambda: False)
    assert again.x == pytest.approx(first.x)


@pytest.mark.parametrize(("most", "x"), [(0.7, [0, 1, 0]), (9.0, [1, 0, 1])])
def test_what_is_dear_is_in_the_way_too(most, x):
    """As above with a fourth of its kind, d, of whatever size is missing, for 3 per unit: with a held and b left out
    one unit of it makes 5.4 of 2.9. Where no project may cost 2.5 more, c takes the place of both, for 4.4.
    """
    programme = programme_of([2.4, 4.4, 1, 3], [[3, 4, 2, 1], [0, 0, 1, 0]], [4, 0], [np.inf, 0.6], [1, 1, 1, 9])
    programme.integer[3] = False
    made = rounding_of(programme, [0, 1, 2, -1])
    first = made.whole(np.array([0, 1]), 9.0, 20.0, lambda: False)
    assert first.objective == pytest.approx(2.9)
    second = begun(made, [0, 1], first.x).whole(np.array([2]), most, 20.0, lambda: False)
    assert second.x[[0, 1, 3]] == pytest.approx(x)
    assert second.x[2] == pytest.approx(0)


@pytest.mark.parametrize(("most", "objective"), [(1.4, 3.0), (1.3, 2.2)])
def test_many_at_once_only_where_that_costs_little(most, objective, monkeypatch):
    """Of a, b and c any two together 1.1, or d at twice the cost: 0.55 of each, which round to one, 1.35 dearer.

    One after the other, a and b are there and a tenth of c, which is nothing then, and a tenth of d.
    """
    monkeypatch.setattr(rounding, "AT_ONCE", 1.0)
    rows = [[1, 1, 0, 1], [0, 1, 1, 1], [1, 0, 1, 1]]
    programme = programme_of([1, 1, 1, 2], rows, [1.1, 1.1, 1.1], [np.inf] * 3)
    programme.integer[3] = False
    found = rounding_of(programme, [0, 1, 2, -1]).whole(np.arange(3), most, 20.0, lambda: False)
    assert found.objective == pytest.approx(objective)


@pytest.mark.parametrize(("partner", "x"), [(False, [3, 0, 1, 0]), (True, [0, 5, 0, 1])], ids=["alone", "one of two"])
def test_what_is_chosen_is_whole_too(partner, x):
    """Of two that exclude each other three units and two are whole, but each of them is chosen in parts: 0.6 and 0.4.

    Held so, they leave no plan to the steps that follow. With one unit alone being asked, 0.6 is chosen, and is one.
    """
    links = [[1, 0, -5, 0], [-1, 0, 1, 0], [0, 1, 0, -5], [0, -1, 0, 1]]
    rows = [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0], *links]
    least = [5 if partner else 3, -np.inf, -np.inf, *[-np.inf] * 4]
    most = [np.inf, 1, 3, *[0] * 4]
    programme = programme_of([1, 2, 0, 0], rows, least, most, [5, 5, 1, 1])
    relaxed = Relaxation(replace(programme, integer=np.zeros(4, dtype=bool)), LIMITS).solve(10.0)
    assert relaxed.x[:2] == pytest.approx([3, 2 if partner else 0])
    found = found_of(programme, [0, 1, -1, -1])
    assert found.x == pytest.approx(x)


def test_what_one_project_says_of_another_stays():
    """Three units of p, for which a switch b is to be on; q asks for it as well, if it is there, for nothing in return.

    p <= 6 b, q <= b and q <= 0.4: q is nothing, and b stays on. The wrong answer: b half on, for 3 in place of 6.
    """
    rows = [[1, 0, -6], [0, 1, -1], [0, 5, 0], [1, 0, 0]]
    programme = programme_of([0, -1, 6], rows, [-np.inf] * 3 + [3], [0, 0, 2, np.inf], [3, 1, 1])
    made = rounding_of(programme, [0, 1, -1])
    first = made.whole(np.array([0]), np.inf, 20.0, lambda: False)
    assert first.x[[0, 2]] == pytest.approx([3, 1])
    second = begun(made, [0], first.x).whole(np.array([1]), np.inf, 20.0, lambda: False)
    assert second.x == pytest.approx([3, 0, 1])
    assert second.objective == pytest.approx(6)


def test_what_is_free_again_may_be_more_than_it_was():
    """5 b + 5 c >= 6 with b held at one unit of two: c is the rest, a fifth. Nothing is too little, one costs 5.

    Free again b is at two: 2 in all. The wrong answer: 6, where b was not given back its own bounds.
    """
    programme = programme_of([1, 5], [[5, 5]], [6], [np.inf], [2, 1])
    made = begun(rounding_of(programme, [0, 1]), [0], [1, 0])
    found = made.whole(np.array([1]), 1.0, 20.0, lambda: False)
    assert found.x == pytest.approx([2, 0])
    assert made.held.all()


def test_what_must_be_is_held_though_it_was_not_there():
    """A column that is at one in any case is held at one, even as in a solution without it."""
    programme = programme_of([1, 1], [[1, 1]], [0], [np.inf])
    programme.lower[0] = 1.0
    made = begun(rounding_of(programme, [0, 1]), [0, 1], [0, 0])
    assert made.whole(np.array([1]), 1.0, 20.0, lambda: False).x == pytest.approx([1, 0])


@pytest.mark.parametrize("after", range(1, 7))
def test_what_is_left_behind_is_not_asked_again(after):
    """HiGHS does not stop: neither it nor its bounds are touched again, whichever question it fell silent at."""

    class Silent(Relaxation):
        def __init__(self, *given):
            super().__init__(*given)
            self.calls, self.count = [], 0

        def solve(self, seconds):
            assert not self.abandoned
            self.count += 1
            found = super().solve(seconds)
            self.abandoned = self.count == after
            return replace(found, status="stopped", objective=np.inf, abandoned=True) if self.abandoned else found

        def hold(self, *given):
            assert not self.abandoned
            super().hold(*given)

    programme = programme_of([2.4, 4.4, 1], [[3, 4, 2], [0, 0, 1]], [4, 0], [np.inf, 0.6])
    asked = Silent(programme, LIMITS, Interrupt())
    made = Rounding(asked, programme, np.array([0, 1, 2]), np.zeros(3, dtype=int))
    first = made.whole(np.array([0, 1]), np.inf, 20.0, lambda: False)
    if first is not None:
        assert begun(made, [0, 1], first.x).whole(np.array([2]), 5.0, 20.0, lambda: False) is None
    assert asked.abandoned


@pytest.mark.parametrize("noise", [1e-9, -1e-9])
def test_a_column_that_is_whole_but_for_noise_stays(noise):
    """A project's first column is at one, or nothing, by 1e-9 beside it; its second is in parts and does not go as it
    rounds. The wrong answer: the first column one up or down, beyond its bounds."""

    class Noisy(Relaxation):
        def solve(self, seconds):
            found = super().solve(seconds)
            return replace(found, x=found.x + np.array([noise, 0, 0])) if found.x is not None else found

    programme = programme_of([3, 2.1, 2.4], [[3, 2, 2], [0, 1, 0]], [3.6, 0.2], [np.inf, np.inf])
    made = Rounding(Noisy(programme, LIMITS, Interrupt()), programme, np.array([0, 0, -1]), np.zeros(1, dtype=int))
    found = made.whole(np.array([0]), np.inf, 20.0, lambda: False)
    assert found.x == pytest.approx([1, 1, 0], abs=1e-6)
    assert np.all((made.lower >= programme.lower) & (made.upper <= programme.upper))


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("most", [np.inf, 0.01])
def test_what_is_found_is_whole_and_keeps_all_rows(seed, most):
    """Random packings and covers: projects of one to three columns that never fall, limits on sums and needs.

    Decided in three steps, in one relaxation, after each of which all that was asked so far is whole.
    """
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(12), rng.integers(1, 4, 12))
    size = len(owner)
    falls = [i for i in range(1, size) if owner[i] == owner[i - 1]]
    follow = np.zeros((len(falls), size))
    follow[np.arange(len(falls)), falls], follow[np.arange(len(falls)), np.array(falls, dtype=int) - 1] = 1, -1
    needs = rng.uniform(0, 1, (4, size)) * (rng.uniform(size=(4, size)) < 0.6)
    rows = np.vstack([follow, needs, needs.sum(axis=0)[None]])
    least = np.concatenate([np.zeros(len(falls)), 0.4 * needs.sum(axis=1), [0]])
    upper = np.concatenate([np.full(len(falls) + 4, np.inf), [0.75 * needs.sum()]])
    programme = programme_of(rng.uniform(1, 2, size), rows, least, upper)
    made, asked, x = rounding_of(programme, owner, np.arange(12) % 2), np.zeros(12, dtype=bool), np.zeros(size)
    for some in np.array_split(rng.permutation(12)[:9], 3):
        found = begun(made, asked, x).whole(some, most, 20.0, lambda: False)
        assert found is not None
        asked[some], x = True, found.x
        assert np.abs(x - np.round(x))[asked[owner]].max() <= 1e-6
        assert programme.keeps_rows(x)
        assert np.all((x >= -1e-6) & (x <= 1 + 1e-6))
        assert found.objective == pytest.approx(float(programme.cost @ x))
        assert np.array_equal(made.held, asked)


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
