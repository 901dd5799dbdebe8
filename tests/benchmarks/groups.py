"""Synthetic corporate groups of any size, as scenario files by the contract. Same size, variant and seed: same file.

Eight divisions, 36 years, 1.5 times as many tonnes on offer as are emitted, a budget with carry-over, a peak per
division, a falling cap and neutrality, lives that end and lives that renew, 15 % of projects in several units, 20 % of
sources with two to four overlapping shares, 10 % of projects with a precedence, 20 % in exclusive pairs. A variant may
add fleets, finance and markets; they change nothing else of the group but its budget and its caps.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from tests.benchmarks import extras

FIRST, LAST, DIVISIONS = 2025, 2060, 8


@dataclass(frozen=True)
class Variant:
    """`ends`: lives end (else half of them renew). `shape` of the peaks.

    `overlap`: share of sources with several shares; `overlapping_sources` says it as a number. `sources`: how many;
    absent: one for fifty projects, and at least 16. `copies`: so many equal projects in place of each one that is not
    a share, excludes nothing and is not required, each with so much less of everything.
    """

    ends: bool = False
    shape: str = "highest"
    caps: str = "periods"
    overlap: float = 0.2
    measures: tuple[int, int] = (2, 4)
    overlapping_sources: int | None = None
    sources: int | None = None
    copies: int = 1
    fleets: bool = False
    finance: bool = False
    market: bool = False


VARIANTS = {
    "mixed": Variant(),
    "ends": Variant(ends=True, shape="no_rise"),
    "overlap": Variant(sources=400, overlapping_sources=200, measures=(4, 4)),
    "alone": Variant(sources=400, overlapping_sources=0),
    "copies": Variant(copies=4),
    "fleets": Variant(fleets=True),
    "finance": Variant(finance=True),
    "market": Variant(market=True),
    "all": Variant(fleets=True, finance=True, market=True),
    "ends-fleets": Variant(ends=True, shape="no_rise", fleets=True),
    "ends-finance": Variant(ends=True, shape="no_rise", finance=True),
    "ends-market": Variant(ends=True, shape="no_rise", market=True),
}
"""What the runner knows by name."""


def group(n: int, seed: int = 1, variant: Variant | None = None) -> dict[str, Any]:
    """The scenario of a group with `n` projects."""
    return _Group(n, seed, variant or Variant()).scenario()


def write(scenario: dict[str, Any], path: Path) -> Path:
    """Writes a scenario file."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    path.write_text(yaml.dump(scenario, Dumper=dumper, sort_keys=False, width=200), encoding="utf-8")
    return path


