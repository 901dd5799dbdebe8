"""Debt service: what money costs, when it is paid, and that it is counted once."""

import pytest

from tests.helpers import least_cost, refused, solved

HEAD = """
horizon: {{first: 1, last: {last}}}
discount_rate: {rate}
projects: {{p: {{kind: programme, start: 1, capex: 100 MCNY, committed: true}}}}
finance: {{debt: {{kind: bond, issue: 1, ticket: [100 MCNY, 100 MCNY], committed: true, {terms}}}}}
"""


def cost(terms: str, folder, last: int = 6, rate: str = "5 %", kind: str = "bond") -> float:
    """A project of 100, and 100 borrowed in year 1 on `terms`."""
    text = HEAD.format(terms=terms, last=last, rate=rate).replace("kind: bond", f"kind: {kind}")
    return least_cost(text, folder)


@pytest.mark.parametrize("last", [1, 2, 3, 4, 6, 9])
@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("bond", "tenor: 3"),
        ("bond", "tenor: 5, coupon: at_maturity"),
        ("loan", "tenor: 4, repayment: linear"),
        ("loan", "tenor: 4, repayment: annuity, interest_only: 2"),
    ],
)
def test_money_at_the_discount_rate_is_worth_nothing(kind, terms, last, tmp_path):
    """Borrowed at 5 % and discounted at 5 %: the cost is 100, wherever the horizon cuts the debt off.

    Proves the settlement: principal with the interest of that year. If it were principal alone, a horizon that
    ends before the debt would gain a year of interest: 100 - 5 / 1.05^last.
    """
    assert cost(f"rate: 5 %, {terms}", tmp_path, last, kind=kind) == pytest.approx(100)


def test_a_cheaper_bond_saves_its_interest(tmp_path):
    """3 % instead of 5 % on 100 for three years: 2 a year, 2 / 1.05 + 2 / 1.05^2 + 2 / 1.05^3 = 5.4465 saved."""
    saved = sum(2 / 1.05**k for k in (1, 2, 3))
    assert saved == pytest.approx(5.4465, abs=1e-4)
    assert cost("rate: 3 %, tenor: 3", tmp_path) == pytest.approx(100 - saved)


def test_a_fee_is_paid_at_the_issue(tmp_path):
    """1 % of 100 in the first year, undiscounted."""
    assert cost("rate: 5 %, tenor: 3, fee: 1 %", tmp_path) == pytest.approx(101)


def test_a_rate_is_fixed_by_the_year_of_issue(tmp_path):
    """A path that rises to 9 % in year 2 leaves a bond of year 1 at 5 %: its cost is that of a constant rate."""
    assert cost("rate: {1: 5 %, 2: 9 %}, tenor: 3", tmp_path) == pytest.approx(100)


@pytest.mark.parametrize("terms", ["inflation: 2 %", "coupon: at_maturity, inflation: 2 %"])
def test_a_nominal_coupon_is_turned_into_real_money(terms, tmp_path):
    """1.05 x 1.02 - 1 = 7.1 % nominal is 5 % real: the debt is worth nothing. Taken as real it would cost 5.7 more."""
    assert cost(f"rate: 7.1 %, tenor: 3, {terms}", tmp_path, last=9) == pytest.approx(100)
    assert cost(f"rate: 7.1 %, tenor: 3, {terms}", tmp_path, last=2) == pytest.approx(100)
    assert cost("rate: 7.1 %, tenor: 3", tmp_path) == pytest.approx(105.7188, abs=1e-4)


def test_the_inflation_of_the_head_is_that_of_every_instrument(tmp_path):
    """The same, said once; an instrument that says 0 % is real all the same."""
    text = HEAD.format(terms="rate: 7.1 %, tenor: 3", last=6, rate="5 %")
    assert least_cost(text + "inflation: 2 %\n", tmp_path) == pytest.approx(100)
    own = text.replace("tenor: 3", "tenor: 3, inflation: 0 %")
    assert least_cost(own + "inflation: 2 %\n", tmp_path) == pytest.approx(105.7188, abs=1e-4)


SERVICE = """
projects: {{p: {{kind: programme, start: 1, capex: 100 MCNY, committed: true}}}}
budgets: {{b: {{covers: {covers}, limit: {{1: {first} MCNY, 2: {second} MCNY, 3: {third} MCNY}}}}}}
finance: {{debt: {{kind: bond, issue: 1, rate: 5 %, tenor: 2, fee: 1 %, ticket: [0 MCNY, 60 MCNY]}}}}
"""


