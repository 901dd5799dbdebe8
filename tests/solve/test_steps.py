"""Steps: plans by large projects first, and bounds by the parts that cost most."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import yaml
from scipy import sparse

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.solve import kernels, steps, under_way
from optimiser.solve.grid import grid_of, price_of_starts, settled, with_held
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import Programme, assemble
from optimiser.solve.relaxation import Relaxation
from optimiser.solve.root import Root, relaxed, root_of
from optimiser.solve.rounding import RoundedSteps
from optimiser.workflow import read
from tests.benchmarks.groups import Variant, group
from tests.helpers import write

FEW = ", few projects"
LIMITS = Limits(gap=1e-3, seconds=30, threads=1)
SIZES = """
projects:
  small: {kind: upgrade, capex: 1 MCNY, abates: {site: 1 ktCO2e}}
  large: {kind: upgrade, capex: 90 MCNY, abates: {site: 30 ktCO2e}}
  saves: {kind: upgrade, capex: 5 MCNY, opex: -40 MCNY, abates: {site: 3 ktCO2e}}
  middle: {kind: upgrade, capex: 20 MCNY, abates: {site: 10 ktCO2e}}
"""


def steps_of(programme, grid, root, **changes):
    prices = price_of_starts(root.programme, grid, root.outcome.x, root.outcome.row_dual)
    log = []

    def ask(words, part, seconds, start, gap, enough, around, gives_up, near=None):
        log.append((words, int(part.integer.sum())))
        limits = replace(LIMITS, gap=gap, enough=enough, around=around, gives_up=gives_up)
        if near is None:
            limits = replace(limits, seconds=seconds)
        else:
            # any plan will do here: only on a busy machine does a step have none after its seconds
            limits = replace(limits, seconds=under_way.PATIENCE * seconds, settles=(seconds, np.inf))
        return run(part, limits, start=start)

    room = 1e-3 * abs(root.outcome.objective)
    given = {"run": ask, "over": lambda: False, "seconds": 1.0, "gap": 1e-3} | changes
    made = steps.Steps(root.programme, grid, prices, root.outcome.x, root.outcome.objective, room, **given)
    return made, log


def order_of(log):
    """The steps in their order: one that was tried with few projects before it was for all is one."""
    words = [w for w, _ in log]
    again = [b.removesuffix(FEW) + FEW == a for a, b in pairwise(words)]
    return [w.removesuffix(FEW) for w, is_again in zip(words, [False, *again], strict=True) if not is_again]


@pytest.fixture
def case(tmp_path, request):
    size, seed, variant = request.param
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump(group(size, seed, variant), sort_keys=False), encoding="utf-8")
    model = build(compile_instance(read(path).scenario))
    programme = assemble(model)
    grid = grid_of(model, programme)
    return programme, grid, root_of(programme, grid, LIMITS, 30.0, Interrupt())


def test_large_projects_come_first(tmp_path, monkeypatch):
    """A unit that saves 115 over three years weighs most, then 90, 20 and 1."""
    monkeypatch.setattr(steps, "PROJECTS", 1)
    monkeypatch.setattr(steps, "PARTS", (4, 4))
    model = build(compile_instance(read(write(SIZES, tmp_path)).scenario))
    programme = assemble(model)
    names = [p.id for p in model.instance.projects]
    parts, are_small = steps.parts_of(programme, grid_of(model, programme))
    assert [names[i] for part in parts for i in part] == ["saves", "large", "middle", "small"]
    assert not are_small


@pytest.mark.parametrize(
    "case",
    [(60, 1, Variant()), (60, 1, Variant(finance=True)), (60, 1, Variant(fleets=True))],
    indirect=True,
)
@pytest.mark.parametrize("small", [1, 25])
def test_a_plan_is_one_of_the_whole_and_bounds_are_bounds(case, small, monkeypatch):
    """Proves that a plan keeps every row, is whole, costs what is said, and that no bound is above a plan.

    Once in the order of size, once by entities.
    """
    monkeypatch.setattr(steps, "SMALL", small)
    monkeypatch.setattr(steps, "PROJECTS", 12)
    programme, grid, root = case
    made, log = steps_of(programme, grid, root, seconds=0.5)
    x = made.plan()
    assert x is not None
    assert np.all(programme.matrix @ x <= programme.row_upper + 1e-5)
    assert np.all(programme.matrix @ x >= programme.row_lower - 1e-5)
    assert np.abs(x - np.round(x))[programme.integer].max() < 1e-5
    assert sorted(np.concatenate(made.parts)) == list(np.flatnonzero(grid.whole))
    assert len({words.removesuffix(FEW) for words, _ in log}) == len(made.steps)
    objective = float(programme.cost @ x) + programme.offset
    best = min(objective, run(programme, replace(LIMITS, seconds=1), start=x).objective)
    made.cost[:] = made.room
    bounds = []
    made.bounds(x, objective, np.inf, 0.7, bounds.append)
    bound = max(bounds)
    assert root.outcome.objective <= made.proven <= bound <= best + 1e-6 * abs(best)


@pytest.mark.parametrize("case", [(60, 1, Variant())], indirect=True)
def test_projects_in_parts_and_the_closest_choices_are_few(case):
    """Of twenty projects, one in parts: with none of the others, with the fifth of them whose choices are closest."""
    programme, grid, root = case
    made, _ = steps_of(programme, grid, root)
    projects = np.flatnonzero(grid.whole)[:20]
    x = np.round(root.outcome.x)
    x[grid.at[grid.owner == projects[7]][-1]] = 0.5
    closest = np.array([made.prices.entry(grid)[grid.owner == p].min() for p in projects])
    closest[7] = np.inf
    for share, more in ((0.0, 0), (0.2, 4), (1.0, 19)):
        same = settled(programme, grid, made.prices, projects, x, share)
        assert {*projects} - {*np.flatnonzero(same)} == {
            projects[7],
            *projects[np.argsort(closest, kind="stable")[:more]],
        }
        assert not same[np.setdiff1d(np.arange(len(grid.whole)), projects)].any()


@pytest.mark.parametrize("case", [(60, 1, Variant())], indirect=True)
@pytest.mark.parametrize("worse", ["none", "the last one", "all"])
def test_a_step_tries_few_projects_first(case, worse, monkeypatch):
    """What few projects make of a step is its plan if that is good enough; else all are decided, from that plan on.

    Few are those in parts, at first. The last one's plan has to be one that the gap proves. The first step is for all:
    its bound is one of the whole, and that of a step for few is not.
    """
    monkeypatch.setattr(steps, "SMALL", 1)
    monkeypatch.setattr(steps, "PROJECTS", 12)
    monkeypatch.setattr(steps, "SHARE", 1e3)
    programme, grid, root = case
    made, _ = steps_of(programme, grid, root, gap=0.05)
    made.room = 0.05 * made.bound
    ask, asked, bounds = made.run, [], []

    def told(words, part, seconds, start, *others, **more):
        found = ask(words, part, seconds, start, *others, **more)
        asked.append((words, int(part.integer.sum()), start is not None))
        bounds.append(found.bound)
        if FEW in words and worse == "all":
            found.objective += 1e6
        if FEW in words and worse == "the last one" and words.startswith("step 3"):
            found.objective = 1.001 * made._enough()
        return found

    made.run = told
    assert made.plan() is not None
    assert root.outcome.objective <= made.proven <= max(root.outcome.objective, bounds[0])
    names = [words for words, _, _ in asked]
    few = f"{{}}{FEW}".format
    if worse == "none":
        assert names == ["step 1", few("step 2"), few("step 3")]
        return
    full = ["step 2"] if worse == "all" else []
    assert names[: 4 + len(full)] == ["step 1", few("step 2"), *full, few("step 3"), few("step 3")]
    assert set(names[4 + len(full) :]) == {"step 3"}
    if worse == "all":
        sizes = {words: whole for words, whole, _ in reversed(asked)}
        assert all(0 < 4 * sizes[few(step)] < 3 * sizes[step] for step in ("step 2", "step 3"))
    assert not any(begun for words, _, begun in asked if words == few("step 2"))
    assert all(begun for words, _, begun in asked[2:] if FEW not in words)


@pytest.mark.parametrize("case", [(60, 1, Variant())], indirect=True)
def test_the_last_step_ends_with_what_others_prove_meanwhile(case, monkeypatch):
    """A plan is good enough by the bound of the tree that grows beside. The wrong answer: to look for a better one
    for as long as the step may take, by the bound that was known when it began."""
    monkeypatch.setattr(steps, "SMALL", 1)
    monkeypatch.setattr(steps, "PROJECTS", 12)
    monkeypatch.setattr(steps, "REACH", ((0.0, 0.0), (np.inf, np.inf)))
    programme, grid, root = case
    names = {}
    for after in ("nothing", f"step 3{FEW}", "step 3"):
        told, asked = [-np.inf], []
        made, log = steps_of(programme, grid, root, elsewhere=lambda told=told: told[0])
        ask = made.run

        def dear(words, *others, ask=ask, asked=asked, told=told, after=after, **more):
            found = ask(words, *others, **more)
            asked.append((words, others[4]))
            found.objective += 1e6 * words.startswith("step 3")
            found.bound = max(found.bound, found.objective)
            told[0] = np.inf if words == after else told[0]
            return found

        made.run, made.gap = dear, 0.0
        assert made.plan() is not None
        names[after] = [words for words, _ in log if words.startswith("step 3")]
        is_enough = [enough for words, enough in asked if words.startswith("step 3")]
        assert all(enough() == (made.proven if after == "nothing" else np.inf) for enough in is_enough)
    few = f"step 3{FEW}"
    assert names["nothing"] == [few, few, "step 3", "step 3"]
    assert names[few] == [few]
    assert names["step 3"] == [few, few, "step 3"]


class Rounds:
    """Relaxations as they are in a search; `open` are those that have not been given back."""

    def __init__(self):
        self.open, self.words = [], []

    def relaxation(self, programme):
        self.open.append(Relaxation(programme, LIMITS, Interrupt()))
        return self.open[-1]

    def ended(self, relaxation, words):
        self.open.remove(relaxation)
        self.words.append(words)


@pytest.mark.parametrize(
    "case", [(60, 1, Variant()), (60, 1, Variant(finance=True)), (60, 1, Variant(fleets=True))], indirect=True
)
@pytest.mark.parametrize(("costs", "first"), [(0.0, "step 3"), (0.49, "step 3"), (0.51, "step 1"), (None, "step 1")])
def test_a_step_is_rounded_first(case, costs, first, monkeypatch):
    """All steps of projects but the last one are what rounding makes of them, unless that costs more than half of what
    is left, or finds nothing. One relaxation does for all; after each all that was decided so far is whole.
    """
    monkeypatch.setattr(steps, "SMALL", 1)
    monkeypatch.setattr(steps, "PROJECTS", 12)
    programme, grid, root = case
    rounds = Rounds()
    made, log = steps_of(programme, grid, root, gap=0.05, rounds=rounds)
    made.room, asked, step = 0.05 * made.bound, [], made.rounded.step

    def rounded(projects, keep, held, others, x, *more):
        found = step(projects, keep, held, others, x, *more)
        asked.append(projects)
        assert found is not None
        kernel, outcome = found
        z = kernel.expand(outcome.x)
        decided = held.copy()
        decided[projects] = True
        assert np.abs(z - np.round(z))[grid.at[decided[grid.owner]]].max() < 1e-5
        assert z[others] == pytest.approx(np.round(x[others]), abs=1e-6)
        assert replace(programme, integer=np.zeros_like(programme.integer)).keeps_rows(z)
        assert outcome.objective == pytest.approx(programme.cost @ z + programme.offset)
        return None if costs is None else (kernel, replace(outcome, objective=made.bound + costs * made.room))

    monkeypatch.setattr(made.rounded, "step", rounded)
    x = made.plan()
    assert x is not None
    assert programme.keeps_rows(np.where(programme.integer, np.round(x), x))
    assert [list(some) for some in asked] == [list(part) for part in made.parts[:2]]
    searched = [w for w in order_of(log) if w.startswith("step")]
    assert searched[0] == first
    assert searched[-1] == "step 3"
    assert not rounds.open
    assert all(words.startswith("steps by rounding: ") for words in rounds.words)
    if costs == 0.0 and made.steps[0].part == 0 and len(made.steps) == 3:
        assert len(rounds.words) == 1


@pytest.mark.parametrize("case", [(60, 1, Variant())], indirect=True)
def test_a_rounding_is_made_anew_for_other_starts_only(case):
    """The relaxation knows the starts that it was made with, and those that are in parts; a search may find others."""
    programme, grid, root = case
    rounds, x = Rounds(), root.outcome.x
    made = RoundedSteps(programme, grid, rounds, lambda: False)
    keep, nobody = grid.new(x) > 1e-7, np.zeros(len(grid.whole), dtype=bool)
    none, some = np.zeros(len(programme.cost), dtype=bool), np.flatnonzero(grid.whole)[:3]
    assert made.step(some, keep, nobody, none, x, np.inf, 10.0) is not None
    first = rounds.open[:]
    assert made.step(some, keep, nobody, none, x, np.inf, 10.0) is not None
    assert rounds.open == first
    other = x.copy()
    start = np.flatnonzero(~keep & grid.whole[grid.owner])[0]
    other[grid.at[start]] += 0.5
    assert made.step(some, keep, nobody, none, other, np.inf, 10.0) is not None
    assert len(rounds.open) == 1
    assert rounds.open != first
    made.end()
    made.end()
    assert not rounds.open


@pytest.mark.parametrize("case", [(60, 1, Variant())], indirect=True)
@pytest.mark.parametrize(("costs", "searched"), [(0.9, None), (1.1, None), (0.7, 0.9), (0.7, 0.6), (1.1, 1.2)])
def test_a_dear_rounding_may_be_better_than_what_a_search_finds(case, costs, searched, monkeypatch):
    """Where a search finds nothing, or what is dearer, what rounding has found is the step, if the room allows it.

    The bound is that of the search.
    """
    monkeypatch.setattr(steps, "SMALL", 1)
    monkeypatch.setattr(steps, "PROJECTS", 12)
    programme, grid, root = case
    made, _ = steps_of(programme, grid, root, rounds=Rounds())
    made.steps, made.most = made._orders()[0], made.bound + made.room
    rounded, kernel = replace(root.outcome, objective=made.bound + costs * made.room), object()
    monkeypatch.setattr(made, "_rounded", lambda *_: (kernel, rounded))
    other = (
        (object(), replace(root.outcome, objective=made.bound + searched * made.room, bound=7.0)) if searched else None
    )
    monkeypatch.setattr(made, "_searched", lambda *_: other)
    found = made._decided(0, np.zeros(len(grid.whole), dtype=bool), made.x, made.bound)
    if costs > 1 or (searched or np.inf) < costs:
        assert found is other
    else:
        assert found[0] is kernel
        assert (found[1].objective, found[1].bound) == (rounded.objective, 7.0 if searched else -np.inf)


@pytest.mark.parametrize("case", [(60, 1, Variant())], indirect=True)
def test_a_relaxation_that_was_left_behind_rounds_no_more(case):
    """HiGHS may still be at work on it."""
    programme, grid, root = case
    rounds, x = Rounds(), root.outcome.x
    made = RoundedSteps(programme, grid, rounds, lambda: False)
    keep, nobody = grid.new(x) > 1e-7, np.zeros(len(grid.whole), dtype=bool)
    asked = np.flatnonzero(grid.whole)[:3], keep, nobody, np.zeros(len(programme.cost), dtype=bool), x, np.inf, 10.0
    assert made.step(*asked) is not None
    rounds.open[0].abandoned = True
    rounds.open[0].hold = rounds.open[0].solve = pytest.fail
    assert made.step(*asked) is None
    made.end()
    assert not rounds.open


@pytest.mark.parametrize("case", [(60, 1, Variant())], indirect=True)
def test_steps_of_small_entities_and_the_last_one_are_not_rounded(case, monkeypatch):
    """Nothing is left after the last step that could make room, and where entities are small nothing is at all."""
    programme, grid, root = case
    for small, whole in ((1, True), (25, False)):
        monkeypatch.setattr(steps, "SMALL", small)
        monkeypatch.setattr(steps, "PROJECTS", 12)
        made, _ = steps_of(programme, grid, root, rounds=Rounds())
        made.steps, made.most = made._orders()[0], made.bound + made.room
        nobody = np.zeros(len(grid.whole), dtype=bool)
        assert (made._rounded(0, nobody, made.x, made.bound) is not None) is whole
        assert made._rounded(len(made.steps) - 1, nobody, made.x, made.bound) is None
        assert not made.rounds.open or whole
        made.rounded.end()


@pytest.mark.parametrize("case", [(60, 1, Variant())], indirect=True)
def test_a_plan_of_few_projects_is_not_lost_at_the_end_of_the_time(case, monkeypatch):
    """The time is over while the last step is tried with few projects, to no good end: their plan is one all the same.

    Over before that, no step is begun.
    """
    monkeypatch.setattr(steps, "SMALL", 1)
    monkeypatch.setattr(steps, "PROJECTS", 12)
    programme, grid, root = case
    for last, begun in ((f"step 3{FEW}", f"step 3{FEW}"), ("step 1", "step 1")):
        made, log = steps_of(programme, grid, root, gap=0.05)
        made.room = 0.05 * made.bound
        ask, ended = made.run, []

        def told(words, *others, ask=ask, ended=ended, last=last, **more):
            found = ask(words, *others, **more)
            if words == last:
                found.objective = 1e6
                ended.append(words)
            return found

        made.run, made.over = told, lambda ended=ended: bool(ended)
        assert (made.plan() is not None) == (last != "step 1")
        assert log[-1][0] == begun


@pytest.mark.parametrize("case", [(60, 2, Variant(finance=True))], indirect=True)
@pytest.mark.parametrize("parts", [1, 3])
def test_issues_are_decided_once_the_largest_projects_are(case, parts, monkeypatch):
    """Before their step issues may be in parts, in it nothing else is whole, after it they are held; with one part
    of projects they come first. The wrong answer is issues that fit projects in parts and no whole ones."""
    monkeypatch.setattr(steps, "SMALL", 1)
    monkeypatch.setattr(steps, "PARTS", (parts, parts))
    monkeypatch.setattr(steps, "PROJECTS", 10)
    programme, grid, root = case
    made, log = steps_of(programme, grid, root)
    seen = []
    decide = made._to_decide

    def watched(kernel, i, x):
        found = decide(kernel, i, x)
        issuing = made.issuing[kernel.columns]
        held = issuing & (found.lower == found.upper)
        seen.append((made.steps[i].words, bool(found.integer[issuing].all()), bool((held == issuing).all())))
        if made.steps[i].issues:
            assert found.integer.sum() == issuing.sum() == len(grid.issuing) > 20
        return found

    made._to_decide = watched
    assert made.plan() is not None
    states = {words: (whole, held) for words, whole, held in seen}
    before, inside, after = (False, False), (True, False), (True, True)
    names = ["issues", "step 1"] if parts == 1 else ["step 1", "issues", "step 2", "step 3"]
    assert list(dict.fromkeys(words.removesuffix(FEW) for words, _ in log)) == names
    assert [states[n] for n in names] == ([inside, after] if parts == 1 else [before, inside, after, after])


@pytest.mark.parametrize("case", [(60, 1, Variant(fleets=True))], indirect=True)
def test_assets_are_decided_first_and_held(case, monkeypatch):
    """In the step of the assets no start is whole, after it they are whole numbers that no step changes.

    Rows that are about nothing else are left out then, and no others: counted again from the kernel's matrix.
    """
    monkeypatch.setattr(steps, "SMALL", 1)
    monkeypatch.setattr(steps, "PROJECTS", 12)
    monkeypatch.setattr(steps, "REACH", ((np.inf, np.inf),))
    programme, grid, root = case
    made, log = steps_of(programme, grid, root, gap=0.05)
    decide, seen = made._to_decide, []

    def watched(kernel, i, x):
        found = decide(kernel, i, x)
        at = made.later[kernel.columns]
        starts = np.isin(kernel.columns, grid.at)
        if made.steps[i].assets:
            assert found.integer[at].all()
            assert not found.integer[starts].any()
            assert len(found.row_lower) == len(kernel.programme.row_lower)
        else:
            assert np.array_equal(found.lower[at], found.upper[at])
            free = (kernel.programme.matrix.toarray()[:, ~at] != 0).any(axis=1)
            assert len(found.row_lower) == len(found.rows) == free.sum() < len(free)
            seen.append(np.array(found.lower[at]))
        return found

    made._to_decide = watched
    x = made.plan()
    assert list(dict.fromkeys(words.removesuffix(FEW) for words, _ in log)) == ["assets", "step 1", "step 2", "step 3"]
    assert len(seen) == len(log) - 1
    assert all(np.array_equal(held, x[made.later]) for held in seen)
    assert np.array_equal(seen[0], np.round(seen[0]))
    assert seen[0].sum() > 100


def test_what_is_held_leaves_only_rows_about_something_else(case_of_rows):
    """Of x + y <= 3, y = 2, nothing >= 1, x >= 0 and nothing at all, y = 2 decides the second alone.

    A row without columns says that there is no plan, wherever it stands, and is not taken for its neighbour.
    """
    found = with_held(case_of_rows, np.array([False, True]), np.array([0.5, 1.9]))
    assert [name for name, _ in found.rows] == ["both", "nothing", "other", "last"]
    assert found.matrix.toarray().tolist() == [[1, 1], [0, 0], [1, 0], [0, 0]]
    assert found.row_lower.tolist() == [-np.inf, 1, 0, 0]
    assert found.row_upper.tolist() == [3, np.inf, np.inf, 0]
    assert found.lower.tolist() == [0, 2]
    assert found.upper.tolist() == [9, 2]
    assert with_held(case_of_rows, np.zeros(2, dtype=bool), np.zeros(2)) is case_of_rows


@pytest.fixture
def case_of_rows():
    return Programme(
        cost=np.ones(2),
        offset=0.0,
        matrix=sparse.csr_array(np.array([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])),
        row_lower=np.array([-np.inf, 2.0, 1.0, 0.0, 0.0]),
        row_upper=np.array([3.0, 2.0, np.inf, np.inf, 0.0]),
        lower=np.zeros(2),
        upper=np.full(2, 9.0),
        integer=np.ones(2, dtype=bool),
        place={},
        pyomo_columns={},
        rows=[(name, i) for i, name in enumerate(("both", "held", "nothing", "other", "last"))],
    )


NEEDED = """
horizon: {first: 1, last: 1}
projects:
  plant: {kind: upgrade, capex: 10 MCNY, abates: {site: 10 ktCO2e}}
