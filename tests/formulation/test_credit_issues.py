"""Credits of our own: sold or used once, in their period, after their lag; or certificates instead."""

import pytest

from tests.helpers import least_cost, refused, row, solved

WOOD = "wood: {kind: sink, start: 1, committed: true, removal: {0: 10 ktCO2e, 2: 30 ktCO2e}, durable: true}"
SOLAR = (
    "solar: {kind: facility, start: 1, committed: true, yield: 20 GWh, sells: 0.1 CNY/kWh, displaces: 0.5 tCO2e/MWh}"
)


def ccer(issues: str = "", projects: str = WOOD, more: str = "", price: str = "100 CNY/tCO2e") -> str:
    """A market that buys credits at 100 CNY/t and covers nothing. The wood removes 10, 20 and 30 kt."""
    name = "wood" if "wood" in projects else "solar"
    rule = f"{{projects: [{name}]{', ' + issues if issues else ''}}}"
    return f"projects: {{{projects}}}\nmarkets: {{ccer: {{credits: {{price: {price}}}, issues: {rule}{more}}}}}\n"


@pytest.mark.parametrize(
    ("issues", "tonnes"),
    [
        ("", 60),
        ("buffer: 10 %", 54),
        ("factor: 50 %", 30),
        ("factor: 50 %, buffer: 20 %", 24),
        ("period: 2", 30),
        ("period: 1", 10),
        ("lag: 1", 30),
        ("lag: 2", 10),
        ("lag: 1, period: 1", 10),
        ("lag: 3", 0),
    ],
)
def test_credits_of_a_sink(issues, tonnes, tmp_path):
    """10 + 20 + 30 kt at 100 CNY/t, less buffer, in the period, and as far as they are issued within the horizon.

    If the lag only moved the money, all of it would still be sold; the credits of the last years come too late.
    """
    assert least_cost(ccer(issues), tmp_path) == pytest.approx(-tonnes * 0.1)


def test_a_credit_is_sold_at_the_price_of_the_year_of_its_issue(tmp_path):
    """10 kt of year 1 are issued in year 2 at 200, 20 kt of year 2 in year 3 at 300 CNY/t: 2 + 6."""
    price = "{1: 100 CNY/tCO2e, 3: 300 CNY/tCO2e}"
    assert least_cost(ccer("lag: 1", price=price), tmp_path) == pytest.approx(-8)


def test_the_period_is_one_of_each_start(tmp_path):
    """Two lots a year apart, each of 10 kt for ever: one year of credits each, in years 1 and 2."""
    lots = (
        "wood: {kind: sink, start: [1, 2], units: {max: 2, min: 2, per_year: 1}, committed: true, removal: 10 ktCO2e}"
    )
    result = solved(ccer("period: 1", lots), tmp_path)
    assert result.accounts.earned["ccer", "wood"]["issuable"].tolist() == [10, 10, 0]


@pytest.mark.parametrize(
    ("issues", "project", "tonnes"),
    [
        ("", SOLAR, 30),
        ("factor: 0.8 tCO2e/MWh", SOLAR, 48),
        ("factor: 50 %, period: 2", SOLAR, 10),
        ("", SOLAR.replace("sells", "avoids: 3 ktCO2e, sells"), 39),
    ],
)
def test_credits_of_a_facility_are_for_what_it_sells(issues, project, tonnes, tmp_path):
    """20 GWh a year at 0.5 t/MWh are 10 kt; with 0.8 t/MWh 16. 2 MCNY a year come from the power itself."""
    assert least_cost(ccer(issues, project), tmp_path) == pytest.approx(-6 - tonnes * 0.1)


POWER = "sources: {power: {scope: 2, activity: 8 GWh, factor: 0.5 tCO2e/MWh}}\n"


