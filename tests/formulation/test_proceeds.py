"""Use of proceeds: eligible capex near the year of issue, none of it paid for twice."""

import numpy as np
import pytest

from tests.helpers import least_cost, refused, solved

TEXT = """
projects:
  a: {{kind: programme, start: 1, capex: 60 MCNY, lead_time: 3, committed: true, tags: [green, old]}}
  b: {{kind: programme, start: 2, capex: 40 MCNY, committed: true, tags: new}}
budgets: {{b: {{limit: {limit}}}}}
finance:
  green: {{kind: bond, rate: 0 %, tenor: 9, eligible: {{{filters}}} {terms}}}
"""


def text(filters: str, terms: str = "", limit: str = "60 MCNY") -> str:
    """`a` spends 20 in each of three years, `b` 40 in year 2: 20, 60, 20."""
    return TEXT.format(filters=filters, terms=f", {terms}" if terms else "", limit=limit)


@pytest.mark.parametrize(
    ("filters", "year_2"),
    [
        ("", 0),
        ("tags: green", 40),
        ("tags: new", 20),
        ("tags: [new, old]", 0),
        ("projects: b", 20),
        ("projects: [a]", 40),
    ],
)
def test_proceeds_pay_for_what_is_eligible_and_no_more(filters, year_2, tmp_path):
    """Year 2 needs 60: what is not eligible must come from the budget; 1 less, and there is no plan."""
    binding = f"{{1: 20 MCNY, 2: {year_2} MCNY, 3: 20 MCNY}}"
    assert least_cost(text(filters, limit=binding), tmp_path) == pytest.approx(100)
    if year_2:
        refused(text(filters, limit=binding.replace(str(year_2), str(year_2 - 1))), tmp_path)


def test_the_use_is_written_down(tmp_path):
    """60 in year 2 for both: 20 for `a` and 40 for `b`, to the last unit."""
    result = solved(text("", "ticket: [60 MCNY, 60 MCNY], issue: 2, committed: true"), tmp_path)
    used = {key: round(v, 6) for key, v in result.plan.decisions.used.items()}
    assert used == {("green", 2, "a", 2): 20, ("green", 2, "b", 2): 40}


@pytest.mark.parametrize(
    ("allocation", "most"),
    [
        ("", 20),
        ("allocation: 0,", 20),
        ("allocation: 1,", 40),
        ("allocation: 2,", 60),
        ("allocation: {before: 2},", 20),
    ],
)
def test_the_years_of_allocation_count_from_the_issue(allocation, most, tmp_path):
    """Issued in year 1 for `a`, which spends 20 a year: with one year after the issue 40 can be issued, with two 60."""
    terms = f"{allocation} issue: 1, committed: true"
    assert least_cost(text("tags: green", f"{terms}, ticket: [{most} MCNY, 90 MCNY]"), tmp_path) == pytest.approx(100)
    refused(text("tags: green", f"{terms}, ticket: [{most + 1} MCNY, 90 MCNY]"), tmp_path)


def test_earlier_spending_is_refinanced(tmp_path):
    """Issued in year 3, with two years before: all 60 of `a`."""
    terms = "allocation: {before: 2}, issue: 3, committed: true, ticket: [60 MCNY, 60 MCNY]"
    assert least_cost(text("tags: green", terms), tmp_path) == pytest.approx(100)
    refused(text("tags: green", terms.replace("before: 2", "before: 1")), tmp_path)


SECOND = """  blue: {kind: loan, rate: 0 %, tenor: 9, issue: ISSUE, eligible: {TAGS}, ticket: [SIZE, 90 MCNY],
         committed: true}"""


@pytest.mark.parametrize(
    ("issue", "tags", "size", "fits"),
    [
        (1, "tags: old", "1 MCNY", False),
        (2, "tags: old", "20 MCNY", True),
        (2, "tags: [old, new]", "60 MCNY", True),
        (2, "tags: [old, new]", "61 MCNY", False),
    ],
)
def test_no_money_is_paid_for_twice(issue, tags, size, fits, tmp_path):
    """`green` of 20 in year 1 is the whole of what `a` spends then; `blue` must find something else to pay for.

    If each instrument were compared with the spending by itself, `blue` could be issued in year 1 as well.
    """
    both = text("tags: green", "issue: 1, committed: true, ticket: [20 MCNY, 20 MCNY]")
    both += SECOND.replace("ISSUE", str(issue)).replace("TAGS", tags).replace("SIZE", size)
    if fits:
        assert least_cost(both, tmp_path) == pytest.approx(100)
    else:
        refused(both, tmp_path)


def test_overlapping_eligibility_is_shared_out_well(tmp_path):
    """In year 2 a green issue may pay for `a` only, a second one for both: 20 and 40 fit, though a greedy use of `a` by
    the second would leave the first without any. Proves that the use is a decision."""
    both = text("tags: green", "issue: 2, committed: true, ticket: [20 MCNY, 20 MCNY]")
    both += SECOND.replace("ISSUE", "2").replace("TAGS", "").replace("SIZE", "40 MCNY")
    assert least_cost(both, tmp_path) == pytest.approx(100)
    refused(both.replace("[40 MCNY, 90", "[41 MCNY, 90"), tmp_path)


def test_a_share_of_the_capex(tmp_path):
    """At most 60 % of what `b` spends: 24 of 40, so the budget pays 36 of the 60 in year 2."""
    terms = "share: 60 %"
    limit = "{1: 20 MCNY, 2: 36 MCNY, 3: 20 MCNY}"
    assert least_cost(text("tags: new", terms, limit), tmp_path) == pytest.approx(100)
    refused(text("tags: new", terms, limit.replace("36", "35.9")), tmp_path)


