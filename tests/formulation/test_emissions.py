"""Emissions: gross emissions are what running measures leave, exactly, never below zero; removals go by age."""

import numpy as np
import pytest

from optimiser.formulation import build
from optimiser.formulation.emissions import gross_bounds
from tests.helpers import gross, instance_of, least_cost, refused, solved

FIVE = "horizon: {first: 1, last: 5}"


def forced(entry: str, head: str = FIVE) -> str:
    """One committed project over five years."""
    return f"{head}\nprojects: {{p: {{kind: upgrade, committed: true, {entry}}}}}\n"


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        ("start: 2, abates: {site: 10 ktCO2e}", [100, 90, 90, 90, 90]),
        ("start: 2, lead_time: 1, abates: {site: 10 ktCO2e}", [100, 100, 90, 90, 90]),
        ("start: 2, lead_time: 2, abates: {site: 10 ktCO2e}", [100, 100, 100, 90, 90]),
        ("start: 1, lead_time: 1, life: 2, abates: {site: 10 ktCO2e}", [100, 90, 90, 100, 100]),
        ("start: 1, lead_time: 1, life: 2, renew: true, abates: {site: 10 ktCO2e}", [100, 90, 90, 90, 90]),
        ("start: 1, abates: {site: 25 %}", [75, 75, 75, 75, 75]),
        ("start: 1, abates: {site: -5 %}", [105, 105, 105, 105, 105]),
        ("start: 1, abates: {site: {1: 10 ktCO2e, 5: 50 ktCO2e}}", [90, 80, 70, 60, 50]),
        ("start: 1, abates: {site: {3: 0 %, 5: 50 %}}", [100, 100, 100, 75, 50]),
        ("start: 1, ramp: [30 %, 60 %, 100 %], abates: {site: 10 ktCO2e}", [97, 94, 90, 90, 90]),
        ("start: 2, lead_time: 1, ramp: [0 %, 50 %], abates: {site: 20 %}", [100, 100, 100, 90, 90]),
        ("start: 1, life: 2, renew: true, ramp: [50 %, 70 %, 100 %], abates: {site: 10 ktCO2e}", [95, 93, 90, 90, 90]),
        ("start: 1, units: {max: 3, min: 3}, abates: {site: 10 ktCO2e}", [70, 70, 70, 70, 70]),
        ("start: 1, units: {max: 3, min: 3}, abates: {site: 10 %}", [70, 70, 70, 70, 70]),
        ("start: 1, size: {max: 3 MW, min: 3 MW}, abates: {site: 10 %/MW}", [70, 70, 70, 70, 70]),
        ("start: 1, size: {max: 3 MW, min: 3 MW}, abates: {site: 10 ktCO2e/MW}", [70, 70, 70, 70, 70]),
        ("start: 1, size: {max: 3 MW, min: 3 MW}, abates: {site: 10 tCO2e/kW}", [70, 70, 70, 70, 70]),
    ],
)
def test_what_one_project_leaves(entry, left, tmp_path):
    """Lead time, life, renewal, ramp (not repeated by a renewal), paths by calendar year, units and sizes."""
    assert gross(solved(forced(entry), tmp_path)) == pytest.approx(left)


def test_tonnes_fit_within_the_source(tmp_path):
    """Two measures of 60 kt on 100 kt cannot both run: a cut of 60 costs 10, a cut of 61 is out of reach.

    If the source could fall below zero, 61 would cost 20.
    """
    text = """
projects:
  a: {kind: upgrade, capex: 10 MCNY, abates: {site: 60 ktCO2e}}
  b: {kind: upgrade, capex: 10 MCNY, abates: {site: 60 ktCO2e}}
targets: {cap: {kind: reduction, by: 2, cut: 60 ktCO2e}}
"""
    assert least_cost(text, tmp_path) == pytest.approx(10)
    refused(text.replace("cut: 60", "cut: 61"), tmp_path)


def test_tonnes_fit_within_what_shares_leave(tmp_path):
    """Half is taken by a share; of the 50 kt left, 50 can go by tonnes and 51 cannot."""
    text = """
projects:
  a: {kind: upgrade, start: 1, committed: true, abates: {site: 50 %}}
  b: {kind: upgrade, start: 1, committed: true, abates: {site: 50 ktCO2e}}
"""
    assert gross(solved(text, tmp_path)) == [0, 0, 0]
    refused(text.replace("50 ktCO2e", "50.1 ktCO2e"), tmp_path)


def test_tonnes_fit_within_a_source_that_shrinks(tmp_path):
    """The source falls from 100 to 50 kt: 60 kt without end can never start, with a life of one year they can."""
    text = """
sources: {site: {scope: 1, baseline: {1: 100 ktCO2e, 3: 50 ktCO2e}}}
projects: {a: {kind: upgrade, start: 1, capex: 1 MCNY, abates: {site: 60 ktCO2e}}}
targets: {cap: {kind: reduction, in: 1, cut: 60 ktCO2e}}
"""
    refused(text, tmp_path)
    assert least_cost(text.replace("start: 1", "start: 1, life: 1"), tmp_path) == pytest.approx(1)


