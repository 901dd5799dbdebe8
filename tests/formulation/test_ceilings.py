"""Ceilings: what is owed at the end of a year, by entity, as an amount or as a share of revenue."""

import pytest

from tests.helpers import least_cost, refused

TEXT = """
entities: {group: {revenue: 100 MCNY}, works: {parent: group, revenue: 40 MCNY}}
projects: {p: {kind: programme, start: 1, capex: 60 MCNY, lead_time: 3, committed: true}}
budgets: {b: {limit: 0 MCNY}}
finance:
  loan: {kind: loan, entity: works, rate: 0 %, tenor: 3, repayment: linear, ticket: [0 MCNY, 90 MCNY] OLD}
  roof: {kind: limit, CEILING}
"""


def text(ceiling: str, old: str = "") -> str:
    """20 a year are borrowed over three years at nothing, repaid in thirds: 20, 33.33 and 40 are owed."""
    return TEXT.replace("CEILING", ceiling).replace("OLD", old)


@pytest.mark.parametrize(
    ("binding", "broken"),
    [
        ("outstanding: 40 MCNY", "outstanding: 39.9 MCNY"),
        ("outstanding: {1: 20 MCNY, 2: 33.4 MCNY, 3: 40 MCNY}", "outstanding: {1: 20 MCNY, 2: 33.3 MCNY, 3: 46 MCNY}"),
        ("share: 40 %", "share: 39 %"),
        ("share: 40 %, of: revenue", "share: 39 %, of: revenue"),
        ("entity: works, share: 100 %", "entity: works, share: 99 %"),
        ("share: 80 %, of: turnover", "share: 79 %, of: turnover"),
        ("outstanding: 90 MCNY, share: 40 %", "outstanding: 90 MCNY, share: 39 %"),
        ("outstanding: 40 MCNY, instruments: loan", "outstanding: 39 MCNY, instruments: loan"),
    ],
)
def test_a_ceiling_just_binds(binding, broken, tmp_path):
    """40 are owed at the end of year 3: what was repaid until then is owed no more, what falls due later is.

    If repaid debt still counted, 60 would be needed; if only new issues did, 20 would do.
    """
    series = "\nseries: {turnover: 50 MCNY}"
    assert least_cost(text(binding) + series, tmp_path) == pytest.approx(60)
    conflict = refused(text(broken) + series, tmp_path)
    assert "roof" in {item.id for item in conflict.items}
    assert "the debt ceiling roof" in " ".join(conflict.sentences)


def test_a_ceiling_covers_what_is_below(tmp_path):
    """The works borrow: a ceiling of the group sees it, one of another division does not."""
    other = text("entity: yard, outstanding: 0 MCNY").replace("entities: {", "entities: {yard: {parent: group}, ")
    assert least_cost(other, tmp_path) == pytest.approx(60)
    refused(text("entity: group, outstanding: 0 MCNY"), tmp_path)


def test_debt_of_before_counts(tmp_path):
    """30 issued in year 0 leave 20, 10, 0 at the ends of the years: together 40, 43.3 and 40 are owed."""
    assert least_cost(text("outstanding: 43.4 MCNY", ", issued: {0: 30 MCNY}"), tmp_path) == pytest.approx(90)
    refused(text("outstanding: 43.3 MCNY", ", issued: {0: 30 MCNY}"), tmp_path)


def test_a_ceiling_below_committed_debt_is_named(tmp_path):
    """Proves that explain tells the commitment and the ceiling, and that old debt alone can be too much."""
    committed = text("outstanding: 19 MCNY").replace("[0 MCNY, 90 MCNY]", "[20 MCNY, 90 MCNY], committed: true")
    conflict = refused(committed.replace("limit: 0 MCNY", "limit: 99 MCNY"), tmp_path)
    assert [(item.kind, item.id) for item in conflict.items] == [("ceiling", "roof"), ("issue", "loan")]
    assert "the debt ceiling roof and the commitment to issue loan" in conflict.sentences[0]
    old = text("outstanding: 19 MCNY", ", issued: {0: 30 MCNY}").replace("limit: 0 MCNY", "limit: 99 MCNY")
    assert [item.id for item in refused(old, tmp_path).items] == ["roof"]


def test_real_debt_melts(tmp_path):
    """10 % inflation: 20 of a bullet loan owed are worth 18.18 a year later; three of them make 54.71, not 60."""
    melting = text("outstanding: 54.8 MCNY").replace("repayment: linear", "repayment: bullet, inflation: 10 %")
    least_cost(melting, tmp_path)
    refused(melting.replace("54.8", "54.7"), tmp_path)
