"""The JSON Schema of scenario files, for editors."""

from __future__ import annotations

import json
from typing import Any

from optimiser.scenario.model import Scenario


def schema() -> dict[str, Any]:
    """The schema of a whole file, with what is resolved before validation: `extends`, `templates`, `tables`, `like`."""
    found = Scenario.model_json_schema(by_alias=True)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "Scenario of the decarbonisation portfolio optimiser"
    found.pop("required", None)  # a file that extends another need not repeat its horizon
    extra = {
        "extends": {
            "type": ["string", "array"],
            "items": {"type": "string"},
            "description": "File or files that this one overrides.",
        },
        "templates": {"type": "object", "description": "Partial entries that others start from with `like`."},
        "tables": {"type": "object", "description": "Sections filled from CSV or Excel."},
    }
    found["properties"] = {**extra, **found["properties"]}
    for definition in found.get("$defs", {}).values():
        _loosen(definition)
    return found


def _loosen(definition: dict[str, Any]) -> None:
    """Entries may be `like` a template or override another file: nothing is required, null removes."""
    if "note" in definition.get("properties", {}):
        definition["properties"]["like"] = {"type": "string", "description": "The template this entry starts from."}
        definition.pop("required", None)


def schema_text() -> str:
    """The schema as JSON text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
