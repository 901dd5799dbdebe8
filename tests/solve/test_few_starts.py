"""What decisions about large projects cost, asked with few starts: a bound for all of them, and prices that hold."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.solve import few_starts, kernels, quick, root, splitting, steps
from optimiser.solve.few_starts import FewStarts
from optimiser.solve.grid import grid_of, price_of_starts
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.relaxation import Bounded, Relaxation
from tests.benchmarks.groups import Variant, group
from tests.reference.drawing import draw
from tests.reference_markets.drawing import draw as draw_markets
from tests.solve.test_kernels import PARTS, forced, programme_of
from tests.solve.test_quick import case_of, relaxed

LIMITS = Limits(gap=0.0, seconds=30, threads=1)


class Every:
    """The relaxation with all starts, and how often it is asked."""

    def __init__(self, programme):
        self.within, self.asked = Bounded(Relaxation(programme, LIMITS), programme), 0

    def solve(self, lower, upper, seconds):
        self.asked += 1
        return self.within.solve(lower, upper, seconds)


def few_of(programme, grid, prices, room, monkeypatch, largest=100):
    """With as few starts as can be."""
    monkeypatch.setattr(quick, "KEPT", 0.0)
    monkeypatch.setattr(few_starts, "LARGEST", largest)
    every, x = Every(programme), relaxed(programme, programme.lower, programme.upper).x
    return every, FewStarts(every, programme, grid, prices, x, room, LIMITS, Interrupt())


def halves_of(programme, grid, few, rng, count):
    """Bounds within which one of the known projects has started so much, or has not, by some year."""
    columns = grid.at[few.known[grid.owner]]
    for k in rng.choice(columns, min(count, len(columns)), replace=False):
        lower, upper = programme.lower.copy(), programme.upper.copy()
        least = float(rng.integers(int(programme.upper[k]))) if programme.upper[k] >= 1 else 0.0
        if rng.random() < 0.5:
            lower[k] = least + 1
        else:
            upper[k] = least
        yield lower, upper


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("draw_case", [draw, draw_markets])
def test_its_bound_is_near_the_optimum_and_never_above(draw_case, seed, tmp_path, monkeypatch):
    """Proves on random cases that what a half costs is not overstated, nor understated by more than is said, and that a
    half without a plan is one without a plan. The wrong answer: a start that was left out makes a half dear."""
    programme, grid, prices = case_of(draw_case(seed), tmp_path)
    if prices is None or not grid.whole.any():
        return
    room = 5.0
    _, few = few_of(programme, grid, prices, room, monkeypatch, largest=2)
    monkeypatch.setattr(quick, "ROUNDS", 50)
    for lower, upper in halves_of(programme, grid, few, np.random.default_rng(seed), 6):
        expected = relaxed(programme, lower, upper)
        found = few.solve(lower, upper, 20.0)
        assert found.status == expected.status
        if expected.status != "optimal":
            continue
        slack = 1e-6 * max(1.0, abs(expected.objective))
        assert expected.objective - few_starts.NEAR * room - slack <= found.objective <= expected.objective + slack
        closer = few.closer(lower, upper, found, np.inf)
        assert max(found.objective, expected.objective - few_starts.CLOSER * room - slack) <= closer.objective
        assert closer.objective <= expected.objective + slack
    assert few.quick.near == few_starts.NEAR * room


@pytest.mark.parametrize("seed", range(12))
def test_its_duals_price_every_start(seed, tmp_path, monkeypatch):
    """Proves for each start of random cases, those that it lacks, too: a plan within a half that has it costs its bound
    and the start's price. The wrong answer, by a dual in another row's place or measured from the optimum, is more."""
    programme, grid, prices = case_of(draw(seed), tmp_path)
    if prices is None or not grid.whole.any():
        return
    _, few = few_of(programme, grid, prices, 40.0, monkeypatch, largest=1)
    for lower, upper in halves_of(programme, grid, few, np.random.default_rng(seed), 2):
        found = few.solve(lower, upper, 20.0)
        if found.status != "optimal":
            continue
        assert found.row_dual.shape == programme.row_lower.shape
        price = price_of_starts(programme, grid, found.x, found.row_dual).bound
        within = replace(programme, lower=lower, upper=upper, integer=np.zeros_like(programme.integer))
        for i in range(grid.size):
            best = run(forced(within, grid, i), LIMITS)
            if best.status == "optimal":
                assert best.objective >= found.objective + price[i] - 1e-6 * max(1.0, abs(best.objective))


def test_only_the_largest_are_asked_about(tmp_path, monkeypatch):
    """Of 60 projects the ten that cost most, with all of their starts; others have few, and whoever asks about them is
    told nothing by the columns that it has not."""
    programme, grid, prices = case_of(group(60, 2, Variant()), tmp_path)
    _, few = few_of(programme, grid, prices, 1.0, monkeypatch, largest=10)
    assert few.known.sum() == 10
    assert few.quick.keep[few.known[grid.owner]].all()
    assert few.quick.keep.mean() < 0.5
    found = relaxed(programme, programme.lower, programme.upper)
    leaf = splitting.Leaf(programme.lower, programme.upper, found)
    owner = np.full(len(programme.cost), -1)
    owner[grid.at] = grid.owner
    asked = [owner[columns[0]] for columns in splitting._candidates(programme, grid, leaf, few.known)]
    every = [owner[columns[0]] for columns in splitting._candidates(programme, grid, leaf, grid.whole)]
    assert set(asked) < set(every)
    assert few.known[asked].all()


def test_where_few_starts_have_no_solution_all_are_asked(tmp_path, monkeypatch):
    """A half that few starts cannot have, and that has a plan: the wrong answer is that it has none."""
    programme, grid, prices = case_of(group(60, 2, Variant()), tmp_path)
    every, few = few_of(programme, grid, prices, 1.0, monkeypatch)
    monkeypatch.setattr(few.quick, "solve", lambda *asked: None)
    found = few.solve(programme.lower, programme.upper, 20.0)
    assert (found.status, every.asked) == ("optimal", 1)
    assert found.objective == pytest.approx(relaxed(programme, programme.lower, programme.upper).objective)
    assert few.closer(programme.lower, programme.upper, found, np.inf) is found


@pytest.mark.parametrize("why", ["interrupt", "time", "left behind"])
def test_all_starts_are_not_asked_where_nobody_waits(why, tmp_path, monkeypatch):
    """After Ctrl-C, at the end of the time, and where HiGHS did not stop: what is known stays, and nothing is asked."""
    programme, grid, prices = case_of(group(60, 2, Variant()), tmp_path)
    every, few = few_of(programme, grid, prices, 1.0, monkeypatch)
    if why == "interrupt":
        few.interrupt.event.set()
    few.quick.relaxation.abandoned = why == "left behind"
    assert few.abandoned == (why == "left behind")
    monkeypatch.setattr(few.quick, "solve", lambda *asked: None)
    found = few.solve(programme.lower, programme.upper, 0.0 if why == "time" else 20.0)
    assert (found.status, found.x, every.asked) == ("stopped", None, 0)
    assert few.closer(programme.lower, programme.upper, found, 0.0 if why == "time" else np.inf) is found


def test_a_start_that_was_left_out_can_have_no_bounds(tmp_path, monkeypatch):
    """Its column is another one's: the wrong answer gives that one the bounds."""
    programme, grid, prices = case_of(group(60, 2, Variant()), tmp_path)
    _, few = few_of(programme, grid, prices, 1.0, monkeypatch, largest=1)
    upper = programme.upper.copy()
    upper[grid.at[np.flatnonzero(~few.quick.keep)[0]]] = 0.0
    with pytest.raises(ValueError, match="left out"):
        few.solve(programme.lower, upper, 20.0)


