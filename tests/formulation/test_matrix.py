"""The matrix part: affine forms over families of columns, and rows whose constants move to their bounds."""

import numpy as np
import pyomo.environ as pyo
import pytest

from optimiser.formulation.matrix import LinearForm, MatrixPart, add_total, constant, of_columns, sum_of, upper_bound
from optimiser.solve.programme import assemble


@pytest.fixture
def part():
    return MatrixPart()


def value(form: LinearForm, values: dict) -> list[float]:
    """The form at given values of its columns."""
    total = np.array(form.constant, dtype=float)
    for columns, matrix in form.terms.items():
        total += matrix @ np.array(values[columns], dtype=float)
    return total.tolist()


def test_forms_add_scale_and_sum(part):
    """x + 1 and y over two rows: sums keep families apart and add what is common, constants too."""
    x, y = part.add_columns("x", 3), part.add_columns("y", 2)
    at = {x: [1, 2, 4], y: [10, 20]}
    a = of_columns(x, [0, 2]) + constant(np.array([1.0, 1.0]))
    b = of_columns(y, [1, 0])
    assert value(a, at) == [2, 5]
    assert value(a + b, at) == [22, 15]
    assert value(a + a - b, at) == [-16, 0]
    assert value(a.scaled(3.0), at) == [6, 15]
    assert value(a.scaled(np.array([1.0, 2.0])), at) == [2, 10]
    assert value((a + b).summed(np.array([1.0, 10.0])), at) == [172]
    assert value((a + b).taken([1, 1, 0]), at) == [15, 15, 22]
    assert value(sum_of(2, [a, b, a]), at) == value(a + b + a, at)
    assert value(sum_of(2, []), at) == [0, 0]


def test_a_form_without_variables_is_constant(part):
    x = part.add_columns("x", 2)
    assert constant(np.ones(2)).is_constant
    assert LinearForm(2).is_constant
    assert not of_columns(x, [0]).is_constant
    assert (of_columns(x, [0, 1]).scaled(0.0) + constant(np.ones(2))).terms


def test_forms_are_not_changed_by_arithmetic(part):
    """Proves that forms may be shared: adding to one does not change it."""
    x = part.add_columns("x", 2)
    a = of_columns(x, [0, 1])
    _ = a + a
    _ = a.scaled(5.0)
    assert value(a, {x: [1, 2]}) == [1, 2]


def test_constants_move_to_the_bounds(part):
    """2 <= x + 1 <= 5 is 1 <= x <= 4; what is not said is infinite."""
    x = part.add_columns("x", 2)
    part.add_rows("both", of_columns(x, [0, 1]) + constant(np.array([1.0, 2.0])), 2.0, 5.0)
    part.add_rows("upper", of_columns(x, [0]), upper=[3.0])
    both, upper = part.rows
    assert (both.lower.tolist(), both.upper.tolist()) == ([1, 0], [4, 3])
    assert (upper.lower.tolist(), upper.upper.tolist()) == ([-np.inf], [3])


def test_a_family_without_rows_is_left_out(part):
    part.add_rows("none", LinearForm(0), upper=1.0)
    assert part.rows == []


def test_columns_take_one_bound_or_many(part):
    x = part.add_columns("x", 3, 1.0, [1.0, 2.0, 3.0], [True, False, True])
    assert (x.lower.tolist(), x.upper.tolist(), x.integer.tolist()) == ([1, 1, 1], [1, 2, 3], [True, False, True])
    assert x.size == 3


def test_a_total_ties_a_pyomo_variable_to_its_form():
    """The total of two columns is asked for by a Pyomo row: min x0 with total >= 7 and x1 <= 3 gives x0 = 4."""
    from optimiser.solve.highs import run
    from optimiser.solve.outcome import Limits

    model = pyo.ConcreteModel()
    model.matrix = MatrixPart()
    x = model.matrix.add_columns("x", 2, upper=[10.0, 3.0])
    total = add_total(model, "total", ["t"], [of_columns(x, [0]) + of_columns(x, [1])], [2026])
    model.enough = pyo.Constraint(expr=total["t", 2026] >= 7)
    model.cost = pyo.Objective(expr=0.0)
    model.matrix.cost = of_columns(x, [0])
    programme = assemble(model)
    outcome = run(programme, Limits(gap=0.0, threads=1))
    assert outcome.objective == pytest.approx(4)
    assert programme.values(x, outcome.x) == pytest.approx([4, 3])
    assert programme.of_variable(total, outcome.x) == pytest.approx({("t", 2026): 7})
    assert [name for name, _ in programme.rows] == ["total_is_total", "enough"]
    assert programme.rows[0][1] == ("t", 2026)


def test_a_bound_follows_from_the_bounds_of_the_columns():
    """2 x0 - x1 + 1 with x0 <= 10 and x1 >= -3 is at most 24; with a variable without bound it is unbounded."""
    model = pyo.ConcreteModel()
    model.y = pyo.Var([1, 2], bounds=lambda m, i: (0, 5 if i == 1 else None))
    part = MatrixPart()
    x = part.add_columns("x", 2, lower=[0.0, -3.0], upper=[10.0, 3.0])
    y = part.of_pyomo(model.y)
    form = of_columns(x, [0]).scaled(2.0) - of_columns(x, [1]) + constant(np.array([1.0]))
    assert upper_bound(form).tolist() == [24]
    assert upper_bound(form + of_columns(y, [0])).tolist() == [29]
    assert upper_bound(form + of_columns(y, [1])).tolist() == [float("inf")]
    assert upper_bound(form - of_columns(y, [1])).tolist() == [24]


def test_an_empty_total_is_an_empty_variable():
    """Proves that families without members need no special case where they are asked for."""
    model = pyo.ConcreteModel()
    model.matrix = MatrixPart()
    assert len(add_total(model, "total", [], [], [1, 2])) == 0
    assert model.matrix.columns == []
