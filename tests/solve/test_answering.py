"""Answering: what comes of limits, interrupts, sizes that overlap, and asking twice."""

import re
import signal
import subprocess
import sys
import threading
import time

import pytest

from optimiser.errors import NoPlanError
from optimiser.report.document import dumps, plan_document
from optimiser.solve import Interrupt
from optimiser.workflow import solve
from tests.helpers import HEAD, ask, gross, solved, write, write_tree
from tests.solve.hard import knapsacks, market_split


def test_a_time_limit_gives_the_best_plan_with_an_honest_gap(tmp_path):
    """150 projects at gap 0 do not finish in two seconds: the plan so far is given, and its gap is what it says.

    The bound is below the objective, and (objective - bound) / objective is the gap.
    """
    clock = time.monotonic()
    answer = solve(write_tree(knapsacks(150), tmp_path), {"gap": 0.0, "threads": 1, "seconds": 2.0})
    assert time.monotonic() - clock < 15
    plan = answer.result.plan
    assert (plan.status, plan.stopped_by) == ("feasible", "time limit")
    assert plan.bound < plan.objective
    assert plan.gap == pytest.approx((plan.objective - plan.bound) / plan.objective)
    assert 0 < plan.gap < 0.2
    assert plan.gap_asked == 0
    assert answer.result.missed == []


def test_a_wider_gap_is_reached_within_the_limit(tmp_path):
    """The same instance at a gap of 10 % is optimal in the sense that was asked for, and nothing stopped it."""
    answer = solve(write_tree(knapsacks(150), tmp_path), {"gap": 0.1, "threads": 1, "seconds": 60.0})
    plan = answer.result.plan
    assert (plan.status, plan.stopped_by) == ("optimal", "")
    assert plan.gap <= 0.1


def test_neither_plan_nor_proof_before_the_limit(tmp_path):
    """Proves that 'stopped without a plan' is never taken for 'no plan can exist'."""
    with pytest.raises(NoPlanError, match="no plan was found before the time limit"):
        solve(write_tree(market_split(), tmp_path), {"threads": 1, "seconds": 0.5})


def test_an_interrupt_gives_the_best_plan_so_far(tmp_path):
    """The event is set from another thread as soon as there is a plan: the search ends long before its limit."""
    interrupt = Interrupt()

    def watch(_, progress):
        if progress.incumbent < 1e100:
            interrupt.event.set()

    clock = time.monotonic()
    path = write_tree(knapsacks(60), tmp_path)
    answer = solve(path, {"gap": 0.0, "threads": 1, "seconds": 120.0}, watch, interrupt)
    assert time.monotonic() - clock < 30
    assert (answer.result.plan.status, answer.result.plan.stopped_by) == ("feasible", "interrupt")
    assert answer.result.plan.gap > 0


def test_an_interrupt_before_there_is_a_plan(tmp_path):
    interrupt = Interrupt()
    threading.Timer(0.5, interrupt.event.set).start()
    with pytest.raises(NoPlanError, match="interrupt"):
        solve(write_tree(market_split(), tmp_path), {"threads": 1, "seconds": 60.0}, None, interrupt)


def test_ctrl_c_on_the_command_line_gives_the_best_plan_so_far(tmp_path):
    """A real SIGINT once a line of progress shows a plan: exit 0, what stopped it is said, the files are there."""
    path = write_tree(knapsacks(60), tmp_path)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "optimiser", str(path), "--gap", "0%", "--threads", "1", "--out", str(out)]
    run = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # background jobs ignore it
    )
    late = threading.Timer(60, run.kill)
    late.start()
    shown = next((line for line in run.stderr if re.search(r"gap +\d", line)), "")
    run.send_signal(signal.SIGINT)
    text, _ = run.communicate(timeout=60)
    late.cancel()
    assert "least cost:" in shown
    assert run.returncode == 0
    assert "Stopped by interrupt: best plan so far" in text
    assert (out / "plan.json").is_file()


def sizes(p: float, q: float, price: float, more: str = "") -> str:
    """Two sizes of 5 % per MW on one source; 60 % must go: (1 - 0.05 p)(1 - 0.05 q) <= 0.4."""
    return f"""
projects:
  p: {{kind: upgrade, size: {{max: {p} MW}}, capex: 10 MCNY/MW, abates: {{site: 5 %/MW}}}}
  q: {{kind: upgrade, size: {{max: {q} MW}}, capex: {price} MCNY/MW, abates: {{site: 5 %/MW}}}}
targets: {{cap: {{kind: reduction, in: 3, cut: 60 %}}}}
{more}
"""


