"""A real JupyterLab, and what the browser tests do to a page of it."""

import contextlib
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tests.chromium import page_errors
from tests.lessons.rerun import WIDGET_VIEW

ROOT = Path(__file__).parents[2]

# JavaScript: what all pictures in a node show
PICTURES = """node => [...node.querySelectorAll('canvas, svg')].map(
    drawn => drawn.toDataURL ? drawn.toDataURL() : drawn.outerHTML).join()"""


class Lab(NamedTuple):
    """A running JupyterLab: the folder it serves, its address and its token."""

    folder: Path
    server: str
    token: str

    @property
    def status(self) -> str:
        """The address that answers once it runs."""
        return f"{self.server}/api/status?token={self.token}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def started(command: list[str], folder: Path, asked: str, log: Path, env: dict[str, str]):
    """The process of a server in a folder, once the address `asked` answers; stopped at the end."""
    with log.open("w") as written:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=written, stderr=written)
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                urllib.request.urlopen(asked, timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.5)
        yield process
    finally:
        process.terminate()
        process.wait(30)


# What a browser test needs: no news, all cells on the page
SETTINGS = {
    "apputils-extension/notification": '{"fetchNews": "false"}',
    "notebook-extension/tracker": '{"windowingMode": "none"}',
}
FLAGS = (
    "--no-browser --allow-root --ip=127.0.0.1 --ServerApp.port_retries=0 --LabApp.expose_app_in_browser=True"
)


@contextlib.contextmanager
def running_lab(home: Path):
    """A JupyterLab of its own, with all it writes in `home`: a free loopback port, a token, no notebooks."""
    folder, port, token = home / "notebooks", free_port(), secrets.token_hex(16)
    folder.mkdir()
    for plugin, content in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    env = os.environ | {
        "VAE_COURSE_CACHE": str(home / "cache"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),  # for `tests`
        "OMP_WAIT_POLICY": "PASSIVE",  # torch's threads must not spin beside a browser
    }
    env |= {f"JUPYTER_{name.upper()}_DIR": str(home / name) for name in ("config", "data", "runtime")}
    env.pop("MPLBACKEND", None)
    lab = Lab(folder, f"http://127.0.0.1:{port}", token)
    command = [sys.executable, "-m", "jupyter", "lab", *FLAGS.split(), f"--port={port}"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    with started(command, folder, lab.status, home / "lab.log", env):
        yield lab


@contextlib.contextmanager
def opened_in_lab(page, lab, name, cells=()):
    """Opens a notebook in `page` and runs its cells; with `cells`, their sources, it is written first.

    At the end none of our scripts may have had an error; its kernel is shut down, the page closed.
    """
    with page:
        if cells:
            write_notebook(lab.folder / name, cells)
        found = open_and_run(page, f"{lab.server}/lab/tree/{name}?reset&token={lab.token}")
        try:
            yield
            assert found == []
        finally:
            page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()")


def write_notebook(path, cells):
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)


def ours(message):
    """Whether a console message is an error of our scripts, which run from blobs, or of their loader."""
    return message.type == "error" and (
        message.location.get("url", "").startswith("blob:") or "anywidget" in message.text.lower()
    )


def open_and_run(page, address):
    """Opens a lesson and runs all its cells. Gives the page's problems, filled as they come."""
    found = page_errors(page, ours)
    page.goto(address)
    wait_until_open(page)
    start_all_cells(page)
    wait_until_run(page)
    return found


def wait_until_open(page):
    """Waits for a notebook on the page, and its kernel."""
    page.wait_for_function(
        """() => {
            const app = window.jupyterapp, panel = app && app.shell.currentWidget;
            const session = panel && panel.context && panel.context.sessionContext;
            const kernel = session && session.session && session.session.kernel;
            return kernel && kernel.status === 'idle' && panel.content.widgets.length > 0;
        }""",
        timeout=90_000,
    )


def start_all_cells(page):
    """Starts all cells of the open notebook, and does not wait for them."""
    page.evaluate("() => { window.running = window.jupyterapp.commands.execute('notebook:run-all-cells'); }")


