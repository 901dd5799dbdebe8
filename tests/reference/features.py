"""Which features of the contract a scenario uses, by name."""


def features(raw: dict) -> set[str]:
    """Names of everything worth testing that occurs in a scenario."""
    found = {f"salvage: {raw['salvage']}"} if "salvage" in raw else set()
    first = raw["horizon"]["first"]
    if raw.get("base_year", first) < first:
        found.add("base year before the horizon")
    if first == 1:
        found.add("years from 1")
    if raw.get("price_year", first) != first:
        found.add("price year of its own")
    if raw.get("discount_rate", "0 %") == "0 %":
        found.add("undiscounted")
    for group in raw.get("groups", {}).values():
        found |= {f"group: {key}" for key in group if key != "projects"}
    for resource in raw.get("resources", {}).values():
        found.add(f"resource limit: {form(resource['limit'])}")
    for entry in raw["entities"].values():
        found |= {f"entity: {key}" for key in entry}
    found.add(f"entities: {len(raw['entities'])}")
    for entry in raw["sources"].values():
        found |= _source(entry)
    for name, entry in raw["projects"].items():
        found |= _project(name, entry, raw)
    for budget in raw.get("budgets", {}).values():
        found |= {f"budget: {key}" for key in budget if key not in ("limit", "covers")}
        found |= {f"budget covers: {budget.get('covers', 'default')}", f"budget limit: {form(budget['limit'])}"}
        if _weighed_by_credits(raw, budget):
            found.add("credits in a cash budget")
    for target in raw.get("targets", {}).values():
        found |= _target(target)
    return found | _overlaps(raw)


def form(value) -> str:
    if isinstance(value, dict):
        return "growth" if "start" in value else "path"
    return "list" if isinstance(value, list) else "constant"


def _source(entry: dict) -> set[str]:
    found = {f"scope {entry['scope']}"} | {f"source: {key}" for key in ("category", "market_factor") if key in entry}
    key = "baseline" if "baseline" in entry else "activity"
    return found | {f"source: {key} {form(entry[key])}"}


def _project(name: str, entry: dict, raw: dict) -> set[str]:
    plain = (
        "committed",
        "capex_profile",
        "cost_trend",
        "ramp",
        "avoids",
        "buffer",
        "durable",
        "lowers_capex",
        "excludes",
        "displaces",
        "price",
        "tags",
        "removal",
        "abates_market",
        "life",
    )
    found = {f"kind: {entry['kind']}"} | {key for key in plain if key in entry}
    found |= {f"{key}: {form(entry[key])}" for key in ("capex", "opex", "yield", "removal") if key in entry}
    found |= {f"units.{key}" for key in entry.get("units", {})} | {f"size.{key}" for key in entry.get("size", {})}
    found |= {f"lead time {entry.get('lead_time', 'absent')}", f"start: {form(entry.get('start', 'absent'))}"}
    if "start" not in entry:
        found.add("start: absent")
    if "entity" not in entry:
        found.add("project without entity")
    if "life" in entry:
        found.add(f"renew: {entry.get('renew', 'absent')}")
    if "salvage" in entry:
        found.add("salvage of a project")
    if entry.get("renew") and "life" in entry and entry["life"] < 4:
        found |= {f"renewed {key}" for key in ("ramp", "uses", "removal", "cost_trend") if key in entry}
        found |= {"renewed opex list"} if isinstance(entry.get("opex"), list) else set()
    if entry.get("committed"):
        found.add(f"committed {next((key for key in ('size', 'units') if key in entry), 'yes or no')}")
    if isinstance(entry.get("start"), list) and entry["start"][0] < raw["horizon"]["first"]:
        found.add("start: cut to the horizon")
    if "market_factor" in raw["sources"].get(entry.get("supplies"), {}):
        found.add("supplies a source with a market factor")
    if str(_first(entry.get("opex", ""))).startswith("-"):
        found.add("opex: saving")
    lowered = [other for e in raw["projects"].values() for other in e.get("lowers_capex", {})]
    if lowered.count(name) > 1:
        found.add("two researches on one project")
    for use in entry.get("uses", {}).values():
        found.add(f"uses: {form(use)}")
    if "requires" in entry:
        found |= _requirement(entry["requires"])
    for key in ("abates", "abates_market"):
        for effect in entry.get(key, {}).values():
            found |= {f"{key}: {_measure(effect)}", f"{key}: {form(effect)}"}
            if str(_first(effect)).startswith("-"):
                found.add(f"{key}: negative {_measure(effect)}")
    if entry["kind"] == "facility":
        ways = [way for way in ("supplies", "sells", "self_use") if way in entry]
        found.add(f"facility: {' and '.join(ways)}")
    return found


