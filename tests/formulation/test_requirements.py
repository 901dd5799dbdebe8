"""Requirements: a project starts only after another has, so many years earlier."""

import pytest

from optimiser.formulation import build
from tests.helpers import instance_of, least_cost, refused, solved, starts


def after(requires: str, cut: int = 50, by: int = 2, a: str = "", b: str = "") -> str:
    """`b` (10 MCNY, half of the site) wants `a` (5 MCNY) or `c` (6 MCNY), which do nothing by themselves."""
    return f"""
projects:
  a: {{kind: research, capex: 5 MCNY{a}}}
  b: {{kind: upgrade, capex: 10 MCNY, abates: {{site: 50 ktCO2e}}, requires: {requires}{b}}}
  c: {{kind: research, capex: 6 MCNY}}
targets: {{cap: {{kind: reduction, by: {by}, cut: {cut} ktCO2e}}}}
"""


@pytest.mark.parametrize("lag", [0, 1, 2])
def test_the_lag_counts_between_starts(lag, tmp_path):
    """`a` starts `lag` years before `b`, so that half is cut by year 1 + lag for 15 MCNY, and no year earlier.

    If the requirement were dropped the answer would be 10, not 15; with a lag one year too long there would be none.
    """
    result = solved(after(f"{{a: {lag}}}", by=1 + lag), tmp_path)
    assert result.plan.objective == pytest.approx(15)
    assert starts(result)["a", 1] == 1
    if lag:
        refused(after(f"{{a: {lag}}}", by=lag), tmp_path)


@pytest.mark.parametrize("requires", ["a", "[a]", "{a: 0}", "{any_of: a}", "{any_of: [a]}", "{any_of: {a: 0}}"])
def test_the_forms_that_mean_a_alone(requires, tmp_path):
    assert least_cost(after(requires, by=1), tmp_path) == pytest.approx(15)


@pytest.mark.parametrize(("requires", "cost"), [("[a, c]", 21), ("{a: 1, c: 0}", 21), ("{any_of: [a, c]}", 15)])
def test_all_of_a_list_and_any_of_a_choice(requires, cost, tmp_path):
    """A list needs both (10 + 5 + 6), a choice the cheaper one (10 + 5)."""
    assert least_cost(after(requires), tmp_path) == pytest.approx(cost)


def test_each_alternative_has_its_own_lag(tmp_path):
    """`a` must be a year ahead, `c` may start with it: in year 1 only `c` helps (16), from year 2 `a` does (15)."""
    requires = "{any_of: {a: 1, c: 0}}"
    assert least_cost(after(requires, by=1), tmp_path) == pytest.approx(16)
    assert least_cost(after(requires, by=2), tmp_path) == pytest.approx(15)


def test_a_choice_beside_a_duty(tmp_path):
    """`c` in any case, and `a` or `c`: `c` serves both, 16. If the choice took its own project it would be 21."""
    assert least_cost(after("{any_of: [a, c], c: 0}"), tmp_path) == pytest.approx(16)


def test_one_unit_is_enough_for_many(tmp_path):
    """Four lots of 10 kt want one unit of `a`, of which there are three: 4 x 10 + 5 = 45.

    If every unit wanted a unit of its own there would be no plan; if the units were summed over years, none either.
    """
    several = after("{a: 1}", cut=40, a=", units: {max: 3}", b=", units: {max: 4}").replace("50 kt", "10 kt")
    result = solved(several, tmp_path)
    assert result.plan.objective == pytest.approx(45)
    assert starts(result) == {("a", 1): 1, ("b", 2): 4}
    refused(several.replace("by: 2", "by: 1"), tmp_path)


def test_several_units_of_the_required_serve_a_single_one(tmp_path):
    """`b` is one, `a` comes in units of 5: one unit in year 1 is enough, 15 and not 25."""
    assert least_cost(after("{a: 1}", a=", units: {max: 3}"), tmp_path) == pytest.approx(15)


def test_any_size_may_require(tmp_path):
    """4 MW of `b` at 10 MCNY/MW want one `a` whatever their size: 40 + 5; half a MW is 5 + 5, not 5 + 2.5."""
    text = after("{a: 1}", cut=40).replace("10 MCNY", "10 MCNY/MW").replace("50 ktCO2e", "10 ktCO2e/MW")
    text = text.replace("kind: upgrade", "kind: upgrade, size: {max: 4 MW}")
    assert least_cost(text, tmp_path) == pytest.approx(45)
    assert least_cost(text.replace("cut: 40", "cut: 5"), tmp_path) == pytest.approx(10)
    refused(text.replace("by: 2", "by: 1"), tmp_path)


def test_windows_that_do_not_meet(tmp_path):
    """What started long before its window closed goes on counting; what opens later holds the other back."""
    assert starts(solved(after("{a: 1}", by=3, a=", start: 1", b=", start: 3"), tmp_path)) == {
        ("a", 1): 1,
        ("b", 3): 1,
    }
    assert least_cost(after("{a: 0}", by=2, a=", start: [2, 3]"), tmp_path) == pytest.approx(15)
    refused(after("{a: 0}", by=1, a=", start: [2, 3]"), tmp_path)
    refused(after("{a: 1}", by=3, a=", start: 3"), tmp_path)


def test_a_chain_of_requirements(tmp_path):
    """`b` needs `a` a year before, `a` needs `c` a year before: 10 + 5 + 6 from year 3 on, and nothing earlier."""
    text = after("{a: 1}", by=3, a=", requires: {c: 1}")
    assert starts(solved(text, tmp_path)) == {("c", 1): 1, ("a", 2): 1, ("b", 3): 1}
    refused(text.replace("by: 3", "by: 2"), tmp_path)


def test_one_row_per_start_year(tmp_path):
    """Proves that the rows are disaggregated: three start years of `b` are three rows, not one sum over them."""
    model = build(instance_of(after("{a: 1}"), tmp_path))
    found = [rows for rows in model.matrix.rows if rows.name == "requires_earlier_start"]
    assert [rows.form.rows for rows in found] == [3]
    assert [found[0].label(v) for v in range(3)] == [("b", "a", 1), ("b", "a", 2), ("b", "a", 3)]
