"""Every family of the formulation has tests of its own, under its own name."""

from pathlib import Path

import optimiser.formulation


def test_every_family_has_a_test():
    """Proves that no constraint family is added without a hand-solved case: test_<family>.py stands here."""
    families = {p.stem for p in Path(optimiser.formulation.__file__).parent.glob("*.py")} - {"__init__"}
    tested = {p.stem.removeprefix("test_") for p in Path(__file__).parent.glob("test_*.py")}
    assert families <= tested
