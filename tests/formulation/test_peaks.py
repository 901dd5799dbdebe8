"""Peaks: three shapes of 'no more rising', with tolerance, cap and end, none of which can be gamed by claims."""

import pytest

from tests.helpers import least_cost, refused, row, solved, starts


def peak(target: str, baseline: str, cut: float = 10, more: str = "", p: str = "") -> str:
    """Four years; a measure of `cut` kt costs 7 MCNY."""
    return f"""
horizon: {{first: 1, last: 4}}
sources: {{site: {{scope: 1, baseline: {baseline}}}}}
projects:
  p: {{kind: upgrade, capex: 7 MCNY, abates: {{site: {cut} ktCO2e}}{p}}}
{more}
targets: {{top: {{kind: peak, {target}}}}}
"""


LATE = "{2: 100 ktCO2e, 3: 110 ktCO2e, 4: 110 ktCO2e}"
EARLY = "{1: 120 ktCO2e, 2: 100 ktCO2e, 3: 110 ktCO2e}"
SLOW = "{1: 100 ktCO2e, 2: 102 ktCO2e, 4: 105 ktCO2e}"


def test_highest_binding_and_infeasible(tmp_path):
    """100 until year 2, 110 after: ten kt must go in year 3, for 7; with only nine there is no plan.

    If the peak looked at no year after `by` the answer would be 0, not 7.
    """
    result = solved(peak("by: 2", LATE), tmp_path)
    assert (result.plan.objective, starts(result)) == (pytest.approx(7), {("p", 3): 1})
    refused(peak("by: 2", LATE, cut=9), tmp_path)


def test_highest_is_the_highest_of_all_years_up_to_the_deadline(tmp_path):
    """120 in year 1 is the height that counts: later years of 110 cost nothing. `no_rise` asks for 7 all the same."""
    assert least_cost(peak("by: 2", EARLY), tmp_path) == 0
    assert least_cost(peak("by: 2, shape: no_rise", EARLY), tmp_path) == pytest.approx(7)
    refused(peak("by: 2, shape: no_rise", EARLY, cut=9), tmp_path)


def test_a_rise_after_a_fall_below_the_highest_is_allowed(tmp_path):
    """100, 100, 80, 95: below the highest, so `highest` is content, but not `no_rise`."""
    dip = "{2: 100 ktCO2e, 3: 80 ktCO2e, 4: 95 ktCO2e}"
    assert least_cost(peak("by: 2", dip), tmp_path) == 0
    assert least_cost(peak("by: 2, shape: no_rise", dip, cut=15), tmp_path) == pytest.approx(7)


@pytest.mark.parametrize(("tolerance", "cost"), [("10 %", 0), ("9.9 %", 7), ("0 %", 7)])
def test_tolerance_of_the_highest(tolerance, cost, tmp_path):
    """110 after 100 is a tenth more: allowed at 10 %, not at 9.9 %."""
    assert least_cost(peak(f"by: 2, tolerance: {tolerance}", LATE), tmp_path) == pytest.approx(cost)


@pytest.mark.parametrize(("tolerance", "cost"), [("2 %", 0), ("1.9 %", 7)])
def test_tolerance_of_no_rise_is_by_year(tolerance, cost, tmp_path):
    """100, 102, 103.5, 105: no year rises by more than 2 % on the one before, though all by 5 % in the end.

    If it compared with the deadline's year, 2 % would not be enough. At 1.9 % year 2 rises too much.
    """
    text = peak(f"by: 1, shape: no_rise, tolerance: {tolerance}", SLOW, cut=10, p=", start: 2")
    assert least_cost(text, tmp_path) == pytest.approx(cost)


@pytest.mark.parametrize("shape", ["highest", "no_rise"])
@pytest.mark.parametrize(("until", "cost"), [(2, 0), (3, 0), (4, 7)])
def test_until_ends_the_promise(shape, until, cost, tmp_path):
    """100, 100, 100, 110: only the last year rises, and it is looked at only where `until` reaches it."""
    last = "{3: 100 ktCO2e, 4: 110 ktCO2e}"
    assert least_cost(peak(f"by: 2, shape: {shape}, until: {until}", last), tmp_path) == pytest.approx(cost)


def test_a_peak_at_the_end_of_the_horizon_asks_nothing(tmp_path):
    for shape in ("highest", "no_rise", "window, years: 2"):
        assert least_cost(peak(f"by: 4, shape: {shape}", LATE), tmp_path) == 0


def test_what_is_cut_before_the_deadline_lowers_the_peak(tmp_path):
    """A measure of 5 kt in the deadline's year alone makes 95 kt the peak: later years are 5 over.

    Proves that abatement counts in the years before as well; if the peak were taken from the baseline, it would cost 0.
    """
    early = "  early: {kind: upgrade, start: 1, life: 1, committed: true, abates: {site: 5 ktCO2e}}"
    text = peak("by: 1", "100 ktCO2e", more=early, p=", start: [2, 4]")
    assert least_cost(text, tmp_path) == pytest.approx(7)
    assert least_cost(text.replace("by: 1", "by: 2"), tmp_path) == 0
    refused(text.replace("10 ktCO2e}", "4 ktCO2e}"), tmp_path)


BONFIRE = "  bonfire: {kind: upgrade, start: 1, life: 1, capex: 1 MCNY, abates: {site: -20 ktCO2e}}"


