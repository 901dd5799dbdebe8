"""The least-cost schedule of a tiny scenario, by trying every schedule there is.

The whole numbers are enumerated; schedules are tried from the cheapest up, and the first that keeps every
condition is the answer. Where sizes, splits of output or credits stay open, each set of whole numbers leaves
a linear program; where targets carry penalties, the search goes on until no schedule can be cheaper.
"""

from dataclasses import dataclass, field

from .search import Search


@dataclass(frozen=True)
class Answer:
    """The least present value in MCNY, and what starts when: `(project, year, amount)`."""

    feasible: bool
    objective: float = float("nan")
    schedule: list[tuple[str, int, float]] = field(default_factory=list)


def best(raw: dict) -> Answer:
    """The cheapest schedule that keeps every condition. ValueError for what the reference leaves out."""
    search = Search(raw)
    answer = Answer(False)
    for bound, options in search.schedules():
        if answer.feasible and bound >= answer.objective:
            break
        solved = search.solve(options)
        if solved and not (answer.feasible and solved[0] >= answer.objective):
            answer = Answer(True, solved[0], search.starts(options, solved[1]))
    return answer


def evaluate(raw: dict, schedule, splits: dict | None = None, credits: dict | None = None) -> Answer:
    """What a schedule of somebody else's costs, and whether it keeps every condition.

    `splits` (GWh used on site by `(facility, year)`) and `credits` (ktCO2e by `(target, year)`) are taken as given;
    where None they are chosen at least cost. The schedule itself is returned unchanged.
    """
    search = Search(raw, splits, credits, sizes_open=False)
    options = search.options_of(schedule)
    if options is None or not search.logical(options):
        return Answer(False, schedule=list(schedule))
    solved = search.solve(options)
    return Answer(bool(solved), solved[0] if solved else float("nan"), list(schedule))
