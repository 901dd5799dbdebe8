r"""Identical projects as units of one: forty equal sites are one project of forty units, and no other plan is lost.

Of $k$ equal projects of at most $m$ units each, and $q$ in a year, every plan is one of a single project of at most
$k m$ units and $k q$ in a year, and every plan $S_v$ of that one is a plan of theirs: the $i$-th ($i < k$) has started

$$ S_{i,v} = \lceil (S_v - i) / k \rceil \;\text{(a size: } S_v / k), \qquad
   S_{i,v} \le m, \qquad S_{i,v} - S_{i,v-1} \le q, \qquad \textstyle\sum_i S_{i,v} = S_v $$

by year $v$. That holds where the rest of the instance sees nothing of them but what their units do together. So those
stay apart that multiply (shares of a source), that are counted as chosen (groups, exclusions, a least size), that
others wait for (requirements, research), or that earn credits and certificates under their own names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from optimiser.instance.data import GroupData, Instance, ProjectData
from optimiser.instance.fleet_data import FleetData
from optimiser.instance.market_data import AnyMarketData, ExternalMarketData
from optimiser.instance.timing import Floats

OWN = ("index", "id", "label")
"""What identical projects differ in."""
NEAR = 1e-9
"""Of a largest size: a difference that is none."""


@dataclass(frozen=True, eq=False)
class Merged:
    """An instance in which identical projects are one. `members`: who they are, by the id that stands for them.

    `place`: the index there of each project of the instance before.
    """

    instance: Instance
    members: dict[str, tuple[ProjectData, ...]]
    place: dict[int, int]


def merged(instance: Instance, apart: Collection[str] = ()) -> Merged | None:
    """The instance with identical projects merged, but those that are to stay `apart`; None where there are none."""
    alike = [p for group in _alike(instance.projects, _quickly) for p in group]
    if not alike:
        return None
    known, lists = _known_by_name(instance), _Lists(instance)
    alike = [p for p in alike if p.index not in known and p.id not in apart and _adds_up(p, instance)]
    found = _alike(alike, lambda p: (_figures(p), lists.holding(p)))
    return _together(instance, found) if found else None


def _alike(projects: Iterable[ProjectData], key: Callable[[ProjectData], Hashable]) -> list[list[ProjectData]]:
    """Groups of projects with the same key, of two and more."""
    groups: dict[Hashable, list[ProjectData]] = {}
    for p in projects:
        groups.setdefault(key(p), []).append(p)
    return [group for group in groups.values() if len(group) > 1]


def _quickly(p: ProjectData) -> Hashable:
    """A few figures that tell nearly all projects apart."""
    first = p.abatements[0] if p.abatements else None
    abated = (first.source, float(first.amount[-1])) if first is not None else None
    removed = float(p.removal_by_age[-1]) if p.removal_by_age is not None else None
    window = (int(p.starts[0]), len(p.starts), p.lead_time, p.life)
    return (p.entity, p.capex_each, p.most, p.per_year, window, float(p.opex_by_year[-1]), abated, removed)


def _figures(value: Any) -> Hashable:
    """Everything that a project is, but its name: what is added to the dataclass one day counts by itself."""
    if isinstance(value, np.ndarray):
        return (value.shape, value.tobytes())
    if isinstance(value, tuple):
        return tuple(_figures(v) for v in value)
    if is_dataclass(value):
        return tuple(_figures(getattr(value, f.name)) for f in fields(value) if f.name not in OWN)
    return value


def _adds_up(p: ProjectData, instance: Instance) -> bool:
    """True where all that units of the project do adds up, and any number of them may start.

    What an issue pays for is shared out by what is spent, which research makes differ from start to start.
    """
    free = p.committed or p.least <= 1 if p.integer else p.least == 0
    funded = bool(p.cheaper) and any(f.eligible is not None for f in instance.finance.funding)
    return free and not funded and all(a.form != "share" for a in p.abatements)


def _known_by_name(instance: Instance) -> frozenset[int]:
    """Projects (indices) that something else in the instance asks for one by one."""
    clauses = chain(
        chain.from_iterable(p.requires for p in instance.projects),
        chain.from_iterable(c.clauses for f in instance.fleets for c in f.changes),
        (p.cheaper for p in instance.projects),
    )
    found = {i for clause in clauses for i, _ in clause}
    found.update(chain.from_iterable(g.projects for g in instance.groups), chain.from_iterable(instance.exclusions))
    for market in instance.markets:
        if isinstance(market, ExternalMarketData):
            found.update(issue.project for issue in market.issues)
            found.update(i for i, _ in market.certificates)
    return frozenset(found)


class _Lists:
    """Where projects are listed: budgets, sinks of targets, what instruments may pay for."""

    def __init__(self, instance: Instance):
        lists = [*(b.projects for b in instance.budgets), *(t.sinks for t in instance.targets)]
        self.indices = [frozenset(found) for found in lists]
        eligible = (f.eligible.owners for f in instance.finance.funding if f.eligible is not None)
        self.ids = [owners for owners in eligible if owners is not None]

    def holding(self, p: ProjectData) -> tuple[bool, ...]:
        """List by list, whether the project is on it."""
        return (*(p.index in found for found in self.indices), *(p.id in owners for owners in self.ids))


def _together(instance: Instance, groups: list[list[ProjectData]]) -> Merged:
    """The instance with every group as one project, in the place of its first."""
    first_of = {p.index: min(q.index for q in group) for group in groups for p in group}
    members = {group[0].id: tuple(group) for group in groups}
    staying = [p for p in instance.projects if first_of.get(p.index, p.index) == p.index]
    new = {p.index: i for i, p in enumerate(staying)}
    place = {p.index: new[first_of.get(p.index, p.index)] for p in instance.projects}
    projects = tuple(_moved(_as_one(p, len(members.get(p.id, (p,)))), place) for p in staying)

    def placed(indices: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(place[i] for i in indices))

    whole = replace(
        instance,
        projects=projects,
        groups=tuple(GroupData(g.id, g.label, placed(g.projects), g.at_most, g.at_least) for g in instance.groups),
        exclusions=tuple((place[a], place[b]) for a, b in instance.exclusions),
        budgets=tuple(replace(b, projects=placed(b.projects)) for b in instance.budgets),
        targets=tuple(replace(t, sinks=placed(t.sinks)) for t in instance.targets),
        fleets=tuple(_fleet(f, place) for f in instance.fleets),
        markets=tuple(_market(m, place) for m in instance.markets),
    )
    return Merged(whole, members, place)


def _as_one(p: ProjectData, count: int) -> ProjectData:
    """So many projects as one. Without a commitment there may be any number, so that there is no least."""
    if count == 1:
        return p
    per_year = count * p.per_year if p.per_year is not None else None
    least = count * p.least if p.committed else 0.0
    return replace(p, most=count * p.most, per_year=per_year, least=least, stands_for=count)


Clauses = tuple[tuple[tuple[int, int], ...], ...]


def _clauses(clauses: Clauses, place: dict[int, int]) -> Clauses:
    return tuple(tuple((place[i], lag) for i, lag in clause) for clause in clauses)


def _moved(p: ProjectData, place: dict[int, int]) -> ProjectData:
    cheaper = tuple((place[i], share) for i, share in p.cheaper)
    return replace(p, index=place[p.index], requires=_clauses(p.requires, place), cheaper=cheaper)


def _fleet(fleet: FleetData, place: dict[int, int]) -> FleetData:
    return replace(fleet, changes=tuple(replace(c, clauses=_clauses(c.clauses, place)) for c in fleet.changes))


def _market(market: AnyMarketData, place: dict[int, int]) -> AnyMarketData:
    if not isinstance(market, ExternalMarketData):
        return market
    issues = tuple(replace(i, project=place[i.project]) for i in market.issues)
    return replace(market, issues=issues, certificates=tuple((place[i], price) for i, price in market.certificates))


def shared_out(started: Floats, members: tuple[ProjectData, ...]) -> list[Floats]:
    """Units started by each year (V,) of all members together, as what each of them has started.

    One after the other where nothing but their largest number limits them, as evenly as can be otherwise.
    """
    p, k = members[0], len(members)
    in_turn = p.per_year is None and not p.committed
    if in_turn:
        each = [np.clip(started - i * p.most, 0.0, p.most) for i in range(k)]
        near = NEAR * p.most  # a size that is all but none, or all but all
        return [np.where(s < near, 0.0, np.where(s > p.most - near, p.most, s)) for s in each]
    return [np.ceil((started - i) / k) for i in range(k)] if p.integer else [started / k] * k
