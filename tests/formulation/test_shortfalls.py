"""Shortfalls: targets that may be missed, for a penalty or in the order of their priority."""

import pytest

from tests.helpers import ask, least_cost, refused, row, solved, starts


def cuts(*targets: str, more: str = "") -> str:
    """Up to 50 kt at 1 MCNY each."""
    listed = ", ".join(f"t{i}: {{{t}}}" for i, t in enumerate(targets, start=1))
    return f"""
projects:
  p: {{kind: upgrade, size: {{max: 50 MW}}, capex: 1 MCNY/MW, abates: {{site: 1 ktCO2e/MW}}}}
{more}
targets: {{{listed}}}
"""


CUT = "kind: reduction, in: 3, cut: {} ktCO2e"


def test_a_penalty_is_paid_where_it_is_cheaper(tmp_path):
    """40 kt at 1 MCNY each or at 0.9 of penalty: 36 and nothing cut; at 1.1 all is cut for 40."""
    cheap = solved(cuts(CUT.format(40) + ", penalty: 900 CNY/tCO2e"), tmp_path)
    assert (cheap.plan.objective, cheap.missed, starts(cheap)) == (pytest.approx(36), ["t1"], {})
    dear = solved(cuts(CUT.format(40) + ", penalty: 1100 CNY/tCO2e"), tmp_path)
    assert (dear.plan.objective, dear.missed) == (pytest.approx(40), [])


def test_a_penalty_for_what_cannot_be_had(tmp_path):
    """60 kt, of which 50 can be cut: 50 + 10 x 1.1 = 61. A hard target of 60 has no plan."""
    result = solved(cuts(CUT.format(60) + ", penalty: 1100 CNY/tCO2e"), tmp_path)
    assert result.plan.objective == pytest.approx(61)
    assert row(result, "t1", 3).margin == pytest.approx(-10)
    assert result.plan.claims.shortfall["t1"] == pytest.approx([0, 0, 10])
    refused(cuts(CUT.format(60)), tmp_path)


def test_penalties_are_paid_every_year_and_discounted(tmp_path):
    """10 kt short in years 2 and 3 at 0.5: 5 / 1.1 + 5 / 1.21."""
    text = (
        cuts("kind: reduction, by: 2, cut: 60 ktCO2e, penalty: 500 CNY/tCO2e", CUT.format(50)) + "discount_rate: 10 %\n"
    )
    text = text.replace("size:", "start: 1, size:")
    assert least_cost(text, tmp_path) == pytest.approx(50 + 5 / 1.1 + 5 / 1.21)


def test_the_greatest_shortfall_of_a_year_is_paid_once(tmp_path):
    """Neutrality with a residual of 30 %: net 100 short, residual 70 short; the 100 are paid, not the 170."""
    text = "targets: {net: {kind: neutrality, in: 3, residual: 30 %, penalty: 100 CNY/tCO2e}}"
    assert least_cost(text, tmp_path) == pytest.approx(10)


@pytest.mark.parametrize(
    ("target", "cost"),
    [
        ("kind: peak, by: 2", 2),
        ("kind: peak, by: 2, shape: no_rise", 2),
        ("kind: peak, by: 1, shape: no_rise", 2),
        ("kind: peak, by: 1", 2),
        ("kind: peak, by: 2, at_most: 110 ktCO2e", 2),
        ("kind: peak, by: 2, at_most: 90 ktCO2e", 5),
        ("kind: peak, by: 2, shape: window, years: 1", 2),
        ("kind: carbon_budget, years: [1, 3], at_most: 300 ktCO2e", 2),
    ],
)
def test_every_shape_of_peak_may_be_missed(target, cost, tmp_path):
    """100, 100, 120 at 0.1 per kt: a rise of 20 kt costs 2; a cap of 90 is missed by 10, 10 and 30, which costs 5.

    In a year with two rules the greater shortfall counts: 30 and not 50 in year 3.
    """
    text = f"""
sources: {{site: {{scope: 1, baseline: {{2: 100 ktCO2e, 3: 120 ktCO2e}}}}}}
targets: {{t1: {{{target}, penalty: 100 CNY/tCO2e}}}}
"""
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(cost)
    assert result.missed == ["t1"]


def test_priority_gives_way_only_if_it_must(tmp_path):
    """40 kt can be cut, at whatever cost: a target with a priority is kept like a hard one, and nothing gave way."""
    result = solved(cuts(CUT.format(40) + ", priority: 1"), tmp_path)
    assert (result.plan.objective, result.missed, result.plan.gave_way) == (pytest.approx(40), [], ())


