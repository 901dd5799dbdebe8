"""Identical projects are solved as units of one: the question is asked of the merged instance, the plan split again.

Whoever asks names projects of the instance as it is, and is answered so. See `instance.identical` for when it is exact.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.formulation import Question
from optimiser.instance import Instance
from optimiser.instance.data import ProjectData
from optimiser.instance.identical import Merged, merged, shared_out
from optimiser.instance.timing import Floats
from optimiser.plan import Decisions, Plan, Start

Members = tuple[ProjectData, ...]
New = list[Floats]
"""Units started in each year of the window (V,), by member."""


def merged_for(question: Question, instance: Instance) -> Merged | None:
    """The instance with those identical projects merged that the question does not name; None where there are none."""
    if question.unlike or question.least_familiar:  # every project is an element of a portfolio
        return None
    return merged(instance, {*question.held, *(instance.projects[i].id for i in question.fixed)})


def question_to(found: Merged, question: Question) -> Question:
    """The question as it is asked of the merged instance."""
    return replace(question, fixed={found.place[i]: amounts for i, amounts in question.fixed.items()})


def earlier_to(found: Merged, earlier: Decisions | None) -> Decisions | None:
    """What starts in an earlier plan, as starts of the merged instance."""
    if earlier is None:
        return None
    name = {p.id: one for one, members in found.members.items() for p in members}
    return replace(earlier, starts=tuple(replace(s, project=name.get(s.project, s.project)) for s in earlier.starts))


def split(found: Merged, instance: Instance, plan: Plan) -> Plan:
    """A plan of the merged instance as one of the instance: its units go to the projects in their order."""
    decided = plan.decisions
    starts: dict[str, list[Start]] = {}
    for s in decided.starts:
        starts.setdefault(s.project, []).append(s)
    new = {one: _new(starts.pop(one, []), members) for one, members in found.members.items()}
    for one, members in found.members.items():
        for p, amounts in zip(members, new[one], strict=True):
            at = np.flatnonzero(amounts > 0)
            starts[p.id] = [Start(p.id, int(p.starts[i]), float(amounts[i])) for i in at]
    decisions = replace(
        decided,
        starts=tuple(s for p in instance.projects for s in starts.get(p.id, ())),
        supplied=_supplied(decided, instance, found.members, new),
        used=_used(decided, instance, found.members, new),
    )
    return replace(plan, decisions=decisions)


def _new(starts: list[Start], members: Members) -> New:
    total = np.zeros(len(members[0].starts))
    for s in starts:
        total[s.year - int(members[0].starts[0])] += s.amount
    return [np.diff(started, prepend=0.0) for started in shared_out(np.cumsum(total), members)]


def _supplied(
    decided: Decisions, instance: Instance, members: dict[str, Members], new: dict[str, New]
) -> dict[tuple[str, int], float]:
    """What is used on site, by what each one makes."""
    result: dict[tuple[str, int], float] = {}
    for (one, y), amount in decided.supplied.items():
        own = members.get(one)
        if own is None:
            result[one, y] = amount
            continue
        effect = own[0].effect[:, instance.year_index(y)]
        result |= {(p.id, y): part for p, part in _parts(own, [float(n @ effect) for n in new[one]], amount)}
    return result


def _used(
    decided: Decisions, instance: Instance, members: dict[str, Members], new: dict[str, New]
) -> dict[tuple[str, int, str, int], float]:
    """What issues pay for, by what each one spends."""
    result: dict[tuple[str, int, str, int], float] = {}
    for (i, v, owner, y), amount in decided.used.items():
        own = members.get(owner)
        if own is None:
            result[i, v, owner, y] = amount
            continue
        spending = np.maximum(own[0].capex[:, instance.year_index(y)], 0.0)
        parts = _parts(own, [float(n @ spending) for n in new[owner]], amount)
        result |= {(i, v, p.id, y): part for p, part in parts}
    return result


def _parts(members: Members, weights: list[float], amount: float) -> list[tuple[ProjectData, float]]:
    """An amount by weight; all of it to the first where there is none."""
    total = sum(weights)
    if total <= 0:
        return [(members[0], amount)]
    return [(p, amount * w / total) for p, w in zip(members, weights, strict=True) if w > 0]
