"""The least cost of tiny scenarios with a fleet, finance and a market at once, by trying everything.

Written from the contract alone: every history of every asset, every set of years of issue, and for each a dense linear
programme of what stays continuous (amounts, use of proceeds, allowances, what budgets keep).
"""
