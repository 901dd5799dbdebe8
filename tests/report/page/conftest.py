"""A plan with fleets, instruments of finance and markets, and one with names that mean harm to a page."""

import contextlib
import json
import os
import re

import pytest

from optimiser.report.page import page
from tests.browser import CHROMIUM, DRAWN, PLOTLY
from tests.helpers import solved

RICH = """
name: Everything that a page can show
horizon: {first: 2026, last: 2033}
base_year: 2025
discount_rate: 6 %
salvage: annuity
entities: {group: {}, east: {parent: group, name: East}, west: {parent: group}, quay: {parent: west}}
sources:
  site: {entity: east, scope: 1, baseline: {2025: 100 ktCO2e, 2033: 110 ktCO2e}, note: measured,
         source: Inventory of 2025}
  power: {entity: west, scope: 2, activity: 100 GWh, factor: 0.5 tCO2e/MWh, market_factor: 0.6 tCO2e/MWh}
  goods: {entity: quay, scope: 3, category: 1, baseline: 30 ktCO2e}
projects:
  kiln: {kind: upgrade, entity: east, name: Kiln, start: [2026, 2028], lead_time: 2, life: 9, capex: 90 MCNY,
         abates: {site: 30 %}, tags: [green], committed: true, illustrative: true}
  lots: {kind: upgrade, entity: east, name: Lots, start: [2026, 2029], units: {min: 2, max: 4, per_year: 1},
         lead_time: 1, life: 3, renew: true, committed: true, capex: 8 MCNY, abates: {site: 10 %}, tags: [green, heat]}
  ramped: {kind: upgrade, entity: east, name: Kiln, capex: 6 MCNY, ramp: [50 %, 100 %],
           abates: {site: 20 %, power: -4 GWh}, committed: true}
  pv: {kind: facility, entity: west, size: {max: 60 MW, per_year: 20 MW}, lead_time: 1, life: 20, capex: 2 MCNY/MW,
       yield: 1 GWh/MW, supplies: power, price: 0.5 CNY/kWh, tags: [green]}
  pump: {kind: upgrade, entity: west, capex: 20 MCNY, opex: -9 MCNY, abates: {power: 4 GWh}}
  wind-contract: {kind: programme, entity: west, committed: true, capex: 1 MCNY, abates: {power: 10 %}}
  trial: {kind: research, entity: group, committed: true, capex: 3 MCNY}
  forest: {kind: sink, entity: group, committed: true, size: {min: 1000 ha, max: 3000 ha}, capex: 0.01 MCNY/ha,
           removal: {0: 1 tCO2e/ha, 5: 5 tCO2e/ha}}
fleets:
  ships:
    entity: quay
    name: Ships
    states:
      diesel: {count: 4, emissions: 5 ktCO2e, opex: 3 MCNY}
      battery: {emissions: 1 ktCO2e, opex: 2 MCNY}
    changes:
      - {from: diesel, to: battery, capex: 9 MCNY, lead_time: 1, tags: [green]}
      - {from: new, to: battery, capex: 30 MCNY, lead_time: 1, life: 20}
    docking: {slots_per_year: 1}
    retire: {diesel: {2030: 2}}
resources: {crews: {limit: 2}}
budgets: {capex: {limit: 70 MCNY, carry_over: 50 %}}
finance:
  bond: {kind: bond, issue: [2026, 2031], rate: 3 %, tenor: 5, ticket: [20 MCNY, 90 MCNY], fee: 0.3 %,
         eligible: {tags: [green]}}
  loan: {kind: loan, issue: [2026, 2031], rate: 5 %, tenor: 4, ticket: [0 MCNY, 15 MCNY]}
  gift: {kind: grant, issue: 2028, amount: 5 MCNY, entity: west}
  ceiling: {kind: limit, entity: group, outstanding: 160 MCNY}
markets:
  ets: {entities: [east], scopes: 1, price: 80 CNY/tCO2e, free_allocation: {2026: 95 %, 2033: 40 %}, spread: 5 %,
        banking: {keep: 20 ktCO2e}, credits: {share: 5 %, price: 60 CNY/tCO2e}}
  inside: {kind: internal, cap: {2026: 106 %, 2033: 80 %}, entities: [east, west]}
targets:
  peak: {kind: peak, by: 2028, entity: east, scopes: 1}
  cut: {kind: reduction, by: 2031, scopes: [1, 2], entity: group, cut: 40 %}
  far: {kind: reduction, in: 2033, entity: west, scopes: 2, cut: 99 %, penalty: 5 CNY/tCO2e}
  net: {kind: neutrality, in: 2033, scopes: [1, 2], entity: group, credits: 60 %, credit_price: 90 CNY/tCO2e}
"""

