"""Rules for ships: limits, penalties, ratings and prices are computed from dated tables and bind as they should."""

import math

import pytest

from optimiser.scenario.rules import (
    CII_LINES,
    CII_REDUCTION,
    FUELEU_REDUCTION,
    FUELEU_REFERENCE,
    cii_line,
    rating,
    required_cii,
    step,
)
from tests.fleets import service, spent
from tests.helpers import instance_of, refused, solved


@pytest.mark.parametrize(
    ("year", "limit"),
    [
        (2025, 89.34),
        (2029, 89.34),
        (2030, 85.69),
        (2035, 77.94),
        (2040, 62.90),
        (2045, 34.64),
        (2050, 18.23),
        (2070, 18.23),
    ],
)
def test_fueleu_limits_are_computed(year, limit):
    """Reference value less the step of the year; 2040 is 62.90 (a source that prints 62.30 was copied wrong)."""
    assert round(FUELEU_REFERENCE * 1e6 * (1 - step(FUELEU_REDUCTION, year)), 2) == limit


def test_cii_required_is_the_line_less_the_reduction():
    """A bulk carrier of 80,000 t in 2026: 0.89 x 4745 x 80000^-0.622; 300,000 t count as 279,000."""
    assert required_cii("bulk carrier", 80_000, step(CII_REDUCTION, 2026)) == pytest.approx(
        0.89 * 4745 * 80_000**-0.622
    )
    assert cii_line("bulk carrier", 300_000)[1] == 279_000
    assert cii_line("LNG carrier", 50_000)[1] == 65_000
    assert cii_line("gas carrier", 65_000)[0].c == 2.071
    assert step(CII_REDUCTION, 2045) == 0.215, "nothing is decided after 2030: the last step holds"


def test_ratings_lie_between_their_borders():
    """A container ship at 0.83, 0.94, 1.07, 1.19 of what is required: A, B, C, D; a hair more is the next one."""
    borders = CII_LINES["container ship"][0][1].borders
    assert [rating("container ship", 50_000, b, 1.0) for b in borders] == list("ABCD")
    assert [rating("container ship", 50_000, b + 1e-9, 1.0) for b in borders] == list("BCDE")


SHIPS = """
horizon: {first: 2030, last: 2032}
currency: EUR
discount_rate: 0 %
sources: {}
fleets:
  ships:
    fuels:
      oil: {factor: 3.2 tCO2e/t, upstream: 0.4 tCO2e/t, energy: 40 MJ/kg, price: 0 EUR/tBLEND}
      bio: {factor: 0 tCO2e/t, upstream: 0.8 tCO2e/t, energy: 40 MJ/kg, price: 1000 EUR/t}
      shore: {scope: 2, factor: 0.2 tCO2e/MWh}
    states:
      old: {count: 2, fuels: {oil: 10 kt MORE}}
      best: {fuels: {bio: 10 kt}}
    changes: [{from: old, to: best, capex: 1 MEUR, per_year: CHANGES}]
    regulation: {RULE}
"""


def ships(rule: str, changes: int = 0, blend: str = "", more: str = "") -> str:
    text = SHIPS.replace("RULE", rule).replace("CHANGES", str(changes))
    return text.replace("BLEND", f", blend: {{bio: {blend}}}" if blend else "").replace(" MORE", more)


def test_the_penalty_of_fueleu_follows_its_formula(tmp_path):
    """3.6 t/t over 40 MJ/kg are 90 g/MJ; the limit of 2030 is 85.6904. Each ship burns 4e8 MJ.

    Penalty = 4.3096 x 4e8 / (90 x 41,000) x 2,400 EUR = 1.121 MEUR a ship and year; at a share of 50 % half of it.
    """
    each = (90 - 91.16 * 0.94) * 4e8 / (90 * 41_000) * 2400 * 1e-6
    rule = "fueleu: {as: cost, penalty: 2400 EUR/t}"
    assert spent(solved(ships(rule), tmp_path), "rules") == pytest.approx([2 * each] * 3, abs=1e-6)
    half = ships(rule.replace("as: cost", "as: cost, share: 50 %"))
    assert spent(solved(half, tmp_path), "rules") == pytest.approx([each] * 3, abs=1e-6)


def test_power_from_shore_counts_as_clean_energy(tmp_path):
    """10 GWh of shore power (3.6e7 MJ) beside the oil lower the intensity to 90 x 4e8 / 4.36e8 = 82.57: no penalty."""
    rule = "fueleu: {as: cost, penalty: 2400 EUR/t}"
    assert spent(solved(ships(rule, more=", shore: 10 GWh"), tmp_path), "rules") == [0, 0, 0]


