"""Pits: a first plan that is one, bounds that no better plan leaves, and the same optimum as by trying all."""

import numpy as np
import pytest

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.solve import pits
from optimiser.solve.earliest import possible_starts, years_of
from optimiser.solve.first_plan import first_plan, improved
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.packing import packing_of, possible
from optimiser.solve.probing import narrowed
from optimiser.solve.programme import assemble
from optimiser.solve.relaxation import Relaxation
from optimiser.workflow import read, solve
from tests.benchmarks.published import pit
from tests.helpers import instance_of, write_tree
from tests.solve.test_packing import SEEDS, drawn, schedules

LIMITS = Limits(gap=0.0, seconds=60, threads=1)
ORE = """
projects:
  top: {kind: programme, capex: 1 MCNY, uses: {shovel: 4}}
  middle: {kind: programme, capex: 1 MCNY, uses: {shovel: 4}, requires: [top]}
  deep: {kind: programme, capex: 1 MCNY, opex: [-9 MCNY], uses: {shovel: 4}, requires: [middle]}
  waste: {kind: programme, capex: 2 MCNY, uses: {shovel: 1}}
resources: {shovel: {limit: 5}}
"""


class Case:
    """A packing with its relaxation's solution."""

    def __init__(self, instance):
        self.instance = instance
        self.model = build(instance)
        found = packing_of(self.model, assemble(self.model))
        assert found is not None
        self.packing, self.years = found, years_of(instance)
        self.allowed = possible_starts(instance, found)
        self.programme, self.grid = possible(found, self.allowed), found.grid
        relaxed = Relaxation(self.programme, LIMITS).solve(10.0)
        assert relaxed.x is not None
        self.x, self.bound = relaxed.x, relaxed.objective

    def cost(self, x):
        return float(self.programme.cost @ x) + self.programme.offset

    def first(self):
        plan = first_plan(self.packing, self.allowed, self.years, self.x)
        assert plan is not None
        return self.packing.expand(plan)

    def improved(self, x):
        return improved(self.packing, self.programme, self.years, x, LIMITS, 30.0, Interrupt())

    def is_plan(self, x):
        p = self.programme
        total = p.matrix @ x
        rows = (total >= p.row_lower - 1e-6).all() and (total <= p.row_upper + 1e-6).all()
        within = (x >= p.lower - 1e-6).all() and (x <= p.upper + 1e-6).all()
        return rows and within and np.allclose(x[p.integer], np.round(x[p.integer]), atol=1e-6)

    def of_schedule(self, when):
        """A schedule (project to year, 0 for never) as starts (n,)."""
        ids = [(p.id, int(v)) for p in self.instance.projects for v in p.starts]
        return np.array([float(when[name] == year) for name, year in ids])


def drawn_case(seed, folder):
    return Case(compile_instance(read(write_tree(drawn(seed), folder)).scenario))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_first_plan_is_a_schedule(seed, tmp_path):
    """Proves that the plan keeps all rows, that dealing again keeps them too and costs no more, and that no plan beats
    the best of all schedules."""
    case = drawn_case(seed, tmp_path)
    x = case.first()
    better = case.improved(x)
    assert case.is_plan(x)
    assert case.is_plan(better)
    least = min(cost for _, cost in schedules(drawn(seed)))
    assert least - 1e-6 <= case.cost(better) <= case.cost(x) + 1e-9


def test_first_plans_are_good(tmp_path):
    """Of 25 drawn cases most are within a tenth of the best schedule, which is far from doing nothing."""
    good, worth = 0, 0.0
    for seed in SEEDS:
        case = drawn_case(seed, tmp_path)
        least = min(cost for _, cost in schedules(drawn(seed)))
        good += case.cost(case.improved(case.first())) <= 0.9 * least + 1e-6
        worth += least
    assert good >= 18
    assert worth < -25


