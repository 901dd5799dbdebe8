"""Broken input: all mistakes in one run, each at its place with help, exit code 2, and an earlier result untouched.

`python -m tests.test_broken_input` writes what is printed today to broken/expected.txt: read the difference.
"""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from optimiser import cli
from optimiser.errors import CODES, HELP
from optimiser.report.document import FORMAT
from tests.broken.generated import GENERATED, text

BROKEN = Path(__file__).parent / "broken"
EXPECTED = BROKEN / "expected.txt"
FILES = sorted(p.stem for p in BROKEN.glob("*.yaml"))
LONGEST = 150
PROBLEM = re.compile(
    r"(?P<place>[^\s:]+(\[\w+\])?(:(?P<line>[1-9]\d*):(?P<column>[1-9]\d*))?)  \S.*  \[(?P<code>[A-Z]\d{3})\]"
)


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


def optimise(folder: Path, *words: str) -> Said:
    """What the command line says, run in `folder`."""
    out, err = io.StringIO(), io.StringIO()
    before, argv = Path.cwd(), sys.argv
    os.chdir(folder)
    sys.argv = ["optimise", *words]
    code = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            cli.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        os.chdir(before)
        sys.argv = argv
    return Said(code, out.getvalue(), err.getvalue())


def earlier_result(folder: Path) -> Path:
    """A folder that looks like a result of last week."""
    result = folder / "result"
    result.mkdir()
    (result / "plan.json").write_text(json.dumps({"format": FORMAT, "name": "last week"}), encoding="utf-8")
    for name in ("plan.xlsx", "schedule.csv", "run.json"):
        (result / name).write_bytes(b"of last week: " + name.encode())
    return result


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in sorted(folder.rglob("*")) if p.is_file()}


def run_case(name: str, folder: Path, out: Path) -> Said:
    """Runs a kept or a generated case; the result would go to `out`."""
    if name in GENERATED:
        return optimise(folder, GENERATED[name](folder).name, "--out", str(out))
    return optimise(BROKEN, f"{name}.yaml", "--out", str(out))


def shown(said: Said) -> str:
    """What is kept of a printed text: long ones by their beginning and their length."""
    lines = said.err.splitlines()
    if len(lines) > LONGEST:
        lines = [*lines[:LONGEST], f"... {len(lines):,} lines in all"]
    return "\n".join(lines)


def expected() -> dict[str, str]:
    parts = re.split(r"^## (\S+)\n", EXPECTED.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: body.strip("\n") for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def assert_well_said(err: str) -> None:
    """Every problem is one line with place and code, has a line of help, and follows the order of the file."""
    places = []
    lines = err.splitlines()
    for line, help in zip(lines[::2], lines[1::2], strict=True):
        found = PROBLEM.fullmatch(line)
        assert found, line
        assert found["code"] in CODES, line
        assert found["line"] or found["code"] == "S007", f"no place: {line}"
        assert re.fullmatch(r"  help: \S.*", help), line
        file = found["place"].rsplit(":", 2)[0] if found["line"] else found["place"]
        places.append((file, int(found["line"] or 0), int(found["column"] or 0)))
    assert places == sorted(places)
    assert err.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", [*FILES, *GENERATED])
def test_all_mistakes_are_said(name, tmp_path):
    """Proves exit code 2, no traceback, the snapshot, and that an earlier result is left as it was."""
    (tmp_path / "case").mkdir()
    result = earlier_result(tmp_path)
    before = contents(tmp_path)
    said = run_case(name, tmp_path / "case", result)
    assert said.code == 2
    assert said.out == ""
    assert "Traceback" not in said.err
    assert_well_said(said.err)
    assert shown(said) == expected().get(name), "read the difference, then: python -m tests.test_broken_input"
    after = {p: kept for p, kept in contents(tmp_path).items() if not p.startswith(str(tmp_path / "case"))}
    assert after == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["case", "result"]


def test_no_case_is_left_over():
    assert set(expected()) == {*FILES, *GENERATED}


def test_every_code_has_a_case_and_help():
    """Proves that no kind of mistake is documented that nothing says (W001 is of warnings), and none without help."""
    said = set(re.findall(r"  \[([A-Z]\d{3})\]$", EXPECTED.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert said == set(CODES) - {"W001"}
    assert set(HELP) == set(CODES)


@pytest.mark.parametrize("name", ["fifty_megabytes", "alias_bomb", "a_hundred_thousand_brackets", "nested_too_deep"])
def test_what_would_take_long_is_refused_at_once(name, tmp_path):
    from optimiser.errors import ScenarioError
    from optimiser.workflow import read

    path = GENERATED[name](tmp_path)
    began = time.perf_counter()
    with pytest.raises(ScenarioError):
        read(path)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("switch", ["--quiet", "--json"])
def test_switches_leave_stdout_empty(switch, tmp_path):
    said = optimise(BROKEN, "several.yaml", switch, "--out", str(tmp_path / "result"))
    assert (said.code, said.out) == (2, "")
    assert said.err.rstrip("\n") == expected()["several"]
    assert not (tmp_path / "result").exists()


def test_check_goes_on_after_a_broken_file():
    said = optimise(BROKEN, "check", "several.yaml", "good/world.yaml", "empty.yaml")
    assert said.code == 2
    assert said.out.splitlines() == [
        "good/world.yaml: 4 projects, 2 sources, 1 targets, 0 budgets, 2026 to 2035: nothing wrong"
    ]
    assert said.err.rstrip("\n") == expected()["several"] + "\n" + expected()["empty"]


def test_as_a_process_of_its_own(tmp_path):
    """Proves the same of a real process, whose output goes to pipes."""
    path = text(tmp_path, 'extends: good/world.yaml\nname: "\\e[31m"\nprojects: {trucks: {capx: 3 MCNY}}\n')
    words = [sys.executable, "-m", "optimiser", path.name]
    root = Path(__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "\x1b" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("[K0") == 2
    assert not (tmp_path / "results").exists()


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = text(tmp_path, "extends: good/world.yaml\n")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    said = optimise(tmp_path, path.name)
    assert said.code == 2
    assert "the file cannot be read: Permission denied  [S007]" in said.err


def test_the_sound_model_is_sound(tmp_path):
    """Proves that the broken files are broken by what they add."""
    said = optimise(BROKEN, "good/world.yaml", "--json", "--out", str(tmp_path / "result"))
    assert said.code == 0, said.err
    assert json.loads(said.out)["status"] == "optimal"


def regenerate() -> None:
    """Writes expected.txt anew."""
    parts = []
    for name in [*FILES, *GENERATED]:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "case").mkdir()
            parts.append(f"## {name}\n{shown(run_case(name, Path(folder) / 'case', Path(folder) / 'result'))}\n")
    EXPECTED.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    regenerate()
