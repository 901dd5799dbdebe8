"""Projects to numbers: amounts, timing, money and flows."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from optimiser.instance.data import Abatement, Delivery, ProjectData
from optimiser.instance.paths import Paths
from optimiser.instance.timing import Clock, Floats, Timing, timing
from optimiser.scenario.flows import Abates, Avoids, Delivers, Removes
from optimiser.scenario.kinds import Project
from optimiser.scenario.model import Scenario
from optimiser.scenario.values import Listing, Path
from optimiser.units import CARBON, NUMBER, Quantity, per


def compile_projects(scenario: Scenario, paths: Paths, entity_index: dict[str, int]) -> tuple[ProjectData, ...]:
    """All projects in the order of the file."""
    index = {name: i for i, name in enumerate(scenario.projects)}
    cheaper: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for name, project in scenario.projects.items():
        for other, share in getattr(project, "lowers_capex", {}).items():
            if share > 0:
                cheaper[other].append((index[name], share))
    compiler = _Compiler(scenario, paths, entity_index, index)
    return tuple(
        compiler.project(i, name, project, tuple(cheaper[name]))
        for i, (name, project) in enumerate(scenario.projects.items())
    )


class _Compiler:
    """What compiling one project needs of the rest of the scenario."""

    def __init__(self, scenario: Scenario, paths: Paths, entity_index: dict[str, int], index: dict[str, int]):
        self.scenario, self.paths, self.index = scenario, paths, index
        self.entity_index = entity_index
        self.source_index = {name: i for i, name in enumerate(scenario.sources)}
        self.resource_index = {name: i for i, name in enumerate(scenario.resources)}
        tops = (entity_index[n] for n, e in scenario.entities.items() if e.parent is None)
        self.top = next(tops, 0)

    def project(self, i: int, name: str, project: Project, cheaper: tuple[tuple[int, float], ...]) -> ProjectData:
        flows = project.flows()
        most, least, per_year, unit = _amounts(project)
        capex_each, profile = _capex(project)
        own = self._timing(project, profile)
        removes = next((f for f in flows if isinstance(f, Removes)), None)
        avoids = [self._each(f.amount, project, CARBON) for f in flows if isinstance(f, Avoids)]
        delivers = next((f for f in flows if isinstance(f, Delivers)), None)
        by_age, by_year = self._opex(project)
        return ProjectData(
            index=i,
            id=name,
            label=project.name or name,
            kind=project.kind,  # type: ignore[attr-defined]
            entity=self.entity_index[project.entity] if project.entity is not None else self.top,
            tags=project.tags,
            unit=unit,
            integer=project.size is None,
            most=most,
            least=least,
            per_year=per_year,
            committed=project.committed,
            lead_time=project.lead_time,
            life=project.life,
            timing=own,
            capex_each=capex_each,
            opex_by_age=by_age,
            opex_by_year=by_year,
            ramp=np.array(project.ramp) if project.ramp else None,
            abatements=tuple(self._abatement(f, project) for f in flows if isinstance(f, Abates)),
            avoids=np.sum(avoids, axis=0) if avoids else None,
            removal_by_age=self._removal(removes, project, own) if removes else None,
            durable=removes.durable if removes else False,
            delivery=self._delivery(delivers, project) if delivers else None,
            requires=tuple(tuple((self.index[o], lag) for o, lag in clause) for clause in project.requires),
            uses=tuple(self._use(r, amount, project) for r, amount in project.uses.items()),
            cheaper=cheaper,
        )

    def _timing(self, project: Project, profile: tuple[float, ...]) -> Timing:
        horizon = self.scenario.horizon
        first, last = project.start or (horizon.first, horizon.last)
        return timing(
            Clock(
                first_start=max(first, horizon.first),
                last_start=min(last, horizon.last),
                first_year=horizon.first,
                last_year=horizon.last,
                lead_time=project.lead_time,
                life=project.life,
                renew=project.renew,
                profile=profile,
                trend=project.cost_trend,
                price_year=self.scenario.prices,
                salvage=project.salvage or self.scenario.salvage,
                rate=self.scenario.discount_rate,
            )
        )

    def _each(self, path: Path, project: Project, total) -> Floats:
        """Values (Y,) per unit of the project's own amount; plain totals count per unit of size."""
        values = self.paths.over_horizon(path)
        resolved = self.paths.resolve(path)
        if project.size is not None and resolved.dimension != total:
            return values * _factor(project)
        return values

    def _opex(self, project: Project) -> tuple[Floats | None, Floats]:
        none = np.zeros(len(self.paths.years))
        if project.opex is None:
            return None, none
        factor = _factor(project)
        if isinstance(project.opex, Listing):
            return np.array(project.opex.values) * factor, none
        return None, self.paths.over_horizon(project.opex) * factor

    def _abatement(self, flow: Abates, project: Project) -> Abatement:
        dimension = self.paths.resolve(flow.amount).dimension or NUMBER
        size = project.size.max.dimension if project.size is not None else NUMBER
        source = self.source_index[flow.source]
        values = self.paths.over_horizon(flow.amount)
        if dimension in (NUMBER, CARBON):
            form = "share" if dimension == NUMBER else "tonnes"
        elif size and dimension in (per(NUMBER, size), per(CARBON, size)):
            form = "share" if dimension == per(NUMBER, size) else "tonnes"
            values = values * _factor(project)
        else:
            form = "activity"
            if dimension != self._activity(flow.source):
                values = values * _factor(project)
        return Abatement(source, form, values, flow.market_only)  # type: ignore[arg-type]

    def _activity(self, source: str):
        activity = self.scenario.sources[source].activity
        return self.paths.resolve(activity).dimension if activity is not None else None

    def _removal(self, flow: Removes, project: Project, own: Timing) -> Floats:
        """kt by year of operation, as far as the horizon needs (the last value holds after); losses in full."""
        ages = np.arange(max(int(own.age.max()), 0) + 1)
        removed = self.paths.at(flow.by_age, ages) * _factor(project)
        return np.where(removed > 0, removed * flow.kept, removed)

    def _delivery(self, flow: Delivers, project: Project) -> Delivery:
        none = np.zeros(len(self.paths.years))
        price, sells, displaces = (
            self.paths.over_horizon(p) if p is not None else none for p in (flow.price, flow.sells, flow.displaces)
        )
        supplies = self.source_index[flow.supplies] if flow.supplies is not None else None
        output = self.paths.over_horizon(flow.output) * _factor(project)
        return Delivery(output, supplies, price, sells, displaces, flow.self_use)

    def _use(self, resource: str, amount: Quantity | Listing, project: Project) -> tuple[int, Floats | None, float]:
        limit = self.paths.resolve(self.scenario.resources[resource].limit).dimension
        factor = _factor(project) if amount.dimension != limit else 1.0
        index = self.resource_index[resource]
        if isinstance(amount, Listing):
            return index, np.array(amount.values) * factor, 0.0
        return index, None, amount.value * factor


