"""Extends, overrides and templates: deep merges in which the later file wins and null removes."""

import pytest

from optimiser.errors import Problems
from optimiser.source import plain, read_document


def tree(folder, problems=None, **files):
    """The merged tree of `main`; other files stand beside it."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    noted = Problems()
    document = read_document(folder / "main.yaml", noted)
    if problems is None:
        assert not noted.found, noted.found
    else:
        problems.extend(p.code for p in noted.found)
    return plain(document.root)


MODEL = "projects: {a: {life: 10, units: {max: 4, per_year: 2}, tags: [x, y]}, b: {life: 3}}\nname: model\n"


def test_mappings_merge_and_everything_else_replaces(tmp_path):
    over = "extends: model.yaml\nprojects: {a: {units: {max: 9}, tags: [z]}, c: {life: 1}}\n"
    found = tree(tmp_path, main=over, model=MODEL)
    assert found["projects"] == {
        "a": {"life": 10, "units": {"max": 9, "per_year": 2}, "tags": ["z"]}, "b": {"life": 3}, "c": {"life": 1},
    }  # fmt: skip
    assert found["name"] == "model"


def test_null_removes_an_entry_a_key_and_a_section(tmp_path):
    over = "extends: model.yaml\nname: null\nprojects: {b: null, a: {units: null}}\n"
    assert tree(tmp_path, main=over, model=MODEL) == {"projects": {"a": {"life": 10, "tags": ["x", "y"]}}}


def test_null_means_absent_without_a_base_too(tmp_path):
    assert tree(tmp_path, main="projects: {a: {life: 3, capex: null}, b: null}\n") == {"projects": {"a": {"life": 3}}}


def test_null_that_removes_nothing_is_worth_a_look(tmp_path):
    (tmp_path / "model.yaml").write_text(MODEL)
    (tmp_path / "main.yaml").write_text("extends: model.yaml\nprojects: {bb: null}\n")
    problems = Problems()
    read_document(tmp_path / "main.yaml", problems)
    assert [(p.code, p.help) for p in problems.warnings] == [("W001", "did you mean b?")]


def test_of_several_files_the_later_wins_and_the_file_itself_last(tmp_path):
    found = tree(tmp_path, main="extends: [one.yaml, two.yaml]\nc: 0\n", one="a: 1\nb: 1\nc: 1\n", two="b: 2\nc: 2\n")
    assert found == {"a": 1, "b": 2, "c": 0}


def test_a_chain_of_files_and_paths_from_each_file(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "base.yaml").write_text("a: 1\nb: 1\n")
    found = tree(tmp_path, main="extends: middle.yaml\nc: 3\n", middle="extends: deep/base.yaml\nb: 2\n")
    assert found == {"a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize("spelling", ["main.yaml", "./././main.yaml", "sub/../main.yaml", "link.yaml"])
def test_a_file_that_extends_itself_by_any_spelling(spelling, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.yaml").symlink_to(tmp_path / "main.yaml")
    codes: list[str] = []
    tree(tmp_path, codes, main=f"extends: {spelling}\na: 1\n")
    assert codes == ["S009"]


def test_what_a_file_says_of_itself_is_not_inherited(tmp_path):
    model = "source: page 7\nillustrative: true\nnote: of the model\nname: Model\na: 1\n"
    assert tree(tmp_path, main="extends: model.yaml\n", model=model) == {"name": "Model", "a": 1}


@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ("{2024: 1, 2030: 2}", "{2030: 5}", {2024: 1, 2030: 5}),
        ("{2024: 1}", "{start: 1, growth: 2 %}", {"start": 1, "growth": "2 %"}),
        ("{start: 1, growth: 2 %}", "{2030: 5}", {2030: 5}),
        ("{start: 1, growth: 2 %}", "{growth: 3 %}", {"start": 1, "growth": "3 %"}),
        ("{table: t, column: c}", "{2030: 5}", {2030: 5}),
        ("{2024: 1}", "{table: t, column: c}", {"table": "t", "column": "c"}),
        ("{2024: 1}", "7", 7),
        ("7", "{2024: 1}", {2024: 1}),
        ("{2024: 1, source: p}", "{start: 1, growth: 2 %}", {"start": 1, "growth": "2 %"}),
        ("{2024: 1, source: p}", "{2030: 5}", {2024: 1, "source": "p", 2030: 5}),
        ("{2024: 1}", "{source: p}", {2024: 1, "source": "p"}),
        ("{2024: 1, 2030: 2}", "{2030: null}", {2024: 1}),
    ],
)
def test_forms_of_a_path_merge_only_with_their_like(base, over, merged, tmp_path):
    found = tree(tmp_path, main=f"extends: model.yaml\nseries: {{a: {over}}}\n", model=f"series: {{a: {base}}}\n")
    assert found["series"]["a"] == merged


TEMPLATES = """
templates:
  machine: {kind: upgrade, life: 8, capex: 5, tags: [green]}
  loader: {like: machine, capex: 7, units: {max: 3}}
  small: {like: loader, units: {per_year: 1}, tags: null}
"""


def test_a_chain_of_templates(tmp_path):
    found = tree(tmp_path, main=TEMPLATES + "projects: {a: {like: small, life: 9}, b: {like: machine, capex: null}}\n")
    assert found["projects"] == {
        "a": {"kind": "upgrade", "life": 9, "capex": 7, "units": {"max": 3, "per_year": 1}},
        "b": {"kind": "upgrade", "life": 8, "tags": ["green"]},
    }
    assert "templates" not in found


def test_a_template_that_is_overridden_changes_what_is_like_it(tmp_path):
    model = TEMPLATES + "projects: {a: {like: loader}}\n"
    over = "extends: model.yaml\ntemplates: {machine: {life: 20}}\nprojects: {a: {capex: 1}}\n"
    assert tree(tmp_path, main=over, model=model)["projects"]["a"] == {
        "kind": "upgrade", "life": 20, "capex": 1, "tags": ["green"], "units": {"max": 3},
    }  # fmt: skip


def test_null_in_an_override_removes_what_the_template_says(tmp_path):
    model = TEMPLATES + "projects: {a: {like: machine}}\n"
    found = tree(tmp_path, main="extends: model.yaml\nprojects: {a: {life: null}}\n", model=model)
    assert found["projects"]["a"] == {"kind": "upgrade", "capex": 5, "tags": ["green"]}


@pytest.mark.parametrize(
    ("like", "code"), [("lodaer", "R001"), ("[machine]", "K003"), ("{a: 1}", "K003"), ("round", "S009")]
)
def test_like_something_that_is_none(like, code, tmp_path):
    codes: list[str] = []
    tree(tmp_path, codes, main=TEMPLATES + f"  round: {{like: round}}\nprojects: {{a: {{like: {like}}}}}\n")
    assert codes == [code]
