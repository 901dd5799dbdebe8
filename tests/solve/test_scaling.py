"""Scaling: what the solver sees is of ordinary size, and the way back is exact."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from optimiser.solve.highs import run
from optimiser.solve.outcome import Limits
from optimiser.solve.scaling import scale
from tests.solve.test_highs import INF, programme

EXACT = Limits(gap=0.0, seconds=20, threads=1)


def tiny():
    """min 2x + 3y with x + y >= 10 and x <= 4, in millionths: figures that a tolerance of 1e-7 would swallow."""
    return programme([2e-6, 3e-6], [[1e-6, 1e-6], [1e-6, 0]], [10e-6, -INF], [INF, 4e-6])


def test_figures_of_ordinary_size_are_left_alone():
    ours = programme([2, 3], [[1, 1], [1, 0]], [10, -INF], [INF, 4])
    scaled, scaling = scale(ours)
    assert scaling.rows.tolist() == [1, 1]
    assert scaling.columns.tolist() == [1, 1]
    assert scaling.objective == 1
    assert scaled.matrix.toarray().tolist() == ours.matrix.toarray().tolist()
    assert scaled.cost.tolist() == ours.cost.tolist()


def test_small_figures_are_brought_to_ordinary_size():
    scaled, _ = scale(tiny())
    largest = np.abs(scaled.matrix.toarray()).max(axis=1)
    assert np.all((largest >= 0.5) & (largest <= 2))
    assert np.abs(scaled.cost).max() >= 1


def test_scales_are_powers_of_two():
    """Proves that nothing is rounded on the way: a product with a power of two is exact."""
    _, scaling = scale(tiny())
    for factor in [*scaling.rows, *scaling.columns, scaling.objective]:
        assert np.log2(factor) == np.round(np.log2(factor))


def test_the_scaled_programme_is_the_same_programme():
    """For any x: rows, bounds and cost of the scaled programme at x / columns are those of ours at x, scaled."""
    ours = tiny()
    scaled, scaling = scale(ours)
    x = np.array([3.0, 8.0])
    there = x / scaling.columns
    assert scaled.matrix @ there == pytest.approx((ours.matrix @ x) * scaling.rows)
    assert scaling.unscaled_objective(scaled.cost @ there + scaled.offset) == pytest.approx(ours.cost @ x + ours.offset)
    finite = np.isfinite(ours.row_lower)
    assert scaled.row_lower[finite] == pytest.approx(ours.row_lower[finite] * scaling.rows[finite])
    assert np.isinf(scaled.row_lower[~finite]).all()


def test_the_answer_comes_back_in_our_units():
    """x = 4, y = 6, cost 26e-6, and duals of 3 and -1: as if it had never been scaled."""
    outcome = run(tiny(), EXACT)
    assert outcome.status == "optimal"
    assert outcome.x == pytest.approx([4, 6], rel=1e-9)
    assert outcome.objective == pytest.approx(26e-6, rel=1e-9)
    assert outcome.bound == pytest.approx(26e-6, rel=1e-9)
    assert outcome.row_dual == pytest.approx([3, -1], rel=1e-9)


def test_totals_of_small_figures_come_back_too():
    """A total of whole lots of a millionth each, at least 3.5 millionths, at 3 each: four lots, 4e-6, cost 12e-6."""
    ours = programme([3, 0], [[1, -1e-6], [1, 0]], [0, 3.5e-6], [0, INF], [INF, 9], [False, True])
    _, scaling = scale(ours)
    assert scaling.columns[0] < 1e-5
    outcome = run(ours, EXACT)
    assert outcome.x == pytest.approx([4e-6, 4], rel=1e-9)
    assert outcome.objective == pytest.approx(12e-6, rel=1e-9)


def test_whole_variables_keep_their_scale():
    """min 2x + 3y with x + y >= 9.5 in millionths, x whole and at most 4: x = 4, y = 5.5."""
    ours = programme([2e-6, 3e-6], [[1e-6, 1e-6], [1e-6, 0]], [9.5e-6, -INF], [INF, 4e-6], integer=[True, False])
    _, scaling = scale(ours)
    assert scaling.columns[0] == 1
    outcome = run(ours, EXACT)
    assert outcome.x == pytest.approx([4, 5.5], rel=1e-9)
    assert outcome.objective == pytest.approx(24.5e-6, rel=1e-9)


def test_huge_cost_is_brought_down():
    """Cost of 1e12: the objective alone is scaled, and the answer is in our units."""
    ours = programme([2e12, 3e12], [[1, 1], [1, 0]], [10, -INF], [INF, 4], offset=1e12)
    scaled, scaling = scale(ours)
    assert np.abs(scaled.cost).max() <= 1e4
    assert scaling.rows.tolist() == [1, 1]
    outcome = run(ours, EXACT)
    assert outcome.objective == pytest.approx(27e12)
    assert outcome.row_dual == pytest.approx([3e12, -1e12])


def test_rows_of_zeros_and_empty_programmes():
    """Proves that nothing is divided by nothing."""
    scaled, scaling = scale(programme([0, 0], [[0, 0], [1e-6, 1e-6]], [-INF, 1e-6], [INF, INF]))
    assert np.isfinite(scaling.rows).all()
    assert np.isfinite(scaled.matrix.toarray()).all()
    scaled, scaling = scale(programme([], np.zeros((0, 0)), [], []))
    assert scaling.objective == 1


def test_empty_rows_and_stored_zeros_say_nothing():
    """min x + y with x >= 2, a row of nothing and x + y >= 5; the matrix stores a zero beside x, whole or not: 5.

    Proves that the largest figure of each row is looked for in that row: a row of nothing, first, between or last,
    does not shift what is found in the next one, and only the millionth is too small.
    """
    for whole in (False, True):
        for small, factor in ((1.0, 1.0), (1e-6, 2.0**20)):
            rows = [(), (0, 1), (), (0, 1), ()]
            data = np.array([1.0, 0.0, small, small])
            start = np.cumsum([0, *map(len, rows)])
            matrix = sparse.csr_array((data, np.concatenate(rows).astype(int), start), shape=(5, 2))
            low, high = [-INF, 2, -INF, 5 * small, -INF], [1, INF, 1, INF, 1]
            ours = replace(programme([1, 1], np.zeros((5, 2)), low, high, integer=[whole, whole]), matrix=matrix)
            _, scaling = scale(ours)
            assert scaling.rows.tolist() == [1, 1, 1, factor, 1]
            assert run(ours, EXACT).objective == pytest.approx(5, rel=1e-9)
