"""Overlap: shares of one source multiply, exactly, whatever the number and the form of the measures."""

import pytest

from optimiser.formulation import build, overlap
from tests.helpers import gross, least_cost, refused, solved, starts


@pytest.fixture(autouse=True, params=[overlap.MANY, 0], ids=["few", "many"])
def lean(request, monkeypatch) -> bool:
    """Everything here with a column for every weight, and with those of two measures and more alone."""
    monkeypatch.setattr(overlap, "MANY", request.param)
    return request.param == 0


def measures(*entries: str, tail: str = "") -> str:
    """Upgrades a, b, c, ... on the site, each started in year 1 unless it says otherwise."""
    lines = [f"  {name}: {{kind: upgrade, {entry}}}" for name, entry in zip("abcdefghij", entries, strict=False)]
    return "projects:\n" + "\n".join(lines) + "\n" + tail


def cap(left: float, year: int = 2) -> str:
    return f"targets: {{cap: {{kind: reduction, in: {year}, cut: {100 - left:.9g} ktCO2e}}}}\n"


def all_of(*entries: str) -> str:
    """The same, all committed to their largest amount in year 1."""
    return measures(*(f"start: 1, committed: true, {e}" for e in entries))


SHARE = "capex: 10 MCNY, abates: {site: 35 %}"


def test_two_shares_multiply(tmp_path):
    """35 % twice leave 0.65 x 0.65 = 42.25: a cap of 42.25 costs 20, one of 42.2 is out of reach.

    If shares were added, 30 would be left and the second would cost 20 as well.
    """
    assert least_cost(measures(SHARE, SHARE, tail=cap(42.25)), tmp_path) == pytest.approx(20)
    refused(measures(SHARE, SHARE, tail=cap(42.2)), tmp_path)


def test_the_cheapest_set_by_product(tmp_path):
    """Caps of 50 from 50 % (12), 30 % (5) and 30 % (5): 0.7 x 0.7 = 49 keeps it for 10; by sums 40 would be left.

    At a cap of 48 the pair is not enough any more: 12.
    """
    entries = [f"capex: {c} MCNY, abates: {{site: {s} %}}" for c, s in ((12, 50), (5, 30), (5, 30))]
    assert least_cost(measures(*entries, tail=cap(50)), tmp_path) == pytest.approx(10)
    assert least_cost(measures(*entries, tail=cap(48)), tmp_path) == pytest.approx(17)
    assert least_cost(measures(*entries, tail=cap(24.5)), tmp_path) == pytest.approx(22)
    refused(measures(*entries, tail=cap(24.4)), tmp_path)


@pytest.mark.parametrize("n", [3, 4, 5, 6, 9])
def test_chains_of_groups(n, tmp_path):
    """n measures of 10 % leave 0.9^n; more than four are chained. One less than all misses the cap."""
    entries = ["capex: 10 MCNY, abates: {site: 10 %}"] * n
    assert least_cost(measures(*entries, tail=cap(100 * 0.9**n + 1e-3)), tmp_path) == pytest.approx(10 * n)
    refused(measures(*entries, tail=cap(100 * 0.9**n - 0.01)), tmp_path)


def test_units_of_one_measure_add(tmp_path):
    """Two units of 30 % leave 40, with one of 20 % beside them 32. If units multiplied: 0.7 x 0.7 x 0.8 = 39.2."""
    entries = ("units: {max: 2}, capex: 7 MCNY, abates: {site: 30 %}", "capex: 5 MCNY, abates: {site: 20 %}")
    assert least_cost(measures(*entries, tail=cap(32)), tmp_path) == pytest.approx(19)
    refused(measures(*entries, tail=cap(31.9)), tmp_path)