def service(covers: str, first: float, second: float, third: float) -> str:
    return SERVICE.format(covers=covers, first=first, second=second, third=third)


def test_service_weighs_on_cash_of_later_years(tmp_path):
    """100 on 41 of own money: 60 come in, 0.6 go at once, 3 in year 2, 63 in year 3; each limit is just binding.

    Proves when interest falls due: in the year after the issue, not in the year of issue.
    """
    result = solved(service("cash", 40.6, 3, 63), tmp_path)
    assert result.plan.objective == pytest.approx(100 + 0.6 + 6)
    account = result.accounts.budgets["b"]
    assert account["spend"].tolist() == pytest.approx([100.6, 3, 63])
    assert account["available"].tolist() == pytest.approx([100.6, 3, 63])
    refused(service("cash", 40.5, 3, 63), tmp_path)
    refused(service("cash", 40.6, 2.9, 63), tmp_path)
    refused(service("cash", 40.6, 3, 62.9), tmp_path)


def test_service_never_weighs_on_capex(tmp_path):
    """The same bond under a capex budget of 40: nothing is left in years 2 and 3, and nothing is needed."""
    assert least_cost(service("capex", 40, 0, 0), tmp_path) == pytest.approx(106.6)
    refused(service("capex", 39.9, 0, 0), tmp_path)


def test_a_budget_relaxed_by_a_bond_changes_the_schedule(tmp_path):
    """Two projects of 15 that save 30 a year from the next year on, and 10 a year to spend, carried over in full.

    Without a bond one starts in year 2 and one in year 3, with it both start in year 1.

    Proves that money moves starts, and not only cash: 30 - 60 x (1/1.05 + 1/1.05^2 + 1/1.05^3), the bond for nothing.
    """
    text = """
horizon: {first: 1, last: 4}
discount_rate: 5 %
projects:
  a: {kind: upgrade, start: [1, 3], lead_time: 1, capex: 15 MCNY, opex: -30 MCNY, tags: green}
  b: {kind: upgrade, start: [1, 3], lead_time: 1, capex: 15 MCNY, opex: -30 MCNY, tags: green}
budgets: {b: {limit: 10 MCNY, carry_over: 100 %}}
"""
    bond = "finance: {bond: {kind: bond, rate: 5 %, tenor: 5, ticket: [0 MCNY, 20 MCNY], eligible: {tags: green}}}"
    without, with_bond = solved(text, tmp_path), solved(text + bond, tmp_path)
    assert sorted(s.year for s in without.plan.decisions.starts) == [2, 3]
    assert sorted(s.year for s in with_bond.plan.decisions.starts) == [1, 1]
    assert with_bond.plan.objective == pytest.approx(30 - 60 * sum(1.05**-k for k in (1, 2, 3)))


def test_proceeds_are_kept_for_later_years(tmp_path):
    """30 issued in year 1 and carried over in full pay for year 3; at 50 % a quarter of it is there."""
    text = """
projects: {p: {kind: programme, start: 3, capex: 30 MCNY, committed: true}}
budgets: {b: {limit: 0 MCNY, carry_over: 100 %}}
finance: {debt: {kind: loan, issue: 1, rate: 0 %, tenor: 9, ticket: [0 MCNY, 30 MCNY]}}
"""
    assert least_cost(text, tmp_path) == pytest.approx(30)
    refused(text.replace("100 %", "50 %"), tmp_path)
    assert least_cost(text.replace("100 %", "50 %").replace("30 MCNY]", "120 MCNY]"), tmp_path) == pytest.approx(30)


def test_proceeds_widen_a_window(tmp_path):
    """40 in any two years, 60 spent in years 2 and 3: 20 borrowed in year 1 are no help, in year 2 they are."""
    text = """
projects:
  p: {kind: programme, start: 2, capex: 30 MCNY, committed: true}
  q: {kind: programme, start: 3, capex: 30 MCNY, committed: true}
budgets: {b: {limit: 40 MCNY, window: 2}}
finance: {debt: {kind: loan, issue: 2, rate: 0 %, tenor: 9, ticket: [0 MCNY, 20 MCNY]}}
"""
    assert least_cost(text, tmp_path) == pytest.approx(60)
    refused(text.replace("issue: 2", "issue: 1"), tmp_path)
    refused(text.replace("20 MCNY]", "19.9 MCNY]"), tmp_path)


