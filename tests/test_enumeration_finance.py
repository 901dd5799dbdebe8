"""Random tiny scenarios with finance against the enumeration of all their plans (`reference_finance`)."""

from pathlib import Path

import pytest
import yaml

from optimiser.workflow import solve
from tests.reference_finance.drawing import draw
from tests.reference_finance.enumeration import best

SEEDS = 200


def ask_tool(raw: dict, folder: Path) -> tuple[bool, float]:
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(raw | {"solve": {"gap": "0 %"}}, sort_keys=False), encoding="utf-8")
    answer = solve(path, {"threads": 1})
    return (True, answer.result.plan.objective) if answer.result is not None else (False, float("nan"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_tool_agrees_with_enumeration(seed, tmp_path):
    """Proves that status and least cost are those of trying every schedule and every set of years of issue, with the
    best amounts for each; the audit agrees as well, or there would be no answer."""
    raw = draw(seed)
    feasible, objective = ask_tool(raw, tmp_path)
    expected = best(raw)
    assert feasible == expected.feasible
    if feasible:
        assert objective == pytest.approx(expected.objective, rel=1e-6, abs=1e-5)
