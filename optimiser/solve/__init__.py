"""Solve: the only room that knows the solver."""

from optimiser.solve.answering import answer, answer_to, question_of
from optimiser.solve.highs import Interrupt, Limits, Progress

__all__ = ["Interrupt", "Limits", "Progress", "answer", "answer_to", "question_of"]
