"""The commands about plans that are there: results, show, compare, export; by hand on two tiny scenarios."""

import json
import os
import subprocess
import sys

import pytest

from optimiser import cli, workflow
from tests.helpers import write

GOOD = """
name: Two shares
projects:
  a: {kind: upgrade, capex: 10 MCNY, abates: {site: 35 %}}
  b: {kind: upgrade, capex: 12 MCNY, abates: {site: 35 %}}
targets: {cap: {kind: reduction, by: 2, cut: 50 %}}
solve: {threads: 1}
"""
EASIER = GOOD.replace("cut: 50 %", "cut: 30 %")
IMPOSSIBLE = GOOD.replace("cut: 50 %", "cut: 60 %")


@pytest.fixture
def optimise(capsys, monkeypatch, tmp_path):
    """Runs the console script in a folder with two scenarios, one of them solved: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["optimise", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    write(GOOD, tmp_path, "good.yaml")
    write(EASIER, tmp_path, "easier.yaml")
    assert call("good.yaml", "--quiet") == (0, "", "")
    return call


def test_results_are_listed(optimise, tmp_path):
    """The latest first, with cost, gap and what is missed; folders that are no results are passed over in silence."""
    write(GOOD.replace("cut: 50 %", "cut: 90 %, penalty: 1 CNY/tCO2e"), tmp_path, "missed.yaml")
    (tmp_path / "results" / "photos").mkdir()
    (tmp_path / "results" / "odd").mkdir()
    (tmp_path / "results" / "odd" / "plan.json").write_text("[", encoding="utf-8")
    optimise("missed.yaml", "--quiet")
    run = tmp_path / "results" / "missed" / "run.json"
    document = json.loads(run.read_text(encoding="utf-8"))
    run.write_text(json.dumps(document | {"started": "2999-01-02T03:04:05Z"}), encoding="utf-8")
    code, out, err = optimise("results")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == ["Result", "when", "(UTC)", "status", "gap", "cost", "missed", "s"]
    assert lines[1].split()[:4] == ["missed", "2999-01-02", "03:04", "optimal"]
    assert lines[2].startswith("good")
    assert "22 MCNY" in lines[2]
    assert len(lines) == 3
    rows = json.loads(optimise("results", "--json")[1])
    assert [(r["folder"], r["missed"]) for r in rows] == [("results/missed", ["cap"]), ("results/good", [])]
    assert rows[1]["cost"] == pytest.approx(22)
    assert len(json.loads(optimise("results", "results/good", "--json")[1])) == 1


def test_results_that_cannot_be_read_are_said_to_be_so(optimise, tmp_path):
    plan = tmp_path / "results" / "good" / "plan.json"
    document = json.loads(plan.read_text(encoding="utf-8"))
    plan.write_text(json.dumps(document | {"version": 99}), encoding="utf-8")
    assert "newer" in optimise("results")[1]
    (tmp_path / "results" / "good" / "run.json").unlink()
    assert "damaged" in optimise("results")[1]
    plan.write_text(json.dumps({"format": "optimiser-plan", "version": 2, "gap": "x", "missed": 3}), encoding="utf-8")
    (tmp_path / "results" / "good" / "run.json").write_text('{"seconds": [1]}', encoding="utf-8")
    assert optimise("results")[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["results", "nowhere"], "there is no folder nowhere: `optimise SCENARIO.yaml` writes results/NAME"),
        (["results", "good.yaml"], "good.yaml is a file; name the folder that holds results"),
        (["show", "nowhere"], 'there is no result folder "nowhere"; `optimise results` lists those there are'),
        (["show", "good.yaml"], "good.yaml is a scenario, not a result folder; `results/good` is its result"),
        (["show", "easier.yaml"], "run `optimise easier.yaml` first"),
        (["show", "."], ". is no result folder"),
        (["compare", "good.yaml"], "name two plans at least"),
        (["compare", "good.yaml", "nowhere"], 'neither a scenario file nor a result folder "nowhere"'),
        (["compare", "good.yaml", "easier.yaml", "--gap", "5"], "is not between 0 and 100 %"),
        (["compare", "good.yaml", "easier.yaml", "--out", "good.yaml"], "good.yaml is a file"),
        (["compare", "good.yaml", "easier.yaml", "--out", "results/good"], "is no earlier comparison"),
        (["compare", "good.yaml", "easier.yaml", "--language", "xx"], "--language xx: choose en or zh"),
        (["export", "good", "--to", "pdf"], '--to "pdf": choose one of xlsx, csv'),
        (["export", "good"], "Missing option '--to'"),
        (["export", "nowhere", "--to", "csv"], "there is no result folder"),
        (["export", "good", "--to", "csv", "--out", "results"], "is no earlier export to csv"),
        (["export", "good", "--to", "csv", "--out", "good.yaml"], "good.yaml is a file"),
    ],
)
def test_mistakes_end_in_words(words, said, optimise, monkeypatch):
    monkeypatch.setattr(workflow, "answer", lambda *_: pytest.fail("it was solved"))
    code, out, err = optimise(*words)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())


def test_show_prints_what_the_run_printed(optimise, tmp_path, monkeypatch):
    """Word for word, but for where it was written; from another place, with neither scenario nor models there."""
    first = optimise("good.yaml")[1]
    (tmp_path / "good.yaml").unlink()
    os.rename(tmp_path / "results", tmp_path / "moved")
    monkeypatch.setattr(workflow, "answer", lambda *_: pytest.fail("it was solved"))
    code, out, err = optimise("show", "moved/good")
    assert (code, err) == (0, "")
    assert out == first.split("\nWritten to")[0]
    plan = (tmp_path / "moved" / "good" / "plan.json").read_text(encoding="utf-8")
    assert optimise("show", "moved/good", "--json")[1] == plan


def test_show_refuses_a_plan_that_was_edited(optimise, tmp_path):
    path = tmp_path / "results" / "good" / "plan.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"gap_asked": 0.001', '"gap_asked": 0.1'), encoding="utf-8"
    )
    code, out, err = optimise("show", "good")
    assert (code, out) == (2, "")
    assert err.startswith("results/good/plan.json is not as it was written: changed or damaged since; `optimise ")


def test_compare_solves_what_is_missing_and_says_why_they_differ(optimise, tmp_path):
    """`good` is there already, `easier` is solved and kept: 22 against 10, because of one figure."""
    code, out, err = optimise("compare", "good.yaml", "easier.yaml", "--threads", "1", "--out", "both")
    assert code == 0
    assert err.splitlines() == ["good.yaml: the result in results/good", "easier.yaml: solved"]
    assert (tmp_path / "results" / "easier" / "plan.json").is_file()
    assert "targets.cap.cut: 50 % -> 30 %" in out
    assert "not at all" in out
    assert "Written to both" in out
    document = json.loads(optimise("compare", "good", "easier", "--json")[1])
    assert document == json.loads((tmp_path / "both" / "comparison.json").read_text(encoding="utf-8"))
    assert document["inputs"] == [{"entry": "targets.cap.cut", "good": "50 %", "easier": "30 %"}]
    assert [r["cost"] for r in document["summary"]] == pytest.approx([22, 10])


def test_compare_with_a_scenario_that_has_no_plan(optimise, tmp_path):
    """Exit code 3, and why: nothing is compared with a plan that does not exist."""
    write(IMPOSSIBLE, tmp_path, "impossible.yaml")
    code, out, err = optimise("compare", "good.yaml", "impossible.yaml", "--out", "both")
    assert (code, out) == (3, "")
    assert "impossible.yaml: no plan can exist." in err
    assert "cap" in err
    assert not (tmp_path / "both").exists()


def test_export_goes_to_a_folder_of_its_own(optimise, tmp_path):
    code, out, err = optimise("export", "results/good", "--to", "gantt")
    assert (code, out, err) == (0, "Written to exports/good-gantt: gantt.csv, gantt.mmd\n", "")
    assert optimise("export", "good", "--to", "gantt")[0] == 0
    assert optimise("export", "good", "--to", "json", "--out", "deep/er")[0] == 0
    assert (tmp_path / "deep" / "er" / "scenario.json").is_file()


def test_the_scenario_in_a_result_solves_on_a_bare_machine(optimise, tmp_path):
    """In a process of its own, in an empty folder with nothing but the result: the same plan."""
    bare = tmp_path / "bare"
    os.rename(tmp_path / "results", bare)
    command = [sys.executable, "-m", "optimiser", "good/scenario.json", "--json", "--threads", "1"]
    done = subprocess.run(command, cwd=bare, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["objective"] == pytest.approx(22)
