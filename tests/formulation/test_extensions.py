"""Extensions: the least that a limit must be raised by, found without touching any other."""

import pytest

from optimiser.explain import Item
from tests.helpers import refused


def more(text, tmp_path):
    return {i.id: by_year for i, by_year in refused(text, tmp_path).more.items()}


def test_money_that_is_lacking(tmp_path):
    """A commitment of 20 on a budget of 12 a year: 8 more in the year of the start, and it is said."""
    text = "projects: {p: {kind: upgrade, start: 2, capex: 20 MCNY, committed: true}}\nbudgets: {b: {limit: 12 MCNY}}"
    conflict = refused(text, tmp_path)
    assert conflict.more == {Item("budget", "b"): {2: pytest.approx(8)}}
    assert "With 8 MCNY more in 2, the budget b would leave room for the rest." in conflict.sentences


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
    assert "With 1 more in 1, the limit of crews would leave room for the rest." in conflict.sentences
