"""Random tiny fleets against the enumeration of every history of every asset (`reference_fleets`)."""

import contextlib
from pathlib import Path

import pytest

from optimiser.audit import audit
from optimiser.instance import compile_instance
from optimiser.solve import Limits, answer
from optimiser.workflow import read
from tests.helpers import write_tree
from tests.reference_fleets.drawing import draw, has_open_blend
from tests.reference_fleets.enumeration import TooManyError, best

WANTED = 200
WANTED_FEATURES = """
    activity size at_most life retire docking fuels regulation rule:eu_ets rule:fueleu rule:cii fueleu:banking
    dock:slots_per_year dock:cycle change:lead_time change:capex_profile change:cost_trend change:from_year
    change:until_year change:per_year change:max change:life change:salvage change:scrap_value change:tags
    change:requires change:uses state:count state:built state:life state:fuels state:emissions state:opex state:capacity
    cii&blend new> >scrap target:cap target:chain target:peak raw:budgets raw:projects raw:resources plan none
"""


def cases(wanted: int = WANTED, first: int = 0) -> list[tuple[int, dict, float | None]]:
    """The first seeds that can be enumerated, with their least cost (None: no plan)."""
    found, seed = [], first
    while len(found) < wanted:
        raw = draw(seed)
        with contextlib.suppress(TooManyError):
            found.append((seed, raw, best(raw)))
        seed += 1
    return found


def ask(raw: dict, folder: Path) -> float | None:
    """What the tool answers, audited: the objective, or None where it proves that there is no plan."""
    path = write_tree(raw, folder)
    instance = compile_instance(read(path).scenario)
    plan = answer(instance, Limits(gap=0.0, seconds=60, threads=1))
    if plan is None:
        return None
    assert audit(instance, plan).objective == pytest.approx(plan.objective)
    return plan.objective


@pytest.fixture(scope="module")
def enumerated() -> list[tuple[int, dict, float | None]]:
    return cases()


def test_tool_agrees_with_enumeration(enumerated, tmp_path):
    """Proves that status and least cost of 200 random fleets are those of trying every history of every asset."""
    wrong = []
    for seed, raw, expected in enumerated:
        found = ask(raw, tmp_path)
        same = found is None if expected is None else found is not None and found == pytest.approx(expected, rel=1e-6)
        if not same:
            wrong.append((seed, expected, found))
    assert not wrong


def test_every_feature_is_drawn(enumerated):
    """Proves that the 200 cases hold every feature of fleets several times, with and without a plan."""
    seen: dict[str, int] = {}
    for _, raw, cost in enumerated:
        fleet = raw["fleets"]["ships"]
        found = {k for k in fleet if fleet[k]} | {f"raw:{k}" for k in raw if raw[k]}
        found |= {f"fueleu:{k}" for k in fleet.get("regulation", {}).get("fueleu", {})}
        found |= {"cii&blend"} if "cii" in fleet.get("regulation", {}) and has_open_blend(fleet) else set()
        found |= {f"rule:{k}" for k in fleet.get("regulation", {})} | {f"dock:{k}" for k in fleet.get("docking", {})}
        found |= {f"change:{k}" for c in fleet["changes"] for k in c} | {
            f"state:{k}" for s in fleet["states"].values() for k in s
        }
        found |= {f"{c['from']}>" for c in fleet["changes"]} | {f">{c['to']}" for c in fleet["changes"]}
        found |= {f"target:{k}" for k in raw["targets"]} | {"plan" if cost is not None else "none"}
        for word in found:
            seen[word] = seen.get(word, 0) + 1
    wanted = WANTED_FEATURES.split()
    assert {w: seen.get(w, 0) for w in wanted if seen.get(w, 0) < 3} == {}
