"""The page in a real browser: it draws without a complaint or a request, filters, shows hostile names as text, and can
be used on a phone, by keyboard, on paper and through its tables.

Skipped only where there is no Chromium or no playwright; `.ci/run` asks for them and fails without.
"""

import contextlib
import os
import shutil

import numpy as np
import pytest

from optimiser.report.page import page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRAWN = "[...document.querySelectorAll('[data-chart]')].filter(b => !b.closest('[hidden]'))"
MARKS = f"{DRAWN}.map(b => [b.dataset.chart, b.querySelectorAll('svg .trace path, svg .point path').length, b.innerText])"


@pytest.fixture(scope="module")
def chromium():
    """A headless Chromium without a network of its own."""
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
        quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, tmp_path):
    """Opens a page of results; at the end nothing may have been said on the console, asked of a network or popped up."""
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
            tab.on("request", lambda r: said.append(f"request: {r.url}") if not r.url.startswith(("file:", "data:")) else None)
            tab.goto(path.as_uri())
            if draw:
                tab.wait_for_function("window.Plotly")
                tab.evaluate(f"{DRAWN}.forEach(draw)")
            return tab

        yield open_
        assert said == []


def lines(tab, chart="pathway") -> dict:
    """What the traces of a chart say: name to values as they are drawn."""
    traces = tab.evaluate(f"document.querySelector('[data-chart={chart}] .plot').data.map(t => [t.name || '', [...t.y]])")
    return {name: np.array([v or 0.0 for v in y]) for name, y in traces if name}


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
    tab.wait_for_function("window.Plotly")
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
    assert "pump" not in tab.evaluate("document.querySelector('[data-chart=roadmap] .plot').layout.yaxis.ticktext.join()")


@pytest.mark.parametrize("group", ["project", "kind", "tag", "division"])
@pytest.mark.parametrize("basis", ["location", "market"])
def test_drawn_wedges_fill_the_room_between_baseline_and_gross(group, basis, rich, opened):
    """As drawn: what lies above gross up to the top of the stack is baseline, and what measures add above it."""
    tab = opened([rich])
    for field, value in (("scopes", ""), ("basis", basis), ("wedge-group", group)):
        tab.select_option(f"#{field}", value)
    tab.evaluate(f"{DRAWN}.forEach(draw)")
    parts = tab.evaluate("(() => { const p = pathwayParts(current()); return [p.baseline, p.gross, p.wedges.all.map(g => g.v)] })()")
    baseline, gross, wedges = (np.array(p) for p in parts)
    assert baseline - wedges.sum(axis=0) == pytest.approx(gross, abs=1e-6)
    ledger = {s.id: basis if s.has_market else "location" for s in rich.instance.sources}
    assert gross == pytest.approx(sum(rich.accounts.gross[s, b] for s, b in ledger.items()), abs=1e-6)
    fills = "document.querySelector('[data-chart=pathway] .plot').data.filter(t => t.fill === 'tonexty').map(t => [...t.y])"
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
    tab.wait_for_function("window.Plotly")
    assert tab.evaluate("window.ran === undefined")
    assert not any("example" in url for url in asked)
    tab.close()


@pytest.mark.parametrize("which", ["rich", "harm", "many"])
def test_a_phone_never_scrolls_sideways(which, request, opened):
    tab = opened([request.getfixturevalue(which)], width=390, height=844)
    wide = "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 391 && !e.closest('.wide, svg, .skip')).map(e => e.outerHTML.slice(0, 80))"
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.evaluate(wide) == []


def test_the_keyboard_reaches_and_works_the_filter(rich, opened):
    """Tab: first the way past the head, then the choice of the division; an arrow changes it and the chart."""
    tab = opened([rich])
    before = lines(tab)["gross"]
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"
    for _ in range(3):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.id") == "division":
            break
    assert tab.evaluate("document.activeElement.id") == "division"
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for _ in range(2):
        tab.keyboard.press("ArrowDown")
    tab.evaluate(f"{DRAWN}.forEach(draw)")
    assert not np.allclose(lines(tab)["gross"], before)


