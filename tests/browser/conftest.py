"""A real JupyterLab for the tests of this folder."""

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


class Lab:
    """A running JupyterLab: the folder it serves, and the address of each notebook in it."""

    def __init__(self, folder: Path, server: str, token: str):
        self.folder, self.server, self.token = folder, server, token

    def address(self, name: str, app: str = "lab") -> str:
        return f"{self.server}/{app}/tree/{name}?reset&token={self.token}"


@pytest.fixture(scope="package")
def lab(tmp_path_factory):
    """A JupyterLab of its own: a free loopback port, a token, copies of the lessons."""
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
        yield Lab(lessons, address, token)
    finally:
        server.terminate()
        server.wait(30)
