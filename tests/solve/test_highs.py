"""HiGHS: status, bounds and duals of small programmes."""

import threading

import numpy as np
import pytest
from scipy import sparse

from optimiser.solve import highs
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Progress, relative_gap
from optimiser.solve.programme import Programme


def programme(cost, matrix, low, high, upper=None, integer=None, offset=0.0) -> Programme:
    """min cost @ x + offset, low <= matrix @ x <= high, 0 <= x <= upper."""
    n = len(cost)
    return Programme(
        cost=np.array(cost, dtype=float),
        offset=offset,
        matrix=sparse.csr_array(np.array(matrix, dtype=float).reshape(len(low), n)),
        row_lower=np.array(low, dtype=float),
        row_upper=np.array(high, dtype=float),
        lower=np.zeros(n),
        upper=np.full(n, np.inf) if upper is None else np.array(upper, dtype=float),
        integer=np.zeros(n, dtype=bool) if integer is None else np.array(integer),
        place={},
        pyomo_columns={},
        rows=[],
    )


INF = np.inf
EXACT = Limits(gap=0.0, seconds=20, threads=1)


def test_a_linear_programme_has_duals():
    """min 2x + 3y with x + y >= 10 and x <= 4: x = 4, y = 6, 26; a unit more of the need costs 3, of x it saves 1."""
    outcome = run(programme([2, 3], [[1, 1], [1, 0]], [10, -INF], [INF, 4]), EXACT)
    assert outcome.status == "optimal"
    assert (outcome.x.tolist(), outcome.objective, outcome.bound) == (pytest.approx([4, 6]), 26, 26)
    assert outcome.row_dual.tolist() == pytest.approx([3, -1])


def test_whole_numbers_have_a_bound_and_no_duals():
    """min x + y with 2x + 2y >= 5, whole: 3, although half a unit less would do."""
    outcome = run(programme([1, 1], [[2, 2]], [5], [INF], [9, 9], [True, True]), EXACT)
    assert (outcome.status, outcome.objective, outcome.bound) == ("optimal", 3, pytest.approx(3))
    assert outcome.row_dual is None


@pytest.mark.parametrize("integer", [[False, False], [True, True]])
def test_infeasible_is_proven(integer):
    outcome = run(programme([1, 1], [[1, 1]], [5], [INF], [2, 2], integer), EXACT)
    assert (outcome.status, outcome.x, outcome.reason) == ("infeasible", None, "proven infeasible")


def test_an_unbounded_programme_is_no_plan():
    """A model of ours has no such thing; if it had, it is a failure and not an answer."""
    outcome = run(programme([-1, 0], [[0, 1]], [1], [INF]), EXACT)
    assert outcome.status == "failed"


def test_a_programme_without_variables():
    """Nothing to decide: either every row holds at zero, or there is no plan."""
    empty = programme([], np.zeros((1, 0)), [0], [5], offset=7.0)
    assert (run(empty, EXACT).status, run(empty, EXACT).objective) == ("optimal", 7)
    assert run(programme([], np.zeros((1, 0)), [1], [5]), EXACT).status == "infeasible"


def test_the_offset_counts():
    outcome = run(programme([1], [[1]], [2], [INF], offset=40.0), EXACT)
    assert outcome.objective == pytest.approx(42)


def split(n: int = 30) -> Programme:
    """A market split: sums of four rows that must be met exactly."""
    rng = np.random.default_rng(3)
    rows = rng.integers(1, 99, size=(4, n))
    half = rows.sum(axis=1) // 2
    return programme(np.ones(n), rows, half, half, np.ones(n), np.ones(n, dtype=bool))


def test_a_limit_without_a_plan_is_stopped_and_not_infeasible():
    outcome = run(split(), Limits(seconds=0.3, threads=1))
    assert (outcome.status, outcome.x, outcome.reason) == ("stopped", None, "time limit")


@pytest.mark.parametrize(("seconds", "best", "ends"), [(1.9, 7.0, False), (2.1, 7.0, True), (2.1, 7.1, False)])
def test_a_plan_settles_once_it_is_near_the_bound_and_the_usual_seconds_are_over(seconds, best, ends, monkeypatch):
    """Two seconds, then a plan of seven is near five. The wrong answers: to end with a dear plan, or too early."""
    limits = Limits(seconds=8.0, settles=(2.0, 2.0))
    search = highs.Run(split(4), limits, None, Interrupt(), None)
    monkeypatch.setattr(highs.time, "monotonic", lambda: search.started + seconds)
    search.bound = 5.0
    assert not search._is_settled()
    search.best = best, np.zeros(4)
    assert search._is_settled() == ends


def test_what_is_enough_may_rise_while_it_searches():
    """Another search proves more meanwhile. The wrong answer: to go by what was enough when this one began."""
    told = [4.0]
    search = highs.Run(split(4), Limits(seconds=8.0, enough=lambda: told[0], gives_up=False), None, Interrupt(), None)
    search.best = 5.0, np.zeros(4)
    assert not search._is_settled()
    told[0] = 5.0
    assert search._is_settled()


def test_an_interrupt_is_heard():
    interrupt = Interrupt()
    threading.Timer(0.3, interrupt.event.set).start()
    outcome = run(split(), Limits(seconds=60, threads=1), interrupt=interrupt)
    assert (outcome.status, outcome.reason) == ("stopped", "interrupt")
    assert outcome.seconds < 20


@pytest.mark.parametrize(
    ("whose", "ends", "left"),
    [("planner", 20.0, True), ("plan", 20.0, True), ("search", 1.0, False), ("planner", 0.2, False)],
)
def test_a_planner_does_not_wait_for_a_search_that_does_not_stop(whose, ends, left, monkeypatch):
    """HiGHS asks nobody in a long relaxation. One who has pressed Ctrl-C has what it had reported half a second later,
    unless it ends before, however long it was at work; and so has the answer where it is proven. Where a search is
    made needless that goes on later, nobody waits."""
    done = threading.Event()
    asked = Interrupt()
    settled = Interrupt(within=asked, waits=True)
    within = Interrupt(within=Interrupt(within=settled))
    search = highs.Run(split(4), Limits(seconds=600), None, within, None)
    search.started -= 100
    monkeypatch.setattr(search, "SOON", 0.5)
    monkeypatch.setattr(search, "_work", lambda: (done.wait(30), search.done.set()))
    search.best = 7.0, np.zeros(4)
    {"planner": asked, "plan": settled, "search": within.within}[whose].event.set()
    assert within.somebody_waits == (whose != "search")
    assert within.is_set
    threading.Timer(ends, done.set).start()
    try:
        outcome = search.outcome()
    finally:
        done.set()
    assert (outcome.abandoned, outcome.objective, outcome.status) == (left, 7.0, "stopped")
    assert outcome.seconds < 110


def test_the_log_is_kept():
    outcome = run(programme([1, 1], [[2, 2]], [5], [INF], [9, 9], [True, True]), EXACT)
    assert any("Solving report" in line or "Status" in line for line in outcome.log)


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [(100, 99, 0.01), (-100, -101, 0.01), (100, 100, 0), (100, 101, 0), (100, -np.inf, np.inf), (np.inf, 5, np.inf)],
)
def test_relative_gap(objective, bound, gap):
    assert relative_gap(objective, bound) == pytest.approx(gap)
    assert Progress(1.0, objective, bound).gap == pytest.approx(gap)


def test_a_gap_to_nothing_is_still_a_number():
    """An objective of zero with a bound below it: the gap is huge, not a division by zero."""
    assert relative_gap(0.0, -1.0) > 1e6
