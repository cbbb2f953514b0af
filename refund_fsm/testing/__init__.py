"""Owns what tests of a workflow, the package's own or a user's, are made of. Must not know an order type by name.

Loads nothing by itself: `refund_fsm.testing.strategies` needs the extra `testing`.
"""
