"""Markets: what is due is surrendered, with allowances given, bought, kept or borrowed, and some credits."""

import numpy as np
import pytest

from tests.helpers import ask, gross, least_cost, refused, solved, starts

ONE = "horizon: {first: 1, last: 1}\n"
TWO = "horizon: {first: 1, last: 2}\n"


def ets(keys: str, projects: str = "", head: str = "") -> str:
    """A site of 100 kt in a market at 100 CNY/t: 10 MCNY a year where everything is bought."""
    price = "" if keys.startswith("price:") else ", price: 100 CNY/tCO2e"
    return f"{head}projects: {{{projects}}}\nmarkets: {{ets: {{{keys}{price}}}}}\n".replace("{, ", "{")


def traded(result, what: str, market: str = "ets", account: str = "group") -> list[float]:
    return [round(float(v), 6) for v in result.accounts.carbon[market, account][what]]


KILN = "kiln: {kind: upgrade, start: 1, opex: 2 MCNY, abates: {site: 30 %}}"


def test_an_auction_of_everything_is_a_price_on_every_tonne(tmp_path):
    """100 kt x 100 CNY/t are 10 MCNY a year; the kiln saves 3 and costs 2.

    If only a surplus counted, it would not run. Proves that the market's answer is that of the same price written as an
    opex of every tonne.
    """
    result = solved(ets("", KILN), tmp_path)
    assert result.plan.objective == pytest.approx(3 * (7 + 2))
    assert traded(result, "bought") == [70, 70, 70]
    by_hand = "projects: {kiln: {kind: upgrade, start: 1, opex: -1 MCNY, abates: {site: 30 %}}}\n"
    assert least_cost(by_hand, tmp_path) + 30 == pytest.approx(result.plan.objective)


@pytest.mark.parametrize("price", ["0 CNY/tCO2e", "{1: 0 CNY/tCO2e}"])
def test_a_price_of_nothing_changes_nothing(price, tmp_path):
    """A project that costs money is not started, one that saves is, and the objective is that without a market."""
    projects = f"{KILN}, led: {{kind: upgrade, start: 1, opex: -1 MCNY, abates: {{site: 5 %}}}}"
    free = solved(f"projects: {{{projects}}}\n", tmp_path)
    result = solved(ets(f"price: {price}", projects), tmp_path)
    assert result.plan.objective == pytest.approx(free.plan.objective) == -3
    assert starts(result) == starts(free)


@pytest.mark.parametrize("share", ["0 %", "40 %", "100 %", "130 %"])
def test_free_allowances_change_the_money_and_not_one_decision(share, tmp_path):
    """The kiln runs at 30 kt x 100 CNY/t against 2 MCNY whatever is given; what is left over is sold.

    If allowances followed the plan's own emissions, all of them for nothing would make the kiln worthless.
    """
    result = solved(ets(f"free_allocation: {share}", KILN), tmp_path)
    assert starts(result) == {("kiln", 1): 1}
    given = float(share.split()[0])
    assert result.plan.objective == pytest.approx(3 * (2 + (70 - given) * 0.1))
    assert traded(result, "sold") == [max(given - 70, 0)] * 3


def test_a_share_is_one_of_the_baseline_of_the_year_or_of_the_base_year(tmp_path):
    """Growing from 100 to 200 kt: half of it given leaves 50, 75 and 100 to buy; half of the base 50, 100, 150."""
    head = "base_year: 1\nsources: {site: {scope: 1, baseline: {1: 100 ktCO2e, 3: 200 ktCO2e}}}\n"
    result = solved(ets("free_allocation: 50 %", head=head), tmp_path)
    assert traded(result, "bought") == [50, 75, 100]
    result = solved(ets("free_allocation: 50 %, against: base_year", head=head), tmp_path)
    assert traded(result, "bought") == [50, 100, 150]


