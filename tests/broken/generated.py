"""Broken files that are too big, too odd or too binary to keep: each writes into a folder and gives the scenario."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl

GOOD = Path(__file__).parent / "good"
WORLD = "extends: good/world.yaml\n"
GENERATED: dict[str, Callable[[Path], Path]] = {}


def generated(write: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """Registers a writer under its name."""
    GENERATED[write.__name__] = write
    return write


def text(folder: Path, content: str | bytes, name: str = "scenario.yaml") -> Path:
    """Writes a file beside a copy of the sound model."""
    if not (folder / "good").exists():
        shutil.copytree(GOOD, folder / "good")
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@generated
def fifty_megabytes(folder: Path) -> Path:
    path = text(folder, WORLD)
    os.truncate(path, 50 * 2**20)
    return path


@generated
def base_of_fifty_megabytes(folder: Path) -> Path:
    path = text(folder, "extends: big.yaml\nprojects: {trucks: {life: ten}}\n")
    os.truncate(text(folder, "", "big.yaml"), 50 * 2**20)
    return path


@generated
def alias_bomb(folder: Path) -> Path:
    lines = ["a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    for one, other in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{other}: &{other} [{', '.join([f'*{one}'] * 9)}]")
    return text(folder, "\n".join(lines) + "\n")


@generated
def template_bomb(folder: Path) -> Path:
    big = ", ".join(f"s{i}: 1 %" for i in range(2000))
    entries = "\n".join(f"  p{i}: {{like: big}}" for i in range(1000))
    return text(folder, f"{WORLD}templates: {{big: {{kind: upgrade, abates: {{{big}}}}}}}\nprojects:\n{entries}\n")


@generated
def extends_each_other_twice(folder: Path) -> Path:
    """Thirty files, each extending the next twice: 2**30 readings if each were read anew. One mistake in the last."""
    for i in range(30):
        text(folder, f"extends: [part{i + 1}.yaml, part{i + 1}.yaml]\n", f"part{i}.yaml")
    text(folder, "extends: good/world.yaml\nprojects: {trucks: {life: ten}}\n", "part30.yaml")
    return folder / "part0.yaml"


@generated
def extends_without_end(folder: Path) -> Path:
    for i in range(60):
        text(folder, f"extends: part{i + 1}.yaml\n", f"part{i}.yaml")
    text(folder, WORLD, "part60.yaml")
    return folder / "part0.yaml"


@generated
def like_without_end(folder: Path) -> Path:
    links = ", ".join(f"t{i}: {{like: t{i + 1}}}" for i in range(2000))
    return text(folder, f"{WORLD}templates: {{{links}, t2000: {{life: 3}}}}\nprojects: {{trucks: {{like: t0}}}}\n")


@generated
def a_hundred_thousand_brackets(folder: Path) -> Path:
    return text(folder, "[" * 100_000)


@generated
def nested_too_deep(folder: Path) -> Path:
    return text(folder, "\n".join(" " * i + "a:" for i in range(3000)))


@generated
def itself_as_alias(folder: Path) -> Path:
    return text(folder, f"{WORLD}projects: &all {{trucks: {{tags: *all}}}}\n")


@generated
def binary(folder: Path) -> Path:
    return text(folder, bytes(range(256)) * 20)


@generated
def workbook_as_scenario(folder: Path) -> Path:
    openpyxl.Workbook().save(folder / "scenario.yaml")
    return folder / "scenario.yaml"


@generated
def utf_16(folder: Path) -> Path:
    return text(folder, WORLD.encode("utf-16"))


@generated
def gbk(folder: Path) -> Path:
    return text(folder, (WORLD + "name: 碳达峰\n").encode("gbk"))


@generated
def gbk_table(folder: Path) -> Path:
    text(folder, "id,name,kind\none,植树,upgrade\n".encode("gbk"), "projects.csv")
    return text(folder, WORLD + "tables: {projects: projects.csv}\n")


@generated
def control_character(folder: Path) -> Path:
    return text(folder, WORLD + "name: 二 \x1b[31mred\n")


@generated
def null_character(folder: Path) -> Path:
    return text(folder, WORLD + "name: a\0b\n")


@generated
def byte_order_mark_and_windows_lines(folder: Path) -> Path:
    """Both are fine; the mistake after them stands at its place."""
    return text(folder, "\ufeff" + WORLD.replace("\n", "\r\n") + "projects:\r\n  trucks: {life: ten}\r\n")


@generated
def columns_count_characters(folder: Path) -> Path:
    return text(folder, WORLD + "projects: {植树: {name: 植树造林🌲, kind: upgrade, entity: nowhere}}\n")


@generated
def a_folder(folder: Path) -> Path:
    (folder / "scenario.yaml").mkdir()
    return folder / "scenario.yaml"


@generated
def nothing_there(folder: Path) -> Path:
    return folder / "scenario.yaml"


@generated
def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "scenario.yaml")
    return folder / "scenario.yaml"


@generated
def links_in_a_circle(folder: Path) -> Path:
    (folder / "scenario.yaml").symlink_to(folder / "other.yaml")
    (folder / "other.yaml").symlink_to(folder / "scenario.yaml")
    return folder / "scenario.yaml"


@generated
def extends_odd_names(folder: Path) -> Path:
    return text(folder, 'extends: ["a\\0b.yaml", "' + "x" * 400 + '.yaml", "", "\\e[31m.yaml"]\n')


@generated
def ten_thousand_mistakes(folder: Path) -> Path:
    """A suggestion for each among ten thousand names would take half an hour."""
    rows = "\n".join(f"  p{i}: {{kind: upgrade, entity: works, requires: q{i}}}" for i in range(10_000))
    return text(folder, f"{WORLD}projects:\n{rows}\n")


def book(folder: Path, rows: list[list], sheet: str = "Projects") -> None:
    """Writes a workbook with one sheet."""
    workbook = openpyxl.Workbook()
    page = workbook.active
    page.title = sheet
    for row in rows:
        page.append(row)
    workbook.save(folder / "book.xlsx")


HEAD = ["id", "kind", "entity", "start", "capex [MCNY]", "abates.diesel [%]", "units.max", "renew", "life"]
TABLE = WORLD + "tables: {projects: {file: book.xlsx, sheet: Projects}}\n"


@generated
def excel_cells(folder: Path) -> Path:
    rows = [
        HEAD,
        ["good", "upgrade", "works", "[2026, 2030]", 40, 5, 2.0, True, 10],
        ["#", "a remark"],
        [12, "upgrade", "wroks", 2027, "40 GWh", 5, 1.5, "yes", 10],
        ["share", "upgrade", "works", 2027, 40, 0.05, None, None, "#N/A"],
        ["good", "upgrade", "works", 2027, 40, 5],
        [None, "upgrade", "works", 2027, 40, 5],
        ["window", "upgrade", "works", "2026-2030", float("1e9"), 5, None, None, None, "stray"],
    ]
    book(folder, rows)
    return text(folder, TABLE)


@generated
def excel_formula_without_value(folder: Path) -> Path:
    book(folder, [HEAD[:5], ["one", "upgrade", "works", 2027, "=20+20"]])
    return text(folder, TABLE)


@generated
def excel_without_the_sheet(folder: Path) -> Path:
    book(folder, [HEAD], "Sheet1")
    return text(folder, TABLE)


@generated
def excel_that_is_none(folder: Path) -> Path:
    text(folder, "id,kind\n", "book.xlsx")
    return text(folder, TABLE)


@generated
def table_is_a_folder(folder: Path) -> Path:
    (folder / "book.xlsx").mkdir()
    return text(folder, TABLE)


@generated
def table_of_fifty_megabytes(folder: Path) -> Path:
    os.truncate(text(folder, "", "book.csv"), 50 * 2**20)
    return text(folder, TABLE.replace("book.xlsx, sheet: Projects", "book.csv"))