@pytest.mark.parametrize(
    ("p", "q", "price", "cost"),
    [(10, 10, 10.5, 142), (10, 10, 20, 180), (7, 10, 20, 70 + 20 * (20 - 8 / 0.65)), (7, 10, 5, 90)],
)
def test_two_sizes_on_one_source_are_exact(p, q, price, cost, tmp_path):
    """The feasible boundary q = 20 - 8 / (1 - 0.05 p) is concave, so that the least cost lies at a corner.

    10 and 4 MW, or 7 and 7.6923 MW: gross emissions are 40 to the kilogramme, although products of two sizes are cut
    into steps for the search.
    """
    answer = ask(sizes(p, q, price), tmp_path, gap=0.01)
    plan = answer.result.plan
    assert plan.objective == pytest.approx(cost, rel=1e-6)
    assert gross(answer.result)[2] == pytest.approx(40, abs=1e-5)
    assert plan.bound <= cost + 1e-6
    assert plan.gap <= 0.01


def test_the_gap_of_two_sizes_owns_up_to_the_steps(tmp_path):
    """q is held to 7 MW by a budget, which is no multiple of a step: p = 20 - 8 / 0.65, 111.923 in all.

    The bound comes from the steps and lies below; the gap that is reported is the distance between the two, not zero.
    """
    text = sizes(10, 10, 5, "budgets: {b: {projects: q, limit: 35 MCNY, window: 3}}")
    plan = ask(text, tmp_path, gap=0.01).result.plan
    best = 35 + 10 * (20 - 8 / 0.65)
    assert plan.objective == pytest.approx(best, rel=1e-6)
    assert best * 0.99 < plan.bound < best
    assert plan.gap == pytest.approx((plan.objective - plan.bound) / plan.objective)


def test_a_tight_limit_beside_two_sizes(tmp_path):
    """p is held to 7 MW by a budget: q = 20 - 8 / 0.65 = 7.69 for 20 each, 223.85 in all.

    The steps alone would say that a little less of q is enough, which with p at its limit is no plan at all.
    """
    text = sizes(10, 10, 20, "budgets: {b: {projects: p, limit: 70 MCNY, window: 3}}")
    for gap in (0.01, 0.0):
        plan = ask(text, tmp_path, gap=gap).result.plan
        best = 70 + 20 * (20 - 8 / 0.65)
        assert best * (1 - 1e-6) <= plan.objective <= best * (1 + max(gap, 1e-6))
        assert plan.gap <= max(gap, 1e-5)


def test_three_sizes_on_one_source(tmp_path):
    """80 % must go: two of the three at 10 MW leave a quarter, and 4 MW of the dearest the rest: 100 + 110 + 48."""
    entry = "{{kind: upgrade, size: {{max: 10 MW}}, capex: {} MCNY/MW, abates: {{site: 5 %/MW}}}}"
    text = "projects:\n" + "".join(f"  {n}: {entry.format(c)}\n" for n, c in (("p", 10), ("q", 11), ("r", 12)))
    answer = ask(text + "targets: {cap: {kind: reduction, in: 3, cut: 80 %}}\n", tmp_path, gap=0.01)
    assert answer.result.plan.objective == pytest.approx(258, rel=0.01)
    assert gross(answer.result)[2] <= 20 + 1e-5
    assert answer.result.plan.bound <= 258 + 1e-6


def test_one_size_on_two_sources(tmp_path):
    """p takes 5 % per MW from both sources, q and r from one each: 10 of p and 4 of each other, 100 + 80 + 80."""
    text = """
sources: {site: {scope: 1, baseline: 100 ktCO2e}, kiln: {scope: 1, baseline: 100 ktCO2e}}
projects:
  p: {kind: upgrade, size: {max: 10 MW}, capex: 10 MCNY/MW, abates: {site: 5 %/MW, kiln: 5 %/MW}}
  q: {kind: upgrade, size: {max: 10 MW}, capex: 20 MCNY/MW, abates: {site: 5 %/MW}}
  r: {kind: upgrade, size: {max: 10 MW}, capex: 20 MCNY/MW, abates: {kiln: 5 %/MW}}
targets:
  site: {kind: reduction, sources: site, in: 3, cut: 60 %}
  kiln: {kind: reduction, sources: kiln, in: 3, cut: 60 %}
"""
    answer = ask(text, tmp_path, gap=0.01)
    assert answer.result.plan.objective == pytest.approx(260, rel=0.01)
    assert max(gross(answer.result)[2], gross(answer.result, "kiln")[2]) <= 40 + 1e-5
    assert answer.result.plan.bound <= 260 + 1e-6


