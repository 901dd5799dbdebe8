"""Numbers for reading."""

from __future__ import annotations

from collections.abc import Iterable


def clean(value: float) -> float:
    """A number without the solver's dust: twelve digits, and no minus zero."""
    return float(f"{value:.12g}") + 0.0 if abs(value) > 1e-9 else 0.0


def cleaned(values: Iterable[float]) -> list[float]:
    """Many of them; most stand there for several years."""
    plain = list(values)
    known = {v: clean(v) for v in set(plain)}
    return [known[v] for v in plain]


def amount(value: float) -> str:
    """A number with four digits that count, for reading."""
    if abs(value) < 5e-7:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"
