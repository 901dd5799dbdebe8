"""Blocks: bounds by entity are bounds at any prices, and what the pool finds is a plan."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from scipy import sparse

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.solve import kernels, root
from optimiser.solve.belonging import NOBODY, bounds_of, owners_of
from optimiser.solve.blocks import blocks_of
from optimiser.solve.grid import grid_of, restrict
from optimiser.solve.highs import Interrupt, Limits, run
from optimiser.solve.multipliers import Multipliers
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
    return blocks.solve(y, [None] * len(blocks.each), lambda p, x: ask(p, x, 30.0, 1e-9), 1)[0]


def multipliers_of(programme, grid, dual, **changes):
    blocks = blocks_of(programme, grid)
    given = {"ask": ask, "over": lambda: False, "workers": 1, "gap": 1e-6} | changes
    return Multipliers(blocks, grid, dual[blocks.coupling], **given)


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
    found.search(20.0)
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
    found.search(20.0)
    return best, [*bounds, found.bound], found


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("draw_case", [draw, draw_finance, draw_markets, draw_together])
def test_no_bound_is_above_the_best_plan(draw_case, seed, tmp_path):
    """Proves on 60 random cases, once by their entities and once by others, that every bound is one.

    A bound of infinity says that there is no plan: then there is none. What the pool has is a plan of the whole.
    """
    programme, grid = drawn(draw_case(seed), tmp_path)
    for g in (grid, scattered(grid, seed)):
        best, bounds, found = bound_cases(programme, g, seed)
        for bound in bounds:
            assert bound <= best.objective + 1e-6 * max(1.0, abs(best.objective))
        nobody = np.zeros(len(g.whole), dtype=bool)
        kernel = restrict(programme, g, found.pool() | ~g.whole[g.owner], nobody, np.zeros(len(programme.cost)))
        plan = run(kernel.programme, LIMITS)
        if plan.x is not None:
            x = kernel.expand(plan.x)
            assert keeps_all_rows(programme, x)
            assert float(programme.cost @ x) + programme.offset >= best.objective - 1e-5
