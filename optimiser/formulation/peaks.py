r"""Peaks: emissions rise no more after a deadline $D$, in one of three shapes, with tolerance $\varepsilon$.

$$ \text{highest:}\quad \text{gross}_y \le (1+\varepsilon)\,\text{highest} \;\; (y > D), \qquad
   \text{highest} \le \text{gross}_k + (U - L_k)(1 - \text{is\_peak}_k), \qquad
   \sum_{k \le D} \text{is\_peak}_k = 1 $$
$$ \text{no\_rise:}\quad \text{gross}_y \le (1+\varepsilon)\,\text{gross}_{y-1} \;\; (y > D) $$
$$ \text{window:}\quad \tfrac{1}{|A|}\sum_{y \in A} \text{gross}_y
   \le (1+\varepsilon)\,\tfrac{1}{|B|}\sum_{y \in B} \text{gross}_y,
   \quad A = D{+}1..D{+}w,\; B = D{-}w{+}1..D $$

One binary per candidate peak year; $L_k$ and $U$ are what the data allow (everything operates, or nothing does), not a
number a user must guess. `at_most` caps every year, so that climbing before the deadline gains nothing.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimiser.formulation.emissions import gross_bounds, gross_of
from optimiser.formulation.model import variables
from optimiser.formulation.shortfalls import shortfall_of
from optimiser.instance.data import Instance, PeakData


def add_peaks(model: pyo.ConcreteModel) -> None:
    """Adds the rows of every peak target."""
    instance: Instance = model.instance
    peaks = {t.id: t for t in instance.targets if isinstance(t, PeakData)}
    later = [(t.id, int(instance.years[y])) for t in peaks.values() for y in t.years]
    capped = [(t.id, int(instance.years[y])) for t in peaks.values() if t.cap is not None for y in t.capped]
    highest = [t.id for t in peaks.values() if t.shape == "highest" and len(t.years)]
    candidates = [(t, int(y)) for t in highest for y in instance.years[: peaks[t].by + 1]]
    bounds = {t: gross_bounds(instance, peaks[t].sources, peaks[t].ledger) for t in highest}
    top = {t: float(np.max(high[: peaks[t].by + 1])) for t, (_, high) in bounds.items()}
    model.highest = variables(highest, domain=pyo.Reals, bounds=lambda m, t: (None, top[t]))
    model.is_peak = variables(candidates, domain=pyo.Binary)

    @model.Constraint([i for i in later if peaks[i[0]].shape == "no_rise"])
    def no_rise_after_peak(m, t, y):
        p = peaks[t]
        return gross_of(m, p, y) <= (1 + p.tolerance) * gross_of(m, p, y - 1) + shortfall_of(m, p, y)

    @model.Constraint([i for i in later if peaks[i[0]].shape == "highest"])
    def no_year_above_highest(m, t, y):
        p = peaks[t]
        return gross_of(m, p, y) <= (1 + p.tolerance) * m.highest[t] + shortfall_of(m, p, y)

    @model.Constraint(candidates)
    def highest_is_reached(m, t, k):
        least = float(bounds[t][0][instance.year_index(k)])
        return m.highest[t] <= gross_of(m, peaks[t], k) + (top[t] - least) * (1 - m.is_peak[t, k])

    @model.Constraint(highest)
    def one_year_is_the_peak(m, t):
        return sum(m.is_peak[t, int(k)] for k in instance.years[: peaks[t].by + 1]) == 1

    @model.Constraint([t.id for t in peaks.values() if t.shape == "window" and len(t.years)])
    def mean_after_within_mean_before(m, t):
        p = peaks[t]
        before, after = window_years(p, len(instance.years))
        last = int(instance.years[after[-1]])
        mean_before = sum(gross_of(m, p, int(instance.years[y])) for y in before) / len(before)
        mean_after = sum(gross_of(m, p, int(instance.years[y])) for y in after) / len(after)
        return mean_after <= (1 + p.tolerance) * mean_before + shortfall_of(m, p, last)

    @model.Constraint(capped)
    def every_year_within_cap(m, t, y):
        return gross_of(m, peaks[t], y) <= float(peaks[t].cap or 0.0) + shortfall_of(m, peaks[t], y)


def window_years(peak: PeakData, n: int) -> tuple[list[int], list[int]]:
    """Indices of the years before and after the deadline whose means are compared, as far as the horizon reaches."""
    before = [y for y in range(peak.by - peak.width + 1, peak.by + 1) if y >= 0]
    after = [y for y in range(peak.by + 1, peak.by + peak.width + 1) if y < n]
    return before, after
