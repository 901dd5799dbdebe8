"""A bank: financed emissions by portfolio and its two plans, recomputed from the CSV files."""

import pytest

from optimiser.workflow import read
from tests.programme import (
    ROOT,
    SLACK,
    Programme,
    gross,
    keeps_within,
    line,
    own,
    scenarios,
    schedule,
)

MODEL = ROOT / "models" / "financial-institution.yaml"
SCENARIOS = scenarios("financial-institution-")
TARGETS, STAY = SCENARIOS["portfolio-targets"], SCENARIOS["no-exit"]
YEARS = range(2026, 2046)
# exposure in bn CNY and tCO2e per MCNY in 2025: their product is in kt
BOOK = {
    "coal-power": 30 * 1200, "steel": 14 * 450, "cement": 9 * 600, "chemicals": 22 * 250, "metals": 10 * 300,
    "shipping": 8 * 220, "infrastructure": 117 * 60, "manufacturing": 100 * 50, "property": 150 * 25,
    "services": 40 * 10,
}  # fmt: skip


def financed(path, year: int) -> float:
    return sum(v for (_, scope, y), v in gross(path).items() if y == year and scope == 3)


class TestBank(Programme):
    prefix = "financial-institution"


def test_the_book_is_500_bn():
    sources = read(MODEL).scenario.sources
    book = {n: s for n, s in sources.items() if s.scope == 3}
    assert {s.category for s in book.values()} == {15}
    assert sum(s.activity.points[0][1] for s in book.values()) == pytest.approx(500e3)  # MCNY


@pytest.mark.parametrize(
    ("source", "cuts"),
    [
        ("coal-power", {2030: 0.25, 2040: 0.6}),
        ("steel", {2030: 0.2, 2040: 0.55}),
        ("cement", {2030: 0.2, 2040: 0.55}),
    ],
)
def test_portfolio_targets_hold_in_the_csv(source, cuts):
    for y in range(2030, 2046):
        assert own(TARGETS, y, {source}) <= (1 - line(cuts, y)) * BOOK[source] + SLACK


def test_the_whole_book_falls():
    total = sum(BOOK.values())
    assert all(financed(TARGETS, y) <= 0.67 * total + SLACK for y in range(2035, 2046))
    cuts = {2030: 0.14, 2035: 0.28, 2045: 0.5}
    assert all(financed(STAY, y) <= (1 - line(cuts, y)) * total + SLACK for y in range(2030, 2046))


def test_the_own_house_is_counted_on_the_market():
    """Branches: 190 GWh at the residual mix of 2025 and 11 kt of gas and cars, 60 % less by 2035."""
    mix = 0.6096 + (0.57 - 0.6096) * 2 / 7
    base = 190 * mix + 11
    for path in SCENARIOS.values():
        for y in range(2035, 2046):
            assert own(path, y, {"branch-power", "branch-heat"}, "market") <= 0.4 * base + SLACK


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_margin_given_up_stays_within_its_limit(name):
    limits = {y: line({2026: 420, 2035: 900}, y) for y in YEARS}
    assert keeps_within(SCENARIOS[name], limits, 0.5, {"capex", "opex", "energy", "income"})


def test_a_bank_that_stays_lends_more_and_pays_more():
    """Without leaving, more loans are closed; with the same desk. Both plans are no gift."""
    leaving = {"leave-coal", "leave-cement", "leave-steel"}
    loans = [sum(a for p, _, a in schedule(path) if p not in leaving and "branch" not in p) for path in (TARGETS, STAY)]
    assert loans[1] > loans[0]
    assert {p for p, _, _ in schedule(TARGETS)} & leaving
    assert not {p for p, _, _ in schedule(STAY)} & leaving
