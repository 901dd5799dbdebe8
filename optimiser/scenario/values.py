"""The types of values: how a value of a file becomes one of ours, and how an editor's schema describes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainValidator, Strict, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from optimiser.errors import quoted
from optimiser.scenario.mistakes import Mistake, misread
from optimiser.scenario.paths import (
    YEARS,
    Listing,
    Path,
    mistakes_of,
    read_listing,
    read_path,
    read_quantity,
    units_of,
)
from optimiser.source import CITING
from optimiser.units import CARBON, MONEY, NUMBER, Dimension, Quantity

_JOINERS = "\u200c\u200d"
"""Characters without width that some scripts need within words."""
_WITH_YEARS = re.compile(r"\s*(\d+)(?:\.0*)?\s*(?:years?|yrs?|yr|a|y)\s*\Z")


def _quantity_reader(expected: Dimension | None) -> Callable[[Any, ValidationInfo], Quantity]:
    return lambda raw, info: read_quantity(raw, units_of(info), expected)


def _path_reader(expected: Dimension | None) -> Callable[[Any, ValidationInfo], Path]:
    return lambda raw, info: read_path(raw, units_of(info), expected)


def _series(raw: Any, info: ValidationInfo) -> Path:
    """A path that may carry its name and citation among its years."""
    if not isinstance(raw, dict):
        return read_path(raw, units_of(info))
    mistakes: list[Mistake] = []
    for key in [key for key in CITING if key in raw]:
        if key == "illustrative" and not isinstance(raw[key], bool):
            help = "write true or false, without quotation marks"
            mistakes.append(Mistake("K003", f"{shown(raw[key])} is not true or false", help, (key,)))
        elif key != "illustrative":
            try:
                _note(raw[key])
            except PydanticCustomError as error:
                mistakes += [replace(mistake, at=(key,)) for mistake in mistakes_of(error)]
    try:
        path = read_path({key: part for key, part in raw.items() if key not in CITING}, units_of(info))
    except PydanticCustomError as error:
        raise misread(*mistakes, *mistakes_of(error)) from None
    if mistakes:
        raise misread(*mistakes)
    return path


def _path_or_list(raw: Any, info: ValidationInfo) -> Path | Listing:
    return read_listing(raw, units_of(info)) if isinstance(raw, list) else read_path(raw, units_of(info))


def _amount_or_list(raw: Any, info: ValidationInfo) -> Quantity | Listing:
    return read_listing(raw, units_of(info)) if isinstance(raw, list) else read_quantity(raw, units_of(info))


def _fraction(low: float, high: float, tiny_is_wrong: bool) -> Callable[[Any, ValidationInfo], float]:
    def read(raw: Any, info: ValidationInfo) -> float:
        quantity = read_quantity(raw, units_of(info), NUMBER)
        value = quantity.value
        if "%" not in quantity.text and (1.0 < value <= 1000.0 or -1000.0 <= value < min(low, -1.0)):
            text = f'"{quantity.text}" is a share {"above one" if value > 0 else "below minus one"}'
            raise misread(Mistake("U006", text, f"did you mean {quantity.text} %?"))
        if tiny_is_wrong and "%" in quantity.text and 0 < value < 0.01:
            help = f"write {quantity.number * 100:g} %, or {value:g} without the sign if it is really meant"
            raise misread(Mistake("U006", f'"{quantity.text}" looks like a fraction with a percent sign', help))
        if not low <= value <= high:
            limits = f"{low * 100:g} % to {high * 100:g} %"
            raise misread(Mistake("V001", f'"{quantity.text}" is outside {limits}', f"write a share from {limits}"))
        return value

    return read


def whole(raw: Any) -> int:
    """A whole number, also where Excel wrote it as 3.0. Raises our pydantic error."""
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    help = "write a whole number, such as 3"
    if isinstance(raw, str):
        years = _WITH_YEARS.match(raw)
        if years:
            help = f"years are plain numbers: write {years[1]}"
        elif re.fullmatch(r"\s*[+-]?[0-9]+\s*", raw):
            help = "write it without quotation marks"
        elif raw.strip().isdigit():
            help = f"write ordinary digits: {int(raw)}"
    raise misread(Mistake("K003", f"{shown(raw)} is not a whole number", help))


def _scope(raw: Any) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and raw in (1, 2, 3):
        return raw
    raise misread(Mistake("K003", f"{shown(raw)} is no scope", "the scopes of the GHG Protocol are 1, 2 and 3"))


def year(raw: Any) -> int:
    """A year. Raises our pydantic error."""
    if isinstance(raw, str) and not re.fullmatch(r"\s*-?\d+\s*", raw):
        years = re.findall(r"\b\d{4}\b", raw)
        form = f"[{years[0]}, {years[-1]}]" if len(years) > 1 else years[0] if years else "2030"
        raise misread(Mistake("K003", f"{shown(raw)} is not a year", f"years are plain numbers: write {form}"))
    found = whole(raw)
    if not YEARS[0] <= found <= YEARS[1]:
        raise misread(Mistake("V003", f"{found} is no year", f"years are {YEARS[0]} to {YEARS[1]}"))
    return found


def shown(value: Any) -> str:
    """A value as an error message quotes it."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "nothing" if value is None else quoted(value)


