"""Instances that do not finish in a second or two, drawn from a seed."""

import random


def knapsacks(projects: int = 150, seed: int = 1, years: int = 12) -> dict:
    """Projects whose cost is close to their tonnes, a tight yearly budget, crews, and two deadlines.

    A plan is found within a second, the last per cent of the gap takes hours.
    """
    draw = random.Random(seed)
    found = {}
    for i in range(projects):
        kt = draw.randint(20, 90)
        found[f"p{i}"] = {
            "kind": "upgrade",
            "start": [1, years - 2],
            "lead_time": draw.randint(0, 2),
            "capex": f"{kt * draw.uniform(0.95, 1.05):.3f} MCNY",
            "abates": {"site": f"{kt} ktCO2e"},
            "uses": {"crews": draw.randint(1, 3)},
        }
    total = sum(int(p["abates"]["site"].split()[0]) for p in found.values())
    return {
        "horizon": {"first": 1, "last": years},
        "discount_rate": "5 %",
        "salvage": "none",
        "sources": {"site": {"scope": 1, "baseline": f"{total} ktCO2e"}},
        "projects": found,
        "resources": {"crews": {"limit": 30 + projects // 20}},
        "budgets": {"capex": {"limit": f"{total * 0.09:.1f} MCNY"}},
        "targets": {
            "half-way": {"kind": "reduction", "by": years // 2, "cut": f"{total * 0.37:.1f} ktCO2e"},
            "end": {"kind": "reduction", "by": years, "cut": f"{total * 0.6:.1f} ktCO2e"},
        },
    }


def market_split(rows: int = 4, projects: int = 30, seed: int = 3) -> dict:
    """A choice that must halve several sums exactly: neither a plan nor a proof is found for a long time."""
    draw = random.Random(seed)
    sums = [[draw.randint(1, 99) for _ in range(projects)] for _ in range(rows)]
    return {
        "horizon": {"first": 1, "last": 1},
        "discount_rate": "0 %",
        "sources": {f"s{i}": {"scope": 1, "baseline": f"{sum(a)} ktCO2e"} for i, a in enumerate(sums)},
        "resources": {f"r{i}": {"limit": sum(a) // 2} for i, a in enumerate(sums)},
        "projects": {
            f"p{j}": {
                "kind": "upgrade",
                "capex": "1 MCNY",
                "abates": {f"s{i}": f"{a[j]} ktCO2e" for i, a in enumerate(sums)},
                "uses": {f"r{i}": a[j] for i, a in enumerate(sums)},
            }
            for j in range(projects)
        },
        "targets": {
            f"t{i}": {"kind": "reduction", "sources": f"s{i}", "by": 1, "cut": f"{sum(a) // 2} ktCO2e"}
            for i, a in enumerate(sums)
        },
    }
