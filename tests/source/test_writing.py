"""Writing: plain values to the text of a scenario file, and the same values back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.errors import Problems
from optimiser.source import overlay, plain, read_document, read_values, scenario_text
from tests.docs.test_tutorial import ROOT

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12)
KEYS = st.one_of(st.integers(0, 9999), st.text("abc-é中 :#'\"\u2028\u0085😀", min_size=1, max_size=8))
NUMBERS = st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False))
VALUES = st.recursive(
    st.one_of(TEXTS, NUMBERS, st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)


def back(values):
    problems = Problems()
    document = read_values(values, Path("x.json"), problems)
    assert problems.found == []
    return plain(document.root)


@given(st.dictionaries(st.sampled_from(["series", "projects", "name"]), VALUES, min_size=1))
def test_what_is_written_is_read(values):
    """Any text, number, list and mapping comes back as it was: nothing YAML makes of a word, a date or a line break."""
    assert back(values) == values


def test_words_that_yaml_would_change():
    words = ["no", "1:30", "1e6", "0x10", "2026-01-01", "~", "null", "<<", "*a", "&a", "- x", "a: b", "#", "", " "]
    values = {"name": {"list": words, "numbers": [1e-07, 1e22, 0.1 + 0.2, -0.0, 12], 2026: True, "odd\u2028\ufeff": 1}}
    assert back(values) == values
    assert scenario_text(values) == scenario_text(back(values))


def test_every_shipped_scenario_is_one_document():
    """Written out with all it extends, its tables and templates, a scenario reads as the same values."""
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        values = plain(read_document(path, Problems()).root)
        assert back(values) == values, path.name


def test_mistakes_in_values_name_no_lines(tmp_path):
    """What stands in no file has no line: the place in words is enough."""
    problems = Problems()
    assert read_values({"extends": "nothing.yaml"}, tmp_path / "mine", problems) is not None
    assert [(p.line, p.code, p.where) for p in problems.found] == [(0, "S007", "extends")]


def test_values_may_extend_a_file(tmp_path):
    (tmp_path / "base.yaml").write_text("name: base\nseries: {a: 1, b: 2}\n", encoding="utf-8")
    document = read_values({"extends": "base.yaml", "series": {"b": 3}}, tmp_path / "mine", Problems())
    assert plain(document.root) == {"name": "base", "series": {"a": 1, "b": 3}}
    assert document.files == (tmp_path / "base.yaml",)
    changed = overlay(document, {"series": {"a": None}}, Problems())
    assert plain(changed.root) == {"name": "base", "series": {"b": 3}}
    assert changed.hashes() == {}


def test_what_no_file_can_hold_is_a_type_error():
    with pytest.raises(TypeError):
        scenario_text({"name": object()})
