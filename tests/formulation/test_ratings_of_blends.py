"""CII ratings where a blend is decided: what is blended decides the rating, and the rating what is blended.

All cases: a bulk carrier of 100,000 t that sails 100,000 nmi in 2030, when 0.785 x 4745 x 100000^-0.622 = 2.8914 g are
required. On 10 units of 1e9 t nmi these are 28.914 kt; the border of C is 1.06 times that, 30.649 kt.
"""

import pytest

from optimiser.report.fleets import fuels, ratings
from tests.fleets import service, spent
from tests.helpers import refused, solved

BORDER = 1.06 * 0.785 * 4745 * 100_000**-0.622 * 10
"""The most that a ship rated C may burn, in kt of CO2."""

SHIPS = """
horizon: {first: 2030, last: 2031}
currency: EUR
discount_rate: 0 %
sources: {}
fleets:
  ships:
    fuels: {FUELS}
    states: {old: {count: 2, fuels: {STATE}}}
    regulation: {cii: {ship: bulk carrier, capacity: 100000 t, distance: 100000 nmi, worst: C}}
"""
CLEAN = "oil: {factor: 4 tCO2e/t, price: 0 EUR/t, blend: {bio: BLEND}}, bio: {factor: 0 tCO2e/t, price: 1000 EUR/t}"


def ships(fuel: str, state: str = "oil: 10 kt") -> str:
    return SHIPS.replace("FUELS", fuel).replace("STATE", state)


def rated(result) -> list[str]:
    """The letters of what is in service, by year."""
    table = ratings(result)
    return table[table["in service"] > 0.5]["CII rating"].tolist()


def test_a_ship_blends_its_way_to_a_rating(tmp_path):
    """40 kt a ship; each kt that gives way takes 4 off: (40 - 30.649) / 4 = 2.3378 kt, 2.3378 MEUR a ship and year.

    Rated at its least blend it could not sail at all (no plan); at its largest it would cost 6 MEUR.
    """
    each = (40 - BORDER) / 4
    result = solved(ships(CLEAN.replace("BLEND", "{max: 60 %}")), tmp_path)
    assert service(result, "old") == [2, 2]
    assert spent(result, "fuel") == pytest.approx([2 * each] * 2, abs=1e-5)
    assert rated(result) == ["C", "C"]
    attained = ratings(result)["CII attained [gCO2/(capacity nmi)]"].tolist()
    assert attained == pytest.approx([BORDER / 10] * 2)


def test_more_room_to_blend_never_costs_more(tmp_path):
    """A floor of 25 % costs 2.5 MEUR a ship and year and a share of 60 % 6, where 2.3378 would do.

    With the ship barred for its least blend, the floor had a plan and the same case without it had none.
    """
    costs = [
        solved(ships(CLEAN.replace("BLEND", blend)), tmp_path).plan.objective / 4
        for blend in ("{max: 60 %}", "{min: 25 %, max: 60 %}", "60 %")
    ]
    assert costs == pytest.approx([(40 - BORDER) / 4, 2.5, 6])


def test_a_dirty_blend_goes_no_further_than_the_rating(tmp_path):
    """25 kt a ship on oil; each kt that gives way adds 2.5: at most (30.649 - 25) / 2.5 = 2.2597 kt of 10 do.

    Rated before the blend it would be an A, burn 6 kt of the cheap fuel, make 40 kt and be an E: 4 MEUR, not 7.74.
    """
    fuel = "oil: {factor: 2.5 tCO2e/t, price: 1000 EUR/t, blend: {sludge: {max: 60 %}}}, sludge: {factor: 5 tCO2e/t}"
    result = solved(ships(fuel), tmp_path)
    assert spent(result, "fuel") == pytest.approx([2 * (10 - (BORDER - 25) / 2.5)] * 2, abs=1e-5)
    assert rated(result) == ["C", "C"]
    without = solved(ships(fuel).replace(", worst: C", ""), tmp_path)
    assert spent(without, "fuel") == pytest.approx([8, 8])
    assert rated(without) == ["E", "E"]


def test_slip_does_not_count_and_energy_does(tmp_path):
    """20 kt of gas, 3 % of it unburnt: 20 x 2.75 x 0.97 = 53.35 kt count, 16.8 of methane do not.

    A kt of gas gives way to 50 / 40 = 1.25 kt of bio fuel, of which 97 % burn: 1.25 x 0.5 x 0.97 - 2.75 x 0.97 =
    -2.06125 kt. So (53.35 - 30.649) / 2.06125 = 11.01 kt do, for 13.77 MEUR a ship. With the slip counted 21.3 kt would
    have to, of 20 that there are; kt for kt it would be 10.4.
    """
    fuel = """
      gas: {factor: 2.75 tCO2e/t, price: 0 EUR/t, slip_factor: 28 tCO2e/t, energy: 50 MJ/kg, blend: {bio: {max: 90 %}}},
      bio: {factor: 0.5 tCO2e/t, price: 1000 EUR/t, slip_factor: 28 tCO2e/t, energy: 40 MJ/kg}"""
    result = solved(ships(fuel, "gas: {use: 20 kt, slip: 3 %}"), tmp_path)
    gone = (20 * 2.75 * 0.97 - BORDER) / 2.06125
    assert spent(result, "fuel") == pytest.approx([2 * 1.25 * gone] * 2, abs=1e-5)
    burnt = fuels(result).set_index(["fuel", "year"])["amount"]
    assert burnt["gas", 2030] == pytest.approx(2 * (20 - gone), abs=1e-5)
    assert rated(result) == ["C", "C"]


def test_two_fuels_of_a_state_are_rated_together(tmp_path):
    """10 kt of oil (40 kt) and 2 kt of light oil (6 kt): 46 kt, where at most 40 % of each may give way, 18.4 kt.

    The dearer bio fuel comes last: 4 kt of oil for 1 MEUR take 16 off, which is more than the 15.351 needed. Fuel by
    fuel light oil would have to keep a share of the line that nobody gave it.
    """
    fuel = """
      oil: {factor: 4 tCO2e/t, price: 0 EUR/t, blend: {bio: {max: 40 %}}},
      light: {factor: 3 tCO2e/t, price: 0 EUR/t, blend: {dear: {max: 40 %}}},
      bio: {factor: 0 tCO2e/t, price: 1000 EUR/t}, dear: {factor: 0 tCO2e/t, price: 3000 EUR/t}"""
    result = solved(ships(fuel, "oil: 10 kt, light: 2 kt"), tmp_path)
    assert spent(result, "fuel") == pytest.approx([2 * (46 - BORDER) / 4] * 2, abs=1e-5)


def test_no_blend_saves_a_ship_that_is_too_far_above(tmp_path):
    """With 20 % at most 40 kt become 32, above 30.649: barred as before, and the rating is what is named."""
    conflict = refused(ships(CLEAN.replace("BLEND", "{max: 20 %}")), tmp_path)
    assert ("rating", "ships") in {(i.kind, i.id) for i in conflict.items}


def test_a_rating_from_a_later_year_leaves_the_earlier_ones_alone(tmp_path):
    """Asked from 2031 on: nothing is blended in 2030, rated E, and 2.3378 kt a ship in 2031."""
    text = ships(CLEAN.replace("BLEND", "{max: 60 %}")).replace("worst: C", "worst: C, from_year: 2031")
    result = solved(text, tmp_path)
    assert spent(result, "fuel") == pytest.approx([0, 2 * (40 - BORDER) / 4], abs=1e-5)
    assert rated(result) == ["E", "C"]
