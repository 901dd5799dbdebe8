"""A relaxation with few starts: its bound is one for all starts, and as good where starts are taken in."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.solve import quick
from optimiser.solve.grid import grid_of, price_of_starts
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import assemble
from optimiser.solve.quick import QuickRelaxation
from optimiser.workflow import read
from tests.benchmarks.groups import Variant, group
from tests.helpers import write
from tests.reference.drawing import draw
from tests.reference_finance.drawing import draw as draw_finance
from tests.reference_markets.drawing import draw as draw_markets
from tests.together import draw as draw_together

LIMITS = Limits(gap=0.0, seconds=30, threads=1)


def case_of(tree, folder):
    """The programme of a tree, its grid, and prices by its relaxation (None without a plan in parts)."""
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    model = build(compile_instance(read(path).scenario))
    programme = assemble(model)
    grid, lp = grid_of(model, programme), relaxed(programme, programme.lower, programme.upper)
    prices = price_of_starts(programme, grid, lp.x, lp.row_dual) if lp.status == "optimal" else None
    return programme, grid, prices


def relaxed(programme, lower, upper):
    whole = np.zeros_like(programme.integer)
    return run(replace(programme, integer=whole, lower=lower, upper=upper), LIMITS)


def quick_of(programme, grid, prices, near=0.0):
    return QuickRelaxation(programme, grid, prices, np.zeros(grid.size, dtype=bool), near, LIMITS, Interrupt())


def bounds_of(programme, grid, rng, count):
    """The programme's own bounds, and others in which some issues are there or are not."""
    found = [(programme.lower, programme.upper)]
    for _ in range(count if len(grid.issuing) else 0):
        lower, upper = programme.lower.copy(), programme.upper.copy()
        for k in rng.choice(grid.issuing, min(3, len(grid.issuing)), replace=False):
            lower[k] = upper[k] = float(rng.integers(2))
        found.append((lower, upper))
    return found


@pytest.mark.parametrize("rounds", [1, 100])
@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("draw_case", [draw, draw_finance, draw_markets, draw_together])
def test_the_bound_holds_for_all_starts(draw_case, seed, rounds, tmp_path, monkeypatch):
    """Proves on random cases, with as few starts as can be, that the bound is never above the relaxation's optimum, and
    is that optimum where starts are taken in until nothing is missed, wherever the one before ended."""
    monkeypatch.setattr(quick, "KEPT", 0.0)
    monkeypatch.setattr(quick, "ROUNDS", rounds)
    programme, grid, prices = case_of(draw_case(seed), tmp_path)
    if prices is None or not grid.size:
        return
    asked, basis = quick_of(programme, grid, prices), None
    for lower, upper in bounds_of(programme, grid, np.random.default_rng(seed), 4):
        expected = relaxed(programme, lower, upper)
        found = asked.solve(lower, upper, basis, 20.0)
        within = 1e-6 * max(1.0, abs(expected.objective))
        if expected.status == "infeasible":
            assert found is None
        elif found is not None:
            assert found.bound <= expected.objective + within
            assert rounds == 1 or found.bound >= expected.objective - within
            basis = found.basis


@pytest.fixture
def case(tmp_path):
    """A group of 60 projects with debt in tickets."""
    return case_of(group(60, 2, Variant(finance=True)), tmp_path)


def test_starts_that_make_a_solution_possible_are_taken_in(case, monkeypatch):
    """A bond in 2027 asks for spending that the cheapest starts do not have: without taking any in there is no bound.

    With some there is the relaxation's. The wrong answer is that such an issue is impossible.
    """
    programme, grid, prices = case
    monkeypatch.setattr(quick, "KEPT", 0.0)
    lower = programme.lower.copy()
    lower[grid.issuing[1]] = 1.0
    expected = relaxed(programme, lower, programme.upper)
    asked = quick_of(programme, grid, prices)
    few = int(asked.keep.sum())
    with monkeypatch.context() as without:
        without.setattr(QuickRelaxation, "_helpful", lambda self: np.zeros(0, dtype=int))
        assert asked.solve(lower, programme.upper, None, 20.0) is None
    monkeypatch.setattr(quick, "ROUNDS", 100)
    found = asked.solve(lower, programme.upper, None, 20.0)
    assert found.bound == pytest.approx(expected.objective, rel=1e-7)
    assert few < asked.keep.sum() < 0.7 * grid.size


