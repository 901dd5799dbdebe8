"""The page in a real browser: it draws without a complaint or a request, filters, and shows hostile names as text."""

import re

import numpy as np
import pytest

from optimiser.report.page import page
from tests.browser import DRAWN, MARKS, PLOTLY, lines
from tests.helpers import solved


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("which", ["world", "rich"])
def test_every_chart_is_drawn(which, language, request, opened):
    """No console message, no request, no dialog (fixture `opened`), and marks in every chart that is shown."""
    tab = opened([request.getfixturevalue(which)], language)
    found = tab.evaluate(MARKS)
    shown = {name for name, _, _ in found}
    assert shown >= {"pathway", "roadmap", "capex", "curve", "value"}
    assert (shown >= {"fleet", "debt", "market"}) == (which == "rich")
    nothing = {"en": "Nothing to show for this choice.", "zh": "当前选择没有可显示的内容。"}[language]
    empty = [name for name, marks, text in found if not marks and text.strip() != nothing]
    assert empty == []
    assert {name for name, marks, _ in found if not marks} <= {"value", "curve"}


def test_charts_below_the_fold_are_drawn_when_they_are_scrolled_to(rich, opened):
    tab = opened([rich], draw=False)
    tab.evaluate(PLOTLY)
    assert tab.evaluate("document.querySelector('[data-chart=value]').dataset.drawn") is None
    tab.evaluate("document.querySelector('[data-chart=value]').scrollIntoView()")
    tab.wait_for_selector("[data-chart=value][data-drawn=yes]")


def test_the_division_filter_shows_one_division(rich, opened):
    """East has the source `site` alone: baseline and gross are its own; of capex only its projects are left."""
    tab = opened([rich])
    tab.select_option("#scopes", "")
    tab.select_option("#division", label="\u2003East")
    tab.evaluate(f"{DRAWN}.forEach(draw)")
    found = lines(tab)
    assert found["gross"] == pytest.approx(rich.accounts.gross["site", "location"])
    assert found["baseline"] == pytest.approx(rich.accounts.baseline["site", "location"])
    legend = tab.inner_text("[data-chart=pathway] .legend")
    assert "Lots" in legend
    assert "pump" not in legend
    capex = sum(rich.accounts.money["capex"][p] for p in ("kiln", "lots", "ramped"))
    assert sum(lines(tab, "capex").values()) == pytest.approx(capex)
    assert "pump" not in tab.evaluate(
        "document.querySelector('[data-chart=roadmap] .plot').layout.yaxis.ticktext.join()"
    )


@pytest.mark.parametrize("group", ["project", "kind", "tag", "division"])
@pytest.mark.parametrize("basis", ["location", "market"])
def test_drawn_wedges_fill_the_room_between_baseline_and_gross(group, basis, rich, opened):
    """As drawn: what lies above gross up to the top of the stack is baseline, and what measures add above it."""
    tab = opened([rich])
    for field, value in (("scopes", ""), ("basis", basis), ("wedge-group", group)):
        tab.select_option(f"#{field}", value)
    tab.evaluate(f"{DRAWN}.forEach(draw)")
    parts = tab.evaluate(
        "(() => { const p = pathwayParts(current()); return [p.baseline, p.gross, p.wedges.all.map(g => g.v)] })()"
    )
    baseline, gross, wedges = (np.array(p) for p in parts)
    assert baseline - wedges.sum(axis=0) == pytest.approx(gross, abs=1e-6)
    ledger = {s.id: basis if s.has_market else "location" for s in rich.instance.sources}
    assert gross == pytest.approx(sum(rich.accounts.gross[s, b] for s, b in ledger.items()), abs=1e-6)
    fills = (
        "document.querySelector('[data-chart=pathway] .plot').data.filter(t => t.fill === 'tonexty').map(t => [...t.y])"
    )
    top = np.max(tab.evaluate(fills), axis=0)
    added = -np.minimum(wedges, 0).sum(axis=0)
    assert top == pytest.approx(baseline + added, abs=1e-6)


def test_net_is_gross_less_removals_and_credits(rich, opened):
    tab = opened([rich])
    tab.select_option("#scopes", "")
    tab.evaluate(f"{DRAWN}.forEach(draw)")
    found = lines(tab)
    taken = rich.accounts.removed["forest"] + rich.accounts.credits["net"]
    assert found["gross"] - found["net"] == pytest.approx(taken, abs=1e-6)


