"""What would do instead: the least of its kind, and every one solves when it is written into a file."""

import pytest
import yaml

from optimiser.explain import Item, find_conflict
from optimiser.explain.figures import down, path_over, up
from optimiser.explain.oracle import Oracle
from optimiser.instance import compile_instance
from optimiser.solve import Interrupt, Limits, answer
from optimiser.workflow import read
from tests.helpers import case_of, refused

LOTS = "projects: {lots: {kind: upgrade, units: {max: 5}, capex: 10 MCNY, abates: {site: 10 ktCO2e}MORE}}\n"


def offered(text: str, tmp_path) -> dict[str, dict]:
    """By its words: what each remedy writes. Each is written into a file that extends the scenario, and solved."""
    found = {}
    for remedy in refused(text, tmp_path).remedies:
        path = tmp_path / "remedy.yaml"
        path.write_text("extends: scenario.yaml\n" + "\n".join(remedy.lines) + "\n", encoding="utf-8")
        assert answer(compile_instance(read(path).scenario), Limits(0.0, 30.0, 1)) is not None, remedy.lines
        assert yaml.safe_load("\n".join(remedy.lines)) == remedy.override
        found[remedy.words] = remedy.override
    return found


def lots(more: str = "") -> str:
    return LOTS.replace("MORE", f", {more}" if more else "")


def test_a_later_deadline_and_a_smaller_cut(tmp_path):
    """One lot a year: 20 kt by year 1 are there in year 2, and 10 in year 1."""
    text = lots().replace("max: 5", "max: 5, per_year: 1") + "targets: {t: {kind: reduction, by: 1, cut: 20 %}}\n"
    assert offered(text, tmp_path) == {
        "the target t 1 year later, by 2": {"targets": {"t": {"by": 2}}},
        "for t a cut of 10 % instead of 20 %": {"targets": {"t": {"cut": "10 %"}}},
    }


def test_a_cut_that_is_a_path_is_lowered_in_every_year(tmp_path):
    """50 kt are all there is: 12 kt less than 62 in year 3, and as much less in the years before."""
    text = lots() + "targets: {t: {kind: reduction, by: 1, cut: {1: 40 ktCO2e, 3: 62 ktCO2e}}}\n"
    found = offered(text, tmp_path)
    assert found["for t a cut of 12 ktCO2e less in every year"] == {
        "targets": {"t": {"cut": {1: "28 ktCO2e", 3: "50 ktCO2e"}}}
    }


def test_a_share_by_year_is_lowered_by_percentage_points(tmp_path):
    """50 of 100 kt are all there is: 62 % in year 3 less 12 points, which is no 12 % less."""
    text = lots() + "targets: {t: {kind: reduction, by: 1, cut: {1: 40 %, 3: 62 %}}}\n"
    found = offered(text, tmp_path)
    assert found["for t a cut of 12 percentage points less in every year"] == {
        "targets": {"t": {"cut": {1: "28 %", 3: "50 %"}}}
    }


def test_what_took_too_long_is_not_said_to_fail(tmp_path, monkeypatch):
    """The least ease and every changed file remain open questions: nothing may be said about what would do."""
    asked = Oracle.has_plan
    first = case_of(lots() + "targets: {t: {kind: reduction, in: 3, cut: 80 ktCO2e}}\n", tmp_path)

    def slow(self, instance):
        changed = any(t.id == "t" and t is not first.instance.targets[0] for t in instance.targets)
        self.unknown += changed
        return None if changed else asked(self, instance)

    monkeypatch.setattr(Oracle, "has_plan", slow)
    conflict = find_conflict(first, Limits(0.0, 30.0, 1), Interrupt())
    assert conflict.remedies == ()
    assert not conflict.tried
    assert "took too long to be solved" in "\n".join(conflict.sentences)


