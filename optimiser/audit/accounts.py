"""Accounts: every year's money, tonnes and resources, recomputed from the Instance and the decisions alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from copy import copy
from functools import wraps
from typing import Any

import numpy as np

from optimiser.audit.fleets import FleetBooks
from optimiser.instance.data import Instance, Ledger, ProjectData
from optimiser.instance.market_data import ExternalMarketData, IssueData
from optimiser.plan import Decisions, Floats


def _once(account: Callable[..., Floats]) -> Callable[..., Floats]:
    """An account (Y,) that is worked out when it is first asked for; nobody may write into it."""

    @wraps(account)
    def of(books: Books, *what: Any) -> Floats:
        key = (account, *(w.index if isinstance(w, ProjectData) else w for w in what))
        found = books.known.get(key)
        if found is None:
            found = books.known[key] = account(books, *what)
            found.setflags(write=False)
        return found

    return of


class Books:
    """A plan worked through project by project and source by source. Nothing here knows the formulation."""

    def __init__(self, instance: Instance, decisions: Decisions):
        self.instance, self.decisions = instance, decisions
        self.n = len(instance.years)
        self.known: dict[tuple[Any, ...], Floats] = {}
        self.index = {p.id: p for p in instance.projects}
        self.new = {p.id: np.zeros(len(p.starts)) for p in instance.projects}
        self.misplaced: list[str] = []
        for start in decisions.starts:
            p = self.index.get(start.project)
            if p is None or not p.starts[0] <= start.year <= p.starts[-1]:
                self.misplaced.append(f"{start.project} starts in {start.year}, outside its window")
            else:
                self.new[p.id][start.year - int(p.starts[0])] += start.amount
        self.effect = {p.id: self.new[p.id] @ p.effect for p in instance.projects}
        self.output, self.on_site = self._deliveries()
        self.fleets = [FleetBooks(instance, fleet, decisions) for fleet in instance.fleets]

    def without(self, p: ProjectData) -> Books:
        """The same plan with a project that has no effect on emissions."""
        other = copy(self)
        other.known = {}
        other.effect = self.effect | {p.id: np.zeros(self.n)}
        if p.id in self.on_site:
            other.on_site = self.on_site | {p.id: np.zeros(self.n)}
        return other

    # money

    @_once
    def capex(self, p: ProjectData) -> Floats:
        """Capex (Y,), with what research has made cheaper."""
        return self.priced(p) @ p.capex

    def salvage(self, p: ProjectData) -> float:
        """Worth of unused life after the last year."""
        return float(self.priced(p) @ p.salvage)

    def priced(self, p: ProjectData) -> Floats:
        """Units started in each year of the window (V,), as many as could be had at the full price."""
        return self.new[p.id] * self._price_factor(p) if p.cheaper else self.new[p.id]

    @_once
    def opex(self, p: ProjectData) -> Floats:
        """Opex (Y,)."""
        return self.new[p.id] @ p.opex

    @_once
    def energy(self, p: ProjectData) -> Floats:
        """Energy saved by use on site (Y,), as a negative cost."""
        if p.delivery is None:
            return np.zeros(self.n)
        return -self.on_site[p.id] * p.delivery.price

    @_once
    def income(self, p: ProjectData) -> Floats:
        """Sales (Y,), as a negative cost."""
        if p.delivery is None:
            return np.zeros(self.n)
        return -(self.output[p.id] - self.on_site[p.id]) * p.delivery.sells

    def _price_factor(self, p: ProjectData) -> Floats:
        factor = np.ones(len(p.starts))
        for r, share in p.cheaper:
            research = self.instance.projects[r]
            begun = np.flatnonzero(self.new[research.id] > 0)
            if len(begun):
                operates = int(research.starts[begun[0]]) + research.lead_time
                factor = np.where(p.starts >= operates, factor * (1 - share), factor)
        return factor

    def _deliveries(self) -> tuple[dict[str, Floats], dict[str, Floats]]:
        output, on_site = {}, {}
        for p in self.instance.projects:
            if p.delivery is None:
                continue
            output[p.id] = self.effect[p.id] * p.delivery.output
            if p.delivery.split is None:
                years = (int(y) for y in self.instance.years)
                on_site[p.id] = np.array([self.decisions.supplied.get((p.id, y), 0.0) for y in years])
            else:
                on_site[p.id] = output[p.id] * p.delivery.split
        return output, on_site

    # tonnes

    @_once
    def left(self, s: int, ledger: Ledger) -> Floats:
        """What share measures leave of a source (Y,): shares multiply."""
        left = np.ones(self.n)
        for p, a in self.instance.abatements_on.get(s, ()):
            if a.form == "share" and a.counts_in(ledger):
                left = left * (1 - a.amount * self.effect[p.id])
        return left

    def cut(self, s: int, ledger: Ledger) -> Floats:
        """Activity of a source saved or supplied on site (Y,)."""
        total = np.zeros(self.n)
        for p, a in self.instance.abatements_on.get(s, ()):
            if a.form == "activity" and a.counts_in(ledger):
                total = total + a.amount * self.effect[p.id]
        for p in self.instance.suppliers_of.get(s, ()):
            total = total + self.on_site[p.id]
        return total

    @_once
    def gross(self, s: int, ledger: Ledger) -> Floats:
        """Gross emissions of a source (Y,)."""
        source = self.instance.sources[s]
        if source.fleet is not None:
            return self.fleets[source.fleet[0]].gross(source.fleet[1], ledger)
        gross = source.baseline[ledger] * self.left(s, ledger)
        for p, a in self.instance.abatements_on.get(s, ()):
            if a.form == "tonnes" and a.counts_in(ledger):
                gross = gross - a.amount * self.effect[p.id]
        if source.factor is not None:
            gross = gross - source.factor[ledger] * self.cut(s, ledger)
        return gross

    @_once
    def removed(self, p: ProjectData) -> Floats:
        """Removals of a sink (Y,)."""
        return self.new[p.id] @ p.removal if p.removal is not None else np.zeros(self.n)

    def counted(self, p: ProjectData) -> Floats:
        """Removals of a sink that count for targets (Y,): those sold count for the buyer, with their buffer."""
        taken = (issue.takes_removed * sold for issue, sold in self._credits_sold(p))
        return self.removed(p) - sum(taken, np.zeros(self.n))

    def avoided_counted(self, entities: Collection[int]) -> Floats:
        """What projects of some entities avoid and have not sold as credits, or given as their buffer (Y,)."""
        members = [p for p in self.instance.projects if p.entity in entities]
        taken = [self._avoided_taken(p, issue, sold) for p in members for issue, sold in self._credits_sold(p)]
        return sum((self.avoided(p) for p in members), np.zeros(self.n)) - sum(taken, np.zeros(self.n))

    def _avoided_taken(self, p: ProjectData, issue: IssueData, sold: Floats) -> Floats:
        """What credits sold take from what a project avoids (Y,): first those for output, as far as there are any."""
        for_output = np.zeros(self.n)
        if issue.per_output is not None:
            for_output = np.minimum(sold, self.credited(p, issue) * issue.per_output)
        return issue.takes_displaced * for_output + issue.takes_avoided * (sold - for_output)

    def credited(self, p: ProjectData, issue: IssueData) -> Floats:
        """Output sold by units in their crediting period (Y,)."""
        assert p.delivery is not None
        sold = self.output[p.id] - self.on_site[p.id]
        if not issue.limited:
            return sold
        made = self.new[p.id] @ (p.effect * issue.within) * p.delivery.output
        return made * (1 - p.delivery.split) if p.delivery.split is not None else np.minimum(made, sold)

    def _credits_sold(self, p: ProjectData) -> Iterator[tuple[IssueData, Floats]]:
        """Credits sold by the year of the removal or of what is avoided (Y,), with the rules of their issue."""
        carbon, years = self.decisions.carbon, [int(y) for y in self.instance.years]
        for m in self.instance.markets:
            for issue in m.issues if carbon and isinstance(m, ExternalMarketData) else ():
                if issue.project == p.index:
                    yield issue, np.array([carbon.get(("credit_sold", m.id, p.id, y), 0.0) for y in years])

    def avoided(self, p: ProjectData) -> Floats:
        """Emissions avoided at customers by a project (Y,)."""
        total = self.effect[p.id] * p.avoids if p.avoids is not None else np.zeros(self.n)
        if p.delivery is not None:
            total = total + (self.output[p.id] - self.on_site[p.id]) * p.delivery.displaces
        return total

    def use(self, r: int) -> Floats:
        """Use of a resource (Y,)."""
        total = np.zeros(self.n)
        for p in self.instance.projects:
            for resource, by_year, each in p.uses:
                if resource == r:
                    total = total + self.new[p.id] @ p.use(by_year, each, self.instance.years)
        return sum((fleet.use(r) for fleet in self.fleets), total)

    def credits(self, target: str) -> Floats:
        """Credits bought for a target (Y,)."""
        return np.array([self.decisions.credits.get((target, int(y)), 0.0) for y in self.instance.years])
