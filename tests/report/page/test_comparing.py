"""The tables of a comparison page: what starts otherwise, money, tonnes, finance and inputs side by side; by hand."""

import pytest

from optimiser.report.page.comparing import LONGEST, comparison
from optimiser.report.page.words import words_of
from tests.helpers import solved

EN, ZH = words_of("en"), words_of("zh")
FIRST = """
name: First
discount_rate: 0 %
horizon: {first: 1, last: 6}
projects:
  early: {kind: upgrade, committed: true, start: 2, capex: 10 MCNY, abates: {site: 10 ktCO2e}}
  lots: {kind: upgrade, committed: true, start: 3, units: {min: 2, max: 4}, capex: 1 MCNY, abates: {site: 1 ktCO2e}}
  same: {kind: upgrade, committed: true, start: 4, capex: 2 MCNY}
  gone: {kind: upgrade, committed: true, start: 5, capex: 4 MCNY}
  shy: {kind: upgrade, committed: true, start: 6}
finance:
  loan: {kind: loan, issue: 1, rate: 10 %, tenor: 1, committed: true, ticket: [40 MCNY, 40 MCNY]}
targets:
  cut: {kind: reduction, in: 3, cut: 12 ktCO2e}
"""
SECOND = (
    FIRST.replace("name: First", "name: Second")
    .replace("start: 2,", "start: 4,")
    .replace("min: 2,", "min: 3,")
    .replace("  gone:", "  fresh:")
    .replace("committed: true, start: 6", "start: 6")
    .replace("10 %, tenor", "5 %, tenor")
    .replace("in: 3, cut: 12", "in: 4, cut: 13")
)


def plans(folder, *texts):
    found = []
    for i, text in enumerate(texts):
        (folder / str(i)).mkdir()
        found.append(solved(text, folder / str(i)))
    return found


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Everything is committed, so that all figures are those of the file."""
    return plans(tmp_path_factory.mktemp("two"), FIRST, SECOND)


def table(found, caption):
    return next(dict(t.rows) for t in found.tables if t.caption == caption)


def test_what_starts_otherwise(two):
    """Two years later, one lot more in the same year, one project that the other file has not, one that is left."""
    found = comparison(two, ["A", "B"], EN)
    assert table(found, EN("first_start")) == {
        "early": ["2", "4 (2 years later)"],
        "lots": ["3: 2", "3: 3"],
        "gone": ["5", "not in this scenario"],
        "shy": ["6", "not at all"],
        "fresh": ["not in this scenario", "5"],
    }
    assert found.same == 1, "same"


def test_money_tonnes_and_finance_with_their_differences(two):
    """Capex 10 + 2 + 2 + 4 = 18 and one lot more; 40 at 10 % or 5 %. Tonnes: 100, less 10 and 2, or 10 and 3."""
    found = comparison(two, ["A", "B"], EN)
    money = table(found, EN("cost"))
    assert money["capex"] == ["18", "19 (+1)"]
    assert money["interest"] == ["4", "2 (-2)"]
    assert money["least cost"] == ["22 MCNY", "21 MCNY (-1)"]
    assert table(found, EN("compare_emissions")) == {
        "gross, all scopes, 1": ["100", "100"],
        "gross, all scopes, 5": ["88", "87 (-1)"],
        "gross, all scopes, 6": ["88", "87 (-1)"],
    }
    finance = table(found, EN("compare_finance"))
    assert finance["loan: issued"] == ["40 MCNY", "40 MCNY"]
    assert finance["loan: interest and fees"] == ["4 MCNY", "2 MCNY"]
    assert table(found, f"{EN('targets')} – {EN('margin')}") == {
        "cut: gross emissions": ["0 ktCO2e (3)", "0 ktCO2e (4)"]
    }


def test_why_they_differ(two):
    """Every line of the merged scenarios that differs, as it is written; long ones are cut."""
    found = table(comparison(two, ["A", "B"], EN), EN("compare_inputs"))
    assert found["targets.cut.cut"] == ["12 ktCO2e", "13 ktCO2e"]
    assert found["finance.loan.rate"] == ["10 %", "5 %"]
    assert found["projects.shy.committed"] == ["true", "not in this scenario"]
    assert found["projects.fresh"][0] == "not in this scenario"
    assert max(len(cell) for cells in found.values() for cell in cells) <= LONGEST
    assert comparison([two[0], two[0]], ["A", "A again"], EN).alike


def test_in_chinese_only_names_are_not(two):
    """Captions, ledgers, changes and kinds of amounts are translated; ids, units and what a file says are left."""
    found = comparison(two, ["A", "B"], ZH)
    assert table(found, ZH("first_start"))["early"] == ["2", "4（推迟 2 年）"]
    assert table(found, ZH("first_start"))["gone"] == ["5", "本情景中没有"]
    assert table(found, ZH("compare_emissions"))["总排放量，全部范围，5"] == ["88", "87（-1）"]
    assert table(found, ZH("compare_finance"))["loan：利息与费用"] == ["4 MCNY", "2 MCNY"]
    assert table(found, f"{ZH('targets')} – {ZH('margin')}")["cut：总排放量"][0] == "0 ktCO2e (3)"


def test_other_money_and_other_years_are_said(two, tmp_path):
    """Amounts in another currency are not subtracted; that years and rates differ stands above the tables."""
    euro = FIRST.replace("MCNY", "MEUR").replace("last: 6", "last: 7").replace("name: First", "currency: EUR")
    (other,) = plans(tmp_path, euro)
    found = comparison([two[0], other], ["A", "E"], EN)
    assert table(found, EN("cost"))["capex"] == ["18", "18"]
    assert found.caveats == [
        "The plans count in different money: their amounts cannot be subtracted.",
        "The costs are not of the same time: A 1 to 6 at 0 %, E 1 to 7 at 0 %.",
    ]
    assert table(found, EN("compare_emissions"))["gross, all scopes, 7"] == ["–", "88"]
    assert comparison(two, ["A", "B"], EN).caveats == []
