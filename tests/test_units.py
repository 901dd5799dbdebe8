"""Units: every quantity becomes one number in canonical units; what cannot be one is refused with help."""

import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

from optimiser.units import CARBON, ENERGY, MONEY, NAMED, NUMBER, PLAIN, UnitError, Units, describe, example, per, times

CNY = Units("CNY")
POWER, MASS, AREA, LENGTH, TIME = (NAMED[n] for n in ("power", "mass", "area", "length", "time"))


@pytest.mark.parametrize(
    ("text", "value", "dimension"),
    [
        ("320 MCNY", 320, MONEY),
        ("3 bn CNY", 3000, MONEY),
        ("3 billion CNY", 3000, MONEY),
        ("2 trillion CNY", 2_000_000, MONEY),
        ("3 million CNY", 3, MONEY),
        ("3 mn CNY", 3, MONEY),
        ("3 thousand CNY", 0.003, MONEY),
        ("40 kCNY", 0.04, MONEY),
        ("500 CNY", 0.0005, MONEY),
        ("-3 MCNY", -3, MONEY),
        ("+3e2 MCNY", 300, MONEY),
        (".5 MCNY", 0.5, MONEY),
        ("5. MCNY", 5, MONEY),
        ("5MCNY", 5, MONEY),
        ("4.02 MtCO2e", 4020, CARBON),
        ("21 ktCO2e", 21, CARBON),
        ("5 tCO2e", 0.005, CARBON),
        ("5 tCO2", 0.005, CARBON),
        ("3 MtCO2", 3000, CARBON),
        ("5 tCO₂e", 0.005, CARBON),
        ("25 GWh", 25, ENERGY),
        ("25 MWh", 0.025, ENERGY),
        ("1 TWh", 1000, ENERGY),
        ("3.6 GJ", 0.001, ENERGY),
        ("1 toe", 0.01163, ENERGY),
        ("1 tce", 0.008141, ENERGY),
        ("300 MW", 0.3, POWER),
        ("7 t", 0.007, MASS),
        ("7 kt", 7, MASS),
        ("1 ha", 0.01, AREA),
        ("15 mu", 0.01, AREA),
        ("1 km2", 1, AREA),
        ("1 km²", 1, AREA),
        ("1 Mm3", 0.001, NAMED["volume"]),
        ("12 km", 12, LENGTH),
        ("2 day", 48, TIME),
        ("35 %", 0.35, NUMBER),
        ("35%", 0.35, NUMBER),
        ("3", 3, NUMBER),
        (3, 3, NUMBER),
        (0.5, 0.5, NUMBER),
    ],
)
def test_a_quantity_in_canonical_units(text, value, dimension):
    quantity = CNY.parse(text)
    assert quantity.value == pytest.approx(value, rel=1e-12)
    assert quantity.dimension == dimension


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.4 MCNY/MW", 3400),
        ("0.65 CNY/kWh", 0.65),
        ("85 CNY/tCO2e", 0.085),
        ("0.5306 tCO2e/MWh", 0.5306),
        ("1100 MWh/MW", 1100),
        ("7.5 tCO2e/ha", 0.75),
        ("5 kg/(100 km)", 5e-8),
        ("5 CNY/TEU", 5e-6),
        ("0.55 tCO2e per MWh", 0.55),
        ("5 t*km", 0.005),
    ],
)
def test_ratios(text, value):
    assert CNY.parse(text).value == pytest.approx(value, rel=1e-12)


def test_percent_has_no_rounding_dust():
    assert [CNY.parse(f"{p} %").value for p in (35, 0.1, 1.1)] == [0.35, 0.001, 0.011]


@pytest.mark.parametrize(("currency", "text"), [("EUR", "3 MEUR"), ("USD", "3000 kUSD"), ("JPY", "3 million JPY")])
def test_the_currency_of_the_scenario(currency, text):
    assert Units(currency).parse(text).value == pytest.approx(3)


