"""A search that only looks for what is better than the plan it starts from, by more than the gap."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from optimiser.solve.highs import run
from optimiser.solve.outcome import Limits, relative_gap
from optimiser.solve.programme import Programme
from optimiser.solve.starting import cut_back, cutoff

GAP = 0.05


def _programme(cost, matrix, low, offset=0.0):
    """min cost @ x + offset with matrix @ x >= low and each x yes or no."""
    n, m = len(cost), len(low)
    return Programme(
        cost=np.array(cost, dtype=float),
        offset=offset,
        matrix=sparse.csr_array(np.array(matrix, dtype=float)),
        row_lower=np.array(low, dtype=float),
        row_upper=np.full(m, np.inf),
        lower=np.zeros(n),
        upper=np.ones(n),
        integer=np.ones(n, dtype=bool),
        place={},
        pyomo_columns={},
        rows=[None] * m,
    )


def _random(seed):
    """A programme of ten decisions, its least cost by trying all, and some plan of it."""
    rng = np.random.default_rng(seed)
    n, m = 10, 4
    matrix = rng.integers(0, 9, (m, n))
    low = 0.5 * matrix.sum(axis=1)
    cost = np.round(rng.uniform(1, 20, n), 2)
    programme = _programme(cost, matrix, low, offset=float(rng.choice([0.0, 250.0, -40.0])))
    plans = [np.array(x, dtype=float) for x in product((0, 1), repeat=n) if np.all(matrix @ np.array(x) >= low)]
    costs = np.array([programme.cost_of(x) for x in plans])
    return programme, float(costs.min()), plans, costs


@pytest.mark.parametrize("seed", range(40))
def test_what_is_said_of_the_best_plan_is_true(seed):
    """From any start the answer is within the gap of the least cost, and the bound is no higher than that."""
    programme, least, plans, costs = _random(seed)
    for start in (plans[int(costs.argmin())], plans[int(costs.argmax())], plans[len(plans) // 2]):
        found = run(programme, Limits(gap=GAP, threads=1, only_better=True), start=start)
        assert found.status == "optimal"
        assert found.bound <= least + 1e-6
        assert relative_gap(found.objective, found.bound) <= GAP * (1 + 1e-9)
        assert found.objective <= programme.cost_of(start) + 1e-9
        assert programme.keeps_rows(found.x)


@pytest.mark.parametrize("seed", range(12))
def test_a_proof_reaches_no_further_than_what_was_looked_for(seed):
    """Of a plan within the gap of the best one HiGHS says that nothing is cheaper, since it has not looked there.

    Whoever took its bound for the programme's would say more than the least cost.
    """
    rng = np.random.default_rng(seed)
    n, m = 40, 10
    matrix = rng.integers(1, 100, (m, n))
    programme = _programme(np.round(rng.uniform(50, 100, n), 2), matrix, 0.5 * matrix.sum(axis=1), offset=1000.0)
    exact = run(programme, Limits(gap=0.0, threads=1))
    assert exact.status == "optimal"
    start = exact.x.round()
    spare = np.flatnonzero(start == 0)
    start[spare[int(programme.cost[spare].argmin())]] = 1.0  # one more than is needed
    gap = 1.5 * relative_gap(programme.cost_of(start), exact.objective)
    found = run(programme, Limits(gap=gap, threads=1, only_better=True), start=start)
    assert found.status == "optimal"
    assert found.bound <= exact.objective + 1e-6
    assert found.objective >= exact.objective - 1e-6
    assert relative_gap(found.objective, found.bound) <= gap * (1 + 1e-9)


def test_no_cutoff_without_a_plan():
    """What breaks a row is no plan: with a cutoff from its cost the true answer would not be looked for."""
    programme, least, plans, costs = _random(1)
    limits = Limits(gap=GAP, threads=1, only_better=True)
    wrong = np.zeros(10)
    assert cutoff(programme, wrong, limits) == np.inf
    assert cutoff(programme, None, limits) == np.inf
    start = plans[int(costs.argmin())]
    assert cutoff(programme, start, Limits(gap=GAP)) == np.inf
    assert cutoff(programme, start, limits) == pytest.approx(least - GAP * abs(least), rel=1e-6)
    assert run(programme, limits, start=wrong).objective == pytest.approx(least, rel=GAP)


def test_a_lie_is_not_cut_back_to_a_proof():
    """HiGHS called a start of 304.09 one of 311.59, and that the least cost: no proof of anything below, either."""
    assert cut_back(304.09, 303.79, known=304.09) == 303.79
    assert cut_back(303.5, 303.79, known=304.09) == 303.5
    assert cut_back(311.586, 303.79, known=304.09) == 311.586  # `contradiction` sees it


def test_a_start_that_highs_does_not_take_costs_no_proof():
    """A start that misses a row by rounding of its size: nothing is below its cost, and the least cost is proven.

    Rows of 1e5 by 2e-3. Asked again with the same cutoff there would be no plan, and no bound.
    """
    programme = _programme([3.0, 4.0, 5.0], [[1e5, 1e5 - 2e-3, 7e4]], [1e5])
    start = np.array([0.0, 1.0, 0.0])
    programme.cost[1] = 2.5
    found = run(programme, Limits(gap=1e-3, threads=1, only_better=True), start=start)
    assert found.status == "optimal"
    assert found.bound == pytest.approx(found.objective, rel=2e-3)
