"""What the runner prints: medians over seeds, how time grows, and which bars are met.

A row of a frame is one case: `projects`, `variant`, `seed`, and what `forms.py` measures of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.benchmarks.forms import GAP

FASTER = {100: 5.0, 500: 10.0, 2000: 15.0}
"""How many times faster than the plain form, by projects."""
TENTH = {100: 0.1}
"""The share of the plain form's gap that meets its bar as well, by projects."""
OVER_LP = {2000: 8.0, 10000: 5.0}
"""The total in relaxations, by projects."""
OUTSIDE, GROWTH, MEMORY = 0.3, 1.2, 3000.0
PUBLISHED = ("pit", "knapsack")
EXTRAS = ("fleets", "finance", "market", "all", "ends-fleets", "ends-finance", "ends-market")
LOOSER = 2.0
"""With fleets, finance or a market a ratio may be worse by this factor."""


@dataclass(frozen=True)
class Bar:
    """One bar: what it asks of which case, what was measured by wall and by CPU time, and whether it is met."""

    case: str
    asked: str
    wall: float
    cpu: float
    met: bool


def patience(size: int, variant: str) -> float:
    """How many times our time the plain form is given: what its bar asks, or twice where no bar does."""
    return FASTER[size] / _looser(variant) if size in FASTER else 2.0


def _looser(variant: str) -> float:
    return LOOSER if variant in EXTRAS else 1.0


def medians(rows: pd.DataFrame) -> pd.DataFrame:
    """Medians over seeds by size and variant; a row for each number measured."""
    return rows.drop(columns="seed").groupby(["projects", "variant"], sort=True).median(numeric_only=True)


def growth(middle: pd.DataFrame, column: str = "total", sizes: tuple[int, int] = (1000, 10000)) -> dict[str, float]:
    """By variant with both sizes: k where time grows as N to the power k between them."""
    found = {}
    for variant in middle.index.unique("variant"):
        times = [middle.at[(n, variant), column] if (n, variant) in middle.index else np.nan for n in sizes]
        if np.all(np.isfinite(times)):
            found[variant] = float(np.log(times[1] / times[0]) / np.log(sizes[1] / sizes[0]))
    return found


def bars(middle: pd.DataFrame) -> list[Bar]:
    """Every bar that the cases of a table of medians can be held against."""
    found: list[Bar] = []
    for (size, variant), case in middle.iterrows():
        words = f"{size} {variant}"
        loose = _looser(variant)
        proven = bool(case["gap"] <= GAP * (1 + 1e-6))
        found.append(Bar(words, "gap at most 0.1 %", case["gap"], case["gap"], proven))
        if np.isfinite(case.get("plain total", np.nan)):
            barred = variant not in PUBLISHED and size in FASTER
            times = FASTER[int(size)] / loose if barred else 1.0
            share = TENTH.get(int(size), 0.0) * loose if barred else 0.0
            found.append(_against_plain(words, case, times, share, proven))
        if int(size) not in OVER_LP or variant in PUBLISHED:
            continue
        if np.isfinite(case.get("lp", np.nan)):
            limit = OVER_LP[int(size)] * loose
            wall, cpu = case["total"] / case["lp"], case["cpu"] / case["lp cpu"]
            text = f"at most {limit:g} relaxations"
            found.append(Bar(words, text, wall, cpu, proven and bool(wall <= limit)))
        wall, cpu = case["outside HiGHS"], case["outside cpu"] / case["cpu"]
        found.append(Bar(words, "outside HiGHS at most 30 %", wall, cpu, bool(wall <= OUTSIDE)))
        memory = case["memory [MB]"]
        found.append(Bar(words, "memory at most 3,000 MB", memory, memory, bool(memory <= MEMORY)))
    return found + _across(middle)


def _against_plain(words: str, case: pd.Series, times: float, enough: float, proven: bool) -> Bar:
    """Faster, where both prove the gap; at least as many times as the plain form was given, where it does not. Or to
    `enough`, a share of its gap once it has had no less time, if that counts at all."""
    share = case["gap"] / case["plain gap"] if case["plain gap"] > 0 else np.inf
    wall, cpu = case["plain total"] / case["total"], case["plain cpu"] / case["cpu"]
    text = f"{times:g} times faster than the plain form" if times > 1 else "faster than the plain form"
    if proven and enough and 1.0 <= wall < times and share <= enough:
        return Bar(words, f"{text}, or {enough:g} of its gap (share of its gap)", share, share, True)
    if proven:
        return Bar(words, text, wall, cpu, bool(wall >= times))
    other = f"or {enough:g} of its gap" if enough else "not proven"
    return Bar(words, f"{text}; {other} (share of its gap)", share, share, bool(share <= enough))


def _across(middle: pd.DataFrame) -> list[Bar]:
    by_cpu = growth(middle, "cpu")
    found = [
        Bar(f"1000 to 10000 {variant}", "grows at most as N to the power 1.2", k, by_cpu[variant], k <= GROWTH)
        for variant, k in growth(middle).items()
    ]
    for size in middle.index.unique("projects"):
        if {(size, "overlap"), (size, "alone")} <= set(middle.index):
            many, none = middle.loc[(size, "overlap")], middle.loc[(size, "alone")]
            wall, cpu = many["total"] / none["total"], many["cpu"] / none["cpu"]
            text = "4 measures on each of 200 sources at most double the time"
            found.append(Bar(f"{size} overlap", text, wall, cpu, bool(wall <= 2.0)))
    return found


def text(rows: pd.DataFrame) -> str:
    """The table of medians and the bars, as text."""
    middle = medians(rows)
    lines = [middle.T.to_string(float_format=lambda v: f"{v:,.4g}", na_rep="-"), ""]
    odd = [c for c in ("plain status", "linopy status") if c in rows]
    for (size, variant), part in rows.groupby(["projects", "variant"]):
        for column in odd:
            if (part[column] == "not declared").any():
                lines.append(f"{size} {variant}: {column.split()[0]} form not declared")
    found = bars(middle)
    width = max((len(b.asked) for b in found), default=0)
    lines += ["", f"{'case':<24} {'asked':<{width}} {'wall':>10} {'cpu':>10}  met"]
    for b in found:
        lines.append(f"{b.case:<24} {b.asked:<{width}} {b.wall:>10.4g} {b.cpu:>10.4g}  {'yes' if b.met else 'no'}")
    return "\n".join(lines)
