"""The marginal abatement cost curve of what was chosen: what each measure costs and abates within the horizon.

Cost is the present value of capex, opex, energy, fuel and sales, less the worth of unused life; without finance, taxes
and carbon markets. Tonnes are those of the wedges (and removals). The cost of a tonne is levelised: present value of
the cost by tonnes discounted in the same way. A measure that saves money has no place in that order: dividing a saving
by tonnes puts the measure with fewer tonnes first. Such measures are shown by what they are worth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from optimiser.audit import Books
from optimiser.plan import Floats
from optimiser.report.page.fleet_lives import lives_of
from optimiser.report.page.names import change_names, project_names
from optimiser.report.page.wedges import Wedge
from optimiser.report.page.words import ENGLISH, Words
from optimiser.report.result import Result

KINDS = ("capex", "opex", "energy", "income")


@dataclass(frozen=True, eq=False)
class Measure:
    """A chosen project or retrofit: present value of its cost, kt (Y,), kt discounted, lead time, year it starts."""

    id: str
    label: str
    entity: int
    cost: float
    tonnes: Floats
    discounted: float
    lead: int
    first: int

    @property
    def abates(self) -> bool:
        """True where it takes off more than it adds."""
        return self.discounted > 1e-9 and float(self.tonnes.sum()) > 1e-9

    @property
    def per_tonne(self) -> float:
        """Levelised cost, in units of the currency per tonne."""
        return self.cost / self.discounted * 1e3


def measures(result: Result, wedges: Iterable[Wedge], words: Words = ENGLISH) -> list[Measure]:
    """Every project that starts and every retrofit that happens, in the order of the file."""
    tonnes: dict[str, Floats] = {}
    for w in wedges:
        if w.ledger == "location":
            tonnes[w.lever.id] = tonnes.get(w.lever.id, np.zeros(len(result.accounts.years))) + w.values
    return [*_projects(result, tonnes), *_retrofits(result, tonnes, words)]


def _projects(result: Result, tonnes: dict[str, Floats]) -> Iterator[Measure]:
    accounts = result.accounts
    none = np.zeros(len(accounts.years))
    names = project_names(result.instance)
    begun: dict[str, int] = {}
    for s in result.plan.decisions.starts:
        begun[s.project] = min(s.year, begun.get(s.project, s.year))
    for p in result.instance.projects:
        if p.id not in begun:
            continue
        money = np.sum([accounts.money[kind].get(p.id, none) for kind in KINDS if kind in accounts.money], axis=0)
        cost = float(money @ accounts.discount) - accounts.salvage.get(p.id, 0.0) * accounts.salvage_discount
        kt = tonnes.get(p.id, none) + accounts.removed.get(p.id, none)
        yield Measure(p.id, names[p.id], p.entity, cost, kt, float(kt @ accounts.discount), p.lead_time, begun[p.id])


def _retrofits(result: Result, tonnes: dict[str, Floats], words: Words) -> Iterator[Measure]:
    """Running costs of a fleet follow its assets as its tonnes do: of the state left, less of the state led to."""
    accounts, names = result.accounts, change_names(result.instance, words)
    for books in Books(result.instance, result.plan.decisions).fleets if result.instance.fleets else ():
        fleet, moves = books.fleet, books.fleet.moves
        saved = lives_of(fleet, books).retrofits(fleet, np.array([s.opex + s.fuel_cost for s in fleet.states]))
        for c, change in enumerate(fleet.changes):
            if change.kind != "retrofit" or not books.begun[c].any():
                continue
            cost = float((books.begun[c] @ change.spending - saved[c]) @ accounts.discount)
            worth = sum(n * moves.salvage[m] for m, n in books.moves if moves.change[m] == c)
            cost -= float(worth) * accounts.salvage_discount
            id_ = f"{fleet.id}/{c}"
            kt = tonnes.get(id_, np.zeros(len(accounts.years)))
            first = int(accounts.years[np.flatnonzero(books.begun[c])[0]])
            label = names[fleet.id, c]
            yield Measure(id_, label, fleet.entity, cost, kt, float(kt @ accounts.discount), change.lead_time, first)
