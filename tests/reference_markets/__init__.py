"""An independent reference for markets: every schedule of a tiny scenario, with a linear program for its carbon.

It stands on `tests.reference` and imports nothing of `optimiser`. The carbon side is stated from the contract: who is
covered, what is given, what may be traded, kept, borrowed, credited and certified.
"""
