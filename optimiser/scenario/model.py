"""The Scenario: everything a file says, validated and frozen."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from optimiser.scenario.base import Strict
from optimiser.scenario.finance import AnyInstrument, Tax
from optimiser.scenario.fleets import Fleet
from optimiser.scenario.header import Horizon, Salvage, Solve
from optimiser.scenario.kinds import AnyProject
from optimiser.scenario.markets import AnyMarket
from optimiser.scenario.mistakes import Mistake, misread
from optimiser.scenario.money import Budget, Group, Resource
from optimiser.scenario.organisation import Entity, Source
from optimiser.scenario.targets import AnyTarget
from optimiser.scenario.values import Flag, Id, Note, Rate, SeriesPath, Text, Trend, Year, shown
from optimiser.units import CURRENCIES

_NAMES = {
    "YUAN": "CNY",
    "RENMINBI": "CNY",
    "元": "CNY",
    "EURO": "EUR",
    "€": "EUR",
    "DOLLAR": "USD",
    "POUND": "GBP",
    "YEN": "JPY",
}


def _currency(raw: object) -> str:
    if isinstance(raw, str) and raw in CURRENCIES:
        return raw
    word = str(raw).strip().upper()
    close = next((code for name, code in _NAMES.items() if name in word), word if word in CURRENCIES else "")
    help = f"did you mean {close}?" if close else "write a three-letter code, such as CNY or EUR"
    raise misread(Mistake("V001", f"{shown(raw)} is not a currency code", help))


def _version(raw: object) -> int:
    if raw == 1 and isinstance(raw, int) and not isinstance(raw, bool):
        return 1
    raise misread(Mistake("V001", f"{shown(raw)} is not known here", "this programme reads version: 1"))


class Scenario(Strict):
    """An organisation, its candidate projects, its money and its promises."""

    version: Annotated[int, PlainValidator(_version), WithJsonSchema({"const": 1})] = 1
    """Version of the file format."""
    name: Text | None = None
    """Title of the answer."""
    note: Note | None = None
    """What is being argued about."""
    source: Note | None = None
    """Citation for the file as a whole."""
    illustrative: Flag = False
    """True where the whole file is an example."""
    horizon: Horizon
    """First and last year."""
    base_year: Year | None = None
    """The historical year that targets refer to; absent: the first year."""
    currency: Annotated[str, PlainValidator(_currency), WithJsonSchema({"type": "string"})] = "CNY"
    """Three-letter code; all money of the file is in it."""
    price_year: Year | None = None
    """All money is real money of this year; absent: the first year."""
    discount_rate: Rate = 0.0
    """Real, per year."""
    inflation: Trend | None = None
    """Yearly rise of prices: the rates of `finance` are nominal, and what `tax` writes off melts. Absent: neither."""
    tax: Tax | None = None
    """What capex and interest take off the tax; absent: no tax."""
    salvage: Salvage = "annuity"
    """How unused life at the end of the horizon is valued."""
    series: dict[Id, SeriesPath] = Field(default_factory=dict)
    """Paths with a name, to be used wherever a path may stand."""
    entities: dict[Id, Entity] = Field(default_factory=dict)
    """The organisation tree."""
    sources: dict[Id, Source] = Field(default_factory=dict)
    """Streams of emissions."""
    projects: dict[Id, AnyProject] = Field(default_factory=dict)
    """Candidate decisions."""
    resources: dict[Id, Resource] = Field(default_factory=dict)
    """Yearly limits other than money."""
    groups: dict[Id, Group] = Field(default_factory=dict)
    """Choices among projects."""
    fleets: dict[Id, Fleet] = Field(default_factory=dict)
    """Identical assets that move between technology states."""
    budgets: dict[Id, Budget] = Field(default_factory=dict)
    """Limits on money."""
    finance: dict[Id, AnyInstrument] = Field(default_factory=dict)
    """Sources of finance, and limits on debt."""
    markets: dict[Id, AnyMarket] = Field(default_factory=dict)
    """Where emissions cost allowances, and where credits and certificates are sold."""
    targets: dict[Id, AnyTarget] = Field(default_factory=dict)
    """Promises."""
    solve: Solve = Field(default_factory=Solve)
    """When the solver may stop."""

    @property
    def base(self) -> int:
        """The base year."""
        return self.base_year if self.base_year is not None else self.horizon.first

    @property
    def prices(self) -> int:
        """The price year."""
        return self.price_year if self.price_year is not None else self.horizon.first
