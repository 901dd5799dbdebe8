"""The seven kinds of target, each as rows that must not be negative.

Every kind yields `(years, alternatives)`: positions in the horizon, and sets of rows of which one must hold.
"""

import numpy as np

from .quantities import quantity


def promise(case, name: str, target: dict):
    """`(years, alternatives, price)`: the rows of one target, and the discounted price of a unit of shortfall by
    row (None for a hard target)."""
    kind = target["kind"]
    found = {
        "peak": peak,
        "reduction": reduction,
        "neutrality": neutrality,
        "intensity": intensity,
        "carbon_budget": carbon_budget,
        "avoided": avoided,
        "historical": historical,
    }[kind]
    for years, alternatives in found(case, name, target):
        years = np.asarray(years, dtype=int)
        price = None
        if "penalty" in target:
            price = case.world.path(target["penalty"]).over(case.world.years)[years] * case.world.discount[years]
        yield years, alternatives, price


def held(world, target: dict) -> np.ndarray:
    """Positions of the years in which a target holds."""
    if "in" in target:
        return np.flatnonzero(np.isin(world.years, target["in"]))
    from_year, until = target.get("by", world.first), target.get("until", world.last)
    return np.flatnonzero((world.years >= from_year) & (world.years <= until))


def scope(world, target: dict) -> list[str]:
    """Sources named, or those of the entity and below with the scopes (and categories of scope 3) of a target."""
    if "sources" in target:
        return list(target["sources"])
    within, scopes = world.below(target.get("entity")), target.get("scopes", [1, 2, 3])
    categories = target.get("categories")
    return [
        name
        for name, s in world.sources.items()
        if s.entity in within and s.scope in scopes and (s.scope != 3 or categories is None or s.category in categories)
    ]


def ledger_of(target: dict) -> str:
    return target.get("basis", "location")


def gross_of(case, target: dict) -> np.ndarray:
    return case.gross(scope(case.world, target), ledger_of(target))


def base_of(world, target: dict) -> float:
    return sum(world.sources[name].base[ledger_of(target)] for name in scope(world, target))


def share_or_amount(world, spec, base) -> np.ndarray:
    """A path of tonnes: a share of `base` (a number, or by year), or the quantity itself."""
    path = world.path(spec)
    return path.over(world.years) * (base if path.dimension == "" else 1.0)


def sinks(world, target: dict, durable: bool = False) -> list[str]:
    """The sinks that a target counts: those it names, or those of its entity and below."""
    within = world.below(target.get("entity"))
    named = target.get("removals")
    return [
        name
        for name, entry in world.raw.get("projects", {}).items()
        if entry.get("kind") == "sink"
        and (name in named if named is not None else world.entity_of(entry) in within)
        and (entry.get("durable") or not durable)
    ]


def peak(case, name, target):
    """The highest year, or the climb, or the mean after `by` against the one up to it."""
    world, gross = case.world, gross_of(case, target)
    by, slack = target["by"], 1 + quantity(target.get("tolerance", 0))[0]
    before = np.flatnonzero(world.years <= by)
    after = np.flatnonzero((world.years > by) & (world.years <= target.get("until", world.last)))
    shape = target.get("shape", "highest")
    if shape == "highest" and len(after) and len(before):
        if case.width == 1:
            before = [before[np.argmax(gross[before, 0])]]
        yield after, [slack * gross[k] - gross[after] for k in before]
    elif shape == "no_rise":
        later = after[after > 0]
        yield later, [slack * gross[later - 1] - gross[later]]
    elif shape == "window":
        before, after = before[-target["years"] :], after[: target["years"]]
        if len(before) and len(after):
            row = slack * gross[before].mean(axis=0) - gross[after].mean(axis=0)
            yield after[-1:], [row[None, :]]
    if "at_most" in target:
        limit = share_or_amount(world, target["at_most"], base_of(world, target))
        years = np.flatnonzero(world.years <= target.get("until", world.last))
        yield years, [(case.constant(limit) - gross)[years]]


