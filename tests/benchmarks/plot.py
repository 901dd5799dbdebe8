"""The plot beside the table: total time by size for ours, the plain form and the bare relaxation, and the gaps."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

TIMES = {"ours": "total", "plain form": "plain total", "relaxation alone": "lp"}
GAPS = {"ours": "gap", "plain form": "plain gap"}
COLOURS = {"ours": "tab:blue", "plain form": "tab:orange", "relaxation alone": "tab:green"}
STYLES = ("-", "--", "-.", ":")


def draw(middle: pd.DataFrame) -> Figure:
    """Two log-log panels of a table of medians: a colour for each form, a line style for each variant."""
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    for n, variant in enumerate(middle.index.unique("variant")):
        part = middle.xs(variant, level="variant")
        for panel, curves, scale in ((left, TIMES, 1.0), (right, GAPS, 100.0)):
            for name, column in curves.items():
                if column not in part:
                    continue
                known = part[column].replace([float("inf")], float("nan")).dropna()
                known = known[known > 0]
                if len(known):
                    label = f"{name}, {variant}"
                    style = {"color": COLOURS[name], "linestyle": STYLES[n % len(STYLES)], "marker": "o"}
                    panel.loglog(known.index, scale * known, label=label, **style)
    for panel, words in ((left, "seconds"), (right, "gap proven (%)")):
        panel.set_xlabel("projects")
        panel.set_ylabel(words)
        panel.grid(visible=True, which="both", alpha=0.3)
        if panel.lines:
            panel.legend(fontsize="small")
    right.axhline(0.1, color="grey", linewidth=0.8)
    return figure


def save(middle: pd.DataFrame, path: Path) -> None:
    """Writes the plot; the suffix says the format. Same table, same file."""
    with matplotlib.rc_context({"svg.hashsalt": "speed"}):
        draw(middle).savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)
