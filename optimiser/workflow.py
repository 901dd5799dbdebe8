"""The whole way on one screen: read, compile, build, solve, audit, write."""

from __future__ import annotations

import platform
import sys
import time
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from optimiser import __version__
from optimiser.audit import audit
from optimiser.errors import Problem, Problems
from optimiser.explain import Case, Conflict, find_conflict
from optimiser.garbage import uncollected
from optimiser.instance import Instance, compile_instance
from optimiser.plan import Decisions
from optimiser.report import Result
from optimiser.scenario import Scenario, load_scenario
from optimiser.solve import Interrupt, Limits, answer
from optimiser.solve.searching import Watch
from optimiser.source import Document, plain, read_document


@dataclass(frozen=True)
class Reading:
    """A scenario that was read without errors."""

    document: Document
    scenario: Scenario
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class Answer:
    """A result, or the conflict that leaves none; and what the run took."""

    reading: Reading
    instance: Instance
    result: Result | None
    conflict: Conflict | None
    run: dict[str, Any]


@uncollected()
def read(path: Path) -> Reading:
    """Reads and checks a scenario file. Raises ScenarioError with every problem."""
    problems = Problems()
    return checked(read_document(path, problems), problems)


@uncollected()
def checked(document: Document | None, problems: Problems) -> Reading:
    """A document that says what a scenario may say. Raises ScenarioError with every problem."""
    scenario = load_scenario(document.root, problems) if document is not None else None
    problems.raise_if_any()
    assert document is not None
    assert scenario is not None
    return Reading(document, scenario, tuple(problems.warnings))


def solve(
    path: Path,
    limits: dict[str, Any] | None = None,
    watch: Watch | None = None,
    interrupt: Interrupt | None = None,
    earlier: Decisions | None = None,
) -> Answer:
    """Answers a scenario file; `limits` override what it says under `solve`. The search begins from an `earlier` plan.

    Raises ScenarioError, NoPlanError, or InternalError where the audit contradicts the model.
    """
    began, clock = time.time(), time.perf_counter()
    return solve_reading(read(path), limits, watch, interrupt, (began, clock), earlier)


def solve_reading(
    reading: Reading,
    limits: dict[str, Any] | None = None,
    watch: Watch | None = None,
    interrupt: Interrupt | None = None,
    since: tuple[float, float] | None = None,
    earlier: Decisions | None = None,
) -> Answer:
    """Answers a scenario that was read, `since` the time of day and of the clock; as `solve` otherwise."""
    began, clock = since or (time.time(), time.perf_counter())
    asked = reading.scenario.solve
    limit = Limits(gap=asked.gap, seconds=asked.time_limit, threads=asked.threads, seed=asked.seed)
    limit = replace(limit, **{k: v for k, v in (limits or {}).items() if v is not None})
    times = {"read": time.perf_counter() - clock}

    clock = time.perf_counter()
    instance = compile_instance(reading.scenario)
    times["compile"] = time.perf_counter() - clock

    interrupt, clock = interrupt or Interrupt(), time.perf_counter()
    plan = answer(instance, limit, watch, interrupt, earlier)
    result, conflict = None, None
    if plan is None:
        spent = time.perf_counter() - clock
        own = (limits or {}).get("seconds")
        patience = replace(limit, seconds=max(own if own is not None else 60.0, 5 * spent))
        case = Case(reading.document.root, reading.scenario, instance)
        conflict = find_conflict(case, patience, interrupt, watch)
    else:
        times |= plan.solver["times"]
        clock = time.perf_counter()
        with uncollected():
            accounts = audit(instance, plan)
            times["audit"] = time.perf_counter() - clock
            merged = plain(reading.document.root)
        result = Result(reading.document.path.stem, instance, plan, accounts, reading.warnings, merged)
    run = _run(reading, plan, times, began)
    return Answer(reading, instance, replace(result, run=run) if result else None, conflict, run)


def _run(reading: Reading, plan: Any, times: dict[str, float], began: float) -> dict[str, Any]:
    """What a later reader needs to repeat the run."""
    solver = {k: v for k, v in plan.solver.items() if k not in ("times", "log")} if plan is not None else {}
    return {
        "format": "optimiser-run",
        "version": 1,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
        "seconds": {k: round(v, 4) for k, v in times.items()},
        "inputs": {name: f"sha256:{digest}" for name, digest in reading.document.hashes().items()},
        "python": sys.version.split()[0],
        "platform": platform.platform(terse=True),
        "packages": {"optimiser": __version__, **_versions()},
        "solver": solver,
        "solver_log": plan.solver["log"] if plan is not None else "",
    }


@cache
def _versions() -> dict[str, str]:
    """Of the packages that the answer may depend on; they are read from files, and do not change within a process."""
    return {p: version(p) for p in ("pyomo", "highspy", "numpy", "scipy", "pandas", "pydantic", "pint")}