def reduction(case, name, target):
    """Gross at most the base (or the baseline of the same year) less the cut."""
    world = case.world
    base = np.full(len(world.years), base_of(world, target))
    if target.get("against", "base_year") == "baseline":
        base = sum(world.sources[s].baseline[ledger_of(target)] for s in scope(world, target))
    limit = base - share_or_amount(world, target["cut"], base)
    years = held(world, target)
    yield years, [(case.constant(limit) - gross_of(case, target))[years]]


def shared_with(world, name: str) -> list[tuple[str, np.ndarray]]:
    """Targets whose credits are for a part of the same emissions and cost no less, and the years where so."""
    target, found = world.raw["targets"][name], []

    def price(t: dict) -> np.ndarray:
        return world.path(t.get("credit_price", 0)).over(world.years)

    for other, t in world.raw["targets"].items():
        if other == name or t["kind"] != "neutrality" or "credits" not in t:
            continue
        if ledger_of(t) != ledger_of(target) and any(world.sources[s].scope == 2 for s in scope(world, t)):
            continue
        if scope(world, t) and set(scope(world, t)) <= set(scope(world, target)):
            years = np.intersect1d(held(world, t), held(world, target))
            found.append((other, years[(price(t) >= price(target))[years]]))
    return found


def neutrality(case, name, target):
    """Gross less removals less credits at most zero; what is left at most `residual` of the base."""
    world, gross, years = case.world, gross_of(case, target), held(case.world, target)
    base = base_of(world, target)
    net = gross - case.removed(sinks(world, target))
    if name in case.credits:
        if case.credits[name] is None:
            # A credit only costs money, so a plan buys exactly what it needs, and never more than it may.
            most = quantity(target["credits"])[0] * base
            case.credits[name] = case.constant(0.0)
            case.credits[name][years] = np.clip(net[years], 0, most)
        net = net - case.counted(name)
    yield years, [-net[years]]
    if "residual" in target:
        limit = share_or_amount(world, target["residual"], base)
        yield years, [(case.constant(limit) - gross)[years]]


def intensity(case, name, target):
    """Gross at most what the intensity allows, in tonnes, so that a penalty is paid per tonne above it."""
    world, gross, years = case.world, gross_of(case, target), held(case.world, target)
    per = target.get("per", "revenue")

    def denominator(year: int) -> float:
        if per == "revenue":
            return world.summed_up("revenue", target.get("entity"), year)
        return world.path(per).at(year)

    if "at_most" in target:
        allowed = world.path(target["at_most"]).over(world.years)
    else:
        allowed = (1 - quantity(target["cut"])[0]) * base_of(world, target) / denominator(world.base_year)
    limit = allowed * np.array([denominator(int(y)) for y in world.years])
    yield years, [(case.constant(limit) - gross)[years]]


def carbon_budget(case, name, target):
    """Tonnes of a span of years; a shortfall is paid in its last year."""
    world, (first, last) = case.world, target["years"]
    years = np.flatnonzero((world.years >= first) & (world.years <= last))
    emitted = gross_of(case, target)
    if target.get("net"):
        emitted = emitted - case.removed(sinks(world, target))
    row = -emitted[years].sum(axis=0)
    row[0] += quantity(target["at_most"])[0]
    yield years[-1:], [row[None, :]]


def avoided(case, name, target):
    """Avoided at customers, with what the entity avoids without us, at least a multiple of the base."""
    world, years, entity = case.world, held(case.world, target), target.get("entity")
    baseline = [world.summed_up("avoided_baseline", entity, int(y)) for y in world.years]
    total, within = case.constant(baseline), world.below(entity)
    for project in case.effects:
        if world.entity_of(world.raw["projects"][project]) in within:
            total = total + case.avoided(project)
    base = (
        quantity(target["base"])[0]
        if "base" in target
        else world.summed_up("avoided_baseline", entity, world.base_year)
    )
    wanted = world.path(target.get("multiple", 1)).over(world.years) * base
    yield years, [(total - case.constant(wanted))[years]]


def historical(case, name, target):
    """Removals of durable sinks, summed from the first year to `by`, at least the stock."""
    world = case.world
    years = np.flatnonzero(world.years <= target["by"])
    row = case.removed(sinks(world, target, durable=True))[years].sum(axis=0)
    row[0] -= quantity(target["stock"])[0]
    yield years[-1:], [row[None, :]]
