"""The programme of an environmental services group: its size, its sources, its plans, recomputed from the CSV files.

The promises are stated a second time here, from the words of the scenarios and with plain arithmetic: emissions.csv,
money.csv and limits.csv are read as a stranger would read them, and nothing is asked of the tool's own rows of targets.
"""

from collections import defaultdict

import pytest

from optimiser.workflow import read
from tests.programme import ROOT, SLACK, Programme, amounts, line, result, rows, scenarios, scopes, spent

MODEL = ROOT / "models" / "cecep.yaml"
SCENARIOS = scenarios("cecep-")
YEARS = range(2026, 2066)
SOFT = 2045  # the year from which operations are neutral where the deadline has a price
WITHIN_THE_GAP = (
    100.0  # kt: what 0.1 % of 56 bn CNY pays for in that year, at 1.5 kCNY/t discounted by 6 % over 19 years
)

# 2024, kt: waste, landfills, wastewater, diesel, gas; power bought at the average mix and at the residual mix of 2024
BOUGHT = 2300 + 1600 + 420  # GWh
SCOPE_1 = 50 * 365 * 0.9 * 0.40 + 900 + 620 + 110 * 3.171 + 2000 * 0.202
OWN = SCOPE_1 + BOUGHT * 0.5306
OWN_MARKET_POWER = BOUGHT * (0.6096 + (0.57 - 0.6096) / 7)
SUPPLIERS = 620 * 2.34 + 940 + 1100 + 900 + 350 + 2800 * 0.5306

SINKS = {
    "operations": {"capture-south", "moso-bamboo", "operations-biochar"},
    "suppliers": {"forest", "coastal-plantation", "mangroves", "rock-weathering"},
    "history": {"capture-east", "capture-inland", "straw-power-capture", "history-biochar", "direct-air"},
}
# with no offsets nothing counts that burns, and suppliers take direct air capture over from history
DURABLE = {
    "operations": {"capture-south", "operations-biochar"},
    "suppliers": {"mangroves", "rock-weathering", "direct-air"},
    "history": {"capture-east", "capture-inland", "straw-power-capture", "history-biochar"},
}


def sinks(name: str) -> dict[str, set[str]]:
    return DURABLE if name == "no-offsets" else SINKS


PROMISES = {"operations": "operations-2040", "suppliers": "suppliers-2050", "history": "history-2060"}


def sold(name: str, project: str = "") -> dict[int, float]:
    """Removals of suppliers' sinks that were sold as credits (or credits of one project), by year of the removal."""
    total: dict[int, float] = defaultdict(float)
    for r in rows(SCENARIOS[name], "credits.csv") if name == "credits" else ():
        if r["project"] == project or (not project and r["project"] in SINKS["suppliers"]):
            total[int(r["year"])] += float(r["sold [ktCO2e]"])
    return total


class TestGroup(Programme):
    prefix = "cecep"
    missed = {"soft-2040": {"operations-2040"}}  # noqa: RUF012


def test_the_base_year_is_what_the_notes_say():
    assert pytest.approx(6570 + 900 + 620 + 348.81 + 404) == SCOPE_1
    assert pytest.approx(11_135, abs=0.1) == OWN
    assert pytest.approx(6226.48) == SUPPLIERS
    accounts = result(SCENARIOS["four-promises"]).instance
    base = defaultdict(float)
    for source in accounts.sources:
        base[source.scope] += source.base["location"]
    assert base[1] + base[2] == pytest.approx(OWN, abs=0.01)
    assert base[3] == pytest.approx(SUPPLIERS, abs=0.01)


def test_there_is_something_to_choose_from():
    scenario = read(MODEL).scenario
    assert len(scenario.projects) >= 50
    assert {p.kind for p in scenario.projects.values()} == {"upgrade", "facility", "sink", "research", "programme"}


def test_every_sink_serves_one_promise():
    assert set.union(*SINKS.values()) == {n for n, p in read(MODEL).scenario.projects.items() if p.kind == "sink"}
    for name, file in SCENARIOS.items():
        scenario = read(file).scenario
        promised = {p: scenario.targets[t].removals for p, t in PROMISES.items()}
        assert {p: set(named) for p, named in promised.items()} == sinks(name)
        every = [s for named in promised.values() for s in named]
        assert len(every) == len(set(every))
        assert all(scenario.projects[s].durable for s in every) == (name == "no-offsets")


