"""Finance to numbers: years of issue, debt service per unit issued, and which budgets an instrument is felt by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.finance import Schedule, amortise
from optimiser.instance.data import BudgetData, EntityData, ProjectData, TargetData
from optimiser.instance.fleet_data import FleetData
from optimiser.instance.funding import (
    CeilingData,
    EligibleData,
    FinanceData,
    FundingData,
    Service,
    StepUpData,
    TaxData,
)
from optimiser.instance.paths import Paths
from optimiser.instance.timing import Floats, Ints
from optimiser.scenario.finance import (
    Amortising,
    Bond,
    Debt,
    Deposit,
    Funding,
    Grant,
    Limit,
    SustainabilityLinked,
)
from optimiser.scenario.model import Scenario


@dataclass(frozen=True, eq=False)
class World:
    """What instruments refer to."""

    scenario: Scenario
    paths: Paths
    entities: tuple[EntityData, ...]
    projects: tuple[ProjectData, ...]
    fleets: tuple[FleetData, ...]
    budgets: tuple[BudgetData, ...]
    targets: tuple[TargetData, ...]

    def entity(self, name: str | None) -> int:
        """Index of an entity; of the single top one without a name."""
        top = next((i for i, e in enumerate(self.entities) if e.parent is None), 0)
        return next((i for i, e in enumerate(self.entities) if e.id == name), top)


def compile_finance(world: World) -> FinanceData:
    """The sections `finance` and `tax` as numbers."""
    entries = world.scenario.finance
    funding = tuple(_funding(world, n, e) for n, e in entries.items() if isinstance(e, Funding | Deposit))
    ceilings = tuple(_ceiling(world, n, e, funding) for n, e in entries.items() if isinstance(e, Limit))
    tax, rise = world.scenario.tax, world.scenario.inflation or 0.0
    data = TaxData(tax.rate, tax.years, tax.operating, rise) if tax is not None else None
    return FinanceData(funding, ceilings, data)


def _funding(world: World, name: str, entry: Funding | Deposit) -> FundingData:
    entity, years = world.entity(entry.entity), _years(world, entry)
    least, most = entry.ticket if entry.ticket is not None else (0.0, None)
    eligible = _eligible(world, entry, entity) if isinstance(entry, Funding) else None
    old_years = np.array(sorted(entry.issued) if isinstance(entry, Debt) else [], dtype=int)
    old_amounts = np.array([entry.issued[int(y)].value for y in old_years] if isinstance(entry, Debt) else [])
    service, old = _service(world, entry, years), _service(world, entry, old_years)
    relieves, burdens = _felt_by(world, entry, entity, eligible)
    amount = getattr(entry, "amount", None)
    return FundingData(
        id=name,
        label=entry.name or name,
        kind=entry.kind,  # type: ignore[union-attr]
        entity=entity,
        sign=-1 if isinstance(entry, Deposit) else 1,
        years=years,
        least=least,
        most=float("inf") if most is None else most,
        issues=getattr(entry, "issues", None),
        amount=amount.value if amount is not None else None,
        revolving=getattr(entry, "revolving", False),
        committed=getattr(entry, "committed", False),
        fee=getattr(entry, "fee", 0.0),
        rates=world.paths.at(entry.rate, years) if isinstance(entry, Debt | Deposit) else np.zeros(len(years)),
        inflation=_inflation(world, entry) if isinstance(entry, Debt | Deposit) else 0.0,
        service=service,
        old=old.of(old_amounts),
        eligible=eligible,
        relieves=relieves,
        burdens=burdens,
        step_up=_step_up(world, entry, years, old_years, old_amounts),
    )


def _years(world: World, entry: Funding | Deposit) -> Ints:
    until = getattr(entry, "until", None)
    horizon = world.paths.years
    issue = np.array(entry.issue) if entry.issue is not None else horizon
    return np.intersect1d(issue, horizon if until is None else horizon[horizon <= until])


def _eligible(world: World, entry: Funding, entity: int) -> EligibleData | None:
    filters = entry.eligible
    if filters is None and not isinstance(entry, Grant):
        return None
    place = world.entity(filters.entity) if filters is not None and filters.entity is not None else entity
    window = entry.allocation
    return EligibleData(
        entities=world.entities[place].below,
        tags=frozenset(filters.tags) if filters is not None and filters.tags is not None else None,
        owners=frozenset(filters.projects) if filters is not None and filters.projects is not None else None,
        share=1.0 if entry.share is None else entry.share,
        before=window.before if window is not None else 0,
        after=window.after if window is not None else 0,
    )


def _schedule(entry: Debt | Deposit, rate: float) -> Schedule:
    at_maturity = isinstance(entry, Bond | Deposit) and entry.coupon == "at_maturity"
    if isinstance(entry, Amortising):
        return amortise(rate, entry.tenor, entry.repayment, entry.interest_only)
    return amortise(rate, entry.tenor, at_maturity=at_maturity)


def _inflation(world: World, entry: Debt | Deposit) -> float:
    own = entry.inflation if entry.inflation is not None else world.scenario.inflation
    return own or 0.0


def _service(world: World, entry: Funding | Deposit, issued: Ints) -> Service:
    """Debt service per unit issued in each of the years `issued` (V,), in real money."""
    horizon = world.paths.years
    shape = (len(issued), len(horizon))
    interest, repayment, outstanding = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    interest_after, repayment_after = np.zeros(len(issued)), np.zeros(len(issued))
    if isinstance(entry, Grant) or not isinstance(entry, Debt | Deposit):
        return Service(interest, repayment, outstanding, interest_after, repayment_after)
    rates, rise = world.paths.at(entry.rate, issued), 1 + _inflation(world, entry)
    for j, (v, rate) in enumerate(zip(issued, rates, strict=True)):
        plan = _schedule(entry, float(rate))
        since = horizon - v
        within = (since >= 0) & (since <= entry.tenor)
        worth = rise ** -since[within].astype(float)
        for table, values in ((interest, plan.interest), (repayment, plan.repayment), (outstanding, plan.outstanding)):
            table[j, within] = np.array(values)[since[within]] * worth
        left = int(horizon[-1] - v) + 1  # years since the issue at the settlement
        if 0 < left <= entry.tenor:
            principal = 1 - sum(plan.repayment[:left])
            worth_then = rise**-left
            repayment_after[j] = principal * worth_then
            interest_after[j] = (plan.outstanding[left - 1] * (1 + rate) - principal) * worth_then
    return Service(interest, repayment, outstanding, interest_after, repayment_after)


def _step_up(
    world: World, entry: Funding | Deposit, years: Ints, old_years: Ints, old_amounts: Floats
) -> StepUpData | None:
    """The target is looked at in its years up to the first year of the higher rate, or else in its first one."""
    if not isinstance(entry, SustainabilityLinked):
        return None
    horizon = world.paths.years
    tested = next(t.years for t in world.targets if t.id == entry.target)
    start = entry.from_year
    if start is None:
        start = int(horizon[tested[0]]) if len(tested) else int(horizon[-1]) + 2
    observed = tested[horizon[tested] <= start] if np.any(horizon[tested] <= start) else tested[:1]
    rise = 1 + _inflation(world, entry)

    def extra(issued: Ints) -> tuple[Floats, Floats]:
        table, after = np.zeros((len(issued), len(horizon))), np.zeros(len(issued))
        for j, v in enumerate(issued):
            owed = _schedule(entry, float(world.paths.at_year(entry.rate, int(v)))).outstanding  # type: ignore[arg-type]
            for k in range(1, entry.tenor + 1):  # type: ignore[union-attr]
                year, amount = int(v) + k, owed[k - 1] * entry.step_up * rise**-k  # type: ignore[union-attr]
                if year >= start and horizon[0] <= year <= horizon[-1]:
                    table[j, year - int(horizon[0])] = amount
                elif year >= start and year == int(horizon[-1]) + 1:
                    after[j] = amount
        return table, after

    table, after = extra(years)
    old, old_after = extra(old_years)
    return StepUpData(entry.target, observed, table, after, old_amounts @ old, float(old_amounts @ old_after))


def _felt_by(
    world: World, entry: Any, entity: int, eligible: EligibleData | None
) -> tuple[frozenset[str], frozenset[str]]:
    """Budgets that the proceeds add to, and those that bear the debt service.

    Proceeds with a use add to the budgets that cover all of it; proceeds for general purposes, to budgets of the
    borrower or above that are not narrowed. The service weighs on cash budgets that had the proceeds, and on those of
    the borrower or above that are not narrowed.
    """
    relieves, burdens = set(), set()
    for b in world.budgets:
        own = entity in b.entities and b.tags is None and not b.named
        gets = not isinstance(entry, Deposit) and (own if eligible is None else _covers(world, b, eligible))
        if gets:
            relieves.add(b.id)
        if b.covers == "cash" and (gets or own):
            burdens.add(b.id)
    return frozenset(relieves), frozenset(burdens)


def _covers(world: World, b: BudgetData, eligible: EligibleData) -> bool:
    """True where a budget covers all that is eligible: by its filters, or project by project and change by change.

    A project without capex has nothing that could be paid for.
    """
    narrower = b.tags is None or (eligible.tags is not None and eligible.tags <= b.tags)
    if eligible.entities <= b.entities and narrower and not b.named:
        return True
    spending = [p for p in world.projects if np.any(p.capex > 0)]
    members = {p.index for p in spending if eligible.takes(p.id, frozenset({p.entity}), p.tags)}
    changes = [(frozenset({f.entity}), f.id, c) for f in world.fleets for c in f.changes if np.any(c.spending)]
    others = [(place, c.tags) for place, fleet, c in changes if eligible.takes(fleet, place, c.tags)]
    seen = members <= set(b.projects) and all(b.sees("capex", place, tags) for place, tags in others)
    return seen and bool(members or others)


def _ceiling(world: World, name: str, entry: Limit, funding: tuple[FundingData, ...]) -> CeilingData:
    place = world.entity(entry.entity)
    limit = np.full(len(world.paths.years), np.inf)
    if entry.outstanding is not None:
        limit = np.minimum(limit, world.paths.over_horizon(entry.outstanding))
    if entry.share is not None:
        base = _base(world, place) if entry.of in (None, "revenue") else _series(world, str(entry.of))
        limit = np.minimum(limit, world.paths.over_horizon(entry.share) * base)
    covered = tuple(
        i
        for i, f in enumerate(funding)
        if f.is_debt
        and f.entity in world.entities[place].below
        and (entry.instruments is None or f.id in entry.instruments)
    )
    return CeilingData(name, entry.name or name, covered, limit)


def _base(world: World, place: int) -> Floats:
    revenue = world.entities[place].revenue
    return revenue if revenue is not None else np.zeros(len(world.paths.years))


def _series(world: World, name: str) -> Floats:
    return world.paths.over_horizon(world.scenario.series[name])
