"""Pages that come from the code are fresh, complete, and build; pages about files name every column there is."""

import json
import re
import subprocess
import sys

import pandas as pd
import pytest

from docs.generate import PAGES, is_fresh
from docs.generating import ROOT
from docs.generating.formulation import families
from optimiser.report.document import plan_document
from optimiser.report.folder import write_result
from optimiser.scenario.kinds import AnyProject
from optimiser.scenario.targets import AnyTarget
from optimiser.workflow import solve

DOCS = ROOT / "docs"
MODULES = sorted({module for _, _, module in families()})


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_fresh(name):
    """Proves that the page says what the code says now; write it anew with `python -m docs.generate`."""
    assert is_fresh(name), "run: python -m docs.generate"


@pytest.mark.parametrize("module", MODULES)
def test_a_constraint_family_is_documented_and_tested(module):
    """Proves that nobody adds rows to the programme without a section on the page and a test."""
    page = (DOCS / "reference" / "formulation.md").read_text(encoding="utf-8")
    assert f"In `optimiser/formulation/{module}.py`." in page
    assert (ROOT / "tests" / "formulation" / f"test_{module}.py").is_file()


def test_the_site_builds(tmp_path):
    """Proves that links lead somewhere, every page is in the navigation, and every formula can be read."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    pytest.importorskip("mkdocs")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    loaded = re.compile(r'(?:<script[^>]*src|<link[^>]*href)="(https?:|//)')
    assert not [p.name for p in tmp_path.rglob("*.html") if loaded.search(p.read_text(encoding="utf-8"))]
    built = {p.relative_to(tmp_path).with_suffix(".md") for p in tmp_path.rglob("*.html") if p.name != "404.html"}
    written = {p.relative_to(DOCS) for p in DOCS.rglob("*.md") if p.parent.name != "generating"}
    assert built == written


@pytest.fixture(scope="module")
def example():
    """The answer of the file that shows every kind once, audited by the way."""
    return solve(DOCS / "examples" / "every-kind.yaml", {"threads": 1})


def test_the_example_shows_every_kind(example):
    kinds = {
        str(m.model_fields["kind"].annotation) for m in AnyProject.__args__[0].__args__ + AnyTarget.__args__[0].__args__
    }
    scenario = example.reading.scenario
    shown = {f"typing.Literal['{entry.kind}']" for entry in [*scenario.projects.values(), *scenario.targets.values()]}
    assert example.result.missed == []
    assert shown == kinds


def described(heading):
    """The names in the first column of the table below a heading of files.md."""
    page = (DOCS / "reference" / "files.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def test_every_file_and_column_is_described(example, tmp_path):
    """Proves that files.md names every file, column and field of a result in their order, and no other."""
    folder = tmp_path / "result"
    write_result(example.result, example.run, folder)
    page = (DOCS / "reference" / "files.md").read_text(encoding="utf-8")
    assert {p.name for p in folder.iterdir()} == set(re.findall(r"^## (\S+\.\w+)$", page, re.MULTILINE))
    for path in folder.glob("*.csv"):
        assert described(path.name) == list(pd.read_csv(path).columns), path.name
    assert described("plan.json") == list(plan_document(example.result))
    assert described("run.json") == list(json.loads((folder / "run.json").read_text(encoding="utf-8")))
