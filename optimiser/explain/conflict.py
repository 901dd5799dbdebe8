"""Why no plan exists: the promises and limits that cannot hold together, by how much they are short, and what would do.

Everything that can be negotiated is taken out in order of priority; what can go while no plan exists is innocent, what
must stay is in conflict. Every step is a solve of the whole model, so that it holds for integers too. What is offered
in the end is a change of the file, and each was solved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from optimiser.explain.bench import Bench, Remedy, one_a_place
from optimiser.explain.case import Case
from optimiser.explain.fitting import Misfit, misfits, smaller_ways
from optimiser.explain.items import Item, items_of, restricted
from optimiser.explain.oracle import Oracle, Tell
from optimiser.explain.remedies import remedies, ways_with
from optimiser.explain.search import Shrinking, explore
from optimiser.explain.sentences import STOPPED, sentences
from optimiser.explain.years import years_in_conflict
from optimiser.formulation import Question
from optimiser.instance import Instance
from optimiser.solve import Interrupt, Limits
from optimiser.solve.reading import read_claims

MOST_FACTS = 4
"""Windows and requirements that are named; a conflict that rests on more rests on all of them together."""


@dataclass(frozen=True)
class Conflict:
    """Items that cannot hold together; `minimal` False where time ran out.

    `years`: first and last year in which an item takes part, where those are not all. `short`: by target and year in
    kt, what all targets together miss at least. `more`: by budget (in millions), ceiling or resource and year, the
    least that this limit alone must be raised by for a plan to exist. `facts`: windows, requirements, exclusions and
    least amounts of projects that it rests on; `unfit`: sources for which what is committed is too large. `others`:
    further sets that cannot hold together. `remedies`: verified changes of the file; `tried` False where some change
    was neither proven to do nor to fail.
    """

    items: tuple[Item, ...]
    short: dict[str, dict[int, float]]
    more: dict[Item, dict[int, float]]
    minimal: bool
    sentences: tuple[str, ...]
    years: dict[Item, tuple[int, int]]
    facts: tuple[Item, ...] = ()
    others: tuple[tuple[Item, ...], ...] = ()
    remedies: tuple[Remedy, ...] = ()
    unfit: tuple[Misfit, ...] = ()
    solves: int = 0
    tried: bool = True


def find_conflict(case: Case, limits: Limits, interrupt: Interrupt, tell: Tell | None = None) -> Conflict:
    """Why there is no plan (for a case that is proven to have none), within `limits.seconds`."""
    oracle = Oracle(limits, interrupt, tell)
    instance = case.instance
    with oracle.share(0.45):
        found = explore(
            items_of(instance),
            lambda items: oracle.has_plan(restricted(instance, items)),
            lambda items: False if oracle.is_hopeless(restricted(instance, items)) else None,
        )
    items = list(found.conflicts[0])
    minimal = found.certain and not oracle.is_over
    core = restricted(instance, items)
    with oracle.share(0.15):
        short = _shortfalls(core, items, oracle) if minimal else {}
    years = {}
    with oracle.share(0.15):
        spans = years_in_conflict(core, items, oracle) if minimal else {}
        years = {item: (instance.first + a, instance.first + b) for item, (a, b) in spans.items()}
    bench, oracle.unknown = Bench(case, oracle), 0
    with oracle.share(0.8 if minimal else 1.0):
        offered = remedies(bench, [*found.ways_out, *found.open])
    tried = oracle.unknown == 0
    groups = found.conflicts if minimal else []
    with oracle.share(0.6):
        unfit = list(dict.fromkeys(m for group in groups for m in misfits(case, group, oracle)))
        facts = list(dict.fromkeys(fact for group in groups for fact in _facts(case, group, oracle)))
    offered = one_a_place([remedy for m in unfit for remedy in smaller_ways(bench, m)], offered)
    offered = one_a_place(offered, [remedy for fact in facts for remedy in ways_with(bench, fact)])
    stopped = ""
    if oracle.is_over:
        stopped = STOPPED if interrupt.is_set else f"Time ran out after {limits.seconds:.0f} s"
    conflict = Conflict(
        tuple(items), short, bench.more, minimal, (), years, tuple(facts), tuple(found.conflicts[1:]), tuple(offered),
        tuple(unfit), oracle.asked, tried,
    )  # fmt: skip
    return replace(conflict, sentences=tuple(sentences(instance, conflict, stopped)))


def _facts(case: Case, items: Sequence[Item], oracle: Oracle) -> list[Item]:
    """A smallest set of facts about projects with which the items are in conflict; it may be empty.

    The search may take as long as all before it: with many projects it is the longest part, and the least needed.
    """
    facts, until = case.facts(), oracle.spent + max(5.0, oracle.spent)

    def holds(kept: Sequence[Item]) -> bool | None:
        if oracle.spent > until:
            return None
        kept_facts = [f for f in facts if f in kept]
        gone = [f for f in facts if f not in kept_facts]
        return oracle.has_plan(restricted(case.without(gone), items))

    if not facts or holds([]) is not True:
        return []
    shrinking = Shrinking(holds, MOST_FACTS)
    found = shrinking.shrunk(facts)
    return found if shrinking.certain and len(found) <= MOST_FACTS else []


def _shortfalls(core: Instance, items: Sequence[Item], oracle: Oracle) -> dict[str, dict[int, float]]:
    """How far the targets in conflict fall short at least, by target and year, if the rest of it holds."""
    targets = frozenset(i.id for i in items if i.kind == "target")
    answer = oracle.least(core, Question(giving_way=targets, least_shortfall=targets), gap=0.01) if targets else None
    if answer is None:
        return {}
    claims = read_claims(answer.model, answer.programme, answer.x)
    years = [int(y) for y in core.years]
    found = {
        t: {y: float(v) for y, v in zip(years, values, strict=True) if v > 1e-6}
        for t, values in claims.shortfall.items()
    }
    return {t: by_year for t, by_year in found.items() if by_year}
