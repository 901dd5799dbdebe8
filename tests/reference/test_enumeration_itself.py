"""Hand-solved cases for the reference alone. Money in MCNY, undiscounted unless a rate is given."""

import pytest

from .enumeration import best, evaluate


def scenario(projects: dict, years: int = 1, **more) -> dict:
    """One company that emits 100 ktCO2e a year from its site."""
    return {
        "horizon": {"first": 2026, "last": 2025 + years},
        "discount_rate": "0 %",
        "salvage": "none",
        "entities": {"group": {}},
        "sources": {"site": {"entity": "group", "scope": 1, "baseline": "100 ktCO2e"}},
        "projects": {name: {"entity": "group", **entry} for name, entry in projects.items()},
        **more,
    }


def at_most(tonnes: float, by: int = 2026) -> dict:
    return {"cap": {"kind": "reduction", "by": by, "cut": f"{100 - tonnes} ktCO2e"}}


def test_two_shares_multiply():
    """Two measures of 35 % leave 0.65 x 0.65 = 42.25 of 100.

    Proves that shares compose as a product; if they were added, 30 would be left and a cap of 42 would be kept.
    """
    pair = {name: {"start": 2026, "capex": "10 MCNY", "abates": {"site": "35 %"}} for name in ("a", "b")}
    assert best(scenario(pair, targets=at_most(42.3))).objective == pytest.approx(20)
    assert not best(scenario(pair, targets=at_most(42.2))).feasible


def test_units_of_one_measure_add_and_those_of_two_multiply():
    """Two units of 30 % leave 40; with one unit of 20 % beside them 32.

    Proves (1 - share x units); if units multiplied too, 0.7 x 0.7 x 0.8 = 39.2 would be left and 33 be out of reach.
    """
    projects = {
        "lots": {"units": {"max": 2}, "capex": "7 MCNY", "abates": {"site": "30 %"}},
        "one": {"capex": "5 MCNY", "abates": {"site": "20 %"}},
    }
    assert best(scenario(projects, targets=at_most(33))).objective == pytest.approx(19)
    assert not best(scenario(projects, targets=at_most(31))).feasible


def test_salvage_by_annuity():
    """100 paid in 2026, four years of operation from 2027, horizon to 2028: two of four years are left at 10 %.

    Share (1 - 1.1^-2) / (1 - 1.1^-4) = 0.173554 / 0.316987 = 0.547511, discounted by 1.1^3: 41.135 returns.
    The cost is 58.865; with straight-line salvage (0.5) it would be 62.434, not 58.865.
    """
    project = {"start": 2026, "lead_time": 1, "life": 4, "capex": "100 MCNY", "committed": True}
    raw = scenario({"a": project}, 3) | {"discount_rate": "10 %", "salvage": "annuity"}
    share = (1 - 1.1**-2) / (1 - 1.1**-4)
    assert best(raw).objective == pytest.approx(100 - 100 * share / 1.1**3)
    assert best(raw).objective == pytest.approx(58.865, abs=1e-3)
    assert best(raw | {"salvage": "linear"}).objective == pytest.approx(100 - 50 / 1.1**3)
    assert best(raw | {"discount_rate": "0 %"}).objective == pytest.approx(50)


def test_renewal():
    """Life 2, no lead time, five years: cycles begin in 2026, 2028 and 2030; capex falls by 10 % a year from 2025.

    100 x (0.9 + 0.729 + 0.59049) = 221.949, and of the last cycle one of two years is left: 59.049 / 2 returns.
    Proves that each cycle is priced in its own year; if all were priced at the start, 270 - 45 = 225 would come out.
    """
    project = {
        "start": 2026,
        "life": 2,
        "renew": True,
        "capex": "100 MCNY",
        "cost_trend": "-10 %",
        "committed": True,
        "salvage": "linear",
    }
    raw = scenario({"a": project}, 5, price_year=2025)
    assert best(raw).objective == pytest.approx(221.949 - 59.049 / 2)


def test_without_renewal_the_effect_ends():
    """Life 2: a cap in 2028 is kept by a start in 2027 (10, and two years of opex at 1), not by one in 2026.

    Proves that operation stops with the life; if it went on the answer would be 14 (four years of opex), not 12.
    """
    project = {"start": [2026, 2027], "life": 2, "capex": "10 MCNY", "opex": "1 MCNY", "abates": {"site": "50 %"}}
    cap = {"cap": {"kind": "reduction", "in": [2028], "cut": "50 %"}}
    answer = best(scenario({"a": project}, 5, targets=cap))
    assert (answer.objective, answer.schedule) == (pytest.approx(12), [("a", 2027, 1.0)])
    assert not best(scenario({"a": project | {"start": 2026}}, 5, targets=cap)).feasible


