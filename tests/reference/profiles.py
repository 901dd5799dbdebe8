"""What one unit of a project (or one unit of its size) started in a year does in every year.

Each profile is an array of start years by years of the horizon, so that the effect of a schedule is the sum
of the rows of its starts.
"""

from dataclasses import dataclass, field

import numpy as np

from .quantities import quantity
from .world import LEDGERS, World


@dataclass
class Project:
    """Limits of a decision, and its profiles. Money in MCNY, tonnes in ktCO2e, activity in GWh."""

    name: str
    entity: str
    tags: set[str]
    window: list[int]
    most: float
    least: float  # if the project is chosen at all
    per_year: float
    whole: bool  # False: continuous in size
    committed: bool
    first_effect: int  # years from start to first effect
    durable: bool
    capex: np.ndarray
    opex: np.ndarray
    salvage: np.ndarray  # by start year only, undiscounted
    operating: np.ndarray
    removed: np.ndarray
    avoided: np.ndarray
    output: np.ndarray
    uses: dict[str, np.ndarray] = field(default_factory=dict)
    shares: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    tonnes: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    activity: dict[str, np.ndarray] = field(default_factory=dict)
    supplies: str | None = None
    on_site: float | None = None  # share of the output used on site; None: a decision of every year
    price: np.ndarray | float = 0.0
    sells: np.ndarray | float = 0.0
    displaces: np.ndarray | float = 0.0

    @property
    def splits_freely(self) -> bool:
        return self.on_site is None


def read_projects(world: World) -> dict[str, Project]:
    return {name: _project(world, name, entry) for name, entry in world.raw.get("projects", {}).items()}


def _project(world: World, name: str, entry: dict) -> Project:
    window = _window(world, entry.get("start", [world.first, world.last]))
    lots, whole = entry.get("size") or entry.get("units") or {"max": 1}, "size" not in entry
    most, size_dimension = quantity(lots["max"])
    least = quantity(lots.get("min", 0))[0]
    if whole:
        least = max(least, 1)
    elif entry.get("committed") and "min" not in lots:
        least = quantity(f"1 {str(lots['max']).split()[1]}")[0]
    unit = _Unit(world, entry, window, size_dimension)
    project = Project(
        name,
        world.entity_of(entry),
        set(entry.get("tags", [])),
        window,
        most,
        least,
        quantity(lots.get("per_year", lots["max"]))[0],
        whole,
        bool(entry.get("committed")),
        unit.lead,
        bool(entry.get("durable")),
        unit.capex(),
        unit.opex(),
        unit.salvage(),
        unit.operating(),
        unit.removed(),
        unit.effect() * unit.yearly("avoids"),
        unit.effect() * unit.yearly("yield"),
        uses={resource: unit.uses(use) for resource, use in entry.get("uses", {}).items()},
        supplies=entry.get("supplies"),
        on_site=_on_site(entry),
        price=unit.yearly("price"),
        sells=unit.yearly("sells"),
        displaces=unit.yearly("displaces"),
    )
    _add_abatement(world, project, entry, unit)
    return project


def _window(world: World, start) -> list[int]:
    first, last = start if isinstance(start, list) else (start, start)
    return list(range(max(first, world.first), min(last, world.last) + 1))


def _on_site(entry: dict) -> float | None:
    """The fixed share of output used on site, or None where both ways are open and no share is named."""
    if "supplies" in entry and "sells" in entry:
        return quantity(entry["self_use"])[0] if "self_use" in entry else None
    return 1.0 if "supplies" in entry else 0.0


def _add_abatement(world: World, project: Project, entry: dict, unit: "_Unit") -> None:
    """Shares, tonnes and activity by source; `abates` enters both ledgers, `abates_market` only its own."""
    project.shares = {ledger: {} for ledger in LEDGERS}
    project.tonnes = {ledger: {} for ledger in LEDGERS}
    for key, ledgers in (("abates", LEDGERS), ("abates_market", ("market",))):
        for name, spec in entry.get(key, {}).items():
            path = world.path(spec)
            amount = unit.effect() * path.over(world.years)
            kind = unit.per_unit(path.dimension)
            for ledger in ledgers:
                if kind == "":
                    before = project.shares[ledger].get(name)
                    # Two shares of one project on one source also compose as a product of what they leave.
                    assert before is None, f"{project.name}: two shares on {name}"
                    project.shares[ledger][name] = amount
                else:
                    factor = world.sources[name].factor[ledger] if kind == "activity" else 1.0
                    project.tonnes[ledger][name] = project.tonnes[ledger].get(name, 0) + amount * factor
            if kind == "activity" and key == "abates":
                project.activity[name] = amount


