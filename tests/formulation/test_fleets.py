"""Fleets: a network of states and years in which assets are conserved."""

import pyomo.environ as pyo
import pytest

from optimiser.errors import ScenarioError
from optimiser.formulation import build
from optimiser.formulation.complete import complete
from tests.fleets import begun, service, spent, yard
from tests.helpers import gross, instance_of, least_cost, refused, solved

TWO = """
fleets:
  ships:
    states:
      old: {count: 2, emissions: 10 ktCO2e, opex: 5 MCNY}
      new-tech: {emissions: 2 ktCO2e, opex: 3 MCNY}
    changes: [{from: old, to: new-tech, capex: CAPEX MCNY, lead_time: LEAD}]
MORE
"""


def two(capex: float = 100, lead: int = 0, more: str = "") -> str:
    return TWO.replace("CAPEX", str(capex)).replace("LEAD", str(lead)).replace("MORE", more)


def cap(kt: float, year: int = 3) -> str:
    """Gross emissions of the fleet at most so much from a year on (its base is 20 kt)."""
    return f"targets: {{cap: {{kind: reduction, by: {year}, cut: {20 - kt} ktCO2e, sources: [ships]}}}}"


def test_a_fleet_left_alone_stays(tmp_path):
    """Two assets x 5 x 3 years = 30: nothing makes a retrofit of 100 worth its saving of 6."""
    result = solved(two(), tmp_path)
    assert result.plan.objective == pytest.approx(30)
    assert service(result, "old") == [2, 2, 2]
    assert gross(result, "ships") == [20, 20, 20]


def test_a_retrofit_pays_when_it_saves_more(tmp_path):
    """At capex 5 a saving of 2 a year over three years is worth 6: both go at once, 2 x (5 + 3 x 3) = 28.

    If only one could go, or a year later, it would be 29 and more.
    """
    result = solved(two(5), tmp_path)
    assert result.plan.objective == pytest.approx(28)
    assert service(result, "new-tech") == [2, 2, 2]


def test_assets_are_whole(tmp_path):
    """A cap of 13 in year 3 needs 0.875 retrofits: one whole asset, best at once: 30 + 100 - 3 x 2, not 7/8 of it."""
    result = solved(two(more=cap(13)), tmp_path)
    assert result.plan.objective == pytest.approx(124)
    assert gross(result, "ships")[2] == 12
    refused(two(more=cap(3)), tmp_path)


def test_in_the_yard_an_asset_does_nothing_and_costs_nothing(tmp_path):
    """Lead time 1: an asset begun in year 2 is gone for year 2 and works in the new state from year 3.

    Proves that its 5 of opex and 10 kt are gone for a year: 15 + 5 + 0 + 3 + 100 = 123; staying in service it were 128.
    """
    result = solved(two(lead=1, more=cap(12)), tmp_path)
    assert yard(result) in ([0, 1, 0], [1, 0, 0])
    assert result.plan.objective == pytest.approx(15 + 100 + min(5 + 0 + 3, 0 + 3 + 3))
    assert spent(result, "opex")[yard(result).index(1)] == 5


def test_changes_end_within_the_horizon(tmp_path):
    """In year 3 nobody goes to a yard that gives nothing back: otherwise a cap of 10 in year 3 would cost less.

    With lead time 1 the change begins in year 2 at the latest, and year 3 is spent in the new state.
    """
    result = solved(two(lead=1, more=cap(12)), tmp_path)
    assert yard(result)[2] == 0
    with pytest.raises(ScenarioError, match="cannot end within the horizon"):
        solved(two(lead=3), tmp_path)


def test_what_arrives_moves_on_the_next_year(tmp_path):
    """old > mid > best with lead time 0: the first year brings the first step, the second year the second."""
    text = """
fleets:
  ships:
    states: {old: {count: 1, emissions: 10 ktCO2e}, mid: {emissions: 5 ktCO2e}, best: {emissions: 1 ktCO2e}}
    changes: [{from: old, to: mid, capex: 1 MCNY}, {from: mid, to: best, capex: 1 MCNY}]
targets: {cap: {kind: reduction, by: YEAR, cut: 9 ktCO2e, sources: [ships]}}
"""
    result = solved(text.replace("YEAR", "2"), tmp_path)
    assert gross(result, "ships") == [5, 1, 1]
    refused(text.replace("YEAR", "1"), tmp_path)


RETIRE = """
fleets:
  ships:
    states: {old: {count: 3, emissions: 10 ktCO2e, opex: 1 MCNY}, best: {emissions: 1 ktCO2e, opex: 2 MCNY}}
    retire: {old: {2: 1, 3: 2}}
    changes: [{from: old, to: best, capex: 4 MCNY}NEW]
MORE
"""


