"""LatentPad and Explorer beside ipywidgets' `interact`, in one JupyterLab, in one run.

    python tests/benchmarks/widgets_against_interact.py

First a drag with a pointer event every 8 ms, as a common mouse sends them, which do not wait for the page:
on the pad as it is, on the pad with its handler kept from hearing of it (what the page itself can do), and
on the slider of `interact`; all three with the same 2-400-784 decoder and a kernel. Then, for the same
matplotlib figure, how long Explorer and `interact` take from a key on the slider to the new picture.
"""

import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.chromium import chromium
from tests.slow.jupyterlab import opened_in_lab, running_lab

SECONDS, ROUNDS, PRESSES = 2.0, 3, 12

SETUP = """
%matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
import torch
from ipywidgets import interact, FloatSlider
from helpers.data import load_digits
from helpers.vae import VAE
from helpers.widgets import Explorer, LatentPad
torch.manual_seed(0)
model = VAE(2)
x, labels = (part[:300] for part in load_digits()[2:4])
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
        plt.imshow(model.decode(torch.tensor([[z1, 0.0]])).view(28, 28))
    plt.show()
"""
CELLS = [
    "LatentPad(model, x, labels)",
    "interact(bare, z1=(-4.0, 4.0, 0.01));",
    "Explorer(figure, value=(0.0, 5.0, 1.0))",
    "interact(show, value=(0.0, 5.0, 0.05));",
]

# In a script: call(image) for each image in the output of `node` once it can be painted.
NEW_IMAGES = """
    const watch = new MutationObserver(changes => {
        for (const {target, addedNodes} of changes) {
            const added = [...addedNodes].flatMap(node => [node, ...node.querySelectorAll?.('img') ?? []]);
            for (const image of [target, ...added].filter(({tagName}) => tagName === 'IMG')) {
                image.decode().then(() => call(image), () => {});
            }
        }
    });
    watch.observe(node.closest('.jp-OutputArea'),
                  {childList: true, subtree: true, attributes: true, attributeFilter: ['src']});
"""

# Dispatches events at a pressed handle, one each 8 ms. Those that fell due while the page was busy come all
# at once and are late by their own clock, as a mouse's are. A frame is painted when a message posted in it
# arrives.
DRAG = (
    """async ([node, kind, across, seconds, deaf]) => {
    const paints = [], due = [];
    let frames = 0, dirty = false, decoded = 0, running = true;
    const wasPut = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (...rest) {
        wasPut.apply(this, rest);
        decoded++, dirty = true;
    };
    const call = () => { decoded++, dirty = true; };
    """
    + NEW_IMAGES
    + """
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => {
        frames++;
        if (dirty) paints.push(performance.now());
        dirty = false;
    };
    const tick = () => {
        port2.postMessage(0);
        if (running) requestAnimationFrame(tick);
    };
    const block = event => event.stopImmediatePropagation();
    if (deaf) window.addEventListener(kind, block, true);
    const box = node.getBoundingClientRect(), start = performance.now(), count = 1000 * seconds / 8;
    requestAnimationFrame(tick);
    await new Promise(done => {
        const timer = setInterval(() => {
            while (due.length < count && start + 8 * due.length <= performance.now()) {
                const share = Math.abs((due.length % 80) / 40 - 1); // from 1 to 0 and back
                due.push(start + 8 * due.length);
                node.dispatchEvent(new PointerEvent(kind, {bubbles: true, cancelable: true,
                    isPrimary: true, pointerId: 1, pointerType: 'mouse', buttons: 1,
                    clientX: box.x + box.width / 2 + across * (share - 0.5),
                    clientY: box.y + box.height / 2}));
            }
            if (due.length >= count) clearInterval(timer), done();
        }, 4);
    });
    const inTime = frames, paintedInTime = paints.length, took = performance.now() - start;
    await new Promise(done => setTimeout(done, 1500));
    running = false;
    watch.disconnect();
    window.removeEventListener(kind, block, true);
    CanvasRenderingContext2D.prototype.putImageData = wasPut;
    return {events: due.length, took, frames: inTime, pictures: paintedInTime, decoded,
        lags: due.map(at => paints.find(time => time > at) - at).filter(lag => lag > 0),
        last: paints.length ? paints.at(-1) - due.at(-1) : null};
}"""
)

# window.took: a promise of the milliseconds from the next key to the next picture in the output of a node.
NEXT_PICTURE = (
    """node => {
    window.took = new Promise(done => {
        let key;
        window.addEventListener('keydown', event => { key = event.timeStamp; }, {capture: true, once: true});
        const call = () => {
            watch.disconnect();
            done(performance.now() - key);
        };
    """
    + NEW_IMAGES
    + """
    });
}"""
)


def cell(page, index):
    return page.locator(".jp-CodeCell").nth(index + 1)


def drag(page, handle, kind, across, deaf=False):
    """What the page saw of a drag of SECONDS; kind: the event that the handle listens to."""
    handle.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    seen = page.evaluate(DRAG, [handle.element_handle(), kind, across, SECONDS, deaf])
    page.mouse.up()
    page.wait_for_timeout(1000)
    return seen


def key_to_picture(page, handle):
    """Milliseconds from a key on a slider to the new, decoded picture, for PRESSES keys."""
    times = []
    handle.focus()
    for _ in range(PRESSES):
        handle.evaluate(NEXT_PICTURE)
        handle.press("ArrowRight")
        times.append(page.evaluate("window.took"))
        page.wait_for_timeout(150)
    return times


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure_drags(page):
    plane, slider = cell(page, 0).get_by_role("application"), cell(page, 1).locator(".noUi-handle")
    print(f"A drag of {SECONDS:.0f} s, an event every 8 ms, {ROUNDS} rounds")
    for _ in range(ROUNDS):
        drags = {
            "deaf pad": drag(page, plane, "pointermove", 300, deaf=True),
            "pad": drag(page, plane, "pointermove", 300),
            "interact": drag(page, slider, "mousemove", 200),
        }
        for name, seen in drags.items():
            print(
                f"  {name:9} {seen['events']} events in {seen['took']:.0f} ms; {seen['frames']} frames, "
                f"{seen['pictures']} with a new picture; {seen['decoded']} pictures made in all",
                end="",
            )
            if seen["lags"]:
                print(
                    f"; from an event to its picture p50 {statistics.median(seen['lags']):.0f}, "
                    f"p95 {percentile(seen['lags'], 0.95):.0f}, the last {seen['last']:.0f} ms",
                    end="",
                )
            print()
        print(
            f"  frames of the pad: {drags['pad']['pictures'] / drags['deaf pad']['frames']:.0%} "
            "of those with an empty handler"
        )


def measure_keys(page):
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


def main():
    with tempfile.TemporaryDirectory() as home, running_lab(Path(home)) as lab, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        with opened_in_lab(page, lab, "bench.ipynb", [SETUP, *CELLS]):
            page.wait_for_timeout(3000)
            measure_drags(page)
            measure_keys(page)


if __name__ == "__main__":
    main()
