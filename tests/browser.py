"""What tests in a browser share: where Chromium is, and what is read off a page."""

import shutil

import numpy as np

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Asks again by timer, and not by text that is evaluated each time: the page's policy refuses that after the first time.
PLOTLY = """new Promise((done, late) => {
  const until = performance.now() + 30000;
  const look = () => window.Plotly ? done() : performance.now() > until ? late("no Plotly") : setTimeout(look, 20);
  look();
}).then(() => true)"""
DRAWN = "[...document.querySelectorAll('[data-chart]')].filter(b => !b.closest('[hidden]'))"
MARKS = (
    f"{DRAWN}.map(b => [b.dataset.chart, b.querySelectorAll('svg .trace path, svg .point path').length, b.innerText])"
)
"""Charts that are shown: name, number of marks, text."""


def lines(tab, chart="pathway") -> dict:
    """What the traces of a chart say: name to values as they are drawn."""
    traces = tab.evaluate(
        f"document.querySelector('[data-chart={chart}] .plot').data.map(t => [t.name || '', [...t.y]])"
    )
    return {name: np.array([v or 0.0 for v in y]) for name, y in traces if name}
