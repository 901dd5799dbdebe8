"""Capex by who spends it and what pays for it; debt and its ceilings.

What an instrument pays for follows from the plan where the instrument asks for eligible spending. The proceeds of the
others count, in their year of issue, towards what is left of the capex of their entity and everything below it, in
proportion. The rest is own cash, so that the parts of every capex add up to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.instance.funding import spender
from optimiser.plan import Floats
from optimiser.report.result import Result

OWN = ""
"""Own cash, where others have the id of an instrument."""


@dataclass(frozen=True, eq=False)
class Paid:
    """Capex of an owner (project or fleet), in millions (Y,), that one source of finance pays for."""

    owner: str
    fund: str
    values: Floats


def paid(result: Result) -> list[Paid]:
    """Every capex by owner and source of finance; the parts of an owner sum to its capex."""
    instance, capex = result.instance, result.accounts.money.get("capex", {})
    known = {spender(f.id, c.tags): f.id for f in instance.fleets for c in f.changes}
    parts: dict[tuple[str, str], Floats] = {}
    left = {owner: values.copy() for owner, values in capex.items()}

    def pay(owner: str, fund: str, amounts: Floats) -> None:
        parts[owner, fund] = parts.get((owner, fund), np.zeros(len(instance.years))) + amounts
        left[owner] = left[owner] - amounts

    for (fund, _, who, year), amount in sorted(result.plan.decisions.used.items()):
        once = np.zeros(len(instance.years))
        once[instance.year_index(year)] = amount
        pay(known.get(who, who), fund, once)
    for fund, owners, issued in _unbound(result):
        open_ = {o: np.maximum(left[o], 0.0) for o in owners if o in left}
        total = np.sum([np.zeros(len(instance.years)), *open_.values()], axis=0)
        share = np.divide(np.minimum(issued, total), total, out=np.zeros(len(total)), where=total > 1e-12)
        for owner, values in open_.items():
            pay(owner, fund, values * share)
    for owner in capex:
        parts[owner, OWN] = left[owner]
    return [Paid(owner, fund, v) for (owner, fund), v in parts.items() if np.any(np.abs(v) > 1e-9)]


def _unbound(result: Result):
    """Instruments whose proceeds are not bound to eligible capex: id, who may spend them, issued (Y,)."""
    instance = result.instance
    where = owners(result)
    for f in instance.finance.funding:
        issued = result.accounts.debts[f.id].issued
        if f.eligible is None and f.sign > 0 and np.any(issued > 0):
            below = instance.entities[f.entity].below
            yield f.id, [owner for owner, entity in where.items() if entity in below], issued


def owners(result: Result) -> dict[str, int]:
    """Index of the entity of every project and fleet."""
    instance = result.instance
    return {p.id: p.entity for p in instance.projects} | {f.id: f.entity for f in instance.fleets}
