"""A city: its two plans recomputed from the CSV files, and a forest that is sold or kept, never both."""

import pytest

from tests.programme import (
    ROOT,
    SLACK,
    Programme,
    keeps_within,
    line,
    own,
    result,
    rows,
    scenarios,
    schedule,
)

MODEL = ROOT / "models" / "city.yaml"
SCENARIOS = scenarios("city-")
HALVE, FOREST = SCENARIOS["halve-by-2035"], SCENARIOS["forest-credits"]
YEARS = range(2026, 2051)
GRID = 0.5306 + (0.45 - 0.5306) / 6
BASE = (820 + 105 + 165 + 240) * GRID + 4600 * 0.396 + 96 + 102 + 310 + 17


def removed(path, year: int) -> float:
    found = rows(path, "emissions.csv")
    return sum(float(r["amount [ktCO2e]"]) for r in found if r["ledger"] == "removals" and int(r["year"]) == year)


def sold(path, year: int) -> float:
    return sum(float(r["sold [ktCO2e]"]) for r in rows(path, "credits.csv") if int(r["year"]) == year)


class TestCity(Programme):
    prefix = "city"


def test_the_base_is_that_of_the_figures():
    target = next(t for t in result(HALVE).instance.targets if t.id == "half")
    assert target.base == pytest.approx(BASE)


@pytest.mark.parametrize("name", SCENARIOS)
def test_emissions_never_rise_after_2028(name):
    path = {y: own(SCENARIOS[name], y) for y in YEARS}
    assert all(path[y] <= 1.005 * path[y - 1] + SLACK for y in YEARS if y > 2028)


@pytest.mark.parametrize(
    ("path", "limits"),
    [(HALVE, {2026: 620, 2035: 850, 2050: 900}), (FOREST, {2026: 350, 2035: 420, 2050: 450})],
    ids=["halve", "forest"],
)
def test_the_budget_holds_in_the_csv(path, limits):
    assert keeps_within(path, {y: line(limits, y) for y in YEARS}, 0.5, {"capex"})


def test_half_by_2035_and_neutral_by_2050():
    for y in range(2035, 2051):
        assert own(HALVE, y) <= (1 - line({2035: 0.5, 2050: 0.9}, y)) * BASE + SLACK
    credits = [float(r["amount [ktCO2e]"]) for r in rows(HALVE, "emissions.csv") if r["ledger"] == "credits"]
    assert max(credits) <= 0.08 * BASE + SLACK
    assert own(HALVE, 2050) - removed(HALVE, 2050) - sum(credits) <= SLACK


def test_the_other_cut_holds():
    for y in range(2035, 2051):
        assert own(FOREST, y) <= (1 - line({2035: 0.35, 2050: 0.7}, y)) * BASE + SLACK


def test_no_tonne_of_the_forest_is_sold_and_kept():
    """What is sold and what the promise counts are together no more than what grew."""
    kept = {y: removed(FOREST, y) - sold(FOREST, y) for y in YEARS}
    assert all(v >= -1e-6 for v in kept.values())
    assert sum(sold(FOREST, y) for y in YEARS) > 50
    pumps = sum(own(FOREST, y, {"pumps-power"}) for y in range(2045, 2051))
    assert pumps - sum(kept[y] for y in range(2045, 2051)) <= 60 + SLACK


def test_credits_are_paid_a_year_later_at_the_price_of_that_year():
    for r in rows(FOREST, "credits.csv"):
        issued = int(r["issued_in"])
        assert issued == int(r["year"]) + 1
        price = line({2026: 76, 2035: 150, 2050: 400}, issued) if issued <= 2050 else 0.0
        assert float(r["income [MCNY]"]) == pytest.approx(float(r["sold [ktCO2e]"]) * price * 1e-3, abs=1e-9)


def test_one_trunk_main():
    for path in SCENARIOS.values():
        chosen = {p for p, _, _ in schedule(path)}
        assert len(chosen & {"waste-heat-link", "geothermal-heat"}) <= 1
