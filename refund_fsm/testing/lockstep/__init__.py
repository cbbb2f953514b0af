"""Room of any implementation held against a workflow, step by step."""
