"""The part of scenario.md about fleets: states, changes, fuels, docking, rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel

from optimiser.scenario import values
from optimiser.scenario.fleets import Blend, Burn, Change, Count, Docking, Fleet, Fuel, State, Years
from optimiser.scenario.regulation import CII, EuEts, FuelEU, Regulation, Ship

PARTS: dict[str, type[BaseModel]] = {
    "state": State, "fuel use": Burn, "change": Change, "fuel": Fuel, "blend": Blend, "docking": Docking,
    "regulation": Regulation, "fueleu": FuelEU, "cii": CII, "eu_ets": EuEts,
}  # fmt: skip


def _hint(model: type[BaseModel], key: str) -> Any:
    return get_type_hints(model, include_extras=True)[key]


WORDS: list[tuple[Any, str]] = [
    (Count, "whole number, 0 or more"),
    (Years, "whole number, 1 or more"),
    (dict[values.Year, Count], "mapping of years to whole numbers"),
    (_hint(FuelEU, "reduction"), "mapping of years to shares"),
    (_hint(Fleet, "retire"), "mapping of states to {year: whole number}"),
    (_hint(Fleet, "changes"), "list, or mapping of ids, of [changes](#change)"),
    (_hint(State, "fuels"), "mapping of fuels to a quantity, path or [fuel use](#fuel-use)"),
    (_hint(Fuel, "blend"), "mapping of fuels to a share, path or [blend](#blend)"),
    (Ship, " or ".join(f"`{s}`" for s in get_args(Ship))),
    *((model, f"mapping, see [{name}](#{name.replace(' ', '-')})") for name, model in PARTS.items()),
]


def fleet_section(table: Callable[[type[BaseModel]], str], example: Callable[[str, None], str]) -> list[str]:
    """Headings, examples and tables of everything about fleets."""
    parts = [f"## fleets\n\n{Fleet.__doc__}\n", example("fleets", None), table(Fleet)]
    for name, model in PARTS.items():
        parts += [f"### {name}\n", f"{model.__doc__}\n", table(model)]
    return parts
