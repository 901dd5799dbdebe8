"""Gathers the plans of a comparison: opened where there is a result, solved where there is none yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from optimiser import __version__
from optimiser.errors import UsageError, quoted
from optimiser.report import Result
from optimiser.report.comparison import Comparison
from optimiser.report.folder import RUN, SCENARIO, digest_of, is_result
from optimiser.report.reopening import find_folder, open_result, read_run, read_scenario
from optimiser.source import plain, scenario_text

Solve = Callable[[Path], Result]


def gather(
    plans: list[Path], limits: dict[str, Any], solve: Solve, below: Path = Path("results")
) -> tuple[Comparison, list[str]]:
    """A comparison of scenario files and result folders, in their order, and in words where each came from.

    All files are read and checked before the first is solved. A scenario is not solved where `below`/NAME holds the
    proven answer to the same scenario by the same version, to the gap asked for in `limits` or the file.

    Raises UsageError, ScenarioError, or what `solve` raises.
    """
    found: list[Result | None] = []
    said: list[str] = []
    for path in plans:
        if path.is_file() and path.name != "plan.json" and path.name != RUN:
            result = _earlier(path, limits.get("gap"), below / path.stem)
            found.append(result)
            said.append(f"{path}: the result in {below / path.stem}" if result is not None else f"{path}: solved")
        else:
            if not path.exists() and not is_result(below / path):
                raise UsageError(f"there is neither a scenario file nor a result folder {quoted(path)}")
            found.append(open_result(find_folder(path, below)))
            said.append(f"{path}: the result as it is")
    results = [result or solve(path) for result, path in zip(found, plans, strict=True)]
    return Comparison.of(results), said


def _earlier(path: Path, gap: float | None, folder: Path) -> Result | None:
    """The result of the same scenario, or None where it must be solved. Raises ScenarioError where it cannot be."""
    document, scenario, _ = read_scenario(path)
    if not is_result(folder):
        return None
    try:
        plan, run = read_run(folder)
        same = run["outputs"][SCENARIO] == digest_of(scenario_text(plain(document.root)).encode())
        proven = plan["status"] == "optimal" and plan["gap_asked"] <= (gap if gap is not None else scenario.solve.gap)
        if same and proven and run["packages"]["optimiser"] == __version__:
            return open_result(folder)
    except (UsageError, KeyError, TypeError):  # damaged, or of an older version: solved again
        return None
    return None
