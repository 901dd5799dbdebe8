"""Facets: the relaxation without weights has the same optimum, solution and prices as the one that has them all."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from optimiser.formulation import build, overlap
from optimiser.formulation.matrix import Columns
from optimiser.instance import compile_instance
from optimiser.solve import facets, root
from optimiser.solve.facets import ByFacets, relaxation_of
from optimiser.solve.grid import grid_of
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import Programme, assemble
from optimiser.solve.relaxation import Relaxation
from optimiser.solve.weights import groups_of
from optimiser.workflow import read
from tests.benchmarks.groups import Variant, group
from tests.helpers import write, write_tree

LIMITS = Limits(gap=0.0, seconds=30, threads=1)
TWO = """
projects:
  one: {kind: upgrade, capex: 10 MCNY, abates: {site: 50 %}}
  two: {kind: upgrade, capex: 12 MCNY, abates: {site: 40 %}}
targets: {cap: {kind: reduction, in: 3, cut: 60 ktCO2e}}
"""


@pytest.fixture(autouse=True)
def many(monkeypatch):
    """Weights of one measure and of none have no column, however few there are."""
    monkeypatch.setattr(overlap, "MANY", 0)


def programme_of(path):
    model = build(compile_instance(read(path).scenario))
    return model, assemble(model)


def overlapping(folder, seed, shape="highest", **more):
    """A group of 60 projects, four on each of ten sources."""
    variant = Variant(sources=16, overlapping_sources=10, measures=(4, 4), shape=shape, **more)
    tree = group(60, seed, variant)
    peaks = {name: target for name, target in tree["targets"].items() if name.startswith("peak")}
    tree["targets"] = peaks | {"cap": {"kind": "reduction", "in": 2045, "cut": "50 ktCO2e"}}
    return programme_of(write_tree(tree, folder))


def lagrangian(programme, dual):
    """What duals prove of a programme, and the prices of its columns."""
    p, rest = programme, programme.cost - programme.matrix.T @ dual
    rest[np.abs(rest) < 1e-7] = 0.0
    sides = np.where(dual > 0, p.row_lower, p.row_upper)
    rows = np.where(dual != 0, np.where(np.isfinite(sides), sides, 0.0) * dual, 0.0)
    ends = np.where(rest > 0, p.lower, p.upper)
    return p.offset + rows.sum() + np.where(rest != 0, ends, 0.0) @ rest, rest


def test_two_measures_by_hand(tmp_path):
    """60 kt of 100 by 50 % and 40 %, which leave 30: e = 20 kt x the weight of both, at least one + two - 1.

    One, and so much of two that 50 + 40 t - 20 t = 60: t is a half, 16 MCNY. Without the facet a quarter, 13 MCNY.
    """
    _, programme = programme_of(write(TWO, tmp_path))
    found = ByFacets(programme, groups_of(programme), LIMITS, Interrupt())
    assert found.relaxation.solve(30.0).objective == pytest.approx(10 + 12 / 4)
    answer = found.solve(30.0)
    assert answer.objective == pytest.approx(10 + 12 / 2)
    (weights,) = (place for columns, place in programme.place.items() if columns.name == "weight")
    assert answer.x[weights].max() == pytest.approx(0.5)


@pytest.mark.parametrize("shape", ["highest", "no_rise"])
@pytest.mark.parametrize("seed", [1, 3, 4])
def test_the_same_as_with_all_weights(seed, shape, tmp_path):
    """Proves: the same optimum as with weights, a solution that keeps the rows, and duals that prove it."""
    _, programme = overlapping(tmp_path, seed, shape)
    expected = Relaxation(programme, LIMITS).solve(30.0)
    assert expected.status == "optimal"
    by_facets = relaxation_of(programme, LIMITS, Interrupt())
    assert isinstance(by_facets, ByFacets)
    found = by_facets.solve(30.0)
    assert by_facets.whole is None
    assert found.objective == pytest.approx(expected.objective, rel=1e-6)
    total = programme.matrix @ found.x
    assert np.maximum(programme.row_lower - total, total - programme.row_upper).max() <= 1e-4
    proven, rest = lagrangian(programme, found.row_dual)
    assert proven == pytest.approx(found.objective, rel=1e-6)
    assert rest[by_facets.groups.columns].min() >= 0.0


def test_sums_are_bounded_from_above_too(tmp_path):
    """Emissions that never rise would be said to be higher than they are early on: the relaxation needs the other side.

    Proves it by counting: without facets from above the optimum is lower in one of the groups.
    """
    lower = 0
    for seed in (1, 3, 4):
        _, programme = overlapping(tmp_path, seed, "no_rise", ends=True)
        full = ByFacets(programme, groups_of(programme), LIMITS, Interrupt())
        found = full.solve(30.0)
        half = ByFacets(programme, groups_of(programme), LIMITS, Interrupt())
        half._is_above = lambda *asked: np.zeros(1, dtype=bool)
        without = half.solve(30.0)
        assert without.objective <= found.objective * (1 + 1e-9)
        lower += without.objective < found.objective * (1 - 1e-7)
    assert lower


@pytest.mark.parametrize("seed", [1, 3])
def test_cuts_of_a_relaxation_by_facets(seed, tmp_path):
    """Proves that cuts hold for a plan, and that the bound is below it and no higher than with weights."""
    model, programme = overlapping(tmp_path, seed)
    found = root.root_of(programme, grid_of(model, programme), replace(LIMITS, gap=1e-3), 30.0, Interrupt())
    plan = run(programme, replace(LIMITS, gap=0.3))
    more = found.programme
    assert found.first < found.outcome.objective <= plan.objective + 1e-6
    assert (more.matrix @ plan.x - more.row_upper)[len(programme.row_upper) :].max() <= 1e-5
    whole = run(replace(more, integer=np.zeros_like(more.integer)), LIMITS)
    assert found.outcome.objective <= whole.objective * (1 + 1e-6)
    assert lagrangian(more, found.outcome.row_dual)[0] == pytest.approx(found.outcome.objective, rel=1e-6)


def test_where_facets_are_not_found_the_weights_are(tmp_path, monkeypatch):
    """The small programmes fail: the answer is that of the relaxation with all weights, and of the rows added to it."""
    model, programme = overlapping(tmp_path, 1)
    expected = root.root_of(programme, grid_of(model, programme), LIMITS, 30.0, Interrupt())
    monkeypatch.setattr(facets._Side, "at", lambda *asked: None)
    found = root.root_of(programme, grid_of(model, programme), LIMITS, 30.0, Interrupt())
    assert found.first == pytest.approx(expected.first, rel=1e-6)
    assert found.outcome.objective >= expected.outcome.objective * (1 - 1e-3)
    assert found.outcome.objective > found.first


@pytest.mark.parametrize(("interrupted", "seconds"), [(True, 30.0), (False, 0.0)])
def test_facets_end_when_they_are_told_to(interrupted, seconds, tmp_path):
    """Ctrl-C, or no time left, between two rounds: stopped, and nothing is said of an optimum."""
    _, programme = overlapping(tmp_path, 1)
    interrupt = Interrupt()
    by_facets = ByFacets(programme, groups_of(programme), LIMITS, interrupt)
    solve = by_facets.relaxation.solve

    def solved(left):
        if interrupted:
            interrupt.set()
        return replace(solve(30.0), status="optimal")

    by_facets.relaxation.solve = solved
    found = by_facets.solve(seconds)
    assert (found.status, found.x) == ("stopped", None)
    assert found.reason == ("interrupt" if interrupted else "time limit")


def test_a_facet_that_comes_back_is_not_looked_for_for_ever(tmp_path, monkeypatch):
    """Multipliers of a hundred that HiGHS cannot tell from none: the same facet is found each time, up to a limit."""
    _, programme = programme_of(write(TWO, tmp_path))
    by_facets = ByFacets(programme, groups_of(programme), LIMITS, Interrupt())
    asked = []
    monkeypatch.setattr(by_facets, "_weights", lambda *others: asked.append(1))
    found = by_facets.solve(30.0)
    assert len(asked) == facets.ROUNDS
    assert found.objective == pytest.approx(10 + 12 / 2)


def test_little_beyond_a_facet_of_large_multipliers_is_on_it(tmp_path):
    """A violation of 5e-5 counts beside multipliers of one, not beside those of 100: HiGHS would not move for it."""
    _, programme = programme_of(write(TWO, tmp_path))
    for size, counts in ((1.0, True), (100.0, False)):
        by_facets = ByFacets(programme, groups_of(programme), LIMITS, Interrupt())
        g = by_facets.groups
        by_facets.solve(30.0)
        nothing, dual = np.zeros(g.size), np.full(len(g.rows), size)
        seen = facets.Seen(np.zeros(len(g.columns)), dual, nothing, nothing + 5e-5, 0.0)
        assert by_facets._added(1.0, seen, nothing) == counts


def test_an_infeasible_relaxation_is_infeasible(tmp_path):
    """72 kt of 100: both together abate 70."""
    _, programme = programme_of(write(TWO.replace("60 ktCO2e", "72 ktCO2e"), tmp_path))
    assert relaxation_of(programme, LIMITS, Interrupt()).solve(30.0).status == "infeasible"


def small(counts):
    """One group of two weights, rows of their own, and `counts` (K, 2) as rows elsewhere."""
    weights = Columns("weight", np.zeros(2), np.full(2, np.inf), np.zeros(2, dtype=bool))
    starts = Columns("started", np.zeros(2), np.ones(2), np.ones(2, dtype=bool))
    matrix = np.array([[1, 0, -1, -1], [0, 1, -1, -1], [-1, -1, 1, 1], *([1, 1, *row] for row in counts)], dtype=float)
    names = ["weight_of_one", "weight_of_one", "weight_of_none", *("cap" for _ in counts)]
    lower = np.array([0.0, 0.0, -1.0, *(-np.inf for _ in counts)])
    upper = np.array([np.inf] * 3 + [1.0] * len(counts))
    return Programme(
        np.array([1.0, 1.0, 0.0, 0.0]),
        0.0,
        sparse.csr_array(matrix),
        lower,
        upper,
        np.zeros(4),
        np.array([1.0, 1.0, np.inf, np.inf]),
        np.array([True, True, False, False]),
        {starts: np.array([0, 1]), weights: np.array([2, 3])},
        {},
        [(name, i) for i, name in enumerate(names)],
    )


@pytest.mark.parametrize(
    ("counts", "value"),
    [
        ([[2, 4]], [0.5, 1.0]),
        ([[2, 4], [-1, -2]], [0.5, 1.0]),
        ([[0, 4]], [0.0, 1.0]),
        ([[2, 4], [1, 3]], None),
        ([[2, 4], [1, 0]], None),
        ([[2, -4]], None),
        ([[0, 0]], None),
    ],
)
def test_groups_count_by_one_sum_or_stay(counts, value):
    """(2, 4) and (-1, -2) are one sum, 0.5 and 1; (2, 4) and (1, 3) are not; nor is one that falls by a weight."""
    groups = groups_of(small(counts))
    assert (groups is None) == (value is None)
    if groups is not None:
        assert groups.value == pytest.approx(value)
        assert groups.counts.toarray()[3:, 0].tolist() == [row[1] for row in counts]
        assert groups.rows.tolist() == [0, 1, 2]
        assert groups.outside.tolist() == list(range(3, 3 + len(counts)))


def test_rows_of_weights_as_rows_of_sums():
    """x - 2 w1 - 3 w2, worth 0.5 and 1: 4 times the sum covers both. With w1 worth nothing the row says nothing."""
    matrix = sparse.csr_array(np.array([[1.0, 0.0, -2.0, -3.0], [0.0, 1.0, 5.0, 0.0]]))
    rows, holds = facets._in_sums(matrix, groups_of(small([[2, 4]])))
    assert rows.toarray().tolist() == [[1.0, 0.0, -4.0], [0.0, 1.0, 0.0]]
    assert holds.tolist() == [True, True]
    rows, holds = facets._in_sums(matrix, groups_of(small([[0, 4]])))
    assert holds.tolist() == [False, True]
    assert not rows.toarray()[0].any()
