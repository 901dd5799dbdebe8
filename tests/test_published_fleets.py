"""A published problem of fleets as a scenario: unit expansion by decade under economies of scale."""

import math

import pytest

from tests.fleets import begun
from tests.helpers import solved

# Manne, A. S. (1961), Capacity expansion and probabilistic growth, Econometrica 29(4), 632-649: demand grows by a unit
# a decade, a plant of x units costs 10 x^0.7, and with interest r the interval between equal plants is the root of
# 0.7 = r x / (e^(r x) - 1). Years are decades here; the rate is that at which the interval is two of them.
POWER, FIRST = 0.7, 10
EXPANSION = """
horizon: {first: 1, last: LAST}
discount_rate: RATE %
sources: {}
fleets:
  plants:
    activity: {1: 1 MW, LAST: LAST MW}
    states: {STATES}
    changes:
CHANGES
"""


def rate() -> float:
    """Interest of a decade at which plants of two decades are best: r = ln(1 + rate) with r x = 0.6755 at x = 2."""
    low, high = 1e-6, 2.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if middle / math.expm1(middle) > POWER else (low, middle)
    return math.expm1(low / 2)


def cost(units: int) -> float:
    return FIRST * units**POWER


def least(decades: int, interest: float) -> float:
    """By recursion: the best size of the next plant, which is built when there is nothing to spare."""
    best = [0.0] * (decades + 1)
    for left in range(1, decades + 1):
        best[left] = min(cost(x) + best[left - x] * (1 + interest) ** -x for x in range(1, left + 1))
    return best[decades]


def expansion(last: int, interest: float) -> str:
    sizes = range(1, last + 1)
    states = ", ".join(f"u{x}: {{capacity: {x} MW}}" for x in sizes)
    changes = "\n".join(f"      - {{from: new, to: u{x}, capex: {cost(x):.10f} MCNY}}" for x in sizes)
    text = EXPANSION.replace("LAST", str(last)).replace("RATE", repr(100 * interest))
    return text.replace("STATES", states).replace("CHANGES", changes)


def test_plants_for_two_decades(tmp_path):
    """Six decades: plants of two units in 1, 3 and 5, for 10 x 2^0.7 x (1 + q^2 + q^4), q = 1 / 1.402.

    Unit by unit it would cost 30.28, all at once 35.05, in two plants of three 29.41: too small and too large lose.
    """
    interest = rate()
    assert interest == pytest.approx(0.4018, abs=1e-4)
    result = solved(expansion(6, interest), tmp_path)
    q = 1 / (1 + interest)
    assert result.plan.objective == pytest.approx(cost(2) * (1 + q**2 + q**4))
    assert result.plan.objective == pytest.approx(28.7, abs=0.05)
    assert begun(result, "new to u2", "plants") == {1: 1, 3: 1, 5: 1}


@pytest.mark.parametrize(("decades", "interest"), [(4, 0.05), (5, 0.3), (5, 1.0), (7, 0.2)])
def test_other_horizons_and_rates_follow_the_recursion(decades, interest, tmp_path):
    """Dear money builds small, cheap money large: the least cost is that of the recursion over what is left."""
    assert solved(expansion(decades, interest), tmp_path).plan.objective == pytest.approx(least(decades, interest))
