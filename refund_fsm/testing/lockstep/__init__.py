"""Room of any implementation held against a workflow, step by step: covering suites, random paths, the shortest counterexample.

Must not know an order type, nor need Hypothesis.
"""
