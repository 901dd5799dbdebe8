"""The same case declared plainly in Pyomo, as a textbook has it: `start[p, v]`, sums over starts, big products.

Only what the synthetic groups use, and the cases of `published.py`; all else is refused by name. It shares the Instance
with the tool, so that both speak of the same numbers, and nothing of the formulation. Fleets, finance and markets have
files of their own beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.instance.data import CarbonBudgetData, Instance, NeutralityData, PeakData, ProjectData
from optimiser.instance.funding import EligibleData
from tests.benchmarks.plain_finance import PlainDebt, odd_finance
from tests.benchmarks.plain_fleets import PlainFleet, odd_fleets
from tests.benchmarks.plain_markets import declare_markets, odd_markets
from tests.benchmarks.plain_rows import add_row


def declare(instance: Instance) -> pyo.ConcreteModel:
    """The model; raises ValueError where the instance has something that no synthetic group has."""
    check(instance)
    return _Plain(instance).model()


def check(instance: Instance) -> None:
    """Raises ValueError where the instance has something that is not declared here."""
    odd = _odd(instance)
    if odd:
        raise ValueError(f"not declared plainly: {', '.join(odd)}")


def _odd(instance: Instance) -> list[str]:
    """What is not declared here."""
    found = ["groups"] if instance.groups else []
    found += [f"target {t.id}" for t in instance.targets if not _is_known(t)]
    if sum(isinstance(t, NeutralityData) for t in instance.targets) > 1:
        found.append("several targets of neutrality")
    found += [
        f"shares of several units of {p.id}"
        for measures in instance.abatements_on.values()
        for p, a in measures
        if a.form == "share" and not p.is_single
    ]
    found += [words for p in instance.projects for words in _odd_project(p)]
    found += [f"budget {b.id}" for b in instance.budgets if b.covers != "capex" or b.window or b.tags is not None]
    return found + odd_fleets(instance) + odd_finance(instance) + odd_markets(instance)


def _odd_project(p: ProjectData) -> list[str]:
    found = {
        "requires any of several by": any(len(c) > 1 for c in p.requires),
        "the least amount of": p.committed or p.least,
        "what is made by": p.delivery,
        "activity saved by": any(a.form == "activity" for a in p.abatements),
        "abatement in one ledger by": any(a.market_only for a in p.abatements),
        "research for": p.cheaper,
    }
    return [f"{words} {p.id}" for words, there in found.items() if there]


def _is_known(t) -> bool:
    if t.ledger != "location" or t.priority is not None or t.penalty is not None:
        return False
    if isinstance(t, PeakData):
        return t.shape in ("no_rise", "highest") and t.cap is None
    return (isinstance(t, CarbonBudgetData) and t.net) or (isinstance(t, NeutralityData) and t.residual is None)


@dataclass(eq=False)
class _Plain:
    instance: Instance

    def model(self) -> pyo.ConcreteModel:
        i = self.instance
        self.m = m = pyo.ConcreteModel()
        self.years = range(len(i.years))
        index = [(p.index, v) for p in i.projects for v in range(len(p.starts))]
        whole = {p.index: p.integer for p in i.projects}
        m.start = pyo.Var(
            index,
            domain=lambda m, p, v: pyo.NonNegativeIntegers if whole[p] else pyo.NonNegativeReals,
            bounds=lambda m, p, v: (0, i.projects[p].per_year or i.projects[p].most),
        )
        m.rows = pyo.ConstraintList()
        for p in i.projects:
            self._row(sum(m.start[p.index, v] for v in range(len(p.starts))) <= p.most)
        self._relations()
        self.fleets = [PlainFleet(m, f) for f in i.fleets]
        gross = self._gross()
        self.debt = PlainDebt(m, i, self._eligible)
        self._budgets()
        self._resources()
        cost = sum(float(i.discount[y]) * self._cash(y) for y in self.years) + self.debt.cost()
        cost -= i.salvage_discount * sum(self._sum(p, p.salvage[:, None], 0) for p in i.projects)
        cost += self._targets(gross) + declare_markets(m, i, gross)
        m.cost = pyo.Objective(expr=cost)
        return m

    def _sum(self, p, profile, y):
        values = profile[:, y]
        return sum(float(values[v]) * self.m.start[p.index, v] for v in np.flatnonzero(values))

    def _started(self, p, year):
        return sum(self.m.start[p.index, v] for v in np.flatnonzero(p.starts <= year))

    def _row(self, row) -> None:
        add_row(self.m.rows, row)

    def _relations(self) -> None:
        m, i = self.m, self.instance
        several = [p.index for p in i.projects if not p.is_single]
        m.chosen = pyo.Var(several, domain=pyo.Binary)
        for p in i.projects:
            if not p.is_single:
                self._row(self._started(p, i.last) <= p.most * m.chosen[p.index])
        for a, b in i.exclusions:
            flags = [
                m.chosen[k] if not i.projects[k].is_single else self._started(i.projects[k], i.last) for k in (a, b)
            ]
            self._row(flags[0] + flags[1] <= 1)
        m.begun = pyo.Var([(p, y) for p in several for y in self.years], domain=pyo.Binary)
        for j in i.projects:
            for clause in j.requires:
                other, lag = i.projects[clause[0][0]], clause[0][1]
                for year in j.starts:
                    before = self._started(other, int(year) - lag)
                    if not other.is_single:
                        flag = m.begun[other.index, int(year) - i.first]
                        self._row(flag <= before)
                        before = flag
                    self._row(self._started(j, int(year)) <= j.most * before)

    def _gross(self):
        m, i = self.m, self.instance
        gross = {}
        for s, source in enumerate(i.sources):
            if source.fleet is not None:
                gross |= {(s, y): self.fleets[source.fleet[0]].emissions(y) for y in self.years}
                continue
            measures = [(p, a) for p, a in i.abatements_on.get(s, ())]
            shares = [(p, a) for p, a in measures if a.form == "share"]
            for y in self.years:
                left = 1.0
                for k, (p, a) in enumerate(shares):
                    operates = self._sum(p, p.effect, y)
                    share = float(a.amount[y])
                    if k == 0:
                        left = 1.0 - share * operates
                        continue
                    name = f"both_{s}_{k}_{y}"
                    m.add_component(name, pyo.Var(bounds=(0, 1)))
                    both = getattr(m, name)
                    self._row(both <= operates)
                    self._row(both <= left)
                    self._row(both >= left + operates - 1)
                    left = left - share * both
                tonnes = [self._sum(p, p.effect * a.amount, y) for p, a in measures if a.form == "tonnes"]
                gross[s, y] = float(source.baseline["location"][y]) * left - sum(tonnes)
                if tonnes and any(not isinstance(t, int | float) for t in tonnes):
                    self._row(gross[s, y] >= 0)
        return gross

    def _cash(self, y: int) -> Any:
        """Money of projects and fleets in a year."""
        projects = sum(self._sum(p, p.capex + p.opex, y) for p in self.instance.projects)
        return projects + sum(f.capex(y) + f.opex(y) for f in self.fleets)

    def _eligible(self, e: EligibleData, y: int) -> Any:
        """Capex of a year that proceeds may pay for; what is earned by building is no spending."""
        projects = [
            p for p in self.instance.projects if p.entity in e.entities and (e.tags is None or e.tags & set(p.tags))
        ]
        spent = sum(self._sum(p, np.maximum(p.capex, 0.0), y) for p in projects)
        return spent + sum(f.capex(y, e.tags) for f in self.fleets if f.fleet.entity in e.entities)

    def _budgets(self) -> None:
        m, i = self.m, self.instance
        m.kept = pyo.Var([b.id for b in i.budgets], self.years, domain=pyo.NonNegativeReals)
        for b in i.budgets:
            fleets = [f for f in self.fleets if f.fleet.entity in b.entities and not b.named]
            for y in self.years:
                spend = sum(self._sum(i.projects[k], i.projects[k].capex, y) for k in b.projects)
                spend += sum(f.capex(y) for f in fleets)
                available = float(b.limit[y]) + self.debt.raised(b.id, y) + (m.kept[b.id, y - 1] if y else 0.0)
                self._row(spend <= available)
                self._row(m.kept[b.id, y] <= b.carry * (available - spend))

    def _resources(self) -> None:
        i = self.instance
        used = [[0.0] * len(self.years) for _ in i.resources]
        for p in i.projects:
            for r, by_year, each in p.uses:
                use = p.use(by_year, each, i.years)
                for y in self.years:
                    used[r][y] += self._sum(p, use, y)
        for r, resource in enumerate(i.resources):
            for y in self.years:
                self._row(used[r][y] <= float(resource.limit[y]))

    def _targets(self, gross):
        m, i = self.m, self.instance
        cost = 0.0
        for n, t in enumerate(i.targets):
            total = [sum(gross[s, y] for s in t.sources) for y in self.years]
            removed = [sum(self._sum(i.projects[k], i.projects[k].removal, y) for k in t.sinks) for y in self.years]
            if isinstance(t, PeakData) and t.shape == "no_rise":
                for y in t.years:
                    self._row(total[y] <= (1 + t.tolerance) * total[y - 1])
            elif isinstance(t, PeakData):
                self._highest(n, t, total)
            elif isinstance(t, CarbonBudgetData):
                self._row(sum(total[y] - removed[y] for y in t.span) <= t.limit)
            else:
                most = {int(y): float(t.on_sale[y]) for y in t.years}
                m.credits = pyo.Var(list(most), bounds=lambda _, y, most=most: (0, most[y]))
                for y in t.years:
                    self._row(total[y] - removed[y] - m.credits[int(y)] <= 0)
                    cost += float(i.discount[y] * t.credit_price[y]) * m.credits[int(y)]
        return cost

    def _highest(self, n, t, total) -> None:
        m = self.m
        big = 2.0 * sum(float(np.max(self.instance.sources[s].baseline["location"])) for s in t.sources)
        m.add_component(f"highest_{n}", pyo.Var())
        m.add_component(f"peak_{n}", pyo.Var(range(t.by + 1), domain=pyo.Binary))
        highest, peak = getattr(m, f"highest_{n}"), getattr(m, f"peak_{n}")
        for y in t.years:
            self._row(total[y] <= (1 + t.tolerance) * highest)
        for y in range(t.by + 1):
            self._row(highest <= total[y] + big * (1 - peak[y]))
        self._row(sum(peak[y] for y in range(t.by + 1)) == 1)
