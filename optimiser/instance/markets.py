"""Markets to numbers: who is covered, what is given, and what may be issued."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optimiser.instance.data import EntityData, Ledger, ProjectData, SourceData
from optimiser.instance.market_data import (
    AccountData,
    AnyMarketData,
    BankData,
    ExternalMarketData,
    InternalMarketData,
    IssueData,
)
from optimiser.instance.paths import Paths
from optimiser.instance.timing import Floats, Ints
from optimiser.scenario.allocation import Benchmark, Given
from optimiser.scenario.kinds import Facility
from optimiser.scenario.markets import Chosen, ExternalMarket, InternalBanking, InternalMarket, Issues, Market
from optimiser.scenario.model import Scenario
from optimiser.scenario.values import Path
from optimiser.units import NUMBER


def compile_markets(
    scenario: Scenario,
    paths: Paths,
    entities: Sequence[EntityData],
    sources: Sequence[SourceData],
    projects: Sequence[ProjectData],
) -> tuple[AnyMarketData, ...]:
    """All markets in the order of the file."""
    compiler = _Compiler(scenario, paths, entities, sources, projects)
    return tuple(
        compiler.internal(n, m) if isinstance(m, InternalMarket) else compiler.external(n, m)
        for n, m in scenario.markets.items()
    )


def credit_price(scenario: Scenario, paths: Paths) -> Floats | None:
    """The lowest price (Y,) at which a market of the year sells credits, infinite without one; None without any."""
    found = []
    for m in scenario.markets.values():
        if isinstance(m, ExternalMarket) and m.credits is not None:
            price = np.full(len(paths.years), np.inf)
            open_ = years_of(m, scenario.horizon.first, scenario.horizon.last)
            price[open_] = paths.over_horizon(m.credits.price)[open_]
            found.append(price)
    return np.min(found, axis=0) if found else None


def years_of(market: Market, first: int, last: int) -> Ints:
    """Indices of the years of a horizon in which there is a market."""
    begins = first if market.from_year is None else max(market.from_year, first)
    ends = last if market.until_year is None else min(market.until_year, last)
    return np.arange(begins, ends + 1) - first


class _Compiler:
    """What compiling one market needs of the rest of the scenario."""

    def __init__(
        self,
        scenario: Scenario,
        paths: Paths,
        entities: Sequence[EntityData],
        sources: Sequence[SourceData],
        projects: Sequence[ProjectData],
    ):
        self.scenario, self.paths = scenario, paths
        self.entities, self.sources, self.projects = entities, sources, projects
        self.entity_index = {e.id: i for i, e in enumerate(entities)}
        self.n = len(paths.years)

    def external(self, name: str, market: ExternalMarket) -> ExternalMarketData:
        """A market outside."""
        common = self._common(name, market)
        on = np.isin(np.arange(self.n), common["years"]).astype(float)
        phase_in = self._path(market.phase_in, 1.0) * on
        accounts = self._accounts(market, market.pooled) if market.price is not None else []
        price = self._path(market.price, 0.0)
        sells = self._path(market.sell_price, 0.0) if market.sell_price is not None else price * (1 - market.spread)
        credits = market.credits
        runs_on = common["years"][-1] == self.n - 1
        return ExternalMarketData(
            **common,
            accounts=tuple(self._given(market, a, phase_in, on) for a in accounts),
            bank=_bank(market.banking, getattr(market.banking, "multiple", 0.0)),
            phase_in=phase_in,
            price=price,
            sells=sells,
            may_buy=market.buy,
            may_sell=market.sell,
            borrowing=market.borrowing.share if market.borrowing is not None else 0.0,
            interest=market.borrowing.interest if market.borrowing is not None else 0.0,
            credit_share=self._path(credits.share if credits is not None else None, 0.0),
            credit_price=self.paths.over_horizon(credits.price) if credits is not None else None,
            issues=self._issues(market.issues) if market.issues is not None else (),
            issue_lag=market.issues.lag if market.issues is not None else 0,
            certificates=self._certificates(market),
            keeps_value=market.final_value == "price" and bool(runs_on),
        )

    def internal(self, name: str, market: InternalMarket) -> InternalMarketData:
        """A market inside."""
        common = self._common(name, market)
        on = np.isin(np.arange(self.n), common["years"]).astype(float)
        ledger = common["ledger"]
        accounts = self._accounts(market, False)
        bases = [self._base(a, ledger, market.against) for a in accounts]
        shares: list[Floats] = []
        tonnes: list[Floats] = []
        given = dict(market.allocation.by_entity) if market.allocation is not None else {}
        emitted = np.array([sum(self.sources[s].base[ledger] for s in a.sources) for a in accounts])
        emitted = emitted / emitted.sum() if emitted.sum() > 0 else np.full(len(accounts), 1 / len(accounts))
        for account, start in zip(accounts, emitted, strict=True):
            part = given.get(account.id)
            if part is None:
                shares.append(np.full(self.n, start))
            elif self._is_share(part):
                shares.append(self._tonnes(part))
            else:
                tonnes.append(self._tonnes(part))
        if tonnes:
            free = tonnes
        else:
            assert market.cap is not None
            cap = self.paths.over_horizon(market.cap)
            cap = cap * np.sum(bases, axis=0) if self._is_share(market.cap) else cap
            free = [cap * share for share in shares]
        filled = tuple(
            AccountData(a.id, a.label, a.entities, a.sources, f * on, self._baseline(a, ledger) * on)
            for a, f in zip(accounts, free, strict=True)
        )
        bank = _bank(market.banking, 0.0)
        return InternalMarketData(**common, accounts=filled, bank=bank, cap=np.sum([a.free for a in filled], axis=0))

    def _common(self, name: str, market: Market) -> dict[str, Any]:
        years = years_of(market, self.scenario.horizon.first, self.scenario.horizon.last)
        return {"id": name, "label": market.name or name, "ledger": market.basis, "years": years}

    def _path(self, path: Path | None, absent: float) -> Floats:
        return self.paths.over_horizon(path) if path is not None else np.full(self.n, absent)

    def _accounts(self, market: Market, pooled: bool) -> list[AccountData]:
        """Accounts with the sources that they answer for; the nearest covered entity above a source has it."""
        named = list(dict.fromkeys(market.entities or ()))
        covered = [i for i, s in enumerate(self.sources) if _covers(market, s)]
        none = np.zeros(self.n)
        if not named or pooled:
            within = [self.entities[self.entity_index[e]].below for e in named]
            below = frozenset().union(*within) if named else frozenset(range(len(self.entities)))
            members = tuple(i for i in covered if self.sources[i].entity in below)
            id, label = ("", "") if len(named) != 1 else (named[0], self.entities[self.entity_index[named[0]]].label)
            if not named and len(tops := [e for e in self.entities if e.parent is None]) == 1:
                id, label = tops[0].id, tops[0].label
            return [AccountData(id or "all", label or "all", below, members, none, none)]
        found = []
        for name in named:
            entity = self.entities[self.entity_index[name]]
            members = tuple(i for i in covered if self._holder(self.sources[i].entity, named) == name)
            found.append(AccountData(name, entity.label, entity.below, members, none, none))
        return found

    def _holder(self, entity: int | None, named: list[str]) -> str:
        while entity is not None:
            if self.entities[entity].id in named:
                return self.entities[entity].id
            entity = self.entities[entity].parent
        return ""

    def _baseline(self, account: AccountData, ledger: Ledger) -> Floats:
        return np.sum([self.sources[s].baseline[ledger] for s in account.sources] or [np.zeros(self.n)], axis=0)

    def _base(self, account: AccountData, ledger: Ledger, against: str) -> Floats:
        """What a share is a share of (Y,)."""
        if against == "baseline":
            return self._baseline(account, ledger)
        return np.full(self.n, float(sum(self.sources[s].base[ledger] for s in account.sources)))

    def _given(self, market: ExternalMarket, account: AccountData, phase_in: Floats, on: Floats) -> AccountData:
        """An account with its free allowances and what it is expected to surrender."""
        ledger = market.basis
        free = np.zeros(self.n)
        given = market.free_allocation
        part = None
        if given is not None:
            part = given.whole if given.whole is not None else dict(given.by_entity).get(account.id)
        if part is not None:
            share = self._is_share(part)
            free = self._tonnes(part) * (self._base(account, ledger, market.against) * phase_in if share else on)
        expected = self._baseline(account, ledger) * phase_in
        return AccountData(account.id, account.label, account.entities, account.sources, free, expected)

    def _is_share(self, given: Given) -> bool:
        return not isinstance(given, Benchmark) and self.paths.resolve(given).dimension == NUMBER

    def _tonnes(self, given: Given) -> Floats:
        if isinstance(given, Benchmark):
            return self.paths.over_horizon(given.benchmark) * self.paths.over_horizon(given.activity)
        return self.paths.over_horizon(given)

    def _chosen(self, chosen: Chosen) -> list[ProjectData]:
        """Projects named, and those with a tag that remove or sell something."""
        named, tags = set(chosen.projects or ()), set(chosen.tags or ())
        found = [p for p in self.projects if p.id in named or tags & set(p.tags)]
        return [p for p in found if p.removal_by_age is not None or p.avoids is not None or sells(p)]

    def _issues(self, issues: Issues) -> tuple[IssueData, ...]:
        found = []
        for p in self._chosen(issues):
            within = (p.timing.since >= 0).astype(float)
            if issues.period is not None:
                within *= p.timing.since < issues.period
            plain = issues.factor is None or self._is_share(issues.factor)
            factor = self._path(issues.factor, 1.0)
            share = factor if plain else np.ones(self.n)
            kept = share * (1 - issues.buffer)
            # with a tonne sold goes what is held back for it
            each_sold = np.full(self.n, 1 / (1 - issues.buffer) if issues.buffer < 1 else 0.0)
            direct = np.zeros(within.shape)
            if p.removal is not None:
                direct = p.removal * within * kept
            elif p.avoids is not None:
                direct = p.effect * p.avoids * within * kept
            per_output, uncounted, counted = None, np.zeros(self.n), np.ones(self.n)
            if isinstance(self.scenario.projects[p.id], Facility) and p.delivery is not None and sells(p):
                displaces = np.maximum(p.delivery.displaces, 0)
                each = displaces * share if plain else factor
                per_output = np.maximum(each * (1 - issues.buffer), 0)
                uncounted = np.maximum(each - displaces, 0)
                counted = np.divide(displaces, each, out=counted, where=uncounted > 0)
            sink = p.removal is not None
            found.append(
                IssueData(
                    p.index,
                    np.maximum(direct, 0),
                    per_output,
                    within,
                    issues.period is not None,
                    takes_removed=each_sold * sink,
                    takes_avoided=each_sold * (not sink),
                    takes_displaced=each_sold * counted * (not sink),
                    uncounted=uncounted,
                )
            )
        return tuple(found)

    def _certificates(self, market: ExternalMarket) -> tuple[tuple[int, Floats], ...]:
        if market.certificates is None:
            return ()
        price = self.paths.over_horizon(market.certificates.price)
        return tuple((p.index, price) for p in self._chosen(market.certificates) if sells(p))


def sells(project: ProjectData) -> bool:
    """True where some of what a facility makes may be sold."""
    return project.delivery is not None and project.delivery.split != 1.0


def _covers(market: Market, source: SourceData) -> bool:
    if market.sources is not None:
        return source.id in market.sources
    if market.scopes is not None and source.scope not in market.scopes:
        return False
    return market.categories is None or source.scope != 3 or source.category in market.categories


def _bank(banking: InternalBanking | None, multiple: float) -> BankData | None:
    if banking is None:
        return None
    keep = banking.keep.value if banking.keep is not None else 0.0 if multiple else None
    return BankData(keep, multiple, banking.start.value if banking.start is not None else 0.0)


__all__ = ["compile_markets", "credit_price", "sells"]
