"""Identical projects become one, where their units do the same together; what is not sure stays apart."""

from random import Random

import numpy as np
import pytest

from optimiser.instance.identical import merged, shared_out
from tests.helpers import instance_of

ONE = "kind: upgrade, capex: 6 MCNY, abates: {site: 10 ktCO2e}"


def depots(terms: str, folder, more: str = "", names=("d1", "d2", "d3")):
    """Projects that say the same, and what else there is."""
    text = "projects:\n" + "".join(f"  {name}: {{{terms}}}\n" for name in names) + more
    return instance_of(text, folder)


def amounts(p):
    return p.most, p.least, p.per_year, p.committed, p.integer


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (ONE, (3, 0, None, False, True)),
        (f"{ONE}, committed: true", (3, 3, None, True, True)),
        (f"{ONE}, units: {{max: 4, per_year: 2}}", (12, 0, 6, False, True)),
        (f"{ONE}, units: {{max: 4, min: 1}}", (12, 0, None, False, True)),
        (f"{ONE}, units: {{max: 4, min: 2}}, committed: true", (12, 6, None, True, True)),
        ("kind: sink, size: {max: 5 ha, per_year: 2 ha}, removal: 1 ktCO2e/ha", (15, 0, 6, False, False)),
        (f"{ONE}, life: 1, renew: true, ramp: [50 %, 100 %], tags: [green]", (3, 0, None, False, True)),
    ],
)
def test_three_of_one_kind(terms, expected, tmp_path):
    """Most, least, per year: three times as much; a commitment of each is one of all; without one there is no least."""
    found = merged(depots(terms, tmp_path))
    assert [p.id for p in found.instance.projects] == ["d1"]
    assert amounts(found.instance.projects[0]) == expected
    assert [p.id for p in found.members["d1"]] == ["d1", "d2", "d3"]


@pytest.mark.parametrize(
    ("terms", "more"),
    [
        ("kind: upgrade, capex: 6 MCNY, abates: {site: 10 %}", ""),  # shares of a source multiply
        (f"{ONE}, units: {{max: 4, min: 2}}", ""),  # two of one, or none: one of each is no plan
        ("kind: sink, size: {max: 5 ha, min: 2 ha}, removal: 1 ktCO2e/ha", ""),
        ("kind: sink, size: {max: 5 ha}, committed: true, removal: 1 ktCO2e/ha", ""),
        (ONE, "groups: {g: {projects: [d1, d2, d3], at_most: 2}}"),  # counted as chosen
        (f"{ONE}, excludes: [other]", f"  other: {{{ONE}}}"),
        (ONE, f"  x: {{{ONE}, requires: {{any_of: [d1, d2, d3]}}}}"),  # another one waits for them
        (
            "kind: research, capex: 1 MCNY, lowers_capex: {x: 10 %}",
            "  x: {kind: upgrade, capex: 7 MCNY, abates: {site: 9 ktCO2e}}",
        ),
    ],
)
def test_what_is_not_sure_stays_apart(terms, more, tmp_path):
    """Proves that what multiplies, what is counted and what others wait for is no unit of anything."""
    assert merged(depots(terms, tmp_path, more)) is None


def test_lists_that_name_some_keep_them_apart(tmp_path):
    """A budget that names two of four: two are under it and two are not."""
    more = "budgets: {b: {projects: [d1, d3], limit: 6 MCNY}}"
    found = merged(depots(ONE, tmp_path, more, ("d1", "d2", "d3", "d4")))
    assert [[p.id for p in members] for members in found.members.values()] == [["d1", "d3"], ["d2", "d4"]]
    assert found.instance.budgets[0].projects == (0,)
    assert found.place == {0: 0, 1: 1, 2: 0, 3: 1}


def test_whoever_is_named_in_a_question_stays_apart(tmp_path):
    found = merged(depots(ONE, tmp_path), apart={"d1"})
    assert [p.id for p in found.instance.projects] == ["d1", "d2"]
    assert found.instance.projects[1].most == 2


def test_what_refers_to_others_refers_to_them_afterwards(tmp_path):
    """`late` waits for `first`, whose place moves from 3 to 1; the sinks of a target are those that are left."""
    more = f"""  first: {{{ONE}}}
  late: {{kind: sink, capex: 1 MCNY, removal: 5 ktCO2e, requires: {{first: 1}}}}
targets: {{net: {{kind: neutrality, by: 3}}}}
"""
    found = merged(depots(ONE.replace("10", "11"), tmp_path, more)).instance
    assert [(p.index, p.id) for p in found.projects] == [(0, "d1"), (1, "first"), (2, "late")]
    assert found.projects[2].requires == (((1, 1),),)
    assert found.targets[0].sinks == (2,)


@pytest.mark.parametrize("change", ["capex: 6.1 MCNY", "lead_time: 1", "start: 2", "opex: [1 MCNY, 1 MCNY]", "life: 2"])
def test_a_difference_is_a_difference(change, tmp_path):
    more = f"  other: {{{ONE.replace('capex: 6 MCNY, ', '') if 'capex' in change else ONE}, {change}}}"
    assert merged(depots(ONE, tmp_path, more, ("d1",))) is None


@pytest.mark.parametrize("seed", range(30))
def test_any_number_is_shared_out_within_the_limits_of_each(seed, tmp_path):
    """Proves that whatever a plan of all together has started, the parts keep most, per year and least of each, never
    fall, and add up; one after the other would break the limits of a year."""
    rng = Random(seed)
    most, count = rng.choice([1, 2, 5]), rng.choice([2, 3, 4])
    per_year = rng.choice([None, rng.randint(1, most)])
    size = rng.random() < 0.4
    limit = "" if per_year is None else f", per_year: {per_year}" + (" ha" if size else "")
    kind = f"size: {{max: {most} ha{limit}}}" if size else f"units: {{max: {most}{limit}}}"
    if not size and rng.random() < 0.5 and (per_year is None or 3 * per_year >= most):
        kind += ", committed: true"
    terms = f"kind: sink, removal: 1 ktCO2e{'/ha' if size else ''}, {kind}, start: [1, 3]"
    found = merged(depots(terms, tmp_path, names=[f"d{i}" for i in range(count)]))
    one, members = found.instance.projects[0], found.members["d0"]
    most_new = one.most if one.per_year is None else one.per_year
    started = np.full(3, -1.0)
    while started[-1] < one.least:
        new = [rng.uniform(0, most_new) if size else rng.randint(0, int(most_new)) for _ in range(3)]
        started = np.minimum(np.cumsum(new), one.most).astype(float)
    parts = shared_out(started, members)
    assert sum(parts) == pytest.approx(started)
    for part, p in zip(parts, members, strict=True):
        each = np.diff(part, prepend=0.0)
        assert (each >= 0).all()
        assert part[-1] <= p.most + 1e-9
        assert not p.committed or part[-1] >= p.least
        if p.per_year is not None:
            assert each.max() <= p.per_year + 1e-9
        if p.integer:
            assert (part == np.round(part)).all()
