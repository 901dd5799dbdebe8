"""Disclosure tables: ESRS E1-3 and E1-4, IFRS S2 on targets, SASAC indicators, as far as a plan and a scenario know.

What they ask for and nobody said is a blank with a name: it says what is not in the scenario, and is never filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from optimiser.audit import Books
from optimiser.errors import quoted
from optimiser.instance.data import IntensityData, NeutralityData, PeakData, TargetData
from optimiser.report.actions import Action, actions
from optimiser.report.differences import as_written
from optimiser.report.result import Result
from optimiser.report.words import clean
from optimiser.units import ENERGY, UnitError, Units

BLANK = "not in the scenario"
GROSS = ("peak", "reduction", "intensity")
"""Kinds of target on gross emissions: what ESRS E1-4 calls a reduction target."""


def esrs_e1_3(result: Result) -> pd.DataFrame:
    """ESRS E1-3, actions and resources: what starts, what it cuts, and what it costs, undiscounted."""
    entities, year = result.instance.entities, result.instance.last
    paid = _paid_by(result)
    shown = [y for y in (2030, 2050, year) if result.instance.first <= y <= year]
    rows = []
    for a in actions(result):
        row: dict[str, Any] = {
            "action": a.id,
            "name": a.name,
            "lever": a.lever,
            "entity": entities[a.entity].id,
            "starts": a.first,
            "effective from": a.effective,
            "amount": a.amount,
            "scopes": ", ".join(map(str, a.scopes)) or "none",
        }
        for y in dict.fromkeys(shown):
            row[f"expected cut in {y} [ktCO2e]"] = clean(float(a.cut[y - result.instance.first]))
        row |= {
            f"removals in {year}, no reduction [ktCO2e]": clean(float(a.removed[-1])),
            "achieved cut to date": BLANK,
            f"capex to {year} [{result.money}]": clean(float(a.capex.sum())),
            f"opex to {year} [{result.money}]": clean(float(a.opex.sum())),
            "paid for by": ", ".join(paid.get(a.id, ())) or "own funds, or debt for general purposes",
            "taxonomy-aligned": BLANK,
            "line of the financial statements": BLANK,
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _paid_by(result: Result) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for instrument, _, owner, _ in sorted(result.plan.decisions.used):
        found.setdefault(owner, [])
        if instrument not in found[owner]:
            found[owner].append(instrument)
    return found


def esrs_e1_4(result: Result) -> pd.DataFrame:
    """ESRS E1-4, targets on gross emissions: no removals, credits or avoided emissions are in any figure."""
    found, instance = actions(result), result.instance
    rows = []
    for t in instance.targets:
        raw = result.merged.get("targets", {}).get(t.id, {})
        gross, unit = _achieved(result, t)
        row: dict[str, Any] = {
            "target": t.id,
            "name": t.label,
            "kind": t.kind,
            "absolute or intensity": "intensity" if isinstance(t, IntensityData) else "absolute",
            "a gross reduction target": "yes" if t.kind in GROSS else "no: shown apart from reduction targets",
            "entity": _part(result, t),
            "scopes": _scopes(result, t),
            "scope 2 basis": t.ledger if _has_scope_2(result, t) else "not applicable",
            "base year": instance.base_year,
            "base value": clean(base) if (base := _base(t)) is not None else "not applicable",
            "unit": unit,
            "target year": _target_year(result, t),
            "as written": as_written(raw),
        }
        for y in (2030, 2035, 2040, 2045, 2050):
            if instance.first <= y <= instance.last:
                row[f"gross in {y}"] = clean(float(gross[y - instance.first])) if gross is not None else None
        row |= {
            "cut of the base in the target year": _cut_of_base(t, gross, instance.first, row["target year"]),
            "met in the plan": "no" if t.id in result.missed else "yes",
            "levers in the target year [ktCO2e]": _levers(found, result, t, row["target year"]),
            "science-based, and who assured it": BLANK,
            "how consultation with stakeholders informed it": BLANK,
            "source": str(raw.get("source") or BLANK),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _achieved(result: Result, t: TargetData) -> tuple[np.ndarray | None, str]:
    """Gross emissions of what a target covers (Y,), per denominator where it is an intensity; and the unit."""
    if not t.sources:
        return None, "not applicable"
    names = [result.instance.sources[s].id for s in t.sources]
    gross = np.sum([result.accounts.gross[n, t.ledger] for n in names], axis=0)
    if isinstance(t, IntensityData):
        return gross / t.denominator * 1e3, t.unit  # in tonnes, as in the targets' own table
    return gross, "ktCO2e"


def _base(t: TargetData) -> float | None:
    return float(t.base) if t.sources and not isinstance(t, IntensityData) else None


def _cut_of_base(t: TargetData, gross: np.ndarray | None, first: int, year: int) -> Any:
    base = _base(t)
    if gross is None or base is None or base <= 0 or not 0 <= year - first < len(gross):
        return "not applicable"
    return f"{100 * (1 - gross[year - first] / base):.1f} %"


def _levers(found: list[Action], result: Result, t: TargetData, year: int) -> str:
    """Cuts by kind of action in a year, each with everything else running."""
    place = year - result.instance.first
    scopes = {result.instance.sources[s].scope for s in t.sources}
    total: dict[str, float] = {}
    for a in found:
        if a.entity in t.entities and scopes & set(a.scopes) and 0 <= place < len(a.cut):
            total[a.lever] = total.get(a.lever, 0.0) + float(a.cut[place])
    return ", ".join(f"{lever}: {value:.4g}" for lever, value in total.items() if abs(value) > 1e-6) or "none"


def _target_year(result: Result, t: TargetData) -> int:
    """The deadline of a peak, else the first year that is tested."""
    years = result.instance.years
    if isinstance(t, PeakData):
        return int(years[t.by])
    return int(years[t.years[0]]) if len(t.years) else result.instance.last


def _part(result: Result, t: TargetData) -> str:
    entities = result.instance.entities
    return entities[t.entity].id if t.entity is not None else "the whole organisation"


def _scopes(result: Result, t: TargetData) -> str:
    return ", ".join(str(s) for s in sorted({result.instance.sources[i].scope for i in t.sources})) or "none"


def _has_scope_2(result: Result, t: TargetData) -> bool:
    return any(result.instance.sources[i].scope == 2 for i in t.sources)


def ifrs_s2(result: Result) -> pd.DataFrame:
    """IFRS S2 on targets: the eight elements of paragraph 33 for each, then 34, 35 and 36; and 29 (e) and (f)."""
    rows: list[tuple[str, str, str, str]] = []
    for t in result.instance.targets:
        rows += [(t.id, place, element, said) for place, element, said in _elements(result, t)]
    capex = result.accounts.total("capex")
    years = ", ".join(f"{y}: {v:,.4g}" for y, v in zip(result.accounts.years, capex, strict=True) if abs(v) > 1e-9)
    rows.append(("", "29 (e)", f"Capital deployment, capex by year [{result.money}]", years or "none"))
    rows.append(("", "29 (f)", "Internal carbon price", _internal_price(result)))
    return pd.DataFrame(rows, columns=["target", "paragraph", "element", "disclosure"])


def _elements(result: Result, t: TargetData) -> Iterator[tuple[str, str, str]]:
    raw = result.merged.get("targets", {}).get(t.id, {})
    first, last = _period(result, t)
    net = isinstance(t, NeutralityData)
    yield "33 (a)", "Metric", _metric(result, t)
    yield (
        "33 (b)",
        "Objective",
        str(raw.get("note") or f"mitigation: {t.kind}; in the organisation's own words: {BLANK}"),
    )
    yield "33 (c)", "Part of the entity", f"{_part(result, t)}; scopes: {_scopes(result, t)}"
    yield "33 (d)", "Period", f"{first} to {last}"
    base = _base(t)
    value = f": {base:,.6g} ktCO2e" if base is not None else ""
    yield "33 (e)", "Base period", f"{result.instance.base_year}{value}"
    yield "33 (f)", "Milestones and interim targets", _milestones(result, t)
    yield "33 (g)", "Absolute or intensity", "intensity" if isinstance(t, IntensityData) else "absolute"
    yield "33 (h)", "How the latest international agreement informed it", str(raw.get("source") or BLANK)
    yield "34 (a)", "Validated by a third party", BLANK
    yield "34 (b)", "Process of review", BLANK
    yield "34 (c)", "Metrics that monitor progress", f"{_metric(result, t)}, every year of the plan"
    yield "34 (d)", "Revisions and their reasons", BLANK
    yield "35", "Performance in the plan", _performance(result, t)
    yield "36 (a)", "Greenhouse gases covered", f"CO2 equivalent; which gases is {BLANK}"
    yield "36 (b)", "Scopes covered", _scopes(result, t)
    yield "36 (c)", "Gross or net", "net, with the gross beside it in E1-4" if net else "gross"
    yield "36 (d)", "Derived by a sectoral approach", BLANK
    yield "36 (e)", "Planned use of carbon credits", _credits(result, t)


def _metric(result: Result, t: TargetData) -> str:
    units = {r.unit for r in result.accounts.targets if r.id == t.id}
    rules = list(dict.fromkeys(r.rule for r in result.accounts.targets if r.id == t.id))
    return f"{'; '.join(rules) or t.kind} [{', '.join(sorted(units))}]"


def _period(result: Result, t: TargetData) -> tuple[int, int]:
    tested = [r.year for r in result.accounts.targets if r.id == t.id]
    return result.instance.base_year, max(tested, default=result.instance.last)


def _milestones(result: Result, t: TargetData) -> str:
    rows = [r for r in result.accounts.targets if r.id == t.id]
    if isinstance(t, PeakData):
        return f"peak by {result.instance.years[t.by]}"
    shown = [r for r in rows if r.year % 5 == 0 or r in (rows[0], rows[-1])]
    return ", ".join(f"{r.year}: {r.required:,.4g} {r.unit}" for r in shown) or BLANK


def _performance(result: Result, t: TargetData) -> str:
    rows = [r for r in result.accounts.targets if r.id == t.id]
    missed = [r.year for r in rows if not r.met]
    if missed:
        return f"missed in {', '.join(map(str, dict.fromkeys(missed)))}"
    worst = min(rows, key=lambda r: r.margin / max(abs(r.required), 1e-9), default=None)
    return f"met; tightest in {worst.year} by {worst.margin:,.4g} {worst.unit}" if worst else BLANK


def _credits(result: Result, t: TargetData) -> str:
    if not isinstance(t, NeutralityData):
        return "none: the target is on emissions without credits"
    bought = float(result.accounts.credits[t.id].sum()) if t.id in result.accounts.credits else 0.0
    if not t.admits_credits:
        return "none are admitted"
    most = f"at most {t.credits.max():,.4g} ktCO2e a year admitted, {bought:,.4g} ktCO2e bought in the plan"
    return f"{most}; scheme, type and permanence: {BLANK}"


def _internal_price(result: Result) -> str:
    prices = result.plan.carbon_prices
    if not prices:
        return f"{BLANK}: it has no internal market"
    unit = f"{result.instance.currency}/tCO2e"
    listed = ", ".join(f"{m} {y}: {v * 1e3:,.4g}" for (m, y), v in sorted(prices.items()) if y % 5 == 0)
    return f"{listed} {unit}, at the margin of the plan"


def sasac(result: Result) -> pd.DataFrame:
    """SASAC indicators by year, as columns: per 10,000 of the currency of revenue, and shares."""
    instance, accounts = result.instance, result.accounts
    years = [int(y) for y in instance.years]
    top = next(e for e in instance.entities if e.parent is None)
    gross = sum((accounts.gross[s.id, "location"] for s in instance.sources if s.scope in (1, 2)), np.zeros(len(years)))
    per, revenue = f"10,000 {instance.currency}", top.revenue
    used, own = _energy(result)
    no_revenue = f"{BLANK}: revenue of {quoted(top.id)}"
    no_energy = f"{BLANK}: no source is written as an amount of energy"
    divided = revenue * 100 if revenue is not None and np.all(revenue > 0) else None
    rows: list[list[Any]] = [
        _indicator(f"CO2e of scopes 1 and 2 per {per} of revenue", "tCO2e", gross * 1e3, divided, no_revenue, years),
        _indicator(
            f"Energy per {per} of revenue, of sources written as energy", "MWh",
            used * 1e3 if used is not None else None, divided, no_energy if used is None else no_revenue, years,
        ),
        _indicator(
            "Energy from our own facilities used on site (whether it is renewable is not in the scenario)", "share",
            own, used if used is not None and np.all(used > 0) else None, no_energy, years,
        ),
        ["Revenue of emerging industries", "share", BLANK, *(None for _ in years)],
        ["Spending on research as a share of revenue", "share", BLANK, *(None for _ in years)],
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["indicator", "unit", "blank because", *years])


def _indicator(name: str, unit: str, top: Any, below: Any, why: str, years: list[int]) -> list[Any]:
    if top is None or below is None:
        return [name, unit, why, *(None for _ in years)]
    return [name, unit, "", *(clean(float(v)) for v in top / below)]


def _energy(result: Result) -> tuple[np.ndarray | None, np.ndarray | None]:
    """GWh that the sources written as energy use (Y,), bought or made on site, and what is made on site; or None."""
    instance, units = result.instance, Units(result.instance.currency)
    books = Books(instance, result.plan.decisions)
    used, own = np.zeros(len(instance.years)), np.zeros(len(instance.years))
    known = False
    for i, source in enumerate(instance.sources):
        if source.activity is None or not _is_energy(result.merged, source.id, units):
            continue
        known = True
        made = sum((books.on_site[p.id] for p in instance.suppliers_of.get(i, ())), np.zeros(len(instance.years)))
        used = used + source.activity * books.left(i, "location") - books.cut(i, "location") + made
        own = own + made
    return (used, own) if known else (None, None)


def _is_energy(merged: dict[str, Any], source: str, units: Units) -> bool:
    """True where the scenario writes the activity of a source in a unit of energy."""
    raw = merged.get("sources", {}).get(source, {}).get("activity")
    raw = merged.get("series", {}).get(raw, raw) if isinstance(raw, str) else raw
    for text in raw.values() if isinstance(raw, dict) else [raw]:
        try:
            if units.parse(text).dimension == ENERGY:
                return True
        except UnitError:
            continue
    return False


TABLES: dict[str, Callable[[Result], pd.DataFrame]] = {
    "ESRS E1-3": esrs_e1_3,
    "ESRS E1-4": esrs_e1_4,
    "IFRS S2": ifrs_s2,
    "SASAC": sasac,
}