def test_carry_over():
    """A limit of 60 a year of which half of what is unspent moves on: 60, 60 + 30 = 90, 60 + 45 = 105.

    Proves that kept money adds up over years; if only last year's limit moved on, 2028 would have 90, not 105.
    """

    def affordable(capex, year):
        project = {"start": year, "capex": f"{capex} MCNY", "committed": True}
        budgets = {"purse": {"limit": "60 MCNY", "carry_over": "50 %"}}
        return best(scenario({"a": project}, 3, budgets=budgets)).feasible

    assert [affordable(capex, 2028) for capex in (104.9, 105.1)] == [True, False]
    assert [affordable(capex, 2027) for capex in (89.9, 90.1)] == [True, False]
    assert not affordable(60.1, 2026)


def test_window_budget():
    """Two starts of 40 within any two years break a limit of 70; a year between them keeps it.

    Proves rolling years; with calendar pairs (2026-27, 2028-29) starts in 2027 and 2028 would be allowed.
    """
    project = {
        "start": [2026, 2029],
        "units": {"max": 2, "min": 2, "per_year": 1},
        "capex": "40 MCNY",
        "committed": True,
    }
    raw = scenario({"a": project}, 4, budgets={"purse": {"limit": "70 MCNY", "window": 2}})
    assert evaluate(raw, [("a", 2026, 1), ("a", 2028, 1)]).feasible
    assert not evaluate(raw, [("a", 2027, 1), ("a", 2028, 1)]).feasible


def test_any_of():
    """The measure needs one of two permits a year before: the cheaper permit (3) and the measure (10) cost 13.

    Proves that one will do; if both were required the answer would be 18, and without the requirement 10.
    """
    projects = {
        "first": {"start": 2026, "capex": "5 MCNY"},
        "second": {"start": 2026, "capex": "3 MCNY"},
        "measure": {
            "start": [2026, 2027],
            "capex": "10 MCNY",
            "abates": {"site": "50 %"},
            "requires": {"any_of": {"first": 1, "second": 1}},
        },
    }
    answer = best(scenario(projects, 2, targets=at_most(50, by=2027)))
    assert answer.objective == pytest.approx(13)
    assert answer.schedule == [("second", 2026, 1.0), ("measure", 2027, 1.0)]
    assert not best(scenario(projects, 2, targets=at_most(50, by=2026))).feasible


def test_credits():
    """100 emitted, a measure abates 60 for 90, credits cost 2 each and may be 50 % of the base.

    Without the measure 100 would have to be bought, above the limit of 50; with it 40 are bought: 90 + 80 = 170.
    Proves the limit and its base: at 39 % no plan is left, where a share of what is emitted would still allow 40.
    Credits are cash: a cash budget of 165 is too small for 170, though the capex of 90 fits.
    """
    measure = {"a": {"capex": "90 MCNY", "abates": {"site": "60 ktCO2e"}}}
    target = {"kind": "neutrality", "by": 2026, "credits": "50 %", "credit_price": "2 MCNY/ktCO2e"}
    raw = scenario(measure, targets={"neutral": target})
    assert best(raw).objective == pytest.approx(170)
    assert not best(raw | {"targets": {"neutral": target | {"credits": "39 %"}}}).feasible
    purse = {"purse": {"limit": "165 MCNY", "covers": "cash"}}
    assert not best(raw | {"budgets": purse}).feasible


def test_credits_against_a_penalty():
    """Up to 30 credits at 2 each, the rest of 100 is missed at 5 a tonne: 60 + 350 = 410.

    Proves that the cheaper way is used first; buying nothing would cost 500.
    """
    target = {
        "kind": "neutrality",
        "by": 2026,
        "credits": "30 %",
        "credit_price": "2 MCNY/ktCO2e",
        "penalty": "5 MCNY/ktCO2e",
    }
    assert best(scenario({}, targets={"neutral": target})).objective == pytest.approx(410)


def test_facility_splits_its_output():
    """A plant of 30 GWh at a site that needs 40 GWh, of which a measure of half leaves 20.

    On site it saves 1 per GWh, sold it earns 0.4: 20 are used and 10 sold, income 24, cost 50 - 24 = 26.
    If it could use all on site the answer would be 20; emissions are 20 - 20 = 0, avoided 10 x 0.5 = 5.
    """
    raw = scenario(
        {
            "half": {"committed": True, "abates": {"power": "50 %"}},
            "plant": {
                "kind": "facility",
                "committed": True,
                "capex": "50 MCNY",
                "yield": "30 GWh",
                "supplies": "power",
                "price": "1 MCNY/GWh",
                "sells": "0.4 MCNY/GWh",
                "displaces": "0.5 ktCO2e/GWh",
            },
        }
    )
    raw["sources"] = {"power": {"entity": "group", "scope": 2, "activity": "40 GWh", "factor": "0.5 ktCO2e/GWh"}}
    assert best(raw).objective == pytest.approx(26)
    everything = [("half", 2026, 1), ("plant", 2026, 1)]
    assert evaluate(raw, everything, splits={("plant", 2026): 5.0}).objective == pytest.approx(50 - 5 - 25 * 0.4)
    assert not evaluate(raw, everything, splits={("plant", 2026): 21.0}).feasible
    avoided = {"green": {"kind": "avoided", "by": 2026, "base": "6 ktCO2e", "multiple": 1}}
    assert best(raw | {"targets": avoided}).objective == pytest.approx(50 - 18 - 12 * 0.4)


