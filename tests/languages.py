"""Owns how tests go through the languages of an output, and tell Chinese from English."""

from __future__ import annotations

import re

import pytest

from refund_fsm.text import LANGS

HAN = re.compile(r"[\u4e00-\u9fff]")  # a Chinese character
EVERY_LANG = pytest.mark.parametrize("lang", LANGS)
