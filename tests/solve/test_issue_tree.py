"""Issues by a tree: its bound is that of all plans whose issues are whole, and so is what it finds."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.solve import issue_tree, quick
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.issue_tree import IssueTree, Rounding
from optimiser.solve.outcome import Limits
from optimiser.solve.relaxation import Bounded, Relaxation
from optimiser.solve.splitting import Leaf
from tests.benchmarks.groups import Variant, group
from tests.reference_finance.drawing import draw as draw_finance
from tests.solve.test_quick import case_of, relaxed
from tests.together import draw as draw_together

LIMITS = Limits(gap=0.0, seconds=30, threads=1)


def tree_of(case, room=1e-4, workers=1, interrupt=None, leaves=None):
    """The tree of a programme; what the quick relaxations may miss is next to nothing."""
    programme, grid, prices = case
    whole = [Leaf(programme.lower, programme.upper, relaxed(programme, programme.lower, programme.upper))]
    bounded = Bounded(Relaxation(programme, LIMITS), programme)
    interrupt = interrupt or Interrupt()
    return IssueTree(programme, grid, leaves or whole, prices, room, bounded, LIMITS, interrupt, workers)


def best_of(programme, grid, lower=None, upper=None):
    """The optimum in which nothing but issues is whole."""
    integer = np.zeros_like(programme.integer)
    integer[grid.issuing] = True
    lower, upper = programme.lower if lower is None else lower, programme.upper if upper is None else upper
    return run(replace(programme, integer=integer, lower=lower, upper=upper), LIMITS)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("draw_case", [draw_finance, draw_together])
def test_the_bound_is_the_optimum_in_the_end(draw_case, seed, workers, tmp_path, monkeypatch):
    """Proves on random cases that no bound on the way is above the optimum with whole issues, that the last one is that
    optimum, and that parts in which issues are whole cost what they say, with all issues decided as they are there
    no more; that there is no plan is found, too."""
    monkeypatch.setattr(quick, "KEPT", 0.0)
    monkeypatch.setattr(quick, "ROUNDS", 100)
    case = case_of(draw_case(seed), tmp_path)
    programme, grid, prices = case
    if prices is None or not grid.size or not len(grid.issuing):
        return
    expected, tree = best_of(programme, grid), tree_of(case, workers=workers)
    within = 1e-5 * max(1.0, abs(expected.objective))
    assert tree.proven == -np.inf
    for _ in range(3):
        tree.grow(20.0, asks=4)
        assert tree.proven == tree.bound <= expected.objective + within
    tree.grow(20.0)
    if expected.status == "infeasible":
        assert tree.bound == np.inf
        return
    assert tree.bound == pytest.approx(expected.objective, rel=1e-5, abs=1e-5)
    for part in tree.whole:
        assert best_of(programme, grid, *tree.bounds(part)).objective == pytest.approx(part.bound, rel=1e-5, abs=1e-5)
        assert relaxed(programme, *tree.decided(part)).objective == pytest.approx(part.bound, rel=1e-5, abs=1e-5)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A group of 60 projects with debt in tickets."""
    return case_of(group(60, 2, Variant(finance=True)), tmp_path_factory.mktemp("group"))


def test_a_group_by_one_worker_and_by_two(case):
    """Proves that two workers find the same optimum, the same each time; that a dive leaves nothing out; that `near`
    ends as soon as a whole part is within its share of the room."""
    programme, grid, _ = case
    expected = best_of(programme, grid).objective
    asked = set()
    for workers in (1, 2, 2):
        tree = tree_of(case, room=0.1, workers=workers)
        part = tree.near(60.0)
        assert part.bound - tree.bound <= 0.6 * 0.1
        assert part.bound >= expected - 0.01
        tree.grow(60.0)
        assert expected - 0.01 <= tree.bound <= expected + 1e-4
        asked.add((workers, tree.asked))
        assert len({tuple(sorted(each.taken)) for each in tree.quick}) == 1
    assert len(asked) == 2


def test_a_relaxation_that_fails_is_no_proof(case, monkeypatch):
    """Stopped or failed is not infeasible: the part stays open with its bound, and nothing is asked for ever."""
    programme, _, _ = case
    monkeypatch.setattr(IssueTree, "_quickly", lambda *a: None)
    before = Bounded.solve
    for status in ("failed", "stopped"):
        found = []

        def failing(self, *asked, found=found, status=status):
            found.append(before(self, *asked))
            return replace(found[-1], status=status, x=None) if len(found) > 5 else found[-1]

        monkeypatch.setattr(Bounded, "solve", failing)
        tree = tree_of(case, room=0.1)
        tree.grow(60.0)
        assert len(found) < 30
        assert tree.bound < np.inf
        assert tree.bound <= best_of(programme, case[1]).objective + 1e-4
        assert tree.near(5.0) is None


