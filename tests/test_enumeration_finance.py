"""Random tiny scenarios with finance against the enumeration of all their plans (`reference_finance`)."""

from pathlib import Path
from typing import get_args

import pytest

from optimiser.scenario.base import Entry
from optimiser.scenario.finance import AnyInstrument
from tests.helpers import result_of
from tests.reference_finance.drawing import draw
from tests.reference_finance.enumeration import best

SEEDS = 200
UNDRAWN = {"deposit": {"inflation"}}
"""The inflation of the head reaches deposits, too."""


def ask_tool(raw: dict, folder: Path, explained: bool) -> tuple[bool, float]:
    result = result_of(raw, folder, explained)
    return (True, result.plan.objective) if result is not None else (False, float("nan"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_tool_agrees_with_enumeration(seed, tmp_path):
    """Proves that status and least cost are those of trying every schedule and every set of years of issue, with the
    best amounts for each; the audit agrees as well, or there would be no answer. Every fourth is explained."""
    raw = draw(seed)
    feasible, objective = ask_tool(raw, tmp_path, explained=seed % 4 == 0)
    expected = best(raw)
    assert feasible == expected.feasible
    if feasible:
        assert objective == pytest.approx(expected.objective, rel=1e-6, abs=1e-5)


@pytest.fixture(scope="module")
def drawn() -> list[dict]:
    return [draw(seed) for seed in range(SEEDS)]


def test_every_key_of_every_kind_is_drawn(drawn):
    """Proves that no key of the section goes without a random case; ids, names and citations aside."""
    seen: dict[str, set[str]] = {}
    for raw in drawn:
        for entry in raw["finance"].values():
            seen.setdefault(entry["kind"], set()).update(entry)
    for model in get_args(get_args(AnyInstrument)[0]):
        kind = get_args(model.model_fields["kind"].annotation)[0]
        keys = {info.alias or name for name, info in model.model_fields.items() if name not in Entry.model_fields}
        assert keys - seen[kind] <= UNDRAWN.get(kind, set()), kind
    for section in ("tax", "inflation", "budgets"):
        assert sum(bool(raw.get(section)) for raw in drawn) > 20


def test_the_enumeration_itself():
    """By hand, without the tool: 100 of capex in year 1 on 60 of own money, 40 borrowed at 3 %, discounted at 5 %.

    A bond of two years costs 1.2 / 1.05 + 41.2 / 1.1025 - 40 = -1.4875; at 5 % it costs nothing.
    """
    raw = {
        "horizon": {"first": 1, "last": 3},
        "discount_rate": "5 %",
        "entities": {"group": {}},
        "sources": {"site": {"baseline": "100 ktCO2e"}},
        "projects": {"p": {"start": [1, 1], "capex": "100 MCNY", "abates": {"site": "1 ktCO2e"}, "committed": True}},
        "targets": {},
        "budgets": {"b": {"limit": "60 MCNY"}},
        "finance": {
            "bond": {"kind": "bond", "rate": "3 %", "tenor": 2, "issue": [1, 1], "ticket": ["0 MCNY", "40 MCNY"]}
        },
    }
    assert best(raw).objective == pytest.approx(100 + 1.2 / 1.05 + 41.2 / 1.05**2 - 40)
    raw["finance"]["bond"]["rate"] = "5 %"
    assert best(raw).objective == pytest.approx(100)
    raw["finance"]["bond"]["ticket"][1] = "39 MCNY"
    assert not best(raw).feasible
