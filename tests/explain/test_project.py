"""Why a project: what other choices cost, against plans with that choice written into the file."""

import pytest

from optimiser.errors import UsageError
from optimiser.explain.project import why_project
from optimiser.solve import Limits, answer
from tests.helpers import case_of, instance_of

LIMITS = Limits(0.0, 60.0, 1)
TEXT = """
projects:
  a: {kind: upgrade, capex: 10 MCNY, opex: 1 MCNY, abates: {site: 10 ktCO2e}A}
  b: {kind: upgrade, capex: 12.5 MCNY, abates: {site: 10 ktCO2e}B}
  fill: {kind: upgrade, size: {max: 20 MW}, capex: 3 MCNY/MW, abates: {site: 1 ktCO2e/MW}, start: 3}
discount_rate: 5 %
targets: {cut: {kind: reduction, by: 3, cut: 14 ktCO2e}}
"""


def text(a: str = "", b: str = "") -> str:
    return TEXT.replace("}A}", f"}}{a}}}").replace("}B}", f"}}{b}}}")


def least_cost(content: str, tmp_path) -> float:
    return answer(instance_of(content, tmp_path), LIMITS).objective


def reason(name, tmp_path, content=None):
    instance = instance_of(content or text(), tmp_path)
    plan = answer(instance, LIMITS)
    return plan, why_project(instance, plan, name, LIMITS)


def test_out_and_other_years_of_what_is_in(tmp_path):
    """a starts in year 3. Without it the plan is that of a file in which it may not start; in year 1, that of a file in
    which it must. The differences are the same to the last digit."""
    plan, why = reason("a", tmp_path)
    assert [s.year for s in why.starts] == [3]
    found = {t.what: t.more for t in why.trials}
    without = TEXT.split("  a:")[0] + "  b:" + TEXT.split("  b:")[1].replace("}B}", "}}")
    assert found["out"] == pytest.approx(least_cost(without, tmp_path) - plan.objective)
    for year in (1, 2):
        held = text(a=f", start: {year}, committed: true")
        assert found[f"first started in {year}"] == pytest.approx(least_cost(held, tmp_path) - plan.objective)
    assert why.complete
    assert all(t.is_decided for t in why.trials)


def test_in_and_every_year_of_what_is_out(tmp_path):
    plan, why = reason("b", tmp_path)
    assert why.starts == ()
    found = {t.what: t.more for t in why.trials}
    held = text(b=", committed: true")
    assert found["in, whenever it is best"] == pytest.approx(least_cost(held, tmp_path) - plan.objective)
    assert found["in, whenever it is best"] == pytest.approx(min(found[f"first started in {y}"] for y in (1, 2, 3)))


def test_the_account_at_the_margin(tmp_path):
    """a takes its own money (11 in year 3) and gives 10 kt, each of which the filler would do for 3."""
    _, why = reason("a", tmp_path)
    own, cut = why.account
    assert own.value == pytest.approx(11 / 1.05**2)
    assert (cut.what, cut.year) == ("target cut, gross emissions", 3)
    assert cut.amount == pytest.approx(-10)
    assert cut.value == pytest.approx(-30 / 1.05**2)


def test_what_cannot_be_is_no_plan(tmp_path):
    """Without a and b the filler does 14 kt; where it can do 3 only, a cannot be left out beside an impossible b."""
    content = text(b=", start: 3, excludes: a").replace("max: 20 MW", "max: 3 MW").replace("cut: 14", "cut: 13")
    content = content.replace("abates: {site: 10 ktCO2e}, start", "abates: {site: 9 ktCO2e}, start")
    _, why = reason("a", tmp_path, content)
    assert {t.what: t.more for t in why.trials}["out"] is None
    assert why.complete


def test_a_commitment_is_no_choice(tmp_path):
    _, why = reason("b", tmp_path, text(b=", committed: true"))
    assert why.committed
    assert why.trials[0].what == "out"
    assert why.trials[0].more is None


def test_differences_within_the_gap_are_said_to_be_so(tmp_path):
    """With plans proven to 90 % only, a difference of a million is none that is known of."""
    instance = instance_of(text(), tmp_path)
    plan = answer(instance, LIMITS)
    from dataclasses import replace

    loose = replace(plan, bound=plan.objective * 0.1)
    why = why_project(instance, loose, "a", LIMITS)
    assert not any(t.is_decided for t in why.trials)


def test_an_unknown_project(tmp_path):
    instance = instance_of(text(), tmp_path)
    with pytest.raises(UsageError, match="no such project; it has a, b, fill"):
        why_project(instance, answer(instance, LIMITS), "kiln", LIMITS)


def test_long_windows_are_sampled(tmp_path):
    """Thirty years: the neighbours of the year of the plan, the first and the last, and some between; ten in all."""
    content = "horizon: {first: 1, last: 30}\n" + text()
    _, why = reason("b", tmp_path, content)
    (now,) = (s.year for s in why.starts)
    years = [t.year for t in why.trials if t.year is not None]
    assert len(years) <= 10
    assert {1, 30, *(y for y in (now - 2, now - 1, now + 1, now + 2) if y >= 1)} <= set(years)


@pytest.mark.parametrize(
    ("name", "what", "keys"),
    [
        ("a", "out", None),
        ("a", "first started in 1", {"committed": True, "start": 1}),
        ("b", "in, whenever it is best", {"committed": True}),
        ("fill", "out", None),
    ],
)
def test_forcing_is_what_an_override_does(name, what, keys, tmp_path):
    """Out, in, and in another year: each costs what the file with the override costs more, solved anew."""
    plan, why = reason(name, tmp_path)
    changed = case_of(text(), tmp_path).changed({"projects": {name: keys}})
    assert changed is not None
    trial = next(t for t in why.trials if t.what == what)
    assert trial.more == pytest.approx(answer(changed.instance, LIMITS).objective - plan.objective)
