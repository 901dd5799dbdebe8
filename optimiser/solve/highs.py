"""HiGHS, and nothing else knows it: options, callbacks, limits held from outside, status.

The solver runs in a thread of its own, so that Ctrl-C and the time limit are heard while it works. It is asked to
stop, and if it does not within a grace period, the best plan it has reported is taken and it is left behind.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import AROUND, Limits, Outcome, Progress, Status
from optimiser.solve.programme import Programme
from optimiser.solve.scaling import scale
from optimiser.solve.silent import Silent
from optimiser.solve.starting import contradiction, cut_back, cutoff, is_doubtful

Floats = NDArray[np.float64]
DOUBLETON, AGGREGATOR = 1 << 9, 1 << 12
"""Presolve rules that are left out: by both 1.15.1 lost optima and plans (tests/solve/test_presolve.py), and by the
second 1.16.0 gave a programme another cost (decision 7). Nothing is slower without them."""
SMALL = 4000
"""Columns up to which there may be a second look (`second_look.py`); larger programmes are asked again here."""


def run(
    programme: Programme,
    limits: Limits,
    watch: Callable[[Progress], None] | None = None,
    interrupt: Interrupt | None = None,
    start: Floats | None = None,
) -> Outcome:
    """Solves a programme as a MIP, or as an LP where nothing is integer.

    What HiGHS calls an error of its own, or infeasible of a large programme, and what contradicts itself or the start,
    is asked again without presolve. Without the start it is asked again where that is all it found and may have been
    in the way. Where what is said contradicts a plan that is known even then, nothing is proven (see `starting.py`).
    """
    interrupt = interrupt or Interrupt()

    def ask(before: Outcome | None, start: Floats | None, **other: Any) -> Outcome:
        """An outcome; where there was one `before`, in the time that is left, with its log, time and state."""
        if before is None:
            return Run(programme, limits, watch, interrupt, start).outcome()
        rest = replace(limits, seconds=max(limits.seconds - before.seconds, 1.0), **other)
        found = Run(programme, rest, watch, interrupt, start).outcome()
        found.log, found.abandoned = [*before.log, *found.log], before.abandoned or found.abandoned
        found.seconds += before.seconds
        return found

    outcome = ask(None, start)
    if (words := _doubt(programme, start, outcome)) is not None and not interrupt.is_set:
        outcome.log.append(f"asked again without presolve: {words}\n")
        outcome = ask(outcome, start, presolves=False, only_better=False)
    outcome = _believed(programme, start, outcome)
    if start is None or outcome.x is None or not is_doubtful(programme, start, outcome, limits):
        return outcome
    again = ask(outcome, None)
    if again.status in ("infeasible", "failed"):
        again.status, again.bound, again.reason = "stopped", -np.inf, "no bound"
    again = _believed(programme, outcome.x, again)
    if again.objective > outcome.objective:
        again.x, again.objective = outcome.x, outcome.objective
    return again


def _doubt(programme: Programme, start: Floats | None, outcome: Outcome) -> str | None:
    """Why an outcome is not to be believed."""
    if not programme.integer.any():
        return None
    if outcome.status == "failed" or (outcome.status == "infeasible" and len(programme.cost) > SMALL):
        return outcome.status
    return contradiction(programme, start, outcome)


def _believed(programme: Programme, start: Floats | None, outcome: Outcome) -> Outcome:
    """The outcome; where it contradicts itself or the start, nothing is proven."""
    if not programme.integer.any() or (words := contradiction(programme, start, outcome)) is None:
        return outcome
    x = start if outcome.x is None else outcome.x
    assert x is not None
    cost, log = programme.cost_of(x), [*outcome.log, f"nothing is proven: {words}\n"]
    return replace(outcome, status="stopped", x=x, objective=cost, bound=-np.inf, reason="no bound", log=log)


class Run:
    """One programme at HiGHS, and what it is asked."""

    GRACE, SOON, ENDS = 10.0, 2.0, 60.0

    def __init__(
        self,
        programme: Programme,
        limits: Limits,
        watch: Callable[[Progress], None] | None,
        interrupt: Interrupt,
        start: Floats | None,
    ):
        self.programme, self.limits, self.watch, self.interrupt = programme, limits, watch, interrupt
        self.scaled, self.scaling = scale(programme)
        self.started, self.done = time.monotonic(), threading.Event()
        self.log: list[str] = []
        self.best: tuple[float, Floats] | None = None
        self.plans: list[Floats] = []
        self.bound, self.settled = -np.inf, False
        self.known = np.inf if start is None else programme.cost_of(start)
        self.cutoff = cutoff(programme, start, limits)
        self.highs = Silent()
        self._options()
        self._pass()
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = list(start / self.scaling.columns)
            self.highs.setSolution(solution)
        self.highs.cbLogging += self._on_log
        self.highs.cbMipLogging += self._on_progress
        self.highs.cbMipInterrupt += self._on_interrupt
        self.highs.cbSimplexInterrupt += self._on_interrupt
        self.highs.cbIpmInterrupt += self._on_interrupt
        self.highs.cbMipImprovingSolution += self._on_solution

    @property
    def seconds(self) -> float:
        """Since it was asked."""
        return time.monotonic() - self.started

    def _options(self) -> None:
        limits = self.limits
        options = {
            "log_to_console": False,
            "mip_rel_gap": float(limits.gap),
            "mip_abs_gap": max(1e-9, limits.room * self.scaling.objective),
            "time_limit": max(limits.seconds, 0.01),
            "threads": int(limits.threads or os.cpu_count() or 1),
            "random_seed": int(limits.seed),
            "primal_feasibility_tolerance": 1e-7,
            "mip_feasibility_tolerance": limits.tolerance,
            "allow_unbounded_or_infeasible": False,
            "presolve_rule_off": DOUBLETON | AGGREGATOR if self.programme.integer.any() else 0,
            "presolve": "choose" if limits.presolves else "off",
            "mip_allow_restart": False,  # false proofs came after restarts (decision 7)
            "mip_pscost_minreliable": limits.looks,
            **{f"mip_heuristic_run_{name}": name in limits.around for name in AROUND},
        }
        if np.isfinite(self.cutoff):
            options["objective_bound"] = self.cutoff * self.scaling.objective
        for name, value in options.items():
            self.highs.setOptionValue(name, value)

    def _pass(self) -> None:
        """Hands the programme over as arrays: the fields of a HighsLp would be filled number by number."""
        p, whole = self.scaled, np.int32
        matrix = sparse.csc_array(p.matrix)
        matrix.eliminate_zeros()
        self.highs.passModel(
            len(p.cost), len(p.row_lower), matrix.nnz, int(highspy.MatrixFormat.kColwise),
            int(highspy.ObjSense.kMinimize), p.offset, p.cost, p.lower, p.upper, p.row_lower, p.row_upper,
            matrix.indptr.astype(whole), matrix.indices.astype(whole), matrix.data, p.integer.astype(whole),
        )  # fmt: skip

    def _on_log(self, event) -> None:
        self.log.append(event.message)

    def _on_progress(self, event) -> None:
        data = event.data_out
        best, bound = (self.scaling.unscaled_objective(v) for v in (data.mip_primal_bound, data.mip_dual_bound))
        self.bound = max(self.bound, min(bound, self.cutoff)) if np.isfinite(bound) else self.bound
        if self.watch is not None:
            self.watch(Progress(self.seconds, best, min(bound, self.cutoff)))

    def _on_interrupt(self, event) -> None:
        # said each time: HiGHS 1.15.1 remembers what was said in the run before
        self.settled = self.settled or self._is_settled()
        event.interrupt(self.interrupt.is_set or self.seconds > self.limits.seconds or self.settled)

    def _is_settled(self) -> bool:
        """True once there is a plan, and it is good enough, or no plan will be and the search gives up."""
        limits = self.limits
        if self.best is None:
            return False
        if limits.settles is not None:
            usual, near = limits.settles
            if self.seconds > usual and self.best[0] <= self.bound + near:
                return True
        if limits.enough is None:
            return False
        enough = limits.enough() if callable(limits.enough) else limits.enough
        return self.best[0] <= enough or (limits.gives_up and self.bound > enough)

    def _on_solution(self, event) -> None:
        data = event.data_out
        x = np.array(data.mip_solution, dtype=float) * self.scaling.columns
        self.best = (self.programme.cost_of(x), x)
        if self.limits.collects:
            self.plans.append(x)

    def add_rows(self, matrix: sparse.csr_array, upper: Floats) -> None:
        """Adds matrix @ x <= upper; the next run begins where the last one ended."""
        rows = sparse.csr_array(matrix @ sparse.diags_array(self.scaling.columns))
        size = np.exp2(-np.round(np.log2(np.maximum(abs(rows).max(axis=1).toarray().ravel(), 1e-12))))
        rows = sparse.csr_array(sparse.diags_array(size) @ rows)
        low = np.full(len(upper), -np.inf)
        self.highs.addRows(len(upper), low, upper * size, rows.nnz, rows.indptr[:-1], rows.indices, rows.data)
        self.scaling = replace(self.scaling, rows=np.concatenate([self.scaling.rows, size]))

    def add_columns(self, matrix: sparse.csc_array, cost: Floats, upper: Floats) -> None:
        """Adds columns (M, K) from nothing to `upper` (K,) at `cost` (K,); the next run begins where the last ended."""
        p, count, none = self.programme, len(cost), np.zeros(len(cost))
        data, cost_seen = matrix.data * self.scaling.rows[matrix.indices], cost * self.scaling.objective
        self.highs.addCols(count, cost_seen, none, upper, matrix.nnz, matrix.indptr[:-1], matrix.indices, data)
        self.scaling = replace(self.scaling, columns=np.append(self.scaling.columns, np.ones(count)))
        self.programme = replace(
            p,
            cost=np.append(p.cost, cost),
            matrix=sparse.csr_array(sparse.hstack([p.matrix, matrix], format="csr")),
            lower=np.append(p.lower, none),
            upper=np.append(p.upper, upper),
            integer=np.append(p.integer, none > 0),
        )

    def outcome(self) -> Outcome:
        """Asks, and says what was found; a search that does not stop when asked is left behind."""
        self.done.clear()
        threading.Thread(target=self._work, daemon=True).start()
        asked: float | None = None
        while not self.done.is_set():  # a thread whose join is interrupted says wrongly that it has ended
            try:
                self.done.wait(0.05)
            except KeyboardInterrupt:
                self.interrupt.set()
            if asked is None and (self.interrupt.is_set or self.seconds > self.limits.seconds):
                asked = self.seconds
            grace = self.SOON if self.interrupt.somebody_waits else self.GRACE + 0.05 * self.limits.seconds
            if asked is not None and self.seconds > asked + grace:
                return self._left_behind()
        return self._read()

    def release(self) -> None:
        """Gives back what HiGHS has in memory, which Python would do some time later: they know each other."""
        if self.done.is_set():  # else it is still at work
            self.highs.clear()

    def _work(self) -> None:
        try:
            self.highs.run()
        finally:
            # the solver's own threads must end with this one: left over, they abort the process when it exits
            highspy.Highs.resetGlobalScheduler(True)
            self.done.set()

    def _reason(self) -> str:
        return "interrupt" if self.interrupt.is_set else "time limit"

    def _left_behind(self) -> Outcome:
        objective, x = self.best if self.best is not None else (np.inf, None)
        text = "HiGHS did not stop when asked; its best reported solution is taken"
        self.log.append(text + "\n")
        atexit.register(self.done.wait, self.ENDS)  # ending while it is at work would abort the process
        return Outcome("stopped", x, objective, self.bound, self.seconds, self._reason(), log=self.log, abandoned=True)

    def _read(self) -> Outcome:
        highs, mip = self.highs, bool(self.programme.integer.any())
        status, info = highs.getModelStatus(), highs.getInfo()
        solution = highs.getSolution()
        has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        back = self.scaling.unscaled_objective
        x = np.array(solution.col_value, dtype=float) * self.scaling.columns if has_plan else None
        objective = np.inf if x is None else back(float(info.objective_function_value))
        if mip and x is not None:
            objective = self.programme.cost_of(x)  # what HiGHS says may be the cost of another plan (`starting.py`)
        if x is None and self.best is not None:
            objective, x = self.best
        bound = objective if status == highspy.HighsModelStatus.kOptimal else -np.inf
        if mip:
            bound = cut_back(back(float(info.mip_dual_bound)), self.cutoff, self.known)
        dual = None
        if solution.dual_valid and not mip:
            dual = np.array(solution.row_dual, dtype=float) * self.scaling.rows / self.scaling.objective
        kinds = highspy.HighsModelStatus
        common: dict[str, Any] = {"seconds": self.seconds, "log": self.log, "row_dual": dual, "plans": self.plans}
        if status == kinds.kOptimal and x is not None:
            return Outcome("optimal", x, objective, bound, reason="gap reached", **common)
        if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible, kinds.kObjectiveBound):
            return Outcome("infeasible", None, np.inf, np.inf, reason="proven infeasible", **common)
        if status == kinds.kModelEmpty:
            p = self.programme
            holds = bool(np.all(p.row_lower <= 1e-9) and np.all(p.row_upper >= -1e-9))
            said: Status = "optimal" if holds else "infeasible"
            return Outcome(said, np.zeros(len(p.cost)), p.offset, p.offset, reason="no decisions", **common)
        stopped = status in (kinds.kTimeLimit, kinds.kInterrupt, kinds.kSolutionLimit, kinds.kIterationLimit)
        stopped = stopped or self.interrupt.is_set or self.seconds >= self.limits.seconds or self.settled
        reason = self._reason() if stopped else highs.modelStatusToString(status)
        if not stopped and x is not None and not self.programme.keeps_rows(x):
            x, objective = None, np.inf  # HiGHS 1.15.1 reports an error only where a plan goes wrong in its postsolve
        return Outcome("stopped" if stopped else "failed", x, objective, bound, reason=reason, **common)
