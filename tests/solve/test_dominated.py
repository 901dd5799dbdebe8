"""Dominated starts: another start or none does as well, so that the best plan is as good without them."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.formulation import Question, build
from optimiser.formulation.portfolios import held_from
from optimiser.instance import compile_instance
from optimiser.solve import dominated as room
from optimiser.solve.dominated import dominated, solve_whole
from optimiser.solve.grid import grid_of, restrict
from optimiser.solve.highs import run
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import assemble
from optimiser.workflow import read
from tests.benchmarks.groups import Variant, group
from tests.helpers import write, write_tree
from tests.reference.drawing import draw
from tests.reference_finance.drawing import draw as draw_finance
from tests.reference_markets.drawing import draw as draw_markets
from tests.together import draw as draw_together

LIMITS = Limits(gap=0.0, seconds=60, threads=1)


def programme_of(path, question=None):
    model = build(compile_instance(read(path).scenario), question)
    programme = assemble(model)
    return model, programme, grid_of(model, programme)


def found(text, folder, question=None) -> dict[str, list[int]]:
    """The years in which a start is dominated, by project."""
    model, programme, grid = programme_of(write(text, folder), question)
    flags = dominated(programme, grid)
    projects = model.instance.projects
    return {p.id: p.starts[flags[grid.begin[p.index] : grid.begin[p.index + 1]]].tolist() for p in projects}


def without(programme, grid, flags):
    """The programme in which those starts cannot be."""
    nobody = np.zeros(len(grid.whole), dtype=bool)
    return restrict(programme, grid, ~flags, nobody, programme.lower).programme


CUT = "targets: {cap: {kind: reduction, in: 3, cut: 25 ktCO2e}}\n"
HELPS = "abates: {site: 30 ktCO2e}"


@pytest.mark.parametrize(
    ("terms", "years"),
    [
        (f"capex: 6 MCNY, {HELPS}", [1, 2]),  # every year costs the same, and the last leaves others the source
        (f"capex: 6 MCNY, {HELPS}, lead_time: 1", [1, 3]),  # year 3 is too late for the cap
        (f"capex: 6 MCNY, {HELPS}, life: 1", [1, 2]),  # over before the cap
        (f"capex: 6 MCNY, {HELPS}, opex: 1 MCNY", [1, 2]),  # the later the cheaper
        (f"capex: 6 MCNY, {HELPS}, opex: 1 MCNY, units: {{max: 2}}", [1, 2]),
        (f"capex: 6 MCNY, {HELPS}, opex: 1 MCNY, units: {{max: 2, per_year: 1}}", []),  # two in year 3 are too many
        (f"capex: 6 MCNY, {HELPS}, opex: 1 MCNY, committed: true", [1, 2]),
        ("capex: 6 MCNY", [1, 2, 3]),  # does nothing
        ("capex: 6 MCNY, units: {max: 2, per_year: 1}", [1, 2, 3]),
        ("capex: 6 MCNY, committed: true", [2, 3]),  # has to be, and any year will do
        ("capex: 6 MCNY, opex: -4 MCNY", [2, 3]),  # pays by itself, the earlier the better
    ],
)
def test_starts_by_hand(terms, years, tmp_path):
    """Proves for what reasons a start is dominated, and that of those that are equal one stays."""
    text = f"projects: {{p: {{kind: upgrade, {terms}}}}}\n{CUT}"
    assert found(text, tmp_path)["p"] == years


def test_limits_of_a_year_keep_their_starts(tmp_path):
    """With crews every year, a start in another year is a use in another year: nothing is dominated but by none."""
    text = f"""
resources: {{crews: {{limit: 1}}}}
projects:
  p: {{kind: upgrade, capex: 6 MCNY, opex: 1 MCNY, {HELPS}, uses: {{crews: 1}}}}
  late: {{kind: upgrade, capex: 6 MCNY, {HELPS}, lead_time: 1, uses: {{crews: 1}}}}
{CUT}"""
    assert found(text, tmp_path) == {"p": [], "late": [3]}


def test_a_start_for_which_another_one_waits_is_good(tmp_path):
    """`first` does nothing itself, but `then` waits two years for it: its start in year 1 stays, and the two others,
    which let nobody start in time, go."""
    text = f"""
