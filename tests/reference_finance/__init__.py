"""The least cost of tiny scenarios with finance and taxes, by trying every schedule and every set of years of issue.

Written from the contract alone: it shares no line with the programme. What stays continuous (amounts, use of
proceeds, what budgets keep) is one dense linear programme per try.
"""
