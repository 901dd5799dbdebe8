"""Neutrality: what is left is removed, or covered by admitted credits; the residual is capped first."""

import pytest

from tests.helpers import ask, least_cost, refused, row, solved


def net(target: str, base: float = 100) -> str:
    """Cutting costs 2 MCNY per kt (60 kt at most), removing 1 MCNY per kt (50 kt at most)."""
    return f"""
sources: {{site: {{scope: 1, baseline: {base} ktCO2e}}}}
projects:
  cut: {{kind: upgrade, size: {{max: 60 MW}}, capex: 2 MCNY/MW, abates: {{site: 1 ktCO2e/MW}}}}
  wood: {{kind: sink, size: {{max: 50 ha}}, capex: 1 MCNY/ha, removal: 1 ktCO2e/ha}}
targets: {{net: {{kind: neutrality, in: 3, {target}}}}}
"""


def test_cut_and_remove(tmp_path):
    """50 kt removed for 50 and 50 kt cut for 100: 150. With 111 kt to be rid of there is no plan.

    If removals did not count, nothing would be possible; if they were for free, 100.
    """
    assert least_cost(net("removals: [wood]"), tmp_path) == pytest.approx(150)
    assert least_cost(net("removals: [wood]", 110), tmp_path) == pytest.approx(170)
    refused(net("removals: [wood]", 110.1), tmp_path)


@pytest.mark.parametrize(("residual", "cost"), [("100 %", 150), ("50 %", 150), ("45 %", 155), ("40 %", 160)])
def test_the_residual_is_capped_before_removals(residual, cost, tmp_path):
    """At most 45 kt may be left gross: 55 cut for 110, 45 removed for 45. A residual of half changes nothing."""
    assert least_cost(net(f"residual: {residual}"), tmp_path) == pytest.approx(cost)


def test_a_residual_below_what_can_be_cut(tmp_path):
    """60 of 100 kt can be cut: a residual of 40 % can be kept, 39 % cannot, however much is removed."""
    refused(net("residual: 39 %"), tmp_path)


@pytest.mark.parametrize(
    ("credits", "cost"), [("0 %", 150), ("10 %", 135), ("30 %", 105), ("50 %", 75), ("80 %", 60), ("100 %", 50)]
)
def test_credits_up_to_their_share_of_the_base(credits, cost, tmp_path):
    """A credit at 500 CNY/t (0.5 per kt) beats cutting and removing as far as it is admitted.

    10 %: ten credits for 5, 50 removed, 40 cut for 80: 135. 80 %: 80 credits for 40, 20 removed: 60. If the share
    were one of the gross emissions left, 10 % would admit six credits, not ten.
    """
    text = net(f"credits: {credits}, credit_price: 500 CNY/tCO2e")
    assert least_cost(text, tmp_path) == pytest.approx(cost)


def test_dear_credits_are_not_bought(tmp_path):
    """At 1,500 CNY/t removing is cheaper, cutting dearer: 50 removed, 50 credits for 75 rather than 50 cut for 100."""
    text = net("credits: 100 %, credit_price: 1500 CNY/tCO2e")
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(125)
    assert result.plan.decisions.credits == pytest.approx({("net", 3): 50})
    assert row(result, "net", 3, "credits").achieved == pytest.approx(50)


def test_credits_do_not_loosen_the_residual(tmp_path):
    """A residual of 45 % asks for 55 cut, whatever credits cost: 110 and 45 credits for 4.5."""
    text = net("residual: 45 %, credits: 100 %, credit_price: 100 CNY/tCO2e")
    assert least_cost(text, tmp_path) == pytest.approx(114.5)


def test_a_market_that_has_ended_sells_nothing(tmp_path):
    """A market of years 1 and 2 sells credits at 20, another of years 1 to 3 at 500 CNY/t: in year 3 100 cost 50.

    At the price of the market that is gone they would cost 2. Where that is the only one, no credit is left in year 3:
    50 removed and 50 cut cost 150, as without credits, and `check` says so.
    """
    markets = """
markets:
  gone: {until_year: 2, credits: {price: 20 CNY/tCO2e}}
  later: {FROM credits: {price: 500 CNY/tCO2e}}
"""
    text = net("credits: 100 %") + markets
    assert least_cost(text.replace("FROM", ""), tmp_path) == pytest.approx(50)
    only = ask(text.replace("FROM", "until_year: 1,"), tmp_path)
    assert only.result.plan.objective == pytest.approx(150)
    assert [w.message for w in only.reading.warnings if "credits" in w.where] == [
        "no market sells credits in 3: none can be bought then"
    ]
    begins = text.replace("FROM", "from_year: 3,").replace("in: 3", "by: 2")
    assert solved(begins, tmp_path).plan.decisions.credits == pytest.approx({("net", 2): 100, ("net", 3): 100})