def _factor(project: Project) -> float:
    """Canonical size of one unit of the project's own size unit; 1 without a size."""
    return project.size.max.value / project.size.max.number if project.size is not None else 1.0


def _amounts(project: Project) -> tuple[float, float, float | None, str]:
    """Most, least if chosen, most per year, and the unit in words."""
    if project.size is not None:
        factor = _factor(project)
        most = project.size.max.number
        unit = project.size.max.unit
        least = project.size.min.value / factor if project.size.min is not None else 0.0
        if project.committed and least == 0:
            least = min(1.0, most)
        return most, least, project.size.per_year.value / factor if project.size.per_year else None, unit
    if project.units is not None:
        least = float(project.units.min or (1 if project.committed else 0))
        return float(project.units.max), least, project.units.per_year, "units"
    return 1.0, 1.0 if project.committed else 0.0, None, ""


def _capex(project: Project) -> tuple[float, tuple[float, ...]]:
    """Capex per unit of amount, and its profile by year since the start."""
    factor = _factor(project)
    if isinstance(project.capex, Listing):
        return 1.0, tuple(v * factor for v in project.capex.values)
    profile = project.capex_profile or (1 / max(project.lead_time, 1),) * max(project.lead_time, 1)
    return (project.capex.value * factor if project.capex is not None else 0.0), profile
