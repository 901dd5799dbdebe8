"""Synthetic groups: the same file for the same seed, and everything in it that the benchmark says it has."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from optimiser.instance import compile_instance
from optimiser.workflow import read, solve
from tests.benchmarks.groups import DIVISIONS, FIRST, LAST, VARIANTS, Variant, group, write

N = 400


@pytest.fixture(scope="module")
def mixed():
    return group(N, 1, VARIANTS["mixed"])


@pytest.fixture(scope="module")
def compiled(mixed, tmp_path_factory):
    return compile_instance(read(write(mixed, tmp_path_factory.mktemp("group") / "group.yaml")).scenario)


def number(text: str) -> float:
    return float(text.split()[0])


def without(tree: dict, *keys: str) -> dict:
    return {k: v for k, v in tree.items() if k not in keys}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_seed_gives_the_same_file(variant, tmp_path):
    """Proves that a benchmark can be repeated, and that another seed is another group."""
    size = 1000 if VARIANTS[variant].sources else 40
    drawn = [write(group(size, s, VARIANTS[variant]), tmp_path / f"{i}.yaml") for i, s in enumerate((1, 1, 2))]
    one, same, other = (path.read_bytes() for path in drawn)
    assert one == same
    assert one != other


@pytest.mark.parametrize("variant", ["fleets", "finance", "market", "all"])
def test_what_a_variant_adds_changes_nothing_else(variant, mixed):
    """Proves that times of variants can be compared: projects, sources and peaks are those of the plain group."""
    other = group(N, 1, VARIANTS[variant])
    added = {"fleets", "finance", "markets"} & set(other)
    assert added == ({"fleets", "finance", "markets"} if variant == "all" else {variant.replace("market", "markets")})
    assert without(other, "budgets", "targets", *added) == without(mixed, "budgets", "targets")
    changed = {k for k, t in other["targets"].items() if t != mixed["targets"][k]}
    assert all(k.startswith("net-") for k in changed)
    assert bool(changed) == ("fleets" in added)


def test_organisation_years_and_promises(mixed):
    """Eight divisions, 36 years, a peak each, net caps that fall from year to year, neutrality, money that moves on."""
    assert list(mixed["entities"]) == ["group", *(f"d{d}" for d in range(8))]
    assert (LAST - FIRST + 1, mixed["horizon"]) == (36, {"first": FIRST, "last": LAST})
    targets = mixed["targets"]
    peaks = [t["entity"] for t in targets.values() if t["kind"] == "peak"]
    assert sorted(peaks) == sorted(f"d{d}" for d in range(DIVISIONS))
    caps = [number(t["at_most"]) / (t["years"][1] - t["years"][0] + 1) for k, t in targets.items() if k[:4] == "net-"]
    assert len(caps) == 5
    assert all(b < a for a, b in pairwise(caps))
    assert targets["neutral"]["kind"] == "neutrality"
    assert mixed["budgets"]["capex"]["carry_over"] == "50 %"


def test_tonnes_on_offer(mixed, compiled):
    """All projects in full operation abate 1.5 times what is emitted (less what no source can spare)."""
    emitted = sum(s.base["location"] for s in compiled.sources)
    offered = 0.0
    for p in compiled.projects:
        for a in p.abatements:
            share = compiled.sources[a.source].base["location"] if a.form == "share" else 1.0
            offered += p.most * float(a.amount[0]) * share
    assert offered / emitted == pytest.approx(1.5, rel=0.03)


def test_projects_have_what_the_benchmark_asks_for(mixed):
    """15 % in several units, 10 % with a precedence, 20 % in exclusive pairs, lives that end and lives that renew."""
    projects = mixed["projects"]
    assert len(projects) == N
    assert sum("units" in p for p in projects.values()) / N == pytest.approx(0.15, abs=0.03)
    assert sum("requires" in p for p in projects.values()) / N == pytest.approx(0.10, abs=0.01)
    pairs = [(k, *p["excludes"]) for k, p in projects.items() if "excludes" in p]
    assert len({k for pair in pairs for k in pair}) / N == pytest.approx(0.20, abs=0.01)
    lives = [p.get("renew", False) for p in projects.values() if "life" in p]
    assert 0.4 < np.mean(lives) < 0.6
    ends = group(N, 1, VARIANTS["ends"])
    assert not any(p.get("renew") for p in ends["projects"].values())
    assert {t["shape"] for t in ends["targets"].values() if t["kind"] == "peak"} == {"no_rise"}


def test_sources_share_two_to_four_measures(compiled):
    """20 % of the sources have two to four overlapping shares, all others none."""
    counts = Counter()
    for measures in compiled.abatements_on.values():
        counts[sum(a.form == "share" for _, a in measures)] += 1
    several = sum(n for shares, n in counts.items() if shares > 1)
    assert several / len(compiled.sources) == pytest.approx(0.2, abs=0.02)
    assert set(counts) <= {0, 2, 3, 4}


def test_a_fleet_in_each_division():
    """10 to 50 assets, three states, docks; all of them can be retrofitted in eight years within what is added.

    By hand, from the file: a retrofit in each slot, and the replacement of what retires over its two years of building.
    """
    plain, raw = group(N, 1, VARIANTS["mixed"]), group(N, 1, VARIANTS["fleets"])
    fleets = raw["fleets"]
    assert [f["entity"] for f in fleets.values()] == [f"d{d}" for d in range(DIVISIONS)]
    retrofits = replacements = left = emitted = 0.0
    for fleet in fleets.values():
        count, slots = fleet["states"]["diesel"]["count"], fleet["docking"]["slots_per_year"]
        assert 10 <= count <= 50
        assert count <= 8 * slots
        change = next(c for c in fleet["changes"] if (c["from"], c["to"]) == ("diesel", "methanol"))
        build = next(c for c in fleet["changes"] if c["from"] == "new")
        retrofits += slots * number(change["capex"])
        replacements += fleet["retire"]["diesel"][2048] * number(build["capex"]) / build["lead_time"]
        left += count * number(fleet["states"]["methanol"]["emissions"])
        emitted += count * number(fleet["states"]["diesel"]["emissions"])
    added = number(raw["budgets"]["capex"]["limit"]) - number(plain["budgets"]["capex"]["limit"])
    assert max(retrofits, replacements) <= added
    assert left / emitted < 0.25  # what the credits of the neutrality target admit


def test_finance_has_tickets_and_a_ceiling():
    found = group(N, 1, VARIANTS["finance"])["finance"]
    assert {i["kind"] for i in found.values()} == {"bond", "loan", "limit"}
    for name in ("green-bond", "bank-loan"):
        least, most = map(number, found[name]["ticket"])
        assert 0 < least < most


def test_a_market_outside_and_one_inside():
    found = group(N, 1, VARIANTS["market"])["markets"]
    assert {"free_allocation", "banking", "price"} <= set(found["outside"])
    assert found["inside"]["kind"] == "internal"
    assert sorted(found["outside"]["entities"] + found["inside"]["entities"]) == [f"d{d}" for d in range(DIVISIONS)]


@pytest.mark.parametrize("variant", ["finance", "market"])
def test_variants_have_a_plan(variant, tmp_path):
    """Proves on a small group that what a variant adds leaves a plan: it is found and audited."""
    answer = solve(write(group(30, 1, VARIANTS[variant]), tmp_path / "g.yaml"), {"gap": 0.5, "threads": 1})
    assert answer.result is not None


def test_fleets_leave_a_plan(tmp_path):
    """The same with fleets, whose money the test above counts by hand: here the budget is left out, for speed."""
    raw = without(group(30, 1, VARIANTS["fleets"]), "budgets")
    answer = solve(write(raw, tmp_path / "g.yaml"), {"gap": 0.5, "threads": 1})
    assert answer.result is not None
    assert answer.result.plan.decisions.moves


def test_four_measures_on_many_sources_stay_small(tmp_path):
    """Four measures on each of 20 of 40 sources: at most 16 weights, and as many rows, for each such source and year.

    The wrong answer: a weight for every subset of all measures on sources that have further ones.
    """
    sizes = []
    for count in (0, 20):
        variant = Variant(sources=40, overlapping_sources=count, measures=(4, 4))
        path = write(group(200, 1, variant), tmp_path / f"{count}.yaml")
        sizes.append(_size(path))
    years = LAST - FIRST + 1
    assert sizes[1][0] - sizes[0][0] <= 20 * years * (16 + 4 + 2)
    assert sizes[1][1] - sizes[0][1] <= 20 * years * (16 + 4 + 2)
    assert sizes[1] > sizes[0]


def _size(path):
    from optimiser.formulation import build
    from optimiser.solve.programme import assemble

    programme = assemble(build(compile_instance(read(path).scenario)))
    return len(programme.cost), len(programme.row_lower)
