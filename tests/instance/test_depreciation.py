"""Depreciation: capex in equal parts over the life, cycle by cycle."""

import numpy as np
import pytest

from optimiser.instance.depreciation import depreciation, spreading
from tests.helpers import instance_of


def project(terms: str, folder, last: int = 6):
    instance = instance_of(
        f"horizon: {{first: 1, last: {last}}}\nprojects: {{p: {{kind: programme, capex: 12 MCNY, {terms}}}}}", folder
    )
    return instance.projects[0], instance.years


def test_a_start_is_written_off_from_its_first_year_of_operation(tmp_path):
    """Lead time 1, life 3: 4 a year in the three years after the start; a start in year 5 leaves 8 of the book."""
    p, years = project("lead_time: 1, life: 3", tmp_path)
    table, left = depreciation(p, None, years)
    assert table[0].tolist() == pytest.approx([0, 4, 4, 4, 0, 0])
    assert table[4].tolist() == pytest.approx([0, 0, 0, 0, 0, 4])
    assert left.tolist() == pytest.approx([0, 0, 0, 4, 8, 12])


def test_every_cycle_is_written_off_by_itself(tmp_path):
    """Life 2, renewed, half more expensive each time: 6, 6, then 9, 9, then 13.5, 13.5."""
    p, years = project("life: 2, renew: true, start: 1, cost_trend: 22.4744871391589 %", tmp_path)
    table, left = depreciation(p, None, years)
    assert table[0].tolist() == pytest.approx([6, 6, 9, 9, 13.5, 13.5])
    assert left.tolist() == pytest.approx([0])


def test_years_of_the_tax_office_overlap(tmp_path):
    """Written off over 4 years though it lives 2: two cycles at once in years 3 and 4."""
    p, years = project("life: 2, renew: true, start: 1", tmp_path, last=4)
    table, left = depreciation(p, 4, years)
    assert table[0].tolist() == pytest.approx([3, 3, 6, 6])
    assert left.tolist() == pytest.approx([6])


def test_nothing_is_lost(tmp_path):
    """Proves that what is written off and what is left is what is paid, for every start."""
    p, years = project("lead_time: 2, life: 2, renew: true", tmp_path, last=9)
    for over in (None, 1, 3, 7):
        table, left = depreciation(p, over, years)
        assert table.sum(axis=1) + left == pytest.approx(p.capex.sum(axis=1))


def test_nothing_is_lost_in_the_money_of_the_books(tmp_path):
    """Proves the same at prices that rise by 10 %: in the money of its year all that is paid is written off or left."""
    p, years = project("lead_time: 2, life: 2, renew: true", tmp_path, last=9)
    prices = 1.1 ** np.arange(10)
    for over in (None, 1, 3, 7):
        table, left = depreciation(p, over, years, 0.1)
        assert table @ prices[:-1] + left * prices[-1] == pytest.approx(p.capex @ prices[:-1])
    spread = spreading(2, years, 0.1)
    assert spread[:7] @ prices[:-1] == pytest.approx(prices[:7])


def test_money_without_a_life_is_spread():
    """Four years, over two: half in each of the two years after; over the rest of the horizon: a third, a half, all."""
    assert spreading(2, np.arange(4)).tolist() == [[0, 0.5, 0.5, 0], [0, 0, 0.5, 0.5], [0, 0, 0, 0.5], [0, 0, 0, 0]]
    rest = spreading(None, np.arange(4))
    assert rest.sum(axis=1) == pytest.approx([1, 1, 1, 0])
    assert rest[0].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])
