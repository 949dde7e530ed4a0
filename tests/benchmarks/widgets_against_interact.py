"""LatentPad and Explorer beside ipywidgets' `interact`, in one JupyterLab, in one run.

    python tests/benchmarks/widgets_against_interact.py

Prints, for a drag of two seconds with the same 2-400-784 decoder, how many pictures the pad and
`interact` paint, and how long the pad takes from a pointer event to the picture; and, for the same
matplotlib figure, how long Explorer and `interact` take from a key on the slider to the new picture.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.browser.jupyterlab import opened_in_lab, running_lab
from tests.pages import chromium

SECONDS, ROUNDS, PRESSES = 2.0, 3, 12

SETUP = """
%matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from ipywidgets import interact, FloatSlider
from helpers.widgets import Explorer, LatentPad
torch.manual_seed(0)
decoder = nn.Sequential(nn.Linear(2, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid())
def figure(value):
    fig, ax = plt.subplots(figsize=(7, 3))
    ax.plot(np.linspace(0, 9, 300), np.sin(value * np.linspace(0, 9, 300)))
    ax.set(xlabel="x", ylabel="sin", title=f"value = {value:.2f}")
    return fig
def show(value):
    figure(value)
    plt.show()
def bare(z1=0.0):
    with torch.no_grad():
        plt.imshow(decoder(torch.tensor([[z1, 0.0]])).view(28, 28))
    plt.show()
"""
CELLS = ["LatentPad(decoder)", "interact(bare, z1=(-4.0, 4.0, 0.01));",
         "Explorer(figure, value=(0.0, 5.0, 1.0))", "interact(show, value=(0.0, 5.0, 0.05));"]

WATCH = """() => {
    const log = window.benchmark = {events: 0, paints: 0, drawn: [], framed: [], work: [], images: 0,
        heights: {}};
    let moved = 0, entered = 0;
    window.addEventListener('pointermove', event => {
        if (!event.buttons || !event.target.closest('.vae-widget')) return;
        log.events++; moved = event.timeStamp; entered = performance.now();
    }, true);
    const put = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (...rest) {
        put.apply(this, rest);
        if (!moved) return;
        const event = moved, now = performance.now();
        moved = 0;
        log.paints++; log.drawn.push(now - event); log.work.push(now - entered);
        requestAnimationFrame(() => { log.framed.push(performance.now() - event); });
    };
    for (const area of document.querySelectorAll('.jp-OutputArea')) {
        const seen = log.heights[area.id ||= 'area' + Math.random()] = new Set();
        new ResizeObserver(() => seen.add(Math.round(area.getBoundingClientRect().height))).observe(area);
        new MutationObserver(changes => {
            for (const change of changes) {
                const images = change.type === 'attributes' ? [change.target]
                    : [...change.addedNodes].flatMap(node => node.querySelectorAll
                        ? [...(node.tagName === 'IMG' ? [node] : node.querySelectorAll('img'))] : []);
                for (const image of images) {
                    if (image.tagName !== 'IMG') continue;
                    image.decode().then(() => { log.images++; log.last = performance.now(); }, () => {});
                }
            }
        }).observe(area, {childList: true, subtree: true, attributes: true, attributeFilter: ['src']});
    }
}"""


def cell(page, index):
    return page.locator(".jp-CodeCell").nth(index + 1)


def drag(page, handle, across):
    """Moves the pressed pointer to and fro for SECONDS; how many moves."""
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    start, moves = time.monotonic(), 0
    while time.monotonic() - start < SECONDS:
        moves += 1
        share = abs((moves % 80) / 40 - 1)  # from 1 to 0 and back
        page.mouse.move(x + across * (share - 0.5), y)
    page.mouse.up()
    return moves


def reset(page):
    page.evaluate("() => Object.assign(window.benchmark, {events: 0, paints: 0, images: 0, drawn: [], "
                  "framed: [], work: []})")


def key_to_picture(page, handle):
    """Milliseconds from a key on a slider to the new, decoded picture, for PRESSES keys."""
    times = []
    handle.focus()
    for _ in range(PRESSES):
        page.evaluate("() => { window.benchmark.images = 0; window.addEventListener('keydown', event => "
                      "{ window.benchmark.key = event.timeStamp; }, {capture: true, once: true}); }")
        handle.press("ArrowRight")
        page.wait_for_function("() => window.benchmark.images > 0", polling=5)
        times.append(page.evaluate("() => window.benchmark.last - window.benchmark.key"))
        page.wait_for_timeout(150)
    return times


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure(page):
    page.evaluate(WATCH)
    plane, slider = cell(page, 0).locator("canvas[role=application]"), cell(page, 1).locator(".noUi-handle")
    print(f"A drag of {SECONDS:.0f} s, {ROUNDS} rounds")
    frames = {"pad": [], "interact": []}
    for _ in range(ROUNDS):
        plane.scroll_into_view_if_needed()
        reset(page)
        drag(page, plane, 300)
        log = page.evaluate("() => window.benchmark")
        frames["pad"].append(log["paints"])
        print(f"  pad:      {log['paints']} pictures for {log['events']} pointer events; "
              f"from event to picture median {statistics.median(log['drawn']):.1f}, "
              f"p95 {percentile(log['drawn'], 0.95):.1f} ms; "
              f"to the next frame p95 {percentile(log['framed'], 0.95):.1f} ms; "
              f"decode and paint median {statistics.median(log['work']):.2f} ms")
        slider.scroll_into_view_if_needed()
        page.wait_for_timeout(1000)
        reset(page)
        drag(page, slider, 200)
        shown = page.evaluate("() => window.benchmark.images")  # those that came while it moved
        page.wait_for_timeout(1500)
        frames["interact"].append(shown)
        print(f"  interact: {shown} pictures")
    ratio = statistics.median(frames["pad"]) / max(1, statistics.median(frames["interact"]))
    print(f"  ratio of medians: {ratio:.1f}")

    print(f"From a key on the slider to the new picture, {ROUNDS} x {PRESSES} keys, alternating")
    times = {"Explorer": [], "interact": []}
    for _ in range(ROUNDS):
        for name, index in (("Explorer", 2), ("interact", 3)):
            handle = cell(page, index).locator(".noUi-handle")
            handle.scroll_into_view_if_needed()
            times[name] += key_to_picture(page, handle)
    for name, values in times.items():
        print(f"  {name:9} median {statistics.median(values):.0f} ms, p95 {percentile(values, 0.95):.0f} ms")
    ratio = statistics.median(times["Explorer"]) / statistics.median(times["interact"])
    print(f"  ratio of medians: {ratio:.2f}")
    for name, index in (("Explorer", 2), ("interact", 3)):
        heights = page.evaluate("node => [...window.benchmark.heights[node.id]]",
                                cell(page, index).locator(".jp-OutputArea").first.element_handle())
        print(f"  {name:9} heights of the output seen: {sorted(heights)}")


def main():
    with tempfile.TemporaryDirectory() as home, running_lab(Path(home)) as lab, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        with opened_in_lab(page, lab, "bench.ipynb", [SETUP, *CELLS]):
            page.wait_for_timeout(3000)
            measure(page)


if __name__ == "__main__":
    main()