def test_net_of_a_promise_takes_off_only_what_the_promise_admits(tmp_path, opened):
    """Two sinks of 30 and 20; neutrality of scope 1 admits the first alone: 100 - 70 - 30 = 0, not -20.

    Over all scopes both count; scope 3 alone has no promise of its own, and no net."""
    text = """
sources: {site: {scope: 1, baseline: 100 ktCO2e}, goods: {scope: 3, category: 1, baseline: 40 ktCO2e}}
projects:
  cut: {kind: upgrade, committed: true, start: 1, capex: 1 MCNY, abates: {site: 70 ktCO2e}}
  mine: {kind: sink, committed: true, start: 1, capex: 1 MCNY, removal: 30 ktCO2e}
  theirs: {kind: sink, committed: true, start: 1, capex: 1 MCNY, removal: 20 ktCO2e}
targets: {net: {kind: neutrality, by: 1, scopes: 1, removals: [mine]}}
"""
    tab = opened([solved(text, tmp_path)])
    found = {}
    for scopes in ("1", "", "3"):
        tab.select_option("#scopes", scopes)
        tab.evaluate(f"{DRAWN}.forEach(draw)")
        found[scopes] = lines(tab).get("net")
    assert found["1"] == pytest.approx([0, 0, 0], abs=1e-9)
    assert found[""] == pytest.approx([20, 20, 20])
    assert found["3"] is None


def test_targets_are_lines_where_they_cover_what_is_shown(rich, opened):
    """`cut` covers scopes 1 and 2 of everything: a line at 60 % of the base, and none any more when East is chosen."""
    tab = opened([rich])
    tab.select_option("#scopes", "1,2")
    tab.evaluate(f"{DRAWN}.forEach(draw)")
    name = next(n for n in lines(tab) if "cut" in n)
    assert lines(tab)[name] == pytest.approx([0.6 * (100 + 50 + 4 * 5)] * 3)
    tab.select_option("#division", label="\u2003East")
    tab.evaluate(f"{DRAWN}.forEach(draw)")
    assert not any("cut" in n for n in lines(tab))


def test_bars_of_capex_and_debt_are_those_of_the_accounts(rich, opened):
    """In every grouping the bars of a year are its capex; those of debt what is owed."""
    tab = opened([rich])
    for group in ("division", "fund", "kind", "project"):
        tab.select_option("#capex-group", group)
        tab.evaluate(f"{DRAWN}.forEach(draw)")
        assert sum(lines(tab, "capex").values()) == pytest.approx(rich.accounts.total("capex"), abs=1e-6)
    owed = lines(tab, "debt")
    assert owed["bond"] == pytest.approx(rich.accounts.debts["bond"].outstanding, abs=1e-6)
    assert owed["ceiling"] == pytest.approx([160] * 8)


def test_the_curve_says_what_its_blocks_are(rich, opened):
    """Without a mouse, on paper as well: a number above each block, and under it the name, the cost and the tonnes."""
    tab = opened([rich])
    costly = tab.evaluate("DATA.plans[0].measures.filter(m => m.per_tonne !== null && m.cost >= 0).map(m => m.label)")
    listed = tab.locator("[data-chart=curve] .numbered li").all_inner_texts()
    assert len(costly) >= 3
    assert sorted(text.split(": ")[0] for text in listed) == sorted(costly)
    assert all("CNY/tCO2e" in text and "ktCO2e" in text for text in listed)
    drawn = tab.evaluate("document.querySelector('[data-chart=curve] .plot').data[1].text")
    assert set(drawn) <= {str(i + 1) for i in range(len(listed))}
    assert len(drawn) >= 2


def test_labels_that_would_read_alike_keep_their_end(rich, opened):
    tab = opened([rich])
    names = ["Efficient motors and drives (Chemicals)", "Efficient motors and drives (Metals)", "Short"]
    cut = tab.evaluate("(names) => shortAll(names, 20)", names)
    assert len(set(cut)) == 3
    assert cut[0].endswith("micals)")
    assert cut[1].endswith("Metals)")
    assert cut[2] == "Short"
    assert max(map(len, cut)) <= 20


