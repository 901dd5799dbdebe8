"""Reports: a plan and its accounts as tables, files, and words on a terminal."""

from optimiser.report.result import Result

__all__ = ["Result"]
