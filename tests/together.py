"""Random scenarios with a fleet, instruments of finance and markets."""

from random import Random
from typing import Any

from tests.reference_fleets.drawing import draw as draw_fleet

Raw = dict[str, Any]


def draw(seed: int) -> Raw:
    """A random fleet, now and then with a project, that a market charges and instruments pay for."""
    r = Random(seed)
    raw: Raw = draw_fleet(seed)
    years = raw["horizon"]
    change = r.choice(raw["fleets"]["ships"]["changes"])
    change["tags"] = sorted({*change.get("tags", ()), "green"})
    finance: Raw = {
        "bond": {
            "kind": "bond", "rate": f"{r.choice([1, 3, 5, 8])} %", "tenor": r.randint(1, 3), "fee": "0.3 %",
            "issue": [years["first"], years["last"]], "eligible": {"tags": ["green"]},
            "allocation": {"before": r.randint(0, 1), "after": r.randint(0, 1)},
            "ticket": [f"{r.choice([0, 2, 6])} MCNY", f"{r.choice([6, 20])} MCNY"],
        }
    }  # fmt: skip
    if r.random() < 0.4:
        finance["loan"] = {"kind": "loan", "rate": "4 %", "tenor": 2, "ticket": ["0 MCNY", "9 MCNY"]}
        finance["ceiling"] = {"kind": "limit", "outstanding": f"{r.choice([3, 12])} MCNY"}
    if r.random() < 0.3:
        finance["gift"] = {"kind": "grant", "issue": years["first"], "amount": "4 MCNY", "share": "50 %"}
    market: Raw = {"price": f"{r.choice([40, 150, 400])} CNY/tCO2e", "free_allocation": f"{r.choice([0, 50, 90])} %"}
    if r.random() < 0.5:
        market["banking"] = {"keep": f"{r.choice([1, 5])} ktCO2e", "multiple": r.choice([0, 1.5])}
        market["spread"] = "5 %"
    if r.random() < 0.3:
        market["scopes"] = 1
    raw["finance"], raw["markets"] = finance, {"ets": market}
    if r.random() < 0.3:
        raw["markets"]["inside"] = {"kind": "internal", "cap": "120 %", "entities": ["group"]}
        raw["entities"] = {"group": {}}
    if r.random() < 0.5:
        limit = {"limit": f"{r.choice([15, 30, 60])} MCNY", "carry_over": f"{r.choice([0, 100])} %"}
        raw["budgets"] = raw.get("budgets", {}) | {"green-budget": {"tags": ["green"], **limit}}
    if r.random() < 0.3:
        raw["budgets"] = raw.get("budgets", {}) | {"till": {"covers": "cash", "limit": f"{r.choice([90, 200])} MCNY"}}
    if r.random() < 0.2:
        raw["tax"] = {"rate": "25 %"}
    return raw
