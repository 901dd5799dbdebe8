"""The programme of a transport infrastructure group: its totals, its sources, its plans, recomputed from the CSV files.

The targets are stated a second time here, from the words of the scenarios and with plain arithmetic.
"""

from collections import defaultdict
from functools import cache

import pytest

from optimiser.scenario.paths import Path as Series
from optimiser.workflow import read, solve
from tests.programme import (
    ROOT,
    SLACK,
    Programme,
    amounts,
    keeps_within,
    line,
    result,
    rows,
    scenarios,
    scopes,
)

MODEL = ROOT / "models" / "cccc.yaml"
SCENARIOS = scenarios("cccc-")
PARENT = {"works": "construction", "dredging": "construction"}
BELOW = {"construction": {"works", "dredging"}, "equipment": {"equipment"}, None: None}
YEARS = range(2026, 2061)


class TestGroup(Programme):
    prefix = "cccc"
    missed = {"green-bonds": {"ambition"}}  # noqa: RUF012


def value(path: Series, year: int, series: dict[str, Series]) -> float:
    """A path in a year: linear between its points, flat outside."""
    return value(series[path.reference], year, series) if path.reference is not None else line(dict(path.points), year)


@cache
def base() -> dict[tuple[str, int], float]:
    """Emissions of 2024 by division and scope, from the file's own figures: sources, and what fleets burn."""
    scenario = read(MODEL).scenario
    total: dict[tuple[str, int], float] = defaultdict(float)
    for source in scenario.sources.values():
        if source.baseline is not None:
            amount = value(source.baseline, 2024, scenario.series)
        else:
            amount = value(source.activity, 2024, scenario.series) * value(source.factor, 2024, scenario.series)
        total[PARENT.get(source.entity, source.entity), source.scope] += amount
    for fleet in scenario.fleets.values():
        for state in fleet.states.values():
            for fuel, burn in state.fuels.items():
                used = fleet.fuels[fuel]
                amount = state.initial * value(burn.use, 2024, {}) * value(used.factor, 2024, scenario.series)
                total[PARENT.get(fleet.entity, fleet.entity), used.scope] += amount
    return dict(total)


@cache
def revenue(year: int) -> float:
    entities = read(MODEL).scenario.entities.values()
    return sum(value(e.revenue, year, {}) for e in entities if e.revenue is not None)


def own(name: str, division: str | None = None) -> dict[int, float]:
    """Scopes 1 and 2 of a division, or of all, by year."""
    return scopes(SCENARIOS[name], {1, 2}, BELOW[division])


def base_own(division: str | None = None) -> float:
    return sum(v for (d, scope), v in base().items() if scope in (1, 2) and division in (None, d))


def test_2024_sums_to_the_published_totals():
    """2.56 Mt of scope 1 and 1.46 of scope 2: what went into fleets came out of the sources, and is counted once."""
    scope = {s: sum(v for (_, n), v in base().items() if n == s) for s in (1, 2)}
    assert scope[1] == pytest.approx(2560, abs=1e-3)
    assert scope[2] == pytest.approx(1460, abs=1e-3)
    assert scope[1] + scope[2] == pytest.approx(4020, abs=1e-3)
    assert revenue(2024) == pytest.approx(773_000)
    # and the tool starts from the same
    sources = result(SCENARIOS["two-peaks"]).instance.sources
    assert sum(s.base["location"] for s in sources if s.scope in (1, 2)) == pytest.approx(4020, abs=1e-3)


def test_uses_sum_to_what_they_were_taken_from():
    """Marine works 35 % of scope 1, road and earthworks 45 %, equipment 8 %, the rest 12 %."""
    scenario = read(MODEL).scenario
    first = {d: sum(v for (e, s), v in base().items() if e == d and s == 1) for d in ("construction", "equipment")}
    assert first["construction"] == pytest.approx(0.8 * 2560, abs=1e-3)
    assert first["equipment"] == pytest.approx(0.08 * 2560, abs=1e-3)
    fleets = sum(
        s.initial * value(b.use, 2024, {}) * value(f.fuels[n].factor, 2024, scenario.series)
        for f in scenario.fleets.values()
        for s in f.states.values()
        for n, b in s.fuels.items()
    )
    assert fleets == pytest.approx(429.66 + 187.488 + 85.932 + 84.63 + 95.891 + 128.743 + 18.950 + 47.565, abs=0.01)


