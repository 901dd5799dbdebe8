"""A large workbook is written by another process: the same, or not at all, and never for longer than this one works."""

import os
import subprocess
import sys
import zipfile

import pytest

from optimiser.report import beside, book
from optimiser.report import folder as room
from optimiser.report.beside import workbook_beside
from optimiser.report.folder import write_result
from optimiser.report.workbook import write_workbook

RUN = {"format": "optimiser-run", "version": 1}


@pytest.fixture
def large(monkeypatch):
    """Every workbook counts as large, and a second core is there."""
    monkeypatch.setattr(beside, "LARGE", 0)
    monkeypatch.setattr(beside, "_cores", lambda: 2)


@pytest.fixture
def instead(monkeypatch, tmp_path):
    """Makes the other process run a script of the test's, which is told `said` and `path`."""

    def run(text):
        script = tmp_path / "script.py"
        script.write_text(text, encoding="utf-8")
        monkeypatch.setattr(book, "__file__", str(script))

    return run


def never(*_, **__):
    raise AssertionError("not to be called")


def parts(path) -> dict[str, bytes]:
    """Every part of a workbook but the one that holds the time of day."""
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist() if name != "docProps/core.xml"}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("which", ["world", "hostile"])
def test_the_other_process_writes_the_same(which, request, large, tmp_path, monkeypatch):
    """Proves that every sheet, text, format and chart arrives, and that it was not written here."""
    result = request.getfixturevalue(which)
    write_workbook(result, tmp_path / "here.xlsx")
    monkeypatch.setattr(beside, "write_workbook", never)
    with workbook_beside(result, tmp_path / "there.xlsx"):
        pass
    assert parts(tmp_path / "there.xlsx") == parts(tmp_path / "here.xlsx")
    assert {p.name for p in tmp_path.iterdir()} == {"here.xlsx", "there.xlsx"}


def test_small_or_alone_it_is_written_here(world, tmp_path, monkeypatch):
    """Proves that no process is started for a small workbook, on one core, or within an application."""
    monkeypatch.setattr(subprocess, "Popen", never)
    for name, value in (("LARGE", beside.LARGE), ("_cores", lambda: 1), ("frozen", True), ("executable", "/bin/excel")):
        with monkeypatch.context() as patch:
            patch.setattr(beside, "_cores", lambda: 2)
            if name != "LARGE":
                patch.setattr(beside, "LARGE", 0)
            patch.setattr(sys if name in ("frozen", "executable") else beside, name, value, raising=False)
            with workbook_beside(world, tmp_path / f"{name}.xlsx"):
                assert (tmp_path / f"{name}.xlsx").is_file()


@pytest.mark.parametrize("text", ["raise SystemExit(1)", "import sys; open(sys.argv[2], 'w').write('half'); 1 / 0"])
def test_where_it_fails_the_workbook_is_written_here(text, world, large, instead, tmp_path):
    """Proves that a process that dies, before or after it wrote something, costs time and nothing else."""
    instead(text)
    with workbook_beside(world, tmp_path / "plan.xlsx"):
        pass
    write_workbook(world, tmp_path / "here.xlsx")
    assert parts(tmp_path / "plan.xlsx") == parts(tmp_path / "here.xlsx")


def test_an_interpreter_that_is_not_there(world, large, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with workbook_beside(world, tmp_path / "plan.xlsx"):
        assert (tmp_path / "plan.xlsx").is_file()


def test_a_failure_of_both_is_raised_and_leaves_nothing(world, large, instead, tmp_path, monkeypatch):
    """Proves that what cannot be written in either way is said as before: the error itself, and no half of a result."""
    instead("raise SystemExit(1)")

    def die(*_):
        raise RuntimeError("no workbook")

    monkeypatch.setattr(beside, "write_workbook", die)
    with pytest.raises(RuntimeError, match="no workbook"):
        write_result(world, RUN, tmp_path / "results" / "out")
    assert list((tmp_path / "results").iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_it_ends_with_this_one(error, world, large, instead, tmp_path, monkeypatch):
    """Ctrl-C or a fault while the page is made: the other process, which would go on for a minute, is gone at once.

    Proves that nobody writes into a folder that is taken away: nothing of the result is left, in either place.
    """
    instead(f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()) + '.')\ntime.sleep(60)")

    def die(*_):
        while not (tmp_path / "pid").is_file() or not (tmp_path / "pid").read_text().endswith("."):
            pass
        raise error

    monkeypatch.setattr(room, "page_or_apology", die)
    with pytest.raises(error):
        write_result(world, RUN, tmp_path / "results" / "out")
    assert not is_alive(int((tmp_path / "pid").read_text()[:-1]))
    assert list((tmp_path / "results").iterdir()) == []


def test_without_a_parent_nothing_is_written(tmp_path):
    """Its input ends and the tables are not there, or half: whoever was to write them is no more, and it ends, too."""
    (tmp_path / "half").write_bytes(b"\x80\x04")
    for said in ("half", "none"):
        command = [sys.executable, "-P", book.__file__, str(tmp_path / said), str(tmp_path / "plan.xlsx")]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        assert done.returncode == 1
        assert not (tmp_path / "plan.xlsx").exists()
