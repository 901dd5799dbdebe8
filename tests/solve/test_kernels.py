"""Kernels: small programmes, each exact, whose plans and bounds hold for the whole."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from scipy import sparse

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.solve import kernels, root, searching, splitting, steps, under_way
from optimiser.solve.grid import grid_of, price_of_starts, restrict
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome, Progress
from optimiser.solve.programme import assemble
from optimiser.workflow import read
from tests.helpers import least_cost, result_of, solved, starts, write
from tests.reference.drawing import draw
from tests.reference.enumeration import best
from tests.reference_finance.drawing import draw as draw_finance
from tests.reference_markets.drawing import draw as draw_markets
from tests.together import draw as draw_together

LIMITS = Limits(gap=0.0, seconds=30, threads=1)
WORLD = """
projects:
  cheap: {kind: upgrade, capex: 10 MCNY, abates: {site: 30 ktCO2e}}
  dear: {kind: upgrade, capex: 16 MCNY, abates: {site: 30 ktCO2e}}
  lots: {kind: upgrade, units: {max: 4, per_year: 2}, capex: 6 MCNY, opex: 1 MCNY, abates: {site: 10 ktCO2e}}
budgets: {b: {limit: 14 MCNY}}
targets: {cap: {kind: reduction, in: [2, 3], cut: {2: 30 ktCO2e, 3: 50 ktCO2e}}}
"""
PARTS = """
projects:
  cheap: {kind: upgrade, capex: 10 MCNY, abates: {site: 30 ktCO2e}}
  dear: {kind: upgrade, capex: 16 MCNY, abates: {site: 30 ktCO2e}}
  other: {kind: upgrade, capex: 90 MCNY, abates: {site: 30 ktCO2e}}
targets: {cap: {kind: reduction, in: 3, cut: 35 ktCO2e}}
"""


def programme_of(text, folder):
    model = build(compile_instance(read(write(text, folder)).scenario))
    return model, assemble(model)


@pytest.fixture
def always(monkeypatch):
    """Kernels for every programme, the smallest of two starts."""
    monkeypatch.setattr(kernels, "LARGE", 0)
    monkeypatch.setattr(kernels, "LEAST", 2)
    monkeypatch.setattr(steps, "PROJECTS", 1)
    monkeypatch.setattr(steps, "FEW", 4)


@pytest.mark.parametrize("seed", range(1000, 1060))
def test_kernels_agree_with_enumeration(seed, always, tmp_path, monkeypatch):
    """Proves that neither the kernels nor the starts left out cost the best plan, and that infeasible is infeasible.

    Every fourth is explained; every other goes by steps even where cuts raise the bound.
    """
    monkeypatch.setattr(kernels, "RAISED", 0.0 if seed % 2 else np.inf)
    raw = draw(seed)
    result, expected = result_of(raw, tmp_path, explained=seed % 4 == 0), best(raw)
    assert (result is not None) == expected.feasible
    if result is not None:
        assert result.plan.objective == pytest.approx(expected.objective, rel=1e-6, abs=1e-6)
        assert result.plan.bound <= expected.objective + 1e-6 * max(1.0, abs(expected.objective))


def forced(programme, grid, i):
    """The programme with one unit at least that starts there."""
    row = np.zeros(len(programme.cost))
    row[grid.at[i]] = 1.0
    if not grid.first[i]:
        row[grid.at[i - 1]] = -1.0
    return _with(
        programme,
        matrix=sparse.csr_array(sparse.vstack([programme.matrix, sparse.csr_array(row[None, :])])),
        row_lower=np.append(programme.row_lower, 1.0),
        row_upper=np.append(programme.row_upper, np.inf),
        rows=[*programme.rows, ("forced", i)],
    )


def test_the_price_of_a_start_is_a_bound(tmp_path):
    """Proves for every start of a small world: with that start the cheapest plan costs the relaxation and its price.

    The wrong answer: a price that is too high would rule out a start that the best plan needs.
    """
    model, programme = programme_of(WORLD, tmp_path)
    grid = grid_of(model, programme)
    relaxed = run(_relaxed(programme), LIMITS)
    price = price_of_starts(programme, grid, relaxed.x, relaxed.row_dual).bound
    for i in range(grid.size):
        assert run(forced(programme, grid, i), LIMITS).objective >= relaxed.objective + price[i] - 1e-6
    assert price.max() > 1.0


def test_the_price_of_one_unit_leaves_the_others_where_they_are_cheapest(tmp_path):
    """Five units at 6 save 10 kt each, `dear` what is left: 60 kt by the third year, so all five and a third of it.

    10 kt are worth 10 at the margin, and every unit has 4 of that to spare: to start one of them a year early, for
    1 MCNY of opex, costs 1, whatever the four others do. The wrong answer: 1 and twice the 16 that these four save.
    """
    text = """
