"""The image that Binder would build, as repo2docker describes it. (No Docker is needed.)"""

import os
import re
import shutil
import subprocess

import nbformat
import pytest

from tests.conftest import ROOT
from tests.slow import binder_image


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory):
    copy = tmp_path_factory.mktemp("binder") / "course"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "*.egg-info"))
    return binder_image.dockerfile(copy)


def test_it_installs_what_binder_requirements_say_without_a_cache(dockerfile):
    command, = re.findall(r"RUN .*pip install (.*)", dockerfile)
    assert "--no-cache-dir" in command
    assert 'binder/requirements.txt' in command


def test_the_copy_of_the_project_comes_before_the_install(dockerfile):
    """-e . and -r ../requirements.txt need the files."""
    copied = dockerfile.index("COPY --chown")
    assert dockerfile.rindex("COPY --chown", 0, dockerfile.index("binder/requirements.txt")) > 0
    assert copied < dockerfile.index("binder/requirements.txt")


def test_it_runs_post_build(dockerfile):
    assert re.search(r"RUN .*binder/postBuild", dockerfile)
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)
    script = (ROOT / "binder" / "postBuild").read_text()
    assert "warm_cache()" in script
    assert 'labextension disable "@jupyterlab/apputils-extension:announcements"' in script
    subprocess.run(["bash", "-n", str(ROOT / "binder" / "postBuild")], check=True)


def test_the_python_of_binder_is_one_that_the_project_supports(dockerfile):
    version = (ROOT / "binder" / "runtime.txt").read_text().strip()
    assert version == "python-3.11"
    assert 'requires-python = ">=3.10"' in (ROOT / "pyproject.toml").read_text()


def test_binder_takes_the_cpu_build_of_the_same_torch():
    lines = (ROOT / "binder" / "requirements.txt").read_text().splitlines()
    pinned = re.search(r"^torch==([0-9.]+)", (ROOT / "requirements.txt").read_text(), re.M)[1]
    assert f"torch=={pinned}+cpu" in lines
    assert "-r ../requirements.txt" in lines


def test_binder_takes_the_notebook_that_fits_our_jupyterlab():
    """repo2docker's own would stay otherwise, beside a newer JupyterLab; pip resolved this one with ours."""
    fits = re.search(r"^notebook==[0-9.]+", (ROOT / "tests" / "requirements.txt").read_text(), re.M)[0]
    assert re.search(rf"^{fits} ", (ROOT / "binder" / "requirements.txt").read_text(), re.M)


def test_the_model_cache_is_warmed_by_what_post_build_calls(empty_cache, monkeypatch):
    from helpers import training

    asked = []
    monkeypatch.setattr(training, "trained_vae", lambda *a, **k: asked.append((a, k)))
    training.warm_cache()
    lessons = [nbformat.read(path, as_version=4) for path in (ROOT / "notebooks").glob("*.ipynb")]
    used = set()
    for line in {line for lesson in lessons for cell in lesson.cells if cell.cell_type == "code"
                 for line in re.findall(r"trained_vae\([^()]*\)", cell.source)}:
        for beta in training.BETAS if "beta=beta" in line else [1.0]:
            eval(line, {"trained_vae": lambda *a, **k: used.add(key(*a, **k)), "beta": beta})
    assert len(used) == 2 + len(training.BETAS)
    assert used == {key(*a, **k) for a, k in asked}


def key(latent, *, progress=True, beta=1.0, **more):
    """What makes one shared model differ from another."""
    return latent, beta, *sorted(more.items())
