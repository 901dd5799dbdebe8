"""Step-ups: the rate of a sustainability-linked instrument rises where its target is missed."""

import pytest

from tests.helpers import solved

TEXT = """
horizon: {first: 1, last: 5}
projects: {cut: {kind: upgrade, start: 1, capex: CAPEX MCNY, abates: {site: 20 ktCO2e}}}
targets: {goal: {kind: reduction, WHEN, cut: 15 ktCO2e, PENALTY}}
finance:
  linked: {kind: sustainability_linked, issue: 1, rate: 3 %, tenor: 4, target: goal, step_up: 1 %, FROM
           ticket: [100 MCNY, 100 MCNY], committed: true}
"""


def text(capex: float, when: str = "by: 2", start: str = "", penalty: str = "penalty: 0 CNY/tCO2e") -> str:
    """100 borrowed for four years at 3 % cost 12; a measure of `capex` meets the target from year 1 on."""
    start = f"{start}," if start else ""
    return TEXT.replace("CAPEX", str(capex)).replace("WHEN", when).replace("FROM", start).replace("PENALTY", penalty)


@pytest.mark.parametrize(("start", "extra"), [("", 4), ("from_year: 1", 4), ("from_year: 3", 3), ("from_year: 5", 1)])
def test_a_missed_target_raises_the_rate(start, extra, tmp_path):
    """1 % of 100 in every interest year from the first one on: 2 to 5 without `from_year`, 3 to 5 with 3, 5 with 5.

    A measure that costs more than that is not taken, one that costs less is.
    """
    missed = solved(text(extra + 0.1, start=start), tmp_path)
    assert missed.plan.objective == pytest.approx(12 + extra)
    assert missed.accounts.debts["linked"].stepped_up
    met = solved(text(extra - 0.1, start=start), tmp_path)
    assert met.plan.objective == pytest.approx(12 + extra - 0.1)
    assert not met.accounts.debts["linked"].stepped_up


def test_a_penalty_and_a_step_up_add_up(tmp_path):
    """15 kt missed for four years at 20 CNY/t are 1.2 MCNY: with the 4 of the step-up, a measure of 5.1 is worth it."""
    result = solved(text(5.1, penalty="penalty: 20 CNY/tCO2e"), tmp_path)
    assert result.plan.objective == pytest.approx(12 + 5.1)
    assert solved(text(5.3, penalty="penalty: 20 CNY/tCO2e"), tmp_path).plan.objective == pytest.approx(12 + 5.2)


def test_what_is_missed_later_is_not_looked_at(tmp_path):
    """Looked at in year 2 only: a measure that ends after year 2 meets the target there, and the rate stays.

    If later years were looked at, the rate would rise and the answer be 16.
    """
    short = text(0.5).replace("start: 1,", "start: 1, life: 2,")
    assert solved(short, tmp_path).plan.objective == pytest.approx(12.5)
    assert solved(
        short.replace("step_up: 1 %,", "step_up: 1 %, from_year: 3,"), tmp_path
    ).plan.objective == pytest.approx(15)


def test_a_target_after_the_first_higher_year_is_looked_at_in_its_own(tmp_path):
    """Higher from year 2, tested from year 4: it is looked at in year 4."""
    assert solved(text(9, when="by: 4", start="from_year: 2"), tmp_path).plan.objective == pytest.approx(16)


def test_a_target_that_must_hold_is_never_missed(tmp_path):
    """Hard, or with a priority and a plan that keeps it: the measure is taken, whatever the step-up."""
    for penalty in ("priority: 1", ""):
        one = text(9, penalty=penalty).replace(", }", "}")
        assert solved(one, tmp_path).plan.objective == pytest.approx(12 + 9)


def test_a_target_that_gives_way_raises_the_rate(tmp_path):
    """No measure, and a target with a priority: it gives way, and the four years of 1 % are paid."""
    one = text(9, penalty="priority: 1").replace("start: 1, capex", "start: 5, capex")
    result = solved(one, tmp_path)
    assert result.missed == ["goal"]
    assert result.accounts.debts["linked"].interest.tolist() == pytest.approx([0, 4, 4, 4, 4])


def test_the_settlement_bears_the_higher_rate(tmp_path):
    """A horizon of three years: 100 are settled in year 4 with 3 of interest, and 1 more where the target is missed."""
    result = solved(text(99).replace("last: 5", "last: 3"), tmp_path)
    debt = result.accounts.debts["linked"]
    assert (debt.settled, debt.interest_settled) == pytest.approx((100, 4))
    assert result.plan.objective == pytest.approx(4 * 3)


