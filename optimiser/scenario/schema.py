"""The JSON Schema of scenario files, for editors."""

from __future__ import annotations

import json
from typing import Any

from optimiser.scenario.model import Scenario
from optimiser.source import ENTRIES, TABLE_SECTIONS

_OUTSIDE: dict[str, Any] = {
    "extends": {
        "type": ["string", "array", "null"],
        "items": {"type": "string"},
        "description": "File or files that this one overrides.",
    },
    "templates": {
        "type": ["object", "null"],
        "additionalProperties": {"type": ["object", "null"]},
        "description": "Partial entries that others start from with `like`.",
    },
    "tables": {
        "type": ["object", "null"],
        "additionalProperties": {
            "anyOf": [{"$ref": "#/$defs/Table"}, {"type": "array", "items": {"$ref": "#/$defs/Table"}}]
        },
        "description": "Sections filled from CSV or Excel; any other name is a table of years, used as paths.",
    },
}
_TABLE: dict[str, Any] = {
    "type": ["string", "object", "null"],
    "additionalProperties": False,
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "description": "CSV file or Excel workbook, from this file's folder."},
        "sheet": {"type": "string", "description": "Sheet of the workbook; absent: the first."},
        "fills": {"enum": list(TABLE_SECTIONS), "description": "Section that it fills, one row per id."},
        "name": {"type": "string"},
        "note": {"type": "string"},
        "source": {"type": "string", "description": "Citation of the figures."},
        "illustrative": {"type": "boolean"},
    },
}


def schema() -> dict[str, Any]:
    """The schema of a whole file, with what is resolved before validation: `extends`, `templates`, `tables`, `like`.

    A file may extend another: nothing is required, and null removes.
    """
    found = Scenario.model_json_schema(by_alias=True)
    _loosen(found)
    for definition in found["$defs"].values():
        _loosen(definition)
        if "note" in definition.get("properties", {}):
            template = {"type": ["string", "integer"], "description": "The template that this entry starts from."}
            definition["properties"]["like"] = template
    for name in ENTRIES:
        if name in found["properties"]:
            section = found["properties"][name]["anyOf"][0]
            section["additionalProperties"] = {"anyOf": [*_choices(section["additionalProperties"]), {"type": "null"}]}
    found["$defs"]["Table"] = _TABLE
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of the decarbonisation portfolio optimiser",
    }
    return {**head, **{k: v for k, v in found.items() if k != "title"}, "properties": _OUTSIDE | found["properties"]}


def _choices(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The kinds of an entry: any of them fits one whose kind stands in the file that is extended."""
    return entry.get("oneOf") or [entry]


def _loosen(definition: dict[str, Any]) -> None:
    definition.pop("required", None)
    for name, described in definition.get("properties", {}).items():
        words = {k: described.pop(k) for k in ("description", "default", "title") if k in described}
        words.pop("title", None)
        shapes = described.get("anyOf") or [described]
        if name != "kind" and {"type": "null"} not in shapes:
            shapes = [*shapes, {"type": "null"}]
        definition["properties"][name] = {**words, **({"anyOf": shapes} if name != "kind" else described)}


def schema_text() -> str:
    """The schema as JSON text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