def test_waste_stays_where_nobody_waits_for_it(tmp_path):
    """Three blocks of 4 t with 5 t a year: top, middle and deep in years 1, 2 and 3; waste of 2 MCNY stays: -6 MCNY."""
    case = Case(instance_of(ORE, tmp_path))
    x = case.first()
    started = dict(zip([p.id for p in case.instance.projects], case.grid.new(x).reshape(4, 3).tolist(), strict=True))
    assert started == {"top": [1, 0, 0], "middle": [0, 1, 0], "deep": [0, 0, 1], "waste": [0, 0, 0]}
    assert case.cost(x) == pytest.approx(-6.0)


def test_what_must_start_is_in_the_first_plan(tmp_path):
    """Waste of 2 MCNY that is committed starts, too: -4 MCNY."""
    case = Case(instance_of(ORE.replace("uses: {shovel: 1}", "uses: {shovel: 1}, committed: true"), tmp_path))
    x = case.first()
    assert case.is_plan(x)
    assert case.cost(x) == pytest.approx(-4.0)


def test_all_is_decided_where_every_other_choice_costs_more(tmp_path):
    """Two projects, one crew, two years at 10 %: `large` brings 11 MCNY, `small` 1 MCNY, in the year of their start.

    Large first brings 11 + 1/1.1 = 11.91 MCNY; small first brings 1 + 11/1.1 = 11, which is also what there is where
    large has not started in year 1, or small never does. So large has started by year 1, small by year 2 and not by 1.
    """
    text = """
horizon: {first: 1, last: 2}
discount_rate: 10 %
projects:
  large: {kind: programme, capex: 1 MCNY, opex: [-12 MCNY], uses: {crew: 1}}
  small: {kind: programme, capex: 1 MCNY, opex: [-2 MCNY], uses: {crew: 1}}
resources: {crew: {limit: 1}}
"""
    case = Case(instance_of(text, tmp_path))
    plan = case.packing.expand(np.array([1.0, 0.0, 0.0, 1.0]))
    assert case.cost(plan) == pytest.approx(-11 - 1 / 1.1)
    found = narrowed(case.programme, case.grid.at, plan, float(case.programme.cost @ plan), LIMITS, 10.0, Interrupt())
    assert found.lower[case.grid.at].tolist() == [1, 1, 0, 1]
    assert found.upper[case.grid.at].tolist() == [1, 1, 0, 1]


def test_a_poor_plan_decides_nothing(tmp_path):
    """Doing nothing costs 0 MCNY, and any first start can be made up for: top alone costs less than deep brings."""
    case = Case(instance_of(ORE, tmp_path))
    found = narrowed(case.programme, case.grid.at, case.packing.expand(np.zeros(12)), 0.0, LIMITS, 10.0, Interrupt())
    assert np.array_equal(found.lower, case.programme.lower)
    assert np.array_equal(found.upper, case.programme.upper)


