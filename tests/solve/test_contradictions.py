"""What HiGHS says of a programme is not believed where a plan that is known contradicts it."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.solve import highs
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome
from tests.solve.test_highs import programme

INF = np.inf
EXACT = Limits(gap=0.0, seconds=20, threads=1)


def one_row():
    """0.46 a + 2.13 b + 1.97 c - s = 2.42675 at cost 0.0657, 0.6456, 0.084; d at 0.73 is in no row: a = c = 1."""
    case = programme(
        [0.7308, 0.0657, 0.6456, 0.084, 0],
        [[0, 0.46015, 2.1288, 1.9666, -0.6992]],
        [2.42675],
        [2.42675],
        [1, 7, 2, 1, INF],
        [True, True, True, True, False],
    )
    return case, np.array([1.0, 1, 0, 1, 0])


def test_a_start_that_has_what_it_does_not_need_is_not_the_answer():
    """The start has d; HiGHS 1.16.0 gives it back as it is, and says that it costs 0.1497, which is without d."""
    case, start = one_row()
    assert case.keeps_rows(start)
    found = run(case, EXACT, start=start)
    assert (found.status, found.objective) == ("optimal", pytest.approx(0.1497))
    assert found.x == pytest.approx([0, 1, 0, 1, 0])


def lying(first: Outcome, monkeypatch, also: Outcome | None = None):
    """HiGHS says `first` at first, then `also` or the truth; what it was asked."""
    truth, asked = highs.Run.outcome, []

    def outcome(self):
        asked.append(self.limits)
        if len(asked) == 1:
            return replace(first, log=list(first.log))
        return truth(self) if also is None else replace(also, log=list(also.log))

    monkeypatch.setattr(highs.Run, "outcome", outcome)
    return asked


def said(status, x, objective, bound) -> Outcome:
    return Outcome(status, x, objective, bound, 0.01, "gap reached", log=["Solving MIP model\n"])


BEST = np.array([0.0, 1, 0, 1, 0])


@pytest.mark.parametrize("status", ["optimal", "stopped"])
def test_a_bound_above_the_cost_of_its_plan_is_asked_again_without_presolve(status, monkeypatch):
    case, _ = one_row()
    asked = lying(said(status, BEST, 0.1497, 0.2), monkeypatch)
    found = run(case, EXACT)
    assert (found.status, found.objective, found.bound) == ("optimal", pytest.approx(0.1497), pytest.approx(0.1497))
    assert [limits.presolves for limits in asked] == [True, False]
    assert "asked again without presolve: a bound of 0.2, and a plan of 0.1497" in "".join(found.log)


def test_infeasible_is_asked_again_where_the_start_is_a_plan(monkeypatch):
    case, start = one_row()
    asked = lying(said("infeasible", None, INF, INF), monkeypatch)
    found = run(case, EXACT, start=start)
    assert (found.status, found.objective, len(asked)) == ("optimal", pytest.approx(0.1497), 2)


@pytest.mark.parametrize("start", [[1.0, 0, 0, 1, 0], [0.5, 1, 0, 1, 0], [0, 1, 0, 1.1, 0.065], [-1.0, 1, 0, 1, 0]])
def test_what_is_no_plan_contradicts_nothing(start, monkeypatch):
    """It keeps not the row, is not whole, or is beyond its bounds: the first answer stays, with one question asked."""
    case, _ = one_row()
    asked = lying(said("infeasible", None, INF, INF), monkeypatch)
    assert run(case, EXACT, start=np.array(start)).status == "infeasible"
    assert len(asked) == 1


def test_what_is_true_is_asked_once(monkeypatch):
    """The start costs more than the bound, and so does the plan by a gap; rounding contradicts nothing either."""
    case, start = one_row()
    for bound in (0.1497, 0.1497 + 1e-9, 0.1):
        with monkeypatch.context() as patch:
            asked = lying(said("optimal", BEST, 0.1497, bound), patch)
            assert run(case, replace(EXACT, gap=0.5), start=start).bound == bound
            assert len(asked) == 1


@pytest.mark.parametrize(("limits", "times"), [({"gap": 0.5}, 1), ({"room": 0.1}, 1), ({"room": 0.01}, 2), ({}, 2)])
def test_a_plan_within_the_gap_that_was_asked_is_asked_once(limits, times, monkeypatch):
    """Its bound is 0.05 below it, enough for a gap of half, or 0.1 in all; else the start may have been in the way."""
    case, start = one_row()
    asked = lying(said("optimal", BEST, 0.1497, 0.1), monkeypatch)
    assert run(case, replace(EXACT, **limits), start=start).objective == pytest.approx(0.1497)
    assert len(asked) == times


@pytest.mark.parametrize("start", [None, [1.0, 1, 0, 1, 0]])
def test_a_lie_told_twice_proves_nothing(start, monkeypatch):
    """Infeasible both times, or a bound of 9 both times: the plan known is the answer, without a bound."""
    case, _ = one_row()
    first = said("optimal", BEST, 0.1497, 9.0) if start is None else said("infeasible", None, INF, INF)
    lying(first, monkeypatch, also=first)
    found = run(case, EXACT, start=None if start is None else np.array(start))
    cost = 0.1497 if start is None else 0.8805
    assert (found.status, found.bound, found.objective) == ("stopped", -INF, pytest.approx(cost))
    assert case.keeps_rows(found.x)
    assert "nothing is proven" in "".join(found.log)


def test_what_is_said_without_the_start_has_to_be_true_beside_its_plan(monkeypatch):
    """The start comes back as it was, so it is asked without: a bound of 9 then contradicts the plan of 0.8805.

    Both searches count, in time and in what was left behind.
    """
    case, start = one_row()
    first = replace(said("optimal", start, 0.8805, 0.1497), abandoned=True, seconds=3.0)
    asked = lying(first, monkeypatch, also=replace(said("optimal", BEST, 0.1497, 9.0), seconds=2.0))
    found = run(case, EXACT, start=start)
    assert (found.status, found.bound, found.objective) == ("stopped", -INF, pytest.approx(0.1497))
    assert (found.abandoned, found.seconds) == (True, 5.0)
    assert [limits.seconds for limits in asked] == [20, 17]


def test_an_interrupt_asks_nothing_again(monkeypatch):
    case, _ = one_row()
    asked, interrupt = lying(said("stopped", BEST, 0.1497, 9.0), monkeypatch), Interrupt()
    interrupt.set()
    found = run(case, EXACT, interrupt=interrupt)
    assert (found.status, found.bound, len(asked)) == ("stopped", -INF, 1)