POWER = """
horizon: {first: 1, last: 3}
sources:
  power: {scope: 2, activity: 100 GWh, factor: {1: 0.6 tCO2e/MWh, 3: 0.4 tCO2e/MWh}, market_factor: 0.8 tCO2e/MWh}
"""


def test_activity_saved_follows_the_factor_of_each_ledger(tmp_path):
    """10 of 100 GWh: 0.6 falling to 0.4 by location, 0.8 by market; each ledger's promise sees its own 6 or 8 kt."""
    text = POWER + "projects: {p: {kind: upgrade, committed: true, start: 1, abates: {power: 10 GWh}}}\n"
    result = solved(text, tmp_path)
    assert gross(result, "power") == pytest.approx([54, 45, 36])
    assert gross(result, "power", "market") == pytest.approx([72, 72, 72])
    for basis, most in (("location", 6), ("market", 8)):
        promise = f"targets: {{cap: {{kind: reduction, basis: {basis}, in: 1, cut: CUT ktCO2e}}}}"
        solved(text + promise.replace("CUT", str(most)), tmp_path)
        refused(text + promise.replace("CUT", str(most + 0.1)), tmp_path)


def test_tonnes_are_the_same_in_both_ledgers(tmp_path):
    result = solved(
        POWER + "projects: {p: {kind: upgrade, committed: true, start: 1, abates: {power: 10 ktCO2e}}}", tmp_path
    )
    assert gross(result, "power") == pytest.approx([50, 40, 30])
    assert gross(result, "power", "market") == pytest.approx([70, 70, 70])


def test_market_measures_leave_the_location_ledger_alone(tmp_path):
    """A purchase agreement takes half of the market ledger: a cut by location is not to be had from it.

    If certificates counted by location, the first question would have an answer.
    """
    text = (
        POWER
        + """
projects: {ppa: {kind: programme, start: 1, opex: 1 MCNY, abates_market: {power: 50 %}}}
targets: {cap: {kind: reduction, basis: BASIS, in: 1, cut: 50 %}}
"""
    )
    refused(text.replace("BASIS", "location"), tmp_path)
    result = solved(text.replace("BASIS", "market"), tmp_path)
    assert gross(result, "power") == pytest.approx([60, 50, 40])
    assert gross(result, "power", "market") == pytest.approx([40, 40, 40])
    for amount in ("50 GWh", "40 ktCO2e"):
        other = text.replace("50 %", amount, 1)
        refused(other.replace("BASIS", "location"), tmp_path)
        assert gross(solved(other.replace("BASIS", "market"), tmp_path), "power", "market") == pytest.approx([40] * 3)


def test_more_electric_means_more_power(tmp_path):
    """An electric furnace takes half off the site and adds 50 GWh to the power: 50 kt less, 30 kt more.

    Both scopes together fall by 20 kt from 160; 21 are out of reach.
    """
    text = (
        POWER.replace("sources:", "sources:\n  site: {scope: 1, baseline: 100 ktCO2e}")
        + """
projects: {furnace: {kind: upgrade, start: 1, capex: 9 MCNY, abates: {site: 50 %, power: -50 GWh}}}
targets: {cap: {kind: reduction, in: 1, cut: 20 ktCO2e}}
"""
    )
    result = solved(text, tmp_path)
    assert (gross(result)[0], gross(result, "power")[0]) == pytest.approx((50, 90))
    refused(text.replace("cut: 20", "cut: 20.1"), tmp_path)


def test_emissions_are_an_equality(tmp_path):
    """A plan may not claim to emit more than it does: year 1 emits 100 whatever is wished, and 105 after it are a rise.

    With `gross >= ...` the model could say 105 in year 1 and save the 7 MCNY.
    """
    text = """
sources: {site: {scope: 1, baseline: {1: 100 ktCO2e, 2: 105 ktCO2e}}}
projects: {p: {kind: upgrade, start: [2, 3], capex: 7 MCNY, abates: {site: 5 ktCO2e}}}
targets: {peak: {kind: peak, by: 1}}
"""
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(7)
    assert result.plan.claims.gross["peak"] == pytest.approx([100, 100, 100])


@pytest.mark.parametrize(("added", "most"), [("-20 ktCO2e", 120), ("-20 %", 120), ("-5 %", 105)])
def test_bounds_hold_whatever_runs(added, most, tmp_path):
    """Half by a share, 30 kt by tonnes, and a heater that adds: from 20 kt to what it adds, from year 2 on."""
    instance = instance_of(
        """
projects:
  a: {kind: upgrade, start: 2, abates: {site: 50 %}}
  b: {kind: upgrade, start: 2, units: {max: 3}, abates: {site: 10 ktCO2e}}
  c: {kind: upgrade, start: 2, abates: {site: ADDED}}
""".replace("ADDED", added),
        tmp_path,
    )
    low, high = gross_bounds(instance, [0], "location")
    assert np.allclose(low, [100, 20, 20])
    assert np.allclose(high, [100, most, most])


