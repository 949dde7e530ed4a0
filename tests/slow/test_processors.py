"""The same lessons on five processors.

Natively, held to SSE and to AVX2, and twice with starting weights that differ by a unit of rounding: all
lessons say what is saved with them, to the letter, and show the same pictures; natively and held to SSE the
translated ones do, too.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

JITTER = Path(__file__).with_name("jitter")
PROCESSORS = {
    "native": {},
    "SSE": {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE", "ONEDNN_MAX_CPU_ISA": "SSE41"},
    "AVX2": {"ATEN_CPU_CAPABILITY": "avx2", "MKL_CBWR": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"},
    "jitter 1": {"PYTHONPATH": str(JITTER), "VAE_COURSE_JITTER": "1"},
    "jitter 2": {"PYTHONPATH": str(JITTER), "VAE_COURSE_JITTER": "2"},
}


@pytest.mark.parametrize("processor", PROCESSORS)
def test_all_lessons_say_the_same(processor):
    also = ["notebooks/es"] if processor in ("native", "SSE") else []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n2", "-q", "notebooks", *also],
        cwd=ROOT,
        env=os.environ | PROCESSORS[processor],
        capture_output=True,
        text=True,
    )
    print(done.stdout[-20_000:])
    assert done.returncode == 0, done.stdout[-3000:]