def test_there_is_something_to_choose_from():
    scenario = read(MODEL).scenario
    assert len(scenario.projects) >= 40
    assert {p.kind for p in scenario.projects.values()} == {"upgrade", "facility", "sink", "research", "programme"}
    states = {s for f in scenario.fleets.values() for s in f.states}
    assert states >= {"diesel", "hybrid", "lng", "methanol", "electric", "shore-power", "sails", "grid"}


def test_what_is_illustrative_says_what_it_is_built_from():
    scenario = read(MODEL).scenario
    sections = (scenario.entities, scenario.sources, scenario.projects, scenario.fleets, scenario.budgets)
    for section in (*sections, scenario.targets):
        assert [name for name, entry in section.items() if entry.illustrative and not entry.note] == []
    for path in SCENARIOS.values():
        scenario = read(path).scenario
        for section in (scenario.finance, scenario.markets):
            assert [name for name, entry in section.items() if entry.illustrative and not entry.note] == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_promises_hold_in_the_csv(name):
    early = name == "early-peaks"
    for division, by, cap in (
        ("construction", 2028 if early else 2030, 1.041 if early else 1.042),
        ("equipment", 2027 if early else 2028, 1.02 if early else 1.025),
    ):
        path = {y: own(name, division)[y] for y in YEARS}
        assert max(path.values()) <= cap * base_own(division) + SLACK
        assert max(v for y, v in path.items() if y > by) <= max(v for y, v in path.items() if y <= by) + SLACK
        if early:
            assert all(path[y] <= path[y - 1] + SLACK for y in path if y > by)
    assert max(own(name, "construction")[y] for y in range(2030, 2061)) <= base_own("construction") + SLACK
    start = base_own() / revenue(2024)
    for y in range(2029 if early else 2030, 2061):
        left = 0.64 if y >= 2035 else 0.82
        assert own(name)[y] <= left * start * revenue(y) + SLACK
    if name == "net-zero-2060":
        removed = amounts(SCENARIOS[name], "removals")
        for y, cut in ((2040, 0.3), (2050, 0.6), *((y, 0.9) for y in range(2060, 2066))):
            assert own(name)[y] <= (1 - cut) * base_own() + SLACK
        assert all(own(name)[y] <= removed[y] + SLACK for y in range(2060, 2066))


LITTLE = {2026: 700, 2030: 700, 2040: 1400}


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_budget_holds_in_the_csv(name):
    """Capex of projects and fleets together; with finance, what is raised in a year comes on top of it."""
    limits = {"tight-money": {2026: 700, 2030: 700, 2035: 2300}, "green-bonds": LITTLE}.get(name, {2026: 2300})
    raised = defaultdict(float)
    if name == "green-bonds":
        for r in rows(SCENARIOS[name], "finance.csv"):
            # general purposes, or nothing but what the budget covers: all of it
            raised[int(r["year"])] += float(r["issued [MCNY]"])
        assert sum(raised.values()) > 3000
    own_money = {y: line(limits, y) + raised[y] for y in YEARS}
    assert keeps_within(SCENARIOS[name], own_money, 0.5, {"capex"})


def in_dock(name: str) -> dict[int, float]:
    """Yard slots in use by year: changes of vessels that need one, and the lots of tugs and workboats."""
    path = SCENARIOS[name]
    scenario = read(path).scenario
    total: dict[int, float] = defaultdict(float)
    labels = {
        (n, c.name or _words(f, c)): c.uses["yard-slots"].value
        for n, f in scenario.fleets.items()
        for c in f.changes.values()
        if "yard-slots" in c.uses
    }
    for r in rows(path, "fleet_changes.csv"):
        total[int(r["year"])] += float(r["assets"]) * labels.get((r["fleet"], r["change"]), 0.0)
    for s in result(path).plan.decisions.starts:
        project = scenario.projects[s.project]
        if "yard-slots" in project.uses:
            assert project.lead_time == 1
            total[s.year] += s.amount
            if project.renew:
                for y in range(s.year + project.life, scenario.horizon.last + 1, project.life):
                    total[y] += s.amount
    return total


