"""Covers: what does not fit together is said whether or not its row binds, and no whole solution lies beyond one."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.solve import covers as covers_room
from optimiser.solve import root
from optimiser.solve.covers import Covers
from optimiser.solve.grid import grid_of
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import assemble
from optimiser.workflow import read
from tests.benchmarks.groups import Variant, group
from tests.helpers import write
from tests.solve.test_cuts import drawn

LIMITS = Limits(gap=0.0, seconds=30, threads=1)
PAIR = """
sources:
  site: {scope: 1, baseline: 10 ktCO2e}
  other: {scope: 1, baseline: 10 ktCO2e}
projects:
  one: {kind: upgrade, capex: 10 MCNY, abates: {site: 6 ktCO2e}}
  two: {kind: upgrade, capex: 12 MCNY, abates: {site: 6 ktCO2e}}
  dear: {kind: upgrade, capex: 30 MCNY, abates: {other: 6 ktCO2e}}
targets: {cap: {kind: reduction, in: 3, cut: 9 ktCO2e}}
"""
THIRDS = """
horizon: {first: 1, last: 30}
sources:
  site: {scope: 1, baseline: 9.9 ktCO2e}
  port: {scope: 1, activity: 40000000 TEU, factor: 1 kgCO2e/TEU}
projects:
  a: {kind: upgrade, capex: 10 MCNY, abates: {site: 3.3 ktCO2e}}
  b: {kind: upgrade, capex: 11 MCNY, abates: {site: 3.3 ktCO2e}}
  c: {kind: upgrade, capex: 12 MCNY, abates: {site: 3.3 ktCO2e}}
  t1: {kind: upgrade, capex: 500 MCNY, abates: {port: 3100000.7 TEU}}
  t2: {kind: upgrade, capex: 510 MCNY, abates: {port: 3100000.7 TEU}}
  t3: {kind: upgrade, capex: 520 MCNY, abates: {port: 3100000.7 TEU}}
  t4: {kind: upgrade, capex: 530 MCNY, abates: {port: 3100000.7 TEU}}
targets: {cap: {kind: reduction, in: 3, cut: 9.9 ktCO2e}}
"""
UNITS = """
sources: {site: {scope: 1, baseline: 10 ktCO2e}}
projects:
  lots: {kind: upgrade, units: {max: 4}, capex: 6 MCNY, abates: {site: 3 ktCO2e}}
  large: {kind: upgrade, capex: 6 MCNY, abates: {site: 7 ktCO2e}}
