"""Presolve: sound programmes that HiGHS 1.15.1 answers wrongly, found by random fleets and markets."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.solve import highs
from optimiser.solve.highs import run
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.programme import Programme
from tests.solve.test_highs import programme

INF = np.inf
SHIPS = [
    (3, {0: 1, 5: 1}, 3), (0, {1: 1, 2: 1, 3: 1, 5: -1, 6: 1}, 0), (0, {6: -1, 7: 1}, 0), (0, {0: -1, 8: 1}, 0),
    (0, {1: -1, 4: 1, 8: -1, 9: 1}, 0), (0, {2: -1, 10: 1}, 0), (-INF, {0: 1}, 3),
    (-INF, {1: 1, 2: 1, 3: 1, 5: -1}, 0), (-INF, {4: 1, 8: -1}, 0), (6000, {5: 4000}, INF),
    (6750, {6: 4000, 8: 2000}, INF), (7500, {7: 4000, 9: 2000, 10: 2000}, INF), (-INF, {0: 1}, 2),
    (-INF, {1: 1, 2: 1}, 2), (-INF, {3: 1}, 2), (-INF, {3: 1}, 1),
]  # fmt: skip
PEAK = [
    (2, {0: 1, 5: 1}, 2), (0, {3: 1, 5: -1, 6: 1}, 0), (0, {4: 1, 6: -1}, 0), (0, {1: -1, 7: 1}, 0),
    (0, {2: -1, 8: 1}, 0), (-INF, {0: 1}, 2), (-INF, {3: 1, 5: -1}, 0), (0, {5: -8, 9: 1}, 0),
    (0, {6: -8, 10: 1}, 0), (0, {7: -6, 8: -6, 11: 1}, 0), (3000, {5: 2000}, INF), (2250, {6: 2000}, INF),
    (1500, {7: 4000, 8: 4000}, INF), (-INF, {5: 1}, 4), (-INF, {6: 1}, 4), (-INF, {7: 1, 8: 1}, 4),
    (-INF, {11: 1, 12: -1}, 0), (-INF, {9: -1, 12: 1, 13: 32}, 32), (-INF, {10: -1, 12: 1, 14: 32}, 32),
    (1, {13: 1, 14: 1}, 1),
]  # fmt: skip


def of_rows(cost: list[float], rows, upper: list[float], whole: list[int]) -> Programme:
    matrix = np.zeros((len(rows), len(cost)))
    for i, (_, coefficients, _) in enumerate(rows):
        for j, value in coefficients.items():
            matrix[i, j] = value
    low, high = [r[0] for r in rows], [r[2] for r in rows]
    return programme(cost, matrix, low, high, upper, np.isin(np.arange(len(cost)), whole))


def test_no_optimum_is_lost():
    """One of three ships is scrapped in year 2: 3 x 6.1 + 2 x 5.8 + 2 x 5.5 - 1.9 = 39.0, all rows hold.

    With the doubleton rule HiGHS proves 52.1 to be the least.
    """
    cost = [11, 10.5, 5.7, -1.9, 0, 6.1, 5.8, 5.5, 5.9, 5.4, 5.4]
    case = of_rows(cost, SHIPS, [3, 3, 3, 2, 3] + [INF] * 6, [0, 1, 2, 3, 4])
    outcome = run(case, Limits(gap=0.0, seconds=20, threads=1))
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(3 * 6.1 + 2 * 5.8 + 2 * 5.5 - 1.9)


def test_no_plan_is_called_infeasible():
    """Two ships stay for two years and one new one follows: 12 + 12 + 4/3 + 9. With the aggregator: infeasible."""
    cost = [0, 16, 4 / 3, 0, 0, 6, 6, 9, 9, 0, 0, 0, 0, 0, 0]
    case = of_rows(cost, PEAK, [4] * 5 + [INF] * 8 + [1, 1], [0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 14])
    case.lower[9:13] = -INF
    outcome = run(case, Limits(gap=0.0, seconds=20, threads=1))
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(24 + 4 / 3 + 9)


HELD = [
    (53.025, {0: 53.025}, 53.025), (-INF, {2: 1, 4: -1}, 42.1), (-INF, {2: -1, 5: -1}, 31.6),
    (-INF, {3: 1, 6: -1}, -1.9), (-INF, {3: -1, 7: -1}, -8.9), (0, {4: 1, 6: 1}, 0), (0, {5: 1, 7: 1}, 0),
]  # fmt: skip


@pytest.mark.parametrize("needless", [0.2, 0.4, 0.6])
def test_a_start_hides_no_better_plan(needless, monkeypatch):
    """One yes or no that nobody needs costs 0.2, and the start has it: 2.9, where 2.7 is the least.

    Once presolve has left it out all plans cost the same; HiGHS 1.15.1 then looked for one that costs a whole 1 less
    than the start, found none, and proved 2.9: the first answer here, whatever HiGHS is installed.
    """
    case = of_rows([2.7, needless] + [0.0] * 6, HELD, [1, 1, 7.29, 7.29] + [INF] * 4, [1])
    case.lower[4:] = -INF
    start = np.array([1, 1, 0, 7.29, -42.1, -1.61, 42.1, 1.61])
    assert case.keeps_rows(start)
    answers, asked, cost = highs.Run.outcome, [], 2.7 + needless

    def outcome(self):
        asked.append(self)
        return replace(answers(self), x=start, objective=cost, bound=cost) if len(asked) == 1 else answers(self)

    monkeypatch.setattr(highs.Run, "outcome", outcome)
    for given in (start, None):
        found = run(case, Limits(gap=0.0, seconds=20, threads=1), start=given)
        assert (found.status, found.objective, found.bound) == ("optimal", pytest.approx(2.7), pytest.approx(2.7))


@pytest.mark.parametrize("again", ["stopped", "infeasible", "failed"])
def test_what_was_found_stays_where_it_cannot_be_asked_again(again, monkeypatch):
    """The second time nothing is found: the start is the plan, and nothing is proven of it."""
    case = of_rows([2.7, 0.2] + [0.0] * 6, HELD, [1, 1, 7.29, 7.29] + [INF] * 4, [1])
    case.lower[4:] = -INF
    start = np.array([1, 1, 0, 7.29, -42.1, -1.61, 42.1, 1.61])
    first, asked = highs.Run.outcome, []

    def outcome(self):
        asked.append(self)
        nothing = Outcome(again, None, INF, -INF if again == "stopped" else INF, 0.0, again)
        return replace(first(self), x=start, objective=2.9, bound=2.9) if len(asked) == 1 else nothing

    monkeypatch.setattr(highs.Run, "outcome", outcome)
    found = run(case, Limits(gap=0.0, seconds=20, threads=1), start=start)
    assert (found.status, found.objective, found.bound) == ("stopped", pytest.approx(2.9), -INF)
    assert case.keeps_rows(found.x)