def test_open_size():
    """3 MCNY/MW and 4 ktCO2e/MW: a cut of 10 needs 2.5 MW, which cost 7.5; at least 4 MW would cost 12.

    Proves that sizes are not rounded (9 for 3 MW), and that a minimum holds once the project is chosen.
    """

    def cost(**size):
        plant = {"size": {"max": "10 MW", **size}, "capex": "3 MCNY/MW", "abates": {"site": "4 ktCO2e/MW"}}
        return best(scenario({"plant": plant}, targets=at_most(90))).objective

    assert cost() == pytest.approx(7.5)
    assert cost(min="4 MW") == pytest.approx(12)


def test_peak_needs_the_highest_year_before():
    """Emissions 100, 110, 105, 120: a peak by 2028 at 110 asks for 10 less in 2029, which costs 8.

    Proves that the highest year counts; against 2028 alone (105) the measure of 10 would not do.
    """
    raw = scenario(
        {"a": {"start": 2029, "capex": "8 MCNY", "abates": {"site": "10 ktCO2e"}}},
        4,
        targets={"peak": {"kind": "peak", "by": 2028}},
    )
    raw["sources"]["site"]["baseline"] = {
        2026: "100 ktCO2e",
        2027: "110 ktCO2e",
        2028: "105 ktCO2e",
        2029: "120 ktCO2e",
    }
    assert best(raw).objective == pytest.approx(8)
    assert not best(raw | {"targets": {"peak": {"kind": "peak", "by": 2028, "shape": "no_rise"}}}).feasible
    eased = {"kind": "peak", "by": 2028, "shape": "no_rise", "tolerance": "5 %"}
    assert best(raw | {"targets": {"peak": eased}}).objective == pytest.approx(8)
    # The two years after 2027 have the mean 112.5 (107.5 with the measure), the two up to it 105.
    window = {"kind": "peak", "by": 2027, "shape": "window", "years": 2, "tolerance": "2 %"}
    assert not best(raw | {"targets": {"peak": window}}).feasible
    assert best(raw | {"targets": {"peak": window | {"tolerance": "3 %"}}}).objective == pytest.approx(8)


def test_research_lowers_later_capex():
    """Research (10, one year) takes 40 % off 100 from 2027: 10 + 60 = 70 by 2027, 100 when due in 2026.

    Proves that a start before the research operates pays in full; if it did not, 70 would be the answer to both.
    """
    projects = {
        "lab": {
            "kind": "research",
            "start": 2026,
            "lead_time": 1,
            "capex": "10 MCNY",
            "lowers_capex": {"works": "40 %"},
        },
        "works": {"capex": "100 MCNY", "abates": {"site": "50 %"}},
    }
    assert best(scenario(projects, 2, targets=at_most(50, by=2027))).objective == pytest.approx(70)
    assert best(scenario(projects, 2, targets=at_most(50, by=2026))).objective == pytest.approx(100)


def test_sink_grows_with_age():
    """2 ha planted in 2026: ages 0, 1, 2 remove 0, 2, 4 per ha, less 25 %: 0, 3, 6 in all; 9 by 2028.

    Proves growth by age and the buffer; without the buffer 12, with removal in full from the start 18.
    """
    sink = {
        "kind": "sink",
        "start": 2026,
        "units": {"max": 2},
        "capex": "1 MCNY",
        "durable": True,
        "buffer": "25 %",
        "removal": {0: "0 ktCO2e", 2: "4 ktCO2e"},
    }

    def stored(stock):
        target = {"kind": "historical", "by": 2028, "stock": f"{stock} ktCO2e"}
        return best(scenario({"trees": sink}, 3, targets={"past": target}))

    assert stored(8.9).objective == pytest.approx(2)
    assert stored(4.4).objective == pytest.approx(1)
    assert not stored(9.1).feasible


def test_intensity_of_revenue():
    """100 kt on 50 bn CNY in 2025, revenue up to 60 bn: a cut of 25 % allows 1.5 x 60 = 90.

    Proves that growth of revenue counts; with the base year's revenue 75 would be allowed, and 12 abated not do.
    """
    raw = scenario(
        {"a": {"capex": "4 MCNY", "abates": {"site": "12 ktCO2e"}}},
        base_year=2025,
        targets={"rate": {"kind": "intensity", "by": 2026, "cut": "25 %"}},
    )
    raw["entities"]["group"] = {"revenue": {2025: "50 bn CNY", 2026: "60 bn CNY"}}
    assert best(raw).objective == pytest.approx(4)


