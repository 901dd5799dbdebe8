"""Prices: what one more unit of room is worth, by hand for every kind, and against solving again with a little more."""

import random
from pathlib import Path

import pytest
import yaml

from optimiser.workflow import solve
from tests.helpers import solved

STEP = 1e-3
SIZES = """
projects:
  cheap: {kind: upgrade, size: {max: 30 MW}, capex: 2 MCNY/MW, abates: {site: 1 ktCO2e/MW}}
  dear: {kind: upgrade, size: {max: 50 MW}, capex: 5 MCNY/MW, abates: {site: 1 ktCO2e/MW}}
discount_rate: 5 %
"""
"""Any size at 2 or 5 MCNY per kt: what the cheap one lacks, the dear one does for 3 more."""


def prices(result) -> dict[tuple[str, str, str, int], float]:
    return {(p.kind, p.id, p.rule, p.year): round(p.value, 6) for p in result.plan.prices}


def then(value: float, year: int) -> float:
    return round(value / 1.05 ** (year - 1), 6)


def test_a_reduction(tmp_path):
    """40 kt: 30 cheap and 10 dear in year 3. One kt less to cut saves 5, discounted; nothing else has a price."""
    result = solved(SIZES + "targets: {cut: {kind: reduction, in: 3, cut: 40 ktCO2e}}\n", tmp_path)
    assert prices(result) == {("target", "cut", "gross emissions", 3): then(5, 3)}


def test_only_the_price_of_the_last_unit_counts(tmp_path):
    """20 kt are all cheap: a kt is worth 2, not 5."""
    result = solved(SIZES + "targets: {cut: {kind: reduction, in: 3, cut: 20 ktCO2e}}\n", tmp_path)
    assert prices(result) == {("target", "cut", "gross emissions", 3): then(2, 3)}


def test_what_does_not_bind_has_no_price(tmp_path):
    text = "budgets: {b: {limit: 500 MCNY}}\ntargets: {easy: {kind: reduction, in: 3, cut: 0 %}}\n"
    assert prices(solved(SIZES + text, tmp_path)) == {}


def test_a_budget(tmp_path):
    """10 a year for the cheap one, 5 kt a year. One more million buys 0.5 kt that the dear one would do for 2.5 in year
    3: it saves 2.5 (year 3) less the million (year y)."""
    text = """
budgets: {b: {projects: [cheap], limit: 10 MCNY}}
targets: {cut: {kind: reduction, in: 3, cut: 30 ktCO2e}}
"""
    result = solved(SIZES + text, tmp_path)
    found = prices(result)
    assert found["target", "cut", "gross emissions", 3] == then(5, 3)
    for year in (1, 2, 3):
        assert found["budget", "b", "", year] == pytest.approx(2.5 / 1.05**2 - 1.05 ** (1 - year), abs=1e-6)


def test_money_that_moves_on(tmp_path):
    """With all that is left carried over, a million of year 1 may wait for year 3, and is worth as much as one then."""
    text = """
budgets: {b: {projects: [cheap], limit: 10 MCNY, carry_over: 100 %}}
targets: {cut: {kind: reduction, in: 3, cut: 30 ktCO2e}}
"""
    result = solved(SIZES + text, tmp_path)
    for year in (1, 2, 3):
        assert prices(result)["budget", "b", "", year] == then(1.5, 3)


def test_a_window_of_years(tmp_path):
    """30 in any three years in a row: only the window that ends in year 3 binds."""
    text = """
budgets: {b: {projects: [cheap], limit: 30 MCNY, window: 3}}
targets: {cut: {kind: reduction, in: 3, cut: 20 ktCO2e}}
"""
    result = solved(SIZES + text, tmp_path)
    assert prices(result)["budget", "b", "", 3] == then(1.5, 3)
    assert ("budget", "b", "", 2) not in prices(result)


def test_a_resource(tmp_path):
    """A crew per MW of the cheap one, 10 crews in year 3 and none before: one more saves 5 - 2."""
    text = SIZES.replace(
        "abates: {site: 1 ktCO2e/MW}}\n  dear", "abates: {site: 1 ktCO2e/MW}, uses: {crews: 1}}\n  dear"
    )
    text += (
        "resources: {crews: {limit: {1: 0, 2: 0, 3: 10}}}\ntargets: {cut: {kind: reduction, in: 3, cut: 20 ktCO2e}}\n"
    )
    assert prices(solved(text, tmp_path))["resource", "crews", "", 3] == then(3, 3)


def test_a_ceiling_on_debt(tmp_path):
    """60 of budget and 20 of debt pay for 30 cheap kt and 4 dear ones; a kt missed costs 9. One more million owed does
    0.2 kt more: it saves 1.8 and costs 1, and the interest that is as high as the discount rate nothing."""
    text = """
entities: {group: {}}
budgets: {b: {limit: {1: 0 MCNY, 2: 0 MCNY, 3: 60 MCNY}}}
finance:
  bond: {kind: bond, entity: group, issue: 3, rate: 5 %, tenor: 1}
  roof: {kind: limit, entity: group, outstanding: 20 MCNY}
targets: {cut: {kind: reduction, in: 3, cut: 40 ktCO2e, penalty: 9 kCNY/tCO2e}}
"""
    found = prices(solved(SIZES + text, tmp_path))
    assert found["ceiling", "roof", "", 3] == then(0.8, 3)
    assert found["budget", "b", "", 3] == then(0.8, 3)


