"""Packings: handed over otherwise than they stand, they have the same plans; what is ruled out is in none of them."""

import itertools

import numpy as np
import pytest

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.solve import packing as room
from optimiser.solve.earliest import possible_starts
from optimiser.solve.packing import over_starts, packing_of
from optimiser.solve.programme import assemble
from optimiser.workflow import read, solve
from tests.helpers import instance_of, solved, starts, write_tree

YEARS = 4
SEEDS = range(25)


def drawn(seed: int) -> dict:
    """Five projects in four years: some wait for earlier ones; crews and money are short."""
    rng = np.random.default_rng([seed, 17])
    projects = {}
    for j in range(5):
        entry = {
            "kind": "programme",
            "capex": f"{rng.integers(1, 6)} MCNY",
            "opex": [f"{-rng.integers(0, 14)} MCNY"],
            "uses": {"crews": int(rng.integers(1, 6))},
        }
        before = {f"p{i}": int(rng.integers(0, 2)) for i in range(j) if rng.random() < 0.4}
        projects[f"p{j}"] = entry | ({"requires": before} if before else {})
    return {
        "horizon": {"first": 1, "last": YEARS},
        "discount_rate": "10 %",
        "salvage": "none",
        "projects": projects,
        "resources": {"crews": {"limit": int(rng.integers(4, 8))}},
        "budgets": {"money": {"limit": f"{rng.integers(4, 9)} MCNY"}},
    }


def amount(text: str) -> int:
    return int(text.split()[0])


def schedules(tree: dict):
    """Every plan of a drawn case as start years (0: never), with what it costs: all are tried one by one."""
    projects = tree["projects"]
    names = list(projects)
    for years in itertools.product(range(YEARS + 1), repeat=len(names)):
        when = dict(zip(names, years, strict=True))
        waits = all(
            when[i] and when[i] + lag <= when[j]
            for j in names
            if when[j]
            for i, lag in projects[j].get("requires", {}).items()
        )
        fits = all(
            sum(projects[j]["uses"]["crews"] for j in names if when[j] == y) <= tree["resources"]["crews"]["limit"]
            and sum(amount(projects[j]["capex"]) for j in names if when[j] == y)
            <= amount(tree["budgets"]["money"]["limit"])
            for y in range(1, YEARS + 1)
        )
        if waits and fits:
            pays = (
                (amount(projects[j]["capex"]) + amount(projects[j]["opex"][0])) / 1.1 ** (when[j] - 1)
                for j in names
                if when[j]
            )
            yield when, sum(pays)


@pytest.mark.parametrize("few", [0, 150])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_of_all_schedules(seed, few, tmp_path, monkeypatch):
    """Proves that both ways of handing a packing over find what trying every schedule finds."""
    monkeypatch.setattr(room, "FEW", few)
    tree = drawn(seed)
    answer = solve(write_tree(tree, tmp_path), {"gap": 0.0, "threads": 1})
    assert answer.result is not None
    assert answer.result.plan.status == "optimal"
    best = min(cost for _, cost in schedules(tree))
    assert answer.result.plan.objective == pytest.approx(best, abs=1e-6)
    assert answer.result.plan.bound <= best + 1e-6


def test_only_impossible_starts_are_ruled_out(tmp_path):
    """Proves that no schedule has a start that is ruled out, and that many are found."""
    count = 0
    for seed in SEEDS:
        tree = drawn(seed)
        instance = compile_instance(read(write_tree(tree, tmp_path)).scenario)
        model = build(instance)
        packing = packing_of(model, assemble(model))
        assert packing is not None
        labels = [(p.id, int(v)) for p in instance.projects for v in p.starts]
        allowed = possible_starts(instance, packing)
        had = {(name, year) for when, _ in schedules(tree) for name, year in when.items() if year}
        ruled_out = {label for label, may in zip(labels, allowed, strict=True) if not may}
        assert not ruled_out & had
        count += len(ruled_out)
    assert count > 50


def test_a_deep_block_waits_for_the_room_of_all_above(tmp_path):
    """Three blocks of 4 t on top of each other, 5 t a year: by 4, 8, 12 t of 5, 10, 15 t they start in years 1, 2, 3.

    Three blocks in three years; the deepest brings 9 MCNY for 3 MCNY spent.
    """
    text = """
projects:
  top: {kind: programme, capex: 1 MCNY, uses: {shovel: 4}}
  middle: {kind: programme, capex: 1 MCNY, uses: {shovel: 4}, requires: [top]}
  deep: {kind: programme, capex: 1 MCNY, opex: [-9 MCNY], uses: {shovel: 4}, requires: [middle]}
resources: {shovel: {limit: 5}}
"""
    instance = instance_of(text, tmp_path)
    model = build(instance)
    packing = packing_of(model, assemble(model))
    assert packing is not None
    assert possible_starts(instance, packing).tolist() == [True, True, True, False, True, True, False, False, True]
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(-6.0)
    assert starts(result) == {("top", 1): 1, ("middle", 2): 1, ("deep", 3): 1}


def test_a_start_counts_once_over_starts(tmp_path):
    """Two crews a year and three years: rows over starts hold the figures of the file, and one row a project."""
    text = """
projects:
  a: {kind: programme, capex: 3 MCNY, opex: [-5 MCNY], uses: {crews: 2}}
  b: {kind: programme, capex: 4 MCNY, opex: [-9 MCNY], uses: {crews: 1}, committed: true}
resources: {crews: {limit: 2}}
"""
    model = build(instance_of(text, tmp_path))
    packing = packing_of(model, assemble(model))
    assert packing is not None
    programme = over_starts(packing, np.ones(6, dtype=bool))
    crews = [i for i, (name, _) in enumerate(programme.rows) if name == "use_within_limit"]
    assert np.allclose(programme.matrix.toarray()[crews], [[2, 0, 0, 1, 0, 0], [0, 2, 0, 0, 1, 0], [0, 0, 2, 0, 0, 1]])
    assert programme.row_lower[-2:].tolist() == [0, 1]
    assert np.allclose(programme.cost, [-2, -2, -2, -5, -5, -5])


@pytest.mark.parametrize(
    "text",
    [
        "projects: {a: {kind: programme, capex: 1 MCNY, units: {max: 3}}}",
        "projects: {a: {kind: programme, capex: 1 MCNY, size: {max: 3 MW}}}",
        "projects: {a: {kind: programme, capex: 1 MCNY}}\nbudgets: {m: {limit: 1 MCNY, carry_over: 50 %}}",
        "projects: {a: {kind: upgrade, capex: 1 MCNY, abates: {site: 30 ktCO2e}}}\n"
        "targets: {t: {kind: reduction, by: 3, cut: 20 ktCO2e}}",
    ],
)
def test_what_is_no_packing_is_left_as_it_is(text, tmp_path):
    """Several units, sizes, money that is kept and promises have no place in a packing."""
    text = text.replace("capex: 1 MCNY, size", "capex: 1 MCNY/MW, size")
    model = build(instance_of(text, tmp_path))
    assert packing_of(model, assemble(model)) is None
