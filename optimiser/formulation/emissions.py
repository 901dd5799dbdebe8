r"""Emissions: gross emissions of a source are what the running measures leave, exactly, and never below zero.

$$ \text{gross}_{s,y} = \text{baseline}_{s,y}\,\text{left}_{s,y} - \text{factor}_{s,y}\,\text{cut}_{s,y}
   - \text{tonnes}_{s,y} \ge 0, \qquad \text{cut}_{s,y} \le \text{activity}_{s,y}\,\text{left}_{s,y} $$

`cut` is activity saved or supplied on site. An equality: an inequality would let a plan claim more early emissions
than there are, to win room under a peak. Scope 2 has two such equations, one per ledger.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.credit_issues import removals_sold
from optimiser.formulation.extensions import more_of
from optimiser.formulation.fleet_fuels import fleet_bounds, fleet_gross
from optimiser.formulation.matrix import LinearForm, add_total, sum_of
from optimiser.formulation.overlap import has_many_weights, left_of, measures_on
from optimiser.instance.data import CarbonBudgetData, Instance, Ledger, ProjectData, SourceData, TargetData
from optimiser.instance.timing import Floats

Scope = tuple[tuple[int, ...], Ledger]


class SourceForms:
    """Gross emissions of one source and ledger as a form; built once, shared by all targets."""

    def __init__(self, model: pyo.ConcreteModel):
        self.model = model
        self.instance: Instance = model.instance
        self._gross: dict[tuple[int, Ledger], LinearForm] = {}
        self._left: dict[tuple[int, ...], LinearForm] = {}

    def gross(self, s: int, ledger: Ledger) -> LinearForm:
        """Gross emissions in kt, one row per year."""
        if not self.instance.sources[s].has_market:
            ledger = "location"
        if (s, ledger) not in self._gross:
            self._gross[s, ledger] = self._build(s, ledger)
        return self._gross[s, ledger]

    def left(self, s: int, ledger: Ledger) -> LinearForm:
        """What share measures leave; the same variables for both ledgers where the measures are the same."""
        measures = measures_on(self.instance, s, ledger)
        key = (s, *(m.project.index for m in measures))
        if key not in self._left:
            self._left[key] = left_of(self.model, self.instance.sources[s], measures)
        return self._left[key]

    def _build(self, s: int, ledger: Ledger) -> LinearForm:
        source = self.instance.sources[s]
        if source.fleet is not None:
            return fleet_gross(self.model, source, ledger)
        left = self.left(s, ledger)
        cut, tonnes = self._cut(s, ledger), self._tonnes(s, ledger)
        gross = left.scaled(source.baseline[ledger])
        if tonnes is not None:
            gross = gross - tonnes
        if cut is not None and source.factor is not None:
            gross = gross - cut.scaled(source.factor[ledger])
        if tonnes is not None or (cut is not None and ledger == "market"):
            self._never_below_zero("abated_within_source", source.id, gross)
        if cut is not None and source.activity is not None and ledger == "location":
            self._never_below_zero("supplied_within_need", source.id, left.scaled(source.activity) - cut)
        return gross

    def _never_below_zero(self, name: str, source: str, form: LinearForm) -> None:
        years = self.instance.years
        form = form + more_of(self.model, source, name)
        self.model.matrix.add_rows(name, form, 0.0, label=lambda y: (source, int(years[y])))

    def _cut(self, s: int, ledger: Ledger) -> LinearForm | None:
        """Activity saved or supplied on site, in units of the source's activity."""
        parts = self._parts(s, ledger, "activity")
        total = self.model.started.effect(parts) if parts else None
        for p in self.instance.suppliers_of.get(s, ()):
            used = self.model.on_site[p.index]
            total = used if total is None else total + used
        return total

    def _tonnes(self, s: int, ledger: Ledger) -> LinearForm | None:
        parts = self._parts(s, ledger, "tonnes")
        return self.model.started.effect(parts) if parts else None

    def _parts(self, s: int, ledger: Ledger, form: str) -> list:
        return [
            (p, p.effect * a.amount)
            for p, a in self.instance.abatements_on.get(s, ())
            if a.form == form and a.counts_in(ledger)
        ]


