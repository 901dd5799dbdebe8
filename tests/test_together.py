"""Random fleets with instruments and markets: every plan passes the audit, and what costs nothing changes nothing."""

import copy
from random import Random
from typing import Any

import pytest
import yaml

from optimiser.report import Result
from optimiser.workflow import solve
from tests.reference_fleets.drawing import draw as draw_fleet

SEEDS = range(60)
Raw = dict[str, Any]


def draw(seed: int) -> Raw:
    """A random fleet, now and then with a project, that a market charges and instruments pay for."""
    r = Random(seed)
    raw: Raw = draw_fleet(seed)
    years = raw["horizon"]
    change = r.choice(raw["fleets"]["ships"]["changes"])
    change["tags"] = sorted({*change.get("tags", ()), "green"})
    finance: Raw = {
        "bond": {
            "kind": "bond", "rate": f"{r.choice([1, 3, 5, 8])} %", "tenor": r.randint(1, 3), "fee": "0.3 %",
            "issue": [years["first"], years["last"]], "eligible": {"tags": ["green"]},
            "allocation": {"before": r.randint(0, 1), "after": r.randint(0, 1)},
            "ticket": [f"{r.choice([0, 2, 6])} MCNY", f"{r.choice([6, 20])} MCNY"],
        }
    }  # fmt: skip
    if r.random() < 0.4:
        finance["loan"] = {"kind": "loan", "rate": "4 %", "tenor": 2, "ticket": ["0 MCNY", "9 MCNY"]}
        finance["ceiling"] = {"kind": "limit", "outstanding": f"{r.choice([3, 12])} MCNY"}
    if r.random() < 0.3:
        finance["gift"] = {"kind": "grant", "issue": years["first"], "amount": "4 MCNY", "share": "50 %"}
    market: Raw = {"price": f"{r.choice([40, 150, 400])} CNY/tCO2e", "free_allocation": f"{r.choice([0, 50, 90])} %"}
    if r.random() < 0.5:
        market["banking"] = {"keep": f"{r.choice([1, 5])} ktCO2e", "multiple": r.choice([0, 1.5])}
        market["spread"] = "5 %"
    if r.random() < 0.3:
        market["scopes"] = 1
    raw["finance"], raw["markets"] = finance, {"ets": market}
    if r.random() < 0.3:
        raw["markets"]["inside"] = {"kind": "internal", "cap": "120 %", "entities": ["group"]}
        raw["entities"] = {"group": {}}
    if r.random() < 0.5:
        limit = {"limit": f"{r.choice([15, 30, 60])} MCNY", "carry_over": f"{r.choice([0, 100])} %"}
        raw["budgets"] = raw.get("budgets", {}) | {"green-budget": {"tags": ["green"], **limit}}
    if r.random() < 0.3:
        raw["budgets"] = raw.get("budgets", {}) | {"till": {"covers": "cash", "limit": f"{r.choice([90, 200])} MCNY"}}
    if r.random() < 0.2:
        raw["tax"] = {"rate": "25 %"}
    return raw


def ask(raw: Raw, folder) -> Result | None:
    """The audited answer, or None where there is no plan."""
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(copy.deepcopy(raw), sort_keys=False), encoding="utf-8")
    return solve(path, {"threads": 1}).result


def same(one: Result | None, other: Result | None) -> None:
    """Both cost the same, or neither has a plan."""
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.plan.objective == pytest.approx(other.plan.objective, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_costs_nothing_changes_nothing(seed, tmp_path):
    """A second market whose allowances cost nothing; and, where nothing limits money, a bond at the discount rate."""
    raw = draw(seed)
    same(ask(raw, tmp_path), ask(raw | {"markets": raw["markets"] | {"free": {"price": "0 CNY/tCO2e"}}}, tmp_path))

    free = raw | {"budgets": {}, "finance": {k: v for k, v in raw["finance"].items() if v["kind"] != "limit"}}
    free.pop("tax", None)
    at_par = {"kind": "bond", "rate": raw.get("discount_rate", "0 %"), "tenor": 2, "ticket": ["0 MCNY", "50 MCNY"]}
    same(ask(free, tmp_path), ask(free | {"finance": free["finance"] | {"at-par": at_par}}, tmp_path))


@pytest.mark.parametrize("seed", SEEDS)
def test_an_auction_costs_what_a_penalty_on_every_tonne_does(seed, tmp_path):
    """Proves that a market charges each tonne of a fleet once, whatever pays for its changes."""
    raw = draw(seed)
    raw["budgets"] = {n: b for n, b in raw.get("budgets", {}).items() if b.get("covers", "capex") == "capex"}
    years = list(range(raw["horizon"]["first"], raw["horizon"]["last"] + 1))
    tonnes = {"kind": "reduction", "in": years, "cut": "100 %", "penalty": "40 CNY/tCO2e"}
    penalised = ask(raw | {"markets": {}, "targets": raw["targets"] | {"tonnes": tonnes}}, tmp_path)
    same(ask(raw | {"markets": {"ets": {"price": "40 CNY/tCO2e"}}}, tmp_path), penalised)


def test_the_draw_has_something_of_everything(tmp_path):
    """Plans in which ships change, something is issued and allowances move; proceeds pay for ships in some."""
    found = [r for r in (ask(draw(seed), tmp_path) for seed in SEEDS) if r is not None]
    all_three = [r for r in found if r.plan.decisions.moves and r.plan.decisions.issued and r.plan.decisions.carbon]
    assert len(found) >= 30
    assert len(all_three) >= 10
    assert sum(any("ships" in owner for _, _, owner, _ in r.plan.decisions.used) for r in all_three) >= 5
