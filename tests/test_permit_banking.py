"""Banking of permits over time: the price grows at the rate of interest until the bank is empty.

Cronshaw and Kruse, "Regulated firms in pollution permit markets with banking", Journal of Regulatory Economics 9
(1996); Rubin, "A model of intertemporal emission trading, banking, and borrowing", Journal of Environmental Economics
and Management 31 (1996). With a cost of c a^2 / 2 for an abatement a in each of two years, and R to abate in both
together, what is least is c a_1 = c a_2 / (1 + r), so that a_1 = R / (2 + r) and a_2 = (1 + r) a_1.
"""

import pytest

from optimiser.workflow import solve
from tests.helpers import starts as started
from tests.helpers import write_tree

STEPS, RATE = 20, 0.1


def world(caps: list[float], banking: object = True, rate: float = RATE) -> dict:
    """100 kt a year; the k-th kt abated in a year costs (k - 1/2) x 10 CNY/t: c a^2 / 2 at every whole a, c = 10."""
    projects = {
        f"y{y}-{k}": {
            "kind": "programme", "start": y, "life": 1, "size": {"max": "1 MW"}, "abates": {"site": "1 ktCO2e/MW"},
            "opex": f"{(k - 0.5) * 0.01:.6f} MCNY/MW",
        }
        for y in range(1, len(caps) + 1)
        for k in range(1, STEPS + 1)
    }  # fmt: skip
    return {
        "horizon": {"first": 1, "last": len(caps)},
        "discount_rate": f"{rate * 100:g} %",
        "entities": {"firm": {}},
        "sources": {"site": {"entity": "firm", "scope": 1, "baseline": "100 ktCO2e"}},
        "projects": projects,
        "markets": {
            "permits": {
                "kind": "internal",
                "entities": ["firm"],
                "cap": {y: f"{cap} ktCO2e" for y, cap in enumerate(caps, start=1)},
                "banking": banking,
            }
        },
    }


def answer(tmp_path, *args, **kwargs):
    result = solve(write_tree(world(*args, **kwargs), tmp_path), {"gap": 0.0, "threads": 1}).result
    assert result is not None
    abated = [0.0] * len(result.instance.years)
    for (_, year), amount in started(result).items():
        abated[year - 1] += amount
    price = [v * 1e3 for _, v in sorted(result.plan.carbon_prices.items())]
    return result, abated, price


def test_two_periods_in_closed_form(tmp_path):
    """R = 21, r = 10 %: 10 kt and 11 kt abated, 10 x 10^2 / 2 + 10 x 11^2 / 2 / 1.1 kCNY, 10 kt kept; price x 1.1.

    Without banking, 0 and 21 would be abated.
    """
    result, abated, price = answer(tmp_path, [100, 79])
    assert abated == pytest.approx([10, 11])
    assert result.plan.objective == pytest.approx(0.01 * (100 / 2 + 121 / 2 / 1.1))
    assert result.accounts.carbon["permits", "firm"]["banked"].tolist() == pytest.approx([10, 0])
    assert price[1] == pytest.approx(1.1 * price[0])
    assert 95 - 1e-6 <= price[0] <= 105 + 1e-6


def test_the_price_grows_at_the_rate_only_while_there_is_a_bank(tmp_path):
    """Caps of 100, 79 and 98: the bank of year 1 is empty after year 2, and year 3 abates 2 kt at less than before."""
    _, abated, price = answer(tmp_path, [100, 79, 98])
    assert abated == pytest.approx([10, 11, 2])
    assert price[1] == pytest.approx(1.1 * price[0])
    assert 15 - 1e-6 <= price[2] <= 25 + 1e-6


def test_nothing_is_kept_where_the_price_falls(tmp_path):
    """Caps of 85 and 100: allowances come too late to help, 15 kt are abated at once."""
    _, abated, _ = answer(tmp_path, [85, 100])
    assert abated == pytest.approx([15, 0])


def test_the_holding_limit_parts_the_prices(tmp_path):
    """At most 4 kt kept: 4 and 17 kt abated, and the price of year 2 is far more than 1.1 times that of year 1."""
    _, abated, price = answer(tmp_path, [100, 79], {"keep": "4 ktCO2e"})
    assert abated == pytest.approx([4, 17])
    assert price[1] > 3 * price[0]


def test_without_interest_abatement_is_even(tmp_path):
    """r = 0, R = 20: 10 kt and 10 kt."""
    _, abated, price = answer(tmp_path, [100, 80], rate=0.0)
    assert abated == pytest.approx([10, 10])
    assert price[0] == pytest.approx(price[1])
