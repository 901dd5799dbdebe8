"""A conflict in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from optimiser.explain.fitting import in_words
from optimiser.explain.items import listed, words
from optimiser.instance import Instance

if TYPE_CHECKING:
    from optimiser.explain.conflict import Conflict

STOPPED = "It was stopped"


def sentences(instance: Instance, conflict: Conflict, stopped: str) -> Iterator[str]:
    """What cannot hold, when, on what it rests, by how much it is short, and what would do."""
    items = conflict.items
    if not items:
        yield "The projects' own rules contradict each other: no target or limit is to blame."
        if not conflict.facts:
            yield "Look at commitments, `requires`, `excludes`, and sources supplied with more than they need."
    else:
        yield from _together(instance, conflict, stopped)
    for target, by_year in conflict.short.items():
        worst = max(by_year, key=lambda y: by_year[y])
        yield f"{target} would be short by at least {tonnes(sum(by_year.values()))} in {_span(by_year)}" + (
            f" (most in {worst}: {tonnes(by_year[worst])})." if len(by_year) > 1 else "."
        )
    for other in conflict.others:
        names = [words(instance, i) for i in other]
        yield f"Nor can these hold together: {listed(names)}." if len(names) > 1 else f"Nor can {names[0]} hold."
    yield from (in_words(misfit) for misfit in conflict.unfit)
    if conflict.facts:
        facts = listed([words(instance, f) for f in conflict.facts])
        yield f"{'They rest' if conflict.others else 'It rests'} on {facts}."
    if conflict.remedies:
        one = "This would do (it was solved):" if len(conflict.remedies) == 1 else ""
        yield one or "Any one of these would do (each was solved):"
        for remedy in conflict.remedies:
            yield f"- {remedy.words}" + ("" if remedy.least else " (less might do: there was no time to find out)")
            yield from (f"    {line}" for line in remedy.lines)
    elif conflict.minimal and not stopped and items:
        yield (
            "No single change of one of them that was tried would do."
            if conflict.tried
            else "No change was found that would do, but some that were tried took too long to be solved."
        )
    if stopped and conflict.minimal:
        yield f"{stopped}; {_longer(stopped)} may find more that would do."
    elif stopped or not conflict.minimal:
        yield (
            f"{stopped or 'Time ran out'} before it was known whether all of these are needed; "
            f"{_longer(stopped)} tells."
        )


def _longer(stopped: str) -> str:
    return "a run to the end" if stopped == STOPPED else "a longer --time-limit"


def _together(instance: Instance, conflict: Conflict, stopped: str) -> Iterator[str]:
    names = [words(instance, i) for i in conflict.items]
    if len(names) == 1:
        yield f"Whatever is started, {names[0]} cannot hold."
    else:
        yield f"No plan can keep these together: {listed(names)}."
        if conflict.minimal:
            yield "Without any one of them, the rest of them can hold."
    cut = [f"{words(instance, i)} in {_between(*conflict.years[i])}" for i in conflict.items if i in conflict.years]
    if cut:
        yield f"It is {listed(cut)} that {'clash' if len(cut) > 1 else 'clashes'}."


def _between(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _span(by_year: dict[int, float]) -> str:
    return _between(min(by_year), max(by_year))


def tonnes(kt: float) -> str:
    """An amount of emissions for reading."""
    if kt < 0.01:
        return f"{max(kt * 1000, 0.001):.3g} tCO2e"
    return f"{kt / 1000:.3g} MtCO2e" if kt >= 1000 else f"{kt:.3g} ktCO2e"