def test_old_debt_is_served(tmp_path):
    """100 issued in year 0 at 5 %, due in year 2: 5 + 105 are paid, whatever is decided; its proceeds are long gone."""
    text = (
        "finance: {debt: {kind: bond, issue: 3, rate: 5 %, tenor: 2, issued: {0: 100 MCNY}, ticket: [0 MCNY, 1 MCNY]}}"
    )
    result = solved(text + "\nprojects: {p: {kind: programme}}", tmp_path)
    assert result.plan.objective == pytest.approx(110)
    debt = result.accounts.debts["debt"]
    assert debt.outstanding.tolist() == pytest.approx([100, 0, 0])
    assert debt.repayment.tolist() == pytest.approx([0, 100, 0])


def test_a_deposit_earns_its_interest(tmp_path):
    """50 put away in year 1 at 4 % come back with 2 in year 2: a cash budget of 50, then 0, pays 52 in year 2."""
    text = """
projects: {p: {kind: programme, start: 2, capex: CAPEX MCNY, committed: true}}
budgets: {b: {covers: cash, limit: {1: 50 MCNY, 2: 0 MCNY}}}
finance: {spare: {kind: deposit, rate: 4 %}}
"""
    result = solved(text.replace("CAPEX", "52"), tmp_path)
    assert result.plan.objective == pytest.approx(50)
    assert result.accounts.debts["spare"].issued.tolist() == pytest.approx([50, 0, 0])
    refused(text.replace("CAPEX", "52.01"), tmp_path)


def test_a_grant_needs_no_service(tmp_path):
    """30 % of 100 are given: the cost is 70, and a budget of 70 is enough."""
    text = """
projects: {p: {kind: programme, start: 1, capex: 100 MCNY, committed: true}}
budgets: {b: {limit: 70 MCNY}}
finance: {gift: {kind: grant, share: 30 %, amount: 50 MCNY}}
"""
    assert least_cost(text, tmp_path) == pytest.approx(70)
    refused(text.replace("limit: 70", "limit: 69.9"), tmp_path)
    assert least_cost(text.replace("limit: 70", "limit: 90").replace("50 MCNY", "20 MCNY"), tmp_path) == pytest.approx(
        80
    )


FELT = """
entities: {group: {}, works: {parent: group}, yard: {parent: group}}
projects:
  p: {kind: programme, entity: works, start: 1, capex: 50 MCNY, committed: true, tags: green}
  q: {kind: programme, entity: yard, start: 1, capex: 30 MCNY, committed: true, tags: other}
budgets: {b: {FILTER limit: LIMIT MCNY}}
finance: {debt: {kind: loan, issue: 1, entity: WHO, rate: 0 %, tenor: 9, ticket: [20 MCNY, 20 MCNY] USE}}
"""


@pytest.mark.parametrize(
    ("filters", "who", "use", "limit"),
    [
        ("", "group", "", 60),
        ("", "works", "", 60),
        ("entity: group,", "yard", "", 60),
        ("entity: works,", "works", "", 30),
        ("entity: works,", "group", "", 50),
        ("entity: works,", "group", ", eligible: {entity: works}", 30),
        ("entity: works,", "group", ", eligible: {tags: green}", 30),
        ("entity: works,", "group", ", eligible: {}", 50),
        ("tags: green,", "group", "", 50),
        ("tags: green,", "group", ", eligible: {tags: green}", 30),
        ("tags: green,", "group", ", eligible: {projects: p}", 30),
        ("tags: green,", "group", ", eligible: {tags: [green, other]}", 50),
        ("projects: p,", "group", ", eligible: {projects: p}", 30),
        ("projects: p,", "group", ", eligible: {}", 50),
    ],
)
def test_which_budgets_the_proceeds_add_to(filters, who, use, limit, tmp_path):
    """20 borrowed: a budget gets them where it covers the borrower and is not narrowed, or all that they may pay for.

    The limits are just binding: 1 less, and there is no plan.
    """
    text = FELT.replace("FILTER", filters).replace("WHO", who).replace("USE", use)
    spent = 50 if filters not in ("", "entity: group,") else 80
    assert least_cost(text.replace("LIMIT", str(limit)), tmp_path) == pytest.approx(80)
    refused(text.replace("LIMIT", str(limit - 1)), tmp_path)
    assert limit in (spent, spent - 20)
