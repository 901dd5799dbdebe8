"""Identical projects as units of one: the plan is the same, and it names every project."""

import random

import pytest

from optimiser.audit import audit
from optimiser.errors import InternalError
from optimiser.formulation import Question, build
from optimiser.formulation.portfolios import held_in
from optimiser.instance import compile_instance, identical
from optimiser.instance.identical import merged
from optimiser.plan import Decisions, Start
from optimiser.solve import Limits, answer, answer_to, answering
from optimiser.solve.grid import grid_of
from optimiser.solve.programme import assemble
from optimiser.solve.steps import parts_of
from optimiser.workflow import read
from tests.benchmarks.groups import Variant, group
from tests.helpers import instance_of, solved, starts, write_tree
from tests.reference.drawing import draw
from tests.reference_finance.drawing import draw as draw_finance
from tests.reference_markets.drawing import draw as draw_markets
from tests.together import draw as draw_together

LIMITS = Limits(gap=0.0, seconds=60, threads=1)
DEPOTS = """
resources: {crews: {limit: 2}}
projects:
  d1: &depot {kind: upgrade, capex: 6 MCNY, abates: {site: 10 ktCO2e}, uses: {crews: 1}}
  d2: *depot
  d3: *depot
  d4: *depot
"""
CUT = "targets: {cap: {kind: reduction, in: 3, cut: 25 ktCO2e}}\n"


def apart(monkeypatch):
    """The search without merging."""
    monkeypatch.setattr(answering, "merged_for", lambda question, instance: None)


def test_units_go_to_projects_in_their_order(tmp_path):
    """25 kt in tens: three of four depots, 18; d1 to d3 and not d4."""
    result = solved(DEPOTS + CUT, tmp_path)
    assert result.plan.objective == pytest.approx(18)
    assert [p for p, _ in sorted(starts(result), key=lambda s: s[0])] == ["d1", "d2", "d3"]
    assert set(starts(result).values()) == {1.0}
    assert "4 projects as 1" in result.plan.solver["log"]


def test_limits_of_each_hold(tmp_path):
    """Three sites of 4 units, one a year each, for 9 of 12 in three years: three a year, one for every site."""
    text = """
projects:
  a: &site {kind: upgrade, capex: 6 MCNY, units: {max: 4, per_year: 1}, abates: {site: 1 ktCO2e}}
  b: *site
  c: *site
targets: {cap: {kind: reduction, in: 3, cut: 9 ktCO2e}}
"""
    assert starts(solved(text, tmp_path)) == {(p, y): 1.0 for p in "abc" for y in (1, 2, 3)}


def test_output_used_on_site_is_that_of_each(tmp_path):
    """Two roofs of 10 GWh, of which 15 GWh are needed (at 3 a GWh) and 5 sold (at 1): 7.5 on site and 2.5 for each.

    The wrong answer would be 15 of one roof, which makes 10; the audit would not have it.
    """
    text = """
sources: {power: {scope: 2, activity: 15 GWh, factor: 0.5 tCO2e/MWh}}
projects:
  r1: &roof {kind: facility, start: 1, capex: 9 MCNY, yield: 10 GWh, supplies: power, price: 3 CNY/kWh,
             sells: 1 CNY/kWh}
  r2: *roof
"""
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(18 - 3 * (45 + 5))
    used = result.plan.decisions.supplied
    assert used == {(r, y): pytest.approx(7.5) for r in ("r1", "r2") for y in (1, 2, 3)}


def test_issues_pay_for_each_by_what_it_spends(tmp_path):
    """A grant of 5 for half of what the depots spend: 6 for each of two is 12, of which it pays 2.5 each."""
    text = DEPOTS + CUT.replace("25", "15") + "finance: {gift: {kind: grant, amount: 5 MCNY, share: 50 %}}\n"
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(12 - 5)
    by_project = {}
    for (_, _, owner, _), amount in result.plan.decisions.used.items():
        by_project[owner] = by_project.get(owner, 0.0) + amount
    assert by_project == {"d1": pytest.approx(2.5), "d2": pytest.approx(2.5)}


def test_a_question_about_one_is_answered_about_that_one(tmp_path):
    """Held in, d4 is one of the three; held to nothing in the merged instance it would be any of them."""
    instance = instance_of(DEPOTS + CUT, tmp_path)
    plan = answer_to(Question(held={"d4": held_in(instance.projects[3])}), instance, LIMITS)
    assert {s.project for s in plan.decisions.starts} == {"d1", "d2", "d4"}
    assert plan.objective == pytest.approx(18)


