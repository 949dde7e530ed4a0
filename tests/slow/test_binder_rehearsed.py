"""Binder, rehearsed: its image built without Docker, its server started, lessons run in it with 2 GB.

    pytest tests/slow/test_binder_rehearsed.py

It takes some minutes: everything is installed from nothing. binder_image.py has what is followed and what is
not. The lessons are opened one after the other, as a learner opens them: each kernel stays alive.

The 2 GB are enforced where this process may make a control group (version 1, usually as root), for the
server and all kernels, not for the browser. A page of a file counts for the group that read it first:
libraries that postBuild has loaded are not charged again. So in any case the processes' own memory, with each
shared page counted once (PSS), is added up ten times a second, and its peak must be below 2 GB too.

An index of packages that does not answer is asked once for a package, not five times. Then pip has to find
the `torch==...+cpu` of binder/requirements.txt elsewhere (PIP_FIND_LINKS, say), or it fails here too.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.jupyterlab import Lab, check_lesson, free_port, keep_screenshots, open_and_run, started
from tests.conftest import NOTEBOOKS, ROOT
from tests.slow.binder_image import TABLE, Image, steps
from tests.slow.memory import Watch, capped

LIMIT = 2 * 10**9  # what a session on mybinder.org may take
LESSONS = ("00", "07", "08")
SCREENSHOTS = os.environ.get("VAE_COURSE_SCREENSHOTS")  # a folder to keep pictures of each lesson in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Binder's image is one of Linux")


@pytest.fixture(scope="module")
def image():
    version = (ROOT / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    if sys.version.split(".")[:2] != version.split("."):
        pytest.skip(f"Binder has Python {version}: run this with it")
    with tempfile.TemporaryDirectory(prefix="binder-") as folder:
        built = Image(Path(folder))
        built.build()
        yield built


def test_what_wants_more_than_its_cap_is_killed():
    with capped(100 * 10**6) as cap:
        if cap is None:
            pytest.skip("this process may not make a control group")
        command = cap.command([sys.executable, "-c", "bytes(range(256)) * 10**6"])  # 256 MB
        assert subprocess.run(command).returncode != 0
        assert cap.killed() == 1
    assert not cap.folder.exists()


def test_the_watch_sees_what_a_child_takes():
    child = f"{sys.executable} -c 'import time; x = bytes(range(256)) * 10**6; time.sleep(1)'; true"
    with subprocess.Popen(["sh", "-c", child]) as process, Watch(process.pid) as watch:
        process.wait()
    assert 256 < watch.peaks[""] < 300


def in_image(image, *command):
    return subprocess.run(command, cwd=image.workdir, env=image.env, capture_output=True, text=True)


def versions(image) -> dict[str, str]:
    listed = json.loads(in_image(image, "pip", "list", "--format=json").stdout)
    return {package["name"].lower().replace("_", "-"): package["version"] for package in listed}


@pytest.mark.parametrize("line", [
    "RUN apt-get install cowsay", "ENV LD_PRELOAD=/x.so", "RUN ./binder/start", "VOLUME /x"])
def test_an_instruction_that_is_not_in_the_table_is_an_error(line):
    with pytest.raises(AssertionError, match=re.escape(line)):
        steps(f"# a comment\nEXPOSE 8888\n{line}\n")


def test_every_row_of_the_table_is_needed(image):
    assert {step.row for step in image.steps} == set(TABLE)


def test_our_versions_replace_those_of_binders_environment(image):
    installed = versions(image)
    asked = (ROOT / "requirements.txt").read_text()
    for name, version in re.findall(r"^([a-z]+)==([0-9.]+) +#", asked, re.M):
        assert installed[name] in (version, f"{version}+cpu"), name
    assert installed["torch"].endswith("+cpu")


def test_no_two_packages_of_the_image_contradict_each_other(image):
    done = in_image(image, "pip", "check")
    assert done.returncode == 0, done.stdout


def test_post_build_has_silenced_the_news(image):
    done = in_image(image, "jupyter", "labextension", "list")
    assert "@jupyterlab/apputils-extension:announcements" in (done.stdout + done.stderr).split("Disabled")[1]


def server_of(image, cap):
    """The command, as BinderHub gives it to the container (but for --ip), and where it then is."""
    port, token, base = free_port(), secrets.token_hex(16), "/user/owner-repository-abcdefgh/"
    settings = {"base_url": base, "token": token, "trust_xheaders": "True"}
    command = [*image.entrypoint, "jupyter-lab", "--ip=127.0.0.1", f"--port={port}",
               *(f"--{app}.{name}={value}" for app in ("NotebookApp", "ServerApp")
                 for name, value in settings.items()),
               "--no-browser", "--LabApp.expose_app_in_browser=True"]  # these two for the test
    if os.getuid() == 0:
        command.append("--allow-root")
    lab = Lab(image.workdir, f"http://127.0.0.1:{port}{base.rstrip('/')}", token)
    return cap.command(command) if cap else command, lab


def models(image) -> set[str]:
    return {path.name for path in (Path(image.env["HOME"]) / ".cache").rglob("*.pt")}


def test_lessons_run_in_2_gigabytes_and_train_no_shared_model(image, browser, capsys):
    link = re.search(r"mybinder\.org/v2/gh/OWNER/REPOSITORY/HEAD\?urlpath=(\S+)",
                     (ROOT / "README.md").read_text())[1]
    trained, asked = models(image), set()
    with capped(LIMIT) as cap:
        command, lab = server_of(image, cap)
        with (started(command, lab, image.root / "server.log", image.env) as server,
              Watch(server.pid) as watch):
            try:
                for number in LESSONS:
                    path, = (path for path in NOTEBOOKS if path.name.startswith(number))
                    page = browser.new_page(viewport={"width": 1280, "height": 900})
                    page.on("request", lambda request: asked.add(urlsplit(request.url)[:2]))
                    watch.phase = f"lesson {number}, those before it still open"
                    address = f"{lab.server}/{Path(link).parent}/{path.name}?reset&token={lab.token}"
                    found = open_and_run(page, address)
                    check_lesson(page)
                    assert found == []
                    if SCREENSHOTS:
                        keep_screenshots(page, Path(SCREENSHOTS) / "binder", path.stem)
            finally:
                with capsys.disabled():
                    print(f"\n{told(image, watch, cap)}")
        assert cap is None or cap.killed() == 0
    hosts = {host for scheme, host in asked if scheme.startswith(("http", "ws"))}
    assert hosts == {urlsplit(lab.server).netloc}
    assert max(watch.peaks.values()) < LIMIT / 1e6
    assert trained
    assert models(image) == trained


def told(image, watch, cap) -> str:
    peaks = {step: peak for step, peak in image.megabytes.items() if step.endswith("./binder/postBuild")}
    peaks |= {phase or "the server alone": peak for phase, peak in watch.peaks.items()}
    lines = [f"{index} did not answer: its packages came from elsewhere" for index in image.silent]
    lines += [f"{peak:6.0f} MB  {name}" for name, peak in peaks.items()]
    lines += [f"{cap.peak_megabytes():6.0f} MB  charged to the group" if cap else "not capped"]
    return "\n".join(lines)