@pytest.mark.parametrize(("price", "used"), [("0.14 CNY/kWh", 0), ("0.16 CNY/kWh", 8)])
def test_output_used_on_site_earns_no_credit(price, used, tmp_path):
    """Sold, a kWh brings 0.1 and 0.5 kg at 100 CNY/t = 0.05: 0.15. On site it is worth its price.

    If what is used on site were credited as well, it would always be used on site.
    """
    split = SOLAR.replace("sells", f"supplies: power, price: {price}, sells")
    result = solved(POWER + ccer("", split), tmp_path)
    assert [round(result.plan.decisions.supplied.get(("solar", y), 0.0), 6) for y in (1, 2, 3)] == [used] * 3
    issuable = result.accounts.earned["ccer", "solar"]["issuable"].tolist()
    assert issuable == pytest.approx([(20 - used) * 0.5] * 3)


def test_an_open_split_credits_no_more_than_units_in_their_period_make(tmp_path):
    """Period 1: only year 1 is credited, and of its 20 GWh the 12 that are not used on site: 6 kt."""
    split = SOLAR.replace("sells", "supplies: power, price: 0.5 CNY/kWh, sells")
    result = solved(POWER + ccer("period: 1", split), tmp_path)
    assert result.accounts.earned["ccer", "solar"]["credit_sold"].tolist() == pytest.approx([6, 0, 0])


COVERED = """
sources: {site: {scope: 1, baseline: 100 ktCO2e}}
projects: {wood: {kind: sink, start: 1, committed: true, removal: 10 ktCO2e, durable: true}}
markets: {ets: {price: 100 CNY/tCO2e, credits: {share: SHARE, price: 40 CNY/tCO2e}, issues: {projects: wood}}}
horizon: {first: 1, last: 1}
"""


@pytest.mark.parametrize(
    ("share", "used", "cost"), [("0 %", 0, 9.6), ("4 %", 4, 9.36), ("10 %", 10, 9), ("15 %", 10, 8.7)]
)
def test_own_credits_are_used_within_the_share_and_sold_beyond(share, used, cost, tmp_path):
    """A credit used spares an allowance at 100, one sold brings 40: up to the share they are used, then sold.

    At 4 %: 96 allowances at 100 are 9.6, 6 kt sold bring 0.24. At 15 % 5 kt are bought besides, at 40. If the share
    did not bind own credits, 10 kt would always be used.
    """
    result = solved(COVERED.replace("SHARE", share), tmp_path)
    assert result.plan.objective == pytest.approx(cost)
    own = result.accounts.carbon["ets", "group"]["own"] + result.accounts.carbon["ets", "group"]["credits"]
    assert own.tolist() == pytest.approx([min(float(share.split()[0]), 100)] if used else [0])


def test_a_removal_sold_is_not_ours_for_neutrality(tmp_path):
    """60 kt left, 60 removed: neutral as long as none is sold. 10 kt more may be sold, and no tonne beyond.

    Proves the corresponding adjustment: were a sold tonne counted here too, all 70 would be sold for 7 MCNY.
    """
    text = """
horizon: {first: 1, last: 1}
sources: {site: {scope: 1, baseline: 60 ktCO2e}}
projects: {wood: {kind: sink, start: 1, committed: true, removal: 70 ktCO2e, durable: true}}
markets: {ccer: {credits: {price: 100 CNY/tCO2e}, issues: {projects: wood}}}
targets: {TARGET}
"""
    for target in (
        "net: {kind: neutrality, by: 1}",
        "past: {kind: historical, by: 1, stock: 60 ktCO2e}",
        "tonnes: {kind: carbon_budget, years: [1, 1], net: true, at_most: 0 ktCO2e}",
    ):
        result = solved(text.replace("TARGET", target), tmp_path)
        assert result.plan.objective == pytest.approx(-1)
        assert result.accounts.earned["ccer", "wood"]["credit_sold"].tolist() == pytest.approx([10])
        assert result.accounts.removed["wood"].tolist() == [70]
    gross = text.replace("TARGET", "tonnes: {kind: carbon_budget, years: [1, 1], at_most: 60 ktCO2e}")
    assert least_cost(gross, tmp_path) == pytest.approx(-7)


