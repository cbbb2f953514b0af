"""What a replay of 500 cases costs: the processor's time to write it, its size, and the script time of its frames in Chromium.

Goals: 2 s to write it, 2 MB, and 8 ms a frame at the 95th percentile, all that the page does in a frame included (not what Chromium does
to paint it). A frame's time is that of its thread, as Chromium traces it, so that it does not count how long others were running.
Run by hand: python -m tests.benchmarks.replaying
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refund_fsm import diagram, eventlog, orders
from refund_fsm.diagram import render
from refund_fsm.simulate import Behaviour, simulate
from refund_fsm.text import SHANGHAI
from tests.browser import FLAGS, chromium, missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CASES = 500
ROUNDS = 3
START = datetime(2026, 2, 12, 10, tzinfo=SHANGHAI)
SECONDS = 8  # that each replay is played
SPEED = 3 * 86_400  # of the cases' time in a second: many cases are under way at once
SCREENS: dict[str, dict[str, Any]] = {
    "1280 px": {"viewport": {"width": 1280, "height": 900}},
    "390 px, 3 dots a pixel": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "has_touch": True},
}
FRAME = "FireAnimationFrame"  # Chromium's own record of a frame's script, with the time that its thread was running


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        pages = {key: written(key, Path(folder)) for key in orders.keys()}
        if lack := missing():
            print(f"frames: not measured. {lack}")
            return
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
            for key in ("third_party", "virtual"):
                for name, screen in SCREENS.items():
                    frames(browser, f"{key}, {name}", pages[key], screen)
            browser.close()


def written(key: str, folder: Path) -> Path:
    """A replay from a log, and what it took: the log read, the cases looked at, both pictures laid out."""
    workflow, log, path = orders.get(key), folder / f"{key}.parquet", folder / f"{key}.html"
    simulate(workflow, Behaviour.default(key), cases=CASES, seed=1, start=START, policy=workflow.default_policy(), log=log)
    took = []
    for _ in range(ROUNDS):
        render._svg.cache_clear()
        begun = time.process_time()
        cases = eventlog.read(log)
        diagram.replay(cases.workflow, cases, cases=CASES, policy=cases.policy).save(path)
        took.append(time.process_time() - begun)
    size = path.stat().st_size / 1e6
    print(f"writing {key:14} {statistics.median(took):.2f} s of the processor (first {took[0]:.2f}, goal 2), {size:.2f} MB (goal 2)")
    return path


def frames(browser: Browser, name: str, path: Path, screen: dict[str, Any]) -> None:
    """Script time of the frames of a replay that is played."""
    context = browser.new_context(**screen)
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(f"{path.as_uri()}#lang=en")
    page.select_option("#replay-speed", str(SPEED))
    page.click('[data-key="play"]')
    browser.start_tracing(page=page, categories=["devtools.timeline"])
    page.wait_for_timeout(SECONDS * 1000)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    took = sorted(one["tdur"] / 1_000 for one in events if one["name"] == FRAME and "tdur" in one)
    context.close()
    share = took[int(0.95 * (len(took) - 1))]
    print(
        f"frames {name:34} {len(took)} in {SECONDS} s: script time median {statistics.median(took):.1f} ms, 95th percentile {share:.1f} ms "
        f"(goal 8), worst {took[-1]:.1f} ms; load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
