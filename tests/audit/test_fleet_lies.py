"""The audit catches every lie about a fleet, by the name of the fleet and of what does not add up."""

from dataclasses import replace

import pytest

from optimiser.audit import audit
from optimiser.errors import InternalError
from optimiser.plan import Move
from tests.helpers import solved

WORLD = """
salvage: linear
sources: {}
projects: {pier: {kind: programme, capex: 1 MCNY}}
fleets:
  ships:
    fuels:
      oil: {price: 600 CNY/t, factor: 3 tCO2e/t, upstream: 1 tCO2e/t, energy: 40 MJ/kg, blend: {bio: {max: 50 %}}}
      bio: {price: 900 CNY/t, upstream: 1 tCO2e/t, energy: 40 MJ/kg}
    states:
      old: {count: 3, fuels: {oil: 10 kt}}
      best: {fuels: {bio: 10 kt}}
    retire: {old: {2: 1}}
    docking: {slots_per_year: 1}
    changes:
      - {from: old, to: best, capex: 4 MCNY, requires: {pier: 1}, per_year: 1, max: 2}
      - {from: new, to: best, capex: 30 MCNY, life: 4}
    regulation:
      cii: {ship: bulk carrier, capacity: 80000 t, distance: 100000 nmi}
targets: {cap: {kind: reduction, by: 3, cut: 70 %, scopes: [1]}}
budgets: {b: {limit: 40 MCNY}}
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """A plan with new ships, retrofits and blends."""
    return solved(WORLD, tmp_path_factory.mktemp("fleet"))


def find(result, kind: str, year: int, salvage: bool = False) -> int:
    """The first move of a kind begun in a year (from 0), with or without a worth after the last year."""
    fleet = result.instance.fleets[0]
    moves = (m for m in fleet.of_kind(kind) if fleet.moves.begins[m] == year)
    return next(int(m) for m in moves if bool(fleet.moves.salvage[m]) == salvage)


def refuse(result, words: str, moves=None, blended=None) -> None:
    old = result.plan.decisions
    new = replace(old, moves=old.moves if moves is None else moves, blended=old.blended if blended is None else blended)
    with pytest.raises(InternalError, match=words):
        audit(result.instance, replace(result.plan, decisions=new))


def test_the_plan_itself_stands(result):
    assert audit(result.instance, result.plan).objective == pytest.approx(result.plan.objective)


@pytest.mark.parametrize(
    ("kind", "year", "amount", "words"),
    [
        ("retrofit", 0, 1, "before what it requires"),
        ("retrofit", 1, 2, "uses more docks than there are"),
        ("retrofit", 1, 3, "at most 1"),
        ("retrofit", 2, 4, "more assets leave a state than are in it"),
        ("new", 2, 9, "assets, at most"),
        ("new", 1, 0.5, "moves 0.5 assets"),
        ("withdrawal", 1, 1, "does not do its duty"),
        ("new", 1, 1, "objective"),
    ],
)
def test_a_move_too_many(result, kind, year, amount, words):
    """Each move that was not decided breaks what it must break."""
    more = Move("ships", find(result, kind, year), amount)
    refuse(result, words, moves=(*result.plan.decisions.moves, more))


def test_an_asset_stays_after_the_end_of_its_life(result):
    fleet = result.instance.fleets[0]
    kept = tuple(m for m in result.plan.decisions.moves if fleet.kinds[m.move] != "end of life")
    refuse(result, "after the end of their life", moves=kept)


def test_more_is_blended_than_may_be(result):
    years = [int(y) for y in result.instance.years]
    blended = {("ships", "old", "oil", "bio", years[0]): 16.0}
    refuse(result, "more bio is blended than may be", blended=blended)


def test_a_blend_that_is_not_said(result):
    """A plan that keeps its cap by blending does not keep it without."""
    assert result.plan.decisions.blended
    refuse(result, "target cap", blended={})


def test_a_rating_is_that_of_what_is_blended(tmp_path):
    """30 kt on 8 units of work are 3.75 g, an E in 2030 (3.32 x 1.06 = 3.52 is the border of C) that blends make a C.

    Without what it blended, or with half of it, the plan is a lie; the state by itself is not barred.
    """
    text = WORLD[: WORLD.index("targets:")].replace("cii: {", "cii: {worst: C, ") + "horizon: {first: 2030, last: 2032}"
    made = solved(text.replace("2: 1}}", "2031: 1}}"), tmp_path)
    assert made.plan.decisions.blended
    refuse(made, "rating is too bad", blended={})
    refuse(made, "rating is too bad", blended={k: v / 2 for k, v in made.plan.decisions.blended.items()})
