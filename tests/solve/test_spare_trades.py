"""Spare trades: where there is no price, no account buys, borrows or keeps what nobody needs."""

import pytest
from rich.console import Console

from optimiser.formulation import build
from optimiser.report.carbon import show_carbon
from optimiser.solve.spare_trades import leave_spare
from tests.helpers import instance_of, solved

FREE = """
projects: {p: {kind: programme}}
markets:
  ets: {PRICE, free_allocation: 50 %, banking: {keep: 10 ktCO2e, multiple: 2}, borrowing: {share: 10 %}}
"""
NO_PRICE = FREE.replace("PRICE", "price: 0 CNY/tCO2e")
DUE = {("ets", "group", y): 100.0 for y in (1, 2, 3)}


def trimmed(text: str, found: dict[tuple[str, int], float], folder) -> dict[tuple[str, int], float]:
    """What is left of decisions by word and year of the one account, where 100 kt are due a year and 50 are given."""
    carbon = {(word, "ets", "group", y): amount for (word, y), amount in found.items()}
    leave_spare(build(instance_of(text, folder)), carbon, DUE)
    return {(word, y): amount for (word, _, _, y), amount in carbon.items() if amount}


def test_no_more_is_bought_than_is_lacking(tmp_path, capsys):
    """100 kt due a year, 50 given: 150 bought in all, for nothing. Any more would cost as little, and lapse."""
    result = solved(NO_PRICE, tmp_path)
    position = result.accounts.carbon["ets", "group"]
    assert result.plan.objective == 0
    assert position["bought"].sum() == pytest.approx(150)
    assert position["lapsed"].sum() == pytest.approx(0)
    show_carbon(result, Console())
    assert "ets: bought for 0 MCNY" in capsys.readouterr().out


def test_what_was_kept_to_lapse_was_not_needed(tmp_path):
    """70 bought in year 1, 20 of it kept, 50 bought in year 2, so that 20 lapse there; in year 3 80, of which 30 lapse.

    The last purchases go first: 30 are bought in year 2 beside the 20 of before, and 50 in year 3. Where year 2 has a
    price, what it keeps from year 1 was not needed: 50 are bought in year 1, and what has a price stays.
    """
    found = {("bought", 1): 70, ("banked", 1): 20, ("bought", 2): 50, ("bought", 3): 80.0}
    assert trimmed(NO_PRICE, found, tmp_path) == {
        ("banked", 1): 20,
        ("bought", 1): 70,
        ("bought", 2): 30,
        ("bought", 3): 50,
    }
    dear = FREE.replace("PRICE", "price: {1: 0 CNY/tCO2e, 2: 10 CNY/tCO2e}")
    assert trimmed(dear, found, tmp_path) == {("bought", 1): 50, ("bought", 2): 50, ("bought", 3): 80}


def test_what_need_not_be_borrowed_is_not_returned(tmp_path):
    """10 borrowed in year 1 beside purchases of 50 lapse there, and 60 bought in year 2 return them: 50 are left."""
    found = {("bought", 1): 50, ("borrowed", 1): 10, ("bought", 2): 60, ("bought", 3): 50.0}
    assert trimmed(NO_PRICE, found, tmp_path) == {("bought", y): 50 for y in (1, 2, 3)}


def test_what_has_a_price_is_left_alone(tmp_path):
    """Purchases at a price are the plan's cost: they are not taken off, whatever lapses."""
    found = {("bought", 1): 70, ("bought", 2): 50, ("bought", 3): 50.0}
    assert trimmed(FREE.replace("PRICE", "price: 10 CNY/tCO2e"), found, tmp_path) == found


def test_a_sale_for_nothing_is_none_unless_it_raises_a_limit(tmp_path):
    """20 of 70 bought are sold for nothing: neither is done; with `multiple` a sale may be why more can be kept."""
    found = {("bought", 1): 70, ("sold", 1): 20, ("bought", 2): 50, ("bought", 3): 50.0}
    assert trimmed(NO_PRICE.replace(", multiple: 2", ""), found, tmp_path) == {("bought", y): 50 for y in (1, 2, 3)}
    assert trimmed(NO_PRICE, found, tmp_path) == found


def test_what_was_given_is_not_kept_to_lapse(tmp_path):
    """130 and 200 kt are given in years 1 and 2, and 30 are there before: all that is kept would lapse, so none is.

    In year 3 120 are due of 100 that are given: with nothing to be bought, the 20 are kept in year 2, and not the 100
    that may be.
    """
    text = """
sources: {site: {scope: 1, baseline: {2: 100 ktCO2e, 3: LAST ktCO2e}}}
projects: {p: {kind: programme}}
markets:
  ets: {price: 10 CNY/tCO2e, buy: false, sell: false, banking: {keep: 100 ktCO2e, start: 30 ktCO2e},
        free_allocation: {1: 130 ktCO2e, 2: 200 ktCO2e, 3: 100 ktCO2e}}
"""
    for last, kept in ((100, 0), (120, 20)):
        position = solved(text.replace("LAST", str(last)), tmp_path).accounts.carbon["ets", "group"]
        assert position["banked"].tolist() == pytest.approx([0, kept, 0])
        assert position["lapsed"].tolist() == pytest.approx([60, 100 - kept, 0])


def test_what_was_kept_on_from_year_to_year_to_lapse(tmp_path):
    """60 bought at a price in year 1, of which 10 are kept until they lapse in year 3: they lapse in year 1.

    What was borrowed for it in year 1 is not: 10 borrowed and kept, and returned by 10 more in year 2, are left off.
    """
    dear = FREE.replace("PRICE", "price: 10 CNY/tCO2e")
    bought = {("bought", 1): 60, ("bought", 2): 50, ("bought", 3): 50.0}
    assert trimmed(dear, bought | {("banked", 1): 10, ("banked", 2): 10}, tmp_path) == bought
    bought = {("bought", 1): 50, ("bought", 2): 60, ("bought", 3): 50.0}
    found = trimmed(dear, bought | {("borrowed", 1): 10, ("banked", 1): 10}, tmp_path)
    assert found == bought
