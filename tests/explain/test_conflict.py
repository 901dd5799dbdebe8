"""Why no plan exists: exactly the promises and limits that cannot hold together, and by how much they are short."""

import pytest

from optimiser.explain import Item, find_conflict
from optimiser.solve import Interrupt, Limits
from tests.helpers import case_of, refused, solved

PROJECTS = """
resources: {crews: {limit: 2}, cranes: {limit: 9}}
projects:
  lots: {kind: upgrade, units: {max: 5}, capex: 10 MCNY, abates: {site: 10 ktCO2e}, uses: {crews: 1, cranes: 1}}
  kiln: {kind: upgrade, capex: 20 MCNY, abates: {site: 20 ktCO2e}}
  wood: {kind: sink, capex: 5 MCNY, removal: 5 ktCO2e, durable: true}
groups: {any: {projects: [lots, kiln, wood], at_most: 3}}
"""


def names(conflict) -> set[str]:
    return {f"{i.kind} {i.id}" for i in conflict.items}


def said(conflict) -> str:
    return "\n".join(conflict.sentences)


def test_a_target_beyond_all_projects(tmp_path):
    """70 kt is all there is, 80 are promised: the target alone is to blame, ten kt short in year 3; nothing else is."""
    text = (
        PROJECTS
        + """
budgets: {money: {limit: 500 MCNY}}
targets: {far: {kind: reduction, in: 3, cut: 80 ktCO2e}, near: {kind: reduction, in: 3, cut: 30 ktCO2e}}
"""
    )
    conflict = refused(text, tmp_path)
    assert names(conflict) == {"target far"}
    assert conflict.minimal
    assert conflict.short == {"far": {3: pytest.approx(10)}}
    assert said(conflict).startswith(
        "Whatever is started, the target far cannot hold.\nfar would be short by at least 10 ktCO2e in 3.\n"
        "Any one of these would do (each was solved):\n- for far a cut of 70 ktCO2e instead of 80 ktCO2e\n"
        "    targets: {far: {cut: 70 ktCO2e}}\n- leave for the target far to give way (`priority: 1`)\n"
        "    targets: {far: {priority: 1}}"
    )


def test_a_target_and_the_budget_that_starves_it(tmp_path):
    """40 kt cost 40, 12 a year buy one lot a year: 30 kt by year 3, ten short. The other budget and target are fine."""
    text = (
        PROJECTS
        + """
budgets: {tight: {limit: 12 MCNY}, wide: {limit: 300 MCNY}}
targets: {cut: {kind: reduction, in: 3, cut: 40 ktCO2e}, past: {kind: historical, by: 3, stock: 0 ktCO2e}}
"""
    )
    conflict = refused(text, tmp_path)
    assert names(conflict) == {"budget tight", "target cut"}
    assert conflict.minimal
    assert "No plan can keep these together: the budget tight and the target cut." in said(conflict)
    assert "Without any one of them, the rest of them can hold." in said(conflict)
    assert "cut would be short by at least 10 ktCO2e in 3." in said(conflict)


def test_a_target_and_the_crews_it_would_need(tmp_path):
    """Two lots a year: 20 kt and the kiln by year 1 are 40, not 50. Money is not the matter."""
    text = (
        PROJECTS
        + """
budgets: {money: {limit: 300 MCNY}}
targets: {early: {kind: reduction, in: 1, cut: 50 ktCO2e}}
"""
    )
    conflict = refused(text, tmp_path)
    assert names(conflict) == {"resource crews", "target early"}
    assert conflict.short == {"early": {1: pytest.approx(10)}}
    assert "the limit of crews and the target early" in said(conflict)


def test_two_targets_that_share_one_budget(tmp_path):
    """25 MCNY pay for 20 kt of reduction (20), or for the sink (5), not for 25 kt and the sink."""
    text = (
        PROJECTS
        + """
budgets: {money: {limit: 25 MCNY, window: 3}, wide: {limit: 99 MCNY}}
targets:
  cut: {kind: reduction, in: 3, cut: 25 ktCO2e}
  past: {kind: historical, by: 3, stock: 5 ktCO2e}
  easy: {kind: reduction, in: 2, cut: 0 %}
"""
    )
    text = text.replace(
        "lots: {kind: upgrade, units: {max: 5}, capex: 10", "lots: {kind: upgrade, units: {max: 5}, capex: 8"
    )
    conflict = refused(text, tmp_path)
    assert names(conflict) == {"budget money", "target cut", "target past"}
    assert conflict.minimal
    assert "the budget money, the target cut and the target past" in said(conflict)


def test_a_group_that_forbids_what_two_targets_need(tmp_path):
    """At most one of kiln and wood: the reduction needs the kiln, the past needs the wood."""
    text = PROJECTS.replace(
        "any: {projects: [lots, kiln, wood], at_most: 3}", "one: {projects: [kiln, wood], at_most: 1}"
    )
    text += """
targets: {cut: {kind: reduction, in: 3, cut: 70 ktCO2e}, past: {kind: historical, by: 3, stock: 5 ktCO2e}}
"""
    conflict = refused(text, tmp_path)
    assert names(conflict) == {"group one", "target cut", "target past"}
    assert "the choice one" in said(conflict)