SINK = """
horizon: {first: 1, last: 5}
sources: {site: {scope: 1, baseline: 4 ktCO2e}}
projects: {wood: {kind: sink, committed: true, ENTRY}}
"""


@pytest.mark.parametrize(
    ("entry", "removed"),
    [
        ("start: 1, removal: 2 ktCO2e", [2, 2, 2, 2, 2]),
        ("start: 2, removal: {0: 0 ktCO2e, 2: 4 ktCO2e}", [0, 0, 2, 4, 4]),
        ("start: 1, lead_time: 1, removal: {0: 1 ktCO2e, 3: 4 ktCO2e}", [0, 1, 2, 3, 4]),
        ("start: 1, removal: {0: 0 ktCO2e, 2: 4 ktCO2e}, buffer: 25 %", [0, 1.5, 3, 3, 3]),
        ("start: 1, life: 2, removal: {0: 1 ktCO2e, 1: 2 ktCO2e}", [1, 2, 0, 0, 0]),
        ("start: 1, life: 2, renew: true, removal: {0: 1 ktCO2e, 1: 2 ktCO2e}", [1, 2, 1, 2, 1]),
        ("start: 1, ramp: [50 %, 100 %], removal: 2 ktCO2e", [1, 2, 2, 2, 2]),
        ("start: 1, size: {max: 1000 ha, min: 1000 ha}, removal: 2 tCO2e/ha", [2, 2, 2, 2, 2]),
        ("start: 1, size: {max: 10 km2, min: 10 km2}, removal: 2 tCO2e/ha", [2, 2, 2, 2, 2]),
        ("start: 1, units: {max: 2, min: 2}, removal: 1 ktCO2e", [2, 2, 2, 2, 2]),
    ],
)
def test_what_a_sink_removes_by_age(entry, removed, tmp_path):
    """By year of operation (0 is the first), linear between, flat after, afresh in every cycle, less the buffer."""
    result = solved(SINK.replace("ENTRY", entry), tmp_path)
    assert result.accounts.removed["wood"] == pytest.approx(removed)


def test_removals_are_never_taken_off_gross_emissions(tmp_path):
    """A sink of 2 kt leaves the 4 kt of the site as they are: a reduction is not to be had from it."""
    text = SINK.replace("ENTRY", "start: 1, removal: 2 ktCO2e")
    assert gross(solved(text, tmp_path)) == [4] * 5
    refused(text + "targets: {cap: {kind: reduction, by: 2, cut: 1 ktCO2e}}", tmp_path)


def test_targets_with_the_same_sinks_share_their_total(tmp_path):
    """Three targets look at one sum of removals by year: with a copy for each, five budgets of a group of 2,000
    projects were two fifths of what its relaxation is made of. Each still has its own figure, and it is the audit's."""
    budget = "kind: carbon_budget, scopes: [1], net: true, at_most: 18 ktCO2e"
    targets = f"\ntargets:\n  early: {{{budget}, years: [1, 5]}}\n  late: {{{budget}, years: [2, 5]}}\n"
    targets += "  neutral: {kind: neutrality, scopes: [1], by: 5, credits: 100 %, credit_price: 1 CNY/tCO2e}\n"
    text = SINK.replace("ENTRY", "start: 1, removal: 2 ktCO2e") + targets
    assert len(build(instance_of(text, tmp_path)).removed) == 5
    claimed = solved(text, tmp_path).plan.claims.removed
    assert {name: values.tolist() for name, values in claimed.items()} == {
        "early": [2] * 5,
        "late": [2] * 5,
        "neutral": [2] * 5,
    }


@pytest.mark.parametrize("buffer", ["0 %", "10 %", "100 %"])
def test_what_is_given_back_is_booked_in_full(buffer, tmp_path):
    """A wood removes 10 kt and gives 5 back a year later: the 100 kt of year 2 are 105 net, with any buffer.

    If a buffer of 10 % made the loss 4.5 kt, a budget of 104.7 kt could be kept.
    """
    text = f"""
projects: {{wood: {{kind: sink, start: 1, committed: true, buffer: {buffer},
  removal: {{0: 10 ktCO2e, 1: -5 ktCO2e, 2: 0 ktCO2e}}}}}}
targets: {{two: {{kind: carbon_budget, years: [2, 2], at_most: LIMIT ktCO2e, net: true}}}}
"""
    result = solved(text.replace("LIMIT", "105"), tmp_path)
    held_back = float(buffer.split()[0]) / 100
    assert result.accounts.removed["wood"].tolist() == pytest.approx([10 * (1 - held_back), -5, 0])
    refused(text.replace("LIMIT", "104.7"), tmp_path)
