"""The audit of finance: amounts, use of proceeds and ceilings that are falsified are refused by name."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.audit import audit
from optimiser.errors import InternalError
from tests.helpers import solved

WORLD = """
horizon: {first: 1, last: 4}
projects:
  p: {kind: upgrade, start: 1, lead_time: 2, capex: 80 MCNY, committed: true, tags: green, abates: {site: 10 ktCO2e}}
  q: {kind: programme, start: 2, capex: 50 MCNY, committed: true}
budgets: {b: {limit: 25 MCNY}, c: {covers: cash, limit: 900 MCNY}}
targets: {goal: {kind: reduction, by: 3, cut: 30 %, penalty: 1 CNY/tCO2e}}
finance:
  green: {kind: bond, rate: 1 %, tenor: 2, ticket: [5 MCNY, 30 MCNY], issues: 2, eligible: {tags: green}, share: 60 %}
  pool: {kind: facility, rate: 2 %, tenor: 2, repayment: linear, amount: 60 MCNY, until: 3}
  line: {kind: facility, rate: 4 %, tenor: 1, amount: 60 MCNY, revolving: true}
  linked: {kind: sustainability_linked, rate: 4 %, tenor: 3, ticket: [5 MCNY, 20 MCNY], target: goal, step_up: 1 %,
           committed: true}
  roof: {kind: limit, outstanding: 120 MCNY}
tax: {rate: 20 %}
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """A plan with a green bond for `p`, draws, and a linked loan."""
    return solved(WORLD, tmp_path_factory.mktemp("debt"))


def altered(plan, issued=None, used=None):
    decisions = plan.decisions
    return replace(
        plan,
        decisions=replace(decisions, issued=decisions.issued | (issued or {}), used=decisions.used | (used or {})),
    )


def test_the_plan_itself_passes(result):
    accounts = audit(result.instance, result.plan)
    assert accounts.objective == pytest.approx(result.plan.objective)
    assert accounts.debts["linked"].stepped_up
    assert any(name == "green" for name, _ in result.plan.decisions.issued)


@pytest.mark.parametrize(
    ("issued", "words"),
    [
        ({("green", 1): 31.0}, "an issue of green is outside its ticket"),
        ({("green", 3): 1.0}, "an issue of green is outside its ticket"),
        ({("green", 1): 9.0, ("green", 2): 9.0, ("green", 3): 9.0}, "green is issued 3 times, at most 2"),
        ({("green", 9): 9.0}, "green is issued in 9, outside its years"),
        ({("pool", 4): 9.0}, "pool is issued in 4, outside its years"),
        ({("nobody", 1): 9.0}, "nobody is issued in 1, outside its years"),
        ({("pool", 1): 61.0}, "pool is issued 61|pool is issued .* in all, at most 60"),
        ({("line", 1): 61.0}, "more is owed than the pool line holds"),
        ({("linked", v): 0.0 for v in (1, 2, 3, 4)}, "linked is committed but not issued"),
        ({("pool", 1): 59.0, ("line", 1): 59.0, ("linked", 1): 20.0}, "more is owed than roof allows"),
        (
            {("pool", 1): 0.0, ("pool", 2): 0.0, ("line", 1): 0.0, ("line", 2): 0.0},
            "the budget b is overspent|objective",
        ),
    ],
)
def test_lies_about_issues(issued, words, result):
    with pytest.raises(InternalError, match=words):
        audit(result.instance, altered(result.plan, issued))


@pytest.mark.parametrize(
    ("used", "words"),
    [
        ({("green", 1, "q", 2): 3.0}, "green pays for q, which is not eligible"),
        ({("pool", 1, "p", 1): 3.0}, "pool pays for p, which is not eligible"),
        ({("green", 1, "nobody", 1): 3.0}, "green pays for nobody, which is not eligible"),
        ({("green", 1, "p", 2): 3.0}, "green of 1 pays for p in 2, outside its years of allocation"),
        ({("green", 1, "p", 1): 41.0}, "more is paid for than p spends in 1"),
        ({("green", 1, "p", 1): 25.0}, "green pays for more than its share of p in 1"),
        ({("green", 1, "p", 1): 1.0}, "pay for nothing that is eligible"),
    ],
)
def test_lies_about_the_use_of_proceeds(used, words, result):
    with pytest.raises(InternalError, match=words):
        audit(result.instance, altered(result.plan, used=used))


def test_debt_that_is_never_repaid(result):
    """Proves that every unit issued is followed to its last payment: a schedule that forgets a tenth is refused."""
    finance = result.instance.finance
    pool = next(f for f in finance.funding if f.id == "pool")
    service = replace(pool.service, repayment=pool.service.repayment * 0.9)
    cheated = tuple(replace(f, service=service) if f is pool else f for f in finance.funding)
    with pytest.raises(InternalError, match="of every unit of pool issued in 1 is never repaid"):
        audit(replace(result.instance, finance=replace(finance, funding=cheated)), result.plan)


def test_a_step_up_that_is_hushed_up(result):
    """The target is missed: an objective without the higher rate is refused."""
    linked = result.accounts.debts["linked"]
    lower = float((linked.issued > 0).any()) * 0.05
    claims = replace(result.plan.claims, objective=result.plan.objective - lower)
    with pytest.raises(InternalError, match="objective"):
        audit(result.instance, replace(result.plan, objective=result.plan.objective - lower, claims=claims))


def test_conservation_to_the_last_unit(result):
    """Issued and old debt = repaid + settled, in each instrument of real money."""
    for f in result.instance.finance.funding:
        debt = result.accounts.debts[f.id]
        assert debt.issued.sum() == pytest.approx(debt.repayment.sum() + debt.settled)
        owed = np.cumsum(debt.issued - debt.repayment)
        assert debt.outstanding == pytest.approx(owed)
