"""Random tiny fleets as plain scenario trees: at most three assets today, four years, three states."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

FIRST = 2030


def draw(seed: int) -> dict[str, Any]:
    """The scenario of a seed. Every feature of fleets comes up within a few dozen seeds."""
    r = Random(seed)
    n = r.choice([3, 4, 4])
    years = list(range(FIRST, FIRST + n))
    states = ["old", "mid", "new-tech"][: r.choice([2, 2, 3])]
    fleet: dict[str, Any] = {"states": _states(r, states, years), "changes": _changes(r, states, years)}
    if r.random() < 0.5:
        _add_fuels(r, fleet, years)
    _add_age(r, fleet, years)
    _add_duty(r, fleet, years)
    if r.random() < 0.3:
        fleet["docking"] = {"slots_per_year": r.choice([1, 1, 2])}
    if r.random() < 0.25:
        fleet.setdefault("docking", {})["cycle"] = r.choice([2, 3])
    if r.random() < 0.2:
        fleet["at_most"] = r.choice([3, 4])
    raw: dict[str, Any] = {
        "horizon": {"first": years[0], "last": years[-1]},
        "discount_rate": r.choice(["0 %", "5 %", "8 %"]),
        "price_year": r.choice([FIRST, FIRST - 2]),
        "salvage": r.choice(["annuity", "linear", "none"]),
        "fleets": {"ships": fleet},
        "solve": {"gap": "0 %"},
    }
    _add_rules(r, fleet)
    _add_project(r, raw, fleet)
    _add_targets(r, raw, fleet, years)
    _add_budgets(r, raw, fleet)
    _add_yard(r, raw, fleet)
    return raw


def _kt(value: float) -> str:
    return f"{value:g} ktCO2e"


def _m(value: float) -> str:
    return f"{value:g} MCNY"


def _states(r: Random, names: list[str], years: list[int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for i, name in enumerate(names):
        state: dict[str, Any] = {"emissions": _kt(r.randint(6, 12) / (i + 1)), "opex": _m(r.randint(2, 9))}
        if r.random() < 0.3:
            state["opex"] = {years[0]: _m(r.randint(2, 9)), years[-1]: _m(r.randint(2, 9))}
        found[name] = state
    found[names[0]]["count"] = r.choice([1, 2, 2, 3])
    if r.random() < 0.3 and found[names[0]]["count"] < 3:
        found[names[1]]["count"] = 1
    return found


def _changes(r: Random, names: list[str], years: list[int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for origin, target in pairwise(names):
        found.append({"from": origin, "to": target, "lead_time": r.choice([0, 0, 1, 1, 2])})
    if len(names) == 3 and r.random() < 0.5:
        found.append({"from": names[0], "to": names[2], "lead_time": r.choice([0, 1])})
    for target in r.sample(names, r.choice([0, 1, 1, 2])):
        found.append({"from": "new", "to": target, "lead_time": r.choice([0, 1, 1])})
    if r.random() < 0.4:
        found.append({"from": names[0], "to": "scrap", "scrap_value": _m(r.randint(0, 6))})
    for change in found:
        _draw_change(r, change, years)
    return found


def _draw_change(r: Random, change: dict[str, Any], years: list[int]) -> None:
    low, high = (15, 40) if change["from"] == "new" else (0, 3) if change["to"] == "scrap" else (4, 18)
    change["capex"] = _m(r.randint(low, high))
    lead = change.get("lead_time", 0)
    if lead == 2 and r.random() < 0.5:
        change["capex_profile"] = ["30 %", "70 %"]
    elif r.random() < 0.15:
        change["capex"] = [_m(r.randint(low, high) / 2), _m(r.randint(low, high) / 2)]
    if r.random() < 0.3:
        change["cost_trend"] = r.choice(["-4 %", "3 %"])
    if r.random() < 0.25:
        change["from_year"] = years[1] if years[1] + lead <= years[-1] else years[0]
    if r.random() < 0.15:
        change["until_year"] = years[-2]
    if r.random() < 0.25:
        change["per_year"] = r.choice([1, 1, 2])
    if r.random() < 0.15:
        change["max"] = r.choice([1, 2])
    if change["to"] != "scrap" and r.random() < (0.7 if change["from"] == "new" else 0.4):
        change["life"] = r.choice([2, 3, 6, 10])
    if r.random() < 0.3 and change["to"] != "scrap":
        change["salvage"] = r.choice(["annuity", "linear", "none"])
    if r.random() < 0.4:
        change["tags"] = ["green"]


def _add_fuels(r: Random, fleet: dict[str, Any], years: list[int]) -> None:
    """Two fuels, one of which may be blended into the other; sometimes power from shore."""
    fuels: dict[str, Any] = {
        "oil": {"price": "600 CNY/t", "factor": "3.1 tCO2e/t", "upstream": "0.5 tCO2e/t", "energy": "40 MJ/kg"},
        "gas": {"price": {years[0]: "700 CNY/t", years[-1]: "500 CNY/t"}, "factor": "2.75 tCO2e/t",
                "upstream": "0.9 tCO2e/t", "slip_factor": "28 tCO2e/t", "energy": "49 MJ/kg"},
        "bio": {"price": f"{r.choice([300, 1500, 2400])} CNY/t", "factor": "0.1 tCO2e/t", "upstream": "0.6 tCO2e/t",
                "energy": "37 MJ/kg"},
    }  # fmt: skip
    form = r.choice(["fixed", "path", "open", "open", "open", "none"])
    base = r.choice(["oil", "oil", "gas"])
    if form == "fixed":
        fuels[base]["blend"] = {"bio": "20 %"}
    elif form == "path":
        fuels[base]["blend"] = {"bio": {years[0]: "10 %", years[-1]: "40 %"}}
    elif form == "open":
        least = r.choice([None, "10 %"])
        fuels[base]["blend"] = {"bio": {"max": r.choice(["30 %", "60 %"])} | ({"min": least} if least else {})}
    if r.random() < 0.3:
        fuels["shore"] = {
            "scope": 2,
            "price": "0.7 CNY/kWh",
            "factor": "0.5 tCO2e/MWh",
            "market_factor": "0.6 tCO2e/MWh",
        }
    fleet["fuels"] = fuels
    for i, state in enumerate(fleet["states"].values()):
        if r.random() < 0.8:
            del state["emissions"]
            fuel = ["oil", "gas", "bio"][i]
            use: Any = f"{r.randint(2, 4)} kt"
            state["fuels"] = {fuel: use if fuel != "gas" else {"use": use, "slip": r.choice(["1 %", "3 %"])}}
            if "shore" in fuels:
                state["fuels"]["shore"] = "2 GWh"


def _add_age(r: Random, fleet: dict[str, Any], years: list[int]) -> None:
    drawn = r.random()
    first = next(iter(fleet["states"]))
    count = fleet["states"][first]["count"]
    if drawn < 0.35:
        gone = r.randint(1, count)
        fleet["retire"] = {first: {years[1]: gone - 1, years[-1]: gone} if r.random() < 0.5 else {years[2]: gone}}
    elif drawn < 0.6:
        built: dict[int, int] = {}
        for _ in range(count):
            year = FIRST - r.randint(2, 6)
            built[year] = built.get(year, 0) + 1
        del fleet["states"][first]["count"]
        fleet["states"][first]["built"] = built
        if r.random() < 0.7:
            fleet["states"][first]["life"] = r.choice([8, 9])
    if r.random() < 0.2:
        fleet["life"] = r.choice([7, 12])


def _add_duty(r: Random, fleet: dict[str, Any], years: list[int]) -> None:
    drawn = r.random()
    states = fleet["states"]
    today = sum(s.get("count", 0) + sum(s.get("built", {}).values()) for s in states.values())
    if drawn < 0.35:
        capacities = [r.choice([2, 3, 4]) for _ in states]
        for state, capacity in zip(states.values(), capacities, strict=True):
            state["capacity"] = f"{capacity} Mt"
        start = today * capacities[0] * r.choice([0.5, 0.75, 1.0])
        fleet["activity"] = {years[0]: f"{start:g} Mt", years[-1]: f"{start * r.choice([0.5, 1.0, 1.25]):g} Mt"}
    elif drawn < 0.5:
        fleet["size"] = {years[0]: today, years[-1]: max(today + r.choice([-1, 0, 1]), 0)}


def has_open_blend(fleet: dict[str, Any]) -> bool:
    """True where a blend is decided."""
    blends = [b for f in fleet.get("fuels", {}).values() for b in f.get("blend", {}).values()]
    return any(isinstance(b, dict) and "max" in b for b in blends)


def _add_rules(r: Random, fleet: dict[str, Any]) -> None:
    rules: dict[str, Any] = {}
    if r.random() < 0.2:
        rules["eu_ets"] = {"price": "500 CNY/tCO2e", "share": r.choice(["50 %", "100 %"])}
        if r.random() < 0.5:
            rules["eu_ets"]["phase_in"] = {FIRST: "40 %", FIRST + 2: "100 %"}
    burns = all("fuels" in s for s in fleet["states"].values())
    opened = has_open_blend(fleet)
    if burns and r.random() < 0.4:
        rules["fueleu"] = {"share": "50 %"}
        if not opened and r.random() < 0.6:
            rules["fueleu"] |= {"as": "cost", "penalty": "18000 CNY/t"}
        if r.random() < 0.5:
            rules["fueleu"]["reduction"] = {FIRST: "2 %", FIRST + 1: "8 %"}
        if not opened and rules["fueleu"].get("as") != "cost":
            rules["fueleu"]["banking"] = True
    if r.random() < 0.2:
        rules["cii"] = {
            "ship": "bulk carrier",
            "capacity": "80000 t",
            "distance": "25000 nmi" if opened else "50000 nmi",  # so that blends decide the rating
            "worst": r.choice("BCD"),
        }
    if rules:
        fleet["regulation"] = rules


def _add_project(r: Random, raw: dict[str, Any], fleet: dict[str, Any]) -> None:
    """Sometimes a change needs a project that is yes or no."""
    if r.random() < 0.25:
        raw["projects"] = {"pier": {"kind": "programme", "capex": _m(r.randint(1, 6)), "tags": ["green"]}}
        fleet["changes"][0]["requires"] = {"pier": r.choice([0, 1])}


def _add_targets(r: Random, raw: dict[str, Any], fleet: dict[str, Any], years: list[int]) -> None:
    raw["targets"] = {}
    rule = fleet.get("regulation", {}).get("fueleu", {})
    one_limit = not (has_open_blend(fleet) and rule and rule.get("as") != "cost")
    if r.random() < 0.6 and one_limit:
        cap = {"kind": "reduction", "by": r.choice(years[1:]), "cut": f"{r.choice([10, 25, 40, 60])} %", "scopes": [1]}
        raw["targets"]["cap"] = cap
    opened = has_open_blend(fleet)
    if "fuels" in fleet and not opened and r.random() < 0.3:
        raw["targets"]["chain"] = {"kind": "reduction", "by": years[-1], "cut": "15 %", "scopes": [3]}
    if not opened and r.random() < 0.2:
        raw["targets"]["peak"] = {"kind": "peak", "by": years[1], "scopes": [1]}


def _add_budgets(r: Random, raw: dict[str, Any], fleet: dict[str, Any]) -> None:
    raw["budgets"] = {}
    if r.random() < 0.3:
        raw["budgets"]["capex"] = {"limit": _m(r.randint(10, 45))} | ({"tags": ["green"]} if _tagged(raw) else {})
    opened = has_open_blend(fleet)
    if not opened and r.random() < 0.15:
        raw["budgets"]["cash"] = {"limit": _m(r.randint(20, 60)), "covers": "cash"}


def _add_yard(r: Random, raw: dict[str, Any], fleet: dict[str, Any]) -> None:
    """Sometimes changes, and the project, draw on a resource that they share."""
    if r.random() < 0.3:
        raw["resources"] = {"yard": {"limit": r.choice([1, 2, 3])}}
        for change in r.sample(fleet["changes"], r.randint(1, len(fleet["changes"]))):
            change["uses"] = {"yard": r.choice([1, 1, 2, [1, 2]])}
        for project in raw.get("projects", {}).values():
            project["uses"] = {"yard": 1}


def _tagged(raw: dict[str, Any]) -> bool:
    changes = raw["fleets"]["ships"]["changes"]
    return "projects" in raw or any("tags" in c for c in changes)
