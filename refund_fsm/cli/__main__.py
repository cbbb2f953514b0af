"""`python -m refund_fsm.cli` is the command line, as `python -m refund_fsm` is."""

from __future__ import annotations

import sys

from refund_fsm.cli.app import main

sys.exit(main())
