"""`optimise explain` and `optimise alternatives`: what is printed, what is written, and exit codes."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from optimiser import cli, workflow
from optimiser.errors import NoPlanError
from optimiser.explain.oracle import Oracle
from optimiser.solve.highs import Run
from optimiser.solve.outcome import Outcome
from optimiser.study import alternatives
from tests.helpers import write

GOOD = """
name: Two kilns
projects:
  a: {kind: upgrade, capex: 10 MCNY, abates: {site: 35 ktCO2e}}
  b: {kind: upgrade, capex: 10.1 MCNY, abates: {site: 35 ktCO2e}}
  fill: {kind: upgrade, size: {max: 9 MW}, capex: 3 MCNY/MW, abates: {site: 1 ktCO2e/MW}}
targets: {cap: {kind: reduction, by: 2, cut: 37 %}, late: {kind: carbon_budget, years: [1, 3], at_most: 290 ktCO2e}}
solve: {threads: 1, gap: 0}
"""
IMPOSSIBLE = GOOD.replace("cut: 37 %", "cut: 90 %")


@pytest.fixture
def optimise(capsys, monkeypatch, tmp_path):
    """Runs the console script in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    write(GOOD, tmp_path, "good.yaml")
    write(IMPOSSIBLE, tmp_path, "impossible.yaml")

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["optimise", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


def test_a_result_folder_is_asked_for_its_scenario(optimise, tmp_path):
    """Moved away from the file that it was made from, it answers as the file did; without a scenario it says so."""
    asked = optimise("explain", "good.yaml")
    assert asked[0] == 0
    assert optimise("good.yaml", "--quiet")[0] == 0
    (tmp_path / "results" / "good").rename(tmp_path / "moved")
    (tmp_path / "good.yaml").unlink()
    for name in ("moved", "moved/plan.json", "moved/scenario.json"):
        assert optimise("explain", name) == asked
    code, out, _ = optimise("alternatives", "moved", "--within", "5%")
    assert code == 0
    assert "within 5 % of the least cost" in out
    (tmp_path / "moved" / "scenario.json").unlink()
    code, _, err = optimise("explain", "moved")
    assert code == 2
    assert err == "moved is a result that holds no scenario; name the scenario file it was made from\n"


def test_why_there_is_no_plan(optimise):
    """Exit 3, the reason and what would do; the same as JSON, whose overrides can be written into a file."""
    code, out, err = optimise("explain", "impossible.yaml")
    assert (code, err) == (3, "")
    assert out.startswith("No plan can exist.\nWhatever is started, the target cap cannot hold.\n")
    assert "- for cap a cut of 79 % instead of 90 %\n    targets: {cap: {cut: 79 %}}" in out
    code, out, err = optimise("explain", "impossible.yaml", "--json")
    document = json.loads(out)
    assert (code, err) == (3, "")
    assert document["conflict"] == [{"kind": "target", "id": "cap", "years": [2, 2]}]
    assert document["smallest"] is True
    assert {"path": ["targets", "cap", "cut"], "value": "79 %"} in document["alternatives"][0]["values"]


def test_a_run_that_finds_none_says_the_same(optimise):
    _, out, _ = optimise("explain", "impossible.yaml")
    code, nothing, err = optimise("run", "impossible.yaml")
    assert (code, nothing, err) == (3, "", out)


def test_prices_of_a_plan(optimise):
    """37 kt: a and two of the filler at 3, which is 3000 CNY/t; said, and given to machines."""
    code, out, _ = optimise("explain", "good.yaml")
    assert code == 0
    assert "target cap" in out
    assert "3,000 CNY/tCO2e" in out
    assert "Whole numbers staying as they are" in out
    prices = json.loads(optimise("explain", "good.yaml", "--json")[1])["prices"]
    assert [(p["id"], round(p["value"], 6)) for p in prices] == [("cap", 3.0)]


def test_why_a_project(optimise):
    code, out, _ = optimise("explain", "good.yaml", "--project", "b")
    assert code == 0
    assert "It is not in the plan." in out
    assert "in, whenever it is best  +0.1 MCNY" in out
    reason = json.loads(optimise("explain", "good.yaml", "--project", "b", "--json")[1])["reason"]
    assert reason["starts"] == []
    assert reason["instead"][0]["more"] == pytest.approx(0.1)


def test_full_costs_and_delays(optimise):
    """Without the cap nothing is bought but what the carbon budget asks; a year later makes no difference."""
    code, out, _ = optimise("explain", "good.yaml", "--full-costs", "--delay", "cap")
    assert code == 0
    assert "the target cap: by 3" in out
    assert "no difference" in out
    assert "In full: every decision open again." in out
    costs = json.loads(optimise("explain", "good.yaml", "--full-costs", "--json")[1])["costs"]
    assert [(c["id"], round(c["saved"], 6)) for c in costs] == [("cap", 6.0), ("late", 0.0)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--project", "kiln"], "--project kiln: the scenario has no such project; it has a, b, fill"),
        (["--delay", "cup"], "--delay cup: the scenario has no such target; it has cap, late"),
        (["--delay", "late"], "--delay late: this target has no `by` that could be moved"),
        (["--gap", "much"], "--gap much: write a share, such as 0.1% or 0.001"),
    ],
)
def test_mistakes_on_the_command_line(words, said, optimise):
    code, out, err = optimise("explain", "good.yaml", *words)
    assert (code, out, err.strip()) == (2, "", said)