class _Unit:
    """One unit of one project: its cycles, and every profile as start years by years."""

    def __init__(self, world: World, entry: dict, window: list[int], size_dimension: str):
        self.world, self.entry, self.window, self.size_dimension = world, entry, window, size_dimension
        self.lead = entry.get("lead_time", 0)
        self.life = entry.get("life")

    def per_unit(self, dimension: str) -> str:
        return dimension.removesuffix(f"/{self.size_dimension}") if self.size_dimension else dimension

    def yearly(self, key: str):
        """A path by calendar year; nothing where the project does not name it."""
        return self.world.path(self.entry[key]).over(self.world.years) if key in self.entry else 0.0

    def begins(self, start: int) -> list[int]:
        """The years in which a cycle begins: the start, and every end of life when renewed."""
        if self.life and self.entry.get("renew"):
            return list(range(start, self.world.last + 1, self.life))
        return [start]

    def _fill(self, amount) -> np.ndarray:
        """Profile from `amount(begin, year)`, summed over the cycles of each start."""
        return np.array(
            [
                [sum(amount(begin, year) for begin in self.begins(start)) for year in self.world.years]
                for start in self.window
            ],
            dtype=float,
        )

    def _age(self, begin: int, year: int) -> int | None:
        """Year of operation of the cycle (0 is the first), None when it does not operate."""
        age = year - begin - self.lead
        return age if age >= 0 and (not self.life or age < self.life) else None

    def operating(self) -> np.ndarray:
        return self._fill(lambda begin, year: self._age(begin, year) is not None)

    def effect(self) -> np.ndarray:
        """Operation scaled by the ramp, which counts from the first operation and never starts again."""
        ramp = [quantity(step)[0] for step in self.entry.get("ramp", [1.0])]
        since = np.array([[int(year) - start - self.lead for year in self.world.years] for start in self.window])
        return self.operating() * np.array(ramp)[np.clip(since, 0, len(ramp) - 1)]

    def capex(self) -> np.ndarray:
        paid = self._capex_by_year_since_begin()

        def amount(begin, year):
            since = year - begin
            return paid[since] * self._trend(begin) if 0 <= since < len(paid) else 0.0

        return self._fill(amount)

    def _capex_by_year_since_begin(self) -> list[float]:
        capex = self.entry.get("capex", 0)
        if isinstance(capex, list):
            return [quantity(part)[0] for part in capex]
        years = max(self.lead, 1)
        profile = [quantity(part)[0] for part in self.entry.get("capex_profile", [])] or [1 / years] * years
        return [quantity(capex)[0] * part for part in profile]

    def _trend(self, begin: int) -> float:
        return (1 + quantity(self.entry.get("cost_trend", 0))[0]) ** (begin - self.world.price_year)

    def opex(self) -> np.ndarray:
        opex = self.entry.get("opex", 0)
        if not isinstance(opex, list):
            return self.operating() * self.world.path(opex).over(self.world.years)
        by_age = [quantity(part)[0] for part in opex]

        def amount(begin, year):
            age = self._age(begin, year)
            return by_age[age] if age is not None and age < len(by_age) else 0.0

        return self._fill(amount)

    def removed(self) -> np.ndarray:
        """Tonnes by a sink: by age of the planting, which a renewal plants afresh, less the buffer; losses in full."""
        if "removal" not in self.entry:
            return self.operating() * 0.0
        by_age = self.world.path(self.entry["removal"]).at

        buffer = quantity(self.entry.get("buffer", 0))[0]

        def amount(begin, year):
            age = self._age(begin, year)
            tonnes = by_age(age) if age is not None else 0.0
            return tonnes * (1 - buffer) if tonnes > 0 else tonnes

        ramp = self.effect() / np.maximum(self.operating(), 1)
        return self._fill(amount) * ramp

    def uses(self, use) -> np.ndarray:
        """Of a resource: in the years of the lead time (the start year if it is 0), or a list by year."""
        taken = use if isinstance(use, list) else [use] * max(self.lead, 1)
        return self._fill(lambda begin, year: taken[year - begin] if 0 <= year - begin < len(taken) else 0.0)

    def salvage(self) -> np.ndarray:
        """Undiscounted value, after the last year, of the operation left in cycles paid for within the horizon."""
        kind = self.entry.get("salvage", self.world.raw.get("salvage", "annuity"))
        if not self.life or kind == "none":
            return np.zeros(len(self.window))
        return np.array([sum(self._left_of(begin, kind) for begin in self.begins(start)) for start in self.window])

    def _left_of(self, begin: int, kind: str) -> float:
        rate, life = self.world.rate, self.life
        left = min(life, max(0, begin + self.lead + life - 1 - self.world.last))
        paid = sum(
            amount for since, amount in enumerate(self._capex_by_year_since_begin()) if begin + since <= self.world.last
        ) * self._trend(begin)
        if kind == "linear" or rate == 0:
            return paid * left / life
        return paid * (1 - (1 + rate) ** -left) / (1 - (1 + rate) ** -life)