def test_the_level_of_a_peak(tmp_path):
    """20 kt from the first year on: a kt more in year 1 alone puts the 2 of it off by a year, a kt less costs 2.

    Any price between the two is one; it is nothing where the row is left out.
    """
    result = solved(SIZES + "targets: {t: {kind: peak, by: 2, at_most: 80 ktCO2e}}\n", tmp_path)
    assert 2.0 - 2.0 / 1.05 - 1e-6 <= prices(result)["target", "t", "at most", 1] <= 2.0 + 1e-6


@pytest.mark.parametrize(
    ("target", "key", "price"),
    [
        ("kind: intensity, in: 3, per: tonnage, at_most: 0.6 tCO2e/MWh", ("intensity", 3), 5.0),
        ("kind: carbon_budget, years: [3, 3], at_most: 60 ktCO2e", ("gross emissions together", 3), 5.0),
        ("kind: neutrality, in: 3, residual: 60 %", ("residual gross emissions", 3), 5.0),
    ],
)
def test_every_kind_of_target_on_emissions(target, key, price, tmp_path):
    """40 kt of cut needed in year 3: the kt is worth what the last one costs."""
    text = SIZES + f"series: {{tonnage: 100 GWh}}\ntargets: {{t: {{{target}}}}}\n"
    if "neutrality" in target:
        text = text.replace("discount_rate", "  wood: {kind: sink, removal: 200 ktCO2e}\ndiscount_rate")
    assert prices(solved(text, tmp_path))["target", "t", *key] == pytest.approx(then(price, key[1]), abs=1e-6)


def test_a_peak_that_may_not_rise(tmp_path):
    """A site that grows by 10 kt in year 3 must be cut by so many then: cheap, 2 each."""
    text = SIZES + "sources: {site: {scope: 1, baseline: {1: 100 ktCO2e, 2: 100 ktCO2e, 3: 110 ktCO2e}}}\n"
    text += "targets: {t: {kind: peak, by: 2, shape: SHAPE}}\n"
    for shape, rule in (("no_rise", "no rise on the year before"), ("highest", "no year above the highest")):
        found = prices(solved(text.replace("SHAPE", shape), tmp_path))
        assert found == {("target", "t", rule, 3): then(2, 3)}
    text = text.replace("SHAPE", "window, years: 1")
    assert prices(solved(text, tmp_path)) == {("target", "t", "mean after within mean before", 3): then(2, 3)}


def test_promises_at_customers_and_of_the_past(tmp_path):
    """Less to reach is room: a kt avoided less saves 4, a kt of the stock less 1.5."""
    text = """
projects:
  sold: {kind: programme, size: {max: 50 MW}, capex: 4 MCNY/MW, avoids: 1 ktCO2e/MW}
  wood: {kind: sink, size: {max: 90 ha}, capex: 1.5 MCNY/ha, removal: 1 ktCO2e/ha, durable: true, start: 3}
targets:
  out: {kind: avoided, in: 1, multiple: 2, base: 10 ktCO2e}
  past: {kind: historical, by: 3, stock: 30 ktCO2e}
"""
    assert prices(solved(text, tmp_path)) == {
        ("target", "out", "avoided at customers", 1): 4.0,
        ("target", "past", "durable removals together", 3): 1.5,
    }


def test_credits_of_a_target(tmp_path):
    """Credits at 1 up to 10 kt, a cut at 2: one more credit saves 1 in year 3."""
    text = (
        SIZES
        + """
targets: {t: {kind: neutrality, in: 3, credits: 80 %, credit_price: 1000 CNY/tCO2e}}
"""
    )
    found = prices(solved(text, tmp_path))
    assert found["target", "t", "credits", 3] == then(1, 3)
    assert found["target", "t", "net emissions", 3] == then(2, 3)


def test_allowances(tmp_path):
    """A market at 90 CNY/t: an allowance is worth its price, a credit what it is below it; inside, the last cut."""
    text = (
        SIZES
        + """
entities: {group: {}}
markets:
  ets: {kind: external, from_year: 3, price: 90 CNY/tCO2e, credits: {share: 5 %, price: 60 CNY/tCO2e}}
"""
    )
    found = prices(solved(text, tmp_path))
    assert found["market", "ets", "allowances", 3] == then(0.09, 3)
    assert found["market", "ets", "credits", 3] == then(0.03, 3)
    text = SIZES + "entities: {group: {}}\nmarkets: {inside: {kind: internal, entities: [group], cap: 60 ktCO2e}}\n"
    result = solved(text, tmp_path)
    total = sum(v for (kind, *_), v in prices(result).items() if kind == "market")
    assert total == pytest.approx(5)
    for (market, year), price in result.plan.carbon_prices.items():
        assert then(price, year) == prices(result).get(("market", market, "allowances", year), 0.0)


