"""Wedges: who is given which part of the way from baseline to gross. They add up for every source and year.

Shares of one source multiply, so that what a measure abates depends on the others. Each is given its Shapley value: the
mean, over all orders in which the measures could be put in, of what it takes off at its turn. With shares $x_j$ this is

$$ B\\,x_i \\int_0^1 \\prod_{j \\ne i} (1 - t\\,x_j)\\,dt, $$

the integral of a polynomial of degree n - 1, which n/2 nodes of Gauss and Legendre give without error. Quantities and
supplied energy are taken off after the shares and keep what they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.audit import Books
from optimiser.instance.data import Ledger
from optimiser.plan import Floats
from optimiser.report.page.fleet_lives import Lives, lives_of
from optimiser.report.page.fleet_wedges import fleet_wedges
from optimiser.report.page.names import change_names, project_names
from optimiser.report.page.words import ENGLISH, Words
from optimiser.report.result import Result
from optimiser.scenario.fleets import Part


@dataclass(frozen=True)
class Lever:
    """What a wedge belongs to: a project, or a change, a fuel or the rest of a fleet. `entity` is an index."""

    id: str
    label: str
    kind: str
    tags: tuple[str, ...]
    entity: int


@dataclass(frozen=True, eq=False)
class Wedge:
    """kt (Y,) that a lever takes off a source (an index) in a ledger; negative where it adds to it."""

    lever: Lever
    source: int
    ledger: Ledger
    values: Floats


def wedges(result: Result, words: Words = ENGLISH) -> list[Wedge]:
    """Every wedge of a plan; those that are zero throughout are left out. Market ledger only where it differs."""
    instance = result.instance
    books = Books(instance, result.plan.decisions)
    names = project_names(instance)
    levers = {p.id: Lever(p.id, names[p.id], p.kind, p.tags, p.entity) for p in instance.projects}
    lives = [lives_of(b.fleet, b) for b in books.fleets]
    found = []
    for s, source in enumerate(instance.sources):
        both: tuple[Ledger, ...] = ("location", "market") if source.has_market else ("location",)
        for ledger in both:
            if source.fleet is None:
                parts = {levers[name]: v for name, v in project_parts(books, s, ledger).items()}
            else:
                parts = _of_fleet(books, lives, *source.fleet, ledger, change_names(instance, words))
            found += [Wedge(who, s, ledger, v) for who, v in parts.items() if np.any(np.abs(v) > 1e-12)]
    return found


def project_parts(books: Books, s: int, ledger: Ledger) -> dict[str, Floats]:
    """By project, kt (Y,) that it takes off source `s`."""
    instance = books.instance
    source = instance.sources[s]
    cuts = [(p.id, a, books.effect[p.id]) for p, a in instance.abatements_on.get(s, ()) if a.counts_in(ledger)]
    cuts = [cut for cut in cuts if np.any(cut[2])]
    shares = [(name, a.amount * effect) for name, a, effect in cuts if a.form == "share"]
    found: dict[str, Floats] = {}

    def add(name: str, values: Floats) -> None:
        found[name] = found.get(name, np.zeros(books.n)) + values

    if shares:
        values = source.baseline[ledger] * shapley(np.array([x for _, x in shares]))
        for (name, _), part in zip(shares, values, strict=True):
            add(name, part)
    for name, a, effect in cuts:
        if a.form == "tonnes":
            add(name, a.amount * effect)
        elif a.form == "activity" and source.factor is not None:
            add(name, source.factor[ledger] * a.amount * effect)
    for p in instance.suppliers_of.get(s, ()):
        if source.factor is not None and np.any(books.on_site[p.id]):
            add(p.id, source.factor[ledger] * books.on_site[p.id])
    return found


def shapley(shares: Floats) -> Floats:
    """Shapley values (n, Y) of the game 1 - product of (1 - shares) (n, Y); each year's sum to it."""
    n = len(shares)
    nodes, weights = np.polynomial.legendre.leggauss((n + 1) // 2)
    total = np.zeros(shares.shape)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        left = 1 - node * shares
        total += weight * np.prod(left, axis=0) / left
    return shares * total


def _of_fleet(
    books: Books, lives: list[Lives], index: int, part: Part, ledger: Ledger, labels: dict[tuple[str, int], str]
) -> dict[Lever, Floats]:
    fleet = books.instance.fleets[index]
    found = {}
    for (what, name), values in fleet_wedges(fleet, books.fleets[index], lives[index], part, ledger).items():
        if isinstance(name, int):
            lever = Lever(f"{fleet.id}/{name}", labels[fleet.id, name], what, fleet.changes[name].tags, fleet.entity)
        else:
            label = f"{fleet.label}: {name}" if name else fleet.label
            lever = Lever(f"{fleet.id}/{what}/{name}", label, what, fleet.tags, fleet.entity)
        found[lever] = values
    return found
