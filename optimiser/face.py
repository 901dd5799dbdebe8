"""The Python face: the same files, answers and errors as the command line, with results as pandas frames.

from optimiser import Scenario, solve
result = solve(Scenario.read("scenario.yaml"), gap=0.001)
result.schedule
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from optimiser import workflow
from optimiser.errors import NoPlan, Problem, Problems, UsageError
from optimiser.report import Result as Report
from optimiser.report import comparison as tables_of
from optimiser.report import folder as result_folder
from optimiser.report import reopening
from optimiser.report.document import plan_document
from optimiser.report.history import earlier_runs
from optimiser.report.tables import cost_parts
from optimiser.source import overlay, plain, read_values

File = str | Path


class Scenario:
    """A scenario that was read and checked. `values` are what its file says with all it extends; never changed."""

    def __init__(self, reading: workflow.Reading):
        self._reading = reading

    @classmethod
    def read(cls, path: File) -> Scenario:
        """Reads a scenario file. Raises ScenarioError with every mistake, each with its place."""
        return cls(workflow.read(Path(path)))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], name: str = "scenario", folder: File = ".") -> Scenario:
        """A scenario as it would stand in a file called `name` in `folder`, which files that it names count from.

        Raises ScenarioError with every mistake, without lines, or UsageError for values that no file can hold.
        """
        problems = Problems()
        try:
            document = read_values(dict(values), Path(folder) / name, problems)
        except TypeError as error:
            raise UsageError(f"{name}: {error}; use mappings, lists, texts and numbers") from None
        return cls(workflow.checked(document, problems))

    def changed(self, changes: Mapping[str, Any], name: str | None = None) -> Scenario:
        """This scenario with `changes` laid upon it as by a file that extends it: mappings merge, None removes.

        Raises ScenarioError as `read`. This scenario stays as it is.
        """
        problems = Problems()
        document = self._reading.document
        if name is not None:
            document = type(document)(document.root, document.path.parent / name, document.files)
        try:
            document = overlay(document, dict(changes), problems)
        except TypeError as error:
            raise UsageError(f"changes: {error}; use mappings, lists, texts and numbers") from None
        return Scenario(workflow.checked(document, problems))

    @property
    def name(self) -> str:
        """Name of the file without its ending: what results are called."""
        return self._reading.document.path.stem

    @property
    def title(self) -> str:
        """The scenario's own name, or that of its file."""
        return self._reading.scenario.name or self.name

    @property
    def values(self) -> dict[str, Any]:
        """Everything it says, as one mapping, a new one every time."""
        return plain(self._reading.document.root)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is worth a look."""
        return self._reading.warnings

    def __repr__(self) -> str:
        s = self._reading.scenario
        return f"<Scenario {self.name}: {len(s.projects)} projects, {len(s.targets)} targets>"


class Result:
    """An audited plan as pandas frames. Money in `money_unit`, emissions in ktCO2e; every frame is a new one."""

    def __init__(self, report: Report):
        self.report = report

    def frame(self, name: str) -> pd.DataFrame:
        """A table by the name of its CSV file without the ending. Raises UsageError where this result has none."""
        found = self.frames
        if name not in found:
            raise UsageError(f"this result has no table {name!r}; it has {', '.join(found)}")
        return found[name]

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table that this result has, by the name of its CSV file without the ending."""
        return {Path(name).stem: frame for name, frame in result_folder.frames(self.report).items()}

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Tables that only some scenarios have (`fleets`, `finance`, `carbon`, ...) as attributes."""
        if not name.startswith("_") and name != "report" and name in self.frames:
            return self.frames[name]
        raise AttributeError(f"this result has no {name!r}; its tables are {', '.join(self.frames)}")

    @property
    def schedule(self) -> pd.DataFrame:
        """What starts when."""
        return self.frame("schedule")

    @property
    def money(self) -> pd.DataFrame:
        """Every flow of money; the present values sum to `objective`."""
        return self.frame("money")

    @property
    def emissions(self) -> pd.DataFrame:
        """The four ledgers by year and source."""
        return self.frame("emissions")

    @property
    def targets(self) -> pd.DataFrame:
        """Every rule of every target in every year that it is tested."""
        return self.frame("targets")

    @property
    def limits(self) -> pd.DataFrame:
        """Budgets and resources by year."""
        return self.frame("limits")

    @property
    def pathway(self) -> pd.DataFrame:
        """Baseline, gross, removals, avoided and credits by year."""
        return self.frame("pathway")

    @property
    def prices(self) -> pd.DataFrame:
        """What one more unit of room in a limit or promise saves at the margin, present value, in millions."""
        names = ["kind", "id", "rule", "year", "value", "unit"]
        rows = [tuple(getattr(p, n) for n in names) for p in self.report.plan.prices]
        return pd.DataFrame(rows, columns=names)

    @property
    def cost(self) -> pd.Series:
        """Present value by kind of money, in millions; sums to `objective`."""
        return pd.Series(dict(cost_parts(self.report)), name=f"present value [{self.money_unit}]", dtype=float)

    @property
    def objective(self) -> float:
        """Least cost: present value in millions."""
        return self.report.plan.objective

    @property
    def bound(self) -> float:
        """No plan can cost less; minus infinity where nothing was proven."""
        return self.report.plan.bound

    @property
    def gap(self) -> float:
        """(objective - bound) / size of the objective, as a fraction."""
        return self.report.plan.gap

    @property
    def status(self) -> str:
        """`optimal` within the gap asked for, or `feasible`."""
        return self.report.plan.status

    @property
    def missed(self) -> list[str]:
        """Targets that are missed somewhere."""
        return self.report.missed

    @property
    def name(self) -> str:
        """Name of the scenario's file without its ending."""
        return self.report.scenario

    @property
    def title(self) -> str:
        """The scenario's own title."""
        return self.report.title

    @property
    def money_unit(self) -> str:
        """Millions of the currency, such as MCNY."""
        return self.report.money

    @property
    def scenario(self) -> Scenario:
        """The scenario that was answered."""
        return Scenario.from_dict(self.report.merged, self.name)

    @property
    def document(self) -> dict[str, Any]:
        """What stands in plan.json."""
        return plan_document(self.report)

    def write(self, folder: File) -> Path:
        """Writes the result folder, as the command line does. Raises UsageError where something else stands there."""
        result_folder.write_result(self.report, self.report.run, Path(folder))
        return Path(folder)

    def export(self, to: str, folder: File) -> Path:
        """Writes an export: xlsx, csv, parquet, iamc, json, gantt or disclosure. Raises UsageError."""
        from optimiser.report.export import export_result

        export_result(self.report, to, Path(folder))
        return Path(folder)

    def __repr__(self) -> str:
        missed = f", missed: {', '.join(self.missed)}" if self.missed else ""
        return f"<Result {self.name}: {self.status}, {self.objective:,.6g} {self.money_unit}{missed}>"


