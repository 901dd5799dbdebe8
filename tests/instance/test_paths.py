"""Paths: a quantity, points, growth, or the name of a series, at any year."""

import pytest

from tests.helpers import instance_of, write


def baseline(path: str, tmp_path, more: str = "") -> list[float]:
    """A baseline over years 1 to 5."""
    text = f"horizon: {{first: 1, last: 5}}\nsources: {{site: {{scope: 1, baseline: {path}}}}}\n{more}"
    return instance_of(text, tmp_path).sources[0].baseline["location"].tolist()


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("7 ktCO2e", [7, 7, 7, 7, 7]),
        ("{3: 7 ktCO2e}", [7, 7, 7, 7, 7]),
        ("{2: 10 ktCO2e, 4: 20 ktCO2e}", [10, 10, 15, 20, 20]),
        ("{0: 0 ktCO2e, 10: 100 ktCO2e}", [10, 20, 30, 40, 50]),
        ("{4: 20 ktCO2e, 2: 10 ktCO2e}", [10, 10, 15, 20, 20]),
        ("{start: 100 ktCO2e, growth: 10 %}", [100, 110, 121, 133.1, 146.41]),
        ("{start: 100 ktCO2e, growth: -50 %, from: 2}", [200, 100, 50, 25, 12.5]),
        ("{1: 10000 tCO2e, 5: 0.05 MtCO2e}", [10, 20, 30, 40, 50]),
        ("wood", [1, 2, 3, 4, 5]),
        ("alias", [1, 2, 3, 4, 5]),
    ],
)
def test_forms_of_a_path(path, values, tmp_path):
    """Linear between, flat outside, whatever the order; growth from the first year or from the one named."""
    series = "series: {wood: {1: 1 ktCO2e, 5: 5 ktCO2e}, alias: wood}"
    assert baseline(path, tmp_path, series) == pytest.approx(values)


def test_the_base_year_may_lie_outside(tmp_path):
    """Points are flat before the first one, growth goes on backwards."""
    for path, base in (("{9: 50 ktCO2e, 11: 60 ktCO2e}", 50), ("{start: 100 ktCO2e, growth: 25 %}", 64)):
        text = f"base_year: 8\nhorizon: {{first: 10, last: 12}}\nsources: {{site: {{scope: 1, baseline: {path}}}}}"
        assert instance_of(text, tmp_path).sources[0].base["location"] == pytest.approx(base)


def test_a_column_of_a_table(tmp_path):
    write("", tmp_path)
    (tmp_path / "years.csv").write_text("year,site [ktCO2e]\n1,10\n3,30\n", encoding="utf-8")
    tables = "tables: {plan: {file: years.csv}}"
    assert baseline("{table: plan, column: site}", tmp_path, tables) == pytest.approx([10, 20, 30, 30, 30])
    assert baseline("plan.site", tmp_path, tables) == pytest.approx([10, 20, 30, 30, 30])