def test_no_schedule_that_costs_no_more_is_ruled_out(tmp_path):
    """All schedules of 13 drawn cases, with the best and with poorer ones as the plan that is known."""
    decided = poorer = 0
    for seed in SEEDS[::2]:
        case = drawn_case(seed, tmp_path)
        tried = sorted(schedules(drawn(seed)), key=lambda s: s[1])
        for known, cost in tried[:: max(1, len(tried) // 4)]:
            plan = case.packing.expand(case.of_schedule(known))
            assert case.cost(plan) == pytest.approx(cost, abs=1e-6)
            found = narrowed(
                case.programme, case.grid.at, plan, float(case.programme.cost @ plan), LIMITS, 10.0, Interrupt()
            )
            at = case.grid.at
            decided += int((found.lower == found.upper)[at].sum() - (case.programme.upper[at] == 0).sum())
            for when, other in tried:
                if other > cost + 1e-9:
                    break
                x = case.packing.expand(case.of_schedule(when))[at]
                assert (x >= found.lower[at]).all()
                assert (x <= found.upper[at]).all()
                poorer += 1
    assert decided > 100
    assert poorer > 100


@pytest.mark.parametrize("gap", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_of_all_schedules_is_between_bound_and_plan(seed, gap, tmp_path, monkeypatch):
    """Proves that the steps find what trying every schedule finds, as near as the gap asks, whatever the size.

    The wrong answer: a bound above the best of all, where only those are left that the gap asks for.
    """
    monkeypatch.setattr(pits, "FROM", 0)
    tree = drawn(seed)
    answer = solve(write_tree(tree, tmp_path), {"gap": gap, "threads": 1})
    assert answer.result is not None
    plan, best = answer.result.plan, min(cost for _, cost in schedules(tree))
    assert plan.status == "optimal"
    assert plan.bound - 1e-6 <= best <= plan.objective + 1e-6
    assert plan.objective - plan.bound <= gap * abs(plan.objective) + 1e-6


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_optimum_of_the_whole(seed, tmp_path, monkeypatch):
    """A pit of 18 blocks over six years: by the steps, and as a whole without them."""
    path = write_tree(pit(18, seed), tmp_path)
    whole = solve(path, {"gap": 0.0, "threads": 1, "strategy": "whole"})
    monkeypatch.setattr(pits, "FROM", 0)
    steps = solve(path, {"gap": 0.0, "threads": 1})
    assert whole.result is not None
    assert steps.result is not None
    assert steps.result.plan.objective == pytest.approx(whole.result.plan.objective, abs=1e-6)


def pit_outcome(case):
    return pits.solve_pit(case.packing, case.allowed, case.years, LIMITS, None, Interrupt())


def test_a_search_without_an_end_leaves_the_first_plan(tmp_path, monkeypatch):
    """Where time runs out before the search has a plan, the first plan is the answer, with the relaxation's bound."""
    case = Case(compile_instance(read(write_tree(pit(27, 2), tmp_path)).scenario))
    nothing = Outcome("stopped", None, np.inf, -np.inf, 0.0, "time limit")
    monkeypatch.setattr(pits, "run", lambda *_: nothing)
    found = pit_outcome(case)
    assert found.status == "stopped"
    assert found.x is not None
    assert case.is_plan(found.x)
    assert found.objective == pytest.approx(case.cost(found.x))
    assert case.bound <= found.bound < found.objective


def test_a_wrong_infeasible_is_not_believed(tmp_path, monkeypatch):
    """The plan that is known is within the bounds; where the solver says there is none, all is asked without them."""
    case = Case(compile_instance(read(write_tree(pit(18, 2), tmp_path)).scenario))
    asked = []

    def wrong(programme, *rest):
        asked.append(programme)
        if len(asked) == 1:
            return Outcome("infeasible", None, np.inf, np.inf, 0.0, "proven infeasible")
        return run(programme, *rest)

    best = pit_outcome(case).objective
    monkeypatch.setattr(pits, "run", wrong)
    found = pit_outcome(case)
    assert len(asked) == 2
    assert np.array_equal(asked[1].upper, case.programme.upper)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best)


@pytest.mark.parametrize("second", ["failed", "infeasible", "stopped"])
def test_a_solver_that_fails_twice_leaves_the_first_plan(second, tmp_path, monkeypatch):
    """Neither search has an answer: the plan at hand is one. The wrong answer: no plan, or that there can be none."""
    case = Case(compile_instance(read(write_tree(pit(27, 2), tmp_path)).scenario))
    said = ["failed", second]
    monkeypatch.setattr(pits, "run", lambda *_: Outcome(said.pop(0), None, np.inf, -np.inf, 0.0, "an error"))
    found = pit_outcome(case)
    assert not said
    assert found.status == "stopped"
    assert found.x is not None
    assert case.is_plan(found.x)
    assert case.bound <= found.bound < found.objective == pytest.approx(case.cost(found.x))
