"""Compiling: organisation, sources, projects, budgets and targets as numbers."""

import numpy as np
import pytest

from tests.helpers import instance_of

GROUP = """
horizon: {first: 2026, last: 2028}
base_year: 2024
discount_rate: 10 %
entities:
  group: {}
  yard: {parent: group, revenue: {2024: 80 MCNY, 2026: 100 MCNY}, avoided_baseline: 3 ktCO2e}
  dock: {parent: yard, revenue: 40 MCNY}
  road: {parent: group, revenue: 50 MCNY}
sources:
  cranes: {entity: yard, scope: 1, baseline: {2024: 90 ktCO2e, 2026: 100 ktCO2e}}
  winches: {entity: dock, scope: 2, activity: {2024: 80 GWh, 2026: 100 GWh}, factor: 0.5 tCO2e/MWh,
            market_factor: 0.25 tCO2e/MWh}
  goods: {entity: road, scope: 3, category: 1, baseline: 200 ktCO2e}
"""


def test_entities_know_what_is_below_and_earned(tmp_path):
    """The yard's own revenue stands above that of the dock below it; the group has the sum of yard and road."""
    group, yard, dock, road = instance_of(GROUP, tmp_path).entities
    assert (group.below, yard.below, dock.below, road.below) == ({0, 1, 2, 3}, {1, 2}, {2}, {3})
    assert (group.parent, dock.parent) == (None, 1)
    assert (yard.revenue.tolist(), yard.base_revenue) == ([100, 100, 100], 80)
    assert (group.revenue.tolist(), group.base_revenue) == ([150, 150, 150], 130)
    assert (group.avoided_baseline.tolist(), group.declares_avoided, yard.declares_avoided) == ([3, 3, 3], False, True)
    assert road.avoided_baseline is None


def test_a_scenario_without_entities_has_one(tmp_path):
    instance = instance_of("projects: {p: {kind: programme}}", tmp_path)
    assert [e.id for e in instance.entities] == ["group"]
    assert (instance.projects[0].entity, instance.sources[0].entity) == (0, 0)


def test_entries_without_an_entity_belong_to_the_top(tmp_path):
    text = "entities: {all: {}, yard: {parent: all}}\nprojects: {p: {kind: programme}}"
    instance = instance_of(text, tmp_path)
    assert (instance.projects[0].entity, instance.sources[0].entity) == (0, 0)


def test_sources_in_two_ledgers(tmp_path):
    """Activity x factor by location and by market; a baseline is the same in both."""
    cranes, winches, goods = instance_of(GROUP, tmp_path).sources
    assert winches.baseline["location"].tolist() == [50, 50, 50]
    assert winches.baseline["market"].tolist() == [25, 25, 25]
    assert winches.base == {"location": 40, "market": 20}
    assert (winches.has_market, cranes.has_market, goods.category) == (True, False, 1)
    assert (cranes.base["market"], cranes.baseline["market"].tolist()) == (90, [100, 100, 100])


def test_discounting(tmp_path):
    """The first year counts whole; what is salvaged is worth a year more than the last year's money."""
    instance = instance_of(GROUP, tmp_path)
    assert instance.discount.tolist() == pytest.approx([1, 1 / 1.1, 1 / 1.21])
    assert instance.salvage_discount == pytest.approx(1.1**-3)
    assert (instance.first, instance.last, instance.year_index(2027)) == (2026, 2028, 1)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("", (True, 1, 0, None, "")),
        ("committed: true", (True, 1, 1, None, "")),
        ("units: {max: 5}", (True, 5, 0, None, "units")),
        ("units: {max: 5, min: 2, per_year: 3}", (True, 5, 2, 3, "units")),
        ("units: {max: 5}, committed: true", (True, 5, 1, None, "units")),
        ("size: {max: 300 MW, per_year: 60 MW}", (False, 300, 0, 60, "MW")),
        ("size: {max: 300 MW, min: 5000 kW}", (False, 300, 5, None, "MW")),
        ("size: {max: 0.3 GW, per_year: 60 MW}, committed: true", (False, 0.3, 0.3, 0.06, "GW")),
    ],
)
def test_amounts(entry, expected, tmp_path):
    """Whole or not, most, least, per year and the unit: a size counts in the unit of its own `max`."""
    p = instance_of(f"projects: {{p: {{kind: programme, {entry}}}}}", tmp_path).projects[0]
    assert (p.integer, p.most, p.least, p.per_year, p.unit) == expected