def test_what_is_proven_can_be_asked_as_it_grows(case, monkeypatch):
    """While a part is being divided it is in none of the lists: the bound of the others, which is higher, is none of
    all; what is told is the bound before. It rises with the tree."""
    programme, grid, _ = case
    expected, tree, told = best_of(programme, grid).objective, tree_of(case), []
    before, given = IssueTree._divide, []
    monkeypatch.setattr(issue_tree, "given_back", lambda: given.append(len(told)))

    def divided(self, part):
        told.append((self.proven, self.bound, part.bound))
        return before(self, part)

    monkeypatch.setattr(IssueTree, "_divide", divided)
    tree.grow(60.0)
    assert all(proven == least <= expected * (1 + 1e-7) for proven, _, least in told)
    assert any(bound > proven for proven, bound, _ in told)
    assert [proven for proven, _, _ in told] == sorted(proven for proven, _, _ in told)
    assert told[0][0] < told[-1][0] <= tree.proven == tree.bound
    assert given == list(range(1, len(told) + 1))  # memory, after each part


def test_it_ends_where_it_is_told_to(case):
    """At a bound that is enough, after so many parts, at the end of the time and with an interrupt; no part is lost."""
    programme, grid, _ = case
    expected, lp = best_of(programme, grid).objective, relaxed(programme, programme.lower, programme.upper).objective
    tree = tree_of(case, room=0.1)
    tree.least = lp + 0.3 * (expected - lp)
    tree.grow(60.0)
    assert tree.least <= tree.bound < expected - 0.1 * (expected - lp)
    before, tree.least = tree.asked, np.inf
    tree.grow(60.0, asks=3)
    assert before + 3 <= tree.asked < before + 40
    before, bound = tree.asked, tree.bound
    tree.grow(0.0)
    tree.dive(0.0)
    tree.interrupt.event.set()
    assert tree.near(60.0) is None or tree.whole
    assert (tree.asked, tree.bound) == (before, bound)
    tree.interrupt.event.clear()
    tree.grow(60.0)
    assert tree.bound == pytest.approx(expected, rel=1e-4)


def test_time_that_is_over_within_a_question_loses_no_part(case, monkeypatch):
    """Where the relaxations are stopped one after another, the parts that were being divided stay open."""
    programme, grid, _ = case
    expected, tree = best_of(programme, grid).objective, tree_of(case, room=0.1)
    tree.grow(60.0, asks=20)
    bound = tree.bound
    with monkeypatch.context() as stopped:
        stopped.setattr(IssueTree, "_quickly", lambda *a: None)
        stopped.setattr(IssueTree, "_slowly", lambda *a: None)
        for _ in range(3):
            tree._divide(tree.open.pop(0)[-1])
            tree.open.sort()
            assert tree.bound == pytest.approx(bound)
    tree.grow(60.0)
    assert tree.bound == pytest.approx(expected, rel=1e-4)


def test_parts_with_all_starts_where_few_have_no_solution(case, monkeypatch):
    """Where the quick relaxation says nothing, the slow one does: the same bound."""
    programme, grid, _ = case
    monkeypatch.setattr(IssueTree, "_quickly", lambda *a: None)
    tree = tree_of(case, room=0.1)
    tree.grow(60.0)
    assert tree.slow == tree.asked > 10
    assert tree.bound == pytest.approx(best_of(programme, grid).objective, rel=1e-5)


def test_leaves_are_kept_apart(case):
    """Two leaves, by a project that is there or is not: each part knows its leaf, and the bound is the lesser one's."""
    programme, grid, _ = case
    k = int(grid.at[grid.begin[np.flatnonzero(grid.whole)[0] + 1] - 1])
    ends = []
    for value in (0.0, 1.0):
        lower, upper = programme.lower.copy(), programme.upper.copy()
        lower[k] = upper[k] = value
        ends.append((lower, upper))
    leaves = [Leaf(*end, relaxed(programme, *end)) for end in ends]
    best = [best_of(programme, grid, *end).objective for end in ends]
    tree = tree_of(case, room=0.1, leaves=leaves)
    tree.grow(60.0)
    assert tree.bound == pytest.approx(min(best), rel=1e-4)
    part = min(tree.whole, key=lambda part: part.bound)
    assert part.leaf == int(np.argmin(best))
    assert tree.bounds(part)[0][k] == float(np.argmin(best))


def test_issues_that_may_as_well_be_whole_are_no_question(case):
    """An amount of its least ticket or more is one issue, one of nothing is none; between them, it is a question."""
    programme, grid, _ = case
    x = relaxed(programme, programme.lower, programme.upper).x
    values = Rounding(programme, grid.issuing).of(x)
    integer = np.flatnonzero(np.abs(values - np.round(values)) < 1e-9)
    lower, upper = programme.lower.copy(), programme.upper.copy()
    lower[grid.issuing[integer]] = upper[grid.issuing[integer]] = np.round(values[integer])
    assert 0 < len(integer) < len(values)
    assert np.any(x[grid.issuing[integer]] != values[integer])
    held = relaxed(programme, lower, upper).objective
    assert held == pytest.approx(relaxed(programme, programme.lower, programme.upper).objective, rel=1e-7)


def test_how_many_questions_are_looked_at_is_limited(case, monkeypatch):
    """Of issues of whose cost nothing is known no more than `LOOKED` are asked about at once."""
    monkeypatch.setattr(issue_tree, "LOOKED", 2)
    tree = tree_of(case, room=0.1)
    tree.grow(60.0, asks=2)
    assert tree.asked == 1 + 4
