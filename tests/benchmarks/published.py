"""Cases of two kinds that are studied elsewhere, as scenario files: open-pit scheduling, and a multi-period knapsack.

They are drawn, not copied: same size and seed, same file.

- **Pit** (the constrained pit limit problem in periods, as in the library MineLib by Espinoza, Goycoolea, Moreno and
  Newman 2013): blocks on levels, each not before the block above it and that one's four neighbours; mining and
  processing capacity by year.
- **Knapsack** (the multi-dimensional knapsack in periods): items with windows, that use two resources over their lead
  time and money from yearly budgets, and bring yearly savings.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Tree = dict[str, Any]
KINDS = ("pit", "knapsack")


def published(kind: str, size: int, seed: int = 1) -> Tree:
    """The scenario of a case with about `size` blocks or exactly `size` items."""
    return {"pit": pit, "knapsack": knapsack}[kind](size, seed)


def pit(blocks: int, seed: int = 1) -> Tree:
    """Five levels of equal rectangles (three by three below 100 blocks), 6 years up to 500 blocks, else 10."""
    rng = np.random.default_rng([blocks, seed, 10])
    wide, long, levels = (3, 3, max(1, blocks // 9)) if blocks < 100 else (10, blocks // 50, 5)
    years = 6 if blocks <= 500 else 10
    grade = _smooth(rng.normal(size=(levels, wide, long)))
    depth = np.linspace(-0.3, 0.3, levels)[:, None, None]
    ore = grade + depth > 0.3
    tonnes = rng.uniform(8, 12, size=grade.shape).round(2)
    worth = np.where(ore, tonnes * (1.5 + 2.0 * (grade + depth)), 0.0)
    projects = {}
    for level, x, y in np.ndindex(grade.shape):
        weight = float(tonnes[level, x, y])
        block: Tree = {"kind": "programme", "capex": f"{weight:.4g} MCNY", "uses": {"shovel": weight}}
        if ore[level, x, y]:
            block["uses"]["mill"] = weight
            block["opex"] = [f"{-worth[level, x, y]:.5g} MCNY"]
        cross = [(x, y), (x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
        above = [f"b-{level - 1}-{i}-{j}" for i, j in cross if level and 0 <= i < wide and 0 <= j < long]
        projects[f"b-{level}-{x}-{y}"] = block | ({"requires": above} if above else {})
    resources = {
        "shovel": {"limit": round(float(0.7 * tonnes.sum() / years), 1)},
        "mill": {"limit": round(float(0.6 * tonnes[ore].sum() / years), 1)},
    }
    head = _head(f"A pit of {grade.size} blocks over {years} years", years, "10 %")
    return head | {"projects": projects, "resources": resources}


def _smooth(field: np.ndarray) -> np.ndarray:
    """Neighbours in the ground are alike: means over three by three by three, scaled to a deviation of one."""
    padded = np.pad(field, 1, mode="edge")
    shape = field.shape
    mean = sum(
        padded[i : i + shape[0], j : j + shape[1], k : k + shape[2]]
        for i in range(3)
        for j in range(3)
        for k in range(3)
    )
    return (mean - mean.mean()) / mean.std()


def knapsack(items: int, seed: int = 1) -> Tree:
    """Items over 10 years; about half of them fit in."""
    rng = np.random.default_rng([items, seed, 20])
    years, resources = 10, ("crews", "cranes")
    projects: Tree = {}
    used, money = np.zeros(2), 0.0
    for i in range(items):
        first = int(rng.integers(1, 8))
        lead = int(rng.integers(1, 4))
        capex = float(rng.integers(20, 101))
        needs = rng.integers(1, 11, size=2)
        saving = capex * float(rng.uniform(0.9, 1.4)) + 4.0 * float(needs.sum())
        life = int(rng.integers(4, 9))
        projects[f"i{i}"] = {
            "kind": "programme",
            "start": [first, min(first + int(rng.integers(2, 7)), years - 1)],
            "lead_time": lead,
            "life": life,
            "capex": f"{capex:.0f} MCNY",
            "opex": f"{-saving / life * 1.6:.4g} MCNY",
            "uses": {r: int(n) for r, n in zip(resources, needs, strict=True)},
        }
        used += needs * lead
        money += capex
    limits = {r: {"limit": int(0.55 * u / years)} for r, u in zip(resources, used, strict=True)}
    return _head(f"A knapsack of {items} items over {years} years", years, "6 %") | {
        "projects": projects,
        "resources": limits,
        "budgets": {"capex": {"limit": f"{0.5 * money / years:.5g} MCNY"}},
    }


def _head(name: str, years: int, rate: str) -> Tree:
    return {
        "version": 1,
        "name": name,
        "illustrative": True,
        "horizon": {"first": 1, "last": years},
        "currency": "CNY",
        "discount_rate": rate,
        "salvage": "none",
        "solve": {"gap": "0.1 %", "time_limit": 600},
    }
