"""Splitting: parts make up the whole, each bound is one, and what a start costs at least holds in all of them."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from scipy import sparse

from optimiser.formulation import build, overlap
from optimiser.instance import compile_instance
from optimiser.solve import facets, kernels, root, splitting, steps
from optimiser.solve.grid import grid_of
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.programme import assemble
from optimiser.solve.relaxation import Bounded
from optimiser.workflow import read
from tests.benchmarks.groups import Variant, group
from tests.reference.drawing import draw
from tests.solve.test_facets import overlapping
from tests.solve.test_kernels import PARTS, forced, programme_of

LIMITS = Limits(gap=0.0, seconds=30, threads=1)


def parts_of(model, programme, rounds=0, seconds=20.0, room=0.0, interrupt=None):
    """The grid, the root after so many rounds of cuts, and the parts."""
    grid, interrupt = grid_of(model, programme), interrupt or Interrupt()
    solved = root.relaxed(programme, LIMITS, 20.0, interrupt)
    before, root.ROUNDS = root.ROUNDS, rounds
    try:
        found = root.with_cuts(solved, grid, LIMITS, 20.0, interrupt)
    finally:
        root.ROUNDS = before
    if found.outcome.x is None:
        return grid, found, []
    asked = (Bounded(solved.relaxation, programme), found.every, grid, found.outcome, room, seconds, interrupt)
    return grid, found, splitting.leaves_of(*asked)


def whole_of(programme, leaf):
    """The cheapest plan of a part."""
    return run(replace(programme, lower=leaf.lower, upper=leaf.upper), LIMITS).objective


def test_parts_by_hand(tmp_path):
    """35 kt of three projects of 30 kt for 10, 16 and 90 MCNY; in parts 10 and a sixth of 16: 12.67.

    Without `dear`, 10 and a sixth of 90: 25. With it a sixth of `cheap`: 17.67; of that, 26 with `cheap` and 16 and a
    sixth of 90 without it: 31. 25 was with a sixth of `other`: without that there is no plan, with it 90 and a sixth of
    10. The wrong answer is 25 or less.
    """
    model, programme = programme_of(PARTS, tmp_path)
    _, found, leaves = parts_of(model, programme)
    assert found.outcome.objective == pytest.approx(10 + 16 / 6)
    assert [leaf.bound for leaf in leaves] == pytest.approx([26, 31, 90 + 10 / 6])
    assert [whole_of(programme, leaf) for leaf in leaves] == pytest.approx([26, 106, 100])


POOR = "budgets: {b: {limit: 28 MCNY}}\n"


def test_parts_without_a_plan_are_left_out(tmp_path):
    """The three again with 84 MCNY in three years: `other` for 90 is in parts only, so 25 without `dear` is no plan.

    Neither with `other` nor without is there one. The wrong answer is to stop there, at 25.
    """
    model, programme = programme_of(PARTS + POOR, tmp_path)
    _, _, leaves = parts_of(model, programme)
    assert [leaf.bound for leaf in leaves] == pytest.approx([26, 31])


def test_without_any_plan_there_is_one_part(tmp_path):
    """Without `dear` at all there is no plan: that is not said here, and the whole is the only part."""
    text = "\n".join(line for line in PARTS.splitlines() if "dear" not in line)
    model, programme = programme_of(f"{text}\n{POOR}", tmp_path)
    _, found, leaves = parts_of(model, programme)
    assert [leaf.bound for leaf in leaves] == [found.outcome.objective] == pytest.approx([25])
    assert run(programme, LIMITS).status == "infeasible"


def test_units_by_hand(tmp_path):
    """25 kt of lots of 10 kt for 6 MCNY each: two and a half, 15. Two and half of `spare`: 22. Three are whole: 18."""
    text = """
projects:
  lots: {kind: upgrade, units: {max: 4}, capex: 6 MCNY, abates: {site: 10 ktCO2e}}
  spare: {kind: upgrade, capex: 20 MCNY, abates: {site: 10 ktCO2e}}
