"""What every report is made from: the instance, the plan and its accounts, under the name of the scenario."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from optimiser.errors import Problem
from optimiser.instance import Instance
from optimiser.plan import Accounts, Plan

if TYPE_CHECKING:
    import pandas as pd

    Table = TypeVar("Table", pd.DataFrame, pd.DataFrame | None)


@dataclass(frozen=True)
class Result:
    """An audited plan of a scenario."""

    scenario: str
    instance: Instance
    plan: Plan
    accounts: Accounts
    warnings: tuple[Problem, ...] = field(default=())
    merged: dict[str, Any] = field(default_factory=dict)
    """The scenario as one document, with all it extends and its tables: what was assumed."""
    run: dict[str, Any] = field(default_factory=dict)
    """How it was found: run.json."""
    made: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Tables that were made already."""

    @property
    def title(self) -> str:
        """The scenario's own title, or its file name."""
        return self.instance.name or self.scenario

    @property
    def money(self) -> str:
        """The unit of money: millions of the currency."""
        return f"M{self.instance.currency}"

    @property
    def missed(self) -> list[str]:
        """Targets that are missed somewhere, in the order of the file."""
        return list(dict.fromkeys(r.id for r in self.accounts.targets if not r.met))

    @property
    def gap_of_spending(self) -> float:
        """Distance of objective and bound relative to the present value of money spent."""
        spent = self.accounts.spending
        return (self.plan.objective - self.plan.bound) / spent if spent > 1e-9 else 0.0


def made_once(table: Callable[[Result], Table]) -> Callable[[Result], Table]:
    """A table that is made when it is first asked for. Everybody gets a copy of their own."""

    @wraps(table)
    def of(result: Result) -> Table:
        if table not in result.made:
            result.made[table] = table(result)
        found = result.made[table]
        if found is not None:
            found = found.copy()
        return found

    return of