def test_a_cut_against_the_baseline(tmp_path):
    """50 of 100 kt can be cut, in the last year of 80: 51 % fit, rounded down to a tenth."""
    text = "sources: {site: {scope: 1, baseline: {1: 100 ktCO2e, 3: 98 ktCO2e}}}\n" + lots()
    text += "targets: {t: {kind: reduction, in: 3, cut: 70 %, against: baseline}}\n"
    assert "for t a cut of 51 % instead of 70 %" in offered(text, tmp_path)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("kind: intensity, in: 3, per: tonnage, cut: 60 %", "for t a cut of 50 % instead of 60 %"),
        (
            "kind: intensity, in: 3, per: tonnage, at_most: 0.4 tCO2e/MWh",
            "for t at most 0.5 tCO2e/MWh instead of 0.4 tCO2e/MWh",
        ),
        ("kind: carbon_budget, years: [3, 3], at_most: 40 ktCO2e", "for t at most 50 ktCO2e instead of 40 ktCO2e"),
        ("kind: historical, by: 3, stock: 5 ktCO2e", "for t a stock of 3 ktCO2e instead of 5 ktCO2e"),
        ("kind: avoided, in: 3, multiple: 4, base: 1 ktCO2e", "for t a multiple of 2 instead of 4"),
        ("kind: peak, by: 2, at_most: 40 ktCO2e", "for t at most 50 ktCO2e in a year instead of 40 ktCO2e"),
        ("kind: neutrality, in: 3, credits: 10 %", "for t credits of 49 % of the base instead of 10 %"),
    ],
)
def test_every_kind_of_target_is_eased_in_its_own_words(target, words, tmp_path):
    """50 kt can be cut, 2 avoided, 1 a year removed: what is asked beyond is given up, and no more."""
    text = lots() + f"series: {{tonnage: 100 GWh}}\ntargets: {{t: {{{target}}}}}\n"
    text = text.replace("}}\nseries", "}, sold: {kind: programme, avoids: 2 ktCO2e}, wood: WOOD}\nseries")
    text = text.replace("WOOD", "{kind: sink, removal: 1 ktCO2e, durable: true}")
    assert words in offered(text, tmp_path)


def test_a_residual_that_is_too_small(tmp_path):
    """What is left is removed, but 50 % of the base are left and 20 allowed."""
    text = lots().replace("}}\n", "}, wood: {kind: sink, removal: 90 ktCO2e}}\n")
    text += "targets: {t: {kind: neutrality, in: 3, residual: 20 %}}\n"
    assert "for t residual emissions of 50 % instead of 20 %" in offered(text, tmp_path)


def test_a_peak_needs_tolerance(tmp_path):
    """A site that grows by 6 kt a year and cannot be cut: no rise after year 1 needs 6 % in the worst year."""
    text = "sources: {site: {scope: 1, baseline: {1: 100 ktCO2e, 3: 112 ktCO2e}}}\n"
    text += "targets: {t: {kind: peak, by: 1, shape: no_rise}}\n"
    assert offered(text, tmp_path) == {
        "the target t 2 years later, by 3": {"targets": {"t": {"by": 3}}},
        "for t a tolerance of 6 % instead of 0 %": {"targets": {"t": {"tolerance": "6 %"}}},
    }


def test_more_money_or_money_that_moves_on(tmp_path):
    """20 kt by year 2 cost 10 a year in lots of 20: 10 more in one year, or that of year 1 kept."""
    text = lots().replace("capex: 10 MCNY, abates: {site: 10", "capex: 20 MCNY, abates: {site: 20")
    text += "budgets: {b: {limit: 10 MCNY}}\ntargets: {t: {kind: reduction, by: 2, cut: 20 ktCO2e}}\n"
    found = offered(text, tmp_path)
    assert found["10 MCNY more for the budget b in 2"] == {
        "budgets": {"b": {"limit": {1: "10 MCNY", 2: "20 MCNY", 3: "10 MCNY"}}}
    }
    assert found["all that is left of the budget b carried over"] == {"budgets": {"b": {"carry_over": "100 %"}}}