def test_windows_are_cut_to_the_horizon(tmp_path):
    text = "projects: {p: {kind: programme, start: [0, 2]}, q: {kind: programme, start: [2, 9]}, r: {kind: programme}}"
    starts = [p.starts.tolist() for p in instance_of(text, tmp_path).projects]
    assert starts == [[1, 2], [2, 3], [1, 2, 3]]


def test_figures_are_per_unit_of_the_size(tmp_path):
    """1 GW of size: capex 2 kCNY/kW is 2,000 MCNY a GW; 1,100 MWh/MW are 1,100 GWh a GW; 5 tCO2e/MW are 5 kt a GW."""
    text = """
sources: {power: {scope: 2, activity: 9000 GWh, factor: 0.5 tCO2e/MWh}}
projects:
  p: {kind: facility, size: {max: 3 GW}, capex: 2 kCNY/kW, opex: 40 kCNY/MW, yield: 1100 MWh/MW, supplies: power,
      price: 0.5 CNY/kWh, abates: {power: 5 tCO2e/MW}, avoids: 1 tCO2e/MW}
"""
    p = instance_of(text, tmp_path).projects[0]
    assert p.capex_each == pytest.approx(2000)
    assert p.opex[0].tolist() == pytest.approx([40, 40, 40])
    assert p.delivery.output.tolist() == pytest.approx([1100] * 3)
    assert p.delivery.price.tolist() == pytest.approx([0.5] * 3)
    assert (p.abatements[0].form, p.abatements[0].amount[0]) == ("tonnes", pytest.approx(5))
    assert p.avoids.tolist() == pytest.approx([1] * 3)


def test_forms_of_abatement(tmp_path):
    """A share, tonnes, or activity of the source, by the dimension of what is written."""
    text = """
sources: {power: {scope: 2, activity: 100 GWh, factor: 0.5 tCO2e/MWh, market_factor: 1 tCO2e/MWh}}
projects: {p: {kind: upgrade, abates: {power: AMOUNT}, abates_market: {power: 5 %}}}
"""
    for amount, form in (("5 %", "share"), ("0.05", "share"), ("5 ktCO2e", "tonnes"), ("5 GWh", "activity")):
        ours, market = instance_of(text.replace("AMOUNT", amount), tmp_path).projects[0].abatements
        assert (ours.form, ours.counts_in("location"), ours.counts_in("market")) == (form, True, True)
        assert (market.counts_in("location"), market.counts_in("market")) == (False, True)


def test_requirements_keep_their_clauses(tmp_path):
    text = """
projects:
  a: {kind: programme}
  b: {kind: programme}
  c: {kind: programme, requires: {any_of: {a: 2, b: 1}, b: 3}, excludes: [a]}
  d: {kind: programme, excludes: [c, a]}
groups: {g: {projects: [a, b, a], at_most: 1}}
"""
    instance = instance_of(text, tmp_path)
    assert instance.projects[2].requires == (((0, 2), (1, 1)), ((1, 3),))
    assert instance.exclusions == ((0, 2), (0, 3), (2, 3))
    assert instance.groups[0].projects == (0, 1)


