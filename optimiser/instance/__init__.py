"""Instance: a scenario as numbers by project, start year and year. No variables, no solver."""

from optimiser.instance.compiling import compile_instance
from optimiser.instance.data import Instance

__all__ = ["Instance", "compile_instance"]
