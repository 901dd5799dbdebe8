"""The drawn markets are worth trying: every feature comes up, and the reference agrees with markets solved by hand."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from .drawing import draw, features
from .enumeration import best

HERE = Path(__file__).parent
SEEDS = 200
WANTED = {
    "external": [
        "entities", "scopes", "sources", "basis", "from_year", "until_year", "price", "phase_in", "free_allocation",
        "against", "buy", "sell", "spread", "sell_price", "pooled", "banking", "banking.keep", "banking.multiple",
        "banking.start", "borrowing.share", "borrowing.interest", "credits.price", "credits.share", "issues.projects",
        "issues.tags", "issues.factor", "issues.period", "issues.lag", "issues.buffer", "certificates.price",
        "final_value",
    ],
    "internal": ["cap", "allocation", "against", "banking", "banking.keep", "banking.start", "from_year"],
}  # fmt: skip


def test_every_feature_comes_up_several_times():
    """Proves that no key of a market goes untried in the seeds that the suite runs."""
    seen = Counter(name for seed in range(SEEDS) for name in features(draw(seed)))
    few = [f"{kind}.{key}" for kind, keys in WANTED.items() for key in keys if seen[f"{kind}.{key}"] < 3]
    assert few == []
    assert seen["credits or certificates"] >= 3


def test_the_same_seed_draws_the_same():
    assert draw(7) == draw(7)


def test_the_reference_shares_no_code():
    """Proves that agreement is evidence: nothing here imports the programme."""
    for path in HERE.glob("*.py"):
        if path.name != Path(__file__).name:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not any(n.startswith("optimiser") for n in names)


def world(market: dict, **more) -> dict:
    return {
        "horizon": {"first": 1, "last": 2},
        "salvage": "none",
        "entities": {"group": {}},
        "sources": {"kiln": {"entity": "group", "scope": 1, "baseline": "100 ktCO2e"}},
        "projects": {"idle": {"kind": "programme", "entity": "group", "capex": "1 MCNY"}},
        "markets": {"ets": {"price": {1: "100 CNY/tCO2e", 2: "300 CNY/tCO2e"}} | market},
        **more,
    }


@pytest.mark.parametrize(
    ("market", "cost"),
    [
        ({}, 40),
        ({"free_allocation": "100 %"}, 0),
        ({"free_allocation": {1: "120 ktCO2e", 2: "100 ktCO2e"}, "banking": {"keep": "5 ktCO2e"}}, -1.5 - 1.5),
        ({"free_allocation": {1: "120 ktCO2e", 2: "100 ktCO2e"}, "banking": {"keep": "5 ktCO2e", "multiple": 1}}, -4.5),
        ({"banking": True}, 20),
        ({"phase_in": "50 %", "credits": {"share": "10 %", "price": "0 CNY/tCO2e"}}, 18),
    ],
)
def test_markets_solved_by_hand(market, cost):
    """100 kt a year at 100 and 300 CNY/t; the same cases as those of the programme."""
    assert best(world(market)).objective == pytest.approx(cost)