def test_more_of_a_resource_in_its_own_unit(tmp_path):
    """Two lots take 6 MW of a grid connection of 5: one more MW, in the year in which it lacks."""
    text = lots("uses: {grid: 3 MW}, start: 2") + "resources: {grid: {limit: 5 MW}}\n"
    text += "targets: {t: {kind: reduction, by: 3, cut: 20 ktCO2e}}\n"
    assert offered(text, tmp_path)["1 MW more for grid in 2"] == {
        "resources": {"grid": {"limit": {1: "5 MW", 2: "6 MW", 3: "5 MW"}}}
    }


def test_more_or_fewer_choices(tmp_path):
    """Two of three are needed where one is allowed; and where three must be chosen, money is there for one."""
    text = "".join(f"  {n}: {{kind: upgrade, capex: 10 MCNY, abates: {{site: 10 ktCO2e}}}}\n" for n in "abc")
    more = f"projects:\n{text}groups: {{g: {{projects: [a, b, c], at_most: 1}}}}\n"
    more += "targets: {t: {kind: reduction, by: 3, cut: 20 ktCO2e}}\n"
    assert "at most 2 of the choice g instead of 1" in offered(more, tmp_path)
    fewer = f"projects:\n{text}groups: {{g: {{projects: [a, b, c], at_least: 3}}}}\n"
    fewer += "budgets: {b: {limit: 10 MCNY, window: 3}}\n"
    found = offered(fewer, tmp_path)
    assert "at least 1 of the choice g instead of 3" in found
    assert "20 MCNY more for windows of the budget b that end in 3" in found


def test_windows_and_requirements(tmp_path):
    """b is decided and waits two years for a, which cannot start before year 2: a year earlier, or a year less."""
    text = """
projects:
  a: {kind: programme, start: [2, 3]}
  b: {kind: programme, committed: true, requires: {a: 2}}
"""
    conflict = refused(text, tmp_path)
    assert {(f.kind, f.id) for f in conflict.facts} == {("window", "a"), ("requirement", "b")}
    assert "It rests on the start of a in 2 to 3 and the rule that b requires a 2 years earlier." in conflict.sentences
    found = offered(text, tmp_path)
    assert found["no commitment to b"] == {"projects": {"b": {"committed": False}}}
    assert found["a start of a from 1 on instead of 2"] == {"projects": {"a": {"start": [1, 3]}}}
    assert found["b 1 instead of 2 years after a"] == {"projects": {"b": {"requires": {"a": 1}}}}


def test_an_exclusion(tmp_path):
    """45 of 100 kt need a and b, which exclude each other: without that, or with a cut of 25, there is a plan."""
    text = """
projects:
  a: {kind: upgrade, abates: {site: 25 ktCO2e}, excludes: [b]}
  b: {kind: upgrade, abates: {site: 25 ktCO2e}}
targets: {t: {kind: reduction, in: 3, cut: 45 ktCO2e}}
"""
    conflict = refused(text, tmp_path)
    assert [(f.kind, f.id) for f in conflict.facts] == [("exclusion", "a")]
    assert "It rests on the rule that a excludes b." in conflict.sentences
    found = offered(text, tmp_path)
    assert found["a without what it excludes"] == {"projects": {"a": {"excludes": None}}}
    assert any(words.startswith("for t a cut of 25 ktCO2e") for words in found)


def test_an_end_of_a_window(tmp_path):
    """a may start up to year 1, and waits a year for b, which starts in year 1: a may start later."""
    text = """
projects:
  a: {kind: upgrade, start: 1, abates: {site: 10 ktCO2e}, requires: {b: 1}}
  b: {kind: programme}
targets: {t: {kind: reduction, in: 3, cut: 10 ktCO2e}}
"""
    found = offered(text, tmp_path)
    assert found["a start of a up to 2 instead of 1"] == {"projects": {"a": {"start": [1, 2]}}}


def test_docks(tmp_path):
    """Four ships by year 2 with a slot a year: one more slot."""
    text = """
fleets:
  ships:
    states: {old: {count: 4, emissions: 10 ktCO2e}, best: {emissions: 1 ktCO2e}}
    changes: [{from: old, to: best}]
    docking: {slots_per_year: 1}
targets: {cap: {kind: reduction, by: 2, cut: 36 ktCO2e, sources: [ships]}}
"""
    found = offered(text, tmp_path)
    assert found["1 more docking slot a year for the fleet ships"] == {
        "fleets": {"ships": {"docking": {"slots_per_year": 2}}}
    }