@pytest.mark.parametrize("rounds", [0, 20])
@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("draw_case", [draw, draw_markets])
def test_what_is_split_by_few_starts_has_the_same_plan(draw_case, seed, rounds, tmp_path, monkeypatch):
    """Proves on random cases that parts and prices by few starts lead to a plan within the gap of the best, and that
    no bound is above it."""
    for name, value in (("LARGE", 0), ("LEAST", 2), ("RAISED", np.inf)):
        monkeypatch.setattr(kernels, name, value)
    for name, value in (("FEW", 0), ("RAISE", 0.001)):
        monkeypatch.setattr(splitting, name, value)
    monkeypatch.setattr(steps, "SMALL", 0)
    monkeypatch.setattr(quick, "KEPT", 0.0)
    monkeypatch.setattr(root, "ROUNDS", rounds)
    monkeypatch.setattr(few_starts, "LARGEST", 2 + seed % 3)
    programme, grid, prices = case_of(draw_case(seed), tmp_path)
    if prices is None:
        return
    seen, gap = [], 0.02
    by_few = kernels._Kernels._by_few_starts
    monkeypatch.setattr(kernels._Kernels, "_by_few_starts", lambda self, *a: seen.append(by_few(self, *a)) or seen[-1])
    found = kernels._Kernels(programme, grid, replace(LIMITS, gap=gap), None, Interrupt()).outcome(None)
    best = run(programme, LIMITS)
    assert found.status == best.status
    if best.status == "optimal":
        slack = 1e-6 * max(1.0, abs(best.objective))
        assert best.objective - slack <= found.objective <= best.objective + 1.001 * gap * abs(found.objective) + slack
        assert found.bound <= best.objective + slack
    for leaf in (leaf for leaves in seen for leaf in leaves):
        exact = run(replace(programme, lower=leaf.lower, upper=leaf.upper), LIMITS)
        assert leaf.bound <= exact.objective + 1e-6 * max(1.0, abs(exact.objective))


