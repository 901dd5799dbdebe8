"""Explain: why there is no plan."""

from optimiser.explain.conflict import Conflict, find_conflict

__all__ = ["Conflict", "find_conflict"]
