"""Speed, phase by phase, in one run: ours, the bare relaxation, and the plain form. Ratios are what counts.

    python -m tests.benchmarks.run --sizes 100 500 --seeds 1 2 3 --variants mixed ends

Each size, variant and seed is one process of its own, so that peak memory is its own. The plain form is stopped at
`--patience` times our time. `--out FILE` keeps the rows as CSV.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.benchmarks.groups import Variant, group, write

GAP = 1e-3
VARIANTS = {
    "mixed": Variant(),
    "ends": Variant(ends=True, shape="no_rise"),
    "overlap": Variant(overlapping_sources=200, measures=(4, 4)),
    "alone": Variant(overlapping_sources=0),
}


def ours(path: Path, seconds: float, threads: int) -> dict[str, Any]:
    """File to files: seconds by phase, objective, gap."""
    from optimiser.report.folder import write_result
    from optimiser.workflow import solve

    began = time.perf_counter()
    answer = solve(path, {"gap": GAP, "seconds": seconds, "threads": threads})
    found: dict[str, Any] = dict(answer.run["seconds"])
    clock = time.perf_counter()
    if answer.result is not None:
        with tempfile.TemporaryDirectory() as folder:
            write_result(answer.result, answer.run, Path(folder) / "out")
        plan = answer.result.plan
        found |= {"objective": plan.objective, "bound": plan.bound, "gap": plan.gap, "status": plan.status}
    found["write"] = time.perf_counter() - clock
    return found | {"total": time.perf_counter() - began}


def relaxation(path: Path, threads: int) -> dict[str, Any]:
    """HiGHS alone on the relaxation of our matrices: the limit to be measured against."""
    from optimiser.formulation import build
    from optimiser.instance import compile_instance
    from optimiser.solve.highs import Limits, run
    from optimiser.solve.programme import assemble
    from optimiser.workflow import read

    programme = assemble(build(compile_instance(read(path).scenario)))
    relaxed = replace(programme, integer=np.zeros_like(programme.integer))
    outcome = run(relaxed, Limits(seconds=3600, threads=threads))
    return {"lp": outcome.seconds, "lp objective": outcome.objective, "rows": len(programme.row_lower)}


def plain(path: Path, seconds: float, threads: int) -> dict[str, Any]:
    """The plain form through Pyomo's own road to HiGHS, with HiGHS's defaults but for the gap."""
    import pyomo.environ as pyo

    from optimiser.instance import compile_instance
    from optimiser.workflow import read
    from tests.benchmarks.plain import declare

    began = time.perf_counter()
    model = declare(compile_instance(read(path).scenario))
    built = time.perf_counter() - began
    solver = pyo.SolverFactory("appsi_highs")
    solver.config.load_solution = False
    solver.highs_options = {"mip_rel_gap": GAP, "threads": threads, "time_limit": float(seconds)}
    results = solver.solve(model, load_solutions=False)
    best, bound = results.problem.upper_bound, results.problem.lower_bound
    known = best is not None and np.isfinite(best)
    return {
        "plain build": built,
        "plain total": time.perf_counter() - began,
        "plain objective": best if known else None,
        "plain gap": (best - bound) / abs(best) if known else None,
    }


def measure(size: int, variant: str, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """One row: every form of one group, each in a process of its own."""
    row: dict[str, Any] = {"projects": size, "variant": variant, "seed": seed}
    with tempfile.TemporaryDirectory() as folder:
        path = write(group(size, seed, VARIANTS[variant]), Path(folder) / "group.yaml")
        row |= _apart("relaxation", path, 0, options.threads)
        row |= _apart("ours", path, options.seconds, options.threads)
        if options.patience:
            row |= _apart("plain", path, options.patience * row["total"], options.threads)
    row["total / lp"] = row["total"] / row["lp"]
    row["outside HiGHS"] = 1 - row.get("solve", 0.0) / row["total"]
    return row


def _apart(form: str, path: Path, seconds: float, threads: int) -> dict[str, Any]:
    words = [sys.executable, "-m", "tests.benchmarks.run", "--one", form, str(path), str(seconds), str(threads)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=2 * seconds + 1800)
    except subprocess.TimeoutExpired:
        return {f"{form} failed": True}
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return {f"{form} failed": True}
    return json.loads(done.stdout.splitlines()[-1])


def _one(form: str, path: str, seconds: str, threads: str) -> None:
    if form == "relaxation":
        found = relaxation(Path(path), int(threads))
    else:
        found = {"ours": ours, "plain": plain}[form](Path(path), float(seconds), int(threads))
    if form == "ours":
        found["memory [MB]"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found, default=float))


def main() -> None:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--sizes", nargs="+", type=int, default=[100, 500])
    words.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    words.add_argument("--variants", nargs="+", choices=list(VARIANTS), default=["mixed"])
    words.add_argument("--seconds", type=float, default=300.0, help="limit of ours")
    words.add_argument("--patience", type=float, default=1.0, help="limit of the plain form, times ours; 0: no")
    words.add_argument("--threads", type=int, default=2)
    words.add_argument("--out", type=Path)
    words.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = words.parse_args()
    if options.one:
        _one(*options.one)
        return
    rows = []
    for size in options.sizes:
        for variant in options.variants:
            for seed in options.seeds:
                rows.append(measure(size, variant, seed, options))
                print(pd.DataFrame(rows[-1:]).T.to_string(header=False), flush=True)
                print()
    frame = pd.DataFrame(rows)
    if options.out is not None:
        frame.to_csv(options.out, index=False)
    print(frame.drop(columns="seed").groupby(["projects", "variant"]).median(numeric_only=True).T.to_string())


if __name__ == "__main__":
    main()
