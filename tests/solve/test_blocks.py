"""Blocks: bounds by entity are bounds at any prices, and what the pool finds is a plan."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.solve import blocks as blocks_room
from optimiser.solve import by_entity, kernels, root
from optimiser.solve.belonging import NOBODY, bounds_of, owners_of
from optimiser.solve.blocks import blocks_of
from optimiser.solve.grid import grid_of, restrict
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.multipliers import Multipliers, plan_of
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import assemble
from optimiser.workflow import read
from tests.benchmarks.groups import Variant, group
from tests.helpers import write
from tests.reference.drawing import draw
from tests.reference_finance.drawing import draw as draw_finance
from tests.reference_markets.drawing import draw as draw_markets
from tests.together import draw as draw_together

LIMITS = Limits(gap=0.0, seconds=30, threads=1)
TWO = """
entities: {group: {}, a: {parent: group}, b: {parent: group}}
sources:
  sa: {entity: a, scope: 1, baseline: 100 ktCO2e}
  sb: {entity: b, scope: 1, baseline: 100 ktCO2e}
  sg: {entity: group, scope: 1, baseline: 100 ktCO2e}
projects:
  cheap-a: {kind: upgrade, entity: a, start: [3, 3], capex: 10 MCNY, abates: {sa: 30 ktCO2e}}
  dear-a: {kind: upgrade, entity: a, start: [3, 3], capex: 16 MCNY, abates: {sa: 30 ktCO2e}}
  cheap-b: {kind: upgrade, entity: b, start: [3, 3], capex: 10 MCNY, abates: {sb: 30 ktCO2e}}
  dear-b: {kind: upgrade, entity: b, start: [3, 3], capex: 16 MCNY, abates: {sb: 30 ktCO2e}}
  extra: {kind: upgrade, entity: group, start: [3, 3], capex: 12 MCNY, abates: {sg: 30 ktCO2e}}
targets:
  cut-a: {kind: reduction, entity: a, in: 3, cut: 35 ktCO2e}
  cut-b: {kind: reduction, entity: b, in: 3, cut: 35 ktCO2e}
  both: {kind: reduction, entity: group, in: 3, cut: 130 ktCO2e}
"""
GROUP = group(40, 3, Variant(ends=True, shape="no_rise"))
FUNDED = (
    TWO.replace("start: [3, 3]", "start: [1, 3]")
    + """
fleets:
  ships:
    entity: group
    states: {diesel: {count: 4, emissions: 5 ktCO2e, opex: 1 MCNY}, hybrid: {emissions: 1 ktCO2e, opex: 1 MCNY}}
    changes: [{from: diesel, to: hybrid, capex: 3 MCNY}]