def _first(value):
    if isinstance(value, dict):
        return next(iter(value.values()))
    return value[0] if isinstance(value, list) else value


def _measure(effect) -> str:
    text = _first(effect)
    return "share" if "%" in text else "activity" if "GWh" in text else "tonnes"


def _requirement(requires) -> set[str]:
    if isinstance(requires, str):
        return {"requires: word"}
    if isinstance(requires, list):
        return {"requires: list"}
    found = {"requires: any_of"} if "any_of" in requires else set()
    if "any_of" in requires:
        found.add(f"requires: any_of as {'list' if isinstance(requires['any_of'], list) else 'lags'}")
    others = [lag for key, lag in requires.items() if key != "any_of"]
    if found and others:
        found.add("requires: any_of and more")
    return found | ({"requires: lag"} if any(others) else set()) | ({"requires: several"} if len(others) > 1 else set())


def _target(target: dict) -> set[str]:
    kind = target["kind"]
    found = {kind, f"{kind}: {target.get('shape', 'highest')}" if kind == "peak" else kind}
    options = {
        "peak": ["tolerance", "until", "at_most"],
        "reduction": ["against", "until", "in"],
        "neutrality": ["residual", "removals", "credits", "until", "in"],
        "intensity": ["cut", "at_most", "until", "in"],
        "carbon_budget": ["net", "removals"],
        "avoided": ["entity", "in"],
        "historical": ["entity"],
    }[kind]
    found |= {f"{kind}: {key}" for key in options if key in target}
    found |= {f"target: {key}" for key in ("sources", "entity", "scopes", "categories") if key in target}
    if kind == "peak" and "at_most" in target:
        found.add(f"peak: at_most {'share' if '%' in target['at_most'] else 'quantity'}")
    if kind == "reduction":
        measure = "path" if form(target["cut"]) == "path" else "share" if "%" in target["cut"] else "quantity"
        found |= {f"reduction: cut {measure}", f"reduction: against {target.get('against', 'default')}"}
    if kind == "intensity":
        found.add(f"intensity: per {target.get('per', 'default')}")
    if kind == "avoided":
        found.add(f"avoided: multiple {form(target['multiple'])}")
    if target.get("basis") == "market":
        found |= {"basis: market", f"basis: market of {kind}"} if kind != "carbon_budget" else {"basis: market"}
    if "penalty" in target:
        found |= {"penalty", f"penalty of {kind}"}
        if "credits" in target:
            found.add("credits against a penalty")
    return found


def _weighed_by_credits(raw: dict, budget: dict) -> bool:
    return (
        budget.get("covers") == "cash"
        and not {"tags", "projects", "entity"} & set(budget)
        and any("credits" in target for target in raw.get("targets", {}).values())
    )


def _overlaps(raw: dict) -> set[str]:
    """How many share-measures meet on one source, and of what sort."""
    found = set()
    for name in raw["sources"]:
        on_it = [
            entry
            for entry in raw["projects"].values()
            if name in entry.get("abates", {}) and _measure(entry["abates"][name]) == "share"
        ]
        supplied = [entry for entry in raw["projects"].values() if entry.get("supplies") == name]
        if len(on_it) > 1:
            found.add(f"overlap of {len(on_it)} shares")
            found |= {"overlap with units" for entry in on_it if "units" in entry}
            found |= {"overlap with a ramp" for entry in on_it if "ramp" in entry}
            found |= {"overlap with a size" for entry in on_it if "size" in entry}
            found |= {"overlap with an end" for entry in on_it if "life" in entry and not entry.get("renew")}
        if on_it and supplied:
            found.add("share and supply on one source")
        if len(supplied) > 1:
            found.add("two supplies to one source")
    return found
