"""Pyomo and scipy are imported without the parts that nobody asks for, and nobody misses them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def said(code: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """Of one process: what is loaded after all that reads, solves and writes; what is asked of scipy after that."""
    code = "import sys, optimiser.workflow, optimiser.report.folder, scipy; print('scipy.sparse' in sys.modules, "
    code += "[m for m in ('scipy.stats', 'scipy.integrate', 'scipy.spatial') if m in sys.modules]); "
    code += "print(scipy.stats.norm.cdf(0)); import scipy.spatial; "
    code += "print(scipy.spatial.distance.euclidean([0, 0], [3, 4]))"
    return said(code).splitlines()


def test_a_run_does_not_load_what_it_does_not_use(lines):
    """Proves that what reads, solves and writes has no statistics, quadrature or geometry loaded, which would take
    longer than to read and solve a small scenario."""
    assert lines[0] == "True []"


def test_what_was_held_back_is_there_when_asked_for(lines):
    """Proves that who uses the package together with scipy has all of it, by import and as an attribute."""
    assert lines[1:] == ["0.5", "5.0"]


def test_what_is_loaded_already_stays():
    """Proves that nothing is taken away from who had imported it before."""
    code = "import sys, scipy.stats; before = sys.modules['scipy.stats']; import optimiser.workflow; "
    code += "print(sys.modules['scipy.stats'] is before, before.norm.cdf(0))"
    assert said(code) == "True 0.5"
