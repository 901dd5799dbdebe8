"""plan.json: valid, stable, and complete."""

import json

import pytest

from optimiser.report.document import dumps, plan_document


def test_it_is_valid_json_with_a_format_and_a_version(world):
    document = json.loads(dumps(plan_document(world)))
    assert (document["format"], document["version"]) == ("optimiser-plan", 2)
    assert (document["status"], document["stopped_by"], document["missed"]) == ("optimal", "", ["far"])
    assert (document["currency"], document["money_unit"], document["emissions_unit"]) == ("CNY", "MCNY", "ktCO2e")
    assert (document["discount_rate"], document["price_year"], document["base_year"]) == (0.06, 2025, 2024)
    assert document["years"] == [2026, 2027, 2028, 2029, 2030]


def test_it_is_the_same_for_the_same_plan(world):
    """Proves that neither sets nor clocks find their way into the document."""
    assert dumps(plan_document(world)) == dumps(plan_document(world))
    assert "seconds" not in plan_document(world)


def test_the_gap_is_what_objective_and_bound_say(world):
    document = plan_document(world)
    assert document["gap"] == pytest.approx(
        (document["objective"] - document["bound"]) / abs(document["objective"]), abs=1e-9
    )
    assert document["gap_asked"] == 0
    assert sum(document["cost"].values()) == pytest.approx(document["objective"])


def test_every_decision_is_in_it(world):
    """Starts, what is used on site where that is open, and credits: enough to repeat the plan."""
    document, decisions = plan_document(world), world.plan.decisions
    assert len(document["schedule"]) == len(decisions.starts)
    assert {(r["project"], r["year"]): r["amount"] for r in document["supplied"]} == pytest.approx(decisions.supplied)
    assert {(r["target"], r["year"]): r["amount"] for r in document["credits"]} == pytest.approx(decisions.credits)


def test_ledgers_by_year(world):
    document = plan_document(world)
    emissions = document["tables"]["emissions"]
    assert set(emissions) >= {"site|location", "power|location", "power|market"}
    assert emissions["power|market"] == pytest.approx(world.accounts.gross["power", "market"].tolist())
    assert document["tables"]["removals"]["wood"] == pytest.approx(world.accounts.removed["wood"].tolist())


def test_warnings_are_kept(world):
    """The wood is counted by three targets: whoever reads the plan is told."""
    assert any("its removals of one year count for 3 targets" in w for w in plan_document(world)["warnings"])


def test_hostile_names_are_plain_strings(hostile):
    text = dumps(plan_document(hostile))
    document = json.loads(text)
    assert document["name"] == "=cmd|' /C calc'!A0 <script>alert(1)</script>"
    assert {r["project"] for r in document["schedule"]} >= {"=1+1", "http://example.org/x"}


def test_other_scripts_stay_readable():
    """Chinese names are written as they are, not as escapes."""
    assert dumps({"name": "碳达峰"}) == '{\n "name": "碳达峰"\n}\n'


def test_what_is_no_number_is_refused():
    """JSON knows neither NaN nor infinity: better an error than a file that others cannot read."""
    with pytest.raises(ValueError, match="Out of range"):
        dumps({"objective": float("nan")})
