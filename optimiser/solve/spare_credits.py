"""Spare credits: what costs nothing is bought for a neutrality target only as far as it covers something.

Plans of one cost differ in it where credits have no price. Targets on few sources go first: what is taken off theirs
and counts for a wider target, too, is bought there, if it costs nothing there either and is no more in all. Money, what
is covered of every target and every limit stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from optimiser.instance.data import Instance, NeutralityData

Credits = dict[tuple[str, int], float]
"""kt bought, by target and year."""
CRUMB = 1e-9


def leave_spare_credits(instance: Instance, found: Credits, left: Mapping[tuple[str, int], float]) -> None:
    """Takes off `found` what covers nothing; `left` is gross less removed in kt, by target and year."""
    targets = [t for t in instance.targets if isinstance(t, NeutralityData) and t.admits_credits]
    targets.sort(key=lambda t: len(t.sources))
    for y, year in enumerate(map(int, instance.years)):
        tested = [t for t in targets if y in t.years]
        if any(t.credit_price[y] == 0 and found.get((t.id, year), 0.0) > CRUMB for t in tested):
            _Year(tested, found, left, y, year).leave()


class _Year:
    """Targets that are tested in a year, and what their credits have to cover."""

    def __init__(
        self, tested: list[NeutralityData], found: Credits, left: Mapping[tuple[str, int], float], y: int, year: int
    ):
        self.tested, self.found, self.y, self.year = tested, found, y, year
        self.need = {t.id: min(left[t.id, year], float(t.credits[y]), self.held(t)) for t in tested}

    def bought(self, t: NeutralityData) -> float:
        return self.found.get((t.id, self.year), 0.0)

    def counts(self, target: NeutralityData, other: NeutralityData) -> bool:
        """True where credits of another target count for this one, too."""
        return any(u == other.id and self.y in years for u, years in target.shared)

    def held(self, target: NeutralityData) -> float:
        """Credits that could count for a target, its own and those of others."""
        return sum(self.bought(t) for t in self.tested if t is target or self.counts(target, t))

    def leave(self) -> None:
        for t in self.tested:
            if t.credit_price[self.y] == 0:
                self.lower(t)

    def lower(self, t: NeutralityData) -> None:
        """Credits of one target as far down as it can do, and as those can that count them."""
        less = max(min(self.bought(t), self.held(t) - self.need[t.id]), 0.0)
        wider = [u for u in self.tested if u is not t and self.counts(u, t)]
        short = [max(less - max(self.held(u) - self.need[u.id], 0.0), 0.0) for u in wider]
        room = [float(u.on_sale[self.y]) - self.bought(u) if u.credit_price[self.y] == 0 else 0.0 for u in wider]
        if sum(short) <= less + CRUMB and all(s <= r for s, r in zip(short, room, strict=True)):
            for u, amount in zip(wider, short, strict=True):
                self.found[u.id, self.year] = self.bought(u) + amount
        else:
            less = max(less - max(short), 0.0)
        self.found[t.id, self.year] = self.bought(t) - less
