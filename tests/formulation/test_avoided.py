"""Avoided emissions: at customers, a ledger of its own, at least a multiple of a base."""

import pytest

from tests.helpers import gross, least_cost, refused, row, solved


def out(target: str, entity: str = "") -> str:
    """Advice avoids 1 kt a year per MCNY (30 at most), a plant sells 10 GWh that displace 0.5 kt each for 3 MCNY."""
    return f"""
entities: {{group: {{{entity}}}, yard: {{parent: group}}, road: {{parent: group}}}}
sources: {{site: {{entity: group, scope: 1, baseline: 100 ktCO2e}}}}
projects:
  advice: {{kind: programme, entity: yard, units: {{max: 30}}, capex: 1 MCNY, avoids: 1 ktCO2e}}
  plant: {{kind: facility, entity: road, capex: 3 MCNY, yield: 10 GWh, sells: 0 CNY/kWh, displaces: 0.5 tCO2e/MWh}}
targets: {{out: {{kind: avoided, in: 3, {target}}}}}
"""


OWN = "avoided_baseline: {0: 5 ktCO2e, 1: 10 ktCO2e}"


@pytest.mark.parametrize(
    ("target", "entity", "cost"),
    [
        ("multiple: 1, base: 5 ktCO2e", "", 3),
        ("multiple: 1, base: 4 ktCO2e", "", 3),
        ("multiple: 1, base: 2 ktCO2e", "", 2),
        ("multiple: 4, base: 5 ktCO2e", "", 18),
        ("multiple: 4, base: 5 ktCO2e, entity: yard", "", 20),
        ("multiple: 1, base: 5 ktCO2e, entity: road", "", 3),
        ("multiple: {1: 1, 3: 2}, base: 10 ktCO2e", "", 18),
        ("multiple: 2", OWN, 8),
        ("multiple: 4", OWN, 28),
        ("multiple: 4, base: 5 ktCO2e", OWN, 8),
        ("multiple: 1", OWN, 0),
    ],
)
def test_what_a_multiple_asks_for(target, entity, cost, tmp_path):
    """Four times 5 kt are 20: the plant's 5 for 3 and 15 of advice. Where the group avoids 10 already, that counts.

    With a baseline and no `base`, the multiple refers to the baseline in the base year.
    """
    assert least_cost(out(target, entity), tmp_path) == pytest.approx(cost)


def test_the_base_year_decides_the_base(tmp_path):
    """Base year 0 has 5 kt: four times is 20, of which 10 are there: 5 from the plant, 5 from advice, 8, and not 28."""
    text = out("multiple: 4", OWN) + "base_year: 0\n"
    assert least_cost(text, tmp_path) == pytest.approx(8)


def test_thirty_five_are_the_end(tmp_path):
    assert least_cost(out("multiple: 7, base: 5 ktCO2e"), tmp_path) == pytest.approx(33)
    refused(out("multiple: 7.1, base: 5 ktCO2e"), tmp_path)
    refused(out("multiple: 2, base: 5 ktCO2e, entity: road"), tmp_path)


def test_avoided_is_never_netted(tmp_path):
    """The site's 100 kt stay 100 whatever customers avoid: neutrality and reductions see nothing of it."""
    result = solved(out("multiple: 4, base: 5 ktCO2e"), tmp_path)
    assert gross(result) == [100, 100, 100]
    refused(out("multiple: 1, base: 5 ktCO2e}, cap: {kind: reduction, in: 3, cut: 1 ktCO2e"), tmp_path)


def test_children_count_for_the_entity_above(tmp_path):
    """The baseline of the yard and that of the road are summed for the group: of 12 kt 3 + 4 are there."""
    text = out("multiple: 1, base: 12 ktCO2e, entity: group")
    text = text.replace("yard: {parent: group}", "yard: {parent: group, avoided_baseline: 3 ktCO2e}")
    text = text.replace("road: {parent: group}", "road: {parent: group, avoided_baseline: 4 ktCO2e}")
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(3)
    assert row(result, "out", 3).achieved == pytest.approx(12)


def test_avoids_follows_units_ramp_and_path(tmp_path):
    """Advice by path from 1 to 3 kt and at half effect in its first year: started in year 2, 3 kt a unit in year 3."""
    text = out("multiple: 1, base: 30 ktCO2e, entity: yard")
    text = text.replace("avoids: 1 ktCO2e", "start: 2, ramp: [50 %, 100 %], avoids: {1: 1 ktCO2e, 3: 3 ktCO2e}")
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(10)
    assert result.accounts.avoided["advice"] == pytest.approx([0, 10, 30])


def test_the_floor_holds_in_every_year(tmp_path):
    """Growth of the multiple from 1 to 3 by year 3 with a base of 5 kt: 5, 10 and 15 kt, and advice in steps."""
    text = (
        out("multiple: {1: 1, 3: 3}, base: 5 ktCO2e, entity: yard").replace("in: 3", "by: 1") + "discount_rate: 10 %\n"
    )
    result = solved(text, tmp_path)
    assert [row(result, "out", y).achieved for y in (1, 2, 3)] == pytest.approx([5, 10, 15])
    assert result.plan.objective == pytest.approx(5 + 5 / 1.1 + 5 / 1.21)


@pytest.mark.parametrize(("saved", "site", "sold"), [(1000, 10, 7.5), (1000, 4, 13.5), (0, 10, 20 - 2.5)])
@pytest.mark.parametrize("period", ["", "period: 1, "])
def test_output_used_on_site_takes_no_share_of_what_is_avoided(saved, site, sold, period, tmp_path):
    """A plant avoids 10 kt at once and makes 10 GWh, sold with 1 kt of credits and 0.5 kt displaced each; 2.5 kt stay.

    Where power saves 1,000 CNY/MWh, the site takes what it needs. With all of it used there, nothing but the 10 kt is
    credited, and 7.5 are sold. With 4 GWh used, 6 credits for power take 3, and 7.5 more are sold. With nothing used
    2.5 of all 20 credits are not sold. If credits took their part as with all output sold, 10 kt were sold in the
    first case, and nothing was left of what is promised.
    """
    text = f"""
horizon: {{first: 1, last: 1}}
sources: {{power: {{scope: 2, activity: {site} GWh, factor: 0.5 tCO2e/MWh}}}}
projects:
  plant: {{kind: facility, start: 1, committed: true, yield: 10 GWh, supplies: power, price: {saved} CNY/MWh,
          sells: 1 CNY/MWh, displaces: 0.5 tCO2e/MWh, avoids: 10 ktCO2e}}
markets: {{m: {{credits: {{price: 100 CNY/tCO2e}}, issues: {{{period}projects: plant, factor: 1 tCO2e/MWh}}}}}}
targets: {{out: {{kind: avoided, by: 1, base: 2.5 ktCO2e, multiple: 1}}}}
"""
    result = solved(text, tmp_path)
    assert result.accounts.earned["m", "plant"]["credit_sold"].tolist() == pytest.approx([sold])
    assert row(result, "out", 1).achieved == pytest.approx(2.5)
