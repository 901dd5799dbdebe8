"""Random tiny scenarios with markets against every schedule and every use of their markets (`reference_markets`)."""

import pytest

from tests.helpers import result_of
from tests.reference_markets.drawing import draw
from tests.reference_markets.enumeration import best, cost_of

SEEDS = 200


@pytest.mark.parametrize("seed", range(SEEDS))
def test_tool_agrees_with_enumeration(seed, tmp_path):
    """Proves that status and least cost are those of trying everything, and that the tool's schedule costs what it
    says when its markets are used as well as they can be. Every fourth is explained."""
    raw = draw(seed)
    result = result_of(raw, tmp_path, explained=seed % 4 == 0)
    expected = best(raw)
    assert (result is not None) == expected.feasible
    if result is not None:
        plan = result.plan
        assert plan.objective == pytest.approx(expected.objective, rel=1e-6, abs=1e-6)
        schedule = [(s.project, s.year, s.amount) for s in plan.decisions.starts]
        assert cost_of(raw, schedule) == pytest.approx(plan.objective, rel=1e-6, abs=1e-6)