def test_markets(tmp_path):
    """A cap of 40 kt where 50 are the least: 25 % more, or leave to buy the 10 that lack in each of three years."""
    head = "entities: {group: {}}\n" + lots()
    inside = head + "markets: {m: {kind: internal, entities: [group], cap: 40 ktCO2e}}\n"
    assert "a cap of the internal market m that is 25 % higher" in offered(inside, tmp_path)
    outside = head + "markets: {m: {kind: external, price: 9 CNY/tCO2e, buy: false, free_allocation: 40 %}}\n"
    words = "leave to buy in the market m: 30 ktCO2e at least in 1 to 3 together"
    assert offered(outside, tmp_path)[words] == {"markets": {"m": {"buy": True}}}
    assert sum(refused(outside, tmp_path).more[Item("market", "m")].values()) == pytest.approx(30)


def test_terms_and_commitments_of_finance(tmp_path):
    """A commitment of 50 with 20 of its own needs 30 of a loan of 10; a decided loan of 20 needs a roof of 20."""
    text = """
entities: {group: {}}
projects: {p: {kind: upgrade, start: 1, capex: 50 MCNY, committed: true}}
budgets: {b: {limit: 20 MCNY}}
finance: {loan: {kind: loan, entity: group, issue: 1, rate: 3 %, tenor: 3, amount: 10 MCNY}}
"""
    found = offered(text, tmp_path)
    assert found["loan up to 30 MCNY in all instead of 10 MCNY"] == {"finance": {"loan": {"amount": "30 MCNY"}}}
    assert "20 MCNY more for the budget b in 1" in found
    text = """
entities: {group: {}}
finance:
  loan: {kind: loan, entity: group, issue: 1, rate: 3 %, tenor: 3, ticket: [20 MCNY, 30 MCNY], committed: true}
  roof: {kind: limit, entity: group, outstanding: 15 MCNY}
"""
    found = offered(text, tmp_path)
    assert found["no commitment to issue loan"] == {"finance": {"loan": {"committed": False}}}
    assert "5 MCNY more for the debt ceiling roof in 1" in found


@pytest.mark.parametrize("ticket", ["[20 MCNY, 30 MCNY]", "{min: 20 MCNY}"])
def test_a_smaller_issue(ticket, tmp_path):
    """A decided loan of 20 at least under a roof of 15: 15, which is what it is rounded to."""
    text = f"""
entities: {{group: {{}}}}
finance:
  loan: {{kind: loan, entity: group, issue: 1, rate: 3 %, tenor: 3, ticket: {ticket}, committed: true}}
  roof: {{kind: limit, entity: group, outstanding: 15 MCNY}}
"""
    assert "an issue of loan of at least 15 MCNY instead of 20 MCNY" in offered(text, tmp_path)


def test_a_target_that_nothing_softens_may_give_way(tmp_path):
    """No tonne is removed at all: neither a later year nor a smaller stock helps, only to let it give way."""
    text = "projects: {p: {kind: programme}}\ntargets: {t: {kind: historical, by: 3, stock: 5 ktCO2e}}\n"
    assert offered(text, tmp_path) == {
        "leave for the target t to give way (`priority: 1`)": {"targets": {"t": {"priority": 1}}}
    }


def test_two_conflicts_need_two_changes(tmp_path):
    """Two sites, each with a target beyond its projects: both are named, and what is offered changes both."""
    text = """
sources: {one: {scope: 1, baseline: 100 ktCO2e}, two: {scope: 1, baseline: 100 ktCO2e}}
projects:
  a: {kind: upgrade, abates: {one: 10 ktCO2e}}
  b: {kind: upgrade, abates: {two: 10 ktCO2e}}
targets:
  first: {kind: reduction, in: 3, cut: 15 ktCO2e, sources: [one]}
  second: {kind: reduction, in: 3, cut: 15 ktCO2e, sources: [two]}
"""
    conflict = refused(text, tmp_path)
    assert {i.id for i in (*conflict.items, *(j for other in conflict.others for j in other))} == {"first", "second"}
    assert any(s.startswith("Nor can the target ") for s in conflict.sentences)
    (words,) = offered(text, tmp_path)
    assert words.count("a cut of 10 ktCO2e instead of 15 ktCO2e") == 2


