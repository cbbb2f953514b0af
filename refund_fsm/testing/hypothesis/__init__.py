"""Room of what Hypothesis draws: orders, cases, legal paths, near misses, stateful machines.

Must not know an order type. Empty on purpose: Hypothesis loads `registration` wherever it is imported.
"""
