"""Speed, phase by phase, in one run: ours, the bare relaxation, the plain form, and building with linopy.

    python -m tests.benchmarks.run --sizes 100 500 --seeds 1 2 3 --variants mixed ends --out rows.csv --plot speed.svg

Each form of each size, variant and seed is a process of its own, so that peak memory is its own. Ratios within one run
are what counts. The plain form is stopped at so many times our time as the bars ask (`--patience` says another
number), or at once our time where we have no proof. `--again rows.csv` prints and draws what was measured before.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from tests.benchmarks.groups import VARIANTS, group, write
from tests.benchmarks.published import KINDS, published
from tests.benchmarks.table import medians, patience, text

NAMES = [*VARIANTS, *KINDS]


def scenario_of(size: int, variant: str, seed: int) -> dict[str, Any]:
    """The scenario of a case."""
    return published(variant, size, seed) if variant in KINDS else group(size, seed, VARIANTS[variant])


def measure(size: int, variant: str, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """One row: every form of one case."""
    from tests.benchmarks.forms import GAP

    row: dict[str, Any] = {"projects": size, "variant": variant, "seed": seed, "load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as folder:
        path = write(scenario_of(size, variant, seed), Path(folder) / "case.yaml")
        for form in ("relaxation", "ours", "linopy"):
            if form in options.forms:
                row |= _apart(form, path, 3600.0 if form == "relaxation" else options.seconds, options)
        if "plain" in options.forms and "total" in row:
            times = options.patience if options.patience is not None else patience(size, variant)
            if row.get("gap", 1.0) > GAP * (1 + 1e-6):
                times = 1.0
            row |= _apart("plain", path, times * row["total"], options)
    return row


def _apart(form: str, path: Path, seconds: float, options: argparse.Namespace) -> dict[str, Any]:
    """What a process of its own measures; killed where it goes on long after its limit."""
    words = [sys.executable, "-m", "tests.benchmarks.run", "--one", form, str(path), str(seconds)]
    words += ["--threads", str(options.threads), "--strategy", options.strategy]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=2 * seconds + 600)
    except subprocess.TimeoutExpired:
        return {f"{form} status": "killed"}
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return {f"{form} status": "failed"}
    return json.loads(done.stdout.splitlines()[-1])


def _one(form: str, path: str, seconds: str, options: argparse.Namespace) -> None:
    from tests.benchmarks.forms import FORMS, memory

    more = {"strategy": options.strategy} if form == "ours" else {}
    found = FORMS[form](Path(path), float(seconds), options.threads, **more)
    if form == "ours":
        found["memory [MB]"] = memory()
    print(json.dumps(found, default=float))
    sys.stdout.flush()
    os._exit(0)  # a solver that was left behind must not keep the process


def main(words: list[str] | None = None) -> None:
    """The command line."""
    options = _read(words)
    if options.one:
        _one(*options.one, options)
        return
    frame = pd.read_csv(options.again) if options.again is not None else _measure_all(options)
    print(text(frame))
    if options.plot is not None:
        from tests.benchmarks.plot import save

        save(medians(frame), options.plot)


def _measure_all(options: argparse.Namespace) -> pd.DataFrame:
    rows = []
    for size in options.sizes:
        for variant in options.variants:
            for seed in options.seeds:
                rows.append(measure(size, variant, seed, options))
                print(pd.DataFrame(rows[-1:]).T.to_string(header=False), flush=True)
                print()
                if options.out is not None:
                    pd.DataFrame(rows).to_csv(options.out, index=False)
    return pd.DataFrame(rows)


def _read(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[100, 500])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--variants", nargs="+", choices=NAMES, default=["mixed"])
    parser.add_argument("--forms", nargs="+", choices=_FORMS, default=_FORMS)
    parser.add_argument("--seconds", type=float, default=300.0, help="limit of ours")
    parser.add_argument("--patience", type=float, help="limit of the plain form, times ours")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--strategy", default="auto", help="auto, whole or kernels")
    parser.add_argument("--out", type=Path, help="keep the rows as CSV")
    parser.add_argument("--plot", type=Path, help="keep a plot (svg, png, pdf)")
    parser.add_argument("--again", type=Path, help="rows that were kept: measure nothing")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if "ours" not in options.forms and options.one is None and options.again is None:
        parser.error("--forms: all is measured against ours, so ours has to be among them")
    return options


_FORMS = ["relaxation", "ours", "linopy", "plain"]


if __name__ == "__main__":
    main()