def test_the_years_that_clash_are_named(tmp_path):
    """Money lacks in year 3 alone, for the lots that year 3 needs; the budget of years 1 and 2 has no part in it."""
    text = lots("start: [3, 4], size_: 1").replace(", size_: 1", "") + "horizon: {first: 1, last: 6}\n"
    text += "budgets: {b: {limit: 15 MCNY}}\ntargets: {t: {kind: reduction, by: 3, cut: 20 ktCO2e}}\n"
    conflict = refused(text, tmp_path)
    assert {(i.kind, years) for i, years in conflict.years.items()} == {("budget", (3, 3)), ("target", (3, 3))}
    assert "It is the budget b in 3 and the target t in 3 that clash." in conflict.sentences


def test_what_is_offered_goes_to_machines_as_well(tmp_path):
    """The keys that lead to every value, the override and the lines of the file."""
    text = lots() + "targets: {t: {kind: reduction, in: 3, cut: 60 ktCO2e}}\n"
    remedy = refused(text, tmp_path).remedies[0]
    assert remedy.document() == {
        "words": "for t a cut of 50 ktCO2e instead of 60 ktCO2e",
        "override": {"targets": {"t": {"cut": "50 ktCO2e"}}},
        "values": [{"path": ["targets", "t", "cut"], "value": "50 ktCO2e"}],
        "yaml": ["targets: {t: {cut: 50 ktCO2e}}"],
    }


def test_progress_is_told(tmp_path):
    """Every solve is announced, with the seconds so far."""
    told = []
    text = lots() + "targets: {t: {kind: reduction, in: 3, cut: 60 ktCO2e}}\n"
    conflict = find_conflict(case_of(text, tmp_path), Limits(threads=1), Interrupt(), lambda w, p: told.append((w, p)))
    assert len(told) == conflict.solves > 3
    assert told[0][0] == "looking for the reason (1)"
    assert [p.seconds for _, p in told] == sorted(p.seconds for _, p in told)


@pytest.mark.parametrize(("value", "above", "below"), [(12.3456, 12.35, 12.34), (0.0, 0.0, 0.0), (100.0, 100.0, 100.0)])
def test_rounding_to_the_safe_side(value, above, below):
    assert (up(value), down(value)) == (above, below)


def test_a_path_keeps_the_years_that_the_file_has(tmp_path):
    """Years with straight lines between are left out, but not those of the file: both are laid upon each other."""
    import numpy as np

    text = "horizon: {first: 1, last: 6}\nbudgets: {b: {limit: {1: 10 MCNY, 4: 40 MCNY}}}\n"
    case = case_of(text, tmp_path)
    from optimiser.explain.figures import money

    path = case.entry("budgets", "b").limit
    values = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 50.0])
    assert path_over(case, path, values, money(case)) == {1: "10 MCNY", 4: "40 MCNY", 5: "50 MCNY", 6: "50 MCNY"}
    assert path_over(case, path, np.full(6, 7.0), money(case)) == "7 MCNY"


def test_a_least_number_of_units_is_named_and_made_smaller(tmp_path):
    """Five lots of 10 are committed and 30 are there in year 1: three may stay. What is named is that there are five,
    and that they start in year 1; with one lot, or over three years, there would be a plan."""
    text = (
        lots("committed: true, start: [1, 1]").replace("max: 5", "min: 5, max: 8") + "budgets: {b: {limit: 30 MCNY}}\n"
    )
    conflict = refused(text, tmp_path)
    assert {(f.kind, f.id) for f in conflict.facts} == {("window", "lots"), ("least", "lots")}
    assert "It rests on the start of lots in 1 and the least of 5 units of lots." in conflict.sentences
    found = offered(text, tmp_path)
    assert found["lots with at least 3 units instead of 5"] == {"projects": {"lots": {"units": {"min": 3}}}}
    assert "no commitment to lots" in found
    assert sum("at least" in words for words in found) == 1, "said once, as the commitment's and as the fact's"


