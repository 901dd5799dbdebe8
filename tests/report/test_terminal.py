"""The terminal: bad news first, at most 80 columns, no colours where it is piped."""

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from optimiser.report.terminal import amount, percent, show
from tests.helpers import solved


def shown(result, width: int = 80, folder: str = "results/x", encoding: str = "utf-8") -> str:
    """What is printed where the output is piped."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    show(result, Console(file=stream, width=width, no_color=True, highlight=False, emoji=False), folder)
    return raw.getvalue().decode(encoding)


LONG = """
name: A title that goes on and on, far beyond what any line of a terminal can hold, because somebody had much to say
projects:
  a-project-with-a-very-long-identifier-that-no-column-can-hold-without-folding:
    {kind: upgrade, units: {max: 9, per_year: 3}, capex: 123456.789 MCNY, abates: {site: 9 ktCO2e}}
  中文名称很长很长很长很长很长很长很长很长很长很长很长很长的项目:
    {kind: upgrade, capex: 1 MCNY, abates: {site: 5 ktCO2e}}
targets:
  a-target-with-a-very-long-identifier-that-no-column-can-hold-without-folding: {kind: reduction, by: 3, cut: 80 ktCO2e}
  净零目标净零目标净零目标净零目标净零目标净零目标净零目标净零目标: {kind: reduction, in: 3, cut: 10 ktCO2e}
  soft: {kind: reduction, in: 3, cut: 99 %, penalty: 1 CNY/tCO2e}
"""


def test_no_line_is_wider_than_80_columns(world, hostile, tmp_path):
    """Whatever names there are, Chinese ones (two columns a letter) too."""
    for result in (world, hostile, solved(LONG, tmp_path)):
        text = shown(result, folder="a/very/long/folder/" * 6)
        assert max(cell_len(line) for line in text.splitlines()) <= 80


def test_forty_columns_tell_targets_in_lines(tmp_path):
    """A table of six columns would fold every word to three letters; no line is wider than what there is."""
    text = """
projects: {a: {kind: upgrade, capex: 1 MCNY, abates: {site: 20 ktCO2e}}}
targets:
  cut: {name: Cut a tenth, kind: reduction, in: 3, cut: 10 ktCO2e}
  far: {kind: reduction, in: 2, cut: 50 ktCO2e, penalty: 1 CNY/tCO2e}