def test_a_grant_and_a_bond_share_the_capex(tmp_path):
    """A grant of 30 % of `b` (12) leaves 28 for the bond: 40 in all; the bond alone could be 40, both not 40.1."""
    grant = "  gift: {kind: grant, share: 30 %, eligible: {tags: new}, ticket: [12 MCNY, 12 MCNY], committed: true}"
    bond = "issue: 2, committed: true, ticket: [SIZE MCNY, 90 MCNY]"
    assert least_cost(text("tags: new", bond.replace("SIZE", "28")) + grant, tmp_path) == pytest.approx(88)
    refused(text("tags: new", bond.replace("SIZE", "28.1")) + grant, tmp_path)


def test_cheaper_capex_is_less_to_pay_for(tmp_path):
    """Research halves `b`: 20 are eligible, not 40."""
    research = "  r: {kind: research, start: 1, capex: 0 MCNY, committed: true, lowers_capex: {b: 50 %}}\nbudgets"
    one = text("tags: new", "issue: 2, committed: true, ticket: [20 MCNY, 90 MCNY]").replace("budgets", research)
    assert least_cost(one, tmp_path) == pytest.approx(80)
    refused(one.replace("[20 MCNY", "[20.1 MCNY"), tmp_path)


def test_income_written_as_capex_is_no_spending(tmp_path):
    """A capex of -15 in the second year takes nothing off what is eligible: 40 of `b`, and 30 of `c` in year 1."""
    more = "  c: {kind: programme, start: 2, capex: [30 MCNY, -15 MCNY], committed: true, tags: new}\nbudgets"
    one = text("tags: new", "issue: 2, committed: true, ticket: [70 MCNY, 90 MCNY]", "99 MCNY").replace("budgets", more)
    assert least_cost(one, tmp_path) == pytest.approx(115)
    refused(one.replace("[70 MCNY", "[70.1 MCNY"), tmp_path)


@pytest.fixture
def hulls(monkeypatch):
    """A fleet's way of spending: capex of two tags under one owner, 25 for `wet` and 10 for `dry`, in year 2."""
    from optimiser import audit, formulation
    from optimiser.audit.lines import Line
    from optimiser.formulation.matrix import constant
    from optimiser.formulation.postings import Posting

    spent = {("wet",): np.array([0.0, 25.0, 0.0]), ("dry",): np.array([0.0, 10.0, 0.0])}
    who, lines_of, add = frozenset({0}), audit.lines_of, formulation.add_credit_postings

    def with_hulls(model):
        add(model)
        model.postings += [Posting("capex", "hulls", who, constant(v), tags) for tags, v in spent.items()]

    def lines(books):
        return [*lines_of(books), *(Line("capex", "hulls", who, v, tags) for tags, v in spent.items())]

    monkeypatch.setattr(formulation, "add_credit_postings", with_hulls)
    monkeypatch.setattr(audit, "lines_of", lines)


def test_capex_of_others_is_eligible_by_its_own_tags(hulls, tmp_path):
    """25 of wet work and 40 of `b` can be paid for; the dry work of the same owner cannot."""
    bond = "issue: 2, committed: true, ticket: [65 MCNY, 90 MCNY]"
    one = text("tags: new", bond, "99 MCNY").replace("tags: new}", "tags: wet}")
    one = one.replace("tags: new", "tags: wet")
    result = solved(one, tmp_path)
    assert result.plan.objective == pytest.approx(135)
    assert {key[2]: v for key, v in result.plan.decisions.used.items()} == pytest.approx({"b": 40, "hulls (wet)": 25})
    refused(one.replace("[65 MCNY", "[65.1 MCNY"), tmp_path)
    assert result.accounts.budgets["b"]["spend"].tolist() == pytest.approx([20, 95, 20])


def test_capex_of_others_is_written_off_over_the_rest(hulls, tmp_path):
    """25 and 10 of year 2 are written off in year 3: a quarter of 35 less tax."""
    one = text("tags: green", limit="99 MCNY") + "tax: {rate: 25 %}\n"
    assert solved(one, tmp_path).accounts.money["tax"]["hulls"].tolist() == pytest.approx([0, 0, -8.75])


@pytest.mark.parametrize(
    "more", ["", "talks: {kind: programme, opex: 0 MCNY}", "talks: {kind: programme, capex: -1 MCNY}"]
)
def test_what_has_no_capex_does_not_keep_proceeds_from_a_budget(more, tmp_path):
    """The budget of the mill holds 10 of its 30 MCNY, and a bond for all capex of the group pays for the 20.

    Talks have no capex that the bond could pay for. If they counted among all that it may pay for, the budget would not
    cover them, and the mill could not be built.
    """
    scenario = f"""
projects:
  mill: {{kind: programme, start: 1, committed: true, capex: 30 MCNY}}
  {more}
budgets: {{b: {{projects: [mill], limit: 10 MCNY}}}}
finance: {{bond: {{kind: bond, rate: 0 %, tenor: 5, issue: 1, eligible: {{}}, ticket: [1 MCNY, 50 MCNY]}}}}
"""
    result = solved(scenario, tmp_path)
    assert result.accounts.debts["bond"].issued.sum() == pytest.approx(20)


def test_other_capex_keeps_proceeds_from_a_budget(tmp_path):
    """Roads have capex that the bond may pay for and the budget does not cover: it widens that budget by nothing."""
    refused(
        """
projects:
  mill: {kind: programme, start: 1, committed: true, capex: 30 MCNY}
  roads: {kind: programme, capex: 1 MCNY}
budgets: {b: {projects: [mill], limit: 10 MCNY}}
finance: {bond: {kind: bond, rate: 0 %, tenor: 5, issue: 1, eligible: {}, ticket: [1 MCNY, 50 MCNY]}}
""",
        tmp_path,
    )