def test_two_measures_of_several_units(tmp_path):
    """n of 10 % at 10 and m of 12 % at 13, n at most 5 and m at most 3: (1 - 0.1 n)(1 - 0.12 m) <= 0.4.

    n = 5 leaves 0.5, so that m = 2 (0.38) is needed: 76. n = 4 leaves 0.6 and needs m = 3 (0.384): 79. Fewer do not
    do. So 76; by sums n = 5 and m = 1 would do for 63.
    """
    entries = [
        f"units: {{max: {n}}}, capex: {c} MCNY, abates: {{site: {s} %}}" for n, c, s in ((5, 10, 10), (3, 13, 12))
    ]
    result = solved(measures(*entries, tail=cap(40)), tmp_path)
    assert starts(result) == {("a", 2): 5, ("b", 2): 2}
    assert gross(result)[1] == pytest.approx(50 * 0.76)
    refused(measures(*entries, tail=cap(31.9)), tmp_path)


def test_three_measures_of_several_units(tmp_path):
    """Two units each of 10, 20 and 25 %: 0.8 x 0.6 x 0.5 = 0.24 of the source is left, exactly."""
    entries = [f"units: {{max: 2, min: 2}}, abates: {{site: {s} %}}" for s in (10, 20, 25)]
    assert gross(solved(all_of(*entries), tmp_path)) == pytest.approx([24, 24, 24])


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        (["ramp: [50 %, 100 %], abates: {site: 40 %}", "abates: {site: 50 %}"], [40, 30, 30]),
        (["ramp: [50 %, 100 %], abates: {site: 40 %}", "ramp: [20 %, 100 %], abates: {site: 50 %}"], [72, 30, 30]),
        (
            ["ramp: [50 %, 100 %], units: {max: 2, min: 2}, abates: {site: 20 %}", "abates: {site: 50 %}"],
            [40, 30, 30],
        ),
        (
            ["ramp: [50 %, 100 %], units: {max: 2, min: 2}, abates: {site: 20 %}"] * 2,
            [64, 36, 36],
        ),
        (["life: 1, abates: {site: 40 %}", "life: 2, abates: {site: 50 %}"], [30, 50, 100]),
        (["life: 1, renew: true, abates: {site: 40 %}", "life: 2, abates: {site: 50 %}"], [30, 30, 60]),
        (["abates: {site: {1: 0 %, 3: 40 %}}", "abates: {site: 50 %}"], [50, 40, 30]),
        (["abates: {site: -20 %}", "abates: {site: 50 %}"], [60, 60, 60]),
        (["abates: {site: -20 %}"] * 5, [100 * 1.2**5] * 3),
        (["abates: {site: 100 %}", "abates: {site: 50 %}"], [0, 0, 0]),
        (["size: {max: 3 MW, min: 3 MW}, abates: {site: 20 %/MW}", "abates: {site: 50 %}"], [20, 20, 20]),
        (["size: {max: 3 MW, min: 3 MW}, abates: {site: 20 %/MW}", "units: {max: 2, min: 2}, abates: {site: 25 %}"],
         [20, 20, 20]),
        (["size: {max: 3 MW, min: 3 MW}, abates: {site: 20 %/MW}"] + ["abates: {site: 10 %}"] * 5,
         [40 * 0.9**5] * 3),
        (["abates: {site: 50 %}", "abates: {site: 20 ktCO2e}", "abates: {site: 10 %}"], [25, 25, 25]),
    ],
)  # fmt: skip
def test_what_several_measures_leave(entries, left, tmp_path):
    """Ramps, ends of life, paths, growth, sizes and tonnes, all committed in year 1: products, then tonnes."""
    assert gross(solved(all_of(*entries), tmp_path)) == pytest.approx(left)


def test_staggered_units_on_a_ramp(tmp_path):
    """Units of 20 % on a ramp of 50, 100 %, one a year, beside a half: (1 - 0.1), (1 - 0.3), (1 - 0.5) times 0.5."""
    units = "units: {max: 3, min: 3, per_year: 1}, ramp: [50 %, 100 %], committed: true, abates: {site: 20 %}"
    half = "start: 1, committed: true, abates: {site: 50 %}"
    assert gross(solved(measures(units, half), tmp_path)) == pytest.approx([45, 35, 25])


