"""Quantities, paths and lists of quantities: what a figure in a scenario file may be, each read once, here.

Every reader raises `misread` with a code, a message, a help and the place within the value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from optimiser.errors import quoted
from optimiser.scenario.mistakes import Mistake, misread
from optimiser.units import NAMED, NUMBER, Dimension, Quantity, UnitError, Units, describe, example, times

YEARS = (-9999, 9999)
GROWTH_KEYS = ("start", "growth", "from")
MOST_GROWTH = 10
"""The steepest growth per year that is believed: 1,000 %."""
TABLE_KEYS = ("table", "column")


def units_of(info: ValidationInfo) -> Units:
    """The units of the scenario being read (its currency decides)."""
    context = info.context or {}
    return context.get("units") or Units()


def read_quantity(raw: Any, units: Units, expected: Dimension | None = None, at: tuple[Any, ...] = ()) -> Quantity:
    """A quantity, of the expected dimension where one is given. Raises our pydantic error."""
    if isinstance(raw, Quantity):
        return raw
    try:
        quantity = units.parse(raw)
    except UnitError as error:
        raise misread(Mistake(error.code, error.message, error.help, at)) from None
    if expected is not None and quantity.dimension != expected:
        raise misread(Mistake(*dimension_mistake(quantity, expected, units.currency), at))
    return quantity


def dimension_mistake(quantity: Quantity, expected: Dimension, currency: str) -> tuple[str, str, str]:
    """Code, message and help for a quantity of the wrong dimension."""
    want, such_as = describe(expected), example(expected, currency)
    written = _starts_like_number(quantity.text.strip() or "?")  # not the name of a series
    if written and not quantity.dimension and "%" not in quantity.text:
        such_as = example(expected, currency, f"{quantity.number:.15g}")
        help = f"write its unit, such as {such_as}" if such_as else ""
        return "U004", f"{quoted(quantity.text)} has no unit, expected {want}", help
    have = "a share" if "%" in quantity.text and not quantity.dimension else describe(quantity.dimension)
    if have == "time" and "/" in quantity.text:
        have = "energy per power"
    help = f"write {want}, such as {such_as}" if such_as else ""
    per_time = dict(quantity.dimension).get("time", 0) < 0 and "/" in quantity.text
    if per_time and times(quantity.dimension, NAMED["time"]) == expected:
        help = "amounts are per year already: leave out the time"
    said = quoted(quantity.text) if written else f"the series {quoted(quantity.text)}"
    return "U003", f"{said} is {have}, expected {want}", help


@dataclass(frozen=True, slots=True)
class Path:
    """A value for every year: constant, points (linear between, flat outside), growth, or the name of a series.

    Values are in canonical units; `dimension` is None for a reference until the series is known.
    """

    points: tuple[tuple[int, float], ...] = ()
    growth: tuple[float, float, int | None] | None = None
    reference: str | None = None
    dimension: Dimension | None = NUMBER
    text: str = ""

    @property
    def values(self) -> tuple[float, ...]:
        """The figures it is made of (not of a series it names)."""
        return tuple(v for _, v in self.points) if self.growth is None else (self.growth[0],)


UNKNOWN = Path(dimension=None)
"""Stands for a path that could not be read: nothing is known of it, and nothing more is said of it."""


def read_path(raw: Any, units: Units, expected: Dimension | None = None) -> Path:
    """Any of the five forms of a path. Raises our pydantic error with every offending part."""
    if isinstance(raw, str):
        text = raw.strip()
        if text and not _starts_like_number(text):
            return Path(reference=text, dimension=None, text=raw)
    elif isinstance(raw, dict):
        return _mapping_path(raw, units, expected)
    elif isinstance(raw, list):
        help = "write one quantity, or a mapping of years to quantities"
        raise misread(Mistake("K003", "a list cannot stand here", help))
    elif isinstance(raw, Path):
        return raw
    quantity = read_quantity(raw, units, expected)
    return Path(points=((0, quantity.value),), dimension=quantity.dimension, text=quantity.text)


def _mapping_path(raw: dict, units: Units, expected: Dimension | None) -> Path:
    words = [k for k in raw if not isinstance(k, int)]
    if words and len(words) == len(raw):
        close = {w: get_close_matches(w, GROWTH_KEYS + TABLE_KEYS, n=1, cutoff=0.6) for w in words}
        if any(c and c[0] in TABLE_KEYS for c in close.values()):
            return _table_path(raw)
        if any(close.values()):
            return _growth_path(raw, units, expected)
    if not raw:
        help = "write one quantity, or {2026: 10 MCNY, 2040: 20 MCNY}"
        raise misread(Mistake("K003", "an empty mapping is no path", help))
    help = "a path is a quantity, a mapping of years, {start: q, growth: r}, or the name of a series"
    mistakes = [Mistake("K001", f'"{key}" is not a year', help, (key,)) for key in words]
    low, high = YEARS
    years = sorted(k for k in raw if isinstance(k, int))
    far = [y for y in years if not low <= y <= high]
    mistakes += [Mistake("V003", f"{y} is no year", f"years are {low} to {high}", (y,)) for y in far]
    found = _read_all([(y, raw[y]) for y in years], units, expected, mistakes)
    points = tuple((y, q.value) for y, q in zip(years, found, strict=True))
    return Path(points=points, dimension=found[0].dimension, text=found[0].text)


def _read_all(
    parts: Iterable[tuple[int, Any]], units: Units, expected: Dimension | None, mistakes: list[Mistake]
) -> list[Quantity]:
    """Quantities of one dimension; `mistakes` are raised with those found here."""
    found: list[tuple[int, Quantity]] = []
    for at, raw in parts:
        try:
            found.append((at, read_quantity(raw, units, expected, (at,))))
        except PydanticCustomError as error:
            mistakes += mistakes_of(error)
    if expected is None and found:
        common = next((q.dimension for _, q in found if q.dimension), NUMBER)
        mistakes += [
            Mistake(*dimension_mistake(q, common, units.currency), (at,)) for at, q in found if q.dimension != common
        ]
    if mistakes:
        raise misread(*mistakes)
    return [quantity for _, quantity in found]


def mistakes_of(error: PydanticCustomError) -> tuple[Mistake, ...]:
    """The mistakes that one of our errors carries."""
    return (error.context or {})["mistakes"]


def _table_path(raw: dict) -> Path:
    mistakes = _keys(raw, TABLE_KEYS, TABLE_KEYS, "write {table: prices, column: power}")
    for key in TABLE_KEYS:
        if key in raw and not isinstance(raw[key], str | int):
            mistakes.append(Mistake("K003", "is not a name", "write {table: prices, column: power}", (key,)))
    if mistakes:
        raise misread(*mistakes)
    name = f"{raw['table']}.{raw['column']}"
    return Path(reference=name, dimension=None, text=name)


def _growth_path(raw: dict, units: Units, expected: Dimension | None) -> Path:
    mistakes = _keys(raw, GROWTH_KEYS, ("start", "growth"), "write {start: 10 MCNY, growth: 2 %}")
    start = growth = None
    try:
        start = read_quantity(raw["start"], units, expected, ("start",)) if "start" in raw else None
    except PydanticCustomError as error:
        mistakes += mistakes_of(error)
    try:
        growth = read_quantity(raw["growth"], units, NUMBER, ("growth",)) if "growth" in raw else None
    except PydanticCustomError as error:
        mistakes += mistakes_of(error)
    if growth is not None:
        mistakes += _growth_mistakes(growth)
    anchor = raw.get("from")
    if anchor is not None and (not isinstance(anchor, int) or isinstance(anchor, bool)):
        said = quoted(anchor) if isinstance(anchor, str | int | float) else "this"
        mistakes.append(Mistake("K003", f"{said} is not a year", "write from: 2026", ("from",)))
    elif anchor is not None and not YEARS[0] <= anchor <= YEARS[1]:
        mistakes.append(Mistake("V003", f"{anchor} is no year", f"years are {YEARS[0]} to {YEARS[1]}", ("from",)))
    if mistakes or start is None or growth is None:
        raise misread(*mistakes)
    return Path(growth=(start.value, growth.value, anchor), dimension=start.dimension, text=start.text)


def _growth_mistakes(growth: Quantity) -> list[Mistake]:
    """A growth of one and more is doubling: believed only with its percent sign."""
    percent = "%" in growth.text
    if -1 < growth.value < 1 or (percent and 1 <= growth.value <= MOST_GROWTH):
        return []
    text = f"a growth of {quoted(growth.text)} per year"
    if percent:
        help = f"write a percentage above -100 and up to {MOST_GROWTH * 100:g}, such as 2 %"
        return [Mistake("V001", text, help, ("growth",))]
    help = f"did you mean {growth.text} %?" if abs(growth.value) < 100 else "write a percentage, such as 2 %"
    return [Mistake("U006", text, help, ("growth",))]


def _keys(raw: dict, known: Iterable[str], needed: Iterable[str], form: str) -> list[Mistake]:
    """Keys of a path's mapping that are unknown or missing."""
    mistakes, meant = [], set()
    for key in raw:
        if key not in known:
            close = get_close_matches(str(key), list(known), n=1, cutoff=0.6)
            meant |= set(close)
            help = f"did you mean {close[0]}?" if close else form
            mistakes.append(Mistake("K001", f'unknown key "{key}"', help, (key,)))
    missing = [k for k in needed if k not in raw and k not in meant]
    return mistakes + [Mistake("K002", f"`{key}` is missing", form) for key in missing]


def _starts_like_number(text: str) -> bool:
    return text[0].isdigit() or (text[0] in "+-.\u2212\u2013" and text[1:2].isdigit()) or text[:2] in ("+.", "-.")


@dataclass(frozen=True, slots=True)
class Listing:
    """Quantities counted from a first year (of the start, or of operation), in canonical units."""

    values: tuple[float, ...]
    dimension: Dimension
    text: str = ""


def read_listing(raw: list, units: Units, expected: Dimension | None = None) -> Listing:
    """A list of quantities of one dimension. Raises our pydantic error with every offending part."""
    if not raw:
        raise misread(Mistake("K003", "an empty list", "write at least one quantity, or leave the key out"))
    found = _read_all(enumerate(raw), units, expected, [])
    return Listing(tuple(q.value for q in found), found[0].dimension, found[0].text)
