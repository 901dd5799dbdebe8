"""Gathering: what is opened, what is solved, and when an earlier answer is the answer."""

from pathlib import Path

import pytest

from optimiser import workflow
from optimiser.errors import ScenarioError, UsageError
from optimiser.report.folder import write_result
from optimiser.study.compare import gather
from tests.helpers import write

TEXT = """
projects: {a: {kind: upgrade, capex: 10 MCNY, abates: {site: 35 %}}}
targets: {cap: {kind: reduction, by: 2, cut: 30 %}}
"""


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Runs `gather` in a folder of its own: the comparison, and which files were solved."""
    monkeypatch.chdir(tmp_path)

    def run(*plans: str, **limits):
        solved: list[str] = []

        def solve(path: Path):
            solved.append(str(path))
            answer = workflow.solve(path, {"threads": 1, **limits})
            write_result(answer.result, answer.run, Path("results") / path.stem)
            return answer.result

        comparison, said = gather([Path(p) for p in plans], limits, solve)
        return comparison, solved, said

    return run


def test_an_answer_that_is_there_is_not_looked_for_again(asked, tmp_path):
    write(TEXT, tmp_path, "a.yaml")
    write(TEXT.replace("10 MCNY", "11 MCNY"), tmp_path, "b.yaml")
    assert asked("a.yaml", "b.yaml")[1] == ["a.yaml", "b.yaml"]
    comparison, solved, said = asked("a.yaml", "b.yaml")
    assert solved == []
    assert said == ["a.yaml: the result in results/a", "b.yaml: the result in results/b"]
    assert [r.plan.objective for r in comparison.results] == pytest.approx([10, 11])


def test_another_scenario_is_solved_and_a_remark_is_no_other(asked, tmp_path):
    """What counts is what the scenario says with all it extends: a model that changes counts, a comment does not."""
    write(TEXT, tmp_path, "model.yaml")
    (tmp_path / "a.yaml").write_text("extends: model.yaml\n", encoding="utf-8")
    asked("a.yaml", "a.yaml")
    (tmp_path / "a.yaml").write_text("extends: model.yaml  # a remark\n", encoding="utf-8")
    assert asked("a.yaml", "a.yaml")[1] == []
    write(TEXT.replace("10 MCNY", "12 MCNY"), tmp_path, "model.yaml")
    comparison, solved, _ = asked("a.yaml", "results/a")
    assert solved == ["a.yaml"]
    assert comparison.results[0].plan.objective == pytest.approx(12)


def test_a_closer_gap_is_solved_for(asked, tmp_path):
    write(TEXT, tmp_path, "a.yaml")
    asked("a.yaml", "a.yaml", gap=0.05)
    assert asked("a.yaml", "a.yaml", gap=0.5)[1] == []
    assert asked("a.yaml", "a.yaml", gap=0.0)[1] == ["a.yaml", "a.yaml"]


def test_a_damaged_answer_is_solved_again(asked, tmp_path):
    write(TEXT, tmp_path, "a.yaml")
    asked("a.yaml", "a.yaml")
    path = tmp_path / "results" / "a" / "plan.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"optimal"', '"optimal" '), encoding="utf-8")
    assert asked("a.yaml", "a.yaml")[1] == ["a.yaml", "a.yaml"]


def test_all_files_are_read_before_one_is_solved(asked, tmp_path):
    write(TEXT, tmp_path, "a.yaml")
    write("nothing: here\n", tmp_path, "wrong.yaml")
    with pytest.raises(ScenarioError, match="nothing"):
        asked("a.yaml", "wrong.yaml")
    with pytest.raises(UsageError, match=r'neither a scenario file nor a result folder "missing\.yaml"'):
        asked("a.yaml", "missing.yaml")
    assert not (tmp_path / "results").exists()


def test_a_result_folder_is_taken_as_it_is(asked, tmp_path):
    """By its path, its name below results, or its plan.json; although its scenario has changed since."""
    write(TEXT, tmp_path, "a.yaml")
    asked("a.yaml", "a.yaml")
    write(TEXT.replace("10 MCNY", "12 MCNY"), tmp_path, "a.yaml")
    comparison, solved, _ = asked("results/a", "a", "results/a/plan.json")
    assert solved == []
    assert [r.plan.objective for r in comparison.results] == pytest.approx([10, 10, 10])
