"""Comparison: several results side by side, as tables. The first plan is what the others are compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimiser.plan import TargetRow
from optimiser.report import fleets, funding, tables
from optimiser.report.carbon import sold_removals
from optimiser.report.differences import input_differences
from optimiser.report.result import Result
from optimiser.report.words import amount, clean

NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Comparison:
    """Results under labels that tell them apart."""

    results: tuple[Result, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, results: Iterable[Result]) -> Comparison:
        """Under the names of their scenarios, numbered where two have the same."""
        found = tuple(results)
        names = [r.scenario for r in found]
        labels = [n if names.count(n) == 1 else f"{n} ({names[: i + 1].count(n)})" for i, n in enumerate(names)]
        return cls(found, tuple(labels))

    @property
    def one_money(self) -> bool:
        """True where all count in the same money, so that amounts may be subtracted."""
        return len({(r.money, r.instance.price_year) for r in self.results}) == 1

    @property
    def one_span(self) -> bool:
        """True where all look at the same years and discount alike, so that their costs are of the same time."""
        return len({(r.instance.first, r.instance.last, r.instance.discount_rate) for r in self.results}) == 1

    def money_columns(self) -> list[str]:
        """The labels with their units of money."""
        return [f"{label} [{r.money}]" for label, r in zip(self.labels, self.results, strict=True)]


def summary(comparison: Comparison) -> pd.DataFrame:
    """One row a plan: status, gap, cost, what is missed."""
    rows = [
        (
            label, r.title, r.plan.status, _finite(r.plan.gap), clean(r.plan.objective), r.money,
            r.instance.first, r.instance.last, r.instance.discount_rate, r.instance.price_year, ", ".join(r.missed),
        )
        for label, r in zip(comparison.labels, comparison.results, strict=True)
    ]  # fmt: skip
    names = ["plan", "name", "status", "gap", "cost", "unit", "first", "last", "discount_rate", "price_year", "missed"]
    return pd.DataFrame(rows, columns=names)


def starts(comparison: Comparison) -> pd.DataFrame:
    """One row for everything that starts in some plan: first start and amount by plan, and how they differ."""
    found = [_starts_of(r) for r in comparison.results]
    known = [_candidates(r) for r in comparison.results]
    rows = []
    for key in dict.fromkeys(k for by in known for k in by):
        if not any(key in f for f in found):
            continue
        name = next(by[key] for by in known if key in by)
        row: list[object] = [*key, name]
        for f in found:
            years = f.get(key, {})
            row += [min(years) if years else None, clean(sum(years.values()))]
        base = found[0].get(key, {})
        row += [_change(base, f.get(key, {}), key in by) for f, by in zip(found[1:], known[1:], strict=True)]
        rows.append(row)
    columns = ["what", "id", "name"]
    columns += [f"{label}: {part}" for label in comparison.labels for part in ("first start", "amount")]
    columns += [f"{label}: change" for label in comparison.labels[1:]]
    frame = pd.DataFrame(rows, columns=columns)
    for label in comparison.labels:
        frame[f"{label}: first start"] = frame[f"{label}: first start"].astype("Int64")
    return frame


def _starts_of(result: Result) -> dict[tuple[str, str], dict[int, float]]:
    """Amount by year of projects, and assets by year of changes of fleets."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for s in result.plan.decisions.starts:
        found.setdefault(("project", s.project), {})[s.year] = s.amount
    if result.instance.fleets:
        for r in fleets.changes(result).to_dict("records"):
            years = found.setdefault((f"fleet {r['fleet']}", str(r["change"])), {})
            years[int(r["year"])] = years.get(int(r["year"]), 0.0) + float(r["assets"])
    return found


def _candidates(result: Result) -> dict[tuple[str, str], str]:
    found = {("project", p.id): p.label for p in result.instance.projects}
    return found | {(f"fleet {f.id}", c.label): c.label for f in result.instance.fleets for c in f.changes}