budgets: {money: {entity: group, limit: 20 MCNY}}
finance: {bond: {kind: bond, issue: [1, 3], rate: 2 %, tenor: 2, ticket: [5 MCNY, 30 MCNY], entity: group}}
"""
)
POOR = TWO + "budgets: {poor: {entity: a, limit: 20 MCNY}}\n"


def programme_of(text, folder):
    model = build(compile_instance(read(write(text, folder)).scenario))
    programme = assemble(model)
    return programme, grid_of(model, programme)


def drawn(tree, folder):
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    model = build(compile_instance(read(path).scenario))
    programme = assemble(model)
    return programme, grid_of(model, programme)


def scattered(grid, seed):
    """The grid with projects dealt to three entities, whatever theirs: any division must give bounds."""
    return replace(grid, entity=np.random.default_rng(seed).integers(0, 3, len(grid.entity)))


def ask(programme, start, seconds, room):
    return run(programme, replace(LIMITS, seconds=seconds, room=room, collects=True), start=start)


def at(blocks, y):
    """The bound at some multipliers."""
    return blocks.solve(y, [None] * len(blocks.each), lambda p, x: ask(p, x, 2.0, 1e-9), 1)[0]


def multipliers_of(programme, grid, dual, **changes):
    blocks = blocks_of(programme, grid)
    given = {"ask": ask, "over": lambda: False, "workers": 1, "gap": 1e-6} | changes
    return Multipliers(blocks, dual[blocks.coupling], **given)


def without_cuts(programme):
    return run(replace(programme, integer=np.zeros_like(programme.integer)), LIMITS)


def keeps_all_rows(programme, x):
    rows = programme.matrix @ x
    return (
        np.all(rows <= programme.row_upper + 1e-5)
        and np.all(rows >= programme.row_lower - 1e-5)
        and np.all(x <= programme.upper + 1e-6)
        and np.all(x >= programme.lower - 1e-6)
        and np.abs(x - np.round(x))[programme.integer].max(initial=0.0) < 1e-5
    )


@pytest.fixture
def two(tmp_path):
    return programme_of(TWO, tmp_path)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 52.0), (0.5, 54.0), (1.0, 56.0), (1.5, 52.0)])
def test_a_bound_by_hand(two, share, expected):
    """Two entities need 35 kt of 30 and 30 each: 26 MCNY each, 120 kt. 130 kt in all: `extra` too, for 12. Best: 64.

    At a price of y per kt: 52 + 10 y + min(0, 12 - 30 y), most at 0.4: 56. The relaxation has 60 kt of the cheap for
    20, 30 of `extra` for 12 and 40 at 16/30: 53.33. The bound at shares of the best price is as by hand.
    """
    programme, grid = two
    relaxed = without_cuts(programme)
    assert relaxed.objective == pytest.approx(20 + 12 + 40 * 16 / 30)
    assert run(programme, LIMITS).objective == pytest.approx(64)
    found = multipliers_of(programme, grid, relaxed.row_dual)
    found.search(3.0)
    assert found.bound == pytest.approx(56)
    assert at(found.blocks, share * found.y) == pytest.approx(expected)


def test_who_owns_what(two):
    """Starts, and what an entity's own target counts in year 3, are its own: 3 and 2 columns. `extra` stands alone.

    Nobody's are the group's total and totals of years in which nothing starts: 9 less 2.
    """
    programme, grid = two
    owner = owners_of(programme, grid)
    blocks = blocks_of(programme, grid)
    assert np.array_equal(owner[grid.at], grid.entity[grid.owner])
    assert sorted(len(block.columns) for block in blocks.each) == [1, 3, 3]
    assert len(blocks.nobodys) == np.count_nonzero(owner == NOBODY) == 7
    own = {programme.rows[i][1] for block in blocks.each for i in block.rows if "reduction" in programme.rows[i][0]}
    assert own == {("cut-a", 3), ("cut-b", 3)}
    assert ("both", 3) in {programme.rows[i][1] for i in blocks.coupling}
    together = np.concatenate([blocks.coupling, *(block.rows for block in blocks.each)])
    assert sorted(together) == list(np.flatnonzero(np.diff(programme.matrix.indptr)))


def test_a_fleet_stands_apart_and_debt_does_not(tmp_path):
    """Ships that no project has to do with are a block. What is owed is nobody's: its rows stay in the master.

    As a block a bond would be issued as often as may be wherever a year's money is priced a little too high, and the
    prices would never settle. The bound by entity is one all the same.
    """
    programme, grid = programme_of(FUNDED, tmp_path)
    owner = owners_of(programme, grid)
    assert np.all(owner[grid.issuing] == NOBODY)
    assert len(grid.issuing) == 3
    blocks = blocks_of(programme, grid)
    is_start = np.isin(np.arange(len(owner)), grid.at)
    fleets = [b for b in blocks.each if not is_start[b.columns].any()]
    assert len(fleets) == 1
    assert any("fleet" in programme.rows[i][0] for i in fleets[0].rows)
    best, bounds, _ = bound_cases(programme, grid, 0)
    assert best.status == "optimal"
    assert max(bounds) <= best.objective + 1e-6
    assert max(bounds) >= without_cuts(programme).objective - 1e-6


def test_a_pool_lets_fleets_go_no_further_than_its_plans(tmp_path):
    """One ship is changed in the plan known, two in a block's: one or two in the pool, where the fleet has four.

    Before any plan is known all are free: plans of blocks alone may keep no target together.
    """
    programme, grid = programme_of(FUNDED, tmp_path)
    blocks = blocks_of(programme, grid)
    i = next(k for k, b in enumerate(blocks.each) if not np.isin(b.columns, grid.at).any())
    block = blocks.each[i]
    whole = np.flatnonzero(block.programme.integer)
    one, two = np.zeros(len(block.columns)), np.zeros(len(block.columns))
    one[whole[0]], two[whole[0]] = 1.0, 2.0
    x = np.zeros(len(programme.cost))
    x[block.columns] = one
    search = SimpleNamespace(programme=programme, grid=grid, x=None)
    pool = by_entity.Pool(search, blocks)
    y = np.zeros(len(blocks.coupling))
    pool.choose([plan_of(blocks, i, two)], y)
    assert np.array_equal(pool.upper, programme.upper)
    search.x = x
    pool.choose([plan_of(blocks, i, two)], y)
    at = block.columns[whole]
    assert (pool.lower[at[0]], pool.upper[at[0]]) == (1.0, 2.0)
    assert np.all(pool.upper[at[1:]] == 0)
    assert np.array_equal(pool.upper[grid.at], programme.upper[grid.at])


def bound_cases(programme, grid, seed):
    """The best plan's cost, and the bounds at random prices and at those of the search."""
    best = run(programme, LIMITS)
    relaxed = without_cuts(programme)
    dual = relaxed.row_dual if relaxed.row_dual is not None else np.zeros(len(programme.rows))
    found = multipliers_of(programme, grid, dual)
    rng = np.random.default_rng(seed)
    size = len(found.y)
    tried = [np.zeros(size), found.y, 0.5 * found.y, found.y * rng.uniform(0, 2, size), rng.normal(0, 1, size)]
    bounds = [at(found.blocks, y) for y in tried]
    found.search(3.0)
    return best, [*bounds, found.bound], found