def test_fueleu_as_a_limit_pools_the_fleet(tmp_path):
    """(90 + 20) / 2 = 55 g/MJ: one ship on bio fuel carries both. Ship by ship two would have to change.

    One change costs 1 + 3 x 10 of bio fuel = 31; without any change there is no plan, and the rule is named.
    """
    result = solved(ships("fueleu: {}", changes=1), tmp_path)
    assert service(result, "best") == [1, 1, 1]
    assert result.plan.objective == pytest.approx(31)
    conflict = refused(ships("fueleu: {}"), tmp_path)
    assert ("fueleu", "ships") in {(i.kind, i.id) for i in conflict.items}
    assert "the FuelEU limit of the fleet ships" in conflict.sentences[0]


def test_a_blend_that_is_decided_keeps_the_limit_exactly(tmp_path):
    """(90 - 85.6904) / (90 - 20) of the oil of both ships gives way: 1.2313 kt for 1.2313 MEUR a year."""
    blended = 20 * (90 - 91.16 * 0.94) / 70
    result = solved(ships("fueleu: {}", blend="{max: 50 %}"), tmp_path)
    assert spent(result, "fuel") == pytest.approx([blended] * 3, abs=1e-6)


def test_steps_can_be_replaced(tmp_path):
    """A limit of 91.16 in 2030 and 2031, and of 91.16 x 0.98 from 2032 on: only then 90 g/MJ are too much."""
    rule = "fueleu: {reduction: {2030: 0 %, 2032: 2 %}}"
    result = solved(ships(rule, changes=1), tmp_path)
    assert service(result, "best")[2] == 1
    assert result.plan.objective == pytest.approx(11)


def test_what_is_below_the_limit_may_be_banked(tmp_path):
    """Limits of 91.16, 91.16 and 86.602 g/MJ for 90: 1.16 g/MJ are kept twice, 3.398 are too many in 2032.

    Of those 1.078 are left for bio fuel, 20 x 1.078 / 70 = 0.308 kt; without banking it would be 0.9709 kt.
    """
    rule = "fueleu: {reduction: {2030: 0 %, 2032: 5 %}KEPT}"
    late = 20 * (90 - 91.16 * 0.95) / 70
    kept = late - 2 * 20 * (91.16 - 90) / 70
    alone = solved(ships(rule.replace("KEPT", ""), blend="{max: 50 %}"), tmp_path)
    banked = solved(ships(rule.replace("KEPT", ", banking: true"), blend="{max: 50 %}"), tmp_path)
    assert alone.plan.objective == pytest.approx(late)
    assert banked.plan.objective == pytest.approx(kept)


def test_nothing_is_borrowed_from_later_years(tmp_path):
    """The strict year comes first: banking later surpluses for it would make it free, and it is not."""
    rule = "fueleu: {reduction: {2030: 5 %, 2031: 0 %}, banking: true}"
    result = solved(ships(rule, blend="{max: 50 %}"), tmp_path)
    assert result.plan.objective == pytest.approx(20 * (90 - 91.16 * 0.95) / 70)


CII = "cii: {ship: bulk carrier, capacity: 80000 t, distance: 100000 nmi WORST}"


def test_the_cii_is_carbon_per_capacity_and_mile(tmp_path):
    """32 kt over 80,000 t x 100,000 nmi are 4.0 g; required in 2030 is 0.785 x 4745 x 80000^-0.622 = 3.32: rated E.

    3.32 x 1.18 = 3.92 is the border of D.
    """
    fleet = instance_of(ships(CII.replace(" WORST", "")), tmp_path).fleets[0]
    assert fleet.cii is not None
    assert fleet.cii.attained[0].tolist() == pytest.approx([4.0] * 3)
    required = fleet.cii.required[0]
    assert required == pytest.approx(0.785 * 4745 * math.exp(-0.622 * math.log(80_000)))
    assert [rating("bulk carrier", 80_000, a, required) for a in fleet.cii.attained[:, 0]] == ["E", "A"]


def test_the_worst_rating_bars_a_state(tmp_path):
    """Ships rated E may not sail where D is the worst: both change at once; without changes there is no plan."""
    rule = CII.replace(" WORST", ", worst: D")
    assert service(solved(ships(rule, changes=2), tmp_path), "old") == [0, 0, 0]
    later = CII.replace(" WORST", ", worst: D, from_year: 2032")
    assert service(solved(ships(later, changes=1), tmp_path), "old")[1:] == [1, 0]
    conflict = refused(ships(rule, changes=1), tmp_path)
    assert ("rating", "ships") in {(i.kind, i.id) for i in conflict.items}


