"""Benchmarks: run by hand, never by CI. Each prints a table of ratios against a peer or a floor, measured in the same run."""
