"""Properties that every answer has, whatever the scenario: of drawn scenarios, and of small ones solved by hand.

A relation compares the answers to two files, one made from the other. No plan counts as an infinite cost.
"""

import copy
import random
import re
from functools import cache
from itertools import product
from math import inf, prod
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from optimiser.workflow import Answer, solve
from tests.helpers import result_of, write_tree
from tests.reference.drawing import draw

# Drawn scenarios in which the limits and targets cost something, and mostly have a plan.
SEEDS = (0, 1, 6, 7, 8, 9, 12, 15, 16, 18, 19, 22, 25, 27)
SEEDS_OF_BUDGETS = (49, 73, 119, 132, 144, 163, 175, 217, 236, 258, 260, 287, 311)
SEEDS_OF_DEADLINES = (18, 31, 36, 39, 45, 53, 58, 78, 89, 93, 99, 106, 110)
SEEDS_OF_TARGETS = (8, 12, 15, 43, 49, 55, 58, 65, 70, 81, 104, 106, 107)


def ask(raw: dict, gap: float = 0.0) -> Answer:
    """What the tool answers to a scenario."""
    with TemporaryDirectory() as folder:
        return solve(write_tree(raw, Path(folder)), {"gap": gap, "threads": 1})


def cost(raw: dict) -> float:
    """The least cost; why there is no plan is not asked."""
    with TemporaryDirectory() as folder:
        result = result_of(raw, Path(folder), explained=False)
    return result.plan.objective if result is not None else inf


drawn = cache(draw)


@cache
def drawn_cost(seed: int) -> float:
    return cost(drawn(seed))


@cache
def changed_cost(change, seed: int) -> float:
    return cost(change(drawn(seed)))


def same(a: float, b: float, scale: float = 1.0) -> bool:
    """Equal as far as a solver's tolerance on money of this scale goes."""
    return a == b or abs(a - b) <= 1e-6 * max(scale, abs(a), abs(b))


def scaled(value, factor: float):
    """A quantity, or a path of quantities, times a factor."""
    if isinstance(value, dict):
        return {key: scaled(part, factor) if key not in ("growth", "from") else part for key, part in value.items()}
    number, _, unit = str(value).partition(" ")
    return f"{float(number) * factor:.12g} {unit}".strip()


def everywhere(raw, change):
    """The scenario with every number and text changed, keys that are years too."""
    if isinstance(raw, dict):
        return {key if isinstance(key, str) else change(key): everywhere(part, change) for key, part in raw.items()}
    return [everywhere(part, change) for part in raw] if isinstance(raw, list) else change(raw)


# -- relations between two answers ----------------------------------------------------------------------------------


def with_looser_budgets(raw: dict) -> dict:
    other = copy.deepcopy(raw)
    for budget in other.get("budgets", {}).values():
        budget["limit"] = scaled(budget["limit"], 1.2)
    return other


def with_later_deadlines(raw: dict) -> dict:
    """One year later, where that leaves the promise weaker (a window moves with its deadline)."""
    other = copy.deepcopy(raw)
    for target in other["targets"].values():
        last = min(raw["horizon"]["last"], target.get("until", inf))
        if target.get("by", inf) < last and target.get("shape") != "window":
            target["by"] += 1
    return other


def with_tighter_targets(raw: dict) -> dict:
    other = copy.deepcopy(raw)
    keys = {"reduction": ("cut", 1.06), "carbon_budget": ("at_most", 0.96), "intensity": ("at_most", 0.96)}
    keys |= {"neutrality": ("residual", 0.94), "historical": ("stock", 1.06), "peak": ("tolerance", 0.4)}
    for target in other["targets"].values():
        key, factor = keys.get(target["kind"], ("", 1))
        if key in target:
            target[key] = scaled(target[key], factor)
    return other


@pytest.mark.parametrize("seed", SEEDS_OF_BUDGETS)
def test_looser_budget_never_costs_more(seed):
    """Proves that 20 % more money on every limit is never dearer; if this were broken, a limit would bind where it is
    not, or what is kept would not be counted."""
    looser = changed_cost(with_looser_budgets, seed)
    assert looser <= drawn_cost(seed) or same(looser, drawn_cost(seed))


