"""Assembling the page: words, tables and data laid into the template, with the scripts named by their hashes.

The charting library stands in the page once. The page forbids itself any network (`default-src 'none'`) and any script
but its own, so that a name that got past the escaping would still not run.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from optimiser import __version__
from optimiser.report.page import summary
from optimiser.report.page.assumptions import assumptions, header
from optimiser.report.page.comparing import comparison
from optimiser.report.page.data import embedded, page_data
from optimiser.report.page.promises import promises
from optimiser.report.page.words import Words, words_of
from optimiser.report.result import Result
from optimiser.report.words import amount

SCRIPTS = ("base.js", "pathway.js", "roadmap.js", "money.js", "carbon.js", "curve.js", "comparison.js", "start.js")


def page(results: Sequence[Result], language: str = "en", titles: Sequence[str] = ()) -> str:
    """The page of one result, or of several beside each other, as HTML.

    `titles` are those of the scenarios where they are left out.
    Raises UsageError where there are no words in the language.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    words = words_of(language)
    called = list(titles) or [r.title for r in results]
    script = "\n".join(asset(name) for name in SCRIPTS)
    library = library_text()
    data = {
        "words": {**words.texts, "kinds": words.kinds, "rules": words.rules},
        "plans": [page_data(r, words) | {"title": t} for r, t in zip(results, called, strict=True)],
    }
    environment = Environment(
        loader=PackageLoader("optimiser.report.page", "assets"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("page.html.j2").render(
        words=words,
        plans=[_plan(r, words) | {"title": t} for r, t in zip(results, called, strict=True)],
        title=called[0] if len(results) == 1 else words("comparison"),
        comparison=comparison(results, called, words) if len(results) > 1 else None,
        version=__version__,
        policy=f"default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src {digest(library)} "
        f"{digest(script)}; base-uri 'none'; form-action 'none'",
        style=Markup(asset("page.css")),
        library=Markup(library),
        script=Markup(script),
        data=Markup(embedded(data)),
    )


def page_or_apology(result: Result, language: str) -> str:
    """The page, or in its place what went wrong: a plan that took minutes is never lost to its picture."""
    try:
        return page([result], language)
    except Exception as error:
        import warnings

        said = f"report.html could not be made: {type(error).__name__}: {error}"
        warnings.warn(f"{said}; please report it. The rest of the result is complete.", RuntimeWarning, stacklevel=2)
        return f'<!doctype html>\n<meta charset="utf-8">\n<title>report.html</title>\n<p>{html.escape(said)}</p>\n'


@lru_cache(maxsize=32)
def asset(name: str) -> str:
    """A file of the folder `assets`."""
    return files("optimiser.report.page").joinpath("assets", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def library_text() -> str:
    """The charting library as it comes with the package plotly; the package itself is not imported."""
    text = files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")
    return text.replace("</script", "<\\/script").strip()


def digest(script: str) -> str:
    """A script's name in the page's policy."""
    sum_ = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(sum_).decode('ascii')}'"


def _plan(result: Result, words: Words) -> dict[str, Any]:
    """What the template writes of one result."""
    instance = result.instance
    started = {s.project for s in result.plan.decisions.starts}
    found = promises(result)
    return {
        "title": result.title,
        "scenario": result.scenario,
        "note": instance.note,
        "subtitle": summary.subtitle(result, words),
        "verdicts": summary.verdicts(result, words),
        "asked": summary.asked(result, words),
        "cost": summary.cost(result, words),
        "cost_parts": summary.cost_parts(result, words),
        "next": summary.next_starts(result, words),
        "chosen": words("chosen", n=len(started), all=len(instance.projects)) if instance.projects else "",
        "risks": summary.risks(result, words),
        "used_up": summary.used_up(result, words),
        "targets": [_target(p, words, result) for p in found],
        "priced": any(p.price is not None for p in found),
        "prices": _prices(result, words),
        "assumptions": [header(result), *assumptions(result)] if result.merged else [],
        "warnings": [str(w) for w in result.warnings],
        "has": {
            "fleets": bool(instance.fleets),
            "debt": any(f.kind != "grant" for f in instance.finance.funding),
            "carbon": any(m.accounts for m in instance.markets),
            "finance": bool(instance.finance.funding),
        },
        "money": result.money,
        "price_year": instance.price_year,
        "first": instance.first,
        "last": instance.last,
    }


def _target(p: Any, words: Words, result: Result) -> dict[str, Any]:
    price = ""
    if p.price is not None:
        price = f"{worth(p.price.value, p.price.unit, result)} ({p.price.year})"
    return {
        "id": p.target, "label": p.label, "kind": words.kinds.get(p.kind, p.kind),
        "rule": words.rule(p.rule),
        "entity": result.instance.entities[p.entity].label if p.entity is not None else "",
        "year": p.worst.year, "required": amount(p.worst.required), "achieved": amount(p.worst.achieved),
        "margin": amount(p.worst.margin), "unit": p.worst.unit, "met": all(r.met for r in p.rows), "price": price,
        "rows": [(r.year, amount(r.required), amount(r.achieved), amount(r.margin), r.met) for r in p.rows],
    }  # fmt: skip


def worth(value: float, unit: str, result: Result) -> str:
    """A price for reading: millions per kt are thousands per tonne."""
    if unit == "ktCO2e":
        return f"{amount(value * 1e3)} {result.instance.currency}/tCO2e"
    return (
        f"{amount(value)} {result.money}/{unit}"
        if unit != "millions"
        else f"{amount(value)} {result.money}/{result.money}"
    )


def _prices(result: Result, words: Words) -> list[tuple[str, str, str, int, str]]:
    """Prices of all limits that are no targets, dearest year of each first: kind, label, rule, year, price."""
    i = result.instance
    labels = {x.id: x.label for x in (*i.budgets, *i.resources, *i.finance.ceilings, *i.finance.funding, *i.markets)}
    found = sorted((p for p in result.plan.prices if p.kind != "target"), key=lambda p: (p.kind, p.id, p.rule, p.year))
    return [
        (words.kinds.get(p.kind, p.kind), labels.get(p.id, p.id), words.rule(p.rule), p.year,
         worth(p.value, p.unit, result))
        for p in found if abs(p.value) > 1e-12
    ]  # fmt: skip