@pytest.mark.parametrize(
    ("cap", "cost"),
    [("", 1), (", at_most: 100 %", 7), (", at_most: 100 ktCO2e", 7), (", at_most: 120 %", 1), (", at_most: 119 %", 7)],
)
def test_at_most_guards_against_climbing_first(cap, cost, tmp_path):
    """Burning 20 kt in year 1 for 1 MCNY would raise the peak to 120 and spare 7. `at_most` forbids it in every year.

    The share is one of the base year (100 kt).
    """
    for bonfire in (BONFIRE, BONFIRE.replace("-20 ktCO2e", "-20 %")):
        assert least_cost(peak(f"by: 2{cap}", LATE, more=bonfire), tmp_path) == pytest.approx(cost)


def test_at_most_holds_before_and_after_the_deadline(tmp_path):
    """A cap of 95 kt binds from year 1 on, before the deadline too, where the peak itself asks for nothing."""
    text = peak("by: 2, at_most: 95 ktCO2e", "100 ktCO2e")
    assert starts(solved(text, tmp_path)) == {("p", 1): 1}
    refused(text.replace("95", "89"), tmp_path)
    refused(peak("by: 2, at_most: 95 ktCO2e", "100 ktCO2e", p=", start: [2, 4]"), tmp_path)


def test_at_most_ends_with_until(tmp_path):
    """100, 100, 100, 200 and a cap of 110 until year 3: year 4 is nobody's business."""
    text = peak("by: 2, until: 3, at_most: 110 ktCO2e", "{3: 100 ktCO2e, 4: 200 ktCO2e}")
    assert least_cost(text, tmp_path) == 0


def test_emissions_may_not_be_claimed_higher_than_they_are(tmp_path):
    """A measure of 5 kt that must run from year 1 leaves 95, 95, then 105, 105: ten more must go, for 7.

    If early emissions could be claimed at 105, the answer would be 0, not 7. The claims are the equality.
    """
    forced = "  forced: {kind: upgrade, start: 1, committed: true, abates: {site: 5 ktCO2e}}"
    result = solved(peak("by: 2", LATE, more=forced, p=", start: [3, 4]"), tmp_path)
    assert result.plan.objective == pytest.approx(7)
    assert result.plan.claims.gross["top"] == pytest.approx([95, 95, 95, 95])


WINDOW = "{1: 90 ktCO2e, 2: 110 ktCO2e, 3: 90 ktCO2e, 4: 120 ktCO2e}"


def test_windows_compare_means(tmp_path):
    """Means of 100 before and 105 after, two years each: ten kt in year 4 alone bring it to 100, nine do not.

    `highest` and `no_rise` would look at the 120 of year 4 and ask for more than there is.
    """
    text = peak("by: 2, shape: window, years: 2", WINDOW, p=", start: 4")
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(7)
    found = row(result, "top", 4)
    assert (found.required, found.achieved) == pytest.approx((100, 100))
    refused(text.replace("abates: {site: 10", "abates: {site: 9"), tmp_path)


def test_tolerance_of_windows(tmp_path):
    """105 against 100: allowed at 5 %, not at 4.9 %."""
    text = peak("by: 2, shape: window, years: 2, tolerance: 5 %", WINDOW, p=", start: 4")
    assert least_cost(text, tmp_path) == 0
    assert least_cost(text.replace("5 %", "4.9 %"), tmp_path) == pytest.approx(7)


def test_windows_reach_as_far_as_the_horizon(tmp_path):
    """By year 1 with three years: year 1 alone (90) against years 2 to 4 (mean 106.67); by year 3: 2 and 3 against 4.

    Mean of 110 and 90 is 100, year 4 has 120: 20 kt must go. And no further than the width: by year 1 with two years
    it is 90 against years 2 and 3 (mean 100), and ten kt are enough.
    """
    assert least_cost(peak("by: 1, shape: window, years: 2", WINDOW, cut=10, p=", start: [2, 4]"), tmp_path) == 7
    refused(peak("by: 1, shape: window, years: 2", WINDOW, cut=9.9, p=", start: [2, 4]"), tmp_path)
    refused(peak("by: 1, shape: window, years: 3", WINDOW, cut=16.6, p=", start: [2, 4]"), tmp_path)
    assert least_cost(peak("by: 1, shape: window, years: 3", WINDOW, cut=16.7, p=", start: [2, 4]"), tmp_path) == 7
    assert least_cost(peak("by: 3, shape: window, years: 2", WINDOW, cut=20, p=", start: 4"), tmp_path) == 7
    refused(peak("by: 3, shape: window, years: 2", WINDOW, cut=19.9, p=", start: 4"), tmp_path)


def test_each_division_peaks_for_itself(tmp_path):
    """The group's total never rises, but the yard's does: a peak of the yard costs 7, one of the group nothing."""
    text = """
entities: {group: {}, yard: {parent: group}, road: {parent: group}}
sources:
  cranes: {entity: yard, scope: 1, baseline: {2: 100 ktCO2e, 3: 110 ktCO2e}}
  lorries: {entity: road, scope: 1, baseline: {2: 100 ktCO2e, 3: 80 ktCO2e}}
projects: {p: {kind: upgrade, entity: yard, capex: 7 MCNY, abates: {cranes: 10 ktCO2e}}}
targets: {top: {kind: peak, entity: ENTITY, by: 2}}
"""
    assert least_cost(text.replace("ENTITY", "group"), tmp_path) == 0
    assert least_cost(text.replace("ENTITY", "yard"), tmp_path) == pytest.approx(7)
