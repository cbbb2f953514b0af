"""Owns a program that compiles two small loops and says what they gave. Run by `test_kept`, which says where the package is.

`python amounts.py [full]` prints, as JSON, what a case claims and how it opens; notices go to stderr. `full`: no file can be written.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

START = datetime(2026, 2, 12, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def main() -> None:
    """What is compiled is as small as can be."""
    if "full" in sys.argv:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    from refund_fsm import orders
    from refund_fsm.simulate.behaviour import Behaviour
    from refund_fsm.simulate.chain import chain_of, tables_of
    from refund_fsm.simulate.sample.opening import amount_of, opening_of

    tables = tables_of(chain_of(orders.get("virtual"), Behaviour.default("virtual"), START))
    gave = [int(amount_of(tables, 7, 3)), int(opening_of(tables, 7, 3))]  # type: ignore[call-overload,arg-type,unused-ignore]
    sys.stdout.write(json.dumps({"gave": gave, "folder": str(amount_of.stats.cache_path)}))  # type: ignore[attr-defined]
    sys.stdout.flush()
    os._exit(0) if "full" in sys.argv else None


if __name__ == "__main__":
    main()