def test_penalty_is_paid_per_tonne_and_discounted():
    """A cap of 90 is missed by 10 in 2026 and 2027 at 3 a tonne: 30 + 30 / 1.1 = 57.27, cheaper than 60.

    Proves discounting of penalties; undiscounted they cost 60 and the measure at 59 would win.
    """
    raw = scenario(
        {"a": {"start": 2026, "capex": "59 MCNY", "abates": {"site": "10 ktCO2e"}}},
        2,
        targets={"cap": at_most(90)["cap"] | {"penalty": "3 MCNY/ktCO2e"}},
    ) | {"discount_rate": "10 %"}
    assert best(raw).objective == pytest.approx(30 + 30 / 1.1)


def test_only_durable_sinks_repay_the_past():
    """A cheap sink (1) that is not durable and a dear one (5) that is, 10 ktCO2e each: a stock of 10 costs 5.

    Proves that `durable` decides; if every sink counted the answer would be 1, not 5.
    """
    trees = {"kind": "sink", "start": 2026, "removal": "10 ktCO2e"}
    sinks = {"soil": trees | {"capex": "1 MCNY"}, "rock": trees | {"capex": "5 MCNY", "durable": True}}
    past = {"past": {"kind": "historical", "by": 2026, "stock": "9.9 ktCO2e"}}
    assert best(scenario(sinks, targets=past)).objective == pytest.approx(5)


def test_renewals_use_crews_again():
    """Life 2, one crew: a start in 2026 is renewed in 2028, so the second unit must start in 2027 or 2029.

    Proves that `uses` returns with every cycle; if only the first start used the crew, 2028 would be free.
    """
    raw = scenario(
        {"a": {"start": [2026, 2029], "units": {"max": 2}, "life": 2, "renew": True, "uses": {"crew": 1}}},
        4,
        resources={"crew": {"limit": 1}},
    )
    years = [year for year in (2026, 2027, 2028, 2029) if evaluate(raw, [("a", 2026, 1), ("a", year, 1)]).feasible]
    assert years == [2027, 2029]


def test_nothing_claims_more_than_there_is():
    """Tonnes beyond the source, units beyond the whole, supplies beyond the need: each is no plan at all.

    Two measures of 120 % would leave (-0.2) x (-0.2) = 4 %; 45 GWh supplied to a need of 40 with 5 kt added elsewhere
    would leave 20 - 22.5 + 5 = 2.5 kt. Proves that neither is saved by a total that happens not to be negative.
    """
    assert not best(scenario({"a": {"committed": True, "abates": {"site": "101 ktCO2e"}}})).feasible
    both = {name: {"units": {"max": 2, "min": 2}, "committed": True, "abates": {"site": "60 %"}} for name in "ab"}
    assert not best(scenario(both)).feasible
    raw = scenario(
        {
            "plant": {"kind": "facility", "committed": True, "yield": "45 GWh", "supplies": "power"},
            "more": {"committed": True, "abates": {"power": "-5 ktCO2e"}},
        }
    )
    raw["sources"] = {"power": {"entity": "group", "scope": 2, "activity": "40 GWh", "factor": "0.5 ktCO2e/GWh"}}
    assert not best(raw).feasible
    raw["sources"]["power"]["activity"] = "46 GWh"
    assert best(raw).feasible


def test_market_ledger():
    """40 GWh at 0.5 by location and 0.3 by market: 20 and 12. A contract of half leaves 6 by market, 20 by location;
    8 GWh saved leave 16, and by market 9.6 or, after the contract, 6 - 2.4 = 3.6.

    Proves that the ledgers differ in factor and measures; in one ledger the contract would meet the first target too.
    """
    projects = {
        "contract": {"capex": "1 MCNY", "abates_market": {"power": "50 %"}},
        "saving": {"capex": "4 MCNY", "abates": {"power": "8 GWh"}},
    }

    def cost(allowed, basis):
        target = {"kind": "carbon_budget", "years": [2026, 2026], "at_most": f"{allowed} ktCO2e", "basis": basis}
        raw = scenario(projects, targets={"cap": target})
        raw["sources"] = {
            "power": {
                "entity": "group",
                "scope": 2,
                "activity": "40 GWh",
                "factor": "0.5 ktCO2e/GWh",
                "market_factor": "0.3 ktCO2e/GWh",
            }
        }
        return best(raw).objective

    assert [cost(16.1, "location"), cost(9.7, "market"), cost(3.7, "market")] == pytest.approx([4, 1, 5])
