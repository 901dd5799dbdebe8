"""Names that tell things apart: where several bear the same, their entity is added, and then their id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from optimiser.instance import Instance
from optimiser.instance.fleet_data import ChangeData, FleetData
from optimiser.report.page.words import ENGLISH, Words

Named = tuple[str, str, int]
"""Id, label and index of the entity."""
_KNOWN: WeakKeyDictionary[Instance, dict[str, str]] = WeakKeyDictionary()


def distinct(instance: Instance, things: Iterable[Named]) -> dict[str, str]:
    """A label by id, no two of them alike."""
    known = list(things)
    labels = {id_: label for id_, label, _ in known}
    entity = {id_: instance.entities[e].label for id_, _, e in known}
    for more in (lambda id_: entity[id_], lambda id_: id_):
        often = Counter(labels.values())
        labels = {id_: f"{label} ({more(id_)})" if often[label] > 1 else label for id_, label in labels.items()}
    return labels


def project_names(instance: Instance) -> dict[str, str]:
    """Of projects; every part of the page asks for them."""
    if instance not in _KNOWN:
        _KNOWN[instance] = distinct(instance, ((p.id, p.label, p.entity) for p in instance.projects))
    return _KNOWN[instance]


def change_names(instance: Instance, words: Words = ENGLISH) -> dict[tuple[str, int], str]:
    """Of the changes of fleets, by fleet and index of the change, with the name of the fleet.

    A change that bears no name of its own is described in `words`.
    """
    keys = {f"{f.id}/{c}": (f.id, c) for f in instance.fleets for c in range(len(f.changes))}
    things = [
        (f"{f.id}/{c}", f"{f.label}{words('colon')}{_change(f, x, words)}", f.entity)
        for f in instance.fleets
        for c, x in enumerate(f.changes)
    ]
    return {keys[id_]: label for id_, label in distinct(instance, things).items()}


def _change(fleet: FleetData, change: ChangeData, words: Words) -> str:
    ends = {
        "origin": fleet.states[change.origin].label if change.origin is not None else "",
        "to": fleet.states[change.target].label if change.target is not None else "",
    }
    key = f"change_{change.kind}"
    return words(key, **ends) if change.label == ENGLISH(key, **ends) else change.label