CHINESE = """
name: 两个达峰目标
horizon: {first: 2026, last: 2032}
base_year: 2025
discount_rate: 5 %
entities: {集团: {}, 基建: {parent: 集团}}
sources:
  柴油: {entity: 基建, scope: 1, baseline: {2025: 90 ktCO2e, 2032: 100 ktCO2e}}
  电力: {entity: 集团, scope: 2, activity: 40 GWh, factor: 0.5 tCO2e/MWh, market_factor: 0.6 tCO2e/MWh}
projects:
  电动机械: {kind: upgrade, entity: 基建, units: {max: 4, per_year: 2}, lead_time: 1, life: 3, renew: true,
         capex: 20 MCNY, abates: {柴油: 5 ktCO2e}, uses: {班组: 1}, tags: [绿色]}
  节能: {kind: upgrade, entity: 集团, capex: 2 MCNY, opex: -3 MCNY, abates: {电力: 3 GWh}}
  研究: {kind: research, entity: 集团, capex: 3 MCNY, committed: true, start: 2028}
  红树林: {kind: sink, entity: 集团, size: {max: 900 ha}, capex: 0.01 MCNY/ha, removal: 4 tCO2e/ha}
resources: {班组: {limit: 2}}
fleets:
  挖泥船:
    entity: 基建
    activity: 1
    states:
      柴油机: {count: 3, capacity: 1, emissions: 5 ktCO2e, opex: 3 MCNY}
      甲醇: {capacity: 1, emissions: 1 ktCO2e, opex: 2 MCNY}
    changes:
      - {from: 柴油机, to: 甲醇, capex: 9 MCNY, lead_time: 1}
      - {from: new, to: 甲醇, capex: 30 MCNY, lead_time: 1, life: 20}
    docking: {slots_per_year: 1}
    retire: {柴油机: {2030: 2}}
budgets: {资金: {limit: 60 MCNY, carry_over: 50 %}}
finance:
  债券: {kind: bond, issue: [2026, 2030], rate: 3 %, tenor: 3, ticket: [20 MCNY, 60 MCNY], committed: true}
  债务限额: {kind: limit, outstanding: 60 MCNY}
markets:
  全国市场: {entities: [基建], scopes: 1, price: 80 CNY/tCO2e, free_allocation: {2026: 95 %, 2032: 60 %},
         banking: {keep: 9 ktCO2e}, credits: {share: 5 %, price: 60 CNY/tCO2e}}
targets:
  达峰: {kind: peak, by: 2028, entity: 基建, scopes: 1, at_most: 115 %}
  减排: {kind: reduction, in: 2032, scopes: [1, 2], cut: 12 %}
  中和: {kind: neutrality, in: 2032, scopes: 2, credits: 90 %, credit_price: 90 CNY/tCO2e}
  太远: {kind: reduction, in: 2032, scopes: 2, cut: 99 %, penalty: 5 CNY/tCO2e}
"""


def test_a_chinese_scenario_has_an_all_chinese_page(tmp_path, opened):
    """Everything open and drawn, in every grouping: what is not Chinese are units and the names of files.

    The assumptions are left out: they quote the keys and the values of the file.
    """
    both = [solved(CHINESE, tmp_path), solved(CHINESE.replace("cut: 12 %", "cut: 14 %"), tmp_path)]
    tab = opened(both, "zh")
    said = ""
    for group in ("project", "kind", "tag", "division"):
        tab.select_option("#wedge-group", group)
        tab.select_option("#capex-group", "fund" if group == "tag" else group)
        tab.evaluate(f"{DRAWN}.forEach(draw)")
        tab.evaluate("document.querySelectorAll('.assumptions').forEach((table) => table.remove())")
        tab.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        said += tab.evaluate("document.body.innerText + document.title")
        said += tab.evaluate(
            "[...document.querySelectorAll('[aria-label]')].map(e => e.getAttribute('aria-label')).join()"
        )
        said += tab.evaluate(
            f"{DRAWN}.flatMap(b => b.querySelector('.plot').data || []).flatMap(t => [t.name, t.customdata]).join()"
        )
    units = {
        "MCNY",
        "CNY",
        "ktCO",
        "tCO",
        "GWh",
        "MW",
        "ha",
        "br",
        "plan",
        "xlsx",
        "json",
        "comparison",
        "CSV",
        "scenario",
    }
    keys = {"projects", "targets", "cut", "name"}
    assert set(re.findall(r"[A-Za-z]{2,}", said)) <= units | keys