def test_alternatives(optimise, tmp_path):
    """a or b with the filler: two portfolios within 2 %, and the filler in both, provably."""
    code, out, _ = optimise("alternatives", "good.yaml", "--within", "1%", "--out", "others")
    assert code == 0
    assert out.startswith("2 portfolios within 1 % of the least cost; there is no other.")
    assert "Core: in every plan within the allowance (proven)\n  fill" in out
    assert "a (1 of 2); b (1 of 2)" in out
    assert (tmp_path / "others" / "alternatives.xlsx").is_file()
    found = json.loads(optimise("alternatives", "good.yaml", "--json")[1])
    assert [p["members"] for p in found["portfolios"]] == [["a", "fill"], ["b", "fill"]]
    assert found["complete"] is True


def test_no_alternatives_where_there_is_no_plan(optimise):
    code, out, _ = optimise("alternatives", "impossible.yaml")
    assert code == 3
    assert out.startswith("No plan can exist.")


def test_a_foreign_folder_is_refused_before_anything_is_solved(optimise, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine", encoding="utf-8")
    code, out, err = optimise("alternatives", "good.yaml", "--out", "mine")
    assert (code, out) == (2, "")
    assert "no earlier list of alternatives" in err


@pytest.mark.parametrize(
    ("within", "said"),
    [
        ("150%", "is not between 0 and 100 %\n"),
        ("-1%", "is not between 0 and 100 %\n"),
        ("5", "did you mean 5%?"),
        ("some", "write a share"),
    ],
)
def test_an_allowance_is_a_share(within, said, optimise):
    code, _, err = optimise("alternatives", "good.yaml", "--within", within)
    assert code == 2
    assert f"--within {within}" in err


def interrupted_at(monkeypatch, place: object, name: str, nth: int) -> None:
    """Ctrl-C while the method of a class is called for the nth time."""
    method, calls = getattr(place, name), []

    def call(*args: object, **options: object) -> object:
        calls.append(name)
        if len(calls) == nth:
            signal.raise_signal(signal.SIGINT)
        return method(*args, **options)

    monkeypatch.setattr(place, name, call)


def test_ctrl_c_while_the_reason_is_sought(optimise, monkeypatch):
    """The fourth question is interrupted: what is in conflict so far is said, with the exit code of an interrupt."""
    interrupted_at(monkeypatch, Oracle, "has_plan", 4)
    code, out, err = optimise("explain", "impossible.yaml")
    assert code == 130
    assert out.startswith("No plan can exist.\n")
    assert "It was stopped before it was known" in out
    assert err == "Interrupted: this is what was found until then.\n"


def test_ctrl_c_while_alternatives_are_sought(optimise, monkeypatch):
    """The second search is interrupted: the portfolios found are shown and written whole."""
    interrupted_at(monkeypatch, alternatives._Study, "members", 2)
    code, out, err = optimise("alternatives", "good.yaml", "--within", "50%", "--out", "found")
    assert code == 130
    assert "stopped by" in out
    assert json.loads(Path("found/alternatives.json").read_text(encoding="utf-8"))["portfolios"]
    assert err.endswith("Interrupted: this is what was found until then.\n")


def test_ctrl_c_while_a_project_is_explained(optimise, monkeypatch):
    """What was not solved any more is said to be not known; what was solved stays."""
    asked, answers = [], Run.outcome

    def outcome(run: Run) -> Outcome:
        asked.append(run)
        if len(asked) != 3:
            return answers(run)
        signal.raise_signal(signal.SIGINT)
        return Outcome("stopped", None, float("inf"), float("-inf"), 0.0, "interrupt")

    monkeypatch.setattr(Run, "outcome", outcome)
    code, out, _ = optimise("explain", "good.yaml", "--project", "a")
    assert code == 130
    assert "not found out in time" in out


def test_ctrl_c_before_there_is_a_plan(optimise, monkeypatch):
    """Nothing was found: that is said, and nothing is printed."""

    def none(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)
        raise NoPlanError("no plan was found before the interrupt")

    monkeypatch.setattr(workflow, "answer", none)
    assert optimise("explain", "good.yaml") == (130, "", "Interrupted before there was a plan.\n")


def test_a_second_ctrl_c_ends_at_once(optimise, monkeypatch):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(workflow, "answer", stop)
    assert optimise("explain", "good.yaml") == (130, "", "Interrupted.\n")


def test_ctrl_c_of_a_large_case_is_heard(tmp_path):
    """A process that searches for the reason of a large case ends within seconds of a signal, without a traceback."""
    root = Path(__file__).parents[1]
    scenario = tmp_path / "tight.yaml"
    base = root / "scenarios" / "cccc-two-peaks.yaml"
    scenario.write_text(f"extends: {base}\ntargets: {{supply-chain: {{cut: 60 %}}}}\n", encoding="utf-8")
    words = [sys.executable, "-m", "optimiser", "explain", str(scenario), "--threads", "1"]
    with subprocess.Popen(words, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("looking for the reason")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out.startswith("No plan can exist.\n")
    assert err.endswith("Interrupted: this is what was found until then.\n")
    assert "Traceback" not in err