@pytest.mark.parametrize(
    ("target", "years"),
    [
        ("kind: reduction, by: 2027, cut: 1 %", [1, 2]),
        ("kind: reduction, by: 2020, cut: 1 %", [0, 1, 2]),
        ("kind: reduction, by: 2026, until: 2027, cut: 1 %", [0, 1]),
        ("kind: reduction, by: 2026, until: 2050, cut: 1 %", [0, 1, 2]),
        ("kind: reduction, in: [2028, 2026, 2028], cut: 1 %", [0, 2]),
        ("kind: peak, by: 2026", [1, 2]),
        ("kind: peak, by: 2026, until: 2027", [1]),
        ("kind: peak, by: 2028", []),
        ("kind: carbon_budget, years: [2026, 2027], at_most: 1 ktCO2e", [1]),
        ("kind: historical, by: 2027, stock: 1 ktCO2e", [1]),
    ],
)
def test_years_in_which_a_target_is_tested(target, years, tmp_path):
    """A peak is tested after its year, sums in their last year, everything else from `by` on."""
    assert instance_of(GROUP + f"targets: {{t: {{{target}}}}}", tmp_path).targets[0].years.tolist() == years


def test_bases_and_caps(tmp_path):
    """Base 2024: 90 + 40 + 200 by location, 90 + 20 + 200 by market; caps by share, by quantity, against baseline."""
    text = (
        GROUP
        + """
targets:
  a: {kind: reduction, by: 2028, cut: 10 %}
  b: {kind: reduction, by: 2028, cut: 10 %, basis: market}
  c: {kind: reduction, by: 2028, cut: 30 ktCO2e, entity: yard}
  d: {kind: reduction, by: 2028, cut: 10 %, against: baseline, scopes: 1}
  e: {kind: peak, by: 2026, at_most: 110 %, scopes: 1}
  f: {kind: neutrality, by: 2028, residual: 10 %, credits: 5 %, credit_price: 1 CNY/tCO2e, entity: road}
  g: {kind: intensity, by: 2028, cut: 50 %, entity: yard}
"""
    )
    a, b, c, d, e, f, g = instance_of(text, tmp_path).targets
    assert (a.base, b.base, c.base) == (330, 310, 130)
    assert np.allclose([a.cap[2], b.cap[2], c.cap[2], d.cap[2]], [297, 279, 100, 90])
    assert e.cap == pytest.approx(99)
    assert (f.residual, *f.credits) == pytest.approx((20, *[10] * len(f.credits)))
    assert g.limit == pytest.approx(0.5 * 130 / 80)
    assert g.denominator.tolist() == [100, 100, 100]


def test_sinks_of_a_target(tmp_path):
    """All below the entity, durable ones for the past, or those named."""
    text = (
        GROUP
        + """
projects:
  wood: {kind: sink, entity: dock, removal: 1 ktCO2e}
  moor: {kind: sink, entity: road, removal: 1 ktCO2e, durable: true}
  rock: {kind: sink, entity: yard, removal: 1 ktCO2e, durable: true}
targets:
  a: {kind: neutrality, by: 2028, entity: yard}
  b: {kind: historical, by: 2028, stock: 1 ktCO2e}
  c: {kind: carbon_budget, years: [2026, 2028], at_most: 1 ktCO2e}
  d: {kind: carbon_budget, years: [2026, 2028], at_most: 1 ktCO2e, net: true, removals: [moor]}
  e: {kind: reduction, by: 2028, cut: 1 %}
"""
    )
    assert [t.sinks for t in instance_of(text, tmp_path).targets] == [(0, 2), (1, 2), (), (1,), ()]


def test_lower_prices_are_collected_at_the_project(tmp_path):
    text = """
projects:
  a: {kind: research, lowers_capex: {c: 10 %}}
  b: {kind: programme, lowers_capex: {c: 20 %, a: 0 %}}
  c: {kind: upgrade}
"""
    instance = instance_of(text, tmp_path)
    assert instance.projects[2].cheaper == ((0, 0.1), (1, 0.2))
    assert instance.projects[0].cheaper == ()
