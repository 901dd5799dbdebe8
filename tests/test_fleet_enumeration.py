"""Random tiny fleets against the enumeration of every history of every asset (`reference_fleets`)."""

import pytest
import yaml

from optimiser.workflow import solve
from tests.reference_fleets.drawing import draw
from tests.reference_fleets.enumeration import TooMany, best

WANTED = 200


def cases(wanted: int = WANTED, first: int = 0) -> list[tuple[int, dict, float | None]]:
    """The first seeds that can be enumerated, with their least cost (None: no plan)."""
    found, seed = [], first
    while len(found) < wanted:
        raw = draw(seed)
        try:
            found.append((seed, raw, best(raw)))
        except TooMany:
            pass
        seed += 1
    return found


def ask(raw: dict, folder) -> float | None:
    """What the tool answers: the objective, or None where it proves that there is no plan."""
    path = folder / "scenario.yaml"
    path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    answer = solve(path, {"threads": 1})
    return answer.result.plan.objective if answer.result is not None else None
