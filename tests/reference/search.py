"""A scenario with its options, and what becomes of one schedule of them."""

import itertools
from collections.abc import Iterator

import numpy as np

from .case import Case
from .effects import effects_of
from .linear import minimum
from .options import TOLERANCE, Option, allowed, as_option, logical, price_level, within_limits
from .profiles import Project, read_projects
from .promises import shared_with
from .world import World

FOREIGN_TOLERANCE = 5e-6  # what a solver may lose on the sizes of a schedule that is given to `evaluate`


class Search:
    """A scenario with its options, and the columns of what stays continuous.

    What has been `read` of the same scenario by another search need not be read again.
    """

    def __init__(
        self,
        raw: dict,
        splits: dict | None = None,
        credits: dict | None = None,
        sizes_open: bool = True,
        read: "Search | None" = None,
    ):
        self.raw, self.world = raw, read.world if read else World(raw)
        self.projects = read.projects if read else read_projects(self.world)
        self.sizes_open, self.given_splits, self.given_credits = sizes_open, splits, credits
        self.tolerance = TOLERANCE if sizes_open else FOREIGN_TOLERANCE
        self.columns: list[tuple[str, int]] = []
        self.upper: list[float] = []
        self.size_at: dict[str, list[int]] = {}
        self.split_at: dict[str, list[int]] = {}
        self.credit_at: dict[str, list[int]] = {}
        self.held_at: dict[str, list[int]] = {}
        self._add_columns()
        self.width = 1 + len(self.columns)
        self._effects: dict = {}

    # -- continuous decisions -------------------------------------------------------------------------------------

    def _add_columns(self) -> None:
        for name, project in self.projects.items():
            if not project.whole and self.sizes_open:
                self.size_at[name] = [self._column(name, year, project.per_year) for year in project.window]
            if project.splits_freely and self.given_splits is None:
                most = project.output.max(axis=0) * project.most
                self.split_at[name] = [self._column(name, y, m) for y, m in zip(self.world.years, most, strict=True)]
        targets = {name: t for name, t in self.raw.get("targets", {}).items() if "credits" in t}
        self.targets_with_credits = list(targets)
        # Exactly what is needed is the best only where nothing else could give way: see `promises.neutrality`.
        shared = [name for name in targets if shared_with(self.world, name)]
        gives = shared or any("penalty" in t for t in targets.values())
        if self.given_credits is None and (self.columns or gives):
            for name in targets:
                self.credit_at[name] = [self._column(name, year, np.inf) for year in self.world.years]
        for name in shared:
            self.held_at[name] = [self._column(f"{name} held", year, np.inf) for year in self.world.years]

    def _column(self, name: str, year: int, upper: float) -> int:
        self.columns.append((name, int(year)))
        self.upper.append(float(upper))
        return len(self.columns)

    def _variables(self, columns: list[int]) -> np.ndarray:
        rows = np.zeros((len(columns), self.width))
        rows[np.arange(len(columns)), columns] = 1
        return rows

    def _yearly(self, given: dict, name: str) -> np.ndarray:
        rows = np.zeros((len(self.world.years), self.width))
        rows[:, 0] = [given.get((name, int(year)), 0.0) for year in self.world.years]
        return rows

    def _credits(self) -> dict:
        if self.given_credits is not None:
            return {name: self._yearly(self.given_credits, name) for name in self.targets_with_credits}
        return {
            name: self._variables(self.credit_at[name]) if name in self.credit_at else None
            for name in self.targets_with_credits
        }

    def _held_credits(self) -> dict:
        return {name: self._variables(at) for name, at in self.held_at.items()}

    def _on_site(self, name: str) -> np.ndarray | None:
        if not self.projects[name].splits_freely:
            return None
        if name in self.split_at:
            return self._variables(self.split_at[name])
        return self._yearly(self.given_splits, name)

    # -- whole decisions ------------------------------------------------------------------------------------------

    def options(self, project: Project) -> list[Option]:
        if project.name in self.size_at:
            return self._size_options(project)
        found, steps = [], range(int(project.per_year) + 1)
        for amounts in itertools.product(steps, repeat=len(project.window)):
            nothing = sum(amounts) == 0 and not project.committed
            if nothing or project.least <= sum(amounts) <= project.most:
                found.append(as_option(project, amounts))
        return found

    def _size_options(self, project: Project) -> list[Option]:
        """Open or nothing; nothing counts as a case of its own only where being chosen at all matters."""
        entries = self.raw["projects"].values()
        grouped = [name for group in self.raw.get("groups", {}).values() for name in group["projects"]]
        excluded = [name for entry in entries for name in entry.get("excludes", [])]
        is_open, nothing = Option(None, None, True), as_option(project, (0.0,) * len(project.window))
        if project.committed:
            return [is_open]
        matters = project.least > 0 or project.name in grouped + excluded + self._names_that_exclude()
        return [nothing, is_open] if matters else [is_open]

    def _names_that_exclude(self) -> list[str]:
        return [name for name, entry in self.raw["projects"].items() if entry.get("excludes")]

    def options_of(self, schedule) -> dict[str, Option] | None:
        """The options a given schedule takes, None where it breaks a limit of a project."""
        amounts = {name: dict.fromkeys(p.window, 0.0) for name, p in self.projects.items()}
        for name, year, amount in schedule:
            if name not in amounts or year not in amounts[name] or amount < -TOLERANCE:
                return None
            amounts[name][year] += amount
        options = {}
        for name, project in self.projects.items():
            taken = list(amounts[name].values())
            if project.whole:
                rounded = [round(a) for a in taken]
                if max(abs(a - r) for a, r in zip(taken, rounded, strict=True)) > 1e-6:
                    return None
                taken = rounded
            if not within_limits(project, taken):
                return None
            options[name] = as_option(project, taken)
        return options

    def schedules(self) -> Iterator[tuple[float, dict[str, Option]]]:
        """Logical schedules of whole numbers with a lower bound of their cost, cheapest first."""
        names = list(self.projects)
        found = []
        for taken in itertools.product(*(self.options(self.projects[name]) for name in names)):
            options = dict(zip(names, taken, strict=True))
            if self.logical(options):
                found.append((self.bound(options), options))
        return iter(sorted(found, key=lambda pair: pair[0]))

    def logical(self, options: dict[str, Option]) -> bool:
        return logical(self.raw, self.projects, options)

    def count(self) -> int:
        """How many combinations of options there are, before any logic."""
        return int(np.prod([len(self.options(project)) for project in self.projects.values()] or [1]))

    def bound(self, options: dict[str, Option]) -> float:
        """The cost of the whole numbers, and the least that continuous decisions could make of it."""
        cost = sum((e.cost for e in self._all_effects(options).values()), np.zeros(self.width))
        return cost[0] + sum(c * u for c, u in zip(cost[1:], self.upper, strict=True) if c < 0)

    # -- one schedule ---------------------------------------------------------------------------------------------

    def _all_effects(self, options: dict[str, Option]) -> dict:
        """Effects of every project; kept, since the same option returns in many schedules."""
        found = {}
        for name, option in options.items():
            key = (name, option.amounts, price_level(self.raw, self.projects, name, options))
            if key not in self._effects:
                self._effects[key] = effects_of(
                    self.world, self.projects[name], self._starts(name, option), np.array(key[2]), self._on_site(name)
                )
            found[name] = self._effects[key]
        return found

    def _starts(self, name: str, option: Option) -> np.ndarray:
        if option.amounts is None:
            return self._variables(self.size_at[name])
        rows = np.zeros((len(option.amounts), self.width))
        rows[:, 0] = option.amounts
        return rows

    def case(self, options: dict[str, Option]) -> Case:
        return Case(self.world, self._all_effects(options), self.width, self._credits(), self._held_credits())

    def solve(self, options: dict[str, Option]) -> tuple[float, np.ndarray] | None:
        """Cost (MCNY) and continuous decisions of the best completion of a schedule; None if there is none."""
        case = self.case(options)
        if self.width > 1:
            return self._linear_program(case, options)
        cost = 0.0
        for condition in case.conditions():
            below = np.minimum(condition.alternatives[0][:, 0], 0)
            if condition.penalty is not None:
                cost -= condition.penalty @ below
            elif below.min(initial=0) < -self.tolerance:
                return None
        return cost + case.cost()[0] + self._credit_cost(case)[0], np.zeros(0)

    def _credit_cost(self, case: Case) -> np.ndarray:
        cost = np.zeros(self.width)
        for name, amount in case.credits.items():
            price = self.world.path(self.raw["targets"][name].get("credit_price", 0)).over(self.world.years)
            cost = cost + (price * self.world.discount) @ amount
        return cost

    def _linear_program(self, case: Case, options: dict[str, Option]) -> tuple[float, np.ndarray] | None:
        """One linear program for every way to choose the peak years; the cheapest of them."""
        conditions = list(case.conditions())
        size_rows = self._size_rows(options)
        cost = case.cost() + self._credit_cost(case)
        answers = []
        for picks in itertools.product(*(condition.alternatives for condition in conditions)):
            hard = size_rows + [rows for rows, c in zip(picks, conditions, strict=True) if c.penalty is None]
            if not self.sizes_open:
                hard = [rows + np.eye(1, self.width) * self.tolerance for rows in hard]
            soft = [(rows, c.penalty) for rows, c in zip(picks, conditions, strict=True) if c.penalty is not None]
            solved = minimum(cost, hard, soft, self.upper)
            if solved:
                answers.append(solved)
        return min(answers, key=lambda answer: answer[0], default=None)

    def _size_rows(self, options: dict[str, Option]) -> list[np.ndarray]:
        """Limits of open sizes: at most, at least, and nothing before what they require."""
        rows = []
        for name, columns in self.size_at.items():
            if not options[name].chosen:
                continue
            project, starts = self.projects[name], self._variables(columns)
            total = starts.sum(axis=0)
            most, least = -total, total.copy()
            most[0] += project.most
            least[0] -= project.least
            rows += [most[None, :], least[None, :]]
            rows.append(-starts[[not may for may in allowed(self.raw, self.projects, name, options)]])
        return rows

    def starts(self, options: dict[str, Option], values: np.ndarray) -> list[tuple[str, int, float]]:
        """The schedule as rows `(project, year, amount)`, with nothing that is zero."""
        schedule = []
        for name, option in options.items():
            amounts = option.amounts
            if amounts is None:
                amounts = [values[column - 1] for column in self.size_at[name]]
            years = self.projects[name].window
            schedule += [(name, y, float(a)) for y, a in zip(years, amounts, strict=True) if a > TOLERANCE]
        return schedule
