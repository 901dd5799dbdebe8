"""Issues before projects: the plan and the bound are those of the whole, whatever becomes of the tree."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.solve import by_issue, kernels, quick, steps
from optimiser.solve.beside import Beside
from optimiser.solve.grid import grid_of
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.issue_tree import IssueTree
from optimiser.solve.outcome import Limits, relative_gap
from optimiser.solve.programme import assemble
from optimiser.solve.relaxation import Relaxation
from optimiser.workflow import read
from tests.benchmarks.groups import Variant, group
from tests.solve.test_quick import relaxed

LIMITS = Limits(gap=3e-2, seconds=60, threads=2)


@pytest.fixture(autouse=True)
def always(monkeypatch):
    """Kernels for every programme; no entity is small."""
    for name, value in {"LARGE": 1, "LEAST": 200, "RAISED": np.inf}.items():
        monkeypatch.setattr(kernels, name, value)
    monkeypatch.setattr(steps, "SMALL", 0)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A group of 50 projects with debt in tickets, and its optimum to a tenth of the gap."""
    path = tmp_path_factory.mktemp("group") / "scenario.yaml"
    path.write_text(yaml.safe_dump(group(50, 2, Variant(finance=True)), sort_keys=False), encoding="utf-8")
    model = build(compile_instance(read(path).scenario))
    programme = assemble(model)
    whole = run(programme, replace(LIMITS, gap=1e-2))
    return model, programme, whole


def found_for(case, limits=LIMITS, interrupt=None):
    model, programme, _ = case
    return kernels.solve_by_kernels(model, programme, limits, None, interrupt or Interrupt())


def is_right(found, case):
    """Proven, a plan, and no bound above the cheapest plan known."""
    _, programme, whole = case
    assert found.status == "optimal"
    assert relative_gap(found.objective, found.bound) <= LIMITS.gap
    assert programme.keeps_rows(found.x)
    assert found.objective == pytest.approx(float(programme.cost @ found.x) + programme.offset)
    assert found.bound <= whole.objective * (1 + 1e-7)
    assert found.objective >= whole.bound * (1 - 1e-7)


class Quick(Relaxation):
    """One that is told apart from the slow one."""


def watched(monkeypatch):
    """The trees that are made."""
    trees, before = [], IssueTree.__init__

    def made(self, *asked):
        before(self, *asked)
        trees.append(self)

    monkeypatch.setattr(IssueTree, "__init__", made)
    return trees


@pytest.mark.parametrize("threads", [1, 2])
def test_a_plan_and_what_proves_it(threads, case, monkeypatch):
    """From relaxation to proof, with one thread and with two; with two the tree grows beside the steps."""
    trees, beside, before = watched(monkeypatch), [], by_issue.ByIssue._beside
    monkeypatch.setattr(by_issue.ByIssue, "_beside", lambda self, tree: beside.append(tree) or before(self, tree))
    found = found_for(case, replace(LIMITS, threads=threads))
    is_right(found, case)
    assert len(trees) == 1
    assert trees[0].asked > 10
    assert bool(beside) is (threads == 2)
    assert "--- issues" in "".join(found.log)


def test_steps_hear_what_the_tree_has_proven_meanwhile(case, monkeypatch):
    """What a plan may cost follows the tree, up to the parts that were left aside; where nothing is proven, nothing may
    be enough."""
    trees, seen, before = watched(monkeypatch), [], steps.Steps.__post_init__
    monkeypatch.setattr(steps.Steps, "__post_init__", lambda self: seen.append((self, self.elsewhere)) or before(self))
    searches, searched = [], by_issue.ByIssue.by_issue
    monkeypatch.setattr(
        by_issue.ByIssue, "by_issue", lambda self, *asked: searches.append(self) or searched(self, *asked)
    )
    is_right(found_for(case), case)
    (tree,), (search,), (first, elsewhere) = trees, searches, seen[0]
    assert first.elsewhere() == -np.inf  # afterwards the tree is not needed any more
    for proven, closed, least in ((97.0, np.inf, 97.0), (97.0, 94.09, 94.09)):
        tree.proven, search.closed = proven, closed
        assert elsewhere() * (1 - LIMITS.gap) == pytest.approx(least)
    for tree.proven in (-np.inf, np.inf):
        assert elsewhere() == -np.inf


def test_steps_know_all_issues_and_are_rounded(case, monkeypatch):
    """In a part that is whole every issue is there or is not, though the tree's relaxation says 0.999995 and 4e-6.

    HiGHS takes neither for a whole number. Steps are rounded there, and may cost what the tree's bound leaves.
    """
    seen, before = [], steps.Steps.__post_init__

    def made(self):
        before(self)
        seen.append(self)

    near = IssueTree.near

    def noisy(self, seconds):
        part = near(self, seconds)
        if part is not None:
            part = replace(part, values=part.values + np.where(part.values > 0.5, -5e-6, 4e-6))
        return part

    monkeypatch.setattr(steps.Steps, "__post_init__", made)
    monkeypatch.setattr(IssueTree, "near", noisy)
    found = found_for(case)
    is_right(found, case)
    issuing = grid_of(case[0], case[1]).issuing
    first = seen[0].programme
    assert np.array_equal(first.lower[issuing], first.upper[issuing])
    assert np.array_equal(first.lower[issuing], np.round(first.lower[issuing]))
    assert all(made.rounds is not None for made in seen)


