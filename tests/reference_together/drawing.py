"""Random tiny scenarios with a fleet of one or two vessels, instruments, a market, budgets and a target."""

from random import Random
from typing import Any

FIRST = 2030


def _m(value: float) -> str:
    return f"{value:g} MCNY"


def draw(seed: int) -> dict[str, Any]:
    """The scenario of a seed."""
    r = Random(seed)
    years = list(range(FIRST, FIRST + 3))
    raw: dict[str, Any] = {
        "horizon": {"first": years[0], "last": years[-1]},
        "price_year": FIRST,
        "discount_rate": r.choice(["0 %", "5 %", "8 %"]),
        "salvage": r.choice(["none", "linear", "annuity"]),
        "entities": {"group": {}},
        "fleets": {"ships": _fleet(r, years)},
        "finance": _finance(r, years),
        "markets": {"ets": _market(r, years)},
        "budgets": _budgets(r),
        "targets": {},
        "solve": {"gap": "0 %"},
    }
    if r.random() < 0.35:
        cut = {"kind": "reduction", "by": r.choice(years[1:]), "cut": f"{r.choice([20, 40, 60])} %", "scopes": [1]}
        raw["targets"]["cap"] = cut
    return raw


def _fleet(r: Random, years: list[int]) -> dict[str, Any]:
    count = r.choice([1, 2, 2])
    retrofit = {
        "from": "old", "to": "best", "capex": _m(r.randint(6, 20)), "lead_time": r.choice([0, 0, 1]), "tags": ["green"],
    }  # fmt: skip
    if r.random() < 0.5:
        retrofit["life"] = r.choice([3, 5])
    changes = [retrofit]
    if r.random() < 0.45:
        changes.append({"from": "new", "to": "best", "capex": _m(r.randint(14, 34)), "lead_time": r.choice([0, 1])})
        if r.random() < 0.5:
            changes[-1]["tags"] = ["green"]
    fleet: dict[str, Any] = {
        "states": {
            "old": {"count": count, "emissions": f"{r.randint(20, 60)} ktCO2e", "opex": _m(r.randint(3, 9))},
            "best": {"emissions": f"{r.randint(0, 15)} ktCO2e", "opex": _m(r.randint(2, 10))},
        },
        "changes": changes,
    }
    if r.random() < 0.3:
        fleet["docking"] = {"slots_per_year": 1}
    if len(changes) > 1:
        fleet["at_most"] = count
        if r.random() < 0.6:
            fleet["retire"] = {"old": {years[1]: 1}}
    return fleet


def _finance(r: Random, years: list[int]) -> dict[str, Any]:
    bond: dict[str, Any] = {
        "kind": "bond", "rate": f"{r.choice([1, 3, 6, 9])} %", "tenor": r.randint(1, 3), "issue": [years[0], years[1]],
        "eligible": {"tags": ["green"]}, "ticket": [_m(r.choice([0, 4, 9])), _m(r.choice([9, 16]))],
    }  # fmt: skip
    if r.random() < 0.5:
        bond["fee"] = "1 %"
    if r.random() < 0.5:
        bond["allocation"] = {"before": r.randint(0, 1), "after": r.randint(0, 1)}
    if r.random() < 0.3:
        bond["issues"] = 1
    if r.random() < 0.25:
        bond["share"] = "60 %"
    if r.random() < 0.2:
        bond["inflation"] = "2 %"
    found = {"bond": bond}
    if r.random() < 0.45:
        found["loan"] = {
            "kind": "loan", "rate": f"{r.choice([2, 5])} %", "tenor": 2, "issue": [years[0], years[1]],
            "repayment": r.choice(["annuity", "linear"]), "ticket": ["0 MCNY", _m(r.choice([3, 8]))],
        }  # fmt: skip
    if r.random() < 0.35:
        found["ceiling"] = {"kind": "limit", "outstanding": _m(r.choice([5, 10, 14]))}
    if r.random() < 0.2:
        found["gift"] = {"kind": "grant", "issue": [years[0], years[2]], "amount": "3 MCNY", "share": "40 %"}
        found["gift"]["eligible"] = {"tags": ["green"]}
    return found


def _market(r: Random, years: list[int]) -> dict[str, Any]:
    first, last = r.choice([30, 90, 200]), r.choice([60, 200, 420])
    market: dict[str, Any] = {
        "price": {years[0]: f"{first} CNY/tCO2e", years[-1]: f"{last} CNY/tCO2e"}, "scopes": 1,
        "free_allocation": {years[0]: f"{r.choice([60, 100])} %", years[-1]: f"{r.choice([30, 70])} %"},
        "spread": r.choice(["0 %", "5 %"]),
    }  # fmt: skip
    if r.random() < 0.6:
        market["banking"] = {"keep": f"{r.choice([0, 3, 12])} ktCO2e"}
    if r.random() < 0.5:
        market["credits"] = {"share": f"{r.choice([5, 10])} %", "price": f"{r.choice([20, 100])} CNY/tCO2e"}
    if r.random() < 0.15:
        market["buy"] = False
    if r.random() < 0.2:
        market["from_year"] = years[1]
    return market


def _budgets(r: Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if r.random() < 0.75:
        found["capex"] = {"limit": _m(r.choice([4, 8, 14])), "carry_over": f"{r.choice([0, 50, 100])} %"}
    if r.random() < 0.3:
        found["cash"] = {"covers": "cash", "limit": _m(r.choice([22, 30, 45]))}
    if r.random() < 0.25:
        found["green"] = {"tags": ["green"], "limit": _m(r.choice([6, 12])), "carry_over": "50 %"}
    return found
