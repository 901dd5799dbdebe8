"""Exports: every form opens, says what the tables say, and gives way to nothing but another of the same form."""

import builtins
import csv
import json

import openpyxl
import pandas as pd
import pytest

from optimiser.errors import UsageError
from optimiser.report.export import FORMS, export_result, of_one_type, require_form
from optimiser.report.folder import frames


@pytest.mark.parametrize("to", FORMS)
def test_every_form_writes_what_it_says(to, world, tmp_path):
    said = export_result(world, to, tmp_path / "out")
    mark = json.loads((tmp_path / "out" / "export.json").read_text(encoding="utf-8"))
    assert (mark["format"], mark["to"], mark["scenario"]) == ("optimiser-export", to, "scenario")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"export.json", *mark["files"]}
    assert said == [f"Written to {tmp_path / 'out'}: {', '.join(mark['files'])}"]


@pytest.mark.parametrize("to", FORMS)
def test_the_same_result_gives_the_same_files(to, world, tmp_path):
    """Proves that texts do not depend on clocks or sets; workbooks carry a date, so that their cells are compared."""
    for name in ("one", "two"):
        export_result(world, to, tmp_path / name)
    for one in (tmp_path / "one").iterdir():
        two = tmp_path / "two" / one.name
        if one.suffix != ".xlsx":
            assert one.read_bytes() == two.read_bytes(), one.name
        else:
            a, b = openpyxl.load_workbook(one), openpyxl.load_workbook(two)
            assert [[c.value for c in r] for s in a for r in s.iter_rows()] == [
                [c.value for c in r] for s in b for r in s.iter_rows()
            ]


def test_nothing_foreign_is_written_over(world, tmp_path):
    """A file, a folder of the user's, an export to another form are refused; one to the same form gives way."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    export_result(world, "gantt", tmp_path / "gantt")
    for name, words in (("mine", "is no earlier export to csv"), ("file", "is a file"), ("gantt", "export to csv")):
        with pytest.raises(UsageError, match=words):
            export_result(world, "csv", tmp_path / name)
    (tmp_path / "gantt" / "remarks.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "gantt" / "gantt.csv").write_text("old", encoding="utf-8")
    export_result(world, "gantt", tmp_path / "gantt")
    assert (tmp_path / "gantt" / "remarks.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "gantt" / "gantt.csv").read_text(encoding="utf-8").startswith("ID,")


def test_tables_of_an_earlier_export_go(world, hostile, tmp_path):
    """A table that the new result has not would be read as its own: files of the export before give way."""
    export_result(world, "csv", tmp_path / "out")
    mark = tmp_path / "out" / "export.json"
    document = json.loads(mark.read_text(encoding="utf-8"))
    mark.write_text(json.dumps(document | {"files": [*document["files"], "fleets.csv"]}), encoding="utf-8")
    (tmp_path / "out" / "fleets.csv").write_text("of another result", encoding="utf-8")
    export_result(hostile, "csv", tmp_path / "out")
    assert not (tmp_path / "out" / "fleets.csv").exists()


def test_an_unknown_form(world, tmp_path):
    with pytest.raises(UsageError, match='--to "pdf": choose one of xlsx, csv, parquet'):
        export_result(world, "pdf", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_parquet_without_its_library_says_how_to_get_it(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "pyarrow":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"needs pyarrow, .* install it with: pip install '.*\[parquet\]'"):
        require_form("parquet")


def test_parquet_reads_back_with_types(world, tmp_path):
    """Numbers as numbers, years whole, an empty scope as missing: what pandas reads is the table."""
    export_result(world, "parquet", tmp_path / "out")
    for name, frame in frames(world).items():
        read = pd.read_parquet(tmp_path / "out" / f"{name.removesuffix('.csv')}.parquet")
        assert list(read.columns) == list(frame.columns)
        assert len(read) == len(frame)
        for column in frame.columns:
            if frame[column].dtype == float:
                assert read[column].to_numpy() == pytest.approx(frame[column].to_numpy(), nan_ok=True), (name, column)
    emissions = pd.read_parquet(tmp_path / "out" / "emissions.parquet")
    assert str(emissions["scope"].dtype) == "Int64"
    assert emissions["scope"].isna().any()


def test_columns_of_one_type():
    frame = pd.DataFrame({"a": [1, ""], "b": [1.5, None], "c": ["x", None], "d": [None, None], "e": [True, "no"]})
    typed = of_one_type(frame.astype(object))
    assert [str(t) for t in typed.dtypes] == ["Int64", "Float64", "string", "string", "string"]


def test_hostile_names_stay_text_in_every_form(hostile, tmp_path):
    """No cell of any CSV or workbook of any form is a formula or a link; Mermaid holds no markup."""
    for to in FORMS:
        export_result(hostile, to, tmp_path / to)
    for path in tmp_path.rglob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            for cell in (cell for line in csv.reader(file) for cell in line):
                assert cell[:1] not in ("=", "+", "@", "\t", "\r"), (path, cell)
                assert cell[:1] != "-" or cell[1:2].isdigit(), (path, cell)
    for path in tmp_path.rglob("*.xlsx"):
        cells = [c for sheet in openpyxl.load_workbook(path) for line in sheet.iter_rows() for c in line]
        assert not [c for c in cells if c.data_type == "f" or c.hyperlink], path
    mermaid = (tmp_path / "gantt" / "gantt.mmd").read_text(encoding="utf-8")
    assert "<" not in mermaid
    assert "script" in mermaid
    assert all(line.count(":") <= 1 for line in mermaid.splitlines())


def test_the_workbook_has_native_charts(world, tmp_path):
    """Pathway and capex are drawn from the cells of their sheets; capex by entity sums to the capex of the plan."""
    export_result(world, "xlsx", tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx")
    assert len(book["Summary"]._charts) == 2
    rows = list(book["Capex by year"].iter_rows(min_row=2, values_only=True))
    assert sum(sum(r[1:]) for r in rows) == pytest.approx(float(world.accounts.total("capex").sum()))
    drawn = {s.val.numRef.f.split("!")[0].strip("'") for c in book["Summary"]._charts for s in c.series}
    assert drawn == {"Pathway", "Capex by year"}