def test_tonnes_and_benchmarks(tmp_path):
    """40 kt are 40 kt; 0.8 t/MWh of 60 GWh are 48 kt, whatever is emitted."""
    assert traded(solved(ets("free_allocation: {1: 40 ktCO2e, 3: 20 ktCO2e}"), tmp_path), "bought") == [60, 70, 80]
    benchmark = "free_allocation: {benchmark: 0.8 tCO2e/MWh, activity: 60 GWh}"
    assert traded(solved(ets(benchmark, KILN), tmp_path), "bought") == [22, 22, 22]


def test_phase_in_years_and_coverage(tmp_path):
    """From year 2 on 40 %, then 100 % of scope 1 of the works: 0, 40 and 100 kt are due. The yard and scope 2 are not.

    A share of free allocation is one of what is due: half of 40 and half of 100.
    """
    head = """entities: {group: {}, works: {parent: group}, pit: {parent: works}, yard: {parent: group}}
sources:
  kiln: {entity: pit, scope: 1, baseline: 100 ktCO2e}
  power: {entity: pit, scope: 2, baseline: 50 ktCO2e}
  cranes: {entity: yard, scope: 1, baseline: 70 ktCO2e}
"""
    keys = "entities: works, scopes: 1, from_year: 2, phase_in: {2: 40 %, 3: 100 %}, free_allocation: 50 %"
    result = solved(ets(keys, head=head), tmp_path)
    assert traded(result, "due", account="works") == [0, 40, 100]
    assert traded(result, "free", account="works") == [0, 20, 50]
    assert result.plan.objective == pytest.approx(7)
    result = solved(ets("sources: [cranes, power], until_year: 2", head=head), tmp_path)
    assert traded(result, "due") == [120, 120, 0]


def test_scope_2_is_covered_in_the_ledger_that_is_named(tmp_path):
    """50 GWh at 0.6 t/MWh by location, 0.8 on the market; contracts for half of it change the market ledger only."""
    head = """sources: {power: {scope: 2, activity: 50 GWh, factor: 0.6 tCO2e/MWh, market_factor: 0.8 tCO2e/MWh}}\n"""
    contract = "ppa: {kind: programme, start: 1, committed: true, abates_market: {power: 50 %}}"
    assert traded(solved(ets("basis: location", contract, head), tmp_path), "due") == [30, 30, 30]
    assert traded(solved(ets("basis: market", contract, head), tmp_path), "due") == [20, 20, 20]


def test_a_sale_brings_less_by_the_spread(tmp_path):
    """20 kt too many at 100 less 10 % bring 1.8, not 2; at a sell price of 60 they bring 1.2."""
    keys = "free_allocation: 120 ktCO2e"
    assert least_cost(ets(f"{keys}, spread: 10 %", head=ONE), tmp_path) == pytest.approx(-1.8)
    assert least_cost(ets(f"{keys}, sell_price: 60 CNY/tCO2e", head=ONE), tmp_path) == pytest.approx(-1.2)


def test_what_cannot_be_sold_lapses(tmp_path):
    """20 kt too many, no sales and no bank: they are gone, and year 2 buys its 20 all the same."""
    result = solved(ets("free_allocation: {1: 120 ktCO2e, 2: 80 ktCO2e}, sell: false", head=TWO), tmp_path)
    assert traded(result, "lapsed") == [20, 0]
    assert result.plan.objective == pytest.approx(2)


@pytest.mark.parametrize(("keep", "cost"), [(0, 2), (8, 1.2), (19.9, 0.01), (20, 0), (25, 0)])
def test_the_holding_limit_binds_to_the_tonne(keep, cost, tmp_path):
    """20 kt too many in year 1, 20 too few in year 2, no sales: what may be kept is not bought again.

    If the limit were forgotten, nothing would be paid at all.
    """
    keys = "free_allocation: {1: 120 ktCO2e, 2: 80 ktCO2e}, sell: false"
    result = solved(ets(f"{keys}, banking: {{keep: {keep} ktCO2e}}", head=TWO), tmp_path)
    assert result.plan.objective == pytest.approx(cost)


