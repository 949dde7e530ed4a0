"""Binder's steps in an empty home.

A virtual environment takes the place of the container. What `binder/requirements.txt` asks for is installed,
`binder/postBuild` is run, and a JupyterLab started as BinderHub starts it opens lesson 00 in Chromium by the
README's link. Nothing of our environment is passed on but what pip needs behind a proxy or with a mirror. An
index that does not answer is asked once for a package, not five times (PIP_RETRIES=0): pip then has to find
torch's CPU build elsewhere, PIP_FIND_LINKS for one.
"""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psutil
import pytest

from tests.conftest import ROOT
from tests.lessons.budget import peak_megabytes
from tests.mutants.run import copy_project
from tests.slow.jupyterlab import Lab, check_lesson, free_port, open_and_run, started

MEGABYTES = 2000  # what a session on mybinder.org may take
PASSED_ON = re.compile(r"PIP_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|(https?|no|all)_proxy", re.I)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Binder's image is one of Linux")


class Built(NamedTuple):
    course: Path  # the project's files, as git has them
    env: dict[str, str]

    def run(self, command: str) -> str:
        """What it prints."""
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.course,
            env=self.env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, done.stdout[-3000:]
        return done.stdout

    def models(self) -> list[Path]:
        return sorted(Path(self.env["HOME"]).rglob("vae-*.npz"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    built = Built(
        home / "course",
        {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
        | {
            "HOME": str(home),
            "PATH": f"{home}/env/bin:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "PIP_RETRIES": "0",
        },
    )
    copy_project(built.course)
    subprocess.run([sys.executable, "-m", "venv", home / "env"], check=True)
    built.run("pip install --no-cache-dir -r binder/requirements.txt")
    built.run("binder/postBuild")
    return built


def test_the_packages_fit_and_the_news_are_off(built):
    built.run("pip check")
    assert built.run("python -c 'import torch; print(torch.__version__)'").strip().endswith("+cpu")
    assert (
        "@jupyterlab/apputils-extension:announcements"
        in built.run("jupyter labextension list").split("Disabled extensions")[1]
    )


def test_lesson_00_runs_in_2_gigabytes_and_trains_no_shared_model(built, browser):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    link = re.search(r"mybinder\.org/\S+\?urlpath=([^\s`]+)", readme)[1]
    models, asked, base = built.models(), set(), "/user/owner-repository-abcdefgh"
    port, token = free_port(), secrets.token_hex(16)
    lab = Lab(built.course, f"http://127.0.0.1:{port}{base}", token)
    command = [
        "jupyter-lab",
        "--ip=127.0.0.1",
        f"--port={port}",
        f"--ServerApp.base_url={base}/",
        f"--IdentityProvider.token={token}",
        "--no-browser",
        "--allow-root",
        "--LabApp.expose_app_in_browser=True",
    ]  # for the test, which looks into the page
    with started(command, built.course, lab.status, built.course.parent / "server.log", built.env) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("request", lambda request: asked.add(urlsplit(request.url)[:2]))
        found = open_and_run(page, f"{lab.server}/{link}?reset&token={token}")
        check_lesson(page)
        whole = [server, *psutil.Process(server.pid).children(recursive=True)]
        megabytes = sum(peak_megabytes(process.pid) for process in whole)  # more than they took at once
    assert found == []
    assert {host for scheme, host in asked if scheme.startswith(("http", "ws"))} == {f"127.0.0.1:{port}"}
    assert models
    assert built.models() == models
    print(f"server and kernel: {megabytes:.0f} MB")
    assert megabytes < MEGABYTES
