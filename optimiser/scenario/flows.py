"""What a project does to the world once it operates, in four words: abates, avoids, removes, delivers.

A project kind declares its flows in these words; everything after it (instance, mathematics, audit, report) knows
only them. Amounts are per unit (or per unit of size) and year of full operation.
"""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.scenario.paths import Path


@dataclass(frozen=True, slots=True)
class Abates:
    """Less emission at a source: a share of what is left, tonnes, or a quantity of its activity (by dimension).

    `market_only` changes the market-based ledger of scope 2 and leaves the location-based one alone.
    """

    source: str
    amount: Path
    market_only: bool = False


@dataclass(frozen=True, slots=True)
class Avoids:
    """Tonnes avoided at customers: its own ledger, never netted."""

    amount: Path


@dataclass(frozen=True, slots=True)
class Removes:
    """Tonnes taken out of the air, by year of operation (0 is the first), linear between, flat after."""

    by_age: Path
    kept: float
    durable: bool


@dataclass(frozen=True, slots=True)
class Delivers:
    """Output used on site by a source, and sold. `self_use` None: the split is a decision."""

    output: Path
    supplies: str | None
    price: Path | None
    sells: Path | None
    displaces: Path | None
    self_use: float | None


Flow = Abates | Avoids | Removes | Delivers
