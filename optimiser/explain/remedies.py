"""Remedies: changes of the file with which there is a plan.

Each is the least of its kind, rounded to the safe side, and verified: the file is read with the change, compiled and
solved as a whole.

A conflict says what cannot hold together; a remedy says what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from optimiser.explain import duties, smaller, softer, wider
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
    "commitment": smaller.commitment_ways,
    "issue": smaller.issue_ways,
    "terms": wider.terms_ways,
    "docks": wider.dock_ways,
    "changes": duties.change_ways,
    "rating": duties.rating_ways,
    "fueleu": duties.fueleu_ways,
    "fleet": duties.duty_ways,
    "market": wider.market_ways,
    "window": wider.window_ways,
    "requirement": wider.requirement_ways,
    "exclusion": wider.exclusion_ways,
    "least": smaller.least_ways,
}
"""By kind; for those that are not here, nothing is offered."""
ORDER = tuple(WAYS)


def ways_with(bench: Bench, item: Item) -> Iterator[Remedy]:
    """Verified changes of one thing."""
    yield from WAYS[item.kind](bench, item)


def remedies(bench: Bench, ways_out: Sequence[frozenset[Item]]) -> list[Remedy]:
    """Verified changes, single ones first: of what stands in every conflict, or of several things together.

    Each may take its share of the time that is left, so that a slow one takes none from those after it. Where there is
    a single one, the targets that stand in every conflict may give way as well.
    """
    negotiable = [w for w in ways_out if all(i.kind in WAYS for i in w)]
    ways = sorted(negotiable, key=lambda w: (len(w), sorted(_place(i) for i in w)))
    found: list[Remedy] = []
    for i, way in enumerate(ways):
        with bench.oracle.share(1 / (len(ways) - i)):
            found += islice(_together(bench, sorted(way, key=lambda i: (_place(i), i.id))), MOST - len(found))
    if len(found) == 1:
        alone = [i for way in ways if len(way) == 1 for i in way if i.kind == "target"]
        others = [remedy for i in alone for remedy in softer.giving_way(bench, i.id)]
        found += [o for o in others if o.override != found[0].override]
    return found


def _place(item: Item) -> int:
    return ORDER.index(item.kind)


def _together(bench: Bench, members: list[Item]) -> Iterator[Remedy]:
    """Ways for the first with the others set aside, each with ways for the others on the file that it leaves."""
    first, rest = members[0], members[1:]
    if not rest:
        yield from ways_with(bench, first)
        return
    aside = Bench(bench.case, bench.oracle, bench.others | frozenset(rest))
    with bench.oracle.share(1 / len(members)):
        ways = list(islice(ways_with(aside, first), EACH))
    for one in ways:
        changed = bench.case.changed(one.override)
        if changed is None:
            continue
        after = Bench(changed, bench.oracle, bench.others)
        for other in islice(_together(after, rest), EACH):
            both = joined(one.override, other.override)
            yield Remedy(f"{one.words}, and {other.words}", both, one.least and other.least)
