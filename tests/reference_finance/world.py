"""A plain scenario read into numbers: years, projects, and what an issue brings and costs."""

import itertools

import numpy as np


def number(text, default: float = 0.0) -> float:
    """The number of a quantity in MCNY or ktCO2e, a percentage as a fraction."""
    if text is None:
        return default
    if isinstance(text, (int, float)):
        return float(text)
    head, unit = text.split()[0], text.split()[-1]
    return float(head) * (0.01 if unit == "%" else 1.0)


class World:
    """Years, entities, and the projects of a scenario. All effects of a start are arrays over the years."""

    def __init__(self, raw: dict):
        self.raw = raw
        self.first, self.last = raw["horizon"]["first"], raw["horizon"]["last"]
        self.years = list(range(self.first, self.last + 1))
        self.n = len(self.years)
        self.rate = number(raw.get("discount_rate"))
        self.discount = np.array([(1 + self.rate) ** -(y - self.first) for y in self.years])
        self.later = (1 + self.rate) ** -self.n
        self.parents = {name: (entry or {}).get("parent") for name, entry in raw["entities"].items()}
        self.top = next(name for name, parent in self.parents.items() if parent is None)
        self.tax = raw.get("tax")

    def path(self, spec) -> np.ndarray:
        return np.array([self.at(spec, y) for y in self.years])

    def at(self, spec, year: int) -> float:
        if not isinstance(spec, dict):
            return number(spec)
        knots = sorted(spec)
        return float(np.interp(year, knots, [number(spec[k]) for k in knots]))

    def below(self, entity: str | None) -> set[str]:
        """The entity and everything under it; all for None."""
        if entity is None:
            return set(self.parents)
        return {e for e in self.parents if entity in self.chain(e)}

    def chain(self, entity: str) -> list[str]:
        parent = self.parents[entity]
        return [entity] + (self.chain(parent) if parent else [])

    def entity(self, entry: dict) -> str:
        return entry.get("entity", self.top)

    def starts(self, name: str) -> list[int | None]:
        entry = self.raw["projects"][name]
        begin, end = entry.get("start", [self.first, self.last])
        years = [y for y in range(begin, end + 1) if self.first <= y <= self.last]
        return years if entry.get("committed") else [None, *years]

    def effect(self, name: str, start: int | None) -> dict[str, np.ndarray | float]:
        """Capex, opex, tonnes and write-offs by year, and salvage and book value after the horizon."""
        entry = self.raw["projects"][name]
        capex, opex, cut, written = (np.zeros(self.n) for _ in range(4))
        salvage = book = 0.0
        lead, life, cost = entry.get("lead_time", 0), entry.get("life"), number(entry.get("capex"))
        begin = start
        while begin is not None and begin <= self.last:
            paid = booked = 0.0
            prices = 1 + number(self.raw.get("inflation"))
            for k in range(max(lead, 1)):
                if begin + k <= self.last:
                    capex[begin + k - self.first] += cost / max(lead, 1)
                    paid += cost / max(lead, 1)
                    booked += cost / max(lead, 1) * prices ** (begin + k)
            operates = begin + lead
            for y in self.years:
                if y >= operates and (life is None or y < operates + life):
                    opex[y - self.first] += number(entry.get("opex"))
                    cut[y - self.first] += number(entry.get("abates", {}).get("site"))
            span = (self.tax or {}).get("years") or life or max(self.last - operates + 1, 1)
            off = [booked / span if operates <= y < operates + span else 0.0 for y in self.years]
            written += [nominal / prices**y for y, nominal in zip(self.years, off, strict=True)]
            book += (booked - sum(off)) / prices ** (self.last + 1)
            salvage += paid * self.unused(life, operates)
            begin = begin + life if entry.get("renew") and life else None
        return {"capex": capex, "opex": opex, "cut": cut, "written": written, "salvage": salvage, "book": book}

    def unused(self, life: int | None, operates: int) -> float:
        """The share of the capex that comes back for the years of life after the horizon."""
        if life is None or self.raw.get("salvage", "annuity") == "none":
            return 0.0
        left = min(max(operates + life - 1 - self.last, 0), life)
        if self.raw.get("salvage") == "linear" or self.rate == 0:
            return left / life
        return sum((1 + self.rate) ** -k for k in range(1, left + 1)) / sum(
            (1 + self.rate) ** -k for k in range(1, life + 1)
        )

    # -- instruments ----------------------------------------------------------------------------------------------

    def issue_years(self, entry: dict) -> list[int]:
        issue = entry.get("issue", [self.first, self.last])
        years = issue["in"] if isinstance(issue, dict) else range(issue[0], issue[1] + 1)
        return [y for y in years if self.first <= y <= min(self.last, entry.get("until", self.last))]

    def service(self, entry: dict, issued: int) -> dict[str, np.ndarray | float]:
        """Of one MCNY issued in a year, in money of the year of issue's prices: paid, owed, stepped up, and settled.

        The loan is followed year by year in the money that the contract is written in, and then deflated.
        """
        found = {key: np.zeros(self.n) for key in ("interest", "repayment", "owed", "extra")}
        settled = {"interest": 0.0, "repayment": 0.0, "extra": 0.0}
        if entry["kind"] == "grant":
            return found | {"settled": settled}
        rate, tenor = self.at(entry["rate"], issued), entry.get("tenor", 1)
        default = "annuity" if entry["kind"] in ("loan", "facility") else "bullet"
        form, free = entry.get("repayment", default), entry.get("interest_only", 0)
        prices = 1 + number(entry.get("inflation", self.raw.get("inflation")))
        owed, principal = 1.0, 1.0
        step, since = number(entry.get("step_up")), self.steps_from(entry)
        for k in range(tenor + 1):
            year, level = issued + k, prices**k
            if k:
                due = owed * rate
                higher = owed * step if year >= since else 0.0
                if year == self.last + 1:
                    settled = {"interest": (owed + due - principal) / level, "repayment": principal / level}
                    settled["extra"] = higher / level
                    break
                interest, repaid = due, 0.0
                if entry.get("coupon") == "at_maturity":
                    owed += due
                    interest = owed - 1 if k == tenor else 0.0
                    repaid = 1.0 if k == tenor else 0.0
                    owed = 0.0 if k == tenor else owed
                else:
                    rest = tenor - k + 1
                    if form == "bullet" or k <= free:
                        repaid = owed if k == tenor else 0.0
                    elif form == "linear":
                        repaid = owed / rest
                    else:
                        repaid = owed / sum((1 + rate) ** -j for j in range(1, rest + 1)) - due
                    owed -= repaid
                principal -= repaid
                if year >= self.first:
                    found["interest"][year - self.first] = interest / level
                    found["repayment"][year - self.first] = repaid / level
                    found["extra"][year - self.first] = higher / level
            if self.first <= year <= self.last:
                found["owed"][year - self.first] = owed / level
        return found | {"settled": settled}

    def steps_from(self, entry: dict) -> int:
        """First year of the higher rate."""
        if entry["kind"] != "sustainability_linked":
            return self.last + 2
        return entry.get("from_year") or max(self.raw["targets"][entry["target"]]["by"], self.first)

    def looked_at(self, entry: dict) -> list[int]:
        """Years in which the target of a step-up is looked at."""
        tested = [y for y in self.years if y >= self.raw["targets"][entry["target"]]["by"]]
        return [y for y in tested if y <= self.steps_from(entry)] or tested[:1]

    def patterns(self, entry: dict) -> list[tuple[int, ...] | None]:
        """Sets of years in which there is an issue; [None] where nothing asks for it."""
        least = number(entry.get("ticket", [0])[0])
        if not (least > 0 or "issues" in entry or entry.get("committed")):
            return [None]
        years = self.issue_years(entry)
        most = min(entry.get("issues", len(years)), len(years))
        sizes = range(1 if entry.get("committed") else 0, most + 1)
        return [s for size in sizes for s in itertools.combinations(years, size)]

    def eligible(self, entry: dict) -> list[str] | None:
        """Projects that an instrument may pay for; None for general purposes."""
        filters = entry.get("eligible")
        if filters is None and entry["kind"] != "grant":
            return None
        filters = filters or {}
        within = self.below(filters.get("entity", self.entity(entry)))
        found = []
        for name, project in self.raw["projects"].items():
            tagged = "tags" not in filters or set(filters["tags"]) & set(project.get("tags", []))
            named = "projects" not in filters or name in filters["projects"]
            if tagged and named and self.entity(project) in within:
                found.append(name)
        return found

    def covered(self, budget: dict) -> list[str]:
        """Projects of a budget."""
        return self.eligible({"kind": "grant", "entity": self.top, "eligible": dict(budget)}) or []

    def narrowed(self, budget: dict) -> bool:
        return "tags" in budget or "projects" in budget

    def gets(self, entry: dict, budget: dict) -> bool:
        """Whether the proceeds of an instrument add to a budget."""
        may = self.eligible(entry)
        if entry["kind"] == "deposit":
            return False
        if may is None:
            return self.owns(entry, budget)
        return {p for p in may if "capex" in self.raw["projects"][p]} <= set(self.covered(budget))

    def owns(self, entry: dict, budget: dict) -> bool:
        """Whether a budget is one of the borrower or above, and not narrowed."""
        return not self.narrowed(budget) and self.entity(entry) in self.below(budget.get("entity"))