def test_the_year_of_the_removal_counts_and_not_that_of_its_sale(tmp_path):
    """Neutral in year 1 only, credits a year later: the 10 kt of year 1 are kept, the 20 of year 2 sold in year 3."""
    head = "sources: {site: {scope: 1, baseline: 10 ktCO2e}}\n"
    text = head + ccer("lag: 1") + "targets: {net: {kind: neutrality, in: 1}}\n"
    result = solved(text, tmp_path)
    assert result.accounts.earned["ccer", "wood"]["credit_sold"].tolist() == pytest.approx([0, 20, 0])
    assert row(result, "net", 1).margin == pytest.approx(0)


def test_a_credit_used_for_surrender_still_is_our_removal(tmp_path):
    """Two ledgers: what is surrendered is not sold to anybody, and the tonne stays out for us."""
    text = COVERED.replace("SHARE", "10 %") + "targets: {past: {kind: historical, by: 1, stock: 10 ktCO2e}}\n"
    assert least_cost(text, tmp_path) == pytest.approx(9)


def certified(credit: int, certificate: float) -> str:
    more = f", certificates: {{projects: solar, price: {certificate} CNY/kWh}}"
    return ccer("", SOLAR, more, f"{credit} CNY/tCO2e")


@pytest.mark.parametrize(("credit", "certificate", "income"), [(100, 0.04, 3), (100, 0.06, 3.6), (0, 0.01, 0.6)])
def test_certificates_and_credits_exclude_each_other(credit, certificate, income, tmp_path):
    """A MWh is worth 50 CNY in credits, or its certificate: the better of the two, never both.

    Sold twice, the first case would bring 3 + 2.4.
    """
    assert least_cost(certified(credit, certificate), tmp_path) == pytest.approx(-6 - income)


def test_it_is_one_or_the_other_in_each_year_of_each_project(tmp_path):
    """Credits are worth 150, 100 and 50 CNY a MWh, certificates 60: credits twice, then certificates."""
    text = certified(0, 0.06).replace("0 CNY/tCO2e}", "{1: 300 CNY/tCO2e, 3: 100 CNY/tCO2e}}")
    earned = solved(text, tmp_path).accounts.earned["ccer", "solar"]
    assert earned["credit_sold"].tolist() == pytest.approx([10, 10, 0])
    assert earned["certified"].tolist() == pytest.approx([0, 0, 20])


@pytest.mark.parametrize(
    ("budget", "seen"),
    [
        ("covers: cash", True),
        ("covers: cash, entity: yard", True),
        ("covers: cash, entity: works", False),
        ("covers: cash, tags: green", True),
        ("covers: cash, tags: blue", False),
    ],
)
def test_what_a_project_earns_is_cash_of_its_entity_and_tags(budget, seen, tmp_path):
    """The wood of the yard brings 1, 2 and 3 MCNY in credits: a programme of 1 MCNY in year 1 can be paid from it."""
    wood = WOOD.replace("start: 1", "start: 1, entity: yard, tags: [green]")
    plan = "plan: {kind: programme, start: 1, committed: true, capex: 1 MCNY, entity: E, tags: [green, blue]}"
    text = "entities: {group: {}, yard: {parent: group}, works: {parent: group}}\n" + ccer("", f"{wood}, {plan}")
    text = text.replace("entity: E", "entity: works" if "works" in budget else "entity: yard")
    text += "sources: {site: {entity: yard, scope: 1, baseline: 1 ktCO2e}}\n"
    text += f"budgets: {{b: {{{budget}, limit: 0 MCNY}}}}\n"
    if seen:
        assert least_cost(text, tmp_path) == pytest.approx(-5)
    else:
        refused(text, tmp_path)


@pytest.mark.parametrize(("floor", "sold"), [(0, 30), (4, 18), (10, 0)])
def test_what_is_sold_is_no_avoided_emission_of_ours(floor, sold, tmp_path):
    """Solar power displaces 10 kt in each of three years; where 4 must be avoided, 6 a year can be sold at 100 CNY/t.

    If the seller went on counting what it sold, all 30 kt would be sold under any promise up to 10.
    """
    text = (
        ccer(projects=SOLAR)
        + f"targets: {{out: {{kind: avoided, by: 1, base: {max(floor, 1)} ktCO2e, multiple: 1}}}}\n"
    )
    text = text if floor else ccer(projects=SOLAR)
    result = solved(text, tmp_path)
    assert result.accounts.earned["ccer", "solar"]["credit_sold"].sum() == pytest.approx(sold)
    assert result.accounts.avoided["solar"].sum() == pytest.approx(30)
    if floor:
        assert row(result, "out", 2).achieved == pytest.approx(10 - sold / 3)