def test_what_retires_is_replaced_by_new_assets(tmp_path):
    """One old asset is gone in year 2 and another in year 3; two new ones of 30 come, whatever retrofits cost.

    If a retrofit could stand for the end of a life it would be 12 + 2 x 4, not 12 + 2 x 30.
    """
    text = RETIRE.replace("NEW", ", {from: new, to: best, capex: 30 MCNY}").replace("MORE", "")
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(3 + 4 + 5 + 60)
    assert service(result, "old") == [3, 2, 1]
    assert begun(result, "new to best") == {2: 1, 3: 1}
    assert begun(result, "old at the end of life") == {2: 1, 3: 1}


def test_a_retrofit_does_not_lengthen_a_life(tmp_path):
    """A cap of 3 kt in year 1 turns all three to `best` at once; two of them go all the same.

    New ones can be had from year 2 on: 18 of opex, 3 x 4 and 2 x 30. If a retrofit made an asset young, 18 + 12.
    """
    text = RETIRE.replace("NEW", ", {from: new, to: best, capex: 30 MCNY, from_year: 2}")
    text = text.replace("MORE", "targets: {cap: {kind: reduction, by: 1, cut: 27 ktCO2e, sources: [ships]}}")
    result = solved(text, tmp_path)
    assert service(result, "best") == [3, 3, 3]
    assert result.plan.objective == pytest.approx(18 + 3 * 4 + 2 * 30)


def test_without_new_assets_what_retires_is_gone(tmp_path):
    """The fleet shrinks to 3, 2, 1 and says so as a warning; nothing else can leave it."""
    result = solved(RETIRE.replace("NEW", "").replace("MORE", ""), tmp_path)
    assert service(result, "old") == [3, 2, 1]
    assert result.plan.objective == pytest.approx(6)
    assert any("it shrinks" in str(w) for w in result.warnings)


AGES = """
horizon: {first: 2026, last: 2030}
fleets: {ships: {states: {old: {emissions: 10 ktCO2e, AGE}}, MORE}}
"""


@pytest.mark.parametrize(
    ("age", "more", "left"),
    [
        ("built: {2020: 2}", "life: 10", 0),
        ("built: {2020: 2}", "life: 11", 2),
        ("built: {2020: 2}, life: 40", "life: 10", 2),
        ("count: 2", "retire: {old: {2030: 1}}", 1),
        ("count: 2", "retire: {old: {2031: 1}}", 2),
        ("count: 2", "retire: {old: {2030: 0}}", 2),
    ],
)
def test_a_fleet_shrinks_only_by_what_ends_within_the_horizon(age, more, left, tmp_path):
    """Built in 2020, a ship of ten years is gone in 2030, the last year, one of eleven is there: nothing to warn of.

    A warning of every fleet with an age said that fleets shrink which do not.
    """
    result = solved(AGES.replace("AGE", age).replace("MORE", more), tmp_path)
    assert service(result, "old")[-1] == left
    assert any("it shrinks" in str(w) for w in result.warnings) == (left < 2)


def test_years_in_the_yard_without_a_duty_are_told(tmp_path):
    """At most 10 kt in year 1 alone: one retrofit keeps it by its year in the yard, since nobody must do what it did.

    Done at once it leaves 12 kt, and both have to change. Who is not told takes the year in the yard for an abatement.
    With a duty, or without a year in the yard, nothing is said.
    """
    only = cap(10).replace("by: 3", "in: 1")
    idle = solved(two(100, 1, only), tmp_path)
    assert gross(idle, "ships") == [10, 12, 12]
    [told] = (str(w) for w in idle.warnings if "in the yard" in str(w))
    assert "`activity`" in told
    at_once = solved(two(100, 0, only), tmp_path)
    assert gross(at_once, "ships") == [4, 4, 4]
    duty = "    activity: 1\n    states:\n      old: {capacity: 1, "
    busy = two(25, 1).replace("    states:\n      old: {", duty).replace("{emissions: 2", "{capacity: 1, emissions: 2")
    for quiet in (at_once, solved(busy, tmp_path)):
        assert not any("in the yard" in str(w) for w in quiet.warnings)


def test_years_built_and_life_are_ages(tmp_path):
    """Built 2 years before with a life of 3: the last year of service is year 1. The later one lives on."""
    text = """
discount_rate: 5 %
fleets:
  ships:
    life: 3
    states: {old: {built: {-1: 1, 0: 1}, emissions: 1 ktCO2e}}
    changes: [{from: new, to: old, capex: 10 MCNY, life: LIFE}]
"""
    result = solved(text.replace("LIFE", "5"), tmp_path)
    assert begun(result, "old at the end of life") == {2: 1, 3: 1}
    assert begun(result, "new to old") == {2: 1, 3: 1}
    short = solved(text.replace("LIFE", "1"), tmp_path)
    assert short.plan.objective == pytest.approx(10 / 1.05 + 20 / 1.05**2), (
        "one in year 2, gone in year 3, when two are needed"
    )