class _Group:
    def __init__(self, n: int, seed: int, variant: Variant):
        self.n, self.variant = n, variant
        self.rng = np.random.default_rng([n, seed])
        self.n_sources = variant.sources or max(16, n // 50)
        self.sizes = self.rng.lognormal(0, 0.5, self.n_sources)
        self.sizes *= 2.0 * n / self.sizes.sum()  # ktCO2e: two for each project
        self.owner = np.arange(self.n_sources) % DIVISIONS
        self.divisions = [f"d{d}" for d in range(DIVISIONS)]
        others = np.random.default_rng([n, seed, 1])  # their own, so that the rest of the group stays the same
        each = float(self.sizes.sum()) / DIVISIONS
        drawn = extras.fleets(others.spawn(1)[0], self.divisions, each)
        self.fleets = drawn if variant.fleets else extras.Fleets({}, 0.0, 0.0)
        self.others, self.each = others, each

    def scenario(self) -> dict[str, Any]:
        projects = self._projects()
        budget = self._budget(projects) + self.fleets.money
        return self._base(projects, budget) | self._extras(budget)

    def _extras(self, budget: float) -> dict[str, Any]:
        funding, trading = self.others.spawn(2)
        found: dict[str, Any] = {"fleets": self.fleets.section} if self.variant.fleets else {}
        if self.variant.finance:
            found["finance"] = extras.finance(funding, budget)
        if self.variant.market:
            found["markets"] = extras.markets(trading, self.divisions, self.each)
        return found

    def _base(self, projects: dict[str, Any], budget: float) -> dict[str, Any]:
        return {
            "version": 1,
            "name": f"Synthetic group of {self.n} projects",
            "illustrative": True,
            "horizon": {"first": FIRST, "last": LAST},
            "base_year": FIRST,
            "currency": "CNY",
            "price_year": FIRST,
            "discount_rate": "6 %",
            "entities": {"group": {}} | {d: {"parent": "group"} for d in self.divisions},
            "sources": {f"s{i}": self._source(i) for i in range(self.n_sources)},
            "projects": projects,
            "budgets": {"capex": {"entity": "group", "limit": f"{budget:.4g} MCNY", "carry_over": "50 %"}},
            "targets": self._targets(),
            "solve": {"gap": "0.1 %", "time_limit": 600},
        }

    def _source(self, i: int) -> dict[str, Any]:
        size, grows = float(self.sizes[i]), float(self.rng.uniform(1.0, 1.1))
        points = {FIRST: size, 2032: size * grows, LAST: size * grows * float(self.rng.uniform(0.85, 1.0))}
        baseline = {y: f"{v:.5g} ktCO2e" for y, v in points.items()}
        return {"entity": f"d{self.owner[i]}", "scope": 1, "baseline": baseline}

    def _projects(self) -> dict[str, Any]:
        shared = self._shared_sources()
        abates: list[tuple[int, str]] = [(s, "share") for s, k in shared.items() for _ in range(k)]
        sinks = max(1, self.n // 25)
        free = [s for s in range(self.n_sources) if s not in shared]
        rest = self.n - len(abates) - sinks
        share = self.sizes[free] / self.sizes[free].sum()  # larger sources have more projects
        abates += [(int(s), "tonnes") for s in self.rng.choice(free, rest, p=share)]
        names = [f"p{i}" for i in range(self.n)]
        tonnes = self._tonnes(abates)
        projects = {names[i]: self._project(s, form, tonnes[i]) for i, (s, form) in enumerate(abates)}
        for i in range(len(abates), self.n):
            projects[names[i]] = self._sink(i)
        self._relate(projects)
        return _copied(projects, self.variant.copies) if self.variant.copies > 1 else projects

    def _shared_sources(self) -> dict[int, int]:
        v = self.variant
        count = v.overlapping_sources if v.overlapping_sources is not None else round(v.overlap * self.n_sources)
        chosen = self.rng.choice(self.n_sources, count, replace=False) if count else []
        return {int(s): int(self.rng.integers(v.measures[0], v.measures[1] + 1)) for s in chosen}

    def _tonnes(self, abates: list[tuple[int, str]]) -> np.ndarray:
        """Abatement of each project, so that 1.5 times the emissions are on offer."""
        draw = self.rng.lognormal(0, 0.6, len(abates))
        shares = np.array([form == "share" for _, form in abates])
        size = self.sizes[[s for s, _ in abates]]
        tonnes = np.where(shares, size * np.clip(0.35 * draw, 0.1, 0.7), draw)
        tonnes[~shares] *= (1.5 * self.sizes.sum() - tonnes[shares].sum()) / max(tonnes[~shares].sum(), 1e-9)
        return np.minimum(tonnes, 0.7 * size)

    def _project(self, source: int, form: str, tonnes: float) -> dict[str, Any]:
        rng = self.rng
        start = int(rng.integers(FIRST, FIRST + 16))
        cost = float(rng.lognormal(np.log(1.2), 0.6)) * tonnes  # MCNY for each yearly kt
        several = form == "tonnes" and rng.random() < 0.15 / 0.8
        units = int(rng.integers(2, 9)) if several else 1
        renew = (not self.variant.ends) and bool(rng.random() < 0.5)
        project: dict[str, Any] = {
            "kind": "upgrade",
            "entity": f"d{self.owner[source]}",
            "start": [start, min(start + int(rng.integers(10, 26)), LAST)],
            "lead_time": int(rng.integers(0, 3)),
            "life": int(rng.integers(10, 26)),
            "capex": f"{cost * 8 / units:.5g} MCNY",
            "cost_trend": f"{rng.uniform(-2, 0):.2f} %",
            "opex": f"{rng.normal(0.0, 0.15) * cost / units:.4g} MCNY",
            "tags": ["green"] if rng.random() < 0.6 else ["other"],
        }
        if renew:
            project["renew"] = True
        if several:
            project["units"] = {"max": units, "per_year": int(rng.integers(1, units + 1))}
        amount = f"{tonnes / self.sizes[source]:.4f}" if form == "share" else f"{tonnes / units:.5g} ktCO2e"
        project["abates"] = {f"s{source}": amount}
        return project

    def _sink(self, i: int) -> dict[str, Any]:
        rng = self.rng
        most = 2500.0 * float(rng.lognormal(0, 0.4))
        return {
            "kind": "sink",
            "entity": f"d{i % DIVISIONS}",
            "start": [FIRST, 2050],
            "size": {"max": f"{most:.4g} ha", "per_year": f"{most / 5:.4g} ha"},
            "capex": f"{rng.uniform(0.08, 0.25):.4f} MCNY/ha",
            "removal": {0: "0 tCO2e/ha", 5: "4 tCO2e/ha", 20: f"{rng.uniform(8, 16):.3g} tCO2e/ha"},
            "buffer": "15 %",
        }

    def _relate(self, projects: dict[str, Any]) -> None:
        """Precedences to earlier projects (so that there is no circle), and exclusive pairs."""
        names = list(projects)
        for i in self.rng.choice(np.arange(1, self.n), self.n // 10, replace=False):
            whole = [names[j] for j in range(max(0, int(i) - 200), int(i)) if "size" not in projects[names[j]]]
            if whole:
                other = whole[int(self.rng.integers(len(whole)))]
                projects[names[i]]["requires"] = {other: int(self.rng.integers(0, 4))}
        paired = self.rng.permutation(self.n)[: 2 * (self.n // 10)].reshape(-1, 2)
        for a, b in paired:
            one, two = projects[names[a]], projects[names[b]]
            if names[b] not in one.get("requires", {}) and names[a] not in two.get("requires", {}):
                one["excludes"] = [names[b]]

    def _budget(self, projects: dict[str, Any]) -> float:
        """Yearly capex at which about two thirds of the projects fit in over the horizon."""
        total = 0.0
        for p in projects.values():
            units = p.get("units", {}).get("max", 1)
            if "size" in p:
                units = float(p["size"]["max"].split()[0])
            total += float(p["capex"].split()[0]) * units
        return 0.9 * total / (LAST - FIRST + 1)

    def _targets(self) -> dict[str, Any]:
        peaks = {
            f"peak-{d}": {
                "kind": "peak", "entity": f"d{d}", "scopes": [1], "by": 2030 + d % 3, "shape": self.variant.shape,
                "tolerance": "1 %",
            }
            for d in range(DIVISIONS)
        }  # fmt: skip
        total = float(self.sizes.sum()) + self.fleets.emissions
        spans = [(y, y) for y in range(2032, 2058)]
        if self.variant.caps == "periods":
            spans = [(y, y + 4) for y in range(2031, 2056, 5)]
        caps = {}
        for first, last in spans:
            left = np.interp(range(first, last + 1), [2032, 2040, 2050, 2057], [0.97, 0.78, 0.55, 0.42])
            caps[f"net-{first}"] = {
                "kind": "carbon_budget",
                "scopes": [1],
                "years": [first, last],
                "at_most": f"{float(left.sum()) * total:.6g} ktCO2e",
                "net": True,
            }
        neutral = {"kind": "neutrality", "scopes": [1], "by": 2058, "credits": "25 %", "credit_price": "1.5 kCNY/tCO2e"}
        return peaks | caps | {"neutral": neutral}


def _copied(projects: dict[str, Any], count: int) -> dict[str, Any]:
    """Equal projects in place of each one that stands for itself: together they are what it was."""
    known = {name for p in projects.values() for key in ("requires", "excludes") for name in p.get(key, ())}
    found = {}
    for name, p in projects.items():
        shares = any(" " not in amount for amount in p.get("abates", {}).values())
        if shares or name in known or "excludes" in p:
            found[name] = p
            continue
        part = p | {key: _part(p[key], count) for key in ("capex", "opex") if key in p and "size" not in p}
        for key in ("abates", "size"):
            if key in p:
                part[key] = {k: _part(v, count) for k, v in p[key].items()}
        found |= {f"{name}-{i}": dict(part) for i in range(1, count + 1)}
    return found


def _part(amount: str, count: int) -> str:
    value, unit = amount.split()
    return f"{float(value) / count:.8g} {unit}"