def test_removals_sold_leave_what_is_avoided_alone(tmp_path):
    """Solar power avoids the 10 kt that are promised in each year, the wood's 10, 20 and 30 kt are removals: all sold.

    60 kt at 100 CNY/t and 6 of power. If the ledgers were mixed, no credit could be sold, and the answer would be -6.
    """
    text = ccer(projects=f"{WOOD}, {SOLAR}") + "targets: {out: {kind: avoided, by: 1, base: 10 ktCO2e, multiple: 1}}\n"
    result = solved(text, tmp_path)
    assert result.plan.objective == pytest.approx(-12)
    assert row(result, "out", 3).achieved == pytest.approx(10)


@pytest.mark.parametrize(
    ("displaces", "factor", "left"),
    [("0 tCO2e/MWh", 0.5, 0), ("0.1 tCO2e/MWh", 0.5, 0), ("0.5 tCO2e/MWh", 0.2, 6), ("0.5 tCO2e/MWh", 0.5, 0)],
)
def test_credits_take_no_more_than_their_project_avoids(displaces, factor, left, tmp_path):
    """Advice avoids the 5 kt that are promised. 20 GWh are credited by a factor of their own, and all credits sold.

    At 0.1 t/MWh 2 kt are avoided and 10 credited: the buyers' claim is the 2. If it were the 10, advice of 13 would be
    needed. At a factor of 0.2, 4 of 10 kt are sold and 6 are left.
    """
    advice = "advice: {kind: programme, committed: true, start: 1, avoids: 5 ktCO2e}"
    solar = SOLAR.replace("0.5 tCO2e/MWh", displaces)
    text = ccer(f"factor: {factor} tCO2e/MWh", f"{solar}, {advice}")
    result = solved(text + "targets: {out: {kind: avoided, by: 1, base: 5 ktCO2e, multiple: 1}}\n", tmp_path)
    assert result.plan.objective == pytest.approx(-6 - 3 * 20 * factor * 0.1)
    assert row(result, "out", 2).achieved == pytest.approx(5 + left)


def test_a_credit_takes_what_it_was_issued_for(tmp_path):
    """The plant avoids 3 kt and sells 20 GWh that displace 2; credited are 3 and 10 kt.

    All sold, nothing of the 5 is left. Where 2.5 have to be kept, the 10 credits for power are sold, which take 2, and
    half a credit for what is avoided at once: 10.5 kt a year. If a credit took a whole tonne, it would be 2.5, 13 if it
    took the 2 kt of the power only, and 6.5 if half of the credits stood for half of the 5.
    """
    plant = SOLAR.replace("0.5 tCO2e/MWh", "0.1 tCO2e/MWh, avoids: 3 ktCO2e")
    text = ccer("factor: 0.5 tCO2e/MWh", plant)
    assert least_cost(text, tmp_path) == pytest.approx(-6 - 3.9)
    text += "targets: {out: {kind: avoided, by: 1, base: 2.5 ktCO2e, multiple: 1}}\n"
    assert least_cost(text, tmp_path) == pytest.approx(-6 - 3 * 1.05)


def test_credits_that_are_never_issued_take_nothing(tmp_path):
    """With a lag of three years and more no credit of three years is issued: all that is avoided stays ours."""
    plant = SOLAR.replace("0.5 tCO2e/MWh", "0.1 tCO2e/MWh, avoids: 3 ktCO2e")
    for lag in (3, 4):
        text = ccer(f"factor: 0.5 tCO2e/MWh, lag: {lag}", plant)
        text += "targets: {out: {kind: avoided, by: 1, base: 5 ktCO2e, multiple: 1}}\n"
        assert least_cost(text, tmp_path) == pytest.approx(-6)


REVERSAL = "wood: {kind: sink, start: 1, COMMITTED capex: 1 MCNY, removal: {0: 10 ktCO2e, 1: -4 ktCO2e, 2: 2 ktCO2e}}"


