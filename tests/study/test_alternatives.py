"""Alternatives against the enumeration of all portfolios; what is called core or never is so in every one of them."""

import itertools
import json
import random

import openpyxl
import pandas as pd
import pytest

from optimiser.errors import UsageError
from optimiser.solve import Interrupt, Limits, answer
from optimiser.study.alternatives import Alternatives, find_alternatives
from optimiser.study.showing import document, write_alternatives
from tests.helpers import case_of, instance_of

LIMITS = Limits(0.0, 60.0, 1)


def found(text: str, tmp_path, within: float, count: int = 100, limits: Limits = LIMITS) -> Alternatives:
    instance = instance_of(text, tmp_path)
    best = answer(instance, LIMITS)
    return find_alternatives(instance, best, limits, within, count)


def drawn(seed: int) -> tuple[str, list[tuple[str, int, int, int]], int, int]:
    """Six projects (name, cost, abatement, crews), a cut and a number of crews; all in year 1, nothing overlaps."""
    rng = random.Random(f"alternatives {seed}")
    projects = [(name, rng.randint(4, 15), rng.randint(3, 14), rng.randint(1, 3)) for name in "abcdef"]
    crews = rng.randint(5, 8)
    cut = round(0.45 * sum(p[2] for p in projects))
    lines = "".join(
        f"  {n}: {{kind: upgrade, start: 1, capex: {c} MCNY, abates: {{site: {t} ktCO2e}}, uses: {{crews: {k}}}}}\n"
        for n, c, t, k in projects
    )
    text = f"projects:\n{lines}resources: {{crews: {{limit: {crews}}}}}\n"
    return text + f"targets: {{cut: {{kind: reduction, by: 1, cut: {cut} ktCO2e}}}}\n", projects, cut, crews


def enumerated(projects, cut: int, crews: int, within: float) -> dict[frozenset[str], int]:
    """All portfolios that keep cut and crews and cost at most so much more than the cheapest, and what they cost."""
    costs = {}
    for n in range(len(projects) + 1):
        for chosen in itertools.combinations(projects, n):
            if sum(p[2] for p in chosen) >= cut and sum(p[3] for p in chosen) <= crews:
                costs[frozenset(p[0] for p in chosen)] = sum(p[1] for p in chosen)
    least = min(costs.values(), default=0)
    return {m: c for m, c in costs.items() if c <= least * (1 + within) + 1e-6}


@pytest.mark.parametrize("seed", range(12))
def test_all_portfolios_are_found(seed, tmp_path):
    """Proves that with room for all of them the search finds exactly the portfolios that enumeration finds, at the same
    cost, says that there is no other, and calls core and never what is in all and in none of them."""
    text, projects, cut, crews = drawn(seed)
    expected = enumerated(projects, cut, crews, 0.25)
    if not expected:
        assert answer(instance_of(text, tmp_path), LIMITS) is None
        return
    result = found(text, tmp_path, 0.25)
    assert {p.members: round(p.plan.objective, 6) for p in result.portfolios} == expected
    assert result.complete
    for a in result.appearances:
        times = sum(a.element.id in members for members in expected)
        assert a.times == times
        assert a.role == ("core" if times == len(expected) else "optional" if times else "never")


@pytest.mark.parametrize("seed", range(6))
def test_what_is_proven_of_a_few_holds_of_all(seed, tmp_path):
    """Two portfolios are found, the best first; core and never are claims about all of them, and hold."""
    text, projects, cut, crews = drawn(seed)
    expected = enumerated(projects, cut, crews, 0.25)
    if not expected:
        pytest.fail("every seed of this test has a plan")
    result = found(text, tmp_path, 0.25, count=2)
    assert len(result.portfolios) == min(2, len(expected))
    assert result.portfolios[0].plan.objective == pytest.approx(min(expected.values()))
    assert all(p.members in expected for p in result.portfolios)
    for a in result.appearances:
        times = sum(a.element.id in members for members in expected)
        assert a.role == ("core" if times == len(expected) else "optional" if times else "never")


