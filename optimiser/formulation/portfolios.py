r"""Portfolios: what is held in, out or in its year, what a plan may cost, and how it differs from portfolios known.

$$ \underline{n}_{p,v} \le \text{started}_{p,v} \le \overline{n}_{p,v} \;\text{for what is held}, \qquad
   \text{cost} \le C \;\text{within an allowance} $$
$$ \ell_e\,\text{appears}_e \le \text{amount}_e \le \text{max}_e\,\text{appears}_e, \qquad
   \sum_{e \in K} (1 - \text{appears}_e) + \sum_{e \notin K} \text{appears}_e \ge 1
   \;\text{for every known portfolio } K $$
$$ \min \sum_e \Bigl(\frac{1}{2n} + |\{K : e \in K\}|\Bigr)\,\text{appears}_e
   \;\text{where the least familiar portfolio is sought} $$

The elements $e$ of a portfolio are the $n$ projects, and the changes of fleets that are made at all. $\ell_e$ is one
unit, or of any size the least size, at least a thousandth of the largest. A project that is yes or no is its own
`appears`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.cost import total_cost
from optimiser.formulation.matrix import LinearForm, of_columns, sum_of
from optimiser.instance.data import Instance, ProjectData
from optimiser.plan import Decisions, Floats

SMALLEST = 1e-3
"""Of a largest size: what counts as a start at all."""


@dataclass(frozen=True)
class Element:
    """What a portfolio has or has not: a project, or a change of a fleet (its index there)."""

    id: str
    label: str
    project: int | None = None
    fleet: int | None = None
    change: int = 0


def elements(instance: Instance) -> list[Element]:
    """Everything that may be in a portfolio, in the order of the file; not lives that end, which nobody chooses."""
    found = [Element(p.id, p.label, project=p.index) for p in instance.projects]
    for i, fleet in enumerate(instance.fleets):
        for c, change in enumerate(fleet.changes):
            if change.id and np.any(fleet.moves.change == c):
                found.append(Element(f"{fleet.id}/{change.id}", f"{fleet.label}: {change.label}", None, i, c))
    return found


def least_amount(p: ProjectData) -> float:
    """The least amount that counts as a start: one unit, or a size that is not dust."""
    return max(p.least, 1.0) if p.integer else max(p.least, SMALLEST * p.most)


def portfolio_of(instance: Instance, decisions: Decisions) -> frozenset[str]:
    """The elements that decisions start at all."""
    started: dict[str, float] = {}
    for s in decisions.starts:
        started[s.project] = started.get(s.project, 0.0) + s.amount
    found = set()
    moves = {(m.fleet, m.move) for m in decisions.moves if m.amount > 0}
    for e in elements(instance):
        if e.project is not None:
            p = instance.projects[e.project]
            if started.get(p.id, 0.0) >= least_amount(p) * (1 - 1e-6):
                found.add(e.id)
        elif e.fleet is not None:
            fleet = instance.fleets[e.fleet]
            if any(fleet.moves.change[m] == e.change for f, m in moves if f == fleet.id):
                found.add(e.id)
    return frozenset(found)


def held_in(p: ProjectData) -> tuple[Floats, Floats]:
    """Bounds of `started` (V,) of a project that starts at some time."""
    least = np.zeros(len(p.starts))
    least[-1] = least_amount(p)
    return least, np.full(len(p.starts), p.most)


def held_out(p: ProjectData) -> tuple[Floats, Floats]:
    """Bounds of a project that never starts."""
    none = np.zeros(len(p.starts))
    return none, none


def held_from(p: ProjectData, year: int) -> tuple[Floats, Floats]:
    """Bounds of a project that first starts in a year."""
    since = (p.starts >= year).astype(float)
    first = least_amount(p) if p.per_year is None else min(least_amount(p), p.per_year)
    return since * (first if p.integer else min(first, SMALLEST * p.most)), since * p.most


def add_portfolios(model: pyo.ConcreteModel) -> None:
    """Holds what the question holds, and adds the rows that its allowance and the portfolios it knows need."""
    instance, question = model.instance, model.question
    for p in instance.projects:
        if p.id in question.held:
            _hold(model, p, *question.held[p.id])
    _hold_changes(model)
    if question.within is not None:
        model.matrix.add_rows("cost_within_allowance", total_cost(model), upper=question.within)
    if question.unlike or question.least_familiar:
        appears = _appears(model)
        for i, known in enumerate(question.unlike):
            form = sum_of(1, [a.scaled(-1.0 if e in known else 1.0) for e, a in appears.items()])
            model.matrix.add_rows(
                "differs_from_known", form, lower=1.0 - len(known & set(appears)), label=lambda _, i=i: i
            )
        if question.least_familiar:
            familiar = {e: 0.5 / len(appears) + sum(e in known for known in question.unlike) for e in appears}
            model.least_familiar = sum_of(1, [a.scaled(familiar[e]) for e, a in appears.items()])


def _hold(model: pyo.ConcreteModel, p: ProjectData, least: Floats, most: Floats) -> None:
    columns, at = model.started.columns, model.started.offsets[p.index]
    here = slice(at, at + len(p.starts))
    columns.upper[here] = np.minimum(columns.upper[here], most)
    columns.lower[here] = np.minimum(np.maximum(columns.lower[here], least), columns.upper[here])
    beyond = np.flatnonzero(least > columns.upper[here])  # what can never be is for the solver to find
    if len(beyond):
        model.matrix.add_rows("held_as_asked", of_columns(columns, beyond + at), lower=least[beyond])


def _hold_changes(model: pyo.ConcreteModel) -> None:
    """Changes of fleets that are held in or out, by their id."""
    for e in elements(model.instance):
        if e.fleet is not None and e.id in model.question.changes:
            low, high = (1.0, np.inf) if model.question.changes[e.id] else (-np.inf, 0.0)
            model.matrix.add_rows("change_is_held", _amount(model, e), low, high, label=lambda _, e=e: e.id)


def _amount(model: pyo.ConcreteModel, e: Element) -> LinearForm:
    """How much of an element there is in all; one row."""
    if e.project is not None:
        return model.started.at_end(model.instance.projects[e.project])
    network = model.fleets[e.fleet]
    made = network.begun(np.flatnonzero(network.fleet.moves.change == e.change))
    return made.summed(np.ones(made.rows))


def _appears(model: pyo.ConcreteModel) -> dict[str, LinearForm]:
    """By element: 1 where it appears; one row each."""
    instance: Instance = model.instance
    everything = elements(instance)
    several = [e for e in everything if e.project is None or not instance.projects[e.project].is_single]
    columns = model.matrix.add_columns("appears", len(several), 0.0, 1.0, True, lambda i: several[i].id)
    place = {e.id: i for i, e in enumerate(several)}
    found = {}
    for e in everything:
        amount = _amount(model, e)
        if e.id not in place:
            found[e.id] = amount
            continue
        flag = of_columns(columns, [place[e.id]])
        least, most = 1.0, float(instance.fleets[e.fleet].most) * len(instance.years) if e.fleet is not None else 0.0
        if e.project is not None:
            least, most = least_amount(instance.projects[e.project]), instance.projects[e.project].most
        model.most_flagged = max(model.most_flagged, most)
        model.matrix.add_rows("appears_at_least", amount - flag.scaled(least), 0.0, label=lambda _, e=e: e.id)
        model.matrix.add_rows("appears_at_most", amount - flag.scaled(most), upper=0.0, label=lambda _, e=e: e.id)
        found[e.id] = flag
    return found
