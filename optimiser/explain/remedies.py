"""Remedies: changes of the file with which there is a plan.

Each is the least of its kind, rounded to the safe side, and verified: the file is read with the change, compiled and
solved as a whole.

A conflict says what cannot hold together; a remedy says what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from optimiser.explain import softer, wider
from optimiser.explain.bench import Bench, Remedy, joined
from optimiser.explain.items import Item

MOST = 12
"""Remedies that are offered."""
EACH = 2
"""Ways that are tried for a part of a remedy of several parts."""

WAYS: dict[str, Callable[[Bench, Item], Iterator[Remedy]]] = {
    "target": softer.ways,
    "budget": wider.money_ways,
    "resource": wider.resource_ways,
    "ceiling": wider.ceiling_ways,
    "group": wider.group_ways,
    "commitment": wider.commitment_ways,
    "issue": wider.commitment_ways,
    "terms": wider.terms_ways,
    "docks": wider.dock_ways,
    "market": wider.market_ways,
    "window": wider.window_ways,
    "requirement": wider.requirement_ways,
    "exclusion": wider.exclusion_ways,
}
"""By kind; for the kinds of fleets that are not here, nothing is offered."""


def ways_with(bench: Bench, item: Item) -> Iterator[Remedy]:
    """Verified changes of one thing."""
    yield from WAYS[item.kind](bench, item)


def remedies(bench: Bench, ways_out: list[frozenset[Item]]) -> Iterator[Remedy]:
    """Verified changes, single ones first: of what stands in every conflict, or of several things together."""
    order = list(WAYS)
    for way in sorted(
        ways_out, key=lambda w: (len(w), sorted(order.index(i.kind) if i.kind in WAYS else 99 for i in w))
    ):
        members = sorted(way, key=lambda i: (order.index(i.kind) if i.kind in WAYS else 99, i.id))
        if all(i.kind in WAYS for i in members):
            yield from _together(bench, members)


def _together(bench: Bench, members: list[Item]) -> Iterator[Remedy]:
    """Ways for the first with the others set aside, each with ways for the others on the file that it leaves."""
    first, rest = members[0], members[1:]
    if not rest:
        yield from ways_with(bench, first)
        return
    aside = Bench(bench.case, bench.oracle, bench.others | frozenset(rest))
    for one in islice(ways_with(aside, first), EACH):
        changed = bench.case.changed(one.override)
        if changed is None:
            continue
        after = Bench(changed, bench.oracle, bench.others)
        for other in islice(_together(after, rest), EACH):
            yield Remedy(f"{one.words}, and {other.words}", joined(one.override, other.override))
