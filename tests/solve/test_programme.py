"""The programme: matrix part and Pyomo's rows in one, and its answer read back by name."""

import numpy as np
import pyomo.environ as pyo
import pytest

from optimiser.formulation import build
from optimiser.formulation.matrix import MatrixPart, of_columns
from optimiser.solve.highs import run
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import assemble
from tests.helpers import instance_of


def mixed() -> pyo.ConcreteModel:
    """min 2x + 3y + 1 with x + y >= 10 (a Pyomo row), x <= 4 (a bound of the matrix part), z fixed to 5."""
    model = pyo.ConcreteModel()
    model.matrix = MatrixPart()
    model.x = model.matrix.add_columns("x", 1, upper=4.0)
    model.y = pyo.Var([0], domain=pyo.NonNegativeReals)
    model.z = pyo.Var([0], domain=pyo.NonNegativeReals)
    model.z[0].fix(5)
    model.twin = pyo.Var([0], domain=pyo.Reals)
    twin = model.matrix.of_pyomo(model.twin)
    model.matrix.add_rows("twin_is_x", of_columns(twin, [0]) - of_columns(model.x, [0]), 0.0, 0.0)
    model.enough = pyo.Constraint(expr=model.twin[0] + model.y[0] + model.z[0] >= 15)
    model.cost = pyo.Objective(expr=3 * model.y[0] + 1)
    model.matrix.cost = of_columns(model.x, [0]).scaled(2.0)
    return model


def test_both_parts_make_one_programme():
    model = mixed()
    programme = assemble(model)
    outcome = run(programme, Limits(gap=0.0, threads=1))
    assert outcome.objective == pytest.approx(27)
    assert programme.values(model.x, outcome.x) == pytest.approx([4])
    assert programme.of_variable(model.y, outcome.x) == pytest.approx({0: 6})
    assert programme.of_variable(model.z, outcome.x) == {0: 5}
    assert programme.evaluate(model.matrix.cost, outcome.x) == pytest.approx([8])


def test_every_row_has_a_name(tmp_path):
    """Proves that a row can be spoken of: family and index for all, as many names as rows."""
    text = """
projects: {p: {kind: upgrade, units: {max: 3}, capex: 7 MCNY, abates: {site: 10 ktCO2e}}}
budgets: {b: {limit: 9 MCNY, carry_over: 10 %}}
targets: {top: {kind: peak, by: 2}, cap: {kind: reduction, by: 2, cut: 10 ktCO2e}}
"""
    programme = assemble(build(instance_of(text, tmp_path)))
    assert len(programme.rows) == programme.matrix.shape[0]
    names = {name for name, _ in programme.rows}
    assert {"starts_never_fall", "abated_within_source", "spend_within_budget", "kept_is_unspent"} <= names
    assert {"no_year_above_highest", "one_year_is_the_peak", "gross_within_reduction"} <= names
    assert ("gross_within_reduction", ("cap", 3)) in programme.rows


def test_the_programme_is_finite(tmp_path):
    """No number stands in for 'no limit': bounds are real or infinite, coefficients are of the size of the data."""
    text = """
projects: {p: {kind: upgrade, size: {max: 3 MW}, capex: 7 MCNY/MW, abates: {site: 10 %/MW}},
           q: {kind: upgrade, units: {max: 3}, capex: 7 MCNY, abates: {site: 10 %}}}
targets: {top: {kind: peak, by: 2}}
"""
    programme = assemble(build(instance_of(text, tmp_path)))
    assert np.abs(programme.matrix.data).max() <= 200
    bounds = np.concatenate([programme.lower, programme.upper, programme.row_lower, programme.row_upper])
    assert np.abs(bounds[np.isfinite(bounds)]).max() <= 200
