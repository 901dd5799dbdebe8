"""Why fifty scenarios have no plan: what was tightened is named, nothing innocent is, and what is offered solves."""

import copy
from pathlib import Path

import pytest

from optimiser.explain import Conflict, Item
from optimiser.instance import compile_instance
from optimiser.solve import Limits, answer
from optimiser.workflow import read, solve
from tests.explain.infeasible import case
from tests.helpers import write_tree

SECTION = {"target": "targets", "budget": "budgets", "resource": "resources", "group": "groups", "ceiling": "finance"}
QUICK = {"threads": 1, "gap": 0.5}
SEEDS = [*range(10), 12, 15, 16, *range(20, 31), 36]
"""Every kind alone, and every kind beside another thing; `python -m tests.explain.test_infeasible` runs all fifty."""


def without(tree: dict, item: Item) -> dict:
    """The scenario without one thing, as a planner would take it out of the file."""
    tree = copy.deepcopy(tree)
    if item.kind == "resource":
        tree["resources"][item.id]["limit"] = 999  # projects use it: it cannot go
    elif item.kind in SECTION:
        del tree[SECTION[item.kind]][item.id]
    elif item.kind == "commitment":
        tree["projects"][item.id]["committed"] = False
    elif item.kind == "issue":
        tree["finance"][item.id]["committed"] = False
    elif item.kind == "terms":
        tree["finance"][item.id].pop("ticket")
    elif item.kind == "window":
        tree["projects"][item.id].pop("start")
    else:
        tree["projects"][item.id].pop("requires")
    return tree


def everything(tree: dict) -> list[Item]:
    """All that can be negotiated, read off the tree."""
    found = [Item(kind, name) for kind, section in SECTION.items() for name in tree.get(section, {}) if name != "loan"]
    found += [Item("commitment", name) for name, p in tree["projects"].items() if p.get("committed")]
    return found + ([Item("issue", "loan")] if tree["finance"]["loan"].get("committed") else [])


def only(tree: dict, items: tuple[Item, ...]) -> dict:
    """The scenario with these items alone."""
    for item in everything(tree):
        if item not in items:
            tree = without(tree, item)
    return tree


def has_plan(tree: dict, folder: Path) -> bool:
    return solves(write_tree(tree, folder, "asked.yaml"))


def solves(path: Path) -> bool:
    instance = compile_instance(read(path).scenario)
    return answer(instance, Limits(threads=1, gap=0.5)) is not None


def named(conflict: Conflict) -> set[tuple[str, str]]:
    items = {*conflict.items, *conflict.facts, *(i for other in conflict.others for i in other)}
    return {(i.kind, i.id) for i in items}


def explain(seed: int, folder: Path) -> tuple[Conflict, dict, set[tuple[str, str]]]:
    tree, tight, expected = case(seed)
    assert has_plan(tree, folder)
    conflict = solve(write_tree(tight, folder), QUICK).conflict
    assert conflict is not None
    assert conflict.minimal
    return conflict, tight, expected


def faults(seed: int, folder: Path) -> list[str]:
    """What is wrong with the explanation of a seed: things not named, innocents, and alternatives that do not solve."""
    conflict, tight, expected = explain(seed, folder)
    found = [f"{thing} is not named" for thing in sorted(expected - named(conflict))]
    for group in (conflict.items, *conflict.others):
        alone = only(tight, group)
        found += [] if not has_plan(alone, folder) else [f"{group} are not in conflict"]
        found += [f"{i} is innocent" for i in group if not has_plan(without(alone, i), folder)]
    for fact in conflict.facts:
        alone = [only(tight, group) for group in (conflict.items, *conflict.others)]
        needed = any(has_plan(without(tree, fact), folder) for tree in alone)
        found += [] if needed else [f"{fact} is innocent"]
    found += [] if conflict.remedies else ["nothing is offered"]
    for remedy in conflict.remedies:
        text = "extends: scenario.yaml\n" + "\n".join(remedy.lines) + "\n"
        path = folder / "remedy.yaml"
        path.write_text(text, encoding="utf-8")
        found += [] if solves(path) else [f"{remedy.words} does not do"]
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_tightened_is_named(seed, tmp_path):
    """Proves that the things that were tightened are named, that every set named is in conflict and has a plan without
    any one of its members (taken out of the file, not out of the model), and that every alternative, written into a
    file that extends the scenario, has a plan."""
    assert faults(seed, tmp_path) == []


def main() -> None:
    """Runs all fifty and prints how many were explained without fault."""
    import tempfile

    right = 0
    for seed in range(50):
        with tempfile.TemporaryDirectory() as folder:
            wrong = faults(seed, Path(folder))
        right += not wrong
        if wrong:
            print(seed, wrong)
    print(f"{right} of 50 without fault")


if __name__ == "__main__":
    main()
