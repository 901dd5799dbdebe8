"""What is refused, where the finger points, and that one slip is said once."""

import pytest

from optimiser.errors import Problems, ScenarioError
from optimiser.scenario.checks.places import place_of, places_of
from optimiser.scenario.flows import Abates
from optimiser.scenario.kinds import Project
from optimiser.scenario.mending import STAND_INS, Draft
from optimiser.scenario.paths import Path
from optimiser.scenario.values import AnyPath, Id
from optimiser.source import Node
from optimiser.workflow import read
from tests.helpers import write


def problems(text, folder):
    """(where, code) of every problem of a text."""
    with pytest.raises(ScenarioError) as error:
        read(write(text, folder))
    assert all(p.line and (p.help or p.code) for p in error.value.problems)
    return [(p.where, p.code) for p in error.value.problems]


@pytest.mark.parametrize("kind", ["research", "programme"])
def test_a_continuous_project_cannot_lower_capex(kind, tmp_path):
    text = f"""
projects:
  a: {{kind: upgrade, capex: 3 MCNY}}
  b: {{kind: {kind}, size: {{max: 30 MW}}, capex: 3 MCNY/MW, lowers_capex: {{a: 10 %}}}}
"""
    assert problems(text, tmp_path) == [("projects.b.lowers_capex", "R003")]
    assert read(write(text.replace("size: {max: 30 MW}", "units: {max: 3}").replace("/MW", ""), tmp_path))


class Swap(Project):
    """A kind that calls its flow by a key of its own."""

    electrifies: dict[Id, AnyPath]
    fuel: Id = "site"


def test_a_flow_is_shown_under_the_key_that_the_kind_calls_it_by():
    swap = Swap(electrifies={"power": "3 GWh"}, abates={"site": "2 %"})
    loc = ("projects", "swap")
    at = (*loc, "electrifies", "power")
    assert places_of(loc, swap, Abates("power", swap.electrifies["power"])) == (at, at)
    assert places_of(loc, swap, Abates("site", swap.abates["site"])) == ((*loc, "abates", "site"),) * 2
    assert places_of(loc, swap, Abates("site", Path(points=((0, 0.3),)))) == ((*loc, "fuel"),) * 2
    assert place_of(loc, swap, "avoids", None) == (*loc, "avoids")
    assert place_of(loc, swap, "removal", swap.electrifies["power"]) == at


def test_a_required_key_without_a_stand_in_sets_its_entry_aside(monkeypatch, tmp_path):
    """Proves that a new kind with a required key needs no entry in the table of stand-ins."""
    monkeypatch.delitem(STAND_INS, "removal")
    text = "projects: {a: {kind: sink, removal: {}}, b: {kind: upgrade, life: ten}}\n"
    group = "groups: {g: {projects: [a], at_most: 1}}\n"
    assert problems(text + group, tmp_path) == [("projects.a.removal", "K003"), ("projects.b.life", "K003")]


def test_mending_leaves_no_trace_of_an_entry_set_aside(monkeypatch):
    monkeypatch.delitem(STAND_INS, "removal")
    data = {"projects": {"a": {"kind": "sink"}}}
    entry = Node({"kind": Node("sink", "f", 1, 1)}, "f", 1, 1)
    root = Node({"projects": Node({"a": entry}, "f", 1, 1)}, "f", 1, 1)
    draft = Draft(data, root, Problems())
    draft.mend([{"type": "missing", "loc": ("projects", "a", "sink", "removal")}])
    assert (data, draft.unread) == ({"projects": {}}, {("projects", "a")})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("targets: {t: {by: 2, cut: 3 %}}", [("targets.t", "K002")]),
        ("targets: {t: {kind: nothing-like-it, scopes: [1]}}", [("targets.t.kind", "K003")]),
        ("projects: {a: {kind: upgrade, start: [1, .nan]}}", [("", "S010")]),
        ("projects: {a: {kind: upgrade, start: [1, two]}}", [("projects.a.start", "K003")]),
        ("projects: {a: {kind: upgrade, life: 1:30}}", [("projects.a.life", "K003")]),
        ("version: 2", [("version", "V001")]),
        ("series: {a: {start: 1, growth: 900 %, from: -9000}}", [("series.a", "V001")]),
        ("projects: {a: {kind: upgrade, abates: {site: 2030}}}", [("projects.a.abates.site", "V001")]),
        ("projects: {a: {kind: upgrade, cost_trend: -10000}}", [("projects.a.cost_trend", "V001")]),
        ('projects: {"a\\u200b": {kind: upgrade}}', [("projects.a\\u200b", "K003")]),
    ],
)
def test_one_slip_is_said_once(text, found, tmp_path):
    assert problems(text + "\n", tmp_path) == found


def help_of(text, folder):
    with pytest.raises(ScenarioError) as error:
        read(write(text, folder))
    return [p.help for p in error.value.problems]


