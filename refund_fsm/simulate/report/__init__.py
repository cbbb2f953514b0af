"""Room of what people are told of many cases: figures as sections, plots, pages, comparisons.

Must not compute what it tells.
"""
