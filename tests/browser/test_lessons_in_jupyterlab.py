"""Each lesson in a real JupyterLab, in Chromium: run all cells, move every slider."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import NOTEBOOKS

BROWSER = os.environ.get("VAE_COURSE_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
SCREENSHOTS = os.environ.get("VAE_COURSE_SCREENSHOTS")  # a folder to keep pictures of each lesson in
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]

if not BROWSER:
    if os.environ.get("VAE_COURSE_NEEDS_BROWSER"):
        pytest.fail("no browser: apt-get install chromium", pytrace=False)
    pytest.skip("no browser: apt-get install chromium", allow_module_level=True)

sync_api = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own: a free loopback port, a token, copies of the lessons. Gives its address."""
    home = tmp_path_factory.mktemp("lab")
    lessons = home / "notebooks"
    lessons.mkdir()
    for path in NOTEBOOKS:
        shutil.copy(path, lessons)
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
             "--LabApp.expose_app_in_browser=True", f"--ServerApp.root_dir={lessons}"],
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
        yield lambda name: f"{address}/lab/tree/{name}?reset&token={token}"
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield chromium
        chromium.close()


def open_and_run(page, address):
    """Opens a lesson and runs all its cells. Gives the page's problems, filled as they come."""
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(address)
    page.wait_for_function(
        """() => {
            const app = window.jupyterapp, panel = app && app.shell.currentWidget;
            const session = panel && panel.context && panel.context.sessionContext;
            const kernel = session && session.session && session.session.kernel;
            return kernel && kernel.status === 'idle' && panel.content.widgets.length > 5;
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
    return trouble


def outputs(page):
    return page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.widgets
            .filter(cell => cell.model.type === 'code')
            .flatMap(cell => cell.model.outputs.toJSON())""")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_lesson_runs_and_each_control_changes_its_picture(lab, browser, path):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    try:
        trouble = open_and_run(page, lab(path.name))
        for output in outputs(page):
            assert output["output_type"] != "error", output
            assert output.get("name") != "stderr", output
        text = " ".join(page.locator(".jp-OutputArea-output").all_inner_texts())
        assert "Error displaying widget" not in text
        assert "Loading widget" not in text

        pictures = page.locator(".jupyter-widgets.widget-image")
        controls = page.locator(".noUi-handle, .widget-toggle-buttons button:not(.mod-active)")
        assert 1 <= pictures.count() <= 2
        assert controls.count() >= 2
        heights = [pictures.nth(i).bounding_box()["height"] for i in range(pictures.count())]
        for index in range(controls.count()):
            box = controls.nth(index).locator("xpath=ancestor::*[contains(@class, 'widget-vbox')][1]")
            picture = box.locator("img").element_handle()
            before = picture.get_attribute("src")
            control = controls.nth(index)
            control.scroll_into_view_if_needed()
            if control.evaluate("node => node.tagName") == "BUTTON":
                control.click()
            else:
                control.focus()
                at_the_end = control.get_attribute("aria-valuenow") == control.get_attribute("aria-valuemax")
                for _ in range(5):
                    control.press("ArrowLeft" if at_the_end else "ArrowRight")
            page.wait_for_function("([node, before]) => node.src !== before", arg=[picture, before],
                                   timeout=30_000)
        assert [pictures.nth(i).bounding_box()["height"] for i in range(pictures.count())] == heights
        assert "The picture could not be drawn" not in page.locator(".jp-NotebookPanel").inner_text()
        assert trouble == []
        if SCREENSHOTS:
            keep_screenshots(page, Path(SCREENSHOTS), path.stem)
    finally:
        page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()")
        page.close()


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
