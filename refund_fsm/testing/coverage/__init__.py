"""Room of what somebody's own tests exercise of a workflow: a recorder, and the pytest plugin.

Must not know an order type. Empty on purpose: pytest loads `plugin` wherever the package is installed.
"""