fleets:
  ships:
    states: {old: {count: 2, emissions: 10 ktCO2e}, new-tech: {emissions: 4 ktCO2e}}
    changes: [{from: old, to: new-tech, capex: 5 MCNY}]
targets: {cap: {kind: reduction, by: 1, cut: CUT ktCO2e}}
budgets: {money: {limit: 16 MCNY}}
"""


@pytest.mark.parametrize(("cut", "relaxation", "order", "cost"), [
    (14, 12, ["assets", "step 1", "step 1", "assets"], 15),
    (8, 20 / 3, ["assets", "step 1", "assets"], 10),
    (12, 10, ["assets", "step 1"], 10),
])  # fmt: skip
def test_assets_come_last_where_they_do_not_fit(cut, relaxation, order, cost, tmp_path, monkeypatch):
    """A ship is 6 kt for 5 MCNY, the plant 10 kt for 10, and there are 16 MCNY.

    14 kt: two ships and a fifth of the plant cost 12. With both ships held the plant cannot be paid, so all is decided
    anew, the plant first: 10 and two thirds of a ship, then one ship, 15. 8 kt: ships in parts cost 6.7, one ship and a
    fifth of the plant 7, which is more than the gap leaves room for; nothing is held, and two ships are 10. To build on
    the ship would cost 15. 12 kt: two ships, and nothing else is wanted.
    """
    monkeypatch.setattr(steps, "PROJECTS", 1)
    model = build(compile_instance(read(write(NEEDED.replace("CUT", str(cut)), tmp_path)).scenario))
    programme = assemble(model)
    first = relaxed(programme, LIMITS, 30.0, Interrupt()).outcome
    assert first.objective == pytest.approx(relaxation)
    made, log = steps_of(programme, grid_of(model, programme), Root(programme, first, first.objective, programme))
    x = made.plan()
    assert order_of(log) == order
    assert float(programme.cost @ x) + programme.offset == pytest.approx(cost)
    assert made.proven <= cost


@pytest.mark.parametrize("reach", [(0.2, 0.3), (np.inf, np.inf)])
@pytest.mark.parametrize("case", [(60, 1, Variant()), (60, 2, Variant())], indirect=True)
def test_the_first_step_is_a_bound(case, reach, monkeypatch):
    """Proves that what the first step proves holds for the whole, whether or not it looks at all starts.

    Where it looks at few, a plan with one of the others may be cheaper than the step: the wrong answer is that bound.
    """
    monkeypatch.setattr(steps, "SMALL", 1)
    monkeypatch.setattr(steps, "REACH", (reach,))
    programme, grid, root = case
    made, _ = steps_of(programme, grid, root)
    made.plan()
    best = run(programme, replace(LIMITS, seconds=2)).objective
    assert root.outcome.objective <= made.proven <= best + 1e-6 * abs(best)
    if reach[1] == np.inf:
        assert made.proven > root.outcome.objective + 1e-6


@pytest.mark.parametrize("case", [(60, 1, Variant())], indirect=True)
def test_small_entities_are_parts(case):
    """Eight divisions with 60 projects: each is a part, the smallest first, and all of its starts are looked at."""
    programme, grid, root = case
    made, _ = steps_of(programme, grid, root)
    assert made.are_small
    assert [len(set(grid.entity[part])) for part in made.parts] == [1] * len(made.parts)
    sizes = [len(part) for part in made.parts]
    assert sizes == sorted(sizes)
    assert sum(sizes) == grid.whole.sum()


@pytest.mark.parametrize("case", [(60, 1, Variant())], indirect=True)
def test_no_plan_where_time_is_over(case):
    made, log = steps_of(*case, over=lambda: True)
    assert made.plan() is None
    assert log == []


@pytest.mark.parametrize("case", [(60, 2, Variant())], indirect=True)
def test_starts_that_cost_are_looked_at_again(case, monkeypatch):
    """With next to nothing to choose from a step costs too much, and is done again with more starts."""
    monkeypatch.setattr(steps, "SMALL", 1)
    monkeypatch.setattr(steps, "FEW", 0)
    monkeypatch.setattr(steps, "REACH", ((0.0, 0.0), (np.inf, np.inf)))
    programme, grid, root = case
    made, log = steps_of(programme, grid, root)
    assert made.plan() is not None
    asked = [words for words, _ in log]
    assert len(asked) > len(set(asked))


def test_kernels_use_them(tmp_path, monkeypatch):
    """The way from a file: a group is solved within its gap, and the log names the steps, in the order of size."""
    monkeypatch.setattr(kernels, "LARGE", 1)
    monkeypatch.setattr(steps, "SMALL", 1)
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump(group(60, 2, Variant()), sort_keys=False), encoding="utf-8")
    model = build(compile_instance(read(path).scenario))
    programme = assemble(model)
    found = kernels.solve_by_kernels(model, programme, replace(LIMITS, gap=0.03), None, Interrupt())
    assert found.status == "optimal"
    assert "step 1" in "".join(found.log)