@pytest.mark.parametrize("name", SCENARIOS)
def test_peak_and_contribution_hold_in_the_csv(name):
    path = SCENARIOS[name]
    own = scopes(path, {1, 2})
    assert max(own[y] for y in YEARS if y > 2028) <= max(own[y] for y in (2026, 2027, 2028)) + SLACK
    assert max(own.values()) <= 1.03 * OWN + SLACK
    avoided = amounts(path, "avoided")
    assert min(avoided[y] for y in (2030, 2031, 2032)) >= 4 * 5600 - SLACK
    bought = scopes(path, {2}, basis="market")
    assert max(bought[y] for y in YEARS if y >= 2030) <= 0.6 * OWN_MARKET_POWER + SLACK


@pytest.mark.parametrize("name", SCENARIOS)
def test_neutralities_and_history_hold_in_the_csv(name):
    path = SCENARIOS[name]
    own, removed = scopes(path, {1, 2}), amounts(path, "removals", sinks(name)["operations"])
    by = {"earlier-neutrality": 2038, "soft-2040": SOFT}.get(name, 2040)
    for y in range(by, YEARS.stop):
        assert own[y] <= 0.25 * OWN + SLACK
        assert own[y] <= removed[y] + SLACK + (WITHIN_THE_GAP if (name, y) == ("soft-2040", SOFT) else 0.0)
    bought, credits = scopes(path, {3}), amounts(path, "credits")
    stored = amounts(path, "removals", sinks(name)["suppliers"])
    for y, kt in sold(name).items():
        stored[y] -= kt / 0.9  # what is sold is the buyer's, and the tenth held back for it insures the buyer
    share = 0.0 if name == "no-offsets" else 0.08
    for y in range(2050, YEARS.stop):
        assert bought[y] <= 0.24 * SUPPLIERS + SLACK
        assert credits[y] <= share * SUPPLIERS + SLACK
        assert bought[y] <= stored[y] + credits[y] + SLACK
    history = amounts(path, "removals", sinks(name)["history"])
    assert sum(a for y, a in history.items() if y <= 2060) >= 158_000 - SLACK
    # nothing was taken out of the air that no promise names
    assert sum(amounts(path, "removals", set.union(*sinks(name).values())).values()) == pytest.approx(
        sum(amounts(path, "removals").values())
    )


def test_what_is_missed_around_2040_is_paid_for():
    path = SCENARIOS["soft-2040"]
    own, removed = scopes(path, {1, 2}), amounts(path, "removals", SINKS["operations"])
    short = {y: max(own[y] - removed[y], own[y] - 0.25 * OWN, 0.0) for y in range(2040, YEARS.stop)}
    paid = spent(path, {"penalties"})
    assert short[2040] > 100
    for y, tonnes in short.items():
        assert paid[y] == pytest.approx(1.5 * tonnes, abs=0.05)


@pytest.mark.parametrize("name", SCENARIOS)
def test_money_and_crews_hold_in_the_csv(name):
    """Nothing is overdrawn; money or crews of the own transition run out, and green money where it is not borrowed."""
    limits = [(r["id"], float(r["available"]), float(r["used"])) for r in rows(SCENARIOS[name], "limits.csv")]
    assert all(used <= available + 0.01 for _, available, used in limits)
    short = {what for what, available, used in limits if used > available - 0.01}
    assert ("green-business" in short) == (name != "green-bonds")
    assert short & {"own-transition", "capture-crews"}


def test_what_is_harder_costs_more():
    cost = {n: result(p).plan.objective for n, p in SCENARIOS.items()}
    main = cost["four-promises"]
    assert cost["soft-2040"] < main < min(cost[n] for n in ("no-offsets", "earlier-neutrality", "tight-money"))
    # more ways to earn and more money are worth something
    assert max(cost["credits"], cost["green-bonds"]) < main


CREDIT = {2026: 76, 2030: 135, 2040: 245, 2060: 490}
GRID = {2023: 0.5306, 2024: 0.5306, 2030: 0.45, 2035: 0.36, 2040: 0.26, 2050: 0.10, 2060: 0.03}


def running(name: str, project: str, lead: int, life: int, years: int | None = None) -> dict[int, float]:
    """Amount in operation by year, or in its first so many years of operation."""
    total: dict[int, float] = defaultdict(float)
    for s in result(SCENARIOS[name]).plan.decisions.starts:
        if s.project == project:
            for y in range(s.year + lead, s.year + lead + min(life, years or life)):
                total[y] += s.amount
    return total


