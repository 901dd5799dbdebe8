"""What pays for capex, what abatement costs, what is at risk, names and assumptions: by hand."""

import pytest

from optimiser.report.page.assumptions import LONGEST, assumptions
from optimiser.report.page.curve import measures
from optimiser.report.page.money import OWN, paid
from optimiser.report.page.promises import at_risk, promises, tight
from optimiser.report.page.summary import cost, next_starts, spans, verdicts
from optimiser.report.page.wedges import wedges
from optimiser.report.page.words import words_of
from tests.helpers import solved

EN = words_of("en")


def test_what_pays_for_capex(tmp_path):
    """The bond, bound to `green`, pays a's 40. The loan is free to use: its 10 go to what is left, 0 of a and 30 of b.

    So own cash is 20. Without the rule a stranger would see 30 of own cash beside 10 of a loan for nothing.
    """
    text = """
projects:
  a: {kind: upgrade, committed: true, start: 1, capex: 40 MCNY, tags: [green]}
  b: {kind: upgrade, committed: true, start: 1, capex: 30 MCNY}
finance:
  bond: {kind: bond, issue: 1, rate: 0 %, tenor: 1, committed: true, ticket: [40 MCNY, 40 MCNY],
         eligible: {tags: [green]}}
  loan: {kind: loan, issue: 1, rate: 0 %, tenor: 1, committed: true, ticket: [10 MCNY, 10 MCNY]}
"""
    found = {(p.owner, p.fund): p.values.tolist() for p in paid(solved(text, tmp_path))}
    assert found == {("a", "bond"): [40, 0, 0], ("b", "loan"): [10, 0, 0], ("b", OWN): [20, 0, 0]}


def test_proceeds_that_are_free_are_shared_in_proportion(tmp_path):
    """A grant of 12 for `east` alone: a and b of east spend 10 and 30, so 3 and 9; c of west has nothing of it."""
    text = """
entities: {group: {}, east: {parent: group}, west: {parent: group}}
sources: {site: {entity: east, scope: 1, baseline: 100 ktCO2e}}
projects:
  a: {kind: upgrade, entity: east, committed: true, start: 1, capex: 10 MCNY}
  b: {kind: upgrade, entity: east, committed: true, start: 1, capex: 30 MCNY}
  c: {kind: upgrade, entity: west, committed: true, start: 1, capex: 20 MCNY}
finance: {gift: {kind: grant, entity: east, issue: 1, amount: 12 MCNY}}
"""
    result = solved(text, tmp_path)
    issued = float(result.accounts.debts["gift"].issued[0])
    assert issued == pytest.approx(12)
    found = {(p.owner, p.fund): float(p.values[0]) for p in paid(result)}
    expected = {("a", "gift"): 3, ("b", "gift"): 9, ("a", OWN): 7, ("b", OWN): 21, ("c", OWN): 20}
    assert found == pytest.approx(expected)


def test_cost_of_a_tonne_is_levelised(tmp_path):
    """100 paid in year 1, 10 kt in years 1 to 3 at 100 %: 10 + 5 + 2.5 = 17.5 kt discounted, 100 / 17.5 a kt.

    Against undiscounted tonnes it would be 100 / 30. `saver` earns 4 in all and has no price of a tonne in the order.
    `trial` abates nothing."""
    text = """
discount_rate: 100 %
projects:
  dear: {kind: upgrade, committed: true, start: 1, capex: 100 MCNY, abates: {site: 10 ktCO2e}}
  saver: {kind: upgrade, committed: true, start: 1, capex: 3 MCNY, opex: -4 MCNY, abates: {site: 1 ktCO2e}}
  trial: {kind: research, committed: true, start: 1, capex: 2 MCNY}
"""
    result = solved(text, tmp_path)
    found = {m.id: m for m in measures(result, wedges(result))}
    assert found["dear"].per_tonne == pytest.approx(100 / 17.5 * 1e3)
    assert found["dear"].tonnes.sum() == pytest.approx(30)
    assert found["saver"].cost == pytest.approx(3 - 4 * 1.75)
    assert [m.id for m in found.values() if not m.abates] == ["trial"]
    assert sum(m.cost for m in found.values()) == pytest.approx(result.plan.objective)


