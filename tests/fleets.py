"""What tests of fleets look at: assets by state and year, and what begins when."""

from optimiser.report import Result


def service(result: Result, state: str, fleet: str = "ships") -> list[int]:
    """Assets in service in a state by year."""
    data = next(f for f in result.instance.fleets if f.id == fleet)
    index = [s.id for s in data.states].index(state)
    return [round(float(v)) for v in result.accounts.fleets[fleet].service[index]]


def yard(result: Result, fleet: str = "ships") -> list[int]:
    """Assets in the yard by year."""
    return [round(float(v)) for v in result.accounts.fleets[fleet].yard]


def begun(result: Result, change: str, fleet: str = "ships") -> dict[int, int]:
    """Assets that begin a change (by its label) by year."""
    data = next(f for f in result.instance.fleets if f.id == fleet)
    found: dict[int, int] = {}
    for c, one in enumerate(data.changes):
        if one.label == change:
            for year, number in zip(result.instance.years, result.accounts.fleets[fleet].begun[c], strict=True):
                if number > 0.5:
                    found[int(year)] = found.get(int(year), 0) + round(float(number))
    return found


def spent(result: Result, kind: str, fleet: str = "ships") -> list[float]:
    """Money of a kind by year."""
    values = result.accounts.money.get(kind, {}).get(fleet)
    return [0.0] * len(result.instance.years) if values is None else [round(float(v), 6) for v in values]
