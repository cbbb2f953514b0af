"""Room of what somebody's own tests exercise: a recorder, and the pytest plugin."""
