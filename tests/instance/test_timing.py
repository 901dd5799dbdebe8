"""Timing: when a start spends, operates, is renewed, and what is left of it at the end."""

import numpy as np
import pytest

from optimiser.instance.timing import Clock, timing


def clock(**changes) -> Clock:
    """Starts in years 1 to 3 of a horizon 1 to 5; one year of building, two of operation."""
    usual = {
        "first_start": 1, "last_start": 3, "first_year": 1, "last_year": 5, "lead_time": 1, "life": 2, "renew": False,
        "profile": (1.0,), "trend": 0.0, "price_year": 1, "salvage": "linear", "rate": 0.1,
    }  # fmt: skip
    return Clock(**(usual | changes))


def test_ages_count_from_the_first_year_of_operation():
    """A start in v operates in v + 1 and v + 2, one row per start year."""
    found = timing(clock())
    assert found.starts.tolist() == [1, 2, 3]
    assert found.age.tolist() == [[-1, 0, 1, -1, -1], [-1, -1, 0, 1, -1], [-1, -1, -1, 0, 1]]
    assert found.operating.tolist() == (found.age >= 0).astype(float).tolist()


def test_a_renewal_starts_the_age_afresh_but_not_the_years_since():
    found = timing(clock(renew=True))
    assert found.age[0].tolist() == [-1, 0, 1, 0, 1]
    assert found.since[0].tolist() == [-1, 0, 1, 2, 3]
    assert [c.tolist() for c in found.cycles] == [[1, 2, 3], [3, 4, 5], [5, 6, 7]]


def test_without_a_life_operation_never_ends():
    found = timing(clock(life=None))
    assert found.age[0].tolist() == [-1, 0, 1, 2, 3]
    assert len(found.cycles) == 1
    assert not found.salvage.any()


def test_spending_by_profile_and_cycle():
    """A profile of 60 and 40 % over two years; renewed after two years, so that cycles follow without a pause."""
    assert timing(clock(profile=(0.6, 0.4))).spending[0].tolist() == pytest.approx([0.6, 0.4, 0, 0, 0])
    renewed = timing(clock(profile=(0.6, 0.4), renew=True))
    assert renewed.spending[0].tolist() == pytest.approx([0.6, 0.4, 0.6, 0.4, 0.6])
    long = timing(clock(profile=(0.5, 0.3, 0.2), renew=True))
    assert long.spending[0].tolist() == pytest.approx([0.5, 0.3, 0.7, 0.3, 0.7])


def test_trend_is_that_of_the_year_a_cycle_begins():
    found = timing(clock(trend=-0.1, price_year=2, renew=True, profile=(0.5, 0.5)))
    factor = {1: 0.9**-1, 3: 0.9, 5: 0.9**3}
    expected = [0.5 * factor[1], 0.5 * factor[1], 0.5 * factor[3], 0.5 * factor[3], 0.5 * factor[5]]
    assert found.spending[0].tolist() == pytest.approx(expected)


@pytest.mark.parametrize("salvage", ["annuity", "linear", "none"])
@pytest.mark.parametrize(("life", "left"), [(3, [0, 0, 1]), (4, [0, 1, 2]), (8, [4, 5, 6])])
def test_share_left_at_the_end(salvage, life, left):
    """A start in v operates until v + life; what lies after year 5 is left."""
    share = {
        "linear": lambda r: r / life,
        "annuity": lambda r: (1 - 1.1**-r) / (1 - 1.1**-life),
        "none": lambda r: 0.0,
    }[salvage]
    found = timing(clock(life=life, salvage=salvage))
    assert found.salvage.tolist() == pytest.approx([share(r) for r in left])


def test_annuity_at_no_interest_is_linear():
    assert timing(clock(life=8, salvage="annuity", rate=0.0)).salvage.tolist() == pytest.approx([4 / 8, 5 / 8, 6 / 8])


def test_a_negative_rate_has_an_annuity_too():
    """At -10 % four years left of eight are (0.9^-4 - 1) / (0.9^-8 - 1) = 0.396, and not a half."""
    expected = (0.9**-4 - 1) / (0.9**-8 - 1)
    assert timing(clock(life=8, salvage="annuity", rate=-0.1)).salvage[0] == pytest.approx(expected)


def test_salvage_is_of_what_was_paid_within_the_horizon():
    """A start in year 5 with a profile over two years has paid half, and nothing of it is used."""
    found = timing(clock(first_start=5, last_start=5, profile=(0.5, 0.5), lead_time=2))
    assert found.salvage.tolist() == [0.5]
    assert found.age.tolist() == [[-1] * 5]


def test_values_by_age():
    """[10, 20] at ages 0 and 1; beyond the list the last value, or what is said; nothing where it does not operate."""
    found = timing(clock(life=None))
    values = np.array([10.0, 20.0])
    assert found.by_age(values)[0].tolist() == [0, 10, 20, 20, 20]
    assert found.by_age(values, after=0.0)[0].tolist() == [0, 10, 20, 0, 0]


def test_values_by_cycle():
    """Use of a resource in the two first years of each cycle."""
    found = timing(clock(renew=True, life=3))
    years = np.arange(1, 6)
    assert found.by_cycle(np.array([2.0, 1.0]), years).tolist() == [[2, 1, 0, 2, 1], [0, 2, 1, 0, 2], [0, 0, 2, 1, 0]]


def test_equal_clocks_share_a_timing():
    """Proves that thousands of projects with one schedule cost one computation."""
    assert timing(clock()) is timing(clock())
