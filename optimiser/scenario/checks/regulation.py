"""Checks of the rules for ships that a fleet falls under."""

from __future__ import annotations

from optimiser.scenario.checks.context import Check, Loc
from optimiser.scenario.fleets import Fleet
from optimiser.scenario.regulation import CII, FuelEU
from optimiser.scenario.rules import cii_line
from optimiser.units import CARBON, ENERGY, MONEY, NAMED, NUMBER, per

MASS = NAMED["mass"]


def check_regulation(check: Check, loc: Loc, fleet: Fleet) -> None:
    """Notes figures of another unit, and what a rule cannot be computed without."""
    rules = fleet.regulation
    if rules is None:
        return
    for key in ("fueleu", "cii", "eu_ets"):
        rule = getattr(rules, key)
        if rule is not None:
            check.contradictions((*loc, "regulation", key), rule)
    if rules.fueleu is not None:
        _check_fueleu(check, loc, fleet, rules.fueleu)
    if rules.cii is not None:
        _check_cii(check, (*loc, "regulation", "cii"), rules.cii)
    if rules.eu_ets is not None:
        at = (*loc, "regulation", "eu_ets", "price")
        check.expect(rules.eu_ets.price, at, per(MONEY, CARBON))
        check.not_negative(rules.eu_ets.price, at, "write a price of zero or more")


def _check_fueleu(check: Check, loc: Loc, fleet: Fleet, rule: FuelEU) -> None:
    at = (*loc, "regulation", "fueleu")
    if rule.penalty is not None:
        check.expect(rule.penalty, (*at, "penalty"), per(MONEY, MASS))
        check.not_negative(rule.penalty, (*at, "penalty"), "write a penalty of zero or more")
    used = {n for s in fleet.states.values() for n in s.fuels if n in fleet.fuels}
    for name in sorted(used | {o for n in used for o in fleet.fuels[n].blend if o in fleet.fuels}):
        fuel = fleet.fuels[name]
        priced = fuel.price or fuel.factor or fuel.upstream
        unit = check.dimension(priced, (*loc, "fuels", name)) if priced is not None else None
        measured = unit in (per(MONEY, ENERGY), per(CARBON, ENERGY))
        if fuel.energy is None and not measured:
            help = "give its lower heating value, such as 42.7 MJ/kg"
            check.note((*loc, "fuels", name), "K002", "`energy` is missing: FuelEU counts by it", help, at_key=True)
    if rule.as_ == "cost":
        for name in sorted(used):
            if any(b.share is None for b in fleet.fuels[name].blend.values()):
                text = f"the penalty cannot be computed for a blend of {name} that is decided"
                help = "make the blend a share or a path, make it a state of its own, or write as: limit"
                check.note((*at, "as"), "K004", text, help)
    for name, state in fleet.states.items():
        if state.emissions is not None:
            help = "say what it burns under `fuels`"
            text = "FuelEU counts fuels: these emissions are outside it"
            check.note((*loc, "states", name, "emissions"), "K004", text, help)


def _check_cii(check: Check, loc: Loc, rule: CII) -> None:
    check.expect(rule.distance, (*loc, "distance"), NAMED["length"])
    if rule.distance.reference is None and any(v <= 0 for v in rule.distance.values):
        check.note((*loc, "distance"), "V001", "is not above zero", "write what an asset sails in a year")
    by = cii_line(rule.ship, rule.capacity.value)[0].by
    wanted = NUMBER if by == "GT" else MASS
    help = "write the gross tonnage as a number" if by == "GT" else "write the deadweight, such as 82000 t"
    if check.expect_amount(rule.capacity, (*loc, "capacity"), wanted, help=help) and rule.capacity.value <= 0:
        check.note((*loc, "capacity"), "V001", f'"{rule.capacity.text}" is not above zero', help)
