"""One plan that has everything a report can show, and one with names that mean harm."""

import pytest

from tests.helpers import solved

WORLD = """
name: A world for reports
horizon: {first: 2026, last: 2030}
base_year: 2024
discount_rate: 6 %
price_year: 2025
salvage: annuity
entities:
  group: {revenue: {2024: 400 MCNY, 2030: 520 MCNY}}
  yard: {parent: group, avoided_baseline: 2 ktCO2e}
sources:
  site: {entity: yard, scope: 1, baseline: {2024: 100 ktCO2e, 2030: 120 ktCO2e}}
  power: {entity: yard, scope: 2, activity: 40 GWh, factor: 0.5 tCO2e/MWh, market_factor: 0.7 tCO2e/MWh}
  goods: {entity: group, scope: 3, category: 1, baseline: 30 ktCO2e}
projects:
  lots: {kind: upgrade, entity: yard, name: Lots of lorries, units: {max: 6, per_year: 2}, lead_time: 1, life: 3,
         renew: true, capex: 6 MCNY, opex: -0.3 MCNY, abates: {site: 8 %}, uses: {crews: 1}}
  kiln: {kind: upgrade, entity: yard, life: 9, capex: 14 MCNY, abates: {site: 20 %, power: -4 GWh}}
  pv: {kind: facility, entity: yard, size: {max: 30 MW}, life: 20, capex: 1 MCNY/MW, yield: 1 GWh/MW, supplies: power,
       price: 0.2 CNY/kWh, sells: 0.1 CNY/kWh, displaces: 0.5 tCO2e/MWh}
  wood: {kind: sink, size: {max: 60 ha}, capex: 0.3 MCNY/ha, removal: 1 ktCO2e/ha, durable: true}
resources: {crews: {limit: 2}}
budgets:
  capex: {limit: 40 MCNY, carry_over: 50 %}
  cash: {covers: cash, limit: 90 MCNY, window: 2}
targets:
  top: {kind: peak, by: 2027, sources: site}
  cap: {kind: reduction, by: 2029, scopes: [1, 2], cut: 35 %}
  market: {kind: reduction, in: 2030, sources: power, basis: market, cut: 40 %}
  less: {kind: intensity, in: 2030, entity: group, scopes: [1, 2], cut: 40 %}
  net: {kind: neutrality, in: 2030, credits: 20 %, credit_price: 100 CNY/tCO2e, scopes: [1, 2]}
  sum: {kind: carbon_budget, years: [2026, 2030], scopes: 1, at_most: 480 ktCO2e, net: true}
  past: {kind: historical, by: 2030, stock: 50 ktCO2e}
  out: {kind: avoided, entity: yard, in: 2030, multiple: 3}
  far: {kind: reduction, in: 2030, scopes: 3, cut: 10 %, penalty: 40 CNY/tCO2e}
"""

HOSTILE = """
name: "=cmd|' /C calc'!A0 <script>alert(1)</script>"
horizon: {first: 2026, last: 2028}
sources: {"@site": {scope: 1, baseline: 100 ktCO2e}}
projects:
  "=1+1": {kind: upgrade, name: "+HYPERLINK(1)", capex: 10 MCNY, abates: {"@site": 20 %}}
  "<script>alert(1)</script>": {kind: upgrade, name: "[red]-2+3[/red]", capex: 11 MCNY, abates: {"@site": 20 %}}
  "http://example.org/x": {kind: upgrade, name: "a,\\"b\\"\\nc", capex: 12 MCNY, abates: {"@site": 20 %}}
  "-dash": {kind: sink, name: "\\t=tab", committed: true, capex: 1 MCNY, removal: 10 ktCO2e}
resources: {"@crews": {limit: 5}}
budgets: {"=sum(A1)": {limit: 50 MCNY}}
targets:
  "@x": {kind: reduction, by: 2027, cut: 45 %}
  "=missed": {kind: reduction, in: 2028, cut: 90 %, penalty: 1 CNY/tCO2e}
  "+net": {kind: neutrality, in: 2028, credits: 90 %, credit_price: 1 CNY/tCO2e}
"""


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """A result with every ledger, every kind of money, a missed target, a budget that carries over."""
    return solved(WORLD, tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """A result whose names would run as formulas, markup or script where they are not kept as text."""
    return solved(HOSTILE, tmp_path_factory.mktemp("hostile"))
