"""The linear program that is left of a schedule when sizes, splits or credits are open."""

import numpy as np

from tests.linear import least


def minimum(cost: np.ndarray, hard: list, soft: list, upper: list[float]) -> tuple[float, np.ndarray] | None:
    """Least `cost` over the columns with hard rows >= 0 and soft rows >= -shortfall, paid at its price."""
    columns = len(upper)
    prices = np.concatenate([price for _, price in soft]) if soft else np.zeros(0)
    rows = np.vstack([*hard, *(rows for rows, _ in soft)])
    fixed, matrix = rows[:, 0], -rows[:, 1:]
    slacks = np.zeros((len(rows), len(prices)))
    slacks[len(rows) - len(prices) :] = -np.eye(len(prices))
    solved = least(
        np.concatenate([cost[1:], prices]), np.hstack([matrix, slacks]), fixed, [], [],
        np.zeros(columns + len(prices)), [*upper, *[None] * len(prices)],
    )  # fmt: skip
    if solved is None:
        return None
    value, x = solved
    return cost[0] + value, x[:columns]
