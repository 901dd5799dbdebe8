"""Drawn cases of published kinds: the same file for the same seed, and the structure that makes them what they are."""

import pytest

from optimiser.instance import compile_instance
from optimiser.workflow import read, solve
from tests.benchmarks.groups import write
from tests.benchmarks.published import KINDS, knapsack, pit, published


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_file(kind, tmp_path):
    one, same, other = (write(published(kind, 60, s), tmp_path / f"{i}.yaml") for i, s in enumerate((1, 1, 2)))
    assert one.read_bytes() == same.read_bytes()
    assert one.read_bytes() != other.read_bytes()


@pytest.mark.parametrize(("blocks", "years"), [(300, 6), (1000, 10)])
def test_a_block_waits_for_the_blocks_above(blocks, years):
    """Five above a block within the pit, three above one in a corner, none above the top; both capacities bind."""
    raw = pit(blocks)
    projects = raw["projects"]
    assert len(projects) == blocks
    assert raw["horizon"]["last"] == years
    assert len(projects["b-1-4-4"]["requires"]) == 5
    assert sorted(projects["b-1-0-0"]["requires"]) == ["b-0-0-0", "b-0-0-1", "b-0-1-0"]
    assert not any("requires" in p for k, p in projects.items() if k.startswith("b-0-"))
    dug = sum(p["uses"]["shovel"] for p in projects.values())
    milled = sum(p["uses"].get("mill", 0.0) for p in projects.values())
    assert dug > years * raw["resources"]["shovel"]["limit"]
    assert milled > years * raw["resources"]["mill"]["limit"]


def test_a_knapsack_cannot_hold_all_items(tmp_path):
    """Windows, uses over the lead time, and money: of 14 items that all pay, not all are taken, and none is free."""
    raw = knapsack(14)
    answer = solve(write(raw, tmp_path / "k.yaml"), {"gap": 0.0, "threads": 1})
    assert answer.result is not None
    taken = {s.project for s in answer.result.plan.decisions.starts}
    assert 0 < len(taken) < 14
    instance = compile_instance(read(tmp_path / "k.yaml").scenario)
    assert all(len(p.uses) == 2 and 1 <= p.lead_time <= 3 and len(p.starts) >= 3 for p in instance.projects)
