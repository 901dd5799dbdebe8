"""The Python face: light to import, the same answers and errors as the command line, frames that add up."""

import subprocess
import sys

import pandas as pd
import pytest

import optimiser
from optimiser import NoPlan, NoPlanError, Result, Scenario, ScenarioError, UsageError, compare, open_result, solve
from tests.helpers import HEAD, write

TEXT = """
name: Two shares
projects:
  a: {kind: upgrade, capex: 10 MCNY, abates: {site: 35 %}}
  b: {kind: upgrade, capex: 12 MCNY, abates: {site: 35 %}}
targets: {cap: {kind: reduction, by: 2, cut: 50 %}}
"""
VALUES = {
    "horizon": {"first": 1, "last": 3},
    "salvage": "none",
    "sources": {"site": {"scope": 1, "baseline": "100 ktCO2e"}},
    "projects": {
        "a": {"kind": "upgrade", "capex": "10 MCNY", "abates": {"site": "35 %"}},
        "b": {"kind": "upgrade", "capex": "12 MCNY", "abates": {"site": "35 %"}},
    },
    "targets": {"cap": {"kind": "reduction", "by": 2, "cut": "50 %"}},
}


@pytest.fixture
def scenario(tmp_path) -> Scenario:
    return Scenario.read(write(TEXT, tmp_path))


@pytest.fixture
def result(scenario) -> Result:
    """Both must start by year 2 to cut half: 100 x 0.65 x 0.65 = 42.25; 22 MCNY."""
    return solve(scenario, gap=0, threads=1)


