"""Solve: the only room that knows the solver."""

from optimiser.solve.answering import answer, answer_to, question_of
from optimiser.solve.interrupt import Interrupt
from optimiser.solve.outcome import Limits, Progress

__all__ = ["Interrupt", "Limits", "Progress", "answer", "answer_to", "question_of"]
