"""What was assumed: every entry of the merged scenario with its figures in short and where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from optimiser.report.result import Result

SECTIONS = (
    "series", "entities", "sources", "projects", "fuels", "fleets", "resources", "groups", "budgets", "finance",
    "markets", "targets",
)  # fmt: skip
HEADER = ("horizon", "base_year", "price_year", "currency", "discount_rate", "salvage", "inflation", "tax")
ABOUT = ("name", "note", "source", "illustrative")
LONGEST = 220
"""Figures of an entry that are longer are cut: the scenario file has them all."""


@dataclass(frozen=True)
class Assumption:
    """An entry: `figures` in short, and what is said of where they come from."""

    section: str
    id: str
    name: str
    figures: str
    source: str
    note: str
    illustrative: bool


def header(result: Result) -> Assumption:
    """What the top of the file says."""
    merged = result.merged
    figures = {key: merged[key] for key in HEADER if key in merged}
    return _entry("", "", figures | {key: merged[key] for key in ABOUT if key in merged})


def assumptions(result: Result) -> list[Assumption]:
    """Every entry in the order of the sections; empty where the merged scenario is not at hand."""
    found = []
    for section in SECTIONS:
        entries = result.merged.get(section)
        if isinstance(entries, dict):
            found += [_entry(section, str(name), value) for name, value in entries.items() if value is not None]
    return found


def _entry(section: str, name: str, value: Any) -> Assumption:
    said = value if isinstance(value, dict) else {"": value}
    figures = {key: part for key, part in said.items() if key not in ABOUT}
    text = "; ".join(_lines(figures))
    if len(text) > LONGEST:
        text = text[: LONGEST - 1].rstrip() + "…"
    words = {key: " ".join(str(said.get(key) or "").split()) for key in ("name", "source", "note")}
    return Assumption(
        section, name, words["name"], text, words["source"], words["note"], said.get("illustrative") is True
    )


def _lines(figures: dict[Any, Any]) -> Iterator[str]:
    for key, value in figures.items():
        shown = _shown(value)
        yield f"{key}: {shown}" if key != "" else shown


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_shown(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return ", ".join(_shown(v) for v in value)
    return "true" if value is True else "false" if value is False else str(value)
