"""Solve: the only room that knows the solver."""

from optimiser.solve.answering import answer
from optimiser.solve.highs import Interrupt, Limits, Progress

__all__ = ["Interrupt", "Limits", "Progress", "answer"]
