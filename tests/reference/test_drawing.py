"""The drawn scenarios cover the contract, and say only what a file can say."""

from collections import Counter

import pytest
import yaml

from tests.helpers import DUMPER, LOADER

from .drawing import draw, features
from .enumeration import best, evaluate

SEEDS = 300

FEATURES = """
abates: activity | abates: constant | abates: negative activity | abates: negative share |
abates: negative tonnes | abates: path | abates: share | abates: tonnes | abates_market |
abates_market: activity | abates_market: constant | abates_market: path | abates_market: share |
abates_market: tonnes | avoided | avoided: entity | avoided: in | avoided: multiple constant |
avoided: multiple path | avoids | base year before the horizon | basis: market |
basis: market of intensity | basis: market of neutrality | basis: market of peak |
basis: market of reduction | budget covers: capex | budget covers: cash | budget covers: default |
budget limit: constant | budget limit: path | budget: carry_over | budget: entity | budget: projects |
budget: tags | budget: window | buffer | capex: constant | capex: list | capex_profile | carbon_budget |
carbon_budget: net | carbon_budget: removals | committed | committed size | committed units |
committed yes or no | cost_trend | credits against a penalty | credits in a cash budget | displaces |
durable | entities: 1 | entities: 2 | entities: 3 | entity: avoided_baseline | entity: parent |
entity: revenue | excludes | facility: sells | facility: supplies | facility: supplies and sells |
facility: supplies and sells and self_use | group: at_least | group: at_most | historical |
historical: entity | intensity | intensity: at_most | intensity: cut | intensity: in |
intensity: per default | intensity: per revenue | intensity: per tonnage | intensity: until |
kind: facility | kind: programme | kind: research | kind: sink | kind: upgrade | lead time 0 |
lead time 1 | lead time 2 | lead time absent | life | lowers_capex | neutrality | neutrality: credits |
neutrality: in | neutrality: removals | neutrality: residual | neutrality: until | opex: constant |
opex: list | opex: path | opex: saving | overlap of 2 shares | overlap of 3 shares | overlap of 4 shares |
overlap with a ramp | overlap with a size | overlap with an end | overlap with units | peak |
peak: at_most | peak: at_most quantity | peak: at_most share | peak: highest | peak: no_rise |
peak: tolerance | peak: until | peak: window | penalty | penalty of avoided | penalty of carbon_budget |
penalty of historical | penalty of intensity | penalty of neutrality | penalty of peak |
penalty of reduction | price | price year of its own | project without entity | ramp | reduction |
reduction: against | reduction: against base_year | reduction: against baseline |
reduction: against default | reduction: cut path | reduction: cut quantity | reduction: cut share |
reduction: in | reduction: until | removal | removal: constant | removal: path | renew: False |
renew: True | renew: absent | renewed cost_trend | renewed opex list | renewed ramp | renewed removal |
renewed uses | requires: any_of | requires: any_of and more | requires: any_of as lags |
requires: any_of as list | requires: lag | requires: list | requires: several | requires: word |
resource limit: constant | resource limit: path | salvage of a project | salvage: annuity |
salvage: linear | salvage: none | scope 1 | scope 2 | scope 3 | share and supply on one source | size.max |
size.min | size.per_year | source: activity constant | source: activity path | source: baseline constant |
source: baseline growth | source: baseline path | source: category | source: market_factor |
start: absent | start: constant | start: cut to the horizon | start: list |
supplies a source with a market factor | tags | target: categories | target: entity | target: scopes |
target: sources | two researches on one project | two supplies to one source | undiscounted | units.max |
units.min | units.per_year | uses: constant | uses: list | years from 1 | yield: constant | yield: path
"""


@pytest.fixture(scope="module")
def scenarios() -> list[dict]:
    return [draw(seed) for seed in range(SEEDS)]


@pytest.fixture(scope="module")
def answers(scenarios):
    """The best of all schedules of each."""
    return [best(raw) for raw in scenarios]


def test_every_feature_is_drawn(scenarios):
    """Proves that agreement over the seeds says something about every feature; a feature never drawn is untested."""
    counts = Counter(feature for raw in scenarios for feature in features(raw))
    wanted = {name.strip() for name in FEATURES.replace("\n", " ").split("|")}
    assert {name: counts[name] for name in wanted if counts[name] < 5} == {}
    assert set(counts) - wanted == set()


def test_scenarios_survive_a_file(scenarios):
    """Proves that only plain values are drawn: what YAML gives back is what was drawn, and a seed draws it again."""
    assert all(yaml.load(yaml.dump(raw, Dumper=DUMPER), Loader=LOADER) == raw for raw in scenarios)
    assert draw(7) == scenarios[7]


def test_enough_are_feasible_and_bind(scenarios, answers):
    """Proves that limits matter: 60 to 75 % have a plan, and in half of these the limits cost something."""
    feasible = [(raw, answer) for raw, answer in zip(scenarios, answers, strict=True) if answer.feasible]
    assert 0.60 <= len(feasible) / SEEDS <= 0.75
    free = [
        {key: value for key, value in raw.items() if key not in ("targets", "budgets", "resources")}
        for raw, _ in feasible
    ]
    binding = [a for raw, (_, a) in zip(free, feasible, strict=True) if a.objective > best(raw).objective + 1e-3]
    assert len(binding) > len(feasible) / 2


def test_answers_evaluate_to_themselves(scenarios, answers):
    """Proves that the evaluator agrees with the search it is used to check others against."""
    for raw, answer in zip(scenarios, answers, strict=True):
        if answer.feasible:
            again = evaluate(raw, answer.schedule)
            assert again.feasible
            assert again.objective == pytest.approx(answer.objective, rel=1e-5, abs=1e-4)
