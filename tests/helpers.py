"""Tiny scenarios for tests: a text laid over a standard head, solved to gap 0 in one thread.

The head is three undiscounted years, no salvage, and one source `site` of 100 ktCO2e a year; a text that says one of
these keys itself replaces it. Money comes out in MCNY, emissions in ktCO2e.
"""

import re
from pathlib import Path

import yaml

from optimiser.audit import audit
from optimiser.explain import Case, Conflict
from optimiser.instance import Instance, compile_instance
from optimiser.report import Result
from optimiser.solve import Limits, answer
from optimiser.workflow import Answer, read, solve

HEAD = {
    "horizon": "{first: 1, last: 3}",
    "discount_rate": "0 %",
    "salvage": "none",
    "sources": "{site: {scope: 1, baseline: 100 ktCO2e}}",
}

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def write(text: str, folder: Path, name: str = "scenario.yaml") -> Path:
    """The text below the standard head, as a file in `folder`."""
    head = "".join(f"{key}: {value}\n" for key, value in HEAD.items() if not re.search(rf"^{key}:", text, re.MULTILINE))
    path = folder / name
    path.write_text(head + text, encoding="utf-8")
    return path


def write_tree(tree: dict, folder: Path, name: str = "scenario.yaml") -> Path:
    """A scenario given as plain values, as a file in `folder`."""
    path = folder / name
    path.write_text(yaml.dump(tree, Dumper=DUMPER, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def ask(text: str, folder: Path, **limits) -> Answer:
    """The answer to a text: a result, or the conflict that leaves none."""
    return solve(write(text, folder), {"gap": 0.0, "threads": 1, **limits})


def solved(text: str, folder: Path, **limits) -> Result:
    """The result of a text that must have a plan, proven to be the cheapest."""
    answer = ask(text, folder, **limits)
    assert answer.result is not None, answer.conflict
    assert answer.result.plan.status == "optimal"
    assert answer.result.plan.gap <= 1e-9
    return answer.result


def result_of(tree: dict, folder: Path, explained: bool, **limits) -> Result | None:
    """The audited answer to a scenario given as plain values, at gap 0 on one thread; None where it is proven that
    there is none.

    Why there is none is found where it should be `explained`, and then there are sentences: that takes ten times as
    long as the proof, so that random tests which ask for status and cost explain a part of their cases only.
    """
    path, limits = write_tree(tree, folder), {"gap": 0.0, "threads": 1, **limits}
    if explained:
        found = solve(path, limits)
        assert found.result is not None or (found.conflict is not None and found.conflict.sentences)
        return found.result
    reading = read(path)
    instance = compile_instance(reading.scenario)
    plan = answer(instance, Limits(**limits))
    if plan is None:
        return None
    return Result(path.stem, instance, plan, audit(instance, plan), reading.warnings, tree)


def least_cost(text: str, folder: Path, **limits) -> float:
    """The objective of a text that must have a plan."""
    return solved(text, folder, **limits).plan.objective


def refused(text: str, folder: Path, **limits) -> Conflict:
    """The conflict of a text that must not have a plan."""
    answer = ask(text, folder, **limits)
    assert answer.result is None, answer.result and answer.result.plan.decisions
    assert answer.conflict is not None
    return answer.conflict


def instance_of(text: str, folder: Path) -> Instance:
    """A text as numbers."""
    return compile_instance(read(write(text, folder)).scenario)


def case_of(text: str, folder: Path) -> Case:
    """A text as its file says it, and as numbers."""
    reading = read(write(text, folder))
    return Case(reading.document.root, reading.scenario, compile_instance(reading.scenario))


def starts(result: Result) -> dict[tuple[str, int], float]:
    """What starts when: amount by (project, year)."""
    return {(s.project, s.year): s.amount for s in result.plan.decisions.starts}


def gross(result: Result, source: str = "site", ledger: str = "location") -> list[float]:
    """Gross emissions of a source by year, rounded to a kilogramme."""
    return [round(float(v), 6) for v in result.accounts.gross[source, ledger]]


def row(result: Result, target: str, year: int, rule: str = ""):
    """The row of a target in a year."""
    found = [r for r in result.accounts.targets if (r.id, r.year) == (target, year) and rule in r.rule]
    assert len(found) == 1, found
    return found[0]
