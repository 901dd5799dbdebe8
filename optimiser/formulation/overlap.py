r"""Overlap: shares of one source multiply, exactly, for every plan in whole units.

Up to four measures that are yes or no form a group. A weight $w_c$ per combination $c$ of what operates says which one
it is:

$$ \sum_c w_{c,y} = 1, \qquad \sum_{c \ni m} w_{c,y} = \text{operating}_{m,y}, \qquad
   \text{left}_y = \sum_c w_{c,y} \prod_{m \in c} (1 - \text{share}_{m,y}) $$

which is the convex hull of all plans of the group in that year. Where there are very many weights, those of one measure
alone and of none have no column, but are what the others leave, $\ge 0$, and there is no weight in a year in which not
all of a combination can operate, nor of measures that exclude each other:

$$ w_{m,y} = \text{operating}_{m,y} - \sum_{|c| \ge 2,\, c \ni m} w_{c,y}, \qquad
   w_{\emptyset,y} = 1 - \sum_m \text{operating}_{m,y} + \sum_{|c| \ge 2} (|c| - 1)\, w_{c,y} $$

Further groups are chained: with $r_y$ what the measures before leave, $q_{c,y} = r_y w_{c,y}$ for every
combination is stated by

$$ \sum_c q_{c,y} = r_y, \qquad \underline r_y\,w_{c,y} \le q_{c,y} \le \overline r_y\,w_{c,y}, \qquad
   \text{left}_y = \sum_c q_{c,y} \prod_{m \in c} (1 - \text{share}_{m,y}) $$

which is exact where the weights are whole, that is for every plan of yes/no projects. One measure of any number of
units (or any size) goes first: $r_y = 1 - \text{share}_y\,\text{operating}_y$ is linear. Every further measure of
several units is written in binary digits $\beta_{b,y}$ and multiplied digit by digit:

$$ \text{operating}_y = \sum_b 2^b \beta_{b,y}, \quad p_{b,y} = r_y \beta_{b,y}, \quad
   \text{left}_y = r_y - \text{share}_y \sum_b 2^b p_{b,y} $$

A ramp makes levels of a yes/no measure (one combination per level) and counts by level of several units. A further
measure of continuous size is cut into $2^d$ steps; within a step the product is a McCormick envelope, whose error is
at most $\tfrac14 (\overline r - \underline r)\,\text{share}\cdot\text{max}/2^d$ of the source, $d$ being 7 at first and
up to 17. It is zero for whole units. `solve` fixes such sizes in turn and solves again, so that the plan itself is
exact and only the bound is loosened.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import pyomo.environ as pyo
from scipy import sparse

from optimiser.formulation.combinations import (
    Combinations,
    Measure,
    combinations_of,
    operates_at,
    possible_combinations,
)
from optimiser.formulation.matrix import Columns, LinearForm, constant, of_columns, sum_of
from optimiser.instance.data import Instance, Ledger, ProjectData, SourceData
from optimiser.instance.timing import Floats

GROUP = 4
COMBINATIONS = 128
MANY = 20_000
"""Weights of all sources from which those of one measure and of none have no column."""


@dataclass(eq=False)
class Remainder:
    """What is left of a source in a year as a share of its baseline: a form and its bounds (Y,)."""

    form: LinearForm
    low: Floats
    high: Floats


def measures_on(instance: Instance, s: int, ledger: Ledger) -> list[Measure]:
    """The share measures of a source in one ledger."""
    found = []
    for p, a in instance.abatements_on.get(s, ()):
        if a.form == "share" and a.counts_in(ledger):
            levels = tuple(float(x) for x in np.unique(p.effect) if x > 0)
            if levels and np.any(a.amount):
                found.append(Measure(p, a.amount, levels))
    return found


def left_of(model: pyo.ConcreteModel, source: SourceData, measures: list[Measure]) -> LinearForm:
    """What is left of a source, as a share of its baseline, one row per year."""
    n = len(model.instance.years)
    rest = Remainder(constant(np.ones(n)), np.ones(n), np.ones(n))
    fixed = [m for m in measures if m.project.index in model.question.fixed]
    measures = [m for m in measures if m not in fixed]
    whole = [m for m in measures if m.project.is_single]
    others = [m for m in measures if not m.project.is_single]
    others.sort(key=lambda m: (m.project.integer, -m.project.most))
    for m in measures:
        _at_most_all(model, source, m)
    sizes = [m.project.index for m in others if not m.project.integer]
    if len(sizes) > 1:
        model.entangled.add(tuple(sizes))
    if others:
        rest = _first(model, others.pop(0))
    for group in _groups(whole):
        rest = _group(model, source, group, rest)
    for m in others:
        rest = _by_digits(model, source, m, rest)
    for m in fixed:
        amounts = np.diff(model.question.fixed[m.project.index], prepend=0.0)
        rest = _after(rest, m, rest.form.scaled(1 - m.share * (amounts @ m.project.effect)))
    return rest.form


def _level(model: pyo.ConcreteModel, m: Measure) -> LinearForm:
    return model.started.effect([(m.project, m.project.effect * m.share)])


def _range(m: Measure) -> tuple[Floats, Floats]:
    """Least and greatest share that the measure can take in each year, at most all of the source."""
    most = m.project.effect.max(axis=0) * m.project.most
    return np.minimum(m.share, 0) * most, np.minimum(np.maximum(m.share, 0) * most, 1.0)


def _after(rest: Remainder, m: Measure, form: LinearForm) -> Remainder:
    least, greatest = _range(m)
    return Remainder(form, rest.low * (1 - greatest), rest.high * (1 - least))


def _at_most_all(model: pyo.ConcreteModel, source: SourceData, m: Measure) -> None:
    if np.any(m.share * max(m.levels) * m.project.most > 1):
        years = model.instance.years
        model.matrix.add_rows(
            "abates_at_most_all",
            _level(model, m),
            upper=1.0,
            label=lambda y: (source.id, m.project.id, int(years[y])),
        )


def _first(model: pyo.ConcreteModel, m: Measure) -> Remainder:
    n = len(m.share)
    one = Remainder(constant(np.ones(n)), np.ones(n), np.ones(n))
    return _after(one, m, constant(np.ones(n)) - _level(model, m))


def _groups(measures: list[Measure]) -> list[list[Measure]]:
    groups: list[list[Measure]] = []
    for m in measures:
        if groups:
            combinations = prod(len(o.levels) + 1 for o in [*groups[-1], m])
            if len(groups[-1]) < GROUP and combinations <= COMBINATIONS:
                groups[-1].append(m)
                continue
        groups.append([m])
    return groups


def _group(model: pyo.ConcreteModel, source: SourceData, group: list[Measure], rest: Remainder) -> Remainder:
    if len(group) == 1 and rest.form.is_constant:
        return _first(model, group[0])
    weights = _weights(model, source, group)
    if rest.form.is_constant and model.has_many_weights:
        each = [_level(model, m).scaled(-1.0) for m in group]
        form = sum_of(rest.form.rows, [rest.form, weights.of(weights.combos.saved), *each])
    elif rest.form.is_constant:
        form = weights.of(weights.combos.left)
    else:
        every = _combinations(model, group, 0)
        form = every.of(_parts(model, source, every, weights, rest), every.left)
    after = Remainder(form, rest.low, rest.high)
    for m in group:
        after = _after(after, m, form)
    return after


@dataclass(eq=False)
class Weights:
    """Weights of combinations, and what they leave to one measure alone, or to none, where these have no column.

    `alone[levels]`: the weight of such a one, one row per year.
    """

    combos: Combinations
    columns: Columns
    alone: dict[tuple[int, ...], LinearForm]

    def of(self, values: Floats) -> LinearForm:
        """Sum over combinations of values (I,) x weight, one row per year."""
        return self.combos.of(self.columns, values)

    def each(self, levels: tuple[int, ...]) -> LinearForm:
        """The weight of one combination, one row per year."""
        if levels in self.alone:
            return self.alone[levels]
        return self.of(np.all(self.combos.levels == levels, axis=1)[self.combos.which].astype(float))


def has_many_weights(instance: Instance) -> bool:
    """Whether weights are so many that those of one measure and of none are better left out."""
    count = 0
    for s in range(len(instance.sources)):
        whole = [m for m in measures_on(instance, s, "location") if m.project.is_single]
        count += sum(prod(len(m.levels) + 1 for m in group) for group in _groups(whole))
    return count * len(instance.years) >= MANY


def _combinations(model: pyo.ConcreteModel, group: list[Measure], least: int) -> Combinations:
    """What of a group has a weight: where these are many, possible combinations of at least so many measures."""
    many = model.has_many_weights
    return possible_combinations(model.instance, group, least) if many else combinations_of(group, 0)


def _weights(model: pyo.ConcreteModel, source: SourceData, group: list[Measure]) -> Weights:
    years = [int(y) for y in model.instance.years]
    combos = _combinations(model, group, 2)
    columns = model.matrix.add_columns("weight", len(combos.year), label=combos.label(source, years))
    add, used = model.matrix.add_rows, np.unique(combos.year)
    nobody = (0,) * len(group)
    none, alone = constant(np.ones(len(years))) + combos.of(columns, combos.together - 1), {}
    for k, m in enumerate(group):
        for j, level in enumerate(m.levels, start=1):
            one = (*nobody[:k], j, *nobody[k + 1 :])
            operates = model.started.effect([(m.project, operates_at(m, level).astype(float))])
            alone[one] = operates - combos.of(columns, combos.at_level(k, j))
            none = none - operates
    if model.has_many_weights:
        alone[nobody] = none
        for one, form in alone.items():
            name = "weight_of_one" if any(one) else "weight_of_none"
            add(name, form.taken(used), 0.0, label=lambda i, c=one: (source.id, c, years[used[i]]))
        return Weights(combos, columns, alone)
    add("weights_sum_to_one", combos.of(columns, np.ones(len(combos.year))), 1.0, 1.0, lambda y: (source.id, years[y]))
    for one, form in alone.items():
        add("weights_match_operation", form, 0.0, 0.0, lambda y, c=one: (source.id, c, years[y]))
    return Weights(combos, columns, {})


def _parts(
    model: pyo.ConcreteModel, source: SourceData, every: Combinations, weights: Weights, rest: Remainder
) -> Columns:
    """rest x weight for each combination."""
    years = [int(y) for y in model.instance.years]
    label = every.label(source, years)
    parts = model.matrix.add_columns("part", len(every.year), label=label)
    total = every.of(parts, np.ones(len(every.year))) - rest.form
    model.matrix.add_rows("parts_sum_to_rest", total, 0.0, 0.0, lambda y: (source.id, years[y]))
    for c, levels in enumerate(every.levels):
        at = np.flatnonzero(every.which == c)
        year = every.year[at]
        part, weight = of_columns(parts, at), weights.each(tuple(levels)).taken(year)
        low, high = weight.scaled(rest.low[year]), weight.scaled(rest.high[year])
        model.matrix.add_rows("part_at_most", part - high, upper=0.0, label=lambda i, at=at: label(at[i]))
        model.matrix.add_rows("part_at_least", part - low, 0.0, label=lambda i, at=at: label(at[i]))
    return parts


def _by_digits(model: pyo.ConcreteModel, source: SourceData, m: Measure, rest: Remainder) -> Remainder:
    """rest x (1 - share x operating), with the units operating at each level written in binary digits."""
    n = len(m.share)
    taken = LinearForm(n)
    for effect in m.levels:
        at_level = np.isclose(m.project.effect, effect).astype(float)
        count = model.started.effect([(m.project, at_level)])
        taken = taken + _product(model, m.project, count, rest).scaled(m.share * effect)
    return _after(rest, m, rest.form - taken)


def _product(model: pyo.ConcreteModel, p: ProjectData, count: LinearForm, rest: Remainder) -> LinearForm:
    n = count.rows
    digits = int(p.most).bit_length() if p.integer else model.question.digits
    step = 1.0 if p.integer else p.most / 2**digits
    worth = step * 2.0 ** np.arange(digits)
    bits = model.matrix.add_columns("digit", n * digits, 0.0, 1.0, True)
    parts = model.matrix.add_columns("digit_part", n * digits, lower=-np.inf)
    bit, part = of_columns(bits, range(bits.size)), of_columns(parts, range(parts.size))
    low, high = np.repeat(rest.low, digits), np.repeat(rest.high, digits)
    rest_each = rest.form.taken(np.repeat(np.arange(n), digits))
    _envelope(model, part, bit, rest_each, low, high, np.ones(n * digits))
    sums = sparse.csr_array(np.kron(np.eye(n), worth[None, :]))
    number, total = LinearForm(n, {bits: sums}), LinearForm(n, {parts: sums})
    if p.integer:
        model.matrix.add_rows("digits_are_units", number - count, 0.0, 0.0)
        return total
    crumbs = model.matrix.add_columns("crumb", n, 0.0, step)
    crumb_parts = model.matrix.add_columns("crumb_part", n, lower=-np.inf)
    crumb, crumb_part = of_columns(crumbs, range(n)), of_columns(crumb_parts, range(n))
    model.matrix.add_rows("digits_are_size", number + crumb - count, 0.0, 0.0)
    _envelope(model, crumb_part, crumb, rest.form, rest.low, rest.high, np.full(n, step))
    return total + crumb_part


def _envelope(
    model: pyo.ConcreteModel, part: LinearForm, x: LinearForm, r: LinearForm, low: Floats, high: Floats, top: Floats
) -> None:
    """part = r x with low <= r <= high and 0 <= x <= top: McCormick's four rows, exact at x = 0 and x = top."""
    add = model.matrix.add_rows
    add("product_at_most_high", part - x.scaled(high), upper=0.0)
    add("product_at_least_low", part - x.scaled(low), 0.0)
    add("product_at_most_rest", part - r.scaled(top) - x.scaled(low), upper=-low * top)
    add("product_at_least_rest", part - r.scaled(top) - x.scaled(high), -high * top)
