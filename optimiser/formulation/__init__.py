"""Formulation: the mathematics.

`build` is the programme, read aloud: decisions, what they do, what must hold, what was promised, what is sought.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import optimiser.formulation.lean  # noqa: F401 - before anything that imports Pyomo or scipy

# isort: split
import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from optimiser.formulation.avoided import add_avoided
from optimiser.formulation.budgets import add_budgets
from optimiser.formulation.carbon_budgets import add_carbon_budgets
from optimiser.formulation.ceilings import add_ceilings
from optimiser.formulation.choices import add_choices
from optimiser.formulation.cost import (
    add_least_cost,
    add_least_eased,
    add_least_familiar,
    add_least_more,
    add_least_shortfall,
)
from optimiser.formulation.credit_issues import add_credit_income, add_credit_issues
from optimiser.formulation.debt_service import add_debt_service
from optimiser.formulation.emissions import add_emissions, add_removals
from optimiser.formulation.extensions import add_extensions
from optimiser.formulation.fleet_duties import add_fleet_duties
from optimiser.formulation.fleet_fuels import add_fleet_fuels
from optimiser.formulation.fleet_money import add_fleet_postings
from optimiser.formulation.fleet_rules import add_fleet_rules
from optimiser.formulation.fleets import add_fleets
from optimiser.formulation.historical import add_historical
from optimiser.formulation.intensities import add_intensities
from optimiser.formulation.internal_markets import add_internal_markets
from optimiser.formulation.issues import add_issues
from optimiser.formulation.markets import add_market_postings, add_markets
from optimiser.formulation.matrix import MatrixPart
from optimiser.formulation.model import Model
from optimiser.formulation.neutrality import add_credits, add_neutrality
from optimiser.formulation.peaks import add_peaks
from optimiser.formulation.portfolios import add_portfolios
from optimiser.formulation.postings import add_credit_postings
from optimiser.formulation.proceeds import add_use_of_proceeds
from optimiser.formulation.reductions import add_reductions
from optimiser.formulation.requirements import add_requirements
from optimiser.formulation.research import add_cheaper_starts
from optimiser.formulation.resources import add_resources
from optimiser.formulation.shortfalls import add_shortfalls
from optimiser.formulation.starts import add_starts
from optimiser.formulation.step_ups import add_step_ups
from optimiser.formulation.supply import add_supply
from optimiser.formulation.taxes import add_taxes
from optimiser.garbage import uncollected
from optimiser.instance import Instance


@dataclass(frozen=True)
class Question:
    """What is asked of the model: least cost, or the least shortfall of some targets.

    `giving_way`: targets that may be missed. `least_shortfall`: the targets whose shortfall is minimised instead of
    cost. `at_most`: total shortfall (kt) allowed to targets by id. `fixed`: units started by each year of its window,
    by project, where that is no longer a question. `digits`: into how many binary digits a size is cut where the
    product of two sizes is enveloped. `more`: limits, as (kind, id), of which the least extension is sought.
    `eased`: by target, how fast (Y,) it is eased; as little ease as will do is sought. `held`: least and most units
    started by each year of its window, by project. `changes`: changes of fleets that are held in (True) or out.
    `within`: the most that a plan may cost. `unlike`: portfolios (ids of elements) from which a plan must differ;
    `least_familiar`: sought is the one that has least of what they have.
    """

    giving_way: frozenset[str] = frozenset()
    least_shortfall: frozenset[str] = frozenset()
    at_most: dict[str, float] = field(default_factory=dict)
    fixed: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    digits: int = 7
    more: frozenset[tuple[str, str]] = frozenset()
    eased: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    held: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=dict)
    changes: dict[str, bool] = field(default_factory=dict)
    within: float | None = None
    unlike: tuple[frozenset[str], ...] = ()
    least_familiar: bool = False


@uncollected()
def build(instance: Instance, question: Question | None = None) -> pyo.ConcreteModel:
    """The whole programme for an instance."""
    model = Model()
    model.instance, model.question = instance, question or Question()
    model.matrix, model.entangled, model.begun = MatrixPart(), set(), {}
    model.most_flagged, model.postings, model.capex_of = 1.0, [], {}

    # decisions
    add_starts(model)
    add_cheaper_starts(model)
    add_supply(model)
    add_fleets(model)
    add_fleet_fuels(model)
    add_credits(model)
    add_credit_issues(model)
    add_shortfalls(model)
    add_extensions(model)

    # what they do, year by year
    add_emissions(model)
    add_removals(model)
    add_credit_postings(model)
    add_fleet_postings(model)
    add_markets(model)
    add_market_postings(model)
    add_credit_income(model)

    # how it is paid for
    add_issues(model)
    add_step_ups(model)
    add_debt_service(model)
    add_taxes(model)

    # what must hold of any plan
    add_requirements(model)
    add_choices(model)
    add_resources(model)
    add_fleet_duties(model)
    add_fleet_rules(model)
    add_internal_markets(model)
    add_budgets(model)
    add_ceilings(model)
    add_use_of_proceeds(model)

    # what was promised
    add_peaks(model)
    add_reductions(model)
    add_neutrality(model)
    add_intensities(model)
    add_carbon_budgets(model)
    add_avoided(model)
    add_historical(model)

    # what else is asked
    add_portfolios(model)

    # what is sought
    if model.question.more:
        add_least_more(model)
    elif model.question.eased:
        add_least_eased(model)
    elif model.question.least_familiar:
        add_least_familiar(model)
    elif model.question.least_shortfall:
        add_least_shortfall(model, model.question.least_shortfall)
    else:
        add_least_cost(model)
    return model


__all__ = ["Question", "build"]
