"""The tutorial and the recipes are run: every command, every file, every quoted line."""

import pytest

from docs.console import ROOT, Run

DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    DOCS / "tutorial.md",
    DOCS / "generating" / "errors.md",
    *sorted((DOCS / "how-to").glob("*.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_page_is_true(page, tmp_path):
    """Proves that a reader who follows the page gets what it shows; renew quotes with `python -m docs.console`."""
    run = Run(page, tmp_path)
    assert not run.mistakes, "\n".join(run.mistakes)
    assert "\n?\n" not in run.text


def test_quotes_are_compared(tmp_path):
    """Proves that the run notices another number, another line, another exit code and a file that says otherwise."""
    page = tmp_path / "page.md"
    page.write_text(
        "File `a.yaml`:\n\n```yaml\nhorizon: {first: 1, last: 2}\n```\n"
        "From `a.yaml`:\n\n```yaml\nhorizon: {first: 1, last: 3}\n```\n"
        "<!-- exit: 3 -->\n```console\n$ optimise check a.yaml\na.yaml: 1 projects\n```\n",
        encoding="utf-8",
    )
    folder = tmp_path / "run"
    folder.mkdir()
    mistakes = Run(page, folder).mistakes
    assert [m.split("\n")[0].split(" prints")[0] for m in mistakes] == [
        "a.yaml does not say:",
        "`optimise check a.yaml` ended with 0, not 3:",
        "`optimise check a.yaml`",
    ]