targets: {cap: {kind: reduction, in: 3, cut: 25 ktCO2e}}
"""
    model, programme = programme_of(text, tmp_path)
    grid, found, leaves = parts_of(model, programme)
    assert found.outcome.objective == pytest.approx(15)
    assert [leaf.bound for leaf in leaves] == pytest.approx([18, 22])
    last = grid.at[grid.begin[1] - 1]
    assert [(leaf.lower[last], leaf.upper[last]) for leaf in leaves] == [(3, 4), (0, 2)]


@pytest.mark.parametrize(("limit", "bounds"), [("SECONDS", [10 + 16 / 6]), ("LEAVES", [10 + 15, 16 + 10 / 6][::-1])])
def test_it_ends_where_it_is_told_to(limit, bounds, tmp_path, monkeypatch):
    """Without time there is one part, the whole; with two parts at most there are the first two."""
    monkeypatch.setattr(splitting, "LEAVES", 2)
    model, programme = programme_of(PARTS, tmp_path)
    _, _, leaves = parts_of(model, programme, seconds=0.0 if limit == "SECONDS" else 20.0)
    assert [leaf.bound for leaf in leaves] == pytest.approx(bounds)


def test_an_interrupt_leaves_the_whole(tmp_path):
    """Set once the relaxation is there: one part, the whole."""
    model, programme = programme_of(PARTS, tmp_path)
    grid, interrupt = grid_of(model, programme), Interrupt()
    solved = root.relaxed(programme, LIMITS, 20.0, interrupt)
    interrupt.event.set()
    leaves = splitting.leaves_of(
        Bounded(solved.relaxation, programme), programme, grid, solved.outcome, 0.0, 20.0, interrupt
    )
    assert [leaf.bound for leaf in leaves] == pytest.approx([10 + 16 / 6])


def test_a_decision_that_costs_little_is_not_taken(tmp_path):
    """Either way `dear` costs 5 MCNY, 25 times a fifth of the room of 1, but no fifth of the room of 30."""
    model, programme = programme_of(PARTS, tmp_path)
    assert len(parts_of(model, programme, room=1.0)[2]) > 1
    assert len(parts_of(model, programme, room=30.0)[2]) == 1


def test_a_year_counts(tmp_path):
    """`early`, 20 kt for 4 MCNY and 3 a year, costs 10 from year 2 on and 7 from year 3; 10 kt are asked, then 12.

    In parts half of it in year 2 and a tenth in year 3: 5.7. By year 2 as a whole or not: 10, or five sixths of `spare`
    and a tenth of it, 25.7. By year 3 or never: 8.5 or 30, the wrong answer.
    """
    text = """
projects:
  early: {kind: upgrade, start: [2, 3], capex: 4 MCNY, opex: 3 MCNY, abates: {site: 20 ktCO2e}}
  spare: {kind: upgrade, start: 2, capex: 30 MCNY, abates: {site: 12 ktCO2e}}
