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


PRINTED = "Cost: 1,234.5 MCNY\n  capex 2000\n\nStarts\na 2026\nb 2027\n\nEnd\n"


@pytest.mark.parametrize(
    ("quoted", "mark", "same"),
    [
        ("Cost: 1,234.6 MCNY\n  capex 2000\n\nStarts\na 2026\nb 2027\n\nEnd\n", "", True),
        ("Cost: 1,234.6 MCNY\n  capex 2000\n\n...\n\nEnd\n", "", True),
        ("Cost: 1,234.6 MCNY\n  capex 2000\n\nStarts\na 2026\n...\n\n...\n", "", True),
        ("Cost: 1,240.0 MCNY\n  capex 2100\n\n...\n", "<!-- roughly -->\n", True),
        ("Cost: 1,240.0 MCNY\n  capex 2000\n\n...\n", "", False),
        ("Cost: 1,234.5 MCNY\n  capex 2001\n\n...\n", "", False),
        ("Cost: 1,234.5 MCNY\n  capex 2000\n\nEnd\n", "", False),
        ("Cost: 1,234.5 MCNY\n  capex 2000\n", "", False),
        ("Cost: 1,300.0 MCNY\n\n...\n", "<!-- roughly -->\n", False),
    ],
)
def test_a_quotation_may_leave_out_what_it_says_it_leaves_out(quoted, mark, same, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        f"File `say.py`:\n\n```python\nprint({PRINTED!r})\n```\n\n{mark}```console\n$ python say.py\n{quoted}```\n",
        encoding="utf-8",
    )
    folder = tmp_path / "run"
    folder.mkdir()
    assert (Run(page, folder).mistakes == []) is same
