"""Random tiny scenarios with a fleet, finance and a market against the enumeration of all their plans."""

import tempfile
from functools import cache
from pathlib import Path

import pytest

from tests.helpers import result_of
from tests.reference_together.drawing import draw
from tests.reference_together.enumeration import best

SEEDS = 220


@cache
def case(seed: int):
    """What is drawn, the tool's answer to it (every fourth is explained), and the least cost of all plans."""
    raw = draw(seed)
    with tempfile.TemporaryDirectory() as folder:
        return raw, result_of(raw, Path(folder), explained=seed % 4 == 0), best(raw)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_tool_agrees_with_enumeration(seed):
    """Proves that status and least cost are those of every history of every vessel with every set of years of issue
    and the best use of debt, allowances and budgets; the audit agrees as well, or there would be no answer."""
    _, result, expected = case(seed)
    assert (result is None) == (expected is None)
    if result is not None:
        assert result.plan.objective == pytest.approx(expected, rel=1e-6, abs=1e-5)


def test_the_draw_has_something_of_everything():
    """In the first 100 cases: some without a plan; and plans that retrofit, issue and trade at once, in which debt pays
    for vessels that the budgets alone could not, and in which a market changes what is done."""
    found = [case(seed) for seed in range(100)]
    assert sum(cost is None for _, _, cost in found) >= 3
    poorer = sum(best(raw | {"finance": {}}) is None for raw, _, cost in found if cost is not None)
    assert poorer >= 5
    plans = [result for _, result, cost in found if cost is not None]
    all_three = [p for p in plans if p.plan.decisions.moves and p.plan.decisions.issued and p.plan.decisions.carbon]
    assert len(all_three) >= 20


def test_the_enumeration_itself():
    """By hand, without the tool: one vessel of 20 kt, retrofitted for 10 in year 1 to 0 kt, 100 CNY/t, half given free.

    Kept as it is: 3 x 10 kt bought at 0.1 = 3. Retrofitted: 10, and 3 x 10 kt sold = -3, so 7: not worth it. At 400
    CNY/t 12 against 10 - 12 = -2. On a budget of 4 only with a bond of 6, which costs 0.6 more at 10 %: -1.4.
    """
    raw = {
        "horizon": {"first": 1, "last": 3}, "discount_rate": "0 %", "price_year": 1, "salvage": "none",
        "entities": {"group": {}},
        "fleets": {"ships": {
            "states": {"old": {"count": 1, "emissions": "20 ktCO2e"}, "best": {"emissions": "0 ktCO2e"}},
            "changes": [{"from": "old", "to": "best", "capex": "10 MCNY", "tags": ["green"]}],
        }},
        "finance": {}, "budgets": {}, "targets": {},
        "markets": {"ets": {"price": "100 CNY/tCO2e", "free_allocation": "50 %", "spread": "0 %"}},
    }  # fmt: skip
    assert best(raw) == pytest.approx(3)
    raw["markets"]["ets"]["price"] = "400 CNY/tCO2e"
    assert best(raw) == pytest.approx(-2)
    raw["budgets"] = {"capex": {"limit": "4 MCNY"}}
    assert best(raw) == pytest.approx(12)
    raw["finance"] = {
        "bond": {"kind": "bond", "rate": "10 %", "tenor": 1, "issue": [1, 1], "eligible": {"tags": ["green"]},
                 "ticket": ["2 MCNY", "6 MCNY"]},
    }  # fmt: skip
    assert best(raw) == pytest.approx(-1.4)