def test_priority_gives_way_by_the_least(tmp_path):
    """60 asked for, 50 to be had: short by 10, and all 50 are paid for. A penalty would have stopped at its price."""
    result = solved(cuts(CUT.format(60) + ", priority: 1"), tmp_path)
    assert result.plan.objective == pytest.approx(50, abs=1e-4)
    assert result.plan.gave_way == ("t1",)
    assert result.missed == ["t1"]
    assert row(result, "t1", 3).margin == pytest.approx(-10, abs=1e-4)


@pytest.mark.parametrize(("first", "second", "missed"), [(1, 2, "t1"), (2, 1, "t2")])
def test_one_gives_way_first(first, second, missed, tmp_path):
    """A budget of 40 pays for one source and a third of the other: priority 1 gives way, priority 2 is kept whole."""
    text = f"""
sources: {{a: {{scope: 1, baseline: 100 ktCO2e}}, b: {{scope: 1, baseline: 100 ktCO2e}}}}
projects:
  p: {{kind: upgrade, start: 3, size: {{max: 40 MW}}, capex: 1 MCNY/MW, abates: {{a: 1 ktCO2e/MW}}}}
  q: {{kind: upgrade, start: 3, size: {{max: 40 MW}}, capex: 1 MCNY/MW, abates: {{b: 1 ktCO2e/MW}}}}
budgets: {{money: {{limit: 40 MCNY}}}}
targets:
  t1: {{kind: reduction, sources: a, in: 3, cut: 30 ktCO2e, priority: {first}}}
  t2: {{kind: reduction, sources: b, in: 3, cut: 30 ktCO2e, priority: {second}}}
"""
    result = solved(text, tmp_path)
    assert result.plan.gave_way == (missed,)
    assert row(result, missed, 3).margin == pytest.approx(-20, abs=1e-4)


def test_equal_priorities_share_the_least_sum(tmp_path):
    """60 and 70 kt asked for with one priority, 50 to be had: both give way, by 10 and by 20."""
    text = cuts(CUT.format(60) + ", priority: 3", CUT.format(70) + ", priority: 3")
    result = solved(text, tmp_path)
    assert [row(result, t, 3).margin for t in ("t1", "t2")] == pytest.approx([-10, -20], abs=1e-4)
    assert set(result.plan.gave_way) == {"t1", "t2"}


def test_hard_targets_do_not_give_way(tmp_path):
    """Beside a hard target that cannot be kept priorities do not help: no plan, and the hard one is named."""
    conflict = refused(cuts(CUT.format(60), CUT.format(60) + ", priority: 1"), tmp_path)
    assert [i.id for i in conflict.items] == ["t1"]


def test_what_gave_way_keeps_the_rest_at_least_cost(tmp_path):
    """After giving way the cheapest plan is sought: a second, dearer way to 50 kt is not taken."""
    dear = "  q: {kind: upgrade, size: {max: 50 MW}, capex: 9 MCNY/MW, abates: {site: 1 ktCO2e/MW}, excludes: p}"
    result = solved(cuts(CUT.format(60) + ", priority: 1", more=dear), tmp_path)
    assert {p for p, _ in starts(result)} == {"p"}


@pytest.mark.parametrize(
    "target",
    [
        "kind: peak, by: 1, priority: 1",
        "kind: peak, by: 1, shape: no_rise, priority: 1",
        "kind: peak, by: 1, shape: window, years: 2, priority: 1",
        "kind: peak, by: 3, at_most: 90 ktCO2e, priority: 1",
        "kind: neutrality, in: 3, priority: 1",
        "kind: carbon_budget, years: [1, 3], at_most: 200 ktCO2e, priority: 1",
        "kind: historical, by: 3, stock: 10 ktCO2e, priority: 1",
        "kind: avoided, by: 2, multiple: 2, base: 10 ktCO2e, priority: 1",
        "kind: intensity, per: boxes, in: 3, cut: 50 %, priority: 1",
    ],
)
def test_every_kind_can_give_way(target, tmp_path):
    """Nothing can be done: a target with a priority gives way and a plan stands; without it there is none."""
    text = f"""
sources: {{site: {{scope: 1, baseline: {{1: 100 ktCO2e, 3: 120 ktCO2e}}}}}}
series: {{boxes: 1e6 TEU}}
targets: {{t: {{{target}}}}}
"""
    result = solved(text, tmp_path)
    assert (result.plan.gave_way, result.missed, result.plan.objective) == (("t",), ["t"], 0)
    assert ask(text.replace(", priority: 1", ""), tmp_path).result is None
