"""Wedges add up, for every source and year, and are shared by the rule that the page states."""

from itertools import permutations
from random import Random

import numpy as np
import pytest

from optimiser.report.page.wedges import shapley, wedges
from optimiser.workflow import solve
from tests.helpers import solved, write_tree
from tests.reference_fleets.drawing import draw


def by_source(result) -> dict:
    found: dict = {}
    for w in wedges(result):
        key = result.instance.sources[w.source].id, w.ledger
        found[key] = found.get(key, 0.0) + w.values
    return found


def assert_adds_up(result) -> None:
    total = by_source(result)
    for source in result.instance.sources:
        for ledger in ("location", "market") if source.has_market else ("location",):
            way = result.accounts.baseline[source.id, ledger] - result.accounts.gross[source.id, ledger]
            assert total.get((source.id, ledger), 0.0 * way) == pytest.approx(way, abs=1e-7)


@pytest.mark.parametrize("which", ["world", "rich"])
def test_wedges_add_up_to_baseline_less_gross(which, request):
    """Proves it with overlaps, ramps, quantities, supplied power, a measure that adds, both bases and a fleet."""
    assert_adds_up(request.getfixturevalue(which))


@pytest.mark.parametrize("seed", range(12))
def test_wedges_of_random_fleets_add_up(seed, tmp_path):
    """Retrofits, blends, new-builds, retirement and growth: what no change explains stays with renewal or the rest."""
    answer = solve(write_tree(draw(seed), tmp_path), {"gap": 0.0, "threads": 1})
    if answer.result is not None:
        assert_adds_up(answer.result)


def test_some_random_fleet_has_a_plan(tmp_path):
    """Guards the test above against twelve fleets without a plan."""
    plans = [solve(write_tree(draw(s), tmp_path), {"gap": 0.0, "threads": 1}).result for s in range(12)]
    assert (
        sum(p is not None and any(p.accounts.fleets[f.id].begun.any() for f in p.instance.fleets) for p in plans) >= 4
    )


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_shapley_is_the_mean_over_all_orders(n):
    """Against the definition: every order of n measures put in one after another."""
    shares = np.array([[Random(n * 10 + i).uniform(-0.2, 1.0)] for i in range(n)])
    expected = np.zeros((n, 1))
    orders = list(permutations(range(n)))
    for order in orders:
        left = 1.0
        for i in order:
            expected[i, 0] += left * shares[i, 0] / len(orders)
            left *= 1 - shares[i, 0]
    assert shapley(shares) == pytest.approx(expected, abs=1e-12)


def test_a_measure_that_takes_all_shares_with_the_others():
    """100 % and 50 %: (1 + 0.5) / 2 = 0.75 and (0.5 + 0) / 2 = 0.25, not a division by nothing."""
    assert shapley(np.array([[1.0], [0.5]])).ravel() == pytest.approx([0.75, 0.25])


def test_two_measures_by_hand(tmp_path):
    """60 % and 50 % of 100 kt leave 20; orders give (60, 20) and (30, 50), so 45 and 35. Sums would say 110."""
    text = """
projects:
  a: {kind: upgrade, committed: true, start: 1, capex: 1 MCNY, abates: {site: 60 %}}
  b: {kind: upgrade, committed: true, start: 1, capex: 1 MCNY, abates: {site: 50 %}}
"""
    found = {w.lever.id: w.values[0] for w in wedges(solved(text, tmp_path))}
    assert found == pytest.approx({"a": 45.0, "b": 35.0})


def test_a_fleet_by_hand(tmp_path):
    """Two ships of 10 kt; one becomes one of 4 kt and is a year in the yard, emitting nothing: 0, then 10, then 6."""
    text = """
horizon: {first: 1, last: 4}
fleets:
  ships:
    states: {old: {count: 2, emissions: 10 ktCO2e}, new-engine: {emissions: 4 ktCO2e}}
    changes: [{from: old, to: new-engine, capex: 5 MCNY, lead_time: 1, from_year: 2, until_year: 2, max: 1}]
targets: {less: {kind: reduction, by: 3, sources: ships, cut: 30 %}}
"""
    result = solved(text, tmp_path)
    found = {w.lever.label: w.values.tolist() for w in wedges(result)}
    assert found == {"ships: old to new-engine": pytest.approx([0, 10, 6, 6])}


def test_new_assets_are_given_what_renewal_brings(tmp_path):
    """Two ships of 10 kt end in year 2 and two of 3 kt take their place: baseline 20, gross 6, all of it new-build."""
    text = """
fleets:
  ships:
    states: {old: {count: 2, emissions: 10 ktCO2e}, clean: {emissions: 3 ktCO2e}}
    changes: [{from: new, to: clean, capex: 5 MCNY}]
    retire: {old: {2: 2}}
"""
    result = solved(text, tmp_path)
    found = {(w.lever.kind, w.lever.label): w.values.tolist() for w in wedges(result)}
    assert list(found) == [("fleet", "ships: new to clean")]
    assert found["fleet", "ships: new to clean"][1:] == pytest.approx([14, 14])


def test_a_new_asset_that_replaces_its_like_is_given_nothing(tmp_path):
    """Three ships of 10 kt; in year 2 all end, two are built alike and one of 4 kt: 6 a year, all of the clean one's.

    The old state is built again in year 4 (life 2): counted by all ever built, the likes would be given some."""
    text = """
horizon: {first: 1, last: 5}
fleets:
  ships:
    states: {old: {count: 3, emissions: 10 ktCO2e}, clean: {emissions: 4 ktCO2e}}
    changes:
      - {from: new, to: old, capex: 1 MCNY, life: 2, from_year: 2}
      - {from: new, to: clean, capex: 9 MCNY, life: 30, from_year: 2, until_year: 2, max: 1}
    retire: {old: {2: 3}}
targets: {clean: {kind: reduction, by: 2, sources: ships, cut: 15 %}}
"""
    result = solved(text, tmp_path)
    found = {w.lever.label: w.values.tolist() for w in wedges(result)}
    built = result.accounts.fleets["ships"].begun
    assert built[:2].sum(axis=1).tolist() == [4, 1]
    assert found == {"ships: new to clean": pytest.approx([0, 6, 6, 6, 6])}


def test_a_retrofit_counts_as_long_as_its_asset_is_there(tmp_path):
    """A ship of 10 kt becomes one of 4 in year 1, ends in year 3, and one of 10 takes its place: 6, 6, then nothing."""
    text = """
horizon: {first: 1, last: 4}
fleets:
  ships:
    states: {old: {count: 1, emissions: 10 ktCO2e}, clean: {emissions: 4 ktCO2e}}
    changes:
      - {from: old, to: clean, capex: 1 MCNY, until_year: 1}
      - {from: new, to: old, capex: 1 MCNY}
    retire: {old: {3: 1}}
targets: {clean: {kind: reduction, in: [1, 2], sources: ships, cut: 50 %}}
"""
    found = {w.lever.label: w.values.tolist() for w in wedges(solved(text, tmp_path))}
    assert found == {"ships: old to clean": pytest.approx([6, 6, 0, 0])}


def test_market_wedges_only_where_the_basis_differs(rich):
    """Power has a market factor of 0.6 against 0.5: the same GWh weigh a fifth more."""
    power = {(w.lever.id, w.ledger): w.values for w in wedges(rich) if rich.instance.sources[w.source].id == "power"}
    assert {ledger for _, ledger in power} == {"location", "market"}
    assert power["ramped", "market"] == pytest.approx(1.2 * power["ramped", "location"])
    assert power["ramped", "location"][-1] < 0