@pytest.mark.parametrize("seed", range(11))
@pytest.mark.parametrize("draw_case", [draw, draw_finance, draw_markets, draw_together])
def test_no_bound_is_above_the_best_plan(draw_case, seed, tmp_path):
    """Proves on 60 random cases, once by their entities and once by others, that every bound is one.

    A bound of infinity says that there is no plan: then there is none. What the pool has is a plan of the whole.
    """
    programme, grid = drawn(draw_case(seed), tmp_path)
    for g in (grid, scattered(grid, seed)):
        if not blocks_of(programme, g).each:
            continue  # debt, which is nobody's, hangs together with all else
        best, bounds, found = bound_cases(programme, g, seed)
        for bound in bounds:
            assert bound <= best.objective + 1e-6 * max(1.0, abs(best.objective))
        nobody = np.zeros(len(g.whole), dtype=bool)
        keep = ~g.whole[g.owner]
        for block_plan in found.plans:
            keep |= by_entity.starts_of(block_plan, found.blocks, g)
        kernel = restrict(programme, g, keep, nobody, np.zeros(len(programme.cost)))
        plan = run(kernel.programme, LIMITS)
        if plan.x is not None:
            x = kernel.expand(plan.x)
            assert keeps_all_rows(programme, x)
            assert float(programme.cost @ x) + programme.offset >= best.objective - 1e-5


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("draw_case", [draw, draw_finance, draw_markets, draw_together])
def test_no_plan_is_beyond_the_bounds_that_follow(draw_case, seed, tmp_path):
    """Proves at three plans of 32 cases that bounds which follow from rows rule none out."""
    programme, _ = drawn(draw_case(seed), tmp_path)
    lower, upper = bounds_of(programme)
    assert np.isinf(programme.upper).sum() > np.isinf(upper).sum()
    rng = np.random.default_rng(seed)
    for _ in range(3):
        plan = run(replace(programme, cost=programme.cost * rng.uniform(0.2, 3.0, len(lower))), LIMITS)
        if plan.x is not None:
            assert np.all(plan.x <= upper + 1e-6)
            assert np.all(plan.x >= lower - 1e-6)


def test_bounds_that_follow_by_hand(two):
    """Emissions of a in year 3: 100 less 30 and 30, so 40 to 65 with its target; in year 1 nothing starts: 100."""
    programme, _ = two
    lower, upper = bounds_of(programme)
    (row,) = [i for i, name in enumerate(programme.rows) if name == ("gross_is_total", (0, 3))]
    at_row = slice(*programme.matrix.indptr[row : row + 2])
    columns = programme.matrix.indices[at_row]
    (gross,) = columns[~programme.integer[columns]]
    assert (programme.lower[gross], programme.upper[gross]) == (-np.inf, np.inf)
    assert (lower[gross], upper[gross]) == (pytest.approx(40, abs=1e-3), pytest.approx(65, abs=1e-3))


def test_an_entity_without_a_plan_leaves_none(tmp_path):
    """Entity a needs both of its projects, 26 MCNY, and has 20: in parts 12.67 would do, whole nothing does."""
    programme, grid = programme_of(POOR, tmp_path)
    relaxed = without_cuts(programme)
    assert relaxed.status == "optimal"
    found = multipliers_of(programme, grid, relaxed.row_dual)
    found.search(20.0)
    assert found.bound == np.inf
    assert run(programme, LIMITS).status == "infeasible"


