"""The README's commands are the ones that continuous integration runs, and name what exists."""

import re
import subprocess

from docs.generating import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPT = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def command_of(script):
    """The line of a script that takes the test command out of the README, run as the script runs it."""
    line = re.search(r"^test_command=\$\((.*)\)$", script, re.MULTILINE)
    done = subprocess.run(["bash", "-c", f"cd '{ROOT}'; {line[1]}"], capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip()


def test_continuous_integration_runs_the_test_command_of_the_readme():
    """Proves that the two cannot drift apart: the script reads the command, and holds no other."""
    told = re.findall(r"\.venv/bin/python (-m pytest.*)$", README, re.MULTILINE)
    assert len(told) == 1
    assert command_of(SCRIPT) == told[0]
    assert "-m pytest -n" not in SCRIPT


def test_every_file_that_the_readme_names_exists():
    missing = [
        name for name in re.findall(r"(?:scenarios|models|docs|tests)/[\w./-]*\w", README) if not (ROOT / name).exists()
    ]
    assert not missing


def test_constraints_pin_exactly_and_name_no_index():
    """Proves that what was tested is what is installed: every line is name==version, every dependency is there."""
    lines = [x for x in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not x.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[\w.]+", x) for x in lines)
    pinned = {re.sub(r"[-_.]+", "-", x.split("==")[0]).lower() for x in lines}
    wanted = re.findall(
        r'^\s*"([A-Za-z0-9_.-]+)[<>=!]', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {re.sub(r"[-_.]+", "-", name).lower() for name in wanted} - {"setuptools"} <= pinned
