"""What the benchmark compares is one and the same case: plain form, linopy's arrays and ours have the same optimum."""

from dataclasses import replace

import highspy
import pyomo.environ as pyo
import pytest
import yaml

from optimiser.instance import compile_instance
from optimiser.workflow import read, solve
from tests import helpers
from tests.benchmarks import plain, with_linopy
from tests.benchmarks.groups import VARIANTS, Variant, group, write
from tests.benchmarks.published import published

EXACT = 1e-6
FOUR = Variant(sources=16, overlapping_sources=3, measures=(4, 4))
DENSE = """
horizon: {first: 1, last: 8}
discount_rate: 6 %
salvage: annuity
entities: {group: {}, ports: {parent: group}, ships: {parent: group}, yards: {parent: group}}
sources:
  cranes: {entity: ports, scope: 1, baseline: 100 ktCO2e}
  welding: {entity: yards, scope: 1, baseline: 60 ktCO2e}
projects:
  wires: {kind: upgrade, entity: ports, capex: 30 MCNY, units: {max: 4}, life: 9,
          abates: {cranes: 12 ktCO2e}, tags: [green]}
  gas: {kind: upgrade, entity: ports, capex: 8 MCNY, life: 5, abates: {cranes: 6 ktCO2e}, tags: [other]}
  robots: {kind: upgrade, entity: yards, capex: 25 MCNY, opex: -1 MCNY, units: {max: 3}, life: 9,
           abates: {welding: 8 ktCO2e}, tags: [green]}
fleets:
  tugs:
    entity: ships
    states:
      diesel: {count: 6, emissions: 10 ktCO2e, opex: 10 MCNY}
      hybrid: {emissions: 7 ktCO2e, opex: 8 MCNY}
      methanol: {emissions: 1 ktCO2e, opex: -9 MCNY}
    changes:
      - {from: diesel, to: hybrid, capex: 9 MCNY}
      - {from: hybrid, to: methanol, capex: 12 MCNY, lead_time: 1, tags: [green]}
      - {from: new, to: methanol, capex: 25 MCNY, lead_time: 2}
    at_most: 7
    docking: {slots_per_year: 3}
    retire: {diesel: WORN}
budgets: {capex: {entity: group, limit: 42 MCNY, carry_over: 50 %}}
finance:
  bond: {kind: bond, entity: group, issue: [1, 7], rate: 3 %, tenor: 3, ticket: [11 MCNY, 24 MCNY], fee: 0.4 %,
         eligible: {tags: [green]}, allocation: 1}
  loan: {kind: loan, entity: group, issue: [1, 8], rate: 4.5 %, tenor: 4, repayment: linear,
         ticket: [5 MCNY, 16 MCNY], issues: 3}
  ceiling: {kind: limit, entity: group, outstanding: 58 MCNY}
markets:
  outside:
    entities: [ports]
    scopes: [1]
    from_year: 2
    price: {2: 80 CNY/tCO2e, 8: 300 CNY/tCO2e}
    spread: 2 %
    free_allocation: {2: 95 %, 8: 70 %}
    banking: {keep: 6 ktCO2e}
    credits: {share: 5 %, price: 90 CNY/tCO2e}
  inside:
    kind: internal
    entities: [ships, yards]
    scopes: [1]
    from_year: 3
    cap: {3: 90 %, 8: 42 %}
    banking: {keep: 4 ktCO2e}
targets:
  cap: {kind: carbon_budget, scopes: [1], years: [1, 8], at_most: 1320 ktCO2e, net: true}
  peak: {kind: peak, entity: ships, scopes: [1], by: 2}
"""
"""Three divisions, three projects, a fleet, two instruments and two markets in eight years."""


def small(size, seed, variant):
    """A group without its later caps and neutrality, which tiny groups may not reach."""
    scenario = group(size, seed, variant)
    late = [f"net-{year}" for year in range(2036, 2058)]
    return scenario | {"targets": {k: v for k, v in scenario["targets"].items() if k not in ("neutral", *late)}}


