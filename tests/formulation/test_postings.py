"""Postings: money that is not a project's weighs on the budgets that cover it, and on the objective, once."""

import pytest

from tests.helpers import least_cost, refused

CREDITS = """
entities: {group: {}, yard: {parent: group}, quay: {parent: group}}
sources: {site: {entity: yard, scope: 1, baseline: 100 ktCO2e}}
projects: {p: {kind: upgrade, entity: yard, start: 1, capex: 20 MCNY, abates: {site: 60 ktCO2e}}}
targets: {net: {kind: neutrality, entity: yard, in: 2, credits: 40 %, credit_price: 100 CNY/tCO2e}}
budgets: {b: BUDGET}
"""


def test_credits_are_in_the_objective_once(tmp_path):
    """20 of capex and 40 kt x 100 CNY/t = 4 of credits."""
    assert least_cost(CREDITS.replace("BUDGET", "null"), tmp_path) == pytest.approx(24)


@pytest.mark.parametrize(
    ("budget", "refuses"),
    [
        ("{covers: cash, limit: {1: 20 MCNY, 2: 3.99 MCNY}}", True),
        ("{covers: cash, limit: {1: 20 MCNY, 2: 4 MCNY}}", False),
        ("{covers: cash, entity: yard, limit: {1: 20 MCNY, 2: 3.99 MCNY}}", True),
        ("{covers: cash, entity: quay, limit: 0 MCNY}", False),
        ("{covers: capex, limit: {1: 20 MCNY, 2: 0 MCNY}}", False),
        ("{covers: cash, projects: [p], limit: {1: 20 MCNY, 2: 0 MCNY}}", False),
    ],
)
def test_which_budgets_see_credits(budget, refuses, tmp_path):
    """4 of credits in year 2 weigh on cash budgets of the yard or above it, on no capex, and on no named projects."""
    if refuses:
        refused(CREDITS.replace("BUDGET", budget), tmp_path)
    else:
        assert least_cost(CREDITS.replace("BUDGET", budget), tmp_path) == pytest.approx(24)
