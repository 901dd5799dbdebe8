"""Fuels of fleets: use, slip, blends; direct, power and upstream emissions in their scopes."""

import pytest

from tests.fleets import spent
from tests.helpers import gross, instance_of, refused, row, solved

FUELS = """
sources: {}
fleets:
  ships:
    fuels:
      oil: {price: 600 CNY/t, factor: 3 tCO2e/t, upstream: 0.5 tCO2e/t, energy: 40 MJ/kg BLEND}
      bio: {price: 1600 CNY/t, factor: 0 tCO2e/t, upstream: 1 tCO2e/t, energy: 20 MJ/kg}
      lng: {price: 500 CNY/t, factor: 2.75 tCO2e/t, upstream: 0.9 tCO2e/t, slip_factor: 28 tCO2e/t, energy: 49.1 MJ/kg}
      shore: {scope: 2, price: 0.5 CNY/kWh, factor: 0.5 tCO2e/MWh, market_factor: 0.8 tCO2e/MWh}
    states:
      old: {count: 2, fuels: {oil: 10 kt, shore: 4 GWh}}
      gas: {fuels: {lng: {use: 8 kt, slip: SLIP}}}
    changes: [{from: old, to: gas, capex: 1 MCNY}]
MORE
"""


def fuels(blend: str = "", slip: str = "3.1 %", more: str = "") -> str:
    text = FUELS.replace("SLIP", slip).replace("MORE", more)
    return text.replace(" BLEND", f", blend: {{bio: {blend}}}" if blend else "")


STAY = "    docking: {slots_per_year: 0}"


def test_fuel_makes_cost_and_emissions_of_three_scopes(tmp_path):
    """2 x 10 kt of oil: 12 a year, 60 kt direct, 10 upstream; 2 x 4 GWh: 4 a year, 4 kt by location, 6.4 by market."""
    result = solved(fuels(more=STAY), tmp_path)
    assert spent(result, "fuel") == [16, 16, 16]
    assert gross(result, "ships") == [60, 60, 60]
    assert gross(result, "ships-upstream") == [10, 10, 10]
    assert gross(result, "ships-power") == [4, 4, 4]
    assert gross(result, "ships-power", "market") == [6.4, 6.4, 6.4]
    scopes = {s.id: (s.scope, s.category) for s in result.instance.sources}
    assert scopes == {"ships": (1, None), "ships-power": (2, None), "ships-upstream": (3, 3)}


def test_methane_slip_is_counted(tmp_path):
    """8 kt of gas with 3.1 % slip: 8 x (0.969 x 2.75 + 0.031 x 28) = 28.262 kt, against 30 of oil.

    A tool that called the gas clean of slip would say 22, a cut of 27 % instead of 6 %.
    """
    result = solved(fuels(), tmp_path)
    assert gross(result, "ships")[0] == pytest.approx(2 * 8 * (0.969 * 2.75 + 0.031 * 28), abs=1e-6)
    assert gross(solved(fuels(slip="0 %"), tmp_path), "ships")[0] == pytest.approx(44)


def test_shares_that_take_turns_are_never_more_than_the_whole(tmp_path):
    """60 % of one fuel, then 60 % of another: 40 % of the oil is left in every year, though the highest sum to 120 %.

    2 x 4 kt of oil make 24 kt; in the last year 2 x 6 kt x 40 / 49.1 of gas come on top.
    """
    result = solved(fuels("{1: 60 %, 3: 0 %}, lng: {1: 0 %, 3: 60 %}", more=STAY), tmp_path)
    assert gross(result, "ships")[0] == pytest.approx(24)
    assert gross(result, "ships")[2] == pytest.approx(24 + 12 * 40 / 49.1 * 2.75)


def test_a_cap_that_only_clean_gas_would_keep_is_refused(tmp_path):
    """A cut of 20 % below 60 kt needs 48; two gas ships with slip make 56.5."""
    target = "targets: {cap: {kind: reduction, by: 2, cut: 20 %, scopes: [1]}}"
    refused(fuels(more=target), tmp_path)
    assert row(solved(fuels(slip="0 %", more=target), tmp_path), "cap", 2).achieved == pytest.approx(44)


def test_a_fixed_blend_is_by_energy(tmp_path):
    """20 % of the energy of 20 kt of oil is 4 kt of oil, or 8 kt of bio fuel at half the energy.

    Cost 16 x 0.6 + 8 x 1.6 + 4 = 26.4; direct 48, upstream 8 + 8 = 16. By mass it would be 4 kt of bio fuel.
    """
    result = solved(fuels("20 %", more=STAY), tmp_path)
    assert spent(result, "fuel") == [26.4, 26.4, 26.4]
    assert gross(result, "ships") == [48, 48, 48]
    assert gross(result, "ships-upstream") == [16, 16, 16]
    assert result.accounts.fleets["ships"].uses["bio"].tolist() == pytest.approx([8, 8, 8])


