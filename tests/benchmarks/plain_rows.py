"""Rows of the plain form: sums that turn out to have no variable are told from rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo


def add_row(rows: pyo.ConstraintList, row: Any) -> None:
    """Adds a row, unless it says nothing of any variable; raises ValueError where it then cannot hold."""
    if row is False or row is np.False_:
        raise ValueError("a row without variables cannot hold")
    if not isinstance(row, bool | np.bool_):
        rows.add(row)