def _words(fleet, change) -> str:
    names = {n: s.name or n for n, s in fleet.states.items()}
    return f"{names.get(change.from_, change.from_)} to {names.get(change.to, change.to)}"


@pytest.mark.parametrize("name", SCENARIOS)
def test_vessels_of_all_fleets_share_the_yard(name):
    """3 slots in 2026, 5 from 2032 on, for five kinds of vessels together. Counted fleet by fleet it would be 15."""
    slots = in_dock(name)
    assert all(slots[y] <= line({2026: 3, 2032: 5}, y) + 1e-6 for y in YEARS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_fleets_keep_doing_their_duty(name):
    """Dredgers move 212 Mm3, cranes their containers; others keep their number; nothing leaves before its time."""
    capacity = {"lng": 7.1, "methanol": 7.1}
    boxes = {2026: 9.6, 2032: 10.4, 2040: 10.4, 2060: 9.6}
    counts = {"cutter-dredgers": 16, "engineering-vessels": 24, "delivery-vessels": 20, "excavators": 16}
    counts |= {"site-trucks": 28, "terminal-tractors": 600}
    done: dict[tuple[str, int], float] = defaultdict(float)
    for r in rows(SCENARIOS[name], "fleets.csv"):
        each = {"hopper-dredgers": capacity.get(r["state"], 7.3), "yard-cranes": 0.08}.get(r["fleet"], 1.0)
        if r["state"].startswith("("):
            continue  # on order; nothing lies in the yard for a year here
        done[r["fleet"], int(r["year"])] += each * float(r["assets"])
    for y in YEARS:
        assert done["hopper-dredgers", y] >= 212 - 1e-6
        assert done["yard-cranes", y] >= line(boxes, y) - 1e-6
        for fleet, count in counts.items():
            assert done[fleet, y] == pytest.approx(count)
    assert not any(r["kind"] in ("scrap", "withdrawal") for r in rows(SCENARIOS[name], "fleet_changes.csv"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_fuel_makes_the_emissions_of_fleets(name):
    """What is burnt x its factor is what a fleet emits, direct and in the making apart; LNG with methane that slips."""
    direct = {"gas-oil": 3.255, "biodiesel": 0.049, "green-methanol": 0.0, "diesel": 3.171, "renewable-diesel": 0.071}
    making = {"gas-oil": 0.615, "biodiesel": 0.554, "green-methanol": 0.269, "lng": 0.908, "diesel": 0.66}
    making |= {"renewable-diesel": 0.7}
    slip = {"hopper-dredgers": 0.031, "delivery-vessels": 0.017}
    burnt: dict[tuple[str, str, int], float] = defaultdict(float)
    for r in rows(SCENARIOS[name], "fleet_fuels.csv"):
        if r["fuel"] == "power":
            continue
        kt = float(r["amount"]) * {"kt": 1.0, "t": 1e-3}[r["unit"]]
        share = slip.get(r["fleet"], 0.0)
        factor = direct.get(r["fuel"], 2.779 * (1 - share) + 28 * share)
        burnt[r["fleet"], "1", int(r["year"])] += kt * factor
        burnt[f"{r['fleet']}-upstream", "3", int(r["year"])] += kt * making[r["fuel"]]
    found = {
        (r["id"], r["scope"], int(r["year"])): float(r["amount [ktCO2e]"])
        for r in rows(SCENARIOS[name], "emissions.csv")
        if r["ledger"] == "emissions" and (r["id"], r["scope"], int(r["year"])) in burnt
    }
    assert len(found) == len(burnt) > 0
    for key, amount in burnt.items():
        assert found[key] == pytest.approx(amount, abs=1e-3), key


def test_bonds_are_issued_within_their_terms():
    """Tickets, numbers, windows, the ceiling, and eight tenths of eligible capex at most from loans."""
    path = SCENARIOS["green-bonds"]
    terms = {"green-bond": (500, 2000, 4, 2026, 2035), "green-loan": (100, 600, 6, 2026, 2035)}
    terms["linked-bond"] = (500, 1500, 1, 2027, 2029)
    issued: dict[str, dict[int, float]] = defaultdict(dict)
    owed: dict[int, float] = defaultdict(float)
    for r in rows(path, "finance.csv"):
        if float(r["issued [MCNY]"]) > 1e-6:
            issued[r["instrument"]][int(r["year"])] = float(r["issued [MCNY]"])
        owed[int(r["year"])] += float(r["outstanding [MCNY]"])
    assert issued
    for name, found in issued.items():
        least, most, number, first, last = terms[name]
        assert len(found) <= number
        assert all(least - 1e-6 <= v <= most + 1e-6 and first <= y <= last for y, v in found.items())
    assert all(v <= line({2026: 3000, 2035: 6000}, y) + 1e-4 for y, v in owed.items())


def test_a_bond_costs_its_coupon_and_pays_its_own_green_capex():
    """A green bond pays 3.13 % of its nominal amount, deflated by 1.5 % a year, and all of it after five years."""
    path = SCENARIOS["green-bonds"]
    bond = {int(r["year"]): r for r in rows(path, "finance.csv") if r["instrument"] == "green-bond"}
    issued = {y: float(r["issued [MCNY]"]) for y, r in bond.items()}
    for y, r in bond.items():
        interest = sum(0.0313 * a * 1.015 ** (v - y) for v, a in issued.items() if v < y <= v + 5)
        back = sum(a * 1.015**-5 for v, a in issued.items() if y == v + 5)
        assert float(r["interest [MCNY]"]) == pytest.approx(interest, abs=1e-4)
        assert float(r["repayment [MCNY]"]) == pytest.approx(back, abs=1e-4)
        assert float(r["fees [MCNY]"]) == pytest.approx(0.003 * issued[y], abs=1e-6)
    used = defaultdict(float)
    green = {n for n, p in read(path).scenario.projects.items() if "green" in p.tags} | set(read(path).scenario.fleets)
    for r in rows(path, "proceeds.csv"):
        if r["instrument"] == "green-bond":
            used[int(r["issued_in"])] += float(r["amount [MCNY]"])
            assert 0 <= int(r["year"]) - int(r["issued_in"]) <= 2
            assert r["project"].split(":")[0].split(" ")[0] in green
    assert {y: pytest.approx(a, abs=1e-4) for y, a in issued.items() if a > 1e-6} == dict(used)


def positions(name: str) -> list[dict[str, str]]:
    return rows(SCENARIOS[name], "carbon.csv")


def kt(row: dict[str, str], *names: str) -> float:
    return sum(float(row[f"{n} [ktCO2e]"]) for n in names)


def test_the_cap_of_the_group_holds_and_transfers_cancel():
    """Emissions to date never exceed the caps to date; nobody keeps more than 100 kt; the base is split as in 2024."""
    cap = {2026: 1.05, 2028: 1.03, 2030: 0.96, 2035: 0.80, 2045: 0.60, 2060: 0.48}
    given = emitted = 0.0
    for y in YEARS:
        found = [r for r in positions("internal-market") if int(r["year"]) == y]
        assert len(found) == 5
        assert sum(kt(r, "transferred") for r in found) == pytest.approx(0, abs=1e-5)
        assert sum(kt(r, "covered") for r in found) == pytest.approx(own("internal-market")[y], abs=1e-4)
        assert sum(kt(r, "free") for r in found) == pytest.approx(line(cap, y) * 4020, abs=1e-3)
        assert max(kt(r, "banked") for r in found) <= 100 + 1e-6
        given, emitted = given + line(cap, y) * 4020, emitted + own("internal-market")[y]
        assert emitted <= given + SLACK
    price = {int(r["year"]): float(r["internal_price [CNY/tCO2e]"]) for r in positions("internal-market")}
    assert min(price.values()) >= -1e-6
    assert max(price.values()) > 100


def test_the_national_market_is_served_and_paid_for():
    """Duties from 2028 and 2030 on, scope 1; credits within 5 %; holding within 10 kt and 1.5 times net sales."""
    price, credit = {2026: 70, 2030: 139, 2040: 250, 2060: 500}, {2026: 76, 2030: 135, 2040: 245, 2060: 490}
    first = {"equipment": 2028, "works": 2030, "dredging": 2030}
    direct = {e: scopes(SCENARIOS["national-coverage"], {1}, {e}) for e in first}
    net: dict[str, float] = defaultdict(float)
    seen = defaultdict(set)
    for r in sorted(positions("national-coverage"), key=lambda r: int(r["year"])):
        y, e = int(r["year"]), r["entity"]
        seen[e].add(y)
        assert kt(r, "due") == pytest.approx(direct[e][y], abs=1e-4)
        had = kt(r, "free", "carried", "bought", "credits_bought", "own_credits")
        assert had == pytest.approx(kt(r, "due", "sold", "banked", "lapsed"), abs=1e-5)
        assert kt(r, "credits_bought", "own_credits") <= 0.05 * kt(r, "due") + 1e-6
        net[e] += kt(r, "sold") - kt(r, "bought")
        assert kt(r, "banked") <= 10 + 1.5 * max(net[e], 0.0) + 1e-5
        cost = (kt(r, "bought") - 0.98 * kt(r, "sold")) * line(price, y) + kt(r, "credits_bought") * line(credit, y)
        assert float(r["cost [MCNY]"]) == pytest.approx(cost * 1e-3, abs=1e-5)
    assert {e: min(years) for e, years in seen.items()} == first


def test_credits_of_the_pilot_are_sold_for_twenty_years():
    """200 ha that operate from 2028 on earn what they remove, less a tenth, a year later, at the price of that year."""
    path = SCENARIOS["national-coverage"]
    credit = {2026: 76, 2030: 135, 2040: 245, 2060: 490}
    removed = amounts(path, "removals", {"mangrove-pilot"})
    found = [r for r in rows(path, "credits.csv") if r["project"] == "mangrove-pilot"]
    assert found
    start = min(y for y, v in removed.items() if v > 1e-9)
    for r in found:
        y, issued, sold = int(r["year"]), int(r["issued_in"]), float(r["sold [ktCO2e]"])
        used = float(r["used [ktCO2e]"])
        assert issued == y + 1
        assert sold + used <= 0.9 * removed[y] + 1e-6
        assert y < start + 20 or sold + used <= 1e-6
        assert float(r["income [MCNY]"]) == pytest.approx(sold * line(credit, issued) * 1e-3, abs=1e-6)
    assert sum(float(r["sold [ktCO2e]"]) + float(r["used [ktCO2e]"]) for r in found) > 20


def test_the_main_scenario_is_no_gift(tmp_path):
    """Some projects pay for themselves, others are bought for a promise, and the plan as a whole costs money.

    The note of the scenario says how much: 31.3 bn CNY for the fuel of fleets that stay as they are, 1.5 bn CNY less
    without any promise, and 1.1 bn CNY more with them.
    """
    plan = result(SCENARIOS["two-peaks"]).plan
    burnt = 0.0
    scenario = read(MODEL).scenario
    for fleet in scenario.fleets.values():
        today = next(s for s in fleet.states.values() if s.initial)
        grown = {y: value(fleet.activity, y, {}) if fleet.activity is not None else 1.0 for y in YEARS}
        for fuel, burn in today.fuels.items():
            price = fleet.fuels[fuel].price
            for y in YEARS:
                paid = (
                    today.initial * grown[y] / grown[2026] * value(burn.use, y, {}) * value(price, y, scenario.series)
                )
                burnt += paid * 1.06 ** (2026 - y)
    assert round(burnt, -2) == 31300
    assert round(plan.objective - burnt, -2) == 1100
    assert 20 <= len({s.project for s in plan.decisions.starts}) <= 60
    free = tmp_path / "no-promises.yaml"
    targets = ", ".join(f"{name}: null" for name in scenario.targets)
    free.write_text(f"version: 1\nextends: {MODEL}\ntargets: {{{targets}}}\n", encoding="utf-8")
    assert round(solve(free).result.plan.objective - burnt, -2) == -1500
