"""From a document to a Scenario: everything that is wrong becomes a problem at the right line, all in one run."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from pydantic import ValidationError

from optimiser.errors import Problems
from optimiser.scenario.checks import check_scenario
from optimiser.scenario.mending import UNKNOWN_KEY, Draft
from optimiser.scenario.model import Scenario
from optimiser.scenario.shapes import clean
from optimiser.scenario.translating import Translator
from optimiser.source import Node, plain
from optimiser.units import CURRENCIES, Units

ROUNDS = 8


def load_scenario(root: Node, problems: Problems) -> Scenario | None:
    """Validates the tree; collects every problem; None where there are any.

    What cannot be read is set aside and the rest is checked all the same, so that one run shows all.
    """
    before = len(problems.found)
    data = plain(root)
    units = Units(_currency(data, problems))
    draft = Draft(data, root, problems)
    scenario = _validate(draft, units, problems)
    if scenario is not None:
        check_scenario(scenario, root, problems, frozenset(draft.unread))
    return scenario if len(problems.found) == before else None


def _currency(data: dict[str, Any], problems: Problems) -> str:
    """The currency of the file; where that cannot be read, the one that its figures use most."""
    named = data.get("currency")
    if isinstance(named, str) and named in CURRENCIES:
        return named
    if named is None and not problems.misses("currency"):
        return "CNY"
    used = Counter(w[-3:] for w in re.findall(r"\b[kMG]?[A-Z]{3}\b", str(data)) if w[-3:] in CURRENCIES)
    return used.most_common(1)[0][0] if used else "CNY"


def _validate(draft: Draft, units: Units, problems: Problems) -> Scenario | None:
    """The scenario, or what is left of it once all that cannot be read is noted and set aside."""
    for _ in range(ROUNDS):  # what stood under a misspelt key is read in the next round
        try:
            return Scenario.model_validate(draft.data, context={"units": units})
        except ValidationError as error:
            errors = error.errors(include_url=False)
        unknown = [clean(found["loc"]) for found in errors if found["type"] in UNKNOWN_KEY]
        draft.find_respellings(unknown)
        translator = Translator(draft.root, problems, draft)
        translator.doubt_headings(unknown)
        for found in errors:
            problems.found.extend(translator.problems_of(dict(found)))
        draft.mend([dict(found) for found in errors])
    return None
