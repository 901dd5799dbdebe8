"""Alternatives: portfolios that cost nearly as little as the cheapest, each unlike those before it.

From the cheapest plan on, the search asks again and again for a portfolio within the allowance that has as little as
can be of what the known ones have (Brill, Chang and Hopkins 1982), and differs from each of them in at least one
element. Of every portfolio the cheapest schedule is then found, and audited. Where no other portfolio is left, all were
found. What appears in all, or in none, is asked about once more: is there a plan within the allowance without it, or
with it? Only where there is provably none it is called core or never.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from optimiser.audit import audit
from optimiser.errors import NoPlanError
from optimiser.formulation import Question
from optimiser.formulation.portfolios import Element, elements, held_in, held_out, portfolio_of
from optimiser.instance import Instance
from optimiser.plan import Accounts, Floats, Plan
from optimiser.solve import Interrupt, Limits, answer_to, question_of
from optimiser.solve.reading import read_decisions
from optimiser.solve.searching import Search, Watch

Held = dict[str, tuple[Floats, Floats]]
Role = Literal["core", "in all found", "optional", "in none found", "never"]
SLACK = 1e-9


@dataclass(frozen=True)
class Portfolio:
    """A set of elements with its cheapest plan, audited. `extra`: cost above that of the cheapest, relative."""

    members: frozenset[str]
    plan: Plan
    accounts: Accounts
    extra: float


@dataclass(frozen=True)
class Appearance:
    """How often an element appears, and what is proven: `core` and `never` hold of every plan within the allowance."""

    element: Element
    times: int
    role: Role


@dataclass(frozen=True)
class Alternatives:
    """What was found. `complete`: no other portfolio is within the allowance. `stopped`: what ended the search."""

    within: float
    allowance: float
    portfolios: tuple[Portfolio, ...]
    appearances: tuple[Appearance, ...]
    complete: bool
    stopped: str


@dataclass(eq=False)
class _Study:
    instance: Instance
    base: Question
    allowance: float
    limits: Limits
    watch: Watch | None
    interrupt: Interrupt
    deadline: float

    @property
    def left(self) -> float:
        return max(self.deadline - time.monotonic(), 0.0)

    @property
    def is_over(self) -> bool:
        return self.left <= 0 or self.interrupt.is_set

    def members(self, question: Question, words: str) -> frozenset[str] | None:
        """The portfolio that answers a question; None where there is none. Raises NoPlanError where time ran out."""
        limits = replace(self.limits, gap=0.2) if question.least_familiar else self.limits  # any that differs will do
        search = Search(self.instance, limits, self.watch, self.interrupt, self.deadline, [], {})
        question = replace(question, within=self.allowance)
        model, programme, outcome = search.solve(question, words)
        if outcome.status == "infeasible":
            return None
        if outcome.x is None:
            raise NoPlanError(f"no portfolio was found before the {outcome.reason}")
        return portfolio_of(self.instance, read_decisions(model, programme, outcome.x))

    def cheapest(self, members: frozenset[str]) -> Plan | None:
        """The cheapest plan with exactly these members."""
        held, changes = holding(self.instance, members)
        question = replace(self.base, held=held, changes=changes)
        return answer_to(question, self.instance, replace(self.limits, seconds=self.left), self.watch, self.interrupt)


def holding(instance: Instance, members: frozenset[str]) -> tuple[Held, dict[str, bool]]:
    """What holds every element in or out: bounds of projects, and changes of fleets."""
    held: Held = {}
    changes: dict[str, bool] = {}
    for e in elements(instance):
        if e.project is not None:
            p = instance.projects[e.project]
            held[p.id] = held_in(p) if e.id in members else held_out(p)
        else:
            changes[e.id] = e.id in members
    return held, changes


def find_alternatives(
    instance: Instance,
    best: Plan,
    limits: Limits,
    within: float = 0.01,
    count: int = 10,
    watch: Watch | None = None,
    interrupt: Interrupt | None = None,
) -> Alternatives:
    """Up to `count` portfolios that cost at most a share `within` more than the best plan, that one first.

    The share is of the plan's cost, or of a fifth of the money spent where savings push the cost below that.
    `limits.seconds` are for all of it.
    """
    accounts = audit(instance, best)
    scale = max(abs(best.objective), accounts.spending * 0.2)
    allowance = best.objective + within * scale + SLACK * max(1.0, scale)
    study = _Study(
        instance, question_of(instance, best), allowance, limits, watch, interrupt or Interrupt(),
        time.monotonic() + limits.seconds,
    )  # fmt: skip
    found = [Portfolio(portfolio_of(instance, best.decisions), best, accounts, 0.0)]
    complete, stopped = _search(study, found, count, scale)
    appearances = tuple(_appearances(study, found, complete))
    if not stopped and study.is_over:
        stopped = "interrupt" if study.interrupt.is_set else "time limit"
    found[1:] = sorted(found[1:], key=lambda p: p.plan.objective)
    return Alternatives(within, allowance, tuple(found), appearances, complete, stopped)


def _search(study: _Study, found: list[Portfolio], count: int, scale: float) -> tuple[bool, str]:
    """Adds portfolios until there are enough; whether there is no other, and what ended the search early."""
    best = found[0].plan.objective
    known = [found[0].members]
    while len(found) < count:
        if study.is_over:
            return False, "interrupt" if study.interrupt.is_set else "time limit"
        question = replace(study.base, unlike=tuple(known), least_familiar=True)
        try:
            members = study.members(question, f"another portfolio ({len(found) + 1})")
            if members is None:
                return True, ""
            plan = study.cheapest(members)
        except NoPlanError as error:
            return False, str(error)
        known.append(members)
        if plan is None or plan.objective > study.allowance + 1e-6 * max(1.0, scale) or members in known[:-1]:
            return False, "a portfolio that the solver's tolerance let pass"
        extra = (plan.objective - best) / scale if scale > 0 else 0.0
        found.append(Portfolio(members, plan, audit(study.instance, plan), max(extra, 0.0)))
    return False, ""


def _appearances(study: _Study, found: list[Portfolio], complete: bool) -> Iterator[Appearance]:
    for e in elements(study.instance):
        times = sum(e.id in p.members for p in found)
        if 0 < times < len(found):
            yield Appearance(e, times, "optional")
            continue
        answer = False if complete else _is_possible(study, e, appears=times == 0)
        if times:
            role: Role = "core" if answer is False else "optional" if answer else "in all found"
        else:
            role = "never" if answer is False else "optional" if answer else "in none found"
        yield Appearance(e, times, role)


def _is_possible(study: _Study, e: Element, appears: bool) -> bool | None:
    """Whether a plan within the allowance has (or has not) an element; None where that was not found out."""
    if study.is_over:
        return None
    question = study.base
    if e.project is None:
        question = replace(question, changes={e.id: appears})
    else:
        p = study.instance.projects[e.project]
        if not appears and p.committed:
            return False
        question = replace(question, held={p.id: held_in(p) if appears else held_out(p)})
    try:
        words = f"{'with' if appears else 'without'} {e.id}"
        return study.members(question, words[:30]) is not None
    except NoPlanError:
        return None
