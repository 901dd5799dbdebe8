"""Money of fleets: capex, running cost, scrap and worth, and which budgets see them."""

import pytest

from tests.fleets import begun, spent
from tests.helpers import refused, solved

ONE = """
fleets:
  ships:
    TAGS
    states: {old: {count: 1, emissions: 10 ktCO2e, opex: 5 MCNY}, best: {emissions: 1 ktCO2e, opex: 2 MCNY}}
    changes: [{from: old, to: best, capex: 20 MCNY MORE}]
targets: {cap: {kind: reduction, by: 3, cut: 9 ktCO2e, sources: [ships]}}
"""


def one(more: str = "", tags: str = "") -> str:
    text = ONE.replace(" MORE", more)
    return text.replace("    TAGS\n", f"    {tags}\n" if tags else "")


@pytest.mark.parametrize(
    ("more", "capex"),
    [
        ("", [20, 0, 0]),
        (", lead_time: 2", [10, 10, 0]),
        (", lead_time: 2, capex_profile: [30 %, 70 %]", [6, 14, 0]),
        (", lead_time: 1, capex_profile: [50 %, 25 %, 25 %]", [10, 5, 5]),
    ],
)
def test_capex_is_spread_like_that_of_projects(more, capex, tmp_path):
    """Begun in year 1: in the year with no lead time, evenly over the lead time, or by a profile."""
    assert spent(solved(one(more + ", until_year: 1"), tmp_path), "capex") == capex


def test_a_list_of_capex_is_by_year_since_the_change_began(tmp_path):
    text = one(", until_year: 1").replace("capex: 20 MCNY", "capex: [5 MCNY, 0 MCNY, 7 MCNY]")
    assert spent(solved(text, tmp_path), "capex") == [5, 0, 7]


def test_capex_follows_its_trend_from_the_price_year(tmp_path):
    """10 % a year from year -1: in year 2 it is 20 x 1.1^3; the year that the change begins decides."""
    text = "price_year: -1\n" + one(", cost_trend: 10 %, from_year: 2, until_year: 2")
    assert spent(solved(text, tmp_path), "capex") == pytest.approx([0, 20 * 1.1**3, 0])


def test_scrapping_brings_and_costs_at_the_end_of_life_too(tmp_path):
    """One asset retires in year 2: it brings 6 and costs 2 to break up, although no scrapping may begin."""
    text = """
fleets:
  ships:
    states: {old: {count: 1, opex: 1 MCNY}}
    retire: {old: {2: 1}}
    changes: [{from: new, to: old, capex: 10 MCNY}, {from: old, to: scrap, capex: 2 MCNY, scrap_value: 6 MCNY, max: 0}]
"""
    result = solved(text, tmp_path)
    assert spent(result, "capex") == [0, 12, 0]
    assert spent(result, "income") == [0, -6, 0]


def test_scrap_value_can_pay_for_an_early_end(tmp_path):
    """Two assets, one needed: the second is scrapped in year 1 when it brings 6, in year 3 when 8 and opex is low."""
    text = """
fleets:
  ships:
    size: 1
    states: {old: {count: 2, opex: OPEX MCNY}}
    changes: [{from: old, to: scrap, scrap_value: {1: 6 MCNY, 3: 8 MCNY}}]
"""
    assert begun(solved(text.replace("OPEX", "2"), tmp_path), "old to scrap") == {1: 1}
    assert begun(solved(text.replace("OPEX", "0.5"), tmp_path), "old to scrap") == {3: 1}


SALVAGE = """
discount_rate: RATE
salvage: RULE
fleets:
  ships:
    states: {old: {count: 1}, best: {}}
    retire: {old: {2: 1}}
    changes: [{from: new, to: best, capex: 100 MCNY, life: 4}]
"""


@pytest.mark.parametrize(
    ("rule", "rate", "share"),
    [("none", 0, 0), ("linear", 0, 0.5), ("linear", 0.1, 0.5), ("annuity", 0, 0.5),
     ("annuity", 0.1, (1 - 1.1**-2) / (1 - 1.1**-4))],
)  # fmt: skip
def test_unused_life_is_worth_what_it_is_for_projects(rule, rate, share, tmp_path):
    """Built in year 2 with a life of 4, two years are left after year 3; discounted to the year after the last."""
    text = SALVAGE.replace("RULE", rule).replace("RATE", f"{rate * 100:g} %")
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(100 / (1 + rate) - share * 100 / (1 + rate) ** 3)
    assert result.accounts.salvage["ships"] == pytest.approx(share * 100)


