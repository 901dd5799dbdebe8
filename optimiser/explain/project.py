"""Why a project is in a plan, out of it, or starts when it does.

The plan is asked again with the project held in, out, or in another year: what that costs more is the reason. What it
takes and gives at the margin stands beside it: the money and tonnes that the plan has with it and not without, at the
prices of the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimiser.audit import Books, recompute
from optimiser.errors import NoPlanError, UsageError
from optimiser.formulation.portfolios import held_from, held_in, held_out
from optimiser.instance import Instance
from optimiser.instance.data import IntensityData, ProjectData
from optimiser.instance.timing import Floats
from optimiser.plan import Accounts, Decisions, Plan, Price, Start
from optimiser.solve import Interrupt, Limits, answer_to, question_of
from optimiser.solve.searching import Watch

MOST_YEARS = 10
"""Years that are tried."""


@dataclass(frozen=True)
class Trial:
    """A plan with the project held: what it costs more, and how much of that the gaps leave open (both in millions).

    `more` is None where there is no such plan, or where none was found in time (`known` is False then).
    """

    what: str
    year: int | None
    more: float | None
    open: float = 0.0
    known: bool = True

    @property
    def is_decided(self) -> bool:
        """True where the difference is more than the gaps leave open."""
        return self.more is None or abs(self.more) > self.open


@dataclass(frozen=True)
class Part:
    """What a project takes (positive) or gives at the margin, as present value in millions: of what, and how much."""

    what: str
    year: int | None
    amount: float
    unit: str
    price: float

    @property
    def value(self) -> float:
        """Amount times price."""
        return self.amount * self.price


@dataclass(frozen=True)
class Reason:
    """A project in a plan: when it starts, what other choices cost, and its account at the prices of the plan."""

    project: str
    label: str
    starts: tuple[Start, ...]
    committed: bool
    trials: tuple[Trial, ...]
    account: tuple[Part, ...]
    account_year: int | None
    complete: bool


def why_project(
    instance: Instance, plan: Plan, name: str, limits: Limits, watch: Watch | None = None,
    interrupt: Interrupt | None = None,
) -> Reason:  # fmt: skip
    """The reason for one project. Raises UsageError where the scenario has no such project."""
    project = next((p for p in instance.projects if p.id == name), None)
    if project is None:
        known = ", ".join(p.id for p in instance.projects[:12])
        raise UsageError(f"--project {name}: the scenario has no such project; it has {known}")
    trials = tuple(_trials(instance, plan, project, limits, watch, interrupt or Interrupt()))
    own = tuple(s for s in plan.decisions.starts if s.project == name)
    year = own[0].year if own else _best_year(trials)
    account = tuple(_account(instance, plan, project, year)) if year is not None else ()
    return Reason(
        name, project.label, own, project.committed, trials, account, year, all(t.known for t in trials)
    )  # fmt: skip


def _best_year(trials: tuple[Trial, ...]) -> int | None:
    """The cheapest year of those tried."""
    found = [t for t in trials if t.more is not None and t.year is not None]
    return min(found, key=lambda t: (t.more, t.year)).year if found else None


def _trials(
    instance: Instance, plan: Plan, project: ProjectData, limits: Limits, watch: Watch | None, interrupt: Interrupt
) -> Iterator[Trial]:
    now = min((s.year for s in plan.decisions.starts if s.project == project.id), default=None)
    holds: list[tuple[str, int | None, tuple[Floats, Floats]]] = []
    if now is None:
        holds.append(("in, whenever it is best", None, held_in(project)))
    elif not project.committed:
        holds.append(("out", None, held_out(project)))
    else:
        yield Trial("out", None, None)
    holds += [(f"first started in {y}", y, held_from(project, y)) for y in _years(project, now)]
    shared = replace(limits, seconds=limits.seconds / max(len(holds), 1))
    for what, year, held in holds:
        question = replace(question_of(instance, plan), held={project.id: held})
        told = (lambda _, p, what=what: watch(f"{project.id} {what}"[:30], p)) if watch is not None else None
        try:
            found = answer_to(question, instance, shared, told, interrupt)
        except NoPlanError:
            yield Trial(what, year, None, known=False)
            continue
        if found is None:
            yield Trial(what, year, None)
        else:
            left = (found.objective - found.bound) + (plan.objective - plan.bound)
            yield Trial(what, year, found.objective - plan.objective, left if np.isfinite(left) else np.inf)


def _years(project: ProjectData, now: int | None) -> list[int]:
    """Years to try: those next to the year of the plan, and others spread over the window."""
    window = [int(y) for y in project.starts if y != now]
    if len(window) <= MOST_YEARS:
        return window
    near = [y for y in window if now is not None and abs(y - now) <= 2]
    at = np.linspace(0, len(window) - 1, MOST_YEARS - len(near))
    return sorted({*near, *(window[round(i)] for i in at)})


def _account(instance: Instance, plan: Plan, project: ProjectData, year: int) -> Iterator[Part]:
    """The plan with the project less the plan without, at the prices of the plan; its own money first."""
    starts = tuple(s for s in plan.decisions.starts if s.project != project.id)
    own = tuple(s for s in plan.decisions.starts if s.project == project.id)
    one = own or (Start(project.id, year, max(project.least, 1.0) if project.integer else min(1.0, project.most)),)
    supplied = {k: v for k, v in plan.decisions.supplied.items() if k[0] != project.id}
    without = _accounts(instance, replace(plan.decisions, starts=starts, supplied=supplied))
    kept = plan.decisions.supplied if own else supplied
    having = _accounts(instance, replace(plan.decisions, starts=(*starts, *one), supplied=kept))
    spent = _own_money(instance, having, project.id) - _own_money(instance, without, project.id)
    yield Part("its own money", None, spent, f"M{instance.currency}", 1.0)
    for price in plan.prices:
        amount = _taken(instance, price, having) - _taken(instance, price, without)
        if abs(amount) * price.value > 1e-9:
            yield Part(_words(price), price.year, amount, price.unit, price.value)


def _own_money(instance: Instance, accounts: Accounts, name: str) -> float:
    """Present value of what a project costs, less what it saves, earns and is worth at the end."""
    kinds = ("capex", "opex", "energy", "income")
    paid = sum(float(accounts.money[kind][name] @ instance.discount) for kind in kinds)
    return paid - accounts.salvage[name] * instance.salvage_discount


def _accounts(instance: Instance, decisions: Decisions) -> Accounts:
    return recompute(Books(instance, decisions))


def _taken(instance: Instance, price: Price, accounts: Accounts) -> float:
    """How much of a limit's or a promise's room is taken, in the unit of its price."""
    y = instance.year_index(price.year)
    if price.kind == "target":
        target = next(t for t in instance.targets if t.id == price.id)
        rows = [r for r in accounts.targets if (r.id, r.rule, r.year) == (price.id, price.rule, price.year)]
        scale = float(target.denominator[y]) * 1e-3 if isinstance(target, IntensityData) else 1.0
        return -rows[0].margin * scale if rows else 0.0
    if price.kind == "budget":
        budget = next(b for b in instance.budgets if b.id == price.id)
        spend = accounts.budgets[price.id]["spend"]
        return float(spend[max(y - (budget.window or 1) + 1, 0) : y + 1].sum())
    if price.kind == "resource":
        return float(accounts.resources[price.id][y])
    if price.kind == "market" and price.rule.startswith("allowances"):
        covered = [
            accounts.carbon[m.id, a.id]["due"][y]
            for m in instance.markets
            if m.id == price.id
            for a in m.accounts
            if price.rule in ("allowances", f"allowances of {a.id}")
        ]
        return float(sum(covered))
    return 0.0


def _words(price: Price) -> str:
    return f"{price.kind} {price.id}" + (f", {price.rule}" if price.rule else "")
