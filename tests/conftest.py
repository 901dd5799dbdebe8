"""The order of files: what takes longest comes first, so that no process is left alone with it at the end."""

from pathlib import Path

HERE = Path(__file__).parent
LONG = (HERE / "docs", HERE / "explain", HERE / "benchmarks")


def pytest_collection_modifyitems(items):
    """Whole programmes first, then files of this folder and long ones; all else stays in its order."""
    items.sort(key=lambda item: _rank(item.path))


def _rank(path: Path) -> int:
    if path.name.startswith("test_programme_"):
        return 0
    return 1 if path.parent == HERE else 2 if path.parent in LONG else 3
