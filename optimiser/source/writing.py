"""Plain values as text: a scenario file in JSON, which the reader of YAML reads as well, or lines of YAML to show."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

_BREAKS_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""What JSON may hold as it is but YAML refuses, or reads as the end of a line."""


def scenario_text(values: Any) -> str:
    """The text of a scenario given as plain values; the same values give the same text.

    Raises TypeError where something is no mapping, list, text, number, truth value or None.
    """
    text = json.dumps(values, ensure_ascii=False, indent=1)
    return _BREAKS_YAML.sub(lambda match: f"\\u{ord(match.group()):04x}", text) + "\n"


def as_yaml(values: dict[str, Any]) -> list[str]:
    """Plain values as they would stand in a scenario file: one line per section."""

    def flow(value: Any) -> str:
        return yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False).strip()

    return [f"{section}: {flow(entries)}" for section, entries in values.items()]