def test_net_sales_raise_the_holding_limit(tmp_path):
    """120 given, 100 due, price 100 then 300: 5 kt may be kept, and as much again as is sold: x kept, 20 - x sold.

    x <= 5 + 1 x (20 - x) gives 12.5 kept and 7.5 sold, which brings 0.75 and saves 12.5 x 300 = 3.75. Without the
    multiple 5 are kept: 15 bring 1.5, and 5 bring 1.5.
    """
    keys = "price: {1: 100 CNY/tCO2e, 2: 300 CNY/tCO2e}, free_allocation: {1: 120 ktCO2e, 2: 100 ktCO2e}"
    result = solved(ets(f"{keys}, banking: {{keep: 5 ktCO2e, multiple: 1}}", head=TWO), tmp_path)
    assert traded(result, "banked") == [12.5, 0]
    assert result.plan.objective == pytest.approx(-0.75 - 3.75)
    assert least_cost(ets(f"{keys}, banking: {{keep: 5 ktCO2e}}", head=TWO), tmp_path) == pytest.approx(-1.5 - 1.5)


def test_who_buys_has_no_net_sales_not_less_than_none(tmp_path):
    """A buyer of 100 kt may still keep 5: if net sales were -100, nothing could be kept and there would be no plan."""
    keys = "price: {1: 100 CNY/tCO2e, 2: 300 CNY/tCO2e}, banking: {keep: 5 ktCO2e, multiple: 1.5}"
    result = solved(ets(keys, head=TWO), tmp_path)
    assert traded(result, "bought") == [105, 95]
    assert result.plan.objective == pytest.approx(10.5 + 28.5)


def test_without_a_limit_nobody_keeps_more_than_the_baseline_still_owes(tmp_path):
    """The price trebles: all 100 kt of year 2 are bought in year 1, and no tonne more to sell it then."""
    result = solved(ets("price: {1: 100 CNY/tCO2e, 2: 300 CNY/tCO2e}, banking: true", head=TWO), tmp_path)
    assert traded(result, "bought") == [200, 0]
    assert result.plan.objective == pytest.approx(20)


def test_what_is_held_at_the_start_is_used(tmp_path):
    """30 kt held: 70 are bought, or 100 where there is a bank for them and the price of year 2 is higher."""
    result = solved(ets("banking: {keep: 0 ktCO2e, start: 30 ktCO2e}", head=TWO), tmp_path)
    assert traded(result, "bought") == [70, 100]
    keys = "price: {1: 100 CNY/tCO2e, 2: 300 CNY/tCO2e}, banking: {keep: 30 ktCO2e, start: 30 ktCO2e}"
    assert traded(solved(ets(keys, head=TWO), tmp_path), "bought") == [100, 70]


def test_what_is_left_at_the_end_is_worth_nothing_unless_it_is_said(tmp_path):
    """20 kt too many in the one year, no sales: lost; kept at 100 CNY/t, paid in the year after: 2 / 1.1 at 10 %."""
    head = ONE + "discount_rate: 10 %\n"
    keys = "free_allocation: 120 ktCO2e, banking: {keep: 50 ktCO2e}, sell: false"
    assert least_cost(ets(keys, head=head), tmp_path) == pytest.approx(0)
    valued = solved(ets(f"{keys}, final_value: price", head=head), tmp_path)
    assert valued.plan.objective == pytest.approx(-2 / 1.1)
    assert valued.accounts.after == {"ets": pytest.approx(-2)}