def test_commitments_against_a_budget(tmp_path):
    """Two commitments of 20 and 5 on 22 in all: any one of the three may go. A third commitment is innocent."""
    text = PROJECTS.replace("kiln: {", "kiln: {committed: true, ").replace("wood: {", "wood: {committed: true, ")
    text = text.replace("groups:", "  free: {kind: programme, committed: true}\ngroups:")
    text += "budgets: {money: {limit: 22 MCNY, window: 3}}\n"
    conflict = refused(text, tmp_path)
    assert names(conflict) == {"commitment kiln", "commitment wood", "budget money"}
    assert "the commitment to kiln, the commitment to wood and the budget money" in said(conflict)
    assert conflict.short == {}


def test_commitments_that_exclude_each_other(tmp_path):
    """No target and no budget is asked for: two commitments cannot stand together."""
    text = PROJECTS.replace("kiln: {", "kiln: {committed: true, excludes: wood, ").replace(
        "wood: {", "wood: {committed: true, "
    )
    assert names(refused(text, tmp_path)) == {"commitment kiln", "commitment wood"}


def test_a_commitment_that_raises_emissions(tmp_path):
    """The works that are decided add 20 kt: 70 kt less than the base are beyond reach with them."""
    text = PROJECTS.replace(
        "groups:", "  works: {kind: upgrade, start: 3, committed: true, abates: {site: -20 ktCO2e}}\ngroups:"
    )
    text += "targets: {cut: {kind: reduction, in: 3, cut: 60 ktCO2e}}\n"
    conflict = refused(text, tmp_path)
    assert names(conflict) == {"commitment works", "target cut"}
    assert conflict.short == {"cut": {3: pytest.approx(10)}}


def test_whole_units_are_the_matter(tmp_path):
    """12 MCNY would pay for 1.2 lots and 12 kt, but lots are whole: a case that only integrality makes impossible."""
    text = (
        PROJECTS
        + """
budgets: {money: {limit: 12 MCNY, window: 3}}
targets: {cut: {kind: reduction, in: 3, cut: 12 ktCO2e}}
"""
    )
    conflict = refused(text, tmp_path)
    assert names(conflict) == {"budget money", "target cut"}
    assert conflict.short == {"cut": {3: pytest.approx(2)}}


def test_a_shortfall_in_several_years(tmp_path):
    """A cut of 75 kt in years 2 and 3 of a site that grows: five short, then fifteen; the worst year is named."""
    text = PROJECTS + "targets: {cut: {kind: reduction, by: 2, cut: 75 ktCO2e}}\n"
    text += "sources: {site: {scope: 1, baseline: {2: 100 ktCO2e, 3: 110 ktCO2e}}}\n"
    conflict = refused(text.replace("limit: 2", "limit: 5"), tmp_path)
    assert conflict.short == {"cut": {2: pytest.approx(5), 3: pytest.approx(15)}}
    assert "cut would be short by at least 20 ktCO2e in 2 to 3 (most in 3: 15 ktCO2e)." in said(conflict)


def test_large_shortfalls_are_in_megatonnes(tmp_path):
    text = "sources: {site: {scope: 1, baseline: 4 MtCO2e}}\ntargets: {cut: {kind: reduction, in: 3, cut: 50 %}}\n"
    assert "short by at least 2 MtCO2e in 3." in said(refused(text, tmp_path))


@pytest.mark.parametrize("soft", ["priority: 1", "penalty: 1 CNY/tCO2e"])
def test_what_may_give_way_never_blocks(soft, tmp_path):
    """A target with a priority or a penalty leaves a plan; beside an impossible one it is not blamed."""
    text = PROJECTS + f"targets: {{far: {{kind: reduction, in: 3, cut: 80 ktCO2e, {soft}}}}}\n"
    assert solved(text, tmp_path).missed == ["far"]
    text = text.replace("targets: {", "targets: {hard: {kind: reduction, in: 3, cut: 90 ktCO2e}, ")
    assert names(refused(text, tmp_path)) == {"target hard"}


def test_each_item_is_needed(tmp_path):
    """Proves that the set is a smallest one: with any one item of it gone there is a plan."""
    text = PROJECTS + "budgets: {money: {limit: 25 MCNY, window: 3}}\ntargets: {TARGETS}\n"
    targets = {
        "cut": "cut: {kind: reduction, in: 3, cut: 25 ktCO2e}",
        "past": "past: {kind: historical, by: 3, stock: 5 ktCO2e}",
    }
    whole = text.replace("TARGETS", ", ".join(targets.values())).replace("capex: 10 MCNY", "capex: 8 MCNY")
    assert names(refused(whole, tmp_path)) == {"budget money", "target cut", "target past"}
    solved(whole.replace("limit: 25 MCNY", "limit: 99 MCNY"), tmp_path)
    for gone in targets.values():
        solved(whole.replace(f"{gone}, ", "").replace(f", {gone}", ""), tmp_path)


@pytest.mark.parametrize("how", ["time", "interrupt"])
def test_a_search_that_ends_early_says_so(how, tmp_path):
    """Nothing was tried: everything is still under suspicion, and the reader is told that it is not the last word."""
    text = PROJECTS + "budgets: {money: {limit: 500 MCNY}}\ntargets: {far: {kind: reduction, in: 3, cut: 80 ktCO2e}}\n"
    interrupt = Interrupt()
    if how == "interrupt":
        interrupt.event.set()
    limits = Limits(seconds=0.0 if how == "time" else 60.0, threads=1)
    conflict = find_conflict(case_of(text, tmp_path), limits, interrupt)
    assert not conflict.minimal
    assert Item("target", "far") in conflict.items
    assert Item("budget", "money") in conflict.items
    began = "Time ran out after 0 s" if how == "time" else "It was stopped"
    assert f"{began} before it was known whether all of these are needed" in said(conflict)
    assert "Without any one of them" not in said(conflict)