@pytest.mark.parametrize("seed", SEEDS_OF_DEADLINES)
def test_later_deadline_never_costs_more(seed):
    """Proves that a year more is never dearer; if this were broken, a target would hold in years that it does not
    name."""
    later = changed_cost(with_later_deadlines, seed)
    assert later <= drawn_cost(seed) or same(later, drawn_cost(seed))


@pytest.mark.parametrize("seed", SEEDS_OF_TARGETS)
def test_tighter_target_is_never_cheaper(seed):
    """Proves that asking for more is never cheaper; if this were broken, a sense or a base would be turned round."""
    tighter = changed_cost(with_tighter_targets, seed)
    assert tighter >= drawn_cost(seed) or same(tighter, drawn_cost(seed))


@pytest.mark.parametrize(
    ("change", "seeds"),
    [
        (with_looser_budgets, SEEDS_OF_BUDGETS),
        (with_later_deadlines, SEEDS_OF_DEADLINES),
        (with_tighter_targets, SEEDS_OF_TARGETS),
    ],
)
def test_relations_bite(change, seeds):
    """Proves that these relations are no empty ones: most of the changes change the answer."""
    changed = [seed for seed in seeds if not same(changed_cost(change, seed), drawn_cost(seed))]
    assert len(changed) > len(seeds) / 2


def shuffled(raw: dict, seed: int) -> dict:
    rng = random.Random(seed)

    def mixed(section: dict) -> dict:
        return dict(rng.sample(list(section.items()), len(section)))

    return mixed({key: mixed(part) if isinstance(part, dict) else part for key, part in raw.items()})


@pytest.mark.parametrize("seed", SEEDS)
def test_order_in_the_file_does_not_matter(seed):
    """Proves that only names count: sections and entries in another order cost the same; if this were broken, an index
    would stand for the wrong project."""
    assert same(cost(shuffled(drawn(seed), seed)), drawn_cost(seed))


