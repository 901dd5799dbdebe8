"""Random tiny scenarios against the enumeration of all their schedules (`reference`)."""

from pathlib import Path

import pytest

from tests.helpers import result_of
from tests.reference.drawing import draw
from tests.reference.enumeration import best, evaluate

SEEDS = 320


def ask_tool(raw: dict, folder: Path, explained: bool) -> tuple[bool, float, list[tuple[str, int, float]]]:
    """What the tool answers to a scenario at gap 0: feasible, objective (MCNY), `(project, year, amount)`."""
    result = result_of(raw, folder, explained)
    if result is None:
        return False, float("nan"), []
    plan = result.plan
    return True, plan.objective, [(s.project, s.year, s.amount) for s in plan.decisions.starts]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_tool_agrees_with_enumeration(seed, tmp_path):
    """Proves that status and least cost are those of trying every schedule, and that the tool's own schedule,
    evaluated straight from the contract, is feasible and costs what the tool says. Every fourth is explained."""
    raw = draw(seed)
    feasible, objective, schedule = ask_tool(raw, tmp_path, explained=seed % 4 == 0)
    expected = best(raw)
    assert feasible == expected.feasible
    if feasible:
        assert objective == pytest.approx(expected.objective, rel=1e-6, abs=1e-6)
        again = evaluate(raw, schedule)
        assert again.feasible, f"the schedule breaks the contract: {schedule}"
        # Sizes and splits come from a solver: what it loses on them, prices multiply.
        assert again.objective == pytest.approx(objective, rel=1e-5, abs=1e-4)
