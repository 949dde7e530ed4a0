"""A real JupyterLab, and what the browser tests do to a page of it."""

import contextlib
import os
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

from tests.pages import trouble

# JavaScript: what all pictures in a node show
PICTURES = "node => [...node.querySelectorAll('canvas')].map(canvas => canvas.toDataURL()).join()"


class Lab(NamedTuple):
    """A running JupyterLab: the folder it serves, its address and its token."""

    folder: Path
    server: str
    token: str


@contextlib.contextmanager
def running_lab(home: Path):
    """A JupyterLab of its own, with all it writes in `home`: a free loopback port, a token, no notebooks."""
    folder = home / "notebooks"
    folder.mkdir()
    settings = home / "settings" / "@jupyterlab"
    for plugin, content in {"apputils-extension/notification": '{"fetchNews": "false"}',
                            "notebook-extension/tracker": '{"windowingMode": "none"}'}.items():
        (settings / plugin).parent.mkdir(parents=True, exist_ok=True)
        (settings / f"{plugin}.jupyterlab-settings").write_text(content)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    env = {**os.environ, "VAE_COURSE_CACHE": str(home / "cache"), "JUPYTER_CONFIG_DIR": str(home / "config"),
           "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "JUPYTER_DATA_DIR": str(home / "data"),
           "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
           "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
           "OMP_WAIT_POLICY": "PASSIVE"}  # torch's threads must not spin beside a browser
    env.pop("MPLBACKEND", None)
    with (home / "lab.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
             f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}",
             "--LabApp.expose_app_in_browser=True", f"--ServerApp.root_dir={folder}"],
            env=env, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                urllib.request.urlopen(f"{address}/api/status?token={token}", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, (home / "lab.log").read_text()
                assert time.monotonic() < deadline, (home / "lab.log").read_text()
                time.sleep(0.5)
        yield Lab(folder, address, token)
    finally:
        server.terminate()
        server.wait(30)


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
        message.location.get("url", "").startswith("blob:") or "anywidget" in message.text.lower())


def open_and_run(page, address):
    """Opens a lesson and runs all its cells. Gives the page's problems, filled as they come."""
    found = trouble(page, ours)
    page.goto(address)
    page.wait_for_function(
        """() => {
            const app = window.jupyterapp, panel = app && app.shell.currentWidget;
            const session = panel && panel.context && panel.context.sessionContext;
            const kernel = session && session.session && session.session.kernel;
            return kernel && kernel.status === 'idle' && panel.content.widgets.length > 0;
        }""", timeout=90_000)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(
        """() => {
            const panel = window.jupyterapp.shell.currentWidget;
            const cells = panel.content.widgets.filter(cell => cell.model.type === 'code');
            return cells.every(cell => cell.model.executionState !== 'running'
                && /^\\[\\d+\\]:?$/.test(cell.node.querySelector('.jp-InputPrompt').textContent.trim()))
                && panel.context.sessionContext.session.kernel.status === 'idle'
                && cells[cells.length - 1].model.executionCount >= cells.length;
        }""", timeout=180_000)
    return found


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
        }""", code).strip()


def outputs(page):
    return page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.widgets
            .filter(cell => cell.model.type === 'code')
            .flatMap(cell => cell.model.outputs.toJSON())""")