def _identifier(raw: Any) -> str:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    if not isinstance(raw, str):
        help = "put it in quotation marks" if isinstance(raw, float | bool) else "write one id"
        raise misread(Mistake("K003", f"{shown(raw)} cannot be an id", help))
    if raw.strip() != raw or raw == "":
        raise misread(Mistake("K003", f"{quoted(raw)} cannot be an id", "an id has no blanks around it"))
    if raw.isprintable():
        return raw
    if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in raw):
        help = "write an id of letters, digits and hyphens"
        raise misread(Mistake("K003", f"{quoted(raw)} holds control characters and cannot be an id", help))
    unseen = next((c for c in raw if not c.isprintable() and c not in _JOINERS), "")
    if unseen:
        help = f"delete U+{ord(unseen):04X}, which cannot be seen"
        raise misread(Mistake("K003", f"{quoted(raw)} cannot be an id", help))
    return raw


def _text(raw: Any) -> str:
    """One line of text; numbers are texts too (a project may be called 2030)."""
    return " ".join(_note(raw).split())


def _note(raw: Any) -> str:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return str(raw)
    if not isinstance(raw, str):
        raise misread(Mistake("K003", f"{shown(raw)} is not a text", "write words, in quotation marks if need be"))
    if not raw.isprintable() and any((ord(c) < 32 and c not in "\t\r\n") or 127 <= ord(c) < 160 for c in raw):
        raise misread(Mistake("K003", f"{quoted(raw)} holds control characters", "delete them"))
    return raw


def _listed(raw: Any) -> Any:
    return [raw] if isinstance(raw, str | int) and not isinstance(raw, bool) else raw


def _window(raw: Any) -> tuple[int, int]:
    parts = raw if isinstance(raw, list | tuple) else [raw]
    if len(parts) not in (1, 2):
        raise misread(Mistake("K003", "is not a window of years", "write [2026, 2040], or one year"))
    years: list[int] = []
    for i, part in enumerate(parts):
        try:
            years.append(year(part))
        except PydanticCustomError as error:
            raise misread(*(replace(m, at=(i,) if isinstance(raw, list) else ()) for m in mistakes_of(error))) from None
    first, last = years[0], years[-1]
    if first > last:
        help = f"did you mean [{last}, {first}]?"
        raise misread(Mistake("V002", f"the window [{first}, {last}] has no year in it", help))
    return (first, last)


def _json(kind: Any, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, **more})


_QUANTITY = _json(["string", "number"], description="a quantity with its unit")
_PATH = _json(
    ["string", "number", "object"],
    description="a path: a quantity, {year: quantity}, {start, growth}, {table, column}, or the name of a series",
)
_BY_YEAR = "a quantity, or a list of them by year"
_WORDS = _json(["string", "number"])


def _tags(raw: Any) -> Any:
    """Tags are read like ids; a list in one text, as a spreadsheet has it, would be one tag that no budget knows."""
    for at, tag in enumerate(raw if isinstance(raw, list | tuple) else [raw]):
        if isinstance(tag, str) and any(mark in tag for mark in ",;"):
            parts = ", ".join(part.strip() for part in tag.replace(";", ",").split(","))
            place = (at,) if isinstance(raw, list) else ()
            raise misread(Mistake("K003", f"{quoted(tag)} is a list in one text", f"write [{parts}]", place))
    return raw


Whole = Annotated[int, BeforeValidator(whole)]
Year = Annotated[int, PlainValidator(year), _json("integer")]
Scope = Annotated[Literal[1, 2, 3], PlainValidator(_scope), WithJsonSchema({"enum": [1, 2, 3]})]
Flag = Annotated[bool, Strict()]
Text = Annotated[str, PlainValidator(_text), _WORDS]
Note = Annotated[str, PlainValidator(_note), _WORDS]
Id = Annotated[str, PlainValidator(_identifier), _json(["string", "integer"])]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_listed, json_schema_input_type=str | int | list[str | int])]
Tags = Annotated[Ids, BeforeValidator(_tags)]
AnyQuantity = Annotated[Quantity, PlainValidator(_quantity_reader(None)), _QUANTITY]
Money = Annotated[Quantity, PlainValidator(_quantity_reader(MONEY)), _QUANTITY]
Carbon = Annotated[Quantity, PlainValidator(_quantity_reader(CARBON)), _QUANTITY]
SeriesPath = Annotated[Path, PlainValidator(_series), _PATH]
AnyPath = Annotated[Path, PlainValidator(_path_reader(None)), _PATH]
MoneyPath = Annotated[Path, PlainValidator(_path_reader(MONEY)), _PATH]
CarbonPath = Annotated[Path, PlainValidator(_path_reader(CARBON)), _PATH]
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
