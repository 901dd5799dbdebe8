"""Combinations: which measures operate together in which year, and what they leave."""

import pytest

from optimiser.formulation.combinations import combinations_of, operates_at, possible_combinations
from optimiser.formulation.overlap import measures_on
from tests.helpers import instance_of

WORLD = """
projects:
  early: {kind: upgrade, start: 1, life: 1, capex: 2 MCNY, abates: {site: 50 %}}
  late: {kind: upgrade, start: 2, capex: 3 MCNY, abates: {site: 30 %}, excludes: [other]}
  other: {kind: upgrade, start: 2, capex: 4 MCNY, abates: {site: 40 %}}
  any: {kind: upgrade, capex: 4 MCNY, abates: {site: 20 %}}
"""


@pytest.fixture
def world(tmp_path):
    """The instance, and its measures in the order of the file."""
    instance = instance_of(WORLD, tmp_path)
    return instance, measures_on(instance, 0, "location")


def test_all_combinations_in_every_year(world):
    """Four yes or no: 16 of them in each of three years; eleven have two measures and more."""
    _, group = world
    every, several = combinations_of(group, 0), combinations_of(group, 2)
    assert (len(every.levels), len(every.year)) == (16, 48)
    assert (len(several.levels), len(several.year)) == (11, 33)
    assert several.together.min() == 2


def test_possible_combinations_by_year(world):
    """`early` runs in year 1 only, where only `any` may run, too; `late` and `other` never run together."""
    instance, group = world
    found = possible_combinations(instance, group, 2)
    assert {(int(y), found.tuples[c]) for y, c in zip(found.year, found.which, strict=True)} == {
        (0, (1, 0, 0, 1)),
        (1, (0, 1, 0, 1)),
        (1, (0, 0, 1, 1)),
        (2, (0, 1, 0, 1)),
        (2, (0, 0, 1, 1)),
    }


def test_what_combinations_leave(world):
    """0.5 x 0.8, 0.7 x 0.8 and 0.6 x 0.8; shares that were added would leave 0.3, 0.5 and 0.4."""
    instance, group = world
    found = possible_combinations(instance, group, 2)
    left = {found.tuples[c]: value for c, value in zip(found.which, found.left, strict=True)}
    added = {found.tuples[c]: value for c, value in zip(found.which, found.left - found.saved, strict=True)}
    pairs = [(1, 0, 0, 1), (0, 1, 0, 1), (0, 0, 1, 1)]
    assert left == dict(zip(pairs, map(pytest.approx, [0.4, 0.56, 0.48]), strict=True))
    assert added == dict(zip(pairs, map(pytest.approx, [0.3, 0.5, 0.4]), strict=True))


def test_no_pair_is_possible_where_all_exclude_each_other(tmp_path):
    """Two measures that exclude each other: no combination of two, in no year."""
    text = """
projects:
  a: {kind: upgrade, capex: 3 MCNY, abates: {site: 30 %}, excludes: [b]}
  b: {kind: upgrade, capex: 4 MCNY, abates: {site: 40 %}}
"""
    instance = instance_of(text, tmp_path)
    found = possible_combinations(instance, measures_on(instance, 0, "location"), 2)
    assert found.levels.shape == (0, 2)
    assert len(found.year) == 0
    assert found.left.shape == (0,)


def test_a_ramp_makes_levels(tmp_path):
    """30 % at first, then all: a start in year 1 is at the first level in year 1 and at the second from year 2 on."""
    text = """
projects:
  a: {kind: upgrade, start: 1, capex: 3 MCNY, ramp: [30 %, 100 %], abates: {site: 30 %}}
  b: {kind: upgrade, start: 1, capex: 4 MCNY, abates: {site: 40 %}}
"""
    instance = instance_of(text, tmp_path)
    group = measures_on(instance, 0, "location")
    assert group[0].levels == (0.3, 1.0)
    assert operates_at(group[0], 0.3).any(axis=0).tolist() == [True, False, False]
    found = possible_combinations(instance, group, 2)
    assert [(int(y), found.tuples[c]) for y, c in zip(found.year, found.which, strict=True)] == [
        (0, (1, 1)),
        (1, (2, 1)),
        (2, (2, 1)),
    ]
    assert found.left == pytest.approx([0.91 * 0.6, 0.7 * 0.6, 0.7 * 0.6])
