"""Targets to numbers: which sources and sinks count, in which years, and how much is allowed or needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from optimiser.instance.data import (
    AvoidedData,
    CarbonBudgetData,
    EntityData,
    HistoricalData,
    IntensityData,
    Ledger,
    NeutralityData,
    PeakData,
    ProjectData,
    ReductionData,
    SourceData,
    TargetData,
)
from optimiser.instance.markets import credit_price
from optimiser.instance.paths import Paths
from optimiser.instance.timing import Floats, Ints
from optimiser.scenario.model import Scenario
from optimiser.scenario.targets import (
    AnyTarget,
    Avoided,
    CarbonBudget,
    Historical,
    Intensity,
    Neutrality,
    OnEmissions,
    Peak,
    Reduction,
    Timed,
)
from optimiser.units import CARBON, MONEY, NUMBER, per


def compile_targets(
    scenario: Scenario,
    paths: Paths,
    entities: tuple[EntityData, ...],
    sources: tuple[SourceData, ...],
    projects: tuple[ProjectData, ...],
) -> tuple[TargetData, ...]:
    """All targets in the order of the file."""
    compiler = _Compiler(scenario, paths, entities, sources, projects)
    found = tuple(compiler.target(name, target) for name, target in scenario.targets.items())
    return tuple(_sharing(t, found, sources) if isinstance(t, NeutralityData) else t for t in found)


def _sharing(target: NeutralityData, others: Iterable[TargetData], sources: tuple[SourceData, ...]) -> NeutralityData:
    """A target with those whose credits are for a part of its own emissions, and cost no less than its own.

    Only the tonnes of scope 2 are others in the other ledger.
    """
    shared = []
    for t in others:
        if t is target or not isinstance(t, NeutralityData) or not (t.admits_credits and target.admits_credits):
            continue
        same_tonnes = t.ledger == target.ledger or all(sources[s].scope != 2 for s in t.sources)
        if same_tonnes and t.sources and set(t.sources) <= set(target.sources):
            both = set(map(int, t.years)) & set(map(int, target.years))
            years = frozenset(y for y in both if t.credit_price[y] >= target.credit_price[y])
            shared += [(t.id, years)] if years else []
    return replace(target, shared=tuple(shared))


class _Compiler:
    def __init__(
        self,
        scenario: Scenario,
        paths: Paths,
        entities: tuple[EntityData, ...],
        sources: tuple[SourceData, ...],
        projects: tuple[ProjectData, ...],
    ):
        self.scenario, self.paths = scenario, paths
        self.entities, self.sources, self.projects = entities, sources, projects
        self.entity_index = {e.id: i for i, e in enumerate(entities)}
        self.first, self.last = scenario.horizon.first, scenario.horizon.last

    def target(self, name: str, target: AnyTarget) -> TargetData:
        common = self._common(name, target)
        if isinstance(target, Peak):
            return self._peak(common, target)
        if isinstance(target, Reduction):
            return ReductionData(**common, cap=self._cap(common, target))
        if isinstance(target, Neutrality):
            return self._neutrality(common, target)
        if isinstance(target, Intensity):
            return self._intensity(common, target)
        if isinstance(target, CarbonBudget):
            span = np.arange(target.years[0], target.years[1] + 1) - self.first
            return CarbonBudgetData(**common, span=span, limit=target.at_most.value, net=target.net)
        if isinstance(target, Avoided):
            return self._avoided(common, target)
        return HistoricalData(**common, by=target.by - self.first, stock=target.stock.value)

    def _common(self, name: str, target: AnyTarget) -> dict[str, Any]:
        entity = self.entity_index[target.entity] if target.entity is not None else None
        below = self.entities[entity].below if entity is not None else frozenset(range(len(self.entities)))
        covered = self._sources(target, below)
        ledger: Ledger = getattr(target, "basis", "location")
        penalty = None
        if target.penalty is not None:
            penalty = np.full(len(self.paths.years), target.penalty.value)
        return {
            "id": name,
            "label": target.name or name,
            "kind": target.kind,
            "entity": entity,
            "priority": target.priority,
            "penalty": penalty,
            "years": self._years(target),
            "sources": covered,
            "ledger": ledger,
            "entities": below,
            "sinks": self._sinks(target, below),
            "base": float(sum(self.sources[s].base[ledger] for s in covered)),
        }

    def _years(self, target: AnyTarget) -> Ints:
        if isinstance(target, Timed):
            if target.in_ is not None:
                return np.array(sorted(set(target.in_))) - self.first
            assert target.by is not None
            start = max(target.by + (1 if isinstance(target, Peak) else 0), self.first)
            end = self.last if target.until is None else min(target.until, self.last)
            return np.arange(start, end + 1) - self.first
        end = target.years[1] if isinstance(target, CarbonBudget) else target.by
        return np.array([end - self.first])

    def _sources(self, target: AnyTarget, below: frozenset[int]) -> tuple[int, ...]:
        if not isinstance(target, OnEmissions | CarbonBudget):
            return ()
        if target.sources is not None:
            return tuple(i for i, s in enumerate(self.sources) if s.id in target.sources)
        return tuple(
            i
            for i, s in enumerate(self.sources)
            if s.entity in below
            and (target.scopes is None or s.scope in target.scopes)
            and (target.categories is None or s.scope != 3 or s.category in target.categories)
        )

    def _sinks(self, target: AnyTarget, below: frozenset[int]) -> tuple[int, ...]:
        if not (isinstance(target, Neutrality | Historical) or (isinstance(target, CarbonBudget) and target.net)):
            return ()
        sinks = [p for p in self.projects if p.removal_by_age is not None]
        if target.removals is not None:
            return tuple(p.index for p in sinks if p.id in target.removals)
        durable_only = isinstance(target, Historical)
        return tuple(p.index for p in sinks if p.entity in below and (p.durable or not durable_only))

    def _peak(self, common: dict[str, Any], target: Peak) -> PeakData:
        assert target.by is not None
        cap = None
        if target.at_most is not None:
            share = target.at_most.dimension == NUMBER
            cap = target.at_most.value * (common["base"] if share else 1.0)
        end = self.last if target.until is None else min(target.until, self.last)
        capped = np.arange(self.first, end + 1) - self.first
        return PeakData(
            **common,
            shape=target.shape,
            by=target.by - self.first,
            width=target.years or 1,
            tolerance=target.tolerance,
            cap=cap,
            capped=capped,
        )

    def _cap(self, common: dict[str, Any], target: Reduction) -> Floats:
        cut = self.paths.over_horizon(target.cut)
        base = np.full(len(cut), common["base"])
        if target.against == "baseline":
            base = self._sum([self.sources[s].baseline[common["ledger"]] for s in common["sources"]])
        return base * (1 - cut) if self.paths.resolve(target.cut).dimension == NUMBER else base - cut

    def _sum(self, parts: list[Floats]) -> Floats:
        return np.sum(parts, axis=0) if parts else np.zeros(len(self.paths.years))

    def _neutrality(self, common: dict[str, Any], target: Neutrality) -> NeutralityData:
        base = common["base"]
        price = self._credit_price(target)
        return NeutralityData(
            **common,
            residual=target.residual * base if target.residual is not None else None,
            credits=np.full(len(price), target.credits * base),
            on_sale=np.where(np.isfinite(price), target.credits * base, 0.0),
            credit_price=np.where(np.isfinite(price), price, 0.0),
        )

    def _credit_price(self, target: Neutrality) -> Floats:
        """Its own, or the lowest of the markets of each year, infinite where none is left; zero without any."""
        if target.credit_price is not None:
            return self.paths.over_horizon(target.credit_price)
        sold = credit_price(self.scenario, self.paths)
        return sold if sold is not None else self._sum([])

    def _intensity(self, common: dict[str, Any], target: Intensity) -> IntensityData:
        if target.per == "revenue":
            denominator, base = self._of_entity(common["entity"], "revenue", "base_revenue")
            unit = f"tCO2e/M{self.scenario.currency}"
        else:
            path = self.scenario.series[target.per]
            denominator = self.paths.over_horizon(path)
            base = self.paths.at_year(path, self.scenario.base)
            unit = f"tCO2e/{target.per}"
        if target.at_most is not None:
            limit = target.at_most.value
        else:
            limit = (1 - (target.cut or 0.0)) * common["base"] / base if base else 0.0
        # where there is no activity there is no intensity
        common["years"] = common["years"][denominator[common["years"]] > 0]
        if target.penalty is not None and target.penalty.dimension != per(MONEY, CARBON):
            common["penalty"] = target.penalty.value / np.where(denominator > 0, denominator, np.inf)
        return IntensityData(**common, denominator=denominator, limit=limit, unit=unit)

    def _of_entity(self, entity: int | None, key: str, base_key: str) -> tuple[Floats, float]:
        """A path of the target's entity (of all top entities without one), over the horizon and in the base year."""
        tops = [entity] if entity is not None else [i for i, e in enumerate(self.entities) if e.parent is None]
        found = [self.entities[i] for i in tops]
        values = [getattr(e, key) for e in found if getattr(e, key) is not None]
        return self._sum(values), float(sum(getattr(e, base_key) for e in found))

    def _avoided(self, common: dict[str, Any], target: Avoided) -> AvoidedData:
        baseline, start = self._of_entity(common["entity"], "avoided_baseline", "base_avoided")
        common["base"] = target.base.value if target.base is not None else start
        floor = self.paths.over_horizon(target.multiple) * common["base"]
        return AvoidedData(**common, baseline=baseline, floor=floor)