projects:
  first: {{kind: programme, capex: 1 MCNY}}
  then: {{kind: upgrade, capex: 6 MCNY, {HELPS}, requires: {{first: 2}}}}
{CUT}"""
    assert found(text, tmp_path)["first"] == [2, 3]


def test_what_is_held_stays(tmp_path):
    """Held to begin in year 2 of all that it could do without."""
    text = "projects: {p: {kind: programme, capex: 6 MCNY}}\n"
    model, *_ = programme_of(write(text, tmp_path))
    question = Question(held={"p": held_from(model.instance.projects[0], 2)})
    assert found(text, tmp_path) == {"p": [1, 2, 3]}
    assert found(text, tmp_path, question)["p"] == []


def test_high_emissions_before_a_peak_are_worth_something(tmp_path):
    """`highest` of years 1 and 2 is what year 3 may have: what abates in year 1 is not simply better than in year 3,
    nor is none better than year 3; without the peak nothing is worth its money."""
    text = f"projects: {{p: {{kind: upgrade, capex: 6 MCNY, {HELPS}}}}}\n"
    peak = "targets: {top: {kind: peak, by: 2}}\n"
    assert found(text, tmp_path)["p"] == [1, 2, 3]
    assert 3 not in found(text + peak, tmp_path)["p"]


def is_same(programme, grid, flags) -> bool:
    whole, less = run(programme, LIMITS), run(without(programme, grid, flags), LIMITS)
    if whole.x is None or less.x is None:
        return whole.status == less.status
    return less.objective == pytest.approx(whole.objective, rel=1e-7, abs=1e-6)


DRAWINGS = [draw, draw_finance, draw_markets, draw_together]


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("draw_case", DRAWINGS)
def test_the_optimum_does_without_them(draw_case, seed, tmp_path):
    """Proves for 240 random cases that the optimum is the same with all of them forbidden at once."""
    _, programme, grid = programme_of(write_tree(draw_case(seed), tmp_path))
    if grid.size:
        assert is_same(programme, grid, dominated(programme, grid))


def test_random_cases_have_dominated_starts_and_need_the_rest(tmp_path, monkeypatch):
    """Proves that the cases above are about something: a tenth of all starts are dominated; and that they would find
    a mistake: were equalities that define nothing harmless, some optimum would be another one."""
    cases = [programme_of(write_tree(draw(seed), tmp_path)) for seed in range(60)]
    count = sum(int(dominated(programme, grid).sum()) for _, programme, grid in cases)
    assert count > 0.1 * sum(grid.size for _, _, grid in cases)
    honest = room._what_hurts

    def careless(*given):
        hurts, price = honest(*given)
        return np.where(hurts == room.RISING | room.FALLING, 0, hurts), price

    monkeypatch.setattr(room, "_what_hurts", careless)
    agree = [is_same(programme, grid, dominated(programme, grid)) for _, programme, grid in cases]
    assert not all(agree)


@pytest.mark.parametrize("seed", range(3))
def test_groups_do_without_them(seed, tmp_path):
    """Proves that it holds for a group of thirty whose relaxation has windows up to the end of the horizon."""
    _, programme, grid = programme_of(write_tree(group(30, seed, Variant()), tmp_path))
    flags = dominated(programme, grid)
    assert flags.any()
    relaxed = replace(programme, integer=np.zeros_like(programme.integer))
    assert is_same(relaxed, grid, flags)


def test_price_of_a_total_is_the_cost_of_what_it_counts(tmp_path):
    """A penalty of 0.1 a kt on what is short: 30 kt less of shortfall are worth 3 a year, but shortfall is a column of
    its own, which stays what it is: the start is not dominated, whatever it costs."""
    text = f"""
projects: {{p: {{kind: upgrade, capex: 60 MCNY, {HELPS}}}}}
targets: {{cap: {{kind: reduction, by: 1, cut: 50 ktCO2e, penalty: 100 CNY/tCO2e}}}}
"""
    assert found(text, tmp_path)["p"] == []


@pytest.mark.parametrize("draw_other", [draw, draw_together])
@pytest.mark.parametrize("seed", range(25))
def test_the_whole_is_solved_without_them(draw_other, seed, tmp_path, monkeypatch):
    """Proves that what comes back is a plan of the whole programme, and as good as with all starts."""
    monkeypatch.setattr(room, "FEW", 1)
    _, programme, grid = programme_of(write_tree(draw_other(seed), tmp_path))
    expected, outcome = run(programme, LIMITS), solve_whole(programme, grid, LIMITS)
    assert outcome.status == expected.status
    if outcome.x is not None:
        slack = 1e-6 * max(1.0, abs(expected.objective))
        assert outcome.objective == pytest.approx(expected.objective, abs=slack)
        assert programme.cost @ outcome.x + programme.offset == pytest.approx(outcome.objective, abs=slack)
        reach = programme.matrix @ outcome.x
        size = 1e-6 * (1 + abs(programme.matrix) @ abs(outcome.x))
        assert np.all((reach >= programme.row_lower - size) & (reach <= programme.row_upper + size))


def test_a_plan_to_begin_from_keeps_its_starts(tmp_path, monkeypatch):
    """It starts in year 1, which year 3 dominates. The wrong answer: a plan that is none of what is asked."""
    monkeypatch.setattr(room, "FEW", 1)
    text = f"projects: {{one: {{kind: upgrade, start: [1, 3], capex: 6 MCNY, opex: 1 MCNY, {HELPS}}}}}\n{CUT}"
    _, programme, grid = programme_of(write(text, tmp_path))
    early = programme.lower.copy()
    early[grid.at[0]] = 1.0
    known = run(replace(programme, lower=early), LIMITS)
    assert dominated(programme, grid)[0]
    asked = []

    def seen(part, limits, watch, interrupt, begin):
        asked.append(replace(part, lower=begin, upper=begin))
        return run(part, limits, watch, interrupt, begin)

    monkeypatch.setattr(room, "run", seen)
    outcome = solve_whole(programme, grid, LIMITS, start=known.x)
    assert run(asked[0], LIMITS).objective == pytest.approx(known.objective)
    assert outcome.objective == pytest.approx(known.objective - 2)