def test_new_assets_come_after_their_lead_time(tmp_path):
    """Delivery takes a year: the order for year 2 is placed in year 1, and costs nothing but capex before."""
    text = RETIRE.replace("NEW", ", {from: new, to: best, capex: 30 MCNY, lead_time: 1}").replace("MORE", "")
    result = solved(text, tmp_path)
    assert begun(result, "new to best") == {1: 1, 2: 1}
    assert result.plan.objective == pytest.approx(72)
    assert result.accounts.fleets["ships"].ordered.tolist() == [1, 1, 0]


def test_conservation_to_the_last_asset(tmp_path):
    """Today + built - gone = in service + in yard, in every year and as whole numbers."""
    text = RETIRE.replace("NEW", ", {from: new, to: best, capex: 30 MCNY}").replace("lead_time", "x")
    text = text.replace("capex: 4 MCNY", "capex: 4 MCNY, lead_time: 1").replace("MORE", "")
    a = solved(text, tmp_path).accounts.fleets["ships"]
    left = a.initial + a.built.cumsum() - a.gone.cumsum()
    assert left.tolist() == (a.service.sum(axis=0) + a.yard).tolist()


def test_assets_that_nothing_tells_apart_share_a_cell(tmp_path):
    """Proves that the network stays small: without lives and cycles it has as many cells as states."""
    fleet = instance_of(two(5, 1), tmp_path).fleets[0]
    assert len(fleet.cells.state) == 2
    assert fleet.kinds.count("retrofit") == 2, "begun in years 1 and 2 only: over by year 3"


def test_contract_example_runs(tmp_path):
    """The fleet of the contract, word for word: no activity, no new assets, so that what retires is gone."""
    text = """
horizon: {first: 2026, last: 2050}
entities: {construction: {}}
sources: {}
fleets:
  hopper-dredgers:
    entity: construction
    states:                   # per asset and year
      diesel: {count: 18, emissions: 21 ktCO2e, opex: 92 MCNY}
      methanol: {emissions: 4 ktCO2e, opex: {2026: 128 MCNY, 2050: 96 MCNY}}
    changes:
      - {from: diesel, to: methanol, capex: 145 MCNY, from_year: 2028, lead_time: 1, tags: [green]}
    docking: {slots_per_year: 3}      # retrofits share the dry-dock slots
    retire: {diesel: {2035: 6, 2045: 12}}
"""
    result = solved(text, tmp_path)
    assert service(result, "diesel", "hopper-dredgers")[9] == 12
    assert service(result, "diesel", "hopper-dredgers")[-1] == 6
    assert least_cost(text, tmp_path) == pytest.approx(92 * (18 * 9 + 12 * 10 + 6 * 6))


def test_an_optimum_that_presolve_lost(tmp_path):
    """Three ships of 4 Mt each, two of which are enough: one is scrapped in year 2 for a net income of 2.

    HiGHS 1.15.1 answered with a retrofit instead, by a rule of its presolve (see solve/test_presolve.py).
    """
    text = """
horizon: {first: 2030, last: 2032}
discount_rate: 5 %
salvage: linear
sources: {}
fleets:
  ships:
    states:
      old: {count: 3, opex: 6.0897297297 MCNY, capacity: 4 Mt}
      mid: {opex: {2030: 6.2 MCNY, 2032: 6 MCNY}, capacity: 2 Mt}
    changes:
      - {from: old, to: mid, lead_time: 1, capex: 11 MCNY, life: 2}
      - {from: old, to: scrap, scrap_value: 4 MCNY, capex: 2 MCNY, from_year: 2031, until_year: 2031, max: 1}
    activity: {2030: 6 Mt, 2032: 7.5 Mt}
    docking: {slots_per_year: 2}
"""
    result = solved(text, tmp_path)
    assert service(result, "old") == [3, 2, 2]
    each = 6.0897297297
    assert result.plan.objective == pytest.approx(3 * each + (2 * each - 2) / 1.05 + 2 * each / 1.05**2)


def test_the_same_in_pyomo(tmp_path):
    """Proves that other solvers are handed the same fleet: the whole programme written out has the same optimum."""
    text = RETIRE.replace("NEW", ", {from: new, to: best, capex: 30 MCNY}").replace("MORE", "")
    model = build(instance_of(text, tmp_path))
    complete(model)
    solver = pyo.SolverFactory("appsi_highs")
    solver.solve(model)
    assert pyo.value(model.least_cost) == pytest.approx(72)
