"""A schedule with its markets as rows that must not be negative, and money."""

import numpy as np

from tests.reference.case import Case, Condition
from tests.reference.effects import Effects
from tests.reference.quantities import quantity
from tests.reference.world import World

from .coverage import YEARLY, Account, Carbon, Earner


class CarbonCase(Case):
    """A schedule with its markets: what is sold as a credit is not removed for us, and cash counts carbon."""

    def __init__(
        self,
        world: World,
        effects: dict[str, Effects],
        width: int,
        credits: tuple[dict, dict],
        carbon: Carbon,
        new: dict,
    ):
        super().__init__(world, effects, width, *credits)
        self.carbon, self.new = carbon, new

    def column(self, at: list[int]) -> np.ndarray:
        rows = np.zeros((len(at), self.width))
        rows[np.arange(len(at)), at] = 1
        return rows

    def removed(self, projects) -> np.ndarray:
        total = super().removed(projects)
        for earner in self.carbon.earners:
            if earner.project in projects:
                total = total - self.column(earner.at["credit_sold"]) * self.with_buffer(earner)
        return total

    def with_buffer(self, e: Earner) -> float:
        """Tonnes that leave our ledger with a credit sold: its own, and its part of what is held back."""
        return 1 / (1 - quantity(self.carbon.markets[e.market].get("issues", {}).get("buffer", 0))[0])

    def avoided(self, project: str) -> np.ndarray:
        """What a project avoids less what buyers of its credits claim.

        A credit is for what is avoided at once, and takes it, or for output sold, and takes what that displaces.
        """
        total = super().avoided(project)
        if self.world.raw["projects"][project]["kind"] == "sink":
            return total
        for earner in self.carbon.earners:
            factor = self.carbon.markets[earner.market].get("issues", {}).get("factor", 1)
            if earner.project == project:
                claim = np.ones(len(total))
                if self.world.path(factor).dimension != "":
                    claim = np.minimum(self.carbon.projects[project].displaces / self.carbon.path(factor), 1)
                sold, power = self.column(earner.at["credit_sold"]), self.column(earner.at["sold_for_output"])
                total = total - (sold - power + power * claim[:, None]) * self.with_buffer(earner)
        return total

    # -- money ----------------------------------------------------------------------------------------------------

    def account_cost(self, a: Account) -> np.ndarray:
        c = self.carbon
        if c.inside(a.market):
            return self.constant(0.0)
        bought, sold, credits = (self.column(a.at[k]) for k in ("bought", "sold", "credits"))
        price, sells, credit = c.price(a.market), c.sells_at(a.market), c.credit_price(a.market)
        return bought * price[:, None] - sold * sells[:, None] + credits * credit[:, None]

    def income(self, e: Earner) -> np.ndarray:
        rule, total = self.carbon.markets[e.market], self.constant(0.0)
        lag = rule.get("issues", {}).get("lag", 0)
        sold, price = self.column(e.at["credit_sold"]), self.carbon.credit_price(e.market)
        total[lag:] += sold[: len(sold) - lag] * price[lag:, None]
        if "certificates" in rule:
            total = total + self.column(e.at["certified"]) * self.carbon.path(rule["certificates"]["price"])[:, None]
        return total

    def final(self) -> np.ndarray:
        """What is left at the end is worth, undiscounted."""
        total = np.zeros(self.width)
        for a in self.carbon.accounts:
            on = self.carbon.on(a.market)
            if self.carbon.markets[a.market].get("final_value") == "price" and on[-1]:
                total = total + self.column(a.at["banked"])[-1] * self.carbon.sells_at(a.market)[-1]
        return total

    def carbon_cost(self) -> np.ndarray:
        yearly = sum((self.account_cost(a) for a in self.carbon.accounts), self.constant(0.0))
        yearly = yearly - sum((self.income(e) for e in self.carbon.earners), self.constant(0.0))
        return self.world.discount @ yearly - self.world.discount_after * self.final()

    def spent(self, budget: dict) -> np.ndarray:
        spent = super().spent(budget)
        if budget.get("covers", "capex") != "cash" or "projects" in budget:
            return spent
        within = self.world.below(budget.get("entity"))
        if "tags" not in budget:
            for a in self.carbon.accounts:
                if a.entities <= within:
                    spent = spent + self.account_cost(a)
        for e in self.carbon.earners:
            entry = self.world.raw["projects"][e.project]
            tagged = "tags" not in budget or set(budget["tags"]) & set(entry.get("tags", []))
            if tagged and self.world.entity_of(entry) in within:
                spent = spent - self.income(e)
        return spent

    # -- rules ----------------------------------------------------------------------------------------------------

    def conditions(self):
        for a in self.carbon.accounts:
            yield from self._account(a)
        for name in self.carbon.markets:
            yield from self._together(name)
        for e in self.carbon.earners:
            yield from self._earner(e)
        yield from super().conditions()

    def _zero(self, name: str, rows: np.ndarray) -> Condition:
        return self._hard(name, np.vstack([rows, -rows]))

    def _account(self, a: Account):
        market, on = self.carbon.markets[a.market], self.carbon.on(a.market)
        x = {k: self.column(at) for k, at in a.at.items()}
        gross = self.gross(a.sources, market.get("basis", "location"))
        due = gross * (on if self.carbon.inside(a.market) else self.carbon.due_share(a.market))[:, None]
        banking = market.get("banking")
        banking = {} if banking is True else banking
        borrowing = market.get("borrowing", {})
        before, returned, start = self.constant(0.0), self.constant(0.0), np.zeros(len(on))
        before[1:] = x["banked"][:-1]
        returned[1:] = x["borrowed"][:-1] * (1 + quantity(borrowing.get("interest", 0))[0])
        if banking and "start" in banking:
            start[np.flatnonzero(on)[0]] = quantity(banking["start"])[0]
        had = self.constant(a.free + start) + before
        had = had + x["bought"] + x["borrowed"] + x["credits"] + x["own"] + x["received"]
        yield self._hard("surrendered", had - due - x["sold"] - x["banked"] - returned - x["given"])
        last = np.flatnonzero(on)[-1]
        not_last = on * (np.arange(len(on)) < last)
        yield self._zero("nothing elsewhere", np.vstack([x[k][on == 0] for k in YEARLY]))
        inside = self.carbon.inside(a.market)
        barred = ["received", "given"] if not inside else ["bought", "sold", "borrowed", "credits", "own"]
        barred += [k for k, key in (("bought", "buy"), ("sold", "sell")) if not market.get(key, True)]
        yield self._zero("barred", np.vstack([x[k] for k in barred]))
        if not inside:
            share = self.carbon.credit_share(a.market)
            yield self._hard("credits", due * share[:, None] - x["credits"] - x["own"])
            most = quantity(borrowing.get("share", 0))[0]
            yield self._hard("borrowed", due * (most * not_last)[:, None] - x["borrowed"])
        yield from self._holding(a, x, banking, not_last, last)

    def _holding(self, a: Account, x: dict, banking: dict | None, not_last: np.ndarray, last: int):
        """Kept at most an amount plus a multiple of net sales where there are any."""
        if banking is None or banking is False:
            yield self._zero("no bank", x["banked"])
            return
        multiple = quantity(banking.get("multiple", 0))[0]
        later = np.array([a.expected[y + 1 :].sum() for y in range(len(not_last))])
        keep = np.full(len(not_last), quantity(banking["keep"])[0]) if "keep" in banking else later
        if multiple and "keep" not in banking:
            keep = np.zeros(len(not_last))
        may = not_last.copy()
        if self.carbon.markets[a.market].get("final_value") == "price" and last == len(may) - 1:
            may[last] = 1.0
        for y in range(len(may)):
            limit = -x["banked"][y : y + 1]
            limit[0, 0] += keep[y] * may[y]
            if not (multiple and may[y]):
                yield Condition("holding", np.array([y]), [limit])
                continue
            net = (x["sold"] - x["bought"])[: y + 1].sum(axis=0)[None, :]
            yield Condition(
                "holding", np.array([y, y]), [np.vstack([limit, limit]), np.vstack([limit + multiple * net, net])]
            )

    def _together(self, name: str):
        accounts = [a for a in self.carbon.accounts if a.market == name]
        if not accounts:
            return
        if self.carbon.inside(name):
            yield self._zero(
                "transfers", sum(self.column(a.at["received"]) - self.column(a.at["given"]) for a in accounts)
            )
            return
        lag = self.carbon.markets[name].get("issues", {}).get("lag", 0)
        issued = self.constant(0.0)
        for e in self.carbon.earners:
            if e.market == name:
                issued[lag:] += self.column(e.at["credit_used"])[: len(issued) - lag]
        yield self._zero("own credits", issued - sum(self.column(a.at["own"]) for a in accounts))

    def _earner(self, e: Earner):
        market, n = self.carbon.markets[e.market], len(self.world.years)
        sold, used, certified, credited = (
            self.column(e.at[k]) for k in ("credit_sold", "credit_used", "certified", "credited")
        )
        on = self.carbon.on(e.market)
        issued_on = np.zeros(n)
        lag = market.get("issues", {}).get("lag", 0)
        issued_on[: n - lag] = on[lag:]
        has_accounts = any(a.market == e.market for a in self.carbon.accounts)
        if self.carbon.earns(market, e.project, "issues"):
            at_once, output, within = self._issuable(e, credited)
            power = self.column(e.at["sold_for_output"])
            yield self._hard("issued", at_once + output - sold - used)
            yield self._hard("sold of the output", np.vstack([output - power, sold - power, at_once - sold + power]))
            yield self._hard("credited output", np.vstack(within) if within else self.constant(0.0))
            yield self._zero("vintages", np.vstack([sold[issued_on == 0], used[issued_on == 0]]))
        else:
            yield self._zero("no credits", np.vstack([sold, used, self.column(e.at["sold_for_output"])]))
        if not has_accounts:
            yield self._zero("no use", used)
        if self.carbon.earns(market, e.project, "certificates"):
            yield self._hard("certified", self.effects[e.project].sold * on[:, None] - certified)
        else:
            yield self._zero("no certificates", certified)
        for other in self.carbon.earners:
            if other.project == e.project and self.carbon.earns(market, e.project, "certificates"):
                credits = self.column(other.at["credit_sold"]) + self.column(other.at["credit_used"])
                if self.carbon.earns(self.carbon.markets[other.market], e.project, "issues"):
                    for y in range(n):
                        either = [-certified[y : y + 1], -credits[y : y + 1]]
                        yield Condition("one of two", np.array([y]), either)

    def _issuable(self, e: Earner, credited: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        """What is removed or avoided at once by units in their crediting period, and what their output sold earns, both
        less the buffer; and rows of `credited`."""
        rule, p = self.carbon.markets[e.market]["issues"], self.carbon.projects[e.project]
        entry, n = self.world.raw["projects"][e.project], len(self.world.years)
        period, new = rule.get("period", n), self.new[e.project]
        since = np.array([[y - start - p.first_effect for y in self.world.years] for start in p.window])
        within = ((since >= 0) & (since < period)).astype(float)
        factor = rule.get("factor", 1)
        plain = self.world.path(factor).dimension == ""
        share = self.carbon.path(factor) if plain else np.ones(n)
        kept = share * (1 - quantity(rule.get("buffer", 0))[0])
        if entry["kind"] == "sink":
            return ((np.maximum(p.removed, 0) * within).T @ new) * kept[:, None], self.constant(0.0), []
        rows: list[np.ndarray] = []
        at_once, output = ((p.avoided * within).T @ new) * kept[:, None], self.constant(0.0)
        if entry["kind"] == "facility" and p.on_site != 1.0:
            made = (p.output * within).T @ new
            sold = self.effects[e.project].sold
            if not p.splits_freely:
                sold = made * (1 - p.on_site)
            else:
                rows = [made - credited, sold - credited]
                sold = credited
            each = p.displaces if plain else self.carbon.path(factor)
            output = output + sold * np.broadcast_to(each * kept, n)[:, None]
        return at_once, output, rows
