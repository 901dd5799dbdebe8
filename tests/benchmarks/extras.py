"""What a synthetic group may have besides projects: a fleet in each division, finance, markets.

A group that has a plan without them has one with them. Fleets can all be retrofitted by 2035, at no rise in any year,
within the money that is added to the budget, and emit less than the caps and the admitted credits leave them; debt only
adds to what can be spent; allowances of the outer market can be bought without limit. The cap of the inner market is
meant to be wide, and the tests look whether it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Tree = dict[str, Any]
RETROFITS = 8
"""Years in which the docks can take the whole fleet."""


@dataclass(frozen=True)
class Fleets:
    """The section `fleets`, what they emit today (kt), and the yearly money that a sound plan needs for them (MCNY)."""

    section: Tree
    emissions: float
    money: float


def fleets(rng: np.random.Generator, divisions: list[str], emitted: float) -> Fleets:
    """A fleet of 10 to 50 assets in each division that emits 6 % of `emitted` (kt, what a division emits)."""
    section, money = {}, 0.0
    for division in divisions:
        count = int(rng.integers(10, 51))
        each = 0.06 * emitted / count  # kt
        capex = 10.0 * each * float(rng.uniform(0.7, 1.4))  # MCNY
        section[f"ships-{division}"] = _fleet(rng, division, count, each, capex)
        money += (count / 4 + 2) * capex
    return Fleets(section, 0.06 * emitted * len(divisions), money)


def _fleet(rng: np.random.Generator, division: str, count: int, each: float, capex: float) -> Tree:
    fuel = float(rng.uniform(0.08, 0.2)) * capex
    worn = count // 3
    return {
        "entity": division,
        "states": {
            "diesel": {"count": count, "emissions": f"{each:.5g} ktCO2e", "opex": f"{fuel:.4g} MCNY"},
            "hybrid": {"emissions": f"{0.75 * each:.5g} ktCO2e", "opex": f"{0.85 * fuel:.4g} MCNY"},
            "methanol": {
                "emissions": f"{0.15 * each:.5g} ktCO2e",
                "opex": {2026: f"{1.5 * fuel:.4g} MCNY", 2050: f"{1.05 * fuel:.4g} MCNY"},
            },
        },
        "changes": [
            {"from": "diesel", "to": "hybrid", "capex": f"{0.3 * capex:.4g} MCNY", "tags": ["green"]},
            {
                "from": "diesel", "to": "methanol", "capex": f"{capex:.4g} MCNY", "from_year": 2027,
                "cost_trend": "-1 %", "tags": ["green"],
            },
            {"from": "hybrid", "to": "methanol", "capex": f"{0.85 * capex:.4g} MCNY", "lead_time": 1},
            {"from": "new", "to": "methanol", "capex": f"{1.9 * capex:.4g} MCNY", "lead_time": 2, "tags": ["green"]},
        ],
        "docking": {"slots_per_year": -(-count // RETROFITS)},
        "retire": {"diesel": {2048: worn}},
    }  # fmt: skip


def finance(rng: np.random.Generator, budget: float) -> Tree:
    """A green bond and a loan in tickets, and a ceiling on debt, in multiples of the yearly budget (MCNY)."""
    rate, other = float(rng.uniform(2.6, 3.6)), float(rng.uniform(4.0, 5.2))
    return {
        "green-bond": {
            "kind": "bond", "entity": "group", "issue": [2026, 2045], "rate": f"{rate:.2f} %", "tenor": 5,
            "ticket": [f"{0.2 * budget:.4g} MCNY", f"{budget:.4g} MCNY"], "fee": "0.3 %",
            "eligible": {"tags": ["green"]}, "allocation": 1,
        },
        "bank-loan": {
            "kind": "loan", "entity": "group", "issue": [2026, 2045], "rate": f"{other:.2f} %", "tenor": 10,
            "repayment": "linear", "ticket": [f"{0.1 * budget:.4g} MCNY", f"{0.6 * budget:.4g} MCNY"], "issues": 6,
        },
        "debt-ceiling": {"kind": "limit", "entity": "group", "outstanding": f"{3 * budget:.4g} MCNY"},
    }  # fmt: skip


def markets(rng: np.random.Generator, divisions: list[str], emitted: float) -> Tree:
    """A market outside for the first half of the divisions, one inside for the others; `emitted` (kt) by a division."""
    half = len(divisions) // 2
    price = float(rng.uniform(60, 110))
    return {
        "outside": {
            "entities": divisions[:half],
            "scopes": [1],
            "from_year": 2027,
            "price": {2027: f"{price:.4g} CNY/tCO2e", 2045: f"{4 * price:.4g} CNY/tCO2e"},
            "spread": "2 %",
            "free_allocation": {2027: "95 %", 2045: "30 %"},
            "banking": {"keep": f"{0.05 * emitted:.4g} ktCO2e"},
            "credits": {"share": "5 %", "price": f"{0.8 * price:.4g} CNY/tCO2e"},
        },
        "inside": {
            "kind": "internal",
            "entities": divisions[half:],
            "scopes": [1],
            "from_year": 2030,
            "cap": {2030: "108 %", 2040: "100 %", 2057: "80 %"},
            "banking": {"keep": f"{0.05 * emitted:.4g} ktCO2e"},
        },
    }