targets: {cap: {kind: reduction, in: [2, 3], cut: {2: 10 ktCO2e, 3: 12 ktCO2e}}}
"""
    model, programme = programme_of(text, tmp_path)
    grid, found, leaves = parts_of(model, programme)
    assert found.outcome.objective == pytest.approx(5.7)
    assert [leaf.bound for leaf in leaves] == pytest.approx([10, 25.7])
    assert list(np.flatnonzero(leaves[0].lower != programme.lower)) == [grid.at[0]]
    assert run(programme, LIMITS).objective == pytest.approx(10)


@pytest.mark.parametrize("rounds", [0, 20])
@pytest.mark.parametrize("seed", range(1000, 1030))
def test_parts_are_the_whole_and_prices_hold_in_all(seed, rounds, tmp_path, monkeypatch):
    """Proves on random small cases that no part's bound is above its cheapest plan, that the cheapest of all parts is
    the cheapest plan, and that no plan with a start costs less than the lowest bound and the start's price."""
    monkeypatch.setattr(splitting, "LEAVES", 4)
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump(draw(seed), sort_keys=False), encoding="utf-8")
    model = build(compile_instance(read(path).scenario))
    programme = assemble(model)
    grid, found, leaves = parts_of(model, programme, rounds)
    best = run(programme, LIMITS).objective
    if not leaves:
        assert best == np.inf
        return
    within = 1e-6 * max(1.0, abs(leaves[0].bound))
    of_parts = [whole_of(programme, leaf) for leaf in leaves]
    assert min(of_parts) == best or min(of_parts) == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert all(leaf.bound <= cost + within for leaf, cost in zip(leaves, of_parts, strict=True))
    assert found.outcome.objective <= leaves[0].bound + within
    assert [leaf.bound for leaf in leaves] == sorted(leaf.bound for leaf in leaves)
    if len(leaves) == 1 and leaves[0].outcome is found.outcome:
        return
    price = splitting.prices_of(leaves, found.every, grid).bound
    for i in np.flatnonzero(grid.whole[grid.owner]):
        assert run(forced(programme, grid, i), LIMITS).objective >= leaves[0].bound + price[i] - within


@pytest.mark.parametrize("seed", range(4))
def test_parts_of_a_group_are_the_whole(seed, tmp_path):
    """Proves for groups of 20 projects that a plan is in one part, and costs no less than bound and prices say."""
    path = tmp_path / "scenario.yaml"
    tree = group(20, seed, Variant(sources=10, overlap=0.2, ends=seed % 2 == 0))
    tree["targets"] = {"cap": {"kind": "reduction", "in": 2045, "cut": "14 ktCO2e"}}
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    model = build(compile_instance(read(path).scenario))
    programme = assemble(model)
    grid, found, leaves = parts_of(model, programme, seed % 3)
    assert len(leaves) > 1
    assert found.outcome.objective < leaves[0].bound
    price = splitting.prices_of(leaves, found.every, grid)
    rng = np.random.default_rng(seed)
    for rate in (1.0, rng.uniform(0.2, 3.0, len(programme.cost)), rng.uniform(0.2, 3.0, len(programme.cost))):
        x = run(replace(programme, cost=programme.cost * rate), replace(LIMITS, gap=0.3)).x
        cost = float(programme.cost @ x) + programme.offset
        within = 1e-6 * max(1.0, abs(cost))
        inside = [np.all((x >= leaf.lower - 1e-6) & (x <= leaf.upper + 1e-6)) for leaf in leaves]
        assert sum(inside) == 1
        assert leaves[inside.index(True)].bound <= cost + within
        started = grid.whole[grid.owner] & (grid.new(x) > 0.5)
        assert np.all(leaves[0].bound + price.bound[started] <= cost + within)


def test_facets_hold_columns_wherever_they_stand(tmp_path, monkeypatch):
    """Proves on a group with overlapping shares, its columns in any order, that a relaxation without weights holds
    starts, and goes on holding them once it is solved with all its weights."""
    monkeypatch.setattr(overlap, "MANY", 0)
    model, programme = overlapping(tmp_path, 1)
    order = np.random.default_rng(1).permutation(len(programme.cost))
    place = np.argsort(order)
    mixed = replace(
        programme,
        cost=programme.cost[order],
        matrix=sparse.csr_array(sparse.csc_array(programme.matrix)[:, order]),
        lower=programme.lower[order],
        upper=programme.upper[order],
        integer=programme.integer[order],
        place={columns: place[at] for columns, at in programme.place.items()},
    )
    relaxation = facets.relaxation_of(mixed, LIMITS, Interrupt())
    assert isinstance(relaxation, facets.ByFacets)
    first, grid = relaxation.solve(30.0), grid_of(model, programme)
    parts = np.flatnonzero(np.abs(first.x - np.round(first.x)) > 0.1)
    starts = np.intersect1d(parts, place[grid.at])[:6]
    assert len(starts) == 6
    lower, upper = mixed.lower.copy(), mixed.upper.copy()
    for i, k in enumerate(starts):
        upper[k] = 0.0
        relaxation.hold(int(k), 0.0, 0.0)
        if i == 3:
            relaxation._give_up()
        relaxed = replace(mixed, lower=lower, upper=upper, integer=np.zeros_like(mixed.integer))
        expected, found = run(relaxed, LIMITS), relaxation.solve(30.0)
        assert found.status == expected.status
        assert found.objective == pytest.approx(expected.objective, rel=1e-6)
    assert found.objective > first.objective + 0.1


