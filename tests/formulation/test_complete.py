"""The whole programme in Pyomo: another solver finds the same least cost, or the same contradiction."""

import pyomo.environ as pyo
import pytest

from optimiser.errors import UsageError
from optimiser.formulation import build
from optimiser.formulation.complete import complete
from optimiser.solve.programme import assemble
from tests.helpers import ask, instance_of, least_cost, solved

OTHER = "appsi_highs"

EVERYTHING = """
horizon: {first: 1, last: 5}
discount_rate: 5 %
salvage: annuity
sources:
  site: {scope: 1, baseline: {1: 100 ktCO2e, 5: 110 ktCO2e}}
  power: {scope: 2, activity: 40 GWh, factor: 0.5 tCO2e/MWh, market_factor: 0.7 tCO2e/MWh}
projects:
  study: {kind: research, capex: 2 MCNY, lowers_capex: {lots: 10 %}}
  lots: {kind: upgrade, units: {max: 4, min: 2, per_year: 2}, lead_time: 1, life: 3, renew: true, capex: 6 MCNY,
         abates: {site: 6 %}, requires: {study: 1}, uses: {crews: 1}}
  kiln: {kind: upgrade, ramp: [50 %, 100 %], capex: 14 MCNY, abates: {site: 20 %, power: -4 GWh}, excludes: boiler}
  boiler: {kind: upgrade, capex: 10 MCNY, abates: {site: 9 ktCO2e}}
  pv: {kind: facility, size: {max: 60 MW}, life: 4, capex: 1 MCNY/MW, yield: 1 GWh/MW, supplies: power,
       price: 0.2 CNY/kWh, sells: 0.1 CNY/kWh, displaces: 0.5 tCO2e/MWh}
  wood: {kind: sink, size: {max: 50 ha}, capex: 0.3 MCNY/ha, removal: 1 ktCO2e/ha, durable: true}
resources: {crews: {limit: 2}}
groups: {few: {projects: [lots, kiln, boiler], at_most: 2}}
budgets:
  capex: {limit: 25 MCNY, carry_over: 50 %}
  pv: {projects: pv, covers: cash, limit: 60 MCNY, window: 2}
targets:
  top: {kind: peak, by: 2, sources: site}
  cap: {kind: reduction, by: 4, scopes: [1, 2], cut: 20 %}
  net: {kind: neutrality, in: 5, credits: 60 %, credit_price: 100 CNY/tCO2e}
  sum: {kind: carbon_budget, years: [1, 5], at_most: 500 ktCO2e, net: true, penalty: 90 CNY/tCO2e}
  past: {kind: historical, by: 5, stock: 10 ktCO2e}
  out: {kind: avoided, in: 5, multiple: 1, base: 1 ktCO2e}
"""


def test_a_scenario_with_everything(tmp_path):
    """Proves that matrices written out as Pyomo rows are the same programme: one objective, one plan, one audit."""
    ours, theirs = solved(EVERYTHING, tmp_path), solved(EVERYTHING, tmp_path, solver=OTHER)
    assert theirs.plan.objective == pytest.approx(ours.plan.objective, rel=1e-6)
    assert theirs.plan.solver["name"] == OTHER


CASES = {
    "yes or no": """
projects:
  p: {kind: upgrade, capex: 7 MCNY, abates: {site: 35 %}}
  q: {kind: upgrade, capex: 5 MCNY, abates: {site: 35 %}}
targets: {cap: {kind: reduction, by: 2, cut: 50 %}}
""",
    "sizes alone": """
projects: {p: {kind: upgrade, size: {max: 60 MW}, capex: 1 MCNY/MW, abates: {site: 1 ktCO2e/MW}}}
targets: {cap: {kind: reduction, by: 2, cut: 50 %}}
""",
    "penalty": "targets: {cap: {kind: reduction, by: 2, cut: 50 %, penalty: 10 CNY/tCO2e}}",
    "credits": "targets: {net: {kind: neutrality, by: 2, credits: 100 %, credit_price: 10 CNY/tCO2e}}",
    "priority": """
projects: {p: {kind: upgrade, capex: 7 MCNY, abates: {site: 35 %}}}
targets: {cap: {kind: reduction, by: 2, cut: 50 %, priority: 1}}
""",
    "a market with own credits, certificates and net sales": """
projects:
  wood: {kind: sink, start: 1, committed: true, removal: 10 ktCO2e}
  solar: {kind: facility, start: 1, committed: true, yield: 20 GWh, sells: 0.1 CNY/kWh, displaces: 0.5 tCO2e/MWh}
markets:
  ets: {price: {1: 100 CNY/tCO2e, 3: 300 CNY/tCO2e}, free_allocation: 110 %, banking: {keep: 5 ktCO2e, multiple: 1},
        credits: {share: 5 %, price: 40 CNY/tCO2e}, issues: {projects: [wood, solar]},
        certificates: {projects: solar, price: 0.01 CNY/kWh}}
  inside: {kind: internal, entities: group, cap: 100 %}
entities: {group: {}}
""",
    "two sizes on one source": """
projects:
  p: {kind: upgrade, size: {max: 10 MW}, capex: 10 MCNY/MW, abates: {site: 5 %/MW}}
  q: {kind: upgrade, size: {max: 10 MW}, capex: 12 MCNY/MW, abates: {site: 5 %/MW}}
targets: {cap: {kind: reduction, in: 3, cut: 60 %}}
""",
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_least_cost(case, tmp_path):
    """Whatever forms the programme takes: whole numbers, a linear programme, soft targets, several questions."""
    ours, theirs = ask(CASES[case], tmp_path).result, ask(CASES[case], tmp_path, solver=OTHER).result
    assert theirs.plan.objective == pytest.approx(ours.plan.objective, rel=1e-5, abs=1e-6)
    assert theirs.plan.gave_way == ours.plan.gave_way


def test_the_same_contradiction(tmp_path):
    """No plan exists: the other solver says so too, and the conflict is found all the same."""
    answer = ask(CASES["yes or no"].replace("50 %", "60 %"), tmp_path, solver=OTHER)
    assert [i.id for i in answer.conflict.items] == ["cap"]


def test_a_solver_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="no solver called"):
        least_cost(CASES["yes or no"], tmp_path, solver="no-such-solver")


def test_every_row_and_column_is_written_out(tmp_path):
    """Proves that nothing is lost: as many Pyomo variables as columns; rows with a bound and a variable as rows."""
    model = build(instance_of(EVERYTHING, tmp_path))
    programme = assemble(model)
    complete(model)
    assert sum(1 for v in model.component_data_objects(pyo.Var) if not v.fixed) == len(programme.cost)
    bounded = [
        i
        for i in range(programme.matrix.shape[0])
        if programme.matrix[[i], :].nnz and not (programme.row_lower[i] < -1e300 and programme.row_upper[i] > 1e300)
    ]
    assert sum(1 for _ in model.component_data_objects(pyo.Constraint, active=True)) == len(bounded)
    integers = sum(1 for v in model.component_data_objects(pyo.Var) if v.is_integer() and not v.fixed)
    assert integers == programme.integer.sum()
