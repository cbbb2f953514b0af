"""How long pictures take, against the bare layout engine in the same run; and how fast a page loads and steps in Chromium.

Goals: DOT text of all order types in 10 % of the engine's time; all pictures of `draw --all`, the pages apart, in 3 times the
engine's time for them; a page loads in under 0.3 s and a step takes under 16 ms. Run by hand:
python -m tests.benchmarks.drawing
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from refund_fsm import diagram, orders
from refund_fsm.cli import gallery
from refund_fsm.diagram import dot, render
from tests.browser import FLAGS, chromium, missing

ROUNDS = 7
STEPS = 40
SETTLE = 350  # milliseconds between steps, as a person steps: the picture has come to rest
LOADED = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"
SHOWN = """() => new Promise((done) => {
  const there = () => document.querySelector('#page-canvas').shadowRoot?.querySelector('svg');
  const look = () => requestAnimationFrame(there() ? () => done(performance.now()) : look);
  look();
})"""
STEP = """() => {
  const button = document.querySelector('button.action:not(:disabled)');
  if (!button) { return null; }
  const start = performance.now();
  button.click();
  document.body.getBoundingClientRect();
  return performance.now() - start;
}"""


def timed(work: Callable[[], object]) -> float:
    """The median time of a few runs, in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def fresh(pictures: list[diagram.Diagram]) -> None:
    """The pictures' SVG, nothing kept from an earlier round."""
    render._svg.cache_clear()
    for picture in pictures:
        picture.svg()


def pictures() -> None:
    """DOT and SVG against the engine."""
    workflows = [orders.get(key) for key in orders.keys()]
    full = [diagram.draw(workflow) for workflow in workflows]
    every = [shown.picture for workflow in workflows for shown in gallery.pictures(workflow)]
    fresh(every)  # fonts are read and modules loaded once
    bare = timed(lambda: [dot.laid_out(picture.dot, "svg") for picture in full])
    drawn = timed(lambda: [diagram.draw(workflow) for workflow in workflows])
    print(f"engine, {len(full)} full pictures     {bare * 1e3:8.1f} ms")
    print(f"DOT text of them            {drawn * 1e3:8.1f} ms   {drawn / bare:.1%} of the engine (goal 10 %)")
    bare = timed(lambda: [dot.laid_out(picture.dot, "svg") for picture in every])
    whole = timed(lambda: fresh([shown.picture for workflow in workflows for shown in gallery.pictures(workflow)]))
    print(f"engine, {len(every)} pictures of --all {bare * 1e3:8.1f} ms")
    print(f"all of them, from tables    {whole * 1e3:8.1f} ms   {whole / bare:.2f} times the engine (goal 3)")


def pages() -> None:
    """Loading and stepping, in Chromium."""
    if lack := missing():
        print(f"pages: not measured. {lack}")
        return
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for key in orders.keys():
            path = diagram.page(orders.get(key)).save(Path(folder) / f"{key}.html")
            loads, shown, steps = [], [], []
            for _ in range(ROUNDS):
                page = browser.new_page()
                page.goto(path.as_uri())
                shown.append(page.evaluate(SHOWN))
                loads.append(page.evaluate(LOADED))
                for _ in range(STEPS // ROUNDS):
                    page.wait_for_timeout(SETTLE)
                    took = page.evaluate(STEP)
                    steps += [took] if took is not None else []
                page.close()
            print(
                f"page {key:14} {path.stat().st_size / 1e6:.2f} MB   loaded {statistics.median(loads):.0f} ms, picture shown "
                f"{statistics.median(shown):.0f} ms (goal 300)   step, with layout: median {statistics.median(steps):.1f} ms, "
                f"{sum(step < 16 for step in steps)} of {len(steps)} under 16 ms, worst {max(steps):.1f} ms"
            )
        browser.close()


if __name__ == "__main__":
    pictures()
    pages()