def test_two_at_a_time_find_the_same(tmp_path):
    """Proves that what is found depends neither on how many are solved at a time nor on which ends first."""
    programme, grid = drawn(GROUP, tmp_path)
    relaxed = without_cuts(programme)
    told = []
    for workers in (1, 2, 2):
        blocks = blocks_of(programme, grid)
        y = relaxed.row_dual[blocks.coupling]
        starts = [None] * len(blocks.each)
        bound, outcomes = blocks.solve(y, starts, lambda p, x: ask(p, x, 30.0, 0.5), workers)
        told.append((bound, [outcome.objective for outcome in outcomes]))
    assert told[0] == told[1] == told[2]
    assert len(told[0][1]) >= 8


def test_time_and_interrupts_end_a_search(tmp_path):
    """Without time a search has one round at most; once somebody asks to stop, none follows."""
    programme, grid = drawn(GROUP, tmp_path)
    relaxed = without_cuts(programme)
    stop = Interrupt()
    asked = []

    def counted(part, start, seconds, room):
        asked.append(seconds)
        return run(part, replace(LIMITS, seconds=seconds, room=room), None, stop, start)

    found = multipliers_of(programme, grid, relaxed.row_dual, ask=counted, over=lambda: stop.is_set)
    found.search(0.3)
    assert max(asked) <= 0.3
    assert not found.is_settled
    rounds = len(found.log)
    stop.event.set()
    found.search(20.0)
    assert len(found.log) == rounds
    assert not found.is_settled


def test_infeasible_counts_only_at_no_cost(two):
    """A block that is said to be infeasible at a price, and has plans at no cost, proves nothing: not infinity."""
    programme, grid = two
    blocks = blocks_of(programme, grid)
    none = replace(run(programme, LIMITS), status="infeasible", x=None, objective=np.inf, bound=np.inf)

    def wrong(part, start):
        return none if part.cost.any() else run(part, LIMITS)

    y = np.zeros(len(blocks.coupling))
    assert blocks.solve(y, [None] * 3, wrong, 1)[0] == -np.inf
    assert blocks.solve(y, [None] * 3, lambda part, start: none, 1)[0] == np.inf


def test_a_worse_round_changes_neither_bound_nor_prices(two):
    """After 56 at the best prices, prices far beside them prove less: bound and prices stay."""
    programme, grid = two
    found = multipliers_of(programme, grid, without_cuts(programme).row_dual)
    found.search(20.0)
    best, y = found.bound, found.y.copy()
    found._round(3.0 * y, 20.0)
    assert found.bound == best == pytest.approx(56)
    assert np.array_equal(found.y, y)


def test_ctrl_c_ends_all_blocks():
    """The first Ctrl-C asks all blocks to stop and waits for what they have; nobody to tell: it goes on up."""

    class Task:
        asked = 0

        def result(self):
            self.asked += 1
            if self.asked == 1:
                raise KeyboardInterrupt
            return "what was found"

    stopped = []
    assert blocks_room.waited_for(Task(), lambda: stopped.append(1)) == "what was found"
    assert stopped == [1]
    with pytest.raises(KeyboardInterrupt):
        blocks_room.waited_for(Task(), None)


@pytest.fixture
def always(monkeypatch):
    """Kernels for every programme, and entities of any number as parts."""
    monkeypatch.setattr(kernels, "LARGE", 0)
    monkeypatch.setattr(kernels, "parts_of", lambda programme, grid: ([], True))


@pytest.mark.parametrize(("text", "best"), [(TWO, 64.0), (POOR, np.inf)])
def test_kernels_ask_them(text, best, always, tmp_path, monkeypatch):
    """From a model: the best plan and its proof where there is one, and the log has the rounds."""
    monkeypatch.setattr(root, "ROUNDS", 0)
    model = build(compile_instance(read(write(text, tmp_path)).scenario))
    found = kernels.solve_by_kernels(model, assemble(model), LIMITS, None, Interrupt())
    assert found.status == ("optimal" if best < np.inf else "infeasible")
    assert found.objective == pytest.approx(best)
    assert found.bound == pytest.approx(best)
    assert any(line.startswith("blocks: ") for line in found.log)


