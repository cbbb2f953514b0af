"""Room of what Hypothesis draws: orders, cases, legal paths, near misses, stateful machines."""
