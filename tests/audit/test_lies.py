"""The audit catches every kind of lie: a plan falsified in one thing is refused by the name of that thing."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from optimiser.audit import audit
from optimiser.errors import InternalError
from optimiser.plan import Start
from tests.helpers import solved

WORLD = """
entities: {group: {revenue: 100 MCNY}}
sources:
  site: {entity: group, scope: 1, baseline: 100 ktCO2e}
  power: {entity: group, scope: 2, activity: 100 GWh, factor: 0.1 tCO2e/MWh}
resources: {crews: {limit: 3}}
projects:
  study: {kind: research, capex: 1 MCNY}
  lots: {kind: upgrade, units: {max: 4, min: 2, per_year: 2}, capex: 4 MCNY, abates: {site: 30 %}, uses: {crews: 1}}
  kiln: {kind: upgrade, capex: 9 MCNY, abates: {site: 60 ktCO2e}, requires: {study: 1}, uses: {crews: 2}}
  oven: {kind: upgrade, capex: 9 MCNY, abates: {site: 60 ktCO2e}, excludes: kiln}
  must: {kind: programme, committed: true, start: 2, capex: 2 MCNY}
  pv: {kind: facility, size: {max: 200 MW}, capex: 0.1 MCNY/MW, yield: 1 GWh/MW, supplies: power,
       price: 0.01 CNY/kWh, sells: 0.001 CNY/kWh, displaces: 0.5 tCO2e/MWh}
  wood: {kind: sink, capex: 3 MCNY, removal: 20 ktCO2e, durable: true}
groups:
  few: {projects: [study, lots, kiln], at_most: 2}
  some: {projects: [study, must, wood], at_least: 2}
budgets:
  year: {projects: [lots, kiln, oven], limit: 12 MCNY}
  kept: {projects: [lots, kiln, oven], limit: 4 MCNY, carry_over: 100 %}
  span: {projects: [lots, kiln, oven], limit: 12 MCNY, window: 2}
targets:
  top: {kind: peak, by: 2, sources: site}
  cap: {kind: reduction, in: 3, sources: site, cut: 60 %}
  net: {kind: neutrality, in: 3, sources: site, residual: 40 %, credits: 40 %, credit_price: 1 CNY/tCO2e}
  less: {kind: intensity, in: 3, sources: site, cut: 60 %}
  sum: {kind: carbon_budget, years: [1, 3], sources: site, at_most: 240 ktCO2e}
  out: {kind: avoided, in: 3, multiple: 1, base: 1 ktCO2e}
  past: {kind: historical, by: 3, stock: 20 ktCO2e}
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """A plan with two lots, a wood, some panels and credits."""
    return solved(WORLD, tmp_path_factory.mktemp("audit"))


def start(project: str, year: int, amount: float = 1.0) -> Start:
    return Start(project, year, amount)


def with_starts(plan, *more: Start, without: str = ""):
    kept = tuple(s for s in plan.decisions.starts if s.project != without)
    return replace(plan, decisions=replace(plan.decisions, starts=(*kept, *more)))


def test_the_plan_itself_passes(result):
    """The lots must start in time for the sum, the wood for the past; nobody lies."""
    accounts = audit(result.instance, result.plan)
    assert accounts.objective == pytest.approx(result.plan.objective)
    assert {s.project for s in result.plan.decisions.starts} >= {"lots", "must", "wood", "pv"}


@pytest.mark.parametrize(
    ("more", "without", "words"),
    [
        ([start("must", 2)], "", "must starts 2, at most 1"),
        ([start("pv", 1, 300)], "", r"pv starts 3\d\d.*, at most 200"),
        ([start("lots", 1, 2.5)], "lots", "lots starts in parts of a unit"),
        ([start("lots", 1, 3)], "lots", "lots starts 3 in a year, at most 2"),
        ([start("lots", 1, 1)], "lots", "lots starts 1, at least 2"),
        ([start("study", 1, -1)], "", "study starts -1, at most 1"),
        ([], "must", "must starts 0, at least 1"),
        ([start("kiln", 1)], "", "kiln starts in 1 before study"),
        ([start("study", 1), start("kiln", 1)], "", "kiln starts in 1 before study"),
        ([start("kiln", 3), start("oven", 3)], "", "kiln and oven are chosen together"),
        ([start("study", 1), start("kiln", 2)], "", "3 projects of few are chosen"),
        ([], "wood", "1 projects of some are chosen"),
        ([start("lots", 1, 2), start("lots", 2, 2)], "lots", "lots abates more than all of site"),
        ([start("kiln", 3), start("lots", 3, 2)], "lots", "more of crews is used than there is"),
        ([start("oven", 3)], "", r"site falls below zero \(location\)"),
        ([start("oven", 2), start("lots", 2, 2)], "lots", "the budget year is overspent"),
        ([start("lots", 1, 2)], "lots", "the budget kept is overspent"),
        ([start("oven", 2), start("lots", 1, 2)], "lots", "the budget span is overspent"),
        ([], "lots", "target cap in 3: gross emissions 100, required 40 ktCO2e"),
        ([], "lots", "target net in 3: residual gross emissions 100, required 40 ktCO2e"),
        ([], "lots", "target net in 3: net emissions"),
        ([], "lots", "target less in 3: intensity 1000, required 400 tCO2e/MCNY"),
        ([], "lots", "target sum in 3: gross emissions together 300, required 240 ktCO2e"),
        ([], "pv", "target out in 3: avoided at customers"),
        ([], "wood", "target past in 3: durable removals together 0, required 20 ktCO2e"),
    ],
)
def test_lies_about_starts(more, without, words, result):
    """Each falsified plan breaks something else; whatever else comes of it, that thing is named."""
    with pytest.raises(InternalError, match=words):
        audit(result.instance, with_starts(result.plan, *more, without=without))


