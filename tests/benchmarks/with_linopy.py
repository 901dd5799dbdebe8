"""The plain form of `plain.py` declared with linopy's arrays, row for row: what building costs with another library.

Without fleets, finance and markets, which are refused.

Shapes: P projects, K starts of the longest window (shorter ones are masked), Y years, R pairs of projects. The dims of
the arrays are called `p`, `k`, `y` and `r` accordingly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from optimiser.instance.data import CarbonBudgetData, Instance, PeakData, ProjectData
from tests.benchmarks.plain import check


def declare(instance: Instance) -> linopy.Model:
    """The model; raises ValueError where the instance has something that no synthetic group has."""
    check(instance)
    others = {"fleets": instance.fleets, "finance": instance.finance.funding, "markets": instance.markets}
    if odd := [name for name, part in others.items() if part]:
        raise ValueError(f"not declared with linopy: {', '.join(odd)}")
    if instance.resources or len(instance.budgets) != 1:
        raise ValueError("not declared with linopy: resources, or other than one budget")
    return _Arrays(instance).model()


class _Arrays:
    def __init__(self, instance: Instance):
        self.instance = instance
        self.m = linopy.Model()
        self.longest = max(len(p.starts) for p in instance.projects)
        self.years = np.arange(len(instance.years))
        self.both: list[tuple[np.ndarray, Any, np.ndarray]] = []  # sources (R,), variables (R, Y), kt at one (R, Y)

    def model(self) -> linopy.Model:
        i = self.instance
        self._starts()
        self._relations()
        self._shares()
        for s in i.abatements_on:
            if any(a.form == "tonnes" for _, a in i.abatements_on[s]):
                left, fixed = self._gross([s])
                self._row(left, ">=", -fixed)
        self._budgets()
        cost = self._at(self._gather(lambda p: _costs(i, p)))
        self.m.add_objective(cost + self._targets())
        return self.m

    def _starts(self) -> None:
        projects = self.instance.projects
        mask = self._gather(lambda p: np.ones(len(p.starts))) > 0
        most = xr.DataArray([float(p.per_year or p.most) for p in projects], dims="p")
        whole = np.array([p.integer for p in projects])
        place = [pd.RangeIndex(len(projects), name="p"), pd.RangeIndex(self.longest, name="k")]
        added = [
            self.m.add_variables(
                lower=0.0, upper=most.expand_dims(k=self.longest, axis=1), coords=place, name=name, integer=integer,
                mask=mask & xr.DataArray(chosen, dims="p"),
            )
            for name, integer, chosen in (("start", True, whole), ("grow", False, ~whole))
        ]  # fmt: skip
        self.start = added[0].fillna(0) + added[1].fillna(0)
        self._row(self._of(range(len(projects))).sum("k"), "<=", [float(p.most) for p in projects], "r")

    def _relations(self) -> None:
        i, m = self.instance, self.m
        several = [p for p in i.projects if not p.is_single]
        self.place = {p.index: n for n, p in enumerate(several)}
        index = pd.RangeIndex(len(several), name="r")
        self.chosen = m.add_variables(binary=True, coords=[index], name="chosen")
        most = xr.DataArray([float(p.most) for p in several], dims="r")
        self._row(self._of([p.index for p in several]).sum("k") - most * self.chosen, "<=", 0.0)
        if i.exclusions:
            ones, others = zip(*i.exclusions, strict=True)
            self._row(self._flags(ones) + self._flags(others), "<=", 1.0)
        self.begun = m.add_variables(
            binary=True, coords=[index, pd.RangeIndex(len(self.years), name="y")], name="begun"
        )
        clauses = [(j, i.projects[c[0][0]], c[0][1]) for j in i.projects for c in j.requires]
        self._requires([c for c in clauses if c[1].is_single], whole=True)
        self._requires([c for c in clauses if not c[1].is_single], whole=False)

    def _flags(self, projects: Sequence[int]) -> Any:
        """Whether each of some projects is chosen at all (R,): its starts where it is one, else its yes/no."""
        single = xr.DataArray([float(k not in self.place) for k in projects], dims="r")
        at = xr.DataArray([self.place.get(k, 0) for k in projects], dims="r")
        chosen = self.chosen.isel(r=at).assign_coords(r=np.arange(len(projects)))
        return (self._of(projects) * single).sum("k") + (1.0 - single) * chosen

    def _requires(self, clauses: list[tuple[ProjectData, ProjectData, int]], whole: bool) -> None:
        """Rows (R, K): what starts up to a year needs another project before. `whole`: the others are yes or no."""
        if not clauses:
            return
        first = self.instance.first
        shape = (len(clauses), self.longest, self.longest)
        mine, theirs = np.zeros(shape), np.zeros(shape)
        at = np.zeros(shape[:2], dtype=int)
        there = np.zeros(shape[:2], dtype=bool)
        for r, (j, other, lag) in enumerate(clauses):
            n = len(j.starts)
            there[r, :n], at[r, :n] = True, j.starts - first
            mine[r, :n, :n] = j.starts[:, None] <= j.starts
            theirs[r, : len(other.starts), :n] = other.starts[:, None] <= j.starts - lag
        dims = ["r", "k", "y"]
        started = (self._of([j.index for j, _, _ in clauses]) * xr.DataArray(mine, dims=dims)).sum("k")
        before = (self._of([o.index for _, o, _ in clauses]) * xr.DataArray(theirs, dims=dims)).sum("k")
        mask = xr.DataArray(there, dims=["r", "y"])
        if not whole:
            of = xr.DataArray([[self.place[o.index]] * self.longest for _, o, _ in clauses], dims=["r", "y"])
            flag = self.begun.isel(r=of, y=xr.DataArray(at, dims=["r", "y"]))
            flag = flag.assign_coords(r=np.arange(len(clauses)), y=np.arange(self.longest))
            self._row(flag - before, "<=", 0.0, mask=mask)
            before = flag
        most = xr.DataArray([float(j.most) for j, _, _ in clauses], dims="r")
        self._row(started - most * before, "<=", 0.0, mask=mask)

    def _shares(self) -> None:
        """Products of overlapping shares: a variable for each measure after the first, between its three bounds."""
        i = self.instance
        shares = {s: [(p, a) for p, a in found if a.form == "share"] for s, found in i.abatements_on.items()}
        shares = {s: found for s, found in shares.items() if len(found) > 1}
        sources, left = list(shares), None
        order = 0
        while sources:
            part = [shares[s][order] for s in sources]
            amount = np.array([a.amount for _, a in part])
            operates = self._operating([p for p, _ in part])
            index = [pd.RangeIndex(len(sources), name="r"), pd.RangeIndex(len(self.years), name="y")]
            running = operates
            if left is not None:
                running = self.m.add_variables(0.0, 1.0, coords=index, name=f"both_{order}")
                self._row(running - operates, "<=", 0.0)
                self._row(running - left, "<=", 1.0)
                self._row(running - left - operates, ">=", 0.0)
                baseline = np.array([i.sources[s].baseline["location"] for s in sources])
                self.both.append((np.array(sources), running, baseline * amount))
            cut = xr.DataArray(amount, dims=["r", "y"]) * running
            left = -cut if left is None else left - cut
            order += 1
            stay = np.array([n for n, s in enumerate(sources) if len(shares[s]) > order], dtype=int)
            sources = [sources[n] for n in stay]
            left = left.isel(r=stay).assign_coords(r=np.arange(len(stay)))

    def _gross(self, sources: Sequence[int]) -> tuple[Any, np.ndarray]:
        """What stands beside the baselines in gross emissions of some sources (Y,), and their baselines (Y,)."""
        i, wanted = self.instance, set(sources)
        parts: dict[int, Any] = {}
        for s in wanted:
            first = True
            for p, a in i.abatements_on.get(s, ()):
                if a.form == "tonnes":
                    parts[p.index] = parts.get(p.index, 0.0) - p.effect * a.amount
                elif first:
                    parts[p.index] = parts.get(p.index, 0.0) - p.effect * (a.amount * i.sources[s].baseline["location"])
                    first = False
        total = self._over(sorted(parts), lambda p: parts[p.index])
        for s, both, amount in self.both:
            at = np.flatnonzero(np.isin(s, list(wanted)))
            if len(at):
                total = total - (both.isel(r=at) * xr.DataArray(amount[at], dims=["r", "y"], coords={"r": at})).sum("r")
        return total, sum((i.sources[s].baseline["location"] for s in wanted), np.zeros(len(self.years)))

    def _budgets(self) -> None:
        (budget,) = self.instance.budgets
        spend = self._over(budget.projects, lambda p: p.capex)
        kept = self.m.add_variables(lower=0.0, coords=[pd.RangeIndex(len(self.years), name="y")], name="kept")
        last = kept.shift(y=1).fillna(0)
        limit, carry = _years(budget.limit), float(budget.carry)
        self._row(spend - last, "<=", limit)
        self._row(kept + carry * spend - carry * last, "<=", carry * limit)

    def _targets(self) -> Any:
        i, cost = self.instance, 0.0
        for n, t in enumerate(i.targets):
            total, fixed = self._gross(t.sources)
            if isinstance(t, PeakData):
                shape = self._no_rise if t.shape == "no_rise" else self._highest
                shape(n, t, total, fixed)
                continue
            if t.sinks:
                total = total - self._over(t.sinks, lambda p: p.removal)
            if isinstance(t, CarbonBudgetData):
                self._row(total.isel(y=t.span).sum("y"), "<=", t.limit - fixed[t.span].sum())
                continue
            index = pd.Index(t.years, name="y")
            credits = self.m.add_variables(0.0, _at(t.on_sale[t.years], t.years), coords=[index], name="credits")
            self._row(total.isel(y=t.years) - credits, "<=", _at(-fixed[t.years], t.years))
            cost = cost + (_at((i.discount * t.credit_price)[t.years], t.years) * credits).sum()
        return cost

    def _no_rise(self, n: int, t: PeakData, total: Any, fixed: np.ndarray) -> None:
        grows = 1.0 + t.tolerance
        before = total.isel(y=t.years - 1).assign_coords(y=t.years)
        room = _at(grows * fixed[t.years - 1] - fixed[t.years], t.years)
        self._row(total.isel(y=t.years) - grows * before, "<=", room)

    def _highest(self, n: int, t: PeakData, total: Any, fixed: np.ndarray) -> None:
        m, until = self.m, np.arange(t.by + 1)
        big = 2.0 * sum(float(np.max(self.instance.sources[s].baseline["location"])) for s in t.sources)
        highest = m.add_variables(name=f"highest_{n}")
        peak = m.add_variables(binary=True, coords=[pd.RangeIndex(t.by + 1, name="y")], name=f"peak_{n}")
        self._row(total.isel(y=t.years) - (1 + t.tolerance) * highest, "<=", _at(-fixed[t.years], t.years))
        self._row(highest - total.isel(y=until) + big * peak, "<=", _at(big + fixed[until], until))
        self._row(peak.sum(), "=", 1.0)

    def _gather(self, profile) -> xr.DataArray:
        """One number per start of every project (P, K); zero where there is none."""
        values = np.zeros((len(self.instance.projects), self.longest))
        for n, p in enumerate(self.instance.projects):
            values[n, : len(p.starts)] = profile(p)
        return xr.DataArray(values, dims=["p", "k"])

    def _at(self, numbers: xr.DataArray) -> Any:
        return (self.start * numbers).sum()

    def _of(self, projects: Sequence[int]) -> Any:
        """Starts of some projects (R, K)."""
        return self.start.isel(p=xr.DataArray(list(projects), dims="r")).drop_vars("p")

    def _over(self, projects: Sequence[int], profile) -> Any:
        """A yearly sum (Y,) over the starts of some projects; `profile` gives (V, Y) of a project."""
        values = np.zeros((len(projects), self.longest, len(self.years)))
        for n, k in enumerate(projects):
            p = self.instance.projects[k]
            values[n, : len(p.starts)] = profile(p)
        return (self._of(projects) * xr.DataArray(values, dims=["r", "k", "y"])).sum(["r", "k"])

    def _operating(self, projects: Sequence[ProjectData]) -> Any:
        """What operates of some projects (R, Y)."""
        values = np.zeros((len(projects), self.longest, len(self.years)))
        for n, p in enumerate(projects):
            values[n, : len(p.starts)] = p.effect
        return (self._of([p.index for p in projects]) * xr.DataArray(values, dims=["r", "k", "y"])).sum("k")

    def _row(self, left: Any, sign: str, right: Any, dim: str = "y", mask: xr.DataArray | None = None) -> None:
        if isinstance(right, list | np.ndarray):
            right = xr.DataArray(right, dims=dim)
        self.m.add_constraints(left, sign, right, mask=mask)


def _costs(instance: Instance, p: ProjectData) -> np.ndarray:
    return (p.capex + p.opex) @ instance.discount - instance.salvage_discount * p.salvage


def _years(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, dims="y")


def _at(values: np.ndarray, years: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, dims="y", coords={"y": years})