def add_emissions(model: pyo.ConcreteModel) -> None:
    """Adds `gross[scope, y]` for every set of sources that a target asks for; rows of every source that is abated."""
    instance: Instance = model.instance
    model.has_many_weights = has_many_weights(instance)
    model.sources = SourceForms(model)
    for s, source in enumerate(instance.sources):
        model.sources.gross(s, "location")
        if source.has_market:
            model.sources.gross(s, "market")
    scopes = list(dict.fromkeys((t.sources, t.ledger) for t in instance.targets if t.sources))
    model.scope_of = {t.id: scopes.index((t.sources, t.ledger)) for t in instance.targets if t.sources}
    n = len(instance.years)
    forms = []
    for members, ledger in scopes:
        forms.append(sum_of(n, [model.sources.gross(s, ledger) for s in members]))
    years = [int(y) for y in instance.years]
    model.gross = add_total(model, "gross", list(range(len(scopes))), forms, years)


def gross_of(model: pyo.ConcreteModel, target: TargetData, year: int):
    """Gross emissions that a target looks at in a year."""
    return model.gross[model.scope_of[target.id], year]


def gross_bounds(instance: Instance, sources: Sequence[int], ledger: Ledger) -> tuple[Floats, Floats]:
    """Bounds (Y,) on gross emissions of some sources, from the data alone: everything operates, or nothing does."""
    n = len(instance.years)
    low, high = np.zeros(n), np.zeros(n)
    for s in sources:
        source = instance.sources[s]
        if source.fleet is not None:
            least, most = fleet_bounds(instance, source, ledger)
            low, high = low + least, high + most
            continue
        least, most, taken, added = np.ones(n), np.ones(n), np.zeros(n), np.zeros(n)
        for p, a in instance.abatements_on.get(s, ()):
            if not a.counts_in(ledger):
                continue
            reach = _reach(p)
            if a.form == "share":
                least = least * (1 - np.clip(a.amount * reach, 0, 1))
                most = most * (1 - np.minimum(a.amount * reach, 0))
                continue
            kt = a.amount * reach * (1.0 if a.form == "tonnes" else _factor(source, ledger))
            taken, added = taken + np.maximum(kt, 0), added - np.minimum(kt, 0)
        for p in instance.suppliers_of.get(s, ()):
            assert p.delivery is not None
            taken = taken + _reach(p) * p.delivery.output * _factor(source, ledger)
        baseline = source.baseline[ledger]
        low = low + np.maximum(baseline * least - taken, 0)
        high = high + baseline * most + added
    return low, high


def _reach(p: ProjectData) -> Floats:
    """Most units' worth of effect in each year (Y,)."""
    return p.effect.max(axis=0) * p.most


def _factor(source: SourceData, ledger: Ledger) -> Floats:
    return source.factor[ledger] if source.factor is not None else np.zeros(1)


def add_removals(model: pyo.ConcreteModel) -> None:
    """Adds `removed[sinks, y]` for every set of sinks that counts for targets."""
    instance: Instance = model.instance
    counting = [t for t in instance.targets if t.sinks or t.kind in ("neutrality", "historical")]
    counting += [t for t in instance.targets if isinstance(t, CarbonBudgetData) and t.net and t not in counting]
    sets = list(dict.fromkeys(t.sinks for t in counting))
    model.sinks_of = {t.id: sets.index(t.sinks) for t in counting}
    forms = []
    for members in sets:
        sinks = [instance.projects[i] for i in members]
        removed = model.started.effect((p, p.removal) for p in sinks if p.removal is not None)
        forms.append(removed - removals_sold(model, members))
    years = [int(y) for y in instance.years]
    model.removed = add_total(model, "removed", list(range(len(sets))), forms, years)


def removed_of(model: pyo.ConcreteModel, target: TargetData, year: int):
    """Removals that count for a target in a year."""
    return model.removed[model.sinks_of[target.id], year]
