"""Promises: every target in every year it is tested, recomputed from the books."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.audit.accounts import Books
from optimiser.instance.data import (
    AvoidedData,
    CarbonBudgetData,
    HistoricalData,
    IntensityData,
    NeutralityData,
    PeakData,
    ReductionData,
    TargetData,
)
from optimiser.instance.timing import Ints
from optimiser.plan import Floats, TargetRow

TOLERANCE = 1e-5


def target_rows(books: Books, target: TargetData) -> list[TargetRow]:
    """The rows of one target in the order of years."""
    rows = {
        PeakData: _peak,
        ReductionData: _reduction,
        NeutralityData: _neutrality,
        IntensityData: _intensity,
        CarbonBudgetData: _carbon_budget,
        AvoidedData: _avoided,
        HistoricalData: _historical,
    }[type(target)]
    return sorted(rows(books, target), key=lambda r: (r.year, r.rule))  # type: ignore[operator]


def _row(
    books: Books, t: TargetData, rule: str, y: int, required: float, achieved: float, at_least: bool = False,
    unit: str = "ktCO2e", scale: float = 1.0,
) -> TargetRow:  # fmt: skip
    """`scale` turns the row's unit into kt, in which the tolerance is stated."""
    required, achieved = float(required), float(achieved)
    margin = achieved - required if at_least else required - achieved
    met = bool(margin * scale >= -TOLERANCE * max(1.0, abs(required) * scale))
    return TargetRow(t.id, t.kind, rule, int(books.instance.years[y]), required, achieved, margin, met, unit)


def gross_of(books: Books, t: TargetData) -> Floats:
    """Gross emissions that a target looks at (Y,)."""
    total = np.zeros(books.n)
    for s in t.sources:
        total = total + books.gross(s, t.ledger)
    return total


def _removed(books: Books, t: TargetData) -> Floats:
    total = np.zeros(books.n)
    for i in t.sinks:
        total = total + books.counted(books.instance.projects[i])
    return total


def _peak(books: Books, t: PeakData) -> Iterator[TargetRow]:
    gross = gross_of(books, t)
    allowed = 1 + t.tolerance
    if t.shape == "highest":
        top = float(np.max(gross[: t.by + 1]))
        for y in t.years:
            yield _row(books, t, "no year above the highest", y, allowed * top, gross[y])
    elif t.shape == "no_rise":
        for y in t.years:
            yield _row(books, t, "no rise on the year before", y, allowed * gross[y - 1], gross[y])
    elif len(t.years):
        before = gross[max(t.by - t.width + 1, 0) : t.by + 1]
        after = gross[t.by + 1 : t.by + 1 + t.width]
        last = t.by + len(after)
        yield _row(books, t, "mean after within mean before", last, allowed * before.mean(), after.mean())
    if t.cap is not None:
        for y in t.capped:
            yield _row(books, t, "at most", y, t.cap, gross[y])


def _reduction(books: Books, t: ReductionData) -> Iterator[TargetRow]:
    gross = gross_of(books, t)
    for y in t.years:
        yield _row(books, t, "gross emissions", y, t.cap[y], gross[y])


def _neutrality(books: Books, t: NeutralityData) -> Iterator[TargetRow]:
    gross, removed, credits = gross_of(books, t), _removed(books, t), books.credits(t.id)
    counted = credits.copy()
    for other, years in t.shared:
        counted += books.credits(other) * np.isin(np.arange(books.n), list(years))
    counted = np.minimum(counted, t.credits)
    for y in t.years:
        yield _row(books, t, "net emissions", y, 0.0, gross[y] - removed[y] - counted[y])
        if t.residual is not None:
            yield _row(books, t, "residual gross emissions", y, t.residual, gross[y])
        if t.admits_credits or credits[y] > 0:
            yield _row(books, t, "credits", y, t.on_sale[y], credits[y])
        if t.admits_credits and t.shared:
            # what is bought for divisions counts here, too, up to what this target admits
            yield _row(books, t, "credits counted", y, t.credits[y], counted[y])


def _intensity(books: Books, t: IntensityData) -> Iterator[TargetRow]:
    gross = gross_of(books, t)
    for y in t.years:
        per = float(t.denominator[y])
        # in tonnes: a kt per million is a number nobody reads
        yield _row(books, t, "intensity", y, t.limit * 1e3, gross[y] / per * 1e3, unit=t.unit, scale=per * 1e-3)


def _carbon_budget(books: Books, t: CarbonBudgetData) -> Iterator[TargetRow]:
    total = gross_of(books, t) - (_removed(books, t) if t.net else 0.0)
    rule = "net emissions together" if t.net else "gross emissions together"
    yield _row(books, t, rule, int(t.span[-1]), t.limit, total[t.span].sum())


def _avoided(books: Books, t: AvoidedData) -> Iterator[TargetRow]:
    total = t.baseline + books.avoided_counted(t.entities)
    for y in t.years:
        yield _row(books, t, "avoided at customers", y, t.floor[y], total[y], at_least=True)


def _historical(books: Books, t: HistoricalData) -> Iterator[TargetRow]:
    total = float(_removed(books, t)[: t.by + 1].sum())
    yield _row(books, t, "durable removals together", t.by, t.stock, total, at_least=True)


def shortfalls(target: TargetData, rows: list[TargetRow], years: Ints) -> Floats:
    """The shortfall in kt by year (Y,): the greatest among the rules of that year."""
    short = np.zeros(len(years))
    first = int(years[0])
    for row in rows:
        scale = float(target.denominator[row.year - first]) * 1e-3 if isinstance(target, IntensityData) else 1.0
        short[row.year - first] = max(
            short[row.year - first], -row.margin * (scale if row.rule == "intensity" else 1.0)
        )
    return short