def test_wind_at_sea_earns_credits_for_ten_years_or_certificates():
    """3.1 GWh/MW at the grid factor, in the first ten years; certificates at 5 CNY/MWh; never both in a year."""
    at_sea, credited = (running("credits", "offshore-wind", 3, 25, n) for n in (None, 10))
    found = {int(r["year"]): r for r in rows(SCENARIOS["credits"], "credits.csv") if r["project"] == "offshore-wind"}
    kt, income = sold("credits", "offshore-wind"), 0.0
    for y, r in found.items():
        assert kt[y] <= credited[y] * 3.1 * line(GRID, y) + 1e-4
        certificates = float(r["certificate_income [MCNY]"])
        assert certificates <= at_sea[y] * 3.1 * 5e-3 + 1e-6
        assert kt[y] < 1e-6 or certificates < 1e-6
        if kt[y]:
            issued = int(r["issued_in"])
            assert issued == y + 1
            assert float(r["income [MCNY]"]) == pytest.approx(kt[y] * line(CREDIT, issued) * 1e-3)
        income += certificates
    assert sum(kt.values()) > 1000
    assert income > 0


def test_farms_on_land_earn_certificates_and_no_credits():
    """All they sell at 5 CNY/MWh: 2 GWh/MW of wind for 20 years, two years after the start."""
    found = [r for r in rows(SCENARIOS["credits"], "credits.csv") if r["project"] == "wind-build-out"]
    on_land = running("credits", "wind-build-out", 2, 20)
    assert sum(float(r["sold [ktCO2e]"] or 0) for r in found) == 0
    for r in found:
        assert float(r["certificate_income [MCNY]"]) == pytest.approx(on_land[int(r["year"])] * 2 * 5e-3, abs=1e-4)


def test_a_tonne_of_forest_is_sold_or_kept():
    """Nine tenths of what grew may be sold, in the year after; what is left carries the promise of suppliers."""
    grown = amounts(SCENARIOS["credits"], "removals", {"forest"})
    kt = sold("credits", "forest")
    assert all(kt[y] <= 0.9 * grown[y] + 1e-4 for y in YEARS)
    assert sum(kt.values()) > 100
    assert sum(kt[y] for y in range(2050, YEARS.stop)) < 0.2 * sum(grown[y] for y in range(2050, YEARS.stop))


def test_bonds_pay_for_green_business():
    """At most six issues of 0.8 to 5 bn CNY; loans of at most 3; debt within 40 % of revenue; capex within own money
    and what is raised, and seven tenths of it from loans at most."""
    path = SCENARIOS["green-bonds"]
    revenue = {e: dict(x.revenue.points) for e, x in read(path).scenario.entities.items() if x.revenue is not None}
    raised: dict[int, float] = defaultdict(float)
    owed: dict[int, float] = defaultdict(float)
    bonds = []
    for r in rows(path, "finance.csv"):
        issued = float(r["issued [MCNY]"])
        raised[int(r["year"])] += issued
        owed[int(r["year"])] += float(r["outstanding [MCNY]"])
        if r["instrument"] == "green-bond" and issued > 1e-6:
            bonds.append(issued)
        assert issued <= {"green-bond": 5000, "plant-loan": 3000}[r["instrument"]] + 1e-6
    assert 1 <= len(bonds) <= 6
    assert min(bonds) >= 800 - 1e-6
    for y in YEARS:
        assert owed[y] <= 0.4 * sum(line(points, y) for points in revenue.values()) + 1e-3
    business = {n for n, p in read(path).scenario.projects.items() if "business" in p.tags}
    paid: dict[int, float] = defaultdict(float)
    for r in rows(path, "money.csv"):
        if r["kind"] == "capex" and r["project"] in business:
            paid[int(r["year"])] += float(r["amount [MCNY]"])
    kept = 0.0
    for y in YEARS:
        available = line({2026: 5500, 2029: 5500, 2032: 3500}, y) + raised[y] + kept
        assert paid[y] <= available + 0.01
        kept = 0.5 * (available - paid[y])
    lent: dict[int, float] = defaultdict(float)
    for r in rows(path, "proceeds.csv"):
        assert r["project"] in business
        if r["instrument"] == "plant-loan":
            lent[int(r["year"])] += float(r["amount [MCNY]"])
    assert all(v <= 0.7 * paid[y] + 1e-3 for y, v in lent.items())


def test_a_loan_is_repaid_in_equal_parts_after_two_years():
    """An annuity of twelve payments at 4.09 % nominal: of 1 lent in 2026 the payment of 2029 is the same as in 2040."""
    path = SCENARIOS["green-bonds"]
    loan = {int(r["year"]): r for r in rows(path, "finance.csv") if r["instrument"] == "plant-loan"}
    issued = {y: float(r["issued [MCNY]"]) for y, r in loan.items()}
    each = 0.0409 / (1 - 1.0409**-12)
    for y, r in loan.items():
        service = sum(
            a * (0.0409 if y - v <= 2 else each) * 1.015 ** (v - y) for v, a in issued.items() if v < y <= v + 14
        )
        assert float(r["interest [MCNY]"]) + float(r["repayment [MCNY]"]) == pytest.approx(service, abs=1e-3)
