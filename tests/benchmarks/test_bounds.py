"""Stated bounds against true optima: 100 small cases, each by enumeration, with searches that end early."""

from functools import cache

import pytest

from optimiser.solve import kernels
from tests.helpers import result_of
from tests.reference.drawing import draw
from tests.reference.enumeration import best


@cache
def drawn(seed: int):
    """A scenario, and the least cost of all its schedules."""
    raw = draw(seed)
    return raw, best(raw)


@pytest.mark.parametrize("strategy", ["whole", "kernels"])
@pytest.mark.parametrize("seed", range(2000, 2100))
def test_the_stated_bound_is_never_above_the_optimum(seed, strategy, tmp_path, monkeypatch):
    """Proves that what is stated of a plan is so where the search stops at a gap of 30 %: bound <= optimum <= plan.

    The wrong answer: a bound of a kernel, in which projects are held, that is given out as one of the whole. Every
    fourth seed is explained.
    """
    monkeypatch.setattr(kernels, "LEAST", 2)
    raw, expected = drawn(seed)
    result = result_of(raw, tmp_path, explained=seed % 4 == 0, gap=0.3, strategy=strategy)
    assert (result is not None) == expected.feasible
    if result is not None:
        plan, slack = result.plan, 1e-6 * max(1.0, abs(expected.objective))
        assert plan.bound <= expected.objective + slack
        assert expected.objective <= plan.objective + slack
        assert plan.gap <= 0.3 + 1e-6
