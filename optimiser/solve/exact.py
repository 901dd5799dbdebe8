"""Products of sizes: two measures of any size on one source multiply, which no linear programme can say exactly.

The model cuts one of the two into steps and envelops the product within a step: its bound holds, its plan may be a
little off. Here the sizes are fixed in turn, all but one on each source; with the others fixed the rest is exact. Where
that leaves a gap, the steps are made finer.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.errors import NoPlanError
from optimiser.formulation import Question
from optimiser.solve.outcome import relative_gap
from optimiser.solve.reading import polish
from optimiser.solve.searching import Found, Search

DIGITS = (7, 12, 17)
TURNS = 6

Groups = list[tuple[int, ...]]


def make_exact(search: Search, question: Question, found: Found) -> Found:
    """The best exact plan near an enveloped one, with the bound of the envelope. Raises NoPlanError."""
    groups = sorted(found.model.entangled)
    best: Found | None = None
    bound = found.bound
    for digits in DIGITS:
        if digits != question.digits:
            question = replace(question, digits=digits)
            model, programme, outcome = search.solve(question, "finer steps of sizes")
            if outcome.x is None:
                break
            found = Found(model, programme, outcome, max(bound, outcome.bound))
            bound = found.bound
        best = _by_turns(search, question, groups, found, best)
        if best is not None and relative_gap(best.outcome.objective, bound) <= search.limits.gap:
            break
        if search.left() <= 0 or search.interrupt.is_set:
            break
    if best is None:
        raise NoPlanError("overlapping measures of any size could not be made exact; give one of them `units`")
    return Found(best.model, best.programme, best.outcome, bound)


def _by_turns(search: Search, question: Question, groups: Groups, found: Found, best: Found | None) -> Found | None:
    """Fixes all but one size of each source, solves, and goes on from there with another one left free."""
    sizes = _sizes(search, groups, found)
    idle = 0
    for turn in range(TURNS):
        patience = 10.0 if best is None else 0.1
        free = _free(groups, turn)
        fixed = {i: amounts for i, amounts in sizes.items() if i not in free}
        model, programme, outcome = search.solve(replace(question, fixed=fixed), "exact products", at_least=patience)
        idle += 1
        if outcome.x is not None:
            now = Found(model, programme, polish(programme, outcome), found.bound)
            if best is None or now.outcome.objective < best.outcome.objective - 1e-9 * abs(best.outcome.objective):
                best, idle = now, 0
            sizes = _sizes(search, groups, best)
        over = search.left() <= 0 or search.interrupt.is_set
        if idle >= max(len(g) for g in groups) or (over and best is not None):
            break
    return best


def _sizes(search: Search, groups: Groups, found: Found) -> dict[int, np.ndarray]:
    """Units started by each year, of every project that is entangled with another."""
    assert found.outcome.x is not None
    started = found.programme.values(found.model.started.columns, found.outcome.x)
    sizes = {}
    for i in {i for group in groups for i in group}:
        at = found.model.started.offsets[i]
        amounts = np.clip(started[at : at + len(search.instance.projects[i].starts)], 0, None)
        sizes[i] = np.maximum.accumulate(amounts)
    return sizes


def _free(groups: Groups, turn: int) -> set[int]:
    """At most one project of each group, another one each turn."""
    free: set[int] = set()
    for group in groups:
        chosen = group[turn % len(group)]
        others = {i for g in groups if chosen in g for i in g} - {chosen}
        if not others & free:
            free.add(chosen)
    return free
