"""Conflicts of fleets are named in plain words, and only what is to blame is named."""

from tests.helpers import refused

SHIPS = """
projects: {pier: {kind: programme, start: 3, capex: 1 MCNY}}
fleets:
  ships:
    states: {old: {count: 4, emissions: 10 ktCO2e}, best: {emissions: 1 ktCO2e}}
    changes: [{from: old, to: best, capex: 4 MCNYMORE}]
    docking: {slots_per_year: SLOTS}
  boats: {states: {old: {count: 1}}, docking: {slots_per_year: 0}}
targets: {cap: {kind: reduction, by: 2, cut: 36 ktCO2e, sources: [ships]}}
budgets: {b: {limit: LIMIT MCNY}}
"""


def said(tmp_path, more: str = "", slots: int = 9, limit: int = 100) -> tuple[set[str], str]:
    text = SHIPS.replace("MORE", more).replace("SLOTS", str(slots)).replace("LIMIT", str(limit))
    conflict = refused(text, tmp_path)
    return {f"{i.kind} {i.id}" for i in conflict.items}, "\n".join(conflict.sentences)


def test_docks_are_to_blame(tmp_path):
    """One slot a year leaves two of four unchanged by year 2: 18 kt short. The boats have nothing to do with it."""
    items, words = said(tmp_path, slots=1)
    assert items == {"docks ships", "target cap"}
    assert "the docking slots of the fleet ships" in words
    assert "18 ktCO2e" in words


def test_limits_of_changes_are_to_blame(tmp_path):
    for more in (", per_year: 1", ", max: 3", ", requires: {pier: 0}"):
        items, words = said(tmp_path, more)
        assert items == {"changes ships", "target cap"}
        assert "the limits on the changes of the fleet ships" in words


def test_money_is_to_blame(tmp_path):
    """Four changes of 4 do not fit into 7 a year by year 2."""
    assert said(tmp_path, limit=7)[0] == {"budget b", "target cap"}


def test_the_number_of_assets_is_to_blame(tmp_path):
    """Three retired, one can be built: the fleet cannot keep four, whatever is promised."""
    text = """
fleets:
  ships:
    states: {old: {count: 4, emissions: 10 ktCO2e}}
    retire: {old: {2: 3}}
    changes: [{from: new, to: old, capex: 4 MCNY, from_year: 3}]
"""
    conflict = refused(text, tmp_path)
    assert conflict.sentences[0] == "Whatever is started, the number of assets of the fleet ships cannot hold."
