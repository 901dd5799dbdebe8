"""Fifty scenarios without a plan, each a feasible one in which one or two known things were tightened.

Two divisions, each with its own source, projects, target, budget and peak; crews and a loan are shared. Money is not
discounted and nothing but capex costs, so that what is needed can be counted by hand:

- the cut of a division takes so many of its equal projects as `needs` says, at `price` each, one crew each;
- each budget holds for all years together and has room for one project more than needed.
"""

import copy
import random

FIRST, LAST, BY = 2026, 2033, 2030
KINDS = (
    "cut", "budget", "crews", "deadline", "window", "ceiling", "commitment", "requirement", "group", "cut and budget",
)  # fmt: skip
Named = set[tuple[str, str]]


def base(rng: random.Random) -> tuple[dict, dict[str, dict]]:
    """A scenario with a plan, and what each division needs."""
    tree: dict = {
        "horizon": {"first": FIRST, "last": LAST},
        "discount_rate": "0 %",
        "salvage": "none",
        "entities": {"group": {}},
        "sources": {},
        "projects": {},
        "resources": {"crews": {"limit": 12}},
        "budgets": {},
        "finance": {
            "loan": {"kind": "loan", "entity": "group", "issue": [FIRST, FIRST + 2], "rate": "3 %", "tenor": 4,
                     "ticket": ["20 MCNY", "90 MCNY"]},
            "roof": {"kind": "limit", "entity": "group", "outstanding": "200 MCNY"},
        },
        "targets": {},
    }  # fmt: skip
    facts = {}
    for name in ("kilns", "yard"):
        count, needs = rng.randint(3, 4), 2
        price, each = rng.randint(8, 20), rng.randint(6, 12)
        tree["entities"][name] = {"parent": "group"}
        tree["sources"][name] = {"entity": name, "scope": 1, "baseline": "100 ktCO2e"}
        for i in range(count):
            tree["projects"][f"{name}-{i}"] = {
                "kind": "upgrade", "entity": name, "start": [FIRST, LAST - 1], "lead_time": 1, "capex": f"{price} MCNY",
                "abates": {name: f"{each} ktCO2e"}, "uses": {"crews": 1},
            }  # fmt: skip
        tree["budgets"][f"money-{name}"] = {
            "entity": name, "limit": f"{price * (needs + 1)} MCNY", "window": LAST - FIRST + 1,
        }  # fmt: skip
        tree["targets"][f"cut-{name}"] = {
            "kind": "reduction", "entity": name, "by": BY, "cut": f"{each * needs} ktCO2e",
        }  # fmt: skip
        tree["targets"][f"peak-{name}"] = {"kind": "peak", "entity": name, "by": 2028}
        facts[name] = {"count": count, "needs": needs, "price": price, "each": each}
    return tree, facts


def tighten(tree: dict, kind: str, name: str, f: dict) -> Named:
    """Tightens one thing of a division (or two that hold each other); what must be named."""
    target = ("target", f"cut-{name}")
    projects = [p for p in tree["projects"] if p.startswith(name)]
    if kind == "cut":
        tree["targets"][target[1]]["cut"] = f"{f['each'] * f['count'] + 1} ktCO2e"
        return {target}
    if kind == "budget":
        tree["budgets"][f"money-{name}"]["limit"] = f"{f['price'] * f['needs'] - 1} MCNY"
        return {("budget", f"money-{name}"), target}
    if kind == "crews":
        tree["resources"]["crews"]["limit"] = {FIRST: 0, BY - 1: 0, BY: 12}
        return {("resource", "crews")}
    if kind == "deadline":
        tree["targets"][target[1]]["by"] = FIRST
        return {target}
    if kind == "window":
        for p in projects[: f["count"] - f["needs"] + 1]:
            tree["projects"][p]["start"] = [BY, LAST - 1]
        return {target, ("window", projects[0])}
    if kind == "ceiling":
        tree["finance"]["loan"]["committed"] = True
        tree["finance"]["roof"]["outstanding"] = "15 MCNY"
        return {("ceiling", "roof"), ("issue", "loan")}
    if kind == "commitment":
        dear = tree["projects"][projects[0]]
        dear |= {"committed": True, "capex": f"{f['price'] * (f['needs'] + 1) + 3} MCNY"}
        return {("commitment", projects[0]), ("budget", f"money-{name}")}
    if kind == "requirement":
        tree["projects"][projects[0]] |= {"committed": True, "start": [FIRST, FIRST + 2]}
        tree["projects"][projects[0]]["requires"] = {projects[1]: 4}
        return {("commitment", projects[0]), ("requirement", projects[0])}
    if kind == "group":
        tree["groups"] = tree.get("groups", {})
        tree["groups"][f"some-{name}"] = {"projects": projects, "at_most": f["needs"] - 1}
        return {("group", f"some-{name}"), target}
    tree["targets"][target[1]]["cut"] = f"{f['each'] * (f['needs'] + 1)} ktCO2e"
    tree["budgets"][f"money-{name}"]["limit"] = f"{f['price'] * (f['needs'] + 1) - 1} MCNY"
    return {("budget", f"money-{name}"), target}


def case(seed: int) -> tuple[dict, dict, Named]:
    """The feasible scenario of a seed, the tightened one, and what must be named."""
    rng = random.Random(f"infeasible {seed}")
    tree, facts = base(rng)
    tight = copy.deepcopy(tree)
    name = rng.choice(["kilns", "yard"])
    other = "yard" if name == "kilns" else "kilns"
    expected = tighten(tight, KINDS[seed % len(KINDS)], name, facts[name])
    if seed >= 2 * len(KINDS):  # a second thing, in the other division
        second = rng.choice(["cut", "budget", "deadline", "group", "cut and budget"])
        expected |= tighten(tight, second, other, facts[other])
    return tree, tight, expected
