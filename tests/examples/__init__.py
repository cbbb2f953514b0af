"""Refund services as a user might have them, each held against a workflow in a few lines."""
