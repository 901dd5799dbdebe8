"""Explain: why there is no plan, and why a plan is as it is."""

from optimiser.explain.case import Case
from optimiser.explain.conflict import Conflict, find_conflict
from optimiser.explain.items import Item

__all__ = ["Case", "Conflict", "Item", "find_conflict"]
