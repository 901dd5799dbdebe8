"""Checks of a fleet's fuels: amounts, prices and factors fit each other, and blends are shares."""

from __future__ import annotations

from optimiser.errors import quoted
from optimiser.scenario.checks.context import Check, Loc, shortlist
from optimiser.scenario.checks.markets import value_at
from optimiser.scenario.checks.projects import check_shares
from optimiser.scenario.fleets import Fleet, Fuel
from optimiser.scenario.paths import Path
from optimiser.units import CARBON, ENERGY, MONEY, NUMBER, Dimension, per, times

FIGURES = (
    ("price", MONEY), ("factor", CARBON), ("market_factor", CARBON), ("upstream", CARBON), ("slip_factor", CARBON),
    ("energy", ENERGY),
)  # fmt: skip
_ZERO = "write a figure of zero or more"


def check_fuels(check: Check, loc: Loc, fleet: Fleet) -> None:
    """Notes what does not fit in the list of fuels and in what states use of it."""
    units = {name: _unit(check, (*loc, "fuels", name), fuel) for name, fuel in fleet.fuels.items()}
    for state_name, state in fleet.states.items():
        for name, burn in state.fuels.items():
            at = (*loc, "states", state_name, "fuels", name)
            if not _known(check, fleet, name, at):
                check.dimension(burn.use, (*at, "use"))
                continue
            check.not_negative(burn.use, (*at, "use"), _ZERO)
            unit = units[name]
            if unit is None:
                check.dimension(burn.use, (*at, "use"))
            else:
                check.expect(burn.use, (*at, "use"), unit)
            if burn.slip > 0 and fleet.fuels[name].slip_factor is None:
                help = "say what a unit that leaves unburnt emits: 28 tCO2e/t for methane over 100 years"
                check.note((*at, "slip"), "K002", f"has a `slip`, but {name} no `slip_factor`", help)
    for name in fleet.fuels:
        _check_blends(check, (*loc, "fuels", name), name, fleet, units)
    _check_chains(check, loc, fleet)


def _known(check: Check, fleet: Fleet, name: str, at: Loc) -> bool:
    if name in fleet.fuels or check.is_unread((*at[:2], "fuels")):
        return name in fleet.fuels
    help = check.problems.near(name, fleet.fuels, cutoff=0.5)
    help = help or (f"known: {shortlist(fleet.fuels)}" if fleet.fuels else "list it under `fuels` of the fleet")
    check.note(at, "R001", f"no fuel of the fleet is called {quoted(name)}", help)
    return False


def _unit(check: Check, loc: Loc, fuel: Fuel) -> Dimension | None:
    """The dimension of an amount of a fuel, by its first figure; notes figures that count by another."""
    check.contradictions(loc, fuel)
    unit: Dimension | None = None
    for key, of in FIGURES:
        path: Path | None = getattr(fuel, key)
        if path is None:
            continue
        at = (*loc, key)
        if key != "price":
            check.not_negative(path, at, _ZERO)
        found = check.dimension(path, at)
        if found is None:
            continue
        if unit is None:
            unit = _amount(found, of)
            if unit is None:
                check.expect(path, at, *(per(of, d) for d in (MASS, ENERGY, VOLUME)))
        else:
            check.expect(path, at, per(of, unit))
    return unit


def _amount(figure: Dimension, of: Dimension) -> Dimension | None:
    """The amount of which a figure is so much `of`; None where it is none."""
    return next((d for d in (MASS, ENERGY, VOLUME) if times(figure, d) == of), None)


MASS: Dimension = (("mass", 1),)
VOLUME: Dimension = (("length", 3),)


def _check_blends(check: Check, loc: Loc, name: str, fleet: Fleet, units: dict[str, Dimension | None]) -> None:
    fuel = fleet.fuels[name]
    least: list[Path] = []
    for other, blend in fuel.blend.items():
        at = (*loc, "blend", other)
        if other == name:
            check.note(at, "R002", "is blended with itself", "name another fuel")
            continue
        for key in ("share", "min", "max"):
            path, where = getattr(blend, key), at if key == "share" else (*at, key)
            if path is not None and check.expect(path, where, NUMBER) is not None:
                check_shares(check, path, where, tiny=True)
        if blend.least is not None and (found := check.resolve(blend.least, at)) is not None:
            least.append(found)
        if blend.share is not None and (blend.min is not None or blend.max is not None):
            check.note(at, "K004", "has a `share` beside `min` or `max`", "write the one share, or its bounds")
        if blend.min is not None and blend.max is not None:
            _check_order(check, at, blend.min, blend.max)
        if not _known(check, fleet, other, at):
            continue
        weighed = [f.energy is not None or units[n] == ENERGY for n, f in ((name, fuel), (other, fleet.fuels[other]))]
        if not all(weighed) and units[name] != units[other]:
            help = "give both their `energy`, such as 42.7 MJ/kg"
            check.note(at, "K002", f"{name} and {other} are not counted alike", help)
    first = _years(check).start
    most = max((sum(value_at(p, y, first) for p in least) for y in _years(check)), default=0.0)
    if most > 1 + 1e-9:
        check.note((*loc, "blend"), "V004", f"at least {most * 100:g} % of {name} are other fuels", "lower them")


def _check_chains(check: Check, loc: Loc, fleet: Fleet) -> None:
    """Warns of a blend of a fuel that is itself blended in: only what a state burns is blended, once."""
    burnt = {name for state in fleet.states.values() for name in state.fuels}
    into: dict[str, str] = {}
    for name, fuel in fleet.fuels.items():
        for other in fuel.blend if name in burnt else ():
            if other != name and other in fleet.fuels and fleet.fuels[other].blend:
                into.setdefault(other, name)
    for other, name in into.items():
        at = (*loc, "fuels", other, "blend")
        text = (
            f"what of {other} is blended into {name} is not blended again: this holds only where a state burns {other}"
        )
        more = ", ".join(o for o in fleet.fuels[other].blend if o not in fleet.fuels[name].blend)
        check.warn(at, text, f"list {more} under the `blend` of {name} as well" if more else "leave it out")


def _years(check: Check) -> range:
    """Years of the horizon; none where it could not be read."""
    return range(check.horizon.first, check.horizon.last + 1) if check.horizon is not None else range(0)


def _check_order(check: Check, loc: Loc, least: Path, most: Path) -> None:
    """No year asks for more of a fuel than it allows."""
    low, high = check.resolve(least, (*loc, "min")), check.resolve(most, (*loc, "max"))
    if low is None or high is None:
        return
    first = _years(check).start
    for year in _years(check):
        a, b = value_at(low, year, first), value_at(high, year, first)
        if a > b + 1e-9:
            text = f"in {year} at least {a * 100:g} %, and at most {b * 100:g} %"
            check.note((*loc, "min"), "V004", text, "write a `min` up to the `max`, or the one share that it is")
            return