def test_portfolios_are_of_projects(tmp_path):
    """Unlike {d1, d2, d3} is another three: with them merged there would be no other one."""
    question = Question(unlike=(frozenset({"d1", "d2", "d3"}),))
    plan = answer_to(question, instance_of(DEPOTS + CUT, tmp_path), LIMITS)
    assert plan.objective == pytest.approx(18)
    assert {s.project for s in plan.decisions.starts} != {"d1", "d2", "d3"}


def test_an_earlier_plan_is_one_of_units(tmp_path):
    """d2, d3 and d4 in year 2: the search begins from three units in year 2, which three crews would have to be for."""
    instance = instance_of(DEPOTS.replace("limit: 2", "limit: 3") + CUT, tmp_path)
    earlier = Decisions(tuple(Start(d, 2, 1.0) for d in ("d2", "d3", "d4")))
    plan = answer(instance, LIMITS, earlier=earlier)
    assert "earlier plan: a plan" in plan.solver["log"]
    assert plan.objective == pytest.approx(18)


def test_units_of_many_fit_in_as_projects_do(tmp_path):
    """A hundred different projects in eight divisions are few in each; 234, of which groups of three are equal, are
    not, whether merged or apart: units are small, whatever they are called."""
    small = []
    for copies in (1, 3):
        tree = group(100, 1, Variant(copies=copies))
        instance = compile_instance(read(write_tree(tree, tmp_path, f"{copies}.yaml")).scenario)
        found = merged(instance)
        for each in (instance, found.instance if found is not None else instance):
            programme = assemble(model := build(each))
            small.append(parts_of(programme, grid_of(model, programme))[1])
    assert small == [True, True, False, False]


SHARES = """
projects:
  a: &half {kind: upgrade, capex: 6 MCNY, abates: {site: 30 %}}
  b: *half
  c: *half
targets: {cap: {kind: reduction, in: 3, cut: 55 ktCO2e}}
"""


def test_shares_that_were_added_would_be_found_out(tmp_path, monkeypatch):
    """Two of 30 % leave 49 and three 34.3: it takes three for 45. As units, two would leave 40, which the audit,
    who knows projects only, would contradict."""
    assert solved(SHARES, tmp_path).plan.objective == pytest.approx(18)
    monkeypatch.setattr(identical, "_adds_up", lambda p, instance: True)
    with pytest.raises(InternalError, match="cap"):
        solved(SHARES, tmp_path)


def copied(raw: dict, seed: int) -> dict:
    """A scenario in which some of the projects are there two to four times; some lists name all of these."""
    rng = random.Random(seed)
    names = list(raw.get("projects", {}))
    projects, copies = {}, {}
    for name in names:
        count = rng.choice([1, 2, 2, 3, 4]) if name in names[:2] else rng.choice([1, 1, 2])
        copies[name] = [name, *(f"{name}-{i}" for i in range(2, count + 1))]
        projects |= {one: dict(raw["projects"][name]) for one in copies[name]}
    raw = raw | {"projects": projects}
    for section in ("budgets", "groups"):
        entries = {n: dict(e) for n, e in raw.get(section, {}).items()}
        for entry in entries.values():
            if "projects" in entry and rng.random() < 0.7:
                entry["projects"] = [c for p in entry["projects"] for c in copies[p]]
        if entries:
            raw[section] = entries
    for target in raw.get("targets", {}).values():
        if isinstance(target.get("removals"), list):
            target["removals"] = [c for p in target["removals"] for c in copies[p]]
    return raw


DRAWINGS = [draw, draw_finance, draw_markets, draw_together]


def case(draw_case, seed: int, folder):
    return compile_instance(read(write_tree(copied(draw_case(seed), seed), folder)).scenario)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("draw_case", DRAWINGS)
def test_the_optimum_is_the_same(draw_case, seed, tmp_path, monkeypatch):
    """Proves for 240 random cases that there is a plan with merging where there is one without, that it costs the
    same, and that the audit of the scenario as it is has nothing against it."""
    instance = case(draw_case, seed, tmp_path)
    plan = answer(instance, LIMITS)
    apart(monkeypatch)
    other = answer(instance, LIMITS)
    assert (plan is None) == (other is None)
    if plan is not None:
        assert plan.objective == pytest.approx(other.objective, rel=1e-6, abs=1e-5)
        assert audit(instance, plan).objective == pytest.approx(plan.objective, rel=1e-6, abs=1e-5)


def test_random_cases_have_something_to_merge(tmp_path):
    """Proves that the cases above are about something: a third of those without a fleet are merged."""
    found = [merged(case(draw_case, seed, tmp_path)) for draw_case in DRAWINGS[:3] for seed in range(60)]
    assert sum(m is not None for m in found) > 60