def wait_until_run(page):
    """Waits until all cells that were started have run."""
    page.evaluate("() => window.running")
    page.wait_for_function(
        """() => {
            const panel = window.jupyterapp.shell.currentWidget;
            const cells = panel.content.widgets.filter(cell => cell.model.type === 'code');
            return cells.every(cell => cell.model.executionState !== 'running' && cell.model.executionCount)
                && panel.context.sessionContext.session.kernel.status === 'idle'
                && cells[cells.length - 1].model.executionCount >= cells.length;
        }""",
        timeout=180_000,
    )


def ask(page, code):
    """What `code` prints in the kernel of the open notebook."""
    return page.evaluate(
        """async code => {
            const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
            const future = kernel.requestExecute({code});
            let text = '';
            future.onIOPub = message => {
                if (message.header.msg_type === 'stream') text += message.content.text;
                if (message.header.msg_type === 'error') text += message.content.evalue;
            };
            await future.done;
            return text;
        }""",
        code,
    ).strip()


def wait_for(page, code, expected):
    """Waits until the kernel prints `expected`, and fails with what it prints otherwise."""
    for _ in range(50):
        found = ask(page, code)
        if found == expected:
            return
        page.wait_for_timeout(100)
    assert found == expected


def outputs(page):
    return page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.widgets
            .filter(cell => cell.model.type === 'code')
            .flatMap(cell => cell.model.outputs.toJSON())"""
    )


def heights(nodes) -> list[float]:
    return [node.bounding_box()["height"] for node in nodes.all()]


def press_away(control, value, end):
    """Presses an arrow key five times, away from the end where the control may stand."""
    control.focus()
    at_the_end = control.evaluate(f"node => Number({value}) >= Number({end})")
    for _ in range(5):
        control.press("ArrowLeft" if at_the_end else "ArrowRight")


def move_explorers(page) -> int:
    """Moves each control of each Explorer; its picture changes, its height does not. How many there are."""
    pictures = page.locator(".jupyter-widgets.widget-image")
    controls = page.locator(".noUi-handle, .widget-toggle-buttons button:not(.mod-active)")
    assert controls.count() >= pictures.count()
    before = heights(pictures)
    for control in map(controls.nth, range(controls.count())):
        box = control.locator("xpath=ancestor::*[contains(@class, 'widget-vbox')][1]")
        picture = box.locator("img").element_handle()
        source = picture.get_attribute("src")
        control.scroll_into_view_if_needed()
        if control.evaluate("node => node.tagName") == "BUTTON":
            control.click()
        else:
            press_away(control, "node.ariaValueNow", "node.ariaValueMax")
        page.wait_for_function("([node, source]) => node.src !== source", arg=[picture, source])
    assert heights(pictures) == before
    return pictures.count()


def move_browser_widgets(page) -> int:
    """Moves each slider of each widget that runs in the browser; likewise."""
    widgets = page.locator(".vae-widget")
    before = heights(widgets)
    for widget in map(widgets.nth, range(widgets.count())):
        widget.scroll_into_view_if_needed()
        for slider in widget.locator("input[type=range]").all():
            shown = widget.evaluate(PICTURES)
            press_away(slider, "node.value", "node.max")
            assert widget.evaluate(PICTURES) != shown, slider
    assert heights(widgets) == before
    return widgets.count()


def check_lesson(page):
    """A lesson that has run has no error, and shows widgets; each control of them changes its picture."""
    for output in outputs(page):
        assert output["output_type"] != "error", output
        assert output.get("name") != "stderr", output
    views = [output for output in outputs(page) if WIDGET_VIEW in output.get("data", {})]
    assert bool(move_explorers(page) + move_browser_widgets(page)) == bool(views)
    shown = page.locator(".jp-NotebookPanel .jp-OutputArea")  # the text of lesson 00 holds the words below
    text = "\n".join(shown.all_inner_texts())
    failed = "Error displaying widget|Loading widget|The picture could not be drawn"
    assert re.findall(f".*(?:{failed}).*", text) == []


def keep_screenshots(page, folder, name):
    folder.mkdir(parents=True, exist_ok=True)
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        page.wait_for_timeout(1500)
        scroller = page.locator(".jp-WindowedPanel-outer").first
        height = scroller.evaluate("node => node.scrollHeight")
        for index, top in enumerate(range(0, height, 750)):
            scroller.evaluate("(node, top) => node.scrollTo(0, top)", top)
            page.wait_for_timeout(250)
            page.screenshot(path=folder / f"{name[:2]}-{theme.split()[1].lower()}-{index:02}.png")