targets: {cap: {kind: reduction, in: 3, cut: 5 ktCO2e}}
"""


def covers_of(path):
    model = build(compile_instance(read(path).scenario))
    programme = assemble(model)
    grid = grid_of(model, programme)
    return model, programme, grid, Covers(programme, grid)


def test_two_that_do_not_fit_by_hand(tmp_path, monkeypatch):
    """10 kt have no room for 6 and 6, though two in parts do not fill them: 9 kt is one and half of the dear one, 25.

    The wrong answer is the relaxation's: one, and half of two, 16. A start late enough to miss year 3 is free to be.
    """
    monkeypatch.setattr(root.Separator, "cuts", lambda *asked: [])
    _, programme, grid, covers = covers_of(write(PAIR, tmp_path))
    found = root.root_of(programme, grid, LIMITS, 30.0, Interrupt())
    assert found.first == pytest.approx(10 + 12 / 2)
    assert found.outcome.objective == pytest.approx(10 + 30 / 2)
    assert set(np.abs(covers.matrix.data).tolist()) == {1.0}
    assert covers.most.tolist() == [1.0] * len(covers.most)
    x = np.zeros(len(programme.cost))
    x[grid.at] = 0.7
    deep = covers.cuts(x)
    assert deep
    assert [cut.depth for cut in deep] == sorted((cut.depth for cut in deep), reverse=True)
    assert deep[0].values @ x[deep[0].columns] == pytest.approx(1.4)
    assert not covers.cuts(x / 2)


def test_units_by_hand(tmp_path):
    """Of 3 kt three fit into 10, of 7 kt one and with it one of 3 kt: two of these count as much as a large one.

    lots + 2 large <= 3 is the row for 3 kt: 7/3 is two, 10/3 three, each a third more, which rounds to nothing.
    """
    model, _, grid, covers = covers_of(write(UNITS, tmp_path))
    names = [p.id for p in model.instance.projects]
    last = {name: grid.at[grid.begin[names.index(name) + 1] - 1] for name in names}
    dense = covers.matrix.toarray()
    rows = {(row[last["lots"]], row[last["large"]], most) for row, most in zip(dense, covers.most, strict=True)}
    assert any(np.allclose(row, (1.0, 2.0, 3.0), atol=1e-6) for row in rows)


def test_three_that_fit_exactly_beside_rows_of_millions(tmp_path):
    """3.3 kt three times are 9.9 kt, whatever other rows count in: 33 MCNY. All fit, so there is nothing to say.

    The wrong answer, 521 MCNY and more, is that of gains as differences of sums over all rows: 3.30000001.
    """
    _, programme, grid, covers = covers_of(write(THIRDS, tmp_path))
    plan = run(programme, LIMITS)
    assert plan.objective == pytest.approx(33)
    assert covers.matrix.shape[0] == 0
    found = root.root_of(programme, grid, LIMITS, 30.0, Interrupt())
    assert found.outcome.objective <= 33 * (1 + 1e-9)


def test_a_row_has_few_covers():
    """Of a row with a hundred different gains 24 covers, evenly spread; of one with three, three."""
    rows = np.repeat([4, 7], [100, 3])
    few = covers_room._few_of_each(rows)
    assert (few[:100].sum(), few[100:].sum()) == (covers_room.MOST, 3)
    assert np.diff(np.flatnonzero(few[:100])).max() <= 5
    assert not len(covers_room._few_of_each(np.zeros(0, dtype=int)))


def test_no_whole_solution_lies_beyond_a_cover(tmp_path):
    """Proves for three groups with small sources, at four whole solutions each, that every cover keeps them.

    Lives end or renew, some projects have several units. The bound rises by covers alone, and stays below a plan.
    """
    rose = 0
    for seed in range(3):
        tree = group(20, seed, Variant(sources=10, overlap=0.2, ends=seed % 2 == 0))
        tree["targets"] = {"cap": {"kind": "reduction", "in": 2045, "cut": "14 ktCO2e"}}
        path = drawn(tree, tmp_path)
        _, programme, _, covers = covers_of(path)
        assert covers.matrix.shape[0] > 10
        rng = np.random.default_rng(seed)
        costs = [programme.cost, *(programme.cost * rng.uniform(0.2, 3.0, len(programme.cost)) for _ in range(3))]
        for cost in costs:
            plan = run(replace(programme, cost=cost), replace(LIMITS, gap=0.3))
            assert plan.x is not None
            assert (covers.matrix @ plan.x - covers.most).max() <= 1e-5
        a_plan = run(programme, replace(LIMITS, gap=0.3))
        solved = root.relaxed(programme, LIMITS, 30.0, Interrupt())
        first = last = solved.outcome
        while cuts := covers.cuts(last.x):
            solved.relaxation.add(*root._rows_of(cuts, len(programme.cost)))
            last = solved.relaxation.solve(30.0)
        assert first.objective <= last.objective <= a_plan.objective + 1e-6
        rose += last.objective > first.objective * 1.001
    assert rose


def test_rows_that_are_not_about_starts_alone_have_no_covers(tmp_path):
    """A budget with carry-over, shares of a source, sinks of any size: not by starts of whole projects alone."""
    text = """
sources: {site: {scope: 1, baseline: 10 ktCO2e}}
projects:
  wood: {kind: sink, size: {max: 10 ha}, capex: 1 MCNY/ha, removal: 1 tCO2e/ha}
  one: {kind: upgrade, capex: 6 MCNY, abates: {site: 60 %}}
  two: {kind: upgrade, capex: 6 MCNY, abates: {site: 60 %}}
budgets: {money: {limit: 10 MCNY, carry_over: 100 %}}
"""
    *_, covers = covers_of(write(text, tmp_path))
    assert covers.matrix.shape[0] == 0
    assert covers.cuts(np.zeros(covers.matrix.shape[1])) == []