def test_importing_is_light():
    """Proves that `import optimiser`, and `--help` with it, loads no library: names are found when they are used."""
    code = (
        "import sys, optimiser\n"
        "heavy = {'pandas', 'numpy', 'pydantic', 'pyomo', 'yaml', 'scipy', 'highspy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "import optimiser.workflow\n"
        "from optimiser import solve, Scenario\n"
        "from optimiser.solve import answer\n"
        "import optimiser.solve.highs\n"
        "print(solve.__module__, optimiser.solve.__module__, answer.__module__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.split() == ["optimiser.face", "optimiser.face", "optimiser.solve.answering"]


def test_every_name_is_there():
    assert set(optimiser.__all__) <= set(dir(optimiser))
    for name in optimiser.__all__:
        assert getattr(optimiser, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = optimiser.nothing


def test_frames_say_what_the_plan_is(result):
    assert (result.status, result.objective, result.money_unit) == ("optimal", pytest.approx(22), "MCNY")
    assert sorted(result.schedule["project"]) == ["a", "b"]
    assert result.money["present_value [MCNY]"].sum() == pytest.approx(result.objective)
    assert result.cost.to_dict() == pytest.approx({"capex": 22})
    assert result.pathway["gross [ktCO2e]"].iloc[-1] == pytest.approx(42.25)
    assert result.targets["met"].all()
    assert list(result.frames) == ["schedule", "money", "emissions", "targets", "limits", "pathway"]
    assert list(result.prices) == ["kind", "id", "rule", "year", "value", "unit"]
    assert repr(result) == "<Result scenario: optimal, 22 MCNY>"


def test_frames_that_a_result_does_not_have_are_named(result):
    with pytest.raises(AttributeError, match="no 'finance'; its tables are schedule, money"):
        _ = result.finance
    with pytest.raises(UsageError, match="no table 'fleets'"):
        result.frame("fleets")


def test_tables_of_some_scenarios_are_attributes(tmp_path):
    text = "finance: {loan: {kind: loan, rate: 4 %, tenor: 2, ticket: [0 MCNY, 9 MCNY]}}\n"
    result = solve(write(text, tmp_path), gap=0, threads=1)
    assert list(result.finance.columns[:4]) == ["year", "instrument", "kind", "entity"]
    assert next(iter(result.proceeds)) == "instrument"


def test_a_mapping_is_a_scenario(result, tmp_path):
    """The same figures as values, with no file: the same plan."""
    same = solve(VALUES, gap=0, threads=1)
    assert same.objective == pytest.approx(result.objective)
    assert same.name == "scenario"
    assert solve(Scenario.from_dict(VALUES, "mine"), gap=0, threads=1).name == "mine"


def test_changes_leave_the_first_as_it_was(scenario):
    """A cut of 30 % needs one project; the scenario it was made from still asks for half. None removes."""
    easier = scenario.changed({"targets": {"cap": {"cut": "30 %"}}}, name="easier")
    assert solve(easier, gap=0, threads=1).objective == pytest.approx(10)
    assert (scenario.values["targets"]["cap"]["cut"], easier.values["targets"]["cap"]["cut"]) == ("50 %", "30 %")
    assert (scenario.name, easier.name) == ("scenario", "easier")
    free = scenario.changed({"targets": {"cap": None}})
    assert solve(free, gap=0, threads=1).objective == 0


def test_mistakes_are_those_of_a_file(scenario):
    """All of them at once, with codes and helps, without lines that no file has."""
    wrong = {"projects": {"a": {"capex": "10 MW"}, "b": {"kind": "upgrad"}}}
    for attempt in (lambda: scenario.changed(wrong), lambda: Scenario.from_dict(VALUES | {"horizont": 1, "series": 2})):
        with pytest.raises(ScenarioError) as caught:
            attempt()
        assert len(caught.value.problems) == 2
    assert {p.line for p in caught.value.problems} == {0}
    assert "did you mean" in str(caught.value)
    with pytest.raises(UsageError, match="not JSON serializable; use mappings"):
        Scenario.from_dict({"name": object()})


def test_no_plan_says_why(scenario):
    """Both projects together cut 57.75 %: 60 % cannot be, and the conflict names the target."""
    with pytest.raises(NoPlan, match="no plan can exist") as caught:
        solve(scenario.changed({"targets": {"cap": {"cut": "60 %"}}}), threads=1)
    assert "cap" in " ".join(caught.value.conflict.sentences)


def test_stopping_before_a_plan_is_another_error(tmp_path):
    from tests.helpers import write_tree
    from tests.solve.hard import market_split

    with pytest.raises(NoPlanError):
        solve(write_tree(market_split(), tmp_path), time_limit=0.5, threads=1)


@pytest.mark.parametrize("limits", [{"gap": 1.5}, {"gap": -0.1}, {"time_limit": 0}, {"threads": 0}, {"solver": "none"}])
def test_limits_that_make_no_sense(limits, scenario):
    with pytest.raises(UsageError):
        solve(scenario, **limits)


def test_a_written_result_opens_again(result, tmp_path):
    folder = result.write(tmp_path / "out")
    again = open_result(folder)
    assert again.objective == result.objective
    for name, frame in result.frames.items():
        pd.testing.assert_frame_equal(frame, again.frames[name])
    assert again.scenario.values == result.scenario.values
    assert optimiser.results(tmp_path)["folder"].tolist() == [folder.as_posix()]
    assert (again.export("gantt", tmp_path / "export") / "gantt.csv").is_file()


def test_compare(scenario, result, tmp_path):
    """Results, folders, scenarios and files in one call; the difference is the target that was changed."""
    easier = scenario.changed({"targets": {"cap": {"cut": "30 %"}}}, name="easier")
    folder = result.write(tmp_path / "out")
    found = compare(result, easier, folder, tmp_path / "scenario.yaml", threads=1)
    assert found.inputs.to_dict("records")[0] == {
        "entry": "targets.cap.cut", "scenario (1)": "50 %", "easier": "30 %", "scenario (2)": "50 %",
        "scenario (3)": "50 %",
    }  # fmt: skip
    assert found.money.iloc[-1, 1:5].tolist() == pytest.approx([22, 10, 22, 22])
    assert (found.write(tmp_path / "both") / "comparison.xlsx").is_file()
    with pytest.raises(UsageError, match="two plans at least"):
        compare(result)
    with pytest.raises(AttributeError, match="no 'carbon'"):
        _ = found.carbon


def test_the_head_of_the_helpers_is_what_the_values_say():
    """Guards the comparison of file and mapping above: both stand on the same head."""
    assert HEAD["horizon"] == "{first: 1, last: 3}"
