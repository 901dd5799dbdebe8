"""Cuts: no whole solution lies beyond one, and they close what the relaxation leaves."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.solve import root
from optimiser.solve.cuts import Separator, rounded
from optimiser.solve.grid import grid_of
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import assemble
from optimiser.solve.relaxation import Relaxation
from optimiser.workflow import read
from tests.benchmarks.groups import Variant, group
from tests.helpers import write
from tests.reference.drawing import draw
from tests.reference_finance.drawing import draw as draw_finance
from tests.reference_markets.drawing import draw as draw_markets
from tests.together import draw as draw_together

LIMITS = Limits(gap=0.0, seconds=30, threads=1)
TWO = """
projects:
  cheap: {kind: upgrade, capex: 10 MCNY, abates: {site: 30 ktCO2e}}
  dear: {kind: upgrade, capex: 16 MCNY, abates: {site: 30 ktCO2e}}
targets: {cap: {kind: reduction, in: 3, cut: 35 ktCO2e}}
"""
UNITS = """
projects:
  lots: {kind: upgrade, units: {max: 4}, capex: 6 MCNY, abates: {site: 10 ktCO2e}}
targets: {cap: {kind: reduction, in: 3, cut: 25 ktCO2e}}
"""


def rooted(path, limits=LIMITS):
    model = build(compile_instance(read(path).scenario))
    programme = assemble(model)
    grid = grid_of(model, programme)
    return programme, grid, root.root_of(programme, grid, limits, 30.0, Interrupt())


def drawn(tree, folder):
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "in_parts", "whole"), [(TWO, 10 + 16 / 6, 26.0), (UNITS, 15.0, 18.0)])
def test_cuts_by_hand(text, in_parts, whole, tmp_path):
    """35 kt of 30 and 30: both, since 35/30 is more than one. 25 kt in tens: three, since 2.5 is more than two.

    The wrong answer would be the relaxation's: a sixth of the second, and two and a half units.
    """
    _, _, found = rooted(write(text, tmp_path))
    assert found.first == pytest.approx(in_parts)
    assert found.outcome.objective == pytest.approx(whole)
    assert len(found.programme.row_lower) == len(found.outcome.row_dual)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("draw_case", [draw, draw_finance, draw_markets, draw_together])
def test_no_whole_solution_lies_beyond_a_cut(draw_case, seed, tmp_path):
    """Proves for 48 random cases, at each of six whole solutions, that every cut keeps it; also those not kept.

    The solutions are the cheapest at the case's own cost and at five random ones: corners of the whole solutions.
    """
    programme, grid, _ = rooted(drawn(draw_case(seed), tmp_path))
    relaxation = Relaxation(programme, LIMITS)
    relaxed = relaxation.solve(30.0)
    if relaxed.status != "optimal":
        assert run(programme, LIMITS).status == "infeasible"
        return
    cuts = Separator(programme, grid).cuts(relaxed.x, np.ones(len(programme.row_lower)))
    rng = np.random.default_rng(seed)
    costs = [programme.cost]
    costs += [programme.cost * rng.uniform(0.2, 3.0, len(programme.cost)) for _ in range(5)]
    for cost in costs:
        found = run(replace(programme, cost=cost), LIMITS)
        if found.x is None:
            continue
        for cut in cuts:
            assert cut.values @ found.x[cut.columns] <= cut.most + 1e-5 * np.abs(cut.values).sum()


@pytest.mark.parametrize("shape", ["highest", "no_rise"])
def test_cuts_of_a_group(shape, tmp_path):
    """Proves on a group of 40 projects that the bound rises, stays below a plan, and that the plan keeps every cut."""
    path = drawn(group(40, 3, Variant(ends=True, shape=shape)), tmp_path)
    programme, _, found = rooted(path, replace(LIMITS, gap=1e-3))
    plan = run(programme, replace(LIMITS, gap=0.05, seconds=20))
    assert found.first + 1e-3 * abs(found.first) < found.outcome.objective <= plan.objective + 1e-6
    more = found.programme
    beyond = more.matrix @ plan.x - more.row_upper
    assert beyond[len(programme.row_upper) :].max() <= 1e-5
    with_cuts = run(replace(more, integer=np.zeros_like(more.integer)), LIMITS)
    assert with_cuts.objective == pytest.approx(found.outcome.objective)


def test_rounding_is_superadditive():
    """F(a) + F(b) <= F(a + b), F(0) = 0, and F never above its argument rounded up."""
    a, b = np.meshgrid(np.linspace(-3, 3, 61), np.linspace(-3, 3, 61))
    for f in (0.01, 0.3, 0.5, 0.99):
        assert np.all(rounded(a, f) + rounded(b, f) <= rounded(a + b, f) + 1e-6)
        assert rounded(np.zeros(1), f)[0] == 0.0
        assert np.all(rounded(a, f) <= np.ceil(a - 1e-9) + 1e-9)


def test_an_interrupt_ends_the_root(tmp_path):
    """The relaxation's own optimum is kept where somebody asks to stop before a round of cuts."""
    model = build(compile_instance(read(write(TWO, tmp_path)).scenario))
    programme = assemble(model)
    stopped = Interrupt()
    relaxation = root.relaxation_of
    try:
        root.relaxation_of = lambda *a: _ThatStops(relaxation(*a), stopped)
        found = root.root_of(programme, grid_of(model, programme), LIMITS, 30.0, stopped)
    finally:
        root.relaxation_of = relaxation
    assert found.outcome.objective == found.first == pytest.approx(10 + 16 / 6)
    assert found.programme is programme


class _ThatStops:
    def __init__(self, relaxation, interrupt):
        self.relaxation, self.interrupt = relaxation, interrupt

    def solve(self, seconds):
        found = self.relaxation.solve(seconds)
        self.interrupt.event.set()
        return found
