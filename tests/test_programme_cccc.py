"""The programme of a transport infrastructure group: its totals, its sources, its plans, recomputed from the CSV files.

The targets are stated a second time here, from the words of the scenarios and with plain arithmetic.
"""

import csv
import re
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from optimiser.report import Result
from optimiser.report.folder import write_result
from optimiser.scenario.citations import uncited
from optimiser.scenario.paths import Path as Series
from optimiser.workflow import Answer, read, solve

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "models" / "cccc.yaml"
SCENARIOS = {p.stem.removeprefix("cccc-"): p for p in sorted((ROOT / "scenarios").glob("cccc-*.yaml"))}
PARENT = {"works": "construction", "dredging": "construction"}
SLACK = 0.02  # kt


def value(path: Series, year: int, series: dict[str, Series]) -> float:
    """A path in a year: linear between its points, flat outside."""
    if path.reference is not None:
        return value(series[path.reference], year, series)
    points = sorted(path.points)
    if year <= points[0][0]:
        return points[0][1]
    for (a, x), (b, y) in pairwise(points):
        if year <= b:
            return x + (y - x) * (year - a) / (b - a)
    return points[-1][1]


@cache
def base() -> dict[tuple[str, int], float]:
    """Emissions of 2024 by division and scope, from the file's own figures."""
    scenario = read(MODEL).scenario
    total: dict[tuple[str, int], float] = defaultdict(float)
    for source in scenario.sources.values():
        if source.baseline is not None:
            amount = value(source.baseline, 2024, scenario.series)
        else:
            amount = value(source.activity, 2024, scenario.series) * value(source.factor, 2024, scenario.series)
        total[PARENT.get(source.entity, source.entity), source.scope] += amount
    return dict(total)


@cache
def revenue(year: int) -> float:
    entities = read(MODEL).scenario.entities.values()
    return sum(value(e.revenue, year, {}) for e in entities if e.revenue is not None)


@cache
def answer(name: str) -> Answer:
    return solve(SCENARIOS[name])


