"""The command line: options, what is printed where, and exit codes 0, 1, 2, 3, 4."""

import hashlib
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from optimiser import __version__, cli
from optimiser.errors import InternalError
from tests.helpers import write, write_tree
from tests.solve.hard import market_split

GOOD = """
name: Two shares
projects:
  a: {kind: upgrade, capex: 10 MCNY, abates: {site: 35 %}}
  b: {kind: upgrade, capex: 12 MCNY, abates: {site: 35 %}}
targets: {cap: {kind: reduction, by: 2, cut: 50 %}}
solve: {threads: 1}
"""
MISSED = GOOD.replace("cut: 50 %", "cut: 90 %, penalty: 1 CNY/tCO2e")
IMPOSSIBLE = GOOD.replace("cut: 50 %", "cut: 60 %")
WRONG = GOOD.replace("capex: 10 MCNY", "capex: 10 MW").replace("kind: upgrade, capex: 12", "kind: upgrad, capex: 12")


@pytest.fixture
def optimise(capsys, monkeypatch, tmp_path):
    """Runs the console script in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["optimise", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


def test_a_plan_is_printed_and_written(optimise, tmp_path):
    """Exit 0, the answer on stdout, the files below results/ under the name of the scenario."""
    write(GOOD, tmp_path, "two shares.yaml")
    code, out, err = optimise("run", "two shares.yaml")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "Two shares"
    assert "22 MCNY" in out
    assert (tmp_path / "results" / "two shares" / "plan.json").is_file()
    assert "\x1b" not in out


def test_the_page_speaks_the_language_asked_for(optimise, tmp_path):
    """English is the default; one without words is refused before anything is solved or written."""
    write(GOOD, tmp_path, "s.yaml")
    for words, lang in ((["s.yaml"], "en"), (["s.yaml", "--language", "zh"], "zh-CN")):
        assert optimise(*words, "-q")[0] == 0
        assert f'<html lang="{lang}">' in (tmp_path / "results" / "s" / "report.html").read_text(encoding="utf-8")
    code, out, err = optimise("s.yaml", "--language", "fr", "--out", "elsewhere")
    assert (code, out, err) == (2, "", "--language fr: choose en or zh\n")
    assert not (tmp_path / "elsewhere").exists()


def test_run_may_be_left_out(optimise, tmp_path):
    write(GOOD, tmp_path, "s.yaml")
    for words in (["s.yaml"], ["s.yaml", "--quiet"], ["--quiet", "s.yaml"], ["-q", "--gap", "1%", "s.yaml"]):
        assert optimise(*words)[0] == 0


def test_out_names_the_folder(optimise, tmp_path):
    write(GOOD, tmp_path, "s.yaml")
    assert optimise("s.yaml", "--out", "deep/er")[0] == 0
    assert (tmp_path / "deep" / "er" / "plan.xlsx").is_file()
    assert not (tmp_path / "results").exists()


def test_a_foreign_folder_is_refused_before_anything_is_solved(optimise, tmp_path, monkeypatch):
    write(GOOD, tmp_path, "s.yaml")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("", encoding="utf-8")
    monkeypatch.setattr(cli, "_solve", lambda *_: pytest.fail("it was solved"))
    code, out, err = optimise("s.yaml", "--out", "mine")
    assert (code, out) == (2, "")
    assert "mine is not empty and is no earlier result; choose another folder with --out" in err


@pytest.mark.parametrize(
    ("gap", "asked"), [("0.1%", 0.001), ("0.1 %", 0.001), ("0.001", 0.001), ("0", 0), ("2e-3", 0.002)]
)
def test_gap(gap, asked, optimise, tmp_path):
    write(GOOD, tmp_path, "s.yaml")
    code, out, _ = optimise("s.yaml", "--gap", gap, "--json")
    assert (code, json.loads(out)["gap_asked"]) == (0, pytest.approx(asked))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--gap", "5"], "did you mean 5%?"),
        (["--gap", "200%"], "not between 0 and 100 %"),
        (["--gap", "nan"], "not between 0 and 100 %"),
        (["--gap=-1%"], "not between 0 and 100 %"),
        (["--gap", "little"], "write a share, such as 0.1% or 0.001"),
        (["--time-limit", "0"], "--time-limit"),
        (["--time-limit", "soon"], "--time-limit"),
        (["--threads", "0"], "--threads"),
        (["--solver", "no-such-solver"], 'no solver called "no-such-solver" is installed'),
        (["--what"], "--what"),
        (["another.yaml"], "another.yaml"),
    ],
)
def test_mistakes_on_the_command_line(words, said, optimise, tmp_path):
    """Exit 2, what is wrong on stderr, nothing on stdout, nothing written."""
    write(GOOD, tmp_path, "s.yaml")
    code, out, err = optimise("s.yaml", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert not (tmp_path / "results").exists()


def test_threads_and_time_limit_reach_the_solver(optimise, tmp_path):
    several = [
        f"  p{i}: {{kind: upgrade, capex: {13 + 7 * i % 11}.{i} MCNY, abates: {{site: {9 + i} %}}}}" for i in range(9)
    ]
    text = "projects:\n" + "\n".join(several) + "\ntargets: {cap: {kind: reduction, by: 2, cut: 41 %}}\n"
    write(text, tmp_path, "s.yaml")
    assert optimise("s.yaml", "--threads", "2", "--time-limit", "33", "-q")[0] == 0
    run = json.loads((tmp_path / "results" / "s" / "run.json").read_text(encoding="utf-8"))
    assert run["solver"]["threads"] == 2
    assert "2 threads" in run["solver_log"]


def test_run_json_says_how_to_repeat_the_run(optimise, tmp_path):
    """Every file that was read with its hash, the versions, the solver's settings and its log."""
    write("", tmp_path, "model.yaml")
    (tmp_path / "s.yaml").write_text(f"extends: model.yaml\n{GOOD}", encoding="utf-8")
    assert optimise("s.yaml", "-q")[0] == 0
    run = json.loads((tmp_path / "results" / "s" / "run.json").read_text(encoding="utf-8"))
    digests = {
        name: "sha256:" + hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in ("s.yaml", "model.yaml")
    }
    assert run["inputs"] == digests
    assert run["packages"]["optimiser"] == __version__
    assert {"highspy", "pyomo"} <= set(run["packages"])
    assert (run["solver"]["name"], run["solver"]["seed"], run["solver"]["threads"]) == ("HiGHS", 0, 1)
    assert {"read", "compile", "build", "solve", "audit"} <= set(run["seconds"])