def in_thousands(raw: dict, times: int = 1) -> dict:
    """All money a thousand times as much, by its unit alone."""
    larger = {"CNY": "kCNY", "kCNY": "MCNY", "MCNY": "bn CNY"}
    return everywhere(
        raw, lambda v: re.sub(r"\b[kM]?CNY\b", lambda unit: larger[unit[0]], v) if isinstance(v, str) else v
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_money_scales(seed):
    """Proves that MCNY written as bn CNY costs a thousand times as much; if this were broken, some figure would miss
    its unit (a price, a penalty, a revenue) or drown in a tolerance."""
    assert same(cost(in_thousands(drawn(seed))) / 1000, drawn_cost(seed))


def in_single_yuan(raw: dict) -> dict:
    """Every MCNY as a CNY."""
    parts = {"bn CNY": 1e3, "MCNY": 1.0, "kCNY": 1e-3, "CNY": 1e-6}

    def smaller(value):
        found = re.fullmatch(r"(\S+) (bn CNY|[kM]?CNY)(.*)", value) if isinstance(value, str) else None
        if found is None:
            return value.replace("MCNY", "CNY") if isinstance(value, str) else value
        return f"{float(found[1]) * parts[found[2]]!r} CNY{found[3].replace('MCNY', 'CNY')}"

    return everywhere(raw, smaller)


@pytest.mark.parametrize("seed", SEEDS)
def test_single_yuan_are_as_exact_as_millions(seed):
    """Proves that a scenario of a few CNY has the optimum of the same one in millions, to a millionth; if this were
    broken, the solver's absolute tolerances would be met before the optimum is."""
    assert same(cost(in_single_yuan(drawn(seed))) * 1e6, drawn_cost(seed))


def test_eight_yuan_matter():
    """Proves that 13 CNY are not spent where 8 do: 8 and 5 of 4 projects keep the target, so that 13 is the least (8 +
    5), 14 the next (9 + 5); if this were broken, all plans would look alike at a solver's tolerance."""
    figures = {"a": (8, 30), "b": (5, 25), "c": (9, 31), "d": (20, 60)}
    raw = world(1) | {
        "projects": {
            name: {"kind": "upgrade", "capex": f"{price} CNY", "abates": {"site": f"{tonnes} ktCO2e"}}
            for name, (price, tonnes) in figures.items()
        },
        "targets": {"cut": {"kind": "reduction", "by": 1, "cut": "55 ktCO2e"}},
    }
    answer = ask(raw)
    assert starts(answer) == {("a", 1): 1, ("b", 1): 1}
    assert answer.result.plan.objective == pytest.approx(13e-6, rel=1e-9)


@pytest.mark.parametrize("seed", [seed for seed in SEEDS if drawn(seed)["horizon"]["first"] > 2000])
def test_labels_of_years_do_not_matter(seed):
    """Proves that 2024, 2025, ... may be called 1, 2, ...: only differences of years count; if this were broken, a
    base year, a price year or an anchor would be read from somewhere else."""

    def relabelled(value):
        is_year = isinstance(value, int) and not isinstance(value, bool) and 2000 <= value <= 2100
        return value - 2023 if is_year else value

    assert same(cost(everywhere(drawn(seed), relabelled)), drawn_cost(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_useless_project_changes_nothing(seed):
    """Proves that what is dear and does next to nothing is left out and disturbs nothing; if this were broken, its
    share would change the others' products, or its presence a bound."""
    raw = copy.deepcopy(drawn(seed))
    source, entity = next(iter(raw["sources"])), next(iter(raw["entities"]))
    useless = {"kind": "upgrade", "entity": entity, "capex": "90 bn CNY", "abates": {source: "0.1 %"}}
    raw["projects"] |= {"useless": useless, "useless-lots": useless | {"units": {"max": 2}}}
    assert same(cost(raw), drawn_cost(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_gap_is_honest(seed):
    """Proves that a plan found at a gap of 20 % is no better than the optimum, its bound no worse, and the gap between
    them as stated; if this were broken, 'proven within' would be said of what is not."""
    answer = ask(drawn(seed), gap=0.2)
    if answer.result is None:
        assert drawn_cost(seed) == inf
        return
    plan = answer.result.plan
    assert plan.bound <= drawn_cost(seed) + 1e-6 * max(1, abs(drawn_cost(seed)))
    assert plan.objective >= drawn_cost(seed) - 1e-6 * max(1, abs(drawn_cost(seed)))
    assert plan.gap == pytest.approx((plan.objective - plan.bound) / abs(plan.objective or 1), abs=1e-6)


def lots_and_singles(seed: int) -> tuple[dict, dict]:
    """A scenario with a project of two units, and the same one with two projects that are yes or no."""
    rng = random.Random(seed)
    lots = {
        "kind": "upgrade",
        "start": [1, 3],
        "lead_time": rng.choice([0, 1]),
        "life": rng.choice([2, 3, 9]),
        "renew": rng.random() < 0.5,
        "capex": f"{rng.uniform(10, 30):.2f} MCNY",
        "opex": f"{rng.uniform(-3, 3):.2f} MCNY",
        "ramp": rng.choice([["50 %", "100 %"], ["100 %"]]),
        "uses": {"crews": 1},
        "abates": {"site": f"{rng.uniform(8, 20):.2f} ktCO2e"},
    }
    other = {"kind": "upgrade", "capex": f"{rng.uniform(10, 60):.2f} MCNY", "abates": {"site": "25 %"}, "life": 3}
    raw = world(4) | {
        "discount_rate": "5 %",
        "resources": {"crews": {"limit": rng.choice([1, 2])}},
        "budgets": {"purse": {"limit": f"{rng.uniform(25, 50):.2f} MCNY", "carry_over": "50 %"}},
        "targets": {
            "peak": {"kind": "peak", "by": 2},
            "cut": {"kind": "reduction", "by": 3, "cut": f"{rng.uniform(5, 35):.2f} %"},
        },
    }
    raw["sources"]["site"]["baseline"] = {1: "100 ktCO2e", 4: f"{rng.uniform(95, 115):.1f} ktCO2e"}
    whole = raw | {"projects": {"lots": lots | {"units": {"max": 2}}, "other": other}}
    return whole, raw | {"projects": {"first": lots, "second": lots, "other": other}}


@pytest.mark.parametrize("seed", range(10))
def test_splitting_changes_nothing(seed):
    """Proves that two units of tonnes are the same as two projects that are yes or no; if this were broken, a unit
    would be counted by what it is called."""
    whole, split = lots_and_singles(seed)
    assert same(cost(whole), cost(split))


# -- overlap --------------------------------------------------------------------------------------------------------


def world(last: int) -> dict:
    return {
        "version": 1,
        "horizon": {"first": 1, "last": last},
        "discount_rate": "0 %",
        "salvage": "none",
        "sources": {"site": {"scope": 1, "baseline": "100 ktCO2e"}},
    }


def measure(share: float, price: float = 1.0, **more) -> dict:
    return {"kind": "upgrade", "start": 1, "capex": f"{price:.9g} MCNY", "abates": {"site": f"{share:.9g} %"}} | more


def at_most(left: float, year: int = 1) -> dict:
    return {"kind": "reduction", "sources": ["site"], "in": [year], "cut": f"{100 - left:.9f} ktCO2e"}


def starts(answer: Answer) -> dict[tuple[str, int], float]:
    return {(s.project, s.year): s.amount for s in answer.result.plan.decisions.starts}


def gross(answer: Answer, ledger: str = "location", source: str = "site") -> list[float]:
    return answer.result.accounts.gross[source, ledger].tolist()


@pytest.mark.parametrize(("measures", "left"), [(1, 65), (2, 42.25), (3, 27.4625), (4, 17.850625), (6, 7.541889062500)])
def test_shares_multiply(measures, left):
    """Proves that n measures of 35 % leave 0.65^n of the source, in chains of groups too; if shares were added, three
    of them would take more than there is (-5 of 100) and a target of 0 could be kept."""
    projects = {f"m{i}": measure(35, committed=True) for i in range(measures)}
    assert gross(ask(world(1) | {"projects": projects})) == pytest.approx([left])


@pytest.mark.parametrize(
    ("left", "needed"), [(66, 1), (64.9, 2), (42.3, 2), (42.2, 3), (11.603, 5), (11.6, 6), (7.54, inf)]
)
def test_a_target_needs_as_many_measures_as_their_product(left, needed):
    """Proves that the model, not only the account, multiplies: the target is kept by the least number of measures
    whose product does, and by none where all six do not; if shares were added, 3 would do for any of these."""
    projects = {f"m{i}": measure(35) for i in range(6)}
    assert cost(world(1) | {"projects": projects, "targets": {"cut": at_most(left)}}) == pytest.approx(needed)


def test_units_of_one_measure_add():
    """Proves that units of one measure share one baseline (1 - share x units), other than two measures do: 2 x 30 %
    leave 40, 30 % and 30 % leave 49; if this were broken, lots would be cheaper or dearer than the catalogue says."""
    lots = {"lots": measure(30, units={"max": 2, "min": 2}, committed=True)}
    singles = {"a": measure(30, committed=True), "b": measure(30, committed=True)}
    assert gross(ask(world(1) | {"projects": lots})) == pytest.approx([40])
    assert gross(ask(world(1) | {"projects": singles})) == pytest.approx([49])


def test_units_never_take_more_than_the_source():
    """Proves that no plan takes more than all: 3 of 4 units at 30 % can run, the fourth cannot, however much each
    earns; if this were broken, gross emissions would be negative and the objective -4."""
    answer = ask(world(1) | {"projects": {"lots": measure(30, price=0, opex="-1 MCNY", units={"max": 4})}})
    assert starts(answer) == {("lots", 1): 3}
    assert gross(answer) == pytest.approx([10])


@pytest.mark.parametrize("left", [84, 67, 55, 39, 31, 20, 14, 8, 6])
def test_lots_multiply_with_lots_and_singles(left):
    """Proves that two measures of up to three units and one that is yes or no multiply exactly: the least cost is that
    of trying all 32; if an envelope were loose, a cheaper mix would seem to keep the target."""
    projects = {
        "a": measure(20, 1.0, units={"max": 3}),
        "b": measure(25, 1.3, units={"max": 3}),
        "c": measure(15, 0.7),
    }
    tried = {
        (a, b, c): a * 1.0 + b * 1.3 + c * 0.7
        for a, b, c in product(range(4), range(4), range(2))
        if 100 * (1 - 0.2 * a) * (1 - 0.25 * b) * (1 - 0.15 * c) <= left
    }
    answer = ask(world(1) | {"projects": projects, "targets": {"cut": at_most(left)}})
    if not tried:
        assert answer.result is None
        return
    assert answer.result.plan.objective == pytest.approx(min(tried.values()))
    amounts = [starts(answer).get((name, 1), 0) for name in "abc"]
    assert tried[tuple(amounts)] == pytest.approx(min(tried.values()))


def crowd(seed: int) -> tuple[dict, list, dict]:
    """Up to nine measures on one source, in units and single, ramped, ending or adding; what each does; and caps."""
    rng = random.Random(seed)
    years = rng.choice([1, 2, 3])
    projects, effects = {}, []
    for i in range(rng.choice([3, 5, 7, 9])):
        most = rng.choice([1, 1, 1, 2, 3]) if i < 7 else 1
        share = rng.uniform(3, 60) / most if rng.random() > 0.12 else -rng.uniform(2, 20)
        share, price, life = round(share, 2), round(rng.uniform(1, 30), 2), rng.choice([1, 2, 9, 9])
        ramp = rng.choice([[100], [100], [30, 60, 100], [100, 40]])
        more = {"units": {"max": most}} if most > 1 else {}
        projects[f"m{i}"] = measure(share, price, life=life, ramp=[f"{r} %" for r in ramp], **more)
        level = [ramp[min(y, len(ramp) - 1)] / 100 if y < life else 0 for y in range(years)]
        effects.append((most, price, share / 100 * np.array(level)))
    while True:
        amounts = [rng.randint(0, most) for most, _, _ in effects]
        if allowed(effects, amounts):
            break
    year = rng.randrange(years)
    caps = {year: max(left_by(effects, amounts)[year] * rng.choice([1.001, 1.05, 0.9]), 0.01)}
    targets = {f"cut-{y + 1}": at_most(cap, y + 1) for y, cap in caps.items()}
    return world(years) | {"projects": projects, "targets": targets}, effects, caps


def left_by(effects: list, amounts) -> np.ndarray:
    return 100 * prod(1 - n * level for n, (_, _, level) in zip(amounts, effects, strict=True))


def allowed(effects: list, amounts) -> bool:
    return all((n * level <= 1).all() for n, (_, _, level) in zip(amounts, effects, strict=True))


@pytest.mark.parametrize("seed", range(24))
def test_crowded_sources_are_exact(seed):
    """Proves that ramped, ending, adding and multi-unit measures on one source multiply exactly: the least cost is
    that of trying all amounts; if this were broken, one of the forms (groups, chains, digits) would be a
    relaxation."""
    raw, effects, caps = crowd(seed)
    tried = [
        sum(n * price for n, (_, price, _) in zip(amounts, effects, strict=True))
        for amounts in product(*(range(most + 1) for most, _, _ in effects))
        if allowed(effects, amounts) and all(left_by(effects, amounts)[y] <= cap + 1e-7 for y, cap in caps.items())
    ]
    assert same(cost(raw), min(tried, default=inf))


def test_ramp_counts_by_year_of_operation():
    """Proves that a ramp of 30, 60 and 100 % of 50 % beside a full 20 % leaves 68, 56, 40 and 40; if the ramp scaled
    what is left instead of the share, the first year would be 80 x 0.15."""
    projects = {
        "ramped": measure(50, committed=True, ramp=["30 %", "60 %", "100 %"]),
        "full": measure(20, committed=True),
    }
    assert gross(ask(world(4) | {"projects": projects})) == pytest.approx([68, 56, 40, 40])


@pytest.mark.parametrize("others", [1, 2, 5])
def test_size_multiplies_with_singles_exactly(others):
    """Proves that a size of any number beside measures that are yes or no is exact: 30 of 50 MW at 1 % per MW are
    needed for 0.7 x 0.8^n; if the product were enveloped, less would seem to do."""
    projects = {f"m{i}": measure(20, committed=True) for i in range(others)}
    projects["sized"] = {"kind": "upgrade", "start": 1, "size": {"max": "50 MW"}, "capex": "1 MCNY/MW",
                         "abates": {"site": "1 %/MW"}}  # fmt: skip
    answer = ask(world(1) | {"projects": projects, "targets": {"cut": at_most(100 * 0.7 * 0.8**others)}})
    assert starts(answer)["sized", 1] == pytest.approx(30, rel=1e-6)
    assert (answer.result.plan.status, answer.result.plan.gap) == ("optimal", 0)


@pytest.mark.parametrize(("dear", "left"), [(3.3, 40), (2.37, 20), (1.234, 25)])
def test_two_sizes_are_exact_and_their_gap_is_honest(dear, left):
    """Proves that for two sizes on one source the plan itself multiplies and the stated bound is not above the true
    optimum (the dear one just as large as its own target asks, the cheap one as large as the product then asks); if
    the envelope were taken for the product, the plan would leave more than the target allows."""
    raw = world(1)
    raw["sources"]["other"] = {"scope": 1, "baseline": "100 ktCO2e"}
    sized = {"kind": "upgrade", "start": 1, "size": {"max": "10 MW"}}
    raw["projects"] = {
        "dear": sized | {"capex": "3 MCNY/MW", "abates": {"site": "8 %/MW", "other": "2 ktCO2e/MW"}},
        "cheap": sized | {"capex": "1 MCNY/MW", "abates": {"site": "8 %/MW"}},
    }
    own = {"kind": "reduction", "sources": ["other"], "by": 1, "cut": f"{2 * dear:.9f} ktCO2e"}
    raw["targets"] = {"cut": at_most(left), "own": own}
    best = 3 * dear + (1 - left / 100 / (1 - 0.08 * dear)) / 0.08
    answer = ask(raw)
    plan, sizes = answer.result.plan, {s.project: s.amount for s in answer.result.plan.decisions.starts}
    product_of_both = 100 * (1 - 0.08 * sizes["dear"]) * (1 - 0.08 * sizes["cheap"])
    assert gross(answer) == pytest.approx([product_of_both], rel=1e-6)
    assert product_of_both <= left + 1e-4
    assert plan.bound <= best + 1e-6
    assert best - 1e-4 <= plan.objective <= best * 1.01
    assert plan.gap >= (plan.objective - best) / plan.objective - 1e-6


# -- promises that may be broken ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("price", "bought"), [(99, True), (101, False)])
def test_shortfall_is_bought_exactly_when_cheaper(price, bought):
    """Proves that a penalty is a price: 80 kt (40 in each of two years) can be abated for 8 MCNY, that is at 100 CNY a
    tonne; at 99 the shortfall of 50 a year is bought, at 101 only the 10 a year that nothing abates."""
    raw = world(2) | {"projects": {"m": measure(40, 8)}}
    raw["targets"] = {"cut": {"kind": "reduction", "by": 1, "cut": "50 %", "penalty": f"{price} CNY/tCO2e"}}
    answer = ask(raw)
    short = 50 if bought else 10
    assert answer.result.plan.objective == pytest.approx(2 * short * price / 1000 + (0 if bought else 8), rel=1e-9)
    assert starts(answer) == ({} if bought else {("m", 1): 1})
    assert answer.result.accounts.penalties.tolist() == pytest.approx([short * price / 1000] * 2)


def three_promises(order: tuple[int, int, int], money: float) -> dict:
    """Three sources of their own; every target needs its project, and money is for two of them at most."""
    names, prices = ("a", "b", "c"), (6, 7, 8)
    raw = world(1)
    raw["sources"] = {name: {"scope": 1, "baseline": "100 ktCO2e"} for name in names}
    raw["projects"] = {
        name: {"kind": "upgrade", "capex": f"{price} MCNY", "abates": {name: "30 ktCO2e"}}
        for name, price in zip(names, prices, strict=True)
    }
    raw["budgets"] = {"purse": {"limit": f"{money} MCNY"}}
    raw["targets"] = {
        name: {"kind": "reduction", "sources": [name], "by": 1, "cut": "30 %", "priority": priority}
        for name, priority in zip(names, order, strict=True)
    }
    return raw


@pytest.mark.parametrize("order", [(1, 2, 3), (1, 3, 2), (2, 1, 3), (3, 1, 2), (2, 3, 1), (3, 2, 1)])
@pytest.mark.parametrize(("money", "broken"), [(21, 0), (15, 1), (8, 2), (5, 3)])
def test_targets_give_way_in_order_and_only_when_needed(order, money, broken):
    """Proves that with money for all nothing gives way, for two the target with priority 1, for one those with 1 and
    2; if this were broken, the cheapest to miss would go first, or one that could be kept."""
    answer = ask(three_promises(order, money))
    gave = {name for name, priority in zip("abc", order, strict=True) if priority <= broken}
    assert set(answer.result.plan.gave_way) == gave
    assert set(starts(answer)) == {(name, 1) for name in set("abc") - gave}
    missed = {row.id: row.margin for row in answer.result.accounts.targets if not row.met}
    assert missed == pytest.approx(dict.fromkeys(gave, -30))


def test_hard_target_does_not_give_way():
    """Proves that priorities save no promise without one: 50 % of `a` is out of reach, and that is said."""
    raw = three_promises((1, 2, 3), 21)
    raw["targets"]["hard"] = {"kind": "reduction", "sources": ["a"], "by": 1, "cut": "50 %"}
    answer = ask(raw)
    assert answer.result is None
    assert "the target hard cannot hold" in answer.conflict.sentences[0]


@pytest.mark.parametrize(("also_location", "location", "market"), [(False, 50, 30), (True, 40, 24)])
def test_market_ledger_moves_alone(also_location, location, market):
    """Proves that a contract for green power (`abates_market`) keeps a market-based target and leaves the
    location-based ledger at 50, and that saving power moves both (50 x 0.8, 60 x 0.5 x 0.8); if the ledgers were one,
    the contract would keep the location-based target as well."""
    raw = world(1)
    power = {"scope": 2, "activity": "100 GWh", "factor": "0.5 tCO2e/MWh", "market_factor": "0.6 tCO2e/MWh"}
    raw["sources"] = {"power": power}
    raw["projects"] = {
        "contract": {"kind": "programme", "capex": "1 MCNY", "abates_market": {"power": "50 %"}},
        "saving": {"kind": "upgrade", "capex": "9 MCNY", "abates": {"power": "20 %"}},
    }
    raw["targets"] = {"market": {"kind": "reduction", "scopes": [2], "basis": "market", "by": 1, "cut": "50 %"}}
    if also_location:
        raw["targets"]["location"] = {"kind": "reduction", "scopes": [2], "by": 1, "cut": "20 %"}
    answer = ask(raw)
    assert gross(answer, "location", "power") == pytest.approx([location])
    assert gross(answer, "market", "power") == pytest.approx([market])
    assert set(starts(answer)) == {("contract", 1)} | ({("saving", 1)} if also_location else set())


def test_two_sizes_find_the_plan_that_money_just_allows():
    """Proves that a purse 0.006 % above the least cost leaves a plan, and that the gap asked for is reached."""
    sized = {"kind": "upgrade", "start": 1, "size": {"max": "10 MW"}}
    raw = world(1)
    raw["sources"]["other"] = {"scope": 1, "baseline": "100 ktCO2e"}
    raw["projects"] = {
        "dear": sized | {"capex": "3 MCNY/MW", "abates": {"site": "8 %/MW", "other": "2 ktCO2e/MW"}},
        "cheap": sized | {"capex": "1 MCNY/MW", "abates": {"site": "8 %/MW"}},
    }
    own = {"kind": "reduction", "sources": ["other"], "by": 1, "cut": "6.6 ktCO2e"}
    raw["targets"] = {"cut": at_most(40), "own": own}
    raw["budgets"] = {"purse": {"limit": "15.6075 MCNY"}}
    assert cost(raw) == pytest.approx(15.606521739, rel=1e-5)
