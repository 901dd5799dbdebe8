"""Least-cost schedules of decarbonisation projects that keep every promise, or the reason why none exists."""

__version__ = "0.1.0"
