"""`python -m refund_fsm` is the command line."""

from __future__ import annotations

import sys

from refund_fsm.cli.app import main

sys.exit(main())
