"""Allowances that are given: a path, a benchmark times an activity, or one of the two for each entity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from optimiser.scenario.mistakes import Mistake, misread
from optimiser.scenario.paths import GROWTH_KEYS, TABLE_KEYS, Path, mistakes_of, read_path, units_of
from optimiser.units import Units

_KEYS = ("benchmark", "activity")
_FORM = "write {benchmark: 0.8 tCO2e/MWh, activity: 500 GWh}"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Tonnes per activity, times an activity that is the same in every plan."""

    benchmark: Path
    activity: Path


Given = Path | Benchmark


@dataclass(frozen=True, slots=True)
class Allocation:
    """What everybody is given together, or by entity."""

    whole: Given | None = None
    by_entity: tuple[tuple[str, Given], ...] = ()

    def parts(self) -> Iterator[tuple[tuple[str, ...], Given]]:
        """Every part, with its place within the value."""
        if self.whole is not None:
            yield (), self.whole
        for name, given in self.by_entity:
            yield (name,), given


def read_allocation(raw: Any, units: Units) -> Allocation:
    """Any of the forms of an allocation. Raises our pydantic error with every offending part."""
    if isinstance(raw, Allocation):
        return raw
    if not _is_by_entity(raw):
        return Allocation(whole=_read_given(raw, units))
    found: list[tuple[str, Given]] = []
    mistakes: list[Mistake] = []
    for name, part in raw.items():
        try:
            found.append((str(name), _read_given(part, units)))
        except PydanticCustomError as error:
            mistakes += [replace(m, at=(name, *m.at)) for m in mistakes_of(error)]
    if mistakes:
        raise misread(*mistakes)
    return Allocation(by_entity=tuple(found))


def _is_by_entity(raw: Any) -> bool:
    if not isinstance(raw, dict) or not raw or any(key in raw for key in _KEYS):
        return False
    return not any(isinstance(key, int) or key in GROWTH_KEYS + TABLE_KEYS for key in raw)


def _read_given(raw: Any, units: Units) -> Given:
    if not isinstance(raw, dict) or not any(key in raw for key in _KEYS):
        return read_path(raw, units)
    mistakes = [Mistake("K001", f'unknown key "{key}"', _FORM, (key,)) for key in raw if key not in _KEYS]
    mistakes += [Mistake("K002", f"`{key}` is missing", _FORM) for key in _KEYS if key not in raw]
    paths: list[Path] = []
    for key in _KEYS:
        try:
            paths += [read_path(raw[key], units)] if key in raw else []
        except PydanticCustomError as error:
            mistakes += [replace(m, at=(key, *m.at)) for m in mistakes_of(error)]
    if mistakes:
        raise misread(*mistakes)
    return Benchmark(*paths)


def _validated(raw: Any, info: ValidationInfo) -> Allocation:
    return read_allocation(raw, units_of(info))


AnyAllocation = Annotated[
    Allocation,
    PlainValidator(_validated),
    WithJsonSchema(
        {
            "type": ["string", "number", "object"],
            "description": "a path of shares or tonnes, {benchmark, activity}, or one of these by entity",
        }
    ),
]
