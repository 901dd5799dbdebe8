"""What tests of shipped models share: what holds for every scenario, and sums of the CSV files of a result.

Nothing here knows the model of the optimiser: figures are read from emissions.csv, money.csv and the other tables.
"""

import csv
import re
import tempfile
from collections import defaultdict
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from optimiser.report import Result
from optimiser.report.folder import write_result
from optimiser.scenario.citations import uncited
from optimiser.workflow import read, solve

ROOT = Path(__file__).parents[1]
SLACK = 0.02  # kt, MCNY


def scenarios(prefix: str) -> dict[str, Path]:
    """Shipped scenarios of a model by what their names add to its own."""
    return {p.stem.removeprefix(prefix): p for p in sorted((ROOT / "scenarios").glob(f"{prefix}*.yaml"))}


@cache
def answer(path: Path):
    """On one thread: the tests beside it have the other."""
    return solve(path, {"threads": 1})


def result(path: Path) -> Result:
    found = answer(path)
    assert found.result is not None, found.conflict
    return found.result


@cache
def folder(path: Path) -> Path:
    """The result of a scenario, written."""
    where = Path(tempfile.mkdtemp()) / "result"
    write_result(result(path), answer(path).run, where)
    return where


@cache
def rows(path: Path, table: str) -> list[dict[str, str]]:
    with open(folder(path) / table, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def gross(path: Path, basis: str = "location") -> dict[tuple[str, int, int], float]:
    """Gross emissions by source, scope and year."""
    total: dict[tuple[str, int, int], float] = defaultdict(float)
    for row in rows(path, "emissions.csv"):
        if row["ledger"] == "emissions" and row["basis"] in ("", basis):
            total[row["id"], int(row["scope"]), int(row["year"])] += float(row["amount [ktCO2e]"])
    return total


def own(path: Path, year: int, sources: set[str] | None = None, basis: str = "location") -> float:
    """Scopes 1 and 2, or the sources named."""
    found = gross(path, basis).items()
    return sum(v for (s, scope, y), v in found if y == year and (s in sources if sources else scope in (1, 2)))


def spent(path: Path, kinds: set[str]) -> dict[int, float]:
    """Money of some kinds by year."""
    total: dict[int, float] = defaultdict(float)
    for row in rows(path, "money.csv"):
        if row["kind"] in kinds:
            total[int(row["year"])] += float(row["amount [MCNY]"])
    return total


def amounts(path: Path, ledger: str, ids: set[str] | None = None) -> dict[int, float]:
    """One ledger of emissions.csv (removals, avoided, credits) by year, of all or of those named."""
    total: dict[int, float] = defaultdict(float)
    for row in rows(path, "emissions.csv"):
        if row["ledger"] == ledger and (ids is None or row["id"] in ids):
            total[int(row["year"])] += float(row["amount [ktCO2e]"])
    return total


def scopes(path: Path, wanted: set[int], entities: set[str] | None = None, basis: str = "location") -> dict[int, float]:
    """Gross emissions of these scopes by year, of all entities or of those named."""
    total: dict[int, float] = defaultdict(float)
    for row in rows(path, "emissions.csv"):
        mine = entities is None or row["entity"] in entities
        if row["ledger"] == "emissions" and row["basis"] in ("", basis) and mine and int(row["scope"]) in wanted:
            total[int(row["year"])] += float(row["amount [ktCO2e]"])
    return total


class Programme:
    """Tests of every scenario of a model; a module makes it its own by the name of the model, and adds its words.

    `prefix` begins the names of its scenarios, `model` is the file it has them extend (absent: the same name). `missed`
    are the targets that a scenario may miss, because it puts a price on them.
    """

    prefix: str
    model = ""
    missed: dict[str, set[str]] = {}  # noqa: RUF012

    def pytest_generate_tests(self, metafunc):
        if "shipped" in metafunc.fixturenames:
            metafunc.parametrize("shipped", scenarios(f"{self.prefix}-").values(), ids=lambda p: p.stem)

    def test_every_figure_has_a_source_or_is_marked(self, shipped):
        """Entry by entry, series included: no file is cited as a whole, neither the scenario nor what it extends."""
        assert list(uncited(read(shipped).document.root)) == []
        for file in (
            shipped,
            ROOT / "models" / f"{self.model or self.prefix}.yaml",
            ROOT / "models" / "technologies.yaml",
        ):
            assert not re.search("^(source|illustrative):", file.read_text("utf-8"), re.MULTILINE), file

    def test_solves_to_its_gap_and_keeps_every_promise(self, shipped):
        """No warning, proven to 0.1 %, and missed is only what has a price."""
        assert answer(shipped).reading.warnings == ()
        plan, name = result(shipped).plan, shipped.stem.removeprefix(f"{self.prefix}-")
        assert plan.status == "optimal"
        assert plan.gap <= 1e-3 * (1 + 1e-6)
        priced = self.missed.get(name, set())
        assert set(result(shipped).missed) <= priced
        assert {row.id for row in result(shipped).accounts.targets if not row.met} <= priced

    def test_the_cost_is_the_sum_of_its_flows(self, shipped):
        flows = rows(shipped, "money.csv")
        column = next(name for name in flows[0] if name.startswith("present_value"))
        total = sum(float(r[column]) for r in flows)
        assert total == pytest.approx(result(shipped).plan.objective, rel=1e-6)

    def test_the_plans_differ(self):
        """Every two scenarios ask for something else, or one of them would be for nothing."""
        plans = {p: schedule(p) | changes(p) for p in scenarios(f"{self.prefix}-").values()}
        assert [(a.stem, b.stem) for a, b in combinations(plans, 2) if len(plans[a] ^ plans[b]) < 10] == []


def changes(path: Path) -> set[tuple[str, int, float]]:
    """What begins with fleets: change, year, assets."""
    if not (folder(path) / "fleet_changes.csv").exists():
        return set()
    return {
        (f"{r['fleet']}: {r['change']}", int(r["year"]), float(r["assets"])) for r in rows(path, "fleet_changes.csv")
    }


def schedule(path: Path) -> set[tuple[str, int, float]]:
    return {(s.project, s.year, round(s.amount, 3)) for s in result(path).plan.decisions.starts}


def keeps_within(path: Path, limits: dict[int, float], carry: float, kinds: set[str]) -> bool:
    """True where spending of some kinds stays within limits, of which a share of the rest moves on."""
    paid, kept = spent(path, kinds), 0.0
    for year, limit in sorted(limits.items()):
        available = limit + kept
        if paid[year] > available + SLACK:
            return False
        kept = carry * (available - paid[year])
    return True


def line(points: dict[int, float], year: int) -> float:
    """Linear between points, flat outside."""
    years = sorted(points)
    if year <= years[0]:
        return points[years[0]]
    for a, b in pairwise(years):
        if year <= b:
            return points[a] + (points[b] - points[a]) * (year - a) / (b - a)
    return points[years[-1]]