class Comparison:
    """Results side by side; the first is what the others are compared with."""

    def __init__(self, results: Sequence[Result]):
        self.results = tuple(results)
        self._inner = tables_of.Comparison.of(r.report for r in self.results)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table that has something to say."""
        return tables_of.all_tables(self._inner)

    def __getattr__(self, name: str) -> pd.DataFrame:
        """A table by its name: `summary`, `starts`, `money`, `emissions`, `targets`, `inputs`, `finance`, `carbon`."""
        found = tables_of.TABLES[name](self._inner) if name in tables_of.TABLES else None
        if found is None:
            raise AttributeError(f"this comparison has no {name!r}; it has {', '.join(self.frames)}")
        return found

    def write(self, folder: File) -> Path:
        """Writes comparison.xlsx and the tables as CSV. Raises UsageError where something else stands there."""
        from optimiser.report.comparison_folder import write_comparison

        write_comparison(self._inner, Path(folder))
        return Path(folder)

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self._inner.labels)}>"


def solve(
    scenario: Scenario | Mapping[str, Any] | File,
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    seed: int | None = None,
    solver: str | None = None,
) -> Result:
    """The least-cost plan of a scenario, a scenario file, or a mapping; `gap` is a fraction, `time_limit` in seconds.

    Raises ScenarioError where the scenario is wrong, NoPlan (with its `conflict`) where it is proven that no plan can
    exist, NoPlanError where the search ended before, and UsageError for limits or solvers that make no sense.
    """
    if gap is not None and not 0 <= gap < 1:
        raise UsageError(f"gap={gap}: write a fraction, such as 0.001")
    for name, value, least in (("time_limit", time_limit, 0.01), ("threads", threads, 1)):
        if value is not None and not value >= least:
            raise UsageError(f"{name}={value}: at least {least}")
    limits = {"gap": gap, "seconds": time_limit, "threads": threads, "seed": seed, "solver": solver}
    answer = workflow.solve_reading(_scenario(scenario)._reading, limits)
    if answer.result is None:
        raise NoPlan(answer.reading.document.path.stem, answer.conflict)
    return Result(answer.result)


def _scenario(given: Scenario | Mapping[str, Any] | File) -> Scenario:
    if isinstance(given, Scenario):
        return given
    return Scenario.from_dict(given) if isinstance(given, Mapping) else Scenario.read(given)


def open_result(folder: File) -> Result:
    """A result folder, or its name below results/, audited again; nothing is solved.

    Raises UsageError where it was changed, damaged, or written by another version.
    """
    return Result(reopening.open_result(Path(folder)))


def compare(*plans: Result | Scenario | Mapping[str, Any] | File, **limits: Any) -> Comparison:
    """Results, result folders and scenarios side by side; scenarios are solved within `limits`, as by `solve`."""
    if len(plans) < 2:
        raise UsageError("compare two plans at least")
    return Comparison([_result(plan, limits) for plan in plans])


def _result(given: Result | Scenario | Mapping[str, Any] | File, limits: dict[str, Any]) -> Result:
    if isinstance(given, Result):
        return given
    if isinstance(given, str | Path) and not (Path(given).is_file() and Path(given).name != "plan.json"):
        return open_result(given)
    return solve(given, **limits)


def results(folder: File = "results") -> pd.DataFrame:
    """Earlier runs in a folder: name, when, status, gap, cost, what is missed."""
    return pd.DataFrame(earlier_runs(Path(folder)))
