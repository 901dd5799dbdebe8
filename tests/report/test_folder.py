"""The folder of a result: written aside and renamed, never half, never over something that is not ours."""

import csv
import hashlib
import json
import os
import tempfile

import pytest

from optimiser.errors import UsageError
from optimiser.report import folder as room
from optimiser.report.folder import refuse_foreign, write_result

FILES = {
    "plan.json", "plan.xlsx", "run.json", "scenario.json", "schedule.csv", "money.csv", "emissions.csv", "targets.csv",
    "limits.csv", "pathway.csv", "report.html",
}  # fmt: skip
RUN = {"format": "optimiser-run", "version": 1}


def content(folder) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_all_files_are_written(world, tmp_path):
    out = tmp_path / "deep" / "out"
    write_result(world, RUN, out)
    assert {p.name for p in out.iterdir()} >= FILES
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert RUN.items() <= run.items()
    digests = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in ("plan.json", "scenario.json")}
    assert run["outputs"] == {name: f"sha256:{digest}" for name, digest in digests.items()}
    assert {p.name for p in out.parent.iterdir()} == {"out"}
    assert out.stat().st_mode & 0o755 == 0o755


def test_a_second_result_takes_the_place_of_the_first(world, hostile, tmp_path):
    out = tmp_path / "out"
    write_result(world, RUN, out)
    write_result(hostile, RUN, out)
    assert json.loads((out / "plan.json").read_text(encoding="utf-8"))["name"].startswith("=cmd")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("fails", ["workbook_beside", "plan_document", "scenario_text"])
def test_a_death_in_the_middle_leaves_the_old_result_whole(fails, world, tmp_path, monkeypatch):
    """A writer raises half-way: the earlier files are there to the last letter, and nothing is left beside them."""
    out = tmp_path / "out"
    write_result(world, RUN, out)
    before = content(out)

    def die(*_):
        raise RuntimeError("killed")

    monkeypatch.setattr(room, fails, die)
    with pytest.raises(RuntimeError, match="killed"):
        write_result(world, RUN, out)
    assert content(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_death_in_the_middle_of_the_first_result_leaves_nothing(world, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "workbook_beside", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_result(world, RUN, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_rename_that_fails_brings_the_old_result_back(world, tmp_path, monkeypatch):
    """The old folder has been moved aside and the new one cannot take its place: the old one returns."""
    out = tmp_path / "out"
    write_result(world, RUN, out)
    before = content(out)
    rename = os.rename

    def fail_for_new(source, target):
        if str(target) == str(out) and not str(source).endswith(".old"):
            raise OSError(5, "no luck")
        rename(source, target)

    monkeypatch.setattr(os, "rename", fail_for_new)
    with pytest.raises(UsageError, match="no luck"):
        write_result(world, RUN, out)
    assert content(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_foreign_folder_is_refused(world, tmp_path):
    """Proves that nothing of the user's is overwritten: a folder with something else in it, a file, and both stay."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    for name, words in (("mine", "is no earlier result"), ("file", "is a file")):
        with pytest.raises(UsageError, match=words):
            write_result(world, RUN, tmp_path / name)
    assert content(tmp_path / "mine") == {"thesis.txt": b"years of work"}
    assert (tmp_path / "file").read_text(encoding="utf-8") == "a file"


def test_an_empty_folder_and_an_earlier_result_are_welcome(world, tmp_path):
    (tmp_path / "empty").mkdir()
    write_result(world, RUN, tmp_path / "empty")
    refuse_foreign(tmp_path / "empty")
    refuse_foreign(tmp_path / "not there yet")


def test_a_place_that_cannot_be_written(world, tmp_path, monkeypatch):
    """The system refuses a new folder: it is said which, and nothing is left behind. (Root may write anywhere.)"""

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(UsageError, match="out cannot be written: Permission denied"):
        write_result(world, RUN, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_parent_that_is_a_file(world, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        write_result(world, RUN, tmp_path / "file" / "out")


def test_csv_texts_do_not_run_as_formulas(hostile, tmp_path):
    """No cell of any CSV begins like a formula, except numbers; the names are there all the same."""
    write_result(hostile, RUN, tmp_path / "out")
    texts = set()
    for path in (tmp_path / "out").glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            texts |= {cell for line in csv.reader(file) for cell in line}
    dangerous = [t for t in texts if t[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(t)]
    assert dangerous == []
    assert {"'=1+1", "'+HYPERLINK(1)", "'@x", "'-dash", "<script>alert(1)</script>"} <= texts


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
