"""An independent reference: every schedule of a tiny scenario, evaluated straight from the contract.

Nothing here imports `optimiser`: agreement between the two is evidence only while they share no code.
"""