def test_a_blend_may_be_a_path(tmp_path):
    """None in year 1, 20 % in year 3, 10 % between."""
    assert gross(solved(fuels("{1: 0 %, 3: 20 %}", more=STAY), tmp_path), "ships") == [60, 54, 48]


def test_a_blend_that_is_decided_takes_what_a_target_needs(tmp_path):
    """A cut of 10 % from year 2: a tenth of the oil gives way, 2 kt a year for 4 kt at a net cost of 5.2.

    Nothing is blended in year 1, and no more than needed later.
    """
    target = STAY + "\ntargets: {cap: {kind: reduction, by: 2, cut: 10 %, scopes: [1]}}"
    result = solved(fuels("{max: 30 %}", more=target), tmp_path)
    assert gross(result, "ships") == [60, 54, 54]
    assert spent(result, "fuel") == [16, pytest.approx(16 + 4 * 1.6 - 2 * 0.6), pytest.approx(16 + 4 * 1.6 - 2 * 0.6)]


@pytest.mark.parametrize(("most", "holds"), [("10 %", True), ("9.9 %", False)])
def test_the_limit_of_a_blend_just_binds(most, holds, tmp_path):
    """10 % keeps a cut of 10 %, 9.9 % does not."""
    target = STAY + "\ntargets: {cap: {kind: reduction, by: 2, cut: 10 %, scopes: [1]}}"
    text = fuels(f"{{max: {most}}}", more=target)
    if holds:
        assert gross(solved(text, tmp_path), "ships")[1] == pytest.approx(54)
    else:
        refused(text, tmp_path)


def test_a_least_blend_is_paid_even_where_nothing_asks_for_it(tmp_path):
    """At least 10 %, at most 30 %: dear bio fuel stays at its least."""
    assert gross(solved(fuels("{min: 10 %, max: 30 %}", more=STAY), tmp_path), "ships") == [54, 54, 54]


def test_blends_of_one_fuel_share_its_use(tmp_path):
    """Two cheap fuels that may each replace 80 % of the oil replace all of it together, and no more."""
    text = fuels("{max: 80 %}, cheap: {max: 80 %}", more=STAY).replace("price: 1600 CNY/t", "price: 100 CNY/t")
    text = text.replace("      lng:", "      cheap: {price: 50 CNY/t, factor: 1 tCO2e/t, energy: 40 MJ/kg}\n      lng:")
    result = solved(text, tmp_path)
    assert result.accounts.fleets["ships"].uses["oil"].tolist() == pytest.approx([0, 0, 0], abs=1e-6)
    assert gross(result, "ships") == pytest.approx([16, 16, 16])


def test_the_base_is_todays_fleet_in_the_base_year(tmp_path):
    """The base year comes before the horizon: factors are those of that year; `base` takes their place."""
    text = "base_year: -1\n" + fuels(more=STAY).replace("factor: 3 tCO2e/t", "factor: {-1: 4 tCO2e/t, 1: 3 tCO2e/t}")
    sources = {s.id: s for s in instance_of(text, tmp_path).sources}
    assert sources["ships"].base["location"] == pytest.approx(80)
    assert sources["ships"].baseline["location"].tolist() == pytest.approx([60, 60, 60])
    based = text.replace("  ships:\n", "  ships:\n    base: 99 ktCO2e\n")
    assert {s.id: s for s in instance_of(based, tmp_path).sources}["ships"].base["location"] == 99


CHAIN = """
fleets:
  ships:
    states: {old: {count: 1, fuels: {BURNS: 1 kt}}}
    fuels:
      oil: {factor: 3 tCO2e/t, blend: {bio: 50 %MORE}}
      bio: {factor: 2 tCO2e/t, blend: {best: 100 %}}
      best: {factor: 0 tCO2e/t}
"""


@pytest.mark.parametrize(
    ("burns", "more", "made", "help"),
    [
        ("oil", "", 2.5, "list best under the `blend` of oil as well"),
        ("oil", ", best: 50 %", 1.0, "leave it out"),
        ("bio", "", 0.0, None),
    ],
)
def test_what_is_blended_in_is_not_blended_again(burns, more, made, help, tmp_path):
    """Half oil (1.5 kt) and half bio fuel (1 kt): that bio fuel would be all of the best is said of bio fuel burnt.

    With the best listed beside it, it takes its half. Read as a chain the first would make 1.5 kt, at no word.
    """
    result = solved(CHAIN.replace("BURNS", burns).replace("MORE", more), tmp_path)
    assert gross(result, "ships") == pytest.approx([made] * 3)
    told = [w for w in result.warnings if "is not blended again" in str(w)]
    assert [w.help for w in told] == ([] if help is None else [help])