def by_few(tmp_path, monkeypatch):
    """The search for `test_parts_by_hand`, split by few starts."""
    monkeypatch.setattr(splitting, "FEW", 0)
    model, programme = programme_of(PARTS, tmp_path)
    search = kernels._Kernels(programme, grid_of(model, programme), replace(LIMITS, gap=0.01), None, Interrupt())
    solved = root.relaxed(programme, LIMITS, 20.0, Interrupt())
    _, prices = search._priced(solved.outcome)
    asked = root.Root(programme, solved.outcome, solved.outcome.objective, programme)
    search.split(Bounded(solved.relaxation, programme), asked, prices, 20.0)
    return search


def test_parts_are_told_to_the_last_that_few_starts_know(tmp_path, monkeypatch):
    """The parts of `test_parts_by_hand`, 26, 31 and 91.67 MCNY, though a tenth of the room may be missing before."""
    search = by_few(tmp_path, monkeypatch)
    assert [leaf.bound for leaf in search.leaves] == pytest.approx([26, 31, 90 + 10 / 6], abs=0.05)
    assert not search.abandoned


def test_the_lowest_part_is_the_first_whatever_a_closer_look_says(tmp_path, monkeypatch):
    """A closer look finds 35 for the part of 26: the whole costs 31 at least, and not 35."""
    look = FewStarts.closer
    monkeypatch.setattr(
        FewStarts, "closer", lambda few, *a: replace(a[2], objective=35.0) if a[2].objective < 27 else look(few, *a)
    )
    search = by_few(tmp_path, monkeypatch)
    assert search.leaves[0].bound == pytest.approx(31, abs=0.05)
    assert search.bound == search.relaxed == search.leaves[0].bound


def test_what_was_left_behind_is_remembered(tmp_path, monkeypatch):
    """Whoever ends the process has to know that HiGHS is still at work."""
    monkeypatch.setattr(FewStarts, "abandoned", property(lambda few: True))
    assert by_few(tmp_path, monkeypatch).abandoned


def test_a_relaxation_that_was_left_behind_is_not_asked(tmp_path):
    """HiGHS is still at work on it: neither bounds nor questions reach it."""
    _, programme = programme_of(PARTS, tmp_path)
    relaxation = Relaxation(programme, LIMITS)
    relaxation.abandoned, relaxation._run = True, None
    within = Bounded(relaxation, programme)
    found = within.solve(programme.lower, np.minimum(programme.upper, 0.5), 5.0)
    assert (found.status, found.x, found.abandoned) == ("stopped", None, True)
