"""An industrial park: its totals, its two plans, its cap and its market, recomputed from the CSV files."""

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
)

MODEL = ROOT / "models" / "industrial-park.yaml"
SCENARIOS = scenarios("industrial-park-")
YEARS = range(2026, 2046)
COMPANIES = ("chemicals", "metals", "machinery", "utility")
BASE = 6000 * (0.5306 + (0.45 - 0.5306) / 6) + 20e3 * 0.11


def number(row: dict[str, str], name: str) -> float:
    return float(row[f"{name} [ktCO2e]"])


def positions(name: str, market: str) -> list[dict[str, str]]:
    return [r for r in rows(SCENARIOS[name], "carbon.csv") if r["market"] == market]


class TestPark(Programme):
    prefix = "industrial-park"


def test_there_are_two_views():
    assert set(SCENARIOS) == {"internal-cap", "national-market"}


def test_the_park_is_that_of_the_stylised_figures():
    """6 TWh of power and 20 PJ of steam in 2025: 5.3 MtCO2e with the grid of that year."""
    assert sum(t.base for t in result(SCENARIOS["internal-cap"]).instance.targets) == pytest.approx(BASE, rel=1e-9)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_peak_and_the_budget_hold_in_the_csv(name):
    path = {y: own(SCENARIOS[name], y) for y in YEARS}
    assert max(path.values()) <= 1.04 * BASE + SLACK
    assert max(v for y, v in path.items() if y > 2028) <= max(v for y, v in path.items() if y <= 2028) + SLACK
    limits = {y: line({2026: 700, 2035: 900}, y) for y in YEARS}
    assert keeps_within(SCENARIOS[name], limits, 0.6, {"capex"})


def test_the_cap_holds_for_the_group_and_the_accounts_balance():
    """What the four companies emit by any year they were given by then, or more; nobody keeps over 150 kt."""
    held = dict.fromkeys(COMPANIES, 0.0)
    for year in YEARS:
        cap = line({2026: 1.02, 2028: 1.02, 2035: 0.7, 2045: 0.35}, year) * BASE
        found = {r["entity"]: r for r in positions("internal-cap", "park-cap") if int(r["year"]) == year}
        assert set(found) == set(COMPANIES)
        assert sum(number(r, "free") for r in found.values()) == pytest.approx(cap, rel=1e-9)
        assert sum(number(r, "transferred") for r in found.values()) == pytest.approx(0, abs=1e-6)
        assert sum(number(r, "covered") for r in found.values()) == pytest.approx(own(SCENARIOS["internal-cap"], year))
        for name, r in found.items():
            had = held[name] + number(r, "free") + number(r, "transferred")
            assert had == pytest.approx(number(r, "covered") + number(r, "banked") + number(r, "lapsed"), abs=1e-6)
            assert number(r, "lapsed") >= -1e-6
            held[name] = number(r, "banked")
            assert held[name] <= 150 + 1e-6


def test_transfers_move_and_the_price_rises_to_the_end():
    """The split by emissions of 2025 suits nobody: allowances move. The cap costs most when it is lowest."""
    found = positions("internal-cap", "park-cap")
    assert sum(abs(number(r, "transferred")) for r in found) > 1000
    price = {int(r["year"]): float(r["internal_price [CNY/tCO2e]"]) for r in found}
    assert price[2026] < 1
    assert max(price, key=lambda y: price[y]) >= 2043
    assert 100 < price[2045] < 2000


def test_the_national_market_is_served_and_paid_for():
    """Everything due is surrendered; credits stay within 5 %; the cost is purchases less sales."""
    price = {2025: 62, 2030: 139, 2045: 300}
    for r in positions("national-market", "national-ets"):
        year = int(r["year"])
        had = sum(number(r, k) for k in ("free", "carried", "bought", "credits_bought", "own_credits"))
        gone = sum(number(r, k) for k in ("due", "sold", "banked", "lapsed"))
        assert had == pytest.approx(gone, abs=1e-6)
        assert number(r, "credits_bought") + number(r, "own_credits") <= 0.05 * number(r, "due") + 1e-6
        credit = line({2026: 76, 2045: 220}, year)
        allowances = number(r, "bought") - 0.98 * number(r, "sold")
        cost = (allowances * line(price, year) + number(r, "credits_bought") * credit) * 1e-3
        assert float(r["cost [MCNY]"]) == pytest.approx(cost, abs=1e-6)


def test_free_allowances_follow_the_baseline_and_not_the_plan():
    """Of the utility: 13 PJ x 0.11 = 1,430 kt from 2032, of which 35 % are given in 2045, whatever it burns by then."""
    last = next(
        r for r in positions("national-market", "national-ets") if (r["entity"], r["year"]) == ("utility", "2045")
    )
    assert number(last, "free") == pytest.approx(0.35 * 1430)
    assert number(last, "due") < 1430


def test_the_national_plan_keeps_its_own_promise():
    assert own(SCENARIOS["national-market"], 2045) <= 0.45 * BASE + SLACK
