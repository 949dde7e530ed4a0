"""A real JupyterLab for the tests of this folder."""

import shutil

import pytest

from tests.conftest import NOTEBOOKS
from tests.slow.jupyterlab import running_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab with copies of the lessons."""
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        for path in NOTEBOOKS:
            shutil.copy(path, lab.folder)
        yield lab
