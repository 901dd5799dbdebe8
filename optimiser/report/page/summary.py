"""The head of the page: does it hold, what does it cost, what starts next, what is at risk. In words."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.report import tables
from optimiser.report.page.promises import Promise, at_risk, promises, tight
from optimiser.report.page.roadmap import roadmap
from optimiser.report.page.words import ENGLISH, Words
from optimiser.report.result import Result
from optimiser.report.words import amount


@dataclass(frozen=True)
class Verdict:
    """A sentence on whether the plan holds, and how bad it is: bad, warn or good."""

    tone: str
    text: str


def percent(value: float) -> str:
    """A share as a percentage with two digits that count."""
    return f"{value * 100:.2g} %" if abs(value) < 0.1 else f"{value * 100:.3g} %"


def verdicts(result: Result, words: Words) -> list[Verdict]:
    """Misses first, then the gap, then what holds."""
    plan = result.plan
    found = [Verdict("bad", _missed(result, p, words)) for p in promises(result) if not p.worst.met]
    if plan.status != "optimal":
        key = "stopped_unbound" if plan.gap == float("inf") else "stopped"
        text = words(key, why=words.why(plan.stopped_by), gap=percent(plan.gap), asked=percent(plan.gap_asked))
        found.insert(0, Verdict("warn", text))
    else:
        key = ("rest_holds" if result.missed else "holds") + ("" if plan.gap > 0 else "_exactly")
        found.append(Verdict("good", words(key, gap=percent(plan.gap))))
    if plan.gap > 0 and abs(plan.objective) < 0.2 * result.accounts.spending:
        found.append(Verdict("note", words("gap_of_spending", gap=percent(result.gap_of_spending))))
    return found


def _missed(result: Result, p: Promise, words: Words) -> str:
    years = [row.year for row in p.rows if not row.met]
    why = words("gave_way" if p.target in result.plan.gave_way else "penalty_paid")
    worst = min((row for row in p.rows if not row.met), key=lambda row: row.margin)
    return words(
        "missed", target=p.label, rule=words.rule(p.rule), years=spans(years), short=amount(-worst.margin),
        unit=p.worst.unit, worst=worst.year, why=why,
    )  # fmt: skip


def spans(years: list[int] | tuple[int, ...]) -> str:
    """Years as spans: 2026-2029, 2031."""
    found: list[list[int]] = []
    for year in sorted(years):
        if found and year == found[-1][1] + 1:
            found[-1][1] = year
        else:
            found.append([year, year])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in found)


def subtitle(result: Result, words: Words) -> str:
    """Who, when, in which units."""
    instance = result.instance
    roots = words("comma").join(e.label for e in instance.entities if e.parent is None)
    return words(
        "subtitle", entities=roots, first=instance.first, last=instance.last, money=result.money,
        currency=instance.currency, price_year=instance.price_year, rate=percent(instance.discount_rate),
        tonnes="ktCO2e",
    )  # fmt: skip


def asked(result: Result, words: Words) -> list[str]:
    """What the scenario asks, in numbers."""
    i = result.instance
    counts = {
        "targets": len(i.targets), "budgets": len(i.budgets),
        "limits": len(i.resources) + len(i.finance.ceilings) + len(i.groups), "finance": len(i.finance.funding),
        "markets": len(i.markets), "projects": len(i.projects),
    }  # fmt: skip
    found = [words(f"asked_{what}", n=n) for what, n in counts.items() if n]
    if i.fleets:
        assets = sum(result.accounts.fleets[f.id].initial for f in i.fleets)
        found.append(words("asked_fleets", n=len(i.fleets), assets=amount(assets)))
    return found


def cost(result: Result, words: Words) -> list[str]:
    """What it costs, in sentences; the parts stand in a table of their own."""
    instance, money = result.instance, result.money
    found = [words("cost_value", amount=amount(result.plan.objective), money=money, year=instance.first)]
    capex = result.accounts.total("capex")
    if capex.sum() > 1e-9:
        top = int(capex.argmax())
        sentence = words(
            "cost_capex", capex=amount(capex.sum()), money=money, most=amount(capex[top]), year=int(instance.years[top])
        )
        found.append(sentence)
    if result.plan.objective < 0:
        found.append(words("cost_saves"))
    return found


def cost_parts(result: Result, words: Words) -> list[tuple[str, str]]:
    """Present value by kind of money."""
    return [(words.money.get(kind, kind), amount(value)) for kind, value in tables.cost_parts(result)]


def next_starts(result: Result, words: Words = ENGLISH, most: int = 6) -> list[tuple[int, list[str], int]]:
    """For the first two years in which anything starts: the year, labels with amounts, how many more there are."""
    by_year: dict[int, list[tuple[float, str]]] = {}
    for row in roadmap(result, words):
        for year, number, capex in row["starts"]:
            much = "" if row["single"] else f" ({amount(number)}{' ' + row['unit'] if row['unit'] else ''})"
            by_year.setdefault(year, []).append((-capex, row["label"] + much))
    found = []
    for year in sorted(by_year)[:2]:
        labels = [label for _, label in sorted(by_year[year], key=lambda item: item[0])]
        found.append((year, labels[:most], max(len(labels) - most, 0)))
    return found


@dataclass(frozen=True)
class Risk:
    """A promise with little room: its label, year and rule, the room left in words, and whether it is missed."""

    label: str
    where: str
    left: str
    missed: bool


def risks(result: Result, words: Words) -> list[Risk]:
    """The smallest margins."""
    found = []
    for p in at_risk(result):
        if not p.worst.met:
            left = words("risk_missed")
        elif p.share < 1e-4:
            left = words("risk_zero")
        else:
            left = words("risk_left", share=percent(p.share))
        found.append(
            Risk(p.label, words("risk_where", year=p.worst.year, rule=words.rule(p.rule)), left, not p.worst.met)
        )
    return found


def used_up(result: Result, words: Words) -> list[str]:
    """Limits of which nothing is left in some years."""
    return [
        words("used_up_line", label=t.label, what=words(f"tight_{t.what}"), years=spans(t.years)) for t in tight(result)
    ]