def test_every_chart_has_its_numbers_as_a_table(rich, opened):
    """Written when it is opened: a row a year, a heading a column, with what the chart shows."""
    tab = opened([rich])
    charts = tab.locator("[data-chart]:visible")
    for i in range(charts.count()):
        box = charts.nth(i)
        if not box.locator(".plot svg").count():
            continue
        assert box.locator("table").count() == 0
        box.locator("summary").click()
        box.locator("table").wait_for()
        assert box.locator("tbody tr").count() >= 1
        assert box.locator("thead th[scope=col]").count() >= 2
        assert len(box.locator("div.plot").get_attribute("aria-label")) > 3
    years = tab.locator("[data-chart=pathway] tbody th").all_inner_texts()
    assert years == [str(y) for y in rich.instance.years]


def test_headings_landmarks_and_names_for_screen_readers(rich, opened):
    """One h1, no level left out, one main, header and footer, and every field, region and picture has a name."""
    tab = opened([rich])
    levels = tab.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].filter(h => h.offsetParent).map(h => Number(h.tagName[1]))")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert max(b - a for a, b in zip(levels, levels[1:], strict=False)) <= 1
    for landmark in ("main", "body > header", "body > footer"):
        assert tab.locator(landmark).count() == 1
    nameless = "[...document.querySelectorAll('select, [role=img], [role=region]')].filter(e => !(e.getAttribute('aria-label') || e.labels?.[0]?.innerText)).length"
    assert tab.evaluate(nameless) == 0
    assert tab.get_attribute("html", "lang") == "en"


CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; })
    .reduce((t, v, i) => t + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), bad = [];
  let seen = 0;
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || e.closest('script, style, noscript, svg, [hidden]')) continue;
    const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    seen += 1;
    if (ratio < 4.5) bad.push([e.className, walk.currentNode.data.slice(0, 30), ratio]);
  }
  const ticks = [...document.querySelectorAll('svg text')].filter((t) => t.textContent.trim());
  for (const t of ticks) {
    const a = light(parse(getComputedStyle(t).fill));
    seen += 1;
    if (1.05 / (a + 0.05) < 4.5) bad.push(['svg', t.textContent, 1.05 / (a + 0.05)]);
  }
  return [seen, bad];
}"""


def test_all_text_stands_out_from_what_is_behind_it(rich, opened):
    """Contrast of at least 4.5 to 1 (WCAG 2, AA) of every text on the page and in the pictures."""
    seen, bad = opened([rich]).evaluate(CONTRAST)
    assert seen > 200
    assert bad == []


def test_on_paper_charts_stay_within_a4(rich, opened):
    """All charts are drawn for print, none wider than the 703 px between the margins, and the screen gets its own back."""
    tab = opened([rich], draw=False)
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    widths = "[...document.querySelectorAll('.plot .main-svg')].map(s => s.getBoundingClientRect().width)"
    assert 0 < max(tab.evaluate(widths)) <= 703
    assert all(marks for name, marks, _ in tab.evaluate(MARKS) if name in ("pathway", "roadmap", "capex", "debt", "fleet", "market"))
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert max(tab.evaluate(widths)) > 900
    assert tab.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_plan_of_500_projects_opens_in_two_seconds(many, opened):
    """Text, tables and filters are there and work; all 500 rows of the roadmap only when they are asked for."""
    tab = opened([many], draw=False)
    assert tab.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd") < 2000
    tab.wait_for_function("window.Plotly")
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


def test_without_javascript_the_tables_are_there(rich, opened):
    tab = opened([rich], draw=False, java_script_enabled=False)
    text = tab.inner_text("body")
    assert "The charts need JavaScript" in text
    assert "Missed: far" in text
    assert "tightest year" in text
