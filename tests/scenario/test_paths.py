"""The five forms of a path: a quantity, years, growth, a table's column, the name of a series; and what is none."""

import pytest
from pydantic_core import PydanticCustomError

from optimiser.scenario.paths import mistakes_of, read_listing, read_path, read_quantity
from optimiser.units import CARBON, MONEY, NUMBER, Units
from tests.helpers import instance_of

CNY = Units("CNY")


def codes(read, *words):
    with pytest.raises(PydanticCustomError) as error:
        read(*words)
    assert all(m.help for m in mistakes_of(error.value))
    return [(m.code, m.at) for m in mistakes_of(error.value)]


def test_a_quantity():
    path = read_path("5 bn CNY", CNY, MONEY)
    assert (path.points, path.dimension) == (((0, 5000.0),), MONEY)


def test_years_in_any_order():
    path = read_path({2030: "2 MCNY", 2024: "1000 kCNY"}, CNY, MONEY)
    assert path.points == ((2024, 1.0), (2030, 2.0))


@pytest.mark.parametrize(
    ("growth", "rate"), [("2 %", 0.02), (0.02, 0.02), ("-20 %", -0.2), ("100 %", 1.0), ("300 %", 3.0), ("1000 %", 10.0)]
)
def test_growth_of_a_hundred_percent_and_more_needs_its_sign(growth, rate):
    assert read_path({"start": "5 MCNY", "growth": growth}, CNY, MONEY).growth == (5.0, rate, None)


@pytest.mark.parametrize(
    ("growth", "code"),
    [(1, "U006"), (3, "U006"), ("-100 %", "V001"), ("-1", "U006"), ("1001 %", "V001"), ("2 MW", "U003")],
)
def test_growth_that_is_none(growth, code):
    assert codes(read_path, {"start": "5 MCNY", "growth": growth}, CNY, MONEY) == [(code, ("growth",))]


@pytest.mark.parametrize("year", [-9999, -3, 0, 2024, 9999])
def test_years_below_zero_are_years_everywhere(year):
    assert read_path({"start": 1, "growth": "2 %", "from": year}, CNY).growth == (1.0, 0.02, year)
    assert read_path({year: 1}, CNY).points == ((year, 1.0),)


@pytest.mark.parametrize("year", [-10000, 10000, 99999999999999999999])
def test_years_too_far_are_none_anywhere(year):
    assert codes(read_path, {"start": 1, "growth": "2 %", "from": year}, CNY) == [("V003", ("from",))]
    assert codes(read_path, {year: 1}, CNY) == [("V003", (year,))]


def test_a_name_and_a_column_are_references():
    assert read_path("grid", CNY, MONEY).reference == "grid"
    assert read_path({"table": "prices", "column": "power"}, CNY, MONEY).reference == "prices.power"


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ([1, 2], [("K003", ())]),
        ({}, [("K003", ())]),
        ({2026: 1, "later": 2}, [("K001", ("later",))]),
        ({2026: "1 MCNY", 2030: "2 GWh"}, [("U003", (2030,))]),
        ({2026: "1 MCNY", 2030: 2}, [("U004", (2030,))]),
        ({2026: "many", 2030: {}}, [("U001", (2026,)), ("U001", (2030,))]),
        ({"start": 1}, [("K002", ())]),
        ({"start": 1, "grwoth": 2}, [("K001", ("grwoth",))]),
        ({"table": "a"}, [("K002", ())]),
        ({"table": [1], "column": "a"}, [("K003", ("table",))]),
        ({"start": {}, "growth": []}, [("U001", ("start",)), ("U001", ("growth",))]),
        ("", [("U001", ())]),
        (True, [("U001", ())]),
        (None, [("U001", ())]),
    ],
)
def test_what_is_no_path(raw, found):
    """Proves that every offending part is named in one go."""
    assert codes(read_path, raw, CNY) == found


def test_lists():
    listing = read_listing(["60 MCNY", "35000 kCNY"], CNY)
    assert (listing.values, listing.dimension) == ((60.0, 35.0), MONEY)
    assert codes(read_listing, [], CNY) == [("K003", ())]
    assert codes(read_listing, ["1 MCNY", "2 GWh", "x"], CNY) == [("U001", (2,)), ("U003", (1,))]


def test_a_wrong_dimension_is_said_with_what_would_do():
    with pytest.raises(PydanticCustomError) as error:
        read_quantity("120 ktCO2e/yr", CNY, CARBON)
    assert [m.help for m in mistakes_of(error.value)] == ["amounts are per year already: leave out the time"]
    with pytest.raises(PydanticCustomError) as error:
        read_quantity("0.3 CNY/kWh", CNY, NUMBER)
    assert "leave out the time" not in mistakes_of(error.value)[0].help


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("7 ktCO2e", [7, 7, 7]),
        ("{0: 2 ktCO2e, 4: 10 ktCO2e}", [4, 6, 8]),
        ("{2: 5 ktCO2e}", [5, 5, 5]),
        ("{2: 5 ktCO2e, 3: 8 ktCO2e}", [5, 5, 8]),
        ("{start: 8 ktCO2e, growth: 100 %}", [8, 16, 32]),
        ("{start: 8 ktCO2e, growth: 50 %, from: -1}", [18, 27, 40.5]),
        ("named", [1, 2, 3]),
        ("{table: more, column: site}", [4, 5, 6]),
        ("more.site", [4, 5, 6]),
    ],
)
def test_the_forms_over_three_years(path, values, tmp_path):
    """Linear between, flat outside, growth from the first year or the one named."""
    (tmp_path / "more.csv").write_text("year,site [ktCO2e]\n1,4\n3,6\n")
    text = "tables: {more: more.csv}\nseries: {named: {1: 1 ktCO2e, 3: 3 ktCO2e}}\n"
    found = instance_of(text + f"sources: {{site: {{scope: 1, baseline: {path}}}}}\n", tmp_path)
    assert found.sources[0].baseline["location"].tolist() == pytest.approx(values)