def shorter(size, seed, variant, last):
    """A small group up to the year `last`, with the first of its fleets.

    Money and caps are those of the group without fleets, so that this one has to share them.
    """
    scenario = small(size, seed, variant)
    scenario["horizon"]["last"] = last
    for project in scenario["projects"].values():
        project["start"][1] = min(project["start"][1], last)
    if variant.fleets:
        alone = small(size, seed, replace(variant, fleets=False))
        scenario["fleets"] = dict(list(scenario["fleets"].items())[:1])
        scenario |= {section: alone[section] for section in ("budgets", "targets")}
    return scenario


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
    instance = compile_instance(read(write(group(40, 1, VARIANTS[variant]), tmp_path / "g.yaml")).scenario)
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


@pytest.mark.parametrize(
    ("variant", "size", "seed", "last"),
    [
        ("fleets", 25, 2, 2050),
        ("finance", 25, 1, 2044),
        ("finance", 25, 2, 2044),
        ("market", 25, 2, 2050),
        ("all", 25, 2, 2044),
    ],
)
def test_plain_form_and_ours_agree_with_what_a_variant_adds(variant, size, seed, last, tmp_path):
    """Proves that fleets, debt and markets of synthetic groups are declared as they are meant, alone and together.

    Loans of 2035 and later are owed when the horizon ends in 2044, and settled after it.
    """
    path = write(shorter(size, seed, VARIANTS[variant], last), tmp_path / "g.yaml")
    assert plain_optimum(compile_instance(read(path).scenario)) == pytest.approx(optimum(path), rel=1e-5)


@pytest.mark.parametrize("worn", ["{5: 2}", "{4: 4}"])
def test_plain_form_and_ours_agree_where_everything_is_scarce(worn, tmp_path):
    """Proves row by row what groups, in which much is plentiful, prove in the large.

    Each of these moves one of the two optima by 0.05 % or more when left out or changed by a few per cent: docks, yard,
    size, duty and retirement of the fleet, its emissions, its money in budget, proceeds and objective; tickets, number
    of issues, use of proceeds and its years, ceiling, fee, interest, settlement; free allowances, bank, credits,
    sales, transfers and cap. Retirement of four assets binds, and with two the docks.
    """
    path = helpers.write(DENSE.replace("WORN", worn), tmp_path)
    assert plain_optimum(compile_instance(read(path).scenario)) == pytest.approx(optimum(path), rel=1e-5)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"tax": {"rate": "25 %"}}, "a tax"),
        ({"finance": {"loan": {"repayment": "annuity", "amount": "40 MCNY"}}}, "a total of loan"),
        ({"finance": {"grant": {"kind": "grant", "entity": "ports", "issue": [1, 2]}}}, "the kind grant of grant"),
        ({"finance": {"loan": {"eligible": {"tags": ["other"]}}}}, "the use of proceeds of several instruments"),
        ({"fleets": {"tugs": {"life": 20}}}, "the salvage of fleet tugs"),
        ({"fleets": {"tugs": {"docking": {"cycle": 3}}}}, "the cycle of docking of fleet tugs"),
        ({"markets": {"outside": {"borrowing": {"share": "10 %"}}}}, "borrowing of market outside"),
        ({"markets": {"outside": {"banking": {"multiple": 1.5}}}}, "a limit that grows with sales of market outside"),
        ({"targets": {"cap": {"penalty": "1 MCNY/ktCO2e"}}}, "target cap"),
    ],
)  # fmt: skip
def test_what_is_not_declared_plainly_is_refused(changed, named, tmp_path):
    """The wrong answer: times of a plain form that left some of the case out."""
    path = helpers.write_tree(merged(yaml.safe_load(DENSE.replace("WORN", "{5: 2}")), changed), tmp_path)
    with pytest.raises(ValueError, match=f"not declared plainly: .*{named}"):
        plain.declare(compile_instance(read(path).scenario))


def merged(tree, over):
    """A tree with another laid over it."""
    both = {k: merged(tree[k], v) if isinstance(v, dict) and k in tree else v for k, v in over.items()}
    return tree | both


@pytest.mark.parametrize("variant", ["fleets", "finance", "market"])
def test_linopy_refuses_fleets_finance_and_markets(variant, tmp_path):
    """The wrong answer: seconds of building a group of which a third was left out."""
    instance = compile_instance(read(write(group(30, 1, VARIANTS[variant]), tmp_path / "g.yaml")).scenario)
    with pytest.raises(ValueError, match=f"not declared with linopy: {variant}"):
        with_linopy.declare(instance)
