"""The plain form is the same question as ours: on small groups both have the same relaxation limits and optimum."""

import pyomo.environ as pyo
import pytest

from optimiser.instance import compile_instance
from optimiser.workflow import read, solve
from tests.benchmarks.groups import Variant, group, write
from tests.benchmarks.plain import declare


def test_the_plain_form_has_the_same_optimum(tmp_path):
    """Proves on a group of 30 projects that what the benchmark compares is one and the same case."""
    scenario = group(30, 1, Variant())
    late = [f"net-{year}" for year in range(2036, 2058)]
    scenario["targets"] = {k: v for k, v in scenario["targets"].items() if k not in ("neutral", *late)}
    path = write(scenario, tmp_path / "g.yaml")
    answer = solve(path, {"gap": 1e-6, "threads": 1})
    model = declare(compile_instance(read(path).scenario))
    solver = pyo.SolverFactory("appsi_highs")
    solver.config.load_solution = False
    solver.highs_options = {"mip_rel_gap": 1e-6, "threads": 1, "presolve": "off"}
    results = solver.solve(model, load_solutions=False)
    assert answer.result is not None
    assert results.problem.upper_bound == pytest.approx(answer.result.plan.objective, rel=1e-5)
