"""What tests of shipped models share: answers, and sums of the CSV files of a result.

Nothing here knows the model of the optimiser: figures are read from emissions.csv, money.csv and carbon.csv.
"""

import csv
import tempfile
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

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
    return solve(path)


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


def without_citation(path: Path) -> list[str]:
    """Entries with figures that say neither where they come from nor that they are illustrative, one by one.

    Series cannot say it and stand under the citation of their file.
    """
    root = read(path).document.root
    bare = root.replace({k: v for k, v in root.value.items() if k not in ("source", "illustrative", "series")})
    return [*uncited(root), *uncited(bare)]


def proven_and_kept(path: Path) -> bool:
    """True where a scenario is solved to its gap and every promise is kept."""
    plan = result(path).plan
    kept = all(row.met for row in result(path).accounts.targets) and not result(path).missed
    return plan.status == "optimal" and plan.gap <= 1e-3 * (1 + 1e-6) and kept


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
