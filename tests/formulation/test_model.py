"""A family without rows is left out of the model, and no other is."""

import pyomo.environ as pyo

from optimiser.formulation import build
from optimiser.formulation.model import Model
from tests.helpers import instance_of


def families(model: pyo.ConcreteModel) -> dict[str, int]:
    """Rows by family."""
    return {rows.name: len(rows) for rows in model.component_objects(pyo.Constraint)}


def test_only_families_with_rows_are_added():
    """Proves it of every way in which an index can be empty: x <= 1, x <= 2 and (2 x 2 of them) x + y <= 4 are left."""
    model = Model()
    model.x, model.y = pyo.Var(), pyo.Var()

    @model.Constraint([1, 2])
    def some(m, most):
        return m.x <= most

    @model.Constraint(range(2), ["a", "b"])
    def product(m, *_):
        return m.x + m.y <= 4

    for index in ([[]], [[], [1]], [[1], []], [range(0)]):

        @model.Constraint(*index)
        def none(m, *_):
            return m.x <= 0

    assert families(model) == {"some": 2, "product": 4}


def test_a_scenario_has_the_families_that_it_asks_for(tmp_path):
    """Proves that nothing which is asked is left out: three years of a budget, and two after a peak in the first."""
    text = """
projects: {a: {kind: upgrade, capex: 10 MCNY, abates: {site: 35 %}}}
budgets: {money: {limit: 30 MCNY}}
targets: {peak: {kind: peak, by: 1, shape: no_rise}}
"""
    assert families(build(instance_of(text, tmp_path))) == {"spend_within_budget": 3, "no_rise_after_peak": 2}
