"""What a value in a scenario file may be: quantities, paths, windows, ids. Each is read once, here.

Every reader raises `Misread` with a code, a message, a help and the place within the value; the loader turns it
into a Problem at the right line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from optimiser.units import CARBON, MONEY, NUMBER, Dimension, Quantity, UnitError, Units, describe


def misread(code: str, message: str, help: str = "", at: tuple[Any, ...] = ()) -> PydanticCustomError:
    """An error for pydantic that carries our code, help and the place inside the value."""
    return PydanticCustomError("misread", "{message}", {"code": code, "message": message, "help": help, "at": at})


def units_of(info: ValidationInfo) -> Units:
    """The units of the scenario being read (its currency decides)."""
    context = info.context or {}
    return context.get("units") or Units()


def read_quantity(raw: Any, units: Units, expected: Dimension | None = None, at: tuple[Any, ...] = ()) -> Quantity:
    """A quantity, of the expected dimension where one is given. Raises our pydantic error."""
    try:
        quantity = units.parse(raw)
    except UnitError as error:
        raise misread(error.code, error.message, error.help, at) from None
    if expected is not None:
        check_dimension(quantity, expected, at)
    return quantity


def check_dimension(quantity: Quantity, expected: Dimension, at: tuple[Any, ...] = ()) -> None:
    """Raises our pydantic error unless the quantity has the expected dimension."""
    if quantity.dimension == expected:
        return
    raise misread(*dimension_mistake(quantity, expected), at)


def dimension_mistake(quantity: Quantity, expected: Dimension) -> tuple[str, str, str]:
    """Code, message and help for a quantity of the wrong dimension."""
    want = describe(expected)
    if not quantity.dimension and "%" not in quantity.text:
        return "U004", f'"{quantity.text}" has no unit, expected {want}', f"write {quantity.text} and its unit"
    have = "a share" if "%" in quantity.text and not quantity.dimension else describe(quantity.dimension)
    help = _yearly_help(quantity, expected)
    return "U003", f'"{quantity.text}" is {have}, expected {want}', help


def _yearly_help(quantity: Quantity, expected: Dimension) -> str:
    shifted = dict(quantity.dimension)
    shifted["time"] = shifted.get("time", 0) + 1
    if tuple(sorted((n, e) for n, e in shifted.items() if e)) == expected:
        return "amounts are per year already: leave out the time"
    return ""


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


def read_path(raw: Any, units: Units, expected: Dimension | None = None) -> Path:
    """Any of the five forms of a path. Raises our pydantic error at the offending part."""
    if isinstance(raw, dict):
        return _mapping_path(raw, units, expected)
    if isinstance(raw, list):
        raise misread("K003", "a list cannot stand here", "write one quantity, or a mapping of years to quantities")
    if isinstance(raw, str) and not _starts_like_number(raw):
        return Path(reference=raw.strip(), dimension=None, text=raw)
    quantity = read_quantity(raw, units, expected)
    return Path(points=((0, quantity.value),), dimension=quantity.dimension, text=quantity.text)


def _mapping_path(raw: dict, units: Units, expected: Dimension | None) -> Path:
    if set(raw) == {"table", "column"}:
        name = f"{raw['table']}.{raw['column']}"
        return Path(reference=name, dimension=None, text=name)
    if "start" in raw or "growth" in raw:
        return _growth_path(raw, units, expected)
    if not raw:
        raise misread("K003", "an empty mapping is no path", "write one quantity, or {2026: 10 MCNY, 2040: 20 MCNY}")
    for key in raw:
        if not isinstance(key, int) or isinstance(key, bool):
            help = "a path is a quantity, a mapping of years, {start: q, growth: r}, or the name of a series"
            raise misread("K001", f'"{key}" is not a year', help, (key,))
    years = sorted(raw)
    first = read_quantity(raw[years[0]], units, expected, (years[0],))
    rest = [read_quantity(raw[y], units, expected or first.dimension, (y,)) for y in years[1:]]
    points = tuple((y, q.value) for y, q in zip(years, [first, *rest], strict=True))
    return Path(points=points, dimension=first.dimension, text=first.text)


def _growth_path(raw: dict, units: Units, expected: Dimension | None) -> Path:
    for key in raw:
        if key not in ("start", "growth", "from"):
            raise misread("K001", f'"{key}" is unknown in {{start, growth, from}}', "", (key,))
    if "start" not in raw or "growth" not in raw:
        missing = "growth" if "growth" not in raw else "start"
        raise misread("K002", f"`{missing}` is missing", "write {start: 10 MCNY, growth: 2 %}")
    start = read_quantity(raw["start"], units, expected, ("start",))
    growth = read_quantity(raw["growth"], units, NUMBER, ("growth",))
    if not -1 < growth.value < 1:
        raise misread("U006", f'a growth of "{growth.text}" per year', "write a percentage, such as 2 %", ("growth",))
    anchor = raw.get("from")
    if anchor is not None and (not isinstance(anchor, int) or isinstance(anchor, bool)):
        raise misread("K003", "must be a year", "", ("from",))
    return Path(growth=(start.value, growth.value, anchor), dimension=start.dimension, text=start.text)


def _starts_like_number(text: str) -> bool:
    stripped = text.strip()
    return bool(stripped) and (stripped[0].isdigit() or (stripped[0] in "+-." and stripped[1:2].isdigit()))


@dataclass(frozen=True, slots=True)
class Listing:
    """Quantities counted from a first year (of the start, or of operation), in canonical units."""

    values: tuple[float, ...]
    dimension: Dimension
    text: str = ""


def read_listing(raw: list, units: Units, expected: Dimension | None = None) -> Listing:
    """A list of quantities of one dimension. Raises our pydantic error at the offending part."""
    if not raw:
        raise misread("K003", "an empty list", "write at least one quantity, or leave the key out")
    first = read_quantity(raw[0], units, expected, (0,))
    values = [first.value]
    for i, part in enumerate(raw[1:], start=1):
        values.append(read_quantity(part, units, expected or first.dimension, (i,)).value)
    return Listing(tuple(values), first.dimension, first.text)


def _quantity_reader(expected: Dimension | None) -> Callable[[Any, ValidationInfo], Quantity]:
    return lambda raw, info: read_quantity(raw, units_of(info), expected)


def _path_reader(expected: Dimension | None) -> Callable[[Any, ValidationInfo], Path]:
    return lambda raw, info: read_path(raw, units_of(info), expected)


def _path_or_list(raw: Any, info: ValidationInfo) -> Path | Listing:
    return read_listing(raw, units_of(info)) if isinstance(raw, list) else read_path(raw, units_of(info))


def _amount_or_list(raw: Any, info: ValidationInfo) -> Quantity | Listing:
    return read_listing(raw, units_of(info)) if isinstance(raw, list) else read_quantity(raw, units_of(info))


def _fraction(low: float, high: float, tiny_is_wrong: bool) -> Callable[[Any, ValidationInfo], float]:
    def read(raw: Any, info: ValidationInfo) -> float:
        quantity = read_quantity(raw, units_of(info), NUMBER)
        value = quantity.value
        if "%" not in quantity.text and (value > 1.0 or value < min(low, -1.0)):
            raise misread("U006", f'"{quantity.text}" is a share above one', f"did you mean {quantity.text} %?")
        if tiny_is_wrong and "%" in quantity.text and 0 < value < 0.01:
            as_share = quantity.text.replace("%", "").strip()
            help = f"write {float(as_share) * 100:g} %, or {value:g} without the sign if it is really meant"
            raise misread("U006", f'"{quantity.text}" looks like a fraction with a percent sign', help)
        if not low <= value <= high:
            raise misread("V001", f'"{quantity.text}" is outside {low:.0%} to {high:.0%}')
        return value

    return read


def _listed(name: str) -> Callable[[Any], Any]:
    def read(raw: Any) -> Any:
        return [raw] if isinstance(raw, str | int) and not isinstance(raw, bool) else raw

    return read


def _identifier(raw: Any) -> Any:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    if (isinstance(raw, str) and raw.strip() != raw) or raw == "":
        raise misread("K003", f'"{raw}" cannot be an id', "an id has no blanks around it")
    if isinstance(raw, str) and any(ord(c) < 32 for c in raw):
        raise misread("K003", "an id may not hold control characters")
    return raw


def _window(raw: Any) -> tuple[int, int] | None:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return (raw, raw)
    if isinstance(raw, list) and len(raw) == 2 and all(isinstance(y, int) and not isinstance(y, bool) for y in raw):
        if raw[0] > raw[1]:
            help = f"did you mean [{raw[1]}, {raw[0]}]?"
            raise misread("V002", f"the window [{raw[0]}, {raw[1]}] has no year in it", help)
        return (raw[0], raw[1])
    raise misread("K003", "is not a window of years", "write [2026, 2040], or one year")


def _json(kind: Any, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, **more})


_QUANTITY = _json(["string", "number"], description="a quantity with its unit")
_PATH = _json(
    ["string", "number", "object"],
    description="a path: a quantity, {year: quantity}, {start, growth}, {table, column}, or the name of a series",
)

Id = Annotated[str, BeforeValidator(_identifier, json_schema_input_type=str)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_listed("ids"), json_schema_input_type=str | list[str])]
AnyQuantity = Annotated[Quantity, PlainValidator(_quantity_reader(None)), _QUANTITY]
Money = Annotated[Quantity, PlainValidator(_quantity_reader(MONEY)), _QUANTITY]
AnyPath = Annotated[Path, PlainValidator(_path_reader(None)), _PATH]
MoneyPath = Annotated[Path, PlainValidator(_path_reader(MONEY)), _PATH]
CarbonPath = Annotated[Path, PlainValidator(_path_reader(CARBON)), _PATH]
Carbon = Annotated[Quantity, PlainValidator(_quantity_reader(CARBON)), _QUANTITY]
_BY_YEAR = "a quantity, or a list of them by year"
AmountOrList = Annotated[
    Quantity | Listing, PlainValidator(_amount_or_list), _json(["string", "number", "array"], description=_BY_YEAR)
]
PathOrList = Annotated[
    Path | Listing,
    PlainValidator(_path_or_list),
    _json(["string", "number", "object", "array"], description="a path or a list"),
]
Share = Annotated[float, PlainValidator(_fraction(0.0, 1.0, True)), _QUANTITY]
WideShare = Annotated[float, PlainValidator(_fraction(0.0, 10.0, True)), _QUANTITY]
SmallShare = Annotated[float, PlainValidator(_fraction(0.0, 1.0, False)), _QUANTITY]
Rate = Annotated[float, PlainValidator(_fraction(-0.99, 1.0, True)), _QUANTITY]
Trend = Annotated[float, PlainValidator(_fraction(-0.99, 1.0, False)), _QUANTITY]
Window = Annotated[
    tuple[int, int], PlainValidator(_window), _json(["integer", "array"], description="a year, or [first, last]")
]
