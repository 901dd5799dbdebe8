"""Smallest sets: what cannot hold together, and what must change for all of the rest to hold.

A set is *in conflict* if there is no plan with it, and smallest if there is one without any of its members. What is in
no smallest conflict is innocent. A *way out* hits every conflict: without it there is a plan. Conflicts and ways out
are found together: a set that hits every conflict known is a way out, or shows another conflict (Reiter 1987).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from optimiser.explain.items import KINDS, Item

Holds = Callable[[Sequence[Item]], bool | None]
"""Whether there is a plan with these items only; None where that is not known."""
MOST_CONFLICTS = 6
WIDEST = 2
"""Members of a way out at most."""


@dataclass
class Shrinking:
    """Takes away what can go while there is no plan, up to `most` that must stay. `certain`: every answer was known."""

    holds: Holds
    most: int | None = None
    certain: bool = True
    staying: int = 0

    def shrunk(self, items: Sequence[Item]) -> list[Item]:
        """A smallest conflict within a set that is one: kind by kind, those that a planner would name last first."""
        kept = list(items)
        kinds = list(dict.fromkeys(i.kind for i in kept))
        for kind in sorted(kinds, key=lambda k: KINDS.index(k) if k in KINDS else -1):
            kept = self._without(kept, [i for i in kept if i.kind == kind])
        return kept

    def _without(self, kept: list[Item], suspects: list[Item]) -> list[Item]:
        """Halves the suspects until it is known which of them must stay."""
        if self.most is not None and self.staying > self.most:
            return kept
        rest = [i for i in kept if i not in suspects]
        answer = self.holds(rest)
        if answer is False:
            return rest
        if len(suspects) == 1:
            self.certain &= answer is not None
            self.staying += 1
            return kept
        half = len(suspects) // 2
        kept = self._without(kept, suspects[:half])
        return self._without(kept, [i for i in suspects[half:] if i in kept])


@dataclass
class Map:
    """Conflicts, and ways out as sets of items; `open`: those that may be one, where that was not found out.

    `certain`: the first conflict is smallest for sure.
    """

    conflicts: list[tuple[Item, ...]]
    ways_out: list[frozenset[Item]] = field(default_factory=list)
    open: list[frozenset[Item]] = field(default_factory=list)
    certain: bool = True


def explore(items: Sequence[Item], holds: Holds, quick: Holds = lambda _: None) -> Map:
    """The conflicts of a set that is one, and the smallest ways out of all of them.

    `quick` knows less than `holds`, and sooner: what it sees to be in conflict is searched further, so that the hard
    questions are asked of a few items only.
    """
    first = Shrinking(holds)
    found = Map([tuple(first.shrunk(_narrowed(items, quick)))], certain=True)
    found.certain = first.certain
    queue = [frozenset([i]) for i in found.conflicts[0]]
    seen = set(queue)
    while queue:
        hit = queue.pop(0)
        if any(way <= hit for way in found.ways_out):
            continue
        missed = next((c for c in found.conflicts if hit.isdisjoint(c)), None)
        if missed is None:
            rest = [i for i in items if i not in hit]
            answer = holds(rest)
            if answer is True:
                found.ways_out.append(hit)
                continue
            if answer is None:
                found.open += [hit] if len(hit) == 1 else []
                continue
            if len(found.conflicts) >= MOST_CONFLICTS:
                continue
            shrinking = Shrinking(holds)
            missed = tuple(shrinking.shrunk(_narrowed(rest, quick)))
            found.conflicts.append(missed)
        if len(hit) < WIDEST or (not found.ways_out and len(hit) <= WIDEST):
            wider = [hit | {i} for i in missed]
            queue += [w for w in wider if w not in seen]
            seen |= set(wider)
    return found


def _narrowed(items: Sequence[Item], quick: Holds) -> Sequence[Item]:
    """A part of a conflict that is one for reasons that are quick to see; all of it where there is none."""
    return Shrinking(quick).shrunk(items) if quick(items) is False else items