def _change(before: dict[int, float], after: dict[int, float], is_known: bool) -> str:
    """How one plan differs from the first, in words."""
    if not is_known:
        return "not in this scenario"
    if not before or not after:
        return "not at all" if before else "new" if after else "same"
    words = []
    years = min(after) - min(before)
    if years:
        words.append(f"{'later' if years > 0 else 'earlier'} by {abs(years)} year{'s' if abs(years) > 1 else ''}")
    more = sum(after.values()) - sum(before.values())
    if abs(more) > 1e-6 * max(1.0, sum(before.values())):
        words.append(f"{amount(abs(more))} {'more' if more > 0 else 'fewer'}")
    if not words and any(abs(before.get(y, 0.0) - after.get(y, 0.0)) > 1e-6 for y in before | after):
        words.append("as much, in other years")
    return ", ".join(words) or "same"


def money(comparison: Comparison) -> pd.DataFrame:
    """Present value by kind of money and plan, in millions, and the difference to the first plan; then the total."""
    parts = [dict(tables.cost_parts(r)) for r in comparison.results]
    kinds = list(dict.fromkeys(k for p in parts for k in p))
    rows = [[kind, *(clean(p.get(kind, 0.0)) for p in parts)] for kind in kinds]
    rows.append(["total", *(clean(r.plan.objective) for r in comparison.results)])
    frame = pd.DataFrame(rows, columns=["kind", *comparison.money_columns()])
    return _with_differences(frame, comparison, 1) if comparison.one_money else frame


def _with_differences(frame: pd.DataFrame, comparison: Comparison, first: int) -> pd.DataFrame:
    for i, label in enumerate(comparison.labels[1:], start=1):
        base, other = frame.iloc[:, first], frame.iloc[:, first + i]
        frame[f"{label}: difference"] = [clean(v) for v in other - base]
    return frame


def milestones(comparison: Comparison) -> list[int]:
    """The first and the last year of any plan, and every fifth year between."""
    first = min(r.instance.first for r in comparison.results)
    last = max(r.instance.last for r in comparison.results)
    return sorted({first, last, *(y for y in range(first, last) if y % 5 == 0)})


def emissions(comparison: Comparison) -> pd.DataFrame:
    """ktCO2e at milestones by ledger and scope, and the difference to the first plan; never added to each other."""
    found = [ledgers(r) for r in comparison.results]
    rows = []
    for name in dict.fromkeys(n for by in found for n in by):
        for year in milestones(comparison):
            values = [
                clean(float(by[name][year - r.instance.first]))
                if name in by and r.instance.first <= year <= r.instance.last
                else None
                for by, r in zip(found, comparison.results, strict=True)
            ]
            rows.append([name, year, *values])
    frame = pd.DataFrame(rows, columns=["ledger", "year", *(f"{label} [ktCO2e]" for label in comparison.labels)])
    for name in frame.columns[2:]:
        frame[name] = frame[name].astype(float)
    return _with_differences(frame, comparison, 2)


def ledgers(result: Result) -> dict[str, np.ndarray]:
    """Baseline and gross by scope, removals, credits, net, avoided: (Y,) in ktCO2e. Net has all scopes by location.

    Net is gross less removals that are not sold and credits bought for targets.
    """
    a = result.accounts
    none = np.zeros(len(a.years))
    found: dict[str, np.ndarray] = {}
    for scope in sorted({s.scope for s in result.instance.sources}):
        for basis in ("location", "market") if scope == 2 else ("location",):
            sources = [s.id for s in result.instance.sources if s.scope == scope]
            shown = f"scope {scope}" + (f", {basis}" if scope == 2 else "")
            found[f"baseline, {shown}"] = sum((a.baseline[s, basis] for s in sources), none)
            found[f"gross, {shown}"] = sum((a.gross[s, basis] for s in sources), none)
    gross = sum((v for (_, basis), v in a.gross.items() if basis == "location"), none)
    removed, credits = sum(a.removed.values(), none), sum(a.credits.values(), none)
    sold = sold_removals(result)
    found["gross, all scopes"] = gross
    for name, values in (("removals", removed), ("removals sold", sold), ("credits for targets", credits)):
        if np.any(np.abs(values) > 1e-9):
            found[name] = values
    found["net of removals and credits"] = gross - removed + sold - credits
    if a.avoided:
        found["avoided at customers"] = sum(a.avoided.values(), none)
    return found


