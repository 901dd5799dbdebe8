"""The linear program that is left of a schedule when sizes, splits or credits are open."""

import numpy as np
from scipy.optimize import linprog


def minimum(cost: np.ndarray, hard: list, soft: list, upper: list[float]) -> tuple[float, np.ndarray] | None:
    """Least `cost` over the columns with hard rows >= 0 and soft rows >= -shortfall, paid at its price."""
    columns = len(upper)
    prices = np.concatenate([price for _, price in soft]) if soft else np.zeros(0)
    rows = np.vstack([*hard, *(rows for rows, _ in soft)])
    fixed, matrix = rows[:, 0], -rows[:, 1:]
    slacks = np.zeros((len(rows), len(prices)))
    slacks[len(rows) - len(prices) :] = -np.eye(len(prices))
    bounds = [(0, None if u == np.inf else u) for u in upper] + [(0, None)] * len(prices)
    solved = linprog(
        np.concatenate([cost[1:], prices]), A_ub=np.hstack([matrix, slacks]), b_ub=fixed, bounds=bounds, method="highs"
    )
    if solved.status == 2:
        return None
    if solved.status != 0:
        raise RuntimeError(f"linprog: {solved.message}")
    return cost[0] + solved.fun, solved.x[:columns]
