"""Four learners at once on a JupyterHub.

JupyterHub and its proxy are installed for this test, in a folder of its own. Four learners follow
the link of notebooks/README.md at the same time, log in, run lesson 00, and try to see each
other's files. The hub's simple spawner starts their servers under one account of the system,
with the Python of this test: what keeps learners apart here is the hub. Each has a copy of the
course as home folder, as in a container of the image.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import nbformat
import psutil
import pytest

from tests.browser.jupyterlab import (
    ask,
    check_lesson,
    free_port,
    ours,
    outputs,
    start_all_cells,
    started,
    wait_until_open,
    wait_until_run,
)
from tests.chromium import page_errors
from tests.conftest import ROOT
from tests.lessons.budget import peak_megabytes
from tests.mutants.run import copy_project

HUB, PROXY = "jupyterhub==6.1.1", "configurable-http-proxy@5.3.0"
NAMES = ["ada", "bela", "carl", "dana"]
PASSWORD = "one for the class"
MEGABYTES = 1500  # for one learner: the limit that the recipe of notebooks/README.md sets
SECONDS = 240  # until all four have run the lesson
# anywidget says so of a widget that takes more than 2 seconds to begin. Here four browsers share the cores
# with the kernels, as in no class; such a widget still does what its learner does to it, which is checked.
LATE = "[anywidget] Failed to initialize model."
(LINK,) = set(re.findall(r"https://HUB(/\S+?)`", (ROOT / "notebooks/README.md").read_text(encoding="utf-8")))

CONFIG = """
c.JupyterHub.bind_url = "{address}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = ["{folder}/node_modules/.bin/configurable-http-proxy"]
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = "{password}"
c.Authenticator.allowed_users = {names}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/homes/{{username}}"
c.Spawner.cmd = ["{python}", "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--LabApp.expose_app_in_browser=True"]  # for the test, which looks inside
c.Spawner.http_timeout = 90  # four servers start at once
c.LocalProcessSpawner.interrupt_timeout = 5  # then a server that does not stop is terminated
c.Spawner.environment = {{"PYTHONPATH": lambda spawner: f"{folder}/homes/{{spawner.user.name}}:{packages}"}}
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux tells it")


class Hub(NamedTuple):
    address: str
    homes: Path  # a folder for each learner
    pid: int


