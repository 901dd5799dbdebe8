"""Portfolios: what is held stays held, an allowance is kept, and a portfolio differs from those known."""

import pytest

from optimiser.formulation import Question, build
from optimiser.formulation.portfolios import elements, held_from, held_in, held_out, portfolio_of
from optimiser.plan import Decisions, Move, Start
from optimiser.solve import Limits, answer_to
from optimiser.solve.highs import run
from optimiser.solve.programme import assemble
from optimiser.solve.reading import read_decisions
from tests.helpers import instance_of

THREE = """
projects:
  a: {kind: upgrade, capex: 10 MCNY, abates: {site: 10 ktCO2e}}
  b: {kind: upgrade, capex: 11 MCNY, abates: {site: 10 ktCO2e}}
  lots: {kind: upgrade, units: {max: 4}, capex: 3 MCNY, abates: {site: 2 ktCO2e}}
targets: {cut: {kind: reduction, in: 3, cut: 10 ktCO2e}}
"""
LIMITS = Limits(0.0, 30.0, 1)


def chosen(text, tmp_path, question) -> set[tuple[str, int]]:
    plan = answer_to(question, instance_of(text, tmp_path), LIMITS)
    return {(s.project, s.year) for s in plan.decisions.starts}


def project(instance, name):
    return next(p for p in instance.projects if p.id == name)


def test_what_is_held_out_stays_out(tmp_path):
    """a costs 10, b 11: without a it is b."""
    instance = instance_of(THREE, tmp_path)
    plan = answer_to(Question(held={"a": held_out(project(instance, "a"))}), instance, LIMITS)
    assert plan.objective == pytest.approx(11)
    assert portfolio_of(instance, plan.decisions) == {"b"}


def test_what_is_held_in_is_in(tmp_path):
    """One lot of 3 beside the 10 of a: four lots abate 8 of 10, so that the cheapest with any lot is 13."""
    instance = instance_of(THREE, tmp_path)
    plan = answer_to(Question(held={"lots": held_in(project(instance, "lots"))}), instance, LIMITS)
    assert plan.objective == pytest.approx(13)


def test_a_first_start_in_a_year(tmp_path):
    """a starts in year 2, no earlier and no later."""
    instance = instance_of(THREE, tmp_path)
    question = Question(held={"a": held_from(project(instance, "a"), 2)})
    assert ("a", 2) in chosen(THREE, tmp_path, question)


def test_an_allowance(tmp_path):
    """Nothing is cheaper than 10: with 10.5 there is a plan, with 9.9 there is none."""
    instance = instance_of(THREE, tmp_path)
    assert answer_to(Question(within=10.5), instance, LIMITS) is not None
    assert answer_to(Question(within=9.9), instance, LIMITS) is None


def test_an_allowance_counts_penalties(tmp_path):
    """To miss ten kt costs 5, less than a; an allowance of 4 leaves nothing, of 6 the miss."""
    text = THREE.replace("cut: 10 ktCO2e}", "cut: 10 ktCO2e, penalty: 500 CNY/tCO2e}")
    instance = instance_of(text, tmp_path)
    assert answer_to(Question(within=4.0), instance, LIMITS) is None
    assert answer_to(Question(within=6.0), instance, LIMITS).objective == pytest.approx(5)


def test_unlike_what_is_known(tmp_path):
    """{a} is known: {b} has nothing of it. With {b} known as well, within 13 there is {a, lots}, and no other."""
    instance = instance_of(THREE, tmp_path)

    def another(*known: set[str], within: float) -> frozenset[str] | None:
        unlike = tuple(frozenset(k) for k in known)
        model = build(instance, Question(unlike=unlike, within=within, least_familiar=True))
        programme = assemble(model)
        outcome = run(programme, LIMITS)
        return None if outcome.x is None else portfolio_of(instance, read_decisions(model, programme, outcome.x))

    assert another({"a"}, within=13) == {"b"}
    assert another({"a"}, {"b"}, within=13) == {"a", "lots"}
    assert another({"a"}, {"b"}, {"a", "lots"}, within=13) is None


def test_dust_is_no_member(tmp_path):
    """A thousandth of the largest size is a start, less is none; without a size, one unit is."""
    text = "projects: {s: {kind: programme, size: {max: 100 MW}, capex: 1 MCNY/MW}}\n"
    instance = instance_of(text, tmp_path)
    assert portfolio_of(instance, Decisions((Start("s", 1, 0.09),))) == frozenset()
    assert portfolio_of(instance, Decisions((Start("s", 1, 0.1),))) == {"s"}


def test_changes_of_fleets_are_members(tmp_path):
    """Four ships go from old to best if that is held in, and none if it is held out, which misses the cap."""
    text = """
fleets:
  ships:
    states: {old: {count: 4, emissions: 10 ktCO2e}, best: {emissions: 1 ktCO2e}}
    changes: [{from: old, to: best, capex: 4 MCNY}]
"""
    instance = instance_of(text, tmp_path)
    (element,) = elements(instance)
    moved = answer_to(Question(changes={element.id: True}), instance, LIMITS)
    assert portfolio_of(instance, moved.decisions) == {element.id}
    assert moved.objective == pytest.approx(4)
    assert portfolio_of(instance, answer_to(Question(changes={element.id: False}), instance, LIMITS).decisions) == set()
    assert portfolio_of(instance, Decisions((), moves=(Move("ships", 0, 0.0),))) == set()


def test_what_can_never_be_held_leaves_no_plan(tmp_path):
    """Ten units at least, one a year, three years: held in, there is no plan, and that is proven."""
    text = "projects: {p: {kind: programme, units: {max: 12, min: 10, per_year: 1}}}\n"
    instance = instance_of(text, tmp_path)
    assert answer_to(Question(held={"p": held_in(project(instance, "p"))}), instance, LIMITS) is None
    assert answer_to(Question(held={"p": held_out(project(instance, "p"))}), instance, LIMITS) is not None
