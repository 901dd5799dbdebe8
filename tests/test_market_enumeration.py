"""Random tiny scenarios with markets against every schedule and every use of their markets (`reference_markets`)."""

import pytest
import yaml

from optimiser.workflow import solve
from tests.reference_markets.drawing import draw
from tests.reference_markets.enumeration import best, cost_of

SEEDS = 200


@pytest.mark.parametrize("seed", range(SEEDS))
def test_tool_agrees_with_enumeration(seed, tmp_path):
    """Proves that status and least cost are those of trying everything, and that the tool's schedule costs what it
    says when its markets are used as well as they can be."""
    raw = draw(seed)
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump(raw | {"solve": {"gap": "0 %"}}, sort_keys=False), encoding="utf-8")
    answer = solve(path, {"threads": 1})
    expected = best(raw)
    assert (answer.result is not None) == expected.feasible
    if answer.result is not None:
        plan = answer.result.plan
        assert plan.objective == pytest.approx(expected.objective, rel=1e-6, abs=1e-6)
        schedule = [(s.project, s.year, s.amount) for s in plan.decisions.starts]
        assert cost_of(raw, schedule) == pytest.approx(plan.objective, rel=1e-6, abs=1e-6)
