"""Issues: tickets, their number, their total, and commitments."""

import pytest

from tests.helpers import least_cost, refused, solved

PAID = """
projects: {{p: {{kind: programme, start: 1, capex: {capex} MCNY, lead_time: 3, committed: true}}}}
budgets: {{b: {{limit: {limit}}}}}
finance: {{loan: {{kind: loan, rate: 10 %, tenor: 1, {terms}}}}}
"""


def paid(terms: str, capex: float = 90, limit: str = "20 MCNY") -> str:
    """90 over three years on 20 a year: 10 are missing in each; every borrowed MCNY costs 0.1."""
    return PAID.format(terms=terms, capex=capex, limit=limit)


def issued(result, name: str = "loan") -> dict[int, float]:
    return {v: round(a, 6) for (i, v), a in result.plan.decisions.issued.items() if i == name}


def test_what_is_missing_is_borrowed(tmp_path):
    """10 in each of three years: 90 + 3 x 1 of interest. Without the loan there is no plan."""
    result = solved(paid("ticket: [0 MCNY, 50 MCNY]"), tmp_path)
    assert result.plan.objective == pytest.approx(93)
    assert issued(result) == {1: 10, 2: 10, 3: 10}
    refused(paid("ticket: [0 MCNY, 9.99 MCNY]"), tmp_path)


def test_a_least_ticket_makes_issues_larger(tmp_path):
    """At 15 or nothing: three issues of 15 cost 4.5; if the ticket were ignored it would be 3.

    Proves that the amount is semi-continuous: nothing, or between the two.
    """
    result = solved(paid("ticket: [15 MCNY, 50 MCNY]"), tmp_path)
    assert result.plan.objective == pytest.approx(94.5)
    assert issued(result) == {1: 15, 2: 15, 3: 15}


def test_fewer_issues_need_money_that_moves_on(tmp_path):
    """One issue and 100 % carry-over: 30 in year 1 cost 3 as well; without carry-over one issue is not enough."""
    text = paid("ticket: [5 MCNY, 50 MCNY], issues: 1")
    result = solved(text.replace("limit: 20 MCNY", "limit: 20 MCNY, carry_over: 100 %"), tmp_path)
    assert result.plan.objective == pytest.approx(93)
    assert issued(result) == {1: 30}
    refused(text, tmp_path)
    assert least_cost(text.replace("issues: 1", "issues: 3"), tmp_path) == pytest.approx(93)


def test_the_years_of_issue_are_kept(tmp_path):
    """Single years, a window, one year: in year 2 nothing may be issued, so there is no plan."""
    ticket = "ticket: [0 MCNY, 50 MCNY]"
    for years in ("{in: [1, 3]}", "[2, 3]", "1"):
        refused(paid(f"{ticket}, issue: {years}"), tmp_path)
    assert least_cost(paid(f"{ticket}, issue: [1, 2, 3]"), tmp_path) == pytest.approx(93)


@pytest.mark.parametrize(("amount", "told"), [(14, True), (15, False), (0, False)])
def test_a_total_below_the_least_of_one_is_told(tmp_path, amount, told):
    """14 in all where each issue is 15 or more: there is none, which a planner hardly means. 0 in all is meant."""
    text = paid(f"ticket: [15 MCNY, 50 MCNY], amount: {amount} MCNY", limit="40 MCNY")
    result = solved(text, tmp_path)
    assert issued(result) == {}
    assert any("in all is less than the least of one issue" in str(w) for w in result.warnings) == told


def test_a_total_is_of_all_issues(tmp_path):
    """30 in all are just enough; 29.9 are not, though each year would be within."""
    assert least_cost(paid("amount: 30 MCNY"), tmp_path) == pytest.approx(93)
    refused(paid("amount: 29.9 MCNY"), tmp_path)


def test_a_revolving_pool_is_drawn_again(tmp_path):
    """10 owed at a time: each draw is repaid after a year and drawn again; a pool of 10 in all would be empty."""
    text = paid("amount: 10 MCNY, until: 3").replace("kind: loan", "kind: facility")
    refused(text, tmp_path)
    revolving = text.replace("until", "revolving: true, until")
    assert least_cost(revolving, tmp_path) == pytest.approx(93)
    refused(revolving.replace("amount: 10", "amount: 9.9"), tmp_path)


def test_what_is_drawn_already_is_in_a_revolving_pool(tmp_path):
    """9 of year 0 are owed until year 2, and 10 are needed in year 1: a pool of 19 holds them, one of 18.9 does not."""
    text = paid("amount: 19 MCNY, revolving: true, tenor: 2, repayment: bullet, issued: {0: 9 MCNY}", capex=30)
    text = (
        text.replace("kind: loan", "kind: facility").replace("tenor: 1, ", "").replace("lead_time: 3", "lead_time: 1")
    )
    assert issued(solved(text, tmp_path)) == {1: 10}
    refused(text.replace("19 MCNY", "18.9 MCNY"), tmp_path)


def test_a_facility_ends(tmp_path):
    """Draws until year 2 only: year 3 has no loan."""
    text = paid("amount: 60 MCNY, until: 2").replace("kind: loan", "kind: facility")
    refused(text, tmp_path)
    assert least_cost(text.replace("until: 2", "until: 3"), tmp_path) == pytest.approx(93)


def test_a_commitment_is_kept_though_it_costs(tmp_path):
    """With money enough, an issue of at least 20 at 10 % costs 2 for nothing; it is decided."""
    text = paid("ticket: [20 MCNY, 50 MCNY], committed: true", limit="40 MCNY")
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(92)
    assert list(issued(result).values()) == [20]
    assert least_cost(text.replace("50 MCNY], committed: true", "50 MCNY]"), tmp_path) == pytest.approx(90)


def test_a_size_of_the_ticket_follows_from_the_use(tmp_path):
    """No largest ticket: what is eligible limits an issue, and a number of issues needs no figure of the user's."""
    text = paid("ticket: {min: 5 MCNY}, issues: 3, eligible: {}, fee: 1 %")
    assert least_cost(text, tmp_path) == pytest.approx(93.3)