def test_old_debt_and_repayment_in_parts_step_up_on_what_is_owed(tmp_path):
    """80 of year 0 repaid in four parts: 80, 60, 40, 20 owed at the beginning of years 1 to 4; from year 2 on the rate
    rises on 60 + 40 + 20 of it, and on 100 + 75 + 50 + 25 of the new 100: 3.7 in all."""
    one = text(3.69).replace("committed: true", "committed: true, repayment: linear, issued: {0: 80 MCNY}")
    interest = 0.03 * (80 + 60 + 40 + 20) + 0.03 * (100 + 75 + 50 + 25)
    assert solved(one, tmp_path).plan.objective == pytest.approx(80 + interest + 3.69)
    assert solved(one.replace("3.69", "3.71"), tmp_path).plan.objective == pytest.approx(80 + interest + 3.7)


KINDS = """
horizon: {first: 1, last: 3}
entities: {group: {revenue: 100 MCNY, avoided_baseline: 5 ktCO2e}}
projects:
  cut: {kind: upgrade, start: 1, capex: 9 MCNY, abates: {site: 30 ktCO2e}, avoids: 9 ktCO2e}
  wood: {kind: sink, start: 1, units: {max: 10}, capex: 0.9 MCNY, removal: 10 ktCO2e, durable: true}
targets: {goal: {TARGET, penalty: 0 CNY/tCO2e}}
finance:
  linked: {kind: sustainability_linked, issue: 1, rate: 0 %, tenor: 9, target: goal, step_up: 1 %, from_year: 3,
           ticket: [100 MCNY, 100 MCNY], committed: true}
"""


@pytest.mark.parametrize(
    "target",
    [
        "kind: peak, by: 1, at_most: 80 ktCO2e",
        "kind: neutrality, by: 2",
        "kind: intensity, by: 2, cut: 20 %",
        "kind: carbon_budget, years: [1, 3], at_most: 250 ktCO2e",
        "kind: avoided, by: 2, multiple: 2",
        "kind: historical, by: 3, stock: 100 ktCO2e",
        "kind: reduction, by: 2, cut: 20 %",
    ],
)
def test_every_kind_of_target_can_be_missed(target, tmp_path):
    """Missing costs 2 of interest (year 3 and the settlement), keeping costs 9 of measures or more: it is missed.

    Proves that the largest shortfall of every kind is large enough; if it were not, the 9 would be paid.
    """
    result = solved(KINDS.replace("TARGET", target), tmp_path)
    assert result.plan.objective == pytest.approx(2)
    assert result.accounts.debts["linked"].stepped_up


@pytest.mark.parametrize("linked", [False, True])
def test_a_loan_that_nobody_needs_does_not_hinder_sales_of_credits(linked, tmp_path):
    """20 GWh bring 2, and 10 kt of credits at 100 CNY/t bring 1; 5 kt are missed for nothing.

    A loan of 0 to 1 MCNY at 0 % may be left alone. If the largest shortfall left out credits sold, the shortfall of 5
    would bound them, and the answer with the loan would be dearer than that without.
    """
    plant = "solar: {kind: facility, start: 1, committed: true, yield: 20 GWh, sells: 0.1 CNY/kWh, DISPLACED}"
    body = f"""
horizon: {{first: 1, last: 1}}
projects: {{{plant.replace("DISPLACED", "displaces: 0.1 tCO2e/MWh")}}}
markets: {{ccer: {{credits: {{price: 100 CNY/tCO2e}}, issues: {{projects: solar, factor: 0.5 tCO2e/MWh}}}}}}
targets: {{out: {{kind: avoided, by: 1, base: 5 ktCO2e, multiple: 1, penalty: 0 CNY/tCO2e}}}}
"""
    terms = "issue: 1, rate: 0 %, tenor: 1, target: out, step_up: 1 %, ticket: [0 MCNY, 1 MCNY]"
    result = solved(
        body + (f"finance: {{linked: {{kind: sustainability_linked, {terms}}}}}\n" if linked else ""), tmp_path
    )
    assert result.plan.objective == pytest.approx(-3)
    assert result.accounts.targets[0].achieved == pytest.approx(0)
