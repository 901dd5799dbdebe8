"""Spare credits: where they cost nothing, no target buys more of them than it needs."""

import pytest

from optimiser.solve.spare_credits import leave_spare_credits
from tests.helpers import instance_of, row, solved

NESTED = """
horizon: {first: 1, last: 1}
entities: {group: {}, yard: {parent: group}, road: {parent: group}}
sources:
  cranes: {entity: yard, scope: 1, baseline: 100 ktCO2e}
  trucks: {entity: road, scope: 1, baseline: 10 ktCO2e}
projects: {cut: {kind: upgrade, entity: yard, start: 1, committed: true, abates: {cranes: 30 %}, capex: 1 MCNY}}
targets:
  yard: {kind: neutrality, entity: yard, by: 1, credits: 100 %PRICE}
  group: {kind: neutrality, entity: group, by: 1, credits: 100 %}
"""
FREE = NESTED.replace("PRICE", "")
LEFT = {("yard", 1): 70.0, ("group", 1): 80.0}


def trimmed(text: str, found: dict[str, float], folder, left=LEFT) -> dict[str, float]:
    """What is left of credits bought by target, where 70 kt are to be covered of the yard and 80 of the group."""
    credits = {(t, 1): amount for t, amount in found.items()}
    leave_spare_credits(instance_of(text, folder), credits, left)
    return {t: pytest.approx(amount) for (t, _), amount in credits.items() if amount}


def test_a_plan_covers_what_is_left_and_no_more(tmp_path):
    """70 kt are left of the yard, 80 of the group: 80 credits in all. 100 cost as little, and net would be -30."""
    result = solved(FREE, tmp_path)
    assert result.plan.decisions.credits == pytest.approx({("yard", 1): 70, ("group", 1): 10})
    assert row(result, "yard", 1, "net").achieved == pytest.approx(0)


@pytest.mark.parametrize("yard", [70, 80, 100])
@pytest.mark.parametrize("group", [0, 10, 30])
def test_every_way_to_buy_too_much_comes_to_the_same(yard, group, tmp_path):
    """Whatever was bought, 70 kt are bought for the yard and 10 more for the group, if there were 80 in all."""
    if yard + group >= 80:
        assert trimmed(FREE, {"yard": yard, "group": group}, tmp_path) == {"yard": 70, "group": 10}


def test_what_has_a_price_and_what_a_wider_target_cannot_buy_stays(tmp_path):
    """At a price the yard keeps what it bought. Where nobody sells to the group, the 80 it counts stay the yard's."""
    dear = NESTED.replace("PRICE", ", credit_price: 5 CNY/tCO2e")
    assert trimmed(dear, {"yard": 100, "group": 10}, tmp_path) == {"yard": 100}
    alone = NESTED.replace("PRICE", ", credit_price: 0 CNY/tCO2e").replace("last: 1", "last: 2")
    alone += "markets: {m: {from_year: 2, credits: {price: 9 CNY/tCO2e}}}\n"
    assert trimmed(alone, {"yard": 100}, tmp_path) == {"yard": 80}


def test_a_target_that_is_missed_goes_on_covering_what_it_did(tmp_path):
    """With 60 kt bought of 70, all of them are needed; 20 for the group cover the 80, and none of them is too much."""
    assert trimmed(FREE, {"yard": 60, "group": 20}, tmp_path) == {"yard": 60, "group": 20}
