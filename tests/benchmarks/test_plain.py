"""What the benchmark compares is one and the same case: plain form, linopy's arrays and ours have the same optimum."""

import highspy
import pyomo.environ as pyo
import pytest

from optimiser.instance import compile_instance
from optimiser.workflow import read, solve
from tests.benchmarks import plain, with_linopy
from tests.benchmarks.groups import VARIANTS, Variant, group, write
from tests.benchmarks.published import published

EXACT = 1e-6
FOUR = Variant(sources=16, overlapping_sources=3, measures=(4, 4))


def small(size, seed, variant):
    """A group without its later caps and neutrality, which tiny groups may not reach."""
    scenario = group(size, seed, variant)
    late = [f"net-{year}" for year in range(2036, 2058)]
    return scenario | {"targets": {k: v for k, v in scenario["targets"].items() if k not in ("neutral", *late)}}


def optimum(path):
    answer = solve(path, {"gap": EXACT, "threads": 1})
    assert answer.result is not None
    assert answer.result.plan.gap <= 2 * EXACT
    return answer.result.plan.objective


def plain_optimum(instance):
    """The optimum of the plain form. Presolve is off: see tests/solve/test_presolve.py."""
    solver = pyo.SolverFactory("appsi_highs")
    solver.config.load_solution = False
    solver.highs_options = {"mip_rel_gap": EXACT, "threads": 1, "presolve": "off"}
    return solver.solve(plain.declare(instance), load_solutions=False).problem.upper_bound


def linopy_optimum(instance, relaxed=False):
    highs = with_linopy.declare(instance).to_highspy()
    for name, value in {"output_flag": False, "mip_rel_gap": EXACT, "threads": 1, "solve_relaxation": relaxed}.items():
        highs.setOptionValue(name, value)
    if not relaxed:
        highs.setOptionValue("presolve", "off")
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return highs.getInfo().objective_function_value


@pytest.mark.parametrize(
    ("variant", "size", "seed"),
    [(VARIANTS["mixed"], 30, 1), (VARIANTS["mixed"], 50, 3), (VARIANTS["ends"], 30, 3), (FOUR, 30, 1)],
    ids=["mixed", "larger", "ends", "four"],
)
def test_the_three_forms_have_the_same_optimum(variant, size, seed, tmp_path):
    """Proves on groups of 30 and 50 projects, both shapes of peak and four shares on a source among them, that no form
    leaves anything out and none adds anything."""
    path = write(small(size, seed, variant), tmp_path / "g.yaml")
    instance = compile_instance(read(path).scenario)
    expected = optimum(path)
    assert plain_optimum(instance) == pytest.approx(expected, rel=1e-5)
    assert linopy_optimum(instance) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("variant", ["mixed", "ends"])
def test_the_relaxations_of_plain_form_and_linopy_agree(variant, tmp_path):
    """Proves on whole groups, caps and neutrality included, that linopy's rows are those of the plain form."""
    instance = compile_instance(read(write(group(60, 1, VARIANTS[variant]), tmp_path / "g.yaml")).scenario)
    model = plain.declare(instance)
    pyo.TransformationFactory("core.relax_integer_vars").apply_to(model)
    solver = pyo.SolverFactory("appsi_highs")
    solver.config.load_solution = False
    found = solver.solve(model, load_solutions=False).problem.upper_bound
    assert linopy_optimum(instance, relaxed=True) == pytest.approx(found, rel=1e-7)


@pytest.mark.parametrize(("kind", "size", "seed"), [("pit", 27, 3), ("knapsack", 14, 1)])
def test_published_kinds_have_the_same_optimum(kind, size, seed, tmp_path):
    """Proves on a pit of three levels and on a small knapsack that resources and blocks above are declared alike."""
    path = write(published(kind, size, seed), tmp_path / "case.yaml")
    expected = optimum(path)
    assert expected < 0
    assert plain_optimum(compile_instance(read(path).scenario)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("variant", ["fleets", "finance", "market"])
def test_what_is_not_declared_plainly_is_refused(variant, tmp_path):
    """The wrong answer: times of a plain form that left the fleets, the debt or the market out."""
    instance = compile_instance(read(write(group(30, 1, VARIANTS[variant]), tmp_path / "g.yaml")).scenario)
    for declare in (plain.declare, with_linopy.declare):
        with pytest.raises(ValueError, match=variant):
            declare(instance)
