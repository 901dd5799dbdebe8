"""Pyomo and scipy without the parts that nobody here asks for. Imported before either of them.

Where scipy is at hand, Pyomo imports `scipy.integrate`, `scipy.spatial` and `scipy.stats` along with it, only to be
sure of them: six tenths of a second of processor time in every run. They are held back while the two are imported.
Whoever needs them later has them: scipy loads its parts by itself when they are first asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

UNASKED = ("scipy.integrate", "scipy.spatial", "scipy.stats")


@contextmanager
def held_back(names: tuple[str, ...]) -> Iterator[None]:
    """Within, those of the modules that are not loaded yet are empty; afterwards they are as if never imported."""
    empty = {name: ModuleType(name) for name in names if name not in sys.modules}
    sys.modules.update(empty)
    try:
        yield
    finally:
        for name, module in empty.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


with held_back(UNASKED):
    import pyomo.environ
    import scipy.sparse

__all__ = ["held_back", "pyomo", "scipy"]
