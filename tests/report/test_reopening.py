"""Reopening: a folder alone gives back the result, to the last digit, and nothing that was changed is believed."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimiser import workflow
from optimiser.errors import ScenarioError, UsageError
from optimiser.plan import Accounts, Price
from optimiser.report.folder import digest, write_result
from optimiser.report.reopening import find_folder, open_result
from optimiser.workflow import solve
from tests import together
from tests.helpers import write, write_tree
from tests.report.conftest import WORLD

PRICES = (Price("target", "cap", "at most", 2029, 1 / 3, "ktCO2e"), Price("budget", "capex", "", 2026, 0.1 + 0.2, ""))


def same(a, b) -> bool:
    """Equal to the last digit, arrays and dictionaries with the rest."""
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b)
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if hasattr(a, "__dataclass_fields__"):
        return all(same(getattr(a, f), getattr(b, f)) for f in a.__dataclass_fields__)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def assert_same(reopened, result):
    plan, now = result.plan, reopened.plan
    for name in ("status", "objective", "bound", "gap", "gap_asked", "gave_way", "stopped_by", "claims", "prices"):
        assert same(getattr(plan, name), getattr(now, name)), name
    for name in plan.decisions.__dataclass_fields__:
        before, after = getattr(plan.decisions, name), getattr(now.decisions, name)
        assert after == before, name
    assert now.carbon_prices == plan.carbon_prices
    for name in Accounts.__dataclass_fields__:
        assert same(getattr(result.accounts, name), getattr(reopened.accounts, name)), name
    assert (reopened.scenario, reopened.merged) == (result.scenario, result.merged)
    assert [str(w) for w in reopened.warnings] == [str(w) for w in result.warnings]


@pytest.fixture
def folder(world, tmp_path):
    """The folder of the world for reports, with prices that have no short decimals."""
    result = replace(world, plan=replace(world.plan, prices=PRICES))
    write_result(result, world.run, tmp_path / "out")
    return tmp_path / "out"


def test_a_folder_that_travelled_is_enough(folder, world, tmp_path, monkeypatch):
    """Copied to another place, with no scenario and no model near: the same, digit by digit; nothing is solved."""
    travelled = tmp_path / "elsewhere" / "copy"
    shutil.copytree(folder, travelled)
    shutil.rmtree(folder)
    monkeypatch.chdir(travelled)
    monkeypatch.setattr(workflow, "answer", lambda *_: pytest.fail("it was solved"))
    reopened = open_result(Path())
    assert reopened.plan.prices == PRICES
    assert_same(reopened, replace(world, plan=replace(world.plan, prices=PRICES)))


def test_fleets_finance_and_markets_come_back(tmp_path):
    """Cases with all sections: every decision, account and price is the same after writing and reading.

    Guarded: together they have every kind of decision there is but supply and credits, which the world has.
    """
    shown = set()
    for seed in (2, 10, 27, 28, 29):
        answer = solve(write_tree(together.draw(seed), tmp_path), {"gap": 0.0, "threads": 1})
        write_result(answer.result, answer.run, tmp_path / "out")
        assert_same(open_result(tmp_path / "out"), answer.result)
        decisions = answer.result.plan.decisions
        shown |= {name for name in decisions.__dataclass_fields__ if getattr(decisions, name)}
    assert shown == {"starts", "moves", "blended", "carbon", "issued", "used"}


def test_the_world_has_the_other_decisions(world):
    assert world.plan.decisions.supplied
    assert world.plan.decisions.credits


def test_the_scenario_of_a_folder_solves_to_the_same_plan(folder, world, tmp_path):
    """scenario.json extends nothing and reads no table, and its answer is that of the folder."""
    for name in ("plan.json", "run.json"):
        (folder / name).unlink()
    again = solve(folder / "scenario.json", {"gap": 0.0, "threads": 1}).result
    assert again.plan.objective == pytest.approx(world.plan.objective, abs=1e-6)
    assert again.merged == world.merged


def test_extends_tables_and_templates_are_in_it(tmp_path):
    """A scenario of four files becomes one: what is inherited, what a table says, what a template brings."""
    (tmp_path / "projects.csv").write_text("id,capex [MCNY]\na,10\nb,12\n", encoding="utf-8")
    model = "templates: {t: {kind: upgrade, abates: {site: 35 %}}}\nprojects: {a: {like: t}, b: {like: t}, c: null}\n"
    write("tables: {projects: projects.csv}\n" + model, tmp_path, "model.yaml")
    (tmp_path / "s.yaml").write_text(
        "extends: model.yaml\nname: 两座山\ntargets: {cap: {kind: reduction, by: 2, cut: 50 %}}\n", encoding="utf-8"
    )
    answer = solve(tmp_path / "s.yaml", {"gap": 0.0, "threads": 1})
    write_result(answer.result, answer.run, tmp_path / "out")
    for name in ("projects.csv", "model.yaml", "s.yaml"):
        (tmp_path / name).unlink()
    merged = json.loads((tmp_path / "out" / "scenario.json").read_text(encoding="utf-8"))
    assert not {"extends", "tables", "templates"} & set(merged)
    assert {p: e["capex"] for p, e in merged["projects"].items()} == {"a": "10 MCNY", "b": "12 MCNY"}
    assert all(e["abates"] == {"site": "35 %"} for e in merged["projects"].values())
    reopened = open_result(tmp_path / "out")
    assert reopened.title == "两座山"
    assert reopened.plan.objective == pytest.approx(22)


@pytest.mark.parametrize("name", ["plan.json", "scenario.json"])
def test_a_changed_file_is_refused(name, folder):
    """One digit of the plan, one figure of the scenario: refused by the digest, with the way to a new result."""
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace("2029", "2030", 1), encoding="utf-8")
    with pytest.raises(UsageError, match=rf"{name} is not as it was written: changed or damaged since; `optimise "):
        open_result(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["exact"]["decisions"]["starts"].pop(),
        lambda d: d["exact"]["decisions"]["starts"][0].__setitem__(2, 5.0),
        lambda d: d["exact"].__setitem__("objective", d["exact"]["objective"] - 1),
        lambda d: d["exact"]["decisions"]["credits"].clear(),
    ],
)
def test_the_audit_refuses_what_a_forged_digest_lets_through(change, folder):
    """Proves that a plan is never shown because a checksum fits: a start less, an amount more, a cost that is nicer."""
    document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    change(document)
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    run["outputs"]["plan.json"] = digest(folder / "plan.json")
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(UsageError, match="plan and scenario contradict each other"):
        open_result(folder)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("plan.json", None, "there is no result folder|is no result folder"),
        ("run.json", None, "run.json cannot be read"),
        ("scenario.json", None, "scenario.json is missing"),
        ("run.json", "{", "run.json is damaged"),
        ("run.json", "[]", "run.json is damaged"),
        ("run.json", "{}", "not as it was written"),
        ("plan.json", '{"format": "optimiser-plan"}', "it has no version"),
        ("plan.json", '{"format": "optimiser-plan", "version": true}', "it has no version"),
        ("plan.json", '{"format": "optimiser-plan", "version": 99}', "newer version.*update the programme, or `optim"),
        ("plan.json", '{"format": "optimiser-plan", "version": 1}', "plan.json is damaged"),
        ("plan.json", '{"format": "optimiser-plan", "version": 2}', "not as it was written"),
        ("plan.json", '{"format": "else", "version": 2}', "no result folder"),
    ],
)
def test_damaged_folders_are_refused_in_words(name, text, says, folder):
    """Proves that a folder with a file gone, half a file, or one of another programme never ends in a traceback."""
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=says):
        open_result(folder)


def test_a_damaged_body_with_the_right_digest_is_damaged(folder):
    document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    del document["exact"]["claims"]
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    run["outputs"]["plan.json"] = digest(folder / "plan.json")
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(UsageError, match=r"plan\.json is damaged"):
        open_result(folder)


def as_version_1(folder: Path) -> None:
    """A folder as version 1 wrote it: no scenario, no digests, no exact part."""
    (folder / "scenario.json").unlink()
    for name, gone in (("plan.json", "exact"), ("run.json", "outputs")):
        document = json.loads((folder / name).read_text(encoding="utf-8"))
        del document[gone]
        (folder / name).write_text(json.dumps(document | {"version": 1}), encoding="utf-8")


def test_version_1_is_migrated_where_it_is_complete(tmp_path, monkeypatch):
    """Its scenario is there as it was, and the plan has only starts, supply and credits: it opens, and is audited."""
    monkeypatch.chdir(tmp_path)
    result = solve(write(WORLD, tmp_path), {"gap": 0.0, "threads": 1})
    write_result(result.result, result.run, tmp_path / "out")
    as_version_1(tmp_path / "out")
    old = open_result(tmp_path / "out")
    assert old.plan.objective == pytest.approx(result.result.plan.objective)
    assert [(s.project, s.year) for s in old.plan.decisions.starts] == [
        (s["project"], s["year"]) for s in json.loads((tmp_path / "out" / "plan.json").read_text())["schedule"]
    ]
    write_result(old, old.run, tmp_path / "new")
    assert open_result(tmp_path / "new").plan.objective == old.plan.objective


def test_version_1_is_refused_where_its_scenario_changed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = write(WORLD, tmp_path)
    answer = solve(path, {"gap": 0.0, "threads": 1})
    write_result(answer.result, answer.run, tmp_path / "out")
    as_version_1(tmp_path / "out")
    path.write_text(path.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    with pytest.raises(
        UsageError, match=r"older version \(format 1\).*has changed since; run `optimise scenario.yaml`"
    ):
        open_result(tmp_path / "out")


def test_version_1_with_finance_is_refused(tmp_path, monkeypatch):
    """Version 1 did not keep what each issue pays for in full: a plan that is only nearly known is not shown."""
    monkeypatch.chdir(tmp_path)
    text = (
        "projects: {a: {kind: upgrade, capex: 10 MCNY, committed: true}}\n"
        "finance: {loan: {kind: loan, rate: 4 %, tenor: 2, ticket: [0 MCNY, 9 MCNY]}}\n"
    )
    answer = solve(write(text, tmp_path), {"gap": 0.0, "threads": 1})
    write_result(answer.result, answer.run, tmp_path / "out")
    as_version_1(tmp_path / "out")
    with pytest.raises(UsageError, match=r"every decision about fleets, finance and markets; run `optimise"):
        open_result(tmp_path / "out")


def test_a_scenario_that_this_version_refuses_is_said(folder):
    """A folder whose scenario says what no version reads: the mistakes of the file, at their lines."""
    path = folder / "scenario.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"kind": "sink"', '"kind": "zinc"'), encoding="utf-8")
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    run["outputs"]["scenario.json"] = digest(path)
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(ScenarioError, match="zinc"):
        open_result(folder)


def test_a_plan_without_a_proven_bound_is_written_and_read(world, tmp_path):
    """JSON has no infinity: the bound and the gap are null there, and infinite again when they are read."""
    plan = replace(world.plan, status="feasible", stopped_by="time limit", bound=-np.inf, gap=np.inf)
    write_result(replace(world, plan=plan), world.run, tmp_path / "out")
    document = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    assert (document["bound"], document["gap"], document["gap_of_spending"]) == (None, None, None)
    reopened = open_result(tmp_path / "out").plan
    assert (reopened.bound, reopened.gap) == (-np.inf, np.inf)


def test_folders_are_found_by_name_and_by_file(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    folder.rename(tmp_path / "results" / "yard")
    write("projects: {}\n", tmp_path, "yard.yaml")
    write("projects: {}\n", tmp_path, "other.yaml")
    for asked in ("yard", "results/yard", "results/yard/plan.json"):
        assert find_folder(Path(asked)) == Path("results/yard")
    for asked, says in (
        ("yard.yaml", "is a scenario, not a result folder; `results/yard` is its result"),
        ("other.yaml", "run `optimise other.yaml` first"),
        (".", "is no result folder"),
        ("nothing", "there is no result folder"),
    ):
        with pytest.raises(UsageError, match=says):
            find_folder(Path(asked))


def test_a_hostile_result_comes_back(hostile, tmp_path):
    """Names that mean harm, with line breaks and tabs, are the same names after the way through JSON and YAML."""
    write_result(hostile, hostile.run, tmp_path / "out")
    assert_same(open_result(tmp_path / "out"), hostile)
