"""Random fleets with instruments and markets: every plan passes the audit, and what costs nothing changes nothing."""

import copy
import tempfile
from functools import cache
from pathlib import Path

import pytest

from optimiser.report import Result
from tests.helpers import result_of
from tests.together import Raw, draw

SEEDS = range(60)


def ask(raw: Raw, folder, explained: bool = False) -> Result | None:
    """The audited answer, or None where there is no plan."""
    return result_of(copy.deepcopy(raw), folder, explained)


@cache
def as_drawn(seed: int) -> Result | None:
    """The audited answer to what is drawn; every fourth is explained."""
    with tempfile.TemporaryDirectory() as folder:
        return ask(draw(seed), Path(folder), explained=seed % 4 == 0)


def same(one: Result | None, other: Result | None) -> None:
    """Both cost the same, or neither has a plan."""
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.plan.objective == pytest.approx(other.plan.objective, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_costs_nothing_changes_nothing(seed, tmp_path):
    """A second market whose allowances cost nothing; and, where nothing limits money, a bond at the discount rate."""
    raw = draw(seed)
    same(as_drawn(seed), ask(raw | {"markets": raw["markets"] | {"free": {"price": "0 CNY/tCO2e"}}}, tmp_path))

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


def test_the_draw_has_something_of_everything():
    """Plans in which ships change, something is issued and allowances move; proceeds pay for ships in some."""
    found = [r for r in (as_drawn(seed) for seed in SEEDS) if r is not None]
    all_three = [r for r in found if r.plan.decisions.moves and r.plan.decisions.issued and r.plan.decisions.carbon]
    assert len(found) >= 30
    assert len(all_three) >= 10
    assert sum(any("ships" in owner for _, _, owner, _ in r.plan.decisions.used) for r in all_three) >= 5