def test_the_whole_refutes_a_block_that_is_said_to_have_no_plan(always, tmp_path, monkeypatch):
    """No plan is known, and a block is said to have none: the whole has one, and the best is proven from there."""
    monkeypatch.setattr(root, "ROUNDS", 0)
    monkeypatch.setattr(by_entity.Multipliers, "search", lambda self, seconds: setattr(self, "bound", np.inf))
    model = build(compile_instance(read(write(TWO, tmp_path)).scenario))
    found = kernels.solve_by_kernels(model, assemble(model), LIMITS, None, Interrupt())
    assert (found.status, found.objective, found.bound) == ("optimal", pytest.approx(64), pytest.approx(64))
    assert "second look at a block without a plan: one\n" in found.log


def test_a_plan_that_is_known_refutes_blocks_without_one(always, tmp_path, monkeypatch):
    """Blocks that are said to have no plan prove nothing where one of the whole is known.

    With 110 kt in place of 130 the extra project is not needed: 52. The wrong answer is the plan with it, 64.
    """
    monkeypatch.setattr(root, "ROUNDS", 0)
    monkeypatch.setattr(by_entity.Multipliers, "search", lambda self, seconds: setattr(self, "bound", np.inf))
    model = build(compile_instance(read(write(TWO.replace("130", "110"), tmp_path)).scenario))
    programme = assemble(model)
    dear = run(replace(programme, cost=-programme.cost), LIMITS).x
    assert float(programme.cost @ dear) + programme.offset == pytest.approx(64)
    found = kernels.solve_by_kernels(model, programme, LIMITS, None, Interrupt(), dear)
    assert (found.objective, found.bound) == (pytest.approx(52), pytest.approx(52))


def test_an_interrupt_keeps_the_bound_and_the_plan(always, tmp_path, monkeypatch):
    """Stopped after the pool's plan: 64, and 56 by entity where the relaxation has 53.33."""
    monkeypatch.setattr(root, "ROUNDS", 0)
    model = build(compile_instance(read(write(TWO, tmp_path)).scenario))
    programme, stop = assemble(model), Interrupt()
    search = kernels._Kernels(programme, grid_of(model, programme), LIMITS, None, stop)
    take = search.take
    search.take = lambda x: (take(x), stop.event.set())
    monkeypatch.setattr(by_entity.EntityTree, "grow", lambda self, least, seconds, beside: beside())
    found = search.outcome(None)
    assert (found.status, found.reason) == ("stopped", "interrupt")
    assert (found.objective, found.bound) == (pytest.approx(64), pytest.approx(56))
    assert keeps_all_rows(programme, found.x)


@pytest.mark.parametrize(("share", "still", "goes_on"), [(0.0, 0.1, False), (0.0, 0.0, True), (0.9, 0.1, True)])
def test_a_tree_that_raises_no_bound_is_left(share, still, goes_on, always, tmp_path, monkeypatch):
    """After its share of the time, with a plan of 64 and a bound that is still 56, the whole is searched instead.

    The wrong answers: to go on dividing for the rest of the time, or to leave a tree that is of use, or too early.
    """
    monkeypatch.setattr(root, "ROUNDS", 0)
    monkeypatch.setattr(by_entity, "TREE", share)
    monkeypatch.setattr(by_entity, "STILL", still)
    grow, plans = by_entity.EntityTree.grow, []

    def idle_at_first(self, least, seconds, beside):
        plans.append(least < np.inf)
        beside() if len(plans) == 1 else grow(self, least, seconds, beside)

    monkeypatch.setattr(by_entity.EntityTree, "grow", idle_at_first)
    model = build(compile_instance(read(write(TWO, tmp_path)).scenario))
    found = kernels.solve_by_kernels(model, assemble(model), LIMITS, None, Interrupt())
    assert (found.status, found.objective, found.bound) == ("optimal", pytest.approx(64), pytest.approx(64))
    assert plans[:2] == ([False, True] if goes_on else [False])


def test_the_bound_of_a_group_is_above_its_relaxation(tmp_path):
    """Proves on a group of 40 with lives that end that entities give more than cuts do, and less than a plan."""
    programme, grid = drawn(GROUP, tmp_path)
    limits = replace(LIMITS, gap=0.02, seconds=20)
    rooted = root.root_of(programme, grid, limits, 20.0, Interrupt())
    found = multipliers_of(rooted.programme, grid, rooted.outcome.row_dual, gap=0.02)
    found.search(10.0)
    plan = run(programme, limits)
    assert rooted.outcome.objective + 1e-6 < found.bound <= plan.objective + 1e-6
