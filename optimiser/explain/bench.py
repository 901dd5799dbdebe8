"""The bench: where a change of the file is tried before it is offered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from optimiser.explain.case import Case
from optimiser.explain.items import Item, items_of, restricted
from optimiser.explain.oracle import Least, Oracle
from optimiser.formulation import Question
from optimiser.instance import Instance
from optimiser.source import as_yaml

Override = dict[str, Any]
FEW = 3
"""Whole steps that are tried one by one, before the rest is halved."""
CLOSE = 0.01
"""Share of an amount to which it is narrowed."""


@dataclass(frozen=True)
class Remedy:
    """A change that leaves a plan: in words, and as it would stand in a file that extends the scenario."""

    words: str
    override: Override
    least: bool = True
    """False where less of it might do: there was no time to tell."""

    @property
    def lines(self) -> list[str]:
        """The override as YAML, a line per section."""
        return as_yaml(self.override)

    @property
    def place(self) -> frozenset[tuple[Any, ...]]:
        """The keys that lead to every value it changes."""
        return frozenset(path for path, _ in _leaves(self.override, ()))

    def document(self) -> dict[str, Any]:
        """For machines: the words, the override, and every value in it with the keys that lead there."""
        values = [{"path": list(path), "value": value} for path, value in _leaves(self.override, ())]
        common = {"words": self.words, "override": self.override, "values": values, "yaml": self.lines}
        return common if self.least else {**common, "least": False}


def _leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, (*path, key))
    else:
        yield path, value


def one_a_place(first: Sequence[Remedy], others: Sequence[Remedy]) -> list[Remedy]:
    """The first, then those of the others that change something that none of the first does."""
    taken = {remedy.place for remedy in first}
    return [*first, *(remedy for remedy in others if remedy.place not in taken)]


def joined(first: Override, second: Override) -> Override:
    """Both overrides; the second wins where they speak of the same."""
    both = dict(first)
    for key, value in second.items():
        nested = isinstance(both.get(key), dict) and isinstance(value, dict)
        both[key] = joined(both[key], value) if nested else value
    return both


@dataclass(eq=False)
class Bench:
    """A case with a question to the oracle. `others` are set aside while one part of a change is measured.

    `more`: by item and year, how much more of a limit would do at least, as far as it was asked. `sure`: the last
    amount that was sought is the least for certain.
    """

    case: Case
    oracle: Oracle
    others: frozenset[Item] = frozenset()
    more: dict[Item, dict[int, float]] = field(default_factory=dict)
    sure: bool = True

    @property
    def instance(self) -> Instance:
        """The instance without what is set aside."""
        return self.relaxed(self.case.instance)

    def relaxed(self, instance: Instance) -> Instance:
        """An instance without what is set aside."""
        if not self.others:
            return instance
        return restricted(instance, [i for i in items_of(instance) if i not in self.others])

    def works(self, override: Override) -> bool:
        """True where the file is read with the change, and has a plan."""
        return self._asked(override) is True

    def _asked(self, override: Override) -> bool | None:
        """Whether there is a plan with the change; None where that is not known."""
        if self.oracle.is_late:
            return None
        changed = self.case.changed(override)
        return self.oracle.has_plan(self.relaxed(changed.instance)) if changed is not None else False

    def least(self, question: Question) -> Least | None:
        """The least of something that leaves a plan; None where none was found."""
        answer = self.oracle.least(self.instance, question)
        self.sure = answer is not None and answer.proven
        return answer

    def remedy(self, words: str, override: Override) -> Remedy:
        """A change by the amount that was sought last."""
        return Remedy(words, override, self.sure)

    def least_step(self, override: Callable[[int], Override], most: int) -> int | None:
        """The least whole number from 1 to `most` whose override works, where more works no worse; else None."""
        self.sure = True
        low = 0
        for k in range(1, min(FEW, most) + 1):
            if self._step(override(k)):
                return k
            low = k
        if most <= low or not self._step(override(most)):
            return None
        high = most
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._step(override(middle)) else (middle, high)
        return high

    def least_between(self, override: Callable[[int], Override], most: int) -> int | None:
        """The least whole number up to `most` that is found to do in time; None where not even `most` does."""
        self.sure = True
        if not self._step(override(most)):
            return None
        low, high = 0, most
        while high - low > max(1, round(high * CLOSE)) and self.sure:
            middle = (low + high) // 2
            low, high = (low, middle) if self._step(override(middle)) else (middle, high)
        return high

    def _step(self, override: Override) -> bool:
        answer = self._asked(override)
        self.sure &= answer is not None
        return answer is True
