"""The reference pages that come from the code, one file a page; `NAME.md` beside it is how the page begins."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTICE = "<!-- Written by `python -m docs.generate` from {}; change it there. -->\n"


def head(page: str) -> str:
    """The part of a page that is written by hand."""
    return (Path(__file__).parent / f"{page}.md").read_text(encoding="utf-8")