def test_another_solver(optimise, tmp_path):
    write(GOOD, tmp_path, "s.yaml")
    code, out, _ = optimise("s.yaml", "--solver", "appsi_highs", "--json")
    assert (code, json.loads(out)["objective"]) == (0, pytest.approx(22))


def test_json_prints_json_and_nothing_else(optimise, tmp_path):
    """stdout is plan.json as it was written; warnings and progress keep silent."""
    write(MISSED.replace("name: Two shares", "discount_rate: null"), tmp_path, "s.yaml")
    code, out, err = optimise("s.yaml", "--json")
    assert (code, err) == (0, "")
    assert out == (tmp_path / "results" / "s" / "plan.json").read_text(encoding="utf-8")
    assert json.loads(out)["missed"] == ["cap"]


def test_json_of_an_impossible_case_is_empty(optimise, tmp_path):
    write(IMPOSSIBLE, tmp_path, "s.yaml")
    code, out, err = optimise("s.yaml", "--json")
    assert (code, out) == (3, "")
    assert "the target cap" in err


def test_quiet_prints_nothing_on_success(optimise, tmp_path):
    write(GOOD, tmp_path, "s.yaml")
    for flag in ("--quiet", "-q"):
        assert optimise("s.yaml", flag) == (0, "", "")
    assert (tmp_path / "results" / "s" / "plan.json").is_file()


