"""A result folder back to a Result, without a solve: the scenario is compiled again and the plan audited again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from optimiser.audit import audit
from optimiser.errors import InternalError, Problem, Problems, UsageError, quoted
from optimiser.instance import compile_instance
from optimiser.report.document import VERSION
from optimiser.report.exact import plan_of, warnings_of
from optimiser.report.folder import MARK, RUN, SCENARIO, SEALED, digest, is_result
from optimiser.report.older import plan_of_version_1, scenario_of_version_1
from optimiser.report.result import Result
from optimiser.scenario import Scenario, load_scenario
from optimiser.source import Document, plain, read_document


def find_folder(asked: Path, below: Path = Path("results")) -> Path:
    """The result folder that is meant: a folder, one of its files, or its name below `results`.

    Raises UsageError where there is none, saying what to run.
    """
    for folder in (asked, asked.parent if asked.name in (MARK, RUN) else asked, below / asked):
        if is_result(folder):
            return folder
    if asked.suffix.lower() in (".yaml", ".yml", ".json") and asked.is_file():
        made = below / asked.stem
        help = f"`{made}` is its result" if is_result(made) else f"run `optimise {asked}` first"
        raise UsageError(f"{asked} is a scenario, not a result folder; {help}")
    if asked.is_dir():
        raise UsageError(f"{asked} is no result folder: it has no {MARK} of this programme")
    raise UsageError(f"there is no result folder {quoted(asked)}; `optimise results` lists those there are")


def scenario_meant(path: Path) -> Path:
    """The scenario file that is meant: the file itself, or the one that a result folder (or its plan.json) holds.

    Raises UsageError where a result of version 1 holds none.
    """
    folder = path.parent if path.name in (MARK, RUN) else path
    if not is_result(folder):
        return path
    if not (folder / SCENARIO).is_file():
        raise UsageError(f"{folder} is a result that holds no scenario; name the scenario file it was made from")
    return folder / SCENARIO


def open_result(folder: Path) -> Result:
    """Reads a result folder. The plan is audited against its scenario again; nothing is solved.

    Raises UsageError where the folder was changed, damaged or written by another version, ScenarioError where its
    scenario says what this version refuses.
    """
    folder = find_folder(folder)
    document, run = _read(folder / MARK), _read(folder / RUN)
    _known_version(folder, document)
    try:
        if document["version"] == 1:
            found = scenario_of_version_1(folder, run)
        else:
            _refuse_changed(folder, run)
            found = folder / SCENARIO
        reading = read_scenario(found)
        instance = compile_instance(reading[1])
        if document["version"] == 1:
            plan, warnings = plan_of_version_1(folder, document, run, instance), reading[2]
        else:
            plan, warnings = plan_of(document, run), warnings_of(document)
        accounts = audit(instance, plan)
        return Result(str(document["scenario"]), instance, plan, accounts, warnings, plain(reading[0].root), run)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise UsageError(f"{folder / MARK} is damaged; {_again(folder)}") from error
    except InternalError as error:
        raise UsageError(f"{folder}: plan and scenario contradict each other; {_again(folder)}\n{error}") from error


def read_run(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """plan.json and run.json of a result folder as they are, unchecked. Raises UsageError where one cannot be read."""
    return _read(folder / MARK), _read(folder / RUN)


def read_scenario(path: Path) -> tuple[Document, Scenario, tuple[Problem, ...]]:
    """A scenario file, checked, with its warnings. Raises ScenarioError with every problem."""
    problems = Problems()
    document = read_document(path, problems)
    scenario = load_scenario(document.root, problems) if document is not None else None
    problems.raise_if_any()
    assert document is not None
    assert scenario is not None
    return document, scenario, tuple(problems.warnings)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); {_again(path.parent)}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is damaged: it is no JSON; {_again(path.parent)}") from error
    if not isinstance(document, dict):
        raise UsageError(f"{path} is damaged; {_again(path.parent)}")
    return document


def _known_version(folder: Path, document: dict[str, Any]) -> None:
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise UsageError(f"{folder / MARK} is damaged: it has no version; {_again(folder)}")
    if version > VERSION:
        text = f"{folder} was written by a newer version of this programme (format {version}; this one reads {VERSION})"
        raise UsageError(f"{text}; update the programme, or {_again(folder)}")


def _refuse_changed(folder: Path, run: dict[str, Any]) -> None:
    """The audit would find a plan that is wrong, but not a price or a warning that somebody wrote over."""
    written = run.get("outputs")
    for name in SEALED:
        path = folder / name
        if not path.is_file():
            raise UsageError(f"{path} is missing; {_again(folder)}")
        if not isinstance(written, dict) or written.get(name) != digest(path):
            raise UsageError(f"{path} is not as it was written: changed or damaged since; {_again(folder)}")


def _again(folder: Path) -> str:
    """How to get such a result anew."""
    if (folder / SCENARIO).is_file():
        return f"`optimise {folder / SCENARIO} --out NEW_FOLDER` solves its scenario again"
    return "run `optimise` on its scenario again"
