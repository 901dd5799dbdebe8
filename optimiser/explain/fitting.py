"""What is committed and does not fit: a facility that makes more than its source needs, a cut of more than it emits.

That no source is supplied with more than it needs, nor falls below zero, is no promise that could be given up. Where
commitments alone have no plan, the least by which that would have to be broken says whether it is the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimiser.explain.bench import Bench, Remedy
from optimiser.explain.case import Case
from optimiser.explain.figures import KT, Scale, down, scale_of
from optimiser.explain.items import Item, restricted
from optimiser.explain.oracle import Least, Oracle
from optimiser.formulation import Question
from optimiser.instance.data import ProjectData

NEED, STREAM = "supplied_within_need", "abated_within_source"
DUST = 1e-6


@dataclass(frozen=True)
class Misfit:
    """A source and the committed projects that are too large for it: in its worst year they take `taken` of `there`.

    Both in `unit`, which is that of its activity where it is supplied (`supplied`), and of its emissions otherwise.
    """

    source: str
    projects: tuple[str, ...]
    year: int
    taken: float
    there: float
    unit: str
    supplied: bool


def misfits(case: Case, group: Sequence[Item], oracle: Oracle) -> list[Misfit]:
    """The sources for which what a conflict commits to is too large; none where it holds without any commitment."""
    decided = {i.id for i in group if i.kind == "commitment"}
    if not decided or any(i.kind == "target" for i in group):
        return []
    instance = case.instance
    committed = [p for p in instance.projects if p.id in decided]
    reached = sorted({s for p in committed for s in _sources_of(p)})
    core = restricted(instance, group)

    def broken(sources: Sequence[int]) -> Least | None:
        rows = frozenset((kind, instance.sources[s].id) for s in sources for kind in (NEED, STREAM))
        return oracle.least(core, Question(more=rows)) if rows else None

    answer = broken(reached)
    if answer is None:
        return []
    found = [s for s in reached if _excess(answer, instance.sources[s].id)]
    for s in found if len(found) > 1 else ():
        without = broken([other for other in found if other != s])
        if without is not None:
            answer, found = without, [other for other in found if other != s]
    return [m for s in found for m in _named(case, answer, s, committed)]


def _sources_of(p: ProjectData) -> Iterator[int]:
    yield from (a.source for a in p.abatements if a.form != "share")
    if p.delivery is not None and p.delivery.supplies is not None:
        yield p.delivery.supplies


def _excess(answer: Least, source: str) -> dict[tuple[str, int], float]:
    """By row and year, by how much what a source is or needs is exceeded."""
    more = answer.programme.of_variable(answer.model.more, answer.x)
    return {(kind, year): v for (kind, name, year), v in more.items() if name == source and v > DUST}


def _named(case: Case, answer: Least, s: int, committed: Sequence[ProjectData]) -> Iterator[Misfit]:
    instance, source = case.instance, case.instance.sources[s]
    excess = _excess(answer, source.id)
    if not excess:
        return
    kind, year = max(sorted(excess), key=lambda k: excess[k])
    y, scale = instance.year_index(year), KT
    whole: Any = source.baseline["location"]
    if kind == NEED and source.activity is not None:
        path = case.entry("sources", source.id).activity
        whole, scale = source.activity, scale_of(case, path) or Scale(1.0, "")
    left = float(
        np.broadcast_to(
            answer.programme.evaluate(answer.model.sources.left(s, "location"), answer.x), len(instance.years)
        )[y]
    )
    there = float(whole[y]) * left
    names = tuple(p.id for p in committed if s in _sources_of(p))
    taken = there + excess[kind, year]
    yield Misfit(source.id, names, year, taken / scale.factor, there / scale.factor, scale.unit, kind == NEED)


def smaller_ways(bench: Bench, misfit: Misfit) -> Iterator[Remedy]:
    """A least size of the one project that is too large, as much smaller as it is."""
    if len(misfit.projects) != 1:
        return
    (name,) = misfit.projects
    size = getattr(bench.case.entry("projects", name), "size", None)
    least = getattr(size, "min", None)
    if least is None or not least.number or misfit.there <= 0:
        return
    fits = f"{down(least.number * misfit.there / misfit.taken):.10g} {least.unit}".strip()
    override = {"projects": {name: {"size": {"min": fits}}}}
    if bench.works(override):
        yield Remedy(f"{name} with at least {fits} instead of {least.text}", override)


def in_words(misfit: Misfit) -> str:
    """Source, projects, numbers and year."""
    names = ", ".join(misfit.projects)
    many = len(misfit.projects) > 1
    unit = f" {misfit.unit}" if misfit.unit else ""
    there, taken = f"{misfit.there:.4g}{unit}", f"{misfit.taken:.4g}{unit}"
    needs, does = ("needs", "supply") if misfit.supplied else ("emits", "abate")
    verb = does if many else "supplies" if misfit.supplied else "abates"
    size = "are too large" if many else "is too large"
    source = f"{names} {size} for the source {misfit.source}"
    return f"{source}: it {needs} {there} in {misfit.year}, and {names} {verb} {taken}."