def test_credits_are_bought_for_one_year(tmp_path):
    """Neutral in years 2 and 3: credits are bought twice."""
    text = net("credits: 100 %, credit_price: 100 CNY/tCO2e").replace("in: 3", "by: 2")
    result = solved(text, tmp_path)
    assert result.plan.decisions.credits == pytest.approx({("net", 2): 100, ("net", 3): 100})
    assert result.plan.objective == pytest.approx(20)


SINKS = """
entities: {group: {}, yard: {parent: group}, road: {parent: group}}
sources: {cranes: {entity: yard, scope: 1, baseline: 10 ktCO2e}}
projects:
  wood: {kind: sink, entity: ENTITY, start: 1, capex: 1 MCNY, removal: 10 ktCO2e}
  moor: {kind: sink, entity: yard, start: 1, capex: 5 MCNY, removal: 10 ktCO2e}
targets: {net: {kind: neutrality, entity: yard, by: 2, REMOVALS}}
"""


@pytest.mark.parametrize(
    ("entity", "removals", "cost"),
    [
        ("yard", "", 1),
        ("road", "", 5),
        ("group", "", 5),
        ("yard", "removals: [moor]", 5),
        ("yard", "removals: moor", 5),
        ("road", "removals: [wood]", 1),
        ("yard", "removals: [wood, moor]", 1),
    ],
)
def test_sinks_of_the_entity_or_those_named(entity, removals, cost, tmp_path):
    """Without names the sinks of the yard and below count; named ones count wherever they stand."""
    assert least_cost(SINKS.replace("ENTITY", entity).replace("REMOVALS", removals), tmp_path) == pytest.approx(cost)


def test_no_sink_counts_where_none_is_named(tmp_path):
    refused(SINKS.replace("ENTITY", "yard").replace("REMOVALS", "removals: []"), tmp_path)


def test_a_young_sink_is_not_enough(tmp_path):
    """Nothing at age 0, 10 kt from age 1: planted in year 1 it makes year 2 neutral, year 1 it cannot."""
    text = SINKS.replace("ENTITY", "yard").replace("REMOVALS", "removals: [wood]")
    growing = text.replace("removal: 10 ktCO2e}", "removal: {0: 0 ktCO2e, 1: 10 ktCO2e}}", 1)
    assert least_cost(growing, tmp_path) == pytest.approx(1)
    refused(growing.replace("by: 2", "by: 1"), tmp_path)


def test_a_buffer_is_held_back(tmp_path):
    """A buffer of 20 % leaves 8 of 10 kt: one sink is not enough, two are."""
    text = SINKS.replace("ENTITY", "yard").replace("REMOVALS", "removals: [wood, moor]")
    assert least_cost(text.replace("start: 1,", "start: 1, buffer: 20 %,"), tmp_path) == pytest.approx(6)


NESTED = """
horizon: {first: 1, last: 2}
entities: {group: {}, yard: {parent: group}, road: {parent: group}}
sources:
  cranes: {entity: yard, scope: 1, baseline: 10 ktCO2e}
  trucks: {entity: road, scope: 1, baseline: 5 ktCO2e}
targets:
  yard: {kind: neutrality, entity: yard, by: 2, credits: 100 %, credit_price: 30 CNY/tCO2e}
  group: {kind: neutrality, entity: group, by: 2, credits: SHARE, credit_price: PRICE CNY/tCO2e}
"""


@pytest.mark.parametrize(
    ("share", "price", "yard", "group"),
    [("100 %", 30, 10, 5), ("100 %", 20, 10, 5), ("100 %", 40, 10, 15)],
)
def test_a_credit_for_a_division_is_one_for_the_group(share, price, yard, group, tmp_path):
    """10 of the group's 15 kt are the yard's, and its credits are retired once: 15 credits, not 25.

    Where the group pays 40 for its credits and the yard 30, the yard's are not what the group asked for: 10 and 15.
    """
    result = solved(NESTED.replace("SHARE", share).replace("PRICE", str(price)), tmp_path)
    assert result.plan.decisions.credits == pytest.approx({("yard", 2): yard, ("group", 2): group})
    assert result.plan.objective == pytest.approx((30 * yard + price * group) * 1e-3)
    assert row(result, "group", 2, "net").margin == pytest.approx(0)


def test_what_a_group_does_not_admit_its_divisions_do_not_bring_in(tmp_path):
    """The group admits 9 of 15 kt, the yard 10 of 10: 6 are missed at 100 CNY/t, whatever the yard buys: 0.3 + 0.6.

    If all of the yard's credits counted, 5 would be missed, or none with 5 credits of the group's own.
    """
    text = NESTED.replace("SHARE", "60 %").replace("PRICE CNY/tCO2e", "30 CNY/tCO2e, penalty: 100 CNY/tCO2e")
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(0.9)
    assert row(result, "group", 2, "net").achieved == pytest.approx(6)
    assert result.plan.decisions.credits == pytest.approx({("yard", 2): 10})
    worth = {p.rule: p.value for p in result.plan.prices if p.id == "group"}
    assert worth == pytest.approx({"net emissions": 0.1, "credits": 0.1})
    refused(NESTED.replace("SHARE", "60 %").replace("PRICE", "30"), tmp_path)