def test_what_leaves_before_the_end_has_no_worth(tmp_path):
    """One more asset is needed in year 2 only, for 100 with half its life left after year 3.

    Scrapping it brings 45 in year 3, keeping it a worth of 50: it is kept. At 55 it is scrapped, and the worth is gone:
    counting both would make it 100 - 105.
    """
    text = """
salvage: linear
fleets:
  ships:
    activity: {1: 1 Mt, 2: 2 Mt, 3: 1 Mt}
    states: {old: {count: 1, capacity: 1 Mt}, best: {capacity: 1 Mt}}
    changes: [{from: new, to: best, capex: 100 MCNY, life: 4}, {from: best, to: scrap, scrap_value: VALUE MCNY},
              {from: old, to: scrap, max: 0}]
"""
    kept = solved(text.replace("VALUE", "45"), tmp_path)
    assert (kept.plan.objective, kept.accounts.salvage["ships"]) == (pytest.approx(50), pytest.approx(50))
    gone = solved(text.replace("VALUE", "55"), tmp_path)
    assert (gone.plan.objective, gone.accounts.salvage["ships"]) == (pytest.approx(45), 0)


def test_a_retrofit_has_a_worth_only_with_a_life(tmp_path):
    """20 in year 1 with a life of 6 has half of it left after year 3; without a life nothing is."""
    text = one(", until_year: 1").replace("fleets:", "salvage: linear\nfleets:", 1)
    assert solved(text, tmp_path).accounts.salvage["ships"] == 0
    worth = solved(text.replace("until_year: 1", "until_year: 1, life: 6"), tmp_path)
    assert worth.accounts.salvage["ships"] == pytest.approx(10)


def test_a_new_asset_keeps_its_worth_when_it_is_refitted_later(tmp_path):
    """A hull of 100 (half its life left: 50) is refitted in year 3 for 10 with 8 of 9 years left.

    Both count: the hull does not lose its worth by the gear, nor the gear by the hull.
    """
    text = """
salvage: linear
fleets:
  ships:
    states: {old: {count: 1, emissions: 9 ktCO2e}, ready: {emissions: 9 ktCO2e}, best: {}}
    retire: {old: {2: 1}}
    changes: [{from: new, to: ready, capex: 100 MCNY, life: 4}, {from: ready, to: best, capex: 9 MCNY, life: 9}]
targets: {cap: {kind: reduction, by: 3, cut: 9 ktCO2e, sources: [ships]}}
"""
    result = solved(text, tmp_path)
    assert begun(result, "ready to best") == {3: 1}
    assert result.accounts.salvage["ships"] == pytest.approx(50 + 8)
    assert result.plan.objective == pytest.approx(109 - 58)


@pytest.mark.parametrize(
    ("budget", "limit", "holds"),
    [
        ("{limit: LIMIT MCNY}", 20, True),
        ("{limit: LIMIT MCNY}", 19.9, False),
        ("{tags: green, limit: LIMIT MCNY}", 19.9, False),
        ("{tags: fleet, limit: LIMIT MCNY}", 19.9, False),
        ("{tags: other, limit: LIMIT MCNY}", 0, True),
        ("{entity: yard, limit: LIMIT MCNY}", 19.9, False),
        ("{entity: quay, limit: LIMIT MCNY}", 0, True),
        ("{covers: cash, limit: LIMIT MCNY}", 22, True),
        ("{covers: cash, limit: LIMIT MCNY}", 21.9, False),
        ("{covers: cash, tags: fleet, limit: LIMIT MCNY}", 21.9, False),
        ("{projects: [p], limit: LIMIT MCNY}", 0, True),
    ],
)
def test_which_budgets_see_a_fleet(budget, limit, holds, tmp_path):
    """A change of 20 (20 + 2 of cash in its year) weighs on budgets of its entity or above and of any of its tags.

    Tags of the fleet count for all its money, those of a change for its capex.
    """
    text = one(", tags: green", tags="tags: [fleet]\n    entity: yard").replace("sources: [ships]", "sources: [ships]")
    text = "entities: {group: {}, yard: {parent: group}, quay: {parent: group}}\nsources: {}\n" + text
    text += "projects: {p: {kind: programme, entity: group, tags: [other]}}\n"
    text += f"budgets: {{b: {budget.replace('LIMIT', str(limit))}}}\n"
    if holds:
        assert sum(spent(solved(text, tmp_path), "capex")) == 20
    else:
        refused(text, tmp_path)
