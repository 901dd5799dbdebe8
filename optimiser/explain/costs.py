"""What each promise and limit costs in full: the plan without it, one by one; and what a year more or less changes.

A price at the margin speaks of one more unit while whole numbers stay. The full cost speaks of all of it, with every
decision open again; the two need not agree, and both are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimiser.errors import NoPlanError, UsageError
from optimiser.explain.case import Case
from optimiser.explain.items import Item, items_of, restricted, words
from optimiser.formulation import Question
from optimiser.instance import Instance
from optimiser.plan import Plan, Price
from optimiser.solve import Interrupt, Limits, answer_to, question_of
from optimiser.solve.searching import Watch


@dataclass(frozen=True)
class FullCost:
    """What would be saved without something (or lost, with a deadline earlier), in millions of present value.

    `saved` is None where there is no plan, or where none was found in time (`known` is False then). `open` is what the
    gaps of both plans leave open. `margin` is the highest of its prices, if it has any.
    """

    item: Item
    words: str
    change: str
    saved: float | None
    open: float
    margin: Price | None
    known: bool = True

    @property
    def is_decided(self) -> bool:
        """True where what is saved is more than the gaps leave open."""
        return self.saved is None or abs(self.saved) > self.open


@dataclass(eq=False)
class _Asking:
    case: Case
    plan: Plan
    limits: Limits
    watch: Watch | None
    interrupt: Interrupt

    def cost(self, item: Item, change: str, instance: Instance | None, question: Question, seconds: float) -> FullCost:
        """The difference that another instance makes."""
        mine = [p for p in self.plan.prices if (p.kind, p.id) == (item.kind, item.id) and p.is_main]
        margin = max(mine, default=None, key=lambda p: p.value)
        name = words(self.case.instance, item)
        if instance is None:
            return FullCost(item, name, change, None, 0.0, margin)
        told = (lambda _, p: self.watch(f"{item.id} {change}"[:30], p)) if self.watch is not None else None  # type: ignore[misc]
        try:
            found = answer_to(question, instance, replace(self.limits, seconds=seconds), told, self.interrupt)
        except NoPlanError:
            return FullCost(item, name, change, None, 0.0, margin, known=False)
        if found is None:
            return FullCost(item, name, change, None, 0.0, margin)
        left = (found.objective - found.bound) + (self.plan.objective - self.plan.bound)
        left = left if np.isfinite(left) else np.inf
        return FullCost(item, name, change, self.plan.objective - found.objective, left, margin)


def full_costs(
    case: Case, plan: Plan, limits: Limits, watch: Watch | None = None, interrupt: Interrupt | None = None
) -> Iterator[FullCost]:
    """What would be saved without each thing that can be negotiated, and without each target that may give way."""
    instance, asking = case.instance, _Asking(case, plan, limits, watch, interrupt or Interrupt())
    everything = items_of(instance)
    soft = [Item("target", t.id) for t in instance.targets if t.priority is not None or t.penalty is not None]
    seconds = limits.seconds / max(len(everything) + len(soft), 1)
    for item in [*(i for i in everything if i.kind == "target"), *soft, *(i for i in everything if i.kind != "target")]:
        yield asking.cost(item, "without it", without(instance, item), _asked(instance, plan, item), seconds)


def without(instance: Instance, item: Item) -> Instance:
    """The instance without one thing; targets that may give way stay, unless it is the one."""
    rest = restricted(instance, [i for i in items_of(instance) if i != item])
    kept = tuple(t for t in instance.targets if item != Item("target", t.id))
    return replace(rest, targets=kept)


def _asked(instance: Instance, plan: Plan, item: Item) -> Question:
    """The question of the plan, without what it says of a target that is gone."""
    question = question_of(instance, plan)
    if item.kind != "target":
        return question
    return replace(
        question,
        giving_way=question.giving_way - {item.id},
        at_most={t: most for t, most in question.at_most.items() if t != item.id},
    )


def delays(
    case: Case, plan: Plan, name: str, limits: Limits, watch: Watch | None = None, interrupt: Interrupt | None = None
) -> Iterator[FullCost]:
    """What is saved where a target's deadline is one and two years later, and lost one year earlier.

    Raises UsageError where the scenario has no such target, or the target no deadline.
    """
    target = case.scenario.targets.get(name)
    if target is None:
        raise UsageError(f"--delay {name}: the scenario has no such target; it has {', '.join(case.scenario.targets)}")
    by = getattr(target, "by", None)
    if by is None:
        raise UsageError(f"--delay {name}: this target has no `by` that could be moved")
    asking = _Asking(case, plan, limits, watch, interrupt or Interrupt())
    question = question_of(case.instance, plan)
    for years in (1, 2, -1):
        changed = case.changed({"targets": {name: {"by": by + years}}})
        change = f"by {by + years}"
        instance = changed.instance if changed is not None else None
        if instance is not None:
            yield asking.cost(Item("target", name), change, instance, question, limits.seconds / 3)
