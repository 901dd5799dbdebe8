"""Tables of a result as pandas frames: the same rows for CSV, Excel, JSON and people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from optimiser.plan import Floats
from optimiser.report.carbon import sold_removals
from optimiser.report.result import Result, made_once
from optimiser.report.words import clean, cleaned


@made_once
def schedule(result: Result) -> pd.DataFrame:
    """What starts when: one row per project and start year."""
    instance = result.instance
    index = {p.id: p for p in instance.projects}
    rows = []
    for start in sorted(result.plan.decisions.starts, key=lambda s: (s.year, index[s.project].index)):
        p = index[start.project]
        v = start.year - int(p.starts[0])
        end = start.year + p.lead_time + p.life - 1 if p.life is not None and not _renewed(p) else None
        rows.append(
            {
                "project": p.id,
                "name": p.label,
                "kind": p.kind,
                "entity": instance.entities[p.entity].id,
                "year": start.year,
                "amount": clean(start.amount),
                "unit": p.unit,
                "operates_from": start.year + p.lead_time,
                "operates_until": end,
                f"list_capex [{result.money}]": clean(
                    start.amount * float((p.capex_each * p.timing.spending[v]).sum())
                ),
            }
        )
    columns = list(rows[0]) if rows else ["project", "name", "kind", "entity", "year", "amount", "unit"]
    frame = pd.DataFrame(rows, columns=columns)
    if "operates_until" in frame:
        frame["operates_until"] = frame["operates_until"].astype("Int64")
    return frame


def _renewed(p: Any) -> bool:
    return len(p.timing.cycles) > 1


@made_once
def money(result: Result) -> pd.DataFrame:
    """Every flow of money by year, project, entity and kind. The present values sum to the objective."""
    entity, years, discount = entities_of(result), _money_years(result), _money_discount(result)
    rows: list[tuple[int, str, str, str, float, float]] = []
    for kind, owners, values in _flows(result):
        o, y = np.nonzero(np.abs(values) > 1e-9)
        names = [owners[i] for i in o.tolist()]
        amounts, worth = values[o, y].tolist(), (values * discount)[o, y].tolist()
        when, where = [years[i] for i in y.tolist()], [entity.get(name, "") for name in names]
        rows += zip(when, names, where, [kind] * len(names), amounts, worth, strict=True)
    names = ["year", "project", "entity", "kind", f"amount [{result.money}]", f"present_value [{result.money}]"]
    frame = pd.DataFrame(rows, columns=names).sort_values(["year", "kind", "project"], kind="stable")
    return _cleaned(frame)


@made_once
def money_by_year(result: Result) -> pd.DataFrame:
    """The same flows with the years across: one row per kind and project, its present value, and what is paid when.

    A year without any flow has no value. The last column is what is settled after the horizon, if there is anything.
    """
    entity, years, discount = entities_of(result), _money_years(result), _money_discount(result)
    who: list[tuple[str, str, str]] = []
    paid = [np.zeros((0, len(years)))]
    for kind, owners, values in sorted(_flows(result), key=lambda flow: flow[0]):
        some = np.flatnonzero((np.abs(values) > 1e-9).any(axis=1)).tolist()
        some.sort(key=lambda i: owners[i])
        who += [(owners[i], entity.get(owners[i], ""), kind) for i in some]
        paid.append(values[some])
    amounts = np.concatenate(paid)
    there = np.abs(amounts) > 1e-9
    amounts = np.where(there, amounts, 0.0)
    shown = np.where(there, np.array(cleaned(amounts.ravel().tolist())).reshape(amounts.shape), np.nan)
    frame = pd.DataFrame(who, columns=["project", "entity", "kind"])
    frame[f"present_value [{result.money}]"] = cleaned((amounts @ discount).tolist())
    settled = there[:, -1].any()
    names = [f"{year} [{result.money}]" for year in (years if settled else years[:-1])]
    return frame.join(pd.DataFrame(shown[:, : len(names)], columns=names))


def _flows(result: Result) -> Iterator[tuple[str, list[str], Floats]]:
    """By kind, who pays, and how much (O, Y + 1) in each year and, at last, after the horizon."""
    accounts = result.accounts
    size = len(accounts.years)
    for kind, by_owner in [*accounts.money.items(), ("penalties", {"": accounts.penalties})]:
        values = np.array(list(by_owner.values())).reshape(len(by_owner), size)
        yield kind, list(by_owner), np.hstack([values, np.zeros((len(by_owner), 1))])
    for kind, sign, amounts in (("salvage", -1.0, accounts.salvage), ("after", 1.0, accounts.after)):
        values = np.zeros((len(amounts), size + 1))
        values[:, -1] = sign * np.array(list(amounts.values()))
        yield kind, list(amounts), values


def entities_of(result: Result) -> dict[str, str]:
    """Who owns an instrument, a fleet or a project."""
    entities = result.instance.entities
    found = {f.id: entities[f.entity].id for f in result.instance.finance.funding}
    found |= {f.id: entities[f.entity].id for f in result.instance.fleets}
    return found | {p.id: entities[p.entity].id for p in result.instance.projects}


def _money_years(result: Result) -> list[int]:
    """The years, and the one after the horizon."""
    return [*result.accounts.years.tolist(), result.instance.last + 1]


def _money_discount(result: Result) -> Floats:
    """What an amount of each of these is worth today."""
    return np.append(result.accounts.discount, result.accounts.salvage_discount)


@made_once
def emissions(result: Result) -> pd.DataFrame:
    """The four ledgers, never added: emissions by source (and basis), removals, avoided, credits; ktCO2e by year."""
    return _cleaned(pd.DataFrame(list(_emission_rows(result)), columns=_EMISSIONS))


_EMISSIONS = [
    "year", "ledger", "id", "entity", "scope", "category", "basis", "baseline [ktCO2e]", "amount [ktCO2e]",
]  # fmt: skip


def _emission_rows(result: Result) -> Iterator[tuple[Any, ...]]:
    instance, accounts = result.instance, result.accounts
    where = {p.id: instance.entities[p.entity].id for p in instance.projects}
    years = [int(y) for y in accounts.years]
    for source in instance.sources:
        entity = instance.entities[source.entity].id
        for basis in ("location", "market") if source.scope == 2 else ("location",):
            baseline, gross = accounts.baseline[source.id, basis], accounts.gross[source.id, basis]
            shown = basis if source.scope == 2 else ""
            category = source.category if source.category is not None else ""
            for y, before, after in zip(years, baseline, gross, strict=True):
                yield y, "emissions", source.id, entity, source.scope, category, shown, before, after
    for ledger, items in (("removals", accounts.removed), ("avoided", accounts.avoided)):
        for project, values in items.items():
            for y, value in zip(years, values, strict=True):
                yield y, ledger, project, where[project], "", "", "", 0.0, value
    for e in instance.entities:
        if e.avoided_baseline is not None and e.declares_avoided:
            for y, value in zip(years, e.avoided_baseline, strict=True):
                yield y, "avoided", "(baseline)", e.id, "", "", "", value, value
    for target, values in accounts.credits.items():
        for y, value in zip(years, values, strict=True):
            yield y, "credits", target, "", "", "", "", 0.0, value


@made_once
def targets(result: Result) -> pd.DataFrame:
    """Every target in every year it is tested."""
    rows = [
        (r.id, r.kind, r.rule, r.year, r.required, r.achieved, r.margin, r.met, r.unit) for r in result.accounts.targets
    ]
    names = ["id", "kind", "rule", "year", "required", "achieved", "margin", "met", "unit"]
    return _cleaned(pd.DataFrame(rows, columns=names))


@made_once
def limits(result: Result) -> pd.DataFrame:
    """Budgets and resources by year: limit, what was available, what was used, what moved on."""
    rows = []
    years = [int(y) for y in result.accounts.years]
    for name, account in result.accounts.budgets.items():
        for i, y in enumerate(years):
            parts = (account[k][i] for k in ("limit", "available", "spend", "kept"))
            rows.append((y, "budget", name, *parts, result.money))
    units = {r.id: r.unit for r in result.instance.resources}
    for name, used in result.accounts.resources.items():
        limit = result.accounts.resource_limits[name]
        rows += [(y, "resource", name, limit[i], limit[i], used[i], 0.0, units[name]) for i, y in enumerate(years)]
    return _cleaned(pd.DataFrame(rows, columns=["year", "what", "id", "limit", "available", "used", "kept", "unit"]))


@made_once
def pathway(result: Result) -> pd.DataFrame:
    """By year over all scopes (location): baseline and gross; removals, avoided and credits in ledgers of their own."""
    accounts = result.accounts
    zero = np.zeros(len(accounts.years))
    baseline = sum((v for (_, b), v in accounts.baseline.items() if b == "location"), zero)
    gross = sum((v for (_, b), v in accounts.gross.items() if b == "location"), zero)
    removed = sum(accounts.removed.values(), zero)
    frame = pd.DataFrame(
        {
            "year": accounts.years,
            "baseline [ktCO2e]": baseline,
            "gross [ktCO2e]": gross,
            "removals [ktCO2e]": removed,
            "avoided at customers [ktCO2e]": sum(accounts.avoided.values(), zero),
            "credits [ktCO2e]": sum(accounts.credits.values(), zero),
        }
    )
    sold = sold_removals(result)
    if np.any(sold):
        frame["removals sold [ktCO2e]"] = sold
    return _cleaned(frame)


def cost_parts(result: Result) -> list[tuple[str, float]]:
    """Present value by kind of money; sums to the objective."""
    accounts = result.accounts
    parts = [(kind, float(accounts.total(kind) @ accounts.discount)) for kind in accounts.money]
    parts.append(("penalties", float(accounts.penalties @ accounts.discount)))
    parts.append(("after the horizon", sum(accounts.after.values()) * accounts.salvage_discount))
    parts.append(("salvage", -sum(accounts.salvage.values()) * accounts.salvage_discount))
    return [(kind, value) for kind, value in parts if abs(value) > 1e-9]


def _cleaned(frame: pd.DataFrame) -> pd.DataFrame:
    for name in frame.columns:
        if frame[name].dtype == float:
            frame[name] = cleaned(frame[name].tolist())
    return frame


__all__ = [
    "clean",
    "cost_parts",
    "emissions",
    "entities_of",
    "limits",
    "money",
    "money_by_year",
    "pathway",
    "schedule",
    "targets",
]
