"""Neutrality: what is left is removed, or covered by admitted credits; the residual is capped first."""

import pytest

from tests.helpers import least_cost, refused, row, solved


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
