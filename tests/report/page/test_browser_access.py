"""The page for everybody: on a phone, by keyboard, for a screen reader, and on paper."""

from itertools import pairwise

import numpy as np
import pytest

from tests.browser import DRAWN, MARKS, lines


@pytest.mark.parametrize("which", ["rich", "harm", "many"])
def test_a_phone_never_scrolls_sideways(which, request, opened):
    tab = opened([request.getfixturevalue(which)], width=390, height=844)
    wide = """[...document.querySelectorAll('body *')]
      .filter((e) => e.getBoundingClientRect().right > 391 && !e.closest('.wide, svg, .skip'))
      .map((e) => e.outerHTML.slice(0, 80))"""
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.evaluate(wide) == []


def test_a_phone_tells_the_rows_of_the_roadmap_apart(rich, opened):
    """The whole label stands above its bars, within the picture: cut to what fits beside them, several read alike."""
    tab = opened([rich], width=390, height=844)
    words = tab.inner_text("[data-chart=roadmap] .plot")
    labels = tab.evaluate("DATA.plans[0].roadmap.map((row) => row.label)")
    assert len(labels) > 5
    assert all(label in words for label in labels)
    texts = "[...document.querySelectorAll('[data-chart=roadmap] .textpoint text')]"
    assert max(tab.evaluate(f"{texts}.map(t => t.getBoundingClientRect().right)")) <= 390


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
    levels = tab.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].filter(h => h.offsetParent).map(h => Number(h.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert max(b - a for a, b in pairwise(levels)) <= 1
    for landmark in ("main", "body > header", "body > footer"):
        assert tab.locator(landmark).count() == 1
    nameless = """[...document.querySelectorAll('select, [role=img], [role=region]')]
      .filter((e) => !(e.getAttribute('aria-label') || e.labels?.[0]?.innerText)).length"""
    assert tab.evaluate(nameless) == 0
    assert tab.get_attribute("html", "lang") == "en"


CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => [r, g, b].map((v) => linear(v / 255))
    .reduce((t, v, i) => t + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
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


def test_on_paper_the_answers_stand_on_the_first_sheet(rich, opened):
    """What was asked, the cost, what starts next and what is at risk end above 1017 px: A4 less its margins."""
    tab = opened([rich], draw=False, width=703, height=1017)
    tab.emulate_media(media="print")
    ends = tab.evaluate("[...document.querySelectorAll('.card')].map(c => c.getBoundingClientRect().bottom)")
    assert len(ends) == 4
    assert max(ends) <= 1017


def test_on_paper_charts_stay_within_a4(rich, opened):
    """All charts are drawn for print, none wider than the 703 px between the margins; the screen gets its own back."""
    tab = opened([rich], draw=False)
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    widths = "[...document.querySelectorAll('.plot .main-svg')].map(s => s.getBoundingClientRect().width)"
    assert 0 < max(tab.evaluate(widths)) <= 703
    assert all(
        marks
        for name, marks, _ in tab.evaluate(MARKS)
        if name in ("pathway", "roadmap", "capex", "debt", "fleet", "market")
    )
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert max(tab.evaluate(widths)) > 900
    assert tab.pdf(prefer_css_page_size=True).startswith(b"%PDF")
