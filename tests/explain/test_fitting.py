"""Commitments that are larger than their source: both are named, with the numbers and the year."""

import pytest

from optimiser.explain.showing import conflict_document
from tests.explain.test_remedies import offered
from tests.helpers import refused

PLANT = """
horizon: {first: 2026, last: 2030}
sources: {yard: {scope: 2, activity: {2026: 50 GWh, 2030: 30 GWh}, factor: 0.5 tCO2e/MWh}}
projects:
  pv: {kind: facility, committed: true, start: [2026, 2028], size: {min: LEAST MW, max: 90 MW}, yield: 1100 MWh/MW,
       supplies: yard}
"""


@pytest.mark.parametrize(("least", "made"), [(40, "44"), (60, "66")])
def test_a_facility_that_makes_more_than_its_source_needs(least, made, tmp_path):
    """1.1 GWh per MW where 30 GWh are needed in the last year: too large from then on (44) or from the beginning (66);
    27.27 MW are the most that fit, rounded down."""
    text = PLANT.replace("LEAST", str(least))
    conflict = refused(text, tmp_path)
    words = f"pv is too large for the source yard: it needs 30 GWh in 2030, and pv supplies {made} GWh."
    assert words in conflict.sentences
    (misfit,) = conflict_document(conflict)["too_large"]
    assert misfit["taken"] == pytest.approx(float(made))
    assert misfit["there"] == pytest.approx(30)
    found = offered(text, tmp_path)
    assert found[f"pv with at least 27.27 MW instead of {least} MW"] == {
        "projects": {"pv": {"size": {"min": "27.27 MW"}}}
    }
    assert "no commitment to pv" in found


def test_a_cut_of_more_than_there_is(tmp_path):
    """30 GWh at 0.5 are 15 kt in 2030; 30 kt cannot be cut from it."""
    text = PLANT.split("  pv:")[0] + "  pv: {kind: upgrade, committed: true, abates: {yard: 30 ktCO2e}}\n"
    words = "pv is too large for the source yard: it emits 15 ktCO2e in 2030, and pv abates 30 ktCO2e."
    assert words in refused(text, tmp_path).sentences


def test_two_that_fit_alone(tmp_path):
    """20 MW each would fit, 44 GWh together do not; a second source with room for its own is not named."""
    text = PLANT.replace("LEAST", "20").replace(
        "projects:", "  dock: {scope: 2, activity: 99 GWh, factor: 0.5 tCO2e/MWh}\nprojects:"
    )
    text = text.replace("sources: {yard: {", "sources:\n  yard: {").replace("MWh}}\n", "MWh}\n", 1)
    more = text.split("  pv: ")[1]
    text += "  pv2: " + more + "  own: " + more.replace("yard", "dock")
    conflict = refused(text, tmp_path)
    assert {i.id for i in conflict.items} == {"pv", "pv2"}
    words = "pv, pv2 are too large for the source yard: it needs 30 GWh in 2030, and pv, pv2 supply 44 GWh."
    assert words in conflict.sentences
    assert len(conflict.unfit) == 1


def test_no_source_is_blamed_for_a_lack_of_money(tmp_path):
    """20 MW fit, and cost more than there is: the source has no part in it."""
    text = (
        PLANT.replace("LEAST", "20").replace("yield", "capex: 1 MCNY/MW, yield")
        + "budgets: {b: {limit: 5 MCNY, window: 5}}\n"
    )
    conflict = refused(text, tmp_path)
    assert conflict.unfit == ()
    assert {i.id for i in conflict.items} == {"pv", "b"}