def test_quiet_still_says_what_is_missed(optimise, tmp_path):
    write(MISSED, tmp_path, "s.yaml")
    assert optimise("s.yaml", "-q") == (0, "", "MISSED: cap\n")


def test_no_plan_can_exist(optimise, tmp_path):
    """Exit 3, the reason in sentences on stderr, nothing written; an earlier result stays."""
    write(GOOD, tmp_path, "s.yaml")
    assert optimise("s.yaml", "-q")[0] == 0
    before = (tmp_path / "results" / "s" / "plan.json").read_bytes()
    write(IMPOSSIBLE, tmp_path, "s.yaml")
    code, out, err = optimise("s.yaml")
    assert (code, out) == (3, "")
    assert err.startswith("No plan can exist.\n")
    assert "the target cap" in err
    assert (tmp_path / "results" / "s" / "plan.json").read_bytes() == before


def test_stopped_without_a_plan(optimise, tmp_path):
    """Exit 4: neither a plan nor a proof in half a second."""
    write_tree(market_split(), tmp_path, "s.yaml")
    code, out, err = optimise("s.yaml", "--time-limit", "0.5", "--threads", "1", "-q")
    assert (code, out) == (4, "")
    assert err == "Stopped without a plan: no plan was found before the time limit\n"
    assert not (tmp_path / "results").exists()


def test_interrupted_before_there_was_a_plan(optimise, tmp_path, monkeypatch):
    """Exit 4 and words, wherever it was that Ctrl-C was heard."""
    write(GOOD, tmp_path, "s.yaml")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_solve", interrupted)
    assert optimise("s.yaml") == (4, "", "Interrupted before there was a plan.\n")


def test_the_first_ctrl_c_asks_and_the_second_ends():
    """The first is a request for the best plan so far; after it, and after the run, Ctrl-C is what it always is."""
    from optimiser.progress import listening

    asked = []
    before = signal.getsignal(signal.SIGINT)
    with listening(lambda: asked.append(1)):
        signal.raise_signal(signal.SIGINT)
        assert asked == [1]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert asked == [1]
    assert signal.getsignal(signal.SIGINT) is before


def test_our_own_bug(optimise, tmp_path, monkeypatch):
    """Exit 1 and no plan where the audit contradicts the model: that is ours to explain, not the user's."""
    write(GOOD, tmp_path, "s.yaml")

    def contradict(*_):
        raise InternalError("the audit contradicts the model")

    monkeypatch.setattr("optimiser.workflow.audit", contradict)
    code, out, err = optimise("s.yaml", "-q")
    assert (code, out) == (1, "")
    assert "please report it" in err
    assert not (tmp_path / "results").exists()


def test_a_wrong_file_is_told_all_at_once(optimise, tmp_path):
    """Exit 2 and every mistake with its place, code and help; no traceback, nothing on stdout."""
    write(WRONG, tmp_path, "s.yaml")
    code, out, err = optimise("s.yaml")
    assert (code, out) == (2, "")
    assert "projects.a.capex" in err
    assert "projects.b.kind" in err
    assert "[U003]" in err
    assert "did you mean upgrade?" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("name", ["nothing.yaml", "nowhere/nothing.yaml"])
def test_a_file_that_is_not_there(name, optimise):
    code, out, err = optimise("run", name)
    assert (code, out) == (2, "")
    assert "[S007]" in err


def test_warnings_go_to_stderr(optimise, tmp_path):
    (tmp_path / "s.yaml").write_text("horizon: {first: 1, last: 2}\n", encoding="utf-8")
    code, out, err = optimise("s.yaml")
    assert code == 0
    assert "warning: " in err
    assert "warning: " not in out
    assert "no discount_rate" in err