MIXED = """
horizon: {first: 1, last: 5}
discount_rate: 5 %
salvage: annuity
sources: {site: {scope: 1, baseline: {1: 100 @C, 5: 110 @C}}}
projects:
  study: {kind: research, capex: 2 @M, lowers_capex: {lots: 10 %}}
  lots: {kind: upgrade, units: {max: 4, min: 2, per_year: 2}, lead_time: 1, life: 3, renew: true, capex: 6 @M,
         abates: {site: 6 %}, requires: {study: 1}}
  kiln: {kind: upgrade, ramp: [50 %, 100 %], capex: 14 @M, abates: {site: 20 %}, excludes: boiler}
  boiler: {kind: upgrade, capex: 10 @M, abates: {site: 9 @C}}
  wood: {kind: sink, size: {max: 50 ha}, capex: 0.3 @M/ha, removal: 1 @C/ha, durable: true}
groups: {few: {projects: [lots, kiln, boiler], at_most: 2}}
budgets: {capex: {limit: 25 @M, carry_over: 50 %}}
targets:
  top: {kind: peak, by: 2}
  cap: {kind: reduction, by: 4, cut: 20 %}
  net: {kind: neutrality, in: 5, credits: 60 %, credit_price: 0.1 @M/@C}
  sum: {kind: carbon_budget, years: [1, 5], at_most: 500 @C, net: true, penalty: 0.09 @M/@C}
  past: {kind: historical, by: 5, stock: 10 @C}
"""


@pytest.mark.parametrize("carbon", ["kgCO2e", "ktCO2e", "MtCO2e"])
@pytest.mark.parametrize("money", ["CNY", "MCNY", "GCNY"])
def test_the_plan_does_not_depend_on_the_size_of_the_world(money, carbon, tmp_path):
    """A household or a nation with the same proportions: the same starts and credits, the cost in proportion.

    Proves that no tolerance is of the size of the figures: 30.68 of whatever the money is, 17.44 ha of wood.
    """
    result = solved(MIXED.replace("@M", money).replace("@C", carbon), tmp_path)
    scale = {"CNY": 1e-6, "MCNY": 1, "GCNY": 1e3}[money]
    tonnes = {"kgCO2e": 1e-6, "ktCO2e": 1, "MtCO2e": 1e3}[carbon]
    assert result.plan.objective / scale == pytest.approx(30.680306972573504, rel=1e-6)
    found = {(s.project, s.year): s.amount for s in result.plan.decisions.starts}
    expected = {("study", 2): 1, ("lots", 3): 2, ("kiln", 3): 1, ("wood", 5): 17.44}
    assert found == pytest.approx(expected, rel=1e-5)
    assert result.plan.decisions.credits["net", 5] / tonnes == pytest.approx(60, rel=1e-5)


def test_the_same_money_in_other_words_is_the_same_plan(tmp_path):
    """12 MCNY, 12,000,000 CNY and 0.012 bn CNY are one sum: plan.json is the same to the last letter."""
    text = """
projects: {p: {kind: upgrade, capex: WORTH, opex: 0 CNY, abates: {site: 35 %}}}
targets: {cap: {kind: reduction, by: 2, cut: 30 %}}
"""
    documents = set()
    for worth in ("12 MCNY", "12000000 CNY", "12000 kCNY", "0.012 bn CNY", "1.2e1 million CNY"):
        documents.add(dumps(plan_document(solved(text.replace("WORTH", worth), tmp_path))))
    assert len(documents) == 1


def test_the_same_question_twice_has_the_same_answer(tmp_path):
    """Same file, seed and threads: plan.json is the same to the last letter, with ties among 40 equal projects too."""
    lines = "".join(f"  p{i}: {{kind: upgrade, capex: 10 MCNY, abates: {{site: 2 ktCO2e}}}}\n" for i in range(40))
    text = f"projects:\n{lines}targets: {{cap: {{kind: reduction, by: 2, cut: 33 ktCO2e}}}}\nsolve: {{seed: 7}}\n"
    first, second = (dumps(plan_document(solved(text, tmp_path))) for _ in range(2))
    assert first == second


def test_limits_of_the_file_hold_unless_they_are_overridden(tmp_path):
    """`solve:` in the file is what is asked; a limit given beside it stands above."""
    text = "solve: {gap: 5 %, time_limit: 77, threads: 1, seed: 3}\n"
    plan = solve(write(text, tmp_path)).result.plan
    assert (plan.gap_asked, plan.solver["threads"], plan.solver["seed"]) == (0.05, 1, 3)
    plan = solve(write(text, tmp_path), {"gap": 0.2, "threads": None}).result.plan
    assert (plan.gap_asked, plan.solver["threads"]) == (0.2, 1)
    assert "solve" not in HEAD
