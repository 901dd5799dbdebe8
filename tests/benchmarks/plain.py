"""The same case declared plainly in Pyomo, as a textbook has it: `start[p, v]`, sums over starts, big products.

Only what the synthetic groups without fleets, finance and markets use, and the cases of `published.py`. It shares the
Instance with the tool, so that both speak of the same numbers, and nothing of the formulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo

from optimiser.instance.data import CarbonBudgetData, Instance, NeutralityData, PeakData


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
    parts = {
        "groups": instance.groups,
        "fleets": instance.fleets,
        "finance": instance.finance.funding or instance.finance.ceilings,
        "markets": instance.markets,
    }
    found = [name for name, part in parts.items() if part]
    found += [f"target {t.id}" for t in instance.targets if not _is_known(t)]
    found += [
        f"shares of several units of {p.id}"
        for measures in instance.abatements_on.values()
        for p, a in measures
        if a.form == "share" and not p.is_single
    ]
    found += [f"requires any of several by {p.id}" for p in instance.projects if any(len(c) > 1 for c in p.requires)]
    found += [f"the least amount of {p.id}" for p in instance.projects if p.committed or p.least]
    found += [f"budget {b.id}" for b in instance.budgets if b.covers != "capex" or b.window]
    return found


def _is_known(t) -> bool:
    if isinstance(t, PeakData):
        return t.shape in ("no_rise", "highest")
    return (isinstance(t, CarbonBudgetData) and t.net) or isinstance(t, NeutralityData)


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
        gross = self._gross()
        cash = self._money()
        self._budgets()
        self._resources()
        cost = sum(float(i.discount[y]) * cash[y] for y in self.years)
        cost -= i.salvage_discount * sum(self._sum(p, p.salvage[:, None], 0) for p in i.projects)
        cost += self._targets(gross)
        m.cost = pyo.Objective(expr=cost)
        return m

    def _sum(self, p, profile, y):
        values = profile[:, y]
        return sum(float(values[v]) * self.m.start[p.index, v] for v in np.flatnonzero(values))

    def _started(self, p, year):
        return sum(self.m.start[p.index, v] for v in np.flatnonzero(p.starts <= year))

    def _row(self, row) -> None:
        """A row, unless it says nothing of any variable."""
        if row is False or row is np.False_:
            raise ValueError("a row without variables cannot hold")
        if not isinstance(row, bool | np.bool_):
            self.m.rows.add(row)

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

    def _money(self):
        projects = self.instance.projects
        return [sum(self._sum(p, p.capex + p.opex, y) for p in projects) for y in self.years]

    def _budgets(self) -> None:
        m, i = self.m, self.instance
        m.kept = pyo.Var([b.id for b in i.budgets], self.years, domain=pyo.NonNegativeReals)
        for b in i.budgets:
            for y in self.years:
                spend = sum(self._sum(i.projects[k], i.projects[k].capex, y) for k in b.projects)
                available = float(b.limit[y]) + (m.kept[b.id, y - 1] if y else 0.0)
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
                m.credits = pyo.Var([int(y) for y in t.years], bounds=(0, t.credits))
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