@pytest.mark.parametrize(("count", "each", "others"), [(3, 3, ""), (4, 4, ""), (5, 3, "2 others"), (9, 3, "6 others")])
def test_warnings_that_say_the_same_are_not_said_a_hundred_times(count, each, others, optimise, tmp_path):
    """Nine sinks that two targets count: three are named, six counted; `check` names them all."""
    sinks = "".join(f"  s{i}: {{kind: sink, capex: 3 MCNY, removal: 60 ktCO2e}}\n" for i in range(count))
    targets = "{a: {kind: neutrality, residual: 100 %, by: 3}, b: {kind: neutrality, residual: 100 %, by: 3}}"
    write(f"projects:\n{sinks}targets: {targets}\n", tmp_path, "s.yaml")
    code, _, err = optimise("s.yaml")
    assert code == 0
    assert err.count("removals of one year count for 2 targets") == each
    assert (f"warning: the same of {others}" if others else "[W001]") in err
    assert ("the same of" in err) == bool(others)
    assert optimise("check", "s.yaml")[2].count("removals of one year count for 2 targets") == count


def test_check_several_files(optimise, tmp_path):
    """All files are checked though the first is wrong: 2 where any is wrong, 0 where none is; nothing is solved."""
    write(WRONG, tmp_path, "wrong.yaml")
    write(GOOD, tmp_path, "good.yaml")
    write(IMPOSSIBLE, tmp_path, "impossible.yaml")
    code, out, err = optimise("check", "wrong.yaml", "good.yaml", "impossible.yaml")
    assert code == 2
    assert "wrong.yaml:" in err
    assert "good.yaml: 2 projects, 1 sources, 1 targets, 0 budgets, 1 to 3: nothing wrong" in out
    assert "impossible.yaml" in out
    assert optimise("check", "good.yaml", "impossible.yaml")[0] == 0
    assert not (tmp_path / "results").exists()


def test_check_lists_figures_without_a_source(optimise, tmp_path):
    """`a` says where it is from, `b` that it is illustrative, the target nothing."""
    text = GOOD.replace("{kind: upgrade, capex: 10", "{source: page 7, kind: upgrade, capex: 10")
    write(
        text.replace("{kind: upgrade, capex: 12", "{illustrative: true, kind: upgrade, capex: 12"), tmp_path, "s.yaml"
    )
    code, out, _ = optimise("check", "--sources", "s.yaml")
    assert code == 0
    assert "projects.a" not in out
    assert "projects.b" not in out
    assert "targets.cap" in out
    assert "sources.site" in out
    assert "s.yaml:" in out


def test_schema_is_json_schema(optimise, tmp_path):
    """A scenario of ours is valid by it, one with a misspelt kind is not."""
    jsonschema = pytest.importorskip("jsonschema")
    import yaml

    code, out, err = optimise("schema")
    assert (code, err) == (0, "")
    schema = json.loads(out)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    good = yaml.safe_load(write(GOOD, tmp_path).read_text(encoding="utf-8"))
    assert list(validator.iter_errors(good)) == []
    good["projects"]["a"]["kind"] = "upgrad"
    assert list(validator.iter_errors(good))


def test_new_writes_a_starter_that_solves(optimise, tmp_path):
    code, out, err = optimise("new", "mine")
    assert (code, err) == (0, "")
    scenario = Path("mine") / "scenario.yaml"
    assert f"optimise {scenario}" in out
    assert optimise("check", scenario)[0] == 0
    code, out, _ = optimise(scenario, "--gap", "1%", "--json")
    assert (code, json.loads(out)["missed"]) == (0, [])


