"""Why plans differ: the entries of their merged scenarios that are not the same, as they are written."""

from __future__ import annotations

from typing import Any

import pandas as pd

ABSENT = "(absent)"
_NOTHING = object()


def input_differences(labels: list[str], scenarios: list[dict[str, Any]]) -> pd.DataFrame:
    """A row per entry that differs: its path in words, and what each scenario says there, by label."""
    rows: list[list[str]] = []
    _compare("", scenarios, rows)
    return pd.DataFrame(rows, columns=["entry", *labels], dtype=object)


def _compare(path: str, values: list[Any], rows: list[list[str]]) -> None:
    if all(_same(v, values[0]) for v in values[1:]):
        return
    if path and "." not in path and any(isinstance(v, dict) for v in values):
        values = [{} if v is _NOTHING else v for v in values]  # a section that is left out is one without entries
    if all(isinstance(v, dict) for v in values):
        for key in dict.fromkeys(k for v in values for k in v):
            below = f"{path}.{key}" if path else str(key)
            _compare(below, [v.get(key, _NOTHING) for v in values], rows)
    elif all(isinstance(v, list) and len(v) == len(values[0]) and v and isinstance(v[0], dict) for v in values):
        for i, parts in enumerate(zip(*values, strict=True)):
            _compare(f"{path}[{i + 1}]", list(parts), rows)
    else:
        rows.append([path, *(as_written(v) for v in values)])


def _same(a: Any, b: Any) -> bool:
    """Equal, and true is not 1."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def as_written(value: Any) -> str:
    """A value on one line, as a scenario file would say it."""
    if value is _NOTHING:
        return ABSENT
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {as_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_written(v) for v in value) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)