@pytest.mark.parametrize(
    ("text", "help"),
    [
        (
            "projects: {b: {kind: upgrade, limit: 3 MCNY}}",
            "`limit` is a key of resources, budgets: does b stand under the right heading?",
        ),
        ("projects: {b: {kind: upgrade, capx: 3 MCNY}}", "did you mean capex?"),
        ("projects: {b: {kind: upgrade, durable: true}}", "`durable` belongs to kind sink"),
        ("projects: {b: {kind: upgrade, abates: {s\u0456te: 1 %}}}", "did you mean site?"),
        ("projects: {b: {kind: upgrade, life: ５}}", "write ordinary digits: 5"),
        ("projects: {b: {kind: upgrade, capex: 3}}", "write its unit, such as 3 MCNY"),
        ("projects: {b: {kind: upgrade, size: {max: 3 MW}, capex: 3}}", "write its unit, such as 3 MCNY/MW"),
        ("targets: {t: {}}", "one of peak, reduction, neutrality, intensity, carbon_budget, avoided, historical"),
    ],
)  # fmt: skip
def test_help(text, help, tmp_path):
    assert help_of(text + "\n", tmp_path) == [help]


def test_what_is_only_a_little_like_a_key_is_not_read_as_that(tmp_path):
    """`purchases` is hardly `sources`: that there is no source "2 ktCO2e" would mislead."""
    text = "organisation: Group\nmarkets: {ets: {scopes: 1, price: 80 CNY/tCO2e, purchases: 2 ktCO2e,"
    text += " bankin: {keep: 3 ktCO2e}}}\n"
    with pytest.raises(ScenarioError) as error:
        read(write(text, tmp_path))
    assert [p.message for p in error.value.problems if "unknown key" not in p.message] == []
    assert [p.message.split('"')[1] for p in error.value.problems] == ["organisation", "purchases", "bankin"]
    close = text.replace("{keep: 3 ktCO2e}", "{kep: 3}")
    with pytest.raises(ScenarioError) as error:
        read(write(close, tmp_path))
    assert any("has no unit" in p.message for p in error.value.problems), "a key that is surely meant is read"


def test_an_id_in_letters_that_only_look_alike(tmp_path):
    text = "projects: {trucks\u0430: {kind: upgrade}, b: {kind: upgrade, requires: trucksa}}\n"
    assert help_of(text, tmp_path) == [
        "did you mean trucks\u0430? it holds U+0430, which only looks like a plain letter"
    ]


def test_a_yield_without_its_unit_is_the_mistake_not_the_price(tmp_path):
    text = "projects: {a: {kind: facility, size: {max: 3 MW}, yield: 1100, sells: 0.3 CNY/kWh}}\n"
    assert problems(text, tmp_path) == [("projects.a.yield", "U004")]


@pytest.mark.parametrize(
    ("first", "second", "warned"),
    [
        ("kind: carbon_budget, years: [1, 2], at_most: 1 MtCO2e, net: true", "by: 3", False),
        ("kind: carbon_budget, years: [1, 3], at_most: 1 MtCO2e, net: true", "by: 3", True),
        ("kind: carbon_budget, years: [1, 3], at_most: 1 MtCO2e", "by: 3", False),  # gross: nothing is removed from it
        ("kind: historical, by: 2, stock: 1 ktCO2e", "by: 3", False),
        ("kind: historical, by: 3, stock: 1 ktCO2e", "in: [1]", True),
        ("kind: historical, by: 2, stock: 1 ktCO2e", "in: [2]", True),
        ("kind: neutrality, residual: 90 %, in: [1]", "by: 2", False),
        ("kind: neutrality, residual: 90 %, by: 1, until: 1", "by: 2", False),
        ("kind: neutrality, residual: 90 %, by: 1", "in: [3]", True),
    ],
)
def test_a_removal_that_two_targets_count_in_one_year_is_said(first, second, warned, tmp_path):
    """A budget up to year 2 and neutrality from year 3 on share no tonne; the wrong answer warns of those, too."""
    text = f"""
projects:
  wood: {{kind: sink, capex: 3 MCNY, removal: 5 ktCO2e, durable: true}}
targets:
  one: {{{first}}}
  other: {{kind: neutrality, residual: 95 %, {second}}}
"""
    said = [w.message for w in read(write(text, tmp_path)).warnings if "removals of one year" in w.message]
    assert said == (["its removals of one year count for 2 targets: one, other"] if warned else [])


def test_of_three_targets_only_those_that_share_a_year_are_named(tmp_path):
    text = """
projects: {wood: {kind: sink, capex: 3 MCNY, removal: 5 ktCO2e}}
targets:
  early: {kind: carbon_budget, years: [1, 1], at_most: 1 MtCO2e, net: true}
  late: {kind: carbon_budget, years: [2, 3], at_most: 1 MtCO2e, net: true}
  neutral: {kind: neutrality, residual: 95 %, by: 3}
"""
    said = [w.message for w in read(write(text, tmp_path)).warnings if "removals of one year" in w.message]
    assert said == ["its removals of one year count for 2 targets: late, neutral"]
