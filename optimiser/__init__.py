"""Least-cost schedules of decarbonisation projects that keep every promise, or the reason why none exists.

In Python: `from optimiser import Scenario, solve, open_result, compare`. Nothing heavy is loaded before it is used.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Comparison", "InternalError", "NoPlan", "NoPlanError", "Result", "Scenario", "ScenarioError", "UsageError",
    "__version__", "compare", "open_result", "results", "solve",
]  # fmt: skip

if TYPE_CHECKING:
    from optimiser.errors import InternalError, NoPlan, NoPlanError, ScenarioError, UsageError
    from optimiser.face import Comparison, Result, Scenario, compare, open_result, results, solve

_ERRORS = {"InternalError", "NoPlan", "NoPlanError", "ScenarioError", "UsageError"}


class _Package(ModuleType):
    """This package. Its function `solve` has the name of the room `optimiser/solve`, which an import would put here."""

    def __getattr__(self, name: str) -> Any:
        if name in _ERRORS:
            from optimiser import errors

            return getattr(errors, name)
        if name in __all__:
            from optimiser import face

            return getattr(face, name)
        raise AttributeError(f"module 'optimiser' has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *__all__})

    @property
    def solve(self) -> Any:
        """The function; `from optimiser.solve import ...` goes on reaching the room."""
        from optimiser import face

        return face.solve

    @solve.setter
    def solve(self, room: ModuleType) -> None:
        """What the import of the room tries to put here is left out."""


sys.modules[__name__].__class__ = _Package
