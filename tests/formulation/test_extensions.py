"""Extensions: the least that a limit must be raised by, found without touching any other."""

import numpy as np
import pytest

from optimiser.explain import Item
from optimiser.formulation import Question, build
from optimiser.solve.highs import run
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import assemble
from tests.helpers import instance_of, refused


def more(text, tmp_path):
    return {i.id: by_year for i, by_year in refused(text, tmp_path).more.items()}


def test_money_that_is_lacking(tmp_path):
    """A commitment of 20 on a budget of 12 a year: 8 more in the year of the start, and it is said."""
    text = "projects: {p: {kind: upgrade, start: 2, capex: 20 MCNY, committed: true}}\nbudgets: {b: {limit: 12 MCNY}}"
    conflict = refused(text, tmp_path)
    assert conflict.more == {Item("budget", "b"): {2: pytest.approx(8)}}
    assert "- 8 MCNY more for the budget b in 2" in conflict.sentences


def test_money_that_is_kept_helps(tmp_path):
    """12 in year 1 are kept whole, so that 20 in year 2 lack nothing; of 30, six."""
    text = """
projects: {p: {kind: upgrade, start: 2, capex: 30 MCNY, committed: true}}
budgets: {b: {limit: 12 MCNY, carry_over: 100 %}}
"""
    assert sum(more(text, tmp_path)["b"].values()) == pytest.approx(6)


def test_money_within_a_window(tmp_path):
    """20 in year 1 and 20 in year 3 are 40 in three years in a row; 25 are allowed: 15 more, wherever they fall."""
    text = """
projects:
  p: {kind: upgrade, start: 1, capex: 20 MCNY, committed: true}
  q: {kind: upgrade, start: 3, capex: 20 MCNY, committed: true}
budgets: {b: {limit: 25 MCNY, window: 3}}
"""
    assert sum(more(text, tmp_path)["b"].values()) == pytest.approx(15)


def test_more_of_a_resource(tmp_path):
    """Two commitments of 2 crews each in one year, and 3 crews: one more, with a number and without a unit of money."""
    text = """
resources: {crews: {limit: 3}}
projects:
  p: {kind: upgrade, start: 1, committed: true, uses: {crews: 2}}
  q: {kind: upgrade, start: 1, committed: true, uses: {crews: 2}}
"""
    conflict = refused(text, tmp_path)
    assert conflict.more == {Item("resource", "crews"): {1: pytest.approx(1)}}
    assert "- 1 more for crews in 1" in conflict.sentences


def test_a_ceiling_that_is_too_low(tmp_path):
    """A commitment of 50 on a budget of 20 needs a loan of 30; 15 may be owed: fifteen more in year 1, when
    all of it is. The ceiling bounds the ticket no more where it is the question."""
    text = """
projects: {p: {kind: upgrade, start: 1, capex: 50 MCNY, committed: true}}
budgets: {b: {limit: 20 MCNY}}
finance:
  loan: {kind: loan, entity: group, issue: 1, rate: 3 %, tenor: 3, ticket: [30 MCNY, 40 MCNY]}
  roof: {kind: limit, entity: group, outstanding: 15 MCNY}
entities: {group: {}}
"""
    conflict = refused(text, tmp_path)
    assert Item("ceiling", "roof") in conflict.items
    assert conflict.more[Item("ceiling", "roof")][1] == pytest.approx(15)


def test_targets_are_eased_in_their_own_measure(tmp_path):
    """10 of 100 kt can be cut, 16 % of the base are promised: 6 % too many. The rate turns kt into shares."""
    text = """
projects: {p: {kind: upgrade, abates: {site: 10 ktCO2e}}}
targets: {t: {kind: reduction, by: 2, cut: 16 %}, u: {kind: reduction, by: 2, cut: 8 %}}
"""
    instance = instance_of(text, tmp_path)
    model = build(instance, Question(eased={"t": np.full(3, 100.0)}))
    programme = assemble(model)
    outcome = run(programme, Limits(0.0, threads=1))
    assert outcome.objective == pytest.approx(0.06)
    assert programme.of_variable(model.eased, outcome.x) == {"t": pytest.approx(0.06)}