def test_the_cost_of_a_retrofit_follows_its_ships(tmp_path):
    """Capex 5 in year 1; two years of opex 2 less, and in the yard all 6 are saved once: 5 - 6 - 2 - 2 = -5."""
    text = """
fleets:
  ships:
    states: {old: {count: 1, emissions: 10 ktCO2e, opex: 6 MCNY}, clean: {emissions: 4 ktCO2e, opex: 4 MCNY}}
    changes: [{from: old, to: clean, capex: 5 MCNY, lead_time: 1, until_year: 1}]
"""
    result = solved(text, tmp_path)
    (found,) = measures(result, wedges(result))
    assert (found.label, found.lead, found.first) == ("ships: old to clean", 1, 1)
    assert found.cost == pytest.approx(5 - 6 - 2 - 2)
    assert found.tonnes.tolist() == pytest.approx([10, 6, 6])


def test_measures_cost_what_projects_cost(rich):
    """Over projects, the curve's costs are capex, opex, energy and income of the accounts, less salvage."""
    accounts = rich.accounts
    ids = {p.id for p in rich.instance.projects}
    total = sum(
        float(accounts.money[kind][p] @ accounts.discount)
        for kind in ("capex", "opex", "energy", "income")
        for p in accounts.money[kind]
        if p in ids
    )
    total -= sum(accounts.salvage[p] for p in ids) * accounts.salvage_discount
    assert sum(m.cost for m in measures(rich, wedges(rich)) if m.id in ids) == pytest.approx(total)


def test_what_is_nearest_to_failing_comes_first(rich):
    """The missed target leads; then margins as shares of what is required, or of the base where that is nothing."""
    found = at_risk(rich, most=99)
    assert found[0].target == "far"
    assert not found[0].worst.met
    shares = [p.share for p in found[1:]]
    assert shares == sorted(shares)
    net = next(p for p in promises(rich) if (p.target, p.rule) == ("net", "net emissions"))
    assert net.share == pytest.approx(net.worst.margin / 170)


def test_limits_that_are_used_up(tmp_path):
    """A budget of 10 is spent in year 1 alone; a crew of 2 is busy in years 1 and 2."""
    text = """
projects: {a: {kind: upgrade, committed: true, start: 1, lead_time: 2, capex: [10 MCNY, 4 MCNY], uses: {crew: 2}}}
resources: {crew: {limit: 2}}
budgets: {capex: {limit: 10 MCNY}}
"""
    assert [(t.what, t.years) for t in tight(solved(text, tmp_path))] == [("budget", (1,)), ("resource", (1, 2))]


def test_what_starts_next(tmp_path):
    """The two first years with a start, the dearest first; amounts where there are several."""
    text = """
projects:
  a: {kind: upgrade, committed: true, start: 2, capex: 1 MCNY}
  b: {kind: upgrade, committed: true, start: 2, units: {min: 3, max: 3}, capex: 1 MCNY}
  c: {kind: sink, committed: true, start: 3, size: {min: 5 ha, max: 5 ha}, capex: 1 MCNY/ha, removal: 0 tCO2e/ha}
"""
    result = solved(text, tmp_path)
    assert next_starts(result) == [(2, ["b (3)", "a"], 0), (3, ["c (5 ha)"], 0)]
    assert next_starts(result, most=1)[0] == (2, ["b (3)"], 1)
    assert cost(result, EN)[1] == "Capex in all years, undiscounted: 9 MCNY, most of it in one year: 5 in 3."


def test_verdict_of_a_plan_that_holds(tmp_path):
    text = "projects: {a: {kind: upgrade, capex: 1 MCNY, abates: {site: 9 %}}}\n"
    text += "targets: {t: {kind: reduction, by: 2, cut: 5 %}}"
    found = verdicts(solved(text, tmp_path), EN)
    assert [(v.tone, v.text) for v in found] == [("good", "Every promise holds, at the least cost: proven.")]


def test_years_as_spans():
    assert spans([2026, 2027, 2028, 2031, 2040, 2041]) == "2026–2028, 2031, 2040–2041"


def test_namesakes_are_told_apart(rich):
    """Two projects called Kiln in one entity bear their ids; a name that stands alone stays as it is."""
    labels = {m.id: m.label for m in measures(rich, wedges(rich))}
    assert labels["kiln"] == "Kiln (East) (kiln)"
    assert labels["ramped"] == "Kiln (East) (ramped)"
    assert labels["lots"] == "Lots"


def test_assumptions_are_the_entries_of_the_scenario(rich):
    """Every entry once, in the order of the sections, with its figures in short."""
    found = assumptions(rich)
    assert [a.section for a in found] == sorted((a.section for a in found), key=[a.section for a in found].index)
    assert {a.id for a in found if a.section == "projects"} == {p.id for p in rich.instance.projects}
    pump = next(a for a in found if a.id == "pump")
    assert pump.figures == "kind: upgrade; entity: west; capex: 20 MCNY; opex: -9 MCNY; abates: {power: 4 GWh}"
    assert max(len(a.figures) for a in found) <= LONGEST