def test_allowances_of_next_year_only_where_that_is_said(tmp_path):
    """80 given each year, no purchases: 20 too few in year 1. A tenth of what is due may be borrowed, 30 % at 10 %."""
    keys = "free_allocation: {1: 80 ktCO2e, 2: 130 ktCO2e}, buy: false, sell: false"
    assert ask(ets(keys, head=TWO), tmp_path).result is None
    assert ask(ets(f"{keys}, borrowing: {{share: 10 %}}", head=TWO), tmp_path).result is None
    result = solved(ets(f"{keys}, borrowing: {{share: 30 %, interest: 10 %}}", head=TWO), tmp_path)
    assert traded(result, "borrowed")[0] == pytest.approx(20, abs=8.1)
    assert traded(result, "returned")[1] == pytest.approx(1.1 * traded(result, "borrowed")[0])
    just = keys.replace("130", "122")
    assert ask(ets(f"{just}, borrowing: {{share: 20 %, interest: 10 %}}", head=TWO), tmp_path).result is not None
    less = keys.replace("130", "121.9")
    assert ask(ets(f"{less}, borrowing: {{share: 20 %, interest: 10 %}}", head=TWO), tmp_path).result is None


@pytest.mark.parametrize(("share", "cost"), [("0 %", 10), ("5 %", 9.7), ("20 %", 8.8), ("100 %", 4)])
def test_credits_are_a_share_of_what_is_due(share, cost, tmp_path):
    """Credits at 40 CNY/t instead of allowances at 100, for 5 of 100 kt: 95 x 100 + 5 x 40 = 9.7 MCNY.

    If the share were forgotten, it would be 4 whatever it is; if no credit were admitted, 10.
    """
    keys = f"credits: {{share: {share}, price: 40 CNY/tCO2e}}"
    assert least_cost(ets(keys, head=ONE), tmp_path) == pytest.approx(cost)


def test_the_share_is_of_what_is_due_with_the_plan(tmp_path):
    """The kiln leaves 70 kt due, 10 % of that are 7 kt of credits; of the baseline it would be 10."""
    keys = "credits: {share: 10 %, price: 0 CNY/tCO2e}"
    result = solved(ets(keys, KILN, head=ONE), tmp_path)
    assert traded(result, "credits") == [7]


def test_every_entity_has_an_account_unless_they_are_pooled(tmp_path):
    """The works have 20 kt too many, the yard 20 too few; without sales the yard buys. Pooled, they need nothing."""
    head = (
        ONE
        + """entities: {group: {}, works: {parent: group}, yard: {parent: group}}
sources:
  kiln: {entity: works, scope: 1, baseline: 50 ktCO2e}
  cranes: {entity: yard, scope: 1, baseline: 50 ktCO2e}
"""
    )
    keys = "entities: [works, yard], free_allocation: {works: 70 ktCO2e, yard: 30 ktCO2e}, sell: false"
    result = solved(ets(keys, head=head), tmp_path)
    assert result.plan.objective == pytest.approx(2)
    assert traded(result, "lapsed", account="works") == [20]
    pooled = "entities: [works, yard], pooled: true, free_allocation: 100 ktCO2e, sell: false"
    assert least_cost(ets(pooled, head=head), tmp_path) == pytest.approx(0)


def test_a_source_answers_to_the_nearest_entity(tmp_path):
    """The pit lies below the works, and both are named: its 30 kt are due once, on its own account."""
    head = (
        ONE
        + """entities: {group: {}, works: {parent: group}, pit: {parent: works}}
sources:
  kiln: {entity: works, scope: 1, baseline: 50 ktCO2e}
  drill: {entity: pit, scope: 1, baseline: 30 ktCO2e}
"""
    )
    result = solved(ets("entities: [works, pit]", head=head), tmp_path)
    assert (traded(result, "due", account="works"), traded(result, "due", account="pit")) == ([50], [30])


