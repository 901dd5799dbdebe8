"""Smaller commitments: fewer units, less of a size, or a project or an issue that is not decided yet after all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from optimiser.explain.bench import Bench, Override, Remedy
from optimiser.explain.case import least_amount
from optimiser.explain.figures import down, money, up
from optimiser.explain.items import Item

PARTS = 1000
"""Steps in which a least size is made smaller."""
ROUND = (2, 3)
"""Digits of a rounder amount, which is tried last."""


def commitment_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """As much of a project as can be, or none that is decided."""
    yield from least_ways(bench, item)
    yield from _undecided(bench, "projects", item.id, item.id)


def issue_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """A smaller issue, or one that is not decided."""
    yield from _smaller_ticket(bench, item.id)
    yield from _undecided(bench, "finance", item.id, f"issue {item.id}")


def _smaller_ticket(bench: Bench, name: str) -> Iterator[Remedy]:
    least, most = bench.case.entry("finance", name).ticket
    scale = money(bench.case)

    def at_least(value: float) -> Override:
        ticket: Any = {"min": scale.written(value)} if most is None else [scale.written(value), scale.written(most)]
        return {"finance": {name: {"ticket": ticket}}}

    value = _greatest(bench, least, at_least)
    if value is not None:
        words = f"an issue of {name} of at least {scale.written(value)} instead of {scale.written(least)}"
        yield bench.remedy(words, at_least(value))


def _greatest(bench: Bench, least: float, at_least: Callable[[float], Override]) -> float | None:
    """The greatest amount below `least` that is found to do, the rounder one of two that are close."""

    def part_of(part: int) -> float:
        return down(least * (1 - part / PARTS))

    with bench.oracle.share(0.6):
        part = bench.least_between(lambda part: at_least(part_of(part)), PARTS - 1)
    if part is None:
        return None
    rounder = (up(part_of(part), digits) for digits in ROUND)
    return next((v for v in rounder if part_of(part) < v < least and bench.works(at_least(v))), part_of(part))


def _undecided(bench: Bench, section: str, name: str, what: str) -> Iterator[Remedy]:
    override: Override = {section: {name: {"committed": False}}}
    if bench.works(override):
        yield Remedy(f"no commitment to {what}", override)


def least_ways(bench: Bench, item: Item) -> Iterator[Remedy]:
    """A least amount of a project that is no smaller than it must be."""
    project = bench.case.entry("projects", item.id)
    known = least_amount(project)
    if known is None:
        return
    key, least = known

    def fewer(k: int) -> Override:
        return _least(item.id, key, int(least) - k)

    def at_least(value: float) -> Override:
        return _least(item.id, key, text(value))

    def text(value: float) -> str:
        return f"{value:.10g} {project.size.min.unit}".strip()

    if key == "units":
        k = bench.least_step(fewer, int(least) - 1)
        if k is not None:
            number = int(least) - k
            words = f"{item.id} with at least {number} unit{'s' if number > 1 else ''} instead of {least:.10g}"
            yield bench.remedy(words, fewer(k))
        return
    value = _greatest(bench, least, at_least)
    if value is not None:
        yield bench.remedy(f"{item.id} with at least {text(value)} instead of {project.size.min.text}", at_least(value))


def _least(name: str, key: str, value: Any) -> Override:
    return {"projects": {name: {key: {"min": value}}}}