def test_whole_projects_have_no_price_at_the_margin(tmp_path):
    """One kiln does it all and more: a kt more or less changes nothing while it stays."""
    text = """
projects: {kiln: {kind: upgrade, capex: 20 MCNY, abates: {site: 25 ktCO2e}}}
targets: {cut: {kind: reduction, in: 3, cut: 20 ktCO2e}}
"""
    assert prices(solved(text, tmp_path)) == {}


def drawn(seed: int) -> dict:
    """Sizes only, so that no integer can move: three measures, a budget, crews and two targets, all of them tight."""
    rng = random.Random(f"prices {seed}")
    years = 4
    projects = {
        name: {
            "kind": "upgrade", "size": {"max": f"{rng.randint(8, 20)} MW", "per_year": f"{rng.randint(4, 8)} MW"},
            "lead_time": rng.randint(0, 1), "capex": f"{rng.uniform(1, 6):.3f} MCNY/MW",
            "opex": f"{rng.uniform(0, 0.5):.3f} MCNY/MW", "abates": {"site": f"{rng.uniform(0.6, 1.4):.3f} ktCO2e/MW"},
            "uses": {"crews": rng.randint(1, 2)},
        }
        for name in "abc"
    }  # fmt: skip
    return {
        "horizon": {"first": 1, "last": years},
        "discount_rate": "6 %",
        "salvage": "none",
        "sources": {"site": {"scope": 1, "baseline": "100 ktCO2e"}},
        "projects": projects,
        "resources": {"crews": {"limit": {y: rng.randint(8, 12) for y in range(1, years + 1)}}},
        "budgets": {"b": {"limit": {y: f"{rng.randint(16, 24)} MCNY" for y in range(1, years + 1)},
                          "carry_over": rng.choice(["0 %", "60 %"])}},
        "targets": {
            "cut": {"kind": "reduction", "in": [3], "cut": f"{rng.uniform(8, 12):.3f} ktCO2e"},
            "sum": {"kind": "carbon_budget", "years": [1, years], "at_most": f"{rng.uniform(372, 380):.3f} ktCO2e"},
        },
    }  # fmt: skip


def moved(tree: dict, kind: str, name: str, year: int, step: float) -> dict:
    """The scenario with `step` more room in one place."""
    tree = yaml.safe_load(yaml.safe_dump(tree))
    if kind == "target":
        target = tree["targets"][name]
        key, sign = ("cut", -1) if name == "cut" else ("at_most", 1)
        target[key] = f"{float(target[key].split()[0]) + sign * step:.9f} ktCO2e"
    elif kind == "budget":
        tree["budgets"][name]["limit"][year] = (
            f"{float(tree['budgets'][name]['limit'][year].split()[0]) + step:.9f} MCNY"
        )
    else:
        tree["resources"][name]["limit"][year] += step
    return tree


@pytest.mark.parametrize("seed", [s for s in range(13) if s != 9])  # 9 has no plan
def test_prices_agree_with_solving_again(seed, tmp_path):
    """Proves that every price lies between what a little more room saves and what a little less costs: the two slopes
    of the least cost. Away from corners they are one number. What has no price is worth nothing either way."""
    tree = drawn(seed)

    def cost(changed: dict) -> float | None:
        path = Path(tmp_path) / "s.yaml"
        path.write_text(yaml.safe_dump(changed | {"solve": {"gap": "0 %"}}), encoding="utf-8")
        result = solve(path, {"threads": 1}).result
        return result.plan.objective if result is not None else None

    path = Path(tmp_path) / "base.yaml"
    path.write_text(yaml.safe_dump(tree | {"solve": {"gap": "0 %"}}), encoding="utf-8")
    result = solve(path, {"threads": 1}).result
    assert result is not None
    base, found = result.plan.objective, {(p.kind, p.id, p.year): p.value for p in result.plan.prices}
    places = [("target", "cut", 3), ("target", "sum", 4), *(("budget", "b", y) for y in (1, 2, 3, 4))]
    places += [("resource", "crews", y) for y in (1, 2, 3, 4)]
    for place in places:
        more, less = cost(moved(tree, *place, STEP)), cost(moved(tree, *place, -STEP))
        saved = (base - more) / STEP
        lost = (less - base) / STEP if less is not None else float("inf")
        assert saved - 1e-4 <= found.get(place, 0.0) <= lost + 1e-4, place


def test_some_random_prices_are_not_zero(tmp_path):
    """Proves that the comparison above compares something: most cases price a target and a limit."""
    kinds = []
    for seed in range(4):
        path = Path(tmp_path) / "s.yaml"
        path.write_text(yaml.safe_dump(drawn(seed)), encoding="utf-8")
        kinds += [p.kind for p in solve(path, {"threads": 1}).result.plan.prices]
    assert {"target", "budget"} <= set(kinds)