def run(*command: object, folder: Path) -> None:
    done = subprocess.run(
        list(map(str, command)), cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == 0, done.stdout[-3000:]


def install(folder: Path) -> Path:
    """JupyterHub in an environment above ours, and its proxy. Gives where the hub's packages are."""
    assert shutil.which("npm"), "JupyterHub's proxy needs Node: apt-get install nodejs npm"
    run(sys.executable, "-m", "venv", "hub", folder=folder)
    (packages,) = (folder / "hub").glob("lib/python*/site-packages")
    (packages / "ours.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    run("hub/bin/python", "-m", "pip", "install", "-q", HUB, folder=folder)
    run("npm", "install", "--no-audit", "--no-fund", "--cache", "npm-cache", PROXY, folder=folder)
    return packages


@contextlib.contextmanager
def no_child_left(pid: int):
    """At the end no process may be left that this one had started, whatever has gone wrong."""
    try:
        yield
    finally:
        family = psutil.Process(pid).children(recursive=True)
        psutil.Process(pid).terminate()  # the hub stops its servers and its proxy: some seconds
        for process in psutil.wait_procs(family, timeout=15)[1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


@pytest.fixture(scope="module")
def hub():
    with tempfile.TemporaryDirectory(prefix="hub-") as name:
        folder = Path(name)
        packages = install(folder)
        for learner in NAMES:
            copy_project(folder / "homes" / learner)
        address = f"http://127.0.0.1:{free_port()}"
        (folder / "config.py").write_text(
            CONFIG.format(
                address=address,
                hub_port=free_port(),
                proxy_port=free_port(),
                folder=folder,
                password=PASSWORD,
                names=set(NAMES),
                python=sys.executable,
                packages=packages,
            )
        )
        command = [f"{folder}/hub/bin/python", "-m", "jupyterhub", "-f", "config.py"]
        with started(command, folder, f"{address}/hub/health", folder / "log", dict(os.environ)) as process:
            with no_child_left(process.pid):
                yield Hub(address, folder / "homes", process.pid)
            print((folder / "log").read_text()[-5000:])


def log_in(page, hub: Hub, name: str) -> None:
    page.goto(hub.address + LINK)
    assert page.url.startswith(f"{hub.address}/hub/login?next=")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def status(address: str, token: str) -> int:
    request = urllib.request.Request(address, headers={"Authorization": f"token {token}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def test_four_learners_at_once(hub, browser):
    start = time.monotonic()
    pages = {name: browser.new_page(viewport={"width": 1280, "height": 900}) for name in NAMES}
    problems = [page_errors(page, ours) for page in pages.values()]
    for name, page in pages.items():
        log_in(page, hub, name)
    for name, page in pages.items():
        wait_until_open(page)
        page.wait_for_url(f"{hub.address}/user/{name}{LINK.removeprefix('/hub/user-redirect')}")
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    opened = time.monotonic() - start
    for page in pages.values():
        start_all_cells(page)
    for page in pages.values():
        wait_until_run(page)
    ran = time.monotonic() - start

    lesson = nbformat.read(ROOT / LINK.partition("/tree/")[2], as_version=4)
    saved = [output.output_type for cell in lesson.cells for output in cell.get("outputs", ())]
    for name, page in pages.items():
        assert [output["output_type"] for output in outputs(page)] == saved
        check_lesson(page)
        assert ask(page, "import helpers; print(helpers.__file__)").startswith(f"{hub.homes / name}/")

    megabytes = {}  # learner -> peaks of the server and its kernel
    for process in psutil.Process(hub.pid).children():
        if name := process.environ().get("JUPYTERHUB_USER"):
            kernels = sum(peak_megabytes(kernel.pid) for kernel in process.children(recursive=True))
            megabytes[name] = peak_megabytes(process.pid), kernels
    print(
        f"open after {opened:.0f} s, lesson 00 run by all after {ran:.0f} s; "
        f"the hub {peak_megabytes(hub.pid):.0f} MB; late widgets: {list(chain(*problems)).count(LATE)}"
    )
    for name in NAMES:
        print("{:6} server {:4.0f} MB, kernel {:4.0f} MB".format(name, *megabytes[name]))

    for name, page in pages.items():
        page.evaluate(
            """async name => {
            const {context, content} = window.jupyterapp.shell.currentWidget;
            content.widgets[0].model.sharedModel.setSource(`Notes of ${name}`);
            await context.save();
            await window.jupyterapp.serviceManager.contents.save(
                `notebooks/of_${name}.txt`, {type: 'file', format: 'text', content: name});
        }""",
            name,
        )
    for name, page in pages.items():
        first, names = page.evaluate("""async () => {
            const {contents} = window.jupyterapp.serviceManager;
            const lesson = await contents.get(window.jupyterapp.shell.currentWidget.context.path);
            const folder = await contents.get('notebooks');
            return [lesson.content.cells[0].source, folder.content.map(file => file.name)];
        }""")
        assert first == f"Notes of {name}"
        assert [found for found in names if found.startswith("of_")] == [f"of_{name}.txt"]

    tokens = {
        name: ask(page, "import os; print(os.environ['JUPYTERHUB_API_TOKEN'])")
        for name, page in pages.items()
    }  # what a learner's own kernel can use
    allowed = {(name, other): 200 if name == other else 403 for name in NAMES for other in NAMES}
    assert {
        (name, other): pages[name].request.get(f"{hub.address}/user/{other}/lab").status
        for name, other in allowed
    } == allowed
    assert {
        (name, other): status(
            f"{hub.address}/user/{other}/api/contents/notebooks/of_{other}.txt", tokens[name]
        )
        for name, other in allowed
    } == allowed
    assert [problem for problem in chain(*problems) if problem != LATE] == []
    assert all(sum(megabytes[name]) < MEGABYTES for name in NAMES)
    assert ran < SECONDS
