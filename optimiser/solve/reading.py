"""From a solution vector to a Plan: round, fix, solve the LP again, and read the decisions off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from optimiser.formulation.proceeds import spent_by
from optimiser.instance import Instance
from optimiser.instance.funding import spender
from optimiser.plan import Claims, Decisions, Move, Start
from optimiser.solve.carbon import read_carbon
from optimiser.solve.highs import run
from optimiser.solve.outcome import Limits, Outcome
from optimiser.solve.programme import Programme
from optimiser.solve.spare_credits import leave_spare_credits

Floats = NDArray[np.float64]
CRUMB = 1e-7


def polish(programme: Programme, outcome: Outcome, seconds: float = 60.0) -> Outcome:
    """The same integers, rounded and fixed, and the best of everything else: clean numbers, and duals.

    The outcome as it was where the fixed LP finds nothing (the integers leaned on the solver's tolerance).
    """
    if outcome.x is None or not programme.integer.any():
        return outcome
    x = outcome.x.copy()
    whole = programme.integer
    x[whole] = np.round(x[whole])
    lower, upper = programme.lower.copy(), programme.upper.copy()
    lower[whole] = upper[whole] = x[whole]
    if len(programme.switches):
        x[programme.switches] = _switched(programme, x, lower, upper, seconds)
        lower[programme.switches] = upper[programme.switches] = x[programme.switches]
    fixed = replace(programme, lower=lower, upper=upper, integer=np.zeros_like(whole))
    lp = run(fixed, Limits(seconds=seconds, threads=1))
    if lp.status != "optimal" or lp.x is None:
        return outcome
    return Outcome(
        outcome.status, lp.x, lp.objective, outcome.bound, outcome.seconds + lp.seconds, outcome.reason,
        row_dual=lp.row_dual, log=outcome.log, abandoned=outcome.abandoned,
    )  # fmt: skip


def _switched(programme: Programme, x: Floats, lower: Floats, upper: Floats, seconds: float) -> Floats:
    """The switches as the rest of the plan sets them: a plan within the gap may have one set for nothing."""
    lower, upper, at = lower.copy(), upper.copy(), programme.switches
    lower[at], upper[at] = programme.lower[at], programme.upper[at]
    integer = np.zeros_like(programme.integer)
    integer[at] = True
    found = run(replace(programme, lower=lower, upper=upper, integer=integer), Limits(0.0, seconds, threads=1))
    return np.round(found.x[at]) if found.x is not None else x[at]


def read_decisions(model: pyo.ConcreteModel, programme: Programme, x: Floats) -> Decisions:
    """The starts, the supply of open splits, credits and finance of a solution; crumbs of the solver are swept away."""
    instance: Instance = model.instance
    started = programme.values(model.started.columns, x)
    starts = []
    for p in instance.projects:
        at = model.started.offsets[p.index]
        until = started[at : at + len(p.starts)]
        if not (until > CRUMB).any():
            continue
        amounts = until.copy()
        amounts[1:] -= until[:-1]
        amounts = np.round(amounts) if p.integer else np.where(amounts > CRUMB * max(1.0, p.most), amounts, 0.0)
        starts += [Start(p.id, int(p.starts[i]), float(amounts[i])) for i in np.flatnonzero(amounts > 0)]
    supplied = {k: v for k, v in programme.of_variable(model.supplied, x).items() if abs(v) > 1e-9}
    credits = _credits(model, programme, x)
    issued = {k: v for k, v in programme.of_variable(model.issued, x).items() if v > CRUMB}
    used = _used(model, programme, x, {s.project for s in starts})
    moves, blended = _read_fleets(model, programme, x)
    carbon = read_carbon(model, programme, x)
    return Decisions(tuple(starts), supplied, credits, moves, blended, carbon, issued, used)


def _credits(model: pyo.ConcreteModel, programme: Programme, x: Floats) -> dict[tuple[str, int], float]:
    """Credits bought by target and year, and no more than are needed where they cost nothing."""
    found = {(str(t), int(y)): max(v, 0.0) for (t, y), v in programme.of_variable(model.credits, x).items()}
    if any(v > 1e-9 for v in found.values()):
        claims, years = read_claims(model, programme, x), model.instance.years
        none = np.zeros(len(years))
        left = {t: gross - claims.removed.get(t, none) for t, gross in claims.gross.items()}
        by_year = {(t, int(y)): float(v) for t, values in left.items() for y, v in zip(years, values, strict=True)}
        leave_spare_credits(model.instance, found, by_year)
    return {k: v for k, v in found.items() if v > 1e-9}


def _used(
    model: pyo.ConcreteModel, programme: Programme, x: Floats, begun: set[str]
) -> dict[tuple[str, int, str, int], float]:
    """What issues pay for, by project: the use of a class shared out in proportion to what its members spend."""
    instance: Instance = model.instance
    by_class = {k: v for k, v in programme.of_variable(model.used, x).items() if v > CRUMB}
    shares: dict[int, dict[str, Floats]] = {}
    for c in {k[2] for k in by_class}:
        spenders = model.spenders[c]
        paying = [p for p in spenders.projects if p.id in begun]
        spent = {p.id: programme.evaluate(spent_by(model, [p]), x) for p in paying}
        for posting in spenders.postings:
            spent[spender(posting.owner, posting.tags)] = programme.evaluate(posting.form, x)
        total = np.maximum(sum(spent.values(), np.zeros(len(instance.years))), CRUMB)
        shares[c] = {owner: values / total for owner, values in spent.items()}
    found: dict[tuple[str, int, str, int], float] = {}
    for (i, v, c, y), amount in by_class.items():
        for owner, share in shares[c].items():
            part = amount * float(share[instance.year_index(y)])
            if part > CRUMB:
                found[i, v, owner, y] = found.get((i, v, owner, y), 0.0) + part
    return found


def _read_fleets(model: pyo.ConcreteModel, programme: Programme, x: Floats):
    """The moves of all fleets, and the fuel that gives way to another."""
    moves, blended = [], {}
    years = [int(y) for y in model.instance.years]
    for network, fuels in zip(model.fleets, model.fuels, strict=True):
        fleet = network.fleet
        amounts = np.round(programme.values(network.moved, x))
        moves += [Move(fleet.id, int(m), float(amounts[m])) for m in np.flatnonzero(amounts > 0)]
        values = programme.values(fuels.columns, x)
        for i in np.flatnonzero(values > CRUMB):
            b = fleet.blends[i // len(years)]
            key = (fleet.id, fleet.states[b.state].id, b.fuel, b.other, years[i % len(years)])
            blended[key] = float(values[i])
    return tuple(moves), blended


def read_claims(model: pyo.ConcreteModel, programme: Programme, x: Floats) -> Claims:
    """What the model says of a solution: totals by target and budget. The objective is that of least cost."""
    instance: Instance = model.instance
    n = len(instance.years)

    def by_id(variable, names: dict[str, object]) -> dict[str, Floats]:
        values = programme.of_variable(variable, x)
        return {name: np.array([values.get((key, int(y)), 0.0) for y in instance.years]) for name, key in names.items()}

    def own(variable) -> dict[str, object]:
        return {str(k[0]): k[0] for k in variable}

    shortfall = by_id(model.shortfall, own(model.shortfall))
    return Claims(
        objective=programme.cost_of(x),
        gross=by_id(model.gross, dict(model.scope_of)),
        removed=by_id(model.removed, dict(model.sinks_of)),
        avoided=by_id(model.avoided, own(model.avoided)),
        spend=by_id(model.spend, own(model.spend)),
        shortfall={t: np.where(v > 1e-9, v, 0.0) for t, v in shortfall.items()} if n else {},
    )
