"""Dated tables of the rules for ships: what the law says by year, from which limits are computed, never copied.

Steps hold from their year until the next. A scenario may replace any of them (`reduction`, `phase_in`).

FuelEU: Regulation (EU) 2023/1805, Article 4(2) and Annexes I and IV. CII: IMO resolutions MEPC.336(76), MEPC.338(76),
MEPC.353(78) and MEPC.354(78); the factors of 2027 to 2030 MEPC.400(83). EU ETS: Directive 2003/87/EC as amended by
Directive (EU) 2023/959, Article 3gb.
"""

from __future__ import annotations

from dataclasses import dataclass

FUELEU_REFERENCE = 91.16e-6
"""Reference greenhouse gas intensity of the energy used on board, tCO2e/MJ."""
FUELEU_REDUCTION = {2025: 0.02, 2030: 0.06, 2035: 0.145, 2040: 0.31, 2045: 0.62, 2050: 0.80}
FUELEU_VLSFO = 41_000.0
"""Energy of a tonne of very low sulphur fuel oil in the penalty formula, MJ/t."""

ETS_PHASE_IN = {2024: 0.40, 2025: 0.70, 2026: 1.0}
"""Share of verified emissions for which allowances are surrendered."""
ETS_ALL_GASES = 2026
"""First year in which methane and nitrous oxide count; before it only CO2."""

CII_REDUCTION = {
    2019: 0.0, 2020: 0.01, 2021: 0.02, 2022: 0.03, 2023: 0.05, 2024: 0.07, 2025: 0.09, 2026: 0.11, 2027: 0.13625,
    2028: 0.1625, 2029: 0.18875, 2030: 0.215,
}  # fmt: skip
"""Reduction factors relative to the reference line of 2019; none is decided for the years after 2030."""
RATINGS = "ABCDE"


@dataclass(frozen=True, slots=True)
class Line:
    """A reference line a x capacity^-c (gCO2 per tonne or GT and nautical mile) and the borders of ratings A to D.

    `by` is what the capacity counts; it counts as `most` at most and `least` at least.
    """

    a: float
    c: float
    borders: tuple[float, float, float, float]
    by: str = "DWT"
    most: float | None = None
    least: float | None = None


CII_LINES: dict[str, tuple[tuple[float, Line], ...]] = {
    "bulk carrier": ((0, Line(4745, 0.622, (0.86, 0.94, 1.06, 1.18), most=279_000)),),
    "gas carrier": (
        (0, Line(8104, 0.639, (0.85, 0.95, 1.06, 1.25))),
        (65_000, Line(144050000000, 2.071, (0.81, 0.91, 1.12, 1.44))),
    ),
    "tanker": ((0, Line(5247, 0.610, (0.82, 0.93, 1.08, 1.28))),),
    "container ship": ((0, Line(1984, 0.489, (0.83, 0.94, 1.07, 1.19))),),
    "general cargo ship": (
        (0, Line(588, 0.3885, (0.83, 0.94, 1.06, 1.19))),
        (20_000, Line(31948, 0.792, (0.83, 0.94, 1.06, 1.19))),
    ),
    "refrigerated cargo ship": ((0, Line(4600, 0.557, (0.78, 0.91, 1.07, 1.20))),),
    "combination carrier": ((0, Line(5119, 0.622, (0.87, 0.96, 1.06, 1.14))),),
    "LNG carrier": (
        (0, Line(147790000000000, 2.673, (0.78, 0.92, 1.10, 1.37), least=65_000)),
        (65_000, Line(144790000000000, 2.673, (0.78, 0.92, 1.10, 1.37))),
        (100_000, Line(9.827, 0.0, (0.89, 0.98, 1.06, 1.13))),
    ),
    "vehicle carrier": (
        (0, Line(330, 0.329, (0.86, 0.94, 1.06, 1.16), by="GT")),
        (30_000, Line(3627, 0.590, (0.86, 0.94, 1.06, 1.16), by="GT", most=57_700)),
    ),
    "ro-ro cargo ship": ((0, Line(1967, 0.485, (0.76, 0.89, 1.08, 1.27), by="GT")),),
    "ro-ro passenger ship": ((0, Line(2023, 0.460, (0.76, 0.92, 1.14, 1.30), by="GT")),),
    "cruise ship": ((0, Line(930, 0.383, (0.87, 0.95, 1.06, 1.16), by="GT")),),
}
"""By ship type: lines from a capacity (tonnes of deadweight, or gross tonnage) upwards."""


def cii_line(ship: str, capacity: float) -> tuple[Line, float]:
    """The line of a ship type at a capacity (t or GT), and the capacity that counts."""
    line = next(line for least, line in reversed(CII_LINES[ship]) if capacity >= least)
    counted = max(capacity, line.least or 0.0)
    return line, min(counted, line.most) if line.most is not None else counted


def required_cii(ship: str, capacity: float, reduction: float) -> float:
    """Required carbon intensity in gCO2 per capacity unit and nautical mile."""
    line, counted = cii_line(ship, capacity)
    return (1 - reduction) * line.a * counted**-line.c


def border(ship: str, capacity: float, worst: str) -> float:
    """The most that may be attained of what is required, for a rating that is no worse than this one (A to D)."""
    return cii_line(ship, capacity)[0].borders[RATINGS.index(worst)]


def rating(ship: str, capacity: float, attained: float, required: float) -> str:
    """A to E: where the attained intensity lies between the borders."""
    line, _ = cii_line(ship, capacity)
    return RATINGS[sum(attained > border * required for border in line.borders)]


def step(table: dict[int, float], year: int) -> float:
    """What a dated table says in a year: the last step up to it; nothing before the first."""
    known = [y for y in table if y <= year]
    return table[max(known)] if known else 0.0
