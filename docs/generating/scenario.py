"""scenario.md: the scenario reference from the models and their attribute docstrings."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from docs.generating import NOTICE, ROOT, head
from docs.generating.fleets import WORDS as FLEET_WORDS
from docs.generating.fleets import fleet_section
from optimiser.errors import Problems
from optimiser.scenario import allocation, finance, markets, values
from optimiser.scenario.base import Entry
from optimiser.scenario.finance import Allocation, AnyInstrument, Debt, Eligible, Funding, Instrument, Tax
from optimiser.scenario.header import Horizon, Solve
from optimiser.scenario.kinds import AnyProject, Project, Size, Units
from optimiser.scenario.kinds import base as kinds_base
from optimiser.scenario.markets import AnyMarket, Market
from optimiser.scenario.model import Scenario
from optimiser.scenario.money import Budget, Group, Resource
from optimiser.scenario.organisation import Entity, Source
from optimiser.scenario.targets import AnyTarget, Target
from optimiser.source import plain
from optimiser.source.yaml_reader import read_yaml

EXAMPLE = ROOT / "docs" / "examples" / "every-kind.yaml"

WORDS: list[tuple[Any, str]] = [
    (values.Year, "year"),
    (values.Whole, "whole number"),
    (values.Scope, "1, 2 or 3"),
    (values.Flag, "true or false"),
    (values.Text, "text"),
    (values.Note, "text"),
    (values.Id, "id"),
    (values.Ids, "id or list of ids"),
    (values.AnyQuantity, "quantity"),
    (values.Money, "money"),
    (values.Carbon, "tonnes"),
    (values.AnyPath, "path"),
    (values.MoneyPath, "path of money"),
    (values.CarbonPath, "path of tonnes"),
    (values.AmountOrList, "quantity or list"),
    (values.PathOrList, "path or list"),
    (values.Share, "share"),
    (values.SmallShare, "share"),
    (values.WideShare, "share (may exceed 100 %)"),
    (values.Rate, "rate per year"),
    (values.Trend, "rate per year"),
    (values.Window, "year or [first, last]"),
    (kinds_base.Requires, "ids, {id: lag} or {any_of: ...}"),
    (kinds_base.Shares, "share or list of shares"),
    (finance.Issue, "year, [first, last] or {in: [years]}"),
    (finance.Ticket, "[least, greatest] of money"),
    (finance.AllocationYears, "years, or a mapping, see [allocation](#allocation)"),
    (Eligible, "mapping, see [eligible](#eligible)"),
    (Tax, "mapping, see [tax](#tax)"),
    (dict[values.Year, values.Money], "mapping of years to money"),
    (Units, "mapping, see [units](#units)"),
    (Size, "mapping, see [size](#size)"),
    (Horizon, "mapping, see [horizon](#horizon)"),
    (Solve, "mapping, see [solve](#solve)"),
    (allocation.AnyAllocation, "path, `{benchmark, activity}`, or one of them by entity"),
    (markets.Multiple, "number"),
    (markets.InternalBanking, "true or a mapping, see [banking](#banking)"),
    (markets.Banking, "true or a mapping, see [banking](#banking)"),
    (markets.Borrowing, "mapping, see [borrowing](#borrowing)"),
    (markets.Credits, "mapping, see [credits](#credits)"),
    (markets.Issues, "mapping, see [issues](#issues)"),
    (markets.Certificates, "mapping, see [certificates](#certificates)"),
    (str, "text"),
    (int, "whole number"),
    (float, "number"),
    (bool, "true or false"),
]
SECTION_WORDS = {"time_limit": "seconds, or a time", "version": "1", "currency": "three letters"}


def scenario_page() -> str:
    """The scenario reference from the models and their attribute docstrings."""
    top = [n for n, f in Scenario.model_fields.items() if not str(f.annotation).startswith("dict")]
    parts = [NOTICE.format("optimiser/scenario"), head("scenario"), "## Head\n", _table(Scenario, top)]
    parts += [example("horizon", None), "### horizon\n", _table(Horizon), "### solve\n", _table(Solve)]
    parts.append("## series\n\nPaths with a name, to be used wherever a path may stand: `id: path`.\n")
    parts.append(example("series", None))
    models: dict[str, type[BaseModel]] = {"entities": Entity, "sources": Source}
    limits: dict[str, type[BaseModel]] = {"resources": Resource, "groups": Group, "budgets": Budget}
    for name, model in models.items():
        parts += [f"## {name}\n\n{model.__doc__}\n", example(name, None), _table(model)]
    parts += [f"## projects\n\n{Project.__doc__} These keys may stand in a project of every kind:\n", _table(Project)]
    parts += ["### units\n", f"{Units.__doc__}\n", _table(Units), "### size\n", f"{Size.__doc__}\n", _table(Size)]
    parts += list(_kinds("projects", AnyProject, Project))
    for name, model in limits.items():
        parts += [f"## {name}\n\n{model.__doc__}\n", example(name, None), _table(model)]
    parts += fleet_section(_table, example)
    parts += _finance()
    parts += [f"## markets\n\n{Market.__doc__} These keys may stand in a market of both kinds:\n", _table(Market)]
    parts += list(_kinds("markets", AnyMarket, Market))
    for model in (markets.Banking, markets.Borrowing, markets.Credits, markets.Issues, markets.Certificates):
        parts += [f"### {model.__name__.lower()}\n", f"{model.__doc__}\n", _table(model)]
    parts += [f"## targets\n\n{Target.__doc__} These keys may stand in a target of every kind:\n", _table(Target)]
    parts += list(_kinds("targets", AnyTarget, Target))
    return "\n".join(parts)


def _finance() -> Iterator[str]:
    """What instruments have in common, step by step, then what each kind adds."""
    yield f"## finance\n\n{Instrument.__doc__} An instrument of every kind may say:\n"
    yield _table(Instrument)
    yield f"### instruments that are issued\n\n{Funding.__doc__} Of every kind but `deposit` and `limit`:\n"
    yield _table(Funding, _own(Funding, Instrument))
    yield f"### debt\n\n{Debt.__doc__} `bond`, `loan`, `facility` and `sustainability_linked` have besides:\n"
    yield _table(Debt, _own(Debt, Funding))
    yield from ("### eligible\n", f"{Eligible.__doc__}\n", _table(Eligible))
    yield from ("### allocation\n", f"{Allocation.__doc__}\n", _table(Allocation))
    for model in typing.get_args(typing.get_args(AnyInstrument)[0]):
        common = next(c for c in (Debt, Funding, Instrument) if issubclass(model, c))
        yield from _kind("finance", model, _own(model, common))
    yield from (f"## tax\n\n{Tax.__doc__}\n", example("tax", None), _table(Tax))


def _own(model: type[BaseModel], common: type[BaseModel]) -> list[str]:
    """Keys that a model adds to what is common, or says anew."""
    return [
        name
        for name, info in model.model_fields.items()
        if name != "kind"
        and (name not in common.model_fields or info.annotation != common.model_fields[name].annotation)
    ]


def _kinds(section: str, union: Any, common: type[BaseModel]) -> Iterator[str]:
    for model in typing.get_args(typing.get_args(union)[0]):
        yield from _kind(
            section, model, [n for n in model.model_fields if n not in common.model_fields and n != "kind"]
        )


def _kind(section: str, model: type[BaseModel], own: list[str]) -> Iterator[str]:
    kind = typing.get_args(model.model_fields["kind"].annotation)[0]
    yield f"### kind: {kind}\n\n{model.__doc__}\n"
    yield example(section, kind)
    yield _table(model, own) if own else "It has no keys of its own.\n"


def _table(model: type[BaseModel], names: list[str] | None = None) -> str:
    hints = typing.get_type_hints(model, include_extras=True)
    rows = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for name, info in model.model_fields.items():
        if (name in Entry.model_fields and model is not Scenario) or (names is not None and name not in names):
            continue
        words = SECTION_WORDS.get(name) or type_words(hints[name])
        if not info.description:
            raise ValueError(f"{model.__name__}.{name} has no docstring")
        rows.append(f"| `{info.alias or name}` | {words} | {_default(info)} | {info.description} |")
    return "\n".join(rows) + "\n"


def type_words(hint: Any) -> str:
    """A type in words. Ends the run where it has none: a new type needs a line in WORDS."""
    for known, words in [*WORDS, *FLEET_WORDS]:
        if hint == known:
            return words
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return " or ".join(f"`{a}`" for a in args)
    if origin in (UnionType, typing.Union):
        return " or ".join(type_words(a) for a in args if a is not NoneType)
    if origin is dict:
        return f"mapping of ids to {type_words(args[1])}"
    if origin is tuple:
        return f"list of {type_words(args[0])}"
    if origin is Annotated:
        limits = [m for m in args[1:] if isinstance(m, FieldInfo)]
        words = type_words(args[0])
        bounds = [str(b) for limit in limits for b in limit.metadata]
        low = next((b for b in bounds if b.startswith("Ge")), None)
        return words + (f", {re.sub(r'[^-0-9]', '', low)} or more" if low else "")
    raise ValueError(f"docs/generating/scenario.py has no words for the type {hint}: add them to WORDS")


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = info.get_default(call_default_factory=True)
    if value is None or value == {} or value == () or isinstance(value, BaseModel):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def example(section: str, kind: str | None) -> str:
    """The lines of the example file for a section, or for its first entry of a kind."""
    text = EXAMPLE.read_text(encoding="utf-8")
    root = read_yaml(text, EXAMPLE.name, Problems())
    assert root is not None
    entries = root.value[section]
    if kind is None:
        return f"```yaml\n{_lines(text, entries.key[0])}```\n"
    for entry in entries.value.values():
        if plain(entry).get("kind") == kind:
            return f"```yaml\n{section}:\n{_lines(text, entry.key[0])}```\n"
    raise ValueError(f"{EXAMPLE.name} has no example of {section} with kind {kind}")


def _lines(text: str, first: int) -> str:
    """The line `first` (from 1) and those after it that are indented more."""
    lines = text.splitlines()
    indent = len(lines[first - 1]) - len(lines[first - 1].lstrip())
    taken = [lines[first - 1]]
    for line in lines[first:]:
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        taken.append(line)
    return "\n".join(taken).rstrip() + "\n"