def test_parts_by_facets_are_parts_with_all_weights(tmp_path, monkeypatch):
    """Proves for a group with overlapping shares that a relaxation without weights has the same parts and bounds."""
    monkeypatch.setattr(overlap, "MANY", 0)
    model, programme = overlapping(tmp_path, 1)
    assert isinstance(facets.relaxation_of(programme, LIMITS, Interrupt()), facets.ByFacets)
    _, found, leaves = parts_of(model, programme)
    assert len(leaves) > 2
    assert leaves[0].bound > found.outcome.objective + 0.1
    for leaf in leaves:
        relaxed = replace(programme, lower=leaf.lower, upper=leaf.upper, integer=np.zeros_like(programme.integer))
        assert leaf.bound == pytest.approx(run(relaxed, LIMITS).objective, rel=1e-6)


def split(tmp_path, gap):
    """The three parts of `test_parts_by_hand`, in a search under way."""
    model, programme = programme_of(PARTS, tmp_path)
    search = kernels._Kernels(programme, grid_of(model, programme), replace(LIMITS, gap=gap), None, Interrupt())
    solved = root.relaxed(programme, LIMITS, 20.0, Interrupt())
    _, prices = search._priced(solved.outcome)
    asked = root.Root(programme, solved.outcome, solved.outcome.objective, programme)
    found = search.split(Bounded(solved.relaxation, programme), asked, prices, 20.0)
    return programme, search, found


def test_parts_that_are_good_enough_are_left_aside(tmp_path):
    """With a plan of 106 MCNY, and a fifth of it as the gap, 84.8 proves it: the part of 91.67 is left aside.

    In both others `dear` starts, and so it does from then on; `cheap` may or may not.
    """
    programme, search, (lp, prices) = split(tmp_path, 0.2)
    assert (lp.objective, search.relaxed, search.bound) == pytest.approx((26, 26, 26))
    assert np.array_equal(search.programme.lower, programme.lower)
    assert np.array_equal(search.programme.upper, programme.upper)
    search.take(run(replace(programme, lower=search.leaves[1].lower, upper=search.leaves[1].upper), LIMITS).x)
    assert search.objective == pytest.approx(106)
    better = search.better(prices)
    assert search.closed == pytest.approx(90 + 10 / 6)
    assert len(search.leaves) == 2
    column = search.grid.at[search.grid.begin[2] - 1]
    assert (programme.lower[column], search.programme.lower[column]) == (0, 1)
    assert list(np.flatnonzero(search.programme.lower != programme.lower)) == [column]
    assert np.array_equal(search.programme.upper, programme.upper)
    assert search.better(better) is better


def test_where_every_part_is_good_enough_nothing_is_left_aside(tmp_path):
    """A plan of 26 MCNY is proven by 25.74, and no part has less: there is nothing to look for."""
    programme, search, (_, prices) = split(tmp_path, 0.01)
    search.take(run(programme, LIMITS).x)
    assert search.better(prices) is prices
    assert (len(search.leaves), search.closed) == (3, np.inf)


