r"""Credits of our own: what sinks remove and facilities avoid may be sold or surrendered once, or certified instead.

For a project $p$ of a market, by the year $y$ of the removal (the credit is issued $\lambda$ years later):

$$ \text{credit\_sold}_{p,y} + \text{credit\_used}_{p,y} \le (1 - \beta)\,\bigl(\max(\text{removal}_{p,y}, 0)
   + \text{factor}_{p,y}\,\text{output sold}_{p,y}\bigr) \quad\text{of units in their crediting period} $$
$$ \text{certified}_{p,y} \le \text{output sold}_{p,y}, \qquad
   \text{certified}_{p,y} \le U_{p,y}\,\text{certifies}_{p,y}, \qquad
   \text{credit\_sold}_{p,y} + \text{credit\_used}_{p,y} \le V_{p,y}\,(1 - \text{certifies}_{p,y}) $$

The last two rows are for projects that could do both: in one year of one project it is either. $U$ and $V$ are what the
data allow. A removal that is sold as a credit no longer counts for a target of ours, nor what the buffer holds back for
it: `removed` is less by $\text{credit\_sold}_{p,y} / (1 - \beta)$. A year in which units of one start give carbon back
earns them no credit; what they give back comes out of `removed`.

What is sold of avoided emissions is the buyer's in the same way. A credit for output takes no more than the output
displaces. Where $u_{p,y}$ more is credited per output than displaced, a share $\rho_{p,y}$ of the credit is tonnes that
we never counted:

$$ \text{avoided\_given}_{p,y} \ge \frac{\text{credit\_sold}_{p,y}}{1 - \beta} - u_{p,y}\,\text{output sold}_{p,y},
   \qquad
   \text{avoided\_given}_{p,y} \ge (1 - \rho_{p,y})\,\frac{\text{credit\_sold}_{p,y}}{1 - \beta} $$

The larger of the two is what the credits take if those for output are sold first, however output is split.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pyomo.environ as pyo
from scipy import sparse

from optimiser.formulation.matrix import Columns, LinearForm, of_columns, sum_of
from optimiser.formulation.postings import Posting
from optimiser.instance.data import Instance, ProjectData
from optimiser.instance.market_data import ExternalMarketData, IssueData
from optimiser.instance.timing import Floats


@dataclass(frozen=True, eq=False)
class OwnCredits:
    """Credits of one project in one market: columns by vintage, `vintages` being indices of years.

    `given` are tonnes avoided that go with what is sold, by year, where credits of the project differ in it.
    """

    market: ExternalMarketData
    issue: IssueData
    vintages: list[int]
    sold: Columns
    used: Columns
    given: Columns | None = None

    def by_vintage(self, columns: Columns, n: int) -> LinearForm:
        """kt by the year of the removal, one row per year."""
        return self._placed(columns, n, np.array(self.vintages, dtype=int), np.ones(len(self.vintages)))

    def by_issue(self, columns: Columns, n: int, worth: Floats | None = None) -> LinearForm:
        """kt (or money at `worth` (Y,) per kt) by the year of the issue, one row per year."""
        years = np.array(self.vintages, dtype=int) + self.market.issue_lag
        return self._placed(columns, n, years, np.ones(len(years)) if worth is None else worth[years])

    def _placed(self, columns: Columns, n: int, rows: np.ndarray, values: Floats) -> LinearForm:
        data = (values, (rows, np.arange(columns.size)))
        return LinearForm(n, {columns: sparse.csr_array(data, shape=(n, columns.size))})


@dataclass(frozen=True, eq=False)
class Certified:
    """Output certified by one project in one market: one column per year."""

    market: ExternalMarketData
    project: ProjectData
    columns: Columns


def add_credit_issues(model: pyo.ConcreteModel) -> None:
    """Adds the credits and certificates that projects may earn, as `model.own_credits` and `model.certified`."""
    instance: Instance = model.instance
    markets = [m for m in instance.markets if isinstance(m, ExternalMarketData)]
    model.own_credits = [_credits(model, m, i) for m in markets for i in m.issues]
    model.certified = [_certified(model, m, instance.projects[p]) for m in markets for p, _ in m.certificates]
    for certified in model.certified:
        for own in model.own_credits:
            if own.issue.project == certified.project.index:
                _exclude(model, own, certified)


def _credits(model: pyo.ConcreteModel, market: ExternalMarketData, issue: IssueData) -> OwnCredits:
    p, years = model.instance.projects[issue.project], model.instance.years
    vintages = market.vintages()
    useful = np.inf if market.accounts else 0.0
    most_used = np.array([useful if market.credit_share[v + market.issue_lag] > 0 else 0.0 for v in vintages])

    def label(i: int) -> tuple[str, str, int]:
        return market.id, p.id, int(years[vintages[i]])

    sold = model.matrix.add_columns("credit_sold", len(vintages), label=label)
    used = model.matrix.add_columns("credit_used", len(vintages), 0.0, most_used, label=label)
    own = OwnCredits(market, issue, vintages, sold, used)
    every = range(len(vintages))
    earned, output = model.started.effect([(p, issue.direct)]), _credited(model, p, issue)
    if output is not None and issue.per_output is not None:
        earned = earned + output.scaled(issue.per_output)
    room = earned.taken(vintages) - of_columns(sold, every) - of_columns(used, every)
    model.matrix.add_rows("credits_within_issue", room, 0.0, label=label)
    return replace(own, given=_given(model, own, output)) if output is not None and issue.takes_differ else own


def _credited(model: pyo.ConcreteModel, p: ProjectData, issue: IssueData) -> LinearForm | None:
    """Output sold that is credited, one row per year."""
    if issue.per_output is None or p.delivery is None:
        return None
    sold = model.output[p.index] - model.on_site[p.index]
    if issue.limited:
        made = model.started.effect([(p, p.effect * issue.within * p.delivery.output)])
        split = p.delivery.split
        sold = made.scaled(1 - split) if split is not None else _least(model, p, made, sold)
    return sold


def _given(model: pyo.ConcreteModel, own: OwnCredits, output: LinearForm) -> Columns:
    """Adds what credits sold take from what is avoided: those for output first, which take less."""
    years, issue = model.instance.years, own.issue
    who = own.market.id, model.instance.projects[issue.project].id
    columns = model.matrix.add_columns("avoided_given", len(years), label=lambda y: (*who, int(years[y])))
    given, sold = of_columns(columns, range(len(years))), own.by_vintage(own.sold, len(years))
    whole = given - sold.scaled(issue.takes_avoided) + output.scaled(issue.uncounted)
    model.matrix.add_rows("credits_take_what_is_avoided", whole, 0.0, label=columns.label)
    least = given - sold.scaled(issue.takes_displaced)
    model.matrix.add_rows("credits_take_what_is_displaced", least, 0.0, label=columns.label)
    return columns


def _least(model: pyo.ConcreteModel, p: ProjectData, made: LinearForm, sold: LinearForm) -> LinearForm:
    """Output that is credited: neither more than units in their crediting period make, nor more than is sold."""
    years = model.instance.years
    columns = model.matrix.add_columns("credited_output", len(years), label=lambda y: (p.id, int(years[y])))
    credited = of_columns(columns, range(columns.size))
    model.matrix.add_rows("credited_output_is_made_in_period", made - credited, 0.0, label=columns.label)
    model.matrix.add_rows("credited_output_is_sold", sold - credited, 0.0, label=columns.label)
    return credited


def _certified(model: pyo.ConcreteModel, market: ExternalMarketData, p: ProjectData) -> Certified:
    years = model.instance.years
    most = np.where(np.isin(np.arange(len(years)), market.years), np.inf, 0.0)
    columns = model.matrix.add_columns(
        "certified", len(years), 0.0, most, label=lambda y: (market.id, p.id, int(years[y]))
    )
    sold = model.output[p.index] - model.on_site[p.index]
    model.matrix.add_rows(
        "certified_is_sold", sold - of_columns(columns, range(columns.size)), 0.0, label=columns.label
    )
    return Certified(market, p, columns)


def _exclude(model: pyo.ConcreteModel, own: OwnCredits, certified: Certified) -> None:
    """Credits or certificates: one of the two in a year of a project."""
    p, issue, vintages = certified.project, own.issue, own.vintages
    assert p.delivery is not None
    most_made = p.effect.max(axis=0) * p.most * p.delivery.output
    most_credits = issue.direct.max(axis=0) * p.most
    if issue.per_output is not None:
        most_credits = most_credits + most_made * issue.per_output
    flags = model.matrix.add_columns("certifies", len(vintages), 0.0, 1.0, True, label=own.sold.label)
    every = range(len(vintages))
    certifies, share = of_columns(flags, every), of_columns(certified.columns, vintages)
    credits = of_columns(own.sold, every) + of_columns(own.used, every)
    model.matrix.add_rows(
        "certified_instead_of_credited", share - certifies.scaled(most_made[vintages]), upper=0.0, label=flags.label
    )
    model.matrix.add_rows(
        "credited_instead_of_certified",
        credits + certifies.scaled(most_credits[vintages]),
        upper=most_credits[vintages],
        label=flags.label,
    )


def removals_sold(model: pyo.ConcreteModel, projects: Collection[int]) -> LinearForm:
    """kt that these projects remove and sell as credits, by the year of the removal, one row per year."""
    n = len(model.instance.years)
    owned = _owned(model, projects)
    return sum_of(n, [own.by_vintage(own.sold, n).scaled(own.issue.takes_removed) for own in owned])


def avoided_sold(model: pyo.ConcreteModel, projects: Collection[int]) -> LinearForm:
    """kt that these projects avoid and sell as credits, by the year in which they do so, one row per year."""
    n = len(model.instance.years)
    return sum_of(n, [_taken(own, n) for own in _owned(model, projects)])


def _taken(own: OwnCredits, n: int) -> LinearForm:
    """kt that credits sold take from what is avoided, one row per year."""
    if own.given is not None:
        return of_columns(own.given, range(n))
    return own.by_vintage(own.sold, n).scaled(own.issue.takes_displaced)


def _owned(model: pyo.ConcreteModel, projects: Collection[int]) -> list[OwnCredits]:
    return [own for own in model.own_credits if own.issue.project in projects]


def add_credit_income(model: pyo.ConcreteModel) -> None:
    """Adds what credits and certificates bring, to the entity of the project that earns them."""
    instance: Instance = model.instance
    n = len(instance.years)
    for own in model.own_credits:
        p = instance.projects[own.issue.project]
        assert own.market.credit_price is not None
        income = own.by_issue(own.sold, n, -own.market.credit_price)
        model.postings.append(Posting("carbon", own.market.id, frozenset({p.entity}), income, p.tags))
    for c in model.certified:
        price = dict(c.market.certificates)[c.project.index]
        income = of_columns(c.columns, range(n)).scaled(-price)
        owner, whose = c.market.id, frozenset({c.project.entity})
        model.postings.append(Posting("certificates", owner, whose, income, c.project.tags))
