"""Any other solver that Pyomo finds on the machine: slower to hand over to, the same mathematics."""

from __future__ import annotations

import logging
import time

import numpy as np
import pyomo.environ as pyo

from optimiser.errors import NoPlanError, UsageError
from optimiser.formulation.complete import complete
from optimiser.solve.outcome import Limits, Outcome, Status
from optimiser.solve.programme import Programme

OPTIONS = {  # names of the options for gap and seconds
    "appsi_highs": ("mip_rel_gap", "time_limit"),
    "cbc": ("ratioGap", "sec"),
    "cplex": ("mip_tolerances_mipgap", "timelimit"),
    "glpk": ("mipgap", "tmlim"),
    "gurobi": ("MIPGap", "TimeLimit"),
    "gurobi_direct": ("MIPGap", "TimeLimit"),
    "scip": ("limits/gap", "limits/time"),
    "xpress": ("miprelstop", "maxtime"),
}


def require(name: str) -> None:
    """Raises UsageError where Pyomo cannot find the solver."""
    logger = logging.getLogger("pyomo")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # Pyomo tells of a missing solver with a traceback; we say it in words
    try:
        found = pyo.SolverFactory(name).available(exception_flag=False)
    except Exception:
        found = False
    finally:
        logger.setLevel(level)
    if not found:
        raise UsageError(f'no solver called "{name}" is installed where Pyomo looks; without --solver, HiGHS is used')


def run_other(model: pyo.ConcreteModel, programme: Programme, limits: Limits, name: str) -> Outcome:
    """Solves a model with the solver called `name`. Raises NoPlanError where its answer cannot be read."""
    began = time.monotonic()
    variables = complete(model)
    solver = pyo.SolverFactory(name)
    for option, value in zip(OPTIONS.get(name, ()), (limits.gap, max(int(limits.seconds), 1)), strict=False):
        solver.options[option] = value
    try:
        results = solver.solve(model, load_solutions=False)
    except Exception as error:
        raise NoPlanError(f"{name} failed: {error}") from error
    ended = results.solver.termination_condition
    seconds = time.monotonic() - began
    conditions = pyo.TerminationCondition
    if ended in (conditions.infeasible, conditions.infeasibleOrUnbounded):
        return Outcome("infeasible", None, np.inf, np.inf, seconds, "proven infeasible")
    try:
        if hasattr(model, "solutions") and len(results.solution):
            model.solutions.load_from(results)
        else:
            solver.load_vars()
    except Exception as error:
        raise NoPlanError(f"{name} gave no solution ({ended})") from error
    x = np.zeros(len(programme.cost))
    for columns, members in variables.items():
        x[programme.place[columns]] = [float(v.value or 0.0) for v in members]
    for variable in model.component_data_objects(pyo.Var):
        column = programme.pyomo_columns.get(id(variable))
        if column is not None:
            x[column] = float(variable.value or 0.0)
    objective = programme.cost_of(x)
    bound = results.problem.lower_bound
    proven = float(bound) if bound is not None and np.isfinite(float(bound)) else -np.inf
    optimal = ended == conditions.optimal
    if optimal and not np.isfinite(proven):
        proven = objective - limits.gap * abs(objective)  # all that "optimal within the gap" promises
    status: Status = "optimal" if optimal else "stopped"
    return Outcome(status, x, objective, min(proven, objective), seconds, str(ended), log=[f"{name}: {ended}\n"])