def test_hostile_names_are_shown_and_not_run(harm, opened):
    """Letter by letter on the page, in the choices and in the picture; no element of theirs, no dialog, no message."""
    tab = opened([harm])
    for group in ("tag", "division", "project"):
        tab.select_option("#wedge-group", group)
        tab.evaluate(f"{DRAWN}.forEach(draw)")
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    tab.hover("[data-chart=roadmap] .plot")
    text = tab.inner_text("body")
    ticks = tab.evaluate("[...document.querySelectorAll('[data-chart=roadmap] .ytick text')].map(t => t.textContent)")
    for p in harm.instance.projects:
        said = " ".join(p.label.split())
        assert said in " ".join(text.split())
        assert said in ticks or any(t.endswith("…") and said.startswith(t[:-1]) for t in ticks)
    assert "</option><img src=x onerror=alert(1)>" in tab.inner_text("#division")
    assert tab.title() == harm.title
    assert tab.locator("img, iframe, body a:not(.skip), [onerror], [onload]").count() == 0
    assert tab.evaluate("document.scripts.length") == 3


def test_own_scripts_alone_may_run(chromium, tmp_path, rich):
    """The second wall: markup put into the file by force is refused by the page's policy."""
    path = tmp_path / "forced.html"
    forced = "<script>window.ran = 1</script><img src='https://example.org/x' onerror='window.ran = 2'></main>"
    path.write_text(page([rich]).replace("</main>", forced), encoding="utf-8")
    tab = chromium.new_page()
    asked: list[str] = []
    tab.on("requestfinished", lambda r: asked.append(r.url))
    tab.goto(path.as_uri())
    tab.evaluate(PLOTLY)
    assert tab.evaluate("window.ran === undefined")
    assert not any("example" in url for url in asked)
    tab.close()


def test_a_plan_of_500_projects_opens_in_two_seconds(many, opened):
    """Text, tables and filters are there and work; all 500 rows of the roadmap only when they are asked for."""
    tab = opened([many], draw=False)
    assert tab.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd") < 2000
    tab.evaluate(PLOTLY)
    tab.evaluate(f"{DRAWN}.forEach(draw)")
    rows = "document.querySelector('[data-chart=roadmap] .plot').layout.yaxis.ticktext.length"
    assert tab.evaluate(rows) == 40
    tab.click("text=Show all 500")
    assert tab.evaluate(rows) == 500
    tab.click("text=Show fewer")
    assert tab.evaluate(rows) == 40


def test_several_plans_are_compared_and_chosen(rich, world, opened):
    """Gross lines of both in one picture; the choice of a plan changes pictures, tables and the divisions on offer."""
    tab = opened([world, rich])
    assert {f"{r.title}: gross" for r in (world, rich)} <= set(lines(tab, "compared-paths"))
    assert tab.locator(".verdict.bad:visible").count() >= 2
    tab.select_option("#plan", "1")
    tab.evaluate(f"{DRAWN}.forEach(draw)")
    assert "East" in tab.inner_text("#division")
    assert tab.locator("[data-chart=debt] svg").count() > 0
    assert sum(lines(tab, "capex").values()) == pytest.approx(rich.accounts.total("capex"), abs=1e-6)


def test_capex_in_two_currencies_is_drawn_in_two_pictures(world, tmp_path, opened):
    """Millions of CNY and of EUR share no axis; words that name the money follow the plan that is chosen."""
    euro = solved("currency: EUR\nprojects: {a: {kind: upgrade, capex: 7 MEUR, committed: true, start: 2}}\n", tmp_path)
    tab = opened([world, euro])
    drawn = tab.evaluate(
        "[...document.querySelectorAll('[data-chart=compared-capex] .plot')].map(p => p.data.map(t => t.y))"
    )
    assert len(drawn) == 2
    assert drawn[1] == [[0, 7, 0]]
    assert "MCNY" in tab.inner_text("#h-investment + p")
    tab.select_option("#plan", "1")
    assert "MEUR" in tab.inner_text("#h-investment + p")
    assert "MCNY" not in tab.inner_text("#h-investment + p")


def test_without_javascript_the_tables_are_there(rich, opened):
    tab = opened([rich], draw=False, java_script_enabled=False)
    text = tab.inner_text("body")
    assert "The charts need JavaScript" in text
    assert "Missed: far" in text
    assert "tightest year" in text
