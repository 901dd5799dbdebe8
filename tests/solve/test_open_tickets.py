"""Open tickets: a least amount without a greatest one holds where only a budget, or an extended ceiling, bounds it."""

import numpy as np
import pytest

from optimiser.formulation import Question
from optimiser.solve.open_tickets import with_tickets_closed
from tests.helpers import ask, instance_of, refused, solved

DEPOSIT = """
projects: {p: {kind: programme, start: 3, capex: 110 MCNY, committed: true}}
budgets: {b: {covers: cash, limit: {1: 60 MCNY, 2: 0 MCNY, 3: 50 MCNY}}}
finance: {spare: {kind: deposit, issue: 1, rate: 5 %, tenor: 2, ticket: TICKET}}
"""


def test_a_deposit_keeps_its_least_ticket(tmp_path):
    """60 of year 1 bring 3 in year 2 and 63 in year 3: with the 50 of year 3 they pay 110.

    With a ticket of 58 all 60 are put away, which earns 2 x 3; one of 61 and more cannot be. If the least
    were ignored where there is no greatest, a ticket of 61 would have a plan that breaks it.
    """
    result = solved(DEPOSIT.replace("TICKET", "{min: 58 MCNY}"), tmp_path)
    assert result.accounts.debts["spare"].issued.tolist() == pytest.approx([60, 0, 0])
    assert result.plan.objective == pytest.approx(110 - 6)
    for ticket in ("{min: 61 MCNY}", "[61 MCNY, 100 MCNY]"):
        conflict = refused(DEPOSIT.replace("TICKET", ticket), tmp_path)
        assert "the budget b" in " ".join(conflict.sentences)


def test_what_would_do_is_found_beyond_the_bound(tmp_path):
    """A ticket of 70 asks for 10 more in year 1, whether the ticket has a greatest amount or not.

    If the bound were what the budget holds as it is, no extension of year 1 would let the ticket be put away: 60 more
    would be asked for in year 3.
    """
    for ticket in ("{min: 70 MCNY}", "[70 MCNY, 900 MCNY]"):
        conflict = refused(DEPOSIT.replace("TICKET", ticket), tmp_path)
        assert any(s.startswith("- 10 MCNY more for the budget b in 1") for s in conflict.sentences), conflict.sentences


def test_the_bound_is_what_the_relaxation_holds(tmp_path):
    """Twice 60 and 58 are 178 in year 1; without a least ticket, or with a greatest, nothing is looked for."""
    one = instance_of(DEPOSIT.replace("TICKET", "{min: 58 MCNY}"), tmp_path)
    assert with_tickets_closed(one, Question()).finance.funding[0].most == pytest.approx(178, rel=1e-5)
    for ticket in ("{min: 0 MCNY}", "[58 MCNY, 100 MCNY]"):
        other = instance_of(DEPOSIT.replace("TICKET", ticket), tmp_path)
        assert with_tickets_closed(other, Question()) is other


BOND = """
projects: {p: {kind: programme, start: 1, capex: 40 MCNY, committed: true}}
budgets: {b: {limit: 20 MCNY}}
finance:
  loan: {kind: loan, issue: 1, rate: 0 %, tenor: 5, ticket: {min: 30 MCNY}}
  roof: {kind: limit, outstanding: 25 MCNY}
"""


def test_a_ceiling_that_is_extended_leaves_the_least_ticket(tmp_path):
    """20 are missing, and no less than 30 can be borrowed: 5 more under a ceiling of 25.

    If the ticket fell away with the ceiling that bounds it, none more would seem to be needed.
    """
    answer = ask(BOND, tmp_path)
    assert answer.result is None
    assert any(s.startswith("- 5 MCNY more for the debt ceiling roof") for s in answer.conflict.sentences)
    instance = instance_of(BOND, tmp_path)
    assert with_tickets_closed(instance, Question()) is instance
    asked = with_tickets_closed(instance, Question(more=frozenset({("ceiling", "roof")})))
    assert np.isfinite(asked.finance.funding[0].most)


SAVING = """
projects: {p: {kind: programme, start: 3, capex: 300 MCNY, committed: true}}
budgets: {b: {covers: cash, limit: {1: 10 MCNY, 2: 0 MCNY, 3: 80 MCNY}}}
finance: {d: {kind: deposit, issue: 1, rate: 10 %, tenor: 2, ticket: TICKET}}
"""


@pytest.mark.parametrize("ticket", ["{min: 1 MCNY}", "[1 MCNY, 9999 MCNY]"])
def test_how_far_a_budget_is_extended_does_not_hang_on_the_greatest_ticket(ticket, tmp_path):
    """300 are to be paid in year 3, of which 80 are there: 220. What is put away brings 10 % in year 2 and 110 % in 3.

    What comes in year 2 cannot be kept, so that 200 put away bring 220: 190 more in year 1. With a bound of twice the
    money and a ticket, 21, that much could not be put away, and more was asked for in year 3.
    """
    conflict = refused(SAVING.replace("TICKET", ticket), tmp_path)
    assert any(s.startswith("- 190 MCNY more for the budget b in 1") for s in conflict.sentences), conflict.sentences


@pytest.mark.parametrize("ticket", ["{min: 30 MCNY}", "[30 MCNY, 9999 MCNY]"])
def test_how_far_a_ceiling_is_extended_does_not_hang_on_the_greatest_ticket(ticket, tmp_path):
    """380 of 400 have to be borrowed, of which 304, 228 and 152 are owed at the ends of three years: 837 above 25.

    With a bound of twice the ceiling and a ticket, 80, no extension would do, and none was offered.
    """
    text = BOND.replace("{min: 30 MCNY}", ticket).replace("capex: 40", "capex: 400")
    conflict = refused(text, tmp_path)
    assert any(s.startswith("- 837 MCNY more for the debt ceiling roof") for s in conflict.sentences), (
        conflict.sentences
    )