def test_a_measure_takes_no_more_than_all(tmp_path):
    """Units of 30 %: three may run, the fourth would take more than is there, although four are on offer."""
    text = measures("units: {max: 4}, capex: 10 MCNY, abates: {site: 30 %}", tail=cap(10))
    assert least_cost(text, tmp_path) == pytest.approx(30)
    refused(measures("units: {max: 4}, capex: 10 MCNY, abates: {site: 30 %}", tail=cap(9.9)), tmp_path)


def test_a_measure_and_a_size(tmp_path):
    """A size of 5 % per MW (max 10) at 10 and a half at 30: a cap of 40 from the half and 20 % by size, 30 + 40 = 70.

    Without the half, 12 MW would be needed, and there are 10. Proves the product of a size and a yes or no: exact, not
    an envelope.
    """
    size = "size: {max: 10 MW}, capex: 10 MCNY/MW, abates: {site: 5 %/MW}"
    half = "capex: 30 MCNY, abates: {site: 50 %}"
    result = solved(measures(size, half, tail=cap(40)), tmp_path)
    assert result.plan.objective == pytest.approx(70)
    assert result.plan.gap == 0


def test_shares_of_different_ledgers_do_not_mix(tmp_path):
    """30 % in both ledgers and 50 % in the market ledger alone: 70 by location, 35 by market."""
    text = """
sources: {power: {scope: 2, activity: 100 GWh, factor: 1 tCO2e/MWh, market_factor: 1 tCO2e/MWh}}
projects:
  a: {kind: upgrade, start: 1, committed: true, abates: {power: 30 %}}
  b: {kind: upgrade, start: 1, committed: true, abates_market: {power: 50 %}}
"""
    result = solved(text, tmp_path)
    assert gross(result, "power") == pytest.approx([70, 70, 70])
    assert gross(result, "power", "market") == pytest.approx([35, 35, 35])


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("abates: {site: 40 %}", "abates: {site: 50 %}"),
        ("units: {max: 2, min: 2}, abates: {site: 20 %}", "abates: {site: 50 %}"),
        ("units: {max: 2, min: 2}, abates: {site: 20 %}", "units: {max: 2, min: 2}, abates: {site: 25 %}"),
        ("size: {max: 2 MW, min: 2 MW}, abates: {site: 20 %/MW}", "units: {max: 2, min: 2}, abates: {site: 25 %}"),
    ],
)
def test_products_are_claimed_neither_too_low_nor_too_high(a, b, tmp_path):
    """Both run in year 1 and leave 30; the second ends, and 60 are left: under a peak in year 1, 30 kt must go, for 7.

    Proves the product from below as well: if 60 could be claimed for year 1, the peak would be kept at no cost.
    """
    entries = [
        f"start: 1, committed: true, {a}",
        f"start: 1, life: 1, committed: true, {b}",
        "start: [2, 3], capex: 7 MCNY, abates: {site: 30 ktCO2e}",
    ]
    result = solved(measures(*entries, tail="targets: {top: {kind: peak, by: 1}}"), tmp_path)
    assert result.plan.objective == pytest.approx(7)
    assert result.plan.claims.gross["top"] == pytest.approx([30, 30, 30])


def test_chained_products_are_claimed_neither_too_low_nor_too_high(tmp_path):
    """The same with six measures of 10 % in chained groups, of which three end after year 1: 0.9^6, then 0.9^3."""
    six = ["start: 1, committed: true, abates: {site: 10 %}"] * 3
    six += ["start: 1, life: 1, committed: true, abates: {site: 10 %}"] * 3
    last = "start: [2, 3], capex: 7 MCNY, abates: {site: 20 ktCO2e}"
    result = solved(measures(*six, last, tail="targets: {top: {kind: peak, by: 1}}"), tmp_path)
    assert result.plan.objective == pytest.approx(7)
    assert result.plan.claims.gross["top"] == pytest.approx([53.1441, 52.9, 52.9])