HARM = """
name: "</title><script>alert('title')</script>"
note: "</p><img src=x onerror=alert('note')>"
horizon: {first: 2026, last: 2029}
entities:
  group: {name: "<script>alert('root')</script>"}
  "sub": {parent: group, name: "</option><img src=x onerror=alert(1)>"}
sources: {"site": {entity: "sub", scope: 1, baseline: 100 ktCO2e}}
projects:
  "<script>alert(1)</script>": {kind: upgrade, entity: "sub", name: "<script>alert(1)</script>", capex: 10 MCNY,
                                abates: {site: 20 %}, tags: ["<b>tag</b>"],
                                source: "<img src=x onerror=alert('source')>"}
  "b": {kind: upgrade, entity: "sub", name: "</script><img src=x onerror=alert('name')>", capex: 11 MCNY,
        abates: {site: 20 %}, note: "javascript:alert(1)"}
  "c": {kind: upgrade, entity: "sub", name: "<b>bold</b><a href='https://example.org/x'>link</a>", capex: 12 MCNY,
        abates: {site: 20 %}}
  "d": {kind: sink, entity: "sub", name: "%{customdata} &lt; $x^2$ \\u2028 <!--", committed: true, capex: 1 MCNY,
        removal: 10 ktCO2e}
  "e": {kind: upgrade, entity: "sub", name: "{{ 7 * 7 }} {year} <extra></extra>", capex: 1 MCNY, opex: -5 MCNY,
        abates: {site: 5 %}}
targets:
  "t": {kind: reduction, name: "<svg onload=alert('t')>", by: 2028, cut: 45 %}
"""


@pytest.fixture(scope="session")
def rich(tmp_path_factory):
    """A result with fleets, debt, markets, overlaps, a ramp, renewals, a sink, credits and a missed target."""
    return solved(RICH, tmp_path_factory.mktemp("rich"))


@pytest.fixture(scope="session")
def harm(tmp_path_factory):
    """A result whose names would run as script or markup where they are not kept as text."""
    return solved(HARM, tmp_path_factory.mktemp("harm"))


@pytest.fixture(scope="session")
def embedded_in():
    """Reads the data out of a page."""

    def read(text: str) -> dict:
        found = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
        assert len(found) == 1
        return json.loads(found[0])

    return read


@pytest.fixture(scope="session")
def rich_page(rich):
    return page([rich])


@pytest.fixture(scope="session")
def many(tmp_path_factory):
    """500 projects in eight divisions, 50 sources and 36 years; all are committed, so that nothing is searched for."""
    lines = "\n".join(
        f"  p{i}: {{kind: upgrade, entity: d{i % 8}, start: {2025 + i % 9}, committed: true,"
        f" capex: {1 + i / 7:.3f} MCNY, abates: {{s{i % 50}: {0.5 + (i % 13) / 9:.3f} %}}}}"
        for i in range(500)
    )
    sources = "\n".join(
        f"  s{i}: {{entity: d{i % 8}, scope: 1, baseline: {50 + i * 1.37:.2f} ktCO2e}}" for i in range(50)
    )
    divisions = ", ".join(f"d{i}: {{parent: group}}" for i in range(8))
    head = f"horizon: {{first: 2025, last: 2060}}\nentities: {{group: {{}}, {divisions}}}\n"
    return solved(f"{head}sources:\n{sources}\nprojects:\n{lines}\n", tmp_path_factory.mktemp("many"))


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium. Skips where there is none, or no playwright: `.ci/run` has both, and fails without."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if CHROMIUM is None or sync_playwright is None:
        missing = "no Chromium on this machine" if CHROMIUM is None else "the extra `browser` is not installed"
        if os.environ.get("BROWSER_TESTS") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as driver:
        quiet = [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, tmp_path):
    """Opens a page of results; at the end nothing may have been said on the console, asked of a network or popped."""
    said: list[str] = []
    with contextlib.ExitStack() as stack:

        def open_(results, language="en", width=1280, height=900, draw=True, **options):
            path = tmp_path / f"{len(results)}-{language}.html"
            path.write_text(page(results, language), encoding="utf-8")
            tab = chromium.new_page(viewport={"width": width, "height": height}, **options)
            stack.callback(tab.close)
            tab.on("console", lambda message: said.append(f"console: {message.text}"))
            tab.on("pageerror", lambda error: said.append(f"error: {error}"))
            tab.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
            tab.on(
                "request",
                lambda r: said.append(f"request: {r.url}") if not r.url.startswith(("file:", "data:")) else None,
            )
            tab.goto(path.as_uri())
            if draw:
                tab.evaluate(PLOTLY)
                tab.evaluate(f"{DRAWN}.forEach(draw)")
            return tab

        yield open_
        assert said == []