def test_the_same_again(case):
    """Two runs with two threads have the same plan and bound."""
    one, other = found_for(case), found_for(case)
    assert (one.objective, one.bound) == (other.objective, other.bound)


def test_with_a_plan_known_steps_with_free_issues_come_after_those_that_find_nothing(case, monkeypatch):
    """A plan to begin from is no plan by steps: where those with issues held have none, all are free once more."""
    model, programme, whole = case
    asked = []
    monkeypatch.setattr(steps.Steps, "plan", lambda self: asked.append(int(self.issuing.sum())))
    monkeypatch.setattr(by_issue.ByIssue, "_bounds", lambda *a: pytest.fail("there are no steps to go by"))
    dear = replace(LIMITS, gap=1e-3, seconds=8)
    kernels.solve_by_kernels(model, programme, dear, None, Interrupt(), whole.x)
    assert len(asked) == 2
    assert asked[0] < asked[1] == len(grid_of(model, programme).issuing)


@pytest.mark.parametrize("broken", ["steps", "near", "part"])
def test_where_the_tree_is_of_no_use(broken, case, monkeypatch):
    """Steps without a plan for its issues, no issues in time, a part without an optimum in time: all is as before."""
    if broken == "steps":
        before, asked = steps.Steps.plan, []
        monkeypatch.setattr(steps.Steps, "plan", lambda self: before(self) if asked else asked.append(self))
    elif broken == "near":
        monkeypatch.setattr(IssueTree, "near", lambda self, seconds: None)
    else:
        before = by_issue.Bounded.solve

        def stopped(self, lower, upper, seconds):
            found = before(self, lower, upper, seconds)
            return found if isinstance(self.relaxation, Quick) else replace(found, status="stopped")

        monkeypatch.setattr(quick, "Relaxation", Quick)
        monkeypatch.setattr(by_issue.Bounded, "solve", stopped)
    is_right(found_for(case), case)


def test_issues_that_are_far_from_the_best(case, monkeypatch):
    """The dearest issues that there are, in place of near ones: the plan is not proven with them, but by others."""
    before = IssueTree.near

    def far(self, seconds):
        part = before(self, seconds)
        if len(asked) == 0 and part is not None:
            asked.append(part)
            every = dict.fromkeys(range(len(self.grid.issuing)), 0.0)
            return replace(part, held=every, bound=part.bound)
        return part

    asked = []
    monkeypatch.setattr(IssueTree, "near", far)
    found = found_for(case)
    assert asked
    is_right(found, case)


def test_without_time_or_with_an_interrupt_nothing_false_is_said(case, monkeypatch):
    """Stopped in the middle: a bound that holds, and no plan that is none."""
    _, programme, whole = case
    interrupt, before = Interrupt(), IssueTree._divide

    def divided(self, part):
        if self.asked > 20:
            interrupt.set()
        return before(self, part)

    monkeypatch.setattr(IssueTree, "_divide", divided)
    found = found_for(case, interrupt=interrupt)
    assert found.status == "stopped"
    assert found.bound <= whole.objective * (1 + 1e-7)
    assert found.x is None or programme.keeps_rows(found.x)


def test_issues_that_are_decided_are_no_step(case):
    """Where bounds say which issues there are, the steps decide projects only."""
    model, programme, _ = case
    grid = grid_of(model, programme)
    lower, upper = programme.lower.copy(), programme.upper.copy()
    lp = relaxed(programme, lower, upper)
    for free in (3, 0):
        upper[grid.issuing[free:]] = lower[grid.issuing[free:]] = 0.0
        held = replace(programme, lower=lower, upper=upper)
        prices = kernels.price_of_starts(programme, grid, lp.x, lp.row_dual)
        asked = steps.Steps(held, grid, prices, lp.x, lp.objective, 1.0, run, lambda: True, 1.0, 1e-3)
        names = [step.words for step in asked._orders()[0]]
        assert ("issues" in names) is (free > 0)


def test_a_search_beside_is_waited_for_and_ctrl_c_ends_it(monkeypatch):
    """Ctrl-C while one waits: all searches hear of it, and the wait ends with what was found."""
    outer = Interrupt()

    def ask(interrupt):
        while not interrupt.is_set:
            interrupt.event.wait(0.01)
        return "stopped"

    search, presses = Beside(ask, outer, lambda _: None), [KeyboardInterrupt]
    wait = search._done.wait

    def pressed(seconds):
        if presses:
            raise presses.pop()
        return wait(seconds)

    monkeypatch.setattr(search._done, "wait", pressed)
    search.wait()
    assert not presses
    assert search.outcome == "stopped"
    assert outer.is_set


def test_an_interrupt_is_forgotten_with_the_run_that_heard_it(case):
    """A relaxation that was interrupted is solved when it is asked again: HiGHS remembers what it was told."""
    _, programme, _ = case
    interrupt = Interrupt()
    relaxation = Relaxation(programme, replace(LIMITS, threads=1), interrupt)
    interrupt.event.set()
    assert relaxation.solve(20.0).status == "stopped"
    interrupt.event.clear()
    assert relaxation.solve(20.0).status == "optimal"
