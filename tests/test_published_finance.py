"""Published problems of finance as scenario files: their optima, to the last digit that is printed."""

import pytest

from tests.helpers import refused, solved

CASH_FLOW = """
# Cornuejols and Tütüncü, Optimization Methods in Finance, chapter 3 (short-term financing); solution in the slides
# COMP331/557, chapter 5. Months are written as years, thousands of dollars as MCNY.
horizon: {first: 1, last: 6}
budgets:
  cash: {covers: cash, limit: {1: -150 MCNY, 2: -100 MCNY, 3: 200 MCNY, 4: -200 MCNY, 5: 50 MCNY, 6: 300 MCNY}}
finance:
  credit-line: {kind: loan, issue: [1, 5], rate: 1 %, tenor: 1, ticket: [0 MCNY, 100 MCNY]}
  paper: {kind: bond, issue: [1, 3], rate: 0.66227095601 %, tenor: 3, coupon: at_maturity, ticket: [0 MCNY, 1000 MCNY]}
  surplus: {kind: deposit, issue: [1, 5], rate: 0.3 %}
"""


def test_short_term_financing(tmp_path):
    """The flows sum to 100 and 92.4969 is the greatest wealth in June: the least cost of money is 7.5031.

    The paper bears 2 % at the end of three months: 1.02^(1/3) - 1 = 0.66227 % a month, added to what is owed.
    """
    assert pytest.approx(1.02) == 1.0066227095601**3
    result = solved(CASH_FLOW, tmp_path)
    assert result.plan.objective == pytest.approx(100 - 92.4969491525, abs=1e-6)
    surplus = result.accounts.debts["surplus"].issued
    assert surplus[2] == pytest.approx(351.944167498, abs=1e-5)


def test_a_larger_credit_line_cannot_hurt(tmp_path):
    """The book asks what a line of 200 is worth: nothing less than one of 100, and it is worth something here or not,
    but never makes money dearer."""
    wider = CASH_FLOW.replace("tenor: 1, ticket: [0 MCNY, 100 MCNY]", "tenor: 1, ticket: [0 MCNY, 200 MCNY]")
    assert solved(wider, tmp_path).plan.objective <= solved(CASH_FLOW, tmp_path).plan.objective + 1e-9


def test_a_ceiling_is_a_credit_line_too(tmp_path):
    """The same line without a ticket, under a ceiling of 100: the same optimum."""
    capped = CASH_FLOW.replace(", ticket: [0 MCNY, 100 MCNY]", "")
    capped += "  line: {kind: limit, outstanding: 100 MCNY, instruments: credit-line}\n"
    assert solved(capped, tmp_path).plan.objective == pytest.approx(100 - 92.4969491525, abs=1e-6)


BONDS = [
    # price, coupon, maturity in years
    (102, 5, 1), (99, 3.5, 2), (101, 5, 2), (98, 3.5, 3), (98, 4, 4),
    (104, 9, 5), (100, 6, 5), (101, 8, 6), (102, 9, 7), (94, 7, 8),
]  # fmt: skip
LIABILITIES = [12000, 18000, 20000, 20000, 16000, 15000, 12000, 10000]


def dedication(outlay: float) -> str:
    """The portfolio that pays the liabilities, bought for `outlay`: bonds of any number, cash that moves on whole."""
    years = {1: f"{outlay} MCNY"} | {y + 2: f"{-due} MCNY" for y, due in enumerate(LIABILITIES)}
    bonds = "".join(
        f"  bond-{i}: {{kind: programme, start: 1, lead_time: 1, life: {life}, size: {{max: 1000}},"
        f" capex: {price} MCNY, opex: [{', '.join([f'{-coupon} MCNY'] * (life - 1) + [f'{-100 - coupon} MCNY'])}]}}\n"
        for i, (price, coupon, life) in enumerate(BONDS, start=1)
    )
    limit = ", ".join(f"{y}: {money}" for y, money in years.items())
    return f"""
# Cornuejols and Tütüncü, Optimization Methods in Finance, chapter 3 (dedication). The last coupon comes in year 9.
horizon: {{first: 1, last: 9}}
projects:
{bonds}budgets:
  fund: {{covers: cash, carry_over: 100 %, limit: {{{limit}}}}}
"""


def test_dedication(tmp_path):
    """The least outlay for eight years of liabilities is 93,944.50: a cent less, and no portfolio pays them."""
    bought = {s.project: s.amount for s in solved(dedication(93944.51), tmp_path).plan.decisions.starts}
    wanted = {1: 62, 3: 125, 4: 152, 5: 157, 6: 123, 8: 124, 9: 104, 10: 93}
    assert {f"bond-{i}": n for i, n in wanted.items()} == pytest.approx(bought, abs=0.6)
    refused(dedication(93944.49), tmp_path)


def test_a_published_table_is_what_the_tool_pays(tmp_path):
    """2,500 at 8.24 % / 12 in 12 equal payments (numpy-financial, `ppmt` and `ipmt`): 217.75 a month, 112.98 of
    interest in all, 2,299.42 owed after the first month."""
    text = """
horizon: {first: 1, last: 13}
finance: {loan: {kind: loan, issue: 1, rate: RATE, tenor: 12, ticket: [2500 MCNY, 2500 MCNY], committed: true}}
"""
    debt = solved(text.replace("RATE", str(0.0824 / 12)), tmp_path).accounts.debts["loan"]
    assert debt.interest[1] == pytest.approx(17.17, abs=0.005)
    assert debt.repayment[1] == pytest.approx(200.58, abs=0.005)
    assert debt.outstanding[1] == pytest.approx(2299.42, abs=0.005)
    assert debt.repayment[12] == pytest.approx(216.26, abs=0.005)
    assert debt.interest.sum() == pytest.approx(112.98, abs=0.005)
    assert (debt.interest + debt.repayment)[1:] == pytest.approx(217.75, abs=0.005)
