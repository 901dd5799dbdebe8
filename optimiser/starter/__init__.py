"""The starter that `optimise new` writes: a small commented model and scenario that solve."""

from __future__ import annotations

import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

from optimiser.errors import UsageError

FILES = ("model.yaml", "scenario.yaml", "projects.csv")


def write_starter(folder: Path) -> Path:
    """Writes the starter into `folder`, gives the path of its scenario. Raises UsageError where something is there."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already and not empty; name a new folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        for name in FILES:
            (aside / name).write_text(files(__package__).joinpath(name).read_text(encoding="utf-8"), encoding="utf-8")
        aside.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        shutil.move(aside, folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    return folder / "scenario.yaml"
