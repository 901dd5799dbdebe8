r"""Markets: every account surrenders what is due, with allowances given, bought, kept or borrowed, and some credits.

For an account $a$ of a market, with $\rho_y$ the share of covered emissions that is phased in and $\varepsilon$ the
interest on what is borrowed:

$$ \text{due}_{a,y} = \rho_y \sum_{s \in a} \text{gross}_{s,y} $$
$$ \text{due}_{a,y} + \text{sold}_{a,y} + \text{banked}_{a,y} + (1 + \varepsilon)\,\text{borrowed}_{a,y-1}
   \le \text{free}_{a,y} + \text{bought}_{a,y} + \text{banked}_{a,y-1} + \text{borrowed}_{a,y}
   + \text{credits}_{a,y} + \text{own\_credits}_{a,y} $$
$$ \text{credits}_{a,y} + \text{own\_credits}_{a,y} \le \kappa_y\,\text{due}_{a,y}, \qquad
   \text{borrowed}_{a,y} \le \beta\,\text{due}_{a,y}, \qquad
   \sum_a \text{own\_credits}_{a,y} = \sum_p \text{credit\_used}_{p,\,y-\lambda} $$
$$ \text{banked}_{a,y} \le K + \mu\,\text{net\_sales}_{a,y}, \qquad
   \text{net\_sales}_{a,y} \le \sum_{k \le y} (\text{sold}_{a,k} - \text{bought}_{a,k})
   + M_y\,(1 - \text{is\_net\_seller}_{a,y}), \qquad
   \text{net\_sales}_{a,y} \le N_y\,\text{is\_net\_seller}_{a,y} $$

What is not used, sold or kept lapses. Free allowances never depend on the plan, so that every tonne abated is worth the
full price. The net sales of who bought more than it sold count as none, not as less than none; $M$ and $N$ are what the
data allow. Without a limit $K$ is what the baseline has still to surrender later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from scipy import sparse

from optimiser.formulation.emissions import gross_bounds
from optimiser.formulation.matrix import LinearForm, add_total, of_columns, sum_of
from optimiser.formulation.model import variables
from optimiser.formulation.postings import Posting
from optimiser.instance.data import Instance
from optimiser.instance.market_data import AccountData, ExternalMarketData
from optimiser.instance.timing import Floats

Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Account:
    """An account with bounds (Y,) that follow from the data: nobody has reason to go beyond them."""

    market: ExternalMarketData
    data: AccountData
    most_due: Floats
    most_net_sales: Floats
    most_banked: Floats
    most_bought: Floats

    def opens(self, y: int) -> bool:
        """True in the first year of the market."""
        return y == self.market.years[0]


def _account(instance: Instance, market: ExternalMarketData, data: AccountData) -> Account:
    """Bounds: what is bought is due, kept, or given back; what is sold net was given, held, borrowed or a credit."""
    n = len(instance.years)
    due = gross_bounds(instance, data.sources, market.ledger)[1] * market.phase_in
    bank, borrowed = market.bank, market.borrowing * due
    net_sales = np.cumsum(data.free + market.credit_share * due) + borrowed + (bank.start if bank else 0.0)
    banked = np.zeros(n)
    if bank is not None:
        for y in market.years:
            least = market.keeps_at_most(data, int(y))
            may = y != market.years[-1] or market.keeps_value
            banked[y] = least + (bank.multiple * net_sales[y] if may else 0.0)
    returned = (1 + market.interest) * np.append(0.0, borrowed[:-1])
    return Account(market, data, due, net_sales, banked, due + banked + returned)


def add_markets(model: pyo.ConcreteModel) -> None:
    """Adds `due`, the decisions of every account, and the rows that they keep."""
    instance: Instance = model.instance
    markets = [m for m in instance.markets if isinstance(m, ExternalMarketData)]
    accounts = {(m.id, a.id): _account(instance, m, a) for m in markets for a in m.accounts}
    model.accounts = accounts
    forms = [_gross(model, a.data.sources, a.market.ledger).scaled(a.market.phase_in) for a in accounts.values()]
    add_total(model, "due", list(accounts), forms, [int(y) for y in instance.years])
    _add_decisions(model, accounts)
    _add_lacking(model, accounts)
    _add_balance(model, accounts)
    _add_credits(model, accounts, markets)
    _add_holding_limits(model, {k: a for k, a in accounts.items() if a.market.bank and a.market.bank.multiple})


def _gross(model: pyo.ConcreteModel, sources: tuple[int, ...], ledger: Any) -> LinearForm:
    return sum_of(len(model.instance.years), [model.sources.gross(s, ledger) for s in sources])


def _add_decisions(model: pyo.ConcreteModel, accounts: dict[Key, Account]) -> None:
    instance: Instance = model.instance
    index = [(*k, int(instance.years[y])) for k, a in accounts.items() for y in a.market.years]

    def bounded(most: dict[tuple[str, str, int], float | None]) -> pyo.Var:
        return variables(list(most), domain=pyo.NonNegativeReals, bounds=lambda _, *i: (0, most[i]))

    def of(i: tuple[str, str, int]) -> tuple[Account, int]:
        return accounts[i[:2]], instance.year_index(i[2])

    def floats(name: str, where: Any) -> dict[tuple[str, str, int], float | None]:
        found = {}
        for i in index:
            a, y = of(i)
            if where(a, y):
                found[i] = float(getattr(a, name)[y]) if name else None
        return found

    model.bought = bounded(floats("most_bought", lambda a, y: a.market.may_buy))
    model.sold = bounded(floats("", lambda a, y: a.market.may_sell))
    model.banked = bounded(floats("most_banked", lambda a, y: a.most_banked[y] > 0))
    model.borrowed = bounded(floats("", lambda a, y: a.market.borrowing > 0 and y != a.market.years[-1]))
    model.market_credits = bounded(floats("", lambda a, y: a.market.credit_share[y] > 0))
    model.own_used = bounded(floats("", lambda a, y: a.market.credit_share[y] > 0 and bool(a.market.issues)))


def _add_lacking(model: pyo.ConcreteModel, accounts: dict[Key, Account]) -> None:
    """What accounts may leave undelivered, where the question is how much that is at least."""
    years = [int(y) for y in model.instance.years]
    asked = [k for k in accounts if ("market", k[0]) in model.question.more]
    model.lacking = variables(
        [(*k, years[y]) for k in asked for y in accounts[k].market.years], domain=pyo.NonNegativeReals
    )

    @model.Constraint([k for k in model.more if k[0] == "market" and any(k[1] == market for market, _ in asked)])
    def lacking_within_more(m, kind, market, y):
        return sum(_of(m.lacking, k, y) for k in asked if k[0] == market) - m.more[kind, market, y] <= 0


def _of(variable: Any, key: Key, y: int) -> Any:
    """A decision where there is one, else nothing."""
    return variable[(*key, y)] if (*key, y) in variable else 0.0


def _add_balance(model: pyo.ConcreteModel, accounts: dict[Key, Account]) -> None:
    instance: Instance = model.instance
    index = [(*k, int(instance.years[y])) for k, a in accounts.items() for y in a.market.years]

    @model.Constraint(index)
    def surrenders_what_is_due(m, market, account, y):
        key, a = (market, account), accounts[market, account]
        start = a.market.bank.start if a.market.bank and a.opens(instance.year_index(y)) else 0.0
        returned = (1 + a.market.interest) * _of(m.borrowed, key, y - 1)
        taken = m.due[key, y] + _of(m.sold, key, y) + _of(m.banked, key, y) + returned
        had = _of(m.bought, key, y) + _of(m.banked, key, y - 1) + _of(m.borrowed, key, y)
        credits = _of(m.market_credits, key, y) + _of(m.own_used, key, y) + _of(m.lacking, key, y)
        return taken - had - credits <= float(a.data.free[instance.year_index(y)]) + start

    @model.Constraint(list(model.borrowed))
    def borrows_a_share(m, market, account, y):
        return m.borrowed[market, account, y] <= accounts[market, account].market.borrowing * m.due[market, account, y]


def _add_credits(model: pyo.ConcreteModel, accounts: dict[Key, Account], markets: list[ExternalMarketData]) -> None:
    instance: Instance = model.instance

    @model.Constraint(list(model.market_credits))
    def credits_within_share(m, market, account, y):
        share = float(accounts[market, account].market.credit_share[instance.year_index(y)])
        used = m.market_credits[market, account, y] + _of(m.own_used, (market, account), y)
        return used <= share * m.due[market, account, y]

    columns = model.matrix.of_pyomo(model.own_used)
    place = {i: at for at, i in enumerate(model.own_used)}
    n = len(instance.years)
    for market in markets:
        own = [o for o in model.own_credits if o.market is market]
        if not own or not market.accounts:
            continue
        issued = sum_of(n, [o.by_issue(o.used, n) for o in own])
        for y in (int(y) for y in market.years if market.credit_share[y] > 0):
            year = int(instance.years[y])
            used = of_columns(columns, [place[market.id, a.id, year] for a in market.accounts]).summed(
                np.ones(len(market.accounts))
            )
            model.matrix.add_rows(
                "own_credits_are_issued", used - issued.taken([y]), 0.0, 0.0, lambda _, i=(market.id, year): i
            )


def _add_holding_limits(model: pyo.ConcreteModel, accounts: dict[Key, Account]) -> None:
    """Where net sales raise the holding limit: how much they are, and whether there are any."""
    instance: Instance = model.instance
    index = [i for i in model.banked if i[:2] in accounts]
    model.net_sales = variables(index, domain=pyo.NonNegativeReals)
    model.is_net_seller = variables(index, domain=pyo.Binary)

    @model.Constraint(index)
    def banked_within_limit(m, market, account, y):
        a = accounts[market, account]
        assert a.market.bank is not None
        keep = a.market.keeps_at_most(a.data, instance.year_index(y))
        return m.banked[market, account, y] <= keep + a.market.bank.multiple * m.net_sales[market, account, y]

    @model.Constraint(index)
    def net_sales_are_sales_less_purchases(m, market, account, y):
        key, a = (market, account), accounts[market, account]
        years = [int(instance.years[k]) for k in a.market.years if instance.years[k] <= y]
        net = sum(_of(m.sold, key, k) - _of(m.bought, key, k) for k in years)
        most = float(np.sum(a.most_bought[: instance.year_index(y) + 1]))
        return m.net_sales[market, account, y] <= net + most * (1 - m.is_net_seller[market, account, y])

    @model.Constraint(index)
    def only_a_net_seller_has_net_sales(m, market, account, y):
        most = float(accounts[market, account].most_net_sales[instance.year_index(y)])
        return m.net_sales[market, account, y] <= most * m.is_net_seller[market, account, y]


def add_market_postings(model: pyo.ConcreteModel) -> None:
    """Adds what allowances and credits cost each account, and what those left at the end are worth."""
    instance: Instance = model.instance
    decisions = {name: getattr(model, name) for name in ("bought", "sold", "market_credits", "banked")}
    columns = {name: model.matrix.of_pyomo(variable) for name, variable in decisions.items()}
    place = {name: {i: at for at, i in enumerate(variable)} for name, variable in decisions.items()}
    n = len(instance.years)

    def money(name: str, key: Key, price: Floats) -> LinearForm:
        years = [y for y in range(n) if (*key, int(instance.years[y])) in place[name]]
        at = [place[name][(*key, int(instance.years[y]))] for y in years]
        if not years:
            return LinearForm(n)
        matrix = sparse.csr_array((price[years], (years, at)), shape=(n, columns[name].size))
        return LinearForm(n, {columns[name]: matrix})

    for key, a in model.accounts.items():
        m = a.market
        total = money("bought", key, m.price) + money("sold", key, -m.sells)
        if m.credit_price is not None:
            total = total + money("market_credits", key, m.credit_price)
        after = money("banked", key, -m.sells).taken([n - 1]) if m.keeps_value else None
        model.postings.append(Posting("carbon", m.id, a.data.entities, total, after=after))
