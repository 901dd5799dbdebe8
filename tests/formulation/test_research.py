"""Research that lowers the capex of other projects, for starts from the year in which it operates."""

import pytest

from tests.helpers import least_cost, refused, solved, starts


def learn(research: str = "", project: str = "", more: str = "", head: str = "") -> str:
    """A project of 100 MCNY needed by year 3, and research for 10 MCNY that makes it 20 % cheaper."""
    return f"""{head}
projects:
  study: {{kind: research, capex: 10 MCNY, lowers_capex: {{plant: 20 %}}{research}}}
  plant: {{kind: upgrade, capex: 100 MCNY, abates: {{site: 10 ktCO2e}}{project}}}
{more}
targets: {{cap: {{kind: reduction, by: 3, cut: 10 ktCO2e}}}}
"""


def test_research_pays_where_it_saves_more_than_it_costs(tmp_path):
    """10 + 80 = 90 against 100; at 5 % it would be 10 + 95, and the project is bought at its price."""
    assert least_cost(learn(), tmp_path) == pytest.approx(90)
    assert least_cost(learn().replace("20 %", "5 %"), tmp_path) == pytest.approx(100)


@pytest.mark.parametrize(("lead", "cost"), [(0, 90), (1, 90), (2, 90), (3, 100)])
def test_it_must_operate_when_the_project_starts(lead, cost, tmp_path):
    """Started in year 1 with a lead time of 2 it operates in year 3, in time; with 3 years it is too late."""
    assert least_cost(learn(f", lead_time: {lead}"), tmp_path) == pytest.approx(cost)


def test_earlier_starts_pay_the_full_price(tmp_path):
    """Wanted by year 2, research operates from year 3: 100. Proves that the saving does not reach back."""
    text = learn(", start: 2, lead_time: 1").replace("by: 3", "by: 2")
    assert least_cost(text, tmp_path) == pytest.approx(100)


def test_two_studies_multiply(tmp_path):
    """20 % and 30 %: 0.8 x 0.7 = 56, and 10 + 5 for the studies: 71. If shares were added: 50 + 15 = 65."""
    second = "  trial: {kind: programme, capex: 5 MCNY, lowers_capex: {plant: 30 %}}"
    result = solved(learn(more=second), tmp_path)
    assert result.plan.objective == pytest.approx(71)
    assert result.accounts.money["capex"]["plant"].sum() == pytest.approx(56)


def test_one_of_two_studies(tmp_path):
    """A second study of 30 % for 21: both are 10 + 21 + 56 = 87, the first alone 90, the second alone 91.

    For 30 both are 96 and the first alone is the least, 90.
    """
    second = "  trial: {kind: research, capex: 21 MCNY, lowers_capex: {plant: 30 %}}"
    assert least_cost(learn(more=second), tmp_path) == pytest.approx(87)
    assert least_cost(learn(more=second.replace("21", "30")), tmp_path) == pytest.approx(90)


def test_the_lower_price_holds_for_all_cycles(tmp_path):
    """Started in year 1 and renewed in years 2 and 3, with the study ending after a year: 10 + 3 x 80 = 250.

    If renewals paid the full price, or the saving ended with the study's life: 10 + 80 + 200 = 290.
    """
    text = learn(", life: 1", ", start: 1, life: 1, renew: true")
    assert least_cost(text, tmp_path) == pytest.approx(250)


def test_a_start_before_the_research_renews_at_the_full_price(tmp_path):
    """Started in year 1, before the study operates in year 2: all of its cycles cost 100, and the study is left."""
    text = learn(", start: 1, lead_time: 1", ", start: 1, life: 1, renew: true")
    assert least_cost(text, tmp_path) == pytest.approx(300)


def test_the_saving_stays_when_the_research_ends(tmp_path):
    """The study operates in year 1 alone, the project starts in year 3 for 80 all the same."""
    assert least_cost(learn(", start: 1, life: 1", ", start: 3"), tmp_path) == pytest.approx(90)


def test_the_saving_goes_by_profile_and_trend(tmp_path):
    """Capex of 60 and 40 from year 2, less 20 %: 48 and 32; at -50 % a year from year 1, half of that."""
    text = learn(project=", start: 2").replace("capex: 100 MCNY", "capex: [60 MCNY, 40 MCNY]")
    result = solved(text, tmp_path)
    assert result.accounts.money["capex"]["plant"] == pytest.approx([0, 48, 32])
    result = solved(text.replace("start: 2", "start: 2, cost_trend: -50 %").replace("10 MCNY", "1 MCNY"), tmp_path)
    assert result.accounts.money["capex"]["plant"] == pytest.approx([0, 24, 16])


def test_salvage_is_of_the_lower_price(tmp_path):
    """Life 3 from year 3: two thirds are left, of 80 and not of 100: 1 + 80 - 53.33."""
    text = learn(project=", start: 3, life: 3", head="salvage: linear").replace("10 MCNY", "1 MCNY")
    assert least_cost(text, tmp_path) == pytest.approx(1 + 80 / 3)


def test_units_before_and_after(tmp_path):
    """One unit by year 1 at 100, a second by year 3 at 80 after a study that operates from year 2: 10 + 180."""
    text = learn(", lead_time: 1", ", units: {max: 2}")
    text = text.replace("targets: {", "targets: {first: {kind: reduction, by: 1, cut: 10 ktCO2e}, ").replace(
        "by: 3, cut: 10", "by: 3, cut: 20"
    )
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(190)
    assert starts(result)["plant", 1] == 1


def test_one_unit_of_research_is_enough(tmp_path):
    """Studies in units: the second unit makes nothing cheaper. 10 + 80, and not 20 + 64."""
    text = learn(", units: {max: 3}")
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(90)
    assert result.plan.decisions.starts[0].amount == 1


def test_a_size_is_cheaper_too(tmp_path):
    """10 MW at 10 MCNY/MW: 10 + 80; half of it (5 MW) is 50 either way: 10 + 40."""
    text = (
        learn(project=", size: {max: 10 MW}").replace("100 MCNY", "10 MCNY/MW").replace("10 ktCO2e}", "1 ktCO2e/MW}", 1)
    )
    assert least_cost(text, tmp_path) == pytest.approx(90)
    assert least_cost(text.replace("cut: 10", "cut: 5"), tmp_path) == pytest.approx(50)


def test_the_lower_price_is_a_fact_not_a_choice(tmp_path):
    """A committed study lowers what a budget sees: a limit of 80 holds in year 3, and capex in the accounts is 80."""
    text = learn(", committed: true") + "budgets: {b: {projects: plant, limit: 80 MCNY}}\n"
    result = solved(text, tmp_path)
    assert result.accounts.budgets["b"]["spend"].max() == pytest.approx(80)
    refused(text.replace("20 %", "19 %"), tmp_path)


def test_an_income_falls_too(tmp_path):
    """Capex below zero (a grant of 100) falls by 20 % where a committed study operates: -80 and not -100.

    Proves that the model may not choose the full price where that is better.
    """
    text = learn(", start: 1, committed: true", ", start: 3").replace("100 MCNY", "-100 MCNY")
    assert least_cost(text, tmp_path) == pytest.approx(10 - 80)
    several = text.replace("start: 1, committed", "start: 1, units: {max: 3}, committed")
    assert least_cost(several, tmp_path) == pytest.approx(10 - 80)