@pytest.mark.parametrize("committed", ["", "committed: true,"])
def test_a_year_of_reversal_earns_no_credit_and_hinders_none(committed, tmp_path):
    """10 kt, 4 given back, 2: the 12 kt removed are sold for 1.2, less 1 MCNY.

    If credits earned had to be at least zero with the reversal in them, the wood could not start: 0, or no plan at all.
    """
    result = solved(ccer("", REVERSAL.replace("COMMITTED", committed)), tmp_path)
    assert result.plan.objective == pytest.approx(-0.2)
    assert result.accounts.earned["ccer", "wood"]["issuable"].tolist() == [10, 0, 2]
    assert result.accounts.removed["wood"].tolist() == [10, -4, 2]


@pytest.mark.parametrize("market", [True, False])
def test_what_is_given_back_is_missing_with_a_market_as_without(market, tmp_path):
    """Net 8 kt in three years are wanted, and 10 - 4 + 2 removed: nothing can be sold, the wood costs 1 MCNY.

    9 are out of reach. If the 4 given back were left out of our removals, 4 kt could be sold, and 9 be reached.
    """
    text = ccer("", REVERSAL.replace("COMMITTED ", ""))
    text = text if market else text[: text.index("markets:")]
    past = "targets: {past: {kind: historical, by: 3, stock: STOCK ktCO2e}}\n"
    text = text.replace("capex", "durable: true, capex")
    assert least_cost(text + past.replace("STOCK", "8"), tmp_path) == pytest.approx(1)
    refused(text + past.replace("STOCK", "9"), tmp_path)


@pytest.mark.parametrize(("left", "sold"), [(2, 8), (5, 4), (6, 3.2), (10, 0)])
def test_what_is_held_back_for_a_tonne_sold_is_not_ours_either(left, sold, tmp_path):
    """10 kt removed, a buffer of 20 %: a tonne sold takes 1.25. Where 5 kt are left, 4 are sold, and 1 insures.

    If what is held back met our own promise, 5 kt would be sold. Where 2 kt may be missed at 1 CNY/t, 8 are sold.
    """
    text = f"""
horizon: {{first: 1, last: 1}}
sources: {{site: {{scope: 1, baseline: {left} ktCO2e}}}}
projects: {{wood: {{kind: sink, start: 1, committed: true, removal: 10 ktCO2e}}}}
markets: {{ccer: {{credits: {{price: 100 CNY/tCO2e}}, issues: {{projects: wood, buffer: 20 %}}}}}}
targets: {{net: {{kind: neutrality, by: 1{", penalty: 1 CNY/tCO2e" if left == 2 else ""}}}}}
"""
    result = solved(text, tmp_path)
    assert result.accounts.earned["ccer", "wood"]["credit_sold"].tolist() == pytest.approx([sold])
    missed = left if left == 2 else 0
    assert result.plan.objective == pytest.approx(-sold * 0.1 + missed * 1e-3)
    assert row(result, "net", 1, "net").achieved == pytest.approx(missed)


def test_what_is_held_back_for_avoided_tonnes_sold_is_not_ours_either(tmp_path):
    """10 kt avoided, a buffer of 20 %: where 5 have to be kept, 4 are sold; with the buffer counted it would be 5."""
    text = ccer("buffer: 20 %", SOLAR) + "targets: {out: {kind: avoided, by: 1, base: 5 ktCO2e, multiple: 1}}\n"
    assert least_cost(text, tmp_path) == pytest.approx(-6 - 3 * 0.4)


def test_a_credit_surrendered_by_ourselves_is_held_back_from_nobody(tmp_path):
    """8 of 10 kt are surrendered at a buffer of 20 %, none is sold: all 10 are our removals. 92 allowances are 9.2."""
    text = COVERED.replace("SHARE", "8 %").replace("projects: wood}", "projects: wood, buffer: 20 %}")
    text += "targets: {past: {kind: historical, by: 1, stock: 10 ktCO2e}}\n"
    assert least_cost(text, tmp_path) == pytest.approx(9.2)
