"""The long format of the IAMC: a tree of variables that adds up, and that pyam reads."""

import numpy as np
import pandas as pd
import pytest

from optimiser.report.export import export_result
from optimiser.report.iamc import COLUMNS, TONNES, iamc, part
from tests.helpers import solved

MARKETS = """
name: Markets
horizon: {first: 2026, last: 2028}
entities: {group: {}, yard: {parent: group}, quay: {parent: group}}
sources:
  site: {entity: yard, scope: 1, baseline: 100 ktCO2e}
  cranes: {entity: quay, scope: 1, baseline: 40 ktCO2e}
  power: {entity: quay, scope: 2, activity: 40 GWh, factor: 0.5 tCO2e/MWh, market_factor: 0.7 tCO2e/MWh}
projects:
  a: {kind: upgrade, entity: yard, capex: 9 MCNY, abates: {site: 50 %}, committed: true, start: [2026, 2026]}
  wood: {kind: sink, entity: quay, capex: 1 MCNY, removal: 3 ktCO2e, committed: true, start: [2026, 2026]}
finance: {loan: {kind: loan, entity: yard, rate: 5 %, tenor: 2, issue: 2026, repayment: bullet,
          ticket: [4 MCNY, 4 MCNY], committed: true}}
markets:
  ets: {entities: [yard], scopes: 1, price: {2026: 70 CNY/tCO2e, 2028: 90 CNY/tCO2e}}
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return iamc(solved(MARKETS, tmp_path_factory.mktemp("markets"))).set_index(["Region", "Variable"])


def values(table, region, variable):
    return table.loc[(region, variable), [2026, 2027, 2028]].astype(float).tolist()


def test_the_columns_are_those_of_the_format(world):
    frame = iamc(world)
    assert list(frame.columns) == [*COLUMNS, 2026, 2027, 2028, 2029, 2030]
    assert set(frame["Scenario"]) == {"scenario"}
    assert not frame.duplicated(COLUMNS).any()
    assert not frame.isna().any().any()


def test_regions_hold_what_is_below_them(table):
    """50 of the yard and 40 + 20 of the quay are 110 kt of the group: in Mt."""
    assert values(table, "yard", "Emissions|CO2e") == pytest.approx([0.05] * 3)
    assert values(table, "quay", "Emissions|CO2e") == pytest.approx([0.06] * 3)
    assert values(table, "group", "Emissions|CO2e") == pytest.approx([0.11] * 3)
    assert values(table, "group", "Baseline Emissions|CO2e") == pytest.approx([0.16] * 3)
    assert table.loc[("group", "Emissions|CO2e"), "Unit"] == TONNES


def test_ledgers_have_trees_of_their_own(table):
    """Market-based scope 2 (28 kt), removals (3 kt) and net emissions are beside gross emissions, not in them."""
    assert values(table, "group", "Emissions (Market-Based)|CO2e|Scope 2") == pytest.approx([0.028] * 3)
    assert values(table, "group", "Carbon Removal|CO2e|wood") == pytest.approx([0.003] * 3)
    assert values(table, "group", "Net Emissions|CO2e") == pytest.approx([0.107] * 3)
    assert values(table, "yard", "Net Emissions|CO2e") == pytest.approx([0.05] * 3)


def test_money_prices_and_debt(table):
    """9 and 1 of capex; 50 kt x 70, 80, 90; a loan of 4 with 5 % interest in the years after, owed for two years."""
    unit = "million CNY_2026/yr"
    assert values(table, "group", "Investment") == pytest.approx([10, 0, 0])
    assert values(table, "yard", "Investment|a") == pytest.approx([9, 0, 0])
    assert values(table, "yard", "Carbon Cost|ets") == pytest.approx([3.5, 4, 4.5])
    assert values(table, "group", "Price|Carbon|ets") == pytest.approx([70, 80, 90])
    assert table.loc[("group", "Price|Carbon|ets"), "Unit"] == "CNY_2026/t CO2"
    assert values(table, "yard", "Finance|Debt Outstanding") == pytest.approx([4, 4, 0])
    assert values(table, "yard", "Finance|Interest") == pytest.approx([0, 0.2, 0.2])
    assert table.loc[("yard", "Investment"), "Unit"] == unit
    assert ("quay", "Carbon Cost") not in table.index


def test_parts_add_up(world):
    """Every variable of a summed tree that has parts is their sum, in every region and year."""
    frame = iamc(world).set_index(["Region", "Variable"]).drop(columns=["Model", "Scenario", "Unit"])
    checked = 0
    for region, variable in frame.index:
        level = variable.count("|") + 1
        below = [v for r, v in frame.index if r == region and v.startswith(f"{variable}|") and v.count("|") == level]
        if below:
            parts = frame.loc[[(region, v) for v in below]].sum().to_numpy(dtype=float)
            assert np.allclose(frame.loc[(region, variable)].to_numpy(dtype=float), parts, atol=1e-9), variable
            checked += 1
    assert checked > 10


def test_hostile_names_are_parts():
    assert (part("a|b*"), part(" \n"), part("=1+1")) == ("a/b×", "(no name)", "=1+1")


@pytest.fixture(scope="module")
def pyam(tmp_path_factory):
    """The reader that others use. Units that it keeps for next time name the environment, which may be gone by then."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IAM_UNITS_CACHE", str(tmp_path_factory.mktemp("units")))
        return pytest.importorskip("pyam", reason="the extra `iamc` is not installed")


def test_pyam_reads_it(world, tmp_path, pyam):
    """The CSV and the workbook: the same rows as ours, units kept, and its own check of sums finds nothing."""
    export_result(world, "iamc", tmp_path / "out")
    ours = iamc(world)
    for name in ("iamc.csv", "iamc.xlsx"):
        read = pyam.IamDataFrame(tmp_path / "out" / name)
        assert read.year == [2026, 2027, 2028, 2029, 2030]
        assert set(read.variable) == set(ours["Variable"])
        assert set(read.region) == {"group", "yard"}
        assert read.scenario == ["scenario"]
        back = read.timeseries().reset_index()
        merged = ours.merge(back, left_on=COLUMNS, right_on=[c.lower() for c in COLUMNS], suffixes=("", "_read"))
        assert len(merged) == len(ours)
        for year in read.year:
            left, right = (merged[c].to_numpy(dtype=float) for c in (f"{year}", f"{year}_read"))
            assert np.allclose(left, right)
        for variable in ("Emissions|CO2e", "Emissions|CO2e|Scope 1", "Baseline Emissions|CO2e"):
            assert read.check_aggregate(variable) is None


def test_pyam_reads_hostile_names(hostile, tmp_path, pyam):
    export_result(hostile, "iamc", tmp_path / "out")
    read = pyam.IamDataFrame(tmp_path / "out" / "iamc.csv")
    assert "Emissions|CO2e|Scope 1|@site" in read.variable
    assert len(pd.read_csv(tmp_path / "out" / "iamc.csv")) == len(iamc(hostile))
