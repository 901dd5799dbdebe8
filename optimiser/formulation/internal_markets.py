r"""Internal markets: entities under one cap, each with what it is given, and transfers that cancel within the group.

$$ \text{covered}_{a,y} + \text{kept}_{a,y} \le \text{given}_{a,y} + \text{transferred}_{a,y} + \text{kept}_{a,y-1},
   \qquad \sum_a \text{transferred}_{a,y} = 0, \qquad \text{kept}_{a,y} \le K_{a,y} $$

Transfers are free for the group: no money leaves it. With the whole numbers of a plan fixed, the dual of the first row
is the same for all accounts of a year: the internal carbon price, the worth of a tonne of the cap at the margin.
"""

from __future__ import annotations

import pyomo.environ as pyo

from optimiser.formulation.matrix import add_total, sum_of
from optimiser.formulation.model import variables
from optimiser.instance.data import Instance
from optimiser.instance.market_data import InternalMarketData


def add_internal_markets(model: pyo.ConcreteModel) -> None:
    """Adds `covered`, `transferred` and `kept_inside` for every account, and the rows that they keep."""
    instance: Instance = model.instance
    markets = {m.id: m for m in instance.markets if isinstance(m, InternalMarketData)}
    accounts = {(m.id, a.id): a for m in markets.values() for a in m.accounts}
    n = len(instance.years)
    forms = [
        sum_of(n, [model.sources.gross(s, markets[market].ledger) for s in a.sources])
        for (market, _), a in accounts.items()
    ]
    covered = add_total(model, "covered", list(accounts), forms, [int(y) for y in instance.years])
    index = [(*k, int(instance.years[y])) for k in accounts for y in markets[k[0]].years]
    most = {(m, a, y): markets[m].keeps_at_most(accounts[m, a], instance.year_index(y)) for m, a, y in index}
    keeping = [i for i in index if most[i] > 0]
    model.transferred = variables(index, domain=pyo.Reals)
    model.kept_inside = variables(keeping, domain=pyo.NonNegativeReals, bounds=lambda _, *i: (0, most[i]))

    def kept(market: str, account: str, y: int):
        return model.kept_inside[market, account, y] if (market, account, y) in model.kept_inside else 0.0

    @model.Constraint(index)
    def covered_within_allowances(m, market, account, y):
        of, i = markets[market], instance.year_index(y)
        start = of.bank.start if of.bank is not None and i == of.years[0] else 0.0
        before = kept(market, account, y - 1) + m.transferred[market, account, y]
        given = float(accounts[market, account].free[i]) + start
        return covered[(market, account), y] + kept(market, account, y) - before <= given

    @model.Constraint(sorted({(market, y) for market, _, y in index}))
    def transfers_cancel(m, market, y):
        return sum(m.transferred[market, a.id, y] for a in markets[market].accounts) == 0