def test_new_refuses_a_folder_with_something_in_it(optimise, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    code, out, err = optimise("new", "mine")
    assert (code, out) == (2, "")
    assert "mine is there already and not empty; name a new folder" in err
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_version_and_help(optimise):
    assert optimise("--version") == (0, f"{__version__}\n", "")
    for words in (["--help"], ["run", "--help"], ["check", "--help"], ["new", "--help"], ["show", "--help"]):
        code, out, err = optimise(*words)
        assert (code, err) == (0, "")
        assert "Usage" in out


def test_nothing_asked_is_help(optimise):
    code, out, err = optimise()
    assert code in (0, 2)
    assert "Usage" in out + err


def test_a_folder_is_no_scenario(optimise, tmp_path):
    """It is said what it is, and what was probably meant; nothing is complained of that the user did not name."""

    def said(folder: str) -> str:
        code, out, err = optimise(folder)
        assert (code, out) == (2, "")
        first, help = err.splitlines()
        assert first == f"{folder}  the file is a folder, not a file  [S007]"
        return help.removeprefix("  help: ")

    write(GOOD, tmp_path, "good.yaml")
    assert said(".") == "did you mean good.yaml?"
    write(GOOD, tmp_path, "second.yaml")
    assert said(".") == "name a scenario file in it"
    (tmp_path / "empty").mkdir()
    assert said("empty") == "check the path and its permissions"
    assert optimise("good.yaml", "--quiet")[0] == 0
    assert said("results/good") == "it holds a result: `optimise show results/good` prints it again"
    code, out, err = optimise("results/good/plan.json")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "results/good/plan.json  the file is part of a result  [S007]",
        "  help: its scenario is results/good/scenario.json",
    ]


def test_help_enters_no_heavy_room():
    """Proves that `python -m optimiser --help` is quick: none of the big libraries is imported for it."""
    code = (
        "import sys, runpy\n"
        "sys.argv = ['optimise', '--help']\n"
        "try: runpy.run_module('optimiser', run_name='__main__')\n"
        "except SystemExit as left: print('left', left.code)\n"
        "print('loaded', *sorted({m.split('.')[0] for m in sys.modules}))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = run.stdout.splitlines()[-1].split()
    assert "left 0" in run.stdout
    heavy = {"pandas", "pyomo", "pydantic", "numpy", "scipy", "highspy", "pint", "plotext", "xlsxwriter", "yaml"}
    assert not heavy & set(loaded)
    assert "typer" in loaded


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("shortfall of equipment-peak", "shortfall of equipment-peak: "),
        ("shortfall of construction-peak, equipment-peak", "shortfall of construction-p...: "),
        ("shortfall of peak, intensity, equipment-peak", "shortfall of peak, ...: "),
    ],
)
def test_what_is_looked_for_is_cut_where_one_sees_it(words, shown):
    """Names that do not fit are left out whole, or end in dots; the numbers behind them always fit."""
    from optimiser.progress import ProgressLine
    from optimiser.solve import Progress

    stream = io.StringIO()
    with ProgressLine(stream) as line:
        line.said -= 6.0
        line.watch(words, Progress(6.0, 123.4, 120.0))
    assert stream.getvalue().startswith(shown)
    assert stream.getvalue().endswith("gap 2.76%\n")


def test_progress_is_one_line_on_a_terminal_and_silent_where_asked():
    """Piped, a line comes every five seconds; on a terminal one line is written over and wiped at the end."""
    from optimiser.progress import ProgressLine
    from optimiser.solve import Progress

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    quiet, piped, live = Terminal(), io.StringIO(), Terminal()
    for stream, silent in ((quiet, True), (piped, False), (live, False)):
        with ProgressLine(stream, silent) as line:
            for incumbent in (float("inf"), 123.4):
                line.said -= 1.0
                line.watch("least cost", Progress(1.5, incumbent, 120.0))
    assert (quiet.getvalue(), piped.getvalue()) == ("", "")
    first, second, wiped = live.getvalue().split("\r")[1:4]
    assert "no plan yet" in first
    assert "best 123.4  bound 120  gap 2.76%" in second
    assert wiped.strip() == ""
    with ProgressLine(piped) as line:
        line.said -= 6.0
        line.watch("least cost", Progress(6.0, 123.4, float("-inf")))
    assert piped.getvalue() == "least cost:     6 s  best 123.4  no bound yet  gap -\n"
