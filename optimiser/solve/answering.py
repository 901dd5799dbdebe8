"""Answering: build, search, let targets give way in their order where nothing else holds, and read the plan."""

from __future__ import annotations

import time
from dataclasses import replace
from importlib.metadata import version
from itertools import groupby

from optimiser.errors import NoPlanError
from optimiser.formulation import Question
from optimiser.instance import Instance
from optimiser.plan import Decisions, Plan
from optimiser.solve.carbon import read_carbon_prices
from optimiser.solve.exact import make_exact
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.merging import earlier_to, merged_for, question_to, split
from optimiser.solve.open_tickets import with_tickets_closed
from optimiser.solve.other import require
from optimiser.solve.outcome import Limits, relative_gap
from optimiser.solve.prices import read_prices
from optimiser.solve.reading import polish, read_claims, read_decisions
from optimiser.solve.searching import Found, Search, Watch, carried

PROVEN = 1e-6
"""Relative gap below which the solver's own tolerances cannot tell a plan from the best one."""


def answer(
    instance: Instance,
    limits: Limits,
    watch: Watch | None = None,
    interrupt: Interrupt | None = None,
    earlier: Decisions | None = None,
) -> Plan | None:
    """The least-cost plan; None where it is proven that there is none. The search begins from an `earlier` plan.

    Raises NoPlanError where the search ended with neither a plan nor a proof.
    """
    return answer_to(Question(), instance, limits, watch, interrupt, earlier)


def answer_to(
    question: Question,
    instance: Instance,
    limits: Limits,
    watch: Watch | None = None,
    interrupt: Interrupt | None = None,
    earlier: Decisions | None = None,
) -> Plan | None:
    """The least-cost plan that answers a question; None where it is proven that there is none.

    Raises NoPlanError where the search ended with neither a plan nor a proof.
    """
    if limits.solver is not None:
        require(limits.solver)
    deadline = time.monotonic() + limits.seconds
    instance = with_tickets_closed(instance, question)
    search = Search(instance, limits, watch, interrupt or Interrupt(), deadline, [], {}, earlier)
    alike = merged_for(question, instance)
    if alike is None:
        return _answer_to(question, search)
    search.instance, search.earlier = alike.instance, earlier_to(alike, earlier)
    search.log.append(f"--- {len(instance.projects)} projects as {len(alike.instance.projects)}: some are identical\n")
    plan = _answer_to(question_to(alike, question), search)
    return split(alike, instance, plan) if plan is not None else None


def _answer_to(question: Question, search: Search) -> Plan | None:
    """The plan of the search's instance; as `answer_to` otherwise."""
    gave_way = tuple(sorted(t for t, most in question.at_most.items() if most > PROVEN))
    model, programme, outcome = search.solve(question, "least cost")
    may_give_way = not question.giving_way and any(t.priority is not None for t in search.instance.targets)
    if outcome.status == "infeasible" and may_give_way:
        eased, gave_way, known = _give_way(search, question)
        if eased is None:
            return None
        question = eased
        words = "least cost with targets that gave way"
        model, programme, outcome = search.solve(question, words, at_least=10.0, known=known)
    if outcome.status == "infeasible":
        return None
    if outcome.x is None:
        raise NoPlanError(f"no plan was found before the {outcome.reason}")
    found = Found(model, programme, polish(programme, outcome), outcome.bound)
    if model.entangled:
        found = make_exact(search, question, found)
    return _plan(search, found, gave_way)


def question_of(instance: Instance, plan: Plan) -> Question:
    """The question that a plan answers: where targets gave way, they may do so as far as they did, and no further."""
    if not plan.gave_way:
        return Question()
    soft = [t.id for t in instance.targets if t.priority is not None]
    short = {t: float(plan.claims.shortfall[t].sum()) for t in soft}
    return Question(giving_way=frozenset(soft), at_most={t: _with_slack(v) for t, v in short.items()})


def _with_slack(shortfall: float) -> float:
    slack = 1e-6 * max(1.0, shortfall)
    return shortfall + slack if shortfall > slack else slack * 0.1


def _give_way(search: Search, asked: Question) -> tuple[Question | None, tuple[str, ...], Found | None]:
    """Finds how far targets must give way: those with the highest number are kept longest.

    All targets with a priority may fall short; first the shortfall of the highest number is made as small as it can
    be and held there, then that of the next, and so on. Each search may take half of the time that is left, and goes
    on from the plan of the one before, which is given as well. Where one ends early, `search.unproven` says so.
    """
    soft = [t for t in search.instance.targets if t.priority is not None]
    soft.sort(key=lambda t: -(t.priority or 0))
    everyone = frozenset(t.id for t in soft)
    held: dict[str, float] = {}
    gave: list[str] = []
    known: Found | None = None
    for _, members in groupby(soft, key=lambda t: t.priority):
        names = frozenset(t.id for t in members)
        question = replace(asked, giving_way=everyone, least_shortfall=names, at_most=dict(held))
        words = f"shortfall of {', '.join(sorted(names))}"
        model, programme, outcome = search.solve(question, words, known=known, share=0.5)
        if outcome.status == "infeasible":
            return None, (), None
        if outcome.x is None and known is not None:
            outcome = replace(outcome, x=carried(known, model, programme))
        if outcome.x is None:
            raise NoPlanError(f"it was not found how far targets must give way before the {outcome.reason}")
        known = Found(model, programme, outcome, outcome.bound)
        search.unproven |= outcome.status != "optimal"
        claims = read_claims(model, programme, outcome.x)
        search.note_shortfall(names, sum(float(claims.shortfall[n].sum()) for n in names), outcome.bound)
        for name in sorted(names):
            shortfall = float(claims.shortfall[name].sum())
            held[name] = _with_slack(shortfall)
            gave += [name] if shortfall > 1e-6 * max(1.0, shortfall) else []
    return replace(asked, giving_way=everyone, at_most=held), tuple(gave), known


def _plan(search: Search, found: Found, gave_way: tuple[str, ...]) -> Plan:
    model, programme, outcome = found.model, found.programme, found.outcome
    assert outcome.x is not None
    claims = read_claims(model, programme, outcome.x)
    bound = min(found.bound, claims.objective)
    gap = relative_gap(claims.objective, bound)
    optimal = not search.unproven and outcome.status == "optimal" and gap <= search.limits.gap + PROVEN
    solver = {
        "name": search.limits.solver or "HiGHS",
        "version": version("highspy") if search.limits.solver is None else "",
        "columns": len(programme.cost),
        "rows": len(programme.row_lower),
        "integers": int(programme.integer.sum()),
        "threads": search.limits.threads,
        "seed": search.limits.seed,
        "log": "".join(search.log),
        "times": search.times,
        "abandoned": search.abandoned,
    } | ({"shortfalls": search.shortfalls} if search.shortfalls else {})
    return Plan(
        status="optimal" if optimal else "feasible",
        objective=claims.objective,
        bound=bound,
        gap=gap,
        gap_asked=search.limits.gap,
        decisions=read_decisions(model, programme, outcome.x),
        claims=claims,
        gave_way=gave_way,
        stopped_by="" if optimal else _reason(search, found),
        solver=solver,
        carbon_prices=read_carbon_prices(model, programme, outcome.row_dual),
        prices=read_prices(model, programme, outcome.row_dual),
    )


def _reason(search: Search, found: Found) -> str:
    """What ended a search before the gap was reached."""
    if search.interrupt.is_set:
        return "interrupt"
    if search.left() <= 0 or search.unproven:
        return "time limit"
    return "products of sizes" if found.outcome.status == "optimal" else found.outcome.reason
