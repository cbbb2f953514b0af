"""Owns where things are: the checkout, its pictures, and what may lie beside it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIAGRAMS = ROOT / "diagrams"
SHARED = ROOT.parent / "shared"  # the domain contract; only where the project is worked on