def test_a_lie_about_the_peak(result):
    """The same plan where the site grows to 300 kt in year 3: 120 are left, above the 100 of the years before."""
    instance = replace(
        result.instance,
        targets=tuple(t for t in result.instance.targets if t.id == "top"),
        sources=tuple(
            replace(s, baseline={k: v + np.array([0, 0, 200]) for k, v in s.baseline.items()}) if s.id == "site" else s
            for s in result.instance.sources
        ),
    )
    with pytest.raises(InternalError, match="target top in 3: no year above the highest"):
        audit(instance, result.plan)


@pytest.mark.parametrize(
    ("supplied", "words"),
    [
        ({("pv", 1): 190.0}, "pv supplies more than it makes"),
        ({("pv", 1): -5.0}, "pv supplies more than it makes"),
    ],
)
def test_lies_about_supply(supplied, words, result):
    plan = result.plan
    false = replace(plan, decisions=replace(plan.decisions, supplied=plan.decisions.supplied | supplied))
    with pytest.raises(InternalError, match=words):
        audit(result.instance, false)


def test_a_source_gets_more_than_it_needs(result):
    """200 MW make 200 GWh; all of it on site is twice what the power source needs."""
    plan = with_starts(result.plan, start("pv", 1, 200), without="pv")
    plan = replace(plan, decisions=replace(plan.decisions, supplied={("pv", y): 200.0 for y in (1, 2, 3)}))
    with pytest.raises(InternalError, match="power is supplied with more than it needs"):
        audit(result.instance, plan)


@pytest.mark.parametrize(("credits", "words"), [(41.0, "target net in 3: credits 41"), (0.0, "target net in 3: net")])
def test_lies_about_credits(credits, words, result):
    """More credits than 40 % of the base are refused, and so are fewer than it takes."""
    plan = replace(result.plan, decisions=replace(result.plan.decisions, credits={("net", 3): credits}))
    with pytest.raises(InternalError, match=words):
        audit(result.instance, plan)


@pytest.mark.parametrize(
    ("claim", "key", "words"),
    [
        ("objective", None, "objective of the model: "),
        ("gross", "cap", "gross emissions of cap, year 2: model"),
        ("gross", "net", "gross emissions of net, year 2: model"),
        ("removed", "net", "removals for net, year 2: model"),
        ("removed", "past", "removals for past, year 2: model"),
        ("spend", "year", "spend of year, year 2: model"),
    ],
)
def test_lies_about_what_the_plan_does(claim, key, words, result):
    """A claim that is off by a hundredth (of a kt, of a million) is refused."""
    claims = result.plan.claims
    said = getattr(claims, claim)
    false = said + 0.01 if key is None else said | {key: said[key] + np.array([0, 0.01, 0])}
    with pytest.raises(InternalError, match=words):
        audit(result.instance, replace(result.plan, claims=replace(claims, **{claim: false})))


def test_dust_is_no_lie(result):
    """Proves that rounding of a solver (1e-7) does not raise an alarm."""
    claims = result.plan.claims
    near = replace(
        claims,
        objective=claims.objective * (1 + 1e-8),
        gross={k: v + 1e-7 for k, v in claims.gross.items()},
        spend={k: v - 1e-7 for k, v in claims.spend.items()},
    )
    audit(result.instance, replace(result.plan, claims=near))


def test_soft_targets_may_be_missed_but_not_in_silence(tmp_path):
    """A target with a penalty may be missed: its cost is recomputed, and a claim without it is refused."""
    text = "targets: {cap: {kind: reduction, in: 3, cut: 10 ktCO2e, penalty: 100 CNY/tCO2e}}"
    result = solved(text, tmp_path)
    assert audit(result.instance, result.plan).penalties.tolist() == [0, 0, 1]
    with pytest.raises(InternalError, match="objective of the model: 0, accounts 1"):
        audit(result.instance, replace(result.plan, claims=replace(result.plan.claims, objective=0.0)))


def test_what_gave_way_must_be_said(tmp_path):
    """A target that gave way is excused by name only."""
    text = "targets: {cap: {kind: reduction, in: 3, cut: 10 ktCO2e, priority: 1}}"
    result = solved(text, tmp_path)
    with pytest.raises(InternalError, match="target cap in 3"):
        audit(result.instance, replace(result.plan, gave_way=()))


def test_several_lies_are_listed_together(result):
    """Proves that one audit says everything it finds."""
    with pytest.raises(InternalError) as caught:
        audit(result.instance, with_starts(result.plan, without="lots"))
    assert len(str(caught.value).splitlines()) > 4


def test_the_audit_never_imports_the_model():
    """Proves independence: with the audit loaded, neither the formulation nor a solver nor Pyomo is."""
    code = "import sys, optimiser.audit; print(*sorted(m for m in sys.modules if m.split('.')[0] in "
    code += "('optimiser', 'pyomo', 'highspy')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "optimiser.audit.limits" in loaded
    assert not [m for m in loaded if m.startswith(("optimiser.formulation", "optimiser.solve", "pyomo", "highspy"))]
