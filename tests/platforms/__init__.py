"""Tests of other systems' codes."""
