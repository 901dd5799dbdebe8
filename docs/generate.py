"""Writes the reference pages that come from the code: scenario, formulation, errors, command line.

python -m docs.generate            writes them
python -m docs.generate --check    says which of them are stale, and changes nothing
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from docs.generating import ROOT
from docs.generating.formulation import formulation_page
from docs.generating.scenario import scenario_page
from docs.generating.short import cli_page, errors_page

PAGES: dict[str, Callable[[], str]] = {
    "scenario": scenario_page,
    "formulation": formulation_page,
    "errors": errors_page,
    "cli": cli_page,
}


def place(name: str) -> Path:
    """Where a page stands."""
    return ROOT / "docs" / "reference" / f"{name}.md"


def is_fresh(name: str) -> bool:
    """True where a page says what the code says now."""
    return place(name).is_file() and place(name).read_text(encoding="utf-8") == PAGES[name]()


def main(arguments: list[str]) -> int:
    """Writes the pages, or says which are stale; 1 where one is."""
    checking = "--check" in arguments
    stale = [name for name in PAGES if not is_fresh(name)]
    for name in stale:
        if not checking:
            place(name).write_text(PAGES[name](), encoding="utf-8")
        print(f"docs/reference/{name}.md: {'stale' if checking else 'written'}")
    if stale and checking:
        print("run: python -m docs.generate")
    return 1 if stale and checking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
