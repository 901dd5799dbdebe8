"""Result folders of version 1: they hold neither the scenario nor every decision, so not all of them can be opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from optimiser.audit import claims_of
from optimiser.errors import UsageError
from optimiser.instance import Instance
from optimiser.plan import Decisions, Plan, Start
from optimiser.report.folder import digest


def scenario_of_version_1(folder: Path, run: dict[str, Any]) -> Path:
    """The scenario file that a folder of version 1 was made from, where it and all it reads are as they were.

    Raises UsageError where they are not there, or not the same.
    """
    inputs = run["inputs"]
    first = next(iter(inputs))
    same = all(Path(name).is_file() and digest(Path(name)) == known for name, known in inputs.items())
    if not same:
        raise _refused(folder, run, "its scenario is not here, or has changed since")
    return Path(first)


def plan_of_version_1(folder: Path, document: dict[str, Any], run: dict[str, Any], instance: Instance) -> Plan:
    """The plan of a document of version 1, where that is complete: without fleets, finance and markets.

    What the model claimed was not kept; the cost was, and the audit compares it.
    """
    if instance.fleets or instance.finance.funding or instance.markets:
        raise _refused(folder, run, "it does not hold every decision about fleets, finance and markets")
    decisions = Decisions(
        starts=tuple(Start(r["project"], int(r["year"]), float(r["amount"])) for r in document["schedule"]),
        supplied={(r["project"], int(r["year"])): float(r["amount"]) for r in document["supplied"]},
        credits={(r["target"], int(r["year"])): float(r["amount"]) for r in document["credits"]},
    )
    solver = dict(run.get("solver", {})) | {"log": run.get("solver_log", ""), "times": run.get("seconds", {})}
    return Plan(
        status=document["status"],
        objective=float(document["objective"]),
        bound=float(document["bound"]),
        gap=float(document["gap"]),
        gap_asked=float(document["gap_asked"]),
        decisions=decisions,
        claims=claims_of(instance, decisions, float(document["objective"])),
        gave_way=tuple(document["gave_way"]),
        stopped_by=document["stopped_by"],
        solver=solver,
    )


def _refused(folder: Path, run: dict[str, Any], why: str) -> UsageError:
    first = next(iter(run["inputs"]))
    return UsageError(
        f"{folder} was written by an older version (format 1) and cannot be opened: {why}; run `optimise {first}` again"
    )