def test_the_eu_ets_prices_direct_emissions(tmp_path):
    """64 kt x 100 EUR x 50 %: 3.2 MEUR a year; of 2024 and 2025 only 40 and 70 %, from 2026 on all."""
    rule = "eu_ets: {price: 100 EUR/tCO2e, share: 50 %}"
    assert spent(solved(ships(rule), tmp_path), "rules") == [3.2, 3.2, 3.2]
    early = ships(rule).replace("first: 2030, last: 2032", "first: 2024, last: 2026")
    assert spent(solved(early, tmp_path), "rules") == pytest.approx([1.28, 2.24, 3.2])
    offshore = ships(rule.replace("share", "from_year: 2032, share"))
    assert spent(solved(offshore, tmp_path), "rules") == [0, 0, 3.2]


def test_methane_counts_from_2026_on(tmp_path):
    """Slip of 1 % of 10 kt x 28 = 2.8 kt a ship is outside the EU ETS in 2025 and inside in 2026."""
    text = ships("eu_ets: {price: 100 EUR/tCO2e}").replace("oil: 10 kt", "oil: {use: 10 kt, slip: 1 %}")
    text = text.replace("energy: 40 MJ/kg, price: 0 EUR/t", "energy: 40 MJ/kg, price: 0 EUR/t, slip_factor: 28 tCO2e/t")
    text = text.replace("first: 2030, last: 2032", "first: 2025, last: 2026")
    burnt = 2 * 10 * 3.2 * 0.99
    assert spent(solved(text, tmp_path), "rules") == pytest.approx([burnt * 0.07, (burnt + 5.6) * 0.1])


def test_the_tables_say_what_the_sources_say():
    """Proves that no figure slipped: the factors of the IMO and the lines as they were published, row by row."""
    published = {
        "bulk carrier": (4745.0, 0.622), "tanker": (5247.0, 0.61), "container ship": (1984.0, 0.489),
        "refrigerated cargo ship": (4600.0, 0.557), "combination carrier": (5119.0, 0.622),
        "cruise ship": (930.0, 0.383), "ro-ro cargo ship": (1967.0, 0.485), "ro-ro passenger ship": (2023.0, 0.46),
    }  # fmt: skip
    for ship, (a, c) in published.items():
        line = CII_LINES[ship][0][1]
        assert (line.a, line.c) == (a, c)
        assert list(line.borders) == sorted(line.borders)
    assert [CII_REDUCTION[y] for y in range(2023, 2027)] == [0.05, 0.07, 0.09, 0.11]


@pytest.mark.parametrize(
    ("ship", "capacity", "a", "c", "counted"),
    [
        ("vehicle carrier", 29_999, 330, 0.329, 29_999),
        ("vehicle carrier", 57_699, 3627, 0.590, 57_699),
        ("vehicle carrier", 76_000, 3627, 0.590, 57_700),
        ("LNG carrier", 50_000, 14779e10, 2.673, 65_000),
        ("LNG carrier", 80_000, 14479e10, 2.673, 80_000),
        ("LNG carrier", 170_000, 9.827, 0.0, 170_000),
        ("gas carrier", 64_999, 8104, 0.639, 64_999),
        ("gas carrier", 65_000, 14405e7, 2.071, 65_000),
        ("general cargo ship", 19_999, 588, 0.3885, 19_999),
        ("general cargo ship", 20_000, 31948, 0.792, 20_000),
        ("bulk carrier", 300_000, 4745, 0.622, 279_000),
    ],
)
def test_lines_by_size_are_those_of_the_resolution(ship, capacity, a, c, counted):
    """MEPC.353(78), table 1: which line, and the capacity that counts. A vehicle carrier of 76,000 GT counts as 57,700.

    With its own tonnage it would have to be a sixth better, and a retrofit would be asked for that no rule wants.
    """
    assert required_cii(ship, capacity, 0.0) == pytest.approx(a * counted**-c)


@pytest.mark.parametrize(("market", "twice"), [("scopes: [1]", True), ("scopes: [3]", False)])
def test_a_market_over_the_same_tonnes_is_said_to_be_paid_twice(market, twice, tmp_path):
    """64 kt a year at 100: 6.4 by the rule, and 6.4 more by a market over scope 1, which nobody would notice."""
    text = ships("eu_ets: {price: 100 EUR/tCO2e}") + f"markets: {{trade: {{price: 100 EUR/tCO2e, {market}}}}}\n"
    result = solved(text, tmp_path)
    assert any("both are paid" in str(w) for w in result.warnings) == twice
    assert spent(result, "rules") == [6.4, 6.4, 6.4]
