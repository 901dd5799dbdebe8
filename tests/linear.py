"""The linear programmes that the enumerations put to a solver: thousands of tiny ones, by the plain simplex method.

`scipy.optimize.linprog` needs ten times as long to look at a programme of this size as HiGHS needs to solve it.
"""

from functools import cache

import highspy
import numpy as np
from scipy import sparse

ANSWERED = {highspy.HighsModelStatus.kOptimal: True, highspy.HighsModelStatus.kInfeasible: False}


def least(cost, at_most, sides, equal, equal_sides, low, high) -> tuple[float, np.ndarray] | None:
    """Least `cost @ x` with `at_most @ x <= sides`, `equal @ x == equal_sides` and `low <= x <= high`; None: no x.

    Rows are dense, their sides and the bounds plain sequences; no rows are an empty list, no bound above is None.
    Raises RuntimeError where there is no least.
    """
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(sides) + len(equal_sides)
    rows = sparse.csr_array(np.vstack([np.reshape(part, (-1, len(cost))) for part in (at_most, equal)]))
    high = [np.inf if most is None else most for most in high]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = (np.asarray(v, dtype=float) for v in (cost, low, high))
    lp.row_lower_ = np.concatenate([np.full(len(sides), -np.inf), np.asarray(equal_sides, dtype=float)])
    lp.row_upper_ = np.concatenate([np.asarray(sides, dtype=float), np.asarray(equal_sides, dtype=float)])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    solver = _solver()
    solver.passModel(lp)
    highspy.Highs.resetGlobalScheduler(True)  # others of this process may want another number of threads
    solver.run()
    highspy.Highs.resetGlobalScheduler(True)
    status = solver.getModelStatus()
    if status not in ANSWERED:
        raise RuntimeError(solver.modelStatusToString(status))
    if not ANSWERED[status]:
        return None
    return solver.getInfo().objective_function_value, np.array(solver.getSolution().col_value)


@cache
def _solver() -> highspy.Highs:
    """One for all, without presolve: the product relies on that."""
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex")):
        solver.setOptionValue(option, value)
    return solver
