"""What is true of any scenario with a market, tested on random ones: nothing for nothing, a price, and a gift."""

import copy

import numpy as np
import pytest

from tests.helpers import result_of
from tests.reference.drawing import draw

SEEDS = range(900, 930)
PRICE = {"price": "40 CNY/tCO2e"}


def world(seed: int) -> dict:
    """A random scenario that has a plan without a market; budgets of cash would see the market's money."""
    raw = draw(seed)
    raw["budgets"] = {n: b for n, b in raw.get("budgets", {}).items() if b.get("covers", "capex") == "capex"}
    return raw


def ask(raw: dict, folder, **more):
    """The audited answer, or None where there is no plan: why, other tests ask."""
    return result_of(copy.deepcopy(raw) | more, folder, explained=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_three_truths(seed, tmp_path):
    """A price of nothing changes nothing. An auction at 40 CNY/t costs what a penalty of 40 on every tonne does.

    Allowances given for 60 % of the baseline change the money by their worth and by nothing else.
    """
    raw = world(seed)
    without = ask(raw, tmp_path)
    free = ask(raw, tmp_path, markets={"ets": {"price": "0 CNY/tCO2e"}})
    assert (without is None) == (free is None)
    if without is None:
        return
    assert free.plan.objective == pytest.approx(without.plan.objective, rel=1e-6, abs=1e-6)

    auction = ask(raw, tmp_path, markets={"ets": PRICE})
    years = [int(y) for y in auction.instance.years]
    every_tonne = {"kind": "reduction", "in": years, "cut": "100 %", "penalty": "40 CNY/tCO2e"}
    penalised = ask(raw, tmp_path, targets=raw.get("targets", {}) | {"tonnes": every_tonne})
    assert auction.plan.objective == pytest.approx(penalised.plan.objective, rel=1e-6, abs=1e-5)

    gift = ask(raw, tmp_path, markets={"ets": PRICE | {"free_allocation": "60 %"}})
    given = gift.instance.markets[0].accounts[0].free
    worth = float(given @ gift.instance.discount) * 0.04
    assert gift.plan.objective + worth == pytest.approx(auction.plan.objective, rel=1e-6, abs=1e-5)
    baseline = sum(s.baseline["location"] for s in gift.instance.sources)
    assert np.allclose(given, 0.6 * baseline)