def test_the_price_of_a_start_is_the_least_of_the_parts(tmp_path):
    """`cheap` and `dear` start in the first part, of 26 MCNY, and cost nothing above it. `other` starts by a sixth in
    the part of 31: it costs 5 there, and more in the first. The wrong answer is nothing."""
    programme, search, (_, prices) = split(tmp_path, 0.01)
    grid = search.grid
    last = grid.begin[1:] - 1
    each = [splitting._prices_in(leaf, programme, grid).bound[last] for leaf in search.leaves]
    above = [leaf.bound - 26 + own for leaf, own in zip(search.leaves, each, strict=True)]
    assert prices.bound[last] == pytest.approx(np.min(above, axis=0))
    assert prices.bound[last][:2] == pytest.approx([0, 0])
    assert 0 < prices.bound[last][2] <= 31 - 26
    assert each[1][2] == pytest.approx(0)  # the part of 31 has a sixth of it: without the 5 it would cost nothing


def test_no_bound_is_above_that_of_a_part_that_is_left_aside(tmp_path):
    """Parts left aside cost 25.9 at least, the others 26: 25.9 is proven. The wrong answer is 26."""
    programme, search, (_, prices) = split(tmp_path, 0.01)
    search.bound, search.closed = 10.0, 25.9
    search.take(run(programme, LIMITS).x)
    search.run = lambda *asked, **more: Outcome("optimal", None, np.inf, 26.0, 0.0, "gap reached")
    search.raised = 26.0
    outcome = search._rest(prices)
    assert (outcome.status, outcome.objective) == ("optimal", pytest.approx(26))
    assert outcome.bound == pytest.approx(25.9)


def test_a_plan_by_steps_is_proven_by_parts(tmp_path, monkeypatch):
    """Without cuts 12.67 is known of the whole, by its parts 26: the plan of 26 that steps have is proven at once."""
    for name, value in (("LARGE", 0), ("LEAST", 2), ("RAISED", np.inf)):
        monkeypatch.setattr(kernels, name, value)
    monkeypatch.setattr(root, "ROUNDS", 0)
    model, programme = programme_of(PARTS, tmp_path)
    x = run(programme, LIMITS).x
    monkeypatch.setattr(steps.Steps, "plan", lambda steps: x)
    found = kernels.solve_by_kernels(model, programme, LIMITS, None, Interrupt())
    assert (found.status, found.objective, found.bound) == ("optimal", pytest.approx(26), pytest.approx(26))
    assert "starts that matter" not in "".join(found.log)


def test_bounds_after_the_steps_are_among_the_parts_that_are_left(tmp_path, monkeypatch):
    """A plan of 106 MCNY and a fifth of it as the gap leave `dear` no choice, as bounds by parts know from then on."""
    for name, value in (("LARGE", 0), ("LEAST", 2), ("RAISED", np.inf)):
        monkeypatch.setattr(kernels, name, value)
    monkeypatch.setattr(root, "ROUNDS", 0)
    model, programme = programme_of(PARTS, tmp_path)
    grid = grid_of(model, programme)
    column = grid.at[grid.begin[2] - 1]
    lower, upper = programme.lower.copy(), programme.upper.copy()
    lower[column], upper[grid.at[grid.begin[1] - 1]] = 1.0, 0.0
    dear = run(replace(programme, lower=lower, upper=upper), LIMITS)
    assert dear.objective == pytest.approx(106)
    seen = []
    monkeypatch.setattr(steps.Steps, "plan", lambda own: seen.append(own.prices) or dear.x)
    monkeypatch.setattr(kernels._Kernels, "_bounds", lambda search, own, seconds: seen.append((own, search)))
    found = kernels.solve_by_kernels(model, programme, replace(LIMITS, gap=0.2), None, Interrupt())
    before, (asked, search) = seen
    assert asked.programme.lower[column] == 1
    assert search.closed == pytest.approx(90 + 10 / 6)
    assert asked.prices is not before
    assert np.all(asked.prices.bound >= before.bound - 1e-9)
    assert (found.status, found.objective) == ("optimal", pytest.approx(26))
