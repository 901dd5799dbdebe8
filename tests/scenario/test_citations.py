"""Citations: what `check --sources` lists, entry by entry and file by file."""

import pytest

from optimiser.errors import ScenarioError
from optimiser.scenario.citations import uncited
from optimiser.workflow import read
from tests.helpers import write

BASE = """
sources: {site: {scope: 1, baseline: 100 ktCO2e}}
projects:
  bare: {kind: upgrade, capex: 3 MCNY}
  cited: {kind: upgrade, capex: 3 MCNY, life: 2, source: page 7}
  assumed: {kind: upgrade, capex: 3 MCNY, illustrative: true}
  without: {kind: research}
"""


def listed(folder, text, **files):
    """What is listed, without files and lines."""
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    document = read(write(text, folder)).document
    return [line.split("  ")[1] for line in uncited(document.root)]


def test_entries_without_a_citation(tmp_path):
    assert listed(tmp_path, BASE) == ["sources.site", "projects.bare"]


def test_file_and_line(tmp_path):
    root = read(write("projects:\n  bare: {kind: upgrade, capex: 3 MCNY}\n", tmp_path)).document.root
    line = (tmp_path / "scenario.yaml").read_text().splitlines().index("  bare: {kind: upgrade, capex: 3 MCNY}") + 1
    assert list(uncited(root))[-1].endswith(f"scenario.yaml:{line}  projects.bare")


@pytest.mark.parametrize("word", ["source: Letter of May", "illustrative: true"])
def test_a_citation_of_the_file(word, tmp_path):
    assert listed(tmp_path, f"{word}\n{BASE}") == []


@pytest.mark.parametrize("word", ["source: ''", "source: null", "illustrative: false", "note: Letter of May"])
def test_what_is_no_citation(word, tmp_path):
    assert listed(tmp_path, f"{word}\n{BASE}") == ["sources.site", "projects.bare"]


def test_a_citation_of_a_file_counts_for_that_file_alone(tmp_path):
    """Proves that a model with a source at its top does not vouch for what a scenario adds or overrides."""
    model = f"source: Yearbook\n{BASE}"
    text = "extends: model.yaml\nsources: {}\nprojects: {bare: {capex: 4 MCNY}, own: {kind: upgrade, capex: 1 MCNY}}\n"
    assert listed(tmp_path, text, model_yaml=model) == ["projects.bare", "projects.own"]


def test_a_citation_of_the_scenario_does_not_count_for_its_model(tmp_path):
    text = "source: Letter\nextends: model.yaml\nsources: {}\nprojects: {own: {kind: upgrade, capex: 1 MCNY}}\n"
    assert listed(tmp_path, text, model_yaml=BASE) == ["sources.site", "projects.bare"]


def test_only_the_new_figures_of_an_overridden_entry(tmp_path):
    text = "extends: model.yaml\nsources: {site: {source: p}}\nprojects: {bare: null, cited: {capex: 9 MCNY}}\n"
    assert listed(tmp_path, text, model_yaml=BASE) == ["projects.cited.capex"]


def test_an_override_that_cites_vouches_for_the_whole_entry(tmp_path):
    text = "extends: model.yaml\nsources: {site: {source: p}}\nprojects: {bare: {life: 3, source: Letter}}\n"
    assert listed(tmp_path, text, model_yaml=BASE) == []


def test_what_is_written_beside_like_shares_the_citation_of_the_template(tmp_path):
    model = "templates: {pump: {kind: upgrade, capex: 3 MCNY, source: page 7}}\nprojects: {a: {like: pump, life: 4}}\n"
    text = "extends: model.yaml\nsources: {site: {scope: 1, baseline: 1 ktCO2e, source: p}}\n"
    assert listed(tmp_path, text, model_yaml=model) == []
    assert listed(tmp_path, text + "projects: {a: {life: 5}}\n", model_yaml=model) == ["projects.a.life"]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("projects.csv", ["projects.a"]),
        ("{file: projects.csv, source: The list of June}", []),
        ("{file: projects.csv, illustrative: true}", []),
    ],
)
def test_a_citation_of_a_table(table, found, tmp_path):
    rows = "id,kind,capex [MCNY],source\na,upgrade,3,\nb,upgrade,3,page 7\n"
    text = f"sources: {{site: {{scope: 1, baseline: 1 ktCO2e, source: p}}}}\ntables: {{projects: {table}}}\n"
    assert listed(tmp_path, text, projects_csv=rows) == found


SERIES = "sources: {site: {scope: 1, baseline: a, source: p}}\nseries:\n"


@pytest.mark.parametrize("path", ["{1: 3 ktCO2e, 3: 5 ktCO2e", "{2024: 3 ktCO2e", "{start: 3 ktCO2e, growth: 2 %"])
def test_a_series_may_carry_its_citation_among_its_years(path, tmp_path):
    assert listed(tmp_path, f"{SERIES}  a: {path}}}\n") == ["series.a"]
    assert listed(tmp_path, f"{SERIES}  a: {path}, name: Diesel, note: n, source: p}}\n") == []
    assert listed(tmp_path, f"{SERIES}  a: {path}, illustrative: true}}\n") == []


def test_a_series_that_names_another_has_no_figures(tmp_path):
    assert listed(tmp_path, f"{SERIES}  a: b\n  b: {{1: 3 ktCO2e, source: p}}\n") == []


def test_the_words_of_a_series_are_checked_like_any(tmp_path):
    with pytest.raises(ScenarioError) as error:
        listed(tmp_path, f"{SERIES}  a: {{1: 3 ktCO2e, source: [p], illustrative: yes, sorce: p}}\n")
    assert [(p.where, p.code) for p in error.value.problems] == [
        ("series.a.source", "K003"), ("series.a.illustrative", "K003"), ("series.a.sorce", "K001"),
    ]  # fmt: skip