@pytest.mark.parametrize(
    ("budget", "weighs"),
    [
        ("covers: cash", True),
        ("covers: cash, entity: works", True),
        ("covers: cash, entity: yard", False),
        ("covers: cash, tags: green", False),
        ("covers: cash, projects: p", False),
        ("covers: capex", False),
    ],
)
def test_allowances_weigh_on_cash_budgets_of_their_entity(budget, weighs, tmp_path):
    """10 MCNY of allowances of the works: cash of the works and of the group, and of nobody else."""
    text = f"""{ONE}entities: {{group: {{}}, works: {{parent: group}}, yard: {{parent: group}}}}
sources: {{kiln: {{entity: works, scope: 1, baseline: 100 ktCO2e}}}}
projects: {{p: {{kind: programme, entity: works, tags: [green]}}}}
markets: {{ets: {{entities: works, price: 100 CNY/tCO2e}}}}
budgets: {{b: {{{budget}, limit: LIMIT MCNY}}}}
"""
    if weighs:
        refused(text.replace("LIMIT", "9.99"), tmp_path)
        assert solved(text.replace("LIMIT", "10"), tmp_path).accounts.budgets["b"]["spend"].tolist() == [10]
    else:
        assert least_cost(text.replace("LIMIT", "0"), tmp_path) == pytest.approx(10)


def test_neutrality_buys_where_the_market_sells_and_pays_twice_for_two_uses(tmp_path):
    """A target without a price takes the market's credits at 40 CNY/t: 10 kt for it, 5 kt for the market, 0.6 MCNY.

    Proves that one credit never serves both: if the 5 kt surrendered counted for the target, 0.4 would do.
    """
    text = (
        ets("credits: {share: 5 %, price: 40 CNY/tCO2e}", KILN, ONE)
        + "targets: {net: {kind: neutrality, by: 1, credits: 100 %, residual: 100 %}}\n"
    )
    result = solved(text, tmp_path)
    assert gross(result) == [70]
    assert result.accounts.credits["net"].tolist() == pytest.approx([70])
    assert traded(result, "credits") == [3.5]
    assert result.plan.objective == pytest.approx(2 + 66.5 * 0.1 + 3.5 * 0.04 + 70 * 0.04)


def test_two_markets_may_cover_one_source(tmp_path):
    """Abroad and at home: 100 kt are due in both, 10 and 5 MCNY."""
    text = f"{ONE}markets: {{a: {{price: 100 CNY/tCO2e}}, b: {{price: 50 CNY/tCO2e}}}}\n"
    assert least_cost(text, tmp_path) == pytest.approx(15)


def test_a_market_that_cannot_be_served_is_named(tmp_path):
    """70 kt are given, nothing can be bought, and the kiln leaves 70.1: the market is to blame, the budget is not."""
    text = ets("free_allocation: 70 %, buy: false", KILN.replace("30 %", "29.9 %"))
    conflict = refused(text + "budgets: {b: {limit: 9 MCNY}}\n", tmp_path)
    assert [(i.kind, i.id) for i in conflict.items] == [("market", "ets")]
    assert conflict.sentences[0] == "Whatever is started, what is due in the market ets cannot hold."
    assert solved(ets("free_allocation: 70 %, buy: false", KILN), tmp_path).plan.objective == pytest.approx(6)


def test_allowances_are_conserved_to_the_last_unit(tmp_path):
    """Everything at once over three years: what was given, bought, borrowed, credited and held is all accounted for."""
    keys = (
        "price: {1: 80 CNY/tCO2e, 3: 130 CNY/tCO2e}, free_allocation: {1: 110 ktCO2e, 3: 60 ktCO2e}, spread: 3 %, "
        "banking: {keep: 4 ktCO2e, multiple: 1.5, start: 2 ktCO2e}, borrowing: {share: 5 %, interest: 3 %}, "
        "credits: {share: 4 %, price: 60 CNY/tCO2e}"
    )
    found = solved(ets(keys, KILN), tmp_path).accounts.carbon["ets", "group"]
    had = sum(found[k].sum() for k in ("free", "bought", "borrowed", "credits", "own")) + 2
    gone = sum(found[k].sum() for k in ("due", "sold", "returned", "lapsed")) + found["banked"][-1]
    assert had == pytest.approx(gone, abs=1e-9)
    assert np.all(found["lapsed"] >= -1e-9)