def targets(comparison: Comparison) -> pd.DataFrame:
    """One row for every rule of every target: met or missed, and the tightest year with its margin, by plan."""
    found = [_worst(r) for r in comparison.results]
    rows = []
    for key in dict.fromkeys(k for by in found for k in by):
        unit = next(by[key].unit for by in found if key in by)
        row: list[object] = [*key, unit]
        for by in found:
            if key in by:
                worst = by[key]
                row += ["met" if worst.met else "missed", worst.year, clean(worst.margin)]
            else:
                row += [NOT_ASKED, None, None]
        rows.append(row)
    parts = ("status", "tightest year", "margin")
    columns = ["target", "rule", "unit", *(f"{label}: {part}" for label in comparison.labels for part in parts)]
    frame = pd.DataFrame(rows, columns=columns)
    for label in comparison.labels:
        frame[f"{label}: tightest year"] = frame[f"{label}: tightest year"].astype("Int64")
        frame[f"{label}: margin"] = frame[f"{label}: margin"].astype(float)
    return frame


def _worst(result: Result) -> dict[tuple[str, str], TargetRow]:
    found: dict[tuple[str, str], TargetRow] = {}
    for row in sorted(result.accounts.targets, key=lambda r: r.margin / max(abs(r.required), 1e-9)):
        found.setdefault((row.id, row.rule), row)
    order = list(dict.fromkeys((r.id, r.rule) for r in result.accounts.targets))
    return {key: found[key] for key in order}


def finance(comparison: Comparison) -> pd.DataFrame | None:
    """By instrument: issued, cost and debt, in millions, by plan. None where no plan has any."""
    return _side_by_side(comparison, _finance_of, ["instrument", "what"], comparison.money_columns())


def _finance_of(result: Result) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for f in result.instance.finance.funding:
        debt = result.accounts.debts[f.id]
        found[f.id, "issued"] = float(debt.issued.sum())
        found[f.id, "interest and fees"] = float((debt.interest + debt.fees).sum() + debt.interest_settled)
        found[f.id, "owed at most"] = float(debt.outstanding.max(initial=0.0))
        found[f.id, "owed at the end"] = float(debt.outstanding[-1])
    return found if funding.has_finance(result) else {}


def carbon(comparison: Comparison) -> pd.DataFrame | None:
    """By market and account, all years together: kt due, given, bought, sold, credits; cost in millions. Or None."""
    return _side_by_side(comparison, _carbon_of, ["market", "entity", "what"], list(comparison.labels))


def _carbon_of(result: Result) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for (market, account), a in result.accounts.carbon.items():
        for name in ("due", "free", "bought", "sold", "transferred"):
            found[market, account, f"{name} [ktCO2e]"] = float(a[name].sum())
        found[market, account, "credits [ktCO2e]"] = float((a["credits"] + a["own"]).sum())
        found[market, account, f"cost [{result.money}]"] = float(a["cost"].sum())
    return found


def _side_by_side(
    comparison: Comparison,
    values: Callable[[Result], dict[tuple[str, ...], float]],
    keys: list[str],
    columns: list[str],
) -> pd.DataFrame | None:
    found = [values(r) for r in comparison.results]
    order = list(dict.fromkeys(k for by in found for k in by))
    rows = [[*key, *(clean(by[key]) if key in by else None for by in found)] for key in order]
    return pd.DataFrame(rows, columns=[*keys, *columns]) if rows else None


def inputs(comparison: Comparison) -> pd.DataFrame:
    """The entries of the merged scenarios that differ, as they are written."""
    return input_differences(list(comparison.labels), [r.merged for r in comparison.results])


TABLES: dict[str, Callable[[Comparison], pd.DataFrame | None]] = {
    "summary": summary,
    "starts": starts,
    "money": money,
    "emissions": emissions,
    "targets": targets,
    "finance": finance,
    "carbon": carbon,
    "inputs": inputs,
}


def all_tables(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """Every table that has something to say, by name."""
    found = {name: table(comparison) for name, table in TABLES.items()}
    return {name: frame for name, frame in found.items() if frame is not None}


def _finite(value: float) -> float | None:
    return clean(value) if np.isfinite(value) else None
