"""The audit: recomputes a plan from the Instance and its decisions, and contradicts the model where it can.

It never imports the formulation. A difference beyond tolerance is an InternalError: no plan is shown.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.audit.accounts import Books
from optimiser.audit.carbon import broken_markets, earnings, positions
from optimiser.audit.claims import claims_of
from optimiser.audit.debt import NOT_SPENT, all_lines, broken_finance, debts_of
from optimiser.audit.limits import broken_limits, budget_account
from optimiser.audit.lines import lines_of
from optimiser.audit.promises import gross_of, shortfalls, target_rows
from optimiser.errors import InternalError
from optimiser.instance import Instance
from optimiser.instance.data import AvoidedData, Ledger, NeutralityData, ProjectData
from optimiser.plan import Accounts, Decisions, Floats, Plan, TargetRow

TOLERANCE = 1e-5


def audit(instance: Instance, plan: Plan) -> Accounts:
    """The accounts of a plan. Raises InternalError where they contradict what the model says."""
    books = Books(instance, plan.decisions)
    accounts = recompute(books)
    faults = broken_limits(books, accounts.budgets)
    faults += list(broken_markets(books))
    faults += broken_finance(books, lines_of(books))
    faults += _missed(instance, plan, accounts)
    faults += list(_contradictions(books, plan, accounts))
    if faults:
        listed = "\n  ".join(faults[:20])
        raise InternalError(f"the audit contradicts the model; no plan is given:\n  {listed}")
    return accounts


def recompute(books: Books) -> Accounts:
    """Everything a plan does, year by year."""
    instance = books.instance
    projects = instance.projects
    kinds = {"capex": books.capex, "opex": books.opex, "energy": books.energy, "income": books.income}
    money = {kind: {p.id: of(p) for p in projects} for kind, of in kinds.items()}
    salvage = {p.id: books.salvage(p) for p in projects}
    salvage |= {f.fleet.id: f.salvage for f in books.fleets}
    rows = {t.id: target_rows(books, t) for t in instance.targets}
    admitting = [t.id for t in instance.targets if isinstance(t, NeutralityData) and t.admits_credits]
    credits = {name: books.credits(name) for name in admitting}
    lines = all_lines(books, lines_of(books))
    after: dict[str, float] = {}
    for line in lines:
        owners = money.setdefault(line.kind, {})
        owners[line.owner] = owners.get(line.owner, np.zeros(books.n)) + line.values
        if line.after:
            after[line.owner] = after.get(line.owner, 0.0) + line.after
    penalties = _penalties(books, rows)
    amounts = [v for by in money.values() for v in by.values()] or [np.zeros(books.n)]
    objective = float((np.sum(amounts, axis=0) + penalties) @ instance.discount)
    objective += (sum(after.values()) - sum(salvage.values())) * instance.salvage_discount
    paid = [v for kind, by in money.items() if kind not in NOT_SPENT for v in by.values()] or [np.zeros(books.n)]
    spent = np.maximum(np.array(paid), 0).sum(axis=0)
    both: tuple[Ledger, ...] = ("location", "market")
    ledgers = [(s, i, ledger) for i, s in enumerate(instance.sources) for ledger in both]
    return Accounts(
        years=instance.years,
        discount=instance.discount,
        salvage_discount=instance.salvage_discount,
        money=money,
        salvage=salvage,
        after=after,
        penalties=penalties,
        baseline={(s.id, ledger): s.baseline[ledger] for s, _, ledger in ledgers},
        gross={(s.id, ledger): books.gross(i, ledger) for s, i, ledger in ledgers},
        removed={p.id: books.removed(p) for p in projects if p.removal_by_age is not None},
        avoided={p.id: books.avoided(p) for p in projects if _avoids(p)},
        credits=credits,
        resources={r.id: books.use(i) for i, r in enumerate(instance.resources)},
        resource_limits={r.id: r.limit for r in instance.resources},
        budgets={b.id: budget_account(books, b, lines) for b in instance.budgets},
        targets=tuple(row for found in rows.values() for row in found),
        objective=objective,
        spending=float(spent @ instance.discount),
        fleets={f.fleet.id: f.account() for f in books.fleets},
        carbon=positions(books),
        earned=earnings(books),
        debts=debts_of(books),
    )


def _avoids(p: ProjectData) -> bool:
    return p.avoids is not None or (p.delivery is not None and bool(np.any(p.delivery.displaces)))


def _penalties(books: Books, rows: dict[str, list[TargetRow]]) -> Floats:
    """What missed targets cost (Y,)."""
    penalties = np.zeros(books.n)
    for t in books.instance.targets:
        if t.penalty is not None:
            penalties = penalties + shortfalls(t, rows[t.id], books.instance.years) * t.penalty
    return penalties


def _missed(instance: Instance, plan: Plan, accounts: Accounts) -> list[str]:
    """Hard targets that are missed: soft ones may be, and are shown."""
    soft = {t.id for t in instance.targets if t.penalty is not None} | set(plan.gave_way)
    return [
        f"target {r.id} in {r.year}: {r.rule} {r.achieved:.6g}, required {r.required:.6g} {r.unit}"
        for r in accounts.targets
        if not r.met and r.id not in soft
    ]


def _contradictions(books: Books, plan: Plan, accounts: Accounts) -> Iterator[str]:
    claims, targets = plan.claims, books.instance.targets
    scale = max(1.0, abs(accounts.objective), accounts.spending)
    for name, value in (("objective", plan.objective), ("objective of the model", claims.objective)):
        if not abs(value - accounts.objective) <= TOLERANCE * scale:
            yield f"{name}: {value:.8g}, accounts {accounts.objective:.8g}"
    if not plan.bound <= plan.objective + TOLERANCE * scale:
        yield f"bound {plan.bound:.8g} above the objective {plan.objective:.8g}"
    for t in targets:
        if t.sources:
            yield from _differs(f"gross emissions of {t.id}", claims.gross.get(t.id), gross_of(books, t))
        if t.sinks:
            removed = np.sum([books.counted(books.instance.projects[i]) for i in t.sinks], axis=0)
            yield from _differs(f"removals for {t.id}", claims.removed.get(t.id), removed)
        if isinstance(t, AvoidedData):
            yield from _differs(f"avoided for {t.id}", claims.avoided.get(t.id), books.avoided_counted(t.entities))
    for b in books.instance.budgets:
        yield from _differs(f"spend of {b.id}", claims.spend.get(b.id), accounts.budgets[b.id]["spend"])


def _differs(what: str, claimed: Floats | None, found: Floats) -> Iterator[str]:
    if claimed is None:
        yield f"{what}: the model says nothing"
        return
    difference = np.abs(claimed - found)
    scale = np.maximum(1.0, np.abs(found))
    if not np.all(difference <= TOLERANCE * scale):
        worst = int(np.nanargmax(difference / scale)) if np.any(np.isfinite(difference)) else 0
        yield f"{what}, year {worst + 1}: model {claimed[worst]:.8g}, accounts {found[worst]:.8g}"


__all__ = ["Books", "Decisions", "audit", "claims_of", "recompute"]