def test_it_goes_on_from_where_another_one_ended(case, monkeypatch):
    """Two that take in different starts have the same in the same order once each is like the other; then one basis is
    the other's, though it has been begun from, and renewed, in between."""
    programme, grid, prices = case
    monkeypatch.setattr(quick, "KEPT", 0.02)
    monkeypatch.setattr(quick, "ROUNDS", 100)
    one, other = quick_of(programme, grid, prices), quick_of(programme, grid, prices)
    first, second = programme.upper.copy(), programme.upper.copy()
    first[grid.issuing[1]], second[grid.issuing[12]] = 0.0, 0.0
    here = one.solve(programme.lower, first, None, 20.0)
    there = other.solve(programme.lower, second, None, 20.0)
    assert set(one.taken) - set(other.taken)
    assert set(other.taken) - set(one.taken)
    every = set(one.taken) | set(other.taken)
    one.like(other)
    other.like(one)
    assert one.taken == other.taken
    assert set(one.taken) == every
    assert len(one.taken) == len(every)
    assert np.array_equal(one.keep, other.keep)
    assert (one.back - other.back).nnz == 0
    other.renew(here.basis)
    assert here.basis.taken == one.taken
    once = one.solve(programme.lower, second, there.basis, 20.0)
    assert one.relaxation.iterations <= 5
    assert once.bound == pytest.approx(there.bound, rel=1e-9)
    again = other.solve(programme.lower, first, here.basis, 20.0)
    assert other.relaxation.iterations <= 5
    assert again.bound == pytest.approx(here.bound, rel=1e-9)


def test_how_much_may_be_missed(case, monkeypatch):
    """With a tolerance wider than what few starts miss none is taken in, and the bound is too low by what they miss."""
    programme, grid, prices = case
    monkeypatch.setattr(quick, "KEPT", 0.0)
    monkeypatch.setattr(quick, "ROUNDS", 100)
    best = relaxed(programme, programme.lower, programme.upper).objective
    missed = (
        best - quick_of(programme, grid, prices, near=1e6).solve(programme.lower, programme.upper, None, 20.0).bound
    )
    assert missed > 1e-3
    rough = quick_of(programme, grid, prices, near=0.5 * missed)
    assert best - 0.5 * missed <= rough.solve(programme.lower, programme.upper, None, 20.0).bound <= best + 1e-6
    assert len(rough.taken)


FORCED = """
projects:
  one: {kind: upgrade, start: [1, 4], capex: 10 MCNY, opex: 1 MCNY, abates: {site: 10 ktCO2e}}
"""


@pytest.mark.parametrize("kept", [[0], [1], [3]])
def test_what_bounds_force_is_forced_in_its_year(kept, tmp_path, monkeypatch):
    """One project that has to be there from year 3 on, for 10 MCNY and 1 a year: the fewest years of cost are 3 and 4.

    With the first year kept beside the last, the two between were as the first, and the bound that of all four years.
    """
    monkeypatch.setattr(quick, "KEPT", 0.0)
    monkeypatch.setattr(quick, "ROUNDS", 100)
    model = build(compile_instance(read(write(FORCED, tmp_path)).scenario))
    programme = assemble(model)
    grid = grid_of(model, programme)
    lower = programme.lower.copy()
    lower[grid.at[2:]] = 1.0
    programme = replace(programme, lower=lower)
    lp = relaxed(programme, programme.lower, programme.upper)
    prices = price_of_starts(programme, grid, lp.x, lp.row_dual)
    needed = np.isin(np.arange(grid.size), kept)
    asked = QuickRelaxation(programme, grid, prices, needed, 0.0, LIMITS, Interrupt())
    assert asked.solve(programme.lower, programme.upper, None, 20.0).bound == pytest.approx(lp.objective)
    first = run(replace(programme, lower=np.where(np.arange(len(lower)) == grid.at[0], 1.0, lower)), LIMITS)
    assert first.objective > lp.objective + 0.5


BY_YEAR = """
projects:
  one: {kind: upgrade, units: {max: 3, per_year: 1}, capex: 6 MCNY, opex: -9 MCNY, abates: {site: 1 ktCO2e}}
"""


@pytest.mark.parametrize("kept", [[], [1]])
def test_no_more_units_than_a_year_allows(kept, tmp_path, monkeypatch):
    """Three units that save 9 MCNY a year each, one a year at most: 27 - 6, then 18 - 6, then 9 - 6, which is 36.

    Of the first year, too, which no row between two years says. The wrong answers: 63 by three units at once, or 45.
    """
    monkeypatch.setattr(quick, "KEPT", 0.0)
    monkeypatch.setattr(quick, "ROUNDS", 100)
    model = build(compile_instance(read(write(BY_YEAR, tmp_path)).scenario))
    programme = assemble(model)
    grid, lp = grid_of(model, programme), relaxed(programme, programme.lower, programme.upper)
    assert lp.objective == pytest.approx(-36)
    prices = price_of_starts(programme, grid, lp.x, lp.row_dual)
    prices = replace(prices, start=np.array([9.0, 9.0, 0.0]))  # so it begins without the first year
    needed = np.isin(np.arange(grid.size), kept)
    asked = QuickRelaxation(programme, grid, prices, needed, 0.0, LIMITS, Interrupt())
    assert asked.solve(programme.lower, programme.upper, None, 20.0).bound == pytest.approx(-36)


def test_an_interrupt_ends_taking_in(case, monkeypatch):
    """No bound once it is set, and no start more."""
    programme, grid, prices = case
    monkeypatch.setattr(quick, "KEPT", 0.0)
    interrupt = Interrupt()
    asked = QuickRelaxation(programme, grid, prices, np.zeros(grid.size, dtype=bool), 0.0, LIMITS, interrupt)
    interrupt.event.set()
    assert asked.solve(programme.lower, programme.upper, None, 20.0) is None
    assert not asked.taken
