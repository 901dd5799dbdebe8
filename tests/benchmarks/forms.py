"""The forms of one case that are measured, each in a process of its own. Wall seconds, and CPU seconds of all threads.

What a solver does is timed around `Highs.run` itself, whoever calls it: all else is outside HiGHS, whatever phase it
stands in.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np

GAP = 1e-3
Row = dict[str, Any]


class Clock:
    """Seconds since it was made: wall, CPU, and wall within HiGHS. Watches `Highs.run` from then on.

    Where two searches run beside each other, a second in which either is within HiGHS counts once.
    """

    def __init__(self) -> None:
        self.wall, self.processor, self.thread = time.perf_counter(), time.process_time(), time.thread_time()
        self._runs: list[list[float]] = []  # when each began and, once it has, ended
        run = highspy.Highs.run

        def timed(solver):
            mine = [time.perf_counter()]
            self._runs.append(mine)
            try:
                return run(solver)
            finally:
                mine.append(time.perf_counter())

        highspy.Highs.run = timed

    @property
    def seconds(self) -> float:
        """Wall seconds."""
        return time.perf_counter() - self.wall

    @property
    def cpu(self) -> float:
        """CPU seconds of all threads."""
        return time.process_time() - self.processor

    @property
    def outside_cpu(self) -> float:
        """CPU seconds of this thread: everything but a solver that runs in another one."""
        return time.thread_time() - self.thread

    @property
    def in_highs(self) -> float:
        """Wall seconds within `Highs.run`; a run that never came back counts until the next one began."""
        runs, now = sorted(self._runs), time.perf_counter()
        following = [r[0] for r in runs[1:]] + [now]
        return union((r[0], r[1] if len(r) > 1 else then) for r, then in zip(runs, following, strict=True))


def union(intervals: Iterable[tuple[float, float]]) -> float:
    """The length of what intervals, in the order in which they begin, cover together."""
    covered, until = 0.0, -np.inf
    for begin, end in intervals:
        covered += max(end - max(begin, until), 0.0)
        until = max(until, end)
    return covered


def ours(path: Path, seconds: float, threads: int, strategy: str = "auto") -> Row:
    """File to files: seconds by phase, objective, gap. Without a plan the gap is infinite."""
    from optimiser.errors import NoPlanError
    from optimiser.report.folder import write_result
    from optimiser.workflow import solve

    clock = Clock()
    limits = {"gap": GAP, "seconds": seconds, "threads": threads, "strategy": strategy}
    try:
        answer = solve(path, limits)
    except NoPlanError:
        return {"status": "no plan", "gap": np.inf} | _totals(clock)
    found: Row = dict(answer.run["seconds"])
    before = clock.seconds
    if answer.result is not None:
        with tempfile.TemporaryDirectory() as folder:
            write_result(answer.result, answer.run, Path(folder) / "out")
        plan = answer.result.plan
        found |= {"objective": plan.objective, "bound": plan.bound, "gap": plan.gap, "status": plan.status}
        found |= {name: plan.solver[name] for name in ("columns", "rows", "integers")}
    found["write"] = clock.seconds - before
    phases = ("read", "compile", "build", "hand over", "solve", "audit", "write")
    found["polish and prices"] = clock.seconds - sum(found.get(phase, 0.0) for phase in phases)
    return found | _totals(clock)


def _totals(clock: Clock) -> Row:
    return {
        "total": clock.seconds,
        "cpu": clock.cpu,
        "in HiGHS": clock.in_highs,
        "outside HiGHS": 1 - clock.in_highs / clock.seconds,
        "outside cpu": clock.outside_cpu,
    }


def relaxation(path: Path, seconds: float, threads: int) -> Row:
    """HiGHS alone on the relaxation of our matrices: the limit to be measured against."""
    from optimiser.formulation import build
    from optimiser.instance import compile_instance
    from optimiser.solve.highs import run
    from optimiser.solve.outcome import Limits
    from optimiser.solve.programme import assemble
    from optimiser.workflow import read

    programme = assemble(build(compile_instance(read(path).scenario)))
    relaxed = replace(programme, integer=np.zeros_like(programme.integer))
    clock = Clock()
    outcome = run(relaxed, Limits(seconds=seconds, threads=threads))
    return {"lp": clock.in_highs, "lp cpu": clock.cpu, "lp objective": outcome.objective}


def plain(path: Path, seconds: float, threads: int) -> Row:
    """File to answer by the plain form, through Pyomo's own road to HiGHS; its defaults but for gap, threads, limit."""
    import pyomo.environ as pyo

    from optimiser.instance import compile_instance
    from optimiser.workflow import read
    from tests.benchmarks.plain import check, declare

    clock = Clock()
    instance = compile_instance(read(path).scenario)
    try:
        check(instance)
    except ValueError:
        return {"plain status": "not declared"}
    before = clock.seconds
    model = declare(instance)
    built = clock.seconds - before
    solver = pyo.SolverFactory("appsi_highs")
    solver.config.load_solution = False
    solver.highs_options = {"mip_rel_gap": GAP, "threads": threads, "time_limit": float(seconds)}
    results = solver.solve(model, load_solutions=False)
    best, bound = results.problem.upper_bound, results.problem.lower_bound
    known = best is not None and np.isfinite(best)
    return {
        "plain status": str(results.solver.termination_condition),
        "plain build": built,
        "plain hand over": clock.seconds - before - built - clock.in_highs,
        "plain total": clock.seconds,
        "plain cpu": clock.cpu,
        "plain objective": best if known else None,
        "plain gap": (best - bound) / max(abs(best), 1e-9) if known else np.inf,
        "plain memory [MB]": memory(),
    }


def linopy(path: Path, seconds: float, threads: int) -> Row:
    """The plain form declared with linopy and handed to HiGHS, not solved."""
    from optimiser.instance import compile_instance
    from optimiser.workflow import read
    from tests.benchmarks.with_linopy import declare

    instance = compile_instance(read(path).scenario)
    clock = Clock()
    try:
        model = declare(instance)
    except ValueError:
        return {"linopy status": "not declared"}
    built = clock.seconds
    model.to_highspy()
    return {
        "linopy build": built,
        "linopy hand over": clock.seconds - built,
        "linopy cpu": clock.cpu,
        "linopy memory [MB]": memory(),
    }


def memory() -> float:
    """Peak memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


FORMS = {"ours": ours, "relaxation": relaxation, "plain": plain, "linopy": linopy}