"""
    narrow = shown(solved(text, tmp_path), width=40, folder="r")
    assert max(cell_len(line) for line in narrow.splitlines()) <= 40
    told = " ".join(narrow.split())
    assert "Cut a tenth: margin 10 ktCO2e, gross emissions, in 3 (required 90, achieved 80)" in told
    assert "far: MISSED, margin -30 ktCO2e, gross emissions, in 2 (required 50, achieved 80)" in told


def test_no_colours_where_it_is_piped(world, hostile):
    for result in (world, hostile):
        assert "\x1b" not in shown(result)


def test_what_is_missed_comes_first(world):
    lines = shown(world).splitlines()
    assert lines[0] == "A world for reports"
    assert lines[1] == "MISSED: far (a penalty is paid); see below"
    assert lines[2].startswith("The rest holds")
    assert "proven" in lines[2]


def test_what_gave_way_is_said(tmp_path):
    result = solved("targets: {cap: {kind: reduction, by: 2, cut: 10 %, priority: 1}}", tmp_path)
    assert "MISSED: cap (it gave way); see below" in shown(result).splitlines()[1]


def test_a_plan_that_keeps_everything(tmp_path):
    result = solved("name: All well\ntargets: {cap: {kind: reduction, by: 2, cut: 0 %}}", tmp_path)
    title, proof = shown(result).splitlines()[:2]
    assert title == "All well"
    assert "holds" in proof
    assert "proven" in proof
    assert "MISSED" not in shown(result)
    assert "Nothing starts: the baseline keeps every promise." in shown(result)


def test_a_plan_that_was_stopped_says_so_before_the_cost(world):
    """What stopped it, how far it is proven, what was asked: before any number a board might quote."""
    plan = replace(world.plan, status="feasible", stopped_by="time limit", gap=0.034, gap_asked=0.001)
    lines = shown(replace(world, plan=plan)).splitlines()
    stopped = next(i for i, line in enumerate(lines) if line.startswith("Stopped by time limit: best plan so far"))
    assert "gap 3.4 %, asked 0.1 %" in lines[stopped]
    assert stopped < next(i for i, line in enumerate(lines) if line.startswith("Cost, present value"))
    plan = replace(plan, gap=float("inf"))
    assert "no bound was proven" in shown(replace(world, plan=plan))


def test_a_gap_to_a_small_total_is_set_against_spending(world):
    """The objective is close to zero, as savings outweigh spending: the gap is given against what is spent as well."""
    plan = replace(world.plan, gap=0.5, objective=1.0, bound=0.5)
    assert "Against the money spent, the gap is" in shown(replace(world, plan=plan))


def test_cost_starts_and_targets_are_there(world):
    text = shown(world)
    cost = amount(world.plan.objective)
    assert f"Cost, present value 2026 (6 % real, prices of 2025): {cost} MCNY" in text
    for word in ("worth of unused life", "energy used on site", "Lots of lorries", "4 of 4 projects start."):
        assert word in text
    assert any(line.startswith("far") and "MISSED" in line for line in text.splitlines())
    assert "Written to results/x: report.html, plan.xlsx" in text


def test_names_are_not_markup(hostile):
    """[red] is a name and not a colour."""
    assert "[red]-2+3[/red]" in shown(hostile)


def test_a_terminal_without_unicode(world):
    """Where the terminal speaks ASCII the picture is drawn in ASCII."""
    text = shown(world, encoding="ascii")
    assert "Pathway, all scopes" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1e-9, "0"),
        (-1e-9, "0"),
        (1234567.8, "1,234,568"),
        (999.94, "999.9"),
        (0.012346, "0.01235"),
        (-5.5, "-5.5"),
    ],
)
def test_amounts_have_four_digits(value, text):
    assert amount(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 %"), (0.001, "0.1 %"), (0.0123, "1.2 %"), (0.123, "12.3 %"), (1, "100 %")]
)
def test_percentages_have_two_digits(value, text):
    assert percent(value) == text


def many(count: int, entities: int, folder, last: int = 12):
    """So many projects that must all start, each in its year, dealt out to entities; the later ones cost more."""
    names = "  top: {}\n" + "".join(f"  e{i}: {{parent: top, name: Branch {i}}}\n" for i in range(entities))
    projects = ""
    for i in range(count):
        year, cost = 1 + i % (last - 1), f"entity: e{i % entities}, capex: {i + 1} MCNY"
        projects += f"  p{i}: {{kind: upgrade, {cost}, start: [{year}, {year}], abates: {{site: 0.1 ktCO2e}}}}\n"
    cut = f"targets: {{all: {{kind: reduction, in: {last}, cut: {count / 10} ktCO2e}}}}\n"
    horizon = f"horizon: {{first: 1, last: {last}}}\n"
    source = "sources: {site: {scope: 1, entity: top, baseline: 100 ktCO2e}}\n"
    return solved(f"{horizon}{source}entities:\n{names}projects:\n{projects}{cut}", folder)


def test_a_hundred_starts_have_a_line_each(tmp_path):
    text = shown(many(100, 2, tmp_path))
    assert all(f"p{i} " in text for i in range(100))
    assert "100 of 100 projects start." in text
    assert "schedule.csv" not in text


def test_more_starts_are_counted_and_the_largest_named(tmp_path):
    """120 projects of 1 to 120 MCNY in two entities. The wrong answers: six pages of lines, or the cheapest named."""
    lines = shown(many(120, 2, tmp_path)).splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("Starts"))
    assert lines[head].split()[1:5] == ["1-05", "6-10", "11-12", "all"]
    rows = [line.split() for line in lines[head + 1 : head + 4]]
    assert [(r[:2], r[-1]) for r in rows[:2]] == [(["Branch", "1"], "3,660"), (["Branch", "0"], "3,600")]
    assert rows[2][0] == "all"
    assert rows[2][-2:] == ["120", "7,260"]
    assert sum(int(n) for n in rows[2][1:-2]) == 120
    named = [line.split()[0] for line in lines if line.startswith("p1")]
    assert named == [f"p{i}" for i in range(119, 104, -1)]
    assert "120 of 120 projects start. All of them: results/x/schedule.csv" in lines
    assert max(map(len, lines)) <= 80


def test_many_entities_are_brought_together(tmp_path):
    """130 projects in 26 entities over 40 years: the eleven that spend most, all others in one line, and the total."""
    lines = shown(many(130, 26, tmp_path, last=40)).splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("Starts"))
    rows = [line.split() for line in lines[head + 1 :] if line.startswith(("Branch", "15 others", "all "))][:13]
    assert [r[1] for r in rows[:11]] == [str(i) for i in range(25, 14, -1)]
    assert rows[11][:2] == ["15", "others"]
    assert rows[11][-2] == str(15 * 5)
    assert rows[12][0] == "all"
    assert rows[12][-2] == "130"
    assert max(map(len, lines)) <= 80


def counts(result, folder="results/x"):
    """The table of how many start when: its head, and a list of cells for each entity."""
    lines = shown(result, folder=folder).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("Starts "))
    return lines[first].split(), [line.split() for line in lines[first + 1 : lines.index("", first)]], lines


@pytest.mark.parametrize(
    ("last", "windows"),
    [
        (6, ["1", "2", "3", "4", "5"]),
        (7, ["1-05", "6-07"]),
        (30, ["1-05", "6-10", "11-15", "16-20", "21-25", "26-30"]),
        (31, ["1-10", "11-20", "21-30"]),
        (61, ["1-20", "21-40", "41-60"]),
    ],
)
def test_windows_of_years_fit_on_a_line(last, windows, tmp_path):
    """At most six columns of years: single years, or five, ten or twenty of them. Nothing starts in the last year."""
    head, rows, lines = counts(many(110, 1, tmp_path, last=last))
    assert head[1 : 1 + len(windows)] == windows
    assert "all" in head
    assert len(rows) == 1  # one entity is its own total
    assert rows[0][-2] == "110"
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(("entities", "others"), [(12, None), (13, "2")])
def test_twelve_entities_have_a_line_each(entities, others, tmp_path):
    _, rows, _ = counts(many(117, entities, tmp_path))
    names = [" ".join(row[:2]) for row in rows]
    assert len(rows) == 13
    assert names[-2] == (f"{others} others" if others else "Branch 9")


def test_a_project_counts_once_in_the_years_of_its_first_unit(tmp_path):
    """101 projects of two units, one by year 2 and the other in year 8 at the earliest; a name that looks like markup.

    The wrong answers: 202 starts, or all of them in the later years.
    """
    projects = "".join(
        f"  p{i}: {{kind: upgrade, units: {{max: 2, per_year: 1}}, capex: 1 MCNY, abates: {{site: 0.1 ktCO2e}}}}\n"
        for i in range(101)
    )
    targets = "".join(f"  t{y}: {{kind: reduction, in: {y}, cut: {cut} ktCO2e}}\n" for y, cut in ((3, 10.1), (9, 20.2)))
    text = f"""
horizon: {{first: 1, last: 12}}
discount_rate: 5 %
entities: {{a: {{name: "[bold]Works[/bold]"}}}}
projects:
{projects}targets:
{targets}"""
    result = solved(text, tmp_path)
    head, rows, lines = counts(result, folder="")
    assert head[1:3] == ["1-05", "all"] or head[1:4] == ["1-05", "6-10", "all"]
    assert rows[0][0] == "[bold]Works[/bold]"
    assert rows[0][1] == "101"
    assert "101 of 101 projects start." in lines
