"""Searches beside others: what stops them, what they tell, and that the answer does not depend on who is first."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from optimiser.solve import kernels, root, splitting, steps
from optimiser.solve.beside import Beside
from optimiser.solve.grid import grid_of, restrict
from optimiser.solve.highs import run
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Outcome
from tests.helpers import result_of
from tests.reference.drawing import draw
from tests.reference.enumeration import best
from tests.solve.test_kernels import PARTS, programme_of

LIMITS = Limits(gap=0.0, seconds=30, threads=2)


@pytest.fixture
def always(monkeypatch):
    """Kernels for every programme, the first of them beside the cuts."""
    for name, value in {"LARGE": 0, "LEAST": 2, "MANY": 1, "QUICK": (0.0, 2)}.items():
        monkeypatch.setattr(kernels, name, value)
    monkeypatch.setattr(steps, "PROJECTS", 1)


def test_an_interrupt_within_another_hears_it_but_not_the_other_way_round():
    """What ends one search of two does not end the other; Ctrl-C, whoever hears it, ends both."""
    outer = Interrupt()
    one, two = Interrupt(within=outer), Interrupt(within=outer)
    one.event.set()
    assert (one.is_set, two.is_set, outer.is_set) == (True, False, False)
    two.set()
    assert (two.is_set, outer.is_set) == (True, True)


def test_a_search_beside_is_stopped_and_waited_for():
    begun, ended = threading.Event(), []

    def ask(interrupt):
        begun.set()
        while not interrupt.is_set:
            interrupt.event.wait(0.01)
        return "stopped"

    outer = Interrupt()
    search = Beside(ask, outer, ended.append)
    assert begun.wait(5)
    assert search.outcome is None
    search.stop()
    assert search.outcome == "stopped"
    assert ended == ["stopped"]
    assert not outer.is_set


def test_what_a_search_beside_raises_is_raised_to_who_asks():
    def ask(interrupt):
        raise ValueError("not a programme")

    search = Beside(ask, Interrupt(), lambda found: None)
    search.stop()
    with pytest.raises(ValueError, match="not a programme"):
        _ = search.outcome


def without_cuts(programme, solved):
    return root.Root(programme, solved.outcome, solved.outcome.objective, programme)


def test_a_plan_that_the_cuts_prove_ends_the_steps(always, tmp_path, monkeypatch):
    """35 kt of 30 and 30: 26 MCNY, in parts 12.67, with cuts 26: the kernel's plan is proven while steps are under way.

    They are told to stop, and are not waited for.
    """
    monkeypatch.setattr(kernels, "QUICK", (0.0, 4))
    monkeypatch.setattr(kernels, "RAISED", np.inf)
    model, programme = programme_of(PARTS, tmp_path)
    search = kernels._Kernels(programme, grid_of(model, programme), replace(LIMITS, gap=0.01), None, Interrupt())
    steps_began, told = threading.Event(), []

    def asked_beside(ask, interrupt, ended):
        return Beside(lambda stop: (steps_began.wait(10), ask(stop))[1], interrupt, ended)

    def plan_by_steps(self):
        steps_began.set()
        told.append(search.settled.event.wait(10))

    monkeypatch.setattr(kernels, "Beside", asked_beside)
    monkeypatch.setattr(steps.Steps, "plan", plan_by_steps)
    found = search.outcome(None)
    assert told == [True]
    assert (found.status, found.objective, found.bound) == ("optimal", pytest.approx(26), pytest.approx(26))


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_two_at_a_time_agree_with_enumeration(seed, always, tmp_path):
    """Proves that the kernel beside, the bounds beside and what they stop leave the best plan and its proof."""
    raw = draw(seed)
    result, expected = result_of(raw, tmp_path, explained=False, threads=2), best(raw)
    assert (result is not None) == expected.feasible
    if result is not None:
        assert result.plan.objective == pytest.approx(expected.objective, rel=1e-6, abs=1e-6)
        assert result.plan.bound <= expected.objective + 1e-6 * max(1.0, abs(expected.objective))


@pytest.mark.parametrize("first", ["kernel", "cuts"])
def test_a_plan_that_the_relaxation_proves_is_the_answer_whoever_is_first(first, always, tmp_path, monkeypatch):
    """35 kt of 30 and 30: 26 MCNY, in parts 12.67, which is within 60 %; with cuts the bound is 26.

    Proves that the answer is the kernel's, with the relaxation as its bound, also where cuts and steps are under way.
    """
    monkeypatch.setattr(kernels, "QUICK", (0.0, 4))
    model, programme = programme_of(PARTS, tmp_path)
    search = kernels._Kernels(programme, grid_of(model, programme), replace(LIMITS, gap=0.6), None, Interrupt())
    cut, ended = threading.Event(), threading.Event()
    with_cuts, beside, plan = kernels.with_cuts, kernels.Beside, steps.Steps.plan

    def cuts(*asked):
        assert first == "cuts" or ended.wait(10)
        found = with_cuts(*asked)
        assert first == "kernel" or found.outcome.objective == pytest.approx(26)
        cut.set()
        return found

    def asked_beside(ask, interrupt, told):
        def late(stop):
            assert first == "kernel" or cut.wait(10)
            return ask(stop)

        return beside(late, interrupt, lambda found: (told(found), ended.set()))

    def plan_by_steps(self):
        assert ended.wait(10)
        return plan(self)

    monkeypatch.setattr(kernels, "with_cuts", cuts)
    monkeypatch.setattr(kernels, "Beside", asked_beside)
    monkeypatch.setattr(steps.Steps, "plan", plan_by_steps)
    found = search.outcome(None)
    assert (found.status, found.objective) == ("optimal", pytest.approx(26))
    assert found.bound == pytest.approx(10 + 16 / 6)
    assert "step" not in "".join(found.log)


def test_a_bound_that_is_told_beside_the_last_search_counts(tmp_path):
    """A search of all that is left ends because bounds beside it prove its plan, 26 MCNY: it is proven, not stopped."""
    model, programme = programme_of(PARTS, tmp_path)
    search = kernels._Kernels(programme, grid_of(model, programme), LIMITS, None, Interrupt())
    _, prices = search._priced(run(replace(programme, integer=np.zeros_like(programme.integer)), LIMITS))
    search.take(run(programme, LIMITS).x)

    def ended(*asked, **more):
        search.raised = 26.0
        return Outcome("stopped", None, np.inf, -np.inf, 0.0, "time limit")

    search.run = ended
    found = search._rest(prices)
    assert (found.status, found.reason) == ("optimal", "gap reached")
    assert (found.objective, found.bound) == (pytest.approx(26), pytest.approx(26))


def test_what_a_kernel_beside_has_found_is_kept_where_the_whole_is_interrupted(always, tmp_path):
    """Ctrl-C while the whole is solved, which has no plan yet: the kernel beside ends later, with 26 MCNY."""
    model, programme = programme_of(PARTS, tmp_path)
    interrupt = Interrupt()
    search = kernels._Kernels(programme, grid_of(model, programme), LIMITS, None, interrupt)
    _, prices = search._priced(run(replace(programme, integer=np.zeros_like(programme.integer)), LIMITS))
    grid, nobody = search.grid, np.zeros(len(search.grid.whole), dtype=bool)
    kernel = restrict(programme, grid, np.ones(grid.size, dtype=bool), nobody, np.zeros(len(programme.cost)))
    search.first = search.bound

    def late(stop):
        while not stop.is_set:
            stop.event.wait(0.01)
        return run(kernel.programme, LIMITS, None, Interrupt())

    def ended(*asked, **more):
        interrupt.set()
        return Outcome("stopped", None, np.inf, -np.inf, 0.0, "interrupt")

    search.beside = kernel, Beside(late, interrupt, lambda found: None)
    search.run = ended
    found = search._rest(prices)
    assert found.x is not None
    assert found.objective == pytest.approx(26)


def test_a_plan_by_steps_is_kept_when_they_are_interrupted(always, tmp_path, monkeypatch):
    """Ctrl-C while the last step runs, which has 26 MCNY: that plan is the best so far, not thrown away."""
    monkeypatch.setattr(splitting, "LEAVES", 1)
    monkeypatch.setattr(kernels, "MANY", np.inf)
    model, programme = programme_of(PARTS, tmp_path)
    interrupt = Interrupt()
    search = kernels._Kernels(programme, grid_of(model, programme), LIMITS, None, interrupt)
    best_plan = run(programme, LIMITS).x

    def plan(self):
        interrupt.set()
        return best_plan

    monkeypatch.setattr(steps.Steps, "plan", plan)
    monkeypatch.setattr(
        kernels,
        "with_cuts",
        lambda solved, *others: root.Root(programme, solved.outcome, solved.outcome.objective, programme),
    )
    found = search.outcome(None)
    assert (found.status, found.reason, found.objective) == ("stopped", "interrupt", pytest.approx(26))


def test_what_a_kernel_beside_has_found_is_kept_on_an_interrupt(always, tmp_path, monkeypatch):
    """Ctrl-C while cuts are sought and the kernel, which has 26 MCNY, is under way: that plan is the best so far."""
    monkeypatch.setattr(kernels, "QUICK", (0.0, 4))
    model, programme = programme_of(PARTS, tmp_path)
    interrupt = Interrupt()
    search = kernels._Kernels(programme, grid_of(model, programme), LIMITS, None, interrupt)

    def ended_by_the_interrupt(ask, within, told):
        return Beside(lambda stop: (stop.event.wait(10), ask(Interrupt()))[1], within, told)

    def cuts(solved, *others):
        interrupt.set()
        return without_cuts(programme, solved)

    monkeypatch.setattr(kernels, "Beside", ended_by_the_interrupt)
    monkeypatch.setattr(kernels, "with_cuts", cuts)
    found = search.outcome(None)
    assert (found.status, found.reason, found.objective) == ("stopped", "interrupt", pytest.approx(26))


def test_whoever_stops_a_search_waits_for_it():
    """A search that does not stop is left behind soon: whoever has stopped it has an answer already."""
    heard = []

    def ask(interrupt):
        while not interrupt.is_set:
            pass
        heard.append(interrupt.somebody_waits)
        return 1

    search = Beside(ask, Interrupt(), lambda _: None)
    search.stop()
    assert (heard, search.outcome) == ([True], 1)
