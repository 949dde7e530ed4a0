"""What a learner has configured changes nothing.

A matplotlibrc, an IPython profile, a kernel of one's own called python3, OMP_NUM_THREADS: a lesson says and
shows what is saved with it, and its tests pass.
"""

import json
import os
import subprocess
import sys

import nbformat
import pytest

from tests.conftest import ROOT
from tests.lessons import pictures
from tests.lessons.rerun import run
from tests.slow.test_cells_again import says

MATPLOTLIBRC = "savefig.bbox: tight\nfigure.dpi: 50\nfont.size: 30\naxes.grid: True\nimage.cmap: viridis\n"


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """A learner's own folders, and a lesson with an Explorer."""
    kernel, startup = tmp_path / "data/kernels/python3", tmp_path / "ipython/profile_default/startup"
    for folder in (kernel, startup):
        folder.mkdir(parents=True)
    (tmp_path / "matplotlibrc").write_text(MATPLOTLIBRC)
    (startup / "mine.py").write_text("print('my profile')\nimport torch\ntorch.set_grad_enabled(False)")
    (kernel / "kernel.json").write_text(
        json.dumps({"argv": ["false"], "display_name": "mine", "language": "python"})
    )
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path / "matplotlibrc"))
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    return next(ROOT.glob("notebooks/02_*.ipynb"))


def test_the_lesson_itself(configured, tmp_path):
    saved, again = nbformat.read(configured, as_version=4), run(configured, str(tmp_path / "cache"))
    for one, other in zip(saved.cells, again.cells, strict=True):
        if one.cell_type == "code" and "nbval-ignore-output" not in one.metadata.get("tags", []):
            assert says(other) == says(one)
            both = pictures.of_outputs(one.outputs), pictures.of_outputs(other.outputs)
            assert pictures.complaints(*both, one.id) == []


def test_its_tests(configured, tmp_path):
    own = {"IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTER_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", "-q", str(configured)],
        cwd=ROOT,
        env=os.environ | own | {"JUPYTER_PATH": str(tmp_path / "data")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
