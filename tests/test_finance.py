"""Amortisation against published tables and closed forms."""

import json
from pathlib import Path

import pytest

from optimiser.finance import amortise, annuity


def test_the_published_table_of_a_year_in_months():
    """2,500 at 8.24 % / 12, 12 months (numpy-financial, `ppmt`): 200.58 + 17.17 first, 216.26 last, 112.98 in all."""
    plan = amortise(0.0824 / 12, 12, "annuity")
    assert 2500 * plan.repayment[1] == pytest.approx(200.58, abs=0.005)
    assert 2500 * plan.interest[1] == pytest.approx(17.17, abs=0.005)
    assert 2500 * plan.outstanding[1] == pytest.approx(2299.42, abs=0.005)
    assert 2500 * plan.repayment[12] == pytest.approx(216.26, abs=0.005)
    assert 2500 * sum(plan.interest) == pytest.approx(112.98, abs=0.005)


def test_the_published_payment_of_a_mortgage():
    """200,000 at 7.5 % / 12 over 15 years (numpy-financial, `pmt`): 1854.02 a month."""
    assert 200_000 * annuity(0.075 / 12, 180) == pytest.approx(1854.0247200054619)


@pytest.mark.parametrize(
    ("form", "free", "outstanding", "interest"),
    [
        ("bullet", 0, [100, 100, 100, 100, 0], [0, 10, 10, 10, 10]),
        ("linear", 0, [100, 75, 50, 25, 0], [0, 10, 7.5, 5, 2.5]),
        ("linear", 2, [100, 100, 100, 50, 0], [0, 10, 10, 10, 5]),
        ("annuity", 2, [100, 100, 100, 52.38095, 0], [0, 10, 10, 10, 5.238095]),
    ],
)
def test_four_years_at_ten_per_cent(form, free, outstanding, interest):
    """By hand: what is owed falls by what is repaid; an annuity of two years at 10 % pays 57.619 a year."""
    plan = amortise(0.1, 4, form, free)
    assert [100 * v for v in plan.outstanding] == pytest.approx(outstanding)
    assert [100 * v for v in plan.interest] == pytest.approx(interest)
    assert sum(plan.repayment) == pytest.approx(1)


def test_interest_at_maturity_is_added_to_what_is_owed():
    """100 at 10 %, three years: 110, 121 owed, and 133.1 paid."""
    plan = amortise(0.1, 3, at_maturity=True)
    assert [100 * v for v in plan.outstanding] == pytest.approx([100, 110, 121, 0])
    assert 100 * plan.interest[3] == pytest.approx(33.1)
    assert plan.repayment == (0, 0, 0, 1)


@pytest.mark.parametrize("form", ["bullet", "linear", "annuity"])
@pytest.mark.parametrize("rate", [-0.02, 0.0, 0.031, 0.2])
@pytest.mark.parametrize("free", [0, 1, 4])
def test_payments_are_worth_what_is_borrowed(form, rate, free):
    """Proves that at its own rate the present value of all payments is one, in every form."""
    plan = amortise(rate, 5, form, free)
    payments = [i + r for i, r in zip(plan.interest, plan.repayment, strict=True)]
    assert sum(p * (1 + rate) ** -k for k, p in enumerate(payments)) == pytest.approx(1)
    assert plan.outstanding[-1] == 0


def test_an_annuity_is_level():
    plan = amortise(0.07, 9, "annuity")
    payments = [i + r for i, r in zip(plan.interest, plan.repayment, strict=True)][1:]
    assert payments == pytest.approx([annuity(0.07, 9)] * 9)
    assert annuity(0.0, 8) == pytest.approx(1 / 8)


@pytest.mark.parametrize(("tenor", "free"), [(0, 0), (3, 3), (3, -1)])
def test_a_tenor_without_repayment_is_refused(tenor, free):
    with pytest.raises(ValueError, match="without repayment"):
        amortise(0.05, tenor, "linear", free)


def test_the_module_is_a_leaf():
    """Proves that amortisation knows nothing of the rest: it can be checked, and used, by itself."""
    text = (Path(__file__).parents[1] / "optimiser" / "finance.py").read_text(encoding="utf-8")
    assert "from optimiser" not in text
    assert json.dumps(amortise(0.1, 2).outstanding) == "[1.0, 1.0, 0.0]"