def test_a_least_size_is_made_smaller(tmp_path):
    """50 MW of 1 are committed and 30 are there in all: 30 MW, which is a round number; 31.234 are narrowed to one in a
    hundred of what goes."""
    text = (
        "projects: {pv: {kind: upgrade, size: {min: 50 MW, max: 80 MW}, capex: 1 MCNY/MW, committed: true}}\n"
        "budgets: {b: {limit: 30 MCNY, window: 3}}\n"
    )
    assert "It rests on the least of 50 MW of pv." in refused(text, tmp_path).sentences
    assert "pv with at least 30 MW instead of 50 MW" in offered(text, tmp_path)
    odd = text.replace("30 MCNY", "31.234 MCNY")
    (words,) = (w for w in offered(odd, tmp_path) if "at least" in w)
    fits = float(words.removeprefix("pv with at least ").removesuffix(" MW instead of 50 MW"))
    assert 31.234 - 0.01 * 20 <= fits <= 31.234


def test_a_least_number_that_is_a_matter_only_where_it_is_chosen(tmp_path):
    """Nothing is committed; one of two must be chosen, and five lots of 10 or one for 80 are both beyond 30 in all.
    Without a least number one lot would do, and three still do."""
    text = """projects:
  lots: {kind: upgrade, units: {min: 5, max: 8}, capex: 10 MCNY}
  big: {kind: upgrade, capex: 80 MCNY}
"""
    text += "groups: {one: {projects: [lots, big], at_least: 1}}\nbudgets: {b: {limit: 30 MCNY, window: 3}}\n"
    conflict = refused(text, tmp_path)
    assert {(i.kind, i.id) for i in conflict.items} == {("group", "one"), ("budget", "b")}
    assert [(f.kind, f.id) for f in conflict.facts] == [("least", "lots")]
    assert offered(text, tmp_path)["lots with at least 3 units instead of 5"]


def test_a_least_number_without_a_part_in_it_is_not_named(tmp_path):
    """At least two lots of 10 fit into 30; what does not fit is the cut of 40, which asks for four."""
    text = lots().replace("max: 5", "min: 2, max: 5") + (
        "budgets: {b: {limit: 30 MCNY, window: 3}}\ntargets: {t: {kind: reduction, in: 3, cut: 40 ktCO2e}}\n"
    )
    conflict = refused(text, tmp_path)
    assert {(i.kind, i.id) for i in conflict.items} == {("target", "t"), ("budget", "b")}
    assert not [f for f in conflict.facts if f.kind == "least"]


def test_what_lacks_in_a_market_is_summed_over_its_accounts(tmp_path):
    """Free are 100, 75 and 50 % of 100 and 40; credits pay 5 % of what is due; ten in a hundred of the first can go.

    The first: 85.5 less 100, 75, 50 lacks 0, 10.5, 35.5. The second: 38 less 40, 30, 20 lacks 0, 8, 18. Together 72.
    """
    text = """
entities: {group: {}, a: {parent: group}, b: {parent: group}}
sources: {one: {entity: a, scope: 1, baseline: 100 ktCO2e}, two: {entity: b, scope: 1, baseline: 40 ktCO2e}}
projects: {p: {kind: upgrade, entity: a, capex: 1 MCNY, abates: {one: 10 %}}}
markets:
  m: {entities: [a, b], scopes: 1, price: 9 CNY/tCO2e, buy: false, free_allocation: {1: 100 %, 3: 50 %},
      credits: {share: 5 %, price: 8 CNY/tCO2e}}
"""
    conflict = refused(text, tmp_path)
    assert conflict.more[Item("market", "m")] == pytest.approx({2: 18.5, 3: 53.5})
    assert "leave to buy in the market m: 72 ktCO2e at least in 2 and 3 together" in offered(text, tmp_path)