def test_the_second_is_as_unlike_the_first_as_can_be(tmp_path):
    """{a, b} costs 20; {a, c} 20.1 and {c, d} 20.2 are within 2 %: the one that shares nothing is found first."""
    text = """
projects:
  a: {kind: upgrade, start: 1, capex: 10 MCNY, abates: {site: 10 ktCO2e}}
  b: {kind: upgrade, start: 1, capex: 10 MCNY, abates: {site: 10 ktCO2e}}
  c: {kind: upgrade, start: 1, capex: 10.1 MCNY, abates: {site: 10 ktCO2e}}
  d: {kind: upgrade, start: 1, capex: 10.1 MCNY, abates: {site: 10 ktCO2e}}
targets: {cut: {kind: reduction, by: 1, cut: 20 ktCO2e}}
"""
    result = found(text, tmp_path, 0.02, count=2)
    assert [p.members for p in result.portfolios] == [{"a", "b"}, {"c", "d"}]
    assert result.portfolios[1].extra == pytest.approx(0.01)
    assert not result.complete


def test_targets_that_gave_way_stay_where_they_are(tmp_path):
    """Ten kt are missed by two at least; an alternative may not miss by more to be cheaper."""
    text = """
projects:
  a: {kind: upgrade, start: 1, capex: 10 MCNY, abates: {site: 8 ktCO2e}}
  b: {kind: upgrade, start: 1, capex: 1 MCNY, abates: {site: 3 ktCO2e}, excludes: [a]}
  c: {kind: upgrade, start: 1, capex: 10.5 MCNY, abates: {site: 8 ktCO2e}, excludes: [a, b]}
targets: {cut: {kind: reduction, by: 1, cut: 10 ktCO2e, priority: 1}}
"""
    result = found(text, tmp_path, 0.10)
    assert {p.members for p in result.portfolios} == {frozenset("a"), frozenset("c")}


def test_a_search_without_time_says_so(tmp_path):
    """Nothing was tried: one portfolio, and nothing is called proven."""
    text, *_ = drawn(0)
    result = found(text, tmp_path, 0.25, limits=Limits(0.0, 0.0, 1))
    assert (len(result.portfolios), result.complete, result.stopped) == (1, False, "time limit")
    assert {a.role for a in result.appearances} <= {"in all found", "in none found"}


def test_an_interrupt_is_heard(tmp_path):
    text, *_ = drawn(0)
    instance = instance_of(text, tmp_path)
    interrupt = Interrupt()
    interrupt.event.set()
    result = find_alternatives(instance, answer(instance, LIMITS), LIMITS, 0.25, 5, None, interrupt)
    assert result.stopped == "interrupt"


def test_files(tmp_path):
    """All that was found in JSON, CSV and a workbook; a hostile name stays text; a foreign folder is refused."""
    text, *_ = drawn(1)
    text = text.replace("a: {kind", "a: {name: =cmd(), kind")
    case = case_of(text, tmp_path)
    result = find_alternatives(case.instance, answer(case.instance, LIMITS), LIMITS, 0.25, 3)
    out = tmp_path / "out"
    write_alternatives(result, case.instance, out)
    write_alternatives(result, case.instance, out)
    assert sorted(p.name for p in out.iterdir()) == [
        "alternatives.json", "alternatives.xlsx", "appearances.csv", "portfolios.csv",
    ]  # fmt: skip
    read = json.loads((out / "alternatives.json").read_text(encoding="utf-8"))
    assert read == document(result, case.instance)
    assert len(read["portfolios"]) == len(result.portfolios)
    table = pd.read_csv(out / "appearances.csv")
    assert table.set_index("id").loc["a", "name"] == "'=cmd()"
    assert openpyxl.load_workbook(out / "alternatives.xlsx")["Appearances"]["B2"].value == "=cmd()"
    assert openpyxl.load_workbook(out / "alternatives.xlsx")["Appearances"]["B2"].data_type == "s"
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="no earlier list of alternatives"):
        write_alternatives(result, case.instance, foreign)


def test_a_life_that_ends_is_no_element(tmp_path):
    """Ships of 2010 end their life of 25 years in year 2035, which nobody chooses: it has no id, either."""
    text = """
horizon: {first: 2030, last: 2036}
projects: {}
fleets:
  ships:
    life: 25
    states: {old: {built: {2010: 2}, emissions: 1 ktCO2e}, gas: {emissions: 0.5 ktCO2e}}
    changes: [{from: old, to: gas, capex: 20 MCNY}, {from: new, to: old, capex: 5 MCNY}]
"""
    result = found(text, tmp_path, 0.5, count=2)
    assert all(a.element.id.split("/")[1] for a in result.appearances)
    assert {a.element.id for a in result.appearances} <= {"ships/0", "ships/1"}