def test_credits_of_another_year_scope_or_ledger_are_not_shared(tmp_path):
    """A credit for scope 1 is none for a target on scope 2, nor one for year 2 one for year 1; to each its own.

    With 10 kt of power in the yard: 10 of scope 1 and 10 of scope 2 are 0.6; 10 in year 2 and 15 in year 1 are 0.75;
    20 by location for the yard and 25 by market for the group are 1.35. Were they shared: 0.3, 0.45 and 0.75.
    """
    text = NESTED.replace("SHARE", "100 %").replace("PRICE", "30")
    assert least_cost(text.replace("group, by: 2", "group, in: 1"), tmp_path) == pytest.approx(0.75)
    power = "  power: {entity: yard, scope: 2, activity: 20 GWh, factor: 0.5 tCO2e/MWh}\n  trucks:"
    text = text.replace("  trucks:", power)
    scopes = text.replace("yard, by", "yard, scopes: [1], by").replace("group, by", "group, scopes: [2], by")
    assert least_cost(scopes, tmp_path) == pytest.approx(0.6)
    ledgers = text.replace("group, by", "group, basis: market, by")
    assert least_cost(ledgers, tmp_path) == pytest.approx(1.35)


def test_a_target_on_one_scope_is_a_part_of_one_on_both(tmp_path):
    """The yard is neutral in both scopes, 20 kt, the group in scope 2, which is 10 of them: 20 credits, and not 30."""
    power = "  power: {entity: yard, scope: 2, activity: 20 GWh, factor: 0.5 tCO2e/MWh}\n  trucks:"
    text = NESTED.replace("SHARE", "100 %").replace("PRICE", "30").replace("  trucks:", power)
    assert least_cost(text.replace("group, by", "group, scopes: [2], by"), tmp_path) == pytest.approx(0.6)


LEDGERS = (
    NESTED.replace("SHARE", "100 %")
    .replace("PRICE", "30")
    .replace("  trucks:", "  power: {entity: road, scope: 2, activity: 20 GWh, factor: 0.5 tCO2e/MWh}\n  trucks:")
)


@pytest.mark.parametrize(("yard", "cost"), [("yard", 0.75), ("road", 1.2)])
def test_a_tonne_of_scope_1_is_the_same_in_both_ledgers(yard, cost, tmp_path):
    """The yard's 10 kt of scope 1 are 10 of the group's 25 by market: 25 credits at 30 are 0.75, and not 35.

    The road has 5 kt of trucks and 10 of power: by location its credits are for other tonnes than those that the group
    counts by market, and 15 and 25 are bought for 1.2.
    """
    text = LEDGERS.replace("group, by", "group, basis: market, by").replace("entity: yard, by", f"entity: {yard}, by")
    assert least_cost(text, tmp_path) == pytest.approx(cost)


def test_what_a_target_admits_stays_where_it_can_buy_none(tmp_path):
    """The market ended with year 1; the yard pays 30 for 10 credits in year 2, and they are retired for the group, too.

    The group's own 5 kt can be cut for 1 MCNY, since it buys none itself: 1.3. Without the yard's credits it would be
    short of 10 kt, and there would be no plan. A group that admits less than the yard's 10 kt has none.
    """
    text = (
        NESTED.replace("credits: SHARE, credit_price: PRICE CNY/tCO2e", "credits: 100 %")
        + """
projects: {gas: {kind: upgrade, entity: road, start: 1, capex: 1 MCNY, abates: {trucks: 100 %}}}
markets: {m: {until_year: 1, credits: {price: 20 CNY/tCO2e}}}
"""
    )
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(1.3)
    assert result.plan.decisions.credits == pytest.approx({("yard", 2): 10})
    assert [r.required for r in result.accounts.targets if r.id == "group" and r.rule == "credits"] == [0]
    assert row(result, "group", 2, "credits counted").required == pytest.approx(15)
    refused(text.replace("group, by: 2, credits: 100 %", "group, by: 2, credits: 60 %"), tmp_path)


def test_credits_counted_stand_against_what_is_admitted(tmp_path):
    """The group admits 9 kt of credits and buys none; 9 of the yard's 10 count: 6 of 15 kt are left, none to spare."""
    text = NESTED.replace("SHARE", "60 %").replace("PRICE CNY/tCO2e", "30 CNY/tCO2e, penalty: 20 CNY/tCO2e")
    result = solved(text, tmp_path)
    assert result.plan.decisions.credits == pytest.approx({("yard", 2): 10})
    counted = row(result, "group", 2, "credits counted")
    assert (counted.required, counted.achieved, counted.margin) == pytest.approx((9, 9, 0))
    assert row(result, "group", 2, "net").achieved == pytest.approx(6)
    assert not [r for r in result.accounts.targets if r.id == "yard" and r.rule == "credits counted"]
