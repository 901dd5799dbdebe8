"""Rules for ships as numbers: limits, penalties, ratings and prices by year, computed from the dated tables."""

from __future__ import annotations

import numpy as np

from optimiser.instance.fleet_data import BlendData, FuelRule, RatingRule, StateData
from optimiser.instance.paths import Paths
from optimiser.instance.timing import Floats, Ints
from optimiser.scenario.regulation import Regulation
from optimiser.scenario.rules import (
    CII_REDUCTION,
    ETS_ALL_GASES,
    ETS_PHASE_IN,
    FUELEU_REDUCTION,
    FUELEU_REFERENCE,
    FUELEU_VLSFO,
    border,
    required_cii,
    step,
)
from optimiser.units import NUMBER

MJ_PER_GWH = 3.6e6
KM_PER_NMI = 1.852


def _steps(table: dict[int, float], years: Ints) -> Floats:
    return np.array([step(table, int(y)) for y in years])


def carbon_price(rules: Regulation | None, paths: Paths) -> Floats:
    """What a kt of direct emissions costs under the EU ETS (Y,): price x share in scope x share surrendered for."""
    if rules is None or rules.eu_ets is None:
        return np.zeros(len(paths.years))
    rule = rules.eu_ets
    surrendered = _steps(rule.phase_in or ETS_PHASE_IN, paths.years)
    return paths.over_horizon(rule.price) * rule.share * surrendered * (paths.years >= rule.from_year)


def co2_only(years: Ints) -> Floats:
    """1 in the years in which the EU ETS counts CO2 alone (Y,)."""
    return (years < ETS_ALL_GASES).astype(float)


def fuel_rule(rules: Regulation | None, paths: Paths, states: tuple[StateData, ...]) -> FuelRule | None:
    """FuelEU by year: the limit, and what an asset of a state pays that is above it.

    Penalty = deficit / (attained intensity x 41,000 MJ/t) x money per tonne of VLSFO equivalent, of the first year in
    deficit (the surcharge for years in a row is left out).
    """
    if rules is None or rules.fueleu is None:
        return None
    rule, years = rules.fueleu, paths.years
    table = rule.reduction or FUELEU_REDUCTION
    reference = FUELEU_REFERENCE * 1e-3 * MJ_PER_GWH  # kt/GWh
    applies = (years >= rule.from_year) & (years >= min(table))
    limit = np.where(applies, reference * (1 - _steps(table, years)), np.inf)
    if rule.penalty is None:
        return FuelRule(limit, rule.share, None, rule.banking)
    per_kt = FUELEU_VLSFO * 1e3 / MJ_PER_GWH  # GWh in a kt of VLSFO
    price = paths.over_horizon(rule.penalty)
    penalty = np.zeros((len(states), len(years)))
    for i, s in enumerate(states):
        intensity = np.divide(s.well_to_wake, s.energy, out=np.zeros(len(years)), where=s.energy > 0)
        above = applies & (intensity > limit)
        deficit = np.where(above, intensity - np.where(applies, limit, 0.0), 0.0) * s.energy * rule.share
        penalty[i] = np.divide(deficit, intensity * per_kt, out=np.zeros(len(years)), where=above) * price
    return FuelRule(limit, rule.share, penalty)


def rating_rule(
    rules: Regulation | None, paths: Paths, states: tuple[StateData, ...], blends: tuple[BlendData, ...]
) -> RatingRule | None:
    """CII by state and year: grams of CO2 per capacity and nautical mile, attained and required, and what is too bad.

    Blends that are decided move what a state attains between a least and a most. Where even the least is too bad the
    state is barred, where only the most is the blend decides.
    """
    if rules is None or rules.cii is None:
        return None
    rule, years = rules.cii, paths.years
    capacity = rule.capacity.value * (1.0 if rule.capacity.dimension == NUMBER else 1e3)  # GT, or tonnes of deadweight
    work = capacity * paths.over_horizon(rule.distance) / KM_PER_NMI / 1e9
    cuts = _steps(rule.reduction or CII_REDUCTION, years)
    required = np.array([required_cii(rule.ship, capacity, float(cut)) for cut in cuts])
    attained = np.array([(s.emissions["direct", "location"] - s.slip) / work for s in states])
    least, most = attained.copy(), attained.copy()
    for b in blends:
        change = (b.emissions["direct", "location"] - b.slip) * b.room / work
        least[b.state] += np.minimum(change, 0.0)
        most[b.state] += np.maximum(change, 0.0)
    limit = np.full(len(years), np.inf)
    if rule.worst is not None:
        since = years >= (rule.from_year or int(years[0]))
        limit = np.where(since, border(rule.ship, capacity, rule.worst) * required, np.inf)
    banned = least > limit
    return RatingRule(rule.ship, capacity, work, attained, required, limit, banned, (most > limit) & ~banned)