projects:
  lots: {kind: upgrade, start: [2, 3], units: {max: 5}, capex: 6 MCNY, opex: 1 MCNY, abates: {site: 10 ktCO2e}}
  dear: {kind: upgrade, start: [3, 3], capex: 33 MCNY, opex: -3 MCNY, abates: {site: 30 ktCO2e}}
targets: {cap: {kind: reduction, in: 3, cut: 60 ktCO2e}}
"""
    model, programme = programme_of(text, tmp_path)
    grid = grid_of(model, programme)
    relaxed = run(_relaxed(programme), LIMITS)
    price = price_of_starts(programme, grid, relaxed.x, relaxed.row_dual).bound
    assert relaxed.objective == pytest.approx(5 * 7 + 10)
    early = run(_relaxed(forced(programme, grid, 0)), LIMITS)
    assert early.objective == pytest.approx(relaxed.objective + 1)
    assert price == pytest.approx([1, 0, 0])


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_no_start_costs_less_than_its_price(seed, tmp_path):
    """Proves on random small cases, several units among them, that prices of all starts are bounds."""
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump(draw(seed), sort_keys=False), encoding="utf-8")
    model = build(compile_instance(read(path).scenario))
    programme = assemble(model)
    grid, relaxed = grid_of(model, programme), run(_relaxed(programme), LIMITS)
    if relaxed.x is None:
        assert relaxed.status == "infeasible"
        return
    price = price_of_starts(programme, grid, relaxed.x, relaxed.row_dual).bound
    for i in np.flatnonzero(grid.whole[grid.owner]):
        objective = run(_relaxed(forced(programme, grid, i)), LIMITS).objective
        assert objective >= relaxed.objective + price[i] - 1e-6 * max(1.0, abs(relaxed.objective))


def test_a_kernel_is_the_programme_with_fewer_starts(tmp_path):
    """Proves that plans of a kernel are plans of the whole at the same cost; held projects stay as they are."""
    model, programme = programme_of(WORLD, tmp_path)
    grid = grid_of(model, programme)
    whole = run(programme, LIMITS)
    keep = grid.new(whole.x) > 0.5
    nobody, cheap = np.zeros(3, dtype=bool), np.array([True, False, False])
    for held in (nobody, cheap):
        kernel = restrict(programme, grid, keep, held, whole.x)
        found = run(kernel.programme, LIMITS)
        x = kernel.expand(found.x)
        assert found.objective == pytest.approx(whole.objective)
        assert programme.cost @ x + programme.offset == pytest.approx(whole.objective)
        assert np.all(programme.matrix @ x <= programme.row_upper + 1e-7)
        assert np.all(programme.matrix @ x >= programme.row_lower - 1e-7)
        assert kernel.expand(kernel.shrink(whole.x)) == pytest.approx(whole.x)
    assert len(kernel.programme.cost) < len(programme.cost)
    none = restrict(programme, grid, np.zeros(grid.size, dtype=bool), nobody, whole.x)
    assert run(none.programme, LIMITS).status == "infeasible"


def test_what_rounding_leaves_of_a_sum_is_nothing(tmp_path):
    """0.1 + 0.2 - 0.3 of three starts that become one is 6e-17 of it, in a row with 1 of another column, and alone.

    The wrong answer: rows are scaled, and the second one says 1 x >= 9e15.
    """
    text = "projects: {late: {kind: upgrade, start: [1, 3], capex: 1 MCNY}, other: {kind: upgrade, capex: 1 MCNY}}"
    model, programme = programme_of(text, tmp_path)
    grid = grid_of(model, programme)
    row = np.zeros((2, len(programme.cost)))
    row[:, grid.at[:3]] = 0.1, 0.2, -0.3
    row[0, grid.at[3]] = 1.0
    kernel = kernel_of_first_starts(programme, grid, row, -0.5)
    assert kernel.programme.matrix.data.tolist() == [1.0]
    assert kernel.programme.rows == [0]


def test_a_coefficient_that_is_small_by_itself_stays(tmp_path):
    """5e-9 beside 60,000 is no rounding: of 2e8 units it makes one. The wrong answer: the row without it."""
    text = "projects: {late: {kind: upgrade, start: [1, 3], capex: 1 MCNY}, other: {kind: upgrade, capex: 1 MCNY}}"
    model, programme = programme_of(text, tmp_path)
    grid = grid_of(model, programme)
    row = np.zeros((1, len(programme.cost)))
    row[0, grid.at[[0, 3]]] = 5e-9, 6e4
    kernel = kernel_of_first_starts(programme, grid, row, -0.5)
    assert sorted(kernel.programme.matrix.data) == [5e-9, 6e4]


def test_a_row_in_which_nothing_is_left_must_hold(tmp_path):
    """At least 1 of three starts, of which none is kept: no plan. The wrong answer: the row goes, nothing is one."""
    text = "projects: {late: {kind: upgrade, start: [1, 3], capex: 1 MCNY}, other: {kind: upgrade, capex: 1 MCNY}}"
    model, programme = programme_of(text, tmp_path)
    grid = grid_of(model, programme)
    row = np.zeros((2, len(programme.cost)))
    row[:, grid.at[2]] = 1.0
    programme = _with(
        programme, matrix=sparse.csr_array(row), row_lower=np.array([1.0, -1.0]), row_upper=np.full(2, np.inf)
    )
    programme = _with(programme, rows=[0, 1])
    kernel = restrict(programme, grid, np.zeros(grid.size, dtype=bool), np.zeros(2, dtype=bool), np.zeros(len(row[0])))
    assert kernel.programme.rows == [0]
    assert run(kernel.programme, LIMITS).status == "infeasible"


def kernel_of_first_starts(programme, grid, row, least):
    """Only rows (K, N) that are at least so much, with the first of three starts and the one start of another."""
    k = len(row)
    limits = {"row_lower": np.full(k, least), "row_upper": np.full(k, np.inf), "rows": list(range(k))}
    programme = _with(programme, matrix=sparse.csr_array(row), **limits)
    keep = np.isin(np.arange(grid.size), [0, 3])
    return restrict(programme, grid, keep, np.zeros(2, dtype=bool), np.zeros(len(programme.cost)))


def test_a_start_that_is_no_plan_is_not_taken(always, tmp_path):
    """35 kt: nothing at all is no plan, whatever it costs; one of 26 is kept, also where there is no time for more."""
    model, programme = programme_of(PARTS, tmp_path)
    nothing = kernels.solve_by_kernels(model, programme, LIMITS, None, Interrupt(), np.zeros(len(programme.cost)))
    assert (nothing.status, nothing.objective) == ("optimal", pytest.approx(26))
    hurried = Interrupt()
    hurried.event.set()
    kept = kernels.solve_by_kernels(model, programme, LIMITS, None, hurried, nothing.x)
    assert (kept.status, kept.objective) == ("stopped", pytest.approx(26))
    assert kept.x == pytest.approx(nothing.x)


@pytest.mark.parametrize("gap", [0.3, 0.03])
@pytest.mark.parametrize("seed", [5168, *range(5000, 5015)])
def test_with_a_wide_gap_no_more_is_proven_than_is_true(seed, gap, always, tmp_path, monkeypatch):
    """Proves that starts which no plan needs for the gap leave bounds below the optimum. Seed 5168: the case in which
    a sum of 4e-15 was scaled to one, and nothing at all was a plan of no cost, where 34.8 is the least."""
    monkeypatch.setattr(steps, "PROJECTS", 1)
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump(draw(seed), sort_keys=False), encoding="utf-8")
    model = build(compile_instance(read(path).scenario))
    programme = assemble(model)
    expected = run(programme, LIMITS)
    found = kernels.solve_by_kernels(model, programme, replace(LIMITS, gap=gap), None, Interrupt())
    assert (found.x is None) == (expected.x is None)
    if found.x is not None:
        slack = 1e-6 * max(1.0, abs(expected.objective))
        assert found.bound - slack <= expected.objective <= found.objective + slack
        assert found.objective - found.bound <= gap * abs(found.objective) + slack


def test_large_programmes_are_solved_by_kernels(always, tmp_path, monkeypatch):
    asked = []
    told = searching.solve_by_kernels
    monkeypatch.setattr(searching, "solve_by_kernels", lambda *a: asked.append(1) or told(*a))
    result = solved(WORLD, tmp_path)
    assert asked
    assert result.plan.objective == pytest.approx(least_cost(WORLD, tmp_path))
    assert starts(result)
    assert "relaxation" in result.plan.solver["log"]


def test_an_interrupt_gives_the_best_plan_so_far(always, tmp_path, monkeypatch):
    """35 kt of 30 and 30: 26 MCNY, in parts and without cuts 12.67. Stopped after its first plan: that bound."""
    monkeypatch.setattr(root, "ROUNDS", 0)
    monkeypatch.setattr(splitting, "LEAVES", 1)
    model, programme = programme_of(PARTS, tmp_path)
    interrupt = Interrupt()
    search = kernels._Kernels(programme, grid_of(model, programme), LIMITS, None, interrupt)
    take = search.take
    search.take = lambda x: (take(x), interrupt.event.set())
    outcome = search.outcome(None)
    assert (outcome.status, outcome.reason) == ("stopped", "interrupt")
    assert (outcome.objective, outcome.bound) == (pytest.approx(26), pytest.approx(10 + 16 / 6))


def test_what_a_step_finds_is_not_told_as_a_plan(tmp_path, monkeypatch):
    """A step, in which later projects are in parts, finds 13; the plan known costs 26, and that is what is told."""
    model, programme = programme_of(PARTS, tmp_path)
    told = []
    search = kernels._Kernels(programme, grid_of(model, programme), LIMITS, told.append, Interrupt())
    search.take(run(programme, LIMITS).x)

    def found(asked, limits, watch, *others):
        watch(Progress(1.0, 13.0, 12.0))
        return Outcome("stopped", None, np.inf, -np.inf, 1.0, "time limit")

    monkeypatch.setattr(under_way, "run", found)
    search.run("step 1", programme, 1.0, around=steps.FEW_WHOLE)
    search.run("kernel", programme, 1.0)
    assert [p.incumbent for p in told] == [pytest.approx(26), 13.0]


def test_a_relaxation_to_be_rounded_hears_what_the_search_hears(tmp_path):
    """It ends with the search, and what it took is given back; one that was left behind is remembered."""
    model, programme = programme_of(PARTS, tmp_path)
    search = kernels._Kernels(programme, grid_of(model, programme), LIMITS, None, Interrupt())
    relaxation = search.relaxation(programme)
    assert relaxation.solve(10.0).status == "optimal"
    assert relaxation._run.interrupt is search.settled
    search.ended(relaxation, "steps by rounding: 26")
    assert relaxation._run.highs.getNumCol() == 0
    assert not search.abandoned
    relaxation.abandoned = True
    search.ended(relaxation, "again")
    assert search.abandoned
    assert search.log == ["--- steps by rounding: 26\n", "--- again\n"]


@pytest.mark.parametrize(("left", "most"), [(100.0, 8.0), (5.0, 5.0)])
def test_a_step_has_longer_until_its_plan_is_near(left, most, tmp_path, monkeypatch):
    """Two seconds, four times as long without a plan near its bound, never longer than is left; without that, two."""
    model, programme = programme_of(PARTS, tmp_path)
    search = kernels._Kernels(programme, grid_of(model, programme), LIMITS, None, Interrupt())
    monkeypatch.setattr(kernels._Kernels, "left", left)
    asked = []

    def found(programme, limits, *others):
        asked.append((limits.seconds, limits.settles))
        return Outcome("stopped", None, np.inf, -np.inf, 1.0, "time limit")

    monkeypatch.setattr(under_way, "run", found)
    search.run("step 1", programme, 2.0, around=steps.FEW_WHOLE, near=13.0)
    search.run("kernel", programme, 2.0)
    assert asked == [(most, (2.0, 13.0)), (2.0, None)]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("draw_other", [draw_finance, draw_together, draw_markets])
def test_fleets_finance_and_markets_stay_whole(draw_other, seed, tmp_path, monkeypatch):
    """Proves that kernels of projects, among assets, issues and accounts that none leaves out, find the same plan.

    Switches are polished in the whole programme alone. Every fourth is explained.
    """
    expected = result_of(draw_other(seed), tmp_path, explained=False)
    for name, value in {"LARGE": 1, "LEAST": 2}.items():
        monkeypatch.setattr(kernels, name, value)
    monkeypatch.setattr(steps, "PROJECTS", 1)
    found = result_of(draw_other(seed), tmp_path, explained=seed % 4 == 0)
    assert (found is None) == (expected is None)
    if found is not None:
        assert found.plan.objective == pytest.approx(expected.plan.objective, rel=1e-6, abs=1e-5)
        assert found.plan.bound <= expected.plan.objective + 1e-5


def test_a_better_bound_rules_out_no_start_of_the_best_plan(always, tmp_path, monkeypatch):
    """35 kt. The relaxation, 12.67, is `cheap` and a sixth of `dear`; steps give both, 26. Best: `cheap`, `odd`, 25.9.

    `odd` costs 13.2 above the relaxation, so it is in no plan below 12.67 + 13.2. A bound by parts of 25.89 says
    nothing about it: the wrong answer, 26 and proven, comes from measuring its price against that bound.
    """
    monkeypatch.setattr(steps.Steps, "bounds", lambda self, *a: 25.89)
    found = found_after_steps(LIMITS, tmp_path, monkeypatch)
    assert (found.status, found.objective) == ("optimal", pytest.approx(25.9))
    assert found.bound <= 25.9 + 1e-6


@pytest.mark.parametrize("bounds", [True, False])
def test_a_plan_that_is_good_enough_is_proven_without_the_starts_of_the_best_one(bounds, always, tmp_path, monkeypatch):
    """The same with a gap of 1 %: 26 is proven by a bound of 25.74, and a plan with `odd` costs 25.9 at least.

    So `odd` is not looked at, and 25.9 is all that is proven. The wrong answer: a bound of 26, above the best plan.
    """
    if not bounds:
        monkeypatch.setattr(steps.Steps, "bounds", lambda self, *a: None)
    found = found_after_steps(replace(LIMITS, gap=0.01), tmp_path, monkeypatch)
    assert (found.status, found.objective) == ("optimal", pytest.approx(26))
    assert 25.74 <= found.bound <= 25.9 + 1e-6


def found_after_steps(limits, tmp_path, monkeypatch):
    """What kernels find where steps gave the best plan without `odd`, and there are no cuts."""
    text = PARTS.replace("other: {kind: upgrade, capex: 90 MCNY", "odd: {kind: upgrade, capex: 15.9 MCNY")
    text = text.replace("30 ktCO2e}}\ntargets", "5 ktCO2e}}\ntargets")
    model, programme = programme_of(text, tmp_path)
    grid = grid_of(model, programme)
    names = [p.id for p in model.instance.projects]
    fixed = programme.upper.copy()
    fixed[grid.at[grid.owner == names.index("odd")]] = 0.0
    known = run(_with(programme, upper=fixed), LIMITS)
    assert known.objective == pytest.approx(26)
    monkeypatch.setattr(root, "ROUNDS", 0)
    monkeypatch.setattr(kernels, "SHARES", ())
    monkeypatch.setattr(steps.Steps, "plan", lambda self: known.x)
    return kernels.solve_by_kernels(model, programme, limits, None, Interrupt())


@pytest.mark.parametrize("rises", [True, False])
def test_a_small_kernel_in_place_of_steps_where_cuts_raise_the_bound(rises, always, tmp_path, monkeypatch):
    """35 kt of 30 and 30: 12.67 MCNY in parts, 26 with cuts: decided by a kernel; as before where that is no rise."""
    monkeypatch.setattr(kernels, "RAISED", 0.5 if rises else 0.6)
    monkeypatch.setattr(kernels, "QUICK", (0.0, 4))
    model, programme = programme_of(PARTS, tmp_path)
    found = kernels.solve_by_kernels(model, programme, LIMITS, None, Interrupt())
    assert (found.status, found.objective) == ("optimal", pytest.approx(26))
    log = "".join(found.log)
    assert "--- kernel of" in log
    assert ("--- step" in log) == (not rises)


def test_assets_of_fleets_make_no_programme_large(monkeypatch, tmp_path):
    """Kernels leave out starts of projects: without any there is nothing that they could leave out."""
    monkeypatch.setattr(kernels, "LARGE", 1)
    fleet = "fleets: {ships: {states: {old: {count: 5, opex: 1 MCNY}, best: {}}, changes: [{from: old, to: best}]}}\n"
    model, programme = programme_of(fleet, tmp_path)
    assert programme.integer.any()
    assert not kernels.is_large(model, programme)


def test_a_kernel_knows_no_families_of_columns(tmp_path):
    """Its columns stand elsewhere: read by the families of the whole, they would be those of others."""
    model, programme = programme_of(WORLD, tmp_path)
    grid = grid_of(model, programme)
    held = np.zeros(len(grid.whole), dtype=bool)
    kernel = restrict(programme, grid, np.arange(grid.size) > 0, held, np.zeros(len(programme.cost)))
    assert len(kernel.programme.cost) < len(programme.cost)
    assert (kernel.programme.place, kernel.programme.pyomo_columns, list(kernel.programme.switches)) == ({}, {}, [])


def _relaxed(programme):
    return _with(programme, integer=np.zeros_like(programme.integer))


def _with(programme, **changes):
    return replace(programme, **changes)