@pytest.mark.parametrize(
    ("text", "code", "help"),
    [
        ("3 MEUR", "U005", "convert it to CNY"),
        ("3 RMB", "U005", "the two are one: write CNY"),
        ("3 mcny", "U002", "did you mean MCNY?"),
        ("3 KWh", "U002", "did you mean kWh?"),
        ("3 t CO2e", "U002", "did you mean tCO2e?"),
        ("3 亿元", "U002", "3 亿元 is 300 MCNY"),
        ("3 万吨", "U002", "3 万吨 is 30 kt"),
        ("3 €", "U002", "write the currency as a code"),
        ("0.5 ‰", "U002", "write a percentage"),
        ("5 e3", "U002", "such as 5e3"),
        ("3 CNY/MW km", "U002", "brackets"),
        ("1,5 MCNY", "U001", "decimal point"),
        ("1.234,5", "U001", "decimal point"),
        ("1_000", "U001", "separators"),
        ("1 000 MCNY", "U001", "separators"),
        ("1'000 MCNY", "U001", "separators"),
        ("1/3", "U001", "0.333"),
        ("2-3 MCNY", "U001", "the range in `note`"),
        ("−5", "U001", "ordinary minus sign"),
        ("５ %", "U001", "write 5 %"),
        ("3５ %", "U001", "ordinary digits"),
        ("tbd", "U001", "a number and a unit"),
        ("n/a", "U001", "leave the key out"),
        ("#REF!", "U001", "mend it in the workbook"),
        ("1e400", "S010", "leave the key out"),
        ("1e18 MCNY", "V001", "leave the key out where there is no limit"),
        (float("inf"), "S010", "leave the key out"),
        (True, "U001", "a number and a unit"),
        (None, "U001", "a number and a unit"),
        ([1], "U001", "a number and a unit"),
        ({}, "U001", "a number and a unit"),
    ],
)
def test_what_is_refused_and_how(text, code, help):
    with pytest.raises(UnitError) as error:
        CNY.parse(text)
    assert error.value.code == code
    assert help in error.value.help


@pytest.mark.parametrize(
    "text",
    ["1:30", "5 MCNY?", "5 kt=3", "5 kt 3", "5 MCNY (2025)", "5 kt//t", "5 kt, t", "5 kt:", "0x10", "5 kt+1",
     "5 kt - 1", "5 [kt]", "5 kt;t", "5 MWh!", "5 m²³", "5 m**99999999", "5 (", "5 exec('os')", "5 " + "k" * 500],
)  # fmt: skip
def test_nothing_after_the_number_is_skipped_or_multiplied_by(text):
    """Proves that remarks and slips are refused. Sensitivity: pint alone reads `5 MCNY (2025)` as 10,125 MCNY."""
    with pytest.raises(UnitError) as error:
        CNY.parse(text)
    assert error.value.code == "U002"
    assert error.value.help


def test_a_quantity_knows_how_it_was_written():
    quantity = CNY.parse(" 3.40 MCNY/MW ")
    assert (quantity.number, quantity.unit) == (3.4, "MCNY/MW")
    assert CNY.parse(1e6).text == "1000000"


def test_dimensions_multiply_and_divide():
    assert per(ENERGY, POWER) == TIME
    assert times(per(MONEY, ENERGY), ENERGY) == MONEY
    assert per(MONEY, MONEY) == NUMBER


def test_dimensions_in_words():
    assert describe(per(MONEY, POWER)) == "money per power"
    assert describe(per(CARBON, ENERGY)) == "tonnes of CO2e per energy"
    assert describe(per(MONEY, CARBON)) == "money per tonne of CO2e"
    assert describe(NUMBER) == "a plain number"
    assert example(per(MONEY, CARBON), "EUR", "85") == "85 EUR/tCO2e"


@pytest.mark.parametrize("currency", ["CNY", "EUR"])
def test_plain_units_are_what_pint_says(currency):
    """Proves that what is known without pint is what pint knows, to the fifteen digits that quantities keep: every
    plain unit, and every one of them per any of them."""
    names = [name.replace("CUR", currency) for name in PLAIN]
    quick, slow = Units(currency), Units(currency)
    for text in [*names, *("/".join(pair) for pair in permutations(names, 2))]:
        factor, dimension = quick.unit(text)
        expected, of = slow._look_up(text)
        assert (f"{factor:.15g}", dimension) == (f"{expected:.15g}", of), text


def test_plain_units_need_no_pint():
    """Proves that a file of ordinary units is read without loading pint, and that other units load it."""
    code = "import sys; from optimiser.units import Units; u = Units('CNY'); u.parse('3 CNY/kWh'); u.parse('2 kt'); "
    code += "print('pint' in sys.modules, u.parse('1 tce').value, 'pint' in sys.modules)"
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "0.008141", "True"]