def result(name: str) -> Result:
    found = answer(name)
    assert found.result is not None, found.conflict
    return found.result


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory):
    """By scenario: gross by (division, scope, year), and removals by year, read from emissions.csv."""

    @cache
    def of(name: str):
        folder = tmp_path_factory.mktemp(name) / "result"
        write_result(result(name), answer(name).run, folder)
        gross: dict[tuple[str, int, int], float] = defaultdict(float)
        removed: dict[int, float] = defaultdict(float)
        with open(folder / "emissions.csv", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                amount, year = float(row["amount [ktCO2e]"]), int(row["year"])
                if row["ledger"] == "removals":
                    removed[year] += amount
                elif row["ledger"] == "emissions" and row["basis"] != "market":
                    gross[PARENT.get(row["entity"], row["entity"]), int(row["scope"]), year] += amount
        return gross, removed

    return of


def own(gross, year: int, division: str | None = None) -> float:
    """Scopes 1 and 2 of a division, or of all."""
    return sum(v for (d, scope, y), v in gross.items() if y == year and scope in (1, 2) and division in (None, d))


def base_own(division: str | None = None) -> float:
    return sum(v for (d, scope), v in base().items() if scope in (1, 2) and division in (None, d))


def test_2024_sums_to_the_published_totals():
    scope = {s: sum(v for (_, n), v in base().items() if n == s) for s in (1, 2)}
    assert scope[1] == pytest.approx(2560, abs=1e-6)
    assert scope[2] == pytest.approx(1460, abs=1e-3)
    assert scope[1] + scope[2] == pytest.approx(4020, abs=1e-3)
    assert revenue(2024) == pytest.approx(773_000)


def test_there_is_something_to_choose_from():
    scenario = read(MODEL).scenario
    assert len(scenario.projects) >= 40
    assert {p.kind for p in scenario.projects.values()} == {"upgrade", "facility", "sink", "research", "programme"}


@pytest.mark.parametrize("file", [MODEL, *SCENARIOS.values()], ids=lambda p: p.stem)
def test_every_figure_has_a_source_or_is_marked(file):
    root = read(file).document.root
    assert list(uncited(root)) == []
    # entry by entry: no file is cited as a whole
    assert not {"source", "illustrative"} & set(root.value)
    assert not re.search("^(source|illustrative):", (ROOT / "models" / "technologies.yaml").read_text("utf-8"), re.M)


def test_what_is_illustrative_says_what_it_is_built_from():
    scenario = read(MODEL).scenario
    for section in (scenario.entities, scenario.sources, scenario.projects, scenario.budgets, scenario.targets):
        assert [name for name, entry in section.items() if entry.illustrative and not entry.note] == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_solves_to_its_gap_and_keeps_every_promise(name):
    plan = result(name).plan
    assert plan.status == "optimal"
    assert plan.gap <= 1e-3 * (1 + 1e-6)
    assert all(row.met for row in result(name).accounts.targets)
    assert not result(name).missed


@pytest.mark.parametrize("name", SCENARIOS)
def test_promises_hold_in_the_csv(name, ledgers):
    gross, removed = ledgers(name)
    early = name == "early-peaks"
    for division, by, cap in (
        ("construction", 2028 if early else 2030, 1.041 if early else 1.042),
        ("equipment", 2027 if early else 2028, 1.02 if early else 1.025),
    ):
        path = {y: own(gross, y, division) for y in range(2026, 2061)}
        assert max(path.values()) <= cap * base_own(division) + SLACK
        assert max(v for y, v in path.items() if y > by) <= max(v for y, v in path.items() if y <= by) + SLACK
        if early:
            assert all(path[y] <= path[y - 1] + SLACK for y in path if y > by)
    assert max(own(gross, y, "construction") for y in range(2030, 2061)) <= base_own("construction") + SLACK
    start = base_own() / revenue(2024)
    for y in range(2029 if early else 2030, 2061):
        left = 0.64 if y >= 2035 else 0.82
        assert own(gross, y) <= left * start * revenue(y) + SLACK
    if name == "net-zero-2060":
        for y, cut in ((2040, 0.3), (2050, 0.6), *((y, 0.9) for y in range(2060, 2066))):
            assert own(gross, y) <= (1 - cut) * base_own() + SLACK
        assert all(own(gross, y) <= removed[y] + SLACK for y in range(2060, 2066))


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_budget_holds_in_the_csv(name, tmp_path):
    write_result(result(name), answer(name).run, tmp_path / "result")
    spent: dict[int, float] = defaultdict(float)
    with open(tmp_path / "result" / "money.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] == "capex":
                spent[int(row["year"])] += float(row["amount [MCNY]"])
    kept = 0.0
    for y in range(2026, 2061):
        limit = min(max(700 + 320 * (y - 2030), 700), 2300) if name == "tight-money" else 2300
        available = limit + kept
        assert spent[y] <= available + 0.01
        kept = 0.5 * (available - spent[y])


def test_the_plans_differ():
    schedules = {
        n: {(s.project, s.year, round(s.amount, 3)) for s in result(n).plan.decisions.starts} for n in SCENARIOS
    }
    names = sorted(schedules)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            assert len(schedules[a] ^ schedules[b]) >= 10, (a, b)
    assert len({round(result(n).plan.objective) for n in names}) == len(names)


def test_the_main_scenario_is_no_gift(tmp_path):
    """Some projects pay for themselves, others are bought for a promise, and the plan as a whole costs money.

    The note of the scenario says how much: 1.5 bn CNY without any promise, and 1.7 bn CNY more than nothing with them.
    """
    plan = result("two-peaks").plan
    assert round(plan.objective, -2) == 1700
    assert 20 <= len({s.project for s in plan.decisions.starts}) <= 60
    free = tmp_path / "no-promises.yaml"
    targets = ", ".join(f"{name}: null" for name in read(MODEL).scenario.targets)
    free.write_text(f"version: 1\nextends: {MODEL}\ntargets: {{{targets}}}\n", encoding="utf-8")
    assert round(solve(free).result.plan.objective, -2) == -1500