def lots(most: int, share: int, capex: float, more: str = "") -> str:
    return f"units: {{max: {most}}}, capex: {capex} MCNY, abates: {{site: {share} %}}{more}"


def test_units_that_do_not_run_take_nothing(tmp_path):
    """A cap of 51: five units of 10 % (50) or four and one of the dear ones; four alone leave 60.

    If digits that are zero could have a product, the dear units would abate without being started, for 40.
    """
    assert least_cost(measures(lots(5, 10, 10), lots(3, 30, 1000), tail=cap(51)), tmp_path) == pytest.approx(50)


def test_units_that_run_take_no_less_than_they_do(tmp_path):
    """One of two units runs (80), and two of 25 % in year 1 alone: 40, then 80. 40 kt must go for 7; 30 for 5 are few.

    If a product could be claimed too low, year 1 might be 50, and 5 would do.
    """
    text = measures(
        lots(2, 20, 100, ", start: 1, committed: true"),
        "start: 1, units: {max: 2, min: 2}, life: 1, committed: true, abates: {site: 25 %}",
        "start: [2, 3], capex: 5 MCNY, abates: {site: 30 ktCO2e}",
        "start: [2, 3], capex: 7 MCNY, abates: {site: 40 ktCO2e}",
        tail="targets: {top: {kind: peak, by: 1}}",
    )
    assert least_cost(text, tmp_path) == pytest.approx(107)


def test_units_that_do_not_run_add_nothing(tmp_path):
    """80 in year 1, 100 after: one unit of 25 % for 10 is needed. If year 1 could be 95, 10 kt for 1 would do.

    Proves that a product is not negative where its digit is zero.
    """
    text = measures(
        lots(2, 20, 100, ", start: 1, life: 1, committed: true"),
        lots(2, 25, 10, ", start: [2, 3]"),
        "start: [2, 3], capex: 1 MCNY, abates: {site: 10 ktCO2e}",
        tail="targets: {top: {kind: peak, by: 1}}",
    )
    assert least_cost(text, tmp_path) == pytest.approx(110)


def weights(text: str, tmp_path) -> int:
    """How many weights a model has."""
    model = build(solved(text, tmp_path).instance)
    return sum(c.size for c in model.matrix.columns if c.name == "weight")


def test_no_weight_where_measures_never_operate_together(lean, tmp_path):
    """Three years: the first measure runs in year 1 only, the others from year 2 on; only those two overlap, twice.

    Where weights are few all eight combinations have one in each year. Both are needed from year 2 on, where they leave
    0.7 x 0.6 = 42.
    """
    entries = [
        "start: 1, life: 1, capex: 2 MCNY, abates: {site: 50 %}",
        "start: 2, capex: 3 MCNY, abates: {site: 30 %}",
        "start: 2, capex: 4 MCNY, abates: {site: 40 %}",
    ]
    text = measures(*entries, tail=cap(42.01))
    assert weights(text, tmp_path) == (2 if lean else 24)
    assert least_cost(text, tmp_path) == pytest.approx(7)
    refused(measures(*entries, tail=cap(41.99)), tmp_path)


def test_no_weight_for_measures_that_exclude_each_other(lean, tmp_path):
    """a and b exclude each other, c neither: weights of {a, c} and {b, c} in three years. b and c leave 0.6 x 0.8."""
    entries = [
        "capex: 2 MCNY, abates: {site: 30 %}, excludes: [b]",
        "capex: 4 MCNY, abates: {site: 40 %}",
        "capex: 1 MCNY, abates: {site: 20 %}",
    ]
    text = measures(*entries, tail=cap(48.01))
    assert weights(text, tmp_path) == (6 if lean else 24)
    assert least_cost(text, tmp_path) == pytest.approx(5)
    refused(measures(*entries, tail=cap(47.99)), tmp_path)
